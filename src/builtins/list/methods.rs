//! The ordinary methods of `list`.

use crate::builtins::receiver::receiver;
use crate::builtins::sequence::search_bound;
use crate::object::room::make_room;
use crate::object::{Args, Iter, IterState, Known, List, Raised, Value, Vm};

pub(super) fn append(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let item = args[1].clone();
    if let Value::List(list) = &args[0] {
        vm.list_push(list, item)?;
    } else {
        let list = receiver::<List>(vm, &args[0])?;
        vm.list_push(&list, item)?;
    }
    Ok(Value::None)
}

pub(super) fn clear(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let list = receiver::<List>(vm, &args[0])?;
    drop(list.items.take(&mut vm.gil));
    Ok(Value::None)
}

pub(super) fn copy(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let list = receiver::<List>(vm, &args[0])?;
    vm.expect_room_for::<Value>(list.items.get(&vm.gil).len())?;
    Ok(Value::list(list.items.get(&vm.gil).clone()))
}

pub(super) fn count(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let list = receiver::<List>(vm, &args[0])?;
    let (mut index, mut found) = (0, 0_i64);
    while let Some(item) = list.items.get(&vm.gil).get(index).cloned() {
        found += i64::from(vm.same_or_equal(&item, &args[1])?);
        index += 1;
    }
    Ok(Value::Int(found))
}

pub(super) fn extend(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let list = receiver::<List>(vm, &args[0])?;
    match &args[1] {
        Value::List(_) | Value::Tuple(_) | Value::Dict(_) | Value::Set(_) | Value::Range(_) => {
            let items = vm.collect(&args[1])?;
            vm.list_extend(&list, items)?;
        }
        // The list grows as the items come, which the iterator may see.
        iterable => vm.for_each(iterable, |vm, item| vm.list_push(&list, item).map(|()| true))?,
    }
    Ok(Value::None)
}

pub(super) fn index(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let list = receiver::<List>(vm, &args[0])?;
    let len = list.items.get(&vm.gil).len();
    let mut at = search_bound(vm, args.get(2), 0, len)?;
    let stop = search_bound(vm, args.get(3), usize::MAX, len)?;
    while at < stop {
        let Some(item) = list.items.get(&vm.gil).get(at).cloned() else { break };
        if vm.same_or_equal(&item, &args[1])? {
            return Ok(at.into());
        }
        at += 1;
    }
    let shown = vm.repr(&args[1])?;
    Err(vm.value_error(format!("{} is not in list", shown.as_str())))
}

pub(super) fn insert(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let list = receiver::<List>(vm, &args[0])?;
    let at = vm.expect_isize(&args[1])?;
    let items = list.items.get_mut(&mut vm.gil);
    if make_room(items, 1).is_err() {
        return Err(vm.memory_error());
    }
    let len = items.len() as isize;
    let at = if at < 0 { (at + len).max(0) } else { at.min(len) };
    items.insert(at as usize, args[2].clone());
    Ok(Value::None)
}

pub(super) fn pop(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let list = receiver::<List>(vm, &args[0])?;
    let at = match args.get(1) {
        Some(at) => vm.expect_isize(at)?,
        None => -1,
    };
    let items = list.items.get_mut(&mut vm.gil);
    let len = items.len() as isize;
    let at = if at < 0 { at + len } else { at };
    if at == len - 1 && len > 0 {
        return Ok(items.pop().unwrap_or(Value::None));
    }
    if (0..len).contains(&at) {
        return Ok(items.remove(at as usize));
    }
    let message = if len == 0 { "pop from empty list" } else { "pop index out of range" };
    Err(vm.raise(Known::IndexError, message))
}

pub(super) fn remove(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let list = receiver::<List>(vm, &args[0])?;
    let mut at = 0;
    while let Some(item) = list.items.get(&vm.gil).get(at).cloned() {
        if vm.same_or_equal(&item, &args[1])? {
            let items = list.items.get_mut(&mut vm.gil);
            let removed = (at < items.len()).then(|| items.remove(at));
            drop(removed);
            return Ok(Value::None);
        }
        at += 1;
    }
    Err(vm.value_error("list.remove(x): x not in list"))
}

pub(super) fn reverse(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let list = receiver::<List>(vm, &args[0])?;
    list.items.get_mut(&mut vm.gil).reverse();
    Ok(Value::None)
}

pub(super) fn reversed(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let list = receiver::<List>(vm, &args[0])?;
    let index = list.items.get(&vm.gil).len();
    Ok(Iter::new(IterState::ListReversed { list, index }).into_value())
}

/// What CPython would need: a header and a pointer for each place.
pub(super) fn sizeof(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let list = receiver::<List>(vm, &args[0])?;
    Ok((40 + 8 * list.items.get(&vm.gil).len()).into())
}
