//! `partial`.

use crate::builtins::functions::objects::is_callable;
use crate::builtins::native;
use crate::builtins::sequence::CLASS_GETITEM;
use crate::modules::foreign::{define_class, give_dict};
use crate::object::{
    Args, Arity, Dict, Foreign, ForeignData, GetSetDef, Known, NativeDef, NativeKind, Ptr, Raised, Tuple, Value, Vm,
};

/// A function and the arguments that it is called with before those of the call.
struct Partial {
    func: Value,
    args: Ptr<Tuple>,
    keywords: Ptr<Dict>,
}

impl ForeignData for Partial {
    fn trace(&self, visit: &mut dyn FnMut(&Value)) {
        visit(&self.func);
        visit(&self.args.to_value());
        visit(&self.keywords.to_value());
    }

    fn clear(&mut self) -> Vec<Value> {
        let empty = (Tuple::new(Vec::new()), Dict::new());
        let args = std::mem::replace(&mut self.args, empty.0).into_value();
        let keywords = std::mem::replace(&mut self.keywords, empty.1).into_value();
        vec![self.func.take(), args, keywords]
    }
}

const NEW: &[NativeDef] = &[native("__new__", Arity::Any, new, "Make an instance of the class.")];

const METHODS: &[NativeDef] = &[
    native("__call__", Arity::Any, call, "Call self as a function."),
    native("__repr__", Arity::Exact(1), repr, "Return repr(self)."),
    native("__reduce__", Arity::Exact(1), reduce, "What pickle needs to make the object again."),
    native("__get__", Arity::Range(2, 3), get, "What the attribute is for an instance, or for its class."),
    native("__setstate__", Arity::Exact(2), setstate, "Set state from what __reduce__ gave."),
];

const MEMBERS: &[GetSetDef] = &[
    GetSetDef { name: "func", get: |vm, value| Ok(parts(vm, value)?.0), set: None, doc: "what will be called" },
    GetSetDef {
        name: "args",
        get: |vm, value| Ok(parts(vm, value)?.1.into_value()),
        set: None,
        doc: "arguments that come first",
    },
    GetSetDef {
        name: "keywords",
        get: |vm, value| Ok(parts(vm, value)?.2.into_value()),
        set: None,
        doc: "keyword arguments that are added",
    },
];

/// Adds the class to the module.
pub(super) fn define(vm: &mut Vm, dict: &Ptr<Dict>) {
    let class = define_class(vm, dict, "functools.partial", NEW, METHODS);
    vm.add_methods(&class, NativeKind::ClassMethod, CLASS_GETITEM);
    vm.add_getsets(&class, MEMBERS);
    give_dict(vm, &class);
}

fn parts(vm: &mut Vm, value: &Value) -> Result<(Value, Ptr<Tuple>, Ptr<Dict>), Raised> {
    if let Value::Foreign(object) = value {
        if let Some(partial) = object.get::<Partial>(&vm.gil) {
            return Ok((partial.func.clone(), partial.args.clone(), partial.keywords.clone()));
        }
    }
    Err(vm.type_error("descriptor requires a 'functools.partial' object"))
}

/// `partial(func, /, *args, **keywords)`; a partial of a partial is one.
fn new(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let Some(func) = args.positional().get(1) else {
        return Err(vm.type_error("type 'partial' takes at least one argument"));
    };
    if !is_callable(vm, func) {
        return Err(vm.type_error("the first argument must be callable"));
    }
    let given = &args.positional()[2..];
    let (mut func, mut own) = (func.clone(), Tuple::from_slice(given));
    let keywords = Dict::new();
    let same_class = matches!(&args[0], Value::Class(class) if vm.class_of(&func).is(&class.to_ptr()));
    if same_class {
        let (inner, first, defaults) = parts(vm, &func)?;
        own = Tuple::new([first.as_slice(), given].concat());
        vm.dict_update(&keywords, &defaults.into_value())?;
        func = inner;
    }
    for (name, value) in args.keywords() {
        vm.dict_set(&keywords, name.clone(), value.clone())?;
    }
    let class = vm.expect_class(&args[0])?;
    Ok(Foreign::new(class, Partial { func, args: own, keywords }).into_value())
}

fn call(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let (func, first, defaults) = parts(vm, &args[0])?;
    let mut values = Vec::with_capacity(first.len() + args.len());
    values.extend_from_slice(&first);
    values.extend_from_slice(&args.positional()[1..]);
    if defaults.data.get(&vm.gil).is_empty() && args.keyword_count() == 0 {
        return vm.call(&func, &values);
    }
    // Keywords of the call replace defaults, in the defaults' place.
    let merged = Dict::from_data(defaults.data.get(&vm.gil).clone());
    for (name, value) in args.keywords() {
        vm.dict_set(&merged, name.clone(), value.clone())?;
    }
    let mut names = Vec::new();
    for entry in merged.data.get(&vm.gil).iter() {
        names.push(entry.key.clone());
        values.push(entry.value.clone());
    }
    vm.call_args(&func, Args::with_names(&values, &Tuple::new(names)))
}

fn repr(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let (func, first, defaults) = parts(vm, &args[0])?;
    let class = vm.class_of(&args[0]);
    let (class, name) = (class.to_value(), class.data.get(&vm.gil).qualname.as_str().to_owned());
    let module = vm.get_attr(&class, "__module__")?;
    let name = format!("{}.{name}", vm.str(&module)?.as_str());
    if !vm.enter_repr(&args[0])? {
        return Ok(Value::str("..."));
    }
    let text = shown(vm, &name, &func, &first, &defaults);
    vm.leave_repr(&args[0]);
    Ok(text?.into())
}

fn shown(vm: &mut Vm, name: &str, func: &Value, first: &Tuple, defaults: &Dict) -> Result<String, Raised> {
    let mut text = format!("{name}({}", vm.repr(func)?.as_str());
    for value in first.iter() {
        text.push_str(", ");
        text.push_str(vm.repr(value)?.as_str());
    }
    let entries: Vec<(Value, Value)> =
        defaults.data.get(&vm.gil).iter().map(|entry| (entry.key.clone(), entry.value.clone())).collect();
    for (key, value) in &entries {
        text.push_str(", ");
        text.push_str(vm.str(key)?.as_str());
        text.push('=');
        text.push_str(vm.repr(value)?.as_str());
    }
    text.push(')');
    Ok(text)
}

fn reduce(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let (func, first, defaults) = parts(vm, &args[0])?;
    let class = vm.class_of(&args[0]).into_value();
    let dict = match vm.instance_dict(&args[0]) {
        Some(dict) if !dict.data.get(&vm.gil).is_empty() => dict.into_value(),
        _ => Value::None,
    };
    let state = Value::tuple(vec![func.clone(), first.into_value(), defaults.into_value(), dict]);
    Ok(Value::tuple(vec![class, Value::tuple(vec![func]), state]))
}

/// A partial object is no method, but is going to be one.
fn get(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    if !args[1].is_none() {
        let message = "functools.partial will be a method descriptor in future Python versions; \
                       wrap it in staticmethod() if you want to preserve the old behavior";
        vm.warn(Known::FutureWarning, message, 1)?;
    }
    Ok(args[0].clone())
}

fn setstate(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let state = match &args[1] {
        Value::Tuple(state) => state.to_ptr(),
        _ => return Err(vm.type_error("invalid partial state")),
    };
    let [func, first, keywords, dict] = state.as_slice() else {
        return Err(vm.type_error("invalid partial state"));
    };
    let is_dict = |vm: &Vm, value: &Value| value.is_none() || matches!(vm.unwrap(value), Value::Dict(_));
    let Value::Tuple(first) = vm.unwrap(first) else { return Err(vm.type_error("invalid partial state")) };
    let first = first.to_ptr();
    if !is_callable(vm, func) || !is_dict(vm, keywords) {
        return Err(vm.type_error("invalid partial state"));
    }
    let defaults = Dict::new();
    if !keywords.is_none() {
        vm.dict_update(&defaults, keywords)?;
    }
    let partial = Partial { func: func.clone(), args: first, keywords: defaults };
    if let Value::Foreign(object) = &args[0] {
        if let Some(place) = object.get_mut::<Partial>(&mut vm.gil) {
            let old = std::mem::replace(place, partial);
            drop(old);
        }
    }
    if let Some(own) = vm.instance_dict(&args[0]) {
        vm.call_method_str(&own.to_value(), "clear", &[])?;
        if !dict.is_none() {
            vm.dict_update(&own, dict)?;
        }
    }
    Ok(Value::None)
}
