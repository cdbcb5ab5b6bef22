//! `types.SimpleNamespace`.

use crate::builtins::native;
use crate::builtins::object::equality;
use crate::object::{Args, Arity, Dict, Foreign, ForeignData, Known, NativeDef, NativeKind, Ptr, Raised, Value, Vm};

/// A namespace has nothing but its `__dict__`.
struct Namespace;

impl ForeignData for Namespace {}

const SLOTS: &[NativeDef] = &[
    native("__init__", Arity::Any, init, "Set up a new instance."),
    native("__repr__", Arity::Exact(1), repr, "Return repr(self)."),
    native("__eq__", Arity::Exact(2), eq, "Return self==value."),
];

const METHODS: &[NativeDef] = &[
    native("__reduce__", Arity::Exact(1), reduce, "What pickle needs to make the object again"),
    native("__replace__", Arity::Any, replace, "The same namespace with some attributes changed."),
];

const STATIC: &[NativeDef] = &[native("__new__", Arity::Any, new, "An object whose attributes are set by keywords.")];

/// Gives `types.SimpleNamespace` its methods.
pub(super) fn install(vm: &mut Vm) {
    let class = vm.known(Known::SimpleNamespace);
    vm.add_methods(&class, NativeKind::SlotWrapper, SLOTS);
    vm.add_methods(&class, NativeKind::Method, METHODS);
    vm.add_methods(&class, NativeKind::Static, STATIC);
    vm.add_getsets(&class, &[crate::vm::INSTANCE_DICT]);
    super::sequence::unhashable(vm, &class);
}

fn of(vm: &mut Vm, value: &Value) -> Result<Ptr<Dict>, Raised> {
    match vm.instance_dict(value) {
        Some(dict) => Ok(dict),
        None => Err(super::receiver::wrong_receiver(vm, value, Known::SimpleNamespace)),
    }
}

fn new(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let class = vm.expect_class(&args[0])?;
    Ok(Foreign::new(class, Namespace).into_value())
}

fn init(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let dict = of(vm, &args[0])?;
    match &args.positional()[1..] {
        [] => {}
        [mapping] => {
            let fresh = Dict::new();
            vm.dict_update(&fresh, mapping)?;
            let pairs: Vec<(Value, Value)> =
                fresh.data.get(&vm.gil).iter().map(|entry| (entry.key.clone(), entry.value.clone())).collect();
            if pairs.iter().any(|(key, _)| !matches!(key, Value::Str(_))) {
                return Err(vm.type_error("keywords must be strings"));
            }
            for (key, value) in pairs {
                vm.dict_set(&dict, key, value)?;
            }
        }
        more => {
            let given = more.len();
            return Err(vm.type_error(format!("types.SimpleNamespace expected at most 1 argument, got {given}")));
        }
    }
    for (key, value) in args.keywords() {
        vm.dict_set(&dict, key.clone(), value.clone())?;
    }
    Ok(Value::None)
}

fn repr(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let dict = of(vm, &args[0])?;
    let class = vm.class_of(&args[0]);
    let name = if class.known.is_some() { "namespace".to_owned() } else { class.name(&vm.gil).to_owned() };
    if !vm.enter_repr(&args[0])? {
        return Ok(Value::str(&format!("{name}(...)")));
    }
    let pairs: Vec<(Value, Value)> =
        dict.data.get(&vm.gil).iter().map(|entry| (entry.key.clone(), entry.value.clone())).collect();
    let mut texts = Vec::with_capacity(pairs.len());
    for (key, value) in &pairs {
        let Value::Str(key) = key else { continue };
        match vm.repr(value) {
            Ok(text) => texts.push(format!("{}={}", key.as_str(), text.as_str())),
            Err(raised) => {
                vm.leave_repr(&args[0]);
                return Err(raised);
            }
        }
    }
    vm.leave_repr(&args[0]);
    Ok(Value::str(&format!("{name}({})", texts.join(", "))))
}

fn eq(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    if !vm.is_known(&args[1], Known::SimpleNamespace) {
        return Ok(Value::NotImplemented);
    }
    let (a, b) = (of(vm, &args[0])?, of(vm, &args[1])?);
    equality(vm, &a.into_value(), &b.into_value()).map(Value::from)
}

fn reduce(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let dict = of(vm, &args[0])?;
    let class = vm.class_of(&args[0]).into_value();
    Ok(Value::tuple(vec![class, vm.empty_tuple().into_value(), dict.into_value()]))
}

fn replace(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let dict = of(vm, &args[0])?;
    let class = vm.class_of(&args[0]).into_value();
    let copy = vm.call(&class, &[])?;
    let target = of(vm, &copy)?;
    vm.dict_update(&target, &dict.into_value())?;
    for (key, value) in args.keywords() {
        vm.dict_set(&target, key.clone(), value.clone())?;
    }
    Ok(copy)
}
