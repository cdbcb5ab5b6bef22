//! `object`: what every object can do.

use crate::builtins::native;
use crate::bytecode::CmpOp;
use crate::object::{
    Args, Arity, Class, ClassFlags, GetSetDef, Known, Layout, Name, NativeDef, NativeKind, Params, Ptr, Raised, Str,
    Value, Vm,
};

const REDUCE_EX: Params = Params { names: &["self", "protocol"], required: 2, posonly: 2, kwonly: 0 };

const SLOTS: &[NativeDef] = &[
    native("__init__", Arity::Any, init, "Set up a new instance."),
    native("__repr__", Arity::Exact(1), repr, "Return repr(self)."),
    native("__str__", Arity::Exact(1), str, "Return str(self)."),
    native("__hash__", Arity::Exact(1), hash, "Return hash(self)."),
    native("__eq__", Arity::Exact(2), eq, "Return self==value."),
    native("__ne__", Arity::Exact(2), ne, "Return self!=value."),
    native("__lt__", Arity::Exact(2), unordered, "Return self<value."),
    native("__le__", Arity::Exact(2), unordered, "Return self<=value."),
    native("__gt__", Arity::Exact(2), unordered, "Return self>value."),
    native("__ge__", Arity::Exact(2), unordered, "Return self>=value."),
    native("__getattribute__", Arity::Exact(2), getattribute, "Return getattr(self, name)."),
    native("__setattr__", Arity::Exact(3), setattr, "self.name = value"),
    native("__delattr__", Arity::Exact(2), delattr, "Implement delattr(self, name)."),
];

const METHODS: &[NativeDef] = &[
    native("__format__", Arity::Exact(2), format, "Default object formatter."),
    native("__dir__", Arity::Exact(1), dir, "Default dir() implementation."),
    native("__reduce__", Arity::Exact(1), reduce, "Helper for pickle."),
    native("__reduce_ex__", Arity::Named(&REDUCE_EX), reduce_ex, "Helper for pickle."),
    native("__getstate__", Arity::Exact(1), getstate, "Helper for pickle."),
    native("__sizeof__", Arity::Exact(1), sizeof, "How many bytes the object takes."),
];

const CLASS_METHODS: &[NativeDef] = &[
    native("__init_subclass__", Arity::Exact(1), init_subclass, "Called for each new subclass; does nothing here."),
    native(
        "__subclasshook__",
        Arity::Exact(2),
        subclasshook,
        "Asked by issubclass() for abstract classes; NotImplemented means that the bases decide.",
    ),
];

const STATIC: &[NativeDef] = &[native("__new__", Arity::Any, new, "Make an instance of the class.")];

const GETSETS: &[GetSetDef] =
    &[GetSetDef { name: "__class__", get: get_class, set: Some(set_class), doc: "the object's class" }];

/// Gives `object` its methods.
pub(super) fn install(vm: &mut Vm) {
    let class = vm.known(Known::Object);
    vm.add_methods(&class, NativeKind::SlotWrapper, SLOTS);
    vm.add_methods(&class, NativeKind::Method, METHODS);
    vm.add_methods(&class, NativeKind::ClassMethod, CLASS_METHODS);
    vm.add_methods(&class, NativeKind::Static, STATIC);
    vm.add_getsets(&class, GETSETS);
    let exceptions = vm.known(Known::BaseException);
    vm.add_getsets(&exceptions, &[crate::vm::INSTANCE_DICT]);
    for &known in Known::ALL {
        let dict = vm.known(known).data.get(&vm.gil).dict.clone();
        vm.dict_set_str(&dict, "__doc__", super::docs::of(known).map_or(Value::None, Value::str));
    }
}

fn get_class(vm: &mut Vm, object: &Value) -> Result<Value, Raised> {
    Ok(vm.class_of(object).into_value())
}

fn set_class(vm: &mut Vm, object: &Value, value: Option<Value>) -> Result<(), Raised> {
    match value {
        Some(value) => vm.assign_class(object, &value),
        None => Err(vm.type_error("can't delete __class__ attribute")),
    }
}

/// The class that `object.__new__` was called with.
fn class_arg(vm: &mut Vm, args: &Args<'_>) -> Result<Ptr<Class>, Raised> {
    match args.positional().first() {
        None => Err(vm.type_error("object.__new__(): not enough arguments")),
        Some(Value::Class(class)) => Ok(class.to_ptr()),
        Some(other) => {
            let found = vm.class_name(other);
            Err(vm.type_error(format!("object.__new__(X): X is not a type object ({found})")))
        }
    }
}

/// The nearest class on the MRO whose instances `object.__new__` cannot make.
fn unsafe_owner(vm: &Vm, class: &Ptr<Class>) -> Option<String> {
    let data = class.data.get(&vm.gil);
    if data.layout == Layout::Plain {
        let foreign = |class: &Ptr<Class>| class.known.is_none() && !class.flags(&vm.gil).has(ClassFlags::HEAP);
        return std::iter::once(class)
            .chain(&data.mro_tail)
            .find(|class| foreign(class))
            .map(|class| class.name(&vm.gil).to_owned());
    }
    let known = |class: &Ptr<Class>| !class.flags(&vm.gil).has(ClassFlags::HEAP);
    std::iter::once(class).chain(&data.mro_tail).find(|class| known(class)).map(|class| class.name(&vm.gil).to_owned())
}

fn new(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let class = class_arg(vm, &args)?;
    if args.len() > 1 {
        if !vm.defines_natively(&class, Name::__new__, Known::Object) {
            return Err(vm.type_error("object.__new__() takes exactly one argument (the type to instantiate)"));
        }
        if vm.defines_natively(&class, Name::__init__, Known::Object) {
            let name = class.name(&vm.gil).to_owned();
            return Err(vm.type_error(format!("{name}() takes no arguments")));
        }
    }
    if class.flags(&vm.gil).has(ClassFlags::ABSTRACT) {
        return Err(vm.abstract_class_error(&class));
    }
    if let Some(owner) = unsafe_owner(vm, &class) {
        let name = class.name(&vm.gil).to_owned();
        return Err(vm.type_error(format!("object.__new__({name}) is not safe, use {owner}.__new__()")));
    }
    Ok(vm.bare_instance(&class))
}

fn init(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let Some(object) = args.positional().first() else {
        return Err(vm.type_error("descriptor '__init__' of 'object' object needs an argument"));
    };
    if args.len() > 1 {
        let class = vm.class_of(object);
        if !vm.defines_natively(&class, Name::__init__, Known::Object) {
            return Err(vm.type_error("object.__init__() takes exactly one argument (the instance to initialize)"));
        }
        if vm.defines_natively(&class, Name::__new__, Known::Object) {
            let name = class.name(&vm.gil).to_owned();
            return Err(
                vm.type_error(format!("{name}.__init__() takes exactly one argument (the instance to initialize)"))
            );
        }
    }
    Ok(Value::None)
}

fn repr(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let class = vm.class_of(&args[0]);
    let mut name = vm.class_full_name(&class);
    if let Some(known) = class.known {
        name = known.name().to_owned();
    }
    Ok(Value::str(&format!("<{name} object at {:#x}>", args[0].identity())))
}

fn str(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    vm.repr(&args[0]).map(Ptr::into_value)
}

fn hash(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    Ok(Value::Int(vm.interp.heap.hash_identity(&args[0])))
}

fn eq(_vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    Ok(if args[0].is(&args[1]) { Value::bool(true) } else { Value::NotImplemented })
}

fn ne(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let class = vm.class_of(&args[0]);
    let Some(found) = vm.lookup_name(&class, Name::__eq__) else { return Ok(Value::NotImplemented) };
    let answer = vm.call_found(found, &args[0], &args.values()[1..2])?;
    if matches!(answer, Value::NotImplemented) {
        return Ok(answer);
    }
    Ok(Value::bool(!vm.truth(&answer)?))
}

fn unordered(_vm: &mut Vm, _args: Args<'_>) -> Result<Value, Raised> {
    Ok(Value::NotImplemented)
}

/// The name of an attribute that a script gave.
pub(super) fn attribute_name(vm: &mut Vm, name: &Value) -> Result<Ptr<Str>, Raised> {
    match vm.unwrap(name) {
        Value::Str(text) if text.is_interned() => Ok(text.to_ptr()),
        Value::Str(text) => {
            let text = text.to_ptr();
            Ok(vm.intern(text.as_str()))
        }
        _ => {
            let found = vm.class_name(name);
            Err(vm.type_error(format!("attribute name must be string, not '{found}'")))
        }
    }
}

pub(super) fn getattribute(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let name = attribute_name(vm, &args[1])?;
    match vm.generic_getattr(&args[0], &name)? {
        Some(value) => Ok(value),
        None => Err(vm.no_attribute(&args[0], &name)),
    }
}

pub(super) fn setattr(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let name = attribute_name(vm, &args[1])?;
    vm.generic_setattr(&args[0], &name, Some(args[2].clone())).map(|()| Value::None)
}

pub(super) fn delattr(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let name = attribute_name(vm, &args[1])?;
    vm.generic_setattr(&args[0], &name, None).map(|()| Value::None)
}

fn format(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let Value::Str(spec) = vm.unwrap(&args[1]) else {
        let found = vm.class_name(&args[1]);
        return Err(vm.type_error(format!("__format__() argument must be str, not {found}")));
    };
    if !spec.as_str().is_empty() {
        let class = vm.class_name(&args[0]);
        return Err(vm.type_error(format!("unsupported format string passed to {class}.__format__")));
    }
    vm.str(&args[0]).map(Ptr::into_value)
}

/// The names of the attributes of a class and its bases.
pub(super) fn class_names(vm: &mut Vm, class: &Ptr<Class>, names: &mut Vec<Value>) {
    let data = class.data.get(&vm.gil);
    for class in std::iter::once(class).chain(&data.mro_tail) {
        let dict = class.data.get(&vm.gil).dict.data.get(&vm.gil);
        for entry in dict.iter() {
            if !names.iter().any(|name| name.is(&entry.key)) {
                names.push(entry.key.clone());
            }
        }
    }
}

fn dir(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    if tells_its_own(vm, &args[0]) {
        return told_names(vm, &args[0]);
    }
    let own = vm.own_attributes(&args[0]);
    let mut names: Vec<Value> = own.into_iter().map(|(name, _)| name).collect();
    let class = vm.class_of(&args[0]);
    class_names(vm, &class, &mut names);
    Ok(Value::list(names))
}

/// Whether the object's `__dict__` or `__class__` may be another than the machine's.
fn tells_its_own(vm: &mut Vm, object: &Value) -> bool {
    let class = vm.class_of(object);
    let getter = vm.known(Known::Object);
    let plain = vm.lookup_name(&getter, Name::__getattribute__);
    let own = vm.lookup_name(&class, Name::__getattribute__);
    if !matches!((&plain, &own), (Some(plain), Some(own)) if plain.is(own)) && !matches!(object, Value::Module(_)) {
        return true;
    }
    let native = |found: Option<Value>| found.is_none_or(|found| matches!(found, Value::GetSet(_)));
    !native(vm.lookup_name(&class, Name::__dict__)) || !native(vm.lookup_name(&class, Name::__class__))
}

/// The names in what an object says is its `__dict__` and its `__class__`.
fn told_names(vm: &mut Vm, object: &Value) -> Result<Value, Raised> {
    let mut names = Vec::new();
    let dict = vm.intern("__dict__");
    if let Some(dict) = vm.getattr_opt(object, &dict)? {
        if let Value::Dict(dict) = vm.unwrap(&dict) {
            names.extend(dict.data.get(&vm.gil).iter().map(|entry| entry.key.clone()));
        }
    }
    let class = vm.intern("__class__");
    if let Some(Value::Class(class)) = &vm.getattr_opt(object, &class)? {
        class_names(vm, &class.to_ptr(), &mut names);
    }
    Ok(Value::list(names))
}

fn init_subclass(_vm: &mut Vm, _args: Args<'_>) -> Result<Value, Raised> {
    Ok(Value::None)
}

fn subclasshook(_vm: &mut Vm, _args: Args<'_>) -> Result<Value, Raised> {
    Ok(Value::NotImplemented)
}

fn sizeof(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let attributes = match &args[0] {
        Value::Object(object) => object.slots(&vm.gil).len(),
        _ => 0,
    };
    Ok(Value::from(16 + 8 * attributes))
}

/// The values of `__slots__` that are set.
fn slot_values(vm: &mut Vm, object: &Value) -> Vec<(Value, Value)> {
    let Value::Object(instance) = object else { return Vec::new() };
    let data = instance.class.get(&vm.gil).data.get(&vm.gil);
    let first = usize::from(matches!(data.layout, Layout::Builtin(_)));
    let values = instance.slots(&vm.gil);
    let named = data.slot_names.iter().enumerate();
    named.filter_map(|(index, name)| Some((name.to_value(), values.get(first + index)?.clone().bound()?))).collect()
}

fn getstate(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let dict_of = |vm: &mut Vm, pairs: Vec<(Value, Value)>| -> Result<Value, Raised> {
        let dict = crate::object::Dict::new();
        for (key, value) in pairs {
            vm.dict_set(&dict, key, value)?;
        }
        Ok(dict.into_value())
    };
    let own = vm.own_attributes(&args[0]);
    let state = if own.is_empty() { Value::None } else { dict_of(vm, own)? };
    let slots = slot_values(vm, &args[0]);
    if slots.is_empty() {
        return Ok(state);
    }
    let slots = dict_of(vm, slots)?;
    Ok(Value::tuple(vec![state, slots]))
}

fn reduce(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    reduce_protocol(vm, &args[0], 0)
}

fn reduce_ex(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let class = vm.class_of(&args[0]);
    if !vm.defines_natively(&class, Name::__reduce__, Known::Object) {
        let name = vm.name(Name::__reduce__);
        let reduce = vm.getattr(&args[0], &name)?;
        return vm.call(&reduce, &[]);
    }
    let protocol = vm.expect_i64(&args[1])?;
    reduce_protocol(vm, &args[0], protocol)
}

fn reduce_protocol(vm: &mut Vm, object: &Value, protocol: i64) -> Result<Value, Raised> {
    let copyreg = vm.import_dotted("copyreg")?;
    if protocol < 2 {
        return vm.call_method_str(&copyreg, "_reduce_ex", &[object.clone(), Value::Int(protocol)]);
    }
    let class = vm.class_of(object);
    let plain_new = vm.lookup_name(&class, Name::__new__).is_some() && !class.flags(&vm.gil).has(ClassFlags::NO_NEW);
    let has_arguments = vm.lookup_name(&class, Name::__getnewargs__).is_some();
    let function = matches!(
        object,
        Value::Gen(_) | Value::Module(_) | Value::Cell(_) | Value::Traceback(_) | Value::Code(_) | Value::View(_)
    );
    let native_foreign = matches!(object, Value::Foreign(_)) && !has_arguments && class.known.is_none();
    if !plain_new || function || native_foreign {
        let name = if native_foreign { vm.class_full_name(&class) } else { class.name(&vm.gil).to_owned() };
        return Err(vm.type_error(format!("cannot pickle '{name}' object")));
    }
    let mut arguments = vec![class.to_value()];
    let mut keywords = Value::None;
    let with_keywords = vm.intern("__getnewargs_ex__");
    if vm.lookup(&class, &with_keywords).is_some() {
        let given = vm.call_method_str(object, "__getnewargs_ex__", &[])?;
        let Value::Tuple(given) = vm.unwrap(&given) else {
            let found = vm.class_name(&given);
            return Err(vm.type_error(format!("__getnewargs_ex__ should return a tuple, not '{found}'")));
        };
        let [first, named] = given.as_slice() else {
            let count = given.len();
            return Err(vm.value_error(format!("__getnewargs_ex__ should return a tuple of length 2, not {count}")));
        };
        let (first, named) = (first.clone(), named.clone());
        if !matches!(vm.unwrap(&first), Value::Tuple(_)) {
            let found = vm.class_name(&first);
            let message =
                format!("first item of the tuple returned by __getnewargs_ex__ must be a tuple, not '{found}'");
            return Err(vm.type_error(message));
        }
        if !matches!(vm.unwrap(&named), Value::Dict(_)) {
            let found = vm.class_name(&named);
            let message =
                format!("second item of the tuple returned by __getnewargs_ex__ must be a dict, not '{found}'");
            return Err(vm.type_error(message));
        }
        if vm.len(&named)? == 0 {
            arguments.extend(vm.collect(&first)?);
        } else {
            arguments.push(first);
            keywords = named;
        }
    } else if has_arguments {
        let given = vm.call_method(object, Name::__getnewargs__, &[])?;
        arguments.extend(vm.collect(&given)?);
    }
    let state = vm.call_method(object, Name::__getstate__, &[])?;
    let maker = if keywords.is_none() { "__newobj__" } else { "__newobj_ex__" };
    let constructor = vm.get_attr(&copyreg, maker)?;
    if !keywords.is_none() {
        arguments.push(keywords);
    }
    let items = |vm: &mut Vm, known: Known, method: Option<&str>| -> Result<Value, Raised> {
        if !vm.is_known(object, known) {
            return Ok(Value::None);
        }
        let source = match method {
            Some(method) => vm.call_method_str(object, method, &[])?,
            None => object.clone(),
        };
        vm.iter(&source)
    };
    let list_items = items(vm, Known::List, None)?;
    let dict_items = items(vm, Known::Dict, Some("items"))?;
    Ok(Value::tuple(vec![constructor, Value::tuple(arguments), state, list_items, dict_items]))
}

/// `==` of two values as an answer of a native `__eq__`.
pub(super) fn equality(vm: &mut Vm, a: &Value, b: &Value) -> Result<bool, Raised> {
    vm.compare_bool(CmpOp::Eq, a, b)
}
