//! The instruction set of the register machine.
//!
//! Every instruction is exactly eight bytes. `r[x]` is register `x` of the current
//! frame, `k[x]` constant `x`, `n[x]` name `x`, `c[x]` inline cache `x` (a cache knows
//! the name that it is for). Jump offsets count instructions from the one that follows.
//!
//! **Temporaries are consumed.** Registers from `Code::first_temp` on are temporaries.
//! Unless its line says *keeps*, an instruction that reads a temporary leaves it free of
//! heap references, so a value dies where CPython's stack machine would pop it.
//! Reading a local (below `first_temp`) never changes it.
//! A destination may be one of the operands.

// `r[n]` is register n, not a link.
#![allow(rustdoc::broken_intra_doc_links)]

/// A register of the current frame.
#[derive(Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Reg(pub u16);

impl std::fmt::Debug for Reg {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "r{}", self.0)
    }
}

impl Reg {
    /// Stands for "no register" in operands that are optional.
    pub const NONE: Reg = Reg(u16::MAX);

    /// The register `n` places further up.
    pub const fn offset(self, n: u16) -> Reg {
        Reg(self.0 + n)
    }

    /// Whether this operand is absent.
    pub const fn is_none(self) -> bool {
        self.0 == u16::MAX
    }
}

/// A binary operator.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[repr(u8)]
pub enum BinOp {
    Add,
    Sub,
    Mul,
    MatMul,
    TrueDiv,
    FloorDiv,
    Mod,
    Pow,
    LShift,
    RShift,
    BitAnd,
    BitOr,
    BitXor,
}

impl BinOp {
    /// How a source writes it.
    pub fn symbol(self) -> &'static str {
        match self {
            BinOp::Add => "+",
            BinOp::Sub => "-",
            BinOp::Mul => "*",
            BinOp::MatMul => "@",
            BinOp::TrueDiv => "/",
            BinOp::FloorDiv => "//",
            BinOp::Mod => "%",
            BinOp::Pow => "**",
            BinOp::LShift => "<<",
            BinOp::RShift => ">>",
            BinOp::BitAnd => "&",
            BinOp::BitOr => "|",
            BinOp::BitXor => "^",
        }
    }
}

/// A rich comparison.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[repr(u8)]
pub enum CmpOp {
    Lt,
    Le,
    Eq,
    Ne,
    Gt,
    Ge,
}

impl CmpOp {
    /// How a source writes it.
    pub fn symbol(self) -> &'static str {
        match self {
            CmpOp::Lt => "<",
            CmpOp::Le => "<=",
            CmpOp::Eq => "==",
            CmpOp::Ne => "!=",
            CmpOp::Gt => ">",
            CmpOp::Ge => ">=",
        }
    }
}

/// What a `Yield` hands out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum YieldKind {
    /// `yield` in a generator, or what an `await` / `yield from` passes outwards.
    Plain,
    /// `yield` of an asynchronous generator: a value for its consumer, not for the loop.
    AsyncValue,
}

/// Conversion of an f-string field.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum Conversion {
    None,
    Str,
    Repr,
    Ascii,
}

/// Where an `await` stands, for the text of its TypeError.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum AwaitPlace {
    Expression,
    AsyncWithEnter,
    AsyncWithExit,
}

/// Rare operations with one operand.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum Intrinsic1 {
    /// Prints r[src] as the interactive prompt does (`sys.displayhook`).
    Print,
    /// `from r[src] import *` into the frame's names.
    ImportStar,
    /// `tuple(r[src])` of a list that the compiler built.
    ListToTuple,
    /// `TypeVar(r[src])`.
    TypeVar,
    /// `ParamSpec(r[src])`.
    ParamSpec,
    /// `TypeVarTuple(r[src])`.
    TypeVarTuple,
    /// `Generic[r[src]]`.
    SubscriptGeneric,
    /// `type` statement; r[src] is the tuple (name, type params, thunk for the value).
    TypeAlias,
}

/// Rare operations with two operands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum Intrinsic2 {
    /// `TypeVar(lhs, bound=rhs)`, the bound a thunk evaluated lazily.
    TypeVarWithBound,
    /// `TypeVar(lhs, *rhs)`, the constraints a thunk evaluated lazily.
    TypeVarWithConstraints,
    /// Sets `lhs.__type_params__ = rhs`; the result is lhs.
    SetFunctionTypeParams,
    /// Sets the default (a thunk) of the type parameter lhs; the result is lhs.
    SetTypeParamDefault,
    /// Reraises what `except*` clauses left over: lhs the original, rhs the list of raised and unmatched ones; the result is the exception to raise, or None.
    PrepReraiseStar,
}

/// Which extras `MakeFunction` finds in the registers after its destination, in this order.
pub mod make_function {
    /// A tuple of default values.
    pub const DEFAULTS: u16 = 1;
    /// A dict of keyword-only defaults.
    pub const KW_DEFAULTS: u16 = 2;
    /// A dict of annotations.
    pub const ANNOTATIONS: u16 = 4;
    /// A tuple of cells.
    pub const CLOSURE: u16 = 8;
}

/// One instruction; see the module for how to read the semantics.
#[derive(Clone, Copy, Debug)]
#[repr(u8, align(8))]
pub enum Instr {
    // Moves and constants.
    /// r[dst] := r[src]; keeps.
    Copy { dst: Reg, src: Reg },
    /// r[dst] := r[src], and r[src] is left unbound.
    Move { dst: Reg, src: Reg },
    /// r[dst] := k[k].
    LoadK { dst: Reg, k: u16 },
    /// r[dst] := the integer imm.
    LoadInt { dst: Reg, imm: i32 },
    /// r[dst] := None.
    LoadNone { dst: Reg },
    /// r[dst] := True or False.
    LoadBool { dst: Reg, value: bool },
    /// r[reg] := unbound.
    Clear { reg: Reg },
    /// r[first .. first + count] := unbound.
    ClearRange { first: Reg, count: u16 },
    /// Raises UnboundLocalError unless r[reg] is bound; keeps.
    CheckBound { reg: Reg },
    /// Raises UnboundLocalError unless r[reg] is bound, then unbinds it.
    DelLocal { reg: Reg },

    // Cells.
    /// r[reg] := a new cell that holds the old r[reg] (or nothing, if that was unbound).
    MakeCell { reg: Reg },
    /// r[first + i] := cell i of the running function's closure, for all of them.
    CopyFree { first: Reg },
    /// r[dst] := contents of the cell r[cell]; NameError if empty; keeps the cell.
    LoadCell { dst: Reg, cell: Reg },
    /// Contents of the cell r[cell] := r[src]; keeps the cell.
    StoreCell { cell: Reg, src: Reg },
    /// Empties the cell r[cell]; NameError if it is empty; keeps the cell.
    DelCell { cell: Reg },
    /// r[dst] := names[n[name]] of the class body if present, else contents of r[cell].
    LoadClassCell { dst: Reg, cell: Reg, name: u16 },

    // Names.
    /// r[dst] := global or built-in named by c[cache].
    LoadGlobal { dst: Reg, cache: u16 },
    /// Global named by c[cache] := r[src].
    StoreGlobal { src: Reg, cache: u16 },
    /// Deletes the global n[name].
    DelGlobal { name: u16 },
    /// r[dst] := the frame's local name, else global, else built-in, named by c[cache].
    /// Module, class and `exec` code use this; without a separate mapping of locals it is LoadGlobal.
    LoadName { dst: Reg, cache: u16 },
    /// The frame's name given by c[cache] := r[src].
    StoreName { src: Reg, cache: u16 },
    /// Deletes the frame's name n[name].
    DelName { name: u16 },
    /// r[dst] := r[mapping][n[name]] if present, else the global (type-parameter scopes in classes); keeps the mapping.
    LoadFromDictOrGlobals { dst: Reg, mapping: Reg, name: u16 },
    /// r[dst] := r[dst][n[name]] if present (r[dst] is a mapping), else contents of the cell
    /// r[cell], which is kept (type-parameter scopes in classes).
    LoadFromDictOrCell { dst: Reg, cell: Reg, name: u16 },
    /// r[dst] := the frame's mapping of local names.
    LoadLocals { dst: Reg },
    /// The frame's name `__annotations__` := {} unless it is bound in its local names.
    SetupAnnotations,

    // Operators.
    /// r[dst] := r[lhs] + r[rhs].
    Add { dst: Reg, lhs: Reg, rhs: Reg },
    /// r[dst] := r[lhs] - r[rhs].
    Sub { dst: Reg, lhs: Reg, rhs: Reg },
    /// r[dst] := r[lhs] * r[rhs].
    Mul { dst: Reg, lhs: Reg, rhs: Reg },
    /// r[dst] := r[lhs] / r[rhs].
    TrueDiv { dst: Reg, lhs: Reg, rhs: Reg },
    /// r[dst] := r[lhs] // r[rhs].
    FloorDiv { dst: Reg, lhs: Reg, rhs: Reg },
    /// r[dst] := r[lhs] % r[rhs].
    Mod { dst: Reg, lhs: Reg, rhs: Reg },
    /// r[dst] := r[lhs] op r[rhs], for the other operators.
    Binary { op: BinOp, dst: Reg, lhs: Reg, rhs: Reg },
    /// r[dst] := r[lhs] + imm.
    AddI { dst: Reg, lhs: Reg, imm: i16 },
    /// r[dst] := r[lhs] - imm.
    SubI { dst: Reg, lhs: Reg, imm: i16 },
    /// r[dst] := r[lhs] op imm, for the other operators.
    BinaryI { op: BinOp, dst: Reg, lhs: Reg, imm: i16 },
    /// r[dst] := r[lhs] op= r[rhs]. When dst is lhs the value may be changed in place.
    Inplace { op: BinOp, dst: Reg, lhs: Reg, rhs: Reg },
    /// r[dst] := r[lhs] op= imm.
    InplaceI { op: BinOp, dst: Reg, lhs: Reg, imm: i16 },
    /// r[dst] := -r[src].
    Neg { dst: Reg, src: Reg },
    /// r[dst] := +r[src].
    Pos { dst: Reg, src: Reg },
    /// r[dst] := ~r[src].
    Invert { dst: Reg, src: Reg },
    /// r[dst] := not r[src].
    Not { dst: Reg, src: Reg },
    /// r[dst] := r[lhs] op r[rhs], any object.
    Compare { op: CmpOp, dst: Reg, lhs: Reg, rhs: Reg },
    /// r[dst] := r[lhs] op imm, any object.
    CompareI { op: CmpOp, dst: Reg, lhs: Reg, imm: i16 },
    /// r[dst] := r[lhs] is r[rhs] (is not, if negate).
    Is { negate: bool, dst: Reg, lhs: Reg, rhs: Reg },
    /// r[dst] := r[item] in r[container] (not in, if negate).
    Contains { negate: bool, dst: Reg, item: Reg, container: Reg },

    // Jumps: a taken jump backwards polls.
    /// Jumps.
    Jump { off: i32 },
    /// Jumps if r[cond] is true.
    JumpIfTrue { cond: Reg, off: i32 },
    /// Jumps if r[cond] is false.
    JumpIfFalse { cond: Reg, off: i32 },
    /// Jumps if r[cond] is true, keeping it; else consumes it.
    JumpIfTrueKeep { cond: Reg, off: i32 },
    /// Jumps if r[cond] is false, keeping it; else consumes it.
    JumpIfFalseKeep { cond: Reg, off: i32 },
    /// Jumps if (r[src] is None) == when.
    JumpIsNone { when: bool, src: Reg, off: i16 },
    /// Jumps if (r[lhs] is r[rhs]) == when.
    JumpIs { when: bool, lhs: Reg, rhs: Reg, off: i16 },
    /// Jumps if (r[lhs] < r[rhs]) == when.
    JumpLt { when: bool, lhs: Reg, rhs: Reg, off: i16 },
    /// Jumps if (r[lhs] <= r[rhs]) == when.
    JumpLe { when: bool, lhs: Reg, rhs: Reg, off: i16 },
    /// Jumps if (r[lhs] > r[rhs]) == when.
    JumpGt { when: bool, lhs: Reg, rhs: Reg, off: i16 },
    /// Jumps if (r[lhs] >= r[rhs]) == when.
    JumpGe { when: bool, lhs: Reg, rhs: Reg, off: i16 },
    /// Jumps if (r[lhs] == r[rhs]) == when.
    JumpEq { when: bool, lhs: Reg, rhs: Reg, off: i16 },
    /// Jumps if (r[lhs] != r[rhs]) == when.
    JumpNe { when: bool, lhs: Reg, rhs: Reg, off: i16 },
    /// Jumps if (r[lhs] < imm) == when.
    JumpLtI { when: bool, lhs: Reg, imm: i16, off: i16 },
    /// Jumps if (r[lhs] <= imm) == when.
    JumpLeI { when: bool, lhs: Reg, imm: i16, off: i16 },
    /// Jumps if (r[lhs] > imm) == when.
    JumpGtI { when: bool, lhs: Reg, imm: i16, off: i16 },
    /// Jumps if (r[lhs] >= imm) == when.
    JumpGeI { when: bool, lhs: Reg, imm: i16, off: i16 },
    /// Jumps if (r[lhs] == imm) == when.
    JumpEqI { when: bool, lhs: Reg, imm: i16, off: i16 },
    /// Jumps if (r[lhs] != imm) == when.
    JumpNeI { when: bool, lhs: Reg, imm: i16, off: i16 },
    /// Jumps if (r[item] in r[container]) == when.
    JumpIn { when: bool, item: Reg, container: Reg, off: i16 },

    // Iteration.
    /// r[dst] := iter(r[src]).
    GetIter { dst: Reg, src: Reg },
    /// r[dst] := next item of r[iter], then jumps (backwards, to the body) and polls;
    /// when there is none, clears r[iter] and goes on. Keeps r[iter] while there are items.
    ForIter { iter: Reg, dst: Reg, off: i16 },
    /// Same as ForIter with a wide offset, which the `Jump` that must follow gives: falls
    /// onto that Jump when there is an item, skips it when there is none.
    ForIterFar { iter: Reg, dst: Reg },

    // Attributes and items.
    /// r[dst] := r[obj].name of c[cache].
    GetAttr { dst: Reg, obj: Reg, cache: u16 },
    /// r[obj].name of c[cache] := r[val].
    SetAttr { obj: Reg, val: Reg, cache: u16 },
    /// del r[obj].n[name].
    DelAttr { obj: Reg, name: u16 },
    /// Looks up method c[cache] of r[base + 1]: r[base] := function and r[base + 1] stays as
    /// self, or r[base] := the attribute and r[base + 1] := unbound.
    LoadMethod { base: Reg, cache: u16 },
    /// `super().name`: r[base] the global `super`, r[base + 1] the class, r[base + 2] self.
    /// As a method load leaves what LoadMethod leaves; else r[base] := the attribute.
    LoadSuper { method: bool, base: Reg, cache: u16 },
    /// r[dst] := r[obj][r[index]].
    GetItem { dst: Reg, obj: Reg, index: Reg },
    /// r[dst] := r[obj][imm].
    GetItemI { dst: Reg, obj: Reg, imm: i16 },
    /// r[obj][r[index]] := r[val].
    SetItem { obj: Reg, index: Reg, val: Reg },
    /// r[dst] := r[obj][r[first] : r[first + 1] : r[first + 2]]; None stands for a part left out.
    GetSlice { dst: Reg, obj: Reg, first: Reg },
    /// r[obj][r[first] : r[first + 1] : r[first + 2]] := r[val].
    SetSlice { obj: Reg, first: Reg, val: Reg },
    /// del r[obj][r[index]].
    DelItem { obj: Reg, index: Reg },
    /// r[dst] := slice(r[first], r[first + 1], r[first + 2]).
    BuildSlice { dst: Reg, first: Reg },

    // Calls: the result replaces r[base].
    /// r[base] := r[base](r[base + 1 ..= base + nargs]).
    Call { base: Reg, nargs: u16 },
    /// As Call; the last values are keyword arguments whose names are the tuple k[names].
    CallKw { base: Reg, nargs: u16, names: u16 },
    /// After LoadMethod: r[base] := r[base](r[base + 1], args...), r[base + 1] left out if
    /// unbound; the nargs arguments begin at r[base + 2].
    CallMethod { base: Reg, nargs: u16 },
    /// As CallMethod with keyword names k[names]; nargs counts their values too.
    CallMethodKw { base: Reg, nargs: u16, names: u16 },
    /// LoadMethod and CallMethod in one, for arguments whose evaluation can have no effect:
    /// self in r[base + 1], arguments from r[base + 2]; c[cache] names the method.
    InvokeMethod { base: Reg, nargs: u16, cache: u16 },
    /// r[base] := r[base](*r[base + 1], **r[base + 2]); any iterable, and a dict or unbound.
    CallEx { base: Reg },
    /// Returns r[src].
    Return { src: Reg },
    /// Returns None.
    ReturnNone,

    // Building.
    /// r[dst] := (r[first], ... count of them).
    BuildTuple { dst: Reg, first: Reg, count: u16 },
    /// r[dst] := [r[first], ...].
    BuildList { dst: Reg, first: Reg, count: u16 },
    /// r[dst] := {r[first], ...}.
    BuildSet { dst: Reg, first: Reg, count: u16 },
    /// r[dst] := {r[first]: r[first + 1], ...}, count pairs.
    BuildMap { dst: Reg, first: Reg, count: u16 },
    /// r[dst] := the strings r[first], ... joined.
    BuildString { dst: Reg, first: Reg, count: u16 },
    /// r[dst] := format(conversion(r[src]), r[spec]); no spec means an empty one.
    FormatValue { conversion: Conversion, dst: Reg, src: Reg, spec: Reg },
    /// Appends r[val] to the list r[list]; keeps the list.
    ListAppend { list: Reg, val: Reg },
    /// Extends the list r[list] by the iterable r[src]; keeps the list.
    ListExtend { list: Reg, src: Reg },
    /// Adds r[val] to the set r[set]; keeps the set.
    SetAdd { set: Reg, val: Reg },
    /// Adds the items of r[src] to the set r[set]; keeps the set.
    SetUpdate { set: Reg, src: Reg },
    /// r[map][r[key]] := r[key + 1]; keeps the dict.
    MapAdd { map: Reg, key: Reg },
    /// Updates the dict r[map] from the mapping r[src] (`{**src}`); keeps the dict.
    DictUpdate { map: Reg, src: Reg },
    /// Merges `**r[src]` into the keyword dict r[map]; a key twice is a TypeError that names
    /// the callee r[callee]; keeps dict and callee.
    DictMerge { map: Reg, src: Reg, callee: Reg },

    // Unpacking.
    /// r[first], ... := the exactly count items of r[src].
    UnpackSeq { src: Reg, first: Reg, count: u16 },
    /// r[first], ... := `before` items, a list of the middle, `after` items of r[src], where
    /// shape is before << 8 | after. More than 255 of either is refused by the compiler.
    UnpackEx { src: Reg, first: Reg, shape: u16 },

    // Functions, classes, modules.
    /// r[dst] := a function of the code k[k]; extras follow in r[dst + 1 ..] as flags say
    /// (see [`make_function`]).
    MakeFunction { dst: Reg, k: u16, flags: u16 },
    /// r[dst] := the built-in `__build_class__`.
    LoadBuildClass { dst: Reg },
    /// r[base] := `__import__(n[name], ..., fromlist r[base + 1], level r[base])`.
    Import { base: Reg, name: u16 },
    /// r[dst] := the name n[name] imported from the module r[module]; keeps the module.
    ImportFrom { dst: Reg, module: Reg, name: u16 },

    // Generators and coroutines.
    /// Moves the frame's registers into a new generator, coroutine or asynchronous generator
    /// (as the code's flags say) and returns that to the caller; its first resume goes on here.
    /// A StopIteration that leaves the body becomes RuntimeError (PEP 479), and so does a
    /// StopAsyncIteration that leaves an asynchronous generator: the machine sees to it.
    MakeGenerator,
    /// Suspends with r[src]; when resumed, r[dst] := the value sent.
    Yield { kind: YieldKind, dst: Reg, src: Reg },
    /// r[dst] := iterator for `yield from r[src]`.
    GetYieldFromIter { dst: Reg, src: Reg },
    /// r[dst] := iterator for `await r[src]`.
    GetAwaitable { place: AwaitPlace, dst: Reg, src: Reg },
    /// Sends r[value] into r[iter] (kept): if it yields, r[value] := what it yielded, and goes
    /// on; if it returns, r[value] := the result, r[iter] is cleared, and jumps.
    /// Must be followed by `Yield {dst: value, src: value}` and a Jump back here, so that
    /// `throw` and `close` at that Yield find the iterator to delegate to; a StopIteration
    /// that comes back from it counts as its return.
    Send { iter: Reg, value: Reg, off: i16 },
    /// r[dst] := aiter(r[src]).
    GetAIter { dst: Reg, src: Reg },
    /// r[dst] := the awaitable of anext(r[iter]), ready for Send; keeps r[iter].
    GetANext { dst: Reg, iter: Reg },
    /// In the handler of an `async for`: a StopAsyncIteration in r[exc] ends the loop: clears
    /// r[exc] and r[iter] and goes on; any other exception is raised again.
    EndAsyncFor { exc: Reg, iter: Reg },

    // With.
    /// r[base] := r[base].__exit__ (bound), r[base + 1] := result of `__enter__()`.
    BeforeWith { base: Reg },
    /// r[base] := r[base].__aexit__ (bound), r[base + 1] := result of `__aenter__()`, to be awaited.
    BeforeAsyncWith { base: Reg },
    /// r[dst] := r[exit](type(e), e, e.__traceback__) for e = r[exc]; keeps exit and exc.
    WithExcept { dst: Reg, exit: Reg, exc: Reg },

    // Exceptions.
    /// r[save] := the exception being handled in this frame, which becomes r[exc]; keeps r[exc].
    PushExc { save: Reg, exc: Reg },
    /// The exception being handled := r[save].
    PopExc { save: Reg },
    /// Jumps unless r[exc] matches the class or tuple of classes r[class]; keeps r[exc].
    JumpIfNotMatch { exc: Reg, class: Reg, off: i16 },
    /// `except*`: r[dst] := the part of r[exc] that matches r[class] or None; r[exc] := the rest
    /// or None. A part that matches becomes the exception being handled.
    MatchGroup { dst: Reg, exc: Reg, class: Reg },
    /// Raises r[exc] (class or instance) from r[cause], if given.
    Raise { exc: Reg, cause: Reg },
    /// Raises again the exception being handled.
    RaiseBare,
    /// Raises r[exc] again, adding nothing to its traceback.
    Reraise { exc: Reg },
    /// Raises AssertionError, with r[msg] if given.
    AssertFail { msg: Reg },

    // Pattern matching.
    /// r[dst] := whether r[src] is a sequence for patterns; keeps r[src].
    MatchSequence { dst: Reg, src: Reg },
    /// r[dst] := whether r[src] is a mapping for patterns; keeps r[src].
    MatchMapping { dst: Reg, src: Reg },
    /// r[dst] := tuple of values of the keys r[keys] (a tuple) in r[src], or None; keeps r[src] and r[keys].
    MatchKeys { dst: Reg, src: Reg, keys: Reg },
    /// r[dst] := tuple of attributes for a class pattern, or None: r[dst] holds the class,
    /// r[dst + 1] the tuple of keyword names; npos positional patterns; keeps r[src].
    MatchClass { dst: Reg, src: Reg, npos: u16 },
    /// r[dst] := dict(r[src]) without the keys of r[keys] (`**rest`); keeps both.
    CopyWithoutKeys { dst: Reg, src: Reg, keys: Reg },
    /// r[dst] := len(r[src]); keeps r[src].
    GetLen { dst: Reg, src: Reg },

    // Rare.
    /// r[dst] := op(r[src]).
    Intrinsic1 { op: Intrinsic1, dst: Reg, src: Reg },
    /// r[dst] := op(r[lhs], r[rhs]).
    Intrinsic2 { op: Intrinsic2, dst: Reg, lhs: Reg, rhs: Reg },
}

const _: () = assert!(std::mem::size_of::<Instr>() == 8);
