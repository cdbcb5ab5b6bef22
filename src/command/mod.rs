//! Running programs as the command `mini` does: what `src/bin/mini` calls once it has read its arguments.

mod files;
mod program;
mod repl;
mod trace;
mod uncaught;

pub use files::disassembly;
pub use program::{Program, Source, run};
pub use trace::LineTrace;
