//! Functions, bound methods, native functions, cells, code objects and modules.

use std::cell::UnsafeCell;
use std::sync::Arc;

use super::args::Args;
use super::define_heap_type;
use super::ptr::Ptr;
use super::value::Value;
use super::vm::{Raised, Vm};
use super::{Class, Dict, Str, Tuple};
use crate::bytecode::{CodeFlags, CodeProto, Instr};
use crate::gil::GilCell;

/// The hot half of an inline cache, 32 bytes; what the words mean is the machine's business.
#[derive(Default)]
pub struct Cache {
    /// What must be unchanged: shape and class epoch of a receiver, or version of a namespace.
    pub key: u64,
    /// Slot or entry that was found.
    pub slot: u32,
    /// How to use what was found.
    pub kind: u32,
    /// Method or class attribute that was found.
    pub value: Value,
}

/// How many receivers a site remembers besides the two met last.
const MORE_RECEIVERS: usize = 6;

/// The inline cache of one site: the two receivers met last, and older ones where there were more than two.
#[derive(Default)]
pub struct CacheSlot {
    pub first: Cache,
    pub second: Cache,
    more: Option<Box<[Cache; MORE_RECEIVERS]>>,
}

impl CacheSlot {
    /// Makes room for a new entry in front; what was there becomes the second. The oldest of many is forgotten.
    pub(crate) fn make_room(&mut self) {
        if self.first.kind == 0 {
            return;
        }
        std::mem::swap(&mut self.first, &mut self.second);
        if self.first.kind != 0 {
            let more = self.more.get_or_insert_default();
            more.rotate_right(1);
            std::mem::swap(&mut self.first, &mut more[0]);
        }
    }

    /// The entry of a receiver that is not among the last two.
    #[inline(never)]
    pub(crate) fn older(&self, key: u64) -> Option<&Cache> {
        self.more.as_ref()?.iter().find(|cache| cache.key == key && cache.kind != 0)
    }

    /// All entries, those used last first.
    pub(crate) fn entries(&self) -> impl Iterator<Item = &Cache> {
        [&self.first, &self.second].into_iter().chain(self.more.iter().flat_map(|more| more.iter()))
    }
}

define_heap_type! {
    /// A code object: a prototype linked to an interpreter's constants and caches.
    pub struct Code: untracked {
        pub proto: Arc<CodeProto>,
        pub consts: Box<[Value]>,
        pub names: Box<[Ptr<Str>]>,
        /// Names of the parameters that can be given by position or keyword.
        pub(crate) parameters: Box<[Ptr<Str>]>,
        /// One a site; reached by the evaluation loop only, with the lock held.
        pub(crate) caches: Box<[UnsafeCell<CacheSlot>]>,
        pub(crate) entry: *const Instr,
        pub(crate) first_temp: u16,
        pub(crate) nregs: u16,
        pub(crate) arg_count: u16,
        pub(crate) flags: CodeFlags,
        /// Whether there are exception handlers.
        pub(crate) handles: bool,
        pub name: Ptr<Str>,
        pub qualname: Ptr<Str>,
    }
}

impl Code {
    /// A code object of a verified prototype and its linked parts.
    pub(crate) fn link(
        proto: Arc<CodeProto>,
        consts: Box<[Value]>,
        names: Box<[Ptr<Str>]>,
        parameters: Box<[Ptr<Str>]>,
        name: Ptr<Str>,
        qualname: Ptr<Str>,
    ) -> Ptr<Code> {
        let caches = proto.caches.iter().map(|_| UnsafeCell::new(CacheSlot::default())).collect();
        let entry = proto.instrs.as_ptr();
        let (first_temp, nregs, arg_count) = (proto.first_temp.0, proto.nregs, proto.arg_count);
        let (flags, handles) = (proto.flags, !proto.exceptions.is_empty());
        Code::alloc(
            proto, consts, names, parameters, caches, entry, first_temp, nregs, arg_count, flags, handles, name,
            qualname,
        )
    }
}

/// What can be assigned to on a function.
pub struct FuncData {
    pub name: Value,
    pub qualname: Value,
    pub module: Value,
    pub doc: Value,
    /// Defaults of the last positional parameters.
    pub defaults: Option<Ptr<Tuple>>,
    pub kw_defaults: Option<Ptr<Dict>>,
    pub annotations: Option<Ptr<Dict>>,
    pub type_params: Value,
    pub dict: Option<Ptr<Dict>>,
}

define_heap_type! {
    /// A function made by `def` or `lambda`.
    pub struct Func: tracked {
        pub code: GilCell<Ptr<Code>>,
        pub globals: Ptr<Dict>,
        pub closure: Option<Ptr<Tuple>>,
        /// How many positional arguments a call must have to need no binding; [`Func::NEVER`] if all need it.
        pub(crate) simple_args: std::cell::Cell<u32>,
        pub data: GilCell<FuncData>,
    }
}

impl Func {
    /// A function over the given code and globals.
    pub fn new(code: Ptr<Code>, globals: Ptr<Dict>, closure: Option<Ptr<Tuple>>, data: FuncData) -> Ptr<Func> {
        let simple = Self::simple_args_of(&code.proto);
        Func::alloc(GilCell::new(code), globals, closure, std::cell::Cell::new(simple), GilCell::new(data))
    }

    /// No number of arguments needs no binding.
    pub(crate) const NEVER: u32 = u32::MAX;

    /// The number of parameters of code that takes positional ones only.
    pub(crate) fn simple_args_of(proto: &CodeProto) -> u32 {
        let simple = proto.kwonly_count == 0 && proto.flags.0 & (CodeFlags::VARARGS | CodeFlags::VARKEYWORDS) == 0;
        if simple { proto.arg_count.into() } else { Self::NEVER }
    }
}

define_heap_type! {
    /// A method bound to its receiver.
    pub struct Method: tracked {
        pub func: Value,
        pub receiver: Value,
    }
}

impl Method {
    /// `func` bound to `receiver`.
    pub fn new(func: Value, receiver: Value) -> Ptr<Method> {
        Method::alloc(func, receiver)
    }
}

define_heap_type! {
    /// The variable that a closure shares with the block that owns it.
    pub struct Cell: tracked {
        pub content: GilCell<Value>,
    }
}

impl Cell {
    /// A cell with the given content; `Undef` for an empty one.
    pub fn new(content: Value) -> Ptr<Cell> {
        Cell::alloc(GilCell::new(content))
    }
}

define_heap_type! {
    /// A module.
    pub struct Module: tracked {
        pub dict: Ptr<Dict>,
    }
}

impl Module {
    /// A module over a namespace.
    pub fn new(dict: Ptr<Dict>) -> Ptr<Module> {
        Module::alloc(dict)
    }
}

/// A function written in Rust. Arguments arrive bound as its [`Arity`] says.
pub type NativeFn = fn(&mut Vm, Args<'_>) -> Result<Value, Raised>;

/// What arguments a native function takes, and how its TypeErrors are worded.
#[derive(Clone, Copy, Debug)]
pub enum Arity {
    /// Exactly this many, by position: `f() takes exactly one argument (2 given)`.
    Exact(u8),
    /// From .. to by position: `f expected at most 1 argument, got 2`.
    Range(u8, u8),
    /// Named parameters, absent ones arrive as `Undef`.
    Named(&'static Params),
    /// Whatever is given, keywords in `Args::names`.
    Any,
    /// Any number by position, no keywords.
    Variadic,
}

/// Named parameters of a native function.
#[derive(Debug)]
pub struct Params {
    pub names: &'static [&'static str],
    /// How many, from the left, must be given.
    pub required: u8,
    /// How many, from the left, are positional only.
    pub posonly: u8,
    /// How many, from the right, are keyword only.
    pub kwonly: u8,
}

/// The description of a native function, in the static table of its type or module.
#[derive(Clone, Copy, Debug)]
pub struct NativeDef {
    pub name: &'static str,
    pub arity: Arity,
    pub call: NativeFn,
    pub doc: &'static str,
}

/// How a native function is bound when it is found on a class.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NativeKind {
    /// A module's function: never bound.
    Function,
    /// A method: `self` is the first argument, and must be of the owner.
    Method,
    /// A method that stands for a slot of the owner (`wrapper_descriptor`, e.g. `int.__add__`).
    SlotWrapper,
    /// A class method: the class is the first argument.
    ClassMethod,
    /// A static method such as `__new__`.
    Static,
}

define_heap_type! {
    /// A native function, method or slot wrapper.
    pub struct Native: tracked {
        pub def: &'static NativeDef,
        pub kind: NativeKind,
        /// The class whose method this is.
        pub owner: Option<Ptr<Class>>,
        /// Module name, for module functions.
        pub module: Option<Ptr<Str>>,
        /// A closure's captured value, for native functions that the embedder makes; else `Undef`.
        pub captured: Value,
    }
}

impl Native {
    /// A native function of a description.
    pub fn new(
        def: &'static NativeDef,
        kind: NativeKind,
        owner: Option<Ptr<Class>>,
        module: Option<Ptr<Str>>,
    ) -> Ptr<Native> {
        Native::alloc(def, kind, owner, module, Value::Undef)
    }
}
