//! The special methods of `dict`.

use crate::builtins::receiver::receiver;
use crate::object::{Args, Dict, Name, Ptr, Raised, Value, Vm};

/// `dict.__new__`: an empty dict; `__init__` fills it.
pub(super) fn new(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let class = vm.expect_class(&args[0])?;
    Ok(vm.wrap_builtin(&class, Dict::new().into_value()))
}

/// `dict.__init__(mapping_or_pairs=(), /, **keywords)`.
pub(super) fn init(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let dict = receiver::<Dict>(vm, &args[0])?;
    super::methods::update_from(vm, &dict, "dict", args)?;
    Ok(Value::None)
}

/// What `dict[key]` does when the key is missing: `__missing__` of a subclass, or KeyError.
pub(crate) fn missing_or_key_error(vm: &mut Vm, object: &Value, key: &Value) -> Result<Value, Raised> {
    if matches!(object, Value::Object(_)) {
        if let Some(value) = vm.call_special(object, Name::__missing__, std::slice::from_ref(key))? {
            return Ok(value);
        }
    }
    Err(vm.key_error(key))
}

/// `dict[key]`.
pub(super) fn getitem(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let dict = receiver::<Dict>(vm, &args[0])?;
    match vm.dict_get(&dict, &args[1])? {
        Some(value) => Ok(value),
        None => missing_or_key_error(vm, &args[0], &args[1]),
    }
}

/// `dict.__repr__`.
pub(super) fn repr(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let dict = receiver::<Dict>(vm, &args[0])?;
    if dict.data.get(&vm.gil).is_empty() {
        return Ok(Value::str("{}"));
    }
    if !vm.enter_repr(&args[0])? {
        return Ok(Value::str("{...}"));
    }
    let text = items_text(vm, &dict);
    vm.leave_repr(&args[0]);
    Ok(text?.into())
}

fn items_text(vm: &mut Vm, dict: &Ptr<Dict>) -> Result<String, Raised> {
    let mut text = String::from("{");
    let mut index = 0;
    while let Some((at, entry)) = dict.data.get(&vm.gil).next_entry(index) {
        let (key, value) = (entry.key.clone(), entry.value.clone());
        if text.len() > 1 {
            text.push_str(", ");
        }
        text.push_str(vm.repr(&key)?.as_str());
        text.push_str(": ");
        text.push_str(vm.repr(&value)?.as_str());
        index = at + 1;
    }
    text.push('}');
    Ok(text)
}

fn merged(vm: &mut Vm, left: &Value, right: &Value) -> Result<Value, Raised> {
    let copy = match (vm.unwrap(left), vm.unwrap(right)) {
        (Value::Dict(left), Value::Dict(_)) => left.data.get(&vm.gil).clone(),
        _ => return Ok(Value::NotImplemented),
    };
    let result = Dict::from_data(copy);
    vm.dict_update(&result, right)?;
    Ok(result.into_value())
}

/// `dict | dict`.
pub(super) fn or(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    merged(vm, &args[0], &args[1])
}

/// `dict | dict` by its right operand.
pub(super) fn ror(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    merged(vm, &args[1], &args[0])
}

/// `dict |= other`.
pub(super) fn ior(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let dict = receiver::<Dict>(vm, &args[0])?;
    vm.dict_update(&dict, &args[1])?;
    Ok(args[0].clone())
}
