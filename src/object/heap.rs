//! The registry of objects that may form cycles, and the end of objects.
//!
//! A heap belongs to one interpreter. The thread that holds the lock has it as its current
//! heap, so that a drop, which has no token to use, can find it. Dropping never runs script
//! code: objects with finalisers go to a queue that the evaluation loop drains, and deep
//! structures are freed in a loop rather than by recursion.

use std::cell::{Cell, RefCell};
use std::collections::HashMap;
use std::ptr::NonNull;

use super::free::{free_object, wants_finalizer};
use super::header::Header;
use super::numbers::Numbers;
use super::room::make_room;
use super::value::Value;

/// Nested frees beyond this depth are postponed.
const MAX_DEPTH: usize = 64;
/// So many objects go unregistered before memory for the registry is asked for again.
const RETRY: usize = 1 << 16;

/// What the evaluation loop is asked to do at its next poll.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Attention {
    /// Finalisers or weak-reference callbacks wait in the queue.
    Finalizers,
    /// The young generation is full.
    Collect,
    /// There was no memory to grow something that goes on without.
    Shortage,
}

/// Something that the evaluation loop has to run after an object's end.
pub enum Pending {
    /// Run the finaliser of this object, which the queue keeps alive.
    Finalize(Value),
    /// Call `callback(reference)`: the reference's object is gone.
    Callback { callback: Value, reference: Value },
}

/// The collector's registry of one interpreter.
pub struct Heap {
    pub(super) tracked: RefCell<Vec<NonNull<Header>>>,
    /// Objects that were not registered since there was no memory for it.
    skipped: Cell<usize>,
    /// Objects registered from here on were made after the last collection.
    pub(super) young: Cell<usize>,
    /// New objects minus freed ones since the last young collection.
    pub(super) debt: Cell<usize>,
    pub(super) threshold: Cell<usize>,
    pub(super) enabled: Cell<bool>,
    pub(super) collecting: Cell<bool>,
    pub(super) pending: RefCell<Vec<Pending>>,
    /// Weak references, not counted, by the address of the object they point to.
    pub(super) weak: RefCell<HashMap<usize, Vec<NonNull<Header>>>>,
    /// Whether there has been a weak reference with a callback.
    pub(super) callbacks: Cell<bool>,
    /// Offsets of every 64th character of long non-ASCII strings, by address; see `Str::byte_offset`.
    pub(super) offsets: RefCell<HashMap<usize, Box<[u32]>>>,
    /// What objects hash by where runs are to be repeated.
    pub(super) numbers: Numbers,
    attention: Box<dyn Fn(Attention)>,
}

thread_local! {
    static CURRENT: Cell<*const Heap> = const { Cell::new(std::ptr::null()) };
    static DEPTH: Cell<usize> = const { Cell::new(0) };
    static POSTPONED: RefCell<Vec<NonNull<Header>>> = const { RefCell::new(Vec::new()) };
}

impl Heap {
    /// An empty heap; `attention` is called, with the lock held, when the loop has work to do.
    pub fn new(attention: impl Fn(Attention) + 'static) -> Self {
        Heap {
            tracked: RefCell::default(),
            skipped: Cell::new(0),
            young: Cell::new(0),
            debt: Cell::new(0),
            threshold: Cell::new(2000),
            enabled: Cell::new(true),
            collecting: Cell::new(false),
            pending: RefCell::default(),
            weak: RefCell::default(),
            callbacks: Cell::new(false),
            offsets: RefCell::default(),
            numbers: Numbers::default(),
            attention: Box::new(attention),
        }
    }

    /// Makes this the current heap of the thread, which has just taken the lock.
    ///
    /// # Safety
    ///
    /// The heap stays alive until [`Heap::leave`] is called on this thread, and the thread holds its
    /// interpreter's lock in between.
    pub unsafe fn enter(&self) {
        CURRENT.set(self);
    }

    /// Whether the thread has this heap as its current one.
    pub(super) fn is_current(&self) -> bool {
        std::ptr::eq(CURRENT.get(), self)
    }

    /// The thread gives up the lock: it has no current heap any more.
    pub fn leave() {
        CURRENT.set(std::ptr::null());
    }

    /// Runs `action` with no current heap on this thread, and with the one it has now afterwards, also when unwinding:
    /// for objects of an interpreter that has ended, and for stretches without the lock, which may enter another.
    pub(crate) fn outside<R>(action: impl FnOnce() -> R) -> R {
        struct Back(*const Heap);
        impl Drop for Back {
            fn drop(&mut self) {
                CURRENT.set(self.0);
            }
        }
        let _back = Back(CURRENT.replace(std::ptr::null()));
        action()
    }

    /// Takes what waits to be run.
    pub fn take_pending(&self) -> Vec<Pending> {
        self.pending.take()
    }

    /// Whether something waits to be run.
    pub fn has_pending(&self) -> bool {
        !self.pending.borrow().is_empty()
    }

    pub(super) fn notify(&self, what: Attention) {
        (self.attention)(what);
    }

    /// Queues something for the evaluation loop.
    pub(super) fn enqueue(&self, pending: Pending) {
        self.pending.borrow_mut().push(pending);
        self.notify(Attention::Finalizers);
    }

    /// Number of objects that the collector knows.
    pub fn tracked_count(&self) -> usize {
        self.tracked.borrow().len()
    }

    fn register(&self, header: NonNull<Header>) {
        let mut tracked = self.tracked.borrow_mut();
        if tracked.len() == tracked.capacity() && !self.grow_registry(&mut tracked) {
            // An object that the collector does not know is freed by its count only.
            return;
        }
        // SAFETY: the caller passes a live object.
        unsafe { header.as_ref() }.gc_index.set(tracked.len() as u32);
        tracked.push(header);
        let debt = self.debt.get() + 1;
        self.debt.set(debt);
        if debt == self.threshold.get() && self.enabled.get() && !self.collecting.get() {
            drop(tracked);
            self.notify(Attention::Collect);
        }
    }

    /// Makes room in the registry. After a failure it is a while until memory is asked for again.
    #[cold]
    #[inline(never)]
    fn grow_registry(&self, tracked: &mut Vec<NonNull<Header>>) -> bool {
        let skipped = self.skipped.get();
        let grown = skipped.is_multiple_of(RETRY) && make_room(tracked, 1).is_ok();
        self.skipped.set(if grown { 0 } else { skipped + 1 });
        grown
    }

    fn unregister(&self, header: &Header) {
        let mut tracked = self.tracked.borrow_mut();
        let mut hole = header.gc_index.replace(Header::UNTRACKED) as usize;
        let young = self.young.get();
        // An old object leaves a hole among the old: the last old one fills it, so that the young stay the tail.
        if hole < young {
            let last_old = young - 1;
            self.young.set(last_old);
            if hole != last_old {
                let moved = tracked[last_old];
                tracked[hole] = moved;
                // SAFETY: registered objects are alive.
                unsafe { moved.as_ref() }.gc_index.set(hole as u32);
            }
            hole = last_old;
        }
        tracked.swap_remove(hole);
        if let Some(moved) = tracked.get(hole) {
            // SAFETY: registered objects are alive.
            unsafe { moved.as_ref() }.gc_index.set(hole as u32);
        }
        self.debt.set(self.debt.get().saturating_sub(1));
    }
}

/// Runs `action` with the thread's current heap, if it has one.
pub(super) fn with_current<R>(action: impl FnOnce(&Heap) -> R) -> Option<R> {
    let heap = CURRENT.get();
    // SAFETY: `Heap::enter` vouches that the heap lives while it is current.
    (!heap.is_null()).then(|| action(unsafe { &*heap }))
}

/// Says that there was no memory to grow something: MemoryError is raised at the next poll.
#[cold]
pub(super) fn report_shortage() {
    with_current(|heap| heap.notify(Attention::Shortage));
}

/// Registers a new object with the collector.
pub(super) fn track(header: NonNull<Header>) {
    with_current(|heap| heap.register(header));
}

/// Ends an object whose count has reached zero.
#[cold]
#[inline(never)]
pub(super) fn free(header: NonNull<Header>) {
    // SAFETY: the count has just reached zero, so the object is still whole and nobody else refers to it.
    let object = unsafe { header.as_ref() };
    if object.flags.get() != 0 || wants_finalizer(object) {
        if wants_finalizer(object) && !object.has(Header::FINALIZED) {
            object.set(Header::FINALIZED);
            object.count.set(1);
            // SAFETY: the count of one is the reference that the queue takes over.
            let value = unsafe { Value::from_header(header) };
            let queued = with_current(|heap| heap.enqueue(Pending::Finalize(value)));
            if queued.is_some() {
                return;
            }
            return;
        }
        if object.has(Header::WEAKLY_REFERENCED) {
            object.unset(Header::WEAKLY_REFERENCED);
            super::weak::clear_references(header.as_ptr() as usize, |_| false);
        }
        if object.has(Header::NUMBERED) {
            with_current(|heap| heap.forget_number(header.as_ptr() as usize));
        }
    }
    if object.gc_index.get() != Header::UNTRACKED {
        with_current(|heap| heap.unregister(object));
    }
    let depth = DEPTH.get();
    if depth >= MAX_DEPTH {
        POSTPONED.with_borrow_mut(|list| list.push(header));
        return;
    }
    DEPTH.set(depth + 1);
    // SAFETY: the object is unreferenced and unregistered.
    unsafe { free_object(header) };
    DEPTH.set(depth);
    if depth == 0 {
        while let Some(next) = POSTPONED.with_borrow_mut(Vec::pop) {
            DEPTH.set(1);
            // SAFETY: postponed objects are unreferenced and unregistered.
            unsafe { free_object(next) };
            DEPTH.set(0);
        }
    }
}
