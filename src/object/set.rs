//! `set` and `frozenset`: an open-addressing table with CPython's probing, so that sets of
//! numbers are in the same order.

use super::compare::{Equality, plain_eq};
use super::define_heap_type;
use super::heap::report_shortage;
use super::ptr::Ptr;
use super::room::has_room_for;
use super::value::{Slot, Value, Zeroed};
use crate::gil::GilCell;

/// Slots looked at in a row before the probe jumps.
const LINEAR_PROBES: usize = 9;
const PERTURB_SHIFT: u32 = 5;
const MIN_SIZE: usize = 8;

/// What a lookup found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SetProbe {
    /// The key is in this slot.
    Found(usize),
    Missing,
    /// Some key of the same hash can be compared by script code only.
    Ask,
}

/// Where a key stands or would go.
enum Place {
    Found,
    /// In this slot, which was never used or held a removed key.
    Free {
        at: usize,
        removed: bool,
    },
    Ask,
}

/// The content of a set.
#[derive(Default)]
pub struct SetData {
    /// A removed key leaves `Undef` with the hash -1.
    slots: Box<[Slot]>,
    used: usize,
    /// Used and deleted slots.
    fill: usize,
    finger: usize,
    changes: u32,
}

define_heap_type! {
    /// A set or frozen set.
    pub struct Set: tracked {
        pub data: GilCell<SetData>,
        pub frozen: bool,
        /// A frozen set's hash, 0 while not known.
        pub hash: std::cell::Cell<i64>,
    }
}

impl Set {
    /// A set, or frozen set, of the given content.
    pub fn new(data: SetData, frozen: bool) -> Ptr<Set> {
        Set::alloc(GilCell::new(data), frozen, std::cell::Cell::new(0))
    }
}

impl SetData {
    /// Number of items.
    #[inline(always)]
    pub fn len(&self) -> usize {
        self.used
    }

    /// Whether there is no item.
    pub fn is_empty(&self) -> bool {
        self.used == 0
    }

    /// Counts insertions and deletions, so that a lookup that runs script code notices them.
    pub fn changes(&self) -> u32 {
        self.changes
    }

    /// Visits the slots in probing order until `visit` answers.
    #[inline(always)]
    fn walk<R>(&self, hash: i64, mut visit: impl FnMut(usize, &Slot) -> Option<R>) -> Option<R> {
        let mask = self.slots.len().checked_sub(1)?;
        let mut perturb = hash as u64 as usize;
        let mut index = hash as u64 as usize & mask;
        loop {
            let probes = if index + LINEAR_PROBES <= mask { LINEAR_PROBES } else { 0 };
            for (at, entry) in self.slots[index..=index + probes].iter().enumerate() {
                let at = at + index;
                if let Some(answer) = visit(at, entry) {
                    return Some(answer);
                }
                if entry.key.is_undef() && entry.hash == 0 {
                    return None;
                }
            }
            perturb >>= PERTURB_SHIFT;
            index = (index.wrapping_mul(5).wrapping_add(1).wrapping_add(perturb)) & mask;
        }
    }

    /// Looks a key up.
    pub fn probe(&self, hash: i64, key: &Value) -> SetProbe {
        let mut ask = false;
        let found = self.walk(hash, |at, entry| {
            if entry.hash != hash || entry.key.is_undef() {
                return None;
            }
            match plain_eq(&entry.key, key) {
                Equality::Equal => Some(at),
                Equality::Different => None,
                Equality::Ask => {
                    ask = true;
                    None
                }
            }
        });
        match found {
            Some(at) => SetProbe::Found(at),
            None if ask => SetProbe::Ask,
            None => SetProbe::Missing,
        }
    }

    /// The slots whose keys have this hash.
    pub fn candidates(&self, hash: i64) -> Vec<usize> {
        let mut found = Vec::new();
        self.walk::<()>(hash, |at, entry| {
            if entry.hash == hash && !entry.key.is_undef() {
                found.push(at);
            }
            None
        });
        found
    }

    /// The key in a slot.
    pub fn key(&self, slot: usize) -> Option<&Value> {
        self.slots.get(slot).map(|entry| &entry.key).filter(|key| !key.is_undef())
    }

    /// The first used slot at or after `slot`, its key and hash.
    pub fn next_key(&self, slot: usize) -> Option<(usize, &Value, i64)> {
        let rest = self.slots.get(slot..)?;
        let found = rest.iter().position(|entry| !entry.key.is_undef())?;
        Some((slot + found, &rest[found].key, rest[found].hash))
    }

    /// The keys with their hashes, in table order.
    pub fn iter(&self) -> impl Iterator<Item = (&Value, i64)> {
        self.slots.iter().filter(|entry| !entry.key.is_undef()).map(|entry| (&entry.key, entry.hash))
    }

    /// Number of slots: the bound for iteration by slot.
    pub fn slot_count(&self) -> usize {
        self.slots.len()
    }

    /// The slot of a key, or the one for it: the last place of a removed key that the probe passes, or else where it ends.
    #[inline]
    fn find_place(&self, hash: i64, key: &Value) -> Place {
        let (mut removed, mut ask) = (None, false);
        let found = self.walk(hash, |at, entry| {
            if entry.key.is_undef() {
                if entry.hash == 0 {
                    return Some(Place::Free { at, removed: false });
                }
                removed = Some(at);
            } else if entry.hash == hash {
                match plain_eq(&entry.key, key) {
                    Equality::Equal => return Some(Place::Found),
                    Equality::Different => {}
                    Equality::Ask => ask = true,
                }
            }
            None
        });
        match (found, removed) {
            (Some(Place::Found), _) => Place::Found,
            _ if ask => Place::Ask,
            (_, Some(at)) => Place::Free { at, removed: true },
            (Some(free), None) => free,
            // A table is never full, so the walk ends.
            (None, None) => Place::Ask,
        }
    }

    #[inline]
    fn fill_slot(&mut self, at: usize, removed: bool, hash: i64, key: Value) {
        self.slots[at] = Slot { hash, key };
        self.used += 1;
        self.changes = self.changes.wrapping_add(1);
        if removed {
            return;
        }
        self.fill += 1;
        let mask = self.slots.len() - 1;
        if self.fill * 5 >= mask * 3 {
            self.resize(if self.used > 50_000 { self.used * 2 } else { self.used * 4 });
        }
    }

    /// Adds a key unless it is there; tells what was found.
    ///
    /// # Errors
    ///
    /// The key is given back if only script code can tell whether it is there.
    #[inline]
    pub fn add(&mut self, hash: i64, key: Value) -> Result<bool, Value> {
        if self.slots.is_empty() {
            self.slots = Slot::zeroed(MIN_SIZE);
        }
        match self.find_place(hash, &key) {
            Place::Found => Ok(false),
            Place::Free { at, removed } => {
                self.fill_slot(at, removed, hash, key);
                Ok(true)
            }
            Place::Ask => Err(key),
        }
    }

    /// Adds a key that is known to be missing.
    pub fn push(&mut self, hash: i64, key: Value) {
        if self.slots.is_empty() {
            self.slots = Slot::zeroed(MIN_SIZE);
        }
        let mut removed = None;
        let free = self.walk(hash, |at, entry| {
            if !entry.key.is_undef() {
                return None;
            }
            if entry.hash == 0 {
                return Some(at);
            }
            removed = Some(at);
            None
        });
        if let Some(at) = removed.or(free) {
            self.fill_slot(at, removed.is_some(), hash, key);
        }
    }

    /// Grows the table once for `added` keys that are about to come, most of them new.
    pub fn make_room(&mut self, added: usize) {
        if self.slots.is_empty() {
            self.slots = Slot::zeroed(MIN_SIZE);
        }
        if (self.fill + added) * 5 >= (self.slots.len() - 1) * 3 {
            self.resize((self.used + added) * 2);
        }
    }

    /// Rebuilds the table if more than a quarter of it are places of removed keys.
    pub fn drop_removed(&mut self) {
        if self.fill - self.used > self.slots.len().saturating_sub(1) / 4 {
            self.resize(if self.used > 50_000 { self.used * 2 } else { self.used * 4 });
        }
    }

    fn place(&mut self, hash: i64, key: Value) {
        let free = self.walk(hash, |at, entry| (entry.key.is_undef() && entry.hash == 0).then_some(at));
        if let Some(at) = free {
            self.slots[at] = Slot { hash, key };
            self.fill += 1;
        }
    }

    fn resize(&mut self, minimum: usize) {
        let mut size = MIN_SIZE;
        while size <= minimum {
            size <<= 1;
        }
        if !has_room_for::<Slot>(size) && self.fill + 1 < self.slots.len() {
            // There are free places still.
            report_shortage();
            return;
        }
        let old = std::mem::replace(&mut self.slots, Slot::zeroed(size));
        self.fill = 0;
        for entry in old {
            if !entry.key.is_undef() {
                self.place(entry.hash, entry.key);
            }
        }
    }

    /// Adds a key that compares without script code; tells whether it was missing.
    pub fn insert_plain(&mut self, hash: i64, key: Value) -> bool {
        self.add(hash, key).unwrap_or_else(|key| {
            self.push(hash, key);
            true
        })
    }

    /// Removes the key in a slot and gives it back.
    pub fn remove_at(&mut self, slot: usize) -> Value {
        let entry = &mut self.slots[slot];
        entry.hash = -1;
        self.used -= 1;
        self.changes = self.changes.wrapping_add(1);
        entry.key.take()
    }

    /// Removes some key, as `set.pop()`.
    pub fn pop(&mut self) -> Option<Value> {
        if self.used == 0 {
            return None;
        }
        let mask = self.slots.len() - 1;
        let mut at = self.finger & mask;
        while self.slots[at].key.is_undef() {
            at = (at + 1) & mask;
        }
        self.finger = at + 1;
        Some(self.remove_at(at))
    }

    /// Empties the set; the caller drops what was in it.
    #[must_use]
    pub fn clear(&mut self) -> SetData {
        let changes = self.changes.wrapping_add(1);
        let old = std::mem::take(self);
        self.changes = changes;
        old
    }
}

impl Clone for SetData {
    /// A copy, laid out as CPython's `set.copy()` lays it out.
    fn clone(&self) -> Self {
        let mut copy = SetData::default();
        if self.used == 0 {
            return copy;
        }
        copy.make_room(self.used);
        if copy.slots.len() == self.slots.len() && self.fill == self.used {
            copy.slots = self.slots.iter().map(|entry| Slot { hash: entry.hash, key: entry.key.clone() }).collect();
        } else {
            for (key, hash) in self.iter() {
                copy.place(hash, key.clone());
            }
        }
        copy.used = self.used;
        copy.fill = self.used;
        copy
    }
}
