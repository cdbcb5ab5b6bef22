//! The lock that makes one thread at a time the interpreter: the lowest floor, which imports nothing else of the crate.
//!
//! [`Gil`] is the proof that the lock is held; [`GilCell`] is object state that only the proof opens.

mod breaker;
mod cell;
mod sync;
mod token;

pub use breaker::EvalBreaker;
pub use cell::GilCell;
pub use token::Gil;
