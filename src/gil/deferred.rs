//! Releases that could not be done where they were due, because the lock was not held there.

use std::sync::Arc;

use super::sync::Mutex;
use super::{EvalBreaker, Gil};

/// Things whose release needs the lock, left by threads that had none.
///
/// A push sets [`EvalBreaker::PENDING_DROPS`] after the thing is in the queue; draining clears the bit before it looks.
/// So a thing is either in what is drained or its bit is still set.
#[derive(Debug)]
pub struct DeferredDrops<T: Send> {
    waiting: Mutex<Vec<T>>,
    breaker: Arc<EvalBreaker>,
}

impl<T: Send> DeferredDrops<T> {
    /// An empty queue that reports to `breaker`.
    pub fn new(breaker: Arc<EvalBreaker>) -> DeferredDrops<T> {
        DeferredDrops { waiting: Mutex::new(Vec::new()), breaker }
    }

    /// Leaves a thing for the next holder of the lock.
    pub fn push(&self, thing: T) {
        self.waiting.lock().push(thing);
        self.breaker.set(EvalBreaker::PENDING_DROPS);
    }

    /// Takes all that was left, when nobody else can reach the queue any more.
    pub fn take_all(&mut self) -> Vec<T> {
        std::mem::take(&mut *self.waiting.lock())
    }

    /// Takes all that was left; the caller, who has the lock, releases it.
    pub fn drain(&self, _gil: &mut Gil) -> Vec<T> {
        self.breaker.clear(EvalBreaker::PENDING_DROPS);
        std::mem::take(&mut *self.waiting.lock())
    }
}
