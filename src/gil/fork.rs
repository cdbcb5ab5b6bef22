//! The lock across `fork`, which copies one thread and all memory.

use std::sync::Arc;
use std::sync::atomic::Ordering::Relaxed;

use super::state::State;
use super::sync::MutexGuard;
use super::thread::Record;
use super::{EvalBreaker, Gil, GilLock};

/// Keeps the lock's state still during a `fork`: made before it, and in the child told so.
///
/// The forking thread has the state's mutex, so the child's copy is neither half changed nor locked by a thread that does
/// not exist there. Unlocking it in the child is sound because the mutex is a plain word without owner.
pub struct ForkGuard<'a> {
    lock: &'a GilLock,
    state: MutexGuard<'a, State>,
    record: Arc<Record>,
}

impl GilLock {
    /// Prepares for a `fork` by the calling thread, which has the lock. Drop the guard in the parent; call
    /// [`ForkGuard::after_fork_child`] in the child.
    ///
    /// # Panics
    ///
    /// If the token is another lock's.
    pub fn before_fork<'a>(&'a self, gil: &'a mut Gil) -> ForkGuard<'a> {
        let record = gil.thread().0;
        assert!(std::ptr::eq(&*record.lock, self), "the token belongs to another lock");
        ForkGuard { lock: self, state: self.state.lock(), record }
    }
}

impl ForkGuard<'_> {
    /// Makes the lock the calling thread's alone: held by it, with no waiters, and every other thread dead.
    pub fn after_fork_child(mut self) {
        let state = &mut *self.state;
        // Their records stay untouched but for the mark: a thread that is gone may have had a mutex of its record.
        for other in state.threads.iter().filter_map(|thread| thread.upgrade()) {
            other.dead.store(other.id != self.record.id, Relaxed);
        }
        let own = self.record.id;
        state.threads.retain(|thread| thread.upgrade().is_some_and(|record| record.id == own));
        state.queue.clear();
        state.parked.clear();
        state.forced = None;
        state.away = None;
        state.outside = 0;
        state.drop_requested = false;
        state.holder = Some(own);
        state.last_holder = Some(own);
        self.lock.breaker.clear(EvalBreaker::GIL_DROP_REQUEST);
    }
}
