//! `type`: what every class can do.

use crate::builtins::native;
use crate::builtins::object::{class_names, delattr, getattribute, setattr};
use crate::object::{
    Args, Arity, Class, ClassFlags, Dict, GetSetDef, Getter, Known, Name, NativeDef, NativeKind, Ptr, Raised, Setter,
    Value, Vm,
};

const SLOTS: &[NativeDef] = &[
    native("__init__", Arity::Any, init, "Set up a new instance."),
    native("__call__", Arity::Any, call, "Call self as a function."),
    native("__repr__", Arity::Exact(1), repr, "Return repr(self)."),
    native("__getattribute__", Arity::Exact(2), getattribute, "Return getattr(self, name)."),
    native("__setattr__", Arity::Exact(3), setattr, "self.name = value"),
    native("__delattr__", Arity::Exact(2), delattr, "Implement delattr(self, name)."),
    native("__or__", Arity::Exact(2), or, "Return self|value."),
    native("__ror__", Arity::Exact(2), ror, "Return value|self."),
];

const METHODS: &[NativeDef] = &[
    native("mro", Arity::Exact(1), mro, "The classes in which attributes are looked up, in order."),
    native("__subclasses__", Arity::Exact(1), subclasses, "The classes that have this one as a base and are alive."),
    native(
        "__instancecheck__",
        Arity::Exact(2),
        instancecheck,
        "Whether an object belongs to the class, for isinstance().",
    ),
    native(
        "__subclasscheck__",
        Arity::Exact(2),
        subclasscheck,
        "Whether a class is the same or derived, for issubclass().",
    ),
    native("__dir__", Arity::Exact(1), dir, "The names of the attributes of the class and its bases."),
    native("__sizeof__", Arity::Exact(1), sizeof, "How many bytes the class takes."),
];

const CLASS_METHODS: &[NativeDef] =
    &[native("__prepare__", Arity::Any, prepare, "A dict for the names of a class statement")];

const STATIC: &[NativeDef] = &[native("__new__", Arity::Any, new, "Make an instance of the class.")];

const fn attribute(name: &'static str, get: Getter, set: Option<Setter>) -> GetSetDef {
    GetSetDef { name, get, set, doc: "" }
}

const GETSETS: &[GetSetDef] = &[
    attribute("__name__", get_name, Some(set_name)),
    attribute("__qualname__", get_qualname, Some(set_qualname)),
    attribute("__module__", get_module, Some(set_module)),
    attribute("__bases__", get_bases, Some(set_bases)),
    attribute("__base__", get_base, None),
    attribute("__mro__", get_mro, None),
    attribute("__dict__", get_dict, None),
    attribute("__doc__", get_doc, Some(set_doc)),
    attribute("__abstractmethods__", get_abstract, Some(set_abstract)),
    attribute("__annotations__", get_annotations, Some(set_annotations)),
    attribute("__type_params__", get_type_params, Some(set_type_params)),
    attribute("__text_signature__", get_none, None),
    attribute("__flags__", get_flags, None),
    attribute("__basicsize__", get_basicsize, None),
    attribute("__itemsize__", get_zero, None),
    attribute("__dictoffset__", get_dictoffset, None),
    attribute("__weakrefoffset__", get_weakrefoffset, None),
];

/// Gives `type` its methods.
pub(super) fn install(vm: &mut Vm) {
    let class = vm.known(Known::Type);
    vm.add_methods(&class, NativeKind::SlotWrapper, SLOTS);
    vm.add_methods(&class, NativeKind::Method, METHODS);
    vm.add_methods(&class, NativeKind::ClassMethod, CLASS_METHODS);
    vm.add_methods(&class, NativeKind::Static, STATIC);
    vm.add_getsets(&class, GETSETS);
}

fn class_of(vm: &mut Vm, value: &Value) -> Result<Ptr<Class>, Raised> {
    match value {
        Value::Class(class) => Ok(class.to_ptr()),
        _ => {
            let found = vm.class_name(value);
            Err(vm.type_error(format!("descriptor requires a 'type' object but received a '{found}'")))
        }
    }
}

fn new(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let Some(Value::Class(meta)) = args.positional().first() else {
        return Err(vm.type_error("type.__new__(): not enough arguments"));
    };
    let meta = meta.to_ptr();
    let [name, bases, namespace] = &args.positional()[1..] else {
        if let ([value], 0) = (&args.positional()[1..], args.keyword_count()) {
            if meta.known == Some(Known::Type) {
                return Ok(vm.class_of(value).into_value());
            }
        }
        if meta.known == Some(Known::Type) {
            return Err(vm.type_error("type() takes 1 or 3 arguments"));
        }
        let given = args.positional().len() - 1;
        return Err(vm.type_error(format!("type.__new__() takes exactly 3 arguments ({given} given)")));
    };
    let wrong = |vm: &mut Vm, place: usize, wanted: &str, value: &Value| {
        let found = vm.class_name(value);
        vm.type_error(format!("type.__new__() argument {place} must be {wanted}, not {found}"))
    };
    let Value::Str(name) = &vm.unwrap(name).clone() else { return Err(wrong(vm, 1, "str", name)) };
    let Value::Tuple(bases) = &vm.unwrap(bases).clone() else { return Err(wrong(vm, 2, "tuple", bases)) };
    let Value::Dict(namespace) = &vm.unwrap(namespace).clone() else { return Err(wrong(vm, 3, "dict", namespace)) };
    let (name, bases, namespace) = (name.to_ptr(), bases.as_slice().to_vec(), namespace.to_ptr());
    if name.as_str().contains('\0') {
        return Err(vm.value_error("type name must not contain null characters"));
    }
    if let Some(base) = bases.iter().find(|base| !matches!(base, Value::Class(_))) {
        if vm.get_opt(base, Name::__mro_entries__)?.is_some() {
            return Err(vm.type_error("type() doesn't support MRO entry resolution; use types.new_class()"));
        }
    }
    let winner = vm.winning_metaclass(&meta, &bases)?;
    if !winner.is(&meta) && !vm.defines_natively(&winner, Name::__new__, Known::Type) {
        if let Some(new) = vm.lookup_name(&winner, Name::__new__) {
            let new = vm.bind_to(new, None, &winner)?;
            let mut values = args.values().to_vec();
            values[0] = winner.into_value();
            return match args.names() {
                Some(names) => vm.call_args(&new, Args::with_names(&values, names)),
                None => vm.call(&new, &values),
            };
        }
    }
    let keywords = args.skip(4);
    vm.new_class(&winner, name.as_str(), bases, &namespace, keywords)
}

fn init(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    match args.positional().len() {
        2 | 4 => Ok(Value::None),
        _ => Err(vm.type_error("type.__init__() takes 1 or 3 arguments")),
    }
}

fn call(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let class = class_of(vm, &args[0])?;
    vm.type_call(&class, args.skip(1))
}

fn repr(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let class = class_of(vm, &args[0])?;
    Ok(Value::str(&format!("<class '{}'>", vm.class_full_name(&class))))
}

fn or(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    super::union::make(vm, &args[0], &args[1])
}

fn ror(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    super::union::make(vm, &args[1], &args[0])
}

fn mro_values(vm: &mut Vm, class: &Ptr<Class>) -> Vec<Value> {
    let tail = &class.data.get(&vm.gil).mro_tail;
    std::iter::once(class.to_value()).chain(tail.iter().map(Ptr::to_value)).collect()
}

fn mro(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let class = class_of(vm, &args[0])?;
    let bases = class.data.get(&vm.gil).bases.clone();
    let tail = vm.linearize(&bases)?;
    Ok(Value::list(std::iter::once(class).chain(tail).map(Ptr::into_value).collect()))
}

fn subclasses(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let class = class_of(vm, &args[0])?;
    Ok(Value::list(vm.direct_subclasses(&class).into_iter().map(Ptr::into_value).collect()))
}

fn instancecheck(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    vm.abstract_is_instance(&args[1], &args[0]).map(Value::from)
}

fn subclasscheck(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    vm.abstract_is_subclass(&args[1], &args[0]).map(Value::from)
}

fn dir(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let class = class_of(vm, &args[0])?;
    let mut names = Vec::new();
    class_names(vm, &class, &mut names);
    Ok(Value::list(names))
}

fn sizeof(_vm: &mut Vm, _args: Args<'_>) -> Result<Value, Raised> {
    Ok(Value::Int(1688))
}

fn prepare(_vm: &mut Vm, _args: Args<'_>) -> Result<Value, Raised> {
    Ok(Dict::new().into_value())
}

fn get_name(vm: &mut Vm, object: &Value) -> Result<Value, Raised> {
    let class = class_of(vm, object)?;
    Ok(class.data.get(&vm.gil).name.to_value())
}

/// Refuses to change or delete an attribute that cannot be.
fn changeable(vm: &mut Vm, class: &Ptr<Class>, name: &str, value: Option<Value>) -> Result<Value, Raised> {
    let owner = vm.type_name(class);
    if class.flags(&vm.gil).immutable() {
        return Err(vm.type_error(format!("cannot set '{name}' attribute of immutable type '{owner}'")));
    }
    match value {
        Some(value) => Ok(value),
        None => Err(vm.type_error(format!("cannot delete '{name}' attribute of immutable type '{owner}'"))),
    }
}

fn set_text(vm: &mut Vm, object: &Value, value: Option<Value>, which: &str) -> Result<(), Raised> {
    let class = class_of(vm, object)?;
    let value = changeable(vm, &class, which, value)?;
    let Value::Str(text) = vm.unwrap(&value) else {
        let (owner, found) = (class.name(&vm.gil).to_owned(), vm.class_name(&value));
        return Err(vm.type_error(format!("can only assign string to {owner}.{which}, not '{found}'")));
    };
    let text = text.to_ptr();
    if which == "__name__" && text.as_str().contains('\0') {
        return Err(vm.value_error("type name must not contain null characters"));
    }
    let data = class.data.get_mut(&mut vm.gil);
    let place = if which == "__name__" { &mut data.name } else { &mut data.qualname };
    let old = std::mem::replace(place, text);
    drop(old);
    Ok(())
}

fn set_name(vm: &mut Vm, object: &Value, value: Option<Value>) -> Result<(), Raised> {
    set_text(vm, object, value, "__name__")
}

fn get_qualname(vm: &mut Vm, object: &Value) -> Result<Value, Raised> {
    let class = class_of(vm, object)?;
    Ok(class.data.get(&vm.gil).qualname.to_value())
}

fn set_qualname(vm: &mut Vm, object: &Value, value: Option<Value>) -> Result<(), Raised> {
    set_text(vm, object, value, "__qualname__")
}

/// What the class's own dict has under a name.
fn own(vm: &Vm, class: &Class, name: Name) -> Option<Value> {
    let dict = class.data.get(&vm.gil).dict.data.get(&vm.gil);
    dict.get_str(vm.interp.name(&vm.gil, name)).cloned()
}

fn store_own(vm: &mut Vm, class: &Ptr<Class>, name: Name, value: Option<Value>) -> Result<(), Raised> {
    let name = vm.name(name);
    vm.class_store(class, &name, value)
}

fn get_module(vm: &mut Vm, object: &Value) -> Result<Value, Raised> {
    let class = class_of(vm, object)?;
    if let Some(known) = class.known {
        return Ok(Value::str(known.module()));
    }
    match own(vm, &class, Name::__module__) {
        Some(module) => Ok(module),
        None => {
            let name = vm.name(Name::__module__);
            Err(vm.attribute_error("__module__".to_owned(), object, &name))
        }
    }
}

fn set_module(vm: &mut Vm, object: &Value, value: Option<Value>) -> Result<(), Raised> {
    let class = class_of(vm, object)?;
    let value = changeable(vm, &class, "__module__", value)?;
    store_own(vm, &class, Name::__module__, Some(value))
}

fn get_bases(vm: &mut Vm, object: &Value) -> Result<Value, Raised> {
    let class = class_of(vm, object)?;
    Ok(Value::tuple(class.data.get(&vm.gil).bases.iter().map(Ptr::to_value).collect()))
}

fn set_bases(vm: &mut Vm, object: &Value, value: Option<Value>) -> Result<(), Raised> {
    let class = class_of(vm, object)?;
    let value = changeable(vm, &class, "__bases__", value)?;
    let owner = class.name(&vm.gil).to_owned();
    let Value::Tuple(bases) = &value else {
        let found = vm.class_name(&value);
        return Err(vm.type_error(format!("can only assign tuple to {owner}.__bases__, not {found}")));
    };
    if bases.is_empty() {
        return Err(vm.type_error(format!("can only assign non-empty tuple to {owner}.__bases__, not ()")));
    }
    let mut classes = Vec::new();
    for base in bases.iter() {
        let Value::Class(base) = base else {
            let found = vm.class_name(base);
            return Err(vm.type_error(format!("{owner}.__bases__ must be tuple of classes, not '{found}'")));
        };
        if !base.flags(&vm.gil).has(ClassFlags::BASETYPE) {
            let name = base.name(&vm.gil).to_owned();
            return Err(vm.type_error(format!("type '{name}' is not an acceptable base type")));
        }
        if base.is_subclass(&vm.gil, &class) {
            return Err(vm.type_error("a __bases__ item causes an inheritance cycle"));
        }
        classes.push(base.to_ptr());
    }
    let Some(new_base) = vm.best_base(&classes) else {
        return Err(vm.type_error("multiple bases have instance lay-out conflict"));
    };
    // CPython frees instances of script classes and of others differently.
    let heap = |vm: &Vm, class: &Class| class.flags(&vm.gil).has(ClassFlags::HEAP);
    let old_base = vm.layout_base(&class);
    let alike = |old: &Ptr<Class>| old.is(&new_base) || heap(vm, old) && heap(vm, &new_base);
    if let Some(old_base) = old_base.filter(|old| !alike(old)) {
        let (old, new) = (old_base.name(&vm.gil).to_owned(), new_base.name(&vm.gil).to_owned());
        return Err(vm.type_error(format!("__bases__ assignment: '{new}' deallocator differs from '{old}'")));
    }
    let same_layout = {
        let (a, b) = (class.data.get(&vm.gil), new_base.data.get(&vm.gil));
        a.layout == b.layout && a.slot_names.len() >= b.slot_names.len()
    };
    if !same_layout {
        let (old, new) = (vm.layout_base(&class), new_base.name(&vm.gil).to_owned());
        let old = old.map(|base| base.name(&vm.gil).to_owned()).unwrap_or_default();
        return Err(vm.type_error(format!("__bases__ assignment: '{new}' object layout differs from '{old}'")));
    }
    let old = class.data.get(&vm.gil).bases.clone();
    vm.linearize(&classes)?;
    for base in &old {
        vm.unregister_subclass(base, &class);
    }
    for base in &classes {
        vm.register_subclass(base, &class);
    }
    class.data.get_mut(&mut vm.gil).bases = classes;
    rebuild_order(vm, &class)?;
    vm.class_changed(&class);
    drop(old);
    Ok(())
}

/// Recomputes the method resolution order of a class and all that derive from it.
fn rebuild_order(vm: &mut Vm, class: &Ptr<Class>) -> Result<(), Raised> {
    let bases = class.data.get(&vm.gil).bases.clone();
    let order = match vm.custom_order(class)? {
        Some(order) => order,
        None => vm.linearize(&bases)?,
    };
    let old = std::mem::replace(&mut class.data.get_mut(&mut vm.gil).mro_tail, order);
    drop(old);
    for subclass in vm.direct_subclasses(class) {
        rebuild_order(vm, &subclass)?;
    }
    Ok(())
}

fn get_base(vm: &mut Vm, object: &Value) -> Result<Value, Raised> {
    let class = class_of(vm, object)?;
    Ok(vm.layout_base(&class).map_or(Value::None, Ptr::into_value))
}

fn get_mro(vm: &mut Vm, object: &Value) -> Result<Value, Raised> {
    let class = class_of(vm, object)?;
    Ok(Value::tuple(mro_values(vm, &class)))
}

fn get_dict(vm: &mut Vm, object: &Value) -> Result<Value, Raised> {
    let class = class_of(vm, object)?;
    let dict = class.data.get(&vm.gil).dict.to_value();
    Ok(super::mappingproxy::make(vm, dict))
}

fn get_doc(vm: &mut Vm, object: &Value) -> Result<Value, Raised> {
    let class = class_of(vm, object)?;
    match own(vm, &class, Name::__doc__) {
        // The attribute of the instances, which hides the text in the class's own namespace.
        Some(Value::GetSet(_)) if let Some(known) = class.known => {
            Ok(super::docs::of(known).map_or(Value::None, Value::str))
        }
        Some(doc) => vm.bind_to(doc, None, &class),
        None => Ok(Value::None),
    }
}

fn set_doc(vm: &mut Vm, object: &Value, value: Option<Value>) -> Result<(), Raised> {
    let class = class_of(vm, object)?;
    let value = changeable(vm, &class, "__doc__", value)?;
    store_own(vm, &class, Name::__doc__, Some(value))
}

fn get_abstract(vm: &mut Vm, object: &Value) -> Result<Value, Raised> {
    let class = class_of(vm, object)?;
    let found = if class.known == Some(Known::Type) { None } else { own(vm, &class, Name::__abstractmethods__) };
    match found {
        Some(methods) => Ok(methods),
        None => {
            let name = vm.name(Name::__abstractmethods__);
            Err(vm.attribute_error("__abstractmethods__".to_owned(), object, &name))
        }
    }
}

fn set_abstract(vm: &mut Vm, object: &Value, value: Option<Value>) -> Result<(), Raised> {
    let class = class_of(vm, object)?;
    let on = match &value {
        Some(value) => vm.truth(value)?,
        None => false,
    };
    store_own(vm, &class, Name::__abstractmethods__, value)?;
    class.data.get_mut(&mut vm.gil).flags.set(ClassFlags::ABSTRACT, on);
    Ok(())
}

fn get_annotations(vm: &mut Vm, object: &Value) -> Result<Value, Raised> {
    let class = class_of(vm, object)?;
    if let Some(annotations) = own(vm, &class, Name::__annotations__) {
        if !matches!(annotations, Value::GetSet(_)) {
            return vm.bind_to(annotations, None, &class);
        }
    }
    if !class.flags(&vm.gil).has(ClassFlags::HEAP) {
        let name = vm.name(Name::__annotations__);
        return Err(vm.no_attribute(object, &name));
    }
    let annotations = Dict::new().into_value();
    store_own(vm, &class, Name::__annotations__, Some(annotations.clone()))?;
    Ok(annotations)
}

fn set_annotations(vm: &mut Vm, object: &Value, value: Option<Value>) -> Result<(), Raised> {
    let class = class_of(vm, object)?;
    if value.is_none() && own(vm, &class, Name::__annotations__).is_none() {
        let name = vm.name(Name::__annotations__);
        return Err(vm.attribute_error("__annotations__".to_owned(), object, &name));
    }
    store_own(vm, &class, Name::__annotations__, value)
}

fn get_type_params(vm: &mut Vm, object: &Value) -> Result<Value, Raised> {
    let class = class_of(vm, object)?;
    match own(vm, &class, Name::__type_params__) {
        Some(params) if !matches!(params, Value::GetSet(_)) => Ok(params),
        _ => Ok(vm.empty_tuple().into_value()),
    }
}

fn set_type_params(vm: &mut Vm, object: &Value, value: Option<Value>) -> Result<(), Raised> {
    let class = class_of(vm, object)?;
    let value = changeable(vm, &class, "__type_params__", value)?;
    store_own(vm, &class, Name::__type_params__, Some(value))
}

fn get_none(_vm: &mut Vm, _object: &Value) -> Result<Value, Raised> {
    Ok(Value::None)
}

fn get_zero(_vm: &mut Vm, _object: &Value) -> Result<Value, Raised> {
    Ok(Value::Int(0))
}

/// The bits of CPython's `tp_flags` that scripts look at.
fn get_flags(vm: &mut Vm, object: &Value) -> Result<Value, Raised> {
    let flags = class_of(vm, object)?.flags(&vm.gil);
    let bits = [
        (ClassFlags::SEQUENCE, 1 << 5),
        (ClassFlags::MAPPING, 1 << 6),
        (ClassFlags::NO_NEW, 1 << 7),
        (ClassFlags::HEAP, 1 << 9),
        (ClassFlags::BASETYPE, 1 << 10),
        (ClassFlags::ABSTRACT, 1 << 20),
        (ClassFlags::MATCH_SELF, 1 << 22),
    ];
    let immutable = if flags.has(ClassFlags::HEAP) { 0 } else { 1 << 8 };
    Ok(Value::Int(
        bits.iter().filter(|(flag, _)| flags.has(*flag)).map(|(_, bit)| bit).sum::<i64>() | immutable | 1 << 12,
    ))
}

fn get_basicsize(vm: &mut Vm, object: &Value) -> Result<Value, Raised> {
    let class = class_of(vm, object)?;
    let slots = class.data.get(&vm.gil).slot_names.len();
    Ok(Value::from(16 + 8 * slots))
}

/// Where CPython keeps the weak references of an instance: it says which instances can have some.
fn get_weakrefoffset(vm: &mut Vm, object: &Value) -> Result<Value, Raised> {
    let flags = class_of(vm, object)?.flags(&vm.gil);
    Ok(Value::Int(if flags.has(ClassFlags::HAS_WEAKREF) && !flags.immutable() { -32 } else { 0 }))
}

fn get_dictoffset(vm: &mut Vm, object: &Value) -> Result<Value, Raised> {
    let has = class_of(vm, object)?.flags(&vm.gil).has(ClassFlags::HAS_DICT);
    Ok(Value::Int(if has { -1 } else { 0 }))
}
