//! Functions that ask an object about itself.

use crate::object::{Args, Known, Name, Ptr, Raised, Str, Value, Vm};

/// The name argument of `getattr` and its kin, interned.
fn attribute_name(vm: &mut Vm, value: &Value) -> Result<Ptr<Str>, Raised> {
    match vm.unwrap(value) {
        Value::Str(name) if name.is_interned() => Ok(name.to_ptr()),
        Value::Str(name) => {
            let name = name.to_ptr();
            Ok(vm.intern(name.as_str()))
        }
        _ => {
            let found = vm.class_name(value);
            Err(vm.type_error(format!("attribute name must be string, not '{found}'")))
        }
    }
}

pub(super) fn getattr(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let name = attribute_name(vm, &args[1])?;
    match args.get(2) {
        None => vm.getattr(&args[0], &name),
        Some(default) => Ok(vm.getattr_opt(&args[0], &name)?.unwrap_or_else(|| default.clone())),
    }
}

pub(super) fn hasattr(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let name = attribute_name(vm, &args[1])?;
    Ok(Value::from(vm.getattr_opt(&args[0], &name)?.is_some()))
}

pub(super) fn setattr(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let name = attribute_name(vm, &args[1])?;
    vm.setattr(&args[0], &name, args[2].clone())?;
    Ok(Value::None)
}

pub(super) fn delattr(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let name = attribute_name(vm, &args[1])?;
    vm.delattr(&args[0], &name)?;
    Ok(Value::None)
}

pub(super) fn isinstance(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    vm.is_instance(&args[0], &args[1]).map(Value::from)
}

pub(super) fn issubclass(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    vm.is_subclass(&args[0], &args[1]).map(Value::from)
}

pub(super) fn id(_vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    Ok(args[0].identity().into())
}

pub(super) fn hash(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    vm.hash(&args[0]).map(Value::Int)
}

pub(super) fn len(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    vm.len(&args[0]).map(Value::from)
}

pub(super) fn repr(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    vm.repr(&args[0]).map(Ptr::into_value)
}

pub(super) fn ascii(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    vm.ascii(&args[0]).map(Ptr::into_value)
}

pub(super) fn format(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let spec = match args.get(1) {
        None => return vm.format(&args[0], "").map(Ptr::into_value),
        Some(spec) => match vm.unwrap(spec) {
            Value::Str(spec) => spec.to_ptr(),
            _ => {
                let found = vm.class_name(spec);
                return Err(vm.type_error(format!("format() argument 2 must be str, not {found}")));
            }
        },
    };
    vm.format(&args[0], spec.as_str()).map(Ptr::into_value)
}

/// Whether calling a value can work: it is a function or class, or its class has `__call__`.
pub(crate) fn is_callable(vm: &mut Vm, value: &Value) -> bool {
    match value {
        Value::Func(_) | Value::Method(_) | Value::Native(_) | Value::Class(_) => true,
        _ => {
            let class = vm.class_of(value);
            vm.lookup_name(&class, Name::__call__).is_some()
        }
    }
}

pub(super) fn callable(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    Ok(Value::from(is_callable(vm, &args[0])))
}

/// The names of the running frame's variables, or what `__dir__` gives, sorted.
pub(super) fn dir(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let names = match args.get(0) {
        None => {
            let locals = vm.current_locals()?;
            vm.call_method(&locals, Name::Keys, &[])?
        }
        Some(object) => match vm.call_special(object, Name::__dir__, &[])? {
            Some(names) => names,
            None => return Err(vm.type_error("object does not provide __dir__")),
        },
    };
    let mut names = vm.collect(&names)?;
    crate::builtins::list::sort::sort_values(vm, &mut names, None, false)?;
    Ok(Value::list(names))
}

pub(super) fn vars(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let Some(object) = args.get(0) else { return vm.current_locals() };
    match vm.get_opt(object, Name::__dict__)? {
        Some(dict) => Ok(dict),
        None => Err(vm.type_error("vars() argument must have __dict__ attribute")),
    }
}

pub(super) fn build_class(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    vm.build_class(args)
}

pub(super) fn breakpoint(vm: &mut Vm, _args: Args<'_>) -> Result<Value, Raised> {
    Err(vm.raise(Known::RuntimeError, "breakpoint() is not available in Mini"))
}

pub(super) fn help(vm: &mut Vm, _args: Args<'_>) -> Result<Value, Raised> {
    Err(vm.raise(Known::RuntimeError, "help() is not available in Mini"))
}

pub(super) fn exit(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let code = args.get(0).cloned().unwrap_or(Value::None);
    let exception = vm.new_exception(Known::SystemExit, vec![code]);
    Err(vm.raise_value(exception))
}
