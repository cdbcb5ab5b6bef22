//! Threads that wait for the same thing.

use std::collections::VecDeque;
use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};

use super::sync::Mutex;
use super::thread::GilThread;
use super::{Gil, Moment, ThreadId, WaitReason, Wake};

/// The waiters of a lock, condition, event, semaphore, queue or thread, in order of arrival.
///
/// # No lost wake-ups
///
/// Waiting and waking take the token, so a waiter that finds its condition false and queues cannot be overtaken by a
/// waker in between: parking gives the lock up only after the waiter stands in the queue. A waker marks the waiter's entry
/// as chosen and takes it out. A waiter whose time runs out takes the lock back first and then looks at the mark: if it
/// was chosen meanwhile it counts as woken, else it takes its own entry out. So each wake-up reaches exactly one waiter,
/// and never one that reports a timeout or an interruption.
#[derive(Default)]
pub struct WaitQueue {
    /// Changed only by the thread that has the token; the mutex makes the type `Sync` and is never waited for.
    waiters: Mutex<VecDeque<Arc<Entry>>>,
}

struct Entry {
    thread: GilThread,
    chosen: AtomicBool,
}

impl WaitQueue {
    /// A queue without waiters.
    pub const fn new() -> WaitQueue {
        WaitQueue { waiters: Mutex::new(VecDeque::new()) }
    }

    /// Waits until a waker chooses this thread, the deadline passes, or the thread is interrupted.
    ///
    /// [`Wake::Interrupted`] takes the thread out of the queue: handle what was posted, then wait again.
    pub fn wait(&self, gil: &mut Gil, reason: WaitReason, deadline: Option<Moment>) -> Wake {
        let entry = Arc::new(Entry { thread: gil.thread(), chosen: AtomicBool::new(false) });
        self.waiters.lock().push_back(entry.clone());
        loop {
            let wake = gil.park(reason, deadline);
            if entry.chosen.load(Relaxed) {
                if wake == Wake::Interrupted {
                    // The wake-up counts; the interruption is left for the next wait or poll.
                    entry.thread.0.interrupted.store(true, Relaxed);
                }
                return Wake::Woken;
            }
            if wake != Wake::Woken {
                self.waiters.lock().retain(|waiter| !Arc::ptr_eq(waiter, &entry));
                return wake;
            }
        }
    }

    /// Wakes the waiter that the scheduler chooses, by default the first; `None` if nobody waits.
    pub fn wake_one(&self, gil: &mut Gil) -> Option<ThreadId> {
        let chosen = {
            let mut waiters = self.waiters.lock();
            waiters.retain(|waiter| !waiter.thread.is_dead());
            let index = match waiters.len() {
                0 => return None,
                1 => 0,
                count => {
                    let ids: Vec<ThreadId> = waiters.iter().map(|waiter| waiter.thread.id()).collect();
                    gil.lock().scheduler().pick_waiter(&ids).min(count - 1)
                }
            };
            waiters.remove(index)?
        };
        chosen.chosen.store(true, Relaxed);
        chosen.thread.unpark();
        Some(chosen.thread.id())
    }

    /// Wakes every waiter and says how many there were.
    pub fn wake_all(&self, gil: &mut Gil) -> usize {
        std::iter::from_fn(|| self.wake_one(gil)).count()
    }

    /// How many threads wait.
    pub fn len(&self, _gil: &Gil) -> usize {
        self.waiters.lock().iter().filter(|waiter| !waiter.thread.is_dead()).count()
    }

    /// Whether nobody waits.
    pub fn is_empty(&self, gil: &Gil) -> bool {
        self.len(gil) == 0
    }
}

impl fmt::Debug for WaitQueue {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("WaitQueue").field("waiting", &self.waiters.lock().len()).finish()
    }
}
