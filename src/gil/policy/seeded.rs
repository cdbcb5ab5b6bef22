use super::{Handover, Moment, Policy, PolicyContext, ThreadId, Waiter};

/// Every hand-over is the scheduler's decision: the policy of runs that can be repeated.
///
/// It is in force whenever the scheduler is deterministic, whichever policy is set. With the ordinary scheduler it behaves
/// like [`Fifo`](super::Fifo).
#[derive(Clone, Copy, Debug, Default)]
pub struct Seeded;

impl Policy for Seeded {
    fn name(&self) -> &'static str {
        "seeded"
    }

    fn handover(&self) -> Handover {
        Handover::Direct
    }

    fn request_at(&self, _waiter: &Waiter, context: &PolicyContext<'_>) -> Option<Moment> {
        Some(context.quiet_since + context.interval)
    }

    fn choose(&self, waiting: &[Waiter], context: &PolicyContext<'_>) -> usize {
        let ready: Vec<ThreadId> = waiting.iter().map(|waiter| waiter.thread).collect();
        context.scheduler.pick_thread(&ready).min(ready.len() - 1)
    }
}
