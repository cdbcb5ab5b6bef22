//! Instructions off the hot path: every instruction in full, out of line.
//!
//! The evaluation loop does the common case of common instructions itself and leaves the rest to this
//! function, so that the loop stays small and keeps its state in machine registers.

use super::generator::Sent;
use crate::bytecode::{BinOp, CmpOp, Instr, Reg, YieldKind};
use crate::object::vm::ReturnTo;
use crate::object::{Code, Gen, GenKind, GenState, Known, List, Raised, Slice, Tuple, Value, Vm};

/// Executes one instruction of the running frame, whose `pc` is behind it. None: the loop goes on in the frame that is
/// now on top. Some: the frame that Rust code entered has returned or yielded this.
///
/// # Safety
///
/// `instr` is an instruction of the running frame's verified code.
#[inline(never)]
pub(super) unsafe fn step(vm: &mut Vm, instr: &Instr) -> Result<Option<Value>, Raised> {
    // SAFETY: as in the evaluation loop.
    unsafe {
        let base: *mut Value = (*vm.fp).base;
        let code: *const Code = (*vm.fp).code;

        macro_rules! reg {
            ($r:expr) => {
                (*base.add($r.0 as usize))
            };
        }
        macro_rules! cache {
            ($c:expr) => {
                &mut *(&(*code).caches).get_unchecked($c as usize).get()
            };
        }
        macro_rules! name {
            ($n:expr) => {
                (&(*code).names).get_unchecked($n as usize).clone()
            };
        }
        // A temporary that was read is left without heap references.
        macro_rules! consume {
            ($r:expr) => {
                if $r.0 >= (*code).first_temp {
                    reg!($r) = Value::Undef;
                }
            };
        }
        // The operand as a value of one's own: moved out of a temporary, copied from a local.
        macro_rules! operand {
            ($r:expr) => {
                if $r.0 >= (*code).first_temp { reg!($r).take() } else { reg!($r).clone() }
            };
        }
        macro_rules! jump {
            ($off:expr) => {
                (*vm.fp).pc = (*vm.fp).pc.offset($off as isize)
            };
        }
        macro_rules! truth {
            ($r:expr) => {
                vm.truth(&reg!($r))?
            };
        }
        macro_rules! slow_binary {
            ($op:expr, $dst:expr, $lhs:expr, $rhs:expr) => {{
                let value = vm.binary_operands($op, &reg!($lhs), &reg!($rhs))?;
                consume!($rhs);
                if $lhs != $dst {
                    consume!($lhs);
                }
                reg!($dst) = value;
            }};
        }
        macro_rules! slow_binary_imm {
            ($op:expr, $dst:expr, $lhs:expr, $imm:expr) => {{
                let value = vm.binary_operands($op, &reg!($lhs), &Value::Int($imm.into()))?;
                if $lhs != $dst {
                    consume!($lhs);
                }
                reg!($dst) = value;
            }};
        }
        macro_rules! slow_jump {
            ($op:expr, $when:expr, $lhs:expr, $right:expr, $rhs:expr, $off:expr) => {{
                let right: &Value = $right;
                let answer = vm.compare_bool($op, &reg!($lhs), right)?;
                consume!($lhs);
                let rhs: Option<Reg> = $rhs;
                if let Some(rhs) = rhs {
                    consume!(rhs);
                }
                if answer == $when {
                    jump!($off);
                }
            }};
        }

        match *instr {
            Instr::Copy { dst, src } => reg!(dst) = reg!(src).clone(),
            Instr::Move { dst, src } => {
                let value = reg!(src).take();
                reg!(dst) = value;
            }
            Instr::LoadK { dst, k } => reg!(dst) = (&(*code).consts).get_unchecked(k as usize).clone(),
            Instr::LoadInt { dst, imm } => reg!(dst) = Value::Int(imm.into()),
            Instr::LoadNone { dst } => reg!(dst) = Value::None,
            Instr::LoadBool { dst, value } => reg!(dst) = Value::bool(value),
            Instr::Clear { reg } => {
                let old = reg!(reg).take();
                if old.is_heap() {
                    drop(old);
                }
            }
            Instr::ClearRange { first, count } => {
                for index in 0..count {
                    reg!(first.offset(index)) = Value::Undef;
                }
            }
            Instr::CheckBound { reg } => {
                if reg!(reg).is_undef() {
                    return Err(vm.unbound_local(reg));
                }
            }
            Instr::DelLocal { reg } => {
                if reg!(reg).is_undef() {
                    return Err(vm.unbound_local(reg));
                }
                reg!(reg) = Value::Undef;
            }

            Instr::MakeCell { reg } => {
                let content = reg!(reg).take();
                reg!(reg) = crate::object::Cell::new(content).into_value();
            }
            Instr::CopyFree { first } => {
                if let Some(closure) = &(*(*vm.fp).func).closure {
                    for (index, cell) in closure.iter().enumerate() {
                        reg!(first.offset(index as u16)) = cell.clone();
                    }
                }
            }
            Instr::LoadCell { dst, cell } => {
                let value = match &reg!(cell) {
                    Value::Cell(shared) => (*shared.content.as_ptr()).clone(),
                    _ => Value::Undef,
                };
                if value.is_undef() {
                    return Err(vm.unbound_cell(cell));
                }
                reg!(dst) = value;
            }
            Instr::StoreCell { cell, src } => {
                let value = operand!(src);
                if let Value::Cell(shared) = &reg!(cell) {
                    let old = shared.content.replace(&mut vm.gil, value);
                    if old.is_heap() {
                        drop(old);
                    }
                }
            }
            Instr::DelCell { cell } => {
                let old = match &reg!(cell) {
                    Value::Cell(shared) => shared.content.replace(&mut vm.gil, Value::Undef),
                    _ => Value::Undef,
                };
                if old.is_undef() {
                    return Err(vm.unbound_cell(cell));
                }
                drop(old);
            }
            Instr::LoadClassCell { dst, cell, name } => {
                let value = vm.load_class_cell(cell, name!(name))?;
                reg!(dst) = value;
            }

            Instr::LoadGlobal { dst, cache } => {
                let value = vm.load_global_slow(cache!(cache))?;
                reg!(dst) = value;
            }
            Instr::StoreGlobal { src, cache } => {
                let value = operand!(src);
                vm.store_global_slow(cache!(cache), value);
            }
            Instr::DelGlobal { name } => {
                let name = name!(name);
                vm.delete_global(&name)?;
            }
            Instr::LoadName { dst, cache } => {
                let value = vm.load_name_slow(cache!(cache))?;
                reg!(dst) = value;
            }
            Instr::StoreName { src, cache } => {
                let value = operand!(src);
                vm.store_name_slow(cache!(cache), value)?;
            }
            Instr::DelName { name } => {
                let name = name!(name);
                vm.delete_name(&name)?;
            }
            Instr::LoadFromDictOrCell { dst, cell, name } => {
                let mapping = reg!(dst).take();
                let value = vm.load_from_mapping_or_cell(&mapping, cell, name!(name))?;
                reg!(dst) = value;
            }
            Instr::SetupAnnotations => {
                vm.setup_annotations()?;
            }
            Instr::LoadFromDictOrGlobals { dst, mapping, name } => {
                let name = name!(name);
                let mapping = reg!(mapping).clone();
                let value = vm.load_from_mapping_or_globals(&mapping, &name)?;
                reg!(dst) = value;
            }
            Instr::LoadLocals { dst } => {
                let value = vm.current_locals()?;
                reg!(dst) = value;
            }

            Instr::Add { dst, lhs, rhs } => slow_binary!(BinOp::Add, dst, lhs, rhs),
            Instr::Sub { dst, lhs, rhs } => slow_binary!(BinOp::Sub, dst, lhs, rhs),
            Instr::Mul { dst, lhs, rhs } => slow_binary!(BinOp::Mul, dst, lhs, rhs),
            Instr::TrueDiv { dst, lhs, rhs } => slow_binary!(BinOp::TrueDiv, dst, lhs, rhs),
            Instr::FloorDiv { dst, lhs, rhs } => slow_binary!(BinOp::FloorDiv, dst, lhs, rhs),
            Instr::Mod { dst, lhs, rhs } => slow_binary!(BinOp::Mod, dst, lhs, rhs),
            Instr::Binary { op, dst, lhs, rhs } => slow_binary!(op, dst, lhs, rhs),
            Instr::AddI { dst, lhs, imm } => slow_binary_imm!(BinOp::Add, dst, lhs, imm),
            Instr::SubI { dst, lhs, imm } => slow_binary_imm!(BinOp::Sub, dst, lhs, imm),
            Instr::BinaryI { op, dst, lhs, imm } => slow_binary_imm!(op, dst, lhs, imm),
            Instr::Inplace { op, dst, lhs, rhs } => {
                vm.inplace_registers(op, base, dst, lhs, rhs)?;
                if rhs != dst {
                    consume!(rhs);
                }
            }
            Instr::InplaceI { op, dst, lhs, imm } => {
                let left = if lhs == dst { reg!(lhs).take() } else { operand!(lhs) };
                let value = vm.inplace(op, left, &Value::Int(imm.into()))?;
                reg!(dst) = value;
            }
            Instr::Neg { dst, src } => {
                let value = vm.negative(&reg!(src))?;
                consume!(src);
                reg!(dst) = value;
            }
            Instr::Pos { dst, src } => {
                let value = vm.positive(&reg!(src))?;
                consume!(src);
                reg!(dst) = value;
            }
            Instr::Invert { dst, src } => {
                let value = vm.invert(&reg!(src))?;
                consume!(src);
                reg!(dst) = value;
            }
            Instr::Not { dst, src } => {
                let truth = truth!(src);
                consume!(src);
                reg!(dst) = Value::bool(!truth);
            }
            Instr::Compare { op, dst, lhs, rhs } => {
                let value = vm.compare(op, &reg!(lhs), &reg!(rhs))?;
                consume!(lhs);
                consume!(rhs);
                reg!(dst) = value;
            }
            Instr::CompareI { op, dst, lhs, imm } => {
                let value = vm.compare(op, &reg!(lhs), &Value::Int(imm.into()))?;
                consume!(lhs);
                reg!(dst) = value;
            }
            Instr::Is { negate, dst, lhs, rhs } => {
                let answer = reg!(lhs).is(&reg!(rhs)) != negate;
                consume!(lhs);
                consume!(rhs);
                reg!(dst) = Value::bool(answer);
            }
            Instr::Contains { negate, dst, item, container } => {
                let answer = vm.contains(&reg!(container), &reg!(item))?;
                consume!(item);
                consume!(container);
                reg!(dst) = Value::bool(answer != negate);
            }

            Instr::Jump { off } => jump!(off),
            Instr::JumpIfTrue { cond, off } => {
                let truth = truth!(cond);
                consume!(cond);
                if truth {
                    jump!(off);
                }
            }
            Instr::JumpIfFalse { cond, off } => {
                let truth = truth!(cond);
                consume!(cond);
                if !truth {
                    jump!(off);
                }
            }
            Instr::JumpIfTrueKeep { cond, off } => {
                if truth!(cond) {
                    jump!(off);
                } else {
                    consume!(cond);
                }
            }
            Instr::JumpIfFalseKeep { cond, off } => {
                if truth!(cond) {
                    consume!(cond);
                } else {
                    jump!(off);
                }
            }
            Instr::JumpIsNone { when, src, off } => {
                let answer = reg!(src).is_none();
                consume!(src);
                if answer == when {
                    jump!(off);
                }
            }
            Instr::JumpIs { when, lhs, rhs, off } => {
                let answer = reg!(lhs).is(&reg!(rhs));
                consume!(lhs);
                consume!(rhs);
                if answer == when {
                    jump!(off);
                }
            }
            Instr::JumpLt { when, lhs, rhs, off } => slow_jump!(CmpOp::Lt, when, lhs, &reg!(rhs), Some(rhs), off),
            Instr::JumpLe { when, lhs, rhs, off } => slow_jump!(CmpOp::Le, when, lhs, &reg!(rhs), Some(rhs), off),
            Instr::JumpGt { when, lhs, rhs, off } => slow_jump!(CmpOp::Gt, when, lhs, &reg!(rhs), Some(rhs), off),
            Instr::JumpGe { when, lhs, rhs, off } => slow_jump!(CmpOp::Ge, when, lhs, &reg!(rhs), Some(rhs), off),
            Instr::JumpEq { when, lhs, rhs, off } => slow_jump!(CmpOp::Eq, when, lhs, &reg!(rhs), Some(rhs), off),
            Instr::JumpNe { when, lhs, rhs, off } => slow_jump!(CmpOp::Ne, when, lhs, &reg!(rhs), Some(rhs), off),
            Instr::JumpLtI { when, lhs, imm, off } => {
                slow_jump!(CmpOp::Lt, when, lhs, &Value::Int(imm.into()), None, off)
            }
            Instr::JumpLeI { when, lhs, imm, off } => {
                slow_jump!(CmpOp::Le, when, lhs, &Value::Int(imm.into()), None, off)
            }
            Instr::JumpGtI { when, lhs, imm, off } => {
                slow_jump!(CmpOp::Gt, when, lhs, &Value::Int(imm.into()), None, off)
            }
            Instr::JumpGeI { when, lhs, imm, off } => {
                slow_jump!(CmpOp::Ge, when, lhs, &Value::Int(imm.into()), None, off)
            }
            Instr::JumpEqI { when, lhs, imm, off } => {
                slow_jump!(CmpOp::Eq, when, lhs, &Value::Int(imm.into()), None, off)
            }
            Instr::JumpNeI { when, lhs, imm, off } => {
                slow_jump!(CmpOp::Ne, when, lhs, &Value::Int(imm.into()), None, off)
            }
            Instr::JumpIn { when, item, container, off } => {
                let answer = vm.contains(&reg!(container), &reg!(item))?;
                consume!(item);
                consume!(container);
                if answer == when {
                    jump!(off);
                }
            }

            Instr::GetIter { dst, src } => {
                let value = vm.iter(&reg!(src))?;
                consume!(src);
                reg!(dst) = value;
            }
            Instr::ForIter { iter, dst, off } => {
                let iterator = reg!(iter).clone();
                match vm.next(&iterator)? {
                    Some(value) => {
                        reg!(dst) = value;
                        jump!(off);
                    }
                    None => {
                        drop(iterator);
                        reg!(iter) = Value::Undef;
                    }
                }
            }
            Instr::ForIterFar { iter, dst } => {
                let iterator = reg!(iter).clone();
                match vm.next(&iterator)? {
                    Some(value) => reg!(dst) = value,
                    None => {
                        drop(iterator);
                        reg!(iter) = Value::Undef;
                        jump!(1);
                    }
                }
            }
            Instr::GetAttr { dst, obj, cache } => {
                let object = reg!(obj).clone();
                if vm.enter_property(cache!(cache), &object, base.add(dst.0 as usize))? {
                    consume!(obj);
                    return Ok(None);
                }
                let value = vm.getattr_cached(cache!(cache), &object)?;
                consume!(obj);
                drop(object);
                reg!(dst) = value;
            }
            Instr::SetAttr { obj, val, cache } => {
                let object = reg!(obj).clone();
                let value = operand!(val);
                consume!(obj);
                vm.setattr_cached(cache!(cache), &object, value)?;
            }
            Instr::DelAttr { obj, name } => {
                let name = name!(name);
                let object = operand!(obj);
                vm.delattr(&object, &name)?;
                drop(object);
            }
            Instr::LoadMethod { base: b, cache } => {
                let object = reg!(b.offset(1)).clone();
                let (callable, is_method) = vm.load_method_cached(cache!(cache), &object)?;
                reg!(b) = callable;
                if !is_method {
                    reg!(b.offset(1)) = Value::Undef;
                }
            }
            Instr::LoadSuper { method, base: b, cache } => {
                vm.load_super(method, base.add(b.0 as usize), cache!(cache))?;
            }
            Instr::GetItem { dst, obj, index } => {
                let object = reg!(obj).clone();
                let value = vm.getitem(&object, &reg!(index))?;
                consume!(index);
                consume!(obj);
                drop(object);
                reg!(dst) = value;
            }
            Instr::GetItemI { dst, obj, imm } => {
                let object = reg!(obj).clone();
                let value = vm.getitem(&object, &Value::Int(imm.into()))?;
                consume!(obj);
                drop(object);
                reg!(dst) = value;
            }
            Instr::SetItem { obj, index, val } => {
                let object = operand!(obj);
                let key = operand!(index);
                let value = operand!(val);
                vm.setitem(&object, key, value)?;
            }
            Instr::GetSlice { dst, obj, first } => {
                let parts = [0, 1, 2].map(|index| operand!(first.offset(index)));
                let object = operand!(obj);
                let value = vm.get_slice(&object, parts)?;
                drop(object);
                reg!(dst) = value;
            }
            Instr::SetSlice { obj, first, val } => {
                let parts = [0, 1, 2].map(|index| operand!(first.offset(index)));
                let (object, value) = (operand!(obj), operand!(val));
                vm.set_slice(&object, parts, value)?;
            }
            Instr::DelItem { obj, index } => {
                let object = operand!(obj);
                let key = operand!(index);
                vm.delitem(&object, &key)?;
                drop((object, key));
            }
            Instr::BuildSlice { dst, first } => {
                let [start, stop, step] = [0, 1, 2].map(|index| operand!(first.offset(index)));
                reg!(dst) = Slice::new(start, stop, step).into_value();
            }

            Instr::Call { base: b, nargs } => {
                let slot = base.add(b.0 as usize);
                vm.call_registers(slot, slot.add(1), nargs as usize)?;
            }
            Instr::CallKw { base: b, nargs, names } => {
                let slot = base.add(b.0 as usize);
                let names = (&(*code).consts).get_unchecked(names as usize).clone();
                {
                    vm.call_registers_kw(slot, slot.add(1), nargs as usize, &names)?;
                }
            }
            Instr::CallMethod { base: b, nargs } => {
                let slot = base.add(b.0 as usize);
                let (window, count) = method_window(slot, nargs as usize);
                vm.call_registers(slot, window, count)?;
            }
            Instr::CallMethodKw { base: b, nargs, names } => {
                let slot = base.add(b.0 as usize);
                let names = (&(*code).consts).get_unchecked(names as usize).clone();
                let (window, count) = method_window(slot, nargs as usize);
                vm.call_registers_kw(slot, window, count, &names)?;
            }
            Instr::InvokeMethod { base: b, nargs, cache } => {
                let slot = base.add(b.0 as usize);
                let object = (*slot.add(1)).clone();
                let (callable, is_method) = match vm.load_method_cached(cache!(cache), &object) {
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
                vm.call_expanded(base.add(b.0 as usize))?;
            }
            Instr::Return { src } => {
                let value = reg!(src).take();
                return vm.leave_frame(value);
            }
            Instr::ReturnNone => return vm.leave_frame(Value::None),
            Instr::BuildTuple { dst, first, count } => {
                let value = Tuple::new(super::frames::take_values(base, first, count, (*code).first_temp));
                reg!(dst) = value.into_value();
            }
            Instr::BuildList { dst, first, count } => {
                let value = List::new(super::frames::take_values(base, first, count, (*code).first_temp));
                reg!(dst) = value.into_value();
            }
            Instr::BuildSet { dst, first, count } => {
                let values = super::frames::take_values(base, first, count, (*code).first_temp);
                let value = vm.build_set(values)?;
                reg!(dst) = value;
            }
            Instr::BuildMap { dst, first, count } => {
                let values = super::frames::take_values(base, first, 2 * count, (*code).first_temp);
                let value = vm.build_map(values)?;
                reg!(dst) = value;
            }
            Instr::BuildString { dst, first, count } => {
                let values = super::frames::take_values(base, first, count, (*code).first_temp);
                reg!(dst) = vm.build_string(&values);
            }
            Instr::FormatValue { conversion, dst, src, spec } => {
                let spec = if spec.is_none() { Value::Undef } else { operand!(spec) };
                let value = operand!(src);
                let text = vm.format_field(conversion, &value, &spec)?;
                reg!(dst) = text;
            }
            Instr::ListAppend { list, val } => {
                let value = operand!(val);
                if let Value::List(list) = &reg!(list) {
                    (*list.items.as_ptr()).push(value);
                }
            }
            Instr::ListExtend { list, src } => {
                let source = operand!(src);
                let list = reg!(list).clone();
                vm.extend_display(&list, &source)?;
            }
            Instr::SetAdd { set, val } => {
                let value = operand!(val);
                if let Value::Set(set) = &reg!(set) {
                    let set = set.to_ptr();
                    vm.set_add(&set, value)?;
                }
            }
            Instr::SetUpdate { set, src } => {
                let source = operand!(src);
                let set = reg!(set).clone();
                vm.update_set_display(&set, &source)?;
            }
            Instr::MapAdd { map, key } => {
                let value = operand!(key.offset(1));
                let key = operand!(key);
                if let Value::Dict(dict) = &reg!(map) {
                    let dict = dict.to_ptr();
                    vm.dict_set(&dict, key, value)?;
                }
            }
            Instr::DictUpdate { map, src } => {
                let source = operand!(src);
                let map = reg!(map).clone();
                vm.update_dict_display(&map, &source)?;
            }
            Instr::DictMerge { map, src, callee } => {
                let source = operand!(src);
                let (map, callee) = (reg!(map).clone(), reg!(callee).clone());
                vm.merge_keywords(&map, &source, &callee)?;
            }

            Instr::UnpackSeq { src, first, count } => {
                let source = operand!(src);
                let items = vm.unpack(&source, count as usize)?;
                drop(source);
                for (index, item) in items.into_iter().enumerate() {
                    reg!(first.offset(index as u16)) = item;
                }
            }
            Instr::UnpackEx { src, first, shape } => {
                let source = operand!(src);
                let items = vm.unpack_starred(&source, (shape >> 8) as usize, (shape & 0xff) as usize)?;
                drop(source);
                for (index, item) in items.into_iter().enumerate() {
                    reg!(first.offset(index as u16)) = item;
                }
            }

            Instr::MakeFunction { dst, k, flags } => {
                let value = vm.make_function(base, dst, k, flags);
                reg!(dst) = value;
            }
            Instr::LoadBuildClass { dst } => {
                let value = vm.load_build_class()?;
                reg!(dst) = value;
            }
            Instr::Import { base: b, name } => {
                let name = name!(name);
                let level = operand!(b);
                let names = operand!(b.offset(1));
                let module = vm.import_name(&name, &names, &level)?;
                reg!(b) = module;
            }
            Instr::ImportFrom { dst, module, name } => {
                let name = name!(name);
                let module = reg!(module).clone();
                let value = vm.import_from(&module, &name)?;
                reg!(dst) = value;
            }

            Instr::MakeGenerator => {
                let value = vm.make_generator();
                return vm.leave_frame(value);
            }
            Instr::Yield { kind, dst: _, src } => {
                let mut value = operand!(src);
                if kind == YieldKind::AsyncValue {
                    value = vm.wrap_async_value(value);
                }
                return Ok(vm.yield_value(value));
            }
            Instr::GetYieldFromIter { dst, src } => {
                let value = vm.yield_from_iter(&reg!(src))?;
                consume!(src);
                reg!(dst) = value;
            }
            Instr::GetAwaitable { place, dst, src } => {
                let value = vm.awaitable(&reg!(src), place)?;
                consume!(src);
                reg!(dst) = value;
            }
            Instr::Send { iter, value, off } => {
                let sent = reg!(value).take();
                if let Value::Gen(generator) = &reg!(iter) {
                    if matches!(generator.state.get(), GenState::Suspended | GenState::Created)
                        && generator.kind() != GenKind::AsyncGenerator
                    {
                        let generator = generator.address() as *const Gen;
                        vm.resume_frame(generator, sent, ReturnTo::Send)?;
                        return Ok(None);
                    }
                }
                let iterator = reg!(iter).clone();
                match vm.send(&iterator, sent)? {
                    Sent::Yielded(item) => reg!(value) = item,
                    Sent::Returned(result) => {
                        reg!(iter) = Value::Undef;
                        reg!(value) = result;
                        jump!(off);
                    }
                }
            }
            Instr::GetAIter { dst, src } => {
                let value = vm.async_iter(&reg!(src))?;
                consume!(src);
                reg!(dst) = value;
            }
            Instr::GetANext { dst, iter } => {
                let iterator = reg!(iter).clone();
                let value = vm.async_next(&iterator)?;
                reg!(dst) = value;
            }
            Instr::EndAsyncFor { exc, iter } => {
                let exception = reg!(exc).take();
                if vm.is_known(&exception, Known::StopAsyncIteration) {
                    reg!(iter) = Value::Undef;
                } else {
                    vm.reraising = true;
                    return Err(vm.reraise(exception));
                }
            }

            Instr::BeforeWith { base: b } => {
                vm.enter_with(base.add(b.0 as usize))?;
            }
            Instr::BeforeAsyncWith { base: b } => {
                vm.enter_async_with(base.add(b.0 as usize))?;
            }
            Instr::WithExcept { dst, exit, exc } => {
                let (exit, exception) = (reg!(exit).clone(), reg!(exc).clone());
                let value = vm.exit_with(&exit, &exception)?;
                reg!(dst) = value;
            }

            Instr::PushExc { save: into, exc } => {
                let exception = reg!(exc).clone();
                reg!(into) = vm.push_handled(exception);
            }
            Instr::PopExc { save: from } => {
                let previous = reg!(from).take();
                vm.pop_handled(previous);
            }
            Instr::JumpIfNotMatch { exc, class, off } => {
                let class_value = operand!(class);
                let exception = reg!(exc).clone();
                if !vm.exception_matches(&exception, &class_value)? {
                    jump!(off);
                }
            }
            Instr::MatchGroup { dst, exc, class } => {
                let class_value = operand!(class);
                let exception = reg!(exc).clone();
                let (matched, rest) = vm.match_group(&exception, &class_value)?;
                if !matched.is_none() {
                    // What the clause handles is its own part.
                    let whole = std::mem::replace(&mut vm.handled, matched.clone());
                    drop(whole);
                }
                reg!(exc) = rest;
                reg!(dst) = matched;
            }
            Instr::Raise { exc, cause } => {
                let exception = operand!(exc);
                let cause = if cause.is_none() { Value::Undef } else { operand!(cause) };
                return Err(vm.raise_statement(&exception, cause));
            }
            Instr::RaiseBare => {
                return Err(vm.raise_bare());
            }
            Instr::Reraise { exc } => {
                let exception = operand!(exc);
                vm.reraising = true;
                return Err(vm.reraise(exception));
            }
            Instr::AssertFail { msg } => {
                let args = if msg.is_none() { Vec::new() } else { vec![operand!(msg)] };
                let exception = vm.new_exception(Known::AssertionError, args);
                return Err(vm.raise_value(exception));
            }

            Instr::MatchSequence { dst, src } => {
                let answer = vm.matches_sequence(&reg!(src));
                reg!(dst) = Value::bool(answer);
            }
            Instr::MatchMapping { dst, src } => {
                let answer = vm.matches_mapping(&reg!(src));
                reg!(dst) = Value::bool(answer);
            }
            Instr::MatchKeys { dst, src, keys } => {
                let (subject, keys) = (reg!(src).clone(), reg!(keys).clone());
                let value = vm.match_keys(&subject, &keys)?;
                reg!(dst) = value;
            }
            Instr::MatchClass { dst, src, npos } => {
                let (class, names) = (reg!(dst).take(), reg!(dst.offset(1)).take());
                let subject = reg!(src).clone();
                let value = vm.match_class(&subject, &class, &names, npos as usize)?;
                reg!(dst) = value;
            }
            Instr::CopyWithoutKeys { dst, src, keys } => {
                let (subject, keys) = (reg!(src).clone(), reg!(keys).clone());
                let value = vm.copy_without_keys(&subject, &keys)?;
                reg!(dst) = value;
            }
            Instr::GetLen { dst, src } => {
                let subject = reg!(src).clone();
                let length = vm.len(&subject)?;
                reg!(dst) = Value::from(length);
            }

            Instr::Intrinsic1 { op, dst, src } => {
                let operand = operand!(src);
                let value = vm.intrinsic1(op, operand)?;
                reg!(dst) = value;
            }
            Instr::Intrinsic2 { op, dst, lhs, rhs } => {
                let (left, right) = (operand!(lhs), operand!(rhs));
                let value = vm.intrinsic2(op, left, right)?;
                reg!(dst) = value;
            }
        }
        Ok(None)
    }
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
