//! `yield`, `yield from`, `await` and `async for`.

use mini_grammar::ast::{Expr, For, Span};

use super::Compiler;
use super::assembler::Label;
use super::error::Res;
use super::scope::ScopeKind;
use super::unit::BlockKind;
use crate::bytecode::{AwaitPlace, CodeFlags, Instr, Reg, YieldKind};

impl<'a> Compiler<'a> {
    /// Refuses `what` unless the unit is asynchronous.
    pub(super) fn check_async(&self, span: Span, what: &str) -> Res {
        if self.u.is_async {
            return Ok(());
        }
        self.error(span, format!("'{what}' outside async function"))
    }

    pub(super) fn await_expr(&mut self, expr: &'a Expr, value: &'a Expr, dst: Reg) -> Res {
        let kind = self.tree.scopes[self.u.scope].kind;
        let at_top = matches!(kind, ScopeKind::Module | ScopeKind::Class);
        if at_top {
            return self.error(expr.span, "'await' outside function");
        }
        let in_comprehension = kind == ScopeKind::GeneratorExp || self.u.inner != self.u.scope;
        if !self.u.is_async && !in_comprehension {
            return self.error(expr.span, "'await' outside async function");
        }
        let top = self.u.top;
        let iter = self.u.alloc();
        self.expr(value, iter)?;
        let place = AwaitPlace::Expression;
        self.emit(expr.span, Instr::GetAwaitable { place, dst: iter, src: iter });
        self.send_loop(expr.span, iter, dst);
        self.u.top = top;
        Ok(())
    }

    /// r[value] := the result of awaiting r[value].
    pub(super) fn await_in_place(&mut self, span: Span, place: AwaitPlace, value: Reg) {
        let top = self.u.top;
        let iter = self.u.alloc();
        self.emit(span, Instr::GetAwaitable { place, dst: iter, src: value });
        self.send_loop(span, iter, value);
        self.u.top = top;
    }

    /// Runs the iterator to its end, handing out what it yields; r[value] := its result.
    fn send_loop(&mut self, span: Span, iter: Reg, value: Reg) {
        let [again, done] = std::array::from_fn(|_| self.u.asm.label());
        self.emit(span, Instr::LoadNone { dst: value });
        self.u.asm.place(again);
        self.u.jump(span, Instr::Send { iter, value, off: 0 }, done);
        let kind = YieldKind::Plain;
        self.emit(span, Instr::Yield { kind, dst: value, src: value });
        self.u.jump(span, Instr::Jump { off: 0 }, again);
        self.u.place(done);
    }

    fn check_yield(&self, expr: &Expr) -> Res {
        if self.in_function() {
            return Ok(());
        }
        let what =
            if matches!(expr.kind, mini_grammar::ast::ExprKind::YieldFrom { .. }) { "yield from" } else { "yield" };
        self.error(expr.span, format!("'{what}' outside function"))
    }

    pub(super) fn yield_expr(&mut self, expr: &'a Expr, value: Option<&'a Expr>, dst: Reg) -> Res {
        self.check_yield(expr)?;
        let src = match value {
            Some(value) => self.operand(value, Some(dst), &[])?,
            None => {
                self.emit(expr.span, Instr::LoadNone { dst });
                dst
            }
        };
        self.emit_yield(expr.span, dst, src);
        Ok(())
    }

    /// Yields to the consumer of the generator that the unit is.
    pub(super) fn emit_yield(&mut self, span: Span, dst: Reg, src: Reg) {
        let kind = if self.u.has_flag(CodeFlags::ASYNC_GENERATOR) { YieldKind::AsyncValue } else { YieldKind::Plain };
        self.emit(span, Instr::Yield { kind, dst, src });
    }

    pub(super) fn yield_from(&mut self, expr: &'a Expr, value: &'a Expr, dst: Reg) -> Res {
        if !self.in_function() {
            return self.error(expr.span, "'yield from' outside function");
        }
        if self.u.is_async {
            return self.error(expr.span, "'yield from' inside async function");
        }
        let top = self.u.top;
        let iter = self.u.alloc();
        self.expr(value, iter)?;
        self.emit(expr.span, Instr::GetYieldFromIter { dst: iter, src: iter });
        self.send_loop(expr.span, iter, dst);
        self.u.top = top;
        Ok(())
    }

    pub(super) fn async_for_stmt(&mut self, span: Span, node: &'a For) -> Res {
        self.check_async(span, "async for")?;
        let [next, exit] = std::array::from_fn(|_| self.u.asm.label());
        let iter = self.temp(&node.iter)?;
        self.emit(node.iter.span, Instr::GetAIter { dst: iter, src: iter });
        self.u.push_block(BlockKind::Loop { next, exit, iter: Some(iter) });
        self.async_for_loop(&node.target, iter, next, span, |c| c.body(&node.body))?;
        self.u.pop_block();
        self.body(&node.orelse)?;
        self.u.place(exit);
        Ok(())
    }

    /// The loop proper: `body` runs with the target bound to each item of r[iter].
    pub(super) fn async_for_loop(
        &mut self,
        target: &'a Expr,
        iter: Reg,
        next: Label,
        span: Span,
        body: impl FnOnce(&mut Self) -> Res,
    ) -> Res {
        let handler = self.u.asm.label();
        let top = self.u.top;
        self.u.place_head(next);
        let value = self.u.alloc();
        self.u.push_guarded(BlockKind::Guard, handler, value);
        let awaited = self.u.alloc();
        self.emit(span, Instr::GetANext { dst: awaited, iter });
        self.send_loop(span, awaited, value);
        self.u.pop_block();
        self.u.top = value.0 + 1;
        self.store_to(target, value)?;
        self.u.top = top;
        body(self)?;
        self.u.goto(span, next);
        self.u.place(handler);
        self.emit(span, Instr::EndAsyncFor { exc: value, iter });
        self.u.top = top;
        Ok(())
    }
}
