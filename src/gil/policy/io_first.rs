use std::time::Duration;

use super::{Handover, Moment, Policy, PolicyContext, WaitClass, Waiter};

/// First come, first served, but threads back from the outside go first and request the drop at once.
///
/// A thread that does I/O uses the lock briefly and gives it up by itself, so serving it first costs the others little.
/// Two bounds keep it fair: the holder keeps the lock for `min_slice`, and a thread that computes is served before the
/// I/O threads once it has waited for a switch interval.
#[derive(Clone, Copy, Debug)]
pub struct IoFirst {
    /// How long a holder is left alone.
    pub min_slice: Duration,
}

impl Default for IoFirst {
    /// A minimum slice of 50 us.
    fn default() -> Self {
        IoFirst { min_slice: Duration::from_micros(50) }
    }
}

impl Policy for IoFirst {
    fn name(&self) -> &'static str {
        "io-first"
    }

    fn handover(&self) -> Handover {
        Handover::Direct
    }

    fn request_at(&self, waiter: &Waiter, context: &PolicyContext<'_>) -> Option<Moment> {
        Some(match waiter.class {
            WaitClass::Io => context.held_since + self.min_slice,
            WaitClass::Cpu => context.quiet_since + context.interval,
        })
    }

    fn choose(&self, waiting: &[Waiter], context: &PolicyContext<'_>) -> usize {
        let starved = |w: &Waiter| w.class == WaitClass::Cpu && context.now.since(w.since) >= context.interval;
        let first = |wanted: &dyn Fn(&Waiter) -> bool| waiting.iter().position(wanted);
        first(&starved).or_else(|| first(&|w| w.class == WaitClass::Io)).unwrap_or(0)
    }
}

#[cfg(test)]
mod tests {
    use super::super::super::{OsScheduler, ThreadId};
    use super::*;

    fn waiter(id: u64, class: WaitClass, since: u64) -> Waiter {
        Waiter { thread: ThreadId::from_number(id), class, since: Moment::from_nanos(since) }
    }

    #[test]
    fn io_goes_first_until_a_thread_starves() {
        let scheduler = OsScheduler::new();
        let context = PolicyContext {
            now: Moment::from_nanos(1_000),
            interval: Duration::from_nanos(500),
            held_since: Moment::default(),
            quiet_since: Moment::default(),
            scheduler: &scheduler,
        };
        let fresh = [waiter(1, WaitClass::Cpu, 900), waiter(2, WaitClass::Io, 950)];
        assert_eq!(IoFirst::default().choose(&fresh, &context), 1);
        let starved = [waiter(2, WaitClass::Io, 100), waiter(1, WaitClass::Cpu, 400)];
        assert_eq!(IoFirst::default().choose(&starved, &context), 1);
    }
}
