//! `OrderedDict.__init__` and `update`, which set each item as a script would: a subclass's `__setitem__` is asked.

use crate::object::{Args, Known, Raised, Value, Vm};

pub(super) fn init(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let given = args.positional().len() - 1;
    if given > 1 {
        return Err(vm.type_error(format!("expected at most 1 arguments, got {given}")));
    }
    take_all(vm, args)
}

pub(super) fn update(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let given = args.positional().len() - 1;
    if given > 1 {
        return Err(vm.type_error(format!("update() takes at most 1 positional argument ({given} given)")));
    }
    take_all(vm, args)
}

fn take_all(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    if let Some(source) = args.positional().get(1) {
        take(vm, &args[0], source)?;
    }
    for (key, value) in args.keywords() {
        vm.setitem(&args[0], key.clone(), value.clone())?;
    }
    Ok(Value::None)
}

fn take(vm: &mut Vm, target: &Value, source: &Value) -> Result<(), Raised> {
    if !matches!(source, Value::Dict(_)) {
        let keys = vm.intern("keys");
        if let Some(keys) = vm.getattr_opt(source, &keys)? {
            let keys = vm.call(&keys, &[])?;
            return vm.for_each(&keys, |vm, key| {
                let value = vm.getitem(source, &key)?;
                vm.setitem(target, key, value)?;
                Ok(true)
            });
        }
    }
    let items = vm.intern("items");
    let pairs = match vm.getattr_opt(source, &items)? {
        Some(items) => vm.call(&items, &[])?,
        None => source.clone(),
    };
    vm.for_each(&pairs, |vm, pair| {
        let (key, value) = two_of(vm, &pair)?;
        vm.setitem(target, key, value)?;
        Ok(true)
    })
}

/// The two items of a pair.
fn two_of(vm: &mut Vm, pair: &Value) -> Result<(Value, Value), Raised> {
    let iterator = vm.iter(pair)?;
    let mut found = [const { None }; 2];
    for (count, place) in found.iter_mut().enumerate() {
        *place = vm.next(&iterator)?;
        if place.is_none() {
            let noun = if count == 1 { "value" } else { "values" };
            return Err(vm.raise(Known::ValueError, format!("need more than {count} {noun} to unpack")));
        }
    }
    match found {
        [Some(key), Some(value)] if vm.next(&iterator)?.is_none() => Ok((key, value)),
        _ => Err(vm.raise(Known::ValueError, "too many values to unpack (expected 2)")),
    }
}
