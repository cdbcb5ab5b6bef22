//! The one oracle for choice: who runs, who wakes, what time it is, what is random.

use std::fmt::Debug;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use super::{Moment, ThreadId};

/// Answers every question of an interpreter whose answer a program can observe but did not determine.
///
/// An ordinary interpreter asks [`OsScheduler`]. A deterministic scheduler ([`SeededScheduler`](super::SeededScheduler),
/// or an explorer's own) makes threads run one at a time by its decisions on its own clock, so that a run can be repeated.
/// The methods are called with the lock's state locked: they must not block, nor use the lock.
pub trait Scheduler: Send + Sync + Debug {
    /// The monotonic time, without side effect.
    fn now(&self) -> Moment;

    /// The monotonic time as a script reads it; a virtual clock moves a little, so that a loop that polls it ends.
    fn read_clock(&self) -> Moment {
        self.now()
    }

    /// The time since 1970 as a script reads it.
    fn wall_clock(&self) -> Duration;

    /// Whether runs are decided here alone: then threads run one at a time and sleeping moves the clock.
    fn is_deterministic(&self) -> bool {
        false
    }

    /// Moves a virtual clock forward to `moment`, because every thread waits. A real clock ignores it.
    fn advance_to(&self, moment: Moment) {
        let _ = moment;
    }

    /// Whether the running thread gives the lock up at this preemption point. Asked only of deterministic schedulers.
    fn preempt(&self, running: ThreadId) -> bool {
        let _ = running;
        false
    }

    /// Which of the threads that can run does so next, as an index into `ready` (never empty, in order of arrival).
    fn pick_thread(&self, ready: &[ThreadId]) -> usize {
        let _ = ready;
        0
    }

    /// Which of the threads that wait for a lock, condition or queue wakes, as an index into `waiting` (never empty,
    /// in order of arrival).
    fn pick_waiter(&self, waiting: &[ThreadId]) -> usize {
        let _ = waiting;
        0
    }

    /// Which of `count` ready callbacks of an event loop goes first, as an index below `count`.
    fn pick_callback(&self, count: usize) -> usize {
        let _ = count;
        0
    }

    /// A seed for a generator of random numbers or for hashing.
    fn random_seed(&self) -> u64;
}

/// The ordinary scheduler: the OS chooses threads, waiters go first come, first served, and clocks are the machine's.
#[derive(Debug)]
pub struct OsScheduler {
    start: Instant,
}

impl OsScheduler {
    /// A scheduler whose monotonic clock starts now.
    pub fn new() -> OsScheduler {
        OsScheduler { start: Instant::now() }
    }
}

impl Default for OsScheduler {
    fn default() -> Self {
        OsScheduler::new()
    }
}

impl Scheduler for OsScheduler {
    fn now(&self) -> Moment {
        Moment::default() + self.start.elapsed()
    }

    fn wall_clock(&self) -> Duration {
        SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default()
    }

    fn random_seed(&self) -> u64 {
        use std::hash::{BuildHasher, RandomState};
        RandomState::new().hash_one(self.now())
    }
}
