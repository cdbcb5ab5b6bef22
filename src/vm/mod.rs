//! The machine: evaluation loop, calls, and the protocols of the object model.

mod abstract_check;
mod attribute;
mod binary;
mod bind;
mod cache;
mod call;
mod class_attrs;
mod class_call;
mod class_flags;
mod class_new;
mod class_of;
pub(crate) mod collect;
mod compare;
mod construct;
mod containers;
mod convert;
mod delegate;
mod descriptor;
mod direct;
mod displays;
mod errors;
#[allow(clippy::explicit_auto_deref, reason = "each place read through a raw pointer is written out")]
#[allow(clippy::needless_borrow, reason = "a reference made from a raw pointer is written out, not implied")]
mod exec;
mod expect;
mod frame_object;
mod frames;
mod generator;
mod generator_throw;
mod globals;
mod handled;
mod hash;
pub(crate) mod imports;
mod instance_attrs;
mod instance_check;
mod int_text;
mod interrupts;
mod intrinsics;
mod introspect;
pub(crate) mod item;
mod iter_step;
pub(crate) mod iterate;
mod link;
mod lookup;
mod mro;
mod native_args;
pub(crate) mod number;
mod patterns;
mod plain;
mod preempt;
mod raise;
pub mod range;
mod report;
mod room;
mod set_update;
mod slice;
mod source;
mod statements;
#[allow(clippy::needless_borrow, reason = "a reference made from a raw pointer is written out, not implied")]
#[allow(
    clippy::unnecessary_mut_passed,
    reason = "one macro lends a cache to those that read it and those that fill it"
)]
mod step;
pub(crate) mod suggest;
pub(crate) mod super_object;
mod truth;
mod types;
mod unwind;
mod warn;
mod wrap;

pub(crate) use class_attrs::DICT as INSTANCE_DICT;
pub(crate) use generator::Sent;
pub use introspect::CompileMode;
pub(crate) use source::PROMPTED;
