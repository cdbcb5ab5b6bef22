//! Mini: an embeddable interpreter for a strict subset of Python 3.13, with a global lock that can be seen and tuned.
//!
//! An [`Interpreter`] runs source text, calls script functions and lets scripts call Rust functions:
//!
//! ```
//! # fn main() -> Result<(), mini::Error> {
//! let interpreter = mini::Interpreter::new()?;
//! interpreter.register("add", |a: i64, b: i64| a + b)?;
//! interpreter.run("total = 0\nfor n in range(10):\n    total = add(total, n)")?;
//! assert_eq!(interpreter.get::<i64>("total")?, 45);
//! # Ok(())
//! # }
//! ```
//!
//! Threads attach to an interpreter to use it and detach to wait without its lock; the names are PyO3's. Script threads,
//! coroutines and worker processes run as in CPython. [`gil`] has the lock itself: policies, the switch interval, and
//! the events that tell what happens.
//!
//! The other modules are the machine. They are public for the command and the tests, not part of the interface, and
//! change without notice.

#![warn(missing_docs)]

#[forbid(unsafe_code)]
pub mod embed;
pub mod gil;

#[doc(hidden)]
#[forbid(unsafe_code)]
pub mod builtins;
#[doc(hidden)]
#[forbid(unsafe_code)]
pub mod bytecode;
#[doc(hidden)]
#[forbid(unsafe_code)]
pub mod command;
#[doc(hidden)]
#[forbid(unsafe_code)]
pub mod compile;
#[doc(hidden)]
#[forbid(unsafe_code)]
pub mod modules;
#[doc(hidden)]
pub mod object;
#[doc(hidden)]
pub mod runtime;
#[doc(hidden)]
pub mod vm;

pub use embed::{
    AttachError, Attached, Builder, Bytes, Error, ErrorKind, FromMini, Handle, Interpreter, InterruptHandle, IntoArgs,
    IntoMini, MemoryReserve, NativeFunction, Result, ShortageSignal, SyntaxPlace, TraceLevel,
};

/// The Rust examples of the README and the book are compiled and run as well.
#[cfg(doctest)]
mod examples {
    #[doc = include_str!("../README.md")]
    struct Readme;

    #[doc = include_str!("../book/src/embedding.md")]
    struct Embedding;
}
