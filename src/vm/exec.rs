//! The evaluation loop.
//!
//! One function runs frames until the frame that Rust code entered returns. `pc`, `base` and
//! `code` of the running frame are locals; the frame's record has the rest, and its `pc` is
//! brought up to date before anything else than the loop runs. Script calls push a frame
//! and go on in the same loop. All that is slow is in functions of its own, so that the loop
//! stays small enough for the instruction cache.
//!
//! After each poll, and after each call that may run script code, the loop holds no reference
//! into an object.

use super::cache::{GLOBAL_IN_BUILTINS, GLOBAL_IN_GLOBALS, KIND_CONSTANT, KIND_METHOD, KIND_SLOT, receiver_key};
use super::frames::Outcome;
use super::generator::Sent;
use std::hint::cold_path;

use crate::bytecode::{BinOp, CmpOp, Instr, YieldKind};
use crate::object::vm::{Frame, ReturnTo};
use crate::object::{Cache, Code, Func, GenState, IterState, List, Raised, Tuple, Value, Vm};

/// Runs the frame on top until it returns.
///
/// # Safety
///
/// `vm.fp` is a frame whose `return_to` is `Native`, entered by `Vm::push_frame`, over verified code.
pub(super) unsafe fn run(vm: &mut Vm) -> Result<Value, Raised> {
    // SAFETY: every access below is to registers, constants and caches of the running frame's code, whose indices
    // the verifier has checked, through pointers into the thread's stack or a live generator's block, which do not move
    // while the frame runs. Cells are reached through `as_ptr` between points that may run other code, while the lock
    // is held, and no reference made from them is kept across such a point.
    unsafe {
        let mut pc: *const Instr;
        let mut base: *mut Value;
        let mut code: *const Code;
        let breaker = vm.breaker;

        macro_rules! reload {
            () => {{
                pc = (*vm.fp).pc;
                base = (*vm.fp).base;
                code = (*vm.fp).code;
            }};
        }
        macro_rules! save {
            () => {
                (*vm.fp).pc = pc
            };
        }
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
        reload!();
        'raise: loop {
            macro_rules! raise {
                ($raised:expr) => {{
                    let Raised(()) = $raised;
                    save!();
                    match super::unwind::unwind(vm) {
                        true => {
                            reload!();
                            continue 'raise;
                        }
                        false => return Err(Raised(())),
                    }
                }};
            }
            macro_rules! tri {
                ($result:expr) => {
                    match $result {
                        Ok(value) => value,
                        Err(raised) => {
                            cold_path();
                            raise!(raised)
                        }
                    }
                };
            }
            macro_rules! poll {
                () => {
                    if (*breaker).requested() != 0 {
                        cold_path();
                        save!();
                        tri!(vm.on_break());
                    }
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
            macro_rules! jump {
                ($off:expr) => {{
                    pc = pc.offset($off as isize);
                    if $off < 0 {
                        poll!();
                    }
                }};
            }
            // The operand as a value of one's own: moved out of a temporary, copied from a local.
            macro_rules! operand {
                ($r:expr) => {
                    if $r.0 >= (*code).first_temp { reg!($r).take() } else { reg!($r).clone() }
                };
            }
            macro_rules! slow_binary {
                ($op:expr, $dst:expr, $lhs:expr, $rhs:expr) => {{
                    cold_path();
                    save!();
                    let value = tri!(vm.binary_operands($op, &reg!($lhs), &reg!($rhs)));
                    consume!($rhs);
                    if $lhs != $dst {
                        consume!($lhs);
                    }
                    reg!($dst) = value;
                }};
            }
            macro_rules! slow_binary_imm {
                ($op:expr, $dst:expr, $lhs:expr, $imm:expr) => {{
                    cold_path();
                    save!();
                    let value = tri!(vm.binary_operands($op, &reg!($lhs), &Value::Int($imm as i64)));
                    if $lhs != $dst {
                        consume!($lhs);
                    }
                    reg!($dst) = value;
                }};
            }
            macro_rules! slow_compare {
                ($op:expr, $lhs:expr, $rhs:expr) => {{
                    cold_path();
                    save!();
                    let answer = tri!(vm.compare_bool($op, &reg!($lhs), &reg!($rhs)));
                    consume!($lhs);
                    consume!($rhs);
                    answer
                }};
            }
            macro_rules! jump_compare {
                ($op:expr, $method:tt, $when:expr, $lhs:expr, $rhs:expr, $off:expr) => {{
                    let answer = match (&reg!($lhs), &reg!($rhs)) {
                        (Value::Int(a), Value::Int(b)) => *a $method *b,
                        (Value::Float(a), Value::Float(b)) => a.get() $method b.get(),
                        _ => slow_compare!($op, $lhs, $rhs),
                    };
                    if answer == $when {
                        jump!($off);
                    }
                }};
            }
            macro_rules! jump_compare_imm {
                ($op:expr, $method:tt, $when:expr, $lhs:expr, $imm:expr, $off:expr) => {{
                    let answer = match &reg!($lhs) {
                        Value::Int(a) => *a $method i64::from($imm),
                        Value::Float(a) => a.get() $method f64::from($imm),
                        _ => {
                            cold_path();
                            save!();
                            let answer = tri!(vm.compare_bool($op, &reg!($lhs), &Value::Int($imm as i64)));
                            consume!($lhs);
                            answer
                        }
                    };
                    if answer == $when {
                        jump!($off);
                    }
                }};
            }
            // Enters a script function whose arguments are in place at `window`.
            macro_rules! enter {
                ($func:expr, $window:expr, $ret:expr, $return_to:expr) => {{
                    let func: *const Func = $func;
                    let callee: *const Code = &**(*func).code.as_ptr();
                    let window: *mut Value = $window;
                    save!();
                    poll!();
                    let frame = vm.fp.add(1);
                    let top = window.add((*callee).nregs as usize);
                    if frame >= vm.frame_limit || top >= vm.stacks.registers_end() {
                        raise!(vm.recursion_error());
                    }
                    frame.write(Frame {
                        pc: (*callee).entry,
                        base: window,
                        code: callee,
                        top,
                        ret: $ret,
                        globals: &*(*func).globals,
                        func,
                        generator: std::ptr::null(),
                        return_to: $return_to,
                        extra: None,
                    });
                    vm.fp = frame;
                    pc = (*callee).entry;
                    base = window;
                    code = callee;
                }};
            }
            // What follows a call made out of the loop: a frame was pushed, or the result is in place.
            macro_rules! outcome {
                ($result:expr) => {
                    match tri!($result) {
                        Outcome::Entered => {
                            reload!();
                            poll!();
                        }
                        Outcome::Done => poll!(),
                    }
                };
            }
            macro_rules! truth {
                ($r:expr) => {
                    match &reg!($r) {
                        Value::Bool(bits) => bits.get(),
                        Value::None => false,
                        Value::Int(n) => *n != 0,
                        _ => {
                            cold_path();
                            save!();
                            tri!(vm.truth(&reg!($r)))
                        }
                    }
                };
            }

            loop {
                let instr = &*pc;
                pc = pc.add(1);
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
                            poll!();
                        }
                    }
                    Instr::ClearRange { first, count } => {
                        for index in 0..count {
                            reg!(first.offset(index)) = Value::Undef;
                        }
                    }
                    Instr::CheckBound { reg } => {
                        if reg!(reg).is_undef() {
                            save!();
                            raise!(vm.unbound_local(reg));
                        }
                    }
                    Instr::DelLocal { reg } => {
                        if reg!(reg).is_undef() {
                            save!();
                            raise!(vm.unbound_local(reg));
                        }
                        reg!(reg) = Value::Undef;
                        poll!();
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
                            save!();
                            raise!(vm.unbound_cell(cell));
                        }
                        reg!(dst) = value;
                    }
                    Instr::StoreCell { cell, src } => {
                        let value = operand!(src);
                        if let Value::Cell(shared) = &reg!(cell) {
                            let old = shared.content.replace(&mut vm.gil, value);
                            if old.is_heap() {
                                drop(old);
                                poll!();
                            }
                        }
                    }
                    Instr::DelCell { cell } => {
                        let old = match &reg!(cell) {
                            Value::Cell(shared) => shared.content.replace(&mut vm.gil, Value::Undef),
                            _ => Value::Undef,
                        };
                        if old.is_undef() {
                            save!();
                            raise!(vm.unbound_cell(cell));
                        }
                        drop(old);
                        poll!();
                    }
                    Instr::LoadClassCell { dst, cell, name } => {
                        save!();
                        let value = tri!(vm.load_class_cell(cell, name!(name)));
                        reg!(dst) = value;
                    }

                    Instr::LoadGlobal { dst, cache } => {
                        let cache = cache!(cache);
                        let globals = &*(*(*vm.fp).globals).data.as_ptr();
                        if cache.kind == GLOBAL_IN_GLOBALS && cache.key == globals.version() {
                            let value = globals.value_at(cache.slot as usize).clone();
                            reg!(dst) = value;
                        } else if cache.kind == GLOBAL_IN_BUILTINS
                            && cache.key == globals.version()
                            && vm.builtins_version() == cache.value_version()
                        {
                            let value = vm.builtin_at(cache.slot as usize);
                            reg!(dst) = value;
                        } else {
                            cold_path();
                            save!();
                            let value = tri!(vm.load_global_slow(cache));
                            reg!(dst) = value;
                        }
                    }
                    Instr::StoreGlobal { src, cache } => {
                        let value = operand!(src);
                        let cache = cache!(cache);
                        let globals = &mut *(*(*vm.fp).globals).data.as_ptr();
                        if cache.kind == GLOBAL_IN_GLOBALS && cache.key == globals.version() {
                            let old = globals.replace_at(cache.slot as usize, value);
                            if old.is_heap() {
                                drop(old);
                                poll!();
                            }
                        } else {
                            vm.store_global_slow(cache, value);
                        }
                    }
                    Instr::DelGlobal { name } => {
                        save!();
                        let name = name!(name);
                        tri!(vm.delete_global(&name));
                    }
                    Instr::LoadName { dst, cache } => {
                        let cache = cache!(cache);
                        let globals = &*(*(*vm.fp).globals).data.as_ptr();
                        if (*vm.fp).extra.is_none() && cache.kind == GLOBAL_IN_GLOBALS && cache.key == globals.version() {
                            let value = globals.value_at(cache.slot as usize).clone();
                            reg!(dst) = value;
                        } else {
                            save!();
                            let value = tri!(vm.load_name_slow(cache));
                            reg!(dst) = value;
                        }
                    }
                    Instr::StoreName { src, cache } => {
                        let value = operand!(src);
                        let cache = cache!(cache);
                        let globals = &mut *(*(*vm.fp).globals).data.as_ptr();
                        if (*vm.fp).extra.is_none() && cache.kind == GLOBAL_IN_GLOBALS && cache.key == globals.version() {
                            let old = globals.replace_at(cache.slot as usize, value);
                            if old.is_heap() {
                                drop(old);
                                poll!();
                            }
                        } else {
                            save!();
                            tri!(vm.store_name_slow(cache, value));
                        }
                    }
                    Instr::DelName { name } => {
                        save!();
                        let name = name!(name);
                        tri!(vm.delete_name(&name));
                        poll!();
                    }
                    Instr::LoadFromDictOrCell { dst, cell, name } => {
                        save!();
                        let mapping = reg!(dst).take();
                        let value = tri!(vm.load_from_mapping_or_cell(&mapping, cell, name!(name)));
                        reg!(dst) = value;
                    }
                    Instr::SetupAnnotations => {
                        save!();
                        tri!(vm.setup_annotations());
                    }
                    Instr::LoadFromDictOrGlobals { dst, mapping, name } => {
                        save!();
                        let name = name!(name);
                        let mapping = reg!(mapping).clone();
                        let value = tri!(vm.load_from_mapping_or_globals(&mapping, &name));
                        reg!(dst) = value;
                    }
                    Instr::LoadLocals { dst } => {
                        save!();
                        let value = tri!(vm.current_locals());
                        reg!(dst) = value;
                    }

                    Instr::Add { dst, lhs, rhs } => match (&reg!(lhs), &reg!(rhs)) {
                        (Value::Int(a), Value::Int(b)) => match a.checked_add(*b) {
                            Some(sum) => reg!(dst) = Value::Int(sum),
                            None => slow_binary!(BinOp::Add, dst, lhs, rhs),
                        },
                        (Value::Float(a), Value::Float(b)) => {
                            let sum = a.get() + b.get();
                            reg!(dst) = Value::float(sum);
                        }
                        _ => slow_binary!(BinOp::Add, dst, lhs, rhs),
                    },
                    Instr::Sub { dst, lhs, rhs } => match (&reg!(lhs), &reg!(rhs)) {
                        (Value::Int(a), Value::Int(b)) => match a.checked_sub(*b) {
                            Some(difference) => reg!(dst) = Value::Int(difference),
                            None => slow_binary!(BinOp::Sub, dst, lhs, rhs),
                        },
                        (Value::Float(a), Value::Float(b)) => {
                            let difference = a.get() - b.get();
                            reg!(dst) = Value::float(difference);
                        }
                        _ => slow_binary!(BinOp::Sub, dst, lhs, rhs),
                    },
                    Instr::Mul { dst, lhs, rhs } => match (&reg!(lhs), &reg!(rhs)) {
                        (Value::Int(a), Value::Int(b)) => match a.checked_mul(*b) {
                            Some(product) => reg!(dst) = Value::Int(product),
                            None => slow_binary!(BinOp::Mul, dst, lhs, rhs),
                        },
                        (Value::Float(a), Value::Float(b)) => {
                            let product = a.get() * b.get();
                            reg!(dst) = Value::float(product);
                        }
                        _ => slow_binary!(BinOp::Mul, dst, lhs, rhs),
                    },
                    Instr::TrueDiv { dst, lhs, rhs } => match (&reg!(lhs), &reg!(rhs)) {
                        (Value::Float(a), Value::Float(b)) if b.get() != 0.0 => {
                            let quotient = a.get() / b.get();
                            reg!(dst) = Value::float(quotient);
                        }
                        _ => slow_binary!(BinOp::TrueDiv, dst, lhs, rhs),
                    },
                    Instr::FloorDiv { dst, lhs, rhs } => match (&reg!(lhs), &reg!(rhs)) {
                        (Value::Int(a), Value::Int(b)) if *b > 0 => {
                            let quotient = a.div_euclid(*b);
                            reg!(dst) = Value::Int(quotient);
                        }
                        _ => slow_binary!(BinOp::FloorDiv, dst, lhs, rhs),
                    },
                    Instr::Mod { dst, lhs, rhs } => match (&reg!(lhs), &reg!(rhs)) {
                        (Value::Int(a), Value::Int(b)) if *b > 0 => {
                            let rest = a.rem_euclid(*b);
                            reg!(dst) = Value::Int(rest);
                        }
                        _ => slow_binary!(BinOp::Mod, dst, lhs, rhs),
                    },
                    Instr::Binary { op, dst, lhs, rhs } => {
                        if let (Value::Int(a), Value::Int(b)) = (&reg!(lhs), &reg!(rhs)) {
                            let fast = match op {
                                BinOp::BitAnd => Some(a & b),
                                BinOp::BitOr => Some(a | b),
                                BinOp::BitXor => Some(a ^ b),
                                BinOp::RShift if (0..64).contains(b) => Some(a >> b),
                                BinOp::LShift if (0..63).contains(b) && (a << b) >> b == *a => Some(a << b),
                                _ => None,
                            };
                            if let Some(result) = fast {
                                reg!(dst) = Value::Int(result);
                                continue;
                            }
                        }
                        slow_binary!(op, dst, lhs, rhs)
                    }
                    Instr::AddI { dst, lhs, imm } => match &reg!(lhs) {
                        Value::Int(a) => match a.checked_add(imm.into()) {
                            Some(sum) => reg!(dst) = Value::Int(sum),
                            None => slow_binary_imm!(BinOp::Add, dst, lhs, imm),
                        },
                        _ => slow_binary_imm!(BinOp::Add, dst, lhs, imm),
                    },
                    Instr::SubI { dst, lhs, imm } => match &reg!(lhs) {
                        Value::Int(a) => match a.checked_sub(imm.into()) {
                            Some(difference) => reg!(dst) = Value::Int(difference),
                            None => slow_binary_imm!(BinOp::Sub, dst, lhs, imm),
                        },
                        _ => slow_binary_imm!(BinOp::Sub, dst, lhs, imm),
                    },
                    Instr::BinaryI { op, dst, lhs, imm } => {
                        if let Value::Int(a) = &reg!(lhs) {
                            let (a, b) = (*a, i64::from(imm));
                            let fast = match op {
                                BinOp::Mul => a.checked_mul(b),
                                BinOp::FloorDiv if b > 0 => Some(a.div_euclid(b)),
                                BinOp::Mod if b > 0 => Some(a.rem_euclid(b)),
                                BinOp::BitAnd => Some(a & b),
                                BinOp::BitOr => Some(a | b),
                                BinOp::BitXor => Some(a ^ b),
                                BinOp::RShift if (0..64).contains(&b) => Some(a >> b),
                                BinOp::LShift if (0..63).contains(&b) && (a << b) >> b == a => Some(a << b),
                                _ => None,
                            };
                            if let Some(result) = fast {
                                reg!(dst) = Value::Int(result);
                                continue;
                            }
                        }
                        slow_binary_imm!(op, dst, lhs, imm)
                    }
                    Instr::Inplace { op, dst, lhs, rhs } => {
                        if let (Value::Int(a), Value::Int(b)) = (&reg!(lhs), &reg!(rhs)) {
                            let fast = match op {
                                BinOp::Add => a.checked_add(*b),
                                BinOp::Sub => a.checked_sub(*b),
                                BinOp::Mul => a.checked_mul(*b),
                                _ => None,
                            };
                            if let Some(result) = fast {
                                reg!(dst) = Value::Int(result);
                                continue;
                            }
                        } else if let (Value::Float(a), Value::Float(b)) = (&reg!(lhs), &reg!(rhs)) {
                            let fast = match op {
                                BinOp::Add => Some(a.get() + b.get()),
                                BinOp::Sub => Some(a.get() - b.get()),
                                BinOp::Mul => Some(a.get() * b.get()),
                                _ => None,
                            };
                            if let Some(result) = fast {
                                reg!(dst) = Value::float(result);
                                continue;
                            }
                        }
                        save!();
                        tri!(vm.inplace_registers(op, base, dst, lhs, rhs));
                        if rhs != dst {
                            consume!(rhs);
                        }
                    }
                    Instr::InplaceI { op, dst, lhs, imm } => {
                        if let Value::Int(a) = &reg!(lhs) {
                            let fast = match op {
                                BinOp::Add => a.checked_add(imm.into()),
                                BinOp::Sub => a.checked_sub(imm.into()),
                                BinOp::Mul => a.checked_mul(imm.into()),
                                BinOp::FloorDiv if imm > 0 => Some(a.div_euclid(imm.into())),
                                BinOp::Mod if imm > 0 => Some(a.rem_euclid(imm.into())),
                                BinOp::RShift if (0..64).contains(&imm) => Some(*a >> imm),
                                BinOp::BitAnd => Some(*a & i64::from(imm)),
                                _ => None,
                            };
                            if let Some(result) = fast {
                                reg!(dst) = Value::Int(result);
                                continue;
                            }
                        }
                        save!();
                        let left = if lhs == dst { reg!(lhs).take() } else { operand!(lhs) };
                        let value = tri!(vm.inplace(op, left, &Value::Int(imm.into())));
                        reg!(dst) = value;
                    }
                    Instr::Neg { dst, src } => match &reg!(src) {
                        Value::Int(n) if *n != i64::MIN => {
                            let value = Value::Int(-*n);
                            reg!(dst) = value;
                        }
                        Value::Float(x) => {
                            let value = Value::float(-x.get());
                            reg!(dst) = value;
                        }
                        _ => {
                            save!();
                            let value = tri!(vm.negative(&reg!(src)));
                            consume!(src);
                            reg!(dst) = value;
                        }
                    },
                    Instr::Pos { dst, src } => {
                        save!();
                        let value = tri!(vm.positive(&reg!(src)));
                        consume!(src);
                        reg!(dst) = value;
                    }
                    Instr::Invert { dst, src } => {
                        save!();
                        let value = tri!(vm.invert(&reg!(src)));
                        consume!(src);
                        reg!(dst) = value;
                    }
                    Instr::Not { dst, src } => {
                        let truth = truth!(src);
                        consume!(src);
                        reg!(dst) = Value::bool(!truth);
                    }
                    Instr::Compare { op, dst, lhs, rhs } => {
                        let fast = match (&reg!(lhs), &reg!(rhs)) {
                            (Value::Int(a), Value::Int(b)) => Some(match op {
                                CmpOp::Lt => a < b,
                                CmpOp::Le => a <= b,
                                CmpOp::Eq => a == b,
                                CmpOp::Ne => a != b,
                                CmpOp::Gt => a > b,
                                CmpOp::Ge => a >= b,
                            }),
                            (Value::Float(a), Value::Float(b)) => {
                                let (a, b) = (a.get(), b.get());
                                Some(match op {
                                    CmpOp::Lt => a < b,
                                    CmpOp::Le => a <= b,
                                    CmpOp::Eq => a == b,
                                    CmpOp::Ne => a != b,
                                    CmpOp::Gt => a > b,
                                    CmpOp::Ge => a >= b,
                                })
                            }
                            _ => None,
                        };
                        if let Some(answer) = fast {
                            reg!(dst) = Value::bool(answer);
                            continue;
                        }
                        save!();
                        let value = tri!(vm.compare(op, &reg!(lhs), &reg!(rhs)));
                        consume!(lhs);
                        consume!(rhs);
                        reg!(dst) = value;
                    }
                    Instr::CompareI { op, dst, lhs, imm } => {
                        save!();
                        let value = tri!(vm.compare(op, &reg!(lhs), &Value::Int(imm.into())));
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
                        save!();
                        let answer = tri!(vm.contains(&reg!(container), &reg!(item)));
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
                    Instr::JumpLt { when, lhs, rhs, off } => jump_compare!(CmpOp::Lt, <, when, lhs, rhs, off),
                    Instr::JumpLe { when, lhs, rhs, off } => jump_compare!(CmpOp::Le, <=, when, lhs, rhs, off),
                    Instr::JumpGt { when, lhs, rhs, off } => jump_compare!(CmpOp::Gt, >, when, lhs, rhs, off),
                    Instr::JumpGe { when, lhs, rhs, off } => jump_compare!(CmpOp::Ge, >=, when, lhs, rhs, off),
                    Instr::JumpEq { when, lhs, rhs, off } => jump_compare!(CmpOp::Eq, ==, when, lhs, rhs, off),
                    Instr::JumpNe { when, lhs, rhs, off } => jump_compare!(CmpOp::Ne, !=, when, lhs, rhs, off),
                    Instr::JumpLtI { when, lhs, imm, off } => jump_compare_imm!(CmpOp::Lt, <, when, lhs, imm, off),
                    Instr::JumpLeI { when, lhs, imm, off } => jump_compare_imm!(CmpOp::Le, <=, when, lhs, imm, off),
                    Instr::JumpGtI { when, lhs, imm, off } => jump_compare_imm!(CmpOp::Gt, >, when, lhs, imm, off),
                    Instr::JumpGeI { when, lhs, imm, off } => jump_compare_imm!(CmpOp::Ge, >=, when, lhs, imm, off),
                    Instr::JumpEqI { when, lhs, imm, off } => jump_compare_imm!(CmpOp::Eq, ==, when, lhs, imm, off),
                    Instr::JumpNeI { when, lhs, imm, off } => jump_compare_imm!(CmpOp::Ne, !=, when, lhs, imm, off),
                    Instr::JumpIn { when, item, container, off } => {
                        save!();
                        let answer = tri!(vm.contains(&reg!(container), &reg!(item)));
                        consume!(item);
                        consume!(container);
                        if answer == when {
                            jump!(off);
                        }
                    }

                    Instr::GetIter { dst, src } => {
                        save!();
                        let value = tri!(vm.iter(&reg!(src)));
                        consume!(src);
                        reg!(dst) = value;
                    }
                    Instr::ForIter { iter, dst, off } => {
                        macro_rules! item {
                            ($value:expr) => {{
                                let value: Value = $value;
                                reg!(dst) = value;
                                pc = pc.offset(off as isize);
                                poll!();
                            }};
                        }
                        match &reg!(iter) {
                            Value::Iter(iterator) => {
                                let state = &mut *iterator.state.as_ptr();
                                match state {
                                    IterState::Range { next, step, left } => {
                                        if *left > 0 {
                                            let value = *next;
                                            *left -= 1;
                                            *next = value.wrapping_add(*step);
                                            item!(Value::Int(value));
                                        } else {
                                            reg!(iter) = Value::Undef;
                                        }
                                        continue;
                                    }
                                    IterState::List { list, index } => {
                                        let items: &Vec<Value> = &*(**list).items.as_ptr();
                                        if let Some(value) = items.get(*index) {
                                            *index += 1;
                                            item!(value.clone());
                                        } else {
                                            reg!(iter) = Value::Undef;
                                            poll!();
                                        }
                                        continue;
                                    }
                                    IterState::Tuple { tuple, index } => {
                                        if let Some(value) = tuple.as_slice().get(*index) {
                                            *index += 1;
                                            item!(value.clone());
                                        } else {
                                            reg!(iter) = Value::Undef;
                                            poll!();
                                        }
                                        continue;
                                    }
                                    _ => {}
                                }
                            }
                            Value::Gen(generator) => {
                                if matches!(generator.state.get(), GenState::Suspended | GenState::Created) {
                                    let generator = generator.address() as *const crate::object::Gen;
                                    save!();
                                    tri!(vm.resume_frame(generator, Value::None, ReturnTo::ForIter));
                                    reload!();
                                    poll!();
                                    continue;
                                }
                            }
                            _ => {}
                        }
                        save!();
                        let iterator = reg!(iter).clone();
                        match tri!(vm.next(&iterator)) {
                            Some(value) => item!(value),
                            None => {
                                drop(iterator);
                                reg!(iter) = Value::Undef;
                                poll!();
                            }
                        }
                    }
                    Instr::ForIterFar { iter, dst } => {
                        save!();
                        let iterator = reg!(iter).clone();
                        match tri!(vm.next(&iterator)) {
                            Some(value) => reg!(dst) = value,
                            None => {
                                drop(iterator);
                                reg!(iter) = Value::Undef;
                                pc = pc.add(1);
                            }
                        }
                    }

                    Instr::GetAttr { dst, obj, cache } => {
                        let cache = cache!(cache);
                        let hit = match &reg!(obj) {
                            Value::Object(object) => {
                                if receiver_key(vm, object) == cache.key {
                                    if cache.kind == KIND_SLOT {
                                        (&*object.slots.as_ptr()).get_unchecked(cache.slot as usize).clone()
                                    } else {
                                        cache.value.clone()
                                    }
                                } else {
                                    Value::Undef
                                }
                            }
                            _ => Value::Undef,
                        };
                        if hit.is_undef() {
                            cold_path();
                            save!();
                            let object = reg!(obj).clone();
                            let value = tri!(vm.getattr_cached(cache, &object));
                            consume!(obj);
                            drop(object);
                            reg!(dst) = value;
                            poll!();
                        } else {
                            if obj != dst {
                                consume!(obj);
                            }
                            reg!(dst) = hit;
                        }
                    }
                    Instr::SetAttr { obj, val, cache } => {
                        let cache = cache!(cache);
                        if let Value::Object(object) = &reg!(obj) {
                            if cache.kind == KIND_SLOT && receiver_key(vm, object) == cache.key {
                                let value = operand!(val);
                                let slots = &mut *object.slots.as_ptr();
                                let old = std::mem::replace(slots.get_unchecked_mut(cache.slot as usize), value);
                                if old.is_heap() {
                                    drop(old);
                                    poll!();
                                }
                                consume!(obj);
                                continue;
                            }
                        }
                        cold_path();
                        save!();
                        let object = reg!(obj).clone();
                        let value = operand!(val);
                        consume!(obj);
                        tri!(vm.setattr_cached(cache, &object, value));
                        drop(object);
                        poll!();
                    }
                    Instr::DelAttr { obj, name } => {
                        save!();
                        let name = name!(name);
                        let object = operand!(obj);
                        tri!(vm.delattr(&object, &name));
                        drop(object);
                        poll!();
                    }
                    Instr::LoadMethod { base: b, cache } => {
                        let cache = cache!(cache);
                        if let Value::Object(object) = &reg!(b.offset(1)) {
                            if cache.kind == KIND_METHOD && receiver_key(vm, object) == cache.key {
                                let func = cache.value.clone();
                                reg!(b) = func;
                                continue;
                            }
                        }
                        save!();
                        let object = reg!(b.offset(1)).clone();
                        let (callable, is_method) = tri!(vm.load_method_cached(cache, &object));
                        reg!(b) = callable;
                        if !is_method {
                            reg!(b.offset(1)) = Value::Undef;
                        }
                    }
                    Instr::LoadSuper { method, base: b, cache } => {
                        save!();
                        tri!(vm.load_super(method, base.add(b.0 as usize), cache!(cache)));
                    }
                    Instr::GetItem { dst, obj, index } => {
                        match (&reg!(obj), &reg!(index)) {
                            (Value::List(list), Value::Int(at)) => {
                                let items: &Vec<Value> = &*list.items.as_ptr();
                                let at = if *at < 0 { at.wrapping_add(items.len() as i64) } else { *at };
                                if let Some(value) = items.get(at as usize) {
                                    let value = value.clone();
                                    if obj != dst {
                                        consume!(obj);
                                    }
                                    reg!(dst) = value;
                                    continue;
                                }
                            }
                            (Value::Tuple(tuple), Value::Int(at)) => {
                                let at = if *at < 0 { at.wrapping_add(tuple.len() as i64) } else { *at };
                                if let Some(value) = tuple.as_slice().get(at as usize) {
                                    let value = value.clone();
                                    if obj != dst {
                                        consume!(obj);
                                    }
                                    reg!(dst) = value;
                                    continue;
                                }
                            }
                            (Value::Dict(dict), Value::Str(key)) => {
                                if let Some(value) = (*dict.data.as_ptr()).get_str(key) {
                                    let value = value.clone();
                                    consume!(index);
                                    if obj != dst {
                                        consume!(obj);
                                    }
                                    reg!(dst) = value;
                                    continue;
                                }
                            }
                            _ => {}
                        }
                        save!();
                        let object = reg!(obj).clone();
                        let value = tri!(vm.getitem(&object, &reg!(index)));
                        consume!(index);
                        consume!(obj);
                        drop(object);
                        reg!(dst) = value;
                    }
                    Instr::GetItemI { dst, obj, imm } => {
                        match &reg!(obj) {
                            Value::List(list) => {
                                let items: &Vec<Value> = &*list.items.as_ptr();
                                let at = if imm < 0 { items.len().wrapping_add_signed(imm as isize) } else { imm as usize };
                                if let Some(value) = items.get(at) {
                                    let value = value.clone();
                                    if obj != dst {
                                        consume!(obj);
                                    }
                                    reg!(dst) = value;
                                    continue;
                                }
                            }
                            Value::Tuple(tuple) => {
                                let at = if imm < 0 { tuple.len().wrapping_add_signed(imm as isize) } else { imm as usize };
                                if let Some(value) = tuple.as_slice().get(at) {
                                    let value = value.clone();
                                    if obj != dst {
                                        consume!(obj);
                                    }
                                    reg!(dst) = value;
                                    continue;
                                }
                            }
                            _ => {}
                        }
                        save!();
                        let object = reg!(obj).clone();
                        let value = tri!(vm.getitem(&object, &Value::Int(imm.into())));
                        consume!(obj);
                        drop(object);
                        reg!(dst) = value;
                    }
                    Instr::SetItem { obj, index, val } => {
                        if let (Value::List(list), Value::Int(at)) = (&reg!(obj), &reg!(index)) {
                            let items: &mut Vec<Value> = &mut *list.items.as_ptr();
                            let at = if *at < 0 { at.wrapping_add(items.len() as i64) } else { *at };
                            if (at as usize) < items.len() {
                                let value = operand!(val);
                                let old = std::mem::replace(items.get_unchecked_mut(at as usize), value);
                                if old.is_heap() {
                                    drop(old);
                                    poll!();
                                }
                                consume!(obj);
                                continue;
                            }
                        }
                        save!();
                        let object = operand!(obj);
                        let key = operand!(index);
                        let value = operand!(val);
                        tri!(vm.setitem(&object, key, value));
                        drop(object);
                        poll!();
                    }
                    Instr::DelItem { obj, index } => {
                        save!();
                        let object = operand!(obj);
                        let key = operand!(index);
                        tri!(vm.delitem(&object, &key));
                        drop((object, key));
                        poll!();
                    }
                    Instr::BuildSlice { dst, first } => {
                        let [start, stop, step] = [0, 1, 2].map(|index| operand!(first.offset(index)));
                        reg!(dst) = crate::object::Slice::new(start, stop, step).into_value();
                    }

                    Instr::Call { base: b, nargs } => {
                        let slot = base.add(b.0 as usize);
                        match &*slot {
                            Value::Func(func) if func.simple_args.get() == u32::from(nargs) => {
                                if (*vm.fp).generator.is_null() {
                                    enter!(&**func, slot.add(1), slot, ReturnTo::Register);
                                } else {
                                    let window = (*vm.fp).top;
                                    super::frames::move_values(slot.add(1), window, nargs as usize);
                                    enter!(&**func, window, slot, ReturnTo::Register);
                                }
                            }
                            _ => {
                                save!();
                                outcome!(vm.call_registers(slot, slot.add(1), nargs as usize))
                            }
                        }
                    }
                    Instr::CallKw { base: b, nargs, names } => {
                        let slot = base.add(b.0 as usize);
                        save!();
                        let names = (&(*code).consts).get_unchecked(names as usize).clone();
                        outcome!(vm.call_registers_kw(slot, slot.add(1), nargs as usize, &names))
                    }
                    Instr::CallMethod { base: b, nargs } => {
                        let slot = base.add(b.0 as usize);
                        let (window, count) = if (*slot.add(1)).is_undef() {
                            (slot.add(2), nargs)
                        } else {
                            (slot.add(1), nargs + 1)
                        };
                        match &*slot {
                            Value::Func(func) if func.simple_args.get() == u32::from(count) => {
                                if (*vm.fp).generator.is_null() {
                                    enter!(&**func, window, slot, ReturnTo::Register);
                                } else {
                                    let top = (*vm.fp).top;
                                    super::frames::move_values(window, top, count as usize);
                                    enter!(&**func, top, slot, ReturnTo::Register);
                                }
                            }
                            _ => {
                                save!();
                                outcome!(vm.call_registers(slot, window, count as usize))
                            }
                        }
                    }
                    Instr::CallMethodKw { base: b, nargs, names } => {
                        let slot = base.add(b.0 as usize);
                        save!();
                        let names = (&(*code).consts).get_unchecked(names as usize).clone();
                        let (window, count) = if (*slot.add(1)).is_undef() {
                            (slot.add(2), nargs)
                        } else {
                            (slot.add(1), nargs + 1)
                        };
                        outcome!(vm.call_registers_kw(slot, window, count as usize, &names))
                    }
                    Instr::InvokeMethod { base: b, nargs, cache } => {
                        let slot = base.add(b.0 as usize);
                        let cache = cache!(cache);
                        if let Value::Object(object) = &*slot.add(1) {
                            if cache.kind == KIND_METHOD && receiver_key(vm, object) == cache.key {
                                if let Value::Func(func) = &cache.value {
                                    if func.simple_args.get() == u32::from(nargs) + 1
                                        && (*vm.fp).generator.is_null()
                                    {
                                        *slot = cache.value.clone();
                                        let func: *const Func = &**func;
                                        enter!(func, slot.add(1), slot, ReturnTo::Register);
                                        continue;
                                    }
                                }
                            }
                        }
                        save!();
                        let object = (*slot.add(1)).clone();
                        let (callable, is_method) = match vm.load_method_cached(cache, &object) {
                            Ok(found) => found,
                            Err(raised) => {
                                vm.in_lookup = true;
                                raise!(raised)
                            }
                        };
                        *slot = callable;
                        let (window, count) = if is_method {
                            (slot.add(1), nargs + 1)
                        } else {
                            *slot.add(1) = Value::Undef;
                            (slot.add(2), nargs)
                        };
                        drop(object);
                        outcome!(vm.call_registers(slot, window, count as usize))
                    }
                    Instr::CallEx { base: b } => {
                        save!();
                        outcome!(vm.call_expanded(base.add(b.0 as usize)))
                    }
                    Instr::Return { src } => {
                        // The frame ends: its locals can be moved out of as well.
                        let value = reg!(src).take();
                        let frame = &*vm.fp;
                        if frame.return_to == ReturnTo::Register && frame.extra.is_none() {
                            let ret = frame.ret;
                            for index in 0..(*code).first_temp as usize {
                                if (*base.add(index)).is_heap() {
                                    *base.add(index) = Value::Undef;
                                }
                            }
                            vm.fp = vm.fp.sub(1);
                            *ret = value;
                            reload!();
                            continue;
                        }
                        match vm.leave_frame(value) {
                            Ok(None) => {
                                reload!();
                            }
                            Ok(Some(value)) => return Ok(value),
                            Err(raised) => {
                                reload!();
                                raise!(raised)
                            }
                        }
                    }
                    Instr::ReturnNone => match vm.leave_frame(Value::None) {
                        Ok(None) => {
                            reload!();
                        }
                        Ok(Some(value)) => return Ok(value),
                        Err(raised) => {
                            reload!();
                            raise!(raised)
                        }
                    },

                    Instr::BuildTuple { dst, first, count } => {
                        let value = Tuple::new(super::frames::take_values(base, first, count, (*code).first_temp));
                        reg!(dst) = value.into_value();
                    }
                    Instr::BuildList { dst, first, count } => {
                        let value = List::new(super::frames::take_values(base, first, count, (*code).first_temp));
                        reg!(dst) = value.into_value();
                    }
                    Instr::BuildSet { dst, first, count } => {
                        save!();
                        let values = super::frames::take_values(base, first, count, (*code).first_temp);
                        let value = tri!(vm.build_set(values));
                        reg!(dst) = value;
                    }
                    Instr::BuildMap { dst, first, count } => {
                        save!();
                        let values = super::frames::take_values(base, first, 2 * count, (*code).first_temp);
                        let value = tri!(vm.build_map(values));
                        reg!(dst) = value;
                    }
                    Instr::BuildString { dst, first, count } => {
                        let values = super::frames::take_values(base, first, count, (*code).first_temp);
                        reg!(dst) = vm.build_string(&values);
                    }
                    Instr::FormatValue { conversion, dst, src, spec } => {
                        save!();
                        let spec = if spec.is_none() { Value::Undef } else { operand!(spec) };
                        let value = operand!(src);
                        let text = tri!(vm.format_field(conversion, &value, &spec));
                        reg!(dst) = text;
                    }
                    Instr::ListAppend { list, val } => {
                        let value = operand!(val);
                        if let Value::List(list) = &reg!(list) {
                            (*list.items.as_ptr()).push(value);
                        }
                    }
                    Instr::ListExtend { list, src } => {
                        save!();
                        let source = operand!(src);
                        let list = reg!(list).clone();
                        tri!(vm.extend_display(&list, &source));
                    }
                    Instr::SetAdd { set, val } => {
                        save!();
                        let value = operand!(val);
                        if let Value::Set(set) = &reg!(set) {
                            let set = set.to_ptr();
                            tri!(vm.set_add(&set, value));
                        }
                    }
                    Instr::SetUpdate { set, src } => {
                        save!();
                        let source = operand!(src);
                        let set = reg!(set).clone();
                        tri!(vm.update_set_display(&set, &source));
                    }
                    Instr::MapAdd { map, key } => {
                        save!();
                        let value = operand!(key.offset(1));
                        let key = operand!(key);
                        if let Value::Dict(dict) = &reg!(map) {
                            let dict = dict.to_ptr();
                            tri!(vm.dict_set(&dict, key, value));
                        }
                    }
                    Instr::DictUpdate { map, src } => {
                        save!();
                        let source = operand!(src);
                        let map = reg!(map).clone();
                        tri!(vm.update_dict_display(&map, &source));
                    }
                    Instr::DictMerge { map, src, callee } => {
                        save!();
                        let source = operand!(src);
                        let (map, callee) = (reg!(map).clone(), reg!(callee).clone());
                        tri!(vm.merge_keywords(&map, &source, &callee));
                    }

                    Instr::UnpackSeq { src, first, count } => {
                        match &reg!(src) {
                            Value::Tuple(items) if items.len() == count as usize => {
                                let items = items.to_ptr();
                                consume!(src);
                                for (index, item) in items.iter().enumerate() {
                                    reg!(first.offset(index as u16)) = item.clone();
                                }
                            }
                            _ => {
                                save!();
                                let source = operand!(src);
                                let items = tri!(vm.unpack(&source, count as usize));
                                drop(source);
                                for (index, item) in items.into_iter().enumerate() {
                                    reg!(first.offset(index as u16)) = item;
                                }
                            }
                        }
                    }
                    Instr::UnpackEx { src, first, shape } => {
                        save!();
                        let source = operand!(src);
                        let items = tri!(vm.unpack_starred(&source, (shape >> 8) as usize, (shape & 0xff) as usize));
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
                        save!();
                        let value = tri!(vm.load_build_class());
                        reg!(dst) = value;
                    }
                    Instr::Import { base: b, name } => {
                        save!();
                        let name = name!(name);
                        let level = operand!(b);
                        let names = operand!(b.offset(1));
                        let module = tri!(vm.import_name(&name, &names, &level));
                        reg!(b) = module;
                        poll!();
                    }
                    Instr::ImportFrom { dst, module, name } => {
                        save!();
                        let name = name!(name);
                        let module = reg!(module).clone();
                        let value = tri!(vm.import_from(&module, &name));
                        reg!(dst) = value;
                    }

                    Instr::MakeGenerator => {
                        save!();
                        let value = vm.make_generator();
                        match vm.leave_frame(value) {
                            Ok(None) => {
                                reload!();
                            }
                            Ok(Some(value)) => return Ok(value),
                            Err(raised) => {
                                reload!();
                                raise!(raised)
                            }
                        }
                    }
                    Instr::Yield { kind, dst: _, src } => {
                        let mut value = operand!(src);
                        if kind == YieldKind::AsyncValue {
                            value = vm.wrap_async_value(value);
                        }
                        save!();
                        let return_to = (*vm.fp).return_to;
                        vm.suspend_frame();
                        if return_to == ReturnTo::Native {
                            return Ok(value);
                        }
                        reload!();
                        match *pc.sub(1) {
                            Instr::ForIter { dst, off, .. } => {
                                reg!(dst) = value;
                                pc = pc.offset(off as isize);
                            }
                            Instr::Send { value: into, .. } => reg!(into) = value,
                            _ => unreachable!("a generator frame is resumed by ForIter, Send or Rust code"),
                        }
                    }
                    Instr::GetYieldFromIter { dst, src } => {
                        save!();
                        let value = tri!(vm.yield_from_iter(&reg!(src)));
                        consume!(src);
                        reg!(dst) = value;
                    }
                    Instr::GetAwaitable { place, dst, src } => {
                        save!();
                        let value = tri!(vm.awaitable(&reg!(src), place));
                        consume!(src);
                        reg!(dst) = value;
                    }
                    Instr::Send { iter, value, off } => {
                        if let Value::Gen(generator) = &reg!(iter) {
                            if matches!(generator.state.get(), GenState::Suspended | GenState::Created)
                                && generator.kind() != crate::object::GenKind::AsyncGenerator
                            {
                                let generator = generator.address() as *const crate::object::Gen;
                                let sent = reg!(value).take();
                                save!();
                                tri!(vm.resume_frame(generator, sent, ReturnTo::Send));
                                reload!();
                                poll!();
                                continue;
                            }
                        }
                        save!();
                        let sent = reg!(value).take();
                        let iterator = reg!(iter).clone();
                        match tri!(vm.send(&iterator, sent)) {
                            Sent::Yielded(item) => reg!(value) = item,
                            Sent::Returned(result) => {
                                reg!(iter) = Value::Undef;
                                reg!(value) = result;
                                jump!(off);
                            }
                        }
                    }
                    Instr::GetAIter { dst, src } => {
                        save!();
                        let value = tri!(vm.async_iter(&reg!(src)));
                        consume!(src);
                        reg!(dst) = value;
                    }
                    Instr::GetANext { dst, iter } => {
                        save!();
                        let iterator = reg!(iter).clone();
                        let value = tri!(vm.async_next(&iterator));
                        reg!(dst) = value;
                    }
                    Instr::EndAsyncFor { exc, iter } => {
                        let exception = reg!(exc).take();
                        if vm.is_known(&exception, crate::object::Known::StopAsyncIteration) {
                            reg!(iter) = Value::Undef;
                        } else {
                            vm.reraising = true;
                            raise!(vm.reraise(exception));
                        }
                    }

                    Instr::BeforeWith { base: b } => {
                        save!();
                        tri!(vm.enter_with(base.add(b.0 as usize)));
                    }
                    Instr::BeforeAsyncWith { base: b } => {
                        save!();
                        tri!(vm.enter_async_with(base.add(b.0 as usize)));
                    }
                    Instr::WithExcept { dst, exit, exc } => {
                        save!();
                        let (exit, exception) = (reg!(exit).clone(), reg!(exc).clone());
                        let value = tri!(vm.exit_with(&exit, &exception));
                        reg!(dst) = value;
                    }

                    Instr::PushExc { save: into, exc } => {
                        let exception = reg!(exc).clone();
                        reg!(into) = vm.push_handled(exception);
                    }
                    Instr::PopExc { save: from } => {
                        let previous = reg!(from).take();
                        vm.pop_handled(previous);
                        poll!();
                    }
                    Instr::JumpIfNotMatch { exc, class, off } => {
                        save!();
                        let class_value = operand!(class);
                        let exception = reg!(exc).clone();
                        if !tri!(vm.exception_matches(&exception, &class_value)) {
                            jump!(off);
                        }
                    }
                    Instr::MatchGroup { dst, exc, class } => {
                        save!();
                        let class_value = operand!(class);
                        let exception = reg!(exc).clone();
                        let (matched, rest) = tri!(vm.match_group(&exception, &class_value));
                        reg!(exc) = rest;
                        reg!(dst) = matched;
                    }
                    Instr::Raise { exc, cause } => {
                        save!();
                        let exception = operand!(exc);
                        let cause = if cause.is_none() { Value::Undef } else { operand!(cause) };
                        raise!(vm.raise_statement(&exception, cause));
                    }
                    Instr::RaiseBare => {
                        save!();
                        raise!(vm.raise_bare());
                    }
                    Instr::Reraise { exc } => {
                        let exception = operand!(exc);
                        vm.reraising = true;
                        raise!(vm.reraise(exception));
                    }
                    Instr::AssertFail { msg } => {
                        save!();
                        let args = if msg.is_none() { Vec::new() } else { vec![operand!(msg)] };
                        let exception = vm.new_exception(crate::object::Known::AssertionError, args);
                        raise!(vm.raise_value(exception));
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
                        save!();
                        let (subject, keys) = (reg!(src).clone(), reg!(keys).clone());
                        let value = tri!(vm.match_keys(&subject, &keys));
                        reg!(dst) = value;
                    }
                    Instr::MatchClass { dst, src, npos } => {
                        save!();
                        let (class, names) = (reg!(dst).take(), reg!(dst.offset(1)).take());
                        let subject = reg!(src).clone();
                        let value = tri!(vm.match_class(&subject, &class, &names, npos as usize));
                        reg!(dst) = value;
                    }
                    Instr::CopyWithoutKeys { dst, src, keys } => {
                        save!();
                        let (subject, keys) = (reg!(src).clone(), reg!(keys).clone());
                        let value = tri!(vm.copy_without_keys(&subject, &keys));
                        reg!(dst) = value;
                    }
                    Instr::GetLen { dst, src } => {
                        save!();
                        let subject = reg!(src).clone();
                        let length = tri!(vm.len(&subject));
                        reg!(dst) = Value::from(length);
                    }

                    Instr::Intrinsic1 { op, dst, src } => {
                        save!();
                        let operand = operand!(src);
                        let value = tri!(vm.intrinsic1(op, operand));
                        reg!(dst) = value;
                    }
                    Instr::Intrinsic2 { op, dst, lhs, rhs } => {
                        save!();
                        let (left, right) = (operand!(lhs), operand!(rhs));
                        let value = tri!(vm.intrinsic2(op, left, right));
                        reg!(dst) = value;
                    }
                }
            }
        }
    }
}
