//! Expressions.

use mini_grammar::ast::{BoolOp, Expr, ExprContext, ExprKind, Ident, Operator, Span, UnaryOp};

use super::Compiler;
use super::error::Res;
use super::fold::fold;
use super::scope::ScopeKind;
use crate::bytecode::{BinOp, Const, Instr, Reg};

/// The constant as an immediate operand, if it is a small integer.
pub(super) fn immediate(expr: &Expr) -> Option<i16> {
    match fold(expr) {
        Some(Const::Int(value)) => i16::try_from(value).ok(),
        _ => None,
    }
}

/// Whether evaluating the expression can neither run code nor bind a name.
pub(super) fn is_inert(expr: &Expr) -> bool {
    matches!(expr.kind, ExprKind::Name { .. } | ExprKind::Constant(_))
}

pub(super) fn bin_op(op: Operator) -> BinOp {
    match op {
        Operator::Add => BinOp::Add,
        Operator::Sub => BinOp::Sub,
        Operator::Mult => BinOp::Mul,
        Operator::MatMult => BinOp::MatMul,
        Operator::Div => BinOp::TrueDiv,
        Operator::Mod => BinOp::Mod,
        Operator::Pow => BinOp::Pow,
        Operator::LShift => BinOp::LShift,
        Operator::RShift => BinOp::RShift,
        Operator::BitOr => BinOp::BitOr,
        Operator::BitXor => BinOp::BitXor,
        Operator::BitAnd => BinOp::BitAnd,
        Operator::FloorDiv => BinOp::FloorDiv,
    }
}

impl<'a> Compiler<'a> {
    /// Evaluates into `dst`: a temporary already taken, or a local when
    /// [`Self::writes_last`] holds.
    pub(super) fn expr(&mut self, expr: &'a Expr, dst: Reg) -> Res {
        match &expr.kind {
            ExprKind::Constant(value) => {
                self.constant(expr.span, super::fold::constant(value), dst);
                Ok(())
            }
            ExprKind::Name { id, .. } => {
                if &**id == "__debug__" {
                    self.constant(expr.span, Const::Bool(true), dst);
                } else {
                    self.load(id, expr.span, dst);
                }
                Ok(())
            }
            ExprKind::Call { .. } => self.call(expr, dst),
            ExprKind::Attribute { value, attr, .. } => self.attribute(value, attr, expr.span, dst),
            ExprKind::BinOp { left, op, right } => self.binary(expr, left, *op, right, dst),
            ExprKind::Subscript { value, slice, .. } => self.subscript(expr, value, slice, dst),
            ExprKind::UnaryOp { op, operand } => self.unary(expr, *op, operand, dst),
            ExprKind::Compare { .. } => self.compare(expr, dst),
            ExprKind::BoolOp { op, values } => self.bool_op(expr.span, *op, values, dst),
            ExprKind::IfExp { test, body, orelse } => self.if_exp(expr.span, test, body, orelse, dst),
            ExprKind::NamedExpr { target, value } => {
                self.expr(value, dst)?;
                self.store_copy(target, dst)
            }
            ExprKind::Lambda { args, body } => self.lambda(expr, args, body, dst),
            ExprKind::Tuple { .. } | ExprKind::List { .. } | ExprKind::Set { .. } | ExprKind::Dict { .. } => {
                self.display(expr, dst)
            }
            ExprKind::JoinedStr { values } => self.joined(expr.span, values, dst),
            ExprKind::FormattedValue { .. } => self.formatted(expr, dst),
            ExprKind::ListComp { .. }
            | ExprKind::SetComp { .. }
            | ExprKind::DictComp { .. }
            | ExprKind::GeneratorExp { .. } => self.comprehension(expr, dst),
            ExprKind::Await { value } => self.await_expr(expr, value, dst),
            ExprKind::Yield { value } => self.yield_expr(expr, value.as_deref(), dst),
            ExprKind::YieldFrom { value } => self.yield_from(expr, value, dst),
            ExprKind::Slice { lower, upper, step } => {
                self.slice(expr, [lower.as_deref(), upper.as_deref(), step.as_deref()], dst)
            }
            ExprKind::Starred { ctx, .. } => self.error(
                expr.span,
                if *ctx == ExprContext::Store {
                    "starred assignment target must be in a list or tuple"
                } else {
                    "can't use starred expression here"
                },
            ),
        }
    }

    /// Whether evaluation writes its destination once, at the very end, so that the
    /// destination may be a local that the expression itself reads.
    pub(super) fn writes_last(expr: &Expr) -> bool {
        matches!(
            expr.kind,
            ExprKind::Constant(_)
                | ExprKind::Name { .. }
                | ExprKind::Attribute { .. }
                | ExprKind::BinOp { .. }
                | ExprKind::UnaryOp { .. }
                | ExprKind::Subscript { .. }
        )
    }

    /// Evaluates into a fresh temporary.
    pub(super) fn temp(&mut self, expr: &'a Expr) -> Res<Reg> {
        let dst = self.u.alloc();
        self.expr(expr, dst)?;
        Ok(dst)
    }

    /// A register that holds the value: the local itself where that is safe, else `scratch`
    /// if it is a temporary, else a fresh one. `later` is evaluated before the operand is used.
    pub(super) fn operand(&mut self, expr: &'a Expr, scratch: Option<Reg>, later: &[&Expr]) -> Res<Reg> {
        if let ExprKind::Name { id, .. } = &expr.kind {
            let may_change = later.iter().any(|e| !is_inert(e)) && self.is_walrus_target(id);
            if !may_change && &**id != "__debug__" {
                if let Some(reg) = self.local(id, expr.span) {
                    return Ok(reg);
                }
            }
        }
        let dst = match scratch {
            Some(reg) if self.u.is_temp(reg) => reg,
            _ => self.u.alloc(),
        };
        self.expr(expr, dst)?;
        Ok(dst)
    }

    fn folded(&mut self, expr: &Expr, dst: Reg) -> bool {
        let value = fold(expr);
        let found = value.is_some();
        if let Some(value) = value {
            self.constant(expr.span, value, dst);
        }
        found
    }

    fn binary(&mut self, expr: &'a Expr, left: &'a Expr, op: Operator, right: &'a Expr, dst: Reg) -> Res {
        if self.folded(expr, dst) {
            return Ok(());
        }
        let top = self.u.top;
        let lhs = self.operand(left, Some(dst), &[right])?;
        let instr = if let Some(imm) = immediate(right) {
            match bin_op(op) {
                BinOp::Add => Instr::AddI { dst, lhs, imm },
                BinOp::Sub => Instr::SubI { dst, lhs, imm },
                op => Instr::BinaryI { op, dst, lhs, imm },
            }
        } else {
            let rhs = self.operand(right, None, &[])?;
            match bin_op(op) {
                BinOp::Add => Instr::Add { dst, lhs, rhs },
                BinOp::Sub => Instr::Sub { dst, lhs, rhs },
                BinOp::Mul => Instr::Mul { dst, lhs, rhs },
                BinOp::TrueDiv => Instr::TrueDiv { dst, lhs, rhs },
                BinOp::FloorDiv => Instr::FloorDiv { dst, lhs, rhs },
                BinOp::Mod => Instr::Mod { dst, lhs, rhs },
                op => Instr::Binary { op, dst, lhs, rhs },
            }
        };
        self.emit(expr.span, instr);
        self.u.top = top;
        Ok(())
    }

    fn unary(&mut self, expr: &'a Expr, op: UnaryOp, operand: &'a Expr, dst: Reg) -> Res {
        if self.folded(expr, dst) {
            return Ok(());
        }
        let top = self.u.top;
        let src = self.operand(operand, Some(dst), &[])?;
        let instr = match op {
            UnaryOp::Invert => Instr::Invert { dst, src },
            UnaryOp::Not => Instr::Not { dst, src },
            UnaryOp::UAdd => Instr::Pos { dst, src },
            UnaryOp::USub => Instr::Neg { dst, src },
        };
        self.emit(expr.span, instr);
        self.u.top = top;
        Ok(())
    }

    fn bool_op(&mut self, span: Span, op: BoolOp, values: &'a [Expr], dst: Reg) -> Res {
        let end = self.u.asm.label();
        let Some((last, first)) = values.split_last() else {
            return Ok(());
        };
        for value in first {
            self.expr(value, dst)?;
            let instr = match op {
                BoolOp::And => Instr::JumpIfFalseKeep { cond: dst, off: 0 },
                BoolOp::Or => Instr::JumpIfTrueKeep { cond: dst, off: 0 },
            };
            self.u.jump(span, instr, end);
        }
        self.expr(last, dst)?;
        self.u.place(end);
        Ok(())
    }

    fn if_exp(&mut self, span: Span, test: &'a Expr, body: &'a Expr, orelse: &'a Expr, dst: Reg) -> Res {
        let (other, end) = (self.u.asm.label(), self.u.asm.label());
        self.jump_if(test, false, other)?;
        self.expr(body, dst)?;
        self.u.goto(span, end);
        self.u.place(other);
        self.expr(orelse, dst)?;
        self.u.place(end);
        Ok(())
    }

    /// Position of an attribute access: on several lines it is that of the name alone.
    pub(super) fn attribute_span(&self, span: Span, attr: &Ident) -> Span {
        if self.lines.line(span.start) == self.lines.line(attr.span.start) {
            return span;
        }
        attr.span
    }

    fn attribute(&mut self, value: &'a Expr, attr: &'a Ident, span: Span, dst: Reg) -> Res {
        if self.super_attribute(value, attr, span, dst)? {
            return Ok(());
        }
        let top = self.u.top;
        let obj = self.operand(value, Some(dst), &[])?;
        let name = self.mangled(&attr.name);
        let cache = self.u.pool.cache(&name);
        let span = self.attribute_span(span, attr);
        self.emit(span, Instr::GetAttr { dst, obj, cache });
        self.u.top = top;
        Ok(())
    }

    fn subscript(&mut self, expr: &'a Expr, value: &'a Expr, slice: &'a Expr, dst: Reg) -> Res {
        if self.folded(expr, dst) {
            return Ok(());
        }
        let top = self.u.top;
        let obj = self.operand(value, Some(dst), &[slice])?;
        if let Some(imm) = immediate(slice) {
            self.emit(expr.span, Instr::GetItemI { dst, obj, imm });
        } else if let ExprKind::Slice { lower, upper, step } = &slice.kind {
            let first = self.slice_parts(slice, [lower.as_deref(), upper.as_deref(), step.as_deref()])?;
            self.emit(expr.span, Instr::GetSlice { dst, obj, first });
        } else {
            let index = self.operand(slice, None, &[])?;
            self.emit(expr.span, Instr::GetItem { dst, obj, index });
        }
        self.u.top = top;
        Ok(())
    }

    fn slice(&mut self, expr: &'a Expr, parts: [Option<&'a Expr>; 3], dst: Reg) -> Res {
        let top = self.u.top;
        let first = self.slice_parts(expr, parts)?;
        self.emit(expr.span, Instr::BuildSlice { dst, first });
        self.u.top = top;
        Ok(())
    }

    /// Evaluates the three parts of a slice into consecutive temporaries.
    pub(super) fn slice_parts(&mut self, slice: &'a Expr, parts: [Option<&'a Expr>; 3]) -> Res<Reg> {
        let first = self.u.alloc_many(3);
        for (at, part) in parts.into_iter().enumerate() {
            let reg = first.offset(at as u16);
            match part {
                Some(part) => self.expr(part, reg)?,
                None => self.emit(slice.span, Instr::LoadNone { dst: reg }),
            }
        }
        Ok(first)
    }

    /// Binds the target of an assignment expression to a copy of r[src].
    fn store_copy(&mut self, target: &'a Expr, src: Reg) -> Res {
        let ExprKind::Name { id, .. } = &target.kind else {
            return self.error(target.span, "cannot use assignment expressions with this target");
        };
        let copy = self.u.alloc();
        self.emit(target.span, Instr::Copy { dst: copy, src });
        self.store(id, target.span, copy)?;
        self.u.top = copy.0;
        Ok(())
    }

    /// Whether the block is inside a function, where names are registers.
    pub(super) fn in_function(&self) -> bool {
        let kind = self.tree.scopes[self.u.scope].kind;
        !matches!(kind, ScopeKind::Module | ScopeKind::Class)
    }
}
