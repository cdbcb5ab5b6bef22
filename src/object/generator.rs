//! Generators, coroutines, asynchronous generators, and tracebacks.

use std::cell::{Cell, UnsafeCell};

use super::define_heap_type;
use super::ptr::Ptr;
use super::value::Value;
use super::{Code, Dict};
use crate::bytecode::{CodeFlags, Instr, Position};
use crate::gil::{Gil, GilCell};

/// Where a generator is in its life.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum GenState {
    /// Not started.
    Created,
    Suspended,
    Running,
    Finished,
}

/// Which of the three it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum GenKind {
    Generator,
    Coroutine,
    AsyncGenerator,
}

/// `__name__` and `__qualname__`.
#[derive(Clone)]
pub struct GenNames {
    pub name: Value,
    pub qualname: Value,
}

/// What can be assigned to, and what is rarely needed.
#[derive(Default)]
pub struct GenData {
    /// The names, unless they are those of the code.
    pub names: Option<Box<GenNames>>,
    /// The exception that the body is handling, `Undef` for none.
    pub handled: Value,
    /// While it runs: the exception that whoever resumed it is handling.
    pub outer_handled: Value,
    /// An asynchronous generator is closed, or its `aclose` runs.
    pub closed: bool,
    /// The first-iteration hook of `sys.set_asyncgen_hooks` was called.
    pub hooks_inited: bool,
    /// An `asend` / `athrow` / `aclose` of an asynchronous generator is running.
    pub running_async: bool,
    pub finalizer: Value,
}

define_heap_type! {
    /// A generator, coroutine or asynchronous generator: a frame of its own on the heap.
    pub struct Gen: tracked {
        pub code: Ptr<Code>,
        pub globals: Ptr<Dict>,
        pub state: Cell<GenState>,
        /// Where to go on.
        pub(crate) pc: Cell<*const Instr>,
        /// The registers. The evaluation loop's base points here while it runs.
        pub(crate) regs: UnsafeCell<Box<[Value]>>,
        pub data: GilCell<GenData>,
    }
}

impl Gen {
    /// A generator that has not started, over the registers of its first call.
    pub(crate) fn new(
        code: Ptr<Code>,
        globals: Ptr<Dict>,
        pc: *const Instr,
        regs: Box<[Value]>,
        data: GenData,
    ) -> Ptr<Gen> {
        Gen::alloc(
            code,
            globals,
            Cell::new(GenState::Created),
            Cell::new(pc),
            UnsafeCell::new(regs),
            GilCell::new(data),
        )
    }

    /// The names.
    pub fn names(&self, gil: &Gil) -> GenNames {
        match &self.data.get(gil).names {
            Some(names) => GenNames::clone(names),
            None => GenNames { name: self.code.name.to_value(), qualname: self.code.qualname.to_value() },
        }
    }

    /// Whether it is an asynchronous generator.
    #[inline(always)]
    pub(crate) fn is_async(&self) -> bool {
        self.code.flags.has(CodeFlags::ASYNC_GENERATOR)
    }

    /// Whether `await` takes it as it is: a coroutine, or a generator that stands for one.
    #[inline(always)]
    pub(crate) fn is_coroutine(&self) -> bool {
        let flags = self.code.flags;
        flags.has(CodeFlags::COROUTINE) || flags.has(CodeFlags::ITERABLE_COROUTINE)
    }

    /// Which of the three it is.
    pub fn kind(&self) -> GenKind {
        let flags = self.code.flags;
        if flags.has(CodeFlags::COROUTINE) {
            GenKind::Coroutine
        } else if flags.has(CodeFlags::ASYNC_GENERATOR) {
            GenKind::AsyncGenerator
        } else {
            GenKind::Generator
        }
    }
}

define_heap_type! {
    /// One level of a traceback; `next` is the level nearer to where the exception was raised.
    pub struct Traceback: tracked {
        pub code: Ptr<Code>,
        pub globals: Ptr<Dict>,
        /// Index of the instruction; with [`Traceback::IN_LOOKUP`] its lookup of a method is meant, not its call.
        pub instr: u32,
        pub next: GilCell<Option<Ptr<Traceback>>>,
        /// The frame object, once a script has asked for it.
        pub frame: GilCell<Value>,
    }
}

impl Traceback {
    /// A level in front of `next`.
    pub fn new(code: Ptr<Code>, globals: Ptr<Dict>, instr: u32, next: Option<Ptr<Traceback>>) -> Ptr<Traceback> {
        Traceback::alloc(code, globals, instr, GilCell::new(next), GilCell::new(Value::Undef))
    }

    /// Marks the lookup of an `InvokeMethod`.
    pub const IN_LOOKUP: u32 = 1 << 31;

    /// The place in the source.
    pub fn position(&self) -> Position {
        let proto = &self.code.proto;
        let at = (self.instr & !Self::IN_LOOKUP) as usize;
        if self.instr & Self::IN_LOOKUP != 0 {
            if let Some(Instr::InvokeMethod { cache, .. }) = proto.instrs.get(at) {
                return proto.caches[*cache as usize].lookup;
            }
        }
        proto.positions.get(at).copied().unwrap_or_default()
    }

    /// The line in the source.
    pub fn line(&self) -> u32 {
        self.position().line
    }
}
