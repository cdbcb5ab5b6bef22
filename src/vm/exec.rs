//! The evaluation loop.
//!
//! One function runs frames until the frame that Rust code entered returns. `pc`, `base` and
//! `code` of the running frame are locals; the frame's record has the rest, and its `pc` is
//! brought up to date before anything else than the loop runs. Script calls push a frame
//! and go on in the same loop.
//!
//! Only the common case of common instructions is here. An arm either completes its instruction and
//! goes on, or leaves the block `slow`, behind which [`step`](super::step) executes the
//! instruction in full. So the loop has one call for all that is slow, and the compiler can keep its
//! state in machine registers.
//!
//! After each poll, and after each step, the loop holds no reference into an object.

use std::hint::cold_path;

use super::cache::{
    GLOBAL_IN_BUILTINS, GLOBAL_IN_GLOBALS, KIND_ADD, KIND_CONSTANT, KIND_FIELD, KIND_LIST_APPEND, KIND_METHOD,
    KIND_OWN_GETTER, KIND_PROPERTY, KIND_SLOT, receiver_key,
};
use super::direct::{Next, plainly_equal};
use super::frames::Outcome;
use super::plain::{compared, int_operator, item_at, next_plain, quotient};
use super::preempt::is_preemption_point;
use super::step::step;
use crate::bytecode::{BinOp, CmpOp, Instr, YieldKind};
use crate::gil::EvalBreaker;
use crate::object::vm::{Frame, ReturnTo};
use crate::object::{Cell, Code, Func, Gen, GenState, Raised, ShapeId, Value, Vm};

/// Runs the frame on top until it returns.
///
/// # Safety
///
/// `vm.fp` is a frame whose `return_to` is `Native`, entered by `Vm::push_frame`, over verified code.
#[inline]
pub(super) unsafe fn run(vm: &mut Vm) -> Result<Value, Raised> {
    // SAFETY: the caller vouches for the frame.
    unsafe { if vm.watched { run_loop::<true>(vm) } else { run_loop::<false>(vm) } }
}

/// The loop. With `WATCHED` it stops before each instruction, for preemption models that need it and for observers;
/// without, these cost nothing.
///
/// # Safety
///
/// As for [`run`].
unsafe fn run_loop<const WATCHED: bool>(vm: &mut Vm) -> Result<Value, Raised> {
    // SAFETY: every access below is to registers, constants and caches of the running frame's code, whose indices
    // the verifier has checked, through pointers into the thread's stack or a live generator's block, which do not move
    // while the frame runs. Cells are reached through `as_ptr` between points that may run other code, while the lock
    // is held, and no reference made from them is kept across such a point.
    unsafe {
        // How the loop lies across the lines of the cache makes it up to a tenth faster or slower. Pinned here to what
        // was measured to be the best, it does not change with the size of whatever is linked in front of it.
        #[cfg(all(target_arch = "x86_64", not(miri)))]
        std::arch::asm!("jmp 2f", ".p2align 6, 0xcc", ".skip 48, 0xcc", "2:", options(nomem, nostack, preserves_flags));
        let breaker = vm.breaker;
        let mut pc: *const Instr = (*vm.fp).pc;
        let mut base: *mut Value = (*vm.fp).base;
        let mut code: *const Code = (*vm.fp).code;

        macro_rules! reload {
            () => {{
                pc = (*vm.fp).pc;
                base = (*vm.fp).base;
                code = (*vm.fp).code;
            }};
        }
        macro_rules! reg {
            ($r:expr) => {
                (*base.add($r.0 as usize))
            };
        }
        macro_rules! site {
            ($c:expr) => {
                (&(*code).caches).get_unchecked($c as usize).get()
            };
        }
        macro_rules! cache {
            ($c:expr) => {
                &*site!($c)
            };
        }
        // The new value is in place before the old one is dropped, so that nothing but the loop's own state
        // has to survive the call that frees an object.
        macro_rules! set {
            ($r:expr, $value:expr) => {{
                let value: Value = $value;
                drop(std::mem::replace(&mut reg!($r), value));
            }};
        }
        // The operand as a value of one's own: moved out of a temporary, copied from a local.
        macro_rules! operand {
            ($r:expr) => {
                if $r.0 >= (*code).first_temp { reg!($r).take() } else { reg!($r).clone() }
            };
        }
        // A temporary that was read is left without heap references.
        macro_rules! consume {
            ($r:expr) => {
                if $r.0 >= (*code).first_temp {
                    set!($r, Value::Undef);
                }
            };
        }

        if (*breaker).requested() != 0 {
            cold_path();
            if vm.on_break().is_err() && !super::unwind::unwind(vm) {
                return Err(Raised(()));
            }
            reload!();
        }
        'run: loop {
            if WATCHED {
                (*vm.fp).pc = pc;
                if vm.before_instruction().is_err() && !super::unwind::unwind(vm) {
                    return Err(Raised(()));
                }
                reload!();
            }
            let instr = &*pc;
            pc = pc.add(1);
            'poll: {
                'reload: {
                    'raised: {
                        'slow: {
                            macro_rules! slow {
                                () => {{
                                    cold_path();
                                    break 'slow;
                                }};
                            }
                            // What a call out of the loop gives, or the exception that it raised.
                            macro_rules! out {
                                ($call:expr) => {{
                                    (*vm.fp).pc = pc;
                                    match $call {
                                        Ok(result) => result,
                                        Err(Raised(())) => {
                                            cold_path();
                                            break 'raised;
                                        }
                                    }
                                }};
                            }
                            // A preemption point.
                            macro_rules! poll {
                                () => {
                                    if (*breaker).requested() != 0 {
                                        cold_path();
                                        break 'poll;
                                    }
                                };
                            }
                            // Where attention may be asked for, but the lock is kept.
                            macro_rules! attend {
                                () => {
                                    if (*breaker).requested() & !EvalBreaker::LOCK != 0 {
                                        cold_path();
                                        vm.keep_lock = true;
                                        break 'poll;
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
                            // Drops what a place held before; a finaliser may be waiting then.
                            macro_rules! discard {
                                ($old:expr) => {{
                                    let old: Value = $old;
                                    if old.is_heap() {
                                        drop(old);
                                        attend!();
                                    }
                                }};
                            }
                            macro_rules! arithmetic {
                        ($dst:expr, $lhs:expr, $rhs:expr, $checked:ident, $op:tt) => {
                            match (&reg!($lhs), &reg!($rhs)) {
                                (Value::Int(a), Value::Int(b)) => match a.$checked(*b) {
                                    Some(result) => set!($dst, Value::Int(result)),
                                    None => slow!(),
                                },
                                (Value::Float(a), Value::Float(b)) => {
                                    let result = a.get() $op b.get();
                                    set!($dst, Value::float(result));
                                }
                                (Value::Float(a), Value::Int(b)) => {
                                    let result = a.get() $op *b as f64;
                                    set!($dst, Value::float(result));
                                }
                                (Value::Int(a), Value::Float(b)) => {
                                    let result = *a as f64 $op b.get();
                                    set!($dst, Value::float(result));
                                }
                                _ => break 'slow,
                            }
                        };
                    }
                            macro_rules! jump_equal {
                        ($op:tt, $when:expr, $lhs:expr, $rhs:expr, $off:expr) => {{
                            let answer = match (&reg!($lhs), &reg!($rhs)) {
                                (Value::Int(a), Value::Int(b)) => *a $op *b,
                                (Value::Float(a), Value::Float(b)) => a.get() $op b.get(),
                                (a, b) => match plainly_equal(a, b) {
                                    Some(equal) => {
                                        consume!($lhs);
                                        consume!($rhs);
                                        equal $op true
                                    }
                                    None => break 'slow,
                                },
                            };
                            if answer == $when {
                                jump!($off);
                            }
                        }};
                    }
                            macro_rules! jump_compare {
                        ($op:tt, $when:expr, $lhs:expr, $rhs:expr, $off:expr) => {{
                            let answer = match (&reg!($lhs), &reg!($rhs)) {
                                (Value::Int(a), Value::Int(b)) => *a $op *b,
                                (Value::Float(a), Value::Float(b)) => a.get() $op b.get(),
                                _ => break 'slow,
                            };
                            if answer == $when {
                                jump!($off);
                            }
                        }};
                    }
                            macro_rules! jump_compare_imm {
                        ($op:tt, $when:expr, $lhs:expr, $imm:expr, $off:expr) => {{
                            let answer = match &reg!($lhs) {
                                Value::Int(a) => *a $op i64::from($imm),
                                Value::Float(a) => a.get() $op f64::from($imm),
                                _ => break 'slow,
                            };
                            if answer == $when {
                                jump!($off);
                            }
                        }};
                    }
                            // The truth value of an operand that the instruction may keep.
                            macro_rules! kept_truth {
                                ($r:expr) => {
                                    match &reg!($r) {
                                        Value::Bool(bits) => bits.get(),
                                        Value::None => false,
                                        Value::Int(n) => *n != 0,
                                        other => match vm.plain_truth(other) {
                                            Some(truth) => truth,
                                            None => break 'slow,
                                        },
                                    }
                                };
                            }
                            macro_rules! truth {
                                ($r:expr) => {{
                                    let truth = kept_truth!($r);
                                    if reg!($r).is_heap() {
                                        consume!($r);
                                    }
                                    truth
                                }};
                            }
                            // Enters a script function whose arguments are in place at `window`.
                            macro_rules! enter {
                                ($func:expr, $window:expr, $ret:expr) => {{
                                    let func: *const Func = $func;
                                    let callee: *const Code = &**(*func).code.as_ptr();
                                    let window: *mut Value = $window;
                                    let frame = vm.fp.add(1);
                                    let top = window.add((*callee).nregs as usize);
                                    if frame >= vm.frame_limit || top >= vm.stacks.registers_end() {
                                        slow!();
                                    }
                                    (*vm.fp).pc = pc;
                                    pc = (*callee).entry;
                                    frame.write(Frame {
                                        pc,
                                        base: window,
                                        code: callee,
                                        top,
                                        ret: $ret,
                                        globals: &*(*func).globals,
                                        func,
                                        generator: std::ptr::null(),
                                        return_to: ReturnTo::Register,
                                        extra: None,
                                    });
                                    vm.fp = frame;
                                    base = window;
                                    code = callee;
                                    poll!();
                                }};
                            }
                            // Where the arguments of a script function have to be.
                            macro_rules! window {
                                ($window:expr, $count:expr) => {
                                    if (*vm.fp).generator.is_null() {
                                        $window
                                    } else {
                                        vm.move_arguments_up($window, $count)
                                    }
                                };
                            }
                            // Calls what is in `slot` with the arguments at `window`.
                            macro_rules! call {
                                ($slot:expr, $window:expr, $count:expr) => {{
                                    let (slot, window, count): (*mut Value, *mut Value, usize) =
                                        ($slot, $window, $count);
                                    match &*slot {
                                        Value::Func(func) if func.simple_args.get() as usize == count => {
                                            let func: *const Func = &**func;
                                            let window = window!(window, count);
                                            enter!(func, window, slot);
                                        }
                                        Value::Native(_) => {
                                            out!(vm.call_native_in(slot, window, count));
                                            poll!();
                                        }
                                        _ => match out!(vm.call_registers(slot, window, count)) {
                                            Outcome::Entered => break 'reload,
                                            Outcome::Done => poll!(),
                                        },
                                    }
                                }};
                            }
                            // Goes on in a generator that is not running.
                            macro_rules! resume {
                                ($generator:expr, $sent:expr, $return_to:expr) => {{
                                    let generator: *const Gen = $generator;
                                    let created = match (*generator).state.get() {
                                        GenState::Suspended => false,
                                        GenState::Created => true,
                                        GenState::Running | GenState::Finished => slow!(),
                                    };
                                    let frame = vm.fp.add(1);
                                    let top = (*vm.fp).top;
                                    if frame >= vm.frame_limit || top >= vm.stacks.registers_end() {
                                        slow!();
                                    }
                                    let sent: Value = $sent;
                                    (*vm.fp).pc = pc;
                                    pc = (*generator).pc.get();
                                    base = (*generator).first_register();
                                    code = &*(*generator).code;
                                    if created {
                                        drop(sent);
                                    } else if let Instr::Yield { dst, .. } = *pc.sub(1) {
                                        set!(dst, sent);
                                    }
                                    (*generator).state.set(GenState::Running);
                                    if (*code).handles {
                                        vm.enter_handled(&*generator);
                                    }
                                    frame.write(Frame {
                                        pc,
                                        base,
                                        code,
                                        top,
                                        ret: std::ptr::null_mut(),
                                        globals: &*(*generator).globals,
                                        func: std::ptr::null(),
                                        generator,
                                        return_to: $return_to,
                                        extra: None,
                                    });
                                    vm.fp = frame;
                                    poll!();
                                }};
                            }
                            // The global or built-in that a cache remembers.
                            macro_rules! global {
                                ($cache:expr) => {{
                                    let cache = &cache!($cache).first;
                                    let globals = &*(*(*vm.fp).globals).data.as_ptr();
                                    if cache.key != globals.version() {
                                        slow!();
                                    }
                                    if cache.kind == GLOBAL_IN_GLOBALS {
                                        globals.value_at(cache.slot as usize).clone()
                                    } else {
                                        match vm.builtins_data() {
                                            Some(builtins)
                                                if cache.kind == GLOBAL_IN_BUILTINS
                                                    && builtins.version() == cache.value_version() =>
                                            {
                                                builtins.value_at(cache.slot as usize).clone()
                                            }
                                            _ => slow!(),
                                        }
                                    }
                                }};
                            }
                            // Leaves the running frame with a result.
                            macro_rules! leave {
                                ($value:expr) => {{
                                    let value: Value = $value;
                                    let frame = &*vm.fp;
                                    let caller = (*vm.fp.sub(1)).pc;
                                    let init = match frame.return_to {
                                        ReturnTo::Register => false,
                                        ReturnTo::Init if value.is_none() => true,
                                        return_to => match out!(vm.leave_frame(value)) {
                                            // Only a loop's jump back is a preemption point.
                                            None if return_to.answers_operator() => {
                                                reload!();
                                                if pc < caller {
                                                    poll!();
                                                } else {
                                                    attend!();
                                                }
                                                continue 'run;
                                            }
                                            None => break 'reload,
                                            Some(value) => return Ok(value),
                                        },
                                    };
                                    if frame.extra.is_some() {
                                        cold_path();
                                        (*vm.fp).pc = pc;
                                        vm.retire_frame_object();
                                        (*vm.fp).extra = None;
                                    }
                                    let ret = frame.ret;
                                    for index in 0..(*code).first_temp as usize {
                                        if (*base.add(index)).is_heap() {
                                            drop(std::mem::replace(&mut *base.add(index), Value::Undef));
                                        }
                                    }
                                    vm.fp = vm.fp.sub(1);
                                    if init {
                                        // The new object is in place; below the window is the function.
                                        drop(std::mem::replace(&mut *base.sub(1), Value::Undef));
                                    } else {
                                        drop(std::mem::replace(&mut *ret, value));
                                    }
                                    reload!();
                                    attend!();
                                }};
                            }
                            // An item of a sequence at an index that may be negative.
                            macro_rules! load_item {
                                ($dst:expr, $obj:expr, $items:expr, $at:expr) => {{
                                    match item_at($items, $at) {
                                        Some(value) => {
                                            let value = value.clone();
                                            if $obj != $dst {
                                                consume!($obj);
                                            }
                                            set!($dst, value);
                                        }
                                        None => slow!(),
                                    }
                                }};
                            }
                            // The inline cache's entry for an instance.
                            macro_rules! entry {
                                ($site:expr, $object:expr) => {{
                                    let site = cache!($site);
                                    let key = receiver_key(vm, $object);
                                    if key == site.first.key {
                                        &site.first
                                    } else if key == site.second.key {
                                        &site.second
                                    } else if let Some(older) = site.older(key) {
                                        older
                                    } else {
                                        slow!()
                                    }
                                }};
                            }

                            match *instr {
                                Instr::Copy { dst, src } => set!(dst, reg!(src).clone()),
                                Instr::Move { dst, src } => {
                                    let value = reg!(src).take();
                                    let old = std::mem::replace(&mut reg!(dst), value);
                                    discard!(old);
                                }
                                Instr::LoadK { dst, k } => {
                                    set!(dst, (&(*code).consts).get_unchecked(k as usize).clone())
                                }
                                Instr::LoadInt { dst, imm } => set!(dst, Value::Int(imm.into())),
                                Instr::LoadNone { dst } => set!(dst, Value::None),
                                Instr::LoadBool { dst, value } => set!(dst, Value::bool(value)),
                                Instr::Clear { reg } => discard!(reg!(reg).take()),
                                Instr::CheckBound { reg } => {
                                    if reg!(reg).is_undef() {
                                        slow!();
                                    }
                                }

                                Instr::LoadCell { dst, cell } => match &reg!(cell) {
                                    Value::Cell(shared) => {
                                        let content: &Value = &*shared.content.as_ptr();
                                        if content.is_undef() {
                                            slow!();
                                        }
                                        let value = content.clone();
                                        set!(dst, value);
                                    }
                                    _ => slow!(),
                                },
                                Instr::StoreCell { cell, src } => match &reg!(cell) {
                                    Value::Cell(shared) => {
                                        let shared: &Cell = shared;
                                        let value = operand!(src);
                                        let old = std::mem::replace(&mut *shared.content.as_ptr(), value);
                                        discard!(old);
                                    }
                                    _ => slow!(),
                                },

                                Instr::LoadGlobal { dst, cache } => {
                                    let value = global!(cache);
                                    set!(dst, value);
                                }
                                Instr::LoadName { dst, cache } => {
                                    if (*vm.fp).extra.is_some() {
                                        slow!();
                                    }
                                    let value = global!(cache);
                                    set!(dst, value);
                                }
                                Instr::StoreGlobal { src, cache } | Instr::StoreName { src, cache } => {
                                    let cache = &cache!(cache).first;
                                    let globals = &mut *(*(*vm.fp).globals).data.as_ptr();
                                    if (*vm.fp).extra.is_some()
                                        || cache.kind != GLOBAL_IN_GLOBALS
                                        || cache.key != globals.version()
                                    {
                                        slow!();
                                    }
                                    let value = operand!(src);
                                    let old = globals.replace_at(cache.slot as usize, value);
                                    discard!(old);
                                }

                                Instr::Add { dst, lhs, rhs } => {
                                    if let Value::Str(_) = &reg!(lhs) {
                                        let Some(value) = vm.concatenated(&reg!(lhs), &reg!(rhs)) else { break 'slow };
                                        consume!(rhs);
                                        if lhs != dst {
                                            consume!(lhs);
                                        }
                                        set!(dst, value);
                                    } else {
                                        arithmetic!(dst, lhs, rhs, checked_add, +)
                                    }
                                }
                                Instr::Sub { dst, lhs, rhs } => arithmetic!(dst, lhs, rhs, checked_sub, -),
                                Instr::Mul { dst, lhs, rhs } => arithmetic!(dst, lhs, rhs, checked_mul, *),
                                Instr::TrueDiv { dst, lhs, rhs } => match quotient(&reg!(lhs), &reg!(rhs)) {
                                    Some(quotient) => set!(dst, Value::float(quotient)),
                                    None => break 'slow,
                                },
                                Instr::FloorDiv { dst, lhs, rhs } => match (&reg!(lhs), &reg!(rhs)) {
                                    (Value::Int(a), Value::Int(b)) if *b > 0 => {
                                        let quotient = a.div_euclid(*b);
                                        set!(dst, Value::Int(quotient));
                                    }
                                    _ => break 'slow,
                                },
                                Instr::Mod { dst, lhs, rhs } => match (&reg!(lhs), &reg!(rhs)) {
                                    (Value::Int(a), Value::Int(b)) if *b > 0 => {
                                        let rest = a.rem_euclid(*b);
                                        set!(dst, Value::Int(rest));
                                    }
                                    _ => break 'slow,
                                },
                                Instr::Binary { op, dst, lhs, rhs } => match (&reg!(lhs), &reg!(rhs)) {
                                    (Value::Int(a), Value::Int(b)) => match int_operator(op, *a, *b) {
                                        Some(result) => set!(dst, Value::Int(result)),
                                        None => break 'slow,
                                    },
                                    _ => break 'slow,
                                },
                                Instr::AddI { dst, lhs, imm } => match &reg!(lhs) {
                                    Value::Int(a) => match a.checked_add(imm.into()) {
                                        Some(sum) => set!(dst, Value::Int(sum)),
                                        None => slow!(),
                                    },
                                    _ => break 'slow,
                                },
                                Instr::SubI { dst, lhs, imm } => match &reg!(lhs) {
                                    Value::Int(a) => match a.checked_sub(imm.into()) {
                                        Some(difference) => set!(dst, Value::Int(difference)),
                                        None => slow!(),
                                    },
                                    _ => break 'slow,
                                },
                                Instr::BinaryI { op, dst, lhs, imm } | Instr::InplaceI { op, dst, lhs, imm } => {
                                    match &reg!(lhs) {
                                        Value::Int(a) => match int_operator(op, *a, i64::from(imm)) {
                                            Some(result) => set!(dst, Value::Int(result)),
                                            None => break 'slow,
                                        },
                                        _ => break 'slow,
                                    }
                                }
                                Instr::Inplace { op, dst, lhs, rhs } => match (&reg!(lhs), &reg!(rhs)) {
                                    (Value::Int(a), Value::Int(b)) => match int_operator(op, *a, *b) {
                                        Some(result) => set!(dst, Value::Int(result)),
                                        None => break 'slow,
                                    },
                                    (Value::Float(a), Value::Float(b)) => {
                                        let (a, b) = (a.get(), b.get());
                                        let result = match op {
                                            BinOp::Add => a + b,
                                            BinOp::Sub => a - b,
                                            BinOp::Mul => a * b,
                                            _ => break 'slow,
                                        };
                                        set!(dst, Value::float(result));
                                    }
                                    _ => break 'slow,
                                },
                                Instr::Neg { dst, src } => {
                                    let value = match &reg!(src) {
                                        Value::Int(n) if *n != i64::MIN => Value::Int(-*n),
                                        Value::Float(x) => Value::float(-x.get()),
                                        _ => break 'slow,
                                    };
                                    set!(dst, value);
                                }
                                Instr::Not { dst, src } => {
                                    let truth = truth!(src);
                                    set!(dst, Value::bool(!truth));
                                }
                                Instr::Compare { op, dst, lhs, rhs } => {
                                    let answer = match (&reg!(lhs), &reg!(rhs)) {
                                        (Value::Int(a), Value::Int(b)) => compared(op, *a, *b),
                                        (Value::Float(a), Value::Float(b)) => compared(op, a.get(), b.get()),
                                        (a, b) if matches!(op, CmpOp::Eq | CmpOp::Ne) => match plainly_equal(a, b) {
                                            Some(equal) => {
                                                consume!(lhs);
                                                consume!(rhs);
                                                equal == (op == CmpOp::Eq)
                                            }
                                            None => break 'slow,
                                        },
                                        _ => break 'slow,
                                    };
                                    set!(dst, Value::bool(answer));
                                }
                                Instr::Is { negate, dst, lhs, rhs } => {
                                    let answer = reg!(lhs).is(&reg!(rhs)) != negate;
                                    consume!(lhs);
                                    consume!(rhs);
                                    set!(dst, Value::bool(answer));
                                }

                                Instr::Jump { off } => jump!(off),
                                Instr::JumpIfTrue { cond, off } => {
                                    if truth!(cond) {
                                        jump!(off);
                                    }
                                }
                                Instr::JumpIfFalse { cond, off } => {
                                    if !truth!(cond) {
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
                                Instr::JumpLt { when, lhs, rhs, off } => jump_compare!(<, when, lhs, rhs, off),
                                Instr::JumpLe { when, lhs, rhs, off } => jump_compare!(<=, when, lhs, rhs, off),
                                Instr::JumpGt { when, lhs, rhs, off } => jump_compare!(>, when, lhs, rhs, off),
                                Instr::JumpGe { when, lhs, rhs, off } => jump_compare!(>=, when, lhs, rhs, off),
                                Instr::JumpEq { when, lhs, rhs, off } => jump_equal!(==, when, lhs, rhs, off),
                                Instr::JumpNe { when, lhs, rhs, off } => jump_equal!(!=, when, lhs, rhs, off),
                                Instr::JumpLtI { when, lhs, imm, off } => jump_compare_imm!(<, when, lhs, imm, off),
                                Instr::JumpLeI { when, lhs, imm, off } => jump_compare_imm!(<=, when, lhs, imm, off),
                                Instr::JumpGtI { when, lhs, imm, off } => jump_compare_imm!(>, when, lhs, imm, off),
                                Instr::JumpGeI { when, lhs, imm, off } => jump_compare_imm!(>=, when, lhs, imm, off),
                                Instr::JumpEqI { when, lhs, imm, off } => jump_compare_imm!(==, when, lhs, imm, off),
                                Instr::JumpNeI { when, lhs, imm, off } => jump_compare_imm!(!=, when, lhs, imm, off),

                                Instr::ForIter { iter, dst, off } => match &reg!(iter) {
                                    Value::Iter(iterator) => {
                                        let value = next_plain(iterator);
                                        if value.is_undef() {
                                            let body = pc.offset(off as isize);
                                            let place = base.add(iter.0 as usize);
                                            match out!(vm.for_next(place, base, dst, body)) {
                                                Next::Item => pc = body,
                                                Next::Unpacked => pc = body.add(1),
                                                Next::End => {}
                                            }
                                            attend!();
                                            continue 'run;
                                        }
                                        set!(dst, value);
                                        jump!(off);
                                    }
                                    Value::Gen(generator) => {
                                        let generator: *const Gen = &**generator;
                                        resume!(generator, Value::None, ReturnTo::ForIter);
                                    }
                                    _ => break 'slow,
                                },
                                Instr::Send { iter, value, off } => {
                                    let Value::Gen(generator) = &reg!(iter) else {
                                        if !matches!(&reg!(iter), Value::Iter(_)) || !reg!(value).is_none() {
                                            break 'slow;
                                        }
                                        match out!(vm.next_of(&reg!(iter))) {
                                            Some(item) => set!(value, item),
                                            None => {
                                                set!(iter, Value::Undef);
                                                pc = pc.offset(off as isize);
                                            }
                                        }
                                        poll!();
                                        continue 'run;
                                    };
                                    let generator: *const Gen = &**generator;
                                    if (*generator).is_async() {
                                        slow!();
                                    }
                                    if (*generator).state.get() == GenState::Created && !reg!(value).is_none() {
                                        slow!();
                                    }
                                    resume!(generator, reg!(value).take(), ReturnTo::Send);
                                }
                                Instr::GetAwaitable { dst, src, .. } => {
                                    let Value::Gen(generator) = &reg!(src) else { break 'slow };
                                    if !generator.is_coroutine() || generator.state.get() == GenState::Suspended {
                                        slow!();
                                    }
                                    let value = operand!(src);
                                    set!(dst, value);
                                }
                                Instr::GetYieldFromIter { dst, src } => {
                                    let value = out!(vm.yield_from_iter(&reg!(src)));
                                    if src != dst {
                                        consume!(src);
                                    }
                                    set!(dst, value);
                                    attend!();
                                }
                                Instr::MakeGenerator => {
                                    (*vm.fp).pc = pc;
                                    let value = vm.make_generator();
                                    match out!(vm.leave_frame(value)) {
                                        None => break 'reload,
                                        Some(value) => return Ok(value),
                                    }
                                }
                                Instr::GetIter { dst, src } => {
                                    let value = out!(vm.iter_of(&reg!(src)));
                                    if src != dst {
                                        consume!(src);
                                    }
                                    set!(dst, value);
                                }

                                Instr::GetAttr { dst, obj, cache: site } => {
                                    let Value::Object(object) = &reg!(obj) else {
                                        let Value::Class(class) = &reg!(obj) else { break 'slow };
                                        let Some(value) = vm.cached_class_attribute(cache!(site), class) else {
                                            slow!()
                                        };
                                        if obj != dst {
                                            consume!(obj);
                                        }
                                        set!(dst, value);
                                        continue 'run;
                                    };
                                    let cache = entry!(site, object);
                                    let value = if cache.kind == KIND_SLOT {
                                        (*object.first_slot().add(cache.slot as usize)).clone()
                                    } else if cache.kind == KIND_CONSTANT {
                                        cache.value.clone()
                                    } else if cache.kind == KIND_PROPERTY {
                                        let object = reg!(obj).clone();
                                        let entered =
                                            out!(vm.enter_property(cache!(site), &object, base.add(dst.0 as usize)));
                                        if !entered {
                                            slow!();
                                        }
                                        consume!(obj);
                                        break 'reload;
                                    } else if matches!(cache.kind, KIND_FIELD | KIND_OWN_GETTER) {
                                        out!(vm.read_cached(cache!(site), &reg!(obj)))
                                    } else {
                                        break 'slow;
                                    };
                                    if value.is_undef() {
                                        slow!();
                                    }
                                    if obj != dst {
                                        consume!(obj);
                                    }
                                    set!(dst, value);
                                }
                                Instr::SetAttr { obj, val, cache } => {
                                    let Value::Object(object) = &reg!(obj) else { break 'slow };
                                    let cache = entry!(cache, object);
                                    if cache.kind == KIND_ADD {
                                        if object.is_full() {
                                            slow!();
                                        }
                                        *object.shape.as_ptr() = ShapeId(cache.slot);
                                        let value = operand!(val);
                                        object.push_unchecked(value);
                                        consume!(obj);
                                        continue 'run;
                                    }
                                    if cache.kind != KIND_SLOT {
                                        slow!();
                                    }
                                    let value = operand!(val);
                                    let slot = object.first_slot().add(cache.slot as usize);
                                    let old = std::mem::replace(&mut *slot, value);
                                    consume!(obj);
                                    discard!(old);
                                }
                                Instr::LoadMethod { base: b, cache } => {
                                    let Value::Object(object) = &reg!(b.offset(1)) else {
                                        let object = &reg!(b.offset(1));
                                        if let Some(native) = vm.native_method(cache!(cache), object) {
                                            set!(b, native);
                                            continue 'run;
                                        }
                                        let (callable, is_method) =
                                            out!(vm.load_method_cached(&mut *site!(cache), object));
                                        set!(b, callable);
                                        if !is_method {
                                            set!(b.offset(1), Value::Undef);
                                        }
                                        attend!();
                                        continue 'run;
                                    };
                                    let cache = entry!(cache, object);
                                    if cache.kind != KIND_METHOD {
                                        slow!();
                                    }
                                    let func = cache.value.clone();
                                    set!(b, func);
                                }
                                Instr::GetItem { dst, obj, index } => match (&reg!(obj), &reg!(index)) {
                                    (Value::List(list), Value::Int(at)) => {
                                        load_item!(dst, obj, &*list.items.as_ptr(), *at)
                                    }
                                    (Value::Tuple(tuple), Value::Int(at)) => {
                                        load_item!(dst, obj, tuple.as_slice(), *at)
                                    }
                                    (object, key) => {
                                        if let Value::Object(_) | Value::Class(_) = object {
                                            if !out!(vm.enter_getitem(base, dst, object, key)) {
                                                slow!();
                                            }
                                            consume!(index);
                                            consume!(obj);
                                            break 'reload;
                                        }
                                        let value = out!(vm.item_of(object, key));
                                        consume!(index);
                                        if obj != dst {
                                            consume!(obj);
                                        }
                                        set!(dst, value);
                                        attend!();
                                    }
                                },
                                Instr::GetItemI { dst, obj, imm } => match &reg!(obj) {
                                    Value::List(list) => load_item!(dst, obj, &*list.items.as_ptr(), imm.into()),
                                    Value::Tuple(tuple) => load_item!(dst, obj, tuple.as_slice(), imm.into()),
                                    object => {
                                        if let Value::Object(_) = object {
                                            if out!(vm.enter_getitem(base, dst, object, &Value::Int(imm.into()))) {
                                                consume!(obj);
                                                break 'reload;
                                            }
                                        }
                                        let object = &reg!(obj);
                                        let value = out!(vm.item_of(object, &Value::Int(imm.into())));
                                        if obj != dst {
                                            consume!(obj);
                                        }
                                        set!(dst, value);
                                        attend!();
                                    }
                                },
                                Instr::SetItem { obj, index, val } => {
                                    let (Value::List(list), Value::Int(at)) = (&reg!(obj), &reg!(index)) else {
                                        if !matches!(&reg!(obj), Value::Dict(_)) {
                                            break 'slow;
                                        }
                                        let (key, value) = (operand!(index), operand!(val));
                                        out!(vm.set_item_of(&reg!(obj), key, value));
                                        consume!(obj);
                                        attend!();
                                        continue 'run;
                                    };
                                    let items: &mut Vec<Value> = &mut *list.items.as_ptr();
                                    let at = if *at < 0 { at.wrapping_add(items.len() as i64) } else { *at };
                                    if at as usize >= items.len() {
                                        slow!();
                                    }
                                    let value = operand!(val);
                                    let old = std::mem::replace(items.get_unchecked_mut(at as usize), value);
                                    consume!(obj);
                                    discard!(old);
                                }
                                Instr::ListAppend { list, val } => {
                                    let Value::List(list) = &reg!(list) else { break 'slow };
                                    let items: &mut Vec<Value> = &mut *list.items.as_ptr();
                                    if items.len() == items.capacity() {
                                        slow!();
                                    }
                                    let value = operand!(val);
                                    items.push(value);
                                }
                                Instr::UnpackSeq { src, first, count } => {
                                    let Value::Tuple(items) = &reg!(src) else { break 'slow };
                                    if items.len() != count as usize {
                                        slow!();
                                    }
                                    // The source may be one of the targets: it is kept until all are written.
                                    let items = items.to_ptr();
                                    consume!(src);
                                    for (index, item) in items.iter().enumerate() {
                                        set!(first.offset(index as u16), item.clone());
                                    }
                                }

                                Instr::Call { base: b, nargs } => {
                                    let slot = base.add(b.0 as usize);
                                    call!(slot, slot.add(1), nargs as usize);
                                }
                                Instr::CallMethod { base: b, nargs } => {
                                    let slot = base.add(b.0 as usize);
                                    let bound = usize::from(!(*slot.add(1)).is_undef());
                                    call!(slot, slot.add(2 - bound), nargs as usize + bound);
                                }
                                Instr::InvokeMethod { base: b, nargs, cache } => {
                                    let slot = base.add(b.0 as usize);
                                    let Value::Object(object) = &*slot.add(1) else {
                                        if let (Value::List(list), KIND_LIST_APPEND, 1) =
                                            (&*slot.add(1), cache!(cache).first.kind, nargs)
                                        {
                                            let items: &mut Vec<Value> = &mut *list.items.as_ptr();
                                            if items.len() < items.capacity() {
                                                let value = (*slot.add(2)).take();
                                                items.push(value);
                                                drop(std::mem::replace(&mut *slot, Value::None));
                                                let receiver = (*slot.add(1)).take();
                                                drop(receiver);
                                                poll!();
                                                continue 'run;
                                            }
                                        }
                                        if out!(vm.invoke_native(site!(cache), slot, nargs as usize)) {
                                            poll!();
                                            continue 'run;
                                        }
                                        slow!();
                                    };
                                    let cache = entry!(cache, object);
                                    if cache.kind != KIND_METHOD {
                                        slow!();
                                    }
                                    let Value::Func(func) = &cache.value else {
                                        out!(vm.invoke_own(&cache.value, slot, nargs as usize));
                                        poll!();
                                        continue 'run;
                                    };
                                    if func.simple_args.get() != u32::from(nargs) + 1 {
                                        break 'slow;
                                    }
                                    let func: *const Func = &**func;
                                    drop(std::mem::replace(&mut *slot, cache.value.clone()));
                                    let window = window!(slot.add(1), nargs as usize + 1);
                                    enter!(func, window, slot);
                                }
                                // The frame ends: its locals can be moved out of as well.
                                Instr::Return { src } => leave!(reg!(src).take()),
                                Instr::ReturnNone => leave!(Value::None),
                                Instr::Yield { kind: YieldKind::Plain, src, .. } => {
                                    let frame = &*vm.fp;
                                    if frame.extra.is_some() {
                                        break 'slow;
                                    }
                                    let return_to = frame.return_to;
                                    let value = operand!(src);
                                    let generator = &*frame.generator;
                                    generator.pc.set(pc);
                                    generator.state.set(GenState::Suspended);
                                    if (*code).handles {
                                        vm.leave_handled(generator);
                                    }
                                    vm.fp = vm.fp.sub(1);
                                    if return_to == ReturnTo::Native {
                                        return Ok(value);
                                    }
                                    reload!();
                                    match *pc.sub(1) {
                                        Instr::ForIter { dst, off, .. } => {
                                            set!(dst, value);
                                            pc = pc.offset(off as isize);
                                        }
                                        Instr::Send { value: into, .. } => set!(into, value),
                                        _ => drop(value),
                                    }
                                }
                                Instr::CopyFree { first } => {
                                    if let Some(closure) = &(*(*vm.fp).func).closure {
                                        for (index, cell) in closure.as_slice().iter().enumerate() {
                                            set!(first.offset(index as u16), cell.clone());
                                        }
                                    }
                                }
                                Instr::MakeCell { reg } => vm.make_cell(&mut reg!(reg)),
                                Instr::CompareI { op, dst, lhs, imm } => {
                                    let answer = match &reg!(lhs) {
                                        Value::Int(a) => compared(op, *a, i64::from(imm)),
                                        _ => break 'slow,
                                    };
                                    set!(dst, Value::bool(answer));
                                }
                                Instr::JumpIfTrueKeep { cond, off } => {
                                    if kept_truth!(cond) {
                                        jump!(off);
                                    } else {
                                        consume!(cond);
                                    }
                                }
                                Instr::JumpIfFalseKeep { cond, off } => {
                                    if kept_truth!(cond) {
                                        consume!(cond);
                                    } else {
                                        jump!(off);
                                    }
                                }
                                Instr::BuildTuple { dst, first, count } => {
                                    vm.build_tuple(base, dst, first, count, (*code).first_temp);
                                }
                                Instr::BuildList { dst, first, count } => {
                                    vm.build_list(base, dst, first, count, (*code).first_temp);
                                }
                                Instr::Contains { negate, dst, item, container } => {
                                    if let Value::Object(_) = &reg!(container) {
                                        break 'slow;
                                    }
                                    let answer = out!(vm.contains(&reg!(container), &reg!(item)));
                                    consume!(item);
                                    consume!(container);
                                    set!(dst, Value::bool(answer != negate));
                                    attend!();
                                }
                                Instr::JumpIn { when, item, container, off } => {
                                    if let Value::Object(_) = &reg!(container) {
                                        break 'slow;
                                    }
                                    let answer = out!(vm.contains(&reg!(container), &reg!(item)));
                                    consume!(item);
                                    consume!(container);
                                    if answer == when {
                                        jump!(off);
                                    }
                                    attend!();
                                }
                                Instr::GetSlice { dst, obj, first } => {
                                    let parts = [operand!(first), operand!(first.offset(1)), operand!(first.offset(2))];
                                    let value = out!(vm.get_slice(&reg!(obj), parts));
                                    if obj != dst {
                                        consume!(obj);
                                    }
                                    set!(dst, value);
                                    attend!();
                                }
                                Instr::SetSlice { obj, first, val } => {
                                    let parts = [operand!(first), operand!(first.offset(1)), operand!(first.offset(2))];
                                    let value = operand!(val);
                                    out!(vm.set_slice(&reg!(obj), parts, value));
                                    consume!(obj);
                                    attend!();
                                }
                                Instr::LoadSuper { method, base: b, cache } => {
                                    out!(vm.load_super(method, base.add(b.0 as usize), &mut *site!(cache)));
                                    attend!();
                                }

                                // All are named, so that the jump needs no test of the range.
                                Instr::ClearRange { .. }
                                | Instr::Yield { kind: YieldKind::AsyncValue, .. }
                                | Instr::DelLocal { .. }
                                | Instr::DelCell { .. }
                                | Instr::LoadClassCell { .. }
                                | Instr::DelGlobal { .. }
                                | Instr::DelName { .. }
                                | Instr::LoadFromDictOrGlobals { .. }
                                | Instr::LoadFromDictOrCell { .. }
                                | Instr::LoadLocals { .. }
                                | Instr::SetupAnnotations
                                | Instr::Pos { .. }
                                | Instr::Invert { .. }
                                | Instr::ForIterFar { .. }
                                | Instr::DelAttr { .. }
                                | Instr::DelItem { .. }
                                | Instr::BuildSlice { .. }
                                | Instr::CallKw { .. }
                                | Instr::CallMethodKw { .. }
                                | Instr::CallEx { .. }
                                | Instr::BuildSet { .. }
                                | Instr::BuildMap { .. }
                                | Instr::BuildString { .. }
                                | Instr::FormatValue { .. }
                                | Instr::ListExtend { .. }
                                | Instr::SetAdd { .. }
                                | Instr::SetUpdate { .. }
                                | Instr::MapAdd { .. }
                                | Instr::DictUpdate { .. }
                                | Instr::DictMerge { .. }
                                | Instr::UnpackEx { .. }
                                | Instr::MakeFunction { .. }
                                | Instr::LoadBuildClass { .. }
                                | Instr::Import { .. }
                                | Instr::ImportFrom { .. }
                                | Instr::GetAIter { .. }
                                | Instr::GetANext { .. }
                                | Instr::EndAsyncFor { .. }
                                | Instr::BeforeWith { .. }
                                | Instr::BeforeAsyncWith { .. }
                                | Instr::WithExcept { .. }
                                | Instr::PushExc { .. }
                                | Instr::PopExc { .. }
                                | Instr::JumpIfNotMatch { .. }
                                | Instr::MatchGroup { .. }
                                | Instr::Raise { .. }
                                | Instr::RaiseBare
                                | Instr::Reraise { .. }
                                | Instr::AssertFail { .. }
                                | Instr::MatchSequence { .. }
                                | Instr::MatchMapping { .. }
                                | Instr::MatchKeys { .. }
                                | Instr::MatchClass { .. }
                                | Instr::CopyWithoutKeys { .. }
                                | Instr::GetLen { .. }
                                | Instr::Intrinsic1 { .. }
                                | Instr::Intrinsic2 { .. } => break 'slow,
                            }
                            continue 'run;
                        }
                        // Off the hot path: the instruction in full.
                        (*vm.fp).pc = pc;
                        let done = *instr;
                        match step(vm, instr) {
                            Ok(None) => {
                                reload!();
                                if (*breaker).requested() == 0 {
                                    continue 'run;
                                }
                                vm.keep_lock = !is_preemption_point(done) && pc != (*code).entry;
                                break 'poll;
                            }
                            Ok(Some(value)) => return Ok(value),
                            Err(Raised(())) => cold_path(),
                        }
                    }
                    // An exception is on its way.
                    if !super::unwind::unwind(vm) {
                        return Err(Raised(()));
                    }
                }
                // Another frame may be on top: one that was entered.
                reload!();
                if (*breaker).requested() == 0 {
                    continue 'run;
                }
            }
            // Somebody asks for attention.
            (*vm.fp).pc = pc;
            if vm.on_break().is_err() {
                cold_path();
                if !super::unwind::unwind(vm) {
                    return Err(Raised(()));
                }
            }
            reload!();
        }
    }
}
