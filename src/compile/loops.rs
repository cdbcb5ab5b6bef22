//! `while` and `for` loops, tested at their end.

use mini_grammar::ast::{Expr, ExprKind, For, Span, Stmt};

use super::Compiler;
use super::assembler::Label;
use super::error::Res;
use super::fold::{fold, truth, tuple};
use super::unit::{BlockKind, Var};
use crate::bytecode::{Const, Instr, Reg};

impl<'a> Compiler<'a> {
    pub(super) fn while_stmt(&mut self, span: Span, test: &'a Expr, body: &'a [Stmt], orelse: &'a [Stmt]) -> Res {
        let [start, next, other, exit] = std::array::from_fn(|_| self.u.asm.label());
        let forever = fold(test).is_some_and(|value| truth(&value));
        let at_end = forever || Self::is_small(test);
        let block = BlockKind::Loop { next, exit, iter: None };
        if at_end {
            self.jump_if(test, false, other)?;
            self.u.place_head(start);
            self.u.push_block(block);
            self.body(body)?;
            self.u.pop_block();
            self.u.place(next);
            if forever {
                self.u.goto(span, start);
            } else {
                self.jump_if(test, true, start)?;
            }
        } else {
            self.u.place_head(next);
            self.jump_if(test, false, other)?;
            self.u.push_block(block);
            self.body(body)?;
            self.u.pop_block();
            self.u.goto(span, next);
        }
        self.u.place(other);
        self.body(orelse)?;
        self.u.place(exit);
        Ok(())
    }

    pub(super) fn for_stmt(&mut self, span: Span, node: &'a For) -> Res {
        let [next, exit] = std::array::from_fn(|_| self.u.asm.label());
        let iter = self.iterator(&node.iter)?;
        let block = BlockKind::Loop { next, exit, iter: Some(iter) };
        self.u.push_block(block);
        self.for_loop(&node.target, iter, next, node.iter.span, |c| c.body(&node.body))?;
        self.u.pop_block();
        self.body(&node.orelse)?;
        self.u.place(exit);
        let _ = span;
        Ok(())
    }

    /// A new temporary that holds an iterator of the expression's value.
    pub(super) fn iterator(&mut self, iter: &'a Expr) -> Res<Reg> {
        let dst = self.u.alloc();
        let constant = match &iter.kind {
            ExprKind::List { elts, .. } => tuple(elts),
            ExprKind::Set { elts } => match tuple(elts) {
                Some(Const::Tuple(items)) => Some(Const::FrozenSet(items)),
                _ => None,
            },
            _ => None,
        };
        let src = match constant {
            Some(value) => {
                self.constant(iter.span, value, dst);
                dst
            }
            None => self.operand(iter, Some(dst), &[])?,
        };
        self.emit(iter.span, Instr::GetIter { dst, src });
        Ok(dst)
    }

    /// The loop proper: `body` runs with the target bound to each item.
    pub(super) fn for_loop(
        &mut self,
        target: &'a Expr,
        iter: Reg,
        next: Label,
        span: Span,
        body: impl FnOnce(&mut Self) -> Res,
    ) -> Res {
        let start = self.u.asm.label();
        let top = self.u.top;
        let local = match &target.kind {
            ExprKind::Name { id, .. } if &**id != "__debug__" => match self.var(id).1 {
                Var::Fast(reg) => Some(reg),
                _ => None,
            },
            _ => None,
        };
        self.u.jump(span, Instr::Jump { off: 0 }, next);
        // What is bound at the test is what is bound before the loop.
        self.u.bound.subtract(&self.u.deletable);
        let before = self.u.bound.clone();
        let dead = self.u.dead;
        self.u.asm.place(start);
        let item = match local {
            Some(reg) => {
                self.u.bound.insert(reg);
                reg
            }
            None => {
                let item = self.u.alloc();
                self.store_to(target, item)?;
                self.u.top = top;
                item
            }
        };
        body(self)?;
        self.u.place(next);
        self.u.bound.intersect(&before);
        self.u.dead = dead;
        self.u.jump(span, Instr::ForIter { iter, dst: item, off: 0 }, start);
        // After the last item the variable may be unbound if there was none.
        self.u.bound = before;
        self.u.top = top;
        Ok(())
    }

    pub(super) fn break_or_continue(&mut self, span: Span, is_break: bool) -> Res {
        let mut found = None;
        for (at, block) in self.u.blocks.iter().enumerate().rev() {
            match block.kind {
                BlockKind::Loop { next, exit, iter } => {
                    found = Some((at, next, exit, iter));
                    break;
                }
                BlockKind::StarHandler => return self.leaves_star(span),
                _ => {}
            }
        }
        let Some((at, next, exit, iter)) = found else {
            let message = if is_break { "'break' outside loop" } else { "'continue' not properly in loop" };
            return self.error(span, message);
        };
        let left = self.unwind(at + 1, None, span)?;
        if !is_break {
            self.u.goto(span, next);
        } else {
            if let Some(reg) = iter {
                self.emit(span, Instr::Clear { reg });
            }
            self.u.goto(span, exit);
        }
        self.u.reenter(left);
        Ok(())
    }
}
