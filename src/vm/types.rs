//! The classes that every interpreter has, and how native code adds to classes.

use crate::object::Zeroed;
use crate::object::interp::{METHOD_CACHE_SIZE, MethodCacheEntry};
use crate::object::{
    Access, Class, ClassData, ClassFlags, GetSet, GetSetDef, Known, Layout, Name, Native, NativeDef, NativeKind, Ptr,
    Value, Vm,
};

/// Method names that stand for a slot of the type, so that their natives are slot wrappers.
fn is_slot_name(name: &str) -> bool {
    const OTHERS: &[&str] = &[
        "__bytes__",
        "__ceil__",
        "__class_getitem__",
        "__complex__",
        "__copy__",
        "__deepcopy__",
        "__dir__",
        "__enter__",
        "__exit__",
        "__aenter__",
        "__aexit__",
        "__floor__",
        "__format__",
        "__fspath__",
        "__getnewargs__",
        "__getstate__",
        "__init_subclass__",
        "__instancecheck__",
        "__length_hint__",
        "__mro_entries__",
        "__prepare__",
        "__reduce__",
        "__reduce_ex__",
        "__reversed__",
        "__round__",
        "__set_name__",
        "__setstate__",
        "__sizeof__",
        "__subclasscheck__",
        "__subclasses__",
        "__subclasshook__",
        "__trunc__",
        "__typing_subst__",
        "__typing_prepare_subst__",
        "__missing__",
        "__class__",
    ];
    name.starts_with("__") && name.ends_with("__") && !OTHERS.contains(&name)
}

/// The kind of binding that a native method of a name has.
fn kind_by_name(name: &str) -> NativeKind {
    match name {
        "__new__" => NativeKind::Static,
        "__class_getitem__" | "__init_subclass__" | "__subclasshook__" | "__prepare__" => NativeKind::ClassMethod,
        _ if is_slot_name(name) => NativeKind::SlotWrapper,
        _ => NativeKind::Method,
    }
}

impl Known {
    /// How instances are represented.
    pub(crate) fn layout(self) -> Layout {
        match self {
            Known::Object => Layout::Plain,
            Known::Type => Layout::Class,
            _ if self.is_exception() => Layout::Exception,
            _ => Layout::Builtin(self),
        }
    }

    fn flags(self) -> ClassFlags {
        use Known as K;
        let mut flags = ClassFlags::default();
        flags.set(
            ClassFlags::BASETYPE,
            self.is_exception()
                || matches!(
                    self,
                    K::Object
                        | K::Type
                        | K::Int
                        | K::Float
                        | K::Complex
                        | K::Str
                        | K::Bytes
                        | K::ByteArray
                        | K::Tuple
                        | K::List
                        | K::Dict
                        | K::Set
                        | K::FrozenSet
                        | K::Module
                        | K::Property
                        | K::StaticMethod
                        | K::ClassMethod
                        | K::Super
                        | K::Enumerate
                        | K::Zip
                        | K::Map
                        | K::Filter
                        | K::Reversed
                        | K::GenericAlias
                        | K::WeakRef
                        | K::SimpleNamespace
                ),
        );
        flags.set(
            ClassFlags::HAS_DICT,
            self.is_exception()
                || matches!(
                    self,
                    K::Function
                        | K::Module
                        | K::StaticMethod
                        | K::ClassMethod
                        | K::SimpleNamespace
                        | K::TypeVar
                        | K::ParamSpec
                        | K::TypeVarTuple
                ),
        );
        flags.set(
            ClassFlags::HAS_WEAKREF,
            matches!(
                self,
                K::Function
                    | K::Method
                    | K::Type
                    | K::Set
                    | K::FrozenSet
                    | K::Module
                    | K::Generator
                    | K::Coroutine
                    | K::AsyncGenerator
                    | K::BuiltinFunction
                    | K::Code
                    | K::MemoryView
                    | K::GenericAlias
                    | K::TypeVar
                    | K::ParamSpec
                    | K::TypeVarTuple
            ),
        );
        flags.set(ClassFlags::SEQUENCE, matches!(self, K::List | K::Tuple | K::Range | K::MemoryView));
        flags.set(ClassFlags::MAPPING, matches!(self, K::Dict | K::MappingProxy));
        flags.set(
            ClassFlags::MATCH_SELF,
            matches!(
                self,
                K::Bool
                    | K::ByteArray
                    | K::Bytes
                    | K::Dict
                    | K::Float
                    | K::FrozenSet
                    | K::Int
                    | K::List
                    | K::Set
                    | K::Str
                    | K::Tuple
            ),
        );
        let no_new = (self as u16 >= K::DictKeys as u16 && self as u16 <= K::CallableIterator as u16)
            || matches!(
                self,
                K::BuiltinFunction
                    | K::MethodDescriptor
                    | K::WrapperDescriptor
                    | K::MethodWrapper
                    | K::ClassMethodDescriptor
                    | K::GetSetDescriptor
                    | K::MemberDescriptor
                    | K::Code
                    | K::Frame
                    | K::Traceback
                    | K::Generator
                    | K::Coroutine
                    | K::CoroutineWrapper
                    | K::AsyncGenerator
                    | K::AsyncGenASend
                    | K::AsyncGenAThrow
                    | K::AnextAwaitable
                    | K::UnionType
            );
        flags.set(ClassFlags::NO_NEW, no_new);
        flags
    }
}

impl Vm {
    /// A class object of the given parts, registered with nobody yet.
    pub(crate) fn make_class(&mut self, known: Option<Known>, meta: Option<Ptr<Class>>, data: ClassData) -> Ptr<Class> {
        let id = self.interp.next_class_id.get();
        self.interp.next_class_id.set(id + 1);
        Class::new(id, known, meta, data)
    }

    /// Makes the known classes without their methods (bootstrap).
    pub fn make_known_classes(&mut self) {
        self.make_names();
        for &known in Known::ALL {
            let name = self.intern(known.name());
            let bases = if known == Known::Object { Vec::new() } else { vec![self.known(known.base())] };
            let bases = match known {
                Known::ExceptionGroup => [bases, vec![self.known(Known::Exception)]].concat(),
                _ => bases,
            };
            let mut data = ClassData::new(name, bases.clone(), known.layout(), known.flags());
            data.root_shape = self.interp.shapes.get_mut(&mut self.gil).new_root(data.reserved_slots());
            // The bases of built-in classes are lists of at most two, the second a base of none of the first's.
            let mut mro: Vec<Ptr<Class>> = Vec::new();
            for base in &bases {
                let tail = base.data.get(&self.gil).mro_tail.clone();
                for class in std::iter::once(base.clone()).chain(tail) {
                    mro.retain(|other| !other.is(&class));
                    mro.push(class);
                }
            }
            data.mro_tail = mro;
            let class = self.make_class(Some(known), None, data);
            self.interp.classes.get_mut(&mut self.gil).push(class);
        }
        let type_class = self.known(Known::Type);
        for &known in Known::ALL {
            let class = self.known(known);
            if known != Known::Type {
                *class.meta.get_mut(&mut self.gil) = Some(type_class.clone());
            }
            let bases = class.data.get(&self.gil).bases.clone();
            for base in bases {
                self.register_subclass(&base, &class);
            }
        }
    }

    /// Interns the names that the machine knows and makes the strings of one character.
    fn make_names(&mut self) {
        if self.interp.names.get(&self.gil).is_empty() {
            for text in Name::TEXTS {
                let name = self.intern(text);
                self.interp.names.get_mut(&mut self.gil).push(name);
            }
        }
        if self.interp.ascii.get(&self.gil).is_empty() {
            for byte in 0..128_u8 {
                let text = self.intern((byte as char).encode_utf8(&mut [0; 4]));
                self.interp.ascii.get_mut(&mut self.gil).push(text);
            }
        }
        if self.interp.method_cache.get(&self.gil).is_empty() {
            let fresh = MethodCacheEntry::zeroed(METHOD_CACHE_SIZE).into_vec();
            *self.interp.method_cache.get_mut(&mut self.gil) = fresh;
        }
    }

    /// Makes the class of a native module's type; `known` types exist already.
    ///
    /// The class can be called and subclassed if there is a `__new__` among its methods (or methods added later).
    pub fn native_class(&mut self, full_name: &str, base: Known, methods: &'static [NativeDef]) -> Ptr<Class> {
        let (module, name) = full_name.rsplit_once('.').unwrap_or(("builtins", full_name));
        let base = self.known(base);
        let name = self.intern(name);
        let (layout, mut flags) = {
            let data = base.data.get(&self.gil);
            (data.layout, data.flags)
        };
        flags.set(ClassFlags::BASETYPE | ClassFlags::NO_NEW, false);
        let exception = layout == Layout::Exception;
        flags.set(if exception { ClassFlags::BASETYPE } else { ClassFlags::NO_NEW }, true);
        if base.known == Some(Known::Object) {
            flags.set(ClassFlags::HAS_WEAKREF, true);
        }
        let mut data = ClassData::new(name, vec![base.clone()], layout, flags);
        data.mro_tail =
            std::iter::once(base.clone()).chain(base.data.get(&self.gil).mro_tail.iter().cloned()).collect();
        data.root_shape = self.interp.shapes.get_mut(&mut self.gil).new_root(data.reserved_slots());
        let dict = data.dict.clone();
        let meta = self.known(Known::Type);
        let class = self.make_class(None, Some(meta), data);
        let module = self.intern(module).into_value();
        self.dict_set_str(&dict, "__module__", module);
        for def in methods {
            self.add_method(&class, kind_by_name(def.name), def);
        }
        self.register_subclass(&base, &class);
        self.class_changed(&class);
        class
    }

    fn add_method(&mut self, class: &Ptr<Class>, kind: NativeKind, def: &'static NativeDef) {
        let native = Native::new(def, kind, Some(class.clone()), None);
        let dict = class.data.get(&self.gil).dict.clone();
        self.dict_set_str(&dict, def.name, native.into_value());
        if def.name == "__new__" && class.known.is_none() {
            let flags = &mut class.data.get_mut(&mut self.gil).flags;
            flags.set(ClassFlags::NO_NEW, false);
            flags.set(ClassFlags::BASETYPE, true);
        }
    }

    /// Adds methods of one kind to a class.
    pub fn add_methods(&mut self, class: &Ptr<Class>, kind: NativeKind, methods: &'static [NativeDef]) {
        let dict = class.data.get(&self.gil).dict.clone();
        dict.data.get_mut(&mut self.gil).reserve(methods.len());
        for def in methods {
            self.add_method(class, kind, def);
        }
        self.class_changed(class);
    }

    /// Adds data descriptors to a class.
    pub fn add_getsets(&mut self, class: &Ptr<Class>, defs: &'static [GetSetDef]) {
        for def in defs {
            let name = self.intern(def.name);
            let descriptor = GetSet::new(name, class.clone(), Access::Functions(def));
            let dict = class.data.get(&self.gil).dict.clone();
            self.dict_set_str(&dict, def.name, descriptor.into_value());
        }
        self.class_changed(class);
    }

    /// The memory-free name `module.qualname` of a class as its `repr` has it.
    pub(crate) fn class_full_name(&self, class: &Class) -> String {
        let data = class.data.get(&self.gil);
        let module = match class.known {
            Some(known) => Some(known.module().to_owned()),
            None => match data.dict.data.get(&self.gil).get_str(self.interp.name(&self.gil, Name::__module__)) {
                Some(Value::Str(module)) => Some(module.as_str().to_owned()),
                _ => None,
            },
        };
        match module {
            Some(module) if module != "builtins" => format!("{module}.{}", data.qualname.as_str()),
            _ => data.qualname.as_str().to_owned(),
        }
    }
}
