//! The audit: whether code keeps the rule that temporaries are consumed.
//!
//! Finalisers run where CPython runs them only if no temporary outlives its use. The audit
//! follows every way through the code and finds temporaries that are read when they are empty,
//! and ones that are overwritten while they still hold something. It is a check of the
//! compiler, for its tests; code that fails it is safe to run all the same.

use super::operands::Operand;
use super::{CodeProto, Const, Instr, Reg};

/// What a temporary holds at some point.
#[derive(Clone, Copy, PartialEq, Eq)]
enum State {
    Empty,
    Live,
    /// One or the other, depending on the way.
    Either,
}

/// What an instruction does with registers.
#[derive(Default)]
struct Effect {
    keeps: Vec<Reg>,
    consumes: Vec<Reg>,
    /// Consumed if present.
    drops: Vec<Reg>,
    writes: Vec<Reg>,
}

fn range(first: Reg, count: u32) -> impl Iterator<Item = Reg> {
    (0..count as u16).map(move |n| first.offset(n))
}

/// The effect when control goes on behind the instruction.
fn effect(instr: &Instr) -> Effect {
    let mut e = Effect::default();
    match *instr {
        Instr::Copy { dst, src }
        | Instr::GetANext { dst, iter: src }
        | Instr::MatchSequence { dst, src }
        | Instr::MatchMapping { dst, src }
        | Instr::GetLen { dst, src }
        | Instr::ImportFrom { dst, module: src, .. }
        | Instr::LoadFromDictOrGlobals { dst, mapping: src, .. } => {
            e.keeps.push(src);
            e.writes.push(dst);
        }
        Instr::Move { dst, src } => {
            e.consumes.push(src);
            e.writes.push(dst);
        }
        Instr::Clear { reg } | Instr::MakeCell { reg } => e.drops.push(reg),
        Instr::ClearRange { first, count } => e.drops.extend(range(first, count.into())),
        Instr::CheckBound { reg } | Instr::DelLocal { reg } => e.keeps.push(reg),
        Instr::CopyFree { .. } => {}
        Instr::LoadFromDictOrCell { dst, .. } => {
            e.consumes.push(dst);
            e.writes.push(dst);
        }
        Instr::LoadMethod { base, .. } => {
            e.consumes.push(base.offset(1));
            e.writes.extend(range(base, 2));
        }
        Instr::LoadSuper { method, base, .. } => {
            e.consumes.extend(range(base, 3));
            e.writes.extend(range(base, if method { 2 } else { 1 }));
        }
        Instr::Call { base, nargs } | Instr::CallKw { base, nargs, .. } => {
            e.consumes.extend(range(base, u32::from(nargs) + 1));
            e.writes.push(base);
        }
        Instr::CallMethod { base, nargs } | Instr::CallMethodKw { base, nargs, .. } => {
            e.consumes.extend(range(base, u32::from(nargs) + 2));
            e.writes.push(base);
        }
        Instr::InvokeMethod { base, nargs, .. } => {
            e.consumes.extend(range(base.offset(1), u32::from(nargs) + 1));
            e.writes.push(base);
        }
        Instr::CallEx { base } => {
            e.consumes.extend(range(base, 2));
            e.drops.push(base.offset(2));
            e.writes.push(base);
        }
        Instr::ListAppend { list, val: src }
        | Instr::ListExtend { list, src }
        | Instr::SetAdd { set: list, val: src }
        | Instr::SetUpdate { set: list, src }
        | Instr::DictUpdate { map: list, src } => {
            e.keeps.push(list);
            e.consumes.push(src);
        }
        Instr::DictMerge { map, src, callee } => {
            e.keeps.extend([map, callee]);
            e.consumes.push(src);
        }
        Instr::MapAdd { map, key } => {
            e.keeps.push(map);
            e.consumes.extend(range(key, 2));
        }
        Instr::UnpackSeq { src, first, count } => {
            e.consumes.push(src);
            e.writes.extend(range(first, count.into()));
        }
        Instr::UnpackEx { src, first, shape } => {
            e.consumes.push(src);
            e.writes.extend(range(first, u32::from(shape >> 8) + u32::from(shape & 0xFF) + 1));
        }
        Instr::MakeFunction { dst, flags, .. } => {
            e.consumes.extend(range(dst.offset(1), flags.count_ones()));
            e.writes.push(dst);
        }
        Instr::Import { base, .. } => {
            e.consumes.extend(range(base, 2));
            e.writes.push(base);
        }
        Instr::ForIter { iter, .. } => e.consumes.push(iter),
        Instr::ForIterFar { iter, dst } => {
            e.keeps.push(iter);
            e.writes.push(dst);
        }
        Instr::Send { iter, value, .. } => {
            e.keeps.push(iter);
            e.consumes.push(value);
            e.writes.push(value);
        }
        Instr::EndAsyncFor { exc, iter } => e.consumes.extend([exc, iter]),
        Instr::BeforeWith { base } | Instr::BeforeAsyncWith { base } => {
            e.consumes.push(base);
            e.writes.extend(range(base, 2));
        }
        Instr::WithExcept { dst, exit, exc } => {
            e.keeps.extend([exit, exc]);
            e.writes.push(dst);
        }
        Instr::PushExc { save, exc } => {
            e.keeps.push(exc);
            e.writes.push(save);
        }
        Instr::PopExc { save } => e.consumes.push(save),
        Instr::JumpIfNotMatch { exc, class, .. } => {
            e.keeps.push(exc);
            e.consumes.push(class);
        }
        Instr::MatchGroup { dst, exc, class } => {
            e.keeps.push(exc);
            e.consumes.push(class);
            e.writes.push(dst);
        }
        Instr::MatchKeys { dst, src, keys } | Instr::CopyWithoutKeys { dst, src, keys } => {
            e.keeps.extend([src, keys]);
            e.writes.push(dst);
        }
        Instr::MatchClass { dst, src, .. } => {
            e.keeps.push(src);
            e.consumes.extend(range(dst, 2));
            e.writes.push(dst);
        }
        _ => instr.operands(&mut |operand| match operand {
            Operand::Read(reg) => e.consumes.push(reg),
            Operand::Optional(reg) if !reg.is_none() => e.consumes.push(reg),
            Operand::Write(reg) => e.writes.push(reg),
            Operand::Window { first, count } => e.consumes.extend(range(first, count)),
            _ => {}
        }),
    }
    e
}

/// The effect when the instruction jumps, if that differs.
fn jump_effect(instr: &Instr) -> Effect {
    let mut e = Effect::default();
    match *instr {
        Instr::JumpIfTrueKeep { cond, .. } | Instr::JumpIfFalseKeep { cond, .. } => {
            e.keeps.push(cond);
        }
        Instr::ForIter { iter, dst, .. } => {
            e.keeps.push(iter);
            e.writes.push(dst);
        }
        Instr::Send { iter, value, .. } => {
            e.consumes.extend([iter, value]);
            e.writes.push(value);
        }
        _ => return effect(instr),
    }
    e
}

/// Audits a code prototype and those among its constants.
///
/// # Errors
/// The instruction at fault and what is wrong with it.
pub fn audit(code: &CodeProto) -> Result<(), String> {
    let mut auditor = Auditor { code, states: vec![None; code.instrs.len()], work: vec![0] };
    let temps = usize::from(code.nregs - code.first_temp.0);
    auditor.states[0] = Some(vec![State::Empty; temps]);
    while let Some(at) = auditor.work.pop() {
        let step = auditor.step(at);
        step.map_err(|what| format!("{} at {at} ({:?}): {what}", code.qualname, code.instrs[at]))?;
    }
    for value in &code.consts {
        if let Const::Code(inner) = value {
            audit(inner)?;
        }
    }
    Ok(())
}

struct Auditor<'a> {
    code: &'a CodeProto,
    states: Vec<Option<Vec<State>>>,
    work: Vec<usize>,
}

impl Auditor<'_> {
    fn temp(&self, reg: Reg) -> Option<usize> {
        reg.0.checked_sub(self.code.first_temp.0).map(usize::from)
    }

    fn step(&mut self, at: usize) -> Result<(), String> {
        let instr = self.code.instrs[at];
        let Some(before) = self.states[at].clone() else {
            return Ok(());
        };
        let handler = self.code.exceptions.iter().find(|r| (r.start as usize..r.end as usize).contains(&at));
        if let Some(range) = handler {
            let mut state = before.clone();
            let keep = self.temp(range.keep).unwrap_or(0);
            state[keep..].fill(State::Empty);
            if let Some(exc) = self.temp(range.exc) {
                state[exc] = State::Live;
            }
            self.flow(range.handler as usize, &state);
        }
        let mut target = None;
        instr.operands(&mut |operand| {
            if let Operand::Jump(off) = operand {
                target = Some((at as i64 + 1 + i64::from(off)) as usize);
            }
        });
        if let Some(target) = target {
            let state = self.apply(&before, jump_effect(&instr))?;
            self.flow(target, &state);
        }
        if !instr.is_terminator() {
            let state = self.apply(&before, effect(&instr))?;
            self.flow(at + 1, &state);
            if matches!(instr, Instr::ForIterFar { .. }) {
                self.flow(at + 2, &before);
            }
        } else if target.is_none() {
            self.apply(&before, effect(&instr))?;
        }
        Ok(())
    }

    fn apply(&self, before: &[State], effect: Effect) -> Result<Vec<State>, String> {
        let mut state = before.to_vec();
        for reg in effect.keeps.iter().chain(&effect.consumes) {
            if let Some(temp) = self.temp(*reg) {
                if state[temp] != State::Live {
                    return Err(format!("t{temp} may be empty"));
                }
            }
        }
        for reg in effect.consumes.iter().chain(&effect.drops) {
            if let Some(temp) = self.temp(*reg) {
                state[temp] = State::Empty;
            }
        }
        for reg in &effect.writes {
            if let Some(temp) = self.temp(*reg) {
                if state[temp] != State::Empty {
                    return Err(format!("t{temp} is overwritten"));
                }
                state[temp] = State::Live;
            }
        }
        Ok(state)
    }

    fn flow(&mut self, target: usize, state: &[State]) {
        let Some(slot) = self.states.get_mut(target) else {
            return;
        };
        match slot {
            None => *slot = Some(state.to_vec()),
            Some(old) => {
                let mut changed = false;
                for (old, new) in old.iter_mut().zip(state) {
                    if *old != *new && *old != State::Either {
                        *old = State::Either;
                        changed = true;
                    }
                }
                if !changed {
                    return;
                }
            }
        }
        self.work.push(target);
    }
}
