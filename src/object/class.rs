//! Classes.

use super::define_heap_type;
use super::known::Known;
use super::names::Name;
use super::ptr::Ptr;
use super::shape::ShapeId;
use super::value::Value;
use super::{Dict, Str};
use crate::gil::GilCell;

/// Which Rust representation instances of a class have: that of the nearest built-in base.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Layout {
    /// An [`Object`](super::Object) with attributes only.
    Plain,
    /// Instances are exceptions ([`Exc`](super::Exc)).
    Exception,
    /// Instances are classes (a metaclass).
    Class,
    /// Instances of the class itself are the built-in representation; instances of subclasses
    /// made by `class` statements are [`Object`](super::Object)s that carry one in slot 0.
    Builtin(Known),
}

/// Properties of a class.
#[derive(Clone, Copy, Debug, Default)]
pub struct ClassFlags(pub u32);

impl ClassFlags {
    /// Made by a `class` statement or `type()`: its attributes can be set.
    pub const HEAP: u32 = 1;
    /// May be used as a base class.
    pub const BASETYPE: u32 = 1 << 1;
    /// Instances have a `__dict__`.
    pub const HAS_DICT: u32 = 1 << 2;
    /// Instances may be weakly referenced.
    pub const HAS_WEAKREF: u32 = 1 << 3;
    /// Some class on the MRO defines `__del__`.
    pub const HAS_DEL: u32 = 1 << 4;
    /// Some class on the MRO overrides `__getattribute__`.
    pub const HAS_GETATTRIBUTE: u32 = 1 << 5;
    /// Some class on the MRO defines `__getattr__`.
    pub const HAS_GETATTR: u32 = 1 << 6;
    /// Some class on the MRO overrides `__setattr__` or `__delattr__`.
    pub const HAS_SETATTR: u32 = 1 << 7;
    /// Has abstract methods (`__abstractmethods__` is not empty).
    pub const ABSTRACT: u32 = 1 << 8;
    /// Matches as a sequence in patterns.
    pub const SEQUENCE: u32 = 1 << 9;
    /// Matches as a mapping in patterns.
    pub const MAPPING: u32 = 1 << 10;
    /// A class pattern with one positional part matches the subject itself.
    pub const MATCH_SELF: u32 = 1 << 11;
    /// `__eq__` or `__hash__` is overridden somewhere below the built-in base.
    pub const CUSTOM_EQ: u32 = 1 << 12;
    /// Instances have `__get__`: they are descriptors.
    pub const HAS_GET: u32 = 1 << 13;
    /// Instances have `__set__` or `__delete__`: they are data descriptors.
    pub const HAS_SET: u32 = 1 << 14;
    /// Instances made by calling the class need no `__new__` or metaclass call of a script's.
    pub const PLAIN_NEW: u32 = 1 << 15;
    /// Cannot be instantiated by a script.
    pub const NO_NEW: u32 = 1 << 16;
    /// Made by a `class` statement of a module of the house, but a type of C in CPython: it cannot
    /// be changed, and messages name it with its module.
    pub const STATIC: u32 = 1 << 17;

    /// Whether the flag is set.
    #[inline(always)]
    pub const fn has(self, flag: u32) -> bool {
        self.0 & flag != 0
    }

    /// Whether scripts cannot change the class's attributes.
    pub const fn immutable(self) -> bool {
        !self.has(ClassFlags::HEAP) || self.has(ClassFlags::STATIC)
    }

    /// Sets or clears a flag.
    pub fn set(&mut self, flag: u32, on: bool) {
        if on { self.0 |= flag } else { self.0 &= !flag }
    }
}

/// The first instance of a class gets room for so many attributes.
const FIRST_ROOM: usize = 6;

/// Which methods of a class that derives from a built-in one are that class's own, as far as was asked in an epoch.
#[derive(Clone, Copy, Debug, Default)]
pub struct NativeMethods {
    epoch: u32,
    asked: [u64; 4],
    native: [u64; 4],
}

impl NativeMethods {
    /// What is known of a name.
    #[inline]
    pub fn get(&self, epoch: u32, name: Name) -> Option<bool> {
        let (word, bit) = (name as usize / 64 % 4, 1 << (name as usize % 64));
        (self.epoch == epoch && self.asked[word] & bit != 0).then(|| self.native[word] & bit != 0)
    }

    /// Remembers the answer for a name.
    pub fn set(&mut self, epoch: u32, name: Name, native: bool) {
        if self.epoch != epoch {
            *self = NativeMethods { epoch, ..NativeMethods::default() };
        }
        let (word, bit) = (name as usize / 64 % 4, 1 << (name as usize % 64));
        self.asked[word] |= bit;
        if native {
            self.native[word] |= bit;
        }
    }
}

const _: () = assert!(Name::TEXTS.len() <= 256, "a bit for each name");

/// The content of a class.
pub struct ClassData {
    pub name: Ptr<Str>,
    pub qualname: Ptr<Str>,
    pub bases: Vec<Ptr<Class>>,
    /// Method resolution order (C3); the class itself is not in it, so that it is no cycle.
    pub mro_tail: Vec<Ptr<Class>>,
    pub dict: Ptr<Dict>,
    pub layout: Layout,
    pub flags: ClassFlags,
    /// Shape of a new instance.
    pub root_shape: ShapeId,
    /// Names of `__slots__` in slot order, inherited ones first.
    pub slot_names: Vec<Ptr<Str>>,
    /// Instances begin with room for this many slots, learned from earlier ones; None if there were none.
    pub slot_hint: Option<usize>,
    /// Direct subclasses; weak, by address, each with the index it registered under.
    pub subclasses: Vec<super::weak::WeakClass>,
    /// The cached `__init__` and whether instantiation is the ordinary one; filled by the machine.
    pub init_cache: Value,
    pub init_epoch: u32,
    /// For a class that derives from a built-in one.
    pub native_methods: NativeMethods,
}

impl ClassData {
    /// The content of a class without attributes.
    pub fn new(name: Ptr<Str>, bases: Vec<Ptr<Class>>, layout: Layout, flags: ClassFlags) -> ClassData {
        ClassData {
            qualname: name.clone(),
            name,
            bases,
            mro_tail: Vec::new(),
            dict: Dict::new(),
            layout,
            flags,
            root_shape: ShapeId::DICT,
            slot_names: Vec::new(),
            slot_hint: None,
            subclasses: Vec::new(),
            init_cache: Value::Undef,
            init_epoch: 0,
            native_methods: NativeMethods::default(),
        }
    }

    /// How many slots of an instance are no attributes by shape: the built-in part, then those of `__slots__`.
    #[inline]
    pub fn reserved_slots(&self) -> usize {
        usize::from(matches!(self.layout, Layout::Builtin(_))) + self.slot_names.len()
    }

    /// How many slots a new instance gets room for.
    #[inline]
    pub fn room_for_slots(&mut self) -> usize {
        let reserved = self.reserved_slots();
        match self.slot_hint {
            Some(hint) => hint.max(reserved),
            None => {
                self.slot_hint = Some(0);
                reserved + if self.flags.has(ClassFlags::HAS_DICT) { FIRST_ROOM } else { 0 }
            }
        }
    }

    /// Takes note that an instance came to have so many slots.
    pub fn learn_slots(&mut self, count: usize) {
        self.slot_hint = self.slot_hint.max(Some(count));
    }
}

define_heap_type! {
    /// A class.
    pub struct Class: tracked {
        /// Unique in the interpreter.
        pub id: u32,
        /// Which built-in class this is.
        pub known: Option<Known>,
        /// The metaclass; None for `type` itself.
        pub meta: GilCell<Option<Ptr<Class>>>,
        pub data: GilCell<ClassData>,
    }
}

impl Class {
    /// A class of the given content.
    pub fn new(id: u32, known: Option<Known>, meta: Option<Ptr<Class>>, data: ClassData) -> Ptr<Class> {
        Class::alloc(id, known, GilCell::new(meta), GilCell::new(data))
    }

    /// Whether `base` is this class or on its MRO.
    #[inline]
    pub fn is_subclass(&self, gil: &crate::gil::Gil, base: &Class) -> bool {
        std::ptr::eq(self, base) || self.data.get(gil).mro_tail.iter().any(|class| std::ptr::eq(&**class, base))
    }

    /// Whether the built-in class `known` is this class or on its MRO.
    pub fn is_known_subclass(&self, gil: &crate::gil::Gil, known: Known) -> bool {
        self.known == Some(known) || self.data.get(gil).mro_tail.iter().any(|class| class.known == Some(known))
    }

    /// The class's flags.
    #[inline(always)]
    pub fn flags(&self, gil: &crate::gil::Gil) -> ClassFlags {
        self.data.get(gil).flags
    }

    /// The class's `__name__`.
    pub fn name<'a>(&'a self, gil: &'a crate::gil::Gil) -> &'a str {
        self.data.get(gil).name.as_str()
    }

    /// The attribute as it stands in the dict of this class or a class of its MRO.
    pub fn lookup(&self, gil: &crate::gil::Gil, name: &Str) -> Option<Value> {
        let data = self.data.get(gil);
        if let Some(value) = data.dict.data.get(gil).get_str(name) {
            return Some(value.clone());
        }
        data.mro_tail.iter().find_map(|class| class.data.get(gil).dict.data.get(gil).get_str(name).cloned())
    }
}
