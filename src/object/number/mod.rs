//! Numbers as text and bits: pure functions that the machine and the built-in types share.

pub mod float_format;
pub mod float_hex;
pub mod float_round;
pub mod float_text;
pub mod huge;
pub mod int_text;
