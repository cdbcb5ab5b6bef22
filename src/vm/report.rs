//! What observers are told of the running frames.

use std::fmt::Debug;

use crate::bytecode::Instr;
use crate::gil::{Interest, Observation, Observed, Place};
use crate::object::Vm;

impl Vm {
    /// Reports what the instruction that the running frame is at means: a frame that begins, goes on or ends, a line.
    #[inline(never)]
    pub(super) fn report_instruction(&mut self) {
        let Some(interest) = self.interp.lock.observer().map(|(_, interest)| *interest) else { return };
        let fp = self.fp;
        // SAFETY: a frame runs; an instruction before its `pc` exists unless it is at its entry.
        let (instr, previous, is_maker) = unsafe {
            let (frame, code) = (&*fp, &*(*fp).code);
            let previous = (frame.pc > code.entry).then(|| *frame.pc.sub(1));
            (*frame.pc, previous, frame.generator.is_null() && code.proto.flags.is_suspendable())
        };
        if interest.has(Interest::SWITCHES) {
            let thread = self.guard.thread().id();
            let last = self.interp.last_observed.replace(thread.number());
            if last != 0 && last != thread.number() {
                self.report(Observed::Switch { from: crate::gil::ThreadId::from_number(last) });
            }
        }
        if interest.has(Interest::CALLS) && fp != self.observed && !is_maker {
            match previous {
                None | Some(Instr::MakeGenerator) => self.report(Observed::Call),
                Some(Instr::Yield { .. }) => self.report(Observed::Resume),
                _ => {}
            }
        }
        // What only makes a generator is not the generator's run.
        if interest.has(Interest::LINES) && !is_maker && self.starts_line() && !self.goes_on_in_line() {
            self.report(Observed::Line);
        }
        self.observed = fp;
        // SAFETY: a frame runs.
        self.observed_pc = unsafe { (*fp).pc };
        if interest.has(Interest::INSTRUCTIONS) {
            let shown: &dyn Debug = &instr;
            self.report(Observed::Instruction(shown));
        }
        let leaves = match instr {
            Instr::Return { .. } | Instr::ReturnNone => Some(Observed::Return),
            Instr::Yield { .. } => Some(Observed::Yield),
            _ => None,
        };
        if matches!(instr, Instr::MakeGenerator) {
            self.observed = std::ptr::null_mut();
        }
        if let Some(what) = leaves {
            self.observed = std::ptr::null_mut();
            if interest.has(Interest::CALLS) {
                self.report(what);
            }
        }
    }

    /// Whether the running frame came to where it is from an earlier instruction of the same line.
    fn goes_on_in_line(&self) -> bool {
        // SAFETY: a frame runs; what was observed of it is an instruction of its code.
        unsafe {
            let (frame, code) = (&*self.fp, &*(*self.fp).code);
            if self.fp != self.observed || self.observed_pc > frame.pc || self.observed_pc < code.entry {
                return false;
            }
            let line = |pc: *const Instr| code.proto.positions[pc.offset_from(code.entry) as usize].line;
            line(self.observed_pc) == line(frame.pc)
        }
    }

    /// Reports that the exception on its way passes through the running frame, or ends it.
    #[cold]
    pub(super) fn report_exception(&mut self, ends: bool) {
        let Some(interest) = self.interp.lock.observer().map(|(_, interest)| *interest) else { return };
        if ends {
            self.observed = std::ptr::null_mut();
            if interest.has(Interest::CALLS) {
                self.report(Observed::Unwind);
            }
        } else if interest.has(Interest::EXCEPTIONS) {
            let exception = self.raised.clone();
            let class = self.class_name(&exception);
            self.report(Observed::Exception(&class));
        }
    }

    fn report(&self, what: Observed<'_>) {
        let Some((observer, _)) = self.interp.lock.observer() else { return };
        // SAFETY: a frame runs, over verified code.
        let (frame, code) = unsafe { (&*self.fp, &*(*self.fp).code) };
        // SAFETY: `pc` and `entry` are in the same code.
        let at = unsafe { frame.pc.offset_from(code.entry) }.max(0) as usize;
        // What an exception passes through is the instruction before.
        let at = if matches!(what, Observed::Exception(_) | Observed::Unwind) { at.saturating_sub(1) } else { at };
        let place = Place {
            file: &code.proto.filename,
            function: &code.proto.qualname,
            line: code.proto.positions.get(at).map_or(0, |position| position.line),
            instruction: at,
            // SAFETY: both are frames of this thread's stack.
            depth: unsafe { self.fp.offset_from(self.stacks.frames()) }.max(1) as usize - 1,
        };
        observer.observe(&Observation {
            at: self.interp.lock.scheduler().now(),
            thread: self.guard.thread().id(),
            what,
            place,
        });
    }
}
