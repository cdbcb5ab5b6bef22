//! The ordinary methods of `dict`.

use crate::builtins::receiver::receiver;
use crate::object::{Args, Dict, DictData, DictPart, Iter, IterState, Known, Probe, Ptr, Raised, Value, View, Vm};

pub(super) fn clear(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let dict = receiver::<Dict>(vm, &args[0])?;
    let old = dict.data.get_mut(&mut vm.gil).clear();
    drop(old);
    Ok(Value::None)
}

pub(super) fn copy(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let dict = receiver::<Dict>(vm, &args[0])?;
    Ok(Dict::from_data(dict.data.get(&vm.gil).clone()).into_value())
}

pub(super) fn get(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let found = match &args[0] {
        Value::Dict(dict) => vm.dict_get(dict, &args[1])?,
        object => {
            let dict = receiver::<Dict>(vm, object)?;
            vm.dict_get(&dict, &args[1])?
        }
    };
    Ok(found.unwrap_or_else(|| args.get(2).cloned().unwrap_or(Value::None)))
}

fn view(vm: &mut Vm, args: Args<'_>, part: DictPart) -> Result<Value, Raised> {
    let dict = receiver::<Dict>(vm, &args[0])?;
    Ok(View::new(dict, part).into_value())
}

pub(super) fn keys(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    view(vm, args, DictPart::Keys)
}

pub(super) fn values(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    view(vm, args, DictPart::Values)
}

pub(super) fn items(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    view(vm, args, DictPart::Items)
}

pub(super) fn pop(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let dict = receiver::<Dict>(vm, &args[0])?;
    if dict.data.get(&vm.gil).is_empty() {
        // An empty dict does not look at the key's hash.
        return args.get(2).cloned().ok_or_else(|| vm.key_error(&args[1]));
    }
    match vm.dict_remove(&dict, &args[1])? {
        Some(value) => Ok(value),
        None => args.get(2).cloned().ok_or_else(|| vm.key_error(&args[1])),
    }
}

pub(super) fn popitem(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let dict = receiver::<Dict>(vm, &args[0])?;
    let data = dict.data.get_mut(&mut vm.gil);
    let Some(last) = data.previous_entry(data.slots()).map(|(at, _)| at) else {
        return Err(vm.raise(Known::KeyError, "popitem(): dictionary is empty"));
    };
    let (key, value) = data.remove_last(last);
    Ok(Value::tuple(vec![key, value]))
}

pub(super) fn setdefault(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let dict = receiver::<Dict>(vm, &args[0])?;
    let key = &args[1];
    let default = args.get(2).cloned().unwrap_or(Value::None);
    let hash = vm.hash(key)?;
    let data = dict.data.get_mut(&mut vm.gil);
    match data.probe(hash, key) {
        Probe::Found(at) => Ok(data.entry(at).map_or(Value::None, |entry| entry.value.clone())),
        Probe::Missing => {
            vm.dict_push(&dict, hash, key.clone(), default.clone())?;
            Ok(default)
        }
        Probe::Ask => match vm.dict_find(&dict, hash, key)? {
            Some(at) => Ok(dict.data.get(&vm.gil).entry(at).map_or(Value::None, |entry| entry.value.clone())),
            None => {
                vm.dict_push(&dict, hash, key.clone(), default.clone())?;
                Ok(default)
            }
        },
    }
}

/// What `dict(...)` and `dict.update(...)` do with their arguments, `args[0]` being the receiver.
pub(super) fn update_from(vm: &mut Vm, dict: &Ptr<Dict>, name: &str, args: Args<'_>) -> Result<(), Raised> {
    match args.positional() {
        [_] => {}
        [_, other] => vm.dict_update(dict, other)?,
        more => {
            let given = more.len() - 1;
            return Err(vm.type_error(format!("{name} expected at most 1 argument, got {given}")));
        }
    }
    for (key, value) in args.keywords() {
        vm.dict_set(dict, key.clone(), value.clone())?;
    }
    Ok(())
}

pub(super) fn update(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let dict = receiver::<Dict>(vm, &args[0])?;
    update_from(vm, &dict, "update", args)?;
    Ok(Value::None)
}

pub(super) fn fromkeys(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let default = args.get(2).cloned().unwrap_or(Value::None);
    let made = match &args[0] {
        Value::Class(class) if class.known == Some(Known::Dict) => {
            let room = match &args[1] {
                Value::Tuple(items) => items.len(),
                Value::List(list) => list.items.get(&vm.gil).len(),
                _ => 0,
            };
            Dict::from_data(DictData::with_capacity(room)).into_value()
        }
        class => vm.call(class, &[])?,
    };
    match &made {
        Value::Dict(dict) => vm.for_each(&args[1], |vm, key| vm.dict_set(dict, key, default.clone()).map(|()| true))?,
        object => vm.for_each(&args[1], |vm, key| vm.setitem(object, key, default.clone()).map(|()| true))?,
    }
    Ok(made)
}

/// An iterator over a part of a dict, the last entry first.
pub(super) fn reverse_iterator(vm: &mut Vm, dict: Ptr<Dict>, part: DictPart) -> Value {
    let data = dict.data.get(&vm.gil);
    let (index, used) = (data.slots(), data.len());
    Iter::new(IterState::Dict { dict, part, index, used, left: used, reversed: true }).into_value()
}

pub(super) fn reversed(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let dict = receiver::<Dict>(vm, &args[0])?;
    Ok(reverse_iterator(vm, dict, DictPart::Keys))
}

/// What CPython would need for a dict of this many entries.
pub(super) fn sizeof(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let dict = receiver::<Dict>(vm, &args[0])?;
    let len = dict.data.get(&vm.gil).len();
    if len == 0 {
        return Ok(Value::Int(48));
    }
    let places = (len * 3 / 2 + 1).next_power_of_two().max(8);
    let index_width = if places <= 0x80 {
        1
    } else if places <= 0x8000 {
        2
    } else {
        4
    };
    Ok((48 + 32 + places * index_width + places * 2 / 3 * 24).into())
}
