//! `iter`, `next`, `aiter`, `anext`.

use super::objects::is_callable;
use crate::builtins::iterators::stop_iteration;
use crate::object::{Args, Iter, IterState, Known, Name, Raised, Value, Vm};

pub(super) fn iter(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let Some(sentinel) = args.get(1) else { return vm.iter(&args[0]) };
    if !is_callable(vm, &args[0]) {
        return Err(vm.type_error("iter(v, w): v must be callable"));
    }
    let state = IterState::Callable { callable: args[0].clone(), sentinel: sentinel.clone() };
    Ok(Iter::new(state).into_value())
}

/// `next(iterator[, default])`. A generator's return value stays in the StopIteration.
pub(super) fn next(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let iterator = &args[0];
    let default = args.get(1);
    let native =
        matches!(iterator, Value::Iter(_)) || matches!(iterator, Value::Foreign(object) if object.next.is_some());
    if native || (default.is_some() && matches!(iterator, Value::Gen(_))) {
        return match (vm.next(iterator)?, default) {
            (Some(item), _) => Ok(item),
            (None, Some(default)) => Ok(default.clone()),
            (None, None) => Err(stop_iteration(vm)),
        };
    }
    match vm.call_special(iterator, Name::__next__, &[]) {
        Ok(Some(item)) => Ok(item),
        Ok(None) => {
            let found = vm.class_name(iterator);
            Err(vm.type_error(format!("'{found}' object is not an iterator")))
        }
        Err(raised) => match default {
            Some(default) => vm.catch(raised, Known::StopIteration).map(|_| default.clone()),
            None => Err(raised),
        },
    }
}

pub(super) fn aiter(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let Some(iterator) = vm.call_special(&args[0], Name::__aiter__, &[])? else {
        let found = vm.class_name(&args[0]);
        return Err(vm.type_error(format!("'{found}' object is not an async iterable")));
    };
    let class = vm.class_of(&iterator);
    if vm.lookup_name(&class, Name::__anext__).is_none() {
        let found = vm.class_name(&iterator);
        return Err(vm.type_error(format!("aiter() returned not an async iterator of type '{found}'")));
    }
    Ok(iterator)
}

pub(super) fn anext(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let Some(awaitable) = vm.call_special(&args[0], Name::__anext__, &[])? else {
        let found = vm.class_name(&args[0]);
        return Err(vm.type_error(format!("'{found}' object is not an async iterator")));
    };
    match args.get(1) {
        None => Ok(awaitable),
        Some(default) => Ok(vm.anext_or(awaitable, default.clone())),
    }
}
