//! Operators on operands of any type.

use super::{At, methods};
use crate::bytecode::{BinOp, Instr, Reg};
use crate::object::{Raised, Value, Vm};

/// Executes an instruction of this theme.
///
/// # Safety
///
/// As for [`step`](super::step).
pub(super) unsafe fn operators(vm: &mut Vm, at: At, instr: &Instr) -> Result<(), Raised> {
    // SAFETY: the caller vouches that the operands are the running frame's.
    unsafe {
        if methods::enter(vm, at, instr)? {
            return Ok(());
        }
        match *instr {
            Instr::Add { dst, lhs, rhs } => binary(vm, at, BinOp::Add, dst, lhs, rhs)?,
            Instr::Sub { dst, lhs, rhs } => binary(vm, at, BinOp::Sub, dst, lhs, rhs)?,
            Instr::Mul { dst, lhs, rhs } => binary(vm, at, BinOp::Mul, dst, lhs, rhs)?,
            Instr::TrueDiv { dst, lhs, rhs } => binary(vm, at, BinOp::TrueDiv, dst, lhs, rhs)?,
            Instr::FloorDiv { dst, lhs, rhs } => binary(vm, at, BinOp::FloorDiv, dst, lhs, rhs)?,
            Instr::Mod { dst, lhs, rhs } => binary(vm, at, BinOp::Mod, dst, lhs, rhs)?,
            Instr::Binary { op, dst, lhs, rhs } => binary(vm, at, op, dst, lhs, rhs)?,
            Instr::AddI { dst, lhs, imm } => binary_immediate(vm, at, BinOp::Add, dst, lhs, imm)?,
            Instr::SubI { dst, lhs, imm } => binary_immediate(vm, at, BinOp::Sub, dst, lhs, imm)?,
            Instr::BinaryI { op, dst, lhs, imm } => binary_immediate(vm, at, op, dst, lhs, imm)?,
            Instr::Inplace { op, dst, lhs, rhs } => {
                vm.inplace_registers(op, at.base, dst, lhs, rhs)?;
                if rhs != dst {
                    at.consume(rhs);
                }
            }
            Instr::InplaceI { op, dst, lhs, imm } => {
                let left = if lhs == dst { at.take(lhs) } else { at.operand(lhs) };
                let value = vm.inplace(op, left, &Value::Int(imm.into()))?;
                at.set(dst, value);
            }
            Instr::Neg { dst, src } => {
                let value = vm.negative(at.get(src))?;
                at.consume(src);
                at.set(dst, value);
            }
            Instr::Pos { dst, src } => {
                let value = vm.positive(at.get(src))?;
                at.consume(src);
                at.set(dst, value);
            }
            Instr::Invert { dst, src } => {
                let value = vm.invert(at.get(src))?;
                at.consume(src);
                at.set(dst, value);
            }
            Instr::Not { dst, src } => {
                let truth = vm.truth(at.get(src))?;
                at.consume(src);
                at.set(dst, Value::bool(!truth));
            }
            Instr::Compare { op, dst, lhs, rhs } => {
                let value = vm.compare(op, at.get(lhs), at.get(rhs))?;
                at.consume(lhs);
                at.consume(rhs);
                at.set(dst, value);
            }
            Instr::CompareI { op, dst, lhs, imm } => {
                let value = vm.compare(op, at.get(lhs), &Value::Int(imm.into()))?;
                at.consume(lhs);
                at.set(dst, value);
            }
            _ => unreachable!("an instruction of another theme"),
        }
    }
    Ok(())
}

/// `r[dst] := r[lhs] op r[rhs]`.
unsafe fn binary(vm: &mut Vm, at: At, op: BinOp, dst: Reg, lhs: Reg, rhs: Reg) -> Result<(), Raised> {
    // SAFETY: as for `operators`.
    unsafe {
        let value = vm.binary_operands(op, at.get(lhs), at.get(rhs))?;
        at.consume(rhs);
        if lhs != dst {
            at.consume(lhs);
        }
        at.set(dst, value);
    }
    Ok(())
}

/// `r[dst] := r[lhs] op imm`.
unsafe fn binary_immediate(vm: &mut Vm, at: At, op: BinOp, dst: Reg, lhs: Reg, imm: i16) -> Result<(), Raised> {
    // SAFETY: as for `operators`.
    unsafe {
        let value = vm.binary_operands(op, at.get(lhs), &Value::Int(imm.into()))?;
        if lhs != dst {
            at.consume(lhs);
        }
        at.set(dst, value);
    }
    Ok(())
}
