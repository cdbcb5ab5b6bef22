//! How the lock is handed over, as values.

mod fifo;
mod io_first;
mod seeded;
mod ticks;
mod timed_drop;

use std::fmt::Debug;
use std::sync::Arc;
use std::time::Duration;

pub use fifo::Fifo;
pub use io_first::IoFirst;
pub use seeded::Seeded;
pub use ticks::Ticks;
pub use timed_drop::TimedDrop;

use super::{Moment, Scheduler, ThreadId, UnknownName};

/// What a waiter comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WaitClass {
    /// It was made to give the lock up, is new, or was woken by another script thread.
    Cpu,
    /// It is back from the outside: a system call or a sleep.
    Io,
}

/// A thread in the queue for the lock.
#[derive(Clone, Copy, Debug)]
pub struct Waiter {
    /// Which thread.
    pub thread: ThreadId,
    /// What it comes from.
    pub class: WaitClass,
    /// When it came.
    pub since: Moment,
}

/// What a policy may know when it decides.
#[derive(Debug)]
pub struct PolicyContext<'a> {
    /// The time now.
    pub now: Moment,
    /// The switch interval.
    pub interval: Duration,
    /// Since when the holder has the lock.
    pub held_since: Moment,
    /// Since when the asking waiter has seen no switch.
    pub quiet_since: Moment,
    /// The oracle for choices that are free.
    pub scheduler: &'a dyn Scheduler,
}

/// What a release does with the lock.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Handover {
    /// Frees the lock and wakes a waiter; who comes first takes it, and that may be a newcomer.
    Barging {
        /// After a drop request, the releaser waits until another thread has taken the lock.
        forced_switch: bool,
    },
    /// Gives the lock to the chosen waiter: there is no moment at which a newcomer could take it.
    Direct,
}

/// A way of handing the lock over.
///
/// Methods are called with the lock's state locked: they must be short and must not use the lock.
pub trait Policy: Send + Sync + Debug {
    /// The name on the command line and in reports.
    fn name(&self) -> &'static str;

    /// What a release does with the lock.
    fn handover(&self) -> Handover;

    /// When `waiter` asks the holder to give the lock up; `None` is never.
    fn request_at(&self, waiter: &Waiter, context: &PolicyContext<'_>) -> Option<Moment>;

    /// Which of the waiters (never empty, in order of arrival) is served, as an index.
    fn choose(&self, waiting: &[Waiter], context: &PolicyContext<'_>) -> usize {
        let _ = (waiting, context);
        0
    }

    /// After how many ticks the holder gives the lock up unasked, when it does.
    fn ticks(&self) -> Option<u32> {
        None
    }
}

/// The policy of that name, with its usual parameters: `timed`, `ticks`, `fifo`, `io-first` or `seeded`.
///
/// # Errors
///
/// When no policy has that name.
pub fn policy_by_name(name: &str) -> Result<Arc<dyn Policy>, UnknownName> {
    let known: [Arc<dyn Policy>; 5] = [
        Arc::new(TimedDrop),
        Arc::new(Ticks::default()),
        Arc::new(Fifo),
        Arc::new(IoFirst::default()),
        Arc::new(Seeded),
    ];
    known.into_iter().find(|policy| policy.name() == name).ok_or_else(|| UnknownName(name.to_owned()))
}
