use super::{Handover, Moment, Policy, PolicyContext, Waiter};

/// First come, first served, by direct hand-over; waiters request a drop after the interval.
///
/// It is fair, and it does not cure the convoy: a thread back from I/O still waits an interval for each holder before it.
#[derive(Clone, Copy, Debug, Default)]
pub struct Fifo;

impl Policy for Fifo {
    fn name(&self) -> &'static str {
        "fifo"
    }

    fn handover(&self) -> Handover {
        Handover::Direct
    }

    fn request_at(&self, _waiter: &Waiter, context: &PolicyContext<'_>) -> Option<Moment> {
        Some(context.quiet_since + context.interval)
    }
}
