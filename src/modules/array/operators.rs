//! The operators of arrays.

use super::{data, extend_with, make, resizable, values};
use crate::builtins::memoryview::ArrayData;
use crate::builtins::sequence::repeat_factor;
use crate::bytecode::CmpOp;
use crate::object::{Args, Raised, Value, Vm};

/// The content of another array of the same type.
pub(super) fn same_kind(vm: &mut Vm, value: &Value, code: u8) -> Result<Vec<u8>, Raised> {
    let found = match value {
        Value::Foreign(object) => object.get::<ArrayData>(&vm.gil).map(|array| (array.bytes.clone(), array.format)),
        _ => None,
    };
    match found {
        Some((bytes, other)) if other == code => Ok(bytes.data.get(&vm.gil).clone()),
        Some(_) => Err(vm.type_error("bad argument type for built-in operation")),
        None => {
            let found = vm.class_name(value);
            Err(vm.type_error(format!("can only append array (not \"{found}\") to array")))
        }
    }
}

pub(super) fn add(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let (bytes, code) = data(vm, &args[0])?;
    let more = same_kind(vm, &args[1], code)?;
    let sum = [bytes.data.get(&vm.gil).as_slice(), &more].concat();
    Ok(make(vm, code, sum))
}

pub(super) fn iadd(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let is_array = matches!(&args[1], Value::Foreign(object) if object.get::<ArrayData>(&vm.gil).is_some());
    if !is_array {
        let found = vm.class_name(&args[1]);
        return Err(vm.type_error(format!("can only extend with array (not \"{found}\")")));
    }
    extend_with(vm, &args[0], &args[1])?;
    Ok(args[0].clone())
}

pub(super) fn repeated(vm: &mut Vm, array: &Value, factor: &Value) -> Result<Vec<u8>, Raised> {
    let times = repeat_factor(vm, factor)?;
    let (bytes, _) = data(vm, array)?;
    let content = bytes.data.get(&vm.gil).clone();
    let mut out = Vec::new();
    let fits = content
        .len()
        .checked_mul(times)
        .is_some_and(|total| total < isize::MAX as usize && out.try_reserve_exact(total).is_ok());
    if !fits {
        return Err(vm.memory_error());
    }
    if !content.is_empty() {
        (0..times).for_each(|_| out.extend_from_slice(&content));
    }
    Ok(out)
}

pub(super) fn mul(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let (_, code) = data(vm, &args[0])?;
    let out = repeated(vm, &args[0], &args[1])?;
    Ok(make(vm, code, out))
}

pub(super) fn imul(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let out = repeated(vm, &args[0], &args[1])?;
    resizable(vm, &args[0])?.0.data.set(&mut vm.gil, out);
    Ok(args[0].clone())
}

pub(super) fn compare(vm: &mut Vm, op: CmpOp, args: Args<'_>) -> Result<Value, Raised> {
    let is_array = matches!(&args[1], Value::Foreign(object) if object.get::<ArrayData>(&vm.gil).is_some());
    if !is_array {
        return Ok(Value::NotImplemented);
    }
    let (left, right) = (values(vm, &args[0])?, values(vm, &args[1])?);
    // Items are made anew, so that none is the same object: nan differs from itself.
    for (a, b) in left.iter().zip(&right) {
        if !vm.compare_bool(CmpOp::Eq, a, b)? {
            return match op {
                CmpOp::Eq => Ok(Value::bool(false)),
                CmpOp::Ne => Ok(Value::bool(true)),
                _ => vm.compare(op, a, b),
            };
        }
    }
    vm.compare(op, &left.len().into(), &right.len().into())
}
