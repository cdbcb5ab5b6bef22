//! Leaving blocks early: `return`, `break` and `continue`.

use mini_grammar::ast::Span;

use super::Compiler;
use super::error::Res;
use super::unit::{Block, BlockKind};
use crate::bytecode::{Instr, Reg};

impl<'a> Compiler<'a> {
    /// Leaves all blocks from index `down_to` on, innermost first, doing what each asks for.
    /// Gives the blocks, to be entered again after the jump. `value` is kept.
    pub(super) fn unwind(&mut self, down_to: usize, value: Option<Reg>, span: Span) -> Res<Vec<Block<'a>>> {
        let mut left = Vec::new();
        while self.u.blocks.len() > down_to {
            let block = self.u.pop_block();
            let kind = block.kind;
            left.push(block);
            let top = self.u.top;
            match kind {
                BlockKind::Guard => {}
                BlockKind::Loop { iter, .. } => {
                    if let Some(reg) = iter {
                        self.emit(span, Instr::Clear { reg });
                    }
                }
                BlockKind::Finally { body } => {
                    if let Some(reg) = value {
                        self.u.push_block(BlockKind::Value { reg });
                    }
                    self.body(body)?;
                    if value.is_some() {
                        self.u.pop_block();
                    }
                }
                BlockKind::FinallyEnd { save, exc } => {
                    self.emit(span, Instr::PopExc { save });
                    self.emit(span, Instr::Clear { reg: exc });
                }
                BlockKind::Handler { save, name } => {
                    // The region around all handlers must not restore a second time.
                    left.push(self.u.pop_block());
                    self.emit(span, Instr::PopExc { save });
                    if let Some(name) = name {
                        self.forget(&name.name, span)?;
                    }
                }
                BlockKind::StarHandler => return self.leaves_star(span),
                BlockKind::With { exit, span, is_async } => {
                    self.call_exit(exit, span, is_async)?;
                }
                BlockKind::Value { reg } => self.emit(span, Instr::Clear { reg }),
            }
            self.u.top = top;
        }
        Ok(left)
    }

    pub(super) fn leaves_star<T>(&self, span: Span) -> Res<T> {
        let message = "'break', 'continue' and 'return' cannot appear in an except* block";
        self.error(span, message)
    }
}
