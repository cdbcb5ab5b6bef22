//! The class of a value.

use crate::object::{
    Access, Class, ClassFlags, DictPart, GenKind, IterClass, Known, Layout, Name, NativeKind, Ptr, Str, Tuple, Value,
    Vm,
};

impl Vm {
    /// A class that every interpreter has.
    #[inline]
    pub fn known(&self, known: Known) -> Ptr<Class> {
        self.interp.class(&self.gil, known).clone()
    }

    /// A name that the machine knows, interned.
    #[inline]
    pub fn name(&self, name: Name) -> Ptr<Str> {
        self.interp.name(&self.gil, name).clone()
    }

    /// The interpreter's one copy of a text.
    pub fn intern(&mut self, text: &str) -> Ptr<Str> {
        self.interp.intern(&mut self.gil, text)
    }

    /// The empty tuple.
    pub fn empty_tuple(&mut self) -> Ptr<Tuple> {
        if let Some(empty) = self.interp.empty_tuple.get(&self.gil) {
            return empty.clone();
        }
        let empty = Tuple::new(Vec::new());
        *self.interp.empty_tuple.get_mut(&mut self.gil) = Some(empty.clone());
        empty
    }

    /// The class of a value, `type(value)`.
    #[inline]
    pub fn class_of(&self, value: &Value) -> Ptr<Class> {
        match value {
            Value::Object(object) => object.class.get(&self.gil).clone(),
            Value::Exc(exception) => exception.data.get(&self.gil).class.clone(),
            Value::Foreign(object) => object.class.clone(),
            Value::Class(class) => match class.meta.get(&self.gil) {
                Some(meta) => meta.clone(),
                None => self.known(Known::Type),
            },
            _ => self.known(self.known_class_of(value)),
        }
    }

    /// The built-in class of a value that is no instance of a script's class, exception, class or foreign object.
    #[inline]
    pub(super) fn known_class_of(&self, value: &Value) -> Known {
        match value {
            Value::Undef | Value::None => Known::NoneType,
            Value::Bool(_) => Known::Bool,
            Value::Int(_) | Value::BigInt(_) => Known::Int,
            Value::Float(_) => Known::Float,
            Value::NotImplemented => Known::NotImplementedType,
            Value::Ellipsis => Known::EllipsisType,
            Value::Str(_) => Known::Str,
            Value::Bytes(_) => Known::Bytes,
            Value::ByteArray(_) => Known::ByteArray,
            Value::Tuple(_) => Known::Tuple,
            Value::List(_) => Known::List,
            Value::Dict(_) => Known::Dict,
            Value::Set(set) if set.frozen => Known::FrozenSet,
            Value::Set(_) => Known::Set,
            Value::Range(_) => Known::Range,
            Value::Slice(_) => Known::Slice,
            Value::Func(_) => Known::Function,
            Value::Method(method) if matches!(method.func, Value::Native(_)) => match &method.func {
                Value::Native(native) if native.kind == NativeKind::SlotWrapper => Known::MethodWrapper,
                _ => Known::BuiltinFunction,
            },
            Value::Method(_) => Known::Method,
            Value::Native(native) => match native.kind {
                NativeKind::Function | NativeKind::Static => Known::BuiltinFunction,
                NativeKind::Method => Known::MethodDescriptor,
                NativeKind::SlotWrapper => Known::WrapperDescriptor,
                NativeKind::ClassMethod => Known::ClassMethodDescriptor,
            },
            Value::Class(_) | Value::Object(_) | Value::Exc(_) | Value::Foreign(_) => Known::Object,
            Value::Gen(generator) => match generator.kind() {
                GenKind::Generator => Known::Generator,
                GenKind::Coroutine => Known::Coroutine,
                GenKind::AsyncGenerator => Known::AsyncGenerator,
            },
            Value::Cell(_) => Known::Cell,
            Value::Module(_) => Known::Module,
            Value::Code(_) => Known::Code,
            Value::Iter(iter) => iter_class(iter.state.get(&self.gil).class()),
            Value::View(view) if view.is_ordered() => match view.part {
                DictPart::Keys => Known::OdictKeys,
                DictPart::Values => Known::OdictValues,
                DictPart::Items => Known::OdictItems,
            },
            Value::View(view) => match view.part {
                DictPart::Keys => Known::DictKeys,
                DictPart::Values => Known::DictValues,
                DictPart::Items => Known::DictItems,
            },
            Value::Property(_) => Known::Property,
            Value::Wrapper(wrapper) if wrapper.is_class => Known::ClassMethod,
            Value::Wrapper(_) => Known::StaticMethod,
            Value::GetSet(descriptor) => match descriptor.access {
                Access::Functions(_) => Known::GetSetDescriptor,
                Access::Slot(_) | Access::Field(_) => Known::MemberDescriptor,
            },
            Value::Traceback(_) => Known::Traceback,
        }
    }

    /// The name of a value's class, for messages.
    pub fn class_name(&self, value: &Value) -> String {
        let class = self.class_of(value);
        self.type_name(&class)
    }

    /// The name of a class, for messages: with the module for native classes that are not in `builtins`.
    pub fn type_name(&self, class: &Class) -> String {
        if let Some(known) = class.known {
            return known.full_name().to_owned();
        }
        let data = class.data.get(&self.gil);
        if data.flags.has(ClassFlags::HEAP) && !data.flags.has(ClassFlags::STATIC) {
            return data.name.as_str().to_owned();
        }
        match data
            .dict
            .data
            .get(&self.gil)
            .iter()
            .find(|entry| matches!(&entry.key, Value::Str(key) if key.as_str() == "__module__"))
        {
            Some(entry) => match &entry.value {
                Value::Str(module) if module.as_str() != "builtins" => {
                    format!("{}.{}", module.as_str(), data.name.as_str())
                }
                _ => data.name.as_str().to_owned(),
            },
            None => data.name.as_str().to_owned(),
        }
    }

    /// The built-in part of a value: the value itself, or slot 0 of an instance of a subclass of a
    /// built-in type. Native code that takes a `list` takes instances of its subclasses by this.
    #[inline]
    pub fn unwrap<'a>(&'a self, value: &'a Value) -> &'a Value {
        match value {
            Value::Object(object) => match object.class.get(&self.gil).data.get(&self.gil).layout {
                Layout::Builtin(_) => object.slots(&self.gil).first().unwrap_or(value),
                _ => value,
            },
            _ => value,
        }
    }
}

fn iter_class(class: IterClass) -> Known {
    match class {
        IterClass::Range => Known::RangeIterator,
        IterClass::LongRange => Known::LongRangeIterator,
        IterClass::List => Known::ListIterator,
        IterClass::ListReversed => Known::ListReverseIterator,
        IterClass::Tuple => Known::TupleIterator,
        IterClass::Str => Known::StrIterator,
        IterClass::StrAscii => Known::StrAsciiIterator,
        IterClass::Memory => Known::MemoryIterator,
        IterClass::Bytes => Known::BytesIterator,
        IterClass::ByteArray => Known::ByteArrayIterator,
        IterClass::DictKeys => Known::DictKeyIterator,
        IterClass::DictValues => Known::DictValueIterator,
        IterClass::DictItems => Known::DictItemIterator,
        IterClass::DictKeysReversed => Known::DictReverseKeyIterator,
        IterClass::DictValuesReversed => Known::DictReverseValueIterator,
        IterClass::Ordered => Known::OdictIterator,
        IterClass::DictItemsReversed => Known::DictReverseItemIterator,
        IterClass::Set => Known::SetIterator,
        IterClass::Sequence => Known::SequenceIterator,
        IterClass::Reversed => Known::Reversed,
        IterClass::Callable => Known::CallableIterator,
        IterClass::Enumerate => Known::Enumerate,
        IterClass::Zip => Known::Zip,
        IterClass::Map => Known::Map,
        IterClass::Filter => Known::Filter,
    }
}
