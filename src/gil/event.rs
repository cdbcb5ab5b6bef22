//! What happens to the lock and its threads, as it happens.

use std::time::Duration;

use super::{Moment, ThreadId, WaitReason, Wake};

/// One thing that happened, in the order in which it did.
#[derive(Clone, Debug)]
pub struct Event {
    /// When, on the interpreter's clock.
    pub at: Moment,
    /// To which thread, or by which.
    pub thread: ThreadId,
    /// What.
    pub kind: EventKind,
}

/// The kinds of events that the lock reports.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum EventKind {
    /// The thread was registered under this name.
    ThreadStart {
        /// The name at that time.
        name: String,
    },
    /// The thread will not attach again.
    ThreadEnd,
    /// The thread wants the lock and found it taken.
    Request {
        /// Who has it.
        holder: Option<ThreadId>,
    },
    /// The thread has the lock.
    Acquire {
        /// How long it waited in the queue.
        waited: Duration,
    },
    /// The thread gave the lock up.
    Release {
        /// How long it had it.
        held: Duration,
    },
    /// The thread waited long enough and asked the holder to give the lock up.
    DropRequest {
        /// Who is asked.
        holder: ThreadId,
    },
    /// The thread gave the lock up on request and waits until another has taken it.
    ForcedSwitch,
    /// The thread stops to wait for something other than the lock.
    BlockBegin {
        /// What it waits for.
        reason: WaitReason,
    },
    /// The thread's wait is over and it has the lock again.
    BlockEnd {
        /// What it waited for.
        reason: WaitReason,
        /// From its beginning to having the lock again.
        took: Duration,
        /// What ended it.
        wake: Wake,
    },
    /// The thread was woken by another.
    Unpark,
    /// Every thread waits, none with a deadline, and none is outside: nothing will happen but by a signal.
    /// Seen under a deterministic scheduler only. The thread is the last that could run.
    Deadlock,
}

/// Receives events.
///
/// Called with the lock's state locked, so that the order of calls is the order of events: an implementation must be
/// short, must not block, and must not use the lock.
pub trait Sink: Send + Sync {
    /// Takes note of one event.
    fn event(&self, event: Event);
}
