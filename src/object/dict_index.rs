//! The hash index of a dict: which entry a hash leads to.
//!
//! Open addressing with linear probing. A slot holds half of the spread hash beside an entry's number, so that most
//! wrong candidates are refused without a look at the entry, and the index grows without one.

use super::heap::report_shortage;
use super::room::has_room_for;

/// What a hash is filed under: hashes of ints are the ints themselves, while a place is taken from the low bits.
#[inline(always)]
fn tag(hash: i64) -> u32 {
    let mixed = (hash as u64).wrapping_mul(0x9E37_79B9_7F4A_7C15);
    (mixed ^ (mixed >> 32)) as u32
}

/// A slot that was never used.
const FREE: u64 = 0;
/// What stands for the number in a slot whose entry was deleted.
const DELETED: u32 = u32::MAX;

/// The index; without slots as long as the dict's entries are few enough to be looked through.
#[derive(Clone, Default)]
pub(super) struct Index {
    /// In the upper half the tag, in the lower the entry's number and one.
    slots: Box<[u64]>,
    /// Slots that are not free.
    used: usize,
}

impl Index {
    /// An index with room for `capacity` entries.
    pub fn with_capacity(capacity: usize) -> Index {
        Self::with_slots((capacity + capacity / 2 + 1).next_power_of_two())
    }

    fn with_slots(slots: usize) -> Index {
        Index { slots: vec![FREE; slots].into_boxed_slice(), used: 0 }
    }

    /// Whether there are no slots.
    #[inline(always)]
    pub fn is_absent(&self) -> bool {
        self.slots.is_empty()
    }

    /// The first entry filed under a hash that `is` accepts.
    #[inline(always)]
    pub fn find(&self, hash: i64, mut is: impl FnMut(usize) -> bool) -> Option<usize> {
        let tag = tag(hash);
        let mask = self.slots.len().wrapping_sub(1);
        let mut at = tag as usize & mask;
        loop {
            let slot = self.slots[at];
            if (slot >> 32) as u32 == tag {
                let number = slot as u32;
                if number != 0 && number != DELETED && is(number as usize - 1) {
                    return Some(number as usize - 1);
                }
            }
            if slot == FREE {
                return None;
            }
            at = (at + 1) & mask;
        }
    }

    /// Whether so many more entries can be filed: a third of the slots stays free, so that every search ends soon.
    #[inline(always)]
    pub fn has_room(&self, added: usize) -> bool {
        (self.used + added) * 3 <= self.slots.len() * 2
    }

    /// Files an entry.
    pub fn insert(&mut self, hash: i64, number: usize) {
        if !self.has_room(1) {
            self.grow();
        }
        self.file(tag(hash), number as u32 + 1);
    }

    fn file(&mut self, tag: u32, number: u32) {
        let mask = self.slots.len() - 1;
        let mut at = tag as usize & mask;
        while self.slots[at] != FREE {
            at = (at + 1) & mask;
        }
        self.slots[at] = u64::from(tag) << 32 | u64::from(number);
        self.used += 1;
    }

    #[cold]
    fn grow(&mut self) {
        if !has_room_for::<u64>(2 * self.slots.len()) && self.used + 1 < self.slots.len() {
            // The third that is free bridges the time until the machine has noticed.
            report_shortage();
            return;
        }
        let live = |slot: &u64| *slot != FREE && *slot as u32 != DELETED;
        let count = self.slots.iter().filter(|slot| live(slot)).count();
        let slots = self.slots.len();
        // Perhaps it is the deleted ones that fill it.
        let slots = if count * 3 > slots { 2 * slots } else { slots };
        let old = std::mem::replace(self, Index::with_slots(slots));
        for slot in old.slots.iter().filter(|slot| live(slot)) {
            self.file((slot >> 32) as u32, *slot as u32);
        }
    }

    /// Forgets an entry.
    pub fn remove(&mut self, hash: i64, number: usize) {
        let tag = tag(hash);
        let wanted = u64::from(tag) << 32 | (number as u64 + 1);
        let mask = self.slots.len() - 1;
        let mut at = tag as usize & mask;
        while self.slots[at] != wanted {
            if self.slots[at] == FREE {
                return;
            }
            at = (at + 1) & mask;
        }
        // At the end of a run nothing has to be bridged.
        if self.slots[(at + 1) & mask] == FREE {
            self.slots[at] = FREE;
            self.used -= 1;
        } else {
            self.slots[at] = DELETED.into();
        }
    }
}
