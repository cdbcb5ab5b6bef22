//! `property`.

use crate::builtins::native;
use crate::object::{
    Args, Arity, GetSetDef, Getter, Known, Name, NativeDef, NativeKind, Params, Property, Ptr, Raised, Setter, Value,
    Vm,
};

const INIT: Params = Params { names: &["self", "fget", "fset", "fdel", "doc"], required: 1, posonly: 1, kwonly: 0 };

const SLOTS: &[NativeDef] = &[
    native("__init__", Arity::Named(&INIT), init, "Set up a new instance."),
    native("__get__", Arity::Range(2, 3), get, "What the attribute is for an instance, or for its class."),
    native("__set__", Arity::Exact(3), set, "Assign the attribute of an instance."),
    native("__delete__", Arity::Exact(2), delete, "Remove the attribute of an instance."),
];

const METHODS: &[NativeDef] = &[
    native("getter", Arity::Exact(2), getter, "The same property with another getter."),
    native("setter", Arity::Exact(2), setter, "The same property with another setter."),
    native("deleter", Arity::Exact(2), deleter, "The same property with another deleter."),
    native("__set_name__", Arity::Exact(3), set_name, "Note the name under which a class holds the property."),
];

const STATIC: &[NativeDef] = &[native("__new__", Arity::Any, new, "Make an instance of the class.")];

const fn attribute(name: &'static str, get: Getter, set: Option<Setter>) -> GetSetDef {
    GetSetDef { name, get, set, doc: "" }
}

const GETSETS: &[GetSetDef] = &[
    attribute("fget", |vm, p| Ok(of(vm, p)?.get.get(&vm.gil).clone()), None),
    attribute("fset", |vm, p| Ok(of(vm, p)?.set.get(&vm.gil).clone()), None),
    attribute("fdel", |vm, p| Ok(of(vm, p)?.delete.get(&vm.gil).clone()), None),
    attribute("__doc__", |vm, p| Ok(of(vm, p)?.doc.get(&vm.gil).clone()), Some(set_doc)),
    attribute("__name__", get_name, Some(assign_name)),
    attribute("__isabstractmethod__", is_abstract, None),
];

/// Gives `property` its methods.
pub(super) fn install(vm: &mut Vm) {
    let class = vm.known(Known::Property);
    vm.add_methods(&class, NativeKind::SlotWrapper, SLOTS);
    vm.add_methods(&class, NativeKind::Method, METHODS);
    vm.add_methods(&class, NativeKind::Static, STATIC);
    vm.add_getsets(&class, GETSETS);
}

fn of(vm: &mut Vm, value: &Value) -> Result<Ptr<Property>, Raised> {
    match vm.unwrap(value) {
        Value::Property(property) => Ok(property.to_ptr()),
        _ => Err(super::receiver::wrong_receiver(vm, value, Known::Property)),
    }
}

fn new(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let class = vm.expect_class(&args[0])?;
    let property = Property::new(Value::None, Value::None, Value::None, Value::None);
    Ok(vm.wrap_builtin(&class, property.into_value()))
}

fn init(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let property = of(vm, &args[0])?;
    let part = |index: usize| args.get(index).cloned().unwrap_or(Value::None);
    let (get, doc) = (part(1), part(4));
    property.get.set(&mut vm.gil, get.clone());
    property.set.set(&mut vm.gil, part(2));
    property.delete.set(&mut vm.gil, part(3));
    let inherits = doc.is_none() && !get.is_none();
    let doc = if inherits { vm.get_opt(&get, Name::__doc__)?.unwrap_or(Value::None) } else { doc };
    let getter_doc = inherits && !doc.is_none();
    property.getter_doc.set(getter_doc);
    if !matches!(args[0], Value::Object(_)) {
        property.doc.set(&mut vm.gil, doc);
        return Ok(Value::None);
    }
    // The doc of a subclass's class would hide one that is kept here.
    let name = vm.name(Name::__doc__);
    match vm.setattr(&args[0], &name, doc) {
        Err(raised) if getter_doc => return Err(raised),
        Err(raised) => drop(vm.catch(raised, Known::AttributeError)?),
        Ok(()) => {}
    }
    Ok(Value::None)
}

fn get(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    if args[1].is_none() {
        return Ok(args[0].clone());
    }
    let property = of(vm, &args[0])?;
    vm.property_get(&property, &args[1])
}

fn set(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let property = of(vm, &args[0])?;
    vm.property_set(&property, &args[1], Some(args[2].clone())).map(|()| Value::None)
}

fn delete(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let property = of(vm, &args[0])?;
    vm.property_set(&property, &args[1], None).map(|()| Value::None)
}

/// A copy with one accessor replaced, of the same class.
fn copy(vm: &mut Vm, object: &Value, which: usize, accessor: &Value) -> Result<Value, Raised> {
    let property = of(vm, object)?;
    let mut parts = [&property.get, &property.set, &property.delete].map(|part| part.get(&vm.gil).clone());
    parts[which] = accessor.clone();
    // A doc that came from the getter follows the getter; another one is kept.
    let follows = property.getter_doc.get() && !parts[0].is_none();
    let doc = if follows { Value::None } else { property.doc.get(&vm.gil).clone() };
    let class = vm.class_of(object).into_value();
    let [get, set, delete] = parts;
    let made = vm.call(&class, &[get, set, delete, doc])?;
    let name = property.name.get(&vm.gil).clone();
    if let Ok(made) = of(vm, &made) {
        made.name.set(&mut vm.gil, name);
    }
    Ok(made)
}

fn getter(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    copy(vm, &args[0], 0, &args[1])
}

fn setter(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    copy(vm, &args[0], 1, &args[1])
}

fn deleter(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    copy(vm, &args[0], 2, &args[1])
}

fn set_name(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let property = of(vm, &args[0])?;
    property.name.set(&mut vm.gil, args[2].clone());
    Ok(Value::None)
}

fn set_doc(vm: &mut Vm, object: &Value, value: Option<Value>) -> Result<(), Raised> {
    let property = of(vm, object)?;
    property.doc.set(&mut vm.gil, value.unwrap_or(Value::None));
    Ok(())
}

fn get_name(vm: &mut Vm, object: &Value) -> Result<Value, Raised> {
    let property = of(vm, object)?;
    match vm.property_name(&property)? {
        Some(name) => Ok(name),
        None => {
            let name = vm.name(Name::__name__);
            Err(vm.no_attribute(object, &name))
        }
    }
}

fn assign_name(vm: &mut Vm, object: &Value, value: Option<Value>) -> Result<(), Raised> {
    let property = of(vm, object)?;
    property.name.set(&mut vm.gil, value.unwrap_or_default());
    Ok(())
}

fn is_abstract(vm: &mut Vm, object: &Value) -> Result<Value, Raised> {
    let property = of(vm, object)?;
    for part in [&property.get, &property.set, &property.delete] {
        let part = part.get(&vm.gil).clone();
        if is_abstract_method(vm, &part)? {
            return Ok(Value::bool(true));
        }
    }
    Ok(Value::bool(false))
}

/// Whether a function is marked as abstract.
pub(super) fn is_abstract_method(vm: &mut Vm, func: &Value) -> Result<bool, Raised> {
    match vm.get_opt(func, Name::__isabstractmethod__)? {
        Some(mark) => vm.truth(&mark),
        None => Ok(false),
    }
}
