//! The interpreter as a library.
//!
//! An [`Interpreter`] owns everything that its scripts make. A thread works with it while it is *attached*: inside
//! [`Interpreter::attach`], with an [`Attached`] in its hands, it holds the interpreter's lock. [`Attached::detach`]
//! gives the lock up around work that needs no objects.
//!
//! Objects leave an attachment as [`Handle`]s only: they may cross threads and be dropped anywhere, and are looked at
//! while attached. Rust values are converted by [`IntoMini`] and [`FromMini`].

mod attached;
mod builder;
mod convert;
mod error;
mod function;
mod interpreter;
mod interrupt;
mod output;

pub use attached::Attached;
pub use builder::Builder;
pub use convert::{Bytes, FromMini, IntoArgs, IntoMini};
pub use error::{Error, ErrorKind, SyntaxPlace};
pub use function::NativeFunction;
pub use interpreter::Interpreter;
pub use interrupt::InterruptHandle;

pub use crate::object::{Handle, MemoryReserve, ShortageSignal};
