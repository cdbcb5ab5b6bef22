//! The lock that makes one thread at a time the interpreter: the lowest floor, which imports nothing else of the crate.
//!
//! [`Gil`] is the proof that the lock is held; [`GilCell`] is object state that only the proof opens. A [`GilLock`] belongs
//! to one interpreter; threads [register](GilLock::register) with it and [attach](GilThread::attach) to get the token.
//! A [`Policy`] says how the lock is handed over, a [`Scheduler`] answers whatever is left to chance, and a [`Sink`] is told
//! what happens. All waiting goes through [`Gil::park`] (or a [`WaitQueue`]) and [`Gil::blocking`].
//!
//! ```
//! use mini::gil::{GilLock, LockConfig};
//!
//! let lock = GilLock::new(LockConfig::default());
//! let mut guard = lock.register("main").attach().unwrap();
//! assert!(lock.is_held_here());
//! let sum = guard.detach(|| 1 + 1); // another thread may have the lock meanwhile
//! assert_eq!(sum, 2);
//! ```

mod attach;
mod breaker;
mod cell;
mod clock;
mod deferred;
mod event;
mod fork;
mod lock;
mod observer;
mod os_task;
mod park;
pub mod policy;
mod preempt;
mod scheduler;
mod seeded;
mod state;
mod sync;
mod thread;
mod token;
mod turns;
mod wait_queue;

pub use attach::{AttachError, GilGuard};
pub use breaker::EvalBreaker;
pub use cell::GilCell;
pub use clock::Moment;
pub use deferred::DeferredDrops;
pub use event::{Event, EventKind, Sink};
pub use fork::ForkGuard;
pub use lock::{DEFAULT_SWITCH_INTERVAL, GilLock, LockConfig};
pub use observer::{Interest, Observation, Observed, Observer, Place};
pub use park::{WaitReason, Wake};
pub use policy::{Policy, policy_by_name};
pub use preempt::{PreemptionModel, UnknownName};
pub use scheduler::{OsScheduler, Scheduler};
pub use seeded::SeededScheduler;
pub use thread::{GilThread, ThreadId, ThreadStats};
pub use token::Gil;
pub use wait_queue::WaitQueue;
