//! Attributes, items and calls.

use super::{At, methods};
use crate::bytecode::Instr;
use crate::object::{Raised, Value, Vm};

/// Executes an instruction of this theme.
///
/// # Safety
///
/// As for [`step`](super::step).
pub(super) unsafe fn calls(vm: &mut Vm, at: At, instr: &Instr) -> Result<(), Raised> {
    // SAFETY: the caller vouches that the operands are the running frame's.
    unsafe {
        match *instr {
            Instr::GetAttr { dst, obj, cache } => {
                let object = at.get(obj).clone();
                if vm.enter_property(at.cache(cache), &object, at.place(dst))? {
                    at.consume(obj);
                    return Ok(());
                }
                let value = vm.getattr_cached(at.cache(cache), &object)?;
                at.consume(obj);
                drop(object);
                at.set(dst, value);
            }
            Instr::SetAttr { obj, val, cache } => {
                let object = at.get(obj).clone();
                let value = at.operand(val);
                at.consume(obj);
                if methods::enter_setter(vm, at.cache(cache), &object, &value)? {
                    return Ok(());
                }
                vm.setattr_cached(at.cache(cache), &object, value)?;
            }
            Instr::DelAttr { obj, name } => {
                let name = at.name(name);
                let object = at.operand(obj);
                vm.delattr(&object, &name)?;
                drop(object);
            }
            Instr::LoadMethod { base: b, cache } => {
                let object = at.get(b.offset(1)).clone();
                let (callable, is_method) = vm.load_method_cached(at.cache(cache), &object)?;
                at.set(b, callable);
                if !is_method {
                    at.set(b.offset(1), Value::Undef);
                }
            }
            Instr::GetItem { dst, obj, index } => {
                let object = at.get(obj).clone();
                let value = vm.getitem(&object, at.get(index))?;
                at.consume(index);
                at.consume(obj);
                drop(object);
                at.set(dst, value);
            }
            Instr::GetItemI { dst, obj, imm } => {
                let object = at.get(obj).clone();
                let value = vm.getitem(&object, &Value::Int(imm.into()))?;
                at.consume(obj);
                drop(object);
                at.set(dst, value);
            }
            Instr::SetItem { obj, index, val } => {
                let object = at.operand(obj);
                let key = at.operand(index);
                let value = at.operand(val);
                if let Some((object, key, Some(value))) = methods::enter_store(vm, object, key, Some(value))? {
                    vm.setitem(&object, key, value)?;
                }
            }
            Instr::DelItem { obj, index } => {
                let object = at.operand(obj);
                let key = at.operand(index);
                if let Some((object, key, _)) = methods::enter_store(vm, object, key, None)? {
                    vm.delitem(&object, &key)?;
                }
            }
            Instr::Call { base: b, nargs } => {
                let slot = at.place(b);
                vm.call_registers(slot, slot.add(1), nargs as usize)?;
            }
            Instr::CallKw { base: b, nargs, names } => {
                let slot = at.place(b);
                let names = (&(*at.code).consts).get_unchecked(names as usize).clone();
                {
                    vm.call_registers_kw(slot, slot.add(1), nargs as usize, &names)?;
                }
            }
            Instr::CallMethod { base: b, nargs } => {
                let slot = at.place(b);
                let (window, count) = method_window(slot, nargs as usize);
                vm.call_registers(slot, window, count)?;
            }
            Instr::CallMethodKw { base: b, nargs, names } => {
                let slot = at.place(b);
                let names = (&(*at.code).consts).get_unchecked(names as usize).clone();
                let (window, count) = method_window(slot, nargs as usize);
                vm.call_registers_kw(slot, window, count, &names)?;
            }
            Instr::InvokeMethod { base: b, nargs, cache } => {
                let slot = at.place(b);
                let object = (*slot.add(1)).clone();
                let (callable, is_method) = match vm.load_method_cached(at.cache(cache), &object) {
                    Ok(found) => found,
                    Err(raised) => {
                        vm.in_lookup = true;
                        return Err(raised);
                    }
                };
                *slot = callable;
                if !is_method {
                    *slot.add(1) = Value::Undef;
                }
                drop(object);
                let (window, count) = method_window(slot, nargs as usize);
                vm.call_registers(slot, window, count)?;
            }
            Instr::CallEx { base: b } => {
                vm.call_expanded(at.place(b))?;
            }
            _ => unreachable!("an instruction of another theme"),
        }
    }
    Ok(())
}

/// Where the arguments of a method call begin, and how many they are: with the receiver, if there is one.
///
/// # Safety
///
/// The slot and the registers behind it belong to the running frame.
unsafe fn method_window(slot: *mut Value, nargs: usize) -> (*mut Value, usize) {
    // SAFETY: the caller vouches for the registers.
    unsafe { if (*slot.add(1)).is_undef() { (slot.add(2), nargs) } else { (slot.add(1), nargs + 1) } }
}
