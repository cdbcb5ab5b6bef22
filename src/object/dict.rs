//! `dict`: entries in insertion order under a hash index.
//!
//! Looking up a key may run script code (`__eq__`), so the table itself only knows keys that
//! compare without it; [`DictData::probe`] says when the machine has to be asked.

use super::compare::{Equality, plain_eq};
use super::define_heap_type;
use super::dict_index::Index;
use super::ptr::Ptr;
use super::room::{NoRoom, make_room};
use super::value::Value;
use crate::gil::GilCell;

/// A key with its hash and value. A deleted entry has `Undef` for a key.
pub struct Entry {
    pub hash: i64,
    pub key: Value,
    pub value: Value,
}

/// A dict of at most so many entries has no index: they are looked through.
const FEW: usize = 8;

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
    index: Index,
    entries: Vec<Entry>,
    /// Number of entries that are not deleted.
    live: usize,
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
        let index = if capacity > FEW { Index::with_capacity(capacity) } else { Index::default() };
        DictData { index, entries: Vec::with_capacity(capacity), ..DictData::default() }
    }

    /// Makes room for `added` more entries if there is memory for them.
    pub fn reserve(&mut self, added: usize) {
        if make_room(&mut self.entries, added).is_err() {
            return;
        }
        let expected = self.live + added;
        if expected > FEW && !self.index.has_room(added) {
            self.build_index(expected);
        }
    }

    /// Number of keys.
    #[inline(always)]
    pub fn len(&self) -> usize {
        self.live
    }

    /// Whether there is no key.
    pub fn is_empty(&self) -> bool {
        self.live == 0
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

    /// The first entry of a hash that `is` accepts.
    #[inline(always)]
    fn find(&self, hash: i64, mut is: impl FnMut(&Value) -> bool) -> Option<usize> {
        if self.index.is_absent() {
            let mut entries = self.entries.iter();
            return entries.position(|entry| entry.hash == hash && !entry.key.is_undef() && is(&entry.key));
        }
        self.index.find(hash, |number| {
            let entry = &self.entries[number];
            entry.hash == hash && is(&entry.key)
        })
    }

    /// Looks a key up.
    #[inline]
    pub fn probe(&self, hash: i64, key: &Value) -> Probe {
        let mut ask = false;
        let found = self.find(hash, |other| match plain_eq(other, key) {
            Equality::Equal => true,
            Equality::Different => false,
            Equality::Ask => {
                ask = true;
                false
            }
        });
        match found {
            Some(index) => Probe::Found(index),
            None if ask => Probe::Ask,
            None => Probe::Missing,
        }
    }

    /// The entries whose keys have this hash, for a lookup that asks the machine.
    pub fn candidates(&self, hash: i64) -> Vec<usize> {
        let mut found = Vec::new();
        let mut note = |number: usize| {
            let entry = &self.entries[number];
            if entry.hash == hash && !entry.key.is_undef() {
                found.push(number);
            }
            false
        };
        if self.index.is_absent() {
            (0..self.entries.len()).for_each(|number| {
                note(number);
            });
        } else {
            self.index.find(hash, note);
        }
        found
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
        self.find_str(name).map(|index| &self.entries[index].value)
    }

    #[inline]
    fn find_str(&self, name: &super::Str) -> Option<usize> {
        self.find(name.hash(), |key| matches!(key, Value::Str(key) if key.same_text(name)))
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

    /// Makes sure of the room for one more key.
    ///
    /// # Errors
    ///
    /// There is no memory for it.
    #[inline(always)]
    pub fn make_room_for_one(&mut self) -> Result<(), NoRoom> {
        if self.entries.len() < self.entries.capacity() { Ok(()) } else { self.grow() }
    }

    /// Room for as many entries again; the index looks after itself.
    #[cold]
    #[inline(never)]
    fn grow(&mut self) -> Result<(), NoRoom> {
        if self.live * 2 < self.entries.len() {
            // It is the deleted ones that fill it.
            return Ok(());
        }
        make_room(&mut self.entries, 1)
    }

    /// Adds a key that is known to be missing.
    pub fn push(&mut self, hash: i64, key: Value, value: Value) {
        let full = if self.index.is_absent() { FEW } else { self.entries.capacity() };
        if self.entries.len() == full {
            if self.live * 2 < self.entries.len() {
                self.compact();
            } else if self.index.is_absent() {
                self.build_index(2 * FEW);
            }
        }
        if !self.index.is_absent() {
            let number = self.entries.len();
            if self.index.has_room(1) && self.index.has_number(number) {
                self.index.insert(hash, number);
            } else {
                self.insert_growing(hash);
            }
        }
        self.entries.push(Entry { hash, key, value });
        self.live += 1;
        self.keys_changed();
    }

    /// Files the entry that is about to be added, which the index as it is has no room for.
    #[cold]
    #[inline(never)]
    fn insert_growing(&mut self, hash: i64) {
        if !self.index.has_number(self.entries.len()) {
            // Most entries are deleted.
            self.compact();
        }
        if !self.index.is_absent()
            && !self.index.has_room(1)
            && let Some(index) = self.index.grown(self.live)
        {
            self.file_in(index);
        }
        if !self.index.is_absent() {
            self.index.insert(hash, self.entries.len());
        }
    }

    fn build_index(&mut self, capacity: usize) {
        self.file_in(Index::with_capacity(capacity.max(self.live)));
    }

    fn file_in(&mut self, index: Index) {
        self.index = index;
        for (number, entry) in self.entries.iter().enumerate() {
            if !entry.key.is_undef() {
                self.index.insert(entry.hash, number);
            }
        }
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
        if !self.index.is_absent() {
            self.index.remove(hash, index);
        }
        self.live -= 1;
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

    /// Makes the entry at `index` the first.
    pub fn move_to_front(&mut self, index: usize) {
        if index == self.first {
            return;
        }
        let mut index = index;
        if self.first == 0 {
            index = self.entries[..index].iter().filter(|entry| !entry.key.is_undef()).count();
            self.entries.retain(|entry| !entry.key.is_undef());
            if self.entries.len() <= FEW {
                self.entries[..=index].rotate_right(1);
                self.compact();
                return;
            }
            index += self.leave_room_in_front();
        }
        let hash = self.entries[index].hash;
        let (key, value) = self.remove_at(index);
        self.first -= 1;
        self.entries[self.first] = Entry { hash, key, value };
        self.live += 1;
        if !self.index.is_absent() {
            if self.index.has_room(1) {
                self.index.insert(hash, self.first);
            } else {
                self.build_index(self.entries.len());
            }
        }
    }

    /// Puts places of removed entries before the first, as many as there are entries: moving to the
    /// front costs the same each time on average. Gives back their number.
    fn leave_room_in_front(&mut self) -> usize {
        let room = self.entries.len();
        let places = std::iter::repeat_with(|| Entry { hash: 0, key: Value::Undef, value: Value::Undef });
        self.entries.splice(0..0, places.take(room));
        self.first = room;
        self.build_index(self.entries.len());
        room
    }

    /// Removes a name and gives back its value.
    pub fn remove_str(&mut self, name: &super::Str) -> Option<Value> {
        let index = self.find_str(name)?;
        Some(self.remove_at(index).1)
    }

    fn compact(&mut self) {
        self.entries.retain(|entry| !entry.key.is_undef());
        self.first = 0;
        if self.entries.len() >= FEW {
            self.build_index(self.entries.len());
        } else {
            self.index = Index::default();
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
        if self.entries.len() == self.live {
            // Without deleted entries the index is the same.
            let copy = |entry: &Entry| Entry { hash: entry.hash, key: entry.key.clone(), value: entry.value.clone() };
            let entries = self.entries.iter().map(copy).collect();
            return DictData { index: self.index.clone(), entries, live: self.live, ..DictData::default() };
        }
        let mut copy = DictData::with_capacity(self.len());
        for entry in self.iter() {
            copy.push(entry.hash, entry.key.clone(), entry.value.clone());
        }
        copy
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(data: &DictData, n: i64) -> Option<i64> {
        match data.probe(n, &Value::Int(n)) {
            Probe::Found(index) => match data.entry(index)?.value {
                Value::Int(value) => Some(value),
                _ => None,
            },
            _ => None,
        }
    }

    /// Inserts and deletes as told, and compares each step with a plain list of pairs.
    fn compare_with_list(steps: impl IntoIterator<Item = (bool, i64)>) {
        let (mut data, mut list) = (DictData::default(), Vec::<(i64, i64)>::new());
        for (number, (insert, key)) in steps.into_iter().enumerate() {
            let value = number as i64;
            let place = list.iter().position(|pair| pair.0 == key);
            match (insert, data.probe(key, &Value::Int(key))) {
                (true, Probe::Found(index)) => {
                    drop(data.replace_at(index, Value::Int(value)));
                    list[place.expect("both have it")].1 = value;
                }
                (true, _) => {
                    data.push(key, Value::Int(key), Value::Int(value));
                    list.push((key, value));
                }
                (false, Probe::Found(index)) => {
                    drop(data.remove_at(index));
                    list.remove(place.expect("both have it"));
                }
                (false, _) => assert!(place.is_none()),
            }
            assert_eq!(data.len(), list.len());
        }
        let order: Vec<i64> = data.iter().map(|entry| entry.hash).collect();
        assert_eq!(order, list.iter().map(|pair| pair.0).collect::<Vec<_>>());
        for (key, value) in list {
            assert_eq!(found(&data, key), Some(value));
            assert_eq!(found(&data.clone(), key), Some(value));
        }
    }

    #[test]
    fn entries_are_found_however_many_come_and_go() {
        let mut state = 7u64;
        let mut random = move |below: u64| {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            (state >> 33) % below
        };
        for keys in [3, 8, 9, 12, 100, 1000] {
            compare_with_list((0..4000).map(|_| (random(5) > 1, random(keys) as i64 - 1)).collect::<Vec<_>>());
        }
    }

    #[test]
    fn a_queue_of_keys_stays_small() {
        let mut data = DictData::default();
        for n in 0..100_000 {
            data.push(n, Value::Int(n), Value::None);
            if n >= 10 {
                let Probe::Found(index) = data.probe(n - 10, &Value::Int(n - 10)) else { panic!("it was pushed") };
                drop(data.remove_at(index));
            }
        }
        assert_eq!(data.len(), 10);
        assert!(data.slots() < 100, "{} places for ten keys", data.slots());
    }

    #[test]
    fn a_dict_that_was_large_takes_many_numbers() {
        let mut data = DictData::default();
        (0..20_000).for_each(|n| data.push(n, Value::Int(n), Value::Int(n)));
        for n in 0..60_000 {
            let Some(index) = data.next_entry(0).map(|(at, _)| at) else { panic!("it is not empty") };
            drop(data.remove_at(index));
            if n >= 19_990 {
                data.push(n + 10, Value::Int(n + 10), Value::Int(n + 10));
            }
        }
        assert_eq!(data.len(), 10);
        (60_000..60_010).for_each(|n| assert_eq!(found(&data, n), Some(n)));
        assert_eq!(found(&data, 59_999), None);
    }
}
