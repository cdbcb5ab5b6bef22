//! The word that the evaluation loop polls.

use super::sync::{AtomicU32, Ordering};

/// Requests to the evaluation loop, one bit each, polled with one relaxed load at preemption points.
///
/// # Ordering
///
/// A bit only says "go and look": whoever sees it takes the mutex of what is behind it (the lock's state, a queue), and
/// that mutex orders the data. So the poll needs no ordering of its own, and a requester that first changes the data under
/// the mutex and then sets the bit is seen at the latest when the store reaches the polling core. A looker clears the bit
/// *before* it takes the data: a request that arrives in between sets the bit again and costs one idle look, never a loss.
#[derive(Debug, Default)]
pub struct EvalBreaker(AtomicU32);

impl EvalBreaker {
    /// A waiter wants the lock: the holder calls [`Gil::poll`](super::Gil::poll).
    pub const GIL_DROP_REQUEST: u32 = 1 << 0;
    /// Every preemption point counts or is decided: the holder calls [`Gil::poll`](super::Gil::poll) at each.
    pub const EVERY_POLL: u32 = 1 << 1;
    /// A signal arrived for the current thread.
    pub const SIGNAL: u32 = 1 << 2;
    /// An exception was sent to the current thread by another.
    pub const ASYNC_EXC: u32 = 1 << 3;
    /// Handles were dropped without the lock and wait to be released.
    pub const PENDING_DROPS: u32 = 1 << 4;
    /// Finalisers wait to be run.
    pub const FINALIZERS: u32 = 1 << 5;
    /// The cycle collector is due.
    pub const GC: u32 = 1 << 6;
    /// A limit on instructions, memory or time was passed.
    pub const LIMITS: u32 = 1 << 7;
    /// The interpreter is told to stop.
    pub const STOP: u32 = 1 << 8;

    /// The bits that are posted to one thread and shown only while that thread has the lock.
    pub const ADDRESSED: u32 = Self::SIGNAL | Self::ASYNC_EXC;

    /// The bits of work that the interpreter left for itself, as objects were dropped.
    pub const PENDING: u32 = Self::PENDING_DROPS | Self::FINALIZERS | Self::GC;

    /// The bits that [`Gil::poll`](super::Gil::poll) answers.
    pub const LOCK: u32 = Self::GIL_DROP_REQUEST | Self::EVERY_POLL;

    /// A breaker with nothing requested.
    pub fn new() -> EvalBreaker {
        EvalBreaker::default()
    }

    /// All requested bits: the poll itself, one relaxed load.
    #[inline(always)]
    pub fn requested(&self) -> u32 {
        self.0.load(Ordering::Relaxed)
    }

    /// Whether any of `bits` is requested.
    #[inline]
    pub fn has(&self, bits: u32) -> bool {
        self.requested() & bits != 0
    }

    /// Requests `bits`. Safe to call from a signal handler.
    pub fn set(&self, bits: u32) {
        self.0.fetch_or(bits, Ordering::Release);
    }

    /// Withdraws `bits`; to be done before looking at what is behind them.
    pub fn clear(&self, bits: u32) {
        self.0.fetch_and(!bits, Ordering::Acquire);
    }
}
