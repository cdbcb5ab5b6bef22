//! Mini: an embeddable interpreter for a strict subset of Python 3.13.

pub mod builtins;
pub mod bytecode;
pub mod command;
pub mod compile;
pub mod gil;
pub mod modules;
pub mod object;
pub mod runtime;
pub mod vm;
