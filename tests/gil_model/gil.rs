//! The lock's own sources, compiled over the explorer's primitives.

#![allow(dead_code, unused_imports)]

#[path = "../../src/gil/attach.rs"]
mod attach;
#[path = "../../src/gil/breaker.rs"]
mod breaker;
#[path = "../../src/gil/clock.rs"]
mod clock;
#[path = "../../src/gil/event.rs"]
mod event;
#[path = "../../src/gil/lock.rs"]
mod lock;
#[path = "../../src/gil/observer.rs"]
mod observer;
#[path = "../../src/gil/os_task.rs"]
mod os_task;
#[path = "../../src/gil/park.rs"]
mod park;
#[path = "../../src/gil/policy/mod.rs"]
pub mod policy;
#[path = "../../src/gil/preempt.rs"]
mod preempt;
#[path = "../../src/gil/scheduler.rs"]
mod scheduler;
#[path = "../../src/gil/state.rs"]
mod state;
#[path = "sync.rs"]
mod sync;
#[path = "../../src/gil/thread.rs"]
mod thread;
#[path = "../../src/gil/token.rs"]
mod token;
#[path = "../../src/gil/turns.rs"]
mod turns;
#[path = "../../src/gil/wait_queue.rs"]
mod wait_queue;

pub use attach::{AttachError, GilGuard};
pub use breaker::EvalBreaker;
pub use clock::Moment;
pub use event::{Event, EventKind, Sink};
pub use lock::{GilLock, LockConfig};
pub use observer::{Interest, Observation, Observed, Observer, Place};
pub use park::{WaitReason, Wake};
pub use policy::Policy;
pub use preempt::{PreemptionModel, UnknownName};
pub use scheduler::{OsScheduler, Scheduler};
pub use thread::{GilThread, ThreadId};
pub use token::Gil;
pub use wait_queue::WaitQueue;
