//! What an application's allocator keeps back for the time when the system refuses memory.

use std::sync::Arc;

use crate::gil::EvalBreaker;

/// Memory that an allocator keeps back, so that small requests need not fail when memory runs short.
///
/// Objects are small, and what makes them cannot fail. An allocator that is refused memory gives its reserve up and
/// raises the [`ShortageSignal`] of the interpreters that it serves: their scripts see MemoryError at their next
/// preemption point, and go on from where they catch it.
pub trait MemoryReserve: Send + Sync + std::fmt::Debug {
    /// Takes the signal of an interpreter that starts, and makes the first reserve.
    fn serve(&self, signal: ShortageSignal);

    /// Makes the reserve anew if it was given up and there is memory again. Asked often.
    fn refill(&self);
}

/// Tells an interpreter that memory has run short.
#[derive(Clone, Debug)]
pub struct ShortageSignal(Arc<EvalBreaker>);

impl ShortageSignal {
    pub(crate) fn new(breaker: Arc<EvalBreaker>) -> ShortageSignal {
        ShortageSignal(breaker)
    }

    /// Raises MemoryError in the thread that runs, at its next preemption point. Allocates nothing and takes no lock,
    /// so that an allocator may call it.
    pub fn raise(&self) {
        self.0.set(EvalBreaker::LIMITS);
    }
}
