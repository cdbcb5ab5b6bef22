//! Numbers as text and bits: pure functions that the machine and the built-in types share.

pub mod float_text;
pub mod int_text;
