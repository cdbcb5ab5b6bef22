//! The interpreter: everything that its threads share.

use std::any::{Any, TypeId};
use std::cell::Cell;
use std::collections::HashMap;
use std::sync::atomic::AtomicUsize;
use std::sync::{Arc, OnceLock};

use super::handle::Deferred;
use super::heap::Heap;
use super::known::Known;
use super::names::Name;
use super::ptr::Ptr;
use super::reserve::{MemoryReserve, ShortageSignal};
use super::shape::Shapes;
use super::value::Value;
use super::{Class, Dict, Str};
use crate::gil::{DeferredDrops, Gil, GilCell, GilLock};

/// State of the floors above, by type.
pub(crate) type Extensions = HashMap<TypeId, Box<dyn Any>, foldhash::fast::FixedState>;

/// An entry of the method cache: the attribute `name` of the class with this id.
#[derive(Default)]
pub struct MethodCacheEntry {
    pub class: u32,
    pub epoch: u32,
    pub name: usize,
    /// `Undef` if the class has no such attribute.
    pub value: Value,
}

/// Room for the names that an interpreter has from the start.
const USUAL_NAMES: usize = 3500;

/// Number of entries of the method cache, a power of two.
pub const METHOD_CACHE_SIZE: usize = 4096;

/// What one interpreter consists of. Several live in one process, each with its own lock.
pub struct Interp {
    pub(crate) lock: Arc<GilLock>,
    pub heap: Heap,
    /// What the application's allocator keeps back, if it does.
    pub(crate) reserve: OnceLock<Arc<dyn MemoryReserve>>,
    /// What threads without the lock left to be dropped.
    pub(crate) deferred: DeferredDrops<Deferred>,
    pub(crate) classes: GilCell<Vec<Ptr<Class>>>,
    pub(crate) names: GilCell<Vec<Ptr<Str>>>,
    pub(crate) interned: GilCell<hashbrown::HashTable<Ptr<Str>>>,
    pub(crate) ascii: GilCell<Vec<Ptr<Str>>>,
    pub(crate) empty_tuple: GilCell<Option<Ptr<super::Tuple>>>,
    pub(crate) shapes: GilCell<Shapes>,
    pub(crate) method_cache: GilCell<Vec<MethodCacheEntry>>,
    /// Changes whenever a class changes in a way that a cache may have relied on.
    pub(crate) epoch: Cell<u32>,
    /// The known classes are being filled: what is derived from their content is computed afterwards.
    pub(crate) filling: Cell<bool>,
    pub(crate) next_class_id: Cell<u32>,
    pub(crate) next_dict_version: Cell<u64>,
    /// The namespace of the module `builtins`.
    pub(crate) builtins: GilCell<Option<Ptr<Dict>>>,
    /// `sys.modules`.
    pub(crate) modules: GilCell<Option<Ptr<Dict>>>,
    /// The number of the thread that observers saw last, 0 for none.
    pub(crate) last_observed: Cell<u64>,
    /// `sys.getrecursionlimit()`.
    pub(crate) recursion_limit: AtomicUsize,
    /// Set once the program's modules are being ended.
    pub(crate) finalizing: std::sync::atomic::AtomicBool,
    /// State of the floors above, by type.
    extensions: GilCell<Extensions>,
}

// SAFETY: all but atomics is reached with the lock held only: through `GilCell`, or through the
// `Cell`s and the heap by code that has a `Vm`, which exists only on a thread that holds the lock.
unsafe impl Send for Interp {}
// SAFETY: as above.
unsafe impl Sync for Interp {}

impl Drop for Interp {
    /// Nobody is attached any more. Objects that handles kept beyond the end are freed here, perhaps on a thread that
    /// is attached to another interpreter.
    fn drop(&mut self) {
        if self.heap.is_current() {
            Heap::leave();
        }
        Heap::outside(|| drop(self.deferred.take_all()));
    }
}

impl Interp {
    /// An interpreter without classes; the floors above fill it.
    pub(crate) fn new(lock: Arc<GilLock>, heap: Heap) -> Self {
        Interp {
            deferred: DeferredDrops::new(lock.breaker().clone()),
            lock,
            heap,
            reserve: OnceLock::new(),
            classes: GilCell::default(),
            names: GilCell::default(),
            interned: GilCell::new(hashbrown::HashTable::with_capacity(USUAL_NAMES)),
            ascii: GilCell::default(),
            empty_tuple: GilCell::default(),
            shapes: GilCell::default(),
            method_cache: GilCell::default(),
            epoch: Cell::new(1),
            filling: Cell::new(false),
            next_class_id: Cell::new(1),
            next_dict_version: Cell::new(1),
            builtins: GilCell::default(),
            modules: GilCell::default(),
            last_observed: Cell::new(0),
            recursion_limit: AtomicUsize::new(1000),
            finalizing: std::sync::atomic::AtomicBool::new(false),
            extensions: GilCell::default(),
        }
    }

    /// Has an allocator's reserve serve this interpreter; the first one stays.
    pub(crate) fn set_reserve(&self, reserve: Arc<dyn MemoryReserve>) {
        if self.reserve.set(reserve.clone()).is_ok() {
            reserve.serve(ShortageSignal::new(self.lock.breaker().clone()));
        }
    }

    /// Memory may be free again: the allocator may keep some back anew.
    pub(crate) fn refill_reserve(&self) {
        if let Some(reserve) = self.reserve.get() {
            reserve.refill();
        }
    }

    /// A class that every interpreter has.
    #[inline]
    pub fn class<'a>(&'a self, gil: &'a Gil, known: Known) -> &'a Ptr<Class> {
        &self.classes.get(gil)[known as usize]
    }

    /// A name that the machine knows, interned.
    #[inline]
    pub fn name<'a>(&'a self, gil: &'a Gil, which: Name) -> &'a Ptr<Str> {
        &self.names.get(gil)[which as usize]
    }

    /// The interpreter's one copy of a text.
    pub fn intern(&self, gil: &mut Gil, text: &str) -> Ptr<Str> {
        let hash = super::hash::hash_str(text) as u64;
        let table = self.interned.get_mut(gil);
        if let Some(found) = table.find(hash, |known| known.as_str() == text) {
            return found.clone();
        }
        let new = Str::new(text);
        new.set_interned();
        table.insert_unique(hash, new.clone(), |known| super::hash::hash_str(known.as_str()) as u64);
        new
    }

    /// State of a floor above, made when it is first asked for.
    pub fn extension<'a, T: Any + Default>(&'a self, gil: &'a mut Gil) -> &'a mut T {
        let any = self.extensions.get_mut(gil).entry(TypeId::of::<T>()).or_insert_with(|| Box::<T>::default());
        any.downcast_mut().expect("an extension is filed under its own type")
    }

    /// Takes all state of the floors above, at the end.
    pub(crate) fn take_extensions(&self, gil: &mut Gil) -> Extensions {
        self.extensions.take(gil)
    }

    /// Says that a class changed: every cache that relied on classes is out of date.
    pub fn bump_epoch(&self) {
        self.epoch.set(self.epoch.get().wrapping_add(1).max(1));
    }

    /// A version for a dict's keys that no other dict has had.
    pub fn new_dict_version(&self) -> u64 {
        let version = self.next_dict_version.get();
        self.next_dict_version.set(version + 1);
        version
    }
}
