//! Where the lock may change hands: the preemption models in terms of instructions.

use crate::bytecode::Instr;
use crate::gil::{EvalBreaker, PreemptionModel};
use crate::object::{Raised, Vm};

/// Whether CPython polls after such an instruction: calls, backward jumps, and what resumes a generator.
///
/// Whatever enters a script function polls at that function's entry besides.
pub(super) fn is_preemption_point(instr: Instr) -> bool {
    match instr {
        Instr::Call { .. }
        | Instr::CallKw { .. }
        | Instr::CallMethod { .. }
        | Instr::CallMethodKw { .. }
        | Instr::InvokeMethod { .. }
        | Instr::CallEx { .. }
        | Instr::ForIter { .. }
        | Instr::ForIterFar { .. }
        | Instr::Send { .. } => true,
        Instr::Jump { off } | Instr::JumpIfTrue { off, .. } | Instr::JumpIfFalse { off, .. } => off < 0,
        Instr::JumpIsNone { off, .. }
        | Instr::JumpIs { off, .. }
        | Instr::JumpLt { off, .. }
        | Instr::JumpLe { off, .. }
        | Instr::JumpGt { off, .. }
        | Instr::JumpGe { off, .. }
        | Instr::JumpEq { off, .. }
        | Instr::JumpNe { off, .. }
        | Instr::JumpLtI { off, .. }
        | Instr::JumpLeI { off, .. }
        | Instr::JumpGtI { off, .. }
        | Instr::JumpGeI { off, .. }
        | Instr::JumpEqI { off, .. }
        | Instr::JumpNeI { off, .. }
        | Instr::JumpIn { off, .. } => off < 0,
        _ => false,
    }
}

impl Vm {
    /// Whether the lock may change hands where the plain loop polls.
    pub(super) fn polls_switch(&self) -> bool {
        self.preemption == PreemptionModel::Cpython313
    }

    /// A point at which the program synchronises: with the model `sync` the lock may change hands here.
    pub(crate) fn sync_point(&mut self) {
        if self.preemption == PreemptionModel::Sync {
            self.gil.poll(1);
        }
    }

    /// Between two steps of native code that stands for a loop of the script's: with the model of CPython, as at a
    /// backward jump.
    ///
    /// # Errors
    ///
    /// As [`Vm::poll`].
    pub(crate) fn preempt(&mut self) -> Result<(), Raised> {
        // SAFETY: the breaker lives as long as the interpreter, which this thread keeps.
        if unsafe { (*self.breaker).requested() } != 0 { self.on_break() } else { Ok(()) }
    }

    /// What a watched loop does before each instruction, which `pc` of the running frame is at.
    ///
    /// # Errors
    ///
    /// As [`Vm::poll`].
    #[inline(never)]
    pub(super) fn before_instruction(&mut self) -> Result<(), Raised> {
        let is_point = match self.preemption {
            PreemptionModel::Op => true,
            PreemptionModel::Line => self.starts_line(),
            PreemptionModel::Cpython313 | PreemptionModel::Sync => false,
        };
        if is_point {
            // SAFETY: the breaker lives as long as the interpreter, which this thread keeps.
            let requested = unsafe { (*self.breaker).requested() };
            if requested & EvalBreaker::LOCK != 0 {
                self.gil.poll(1);
            }
            if requested & !EvalBreaker::LOCK != 0 {
                self.keep_lock = true;
                self.on_break()?;
            }
        }
        if self.interp.lock.observer().is_some() {
            self.report_instruction();
        }
        Ok(())
    }

    /// Whether the running frame is at the first instruction of a line.
    pub(super) fn starts_line(&self) -> bool {
        // SAFETY: a frame runs, over verified code.
        let (at, positions) = unsafe {
            let frame = &*self.fp;
            let code = &*frame.code;
            (frame.pc.offset_from(code.entry).max(0) as usize, &code.proto.positions)
        };
        let line = positions.get(at).map_or(0, |position| position.line);
        let before = positions.iter().take(at).rev().map(|position| position.line).find(|&line| line != 0);
        line != 0 && before != Some(line)
    }
}
