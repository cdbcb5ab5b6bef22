//! Bound methods and functions written in Rust.

use crate::builtins::native;
use crate::builtins::object::attribute_name;
use crate::object::{
    Args, Arity, GetSetDef, Getter, Known, Method, Name, Native, NativeDef, NativeKind, Ptr, Raised, Value, Vm,
};

const METHOD_SLOTS: &[NativeDef] = &[
    native("__repr__", Arity::Exact(1), method_repr, "Return repr(self)."),
    native("__call__", Arity::Any, call, "Call self as a function."),
    native("__getattribute__", Arity::Exact(2), method_getattribute, "Return getattr(self, name)."),
    native("__get__", Arity::Range(2, 3), get_self, "What the attribute is for an instance, or for its class."),
];

const METHOD_METHODS: &[NativeDef] = &[native("__reduce__", Arity::Exact(1), method_reduce, "")];

const METHOD_STATIC: &[NativeDef] =
    &[native("__new__", Arity::Exact(3), method_new, "Bind a callable to an instance.")];

const METHOD_GETSETS: &[GetSetDef] =
    &[attribute("__func__", method_func), attribute("__self__", method_self), attribute("__doc__", method_doc)];

const NATIVE_SLOTS: &[NativeDef] = &[
    native("__repr__", Arity::Exact(1), native_repr, "Return repr(self)."),
    native("__call__", Arity::Any, call, "Call self as a function."),
];

const NATIVE_GET: &[NativeDef] = &[native(
    "__get__",
    Arity::Range(2, 3),
    super::function::get,
    "What the attribute is for an instance, or for its class.",
)];

const NATIVE_METHODS: &[NativeDef] = &[native("__reduce__", Arity::Exact(1), native_reduce, "")];

const NATIVE_GETSETS: &[GetSetDef] = &[
    attribute("__name__", native_name),
    attribute("__qualname__", native_qualname),
    attribute("__doc__", native_doc),
    attribute("__text_signature__", |_, _| Ok(Value::None)),
];

const BOUND_GETSETS: &[GetSetDef] = &[attribute("__self__", native_self), attribute("__module__", native_module)];

const OWNED_GETSETS: &[GetSetDef] = &[attribute("__objclass__", native_owner)];

const fn attribute(name: &'static str, get: Getter) -> GetSetDef {
    GetSetDef { name, get, set: None, doc: "" }
}

/// Gives bound methods and native functions their attributes.
pub(super) fn install(vm: &mut Vm) {
    let class = vm.known(Known::Method);
    vm.add_methods(&class, NativeKind::SlotWrapper, METHOD_SLOTS);
    vm.add_methods(&class, NativeKind::Method, METHOD_METHODS);
    vm.add_methods(&class, NativeKind::Static, METHOD_STATIC);
    vm.add_getsets(&class, METHOD_GETSETS);
    for known in [
        Known::BuiltinFunction,
        Known::MethodWrapper,
        Known::MethodDescriptor,
        Known::WrapperDescriptor,
        Known::ClassMethodDescriptor,
    ] {
        let class = vm.known(known);
        vm.add_methods(&class, NativeKind::SlotWrapper, NATIVE_SLOTS);
        vm.add_methods(&class, NativeKind::Method, NATIVE_METHODS);
        vm.add_getsets(&class, NATIVE_GETSETS);
        if matches!(known, Known::BuiltinFunction | Known::MethodWrapper) {
            vm.add_getsets(&class, BOUND_GETSETS);
        } else {
            vm.add_methods(&class, NativeKind::SlotWrapper, NATIVE_GET);
        }
        if known != Known::BuiltinFunction {
            vm.add_getsets(&class, OWNED_GETSETS);
        }
    }
}

fn call(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    vm.call_args(&args[0], args.skip(1))
}

fn get_self(_vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    Ok(args[0].clone())
}

fn method_of(vm: &mut Vm, value: &Value) -> Result<Ptr<Method>, Raised> {
    match value {
        Value::Method(method) => Ok(method.to_ptr()),
        _ => Err(super::receiver::wrong_receiver(vm, value, Known::Method)),
    }
}

fn method_func(vm: &mut Vm, object: &Value) -> Result<Value, Raised> {
    Ok(method_of(vm, object)?.func.clone())
}

fn method_self(vm: &mut Vm, object: &Value) -> Result<Value, Raised> {
    Ok(method_of(vm, object)?.receiver.clone())
}

fn method_doc(vm: &mut Vm, object: &Value) -> Result<Value, Raised> {
    let func = method_of(vm, object)?.func.clone();
    Ok(vm.get_opt(&func, Name::__doc__)?.unwrap_or(Value::None))
}

fn method_getattribute(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let name = attribute_name(vm, &args[1])?;
    let class = vm.class_of(&args[0]);
    if vm.lookup(&class, &name).is_some() {
        if let Some(value) = vm.generic_getattr(&args[0], &name)? {
            return Ok(value);
        }
    }
    let func = method_of(vm, &args[0])?.func.clone();
    vm.getattr(&func, &name)
}

fn method_repr(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let method = method_of(vm, &args[0])?;
    let name = match vm.get_opt(&method.func, Name::__qualname__)? {
        Some(name @ Value::Str(_)) => Some(name),
        _ => vm.get_opt(&method.func, Name::__name__)?,
    };
    let name = match &name {
        Some(Value::Str(name)) => name.as_str().to_owned(),
        _ => "?".to_owned(),
    };
    let receiver = vm.repr(&method.receiver)?;
    Ok(Value::str(&format!("<bound method {name} of {}>", receiver.as_str())))
}

fn method_reduce(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let method = method_of(vm, &args[0])?;
    let name = vm.get(&method.func, Name::__name__)?;
    let builtins = vm.import_dotted("builtins")?;
    let getattr = vm.get_attr(&builtins, "getattr")?;
    Ok(Value::tuple(vec![getattr, Value::tuple(vec![method.receiver.clone(), name])]))
}

fn method_new(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let class = vm.class_of(&args[1]);
    if !matches!(args[1], Value::Func(_) | Value::Native(_) | Value::Method(_) | Value::Class(_))
        && vm.lookup_name(&class, Name::__call__).is_none()
    {
        return Err(vm.type_error("first argument must be callable"));
    }
    if args[2].is_none() {
        return Err(vm.type_error("instance must not be None"));
    }
    Ok(Method::new(args[1].clone(), args[2].clone()).into_value())
}

/// The native function behind a value, and its receiver if it is bound.
fn native_of(vm: &mut Vm, value: &Value) -> Result<(Ptr<Native>, Option<Value>), Raised> {
    match value {
        Value::Native(native) => return Ok((native.to_ptr(), None)),
        Value::Method(method) => {
            if let Value::Native(native) = &method.func {
                return Ok((native.to_ptr(), Some(method.receiver.clone())));
            }
        }
        _ => {}
    }
    Err(super::receiver::wrong_receiver(vm, value, Known::BuiltinFunction))
}

fn native_name(vm: &mut Vm, object: &Value) -> Result<Value, Raised> {
    Ok(Value::str(native_of(vm, object)?.0.def.name))
}

fn native_qualname(vm: &mut Vm, object: &Value) -> Result<Value, Raised> {
    let (native, receiver) = native_of(vm, object)?;
    let name = native.def.name;
    let owner = match (&receiver, &native.owner) {
        (Some(Value::Class(class)), _) if native.kind == NativeKind::ClassMethod => Some(class.to_ptr()),
        (_, owner) => owner.clone(),
    };
    Ok(match owner {
        Some(owner) => Value::str(&format!("{}.{name}", owner.data.get(&vm.gil).qualname.as_str())),
        None => Value::str(name),
    })
}

fn native_doc(vm: &mut Vm, object: &Value) -> Result<Value, Raised> {
    let doc = native_of(vm, object)?.0.def.doc;
    Ok(if doc.is_empty() { Value::None } else { Value::str(doc) })
}

fn native_self(vm: &mut Vm, object: &Value) -> Result<Value, Raised> {
    let (native, receiver) = native_of(vm, object)?;
    if let Some(receiver) = receiver {
        return Ok(receiver);
    }
    if let Some(owner) = &native.owner {
        return Ok(owner.to_value());
    }
    let Some(module) = &native.module else { return Ok(Value::None) };
    let modules = vm.interp.modules.get(&vm.gil).clone();
    Ok(modules.and_then(|modules| modules.data.get(&vm.gil).get_str(module).cloned()).unwrap_or(Value::None))
}

fn native_module(vm: &mut Vm, object: &Value) -> Result<Value, Raised> {
    let (native, _) = native_of(vm, object)?;
    Ok(native.module.as_ref().map_or(Value::None, Ptr::to_value))
}

fn native_owner(vm: &mut Vm, object: &Value) -> Result<Value, Raised> {
    let (native, _) = native_of(vm, object)?;
    Ok(native.owner.as_ref().map_or(Value::None, Ptr::to_value))
}

fn native_repr(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let (native, receiver) = native_of(vm, &args[0])?;
    let name = native.def.name;
    let owner = native.owner.as_ref().map(|owner| owner.name(&vm.gil).to_owned()).unwrap_or_default();
    let text = match (&receiver, native.kind) {
        (Some(receiver), NativeKind::SlotWrapper) => {
            let class = vm.class_name(receiver);
            format!("<method-wrapper '{name}' of {class} object at {:#x}>", receiver.identity())
        }
        (Some(receiver), _) => {
            let class = vm.class_name(receiver);
            format!("<built-in method {name} of {class} object at {:#x}>", receiver.identity())
        }
        (None, NativeKind::Method | NativeKind::ClassMethod) => format!("<method '{name}' of '{owner}' objects>"),
        (None, NativeKind::SlotWrapper) => format!("<slot wrapper '{name}' of '{owner}' objects>"),
        (None, NativeKind::Static) => {
            let owner = native.owner.as_ref().map_or(0, Ptr::address);
            format!("<built-in method {name} of type object at {owner:#x}>")
        }
        (None, NativeKind::Function) => format!("<built-in function {name}>"),
    };
    Ok(Value::str(&text))
}

fn native_reduce(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let (native, receiver) = native_of(vm, &args[0])?;
    let name = Value::str(native.def.name);
    let target = receiver.or_else(|| native.owner.as_ref().map(Ptr::to_value));
    let Some(target) = target else { return Ok(name) };
    let builtins = vm.import_dotted("builtins")?;
    let getattr = vm.get_attr(&builtins, "getattr")?;
    Ok(Value::tuple(vec![getattr, Value::tuple(vec![target, name])]))
}
