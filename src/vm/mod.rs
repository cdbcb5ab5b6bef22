//! The machine: evaluation loop, calls, and the protocols of the object model.

mod attribute;
mod binary;
mod call;
mod class_of;
mod compare;
mod containers;
mod convert;
mod errors;
mod expect;
mod hash;
mod item;
mod iterate;
mod lookup;
mod raise;
pub mod range;
mod truth;
mod types;
mod wrap;
