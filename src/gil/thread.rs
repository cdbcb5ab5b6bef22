//! A thread as the lock knows it.

use std::fmt;
use std::num::NonZeroU64;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU32, AtomicU64, Ordering::Relaxed};
use std::time::Duration;

use super::sync::{Condvar, Mutex};
use super::{EvalBreaker, EventKind, GilLock, Wake};

/// A thread's number within its interpreter, from 1 on in order of registration.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ThreadId(NonZeroU64);

impl ThreadId {
    /// The id with that number.
    ///
    /// # Panics
    ///
    /// If `number` is zero.
    pub const fn from_number(number: u64) -> ThreadId {
        ThreadId(NonZeroU64::new(number).expect("thread numbers begin with 1"))
    }

    /// The number.
    pub const fn number(self) -> u64 {
        self.0.get()
    }
}

impl fmt::Display for ThreadId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// What a thread has done with the lock so far.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ThreadStats {
    /// Time in the queue for the lock.
    pub waited: Duration,
    /// Time with the lock, not counting the current stretch.
    pub held: Duration,
    /// Time in `park` and `blocking`, including the way back to the lock.
    pub blocked: Duration,
    /// How often it took the lock after another thread had had it.
    pub switches: u64,
    /// How often it was made to wait until another thread took the lock.
    pub forced_switches: u64,
    /// How often it requested a drop.
    pub drop_requests: u64,
}

/// The shared part of [`GilThread`].
///
/// The flags and counters change only under the lock's mutex, which orders them; they are atomics (used relaxed) so that
/// the record can be shared and its counters read from anywhere.
pub(super) struct Record {
    pub(super) lock: Arc<GilLock>,
    pub(super) id: ThreadId,
    pub(super) name: Mutex<String>,
    /// Notified when the lock is given to the thread or may be free, and when the thread is unparked.
    pub(super) wake: Condvar,
    /// An unpark that no park has consumed yet.
    pub(super) unparked: AtomicBool,
    /// An interruption that no park has consumed yet.
    pub(super) interrupted: AtomicBool,
    /// What ended a park under a deterministic scheduler.
    pub(super) timed_out: AtomicBool,
    /// Addressed breaker bits.
    pub(super) posted: AtomicU32,
    /// Whether some OS thread is attached (or detached for a while) as this thread.
    pub(super) attached: AtomicBool,
    /// Whether the thread was lost in a fork.
    pub(super) dead: AtomicBool,
    pub(super) counters: Counters,
}

#[derive(Default)]
pub(super) struct Counters {
    pub(super) waited: AtomicU64,
    pub(super) held: AtomicU64,
    pub(super) blocked: AtomicU64,
    pub(super) switches: AtomicU64,
    pub(super) forced: AtomicU64,
    pub(super) requests: AtomicU64,
}

/// Adds a span to a counter of nanoseconds.
pub(super) fn count(counter: &AtomicU64, span: Duration) {
    counter.fetch_add(span.as_nanos() as u64, Relaxed);
}

/// A thread that is registered with a lock: made by [`GilLock::register`], used to attach, to wake it and to look at it.
#[derive(Clone)]
pub struct GilThread(pub(super) Arc<Record>);

impl GilThread {
    pub(super) fn new(lock: Arc<GilLock>, id: ThreadId, name: String) -> GilThread {
        GilThread(Arc::new(Record {
            lock,
            id,
            name: Mutex::new(name),
            wake: Condvar::default(),
            unparked: AtomicBool::new(false),
            interrupted: AtomicBool::new(false),
            timed_out: AtomicBool::new(false),
            posted: AtomicU32::new(0),
            attached: AtomicBool::new(false),
            dead: AtomicBool::new(false),
            counters: Counters::default(),
        }))
    }

    /// The thread's number.
    pub fn id(&self) -> ThreadId {
        self.0.id
    }

    /// The thread's name.
    pub fn name(&self) -> String {
        self.0.name.lock().clone()
    }

    /// Gives the thread another name.
    pub fn set_name(&self, name: &str) {
        *self.0.name.lock() = name.to_owned();
    }

    /// The lock that the thread is registered with.
    pub fn lock(&self) -> &Arc<GilLock> {
        &self.0.lock
    }

    /// Whether the thread was lost in a fork: it runs in the parent process only.
    pub fn is_dead(&self) -> bool {
        self.0.dead.load(Relaxed)
    }

    /// What the thread has done with the lock so far.
    pub fn stats(&self) -> ThreadStats {
        let counters = &self.0.counters;
        let span = |counter: &AtomicU64| Duration::from_nanos(counter.load(Relaxed));
        ThreadStats {
            waited: span(&counters.waited),
            held: span(&counters.held),
            blocked: span(&counters.blocked),
            switches: counters.switches.load(Relaxed),
            forced_switches: counters.forced.load(Relaxed),
            drop_requests: counters.requests.load(Relaxed),
        }
    }

    /// Posts addressed breaker bits ([`EvalBreaker::ADDRESSED`]): the thread sees them when it next polls, whenever it has
    /// the lock, until it takes them. A thread that is parked wakes with [`Wake::Interrupted`].
    ///
    /// Not to be called from a signal handler; a thread that reads the handler's pipe does.
    pub fn interrupt(&self, bits: u32) {
        let mut state = self.0.lock.state.lock();
        self.0.posted.fetch_or(bits & EvalBreaker::ADDRESSED, Relaxed);
        if state.holder == Some(self.0.id) {
            self.0.lock.breaker.set(bits & EvalBreaker::ADDRESSED);
        }
        state.end_park(&self.0, Wake::Interrupted);
    }

    /// Takes those of `bits` that were posted to the thread, and forgets the interruption that came with them.
    pub fn take_posted(&self, bits: u32) -> u32 {
        let state = self.0.lock.state.lock();
        let bits = bits & EvalBreaker::ADDRESSED;
        let taken = self.0.posted.fetch_and(!bits, Relaxed) & bits;
        if self.0.posted.load(Relaxed) == 0 {
            self.0.interrupted.store(false, Relaxed);
        }
        if state.holder == Some(self.0.id) {
            self.0.lock.breaker.clear(taken);
        }
        taken
    }

    /// Says that the thread is about to attach for the first time. Called by the thread that starts it, with the lock.
    ///
    /// Under a deterministic scheduler the new thread can be chosen from here on, however late its OS thread comes.
    /// Otherwise nothing happens.
    pub fn announce(&self) {
        if self.0.lock.deterministic {
            self.0.lock.state.lock().make_ready(&self.0);
        }
    }

    /// Says that the thread will not attach (again): it ended, or could not be started.
    pub fn retire(&self) {
        let mut state = self.0.lock.state.lock();
        state.emit(self.0.id, || EventKind::ThreadEnd);
        state.forget(&self.0);
    }
}

impl PartialEq for GilThread {
    fn eq(&self, other: &GilThread) -> bool {
        Arc::ptr_eq(&self.0, &other.0)
    }
}

impl Eq for GilThread {}

impl fmt::Debug for GilThread {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("GilThread").field("id", &self.0.id.number()).field("name", &self.name()).finish()
    }
}
