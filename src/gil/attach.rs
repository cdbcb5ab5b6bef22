//! How a thread comes to have the token, and gives it up for a while.

use std::cell::RefCell;
use std::fmt;
use std::sync::Arc;
use std::sync::atomic::Ordering::Relaxed;

use super::policy::WaitClass;
use super::sync::{MutexGuard, thread_local};
use super::thread::{GilThread, count};
use super::turns::{come_back, go_away};
use super::{EventKind, Gil, GilLock, Moment, WaitReason, Wake};

thread_local! {
    /// As which thread this OS thread has a lock. At most one: that makes the token unique.
    static CURRENT: RefCell<Option<GilThread>> = const { RefCell::new(None) };
}

/// Why a thread could not attach.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AttachError {
    /// This OS thread already has a lock, of this or another interpreter. Give it up first ([`Gil::blocking`]).
    HoldsLock,
    /// Another OS thread is attached as this thread, or this one is, further out.
    InUse,
    /// The thread was lost in a fork.
    Dead,
    /// There is no memory for the thread's stacks.
    NoMemory,
}

impl fmt::Display for AttachError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            AttachError::HoldsLock => "this thread already holds an interpreter's lock",
            AttachError::InUse => "the thread is attached already",
            AttachError::Dead => "the thread was lost in a fork",
            AttachError::NoMemory => "there is no memory for the thread's stacks",
        })
    }
}

impl std::error::Error for AttachError {}

impl GilThread {
    /// Waits for the lock and takes it, until the guard is dropped.
    ///
    /// # Errors
    ///
    /// When this OS thread has a lock already, or the thread is in use or lost.
    pub fn attach(&self) -> Result<GilGuard, AttachError> {
        if CURRENT.with(|current| current.borrow().is_some()) {
            return Err(AttachError::HoldsLock);
        }
        if self.is_dead() {
            return Err(AttachError::Dead);
        }
        if self.0.attached.swap(true, Relaxed) {
            return Err(AttachError::InUse);
        }
        drop(self.lock().acquire(self.lock().state.lock(), &self.0, WaitClass::Cpu));
        CURRENT.with(|current| *current.borrow_mut() = Some(self.clone()));
        // SAFETY: the lock was taken just now; this OS thread had none and so no token; the guard owns the token and gives
        // the lock up only when it is dropped.
        Ok(GilGuard { thread: self.clone(), gil: unsafe { Gil::assume() } })
    }
}

impl GilLock {
    /// Whether the current OS thread has this lock. For the drop of handles, which may happen anywhere, even while the
    /// OS thread ends.
    pub fn is_held_here(&self) -> bool {
        let held = CURRENT
            .try_with(|current| current.borrow().as_ref().is_some_and(|held| std::ptr::eq(&**held.lock(), self)));
        held.unwrap_or(false)
    }
}

/// A thread has the lock while this lives. It cannot leave its OS thread, since the token cannot.
pub struct GilGuard {
    thread: GilThread,
    gil: Gil,
}

impl GilGuard {
    /// The token.
    pub fn gil(&mut self) -> &mut Gil {
        &mut self.gil
    }

    /// The attached thread.
    pub fn thread(&self) -> &GilThread {
        &self.thread
    }

    /// Runs `call` without the lock; short for [`Gil::blocking`] with [`WaitReason::Native`].
    pub fn detach<R: Send>(&mut self, call: impl FnOnce() -> R + Send) -> R {
        self.gil.blocking(WaitReason::Native, call)
    }
}

impl Drop for GilGuard {
    fn drop(&mut self) {
        let _ = CURRENT.try_with(|current| current.borrow_mut().take());
        let lock = self.thread.lock();
        drop(lock.release(lock.state.lock(), &self.thread.0));
        self.thread.0.attached.store(false, Relaxed);
    }
}

impl Gil {
    /// The thread that is attached.
    ///
    /// # Panics
    ///
    /// If the token was made by [`Gil::assume`] without a lock.
    pub fn thread(&self) -> GilThread {
        CURRENT.with(|current| current.borrow().clone()).expect("a token exists only while its thread is attached")
    }

    /// The lock that is held.
    pub fn lock(&self) -> Arc<GilLock> {
        self.thread().lock().clone()
    }
}

/// A stretch without the lock in the middle of an attachment; ends with the lock taken back, also when unwinding.
pub(super) struct Outside {
    thread: GilThread,
    reason: WaitReason,
    began: Moment,
}

impl Outside {
    pub(super) fn enter(thread: GilThread, reason: WaitReason) -> Outside {
        let lock = thread.lock();
        let began = lock.scheduler.now();
        let mut state = lock.state.lock();
        state.emit(thread.id(), || EventKind::BlockBegin { reason });
        if lock.deterministic {
            go_away(&mut state);
        } else {
            state = lock.release(state, &thread.0);
        }
        drop(state);
        CURRENT.with(|current| current.borrow_mut().take());
        Outside { thread, reason, began }
    }
}

impl Drop for Outside {
    fn drop(&mut self) {
        let record = &self.thread.0;
        let lock = self.thread.lock();
        let state: MutexGuard<'_, _> = lock.state.lock();
        let state = if lock.deterministic {
            come_back(state, record)
        } else {
            lock.acquire(state, record, self.reason.class())
        };
        let took = lock.scheduler.now().since(self.began);
        count(&record.counters.blocked, took);
        state.emit(record.id, || EventKind::BlockEnd { reason: self.reason, took, wake: Wake::Woken });
        drop(state);
        CURRENT.with(|current| *current.borrow_mut() = Some(self.thread.clone()));
    }
}
