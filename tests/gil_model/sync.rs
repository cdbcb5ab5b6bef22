//! The explorer's primitives under the names that the lock uses.

use std::ops::{Deref, DerefMut};
use std::time::Duration;

pub(super) use shuttle::sync::atomic::{AtomicI64, AtomicU32, Ordering};
pub(super) use shuttle::thread_local;

#[derive(Debug, Default)]
pub(super) struct Mutex<T>(shuttle::sync::Mutex<T>);

impl<T> Mutex<T> {
    pub(super) const fn new(value: T) -> Self {
        Mutex(shuttle::sync::Mutex::new(value))
    }

    pub(super) fn lock(&self) -> MutexGuard<'_, T> {
        MutexGuard { mutex: self, inner: self.0.lock().unwrap() }
    }
}

/// A guard that knows its mutex, to lock it again.
pub(super) struct MutexGuard<'a, T> {
    mutex: &'a Mutex<T>,
    inner: shuttle::sync::MutexGuard<'a, T>,
}

impl<T> Deref for MutexGuard<'_, T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.inner
    }
}

impl<T> DerefMut for MutexGuard<'_, T> {
    fn deref_mut(&mut self) -> &mut T {
        &mut self.inner
    }
}

#[derive(Debug, Default)]
pub(super) struct Condvar(shuttle::sync::Condvar);

/// Limits from here on never pass, so that a wake-up that is lost beside them is found as a deadlock.
const FOREVER: Duration = Duration::from_secs(3600);

impl Condvar {
    pub(super) fn notify(&self) {
        self.0.notify_one();
    }

    /// With a limit, the others run for a while and then the limit has passed, or the wake-up was without cause.
    pub(super) fn wait<'a, T>(&self, guard: MutexGuard<'a, T>, limit: Option<Duration>) -> MutexGuard<'a, T> {
        let mutex = guard.mutex;
        if limit.is_none_or(|limit| limit >= FOREVER) {
            return MutexGuard { mutex, inner: self.0.wait(guard.inner).unwrap() };
        }
        drop(guard);
        shuttle::thread::yield_now();
        mutex.lock()
    }
}
