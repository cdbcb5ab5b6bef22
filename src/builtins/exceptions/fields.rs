//! Fields of the built-in exception classes (`StopIteration.value`, `OSError.errno` ...).

use crate::object::{Access, GetSet, GetSetDef, Known, Raised, Tuple, Value, Vm};

/// Field names by class, in the order of [`ExcData::fields`](crate::object::ExcData).
pub(super) const FIELDS: &[(Known, &[&str])] = &[
    (Known::StopIteration, &["value"]),
    (Known::StopAsyncIteration, &["value"]),
    (Known::SystemExit, &["code"]),
    (Known::OSError, &["errno", "strerror", "filename", "filename2", "characters_written"]),
    (Known::ImportError, &["msg", "name", "path", "name_from"]),
    (Known::NameError, &["name"]),
    (Known::AttributeError, &["name", "obj"]),
    (
        Known::SyntaxError,
        &["msg", "filename", "lineno", "offset", "text", "end_lineno", "end_offset", "print_file_and_line"],
    ),
    (Known::UnicodeEncodeError, &["encoding", "object", "start", "end", "reason"]),
    (Known::UnicodeDecodeError, &["encoding", "object", "start", "end", "reason"]),
    (Known::UnicodeTranslateError, &["encoding", "object", "start", "end", "reason"]),
    (Known::BaseExceptionGroup, &["message", "exceptions"]),
];

pub(super) fn install(vm: &mut Vm) {
    for (known, names) in FIELDS {
        let class = vm.known(*known);
        for (index, name) in names.iter().enumerate() {
            if *known == Known::StopAsyncIteration {
                continue;
            }
            let key = vm.intern(name);
            let descriptor = GetSet::new(key, class.clone(), Access::Field(index));
            let dict = class.data.get(&vm.gil).dict.clone();
            vm.dict_set_str(&dict, name, descriptor.into_value());
        }
    }
    let base = vm.known(Known::BaseException);
    vm.add_getsets(&base, GETSETS);
}

const GETSETS: &[GetSetDef] = &[
    GetSetDef { name: "args", get: get_args, set: Some(set_args), doc: "" },
    GetSetDef { name: "__cause__", get: get_cause, set: Some(set_cause), doc: "exception cause" },
    GetSetDef { name: "__context__", get: get_context, set: Some(set_context), doc: "exception context" },
    GetSetDef { name: "__suppress_context__", get: get_suppress, set: Some(set_suppress), doc: "" },
    GetSetDef { name: "__traceback__", get: get_traceback, set: Some(set_traceback), doc: "" },
];

fn get_args(vm: &mut Vm, this: &Value) -> Result<Value, Raised> {
    let Value::Exc(this) = this else { return Ok(Value::None) };
    Ok(this.data.get(&vm.gil).args.to_value())
}

fn set_args(vm: &mut Vm, this: &Value, value: Option<Value>) -> Result<(), Raised> {
    let Some(value) = value else { return Err(vm.type_error("args may not be deleted")) };
    let items = vm.collect(&value)?;
    let Value::Exc(this) = this else { return Ok(()) };
    let old = std::mem::replace(&mut this.data.get_mut(&mut vm.gil).args, Tuple::new(items));
    drop(old);
    Ok(())
}

fn get_cause(vm: &mut Vm, this: &Value) -> Result<Value, Raised> {
    let Value::Exc(this) = this else { return Ok(Value::None) };
    Ok(this.data.get(&vm.gil).cause.clone())
}

/// An exception or None, for `__cause__` and `__context__`.
fn exception_or_none(vm: &mut Vm, value: Option<Value>, what: &str) -> Result<Value, Raised> {
    match value {
        None => Err(vm.type_error(format!("{what} may not be deleted"))),
        Some(value) if value.is_none() || matches!(value, Value::Exc(_)) => Ok(value),
        Some(_) => {
            Err(vm
                .type_error(format!("exception {} must be None or derive from BaseException", what.trim_matches('_'))))
        }
    }
}

fn set_cause(vm: &mut Vm, this: &Value, value: Option<Value>) -> Result<(), Raised> {
    let value = exception_or_none(vm, value, "__cause__")?;
    let Value::Exc(this) = this else { return Ok(()) };
    let data = this.data.get_mut(&mut vm.gil);
    data.suppress_context = true;
    let old = std::mem::replace(&mut data.cause, value);
    drop(old);
    Ok(())
}

fn get_context(vm: &mut Vm, this: &Value) -> Result<Value, Raised> {
    let Value::Exc(this) = this else { return Ok(Value::None) };
    Ok(this.data.get(&vm.gil).context.clone())
}

fn set_context(vm: &mut Vm, this: &Value, value: Option<Value>) -> Result<(), Raised> {
    let value = exception_or_none(vm, value, "__context__")?;
    let Value::Exc(this) = this else { return Ok(()) };
    let old = std::mem::replace(&mut this.data.get_mut(&mut vm.gil).context, value);
    drop(old);
    Ok(())
}

fn get_suppress(vm: &mut Vm, this: &Value) -> Result<Value, Raised> {
    let Value::Exc(this) = this else { return Ok(Value::None) };
    Ok(Value::bool(this.data.get(&vm.gil).suppress_context))
}

fn set_suppress(vm: &mut Vm, this: &Value, value: Option<Value>) -> Result<(), Raised> {
    let Some(value) = value else { return Err(vm.type_error("can't delete numeric/char attribute")) };
    let Value::Bool(on) = value else { return Err(vm.type_error("attribute value type must be bool")) };
    let Value::Exc(this) = this else { return Ok(()) };
    this.data.get_mut(&mut vm.gil).suppress_context = on.get();
    Ok(())
}

fn get_traceback(vm: &mut Vm, this: &Value) -> Result<Value, Raised> {
    let Value::Exc(this) = this else { return Ok(Value::None) };
    Ok(this.data.get(&vm.gil).traceback.as_ref().map_or(Value::None, |traceback| traceback.to_value()))
}

pub(super) fn set_traceback(vm: &mut Vm, this: &Value, value: Option<Value>) -> Result<(), Raised> {
    let traceback = match &value {
        None => return Err(vm.type_error("__traceback__ may not be deleted")),
        Some(Value::None) => None,
        Some(Value::Traceback(traceback)) => Some(traceback.to_ptr()),
        Some(_) => return Err(vm.type_error("__traceback__ must be a traceback or None")),
    };
    let Value::Exc(this) = this else { return Ok(()) };
    let old = std::mem::replace(&mut this.data.get_mut(&mut vm.gil).traceback, traceback);
    drop(old);
    Ok(())
}
