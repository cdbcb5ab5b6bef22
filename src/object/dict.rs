//! `dict`: entries in insertion order under a hash index.
//!
//! Looking up a key may run script code (`__eq__`), so the table itself only knows keys that
//! compare without it; [`DictData::probe`] says when the machine has to be asked.

use hashbrown::HashTable;

use super::compare::{Equality, plain_eq};
use super::define_heap_type;
use super::ptr::Ptr;
use super::value::Value;
use crate::gil::GilCell;

/// A key with its hash and value. A deleted entry has `Undef` for a key.
pub struct Entry {
    pub hash: i64,
    pub key: Value,
    pub value: Value,
}

/// Entries, those of removed keys included, below which a dict is not compacted: as many as CPython's smallest holds.
const MIN_COMPACTED: usize = 5;

/// What the index is filed under: hashes of ints are the ints themselves, while the index takes its
/// place from the low bits and its tag from the high ones.
#[inline(always)]
fn spread(hash: i64) -> u64 {
    let mixed = (hash as u64).wrapping_mul(0x9E37_79B9_7F4A_7C15);
    mixed ^ (mixed >> 32)
}

/// What a lookup found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Probe {
    /// The key is in the entry with this index.
    Found(usize),
    Missing,
    /// Some key of the same hash can be compared by script code only: use the machine's lookup.
    Ask,
}

/// The content of a dict.
#[derive(Default)]
pub struct DictData {
    table: HashTable<u32>,
    entries: Vec<Entry>,
    /// Every entry before this one is deleted, so that a queue's front is found at once.
    first: usize,
    /// Names this set of keys while inline caches rely on it; 0 when none does.
    version: u64,
    /// Changes with every insertion and deletion of a key.
    changes: u32,
}

define_heap_type! {
    /// A dict.
    pub struct Dict: tracked {
        pub data: GilCell<DictData>,
    }
}

impl Dict {
    /// An empty dict.
    pub fn new() -> Ptr<Dict> {
        Dict::alloc(GilCell::new(DictData::default()))
    }

    /// A dict of the given content.
    pub fn from_data(data: DictData) -> Ptr<Dict> {
        Dict::alloc(GilCell::new(data))
    }
}

impl DictData {
    /// An empty dict with room for `capacity` entries.
    pub fn with_capacity(capacity: usize) -> Self {
        DictData {
            table: HashTable::with_capacity(capacity),
            entries: Vec::with_capacity(capacity),
            ..DictData::default()
        }
    }

    /// Makes room for `added` more entries.
    pub fn reserve(&mut self, added: usize) {
        let entries = &self.entries;
        self.table.reserve(added, |&at| spread(entries[at as usize].hash));
        self.entries.reserve(added);
    }

    /// Number of keys.
    #[inline(always)]
    pub fn len(&self) -> usize {
        self.table.len()
    }

    /// Whether there is no key.
    pub fn is_empty(&self) -> bool {
        self.table.is_empty()
    }

    /// Counts insertions and deletions, so that iteration notices them.
    pub fn changes(&self) -> u32 {
        self.changes
    }

    /// The version that inline caches compare; 0 if the keys changed since it was given.
    #[inline(always)]
    pub fn version(&self) -> u64 {
        self.version
    }

    /// Gives the present set of keys a version that no other dict has had.
    pub fn set_version(&mut self, version: u64) {
        self.version = version;
    }

    fn keys_changed(&mut self) {
        self.version = 0;
        self.changes = self.changes.wrapping_add(1);
    }

    /// Looks a key up.
    #[inline]
    pub fn probe(&self, hash: i64, key: &Value) -> Probe {
        let mut ask = false;
        let found = self.table.find(spread(hash), |&index| {
            let entry = &self.entries[index as usize];
            entry.hash == hash
                && match plain_eq(&entry.key, key) {
                    Equality::Equal => true,
                    Equality::Different => false,
                    Equality::Ask => {
                        ask = true;
                        false
                    }
                }
        });
        match found {
            Some(&index) => Probe::Found(index as usize),
            None if ask => Probe::Ask,
            None => Probe::Missing,
        }
    }

    /// The entries whose keys have this hash, for a lookup that asks the machine.
    pub fn candidates(&self, hash: i64) -> Vec<usize> {
        self.table
            .iter_hash(spread(hash))
            .map(|&index| index as usize)
            .filter(|&index| self.entries[index].hash == hash)
            .collect()
    }

    /// The value under a key that compares without script code; `Ask` counts as missing.
    #[inline]
    pub fn get(&self, hash: i64, key: &Value) -> Option<&Value> {
        match self.probe(hash, key) {
            Probe::Found(index) => Some(&self.entries[index].value),
            _ => None,
        }
    }

    /// The value under a name.
    #[inline]
    pub fn get_str(&self, name: &super::Str) -> Option<&Value> {
        let hash = name.hash();
        self.table
            .find(spread(hash), |&index| {
                let entry = &self.entries[index as usize];
                matches!(&entry.key, Value::Str(key) if key.same_text(name))
            })
            .map(|&index| &self.entries[index as usize].value)
    }

    /// The entry at an index, if there is one and it is not deleted.
    #[inline(always)]
    pub fn entry(&self, index: usize) -> Option<&Entry> {
        self.entries.get(index).filter(|entry| !entry.key.is_undef())
    }

    /// The value in the entry at an index that the present version of the keys vouches for.
    #[inline(always)]
    pub fn value_at(&self, index: usize) -> &Value {
        &self.entries[index].value
    }

    /// Number of places for entries, deleted ones included: the bound for iteration by index.
    #[inline(always)]
    pub fn slots(&self) -> usize {
        self.entries.len()
    }

    /// The first entry at or after `index`.
    #[inline]
    pub fn next_entry(&self, index: usize) -> Option<(usize, &Entry)> {
        let mut index = index.max(self.first);
        while let Some(entry) = self.entries.get(index) {
            if !entry.key.is_undef() {
                return Some((index, entry));
            }
            index += 1;
        }
        None
    }

    /// The last entry before `index`.
    pub fn previous_entry(&self, index: usize) -> Option<(usize, &Entry)> {
        (0..index.min(self.entries.len())).rev().find_map(|at| self.entry(at).map(|entry| (at, entry)))
    }

    /// The entries in order.
    pub fn iter(&self) -> impl DoubleEndedIterator<Item = &Entry> {
        self.entries[self.first..].iter().filter(|entry| !entry.key.is_undef())
    }

    /// Replaces the value of the entry at `index` and gives back the old one.
    #[inline(always)]
    pub fn replace_at(&mut self, index: usize, value: Value) -> Value {
        std::mem::replace(&mut self.entries[index].value, value)
    }

    /// The place of a value, for in-place changes.
    pub fn value_mut(&mut self, index: usize) -> &mut Value {
        &mut self.entries[index].value
    }

    /// Adds a key that is known to be missing.
    pub fn push(&mut self, hash: i64, key: Value, value: Value) {
        let full = self.entries.len() == self.entries.capacity() && self.entries.len() >= MIN_COMPACTED;
        if full && self.table.len() * 2 < self.entries.len() {
            self.compact();
        }
        let index = self.entries.len() as u32;
        self.entries.push(Entry { hash, key, value });
        let entries = &self.entries;
        self.table.insert_unique(spread(hash), index, |&at| spread(entries[at as usize].hash));
        self.keys_changed();
    }

    /// Sets the value of a key that compares without script code, and gives back the old one.
    pub fn insert_plain(&mut self, hash: i64, key: Value, value: Value) -> Option<Value> {
        match self.probe(hash, &key) {
            Probe::Found(index) => Some(self.replace_at(index, value)),
            _ => {
                self.push(hash, key, value);
                None
            }
        }
    }

    /// Sets the value of a name, and gives back the old one.
    pub fn insert_str(&mut self, name: &Ptr<super::Str>, value: Value) -> Option<Value> {
        self.insert_plain(name.hash(), name.to_value(), value)
    }

    /// Removes the entry at an index and gives it back.
    pub fn remove_at(&mut self, index: usize) -> (Value, Value) {
        let entry = &mut self.entries[index];
        let (hash, key, value) = (entry.hash, entry.key.take(), entry.value.take());
        if let Ok(found) = self.table.find_entry(spread(hash), |&at| at as usize == index) {
            found.remove();
        }
        if index == self.first {
            let gap =
                self.entries[index.min(self.entries.len())..].iter().take_while(|entry| entry.key.is_undef()).count();
            self.first += gap;
        }
        self.keys_changed();
        (key, value)
    }

    /// Removes the entry at an index, the last, and the places of removed ones before it.
    pub fn remove_last(&mut self, index: usize) -> (Value, Value) {
        let removed = self.remove_at(index);
        while self.entries.last().is_some_and(|entry| entry.key.is_undef()) {
            self.entries.pop();
        }
        self.first = self.first.min(self.entries.len());
        removed
    }

    /// Makes the entry at `index` the last.
    pub fn move_to_back(&mut self, index: usize) {
        if index + 1 < self.entries.len() {
            let hash = self.entries[index].hash;
            let (key, value) = self.remove_at(index);
            self.push(hash, key, value);
        }
    }

    /// Makes the entry at `index` the first; takes as long as copying the dict.
    pub fn move_to_front(&mut self, index: usize) {
        let index = self.entries[..index].iter().filter(|entry| !entry.key.is_undef()).count();
        self.entries.retain(|entry| !entry.key.is_undef());
        self.entries[..=index].rotate_right(1);
        self.compact();
    }

    /// Removes a name and gives back its value.
    pub fn remove_str(&mut self, name: &super::Str) -> Option<Value> {
        let hash = name.hash();
        let index = *self.table.find(
            spread(hash),
            |&index| matches!(&self.entries[index as usize].key, Value::Str(key) if key.same_text(name)),
        )?;
        Some(self.remove_at(index as usize).1)
    }

    fn compact(&mut self) {
        self.entries.retain(|entry| !entry.key.is_undef());
        self.first = 0;
        let entries = &self.entries;
        self.table.clear();
        for (index, entry) in entries.iter().enumerate() {
            self.table.insert_unique(spread(entry.hash), index as u32, |&at| spread(entries[at as usize].hash));
        }
        self.keys_changed();
    }

    /// Gives an empty dict the content of another, and back what there was of its own.
    #[must_use]
    pub fn fill(&mut self, content: DictData) -> DictData {
        let changes = self.changes.wrapping_add(1);
        let old = std::mem::replace(self, content);
        self.version = 0;
        self.changes = changes;
        old
    }

    /// Empties the dict; the caller drops what was in it once it holds no reference into the dict.
    #[must_use]
    pub fn clear(&mut self) -> DictData {
        let changes = self.changes.wrapping_add(1);
        let old = std::mem::take(self);
        self.changes = changes;
        old
    }
}

impl Clone for DictData {
    fn clone(&self) -> Self {
        if self.entries.len() == self.table.len() {
            // Without deleted entries the index is the same.
            let copy = |entry: &Entry| Entry { hash: entry.hash, key: entry.key.clone(), value: entry.value.clone() };
            let entries = self.entries.iter().map(copy).collect();
            return DictData { table: self.table.clone(), entries, ..DictData::default() };
        }
        let mut copy = DictData::with_capacity(self.len());
        for entry in self.iter() {
            copy.push(entry.hash, entry.key.clone(), entry.value.clone());
        }
        copy
    }
}
