//! Running programs as the command `mini` does: what `src/bin/mini` calls once it has read its arguments.

mod disassembly;
mod files;
mod program;
mod repl;
mod trace;
mod uncaught;

pub use disassembly::disassembly;
pub use program::{Program, Source, run};
pub use trace::LineTrace;
