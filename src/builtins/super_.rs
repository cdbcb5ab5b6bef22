//! `super`.

use crate::builtins::native;
use crate::builtins::object::attribute_name;
use crate::object::{Args, Arity, Foreign, GetSetDef, Known, NativeDef, NativeKind, Ptr, Raised, Value, Vm};
use crate::vm::super_object::SuperData;

const SLOTS: &[NativeDef] = &[
    native("__init__", Arity::Any, init, "Set up a new instance."),
    native("__repr__", Arity::Exact(1), repr, "Return repr(self)."),
    native("__getattribute__", Arity::Exact(2), getattribute, "Return getattr(self, name)."),
    native("__get__", Arity::Range(2, 3), get, "What the attribute is for an instance, or for its class."),
];

const STATIC: &[NativeDef] = &[native("__new__", Arity::Any, new, "Make an instance of the class.")];

const GETSETS: &[GetSetDef] = &[
    GetSetDef { name: "__thisclass__", get: this_class, set: None, doc: "The class behind which the search begins" },
    GetSetDef { name: "__self__", get: own_self, set: None, doc: "The object that methods are bound to, or None" },
    GetSetDef {
        name: "__self_class__",
        get: self_class,
        set: None,
        doc: "The class whose order of bases is searched, or None",
    },
];

/// Gives `super` its methods.
pub(super) fn install(vm: &mut Vm) {
    let class = vm.known(Known::Super);
    vm.add_methods(&class, NativeKind::SlotWrapper, SLOTS);
    vm.add_methods(&class, NativeKind::Static, STATIC);
    vm.add_getsets(&class, GETSETS);
}

fn of(vm: &mut Vm, value: &Value) -> Result<Ptr<Foreign>, Raised> {
    match vm.unwrap(value) {
        Value::Foreign(foreign) => Ok(foreign.to_ptr()),
        _ => Err(super::receiver::wrong_receiver(vm, value, Known::Super)),
    }
}

fn new(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let class = vm.expect_class(&args[0])?;
    Ok(Foreign::new(class, SuperData::default()).into_value())
}

fn init(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let object = of(vm, &args[0])?;
    if args.keyword_count() > 0 {
        return Err(vm.type_error("super() takes no keyword arguments"));
    }
    let (class, bound) = match &args.positional()[1..] {
        [] => {
            let (class, first) = vm.super_arguments()?;
            (class, Some(first))
        }
        [class] => (class.clone(), None),
        [class, Value::None] => (class.clone(), None),
        [class, bound] => (class.clone(), Some(bound.clone())),
        more => {
            let given = more.len();
            return Err(vm.type_error(format!("super() expected at most 2 arguments, got {given}")));
        }
    };
    let Value::Class(class) = &class else {
        let found = vm.class_name(&class);
        return Err(vm.type_error(format!("super() argument 1 must be a type, not {found}")));
    };
    let class = class.to_ptr();
    let bound = match bound {
        Some(bound) => {
            let start = vm.super_start(&class, &bound)?;
            Some((bound, start))
        }
        None => None,
    };
    if let Some(data) = object.get_mut::<SuperData>(&mut vm.gil) {
        *data = SuperData { class: Some(class), bound };
    }
    Ok(Value::None)
}

fn getattribute(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let name = attribute_name(vm, &args[1])?;
    let object = of(vm, &args[0])?;
    let known = match object.get::<SuperData>(&vm.gil) {
        Some(SuperData { class: Some(class), bound: Some((bound, start)) }) => {
            Some((class.clone(), bound.clone(), start.clone()))
        }
        _ => None,
    };
    if let Some((class, bound, start)) = known {
        if name.as_str() != "__class__" {
            if let Some(found) = vm.lookup_after(&start, &class, &name) {
                let on_class = matches!(&bound, Value::Class(bound) if bound.is(&start));
                return vm.bind_to(found, if on_class { None } else { Some(&bound) }, &start);
            }
        }
    }
    match vm.generic_getattr(&args[0], &name)? {
        Some(value) => Ok(value),
        None => Err(vm.no_attribute(&args[0], &name)),
    }
}

fn get(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let object = of(vm, &args[0])?;
    let class = match object.get::<SuperData>(&vm.gil) {
        Some(SuperData { class: Some(class), bound: None }) if !args[1].is_none() => class.clone(),
        _ => return Ok(args[0].clone()),
    };
    let start = vm.super_start(&class, &args[1])?;
    Ok(vm.super_object(Some(class), Some((args[1].clone(), start))))
}

fn repr(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let object = of(vm, &args[0])?;
    let Some(data) = object.get::<SuperData>(&vm.gil) else { return Ok(Value::None) };
    let class = data.class.as_ref().map_or("NULL".to_owned(), |class| class.name(&vm.gil).to_owned());
    Ok(Value::str(&match &data.bound {
        Some((_, start)) => format!("<super: <class '{class}'>, <{} object>>", start.name(&vm.gil)),
        None => format!("<super: <class '{class}'>, NULL>"),
    }))
}

fn this_class(vm: &mut Vm, object: &Value) -> Result<Value, Raised> {
    let object = of(vm, object)?;
    Ok(object.get::<SuperData>(&vm.gil).and_then(|data| data.class.as_ref()).map_or(Value::None, Ptr::to_value))
}

fn own_self(vm: &mut Vm, object: &Value) -> Result<Value, Raised> {
    let object = of(vm, object)?;
    let data = object.get::<SuperData>(&vm.gil);
    Ok(data.and_then(|data| data.bound.as_ref()).map_or(Value::None, |(bound, _)| bound.clone()))
}

fn self_class(vm: &mut Vm, object: &Value) -> Result<Value, Raised> {
    let object = of(vm, object)?;
    let data = object.get::<SuperData>(&vm.gil);
    Ok(data.and_then(|data| data.bound.as_ref()).map_or(Value::None, |(_, start)| start.to_value()))
}
