//! The operators of `deque`: items by index, sums, products, comparisons.

use super::deque::{clear, edit, extend, items, like, view};
use crate::builtins::sequence::{is_index, repeat_factor};
use crate::bytecode::CmpOp;
use crate::object::{Args, Known, Raised, Value, Vm};

/// The place that an index means.
pub(super) fn place(vm: &mut Vm, args: Args<'_>) -> Result<usize, Raised> {
    if !is_index(vm, &args[1]) {
        let found = vm.class_name(&args[1]);
        return Err(vm.type_error(format!("sequence index must be integer, not '{found}'")));
    }
    let at = vm.index_isize(&args[1])?;
    let len = view(vm, &args[0]).map_or(0, |deque| deque.items.len()) as isize;
    let at = if at < 0 { at + len } else { at };
    if (0..len).contains(&at) { Ok(at as usize) } else { Err(vm.raise(Known::IndexError, "deque index out of range")) }
}

pub(super) fn getitem(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let at = place(vm, args)?;
    Ok(view(vm, &args[0]).and_then(|deque| deque.items.get(at).cloned()).unwrap_or(Value::None))
}

pub(super) fn setitem(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let at = place(vm, args)?;
    let old = std::mem::replace(&mut edit(vm, &args[0])?.items[at], args[2].clone());
    drop(old);
    Ok(Value::None)
}

pub(super) fn delitem(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let at = place(vm, args)?;
    let deque = edit(vm, &args[0])?;
    deque.changes += 1;
    let removed = deque.items.remove(at);
    drop(removed);
    Ok(Value::None)
}

pub(super) fn add(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    if view(vm, &args[1]).is_none() {
        let found = vm.class_name(&args[1]);
        return Err(vm.type_error(format!("can only concatenate deque (not \"{found}\") to deque")));
    }
    let mut all = items(vm, &args[0]);
    all.extend(items(vm, &args[1]));
    like(vm, &args[0], all)
}

pub(super) fn iadd(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    extend(vm, args)?;
    Ok(args[0].clone())
}

pub(super) fn product(vm: &mut Vm, args: Args<'_>) -> Result<Vec<Value>, Raised> {
    let times = repeat_factor(vm, &args[1])?;
    let own = items(vm, &args[0]);
    crate::builtins::sequence::repeated(vm, &own, times)
}

pub(super) fn mul(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let items = product(vm, args)?;
    like(vm, &args[0], items)
}

pub(super) fn imul(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let items = product(vm, args)?;
    clear(vm, args)?;
    extend(vm, Args::new(&[args[0].clone(), Value::list(items)]))?;
    Ok(args[0].clone())
}

pub(super) fn compare(vm: &mut Vm, op: CmpOp, args: Args<'_>) -> Result<Value, Raised> {
    if view(vm, &args[1]).is_none() {
        return Ok(Value::NotImplemented);
    }
    let (ours, theirs) = (Value::list(items(vm, &args[0])), Value::list(items(vm, &args[1])));
    vm.compare(op, &ours, &theirs)
}
