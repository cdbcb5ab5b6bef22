//! Exceptions, and built-in objects of other kinds.

use std::any::Any;

use super::define_heap_type;
use super::ptr::{Ptr, Raw};
use super::value::Value;
use super::vm::{Raised, Vm};
use super::{Class, Dict, Str, Traceback, Tuple};
use crate::gil::{Gil, GilCell};

/// The content of an exception.
pub struct ExcData {
    pub class: Ptr<Class>,
    pub args: Ptr<Tuple>,
    /// `__cause__`, None if not set.
    pub cause: Value,
    /// `__context__`, None if not set.
    pub context: Value,
    pub suppress_context: bool,
    pub traceback: Option<Ptr<Traceback>>,
    /// Fields of the built-in class (`errno`, `value`, `name` ...), in the order in which the
    /// class declares them; `Undef` if not set.
    pub fields: Vec<Value>,
    pub dict: Option<Ptr<Dict>>,
}

define_heap_type! {
    /// An exception.
    pub struct Exc: tracked {
        pub data: GilCell<ExcData>,
    }
}

impl Exc {
    /// An exception of a class with arguments and as many empty fields as the class declares.
    pub fn new(class: Ptr<Class>, args: Ptr<Tuple>, fields: usize) -> Ptr<Exc> {
        let mut data = ExcData {
            class,
            args,
            cause: Value::None,
            context: Value::None,
            suppress_context: false,
            traceback: None,
            fields: Vec::new(),
            dict: None,
        };
        data.fields.resize_with(fields, Value::default);
        Exc::alloc(GilCell::new(data))
    }
}

/// The Rust data of a built-in object that has no representation of its own.
pub trait ForeignData: Any {
    /// Shows the collector every value inside.
    fn trace(&self, _visit: &mut dyn FnMut(&Value)) {}

    /// Gives up the values inside, to break a cycle.
    fn clear(&mut self) -> Vec<Value> {
        Vec::new()
    }

    /// Whether `__del__`, if the class has it, has anything to do for the object as it is.
    fn wants_finalizer(&self) -> bool {
        true
    }

    /// How the object steps, if it is an iterator.
    fn next_fn(&self) -> Option<NextFn> {
        None
    }

    /// How the object is called with arguments by position, if that needs no look at its class.
    fn call_fn(&self) -> Option<CallFn> {
        None
    }

    /// The place of the tuple item that the object stands for, if it is the descriptor of a named tuple's field.
    fn field_index(&self) -> Option<usize> {
        None
    }

    /// How subscripts by an int are answered without a call, if the object is a plain sequence.
    fn item_fns(&self) -> Option<&'static ItemFns> {
        None
    }
}

/// One step of an iterator: an item, or None at the end.
pub type NextFn = fn(&mut Vm, &Raw<Foreign>) -> Result<Option<Value>, Raised>;

/// A call of an object: itself, and the arguments, which have no keywords.
pub type CallFn = fn(&mut Vm, &Raw<Foreign>, &[Value]) -> Result<Value, Raised>;

/// Subscripts by an int of a built-in sequence. Both leave what they cannot do, a wrong index or
/// item included, to `__getitem__` and `__setitem__`, which have the words for it.
pub struct ItemFns {
    /// The item at an index, which counts from the end if it is negative.
    pub get: fn(&Vm, &Raw<Foreign>, i64) -> Option<Value>,
    /// Stores an item; false if that was not done.
    pub set: fn(&mut Vm, &Raw<Foreign>, i64, &Value) -> bool,
}

define_heap_type! {
    /// A built-in object whose data is a Rust type.
    pub struct Foreign: tracked {
        pub class: Ptr<Class>,
        /// Cached from the data: how the object steps, if it is an iterator.
        pub next: Option<NextFn>,
        pub data: GilCell<Box<dyn ForeignData>>,
        pub dict: GilCell<Option<Ptr<Dict>>>,
    }
}

impl Foreign {
    /// An object of a class with the given data.
    pub fn new(class: Ptr<Class>, data: impl ForeignData) -> Ptr<Foreign> {
        let next = data.next_fn();
        Foreign::alloc(class, next, GilCell::new(Box::new(data)), GilCell::new(None))
    }

    /// The data, if it is a `T`.
    #[inline]
    pub fn get<'a, T: ForeignData>(&'a self, gil: &'a Gil) -> Option<&'a T> {
        let data: &dyn Any = &**self.data.get(gil);
        data.downcast_ref()
    }

    /// The data, if it is a `T`, for changing it.
    #[inline]
    pub fn get_mut<'a, T: ForeignData>(&'a self, gil: &'a mut Gil) -> Option<&'a mut T> {
        let data: &mut dyn Any = &mut **self.data.get_mut(gil);
        data.downcast_mut()
    }
}

define_heap_type! {
    /// `property`.
    pub struct Property: tracked {
        pub get: GilCell<Value>,
        pub set: GilCell<Value>,
        pub delete: GilCell<Value>,
        pub doc: GilCell<Value>,
        pub name: GilCell<Value>,
        /// Whether the doc is that of the getter.
        pub getter_doc: std::cell::Cell<bool>,
    }
}

impl Property {
    /// A property of the given accessors; None for an absent one.
    pub fn new(get: Value, set: Value, delete: Value, doc: Value) -> Ptr<Property> {
        let [get, set, delete, doc, name] = [get, set, delete, doc, Value::Undef].map(GilCell::new);
        Property::alloc(get, set, delete, doc, name, std::cell::Cell::new(false))
    }
}

define_heap_type! {
    /// `staticmethod` or `classmethod`.
    pub struct Wrapper: tracked {
        pub is_class: bool,
        pub func: GilCell<Value>,
        pub dict: GilCell<Option<Ptr<Dict>>>,
    }
}

impl Wrapper {
    /// A wrapper of a function.
    pub fn new(is_class: bool, func: Value) -> Ptr<Wrapper> {
        Wrapper::alloc(is_class, GilCell::new(func), GilCell::new(None))
    }
}

/// Reads an attribute of a built-in object.
pub type Getter = fn(&mut Vm, &Value) -> Result<Value, Raised>;
/// Writes (or, with `None`, deletes) an attribute of a built-in object.
pub type Setter = fn(&mut Vm, &Value, Option<Value>) -> Result<(), Raised>;

/// A data descriptor of a built-in class, in the static table of its type.
#[derive(Clone, Copy)]
pub struct GetSetDef {
    pub name: &'static str,
    pub get: Getter,
    /// None: read-only.
    pub set: Option<Setter>,
    pub doc: &'static str,
}

/// How a [`GetSet`] reaches its attribute.
pub enum Access {
    /// By functions (`getset_descriptor`).
    Functions(&'static GetSetDef),
    /// A slot of `__slots__` (`member_descriptor`).
    Slot(usize),
    /// A field of an exception.
    Field(usize),
}

define_heap_type! {
    /// A data descriptor of a built-in class or of `__slots__`.
    pub struct GetSet: tracked {
        pub name: Ptr<Str>,
        pub owner: Ptr<Class>,
        pub access: Access,
    }
}

impl GetSet {
    /// A descriptor of the attribute `name` of `owner`.
    pub fn new(name: Ptr<Str>, owner: Ptr<Class>, access: Access) -> Ptr<GetSet> {
        GetSet::alloc(name, owner, access)
    }
}
