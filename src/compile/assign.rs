//! Binding and deleting targets.

use mini_grammar::ast::{Expr, ExprKind, Ident, Operator, Span};

use super::Compiler;
use super::error::Res;
use super::expr::{bin_op, immediate};
use super::unit::Var;
use crate::bytecode::{Instr, Reg};

impl<'a> Compiler<'a> {
    /// `targets = value`.
    pub(super) fn assign(&mut self, targets: &'a [Expr], value: &'a Expr) -> Res {
        let top = self.u.top;
        if let [target] = targets {
            if let Some(local) = self.direct_target(target, value) {
                self.expr(value, local)?;
                self.u.bound.insert(local);
                return Ok(());
            }
            if self.swap(target, value)? {
                return Ok(());
            }
            let later = [target];
            let src = self.operand(value, None, &later)?;
            self.store_to(target, src)?;
            self.u.top = top;
            return Ok(());
        }
        let src = self.temp(value)?;
        let last = targets.len() - 1;
        for (at, target) in targets.iter().enumerate() {
            if at == last {
                self.store_to(target, src)?;
            } else {
                let copy = self.u.alloc();
                self.emit(target.span, Instr::Copy { dst: copy, src });
                self.store_to(target, copy)?;
                self.u.top = copy.0;
            }
        }
        self.u.top = top;
        Ok(())
    }

    /// The register of a plain local that the value can be evaluated into directly.
    fn direct_target(&self, target: &Expr, value: &Expr) -> Option<Reg> {
        let ExprKind::Name { id, .. } = &target.kind else {
            return None;
        };
        match self.var(id).1 {
            Var::Fast(reg) if Self::writes_last(value) && &**id != "__debug__" => Some(reg),
            _ => None,
        }
    }

    /// `a, b = x, y` without building the tuple.
    fn swap(&mut self, target: &'a Expr, value: &'a Expr) -> Res<bool> {
        let (ExprKind::Tuple { elts: targets, .. }, ExprKind::Tuple { elts: values, .. }) = (&target.kind, &value.kind)
        else {
            return Ok(false);
        };
        let starred = |e: &Expr| matches!(e.kind, ExprKind::Starred { .. });
        let fits = targets.len() == values.len()
            && matches!(values.len(), 2 | 3)
            && !targets.iter().chain(values).any(starred);
        if !fits {
            return Ok(false);
        }
        let top = self.u.top;
        let (first, _) = self.values(values)?;
        for (at, target) in targets.iter().enumerate() {
            self.store_to(target, first.offset(at as u16))?;
        }
        self.u.top = top;
        Ok(true)
    }

    /// Binds the target to r[src]: a temporary that is consumed, or a local.
    pub(super) fn store_to(&mut self, target: &'a Expr, src: Reg) -> Res {
        match &target.kind {
            ExprKind::Name { id, .. } => self.store(id, target.span, src),
            ExprKind::Attribute { value, attr, .. } => {
                self.note_static_attribute(value, attr);
                let top = self.u.top;
                let obj = self.operand(value, None, &[])?;
                self.set_attribute(target.span, obj, attr, src)?;
                self.u.top = top;
                Ok(())
            }
            ExprKind::Subscript { value, slice, .. } => {
                let top = self.u.top;
                let obj = self.operand(value, None, &[slice])?;
                let val = src;
                if let ExprKind::Slice { lower, upper, step } = &slice.kind {
                    let first = self.slice_parts(slice, [lower.as_deref(), upper.as_deref(), step.as_deref()])?;
                    self.emit(target.span, Instr::SetSlice { obj, first, val });
                } else {
                    let index = self.operand(slice, None, &[])?;
                    self.emit(target.span, Instr::SetItem { obj, index, val });
                }
                self.u.top = top;
                Ok(())
            }
            ExprKind::Tuple { elts, .. } | ExprKind::List { elts, .. } => self.unpack(target.span, elts, src),
            ExprKind::Starred { .. } => self.error(target.span, "starred assignment target must be in a list or tuple"),
            _ => self.error(target.span, "cannot assign to this expression"),
        }
    }

    pub(super) fn set_attribute(&mut self, span: Span, obj: Reg, attr: &'a Ident, val: Reg) -> Res {
        if &*attr.name == "__debug__" {
            return self.error(span, "cannot assign to __debug__");
        }
        let name = self.mangled(&attr.name);
        let cache = self.u.pool.cache(&name);
        let span = self.attribute_span(span, attr);
        self.emit(span, Instr::SetAttr { obj, val, cache });
        Ok(())
    }

    /// Notes `self.attr = ...` for `__static_attributes__` of the innermost class.
    fn note_static_attribute(&mut self, value: &Expr, attr: &Ident) {
        if !matches!(&value.kind, ExprKind::Name { id, .. } if &**id == "self") {
            return;
        }
        let kind = |scope: usize| self.tree.scopes[scope].kind;
        let is_class = |scope: usize| kind(scope) == super::scope::ScopeKind::Class;
        let class = self.outer.iter_mut().rev().find(|unit| is_class(unit.scope));
        if let Some(class) = class {
            class.static_attributes.insert(attr.name.clone());
        }
    }

    fn unpack(&mut self, span: Span, elts: &'a [Expr], src: Reg) -> Res {
        let starred = |e: &Expr| matches!(e.kind, ExprKind::Starred { .. });
        let star = elts.iter().position(starred);
        if let Some(first) = self.consecutive_locals(elts) {
            self.emit(span, Instr::UnpackSeq { src, first, count: elts.len() as u16 });
            for at in 0..elts.len() {
                self.u.bound.insert(first.offset(at as u16));
            }
            return Ok(());
        }
        let top = self.u.top;
        let first = self.u.alloc_many(elts.len());
        match star {
            None => {
                let count = elts.len() as u16;
                self.emit(span, Instr::UnpackSeq { src, first, count });
            }
            Some(at) => {
                if elts[at + 1..].iter().any(starred) {
                    return self.error(span, "multiple starred expressions in assignment");
                }
                let after = elts.len() - at - 1;
                if at > 255 || after > 255 {
                    return self.error(span, "too many expressions in star-unpacking assignment");
                }
                let shape = (at << 8 | after) as u16;
                self.emit(span, Instr::UnpackEx { src, first, shape });
            }
        }
        for (at, elt) in elts.iter().enumerate() {
            let target = match &elt.kind {
                ExprKind::Starred { value, .. } => value,
                _ => elt,
            };
            self.store_to(target, first.offset(at as u16))?;
        }
        self.u.top = top;
        Ok(())
    }

    /// The first of the registers of the targets, if these are local variables in consecutive registers.
    fn consecutive_locals(&mut self, targets: &[Expr]) -> Option<Reg> {
        let mut first = None;
        for (at, target) in targets.iter().enumerate() {
            let ExprKind::Name { id, .. } = &target.kind else { return None };
            let Var::Fast(reg) = self.var(id).1 else { return None };
            if &**id == "__debug__" || reg != first.get_or_insert(reg).offset(at as u16) {
                return None;
            }
        }
        first
    }

    /// `del target`.
    pub(super) fn delete_target(&mut self, target: &'a Expr) -> Res {
        let top = self.u.top;
        match &target.kind {
            ExprKind::Name { id, .. } => self.delete(id, target.span)?,
            ExprKind::Attribute { value, attr, .. } => {
                let obj = self.operand(value, None, &[])?;
                let name = self.mangled(&attr.name);
                let name = self.u.pool.name(&name);
                let span = self.attribute_span(target.span, attr);
                self.emit(span, Instr::DelAttr { obj, name });
            }
            ExprKind::Subscript { value, slice, .. } => {
                let obj = self.operand(value, None, &[slice])?;
                let index = self.operand(slice, None, &[])?;
                self.emit(target.span, Instr::DelItem { obj, index });
            }
            ExprKind::Tuple { elts, .. } | ExprKind::List { elts, .. } => {
                elts.iter().try_for_each(|elt| self.delete_target(elt))?;
            }
            _ => return self.error(target.span, "cannot delete this expression"),
        }
        self.u.top = top;
        Ok(())
    }

    /// `target op= value`: the parts of the target are evaluated once.
    pub(super) fn aug_assign(&mut self, span: Span, target: &'a Expr, op: Operator, value: &'a Expr) -> Res {
        let top = self.u.top;
        match &target.kind {
            ExprKind::Name { id, .. } => {
                let local = match self.var(id).1 {
                    Var::Fast(_) => self.local(id, target.span),
                    _ => None,
                };
                match local {
                    Some(reg) if !self.is_walrus_target(id) => {
                        self.inplace(span, op, reg, reg, value)?;
                    }
                    _ => {
                        let reg = self.temp(target)?;
                        self.inplace(span, op, reg, reg, value)?;
                        self.store(id, target.span, reg)?;
                    }
                }
            }
            ExprKind::Attribute { value: object, attr, .. } => {
                let obj = self.operand(object, None, &[value])?;
                let held = self.held(target.span, obj);
                let dst = self.u.alloc();
                let name = self.mangled(&attr.name);
                let cache = self.u.pool.cache(&name);
                let at = self.attribute_span(target.span, attr);
                self.emit(at, Instr::GetAttr { dst, obj: held, cache });
                self.inplace(span, op, dst, dst, value)?;
                self.set_attribute(target.span, obj, attr, dst)?;
            }
            ExprKind::Subscript { value: object, slice, .. } => {
                let obj = self.operand(object, None, &[slice, value])?;
                let index = self.operand(slice, None, &[value])?;
                let dst = self.u.alloc();
                let held_obj = self.held(target.span, obj);
                let held_index = self.held(target.span, index);
                let get = Instr::GetItem { dst, obj: held_obj, index: held_index };
                self.emit(target.span, get);
                self.u.top = dst.0 + 1;
                self.inplace(span, op, dst, dst, value)?;
                self.emit(target.span, Instr::SetItem { obj, index, val: dst });
            }
            _ => return self.error(target.span, "illegal target for augmented assignment"),
        }
        self.u.top = top;
        Ok(())
    }

    /// A register that may be consumed while `reg` is needed again.
    fn held(&mut self, span: Span, reg: Reg) -> Reg {
        if !self.u.is_temp(reg) {
            return reg;
        }
        let copy = self.u.alloc();
        self.emit(span, Instr::Copy { dst: copy, src: reg });
        copy
    }

    fn inplace(&mut self, span: Span, op: Operator, dst: Reg, lhs: Reg, value: &'a Expr) -> Res {
        let top = self.u.top;
        let op = bin_op(op);
        let instr = match immediate(value) {
            Some(imm) => Instr::InplaceI { op, dst, lhs, imm },
            None => {
                let rhs = self.operand(value, None, &[])?;
                Instr::Inplace { op, dst, lhs, rhs }
            }
        };
        self.emit(span, instr);
        self.u.top = top;
        Ok(())
    }
}
