//! Constants, names and caches of a code object, each kept once.

use std::collections::HashMap;
use std::sync::Arc;

use num_bigint::BigInt;

use crate::bytecode::{CacheSite, Const, Position};

/// Equality of constants by type and value: `0.0`, `-0.0`, `0` and `False` all differ.
#[derive(PartialEq, Eq, Hash)]
enum Key {
    None,
    Ellipsis,
    Bool(bool),
    Int(i64),
    BigInt(BigInt),
    Float(u64),
    Str(Arc<str>),
    Surrogates(Arc<[u32]>),
    Bytes(Arc<[u8]>),
    Tuple(Vec<Key>),
    FrozenSet(Vec<Key>),
    Slice(Vec<Key>),
    Code(usize),
}

fn keys(items: &[Const]) -> Vec<Key> {
    items.iter().map(Key::of).collect()
}

impl Key {
    fn of(value: &Const) -> Key {
        match value {
            Const::None => Key::None,
            Const::Ellipsis => Key::Ellipsis,
            Const::Bool(value) => Key::Bool(*value),
            Const::Int(value) => Key::Int(*value),
            Const::BigInt(value) => Key::BigInt(value.clone()),
            Const::Float(value) => Key::Float(value.to_bits()),
            Const::Str(value) => Key::Str(value.clone()),
            Const::Surrogates(value) => Key::Surrogates(value.clone()),
            Const::Bytes(value) => Key::Bytes(value.clone()),
            Const::Tuple(items) => Key::Tuple(keys(items)),
            Const::FrozenSet(items) => Key::FrozenSet(keys(items)),
            Const::Slice(bounds) => Key::Slice(keys(&bounds[..])),
            Const::Code(code) => Key::Code(Arc::as_ptr(code) as usize),
        }
    }
}

/// How a name of the frame or of its globals is accessed.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub(in super::super) enum Access {
    LoadGlobal,
    StoreGlobal,
    LoadName,
    StoreName,
}

/// The tables that instructions index.
#[derive(Default)]
pub(in super::super) struct Pool {
    pub(in super::super) consts: Vec<Const>,
    const_at: HashMap<Key, u16>,
    pub(in super::super) names: Vec<Arc<str>>,
    name_at: HashMap<Arc<str>, u16>,
    pub(in super::super) caches: Vec<CacheSite>,
    cache_at: HashMap<(u16, Access), u16>,
    /// The first table that did not hold its entries, if any.
    pub(in super::super) overflow: Option<&'static str>,
}

impl Pool {
    pub(in super::super) fn constant(&mut self, value: Const) -> u16 {
        let key = Key::of(&value);
        if let Some(&at) = self.const_at.get(&key) {
            return at;
        }
        let Some(at) = next(self.consts.len()) else {
            self.overflow.get_or_insert("constants");
            return 0;
        };
        self.consts.push(value);
        self.const_at.insert(key, at);
        at
    }

    pub(in super::super) fn name(&mut self, name: &Arc<str>) -> u16 {
        if let Some(&at) = self.name_at.get(name) {
            return at;
        }
        let Some(at) = next(self.names.len()) else {
            self.overflow.get_or_insert("names");
            return 0;
        };
        self.names.push(name.clone());
        self.name_at.insert(name.clone(), at);
        at
    }

    /// The inline cache that all accesses of one kind to a global name share: they find the
    /// same slot.
    pub(in super::super) fn name_cache(&mut self, name: &Arc<str>, access: Access) -> u16 {
        let key = (self.name(name), access);
        if let Some(&at) = self.cache_at.get(&key) {
            return at;
        }
        let at = self.cache(name);
        self.cache_at.insert(key, at);
        at
    }

    /// A new inline cache for `name`.
    pub(in super::super) fn cache(&mut self, name: &Arc<str>) -> u16 {
        let name = self.name(name);
        let Some(at) = next(self.caches.len()) else {
            self.overflow.get_or_insert("attribute and global accesses");
            return 0;
        };
        self.caches.push(CacheSite { name, lookup: Position::default() });
        at
    }
}

fn next(len: usize) -> Option<u16> {
    u16::try_from(len).ok().filter(|&at| at < u16::MAX)
}
