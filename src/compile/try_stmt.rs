//! `try` statements.
//!
//! A handler finds the exception in the first temporary above those that were live at the
//! `try`; the exception that was being handled before is saved in the next one. `finally`
//! bodies are emitted once for each way into them, as CPython does.

use mini_grammar::ast::{ExceptHandler, Span, Stmt, StmtKind, Try};

use super::Compiler;
use super::assembler::{Label, NOWHERE};
use super::error::Res;
use super::unit::BlockKind;
use crate::bytecode::{Instr, Intrinsic2, Reg};

impl<'a> Compiler<'a> {
    pub(super) fn try_stmt(&mut self, span: Span, node: &'a Try) -> Res {
        self.with_finally(node, |c| c.try_except(span, node))
    }

    pub(super) fn try_star(&mut self, span: Span, node: &'a Try) -> Res {
        self.with_finally(node, |c| c.try_except_star(span, node))
    }

    /// `inner` is the statement without its `finally`.
    fn with_finally(&mut self, node: &'a Try, inner: impl FnOnce(&mut Self) -> Res) -> Res {
        if node.finalbody.is_empty() {
            return inner(self);
        }
        let [handler, end] = std::array::from_fn(|_| self.u.asm.label());
        let exc = Reg(self.u.top);
        let kind = BlockKind::Finally { body: &node.finalbody };
        self.u.push_guarded(kind, handler, exc);
        if node.handlers.is_empty() {
            self.body(&node.body)?;
            self.body(&node.orelse)?;
        } else {
            inner(self)?;
        }
        self.u.pop_block();
        self.body(&node.finalbody)?;
        self.u.goto(NOWHERE, end);

        self.u.place(handler);
        let (exc, save) = self.handling();
        let cleanup = self.u.asm.label();
        let raised = Reg(self.u.top);
        self.u.push_guarded(BlockKind::FinallyEnd { save, exc }, cleanup, raised);
        self.body(&node.finalbody)?;
        self.u.pop_block();
        self.restore_and_reraise(save, exc);
        self.place_cleanup(cleanup, save, raised);
        self.u.top = exc.0;
        self.u.place(end);
        Ok(())
    }

    /// Begins a handler: takes the registers of the exception and of the one handled before.
    pub(super) fn handling(&mut self) -> (Reg, Reg) {
        let exc = self.u.alloc();
        let save = self.u.alloc();
        self.emit(NOWHERE, Instr::PushExc { save, exc });
        (exc, save)
    }

    pub(super) fn restore_and_reraise(&mut self, save: Reg, exc: Reg) {
        self.emit(NOWHERE, Instr::PopExc { save });
        self.emit(NOWHERE, Instr::Reraise { exc });
    }

    /// The end of a handler that raised.
    pub(super) fn place_cleanup(&mut self, label: Label, save: Reg, raised: Reg) {
        self.u.place(label);
        self.reserve(raised);
        self.restore_and_reraise(save, raised);
    }

    /// Makes sure that the frame has the register.
    pub(super) fn reserve(&mut self, reg: Reg) {
        let top = self.u.top;
        self.u.top = reg.0;
        self.u.alloc();
        self.u.top = top;
    }

    /// The body and the `else` of a `try`, up to the start of its handler, which has the exception and what was handled before.
    fn guarded_body(&mut self, node: &'a Try, handler: Label, end: Label) -> Res<(Reg, Reg)> {
        self.u.push_guarded(BlockKind::Guard, handler, Reg(self.u.top));
        self.body(&node.body)?;
        self.u.pop_block();
        self.body(&node.orelse)?;
        self.u.goto(NOWHERE, end);
        self.u.place(handler);
        Ok(self.handling())
    }

    fn try_except(&mut self, span: Span, node: &'a Try) -> Res {
        let [handler, cleanup, end] = std::array::from_fn(|_| self.u.asm.label());
        let (exc, save) = self.guarded_body(node, handler, end)?;
        let raised = Reg(self.u.top);
        self.u.push_guarded(BlockKind::Guard, cleanup, raised);
        let mut named = Vec::new();
        let last = node.handlers.len() - 1;
        for (at, clause) in node.handlers.iter().enumerate() {
            let next = self.u.asm.label();
            if let Some(typ) = &clause.typ {
                let class = self.operand(typ, None, &[])?;
                self.u.jump(clause.span, Instr::JumpIfNotMatch { exc, class, off: 0 }, next);
                self.u.top = raised.0;
            } else if at < last {
                return self.error(clause.span, "default 'except:' must be last");
            }
            self.clause(clause, exc, save, raised, &mut named)?;
            // What follows the clause is not part of it.
            let guard = self.u.pop_block();
            let at = clause.body.last().map_or(clause.span, |stmt| stmt.span);
            self.emit(at, Instr::PopExc { save });
            if let Some(name) = &clause.name {
                self.forget(&name.name, clause.span)?;
            }
            self.u.goto(NOWHERE, end);
            self.u.reenter(vec![guard]);
            if clause.typ.is_some() {
                self.u.place(next);
            }
        }
        self.u.pop_block();
        self.restore_and_reraise(save, exc);
        for (label, clause) in named {
            self.u.place(label);
            self.u.top = raised.0;
            self.u.alloc();
            self.forget(clause, span)?;
            self.restore_and_reraise(save, raised);
        }
        self.place_cleanup(cleanup, save, raised);
        self.u.top = exc.0;
        self.u.place(end);
        Ok(())
    }

    /// Binds the exception and runs the body of one `except`.
    fn clause(
        &mut self,
        clause: &'a ExceptHandler,
        exc: Reg,
        save: Reg,
        raised: Reg,
        named: &mut Vec<(Label, &'a mini_grammar::ast::Name)>,
    ) -> Res {
        let kind = BlockKind::Handler { save, name: clause.name.as_ref() };
        match &clause.name {
            Some(name) => {
                self.store(&name.name, clause.span, exc)?;
                let label = self.u.asm.label();
                named.push((label, &name.name));
                self.u.push_guarded(kind, label, raised);
                // The end of the clause unbinds the name, however the clause is left.
            }
            None => {
                self.emit(clause.span, Instr::Clear { reg: exc });
                self.u.push_block(kind);
            }
        }
        self.body(&clause.body)?;
        self.u.pop_block();
        Ok(())
    }

    fn try_except_star(&mut self, span: Span, node: &'a Try) -> Res {
        let [handler, cleanup, end] = std::array::from_fn(|_| self.u.asm.label());
        let (exc, save) = self.guarded_body(node, handler, end)?;
        let [original, raised_list, part] = std::array::from_fn(|_| self.u.alloc());
        // Whatever fails between the clauses keeps nothing of them.
        let outer_raised = original;
        self.u.push_guarded(BlockKind::Guard, cleanup, outer_raised);
        self.emit(span, Instr::Copy { dst: original, src: exc });
        let build = Instr::BuildList { dst: raised_list, first: raised_list, count: 0 };
        self.emit(span, build);
        for clause in &node.handlers {
            self.star_clause(clause, exc, raised_list, part)?;
        }
        self.emit(span, Instr::ListAppend { list: raised_list, val: exc });
        let instr = Instr::Intrinsic2 { op: Intrinsic2::PrepReraiseStar, dst: part, lhs: original, rhs: raised_list };
        self.emit(span, instr);
        let test = self.u.alloc();
        self.emit(span, Instr::Copy { dst: test, src: part });
        self.u.pop_block();
        let raise = self.u.asm.label();
        let jump = Instr::JumpIsNone { when: false, src: test, off: 0 };
        self.u.jump(span, jump, raise);
        self.emit(NOWHERE, Instr::Clear { reg: part });
        self.emit(NOWHERE, Instr::PopExc { save });
        self.u.goto(NOWHERE, end);
        self.u.place(raise);
        self.restore_and_reraise(save, part);
        self.place_cleanup(cleanup, save, outer_raised);
        self.u.top = exc.0;
        self.u.place(end);
        Ok(())
    }

    fn star_clause(&mut self, clause: &'a ExceptHandler, exc: Reg, raised_list: Reg, part: Reg) -> Res {
        let [failed, next] = std::array::from_fn(|_| self.u.asm.label());
        let top = self.u.top;
        let Some(typ) = &clause.typ else {
            return self.error(clause.span, "expected one or more exception types");
        };
        let class = self.operand(typ, None, &[])?;
        let dst = part;
        self.emit(clause.span, Instr::MatchGroup { dst, exc, class });
        let test = self.u.alloc();
        self.emit(clause.span, Instr::Copy { dst: test, src: part });
        let jump = Instr::JumpIsNone { when: true, src: test, off: 0 };
        self.u.jump(clause.span, jump, next);
        self.u.top = top;
        match &clause.name {
            Some(name) => self.store(&name.name, clause.span, part)?,
            None => self.emit(clause.span, Instr::Clear { reg: part }),
        }
        let raised = Reg(self.u.top);
        self.u.push_guarded(BlockKind::StarHandler, failed, raised);
        self.body(&clause.body)?;
        self.u.pop_block();
        if let Some(name) = &clause.name {
            self.forget(&name.name, clause.span)?;
        }
        self.u.goto(clause.span, next);
        self.u.place(failed);
        self.u.alloc();
        if let Some(name) = &clause.name {
            self.forget(&name.name, clause.span)?;
        }
        let instr = Instr::ListAppend { list: raised_list, val: raised };
        self.emit(clause.span, instr);
        self.u.top = top;
        self.u.place(next);
        self.emit(NOWHERE, Instr::Clear { reg: part });
        Ok(())
    }

    /// Statements that a `finally` or a handler repeats are compiled anew each time.
    pub(super) fn count_work(&mut self, stmt: &Stmt) -> Res {
        self.work += 1;
        if self.work > MAX_WORK {
            return self.error(stmt.span, "too many copies of nested 'finally' bodies");
        }
        let is_block = matches!(
            stmt.kind,
            StmtKind::For(_)
                | StmtKind::AsyncFor(_)
                | StmtKind::While { .. }
                | StmtKind::With(_)
                | StmtKind::AsyncWith(_)
                | StmtKind::Try(_)
                | StmtKind::TryStar(_)
        );
        if is_block && self.u.blocks.len() >= MAX_BLOCKS {
            return self.error(stmt.span, "too many statically nested blocks");
        }
        Ok(())
    }
}

/// CPython's limit of blocks within one function.
const MAX_BLOCKS: usize = 21;
/// Statements emitted, copies included, before a source is refused.
const MAX_WORK: u64 = 4_000_000;
