//! The machine: evaluation loop, calls, and the protocols of the object model.

mod attribute;
mod binary;
mod bind;
mod cache;
mod call;
mod class_of;
mod compare;
mod containers;
mod convert;
mod displays;
mod errors;
mod exec;
mod expect;
mod frames;
mod generator;
mod globals;
mod hash;
mod interrupts;
mod intrinsics;
mod introspect;
mod item;
mod iterate;
mod link;
mod lookup;
mod native_args;
mod patterns;
mod pending;
mod raise;
pub mod range;
mod statements;
pub(crate) mod suggest;
mod truth;
mod types;
mod unwind;
mod wrap;

pub use introspect::CompileMode;
