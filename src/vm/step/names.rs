//! Variables: locals, cells, globals, names of modules and class bodies.

use super::At;
use crate::bytecode::Instr;
use crate::object::{Raised, Value, Vm};

/// Executes an instruction of this theme.
///
/// # Safety
///
/// As for [`step`](super::step).
pub(super) unsafe fn names(vm: &mut Vm, at: At, instr: &Instr) -> Result<(), Raised> {
    // SAFETY: the caller vouches that the operands are the running frame's.
    unsafe {
        match *instr {
            Instr::ClearRange { first, count } => {
                for index in 0..count {
                    at.set(first.offset(index), Value::Undef);
                }
            }
            Instr::CheckBound { reg } => {
                if at.get(reg).is_undef() {
                    return Err(vm.unbound_local(reg));
                }
            }
            Instr::DelLocal { reg } => {
                if at.get(reg).is_undef() {
                    return Err(vm.unbound_local(reg));
                }
                at.set(reg, Value::Undef);
            }
            Instr::LoadCell { dst, cell } => {
                let value = match at.get(cell) {
                    Value::Cell(shared) => (*shared.content.as_ptr()).clone(),
                    _ => Value::Undef,
                };
                if value.is_undef() {
                    return Err(vm.unbound_cell(cell));
                }
                at.set(dst, value);
            }
            Instr::StoreCell { cell, src } => {
                let value = at.operand(src);
                if let Value::Cell(shared) = at.get(cell) {
                    let old = shared.content.replace(&mut vm.gil, value);
                    if old.is_heap() {
                        drop(old);
                    }
                }
            }
            Instr::DelCell { cell } => {
                let old = match at.get(cell) {
                    Value::Cell(shared) => shared.content.replace(&mut vm.gil, Value::Undef),
                    _ => Value::Undef,
                };
                if old.is_undef() {
                    return Err(vm.unbound_cell(cell));
                }
                drop(old);
            }
            Instr::LoadClassCell { dst, cell, name } => {
                let value = vm.load_class_cell(cell, at.name(name))?;
                at.set(dst, value);
            }
            Instr::LoadGlobal { dst, cache } => {
                let value = vm.load_global_slow(at.cache(cache))?;
                at.set(dst, value);
            }
            Instr::StoreGlobal { src, cache } => {
                let value = at.operand(src);
                vm.store_global_slow(at.cache(cache), value);
            }
            Instr::DelGlobal { name } => {
                let name = at.name(name);
                vm.delete_global(&name)?;
            }
            Instr::LoadName { dst, cache } => {
                let value = vm.load_name_slow(at.cache(cache))?;
                at.set(dst, value);
            }
            Instr::StoreName { src, cache } => {
                let value = at.operand(src);
                vm.store_name_slow(at.cache(cache), value)?;
            }
            Instr::DelName { name } => {
                let name = at.name(name);
                vm.delete_name(&name)?;
            }
            Instr::LoadFromDictOrCell { dst, cell, name } => {
                let mapping = at.take(dst);
                let value = vm.load_from_mapping_or_cell(&mapping, cell, at.name(name))?;
                at.set(dst, value);
            }
            Instr::SetupAnnotations => {
                vm.setup_annotations()?;
            }
            Instr::LoadFromDictOrGlobals { dst, mapping, name } => {
                let name = at.name(name);
                let mapping = at.get(mapping).clone();
                let value = vm.load_from_mapping_or_globals(&mapping, &name)?;
                at.set(dst, value);
            }
            Instr::LoadLocals { dst } => {
                let value = vm.current_locals()?;
                at.set(dst, value);
            }
            _ => unreachable!("an instruction of another theme"),
        }
    }
    Ok(())
}
