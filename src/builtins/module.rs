//! Module objects.

use crate::builtins::native;
use crate::object::{
    Args, Arity, Dict, GetSetDef, Known, Module, Name, NativeDef, NativeKind, Params, Ptr, Raised, Value, Vm,
};

const NEW: Params = Params { names: &["cls", "name", "doc"], required: 2, posonly: 1, kwonly: 0 };

const SLOTS: &[NativeDef] = &[native("__repr__", Arity::Exact(1), repr, "Return repr(self).")];
const METHODS: &[NativeDef] = &[native("__dir__", Arity::Exact(1), dir, "__dir__() -> list")];
const STATIC: &[NativeDef] =
    &[native("__new__", Arity::Named(&NEW), new, "Make a module of a name and a description.")];

const GETSETS: &[GetSetDef] = &[
    GetSetDef { name: "__dict__", get: dict, set: None, doc: "" },
    GetSetDef { name: "__annotations__", get: annotations, set: Some(set_annotations), doc: "" },
];

/// Gives modules their methods.
pub(super) fn install(vm: &mut Vm) {
    let class = vm.known(Known::Module);
    vm.add_methods(&class, NativeKind::SlotWrapper, SLOTS);
    vm.add_methods(&class, NativeKind::Method, METHODS);
    vm.add_methods(&class, NativeKind::Static, STATIC);
    vm.add_getsets(&class, GETSETS);
}

fn of(vm: &mut Vm, value: &Value) -> Result<Ptr<Dict>, Raised> {
    match vm.unwrap(value) {
        Value::Module(module) => Ok(module.dict.clone()),
        _ => Err(super::receiver::wrong_receiver(vm, value, Known::Module)),
    }
}

fn new(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let class = vm.expect_class(&args[0])?;
    let dict = Dict::new();
    if !matches!(vm.unwrap(&args[1]), Value::Str(_)) {
        let found = vm.class_name(&args[1]);
        return Err(vm.type_error(format!("module() argument 'name' must be str, not {found}")));
    }
    vm.dict_set_str(&dict, "__name__", args[1].clone());
    vm.dict_set_str(&dict, "__doc__", args.get(2).cloned().unwrap_or(Value::None));
    for name in ["__package__", "__loader__", "__spec__"] {
        vm.dict_set_str(&dict, name, Value::None);
    }
    Ok(vm.wrap_builtin(&class, Module::new(dict).into_value()))
}

fn entry(vm: &Vm, dict: &Dict, name: Name) -> Option<Value> {
    dict.data.get(&vm.gil).get_str(vm.interp.name(&vm.gil, name)).cloned()
}

fn repr(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let dict = of(vm, &args[0])?;
    let name = match entry(vm, &dict, Name::__name__) {
        Some(name) => vm.repr(&name)?.as_str().to_owned(),
        None => "'?'".to_owned(),
    };
    let text = match entry(vm, &dict, Name::__file__) {
        Some(file @ Value::Str(_)) => format!("<module {name} from {}>", vm.repr(&file)?.as_str()),
        _ => match entry(vm, &dict, Name::__spec__) {
            Some(spec) if !spec.is_none() => from_spec(vm, &name, &spec)?,
            _ => format!("<module {name}>"),
        },
    };
    Ok(Value::str(&text))
}

/// As `repr` tells what the spec knows of the module's origin.
fn from_spec(vm: &mut Vm, name: &str, spec: &Value) -> Result<String, Raised> {
    let origin = vm.get_attr(spec, "origin")?;
    if !origin.is_none() {
        return Ok(format!("<module {name} ({})>", vm.str(&origin)?.as_str()));
    }
    let folders = vm.get_attr(spec, "submodule_search_locations")?;
    if folders.is_none() {
        return Ok(format!("<module {name}>"));
    }
    Ok(format!("<module {name} (namespace) from {}>", vm.repr(&folders)?.as_str()))
}

fn dir(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let dict = of(vm, &args[0])?;
    if let Some(hook) = entry(vm, &dict, Name::__dir__) {
        return vm.call(&hook, &[]);
    }
    let names = dict.data.get(&vm.gil).iter().map(|entry| entry.key.clone()).collect();
    Ok(Value::list(names))
}

fn dict(vm: &mut Vm, object: &Value) -> Result<Value, Raised> {
    of(vm, object).map(Ptr::into_value)
}

fn annotations(vm: &mut Vm, object: &Value) -> Result<Value, Raised> {
    let dict = of(vm, object)?;
    if let Some(found) = entry(vm, &dict, Name::__annotations__) {
        return Ok(found);
    }
    let fresh = Dict::new().into_value();
    vm.dict_set_str(&dict, "__annotations__", fresh.clone());
    Ok(fresh)
}

fn set_annotations(vm: &mut Vm, object: &Value, value: Option<Value>) -> Result<(), Raised> {
    let dict = of(vm, object)?;
    match value {
        Some(value) => vm.dict_set_str(&dict, "__annotations__", value),
        None => {
            let name = vm.name(Name::__annotations__);
            let old = dict.data.get_mut(&mut vm.gil).remove_str(&name);
            if old.is_none() {
                return Err(vm.attribute_error("__annotations__".to_owned(), object, &name));
            }
        }
    }
    Ok(())
}
