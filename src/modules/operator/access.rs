//! `itemgetter`, `attrgetter`, `methodcaller`.

use crate::builtins::native;
use crate::modules::foreign::foreign_data;
use crate::object::{Args, Arity, CallFn, Foreign, ForeignData, NativeDef, Ptr, Raised, Raw, Str, Tuple, Value, Vm};

/// Full name, constructor and methods of each class.
pub(super) const CLASSES: &[(&str, &[NativeDef], &[NativeDef])] = &[
    (
        "operator.itemgetter",
        &[native("__new__", Arity::Variadic, new_itemgetter, "Make an instance of the class.")],
        &[
            native("__call__", Arity::Variadic, call_itemgetter, "Call self as a function."),
            native("__repr__", Arity::Exact(1), repr, "Return repr(self)."),
            native("__reduce__", Arity::Exact(1), reduce, "What pickle needs to make the object again"),
        ],
    ),
    (
        "operator.attrgetter",
        &[native("__new__", Arity::Variadic, new_attrgetter, "Make an instance of the class.")],
        &[
            native("__call__", Arity::Variadic, call_attrgetter, "Call self as a function."),
            native("__repr__", Arity::Exact(1), repr, "Return repr(self)."),
            native("__reduce__", Arity::Exact(1), reduce, "What pickle needs to make the object again"),
        ],
    ),
    (
        "operator.methodcaller",
        &[native("__new__", Arity::Any, new_methodcaller, "Make an instance of the class.")],
        &[
            native("__call__", Arity::Variadic, call_methodcaller, "Call self as a function."),
            native("__repr__", Arity::Exact(1), methodcaller_repr, "Return repr(self)."),
            native("__reduce__", Arity::Exact(1), methodcaller_reduce, "What pickle needs to make the object again"),
        ],
    ),
];

/// What a getter was made with, and for `attrgetter` the dotted names taken apart.
struct Getter {
    items: Vec<Value>,
    paths: Vec<Vec<Ptr<Str>>>,
}

impl ForeignData for Getter {
    fn trace(&self, visit: &mut dyn FnMut(&Value)) {
        self.items.iter().for_each(visit);
    }

    fn clear(&mut self) -> Vec<Value> {
        std::mem::take(&mut self.items)
    }

    fn call_fn(&self) -> Option<CallFn> {
        Some(if self.paths.is_empty() { get_items } else { get_attributes })
    }
}

fn make(vm: &mut Vm, class: &Value, getter: Getter) -> Result<Value, Raised> {
    let class = vm.expect_class(class)?;
    Ok(Foreign::new(class, getter).into_value())
}

fn new_itemgetter(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let items = args.values()[1..].to_vec();
    if items.is_empty() {
        return Err(vm.type_error("itemgetter expected 1 argument, got 0"));
    }
    make(vm, &args[0], Getter { items, paths: Vec::new() })
}

fn new_attrgetter(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let items = args.values()[1..].to_vec();
    if items.is_empty() {
        return Err(vm.type_error("attrgetter expected 1 argument, got 0"));
    }
    let mut paths = Vec::with_capacity(items.len());
    for item in &items {
        let Value::Str(name) = vm.unwrap(item) else {
            return Err(vm.type_error("attribute name must be a string"));
        };
        let name = name.to_ptr();
        paths.push(name.split('.').map(|part| vm.intern(part)).collect());
    }
    make(vm, &args[0], Getter { items, paths })
}

/// The one argument that a getter is called with.
fn subject<'a>(vm: &mut Vm, object: &Foreign, args: &'a [Value]) -> Result<&'a Value, Raised> {
    match args {
        [subject] => Ok(subject),
        more => {
            let (name, given) = (object.class.data.get(&vm.gil).name.clone(), more.len());
            let name = name.as_str();
            Err(vm.type_error(format!("{name} expected 1 argument, got {given}")))
        }
    }
}

/// `__call__` of the classes here, by the function that calls their objects.
fn called(vm: &mut Vm, args: Args<'_>, call: CallFn) -> Result<Value, Raised> {
    match &args[0] {
        Value::Foreign(object) => call(vm, object, &args.values()[1..]),
        _ => Ok(Value::None),
    }
}

fn getter<'a>(vm: &'a Vm, value: &'a Value) -> Option<&'a Getter> {
    match value {
        Value::Foreign(object) => object.get::<Getter>(&vm.gil),
        _ => None,
    }
}

fn call_itemgetter(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    called(vm, args, get_items)
}

fn get_items(vm: &mut Vm, object: &Raw<Foreign>, args: &[Value]) -> Result<Value, Raised> {
    let subject = subject(vm, object, args)?;
    let Some(getter) = object.get::<Getter>(&vm.gil) else { return Ok(Value::None) };
    if let [item] = getter.items.as_slice() {
        let item = item.clone();
        return vm.getitem(subject, &item);
    }
    let items = getter.items.clone();
    let mut found = Vec::with_capacity(items.len());
    for item in &items {
        found.push(vm.getitem(subject, item)?);
    }
    Ok(Value::tuple(found))
}

fn follow(vm: &mut Vm, subject: &Value, path: &[Ptr<Str>]) -> Result<Value, Raised> {
    let mut object = subject.clone();
    for name in path {
        object = vm.getattr(&object, name)?;
    }
    Ok(object)
}

fn call_attrgetter(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    called(vm, args, get_attributes)
}

fn get_attributes(vm: &mut Vm, object: &Raw<Foreign>, args: &[Value]) -> Result<Value, Raised> {
    let subject = subject(vm, object, args)?;
    let Some(getter) = object.get::<Getter>(&vm.gil) else { return Ok(Value::None) };
    if let [path] = getter.paths.as_slice() {
        if let [name] = path.as_slice() {
            let name = name.clone();
            return vm.getattr(subject, &name);
        }
    }
    let paths = getter.paths.clone();
    if let [path] = paths.as_slice() {
        return follow(vm, subject, path);
    }
    let mut found = Vec::with_capacity(paths.len());
    for path in &paths {
        found.push(follow(vm, subject, path)?);
    }
    Ok(Value::tuple(found))
}

fn items(vm: &Vm, value: &Value) -> Vec<Value> {
    getter(vm, value).map(|getter| getter.items.clone()).unwrap_or_default()
}

fn repr(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let name = vm.class_name(&args[0]);
    let items = items(vm, &args[0]);
    let open = format!("{name}(");
    crate::builtins::sequence::join_reprs(vm, &open, ")", |_, index| items.get(index).cloned()).map(Value::from)
}

fn reduce(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let class = vm.class_of(&args[0]).into_value();
    let items = items(vm, &args[0]);
    Ok(Value::tuple(vec![class, Value::tuple(items)]))
}

/// A method's name and what to call it with: positional values, then those of the keywords.
#[derive(Clone)]
struct MethodCaller {
    name: Ptr<Str>,
    values: Vec<Value>,
    keywords: Option<Ptr<Tuple>>,
}

foreign_data! { MethodCaller, call: call_on, single: [], many: [values] }

fn new_methodcaller(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let Some(name) = args.positional().get(1) else {
        return Err(vm.type_error("methodcaller needs at least one argument, the method name"));
    };
    let Value::Str(name) = vm.unwrap(name) else {
        return Err(vm.type_error("method name must be a string"));
    };
    let name = name.to_ptr();
    let name = vm.intern(name.as_str());
    let caller = MethodCaller { name, values: args.values()[2..].to_vec(), keywords: args.names().cloned() };
    let class = vm.expect_class(&args[0])?;
    Ok(Foreign::new(class, caller).into_value())
}

fn caller(vm: &Vm, value: &Value) -> Option<MethodCaller> {
    let Value::Foreign(object) = value else { return None };
    object.get::<MethodCaller>(&vm.gil).cloned()
}

fn call_methodcaller(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    called(vm, args, call_on)
}

fn call_on(vm: &mut Vm, object: &Raw<Foreign>, args: &[Value]) -> Result<Value, Raised> {
    let subject = subject(vm, object, args)?;
    let Some(caller) = object.get::<MethodCaller>(&vm.gil).cloned() else { return Ok(Value::None) };
    let given = match &caller.keywords {
        Some(names) => Args::with_names(&caller.values, names),
        None => Args::new(&caller.values),
    };
    let (method, on_subject) = vm.load_method(subject, &caller.name)?;
    if on_subject { vm.call_with_receiver(&method, subject.clone(), given) } else { vm.call_args(&method, given) }
}

fn methodcaller_repr(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let Some(MethodCaller { name, values, keywords }) = caller(vm, &args[0]) else { return Ok(Value::None) };
    let call = match &keywords {
        Some(names) => Args::with_names(&values, names),
        None => Args::new(&values),
    };
    let mut text = format!("operator.methodcaller({}", vm.repr(&name.to_value())?.as_str());
    for value in call.positional() {
        text.push_str(", ");
        text.push_str(vm.repr(value)?.as_str());
    }
    for (name, value) in call.keywords() {
        text.push_str(", ");
        text.push_str(vm.str(name)?.as_str());
        text.push('=');
        text.push_str(vm.repr(value)?.as_str());
    }
    text.push(')');
    Ok(text.into())
}

fn methodcaller_reduce(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let Some(MethodCaller { name, values, keywords }) = caller(vm, &args[0]) else { return Ok(Value::None) };
    let class = vm.class_of(&args[0]).into_value();
    if let Some(keywords) = keywords {
        let functools = vm.import_dotted("functools")?;
        let partial = vm.get_attr(&functools, "partial")?;
        let (positional, named) = values.split_at(values.len() - keywords.len());
        let given = [&[class, name.into_value()], named].concat();
        let make = vm.call_args(&partial, Args::with_names(&given, &keywords))?;
        return Ok(Value::tuple(vec![make, Value::tuple(positional.to_vec())]));
    }
    let parts = std::iter::once(name.into_value()).chain(values).collect();
    Ok(Value::tuple(vec![class, Value::tuple(parts)]))
}
