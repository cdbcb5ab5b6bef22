//! A scheduler that decides everything from a seed, on a virtual clock.

use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::time::Duration;

use super::{Moment, Scheduler, ThreadId};

/// How far the virtual clock moves at a preemption point or when a script reads it.
const STEP: Duration = Duration::from_micros(1);

/// The wall clock's start: 2025-01-01 00:00 UTC, the same in every run.
const WALL_START: Duration = Duration::from_secs(1_735_689_600);

/// Decides every choice from a seed, so that the same program with the same seed takes the same course.
///
/// One thread runs at a time. At each preemption point the running thread is switched with a chance of one in
/// `switch_odds`. Sleeping takes no real time: when every thread waits, the clock jumps to the earliest deadline.
///
/// Only the thread that holds the lock asks, so the sequence of questions, and with it that of the answers, is fixed by
/// the program and the seed. The atomics are there to make the type `Sync`; they order nothing.
#[derive(Debug)]
pub struct SeededScheduler {
    random: AtomicU64,
    nanos: AtomicU64,
    switch_odds: u64,
}

impl SeededScheduler {
    /// A scheduler for `seed` that switches at one in four preemption points.
    pub fn new(seed: u64) -> SeededScheduler {
        SeededScheduler::with_switch_odds(seed, 4)
    }

    /// A scheduler for `seed` that switches at one in `odds` preemption points; zero never switches there.
    pub fn with_switch_odds(seed: u64, odds: u32) -> SeededScheduler {
        SeededScheduler { random: AtomicU64::new(seed), nanos: AtomicU64::new(0), switch_odds: u64::from(odds) }
    }

    /// The next number of the SplitMix64 sequence (Steele, Lea, Flood: "Fast splittable pseudorandom number generators").
    fn next(&self) -> u64 {
        const GAMMA: u64 = 0x9E37_79B9_7F4A_7C15;
        let mut z = self.random.fetch_add(GAMMA, Relaxed).wrapping_add(GAMMA);
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }

    fn below(&self, count: usize) -> usize {
        if count < 2 {
            return 0;
        }
        (self.next() % count as u64) as usize
    }

    fn step(&self) {
        self.nanos.fetch_add(STEP.as_nanos() as u64, Relaxed);
    }
}

impl Scheduler for SeededScheduler {
    fn now(&self) -> Moment {
        Moment::from_nanos(self.nanos.load(Relaxed))
    }

    fn read_clock(&self) -> Moment {
        self.step();
        self.now()
    }

    fn wall_clock(&self) -> Duration {
        WALL_START + self.read_clock().since_start()
    }

    fn is_deterministic(&self) -> bool {
        true
    }

    fn advance_to(&self, moment: Moment) {
        self.nanos.fetch_max(moment.as_nanos(), Relaxed);
    }

    fn preempt(&self, _running: ThreadId) -> bool {
        self.step();
        self.switch_odds != 0 && self.next().is_multiple_of(self.switch_odds)
    }

    fn pick_thread(&self, ready: &[ThreadId]) -> usize {
        self.below(ready.len())
    }

    fn pick_waiter(&self, waiting: &[ThreadId]) -> usize {
        self.below(waiting.len())
    }

    fn pick_callback(&self, count: usize) -> usize {
        self.below(count)
    }

    fn random_seed(&self) -> u64 {
        self.next()
    }
}
