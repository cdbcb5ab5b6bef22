//! Operators whose method is a script function.
//!
//! The method gets a frame in the loop that runs, as a call does; the operator's registers stay as they are. When the
//! frame is left, [`answered`] does with its result what the instruction is for. What other methods do is done in place.

use super::{At, jump};
use crate::bytecode::{BinOp, CmpOp, Instr, Reg};
use crate::object::vm::ReturnTo;
use crate::object::{CacheSlot, ClassFlags, Name, Raised, Value, Vm};

/// What an instruction asks of its operands.
enum Question {
    Binary(BinOp),
    Inplace(BinOp),
    Compare(CmpOp),
    Contains,
    Truth,
    Next,
}

/// The right operand.
#[derive(Clone, Copy)]
enum Right {
    Register(Reg),
    Int(i16),
    None,
}

/// What is done with the answer.
enum Then {
    /// It becomes the value of a register.
    Set(Reg),
    /// Its truth value, or the opposite, becomes that of a register.
    SetTruth { dst: Reg, negate: bool },
    /// Jumps if its truth value is `when`; `keep`: the left operand is kept for the target.
    Jump { when: bool, off: i32, keep: bool },
}

/// The parts of an instruction that asks its operands.
struct Operation {
    question: Question,
    lhs: Reg,
    rhs: Right,
    then: Then,
}

impl Operation {
    /// The parts of an instruction; None if it asks no method.
    #[inline(always)]
    fn of(instr: &Instr) -> Option<Operation> {
        use Question::{Binary, Compare, Contains, Inplace, Next, Truth};
        use Right::{Int, Register};
        let new = |question, lhs, rhs, then| Operation { question, lhs, rhs, then };
        let to = |when, off: i16| Then::Jump { when, off: off.into(), keep: false };
        let far = |when, off: i32, keep| Then::Jump { when, off, keep };
        Some(match *instr {
            Instr::Add { dst, lhs, rhs } => new(Binary(BinOp::Add), lhs, Register(rhs), Then::Set(dst)),
            Instr::Sub { dst, lhs, rhs } => new(Binary(BinOp::Sub), lhs, Register(rhs), Then::Set(dst)),
            Instr::Mul { dst, lhs, rhs } => new(Binary(BinOp::Mul), lhs, Register(rhs), Then::Set(dst)),
            Instr::TrueDiv { dst, lhs, rhs } => new(Binary(BinOp::TrueDiv), lhs, Register(rhs), Then::Set(dst)),
            Instr::FloorDiv { dst, lhs, rhs } => new(Binary(BinOp::FloorDiv), lhs, Register(rhs), Then::Set(dst)),
            Instr::Mod { dst, lhs, rhs } => new(Binary(BinOp::Mod), lhs, Register(rhs), Then::Set(dst)),
            Instr::Binary { op, dst, lhs, rhs } => new(Binary(op), lhs, Register(rhs), Then::Set(dst)),
            Instr::AddI { dst, lhs, imm } => new(Binary(BinOp::Add), lhs, Int(imm), Then::Set(dst)),
            Instr::SubI { dst, lhs, imm } => new(Binary(BinOp::Sub), lhs, Int(imm), Then::Set(dst)),
            Instr::BinaryI { op, dst, lhs, imm } => new(Binary(op), lhs, Int(imm), Then::Set(dst)),
            Instr::Inplace { op, dst, lhs, rhs } => new(Inplace(op), lhs, Register(rhs), Then::Set(dst)),
            Instr::InplaceI { op, dst, lhs, imm } => new(Inplace(op), lhs, Int(imm), Then::Set(dst)),
            Instr::Compare { op, dst, lhs, rhs } => new(Compare(op), lhs, Register(rhs), Then::Set(dst)),
            Instr::CompareI { op, dst, lhs, imm } => new(Compare(op), lhs, Int(imm), Then::Set(dst)),
            Instr::JumpLt { when, lhs, rhs, off } => new(Compare(CmpOp::Lt), lhs, Register(rhs), to(when, off)),
            Instr::JumpLe { when, lhs, rhs, off } => new(Compare(CmpOp::Le), lhs, Register(rhs), to(when, off)),
            Instr::JumpGt { when, lhs, rhs, off } => new(Compare(CmpOp::Gt), lhs, Register(rhs), to(when, off)),
            Instr::JumpGe { when, lhs, rhs, off } => new(Compare(CmpOp::Ge), lhs, Register(rhs), to(when, off)),
            Instr::JumpEq { when, lhs, rhs, off } => new(Compare(CmpOp::Eq), lhs, Register(rhs), to(when, off)),
            Instr::JumpNe { when, lhs, rhs, off } => new(Compare(CmpOp::Ne), lhs, Register(rhs), to(when, off)),
            Instr::JumpLtI { when, lhs, imm, off } => new(Compare(CmpOp::Lt), lhs, Int(imm), to(when, off)),
            Instr::JumpLeI { when, lhs, imm, off } => new(Compare(CmpOp::Le), lhs, Int(imm), to(when, off)),
            Instr::JumpGtI { when, lhs, imm, off } => new(Compare(CmpOp::Gt), lhs, Int(imm), to(when, off)),
            Instr::JumpGeI { when, lhs, imm, off } => new(Compare(CmpOp::Ge), lhs, Int(imm), to(when, off)),
            Instr::JumpEqI { when, lhs, imm, off } => new(Compare(CmpOp::Eq), lhs, Int(imm), to(when, off)),
            Instr::JumpNeI { when, lhs, imm, off } => new(Compare(CmpOp::Ne), lhs, Int(imm), to(when, off)),
            Instr::Contains { negate, dst, item, container } => {
                new(Contains, container, Register(item), Then::SetTruth { dst, negate })
            }
            Instr::JumpIn { when, item, container, off } => new(Contains, container, Register(item), to(when, off)),
            Instr::Not { dst, src } => new(Truth, src, Right::None, Then::SetTruth { dst, negate: true }),
            Instr::JumpIfTrue { cond, off } => new(Truth, cond, Right::None, far(true, off, false)),
            Instr::JumpIfFalse { cond, off } => new(Truth, cond, Right::None, far(false, off, false)),
            Instr::JumpIfTrueKeep { cond, off } => new(Truth, cond, Right::None, far(true, off, true)),
            Instr::JumpIfFalseKeep { cond, off } => new(Truth, cond, Right::None, far(false, off, true)),
            Instr::ForIter { iter, dst, .. } => new(Next, iter, Right::None, Then::Set(dst)),
            _ => return None,
        })
    }
}

impl Right {
    /// The operand as a value of one's own.
    unsafe fn value(self, at: At) -> Value {
        match self {
            // SAFETY: the caller vouches for the operand.
            Right::Register(reg) => unsafe { at.get(reg).clone() },
            Right::Int(imm) => Value::Int(imm.into()),
            Right::None => Value::Undef,
        }
    }
}

/// Enters the script method that answers an instruction; false if another kind of method does, or none.
///
/// # Safety
///
/// As for [`step`](super::step).
pub(super) unsafe fn enter(vm: &mut Vm, at: At, instr: &Instr) -> Result<bool, Raised> {
    // SAFETY: the caller vouches that the operands are the running frame's. What is asked of the classes runs no script.
    unsafe {
        let Some(operation) = Operation::of(instr) else { return Ok(false) };
        let lhs = at.get(operation.lhs);
        let right_object = matches!(operation.rhs, Right::Register(rhs) if matches!(at.get(rhs), Value::Object(_)));
        if !matches!(lhs, Value::Object(_)) && !right_object {
            return Ok(false);
        }
        let number;
        let rhs = match operation.rhs {
            Right::Register(rhs) => at.get(rhs),
            Right::Int(imm) => {
                number = Value::Int(imm.into());
                &number
            }
            Right::None => &Value::Undef,
        };
        let found = match operation.question {
            Question::Binary(op) => vm.binary_function(op, lhs, rhs, false),
            Question::Inplace(op) => vm.binary_function(op, lhs, rhs, true),
            Question::Compare(op) => vm.comparison_function(op, lhs, rhs),
            Question::Contains => vm.function_of(lhs, Name::__contains__, 2).map(|func| (func, ReturnTo::Operator)),
            Question::Truth => vm.function_of(lhs, Name::__bool__, 1).map(|func| (func, ReturnTo::Operator)),
            Question::Next => vm.function_of(lhs, Name::__next__, 1).map(|func| (func, ReturnTo::Next)),
        };
        let Some((func, return_to)) = found else { return Ok(false) };
        let null = std::ptr::null_mut();
        if let Right::None = operation.rhs {
            vm.enter_function_with(&func, [lhs.clone()], null, return_to)?;
        } else {
            let reflected = return_to == ReturnTo::Reflected;
            let (first, second) = if reflected { (rhs, lhs) } else { (lhs, rhs) };
            vm.enter_function_with(&func, [first.clone(), second.clone()], null, return_to)?;
        }
        Ok(true)
    }
}

/// Goes on in the frame whose instruction entered a method: the method has returned `value`.
///
/// # Errors
///
/// What the methods that are asked next raise, or TypeError if none knows the answer.
///
/// # Safety
///
/// The running frame's last instruction has entered a method by [`enter`], which was left as `return_to` says.
#[inline(never)]
pub(in crate::vm) unsafe fn answered(vm: &mut Vm, return_to: ReturnTo, value: Value) -> Result<(), Raised> {
    // SAFETY: a frame runs, and the instruction before its `pc` is of its verified code.
    unsafe {
        let at = At { base: (*vm.fp).base, code: (*vm.fp).code };
        let instr = &*(*vm.fp).pc.sub(1);
        let Some(Operation { question, lhs, rhs, then }) = Operation::of(instr) else { return Ok(()) };
        if matches!(question, Question::Next) {
            if let Instr::ForIter { dst, off, .. } = *instr {
                at.set(dst, value);
                jump(vm, off.into());
            }
            return Ok(());
        }
        let value = if matches!(value, Value::NotImplemented) {
            let (left, right) = (at.get(lhs).clone(), rhs.value(at));
            match question {
                Question::Binary(op) => vm.binary_after(op, &left, &right, return_to, false)?,
                Question::Inplace(op) => vm.binary_after(op, &left, &right, return_to, true)?,
                Question::Compare(op) => vm.compare_after(op, &left, &right, return_to)?,
                _ => value,
            }
        } else {
            value
        };
        let truth = match (&question, &then) {
            (Question::Truth, _) => vm.truth_answer(&value)?,
            (_, Then::Set(_)) => false,
            _ => vm.truth(&value)?,
        };
        let kept = match then {
            Then::Set(dst) | Then::SetTruth { dst, .. } => lhs == dst,
            Then::Jump { when, keep, .. } => keep && truth == when,
        };
        if let Right::Register(rhs) = rhs {
            at.consume(rhs);
        }
        if !kept {
            at.consume(lhs);
        }
        match then {
            Then::Set(dst) => at.set(dst, value),
            Then::SetTruth { dst, negate } => at.set(dst, Value::bool(truth != negate)),
            Then::Jump { when, off, .. } if truth == when => jump(vm, off),
            Then::Jump { .. } => {}
        }
    }
    Ok(())
}

/// Enters the script method that stores an item, or deletes it without a value; gives the operands back if there is none.
///
/// # Safety
///
/// As for [`step`](super::step).
pub(super) unsafe fn enter_store(
    vm: &mut Vm,
    object: Value,
    key: Value,
    value: Option<Value>,
) -> Result<Option<(Value, Value, Option<Value>)>, Raised> {
    if !matches!(object, Value::Object(_)) {
        return Ok(Some((object, key, value)));
    }
    let (name, count) = if value.is_some() { (Name::__setitem__, 3) } else { (Name::__delitem__, 2) };
    let Some(func) = vm.function_of(&object, name, count) else { return Ok(Some((object, key, value))) };
    // SAFETY: the result of the method is dropped.
    unsafe {
        let null = std::ptr::null_mut();
        match value {
            Some(value) => vm.enter_function_with(&func, [object, key, value], null, ReturnTo::Nothing)?,
            None => vm.enter_function_with(&func, [object, key], null, ReturnTo::Nothing)?,
        }
    }
    Ok(None)
}

/// Enters the script function that an assignment to an attribute calls: `__setattr__`, the setter of a property, or the
/// `__set__` of another descriptor. False if there is none.
///
/// # Safety
///
/// As for [`step`](super::step).
pub(super) unsafe fn enter_setter(
    vm: &mut Vm,
    site: &CacheSlot,
    object: &Value,
    value: &Value,
) -> Result<bool, Raised> {
    let Value::Object(instance) = object else { return Ok(false) };
    let name = &vm.cache_site_name(site);
    let class = instance.class.get(&vm.gil).clone();
    let null = std::ptr::null_mut();
    // SAFETY: the results of the functions are dropped.
    unsafe {
        if class.flags(&vm.gil).has(ClassFlags::HAS_SETATTR) {
            let Some(func) = vm.function_of(object, Name::__setattr__, 3) else { return Ok(false) };
            let args = [object.clone(), name.to_value(), value.clone()];
            vm.enter_function_with(&func, args, null, ReturnTo::Nothing)?;
            return Ok(true);
        }
        match &vm.lookup(&class, name) {
            Some(Value::Property(property)) => {
                let Value::Func(setter) = property.set.get(&vm.gil) else { return Ok(false) };
                if setter.simple_args.get() != 2 {
                    return Ok(false);
                }
                let setter = setter.to_ptr();
                vm.enter_function_with(&setter, [object.clone(), value.clone()], null, ReturnTo::Nothing)?;
                Ok(true)
            }
            Some(descriptor @ Value::Object(_)) if vm.is_data_descriptor(descriptor) => {
                let Some(func) = vm.function_of(descriptor, Name::__set__, 3) else { return Ok(false) };
                let args = [descriptor.clone(), object.clone(), value.clone()];
                vm.enter_function_with(&func, args, null, ReturnTo::Nothing)?;
                Ok(true)
            }
            _ => Ok(false),
        }
    }
}
