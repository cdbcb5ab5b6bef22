//! Scopes as CPython's symbol table has them, and what is checked when all names of them are known.

use std::collections::HashMap;

use super::fault;
use crate::ast::{Name, Span};
use crate::error::Fault;

pub(super) type Check = Result<(), Fault>;

/// How a scope has a name, as bits.
pub(super) const PARAM: u8 = 1;
pub(super) const LOCAL: u8 = 2;
pub(super) const USE: u8 = 4;
pub(super) const GLOBAL: u8 = 8;
pub(super) const NONLOCAL: u8 = 16;
pub(super) const ANNOTATED: u8 = 32;
pub(super) const ITERATED: u8 = 64;
pub(super) const TYPE_PARAM: u8 = 128;

#[derive(Clone, Copy, PartialEq)]
pub(super) enum Kind {
    Module,
    Class,
    Function,
    /// A comprehension, with CPython's name of it.
    Comprehension(&'static str),
    /// Where `yield`, `await` and `:=` may not stand, with CPython's name of it.
    Annotation(&'static str),
}

pub(super) struct Scope {
    pub(super) kind: Kind,
    /// Names in the order in which they were first met.
    pub(super) order: Vec<Name>,
    pub(super) flags: HashMap<Name, u8>,
    /// The place of the first `global` or `nonlocal` of a name.
    pub(super) directives: HashMap<Name, Span>,
    pub(super) children: Vec<Scope>,
    /// Whether a target of the comprehension is being visited.
    pub(super) in_target: bool,
    /// How many iterables of comprehensions are being visited.
    pub(super) in_iterable: u32,
}

impl Scope {
    pub(super) fn new(kind: Kind) -> Self {
        Self {
            kind,
            order: Vec::new(),
            flags: HashMap::new(),
            directives: HashMap::new(),
            children: Vec::new(),
            in_target: false,
            in_iterable: 0,
        }
    }

    pub(super) fn flags(&self, name: &str) -> u8 {
        self.flags.get(name).copied().unwrap_or(0)
    }

    pub(super) fn add(&mut self, name: &Name, flag: u8) {
        if !self.flags.contains_key(name) {
            self.order.push(name.clone());
        }
        *self.flags.entry(name.clone()).or_insert(0) |= flag;
    }

    pub(super) fn binds(&self, name: &str) -> bool {
        let flags = self.flags(name);
        matches!(self.kind, Kind::Function | Kind::Comprehension(_) | Kind::Annotation(_))
            && flags & (PARAM | LOCAL | TYPE_PARAM) != 0
            && flags & (GLOBAL | NONLOCAL) == 0
    }
}

/// Checks every `nonlocal` against the scopes around it.
pub(super) fn analyze<'a>(scope: &'a Scope, around: &mut Vec<&'a Scope>) -> Check {
    for name in &scope.order {
        let flags = scope.flags(name);
        let place = scope.directives.get(name).copied().unwrap_or_default();
        if flags & NONLOCAL == 0 || matches!(scope.kind, Kind::Comprehension(_)) {
            continue;
        }
        if flags & GLOBAL != 0 {
            return Err(fault(place, format!("name '{name}' is nonlocal and global")));
        }
        if scope.kind == Kind::Module {
            return Err(fault(place, "nonlocal declaration not allowed at module level"));
        }
        let in_class = around.iter().any(|outer| outer.kind == Kind::Class);
        if &**name == "__class__" && in_class {
            continue;
        }
        let Some(owner) = around.iter().rev().find(|outer| outer.binds(name)) else {
            return Err(fault(place, format!("no binding for nonlocal '{name}' found")));
        };
        if owner.flags(name) & TYPE_PARAM != 0 {
            let message = format!("nonlocal binding not allowed for type parameter '{name}'");
            return Err(fault(place, message));
        }
    }
    around.push(scope);
    let all = scope.children.iter().try_for_each(|child| analyze(child, around));
    around.pop();
    all
}
