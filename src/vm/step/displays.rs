//! Displays, formatting, unpacking, functions, imports and intrinsics.

use super::At;
use crate::bytecode::Instr;
use crate::object::{Raised, Slice, Value, Vm};

/// Executes an instruction of this theme.
///
/// # Safety
///
/// As for [`step`](super::step).
pub(super) unsafe fn displays(vm: &mut Vm, at: At, instr: &Instr) -> Result<(), Raised> {
    // SAFETY: the caller vouches that the operands are the running frame's.
    unsafe {
        match *instr {
            Instr::BuildSlice { dst, first } => {
                let [start, stop, step] = [0, 1, 2].map(|index| at.operand(first.offset(index)));
                at.set(dst, Slice::new(start, stop, step).into_value());
            }
            Instr::BuildSet { dst, first, count } => {
                let values = super::super::frames::take_values(at.base, first, count, (*at.code).first_temp);
                let value = vm.build_set(values)?;
                at.set(dst, value);
            }
            Instr::BuildMap { dst, first, count } => {
                let values = super::super::frames::take_values(at.base, first, 2 * count, (*at.code).first_temp);
                let value = vm.build_map(values)?;
                at.set(dst, value);
            }
            Instr::BuildString { dst, first, count } => {
                let values = super::super::frames::take_values(at.base, first, count, (*at.code).first_temp);
                at.set(dst, vm.build_string(&values)?);
            }
            Instr::FormatValue { conversion, dst, src, spec } => {
                let spec = if spec.is_none() { Value::Undef } else { at.operand(spec) };
                let value = at.operand(src);
                let text = vm.format_field(conversion, &value, &spec)?;
                at.set(dst, text);
            }
            Instr::ListAppend { list, val } => {
                let value = at.operand(val);
                if let Value::List(list) = at.get(list) {
                    vm.list_push(list, value)?;
                }
            }
            Instr::ListExtend { list, src } => {
                let source = at.operand(src);
                let list = at.get(list).clone();
                vm.extend_display(&list, &source)?;
            }
            Instr::SetAdd { set, val } => {
                let value = at.operand(val);
                if let Value::Set(set) = at.get(set) {
                    let set = set.to_ptr();
                    vm.set_add(&set, value)?;
                }
            }
            Instr::SetUpdate { set, src } => {
                let source = at.operand(src);
                let set = at.get(set).clone();
                vm.update_set_display(&set, &source)?;
            }
            Instr::MapAdd { map, key } => {
                let value = at.operand(key.offset(1));
                let key = at.operand(key);
                if let Value::Dict(dict) = at.get(map) {
                    let dict = dict.to_ptr();
                    vm.dict_set(&dict, key, value)?;
                }
            }
            Instr::DictUpdate { map, src } => {
                let source = at.operand(src);
                let map = at.get(map).clone();
                vm.update_dict_display(&map, &source)?;
            }
            Instr::DictMerge { map, src, callee } => {
                let source = at.operand(src);
                let (map, callee) = (at.get(map).clone(), at.get(callee).clone());
                vm.merge_keywords(&map, &source, &callee)?;
            }
            Instr::UnpackSeq { src, first, count } => {
                let source = at.operand(src);
                let items = vm.unpack(&source, count as usize)?;
                drop(source);
                for (index, item) in items.into_iter().enumerate() {
                    at.set(first.offset(index as u16), item);
                }
            }
            Instr::UnpackEx { src, first, shape } => {
                let source = at.operand(src);
                let items = vm.unpack_starred(&source, (shape >> 8) as usize, (shape & 0xff) as usize)?;
                drop(source);
                for (index, item) in items.into_iter().enumerate() {
                    at.set(first.offset(index as u16), item);
                }
            }
            Instr::MakeFunction { dst, k, flags } => {
                let value = vm.make_function(at.base, dst, k, flags);
                at.set(dst, value);
            }
            Instr::LoadBuildClass { dst } => {
                let value = vm.load_build_class()?;
                at.set(dst, value);
            }
            Instr::Import { base: b, name } => {
                let name = at.name(name);
                let level = at.operand(b);
                let names = at.operand(b.offset(1));
                let module = vm.import_name(&name, &names, &level)?;
                at.set(b, module);
            }
            Instr::ImportFrom { dst, module, name } => {
                let name = at.name(name);
                let module = at.get(module).clone();
                let value = vm.import_from(&module, &name)?;
                at.set(dst, value);
            }
            Instr::Intrinsic1 { op, dst, src } => {
                let operand = at.operand(src);
                let value = vm.intrinsic1(op, operand)?;
                at.set(dst, value);
            }
            Instr::Intrinsic2 { op, dst, lhs, rhs } => {
                let (left, right) = (at.operand(lhs), at.operand(rhs));
                let value = vm.intrinsic2(op, left, right)?;
                at.set(dst, value);
            }
            _ => unreachable!("an instruction of another theme"),
        }
    }
    Ok(())
}
