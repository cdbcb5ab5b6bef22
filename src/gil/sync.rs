//! The primitives that the lock is made of, chosen in one place.
//!
//! They are the standard library's: on Linux its mutex and condition variable are plain futex words with no state
//! elsewhere in the process, so a forked child finds them intact. Parking through a process-wide table (as parking_lot
//! does) could leave a table lock held for ever by a thread that the child does not have.
//!
//! The model tests compile the same sources over a module of the same names that explores schedules.

use std::time::Duration;

pub(super) use std::sync::MutexGuard;
pub(super) use std::sync::atomic::{AtomicI64, AtomicU32, Ordering};
pub(super) use std::thread_local;

/// A mutex that does not poison: a panic under it leaves the state that the lock's own code had reached.
#[derive(Debug, Default)]
pub(super) struct Mutex<T>(std::sync::Mutex<T>);

impl<T> Mutex<T> {
    pub(super) const fn new(value: T) -> Self {
        Mutex(std::sync::Mutex::new(value))
    }

    pub(super) fn lock(&self) -> MutexGuard<'_, T> {
        self.0.lock().unwrap_or_else(|poisoned| poisoned.into_inner())
    }
}

/// A condition variable that may wake without cause, like every one.
#[derive(Debug, Default)]
pub(super) struct Condvar(std::sync::Condvar);

impl Condvar {
    pub(super) fn notify(&self) {
        self.0.notify_one();
    }

    /// Waits for a notification, at most `limit` when there is one.
    pub(super) fn wait<'a, T>(&self, guard: MutexGuard<'a, T>, limit: Option<Duration>) -> MutexGuard<'a, T> {
        match limit {
            None => self.0.wait(guard).unwrap_or_else(|poisoned| poisoned.into_inner()),
            Some(limit) => self.0.wait_timeout(guard, limit).unwrap_or_else(|poisoned| poisoned.into_inner()).0,
        }
    }
}
