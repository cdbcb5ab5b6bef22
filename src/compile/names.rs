//! Reading, binding and deleting variables.

use mini_grammar::ast::{Name, Span};

use super::Compiler;
use super::assembler::Access;
use super::error::Res;
use super::scope::flag;
use super::unit::Var;
use crate::bytecode::{Instr, Reg};

impl Compiler<'_> {
    /// Where the name (not yet mangled) lives.
    pub(super) fn var(&self, name: &Name) -> (Name, Var) {
        let name = self.mangled(name);
        let var = self.u.resolve(&self.tree, &name);
        (name, var)
    }

    /// The register of a variable that can be an operand in place.
    pub(super) fn local(&mut self, name: &Name, span: Span) -> Option<Reg> {
        match self.var(name).1 {
            Var::Fast(reg) => {
                self.check_bound(reg, span);
                Some(reg)
            }
            _ => None,
        }
    }

    fn check_bound(&mut self, reg: Reg, span: Span) {
        if !self.u.dead && !self.u.bound.contains(reg) {
            self.emit(span, Instr::CheckBound { reg });
            self.u.bound.insert(reg);
        }
    }

    /// r[dst] := the variable.
    pub(super) fn load(&mut self, name: &Name, span: Span, dst: Reg) {
        let (name, var) = self.var(name);
        self.load_var(&name, var, span, dst);
    }

    /// Reads a variable whose place is known.
    pub(super) fn load_var(&mut self, name: &Name, var: Var, span: Span, dst: Reg) {
        let instr = match var {
            Var::Fast(src) => {
                self.check_bound(src, span);
                if src == dst {
                    return;
                }
                Instr::Copy { dst, src }
            }
            Var::Cell(cell) => Instr::LoadCell { dst, cell },
            Var::ClassCell(cell) => {
                let name = self.u.pool.name(name);
                Instr::LoadClassCell { dst, cell, name }
            }
            Var::Global => {
                let cache = self.u.pool.name_cache(name, Access::LoadGlobal);
                Instr::LoadGlobal { dst, cache }
            }
            Var::Name => {
                let cache = self.u.pool.name_cache(name, Access::LoadName);
                Instr::LoadName { dst, cache }
            }
            Var::ClassDict { dict, cell } => {
                let mapping = if self.u.is_temp(dst) { dst } else { self.u.alloc() };
                self.emit(span, Instr::LoadCell { dst: mapping, cell: dict });
                let name = self.u.pool.name(name);
                if let Some(cell) = cell {
                    let instr = Instr::LoadFromDictOrCell { dst: mapping, cell, name };
                    self.emit(span, instr);
                    if mapping != dst {
                        self.u.top = mapping.0;
                        self.emit(span, Instr::Move { dst, src: mapping });
                    }
                    return;
                }
                // The mapping is kept by the instruction, so it has to be another register.
                let top = self.u.top;
                let result = self.u.alloc();
                let instr = Instr::LoadFromDictOrGlobals { dst: result, mapping, name };
                self.emit(span, instr);
                self.emit(span, Instr::Clear { reg: mapping });
                self.emit(span, Instr::Move { dst, src: result });
                self.u.top = if mapping == dst { top } else { mapping.0 };
                return;
            }
        };
        self.emit(span, instr);
    }

    /// The variable := r[src], a temporary that is consumed or a local that is copied.
    pub(super) fn store(&mut self, name: &Name, span: Span, src: Reg) -> Res {
        if &**name == "__debug__" {
            return self.error(span, "cannot assign to __debug__");
        }
        let (name, var) = self.var(name);
        let instr = match var {
            Var::Fast(dst) => {
                self.u.bound.insert(dst);
                if dst == src {
                    return Ok(());
                }
                if self.u.is_temp(src) { Instr::Move { dst, src } } else { Instr::Copy { dst, src } }
            }
            Var::Cell(cell) | Var::ClassCell(cell) => Instr::StoreCell { cell, src },
            Var::Global => {
                let cache = self.u.pool.name_cache(&name, Access::StoreGlobal);
                Instr::StoreGlobal { src, cache }
            }
            Var::Name | Var::ClassDict { .. } => {
                let cache = self.u.pool.name_cache(&name, Access::StoreName);
                Instr::StoreName { src, cache }
            }
        };
        self.emit(span, instr);
        Ok(())
    }

    /// `del name`.
    pub(super) fn delete(&mut self, name: &Name, span: Span) -> Res {
        if &**name == "__debug__" {
            return self.error(span, "cannot delete __debug__");
        }
        let (name, var) = self.var(name);
        let instr = match var {
            Var::Fast(reg) => {
                self.emit(span, Instr::DelLocal { reg });
                self.u.unbind(reg);
                return Ok(());
            }
            Var::Cell(cell) | Var::ClassCell(cell) => Instr::DelCell { cell },
            Var::Global => Instr::DelGlobal { name: self.u.pool.name(&name) },
            Var::Name | Var::ClassDict { .. } => Instr::DelName { name: self.u.pool.name(&name) },
        };
        self.emit(span, instr);
        Ok(())
    }

    /// Ends the life of an `except ... as` name, which the handler may have deleted already.
    pub(super) fn forget(&mut self, name: &Name, span: Span) -> Res {
        if let Var::Fast(reg) = self.var(name).1 {
            self.emit(span, Instr::Clear { reg });
            self.u.unbind(reg);
            return Ok(());
        }
        let none = self.u.alloc();
        self.emit(span, Instr::LoadNone { dst: none });
        self.store(name, span, none)?;
        self.u.top = none.0;
        self.delete(name, span)
    }

    /// Whether an assignment expression somewhere in the unit binds the local.
    pub(super) fn is_walrus_target(&self, name: &Name) -> bool {
        let name = self.mangled(name);
        self.tree.scopes[self.u.scope].has(&name, flag::WALRUS)
    }
}
