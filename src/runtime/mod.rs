//! Threads, the event loop, processes, signals: what runs the machine.

pub(crate) mod blocking;
pub(crate) mod clocks;
pub(crate) mod finalize;
pub(crate) mod fork;
pub(crate) mod interruptible;
pub(crate) mod native_stack;
pub(crate) mod os;
pub(crate) mod session;
pub(crate) mod signals;
pub(crate) mod spawn;
pub(crate) mod terminal;
pub(crate) mod thread_state;
