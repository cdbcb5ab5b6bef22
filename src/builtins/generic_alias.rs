//! `types.GenericAlias`: a generic class with its parameters given, such as `list[int]` (PEP 585).

use crate::builtins::native;
use crate::builtins::object::{attribute_name, equality};
use crate::object::{
    Args, Arity, Foreign, ForeignData, GetSetDef, Known, Name, NativeDef, NativeKind, Ptr, Raised, Tuple, Value, Vm,
};

struct Alias {
    origin: Value,
    args: Ptr<Tuple>,
    /// `*tuple[int]`.
    starred: bool,
}

impl ForeignData for Alias {
    fn trace(&self, visit: &mut dyn FnMut(&Value)) {
        visit(&self.origin);
        visit(&self.args.to_value());
    }

    fn clear(&mut self) -> Vec<Value> {
        vec![self.origin.take()]
    }
}

const SLOTS: &[NativeDef] = &[
    native("__repr__", Arity::Exact(1), repr, "Return repr(self)."),
    native("__call__", Arity::Any, call, "Call self as a function."),
    native("__getattribute__", Arity::Exact(2), getattribute, "Return getattr(self, name)."),
    native("__eq__", Arity::Exact(2), eq, "Return self==value."),
    native("__hash__", Arity::Exact(1), hash, "Return hash(self)."),
    native("__getitem__", Arity::Exact(2), getitem, "Return self[key]."),
    native("__iter__", Arity::Exact(1), iter, "Implement iter(self)."),
];

const METHODS: &[NativeDef] = &[
    native("__mro_entries__", Arity::Exact(2), mro_entries, ""),
    native("__instancecheck__", Arity::Exact(2), instancecheck, ""),
    native("__subclasscheck__", Arity::Exact(2), subclasscheck, ""),
    native("__reduce__", Arity::Exact(1), reduce, ""),
    native("__dir__", Arity::Exact(1), dir, ""),
];

const STATIC: &[NativeDef] =
    &[native("__new__", Arity::Exact(3), new, "A generic class with its arguments, such as list[int].")];

const GETSETS: &[GetSetDef] = &[
    GetSetDef { name: "__origin__", get: |vm, a| Ok(of(vm, a)?.0), set: None, doc: "" },
    GetSetDef { name: "__args__", get: |vm, a| Ok(of(vm, a)?.1.into_value()), set: None, doc: "" },
    GetSetDef { name: "__parameters__", get: parameters, set: None, doc: "" },
    GetSetDef { name: "__unpacked__", get: |vm, a| Ok(Value::bool(of(vm, a)?.2)), set: None, doc: "" },
    GetSetDef { name: "__typing_unpacked_tuple_args__", get: unpacked_tuple_args, set: None, doc: "" },
];

/// Attributes that are the alias's own; all others are asked of the origin.
const OWN: &[&str] = &[
    "__class__",
    "__origin__",
    "__args__",
    "__parameters__",
    "__unpacked__",
    "__mro_entries__",
    "__reduce__",
    "__reduce_ex__",
    "__copy__",
    "__deepcopy__",
    "__typing_unpacked_tuple_args__",
    "__bases__",
];

/// Gives `types.GenericAlias` its methods.
pub(super) fn install(vm: &mut Vm) {
    let class = vm.known(Known::GenericAlias);
    vm.add_methods(&class, NativeKind::SlotWrapper, SLOTS);
    vm.add_methods(&class, NativeKind::Method, METHODS);
    vm.add_methods(&class, NativeKind::Static, STATIC);
    vm.add_getsets(&class, GETSETS);
}

/// Whether a value is such an alias.
pub(super) fn is_alias(vm: &Vm, value: &Value) -> bool {
    matches!(value, Value::Foreign(foreign) if foreign.get::<Alias>(&vm.gil).is_some())
}

fn of(vm: &mut Vm, value: &Value) -> Result<(Value, Ptr<Tuple>, bool), Raised> {
    if let Value::Foreign(foreign) = value {
        if let Some(alias) = foreign.get::<Alias>(&vm.gil) {
            return Ok((alias.origin.clone(), alias.args.clone(), alias.starred));
        }
    }
    Err(super::receiver::wrong_receiver(vm, value, Known::GenericAlias))
}

fn make(vm: &mut Vm, origin: Value, args: Ptr<Tuple>, starred: bool) -> Value {
    let class = vm.known(Known::GenericAlias);
    Foreign::new(class, Alias { origin, args, starred }).into_value()
}

fn new(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let class = vm.expect_class(&args[0])?;
    let given = match &args[2] {
        Value::Tuple(items) => items.to_ptr(),
        other => Tuple::new(vec![other.clone()]),
    };
    Ok(Foreign::new(class, Alias { origin: args[1].clone(), args: given, starred: false }).into_value())
}

/// How a type stands in the text of an alias or union.
pub(super) fn type_text(vm: &mut Vm, value: &Value) -> Result<String, Raised> {
    match value {
        Value::Ellipsis => Ok("...".to_owned()),
        Value::Class(class) => {
            Ok(if class.known == Some(Known::NoneType) { "None".to_owned() } else { vm.class_full_name(class) })
        }
        Value::List(list) => {
            let items = list.items.get(&vm.gil).clone();
            let mut texts = Vec::with_capacity(items.len());
            for item in &items {
                texts.push(type_text(vm, item)?);
            }
            Ok(format!("[{}]", texts.join(", ")))
        }
        _ => Ok(vm.repr(value)?.as_str().to_owned()),
    }
}

fn repr(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let (origin, given, starred) = of(vm, &args[0])?;
    let origin = type_text(vm, &origin)?;
    let mut texts = Vec::with_capacity(given.len());
    for item in given.iter() {
        texts.push(type_text(vm, item)?);
    }
    let inside = if texts.is_empty() { "()".to_owned() } else { texts.join(", ") };
    Ok(Value::str(&format!("{}{origin}[{inside}]", if starred { "*" } else { "" })))
}

fn call(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let (origin, _, _) = of(vm, &args[0])?;
    let made = vm.call_args(&origin, args.skip(1))?;
    let name = vm.intern("__orig_class__");
    if let Err(raised) = vm.setattr(&made, &name, args[0].clone()) {
        if !vm.raised_is(&raised, Known::AttributeError) && !vm.raised_is(&raised, Known::TypeError) {
            return Err(raised);
        }
        drop(vm.take_raised(raised));
    }
    Ok(made)
}

fn getattribute(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let name = attribute_name(vm, &args[1])?;
    if OWN.contains(&name.as_str()) {
        return match vm.generic_getattr(&args[0], &name)? {
            Some(value) => Ok(value),
            None => Err(vm.no_attribute(&args[0], &name)),
        };
    }
    let (origin, _, _) = of(vm, &args[0])?;
    vm.getattr(&origin, &name)
}

fn eq(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    if !is_alias(vm, &args[1]) {
        return Ok(Value::NotImplemented);
    }
    let (a, b) = (of(vm, &args[0])?, of(vm, &args[1])?);
    let equal = a.2 == b.2 && equality(vm, &a.0, &b.0)? && equality(vm, &a.1.into_value(), &b.1.into_value())?;
    Ok(Value::bool(equal))
}

fn hash(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let (origin, given, _) = of(vm, &args[0])?;
    let hash = vm.hash(&origin)? ^ vm.hash(&given.into_value())?;
    Ok(Value::Int(if hash == -1 { -2 } else { hash }))
}

/// The type variables among the arguments, each once.
pub(super) fn collect_parameters(vm: &mut Vm, args: &[Value]) -> Result<Vec<Value>, Raised> {
    let mut found: Vec<Value> = Vec::new();
    for arg in args {
        let class = vm.class_of(arg);
        let substitutes = vm.intern("__typing_subst__");
        let parts = if !matches!(arg, Value::Class(_)) && vm.lookup(&class, &substitutes).is_some() {
            vec![arg.clone()]
        } else if matches!(arg, Value::Class(_)) {
            Vec::new()
        } else {
            let name = vm.intern("__parameters__");
            match &vm.getattr_opt(arg, &name)? {
                Some(Value::Tuple(inner)) => inner.as_slice().to_vec(),
                _ => Vec::new(),
            }
        };
        for part in parts {
            if !found.iter().any(|other| other.is(&part)) {
                found.push(part);
            }
        }
    }
    Ok(found)
}

fn parameters(vm: &mut Vm, object: &Value) -> Result<Value, Raised> {
    let (_, given, _) = of(vm, object)?;
    Ok(Value::tuple(collect_parameters(vm, &given)?))
}

/// The arguments of `*tuple[...]`; None for any other alias.
fn unpacked_tuple_args(vm: &mut Vm, object: &Value) -> Result<Value, Raised> {
    let (origin, given, starred) = of(vm, object)?;
    let of_tuple = matches!(&origin, Value::Class(class) if class.known == Some(Known::Tuple));
    Ok(if starred && of_tuple { given.into_value() } else { Value::None })
}

/// What is given for parameters, `*tuple[int, str]` taken apart (not `*tuple[int, ...]`: it has no length).
fn given_items(vm: &mut Vm, item: &Value) -> Result<Vec<Value>, Raised> {
    let items = match item {
        Value::Tuple(items) => items.as_slice().to_vec(),
        other => vec![other.clone()],
    };
    let name = vm.intern("__typing_unpacked_tuple_args__");
    let mut flat = Vec::with_capacity(items.len());
    for item in items {
        let inner = if matches!(item, Value::Class(_)) { None } else { vm.getattr_opt(&item, &name)? };
        match &inner {
            Some(Value::Tuple(inner)) if !matches!(inner.as_slice().last(), Some(Value::Ellipsis)) => {
                flat.extend_from_slice(inner.as_slice());
            }
            _ => flat.push(item),
        }
    }
    Ok(flat)
}

/// The arguments with the type variables replaced.
pub(super) fn substitute(vm: &mut Vm, object: &Value, args: &[Value], item: &Value) -> Result<Vec<Value>, Raised> {
    let parameters = collect_parameters(vm, args)?;
    let shown = vm.repr(object)?;
    if parameters.is_empty() {
        return Err(vm.type_error(format!("{} is not a generic class", shown.as_str())));
    }
    let mut items = given_items(vm, item)?;
    let prepare = vm.intern("__typing_prepare_subst__");
    for parameter in &parameters {
        // A TypeVarTuple gathers what the other parameters leave, a ParamSpec its list.
        if let Some(prepare) = vm.getattr_opt(parameter, &prepare)? {
            let prepared = vm.call(&prepare, &[object.clone(), Value::tuple(items)])?;
            items = vm.collect(&prepared)?;
        }
    }
    if items.len() != parameters.len() {
        let what = if items.len() > parameters.len() { "many" } else { "few" };
        let (actual, expected) = (items.len(), parameters.len());
        return Err(
            vm.type_error(format!("Too {what} arguments for {}; actual {actual}, expected {expected}", shown.as_str()))
        );
    }
    let mut result = Vec::with_capacity(args.len());
    for arg in args {
        if let Some(at) = parameters.iter().position(|parameter| parameter.is(arg)) {
            result.push(vm.call_method_str(arg, "__typing_subst__", std::slice::from_ref(&items[at]))?);
            continue;
        }
        let inner = if matches!(arg, Value::Class(_)) {
            Vec::new()
        } else {
            collect_parameters(vm, std::slice::from_ref(arg))?
        };
        if inner.is_empty() {
            result.push(arg.clone());
            continue;
        }
        let mut values = Vec::with_capacity(inner.len());
        for (at, parameter) in parameters.iter().enumerate() {
            if inner.iter().any(|one| one.is(parameter)) {
                match &items[at] {
                    Value::Tuple(many) if gathers(vm, parameter) => values.extend_from_slice(many.as_slice()),
                    one => values.push(one.clone()),
                }
            }
        }
        let replaced = vm.getitem(arg, &Value::tuple(values))?;
        let unpacked = vm.intern("__typing_is_unpacked_typevartuple__");
        match (vm.getattr_opt(arg, &unpacked)?, &replaced) {
            (Some(flag), Value::Tuple(many)) if flag.is(&Value::bool(true)) => {
                result.extend_from_slice(many.as_slice())
            }
            _ => result.push(replaced),
        }
    }
    Ok(result)
}

/// A TypeVarTuple is the one parameter that can be iterated.
fn gathers(vm: &mut Vm, parameter: &Value) -> bool {
    let class = vm.class_of(parameter);
    vm.lookup_name(&class, Name::__iter__).is_some()
}

fn getitem(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let (origin, given, starred) = of(vm, &args[0])?;
    let replaced = substitute(vm, &args[0], &given, &args[1])?;
    Ok(make(vm, origin, Tuple::new(replaced), starred))
}

fn iter(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let (origin, given, _) = of(vm, &args[0])?;
    let starred = make(vm, origin, given, true);
    vm.iter(&Value::tuple(vec![starred]))
}

fn mro_entries(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    Ok(Value::tuple(vec![of(vm, &args[0])?.0]))
}

fn instancecheck(vm: &mut Vm, _args: Args<'_>) -> Result<Value, Raised> {
    Err(vm.type_error("isinstance() argument 2 cannot be a parameterized generic"))
}

fn subclasscheck(vm: &mut Vm, _args: Args<'_>) -> Result<Value, Raised> {
    Err(vm.type_error("issubclass() argument 2 cannot be a parameterized generic"))
}

fn reduce(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let (origin, given, _) = of(vm, &args[0])?;
    let class = vm.known(Known::GenericAlias).into_value();
    Ok(Value::tuple(vec![class, Value::tuple(vec![origin, given.into_value()])]))
}

fn dir(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let (origin, _, _) = of(vm, &args[0])?;
    let hook = vm.get(&origin, Name::__dir__)?;
    let names = match origin {
        Value::Class(_) => vm.call_special(&origin, Name::__dir__, &[])?.unwrap_or(Value::None),
        _ => vm.call(&hook, &[])?,
    };
    let mut names = vm.collect(&names)?;
    names.extend(OWN.iter().map(|name| Value::str(name)));
    Ok(Value::list(names))
}
