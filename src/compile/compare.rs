//! Comparisons, and conditions as jumps.

use mini_grammar::ast::{BoolOp, CmpOp, Constant, Expr, ExprKind, Span, UnaryOp};

use super::Compiler;
use super::assembler::Label;
use super::error::Res;
use super::expr::{immediate, is_inert};
use super::fold::{fold, truth, tuple};
use crate::bytecode::{self, Const, Instr, Reg};

/// A comparison as instructions know it.
enum Test {
    Rich(bytecode::CmpOp),
    Is { negate: bool },
    In { negate: bool },
}

fn test(op: CmpOp) -> Test {
    use bytecode::CmpOp as Rich;
    match op {
        CmpOp::Eq => Test::Rich(Rich::Eq),
        CmpOp::NotEq => Test::Rich(Rich::Ne),
        CmpOp::Lt => Test::Rich(Rich::Lt),
        CmpOp::LtE => Test::Rich(Rich::Le),
        CmpOp::Gt => Test::Rich(Rich::Gt),
        CmpOp::GtE => Test::Rich(Rich::Ge),
        CmpOp::Is => Test::Is { negate: false },
        CmpOp::IsNot => Test::Is { negate: true },
        CmpOp::In => Test::In { negate: false },
        CmpOp::NotIn => Test::In { negate: true },
    }
}

fn is_none(expr: &Expr) -> bool {
    matches!(expr.kind, ExprKind::Constant(Constant::None))
}

/// The display on the right of `in` as a constant: a list as a tuple, a set as a frozen set.
fn constant_container(op: CmpOp, expr: &Expr) -> Option<Const> {
    if !matches!(op, CmpOp::In | CmpOp::NotIn) {
        return None;
    }
    match &expr.kind {
        ExprKind::List { elts, .. } => tuple(elts),
        ExprKind::Set { elts } => match tuple(elts)? {
            Const::Tuple(items) => Some(Const::FrozenSet(items)),
            _ => None,
        },
        _ => None,
    }
}

impl<'a> Compiler<'a> {
    /// A comparison as a value; `dst` is a temporary.
    pub(super) fn compare(&mut self, expr: &'a Expr, dst: Reg) -> Res {
        let ExprKind::Compare { left, ops, comparators } = &expr.kind else {
            return Ok(());
        };
        let top = self.u.top;
        let count = ops.len();
        let later: Vec<&Expr> = comparators.iter().collect();
        if count == 1 {
            let lhs = self.operand(left, Some(dst), &later)?;
            self.compare_pair(expr.span, ops[0], lhs, &comparators[0], dst)?;
            self.u.top = top;
            return Ok(());
        }
        let (stop, end) = (self.u.asm.label(), self.u.asm.label());
        let held = self.u.alloc();
        let mut lhs = self.operand(left, Some(dst), &later)?;
        for (at, right) in comparators.iter().enumerate() {
            if at + 1 == count {
                self.compare_pair(expr.span, ops[at], lhs, right, dst)?;
                break;
            }
            let rhs = self.middle(right, &later[at + 1..], lhs, held, dst)?;
            let instr = self.compare_regs(ops[at], lhs_of(lhs, held, dst), rhs.0, dst);
            self.emit(expr.span, instr);
            let jump = Instr::JumpIfFalseKeep { cond: dst, off: 0 };
            self.u.jump(expr.span, jump, stop);
            lhs = rhs.1;
        }
        self.u.goto(expr.span, end);
        self.u.place(stop);
        self.emit(expr.span, Instr::Clear { reg: held });
        self.u.place(end);
        self.u.top = top;
        Ok(())
    }

    /// The middle operand of a chain, needed twice: the register for the comparison with its
    /// left neighbour, and the one for that with its right neighbour.
    fn middle(&mut self, expr: &'a Expr, later: &[&Expr], lhs: Reg, held: Reg, dst: Reg) -> Res<(Reg, Reg)> {
        // The left operand moves out of the way if it is the previous middle one.
        if lhs == held {
            self.emit(expr.span, Instr::Move { dst, src: held });
        }
        let reg = self.operand(expr, Some(held), later)?;
        if !self.u.is_temp(reg) {
            return Ok((reg, reg));
        }
        let copy = self.u.alloc();
        self.emit(expr.span, Instr::Copy { dst: copy, src: held });
        Ok((copy, held))
    }

    fn compare_regs(&mut self, op: CmpOp, lhs: Reg, rhs: Reg, dst: Reg) -> Instr {
        match test(op) {
            Test::Rich(op) => Instr::Compare { op, dst, lhs, rhs },
            Test::Is { negate } => Instr::Is { negate, dst, lhs, rhs },
            Test::In { negate } => Instr::Contains { negate, dst, item: lhs, container: rhs },
        }
    }

    fn compare_pair(&mut self, span: Span, op: CmpOp, lhs: Reg, right: &'a Expr, dst: Reg) -> Res {
        let top = self.u.top;
        let instr = match (test(op), immediate(right)) {
            (Test::Rich(op), Some(imm)) => Instr::CompareI { op, dst, lhs, imm },
            _ => {
                let rhs = self.right_operand(op, right)?;
                self.compare_regs(op, lhs, rhs, dst)
            }
        };
        self.emit(span, instr);
        self.u.top = top;
        Ok(())
    }

    fn right_operand(&mut self, op: CmpOp, right: &'a Expr) -> Res<Reg> {
        if let Some(value) = constant_container(op, right) {
            let reg = self.u.alloc();
            self.constant(right.span, value, reg);
            return Ok(reg);
        }
        self.operand(right, None, &[])
    }

    /// Jumps to `target` if the truth of the expression is `when`, else goes on.
    pub(super) fn jump_if(&mut self, expr: &'a Expr, when: bool, target: Label) -> Res {
        match &expr.kind {
            ExprKind::UnaryOp { op: UnaryOp::Not, operand } => return self.jump_if(operand, !when, target),
            ExprKind::BoolOp { op, values } => {
                return self.jump_if_any(values, (*op == BoolOp::Or) == when, when, target);
            }
            ExprKind::IfExp { test, body, orelse } => {
                let (other, end) = (self.u.asm.label(), self.u.asm.label());
                self.jump_if(test, false, other)?;
                self.jump_if(body, when, target)?;
                self.u.goto(expr.span, end);
                self.u.place(other);
                self.jump_if(orelse, when, target)?;
                self.u.place(end);
                return Ok(());
            }
            ExprKind::Compare { left, ops, comparators } => {
                if ops.len() == 1 {
                    let top = self.u.top;
                    let lhs = self.operand(left, None, &[&comparators[0]])?;
                    self.jump_pair(expr.span, ops[0], lhs, &comparators[0], when, target)?;
                    self.u.top = top;
                    return Ok(());
                }
                return self.jump_chain(expr.span, left, ops, comparators, when, target);
            }
            _ => {}
        }
        if let Some(value) = fold(expr) {
            if truth(&value) == when {
                self.u.goto(expr.span, target);
            }
            return Ok(());
        }
        let top = self.u.top;
        let cond = self.operand(expr, None, &[])?;
        let instr = if when { Instr::JumpIfTrue { cond, off: 0 } } else { Instr::JumpIfFalse { cond, off: 0 } };
        self.u.jump(expr.span, instr, target);
        self.u.top = top;
        Ok(())
    }

    /// `and` or `or` as a condition; `early` if one operand alone can decide for the jump.
    fn jump_if_any(&mut self, values: &'a [Expr], early: bool, when: bool, target: Label) -> Res {
        if early {
            return values.iter().try_for_each(|v| self.jump_if(v, when, target));
        }
        let Some((last, first)) = values.split_last() else {
            return Ok(());
        };
        let on = self.u.asm.label();
        for value in first {
            self.jump_if(value, !when, on)?;
        }
        self.jump_if(last, when, target)?;
        self.u.place(on);
        Ok(())
    }

    fn jump_chain(
        &mut self,
        span: Span,
        left: &'a Expr,
        ops: &'a [CmpOp],
        comparators: &'a [Expr],
        when: bool,
        target: Label,
    ) -> Res {
        let top = self.u.top;
        let count = ops.len();
        let later: Vec<&Expr> = comparators.iter().collect();
        let (stop, end) = (self.u.asm.label(), self.u.asm.label());
        let held = self.u.alloc();
        let spare = self.u.alloc();
        let mut lhs = self.operand(left, Some(spare), &later)?;
        for (at, right) in comparators.iter().enumerate() {
            if at + 1 == count {
                self.jump_pair(span, ops[at], lhs, right, when, target)?;
                break;
            }
            let (rhs, next) = self.middle(right, &later[at + 1..], lhs, held, spare)?;
            let lhs_reg = lhs_of(lhs, held, spare);
            self.jump_regs(span, ops[at], lhs_reg, rhs, false, stop);
            lhs = next;
        }
        if when {
            self.u.goto(span, end);
            self.u.place(stop);
            self.emit(span, Instr::Clear { reg: held });
        } else {
            self.u.goto(span, end);
            self.u.place(stop);
            self.emit(span, Instr::Clear { reg: held });
            self.u.goto(span, target);
        }
        self.u.place(end);
        self.u.top = top;
        Ok(())
    }

    fn jump_pair(&mut self, span: Span, op: CmpOp, lhs: Reg, right: &'a Expr, when: bool, target: Label) -> Res {
        if let Test::Is { negate } = test(op) {
            if is_none(right) {
                let instr = Instr::JumpIsNone { when: when != negate, src: lhs, off: 0 };
                self.u.jump(span, instr, target);
                return Ok(());
            }
        }
        if let (Test::Rich(op), Some(imm)) = (test(op), immediate(right)) {
            use bytecode::CmpOp as Rich;
            let off = 0;
            let instr = match op {
                Rich::Lt => Instr::JumpLtI { when, lhs, imm, off },
                Rich::Le => Instr::JumpLeI { when, lhs, imm, off },
                Rich::Eq => Instr::JumpEqI { when, lhs, imm, off },
                Rich::Ne => Instr::JumpNeI { when, lhs, imm, off },
                Rich::Gt => Instr::JumpGtI { when, lhs, imm, off },
                Rich::Ge => Instr::JumpGeI { when, lhs, imm, off },
            };
            self.u.jump(span, instr, target);
            return Ok(());
        }
        let top = self.u.top;
        let rhs = self.right_operand(op, right)?;
        self.jump_regs(span, op, lhs, rhs, when, target);
        self.u.top = top;
        Ok(())
    }

    fn jump_regs(&mut self, span: Span, op: CmpOp, lhs: Reg, rhs: Reg, when: bool, target: Label) {
        use bytecode::CmpOp as Rich;
        let off = 0;
        let instr = match test(op) {
            Test::Rich(Rich::Lt) => Instr::JumpLt { when, lhs, rhs, off },
            Test::Rich(Rich::Le) => Instr::JumpLe { when, lhs, rhs, off },
            Test::Rich(Rich::Eq) => Instr::JumpEq { when, lhs, rhs, off },
            Test::Rich(Rich::Ne) => Instr::JumpNe { when, lhs, rhs, off },
            Test::Rich(Rich::Gt) => Instr::JumpGt { when, lhs, rhs, off },
            Test::Rich(Rich::Ge) => Instr::JumpGe { when, lhs, rhs, off },
            Test::Is { negate } => Instr::JumpIs { when: when != negate, lhs, rhs, off },
            Test::In { negate } => Instr::JumpIn { when: when != negate, item: lhs, container: rhs, off },
        };
        self.u.jump(span, instr, target);
    }

    /// Whether a condition is cheap enough to be emitted at both ends of a loop.
    pub(super) fn is_small(expr: &Expr) -> bool {
        fn leaf(expr: &Expr) -> bool {
            match &expr.kind {
                ExprKind::Attribute { value, .. } => leaf(value),
                ExprKind::Subscript { value, slice, .. } => leaf(value) && leaf(slice),
                ExprKind::BinOp { left, right, .. } => leaf(left) && is_inert(right),
                ExprKind::Call { func, args, keywords } => {
                    keywords.is_empty() && args.len() <= 2 && leaf(func) && args.iter().all(leaf)
                }
                _ => is_inert(expr),
            }
        }
        match &expr.kind {
            ExprKind::UnaryOp { operand, .. } => Self::is_small(operand),
            ExprKind::Compare { left, comparators, .. } => {
                comparators.len() == 1 && leaf(left) && leaf(&comparators[0])
            }
            ExprKind::BoolOp { values, .. } => values.len() == 2 && values.iter().all(leaf_or_compare),
            ExprKind::NamedExpr { value, .. } => leaf(value),
            _ => leaf(expr),
        }
    }
}

fn leaf_or_compare(expr: &Expr) -> bool {
    match &expr.kind {
        ExprKind::Compare { left, comparators, .. } => {
            comparators.len() == 1 && is_inert(left) && is_inert(&comparators[0])
        }
        _ => is_inert(expr),
    }
}

/// Where the left operand is once [`Compiler::middle`] has made room.
fn lhs_of(lhs: Reg, held: Reg, spare: Reg) -> Reg {
    if lhs == held { spare } else { lhs }
}
