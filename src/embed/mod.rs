//! The interpreter as a library.
//!
//! An [`Interpreter`] owns everything that its scripts make. A thread works with it while it is *attached*: inside
//! [`Interpreter::attach`], with an [`Attached`] in its hands, it holds the interpreter's lock. [`Attached::detach`]
//! gives the lock up around work that needs no objects.
//!
//! Objects leave an attachment as [`Handle`]s only: they may cross threads and be dropped anywhere, and are looked at
//! while attached. Rust values are converted by [`IntoMini`] and [`FromMini`].
//!
//! Scripts are trusted: they can read and write files, start processes and end the whole process by `os._exit`, as any
//! Python program can. What is not trusted belongs into a process that the operating system confines.

mod attached;
mod builder;
mod convert;
mod error;
mod function;
mod interpreter;
mod interrupt;
mod scripts;
mod streams;

pub use attached::Attached;
pub use builder::Builder;
pub use convert::{Bytes, FromMini, IntoArgs, IntoMini};
pub use error::{Error, ErrorKind, Result, SyntaxPlace, TraceLevel};
pub use function::NativeFunction;
pub use interpreter::Interpreter;
pub use interrupt::InterruptHandle;

pub use crate::gil::AttachError;
pub use crate::object::{Handle, MemoryReserve, ShortageSignal};
