//! Functions made by `def` and `lambda`.

use crate::builtins::native;
use crate::object::{
    Args, Arity, Class, Dict, Func, FuncData, GetSetDef, Getter, Known, NativeDef, NativeKind, Params, Ptr, Raised,
    Setter, Value, Vm,
};

const NEW: Params = Params {
    names: &["cls", "code", "globals", "name", "argdefs", "closure", "kwdefaults"],
    required: 3,
    posonly: 1,
    kwonly: 0,
};

const SLOTS: &[NativeDef] = &[
    native("__repr__", Arity::Exact(1), repr, "Return repr(self)."),
    native("__call__", Arity::Any, call, "Call self as a function."),
    native("__get__", Arity::Range(2, 3), get, "What the attribute is for an instance, or for its class."),
];

const STATIC: &[NativeDef] =
    &[native("__new__", Arity::Named(&NEW), new, "Make a function of code and the globals that it uses.")];

const fn attribute(name: &'static str, get: Getter, set: Option<Setter>) -> GetSetDef {
    GetSetDef { name, get, set, doc: "" }
}

const GETSETS: &[GetSetDef] = &[
    attribute("__name__", |vm, f| field(vm, f, |data| data.name.clone()), Some(set_name)),
    attribute("__qualname__", |vm, f| field(vm, f, |data| data.qualname.clone()), Some(set_qualname)),
    attribute("__module__", |vm, f| field(vm, f, |data| data.module.clone()), Some(set_module)),
    attribute("__doc__", |vm, f| field(vm, f, |data| data.doc.clone()), Some(set_doc)),
    attribute(
        "__defaults__",
        |vm, f| field(vm, f, |data| optional(data.defaults.as_ref().map(Ptr::to_value))),
        Some(set_defaults),
    ),
    attribute(
        "__kwdefaults__",
        |vm, f| field(vm, f, |data| optional(data.kw_defaults.as_ref().map(Ptr::to_value))),
        Some(set_kwdefaults),
    ),
    attribute("__annotations__", get_annotations, Some(set_annotations)),
    attribute("__type_params__", get_type_params, Some(set_type_params)),
    attribute("__code__", get_code, Some(set_code)),
    attribute("__globals__", get_globals, None),
    attribute("__builtins__", get_builtins, None),
    attribute("__closure__", get_closure, None),
    attribute("__dict__", get_dict, Some(set_dict)),
];

/// Gives functions their attributes.
pub(super) fn install(vm: &mut Vm) {
    let class = vm.known(Known::Function);
    vm.add_methods(&class, NativeKind::SlotWrapper, SLOTS);
    vm.add_methods(&class, NativeKind::Static, STATIC);
    vm.add_getsets(&class, GETSETS);
}

fn optional(value: Option<Value>) -> Value {
    value.unwrap_or(Value::None)
}

fn func_of(vm: &mut Vm, value: &Value) -> Result<Ptr<Func>, Raised> {
    match value {
        Value::Func(func) => Ok(func.to_ptr()),
        _ => Err(super::receiver::wrong_receiver(vm, value, Known::Function)),
    }
}

fn field(vm: &mut Vm, object: &Value, read: fn(&FuncData) -> Value) -> Result<Value, Raised> {
    let func = func_of(vm, object)?;
    let value = read(func.data.get(&vm.gil));
    Ok(if value.is_undef() { Value::None } else { value })
}

fn put(vm: &mut Vm, func: &Func, write: impl FnOnce(&mut FuncData) -> Value) {
    let old = write(func.data.get_mut(&mut vm.gil));
    drop(old);
}

fn expect_text(vm: &mut Vm, value: Option<Value>, which: &str) -> Result<Value, Raised> {
    match value {
        Some(text @ Value::Str(_)) => Ok(text),
        _ => Err(vm.type_error(format!("{which} must be set to a string object"))),
    }
}

fn set_name(vm: &mut Vm, object: &Value, value: Option<Value>) -> Result<(), Raised> {
    let text = expect_text(vm, value, "__name__")?;
    let func = func_of(vm, object)?;
    put(vm, &func, |data| std::mem::replace(&mut data.name, text));
    Ok(())
}

fn set_qualname(vm: &mut Vm, object: &Value, value: Option<Value>) -> Result<(), Raised> {
    let text = expect_text(vm, value, "__qualname__")?;
    let func = func_of(vm, object)?;
    put(vm, &func, |data| std::mem::replace(&mut data.qualname, text));
    Ok(())
}

fn set_module(vm: &mut Vm, object: &Value, value: Option<Value>) -> Result<(), Raised> {
    let func = func_of(vm, object)?;
    put(vm, &func, |data| std::mem::replace(&mut data.module, value.unwrap_or(Value::None)));
    Ok(())
}

fn set_doc(vm: &mut Vm, object: &Value, value: Option<Value>) -> Result<(), Raised> {
    let func = func_of(vm, object)?;
    put(vm, &func, |data| std::mem::replace(&mut data.doc, value.unwrap_or(Value::None)));
    Ok(())
}

fn set_defaults(vm: &mut Vm, object: &Value, value: Option<Value>) -> Result<(), Raised> {
    let func = func_of(vm, object)?;
    let new = match &value {
        None | Some(Value::None) => None,
        Some(Value::Tuple(defaults)) => Some(defaults.to_ptr()),
        Some(_) => return Err(vm.type_error("__defaults__ must be set to a tuple object")),
    };
    put(vm, &func, |data| std::mem::replace(&mut data.defaults, new).map_or(Value::None, Ptr::into_value));
    Ok(())
}

fn dict_or_none(vm: &mut Vm, value: Option<Value>, which: &str) -> Result<Option<Ptr<Dict>>, Raised> {
    match &value {
        None | Some(Value::None) => Ok(None),
        Some(Value::Dict(dict)) => Ok(Some(dict.to_ptr())),
        Some(_) => Err(vm.type_error(format!("{which} must be set to a dict object"))),
    }
}

fn set_kwdefaults(vm: &mut Vm, object: &Value, value: Option<Value>) -> Result<(), Raised> {
    let func = func_of(vm, object)?;
    let new = dict_or_none(vm, value, "__kwdefaults__")?;
    put(vm, &func, |data| std::mem::replace(&mut data.kw_defaults, new).map_or(Value::None, Ptr::into_value));
    Ok(())
}

fn get_annotations(vm: &mut Vm, object: &Value) -> Result<Value, Raised> {
    let func = func_of(vm, object)?;
    Ok(func.data.get_mut(&mut vm.gil).annotations.get_or_insert_with(Dict::new).to_value())
}

fn set_annotations(vm: &mut Vm, object: &Value, value: Option<Value>) -> Result<(), Raised> {
    let func = func_of(vm, object)?;
    let new = dict_or_none(vm, value, "__annotations__")?;
    put(vm, &func, |data| std::mem::replace(&mut data.annotations, new).map_or(Value::None, Ptr::into_value));
    Ok(())
}

fn get_type_params(vm: &mut Vm, object: &Value) -> Result<Value, Raised> {
    let func = func_of(vm, object)?;
    match func.data.get(&vm.gil).type_params.clone().bound() {
        Some(params) => Ok(params),
        None => Ok(vm.empty_tuple().into_value()),
    }
}

fn set_type_params(vm: &mut Vm, object: &Value, value: Option<Value>) -> Result<(), Raised> {
    let func = func_of(vm, object)?;
    match value {
        Some(params @ Value::Tuple(_)) => {
            put(vm, &func, |data| std::mem::replace(&mut data.type_params, params));
            Ok(())
        }
        _ => Err(vm.type_error("__type_params__ must be set to a tuple")),
    }
}

fn get_code(vm: &mut Vm, object: &Value) -> Result<Value, Raised> {
    let func = func_of(vm, object)?;
    Ok(func.code.get(&vm.gil).to_value())
}

fn set_code(vm: &mut Vm, object: &Value, value: Option<Value>) -> Result<(), Raised> {
    let func = func_of(vm, object)?;
    let Some(Value::Code(code)) = &value else { return Err(vm.type_error("__code__ must be set to a code object")) };
    let (have, need) = (func.closure.as_ref().map_or(0, |cells| cells.len()), code.proto.free_regs.len());
    if have != need {
        let name = func.data.get(&vm.gil).name.clone();
        let name = vm.str(&name)?;
        return Err(
            vm.value_error(format!("{}() requires a code object with {have} free vars, not {need}", name.as_str()))
        );
    }
    func.simple_args.set(Func::simple_args_of(&code.proto));
    func.code.set(&mut vm.gil, code.to_ptr());
    vm.interp.bump_epoch();
    Ok(())
}

fn get_globals(vm: &mut Vm, object: &Value) -> Result<Value, Raised> {
    Ok(func_of(vm, object)?.globals.to_value())
}

fn get_builtins(vm: &mut Vm, _object: &Value) -> Result<Value, Raised> {
    Ok(vm.interp.builtins.get(&vm.gil).as_ref().map_or(Value::None, Ptr::to_value))
}

fn get_closure(vm: &mut Vm, object: &Value) -> Result<Value, Raised> {
    Ok(optional(func_of(vm, object)?.closure.as_ref().map(Ptr::to_value)))
}

fn get_dict(vm: &mut Vm, object: &Value) -> Result<Value, Raised> {
    Ok(optional(vm.instance_dict(object).map(Ptr::into_value)))
}

fn set_dict(vm: &mut Vm, object: &Value, value: Option<Value>) -> Result<(), Raised> {
    match &value {
        Some(Value::Dict(dict)) => {
            vm.set_instance_dict(object, dict.to_ptr());
            Ok(())
        }
        Some(other) => {
            let found = vm.class_name(other);
            Err(vm.type_error(format!("__dict__ must be set to a dictionary, not a '{found}'")))
        }
        None => Err(vm.type_error("cannot delete __dict__")),
    }
}

fn repr(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let func = func_of(vm, &args[0])?;
    let name = func.data.get(&vm.gil).qualname.clone();
    let name = vm.str(&name)?;
    Ok(Value::str(&format!("<function {} at {:#x}>", name.as_str(), func.address())))
}

fn call(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    vm.call_args(&args[0], args.skip(1))
}

/// `__get__` of what binds as functions do.
pub(super) fn get(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let owner = args.get(2).filter(|owner| !owner.is_none());
    let receiver = Some(&args[1]).filter(|receiver| !receiver.is_none() || owner.is_some_and(is_none_class));
    if receiver.is_none() && owner.is_none() {
        return Err(vm.type_error("__get__(None, None) is invalid"));
    }
    let owner = match owner {
        Some(Value::Class(owner)) => owner.to_ptr(),
        _ => vm.class_of(&args[1]),
    };
    let found = vm.unwrap(&args[0]).clone();
    check_receiver(vm, &found, receiver, &owner)?;
    vm.bind_to(found, receiver, &owner)
}

/// A native method binds to instances of its own class, a native class method to what derives from it.
fn check_receiver(vm: &mut Vm, found: &Value, receiver: Option<&Value>, class: &Ptr<Class>) -> Result<(), Raised> {
    let Value::Native(native) = found else { return Ok(()) };
    let Some(owner) = native.owner.clone() else { return Ok(()) };
    let (name, owner_name) = (native.def.name, vm.type_name(&owner));
    match (native.kind, receiver) {
        (NativeKind::ClassMethod, _) if !class.is_subclass(&vm.gil, &owner) => {
            let found = vm.type_name(class);
            Err(vm
                .type_error(format!("descriptor '{name}' requires a subtype of '{owner_name}' but received '{found}'")))
        }
        (NativeKind::Method | NativeKind::SlotWrapper, Some(receiver))
            if !vm.class_of(receiver).is_subclass(&vm.gil, &owner) =>
        {
            let found = vm.class_name(receiver);
            let message = format!("descriptor '{name}' for '{owner_name}' objects doesn't apply to a '{found}' object");
            Err(vm.type_error(message))
        }
        _ => Ok(()),
    }
}

fn is_none_class(owner: &Value) -> bool {
    matches!(owner, Value::Class(class) if class.known == Some(Known::NoneType))
}

fn new(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let (Some(Value::Code(code)), Some(Value::Dict(globals))) = (args.get(1), args.get(2)) else {
        let wrong = if matches!(args.get(1), Some(Value::Code(_))) { (2, 2, "dict") } else { (1, 1, "code") };
        let found = vm.class_name(&args[wrong.0]);
        let which = if wrong.1 == 1 { "code" } else { "globals" };
        return Err(vm.type_error(format!("function() argument '{which}' must be {}, not {found}", wrong.2)));
    };
    let (code, globals) = (code.to_ptr(), globals.to_ptr());
    let closure = match args.get(5) {
        Some(Value::Tuple(cells)) => Some(cells.to_ptr()),
        _ => None,
    };
    if closure.as_ref().map_or(0, |cells| cells.len()) != code.proto.free_regs.len() {
        let need = code.proto.free_regs.len();
        let have = closure.as_ref().map_or(0, |cells| cells.len());
        if closure.is_none() {
            return Err(vm.type_error("arg 5 (closure) must be tuple"));
        }
        let name = code.name.as_str().to_owned();
        return Err(vm.value_error(format!("{name} requires closure of length {need}, not {have}")));
    }
    let key = vm.name(crate::object::Name::__name__);
    let module = globals.data.get(&vm.gil).get_str(&key).cloned().unwrap_or(Value::None);
    let name = match args.get(3) {
        Some(name @ Value::Str(_)) => name.clone(),
        _ => code.name.to_value(),
    };
    let data = FuncData {
        qualname: if matches!(args.get(3), Some(Value::Str(_))) { name.clone() } else { code.qualname.to_value() },
        name,
        module,
        doc: code.proto.doc.as_ref().map_or(Value::None, |doc| Value::str(doc)),
        defaults: match args.get(4) {
            Some(Value::Tuple(defaults)) => Some(defaults.to_ptr()),
            _ => None,
        },
        kw_defaults: match args.get(6) {
            Some(Value::Dict(defaults)) => Some(defaults.to_ptr()),
            _ => None,
        },
        annotations: None,
        type_params: Value::Undef,
        dict: None,
    };
    Ok(Func::new(code, globals, closure, data).into_value())
}
