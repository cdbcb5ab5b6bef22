//! `_count_elements`, the inner loop of `Counter`.

use crate::builtins::native;
use crate::bytecode::BinOp;
use crate::object::{Args, Arity, Known, Name, NativeDef, Probe, Raised, Value, Vm};

pub(super) const FUNCTIONS: &[NativeDef] =
    &[native("_count_elements", Arity::Exact(2), count_elements, "Raise the count of each item in a mapping")];

/// Whether reading and writing items of the mapping is `dict`'s own doing.
fn is_plain(vm: &mut Vm, mapping: &Value) -> bool {
    let (class, dict) = (vm.class_of(mapping), vm.known(Known::Dict));
    let get = vm.intern("get");
    let same_get = match (vm.lookup(&class, &get), vm.lookup(&dict, &get)) {
        (Some(own), Some(plain)) => own.is(&plain),
        _ => false,
    };
    let set = Name::__setitem__;
    let same_set = match (vm.lookup_name(&class, set), vm.lookup_name(&dict, set)) {
        (Some(own), Some(plain)) => own.is(&plain),
        _ => false,
    };
    same_get && same_set
}

fn count_elements(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let mapping = &args[0];
    let dict = match vm.unwrap(mapping) {
        Value::Dict(dict) => Some(dict.to_ptr()),
        _ => None,
    };
    match dict {
        Some(dict) if is_plain(vm, mapping) => vm.for_each(&args[1], |vm, item| {
            let hash = vm.hash(&item)?;
            let data = dict.data.get_mut(&mut vm.gil);
            match data.probe(hash, &item) {
                Probe::Missing => {
                    vm.dict_push(&dict, hash, item, Value::Int(1))?;
                    return Ok(true);
                }
                Probe::Found(at) => {
                    if let Value::Int(count) = data.value_mut(at)
                        && let Some(more) = count.checked_add(1)
                    {
                        *count = more;
                        return Ok(true);
                    }
                }
                Probe::Ask => {}
            }
            let old = vm.dict_get(&dict, &item)?.unwrap_or(Value::Int(0));
            let new = vm.binary(BinOp::Add, &old, &Value::Int(1))?;
            vm.dict_set(&dict, item, new)?;
            Ok(true)
        })?,
        _ => vm.for_each(&args[1], |vm, item| {
            let old = vm.call_method_str(mapping, "get", &[item.clone(), Value::Int(0)])?;
            let new = vm.binary(BinOp::Add, &old, &Value::Int(1))?;
            vm.setitem(mapping, item, new)?;
            Ok(true)
        })?,
    }
    Ok(Value::None)
}
