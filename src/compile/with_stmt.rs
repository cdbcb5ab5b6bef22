//! `with` and `async with`.

use mini_grammar::ast::{Span, Stmt, With, WithItem};

use super::Compiler;
use super::assembler::NOWHERE;
use super::error::Res;
use super::unit::BlockKind;
use crate::bytecode::{AwaitPlace, Instr, Reg};

impl<'a> Compiler<'a> {
    pub(super) fn with_stmt(&mut self, span: Span, node: &'a With, is_async: bool) -> Res {
        if is_async {
            self.check_async(span, "async with")?;
        }
        self.with_items(&node.items, &node.body, is_async)
    }

    fn with_items(&mut self, items: &'a [WithItem], body: &'a [Stmt], is_async: bool) -> Res {
        let Some((item, rest)) = items.split_first() else {
            return self.body(body);
        };
        let span = item.context_expr.span;
        let exit = self.temp(&item.context_expr)?;
        let value = self.u.alloc();
        if is_async {
            self.emit(span, Instr::BeforeAsyncWith { base: exit });
            self.await_in_place(span, AwaitPlace::AsyncWithEnter, value);
        } else {
            self.emit(span, Instr::BeforeWith { base: exit });
        }
        let [handler, cleanup, end] = std::array::from_fn(|_| self.u.asm.label());
        self.u.push_guarded(BlockKind::With { exit, span, is_async }, handler, value);
        match &item.optional_vars {
            Some(target) => self.store_to(target, value)?,
            None => self.emit(span, Instr::Clear { reg: value }),
        }
        self.u.top = value.0;
        self.with_items(rest, body, is_async)?;
        self.u.pop_block();
        self.u.top = value.0;
        self.call_exit(exit, span, is_async)?;
        self.u.goto(NOWHERE, end);

        self.u.place(handler);
        self.u.top = value.0;
        let (exc, save) = self.handling();
        let raised = Reg(self.u.top);
        self.u.push_guarded(BlockKind::Guard, cleanup, raised);
        let result = self.u.alloc();
        self.emit(span, Instr::WithExcept { dst: result, exit, exc });
        if is_async {
            self.await_in_place(span, AwaitPlace::AsyncWithExit, result);
        }
        let suppress = self.u.asm.label();
        self.u.jump(span, Instr::JumpIfTrue { cond: result, off: 0 }, suppress);
        self.u.pop_block();
        self.restore_and_reraise(save, exc);
        self.place_cleanup(cleanup, save, raised);
        self.u.place(suppress);
        self.emit(span, Instr::PopExc { save });
        self.emit(span, Instr::ClearRange { first: exit, count: 2 });
        self.u.top = exit.0;
        self.u.place(end);
        Ok(())
    }

    /// Calls the exit function without an exception and drops its result.
    pub(super) fn call_exit(&mut self, exit: Reg, span: Span, is_async: bool) -> Res {
        let top = self.u.top;
        let base = if exit.0 + 1 == top {
            exit
        } else {
            let base = self.u.alloc();
            self.emit(span, Instr::Move { dst: base, src: exit });
            base
        };
        for _ in 0..3 {
            let dst = self.u.alloc();
            self.emit(span, Instr::LoadNone { dst });
        }
        self.emit(span, Instr::Call { base, nargs: 3 });
        self.u.top = base.0 + 1;
        if is_async {
            self.await_in_place(span, AwaitPlace::AsyncWithExit, base);
        }
        self.emit(span, Instr::Clear { reg: base });
        self.u.top = top;
        Ok(())
    }
}
