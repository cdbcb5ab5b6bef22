//! Decides where each name of each scope lives.

use mini_grammar::ast::Name;

use super::{Resolution, ScopeId, ScopeKind, ScopeTree, flag};

impl ScopeTree {
    /// Resolves every name; scopes are visited from the outside inwards.
    pub(super) fn resolve(&mut self) {
        self.share_globals();
        for id in 0..self.scopes.len() {
            for at in 0..self.scopes[id].order.len() {
                let name = self.scopes[id].order[at].clone();
                let resolution = self.decide(id, &name);
                let symbol = self.scopes[id].symbols.get_mut(&name).expect("in order");
                // A nested scope that was visited earlier cannot have captured it: parents come first.
                symbol.resolution = resolution;
            }
        }
    }

    /// A name that any scope declares global is one at the top as well, where it matters if the locals are a
    /// namespace of their own (`exec`).
    fn share_globals(&mut self) {
        let declared: Vec<Name> = self.scopes[1..]
            .iter()
            .flat_map(|scope| scope.symbols.iter())
            .filter(|(_, symbol)| symbol.flags & flag::GLOBAL != 0)
            .map(|(name, _)| name.clone())
            .collect();
        for name in declared {
            if let Some(symbol) = self.scopes[Self::ROOT].symbols.get_mut(&name) {
                symbol.flags |= flag::GLOBAL;
            }
        }
    }

    fn decide(&mut self, id: ScopeId, name: &Name) -> Resolution {
        let flags = self.scopes[id].symbols[name].flags;
        if flags & flag::GLOBAL != 0 {
            return Resolution::GlobalExplicit;
        }
        if flags & flag::BOUND != 0 && flags & flag::NONLOCAL == 0 {
            return Resolution::Local;
        }
        let owner = self.scopes[id].parent.and_then(|p| self.owner(p, name));
        let Some(owner) = owner else {
            return Resolution::GlobalImplicit;
        };
        if self.unit_of(owner) == self.unit_of(id) {
            return Resolution::Enclosing;
        }
        self.capture(owner, id, name);
        if self.scopes[id].is_unit() { Resolution::Free } else { Resolution::Enclosing }
    }

    /// The scope at or above `id` whose binding a nested block sees.
    fn owner(&self, id: ScopeId, name: &Name) -> Option<ScopeId> {
        let mut at = Some(id);
        while let Some(id) = at {
            let scope = &self.scopes[id];
            match scope.kind {
                ScopeKind::Module => return None,
                ScopeKind::Class => {
                    if matches!(&**name, "__class__" | "__classdict__") {
                        return Some(id);
                    }
                }
                _ => {
                    if scope.has(name, flag::GLOBAL) {
                        return None;
                    }
                    if scope.has(name, flag::BOUND) && !scope.has(name, flag::NONLOCAL) {
                        return Some(id);
                    }
                }
            }
            at = scope.parent;
        }
        None
    }

    /// Makes the owner's binding a cell and passes it through the units down to `id`.
    fn capture(&mut self, owner: ScopeId, id: ScopeId, name: &Name) {
        let owner_scope = &mut self.scopes[owner];
        match owner_scope.symbols.get_mut(name) {
            Some(symbol) if owner_scope.kind != ScopeKind::Class => {
                symbol.resolution = Resolution::Cell;
            }
            _ if &**name == "__class__" => owner_scope.needs_class_cell = true,
            _ => owner_scope.needs_classdict = true,
        }
        let last = self.unit_of(owner);
        let mut unit = self.unit_of(id);
        while unit != last {
            self.scopes[unit].free.insert(name.clone());
            let parent = self.scopes[unit].parent.expect("the owner is above");
            unit = self.unit_of(parent);
        }
    }
}
