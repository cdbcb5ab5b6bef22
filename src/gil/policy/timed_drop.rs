use super::{Handover, Moment, Policy, PolicyContext, Waiter};

/// CPython's policy since 3.2, and the default: a waiter that saw no switch for one interval requests a drop, and the
/// holder then waits until another thread has taken the lock (the forced switch).
///
/// The interval is a waiter's timeout, not a time slice. Every release frees the lock for whoever comes first, so beside
/// a thread that computes, one that does I/O waits an interval each time it comes back: the convoy effect.
#[derive(Clone, Copy, Debug, Default)]
pub struct TimedDrop;

impl Policy for TimedDrop {
    fn name(&self) -> &'static str {
        "timed"
    }

    fn handover(&self) -> Handover {
        Handover::Barging { forced_switch: true }
    }

    fn request_at(&self, _waiter: &Waiter, context: &PolicyContext<'_>) -> Option<Moment> {
        Some(context.quiet_since + context.interval)
    }
}
