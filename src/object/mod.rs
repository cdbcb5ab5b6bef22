//! Values, the heap, and the data of the built-in types.

pub(crate) mod args;
mod bytes;
pub(crate) mod class;
pub(crate) mod compare;
mod define;
pub(crate) mod dict;
mod dict_index;
mod free;
pub(crate) mod func;
pub(crate) mod gc;
pub(crate) mod generator;
pub(crate) mod handle;
pub(crate) mod hash;
mod header;
pub(crate) mod heap;
pub(crate) mod instance;
pub(crate) mod interp;
pub(crate) mod iter;
mod known;
mod list;
mod names;
pub(crate) mod number;
mod numbers;
mod ptr;
pub(crate) mod quote;
pub(crate) mod reserve;
pub mod room;
pub(crate) mod set;
mod set_algebra;
pub(crate) mod shape;
mod slots;
pub(crate) mod stacks;
mod string;
mod trace;
mod tuple;
pub(crate) mod unicode;
mod value;
pub(crate) mod vm;
pub(crate) mod weak;

pub use args::Args;
pub use bytes::Bytes;
pub use class::{Class, ClassData, ClassFlags, Layout};
pub(crate) use define::define_heap_type;
pub use dict::{Dict, DictData, Entry, Probe};
pub use func::{
    Arity, Cache, CacheSlot, Cell, Code, Func, FuncData, Method, Module, Native, NativeDef, NativeFn, NativeKind,
    Params,
};
pub use generator::{Gen, GenData, GenKind, GenNames, GenState, Traceback};
pub use handle::Handle;
pub use header::Tag;
pub use instance::{
    Access, CallFn, Exc, ExcData, Foreign, ForeignData, GetSet, GetSetDef, Getter, ItemFns, NextFn, Property, Setter,
    Wrapper,
};
pub use interp::Interp;
pub use iter::{DictPart, Iter, IterClass, IterState, View};
pub use known::Known;
pub use list::{BigInt, ByteArray, List, Range, Slice};
pub use names::Name;
pub use ptr::{HeapType, Ptr, Raw};
pub use reserve::{MemoryReserve, ShortageSignal};
pub use set::{Set, SetData, SetProbe};
pub use shape::{ShapeId, Shapes};
pub use slots::{Object, Slots};
pub use string::Str;
pub use tuple::Tuple;
pub use value::Value;
pub(crate) use value::Zeroed;
pub use vm::{Raised, ThreadInfo, Vm};
