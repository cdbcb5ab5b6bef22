//! `defaultdict`.

use super::{dict_part, dict_subclass, merged};
use crate::builtins::functions::objects::is_callable;
use crate::builtins::native;
use crate::object::{Args, Arity, Dict, Known, Name, NativeDef, Ptr, Raised, Value, Vm};

const METHODS: &[NativeDef] = &[
    native("__init__", Arity::Any, init, "Set up a new instance."),
    native("__missing__", Arity::Exact(2), missing, "Called by __getitem__ for missing keys."),
    native("__repr__", Arity::Exact(1), repr, "Return repr(self)."),
    native("__copy__", Arity::Exact(1), copy, "Another one of the same default and the same items."),
    native("copy", Arity::Exact(1), copy, "Another one of the same default and the same items."),
    native("__reduce__", Arity::Exact(1), reduce, "What pickle needs to make the object again."),
    native("__or__", Arity::Exact(2), or, "Return self|value."),
    native("__ror__", Arity::Exact(2), ror, "Return value|self."),
];

const DOC: &str = "A dict that calls its factory for a missing key and keeps what that returns.";

/// Adds the class to the module.
pub(super) fn define(vm: &mut Vm, dict: &Ptr<Dict>) -> Result<(), Raised> {
    dict_subclass(vm, dict, "defaultdict", DOC, Some(&["default_factory"]), METHODS).map(drop)
}

fn factory(vm: &mut Vm, value: &Value) -> Result<Value, Raised> {
    vm.get_attr(value, "default_factory")
}

/// `defaultdict(default_factory=None, /, [...])`: the rest is `dict`'s.
fn init(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let factory = args.positional().get(1).cloned();
    if let Some(factory) = &factory {
        if !factory.is_none() && !is_callable(vm, factory) {
            return Err(vm.type_error("first argument must be callable or None"));
        }
    }
    let name = vm.intern("default_factory");
    vm.setattr(&args[0], &name, factory.clone().unwrap_or(Value::None))?;
    let mut rest = vec![args[0].clone()];
    rest.extend_from_slice(&args.values()[if factory.is_some() { 2 } else { 1 }..]);
    let dict = vm.known(Known::Dict);
    match vm.lookup_name(&dict, Name::__init__) {
        Some(init) => match args.names() {
            Some(names) => vm.call_args(&init, Args::with_names(&rest, names)),
            None => vm.call(&init, &rest),
        },
        None => Ok(Value::None),
    }
}

fn missing(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let factory = factory(vm, &args[0])?;
    if factory.is_none() {
        return Err(vm.key_error(&args[1]));
    }
    let value = vm.call(&factory, &[])?;
    vm.setitem(&args[0], args[1].clone(), value.clone())?;
    Ok(value)
}

fn repr(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let name = vm.class_of(&args[0]).name(&vm.gil).to_owned();
    let items = dict_part(vm, &args[0])?.into_value();
    let items = vm.repr(&items)?;
    let factory = factory(vm, &args[0])?;
    let shown = if !vm.enter_repr(&args[0])? {
        "...".to_owned()
    } else {
        let shown = vm.repr(&factory);
        vm.leave_repr(&args[0]);
        shown?.as_str().to_owned()
    };
    Ok(format!("{name}({shown}, {})", items.as_str()).into())
}

fn copy(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let class = vm.class_of(&args[0]).into_value();
    let factory = factory(vm, &args[0])?;
    vm.call(&class, &[factory, args[0].clone()])
}

fn reduce(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let class = vm.class_of(&args[0]).into_value();
    let factory = factory(vm, &args[0])?;
    let given = if factory.is_none() { Vec::new() } else { vec![factory] };
    let items = vm.call_method(&args[0], Name::Items, &[])?;
    let items = vm.iter(&items)?;
    Ok(Value::tuple(vec![class, Value::tuple(given), Value::None, Value::None, items]))
}

fn union(vm: &mut Vm, maker: &Value, left: &Value, right: &Value) -> Result<Value, Raised> {
    merged(vm, maker, left, right, |vm, class| {
        let factory = factory(vm, maker)?;
        vm.call(class, &[factory, left.clone()])
    })
}

fn or(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    union(vm, &args[0], &args[0], &args[1])
}

fn ror(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    union(vm, &args[0], &args[1], &args[0])
}
