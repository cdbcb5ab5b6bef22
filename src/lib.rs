//! Mini: an embeddable interpreter for a strict subset of Python 3.13.

pub mod bytecode;
pub mod gil;
pub mod object;
pub mod vm;
