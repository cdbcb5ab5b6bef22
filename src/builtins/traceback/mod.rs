//! Tracebacks as text, as CPython 3.13 prints them.

mod caret;
mod colour;
mod format;
mod frames;
mod sources;
mod suggestion;
mod unraisable;

pub(crate) use format::TracebackOptions;
pub(crate) use frames::source_block;
