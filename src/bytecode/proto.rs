//! Code prototypes.

use std::sync::Arc;

use super::{Const, Instr, Reg};

/// Where in the source an instruction comes from; lines count from 1, columns are UTF-8
/// byte offsets from 0, as in CPython's `co_positions`. Line 0: no source.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Position {
    pub line: u32,
    pub end_line: u32,
    pub col: u32,
    pub end_col: u32,
}

/// What sets a code object apart, with the values of CPython's `co_flags`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct CodeFlags(pub u32);

impl CodeFlags {
    /// Names of locals are resolved when compiling; the frame has no mapping of its own.
    pub const OPTIMIZED: u32 = 0x1;
    /// A call makes a new namespace (every function).
    pub const NEWLOCALS: u32 = 0x2;
    pub const VARARGS: u32 = 0x4;
    pub const VARKEYWORDS: u32 = 0x8;
    pub const NESTED: u32 = 0x10;
    pub const GENERATOR: u32 = 0x20;
    pub const COROUTINE: u32 = 0x80;
    /// A generator that `types.coroutine` made awaitable.
    pub const ITERABLE_COROUTINE: u32 = 0x100;
    pub const ASYNC_GENERATOR: u32 = 0x200;
    pub const HAS_DOCSTRING: u32 = 0x0400_0000;
    pub const METHOD: u32 = 0x0800_0000;

    /// Whether all the given bits are set.
    pub const fn has(self, bits: u32) -> bool {
        self.0 & bits == bits
    }

    /// Whether a call makes a generator, coroutine or asynchronous generator.
    pub const fn is_suspendable(self) -> bool {
        self.0 & (Self::GENERATOR | Self::COROUTINE | Self::ASYNC_GENERATOR) != 0
    }
}

/// A region of instructions whose exceptions are handled in the frame.
///
/// When an instruction in `start .. end` raises, temporaries from `keep` on are cleared,
/// the exception is put into `exc` and the frame goes on at `handler`. Regions are sorted
/// innermost first: the first one that contains the instruction applies.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ExceptionRange {
    pub start: u32,
    pub end: u32,
    pub handler: u32,
    pub exc: Reg,
    /// The first temporary that does not survive.
    pub keep: Reg,
}

/// An inline cache's cold half: the name that the site looks up.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct CacheSite {
    /// Index into `names`.
    pub name: u16,
    /// For `InvokeMethod`, whose own position is the call's: where the lookup of the method
    /// stands, for the traceback of an AttributeError.
    pub lookup: Position,
}

/// A compiled block: module, function, class body, lambda, comprehension or expression.
///
/// The registers of a frame are laid out as: positional parameters, keyword-only
/// parameters, `*args`, `**kwargs`, other locals, variables of inlined comprehensions, cells
/// of variables that are not parameters, free variables, then temporaries from `first_temp`
/// up to `nregs`.
/// A parameter that is captured becomes a cell in its own register (`MakeCell`).
///
/// A comprehension's variable may bear the name of a local or of another one: it hides them
/// while it is bound, in `locals()` of module and class code too. If it is captured its
/// register holds a cell while the comprehension runs and nothing at other times.
#[derive(Clone, Debug, Default)]
pub struct CodeProto {
    pub name: Arc<str>,
    pub qualname: Arc<str>,
    pub filename: Arc<str>,
    pub first_line: u32,
    pub flags: CodeFlags,
    /// Positional parameters, positional-only ones included.
    pub arg_count: u16,
    pub posonly_count: u16,
    pub kwonly_count: u16,
    /// Registers of a frame, at least `first_temp`.
    pub nregs: u16,
    pub first_temp: Reg,
    pub instrs: Vec<Instr>,
    /// One a instruction.
    pub positions: Vec<Position>,
    pub consts: Vec<Const>,
    pub names: Vec<Arc<str>>,
    /// One an inline cache.
    pub caches: Vec<CacheSite>,
    pub exceptions: Vec<ExceptionRange>,
    /// The name of each register below `first_temp`, in order.
    pub local_names: Vec<Arc<str>>,
    /// Registers that hold cells made in this block.
    pub cell_regs: Vec<Reg>,
    /// Registers that `CopyFree` fills; consecutive.
    pub free_regs: Vec<Reg>,
    /// Number of locals in the sense of CPython's `co_varnames`, a prefix of `local_names`.
    pub var_count: u16,
    /// `__doc__` of a function or class, if its body begins with a string.
    pub doc: Option<Arc<str>>,
}
