//! Jumps by conditions of any type, and loops over any iterator.

use super::{At, jump, methods};
use crate::bytecode::{CmpOp, Instr, Reg};
use crate::object::{Raised, Value, Vm};

/// Executes an instruction of this theme.
///
/// # Safety
///
/// As for [`step`](super::step).
pub(super) unsafe fn jumps(vm: &mut Vm, at: At, instr: &Instr) -> Result<(), Raised> {
    // SAFETY: the caller vouches that the operands are the running frame's.
    unsafe {
        if methods::enter(vm, at, instr)? {
            return Ok(());
        }
        match *instr {
            Instr::JumpIfTrue { cond, off } => {
                let truth = vm.truth(at.get(cond))?;
                at.consume(cond);
                if truth {
                    jump(vm, off);
                }
            }
            Instr::JumpIfFalse { cond, off } => {
                let truth = vm.truth(at.get(cond))?;
                at.consume(cond);
                if !truth {
                    jump(vm, off);
                }
            }
            Instr::JumpIfTrueKeep { cond, off } => {
                if vm.truth(at.get(cond))? {
                    jump(vm, off);
                } else {
                    at.consume(cond);
                }
            }
            Instr::JumpIfFalseKeep { cond, off } => {
                if vm.truth(at.get(cond))? {
                    at.consume(cond);
                } else {
                    jump(vm, off);
                }
            }
            Instr::JumpLt { when, lhs, rhs, off } => {
                compare_jump(vm, at, CmpOp::Lt, when, lhs, at.get(rhs), Some(rhs), off)?
            }
            Instr::JumpLe { when, lhs, rhs, off } => {
                compare_jump(vm, at, CmpOp::Le, when, lhs, at.get(rhs), Some(rhs), off)?
            }
            Instr::JumpGt { when, lhs, rhs, off } => {
                compare_jump(vm, at, CmpOp::Gt, when, lhs, at.get(rhs), Some(rhs), off)?
            }
            Instr::JumpGe { when, lhs, rhs, off } => {
                compare_jump(vm, at, CmpOp::Ge, when, lhs, at.get(rhs), Some(rhs), off)?
            }
            Instr::JumpEq { when, lhs, rhs, off } => {
                compare_jump(vm, at, CmpOp::Eq, when, lhs, at.get(rhs), Some(rhs), off)?
            }
            Instr::JumpNe { when, lhs, rhs, off } => {
                compare_jump(vm, at, CmpOp::Ne, when, lhs, at.get(rhs), Some(rhs), off)?
            }
            Instr::JumpLtI { when, lhs, imm, off } => {
                compare_jump(vm, at, CmpOp::Lt, when, lhs, &Value::Int(imm.into()), None, off)?
            }
            Instr::JumpLeI { when, lhs, imm, off } => {
                compare_jump(vm, at, CmpOp::Le, when, lhs, &Value::Int(imm.into()), None, off)?
            }
            Instr::JumpGtI { when, lhs, imm, off } => {
                compare_jump(vm, at, CmpOp::Gt, when, lhs, &Value::Int(imm.into()), None, off)?
            }
            Instr::JumpGeI { when, lhs, imm, off } => {
                compare_jump(vm, at, CmpOp::Ge, when, lhs, &Value::Int(imm.into()), None, off)?
            }
            Instr::JumpEqI { when, lhs, imm, off } => {
                compare_jump(vm, at, CmpOp::Eq, when, lhs, &Value::Int(imm.into()), None, off)?
            }
            Instr::JumpNeI { when, lhs, imm, off } => {
                compare_jump(vm, at, CmpOp::Ne, when, lhs, &Value::Int(imm.into()), None, off)?
            }
            Instr::ForIter { iter, dst, off } => {
                let iterator = at.get(iter).clone();
                match vm.next(&iterator)? {
                    Some(value) => {
                        at.set(dst, value);
                        jump(vm, off.into());
                    }
                    None => {
                        drop(iterator);
                        at.set(iter, Value::Undef);
                    }
                }
            }
            Instr::ForIterFar { iter, dst } => {
                let iterator = at.get(iter).clone();
                match vm.next(&iterator)? {
                    Some(value) => at.set(dst, value),
                    None => {
                        drop(iterator);
                        at.set(iter, Value::Undef);
                        jump(vm, 1);
                    }
                }
            }
            Instr::Contains { negate, dst, item, container } => {
                let answer = vm.contains(at.get(container), at.get(item))?;
                at.consume(item);
                at.consume(container);
                at.set(dst, Value::bool(answer != negate));
            }
            Instr::JumpIn { when, item, container, off } => {
                let answer = vm.contains(at.get(container), at.get(item))?;
                at.consume(item);
                at.consume(container);
                if answer == when {
                    jump(vm, off.into());
                }
            }
            _ => unreachable!("an instruction of another theme"),
        }
    }
    Ok(())
}

/// Jumps if (r[lhs] op right) == when; `rhs` is the register that holds the right operand, if one does.
#[allow(clippy::too_many_arguments)]
unsafe fn compare_jump(
    vm: &mut Vm,
    at: At,
    op: CmpOp,
    when: bool,
    lhs: Reg,
    right: &Value,
    rhs: Option<Reg>,
    off: i16,
) -> Result<(), Raised> {
    // SAFETY: as for `jumps`.
    unsafe {
        let answer = vm.compare_bool(op, at.get(lhs), right)?;
        at.consume(lhs);
        if let Some(rhs) = rhs {
            at.consume(rhs);
        }
        if answer == when {
            jump(vm, off.into());
        }
    }
    Ok(())
}
