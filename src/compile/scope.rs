//! Scopes: which block binds each name, found before any code is emitted.
//!
//! A *unit* is a scope with a code object of its own. Comprehensions other than generator
//! expressions are scopes but not units: they are inlined into the enclosing frame (PEP 709).

mod collect;
mod resolve;

use std::collections::{BTreeSet, HashMap, HashSet};

use mini_grammar::ast::{Name, Span};

pub(super) use collect::{Root, collect};

/// Index of a scope in the [`ScopeTree`].
pub(super) type ScopeId = usize;

/// What sort of block a scope is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum ScopeKind {
    Module,
    Class,
    Function,
    Lambda,
    /// A list, set or dict comprehension, inlined.
    Comprehension,
    GeneratorExp,
    /// The type parameters of a generic function, class or alias (PEP 695).
    TypeParams,
    /// A lazily evaluated bound, default or alias value (PEP 695).
    Thunk,
}

/// Properties of a name in a scope.
pub(super) mod flag {
    pub(in super::super) const USE: u16 = 1;
    pub(in super::super) const LOCAL: u16 = 2;
    pub(in super::super) const PARAM: u16 = 4;
    pub(in super::super) const GLOBAL: u16 = 8;
    pub(in super::super) const NONLOCAL: u16 = 16;
    pub(in super::super) const TYPE_PARAM: u16 = 32;
    /// Unbound somewhere by `del` or the end of an `except ... as`.
    pub(in super::super) const DELETED: u16 = 64;
    /// Target of an assignment expression.
    pub(in super::super) const WALRUS: u16 = 128;
    pub(in super::super) const BOUND: u16 = LOCAL | PARAM | TYPE_PARAM;
}

/// Where a name of a scope lives.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Resolution {
    /// Bound in this scope and captured by nobody.
    Local,
    /// Bound in this scope and captured by a nested unit.
    Cell,
    /// A cell of an enclosing unit.
    Free,
    /// Of the scope that encloses this comprehension, in the same unit.
    Enclosing,
    GlobalExplicit,
    GlobalImplicit,
}

/// A name as one scope sees it.
#[derive(Clone, Debug)]
pub(super) struct Symbol {
    pub(super) flags: u16,
    pub(super) resolution: Resolution,
}

/// One block.
#[derive(Debug)]
pub(super) struct Scope {
    pub(super) kind: ScopeKind,
    pub(super) parent: Option<ScopeId>,
    pub(super) children: Vec<ScopeId>,
    pub(super) symbols: HashMap<Name, Symbol>,
    /// Names in the order of their first appearance.
    pub(super) order: Vec<Name>,
    /// Names of enclosing cells that this unit or one inside it needs.
    pub(super) free: BTreeSet<Name>,
    /// Names that are looked up in the enclosing class's namespace first.
    pub(super) sees_class: bool,
    pub(super) needs_class_cell: bool,
    pub(super) needs_classdict: bool,
    pub(super) is_generator: bool,
    pub(super) is_coroutine: bool,
    /// Where a `return` with a value stands, if there is one.
    pub(super) returns_value: Option<Span>,
    /// Whether a simple annotated name occurs in the block.
    pub(super) has_annotations: bool,
    /// Whether the unit lies inside a function.
    pub(super) nested: bool,
    /// The class whose private names are mangled here.
    pub(super) private: Option<Name>,
    /// In the type parameters of a class only these names are mangled.
    pub(super) mangled_only: Option<HashSet<Name>>,
}

impl Scope {
    /// Whether names bound here live in registers.
    pub(super) fn is_function_like(&self) -> bool {
        !matches!(self.kind, ScopeKind::Module | ScopeKind::Class)
    }

    /// Whether the scope has a code object of its own.
    pub(super) fn is_unit(&self) -> bool {
        self.kind != ScopeKind::Comprehension
    }

    /// The name as this scope sees it.
    pub(super) fn symbol(&self, name: &str) -> Option<&Symbol> {
        self.symbols.get(name)
    }

    /// Whether the name has any of the given flags here.
    pub(super) fn has(&self, name: &str, flags: u16) -> bool {
        self.symbol(name).is_some_and(|s| s.flags & flags != 0)
    }
}

/// Tells apart the scopes that one syntax node opens.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum Role {
    Body,
    TypeParams,
    Bound,
    Default,
}

/// All scopes of a source, found by the address of the node that opens them.
#[derive(Debug)]
pub(super) struct ScopeTree {
    pub(super) scopes: Vec<Scope>,
    by_node: HashMap<(usize, Role), ScopeId>,
}

impl ScopeTree {
    /// The scope of the module or expression itself.
    pub(super) const ROOT: ScopeId = 0;

    /// The scope that `node` opens in `role`.
    ///
    /// # Panics
    /// If the tree was collected from other nodes.
    pub(super) fn of<T>(&self, node: &T, role: Role) -> ScopeId {
        self.by_node[&(address(node), role)]
    }

    /// The scope whose code object `scope` belongs to.
    pub(super) fn unit_of(&self, scope: ScopeId) -> ScopeId {
        let mut id = scope;
        while !self.scopes[id].is_unit() {
            id = self.scopes[id].parent.expect("a comprehension has a parent");
        }
        id
    }
}

fn address<T>(node: &T) -> usize {
    std::ptr::from_ref(node) as usize
}
