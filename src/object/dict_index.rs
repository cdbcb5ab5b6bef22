//! The hash index of a dict: which entry a hash leads to.
//!
//! Open addressing with linear probing. A slot holds an entry's number and, in the bits that numbers do not need, a part
//! of the spread hash, so that most wrong candidates are refused without a look at the entry.

use super::heap::report_shortage;
use super::room::has_room_for;

/// What a hash is filed under: hashes of ints are the ints themselves, while a place is taken from the low bits.
#[inline(always)]
fn tag(hash: i64) -> u32 {
    let mixed = (hash as u64).wrapping_mul(0x9E37_79B9_7F4A_7C15);
    (mixed ^ (mixed >> 32)) as u32
}

/// A slot that was never used.
const FREE: u32 = 0;

/// The index; without slots as long as the dict's entries are few enough to be looked through.
#[derive(Clone, Default)]
pub(super) struct Index {
    /// In the lower bits an entry's number and one, in the upper what fits of the tag. All lower bits are set where
    /// the entry was deleted.
    slots: Box<[u32]>,
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

    /// Which bits of a hash's tag say where its search begins.
    #[inline(always)]
    fn place_mask(&self) -> usize {
        self.slots.len().wrapping_sub(1)
    }

    /// Which bits of a slot are the number: numbers may be twice as many as slots, for those of deleted entries are not
    /// given again at once.
    #[inline(always)]
    fn number_mask(&self) -> u32 {
        self.place_mask() as u32 * 2 + 1
    }

    /// The first entry filed under a hash that `is` accepts.
    #[inline(always)]
    pub fn find(&self, hash: i64, mut is: impl FnMut(usize) -> bool) -> Option<usize> {
        let tag = tag(hash);
        let (mask, numbers) = (self.place_mask(), self.number_mask());
        let mut at = tag as usize & mask;
        loop {
            let slot = self.slots[at];
            if (slot ^ tag) & !numbers == 0 {
                let number = slot & numbers;
                if number != 0 && number != numbers && is(number as usize - 1) {
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

    /// Whether an entry's number can be noted.
    #[inline(always)]
    pub fn has_number(&self, number: usize) -> bool {
        number + 1 < self.number_mask() as usize
    }

    /// Files an entry, for which there has to be a slot.
    #[inline(always)]
    pub fn insert(&mut self, hash: i64, number: usize) {
        let tag = tag(hash);
        let mask = self.place_mask();
        let mut at = tag as usize & mask;
        while self.slots[at] != FREE {
            at = (at + 1) & mask;
        }
        self.slots[at] = tag & !self.number_mask() | (number as u32 + 1);
        self.used += 1;
    }

    /// An empty index in which as many entries as there are, `live`, and more have room; None as long as that cannot be
    /// had and some slot is free. The third that is free bridges the time until the machine has noticed.
    pub fn grown(&self, live: usize) -> Option<Index> {
        // Perhaps it is the deleted ones that fill it.
        let slots = if live * 3 > self.slots.len() { 2 * self.slots.len() } else { self.slots.len() };
        if !has_room_for::<u32>(slots) && self.used + 1 < self.slots.len() {
            report_shortage();
            return None;
        }
        Some(Index::with_slots(slots))
    }

    /// Forgets an entry.
    pub fn remove(&mut self, hash: i64, number: usize) {
        let tag = tag(hash);
        let wanted = tag & !self.number_mask() | (number as u32 + 1);
        let mask = self.place_mask();
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
            self.slots[at] |= self.number_mask();
        }
    }
}
