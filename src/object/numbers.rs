//! Numbers that stand for addresses where runs are to be repeated.
//!
//! Objects hash by their address, and the order of a set follows its hashes. Addresses differ from run to run; so under
//! a deterministic scheduler an object is given the next number when its hash is first asked for.

use std::cell::{Cell, RefCell};
use std::collections::HashMap;

use super::hash::hash_identity;
use super::header::Header;
use super::heap::Heap;
use super::value::Value;

/// The numbers of an interpreter's objects.
#[derive(Default)]
pub(super) struct Numbers {
    in_use: Cell<bool>,
    given: Cell<usize>,
    by_address: RefCell<HashMap<usize, usize, foldhash::fast::FixedState>>,
}

impl Heap {
    /// From now on objects hash by number.
    pub(crate) fn hash_by_number(&self) {
        self.numbers.in_use.set(true);
    }

    /// Hash of a value by what it is, not by what it equals.
    pub(crate) fn hash_identity(&self, value: &Value) -> i64 {
        if self.numbers.in_use.get() { self.hash_number(value) } else { hash_identity(value.identity()) }
    }

    #[cold]
    fn hash_number(&self, value: &Value) -> i64 {
        if !value.is_heap() {
            return hash_identity(value.identity());
        }
        let number = *self.numbers.by_address.borrow_mut().entry(value.identity()).or_insert_with(|| {
            // SAFETY: tested to be a heap value.
            unsafe { value.header() }.set(Header::NUMBERED);
            self.numbers.given.set(self.numbers.given.get() + 1);
            self.numbers.given.get()
        });
        number as i64
    }

    /// An object ends: its address may be another's soon.
    pub(super) fn forget_number(&self, address: usize) {
        self.numbers.by_address.borrow_mut().remove(&address);
    }
}
