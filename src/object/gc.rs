//! The cycle collector: trial deletion over the registered objects (as CPython's since 2.0).
//!
//! References from registered objects are subtracted from copies of the counts. What is left above
//! zero is referred to from outside; all that it reaches is alive, and the rest is garbage. The
//! young generation is the tail of the registry: a young collection treats references from
//! older objects as references from outside.

use std::collections::{HashMap, HashSet};
use std::ptr::NonNull;

use super::header::{Header, Tag};
use super::heap::{Heap, Pending};
use super::trace::{Rubble, clear, trace};
use super::value::Value;

/// Garbage that a collection found, kept alive by it until it is cleared.
pub struct Garbage {
    objects: Vec<Value>,
}

impl Garbage {
    /// Number of objects.
    pub fn len(&self) -> usize {
        self.objects.len()
    }

    /// Whether nothing was found.
    pub fn is_empty(&self) -> bool {
        self.objects.is_empty()
    }

    /// The objects, for running their finalisers.
    pub fn objects(&self) -> &[Value] {
        &self.objects
    }

    /// Puts what can be reached from the objects with the given identities in front, in the order in which it is
    /// reached, root after root: nearer objects first, the items of lists and tuples from the end.
    pub fn order_from(&mut self, roots: &[usize]) {
        let mut waiting: HashMap<usize, Value> =
            std::mem::take(&mut self.objects).into_iter().map(|object| (object.identity(), object)).collect();
        let mut roots = roots.iter();
        let mut next = 0;
        loop {
            let Some(object) = self.objects.get(next) else {
                match roots.next() {
                    Some(root) => self.objects.extend(waiting.remove(root)),
                    None => break,
                }
                continue;
            };
            let mut children = Vec::new();
            // SAFETY: garbage is made of heap values, which the caller keeps alive.
            let header = unsafe { object.header() };
            unsafe { trace(NonNull::from(header), &mut |child| children.push(child.as_ptr() as usize)) };
            if matches!(header.tag, Tag::List | Tag::Tuple) {
                children.reverse();
            }
            self.objects.extend(children.iter().filter_map(|child| waiting.remove(child)));
            next += 1;
        }
        self.objects.extend(waiting.into_values());
    }
}

impl Heap {
    /// Whether automatic collection is on.
    pub fn is_enabled(&self) -> bool {
        self.enabled.get()
    }

    /// Switches automatic collection on or off.
    pub fn set_enabled(&self, on: bool) {
        self.enabled.set(on);
    }

    /// The number of new objects that starts a young collection; 0 for never.
    pub fn threshold(&self) -> usize {
        self.threshold.get()
    }

    /// Sets the number of new objects that starts a young collection.
    pub fn set_threshold(&self, threshold: usize) {
        self.threshold.set(threshold);
    }

    /// New objects since the last young collection.
    pub fn young_count(&self) -> usize {
        self.debt.get()
    }

    /// Counts every object as old: those of an interpreter's start are no reason for a collection.
    pub fn settle(&self) {
        self.young.set(self.tracked.borrow().len());
        self.debt.set(0);
    }

    /// Finds garbage among the young objects, or among all. Nothing is freed or run yet.
    ///
    /// No reference into any object may live across the call.
    pub fn find_garbage(&self, full: bool) -> Garbage {
        let tracked = self.tracked.borrow();
        let start = if full { 0 } else { self.young.get().min(tracked.len()) };
        let members = &tracked[start..];
        let mut objects = Vec::new();
        // Without memory for it there is no collection this time.
        if let Some(dead) = unreachable(members, start, 0)
            && objects.try_reserve_exact(dead.len()).is_ok()
        {
            // SAFETY: registered objects are alive; the garbage's values own a reference each.
            objects.extend(dead.into_iter().map(|index| unsafe { retain(members[index]) }));
        }
        self.young.set(tracked.len());
        self.debt.set(0);
        Garbage { objects }
    }

    /// Whether script code could notice the end of some registered object: by a finaliser, or by the callback of a weak
    /// reference.
    pub fn end_is_noticed(&self) -> bool {
        // SAFETY: registered objects are alive.
        let noticed = |object: &Header| super::free::wants_finalizer(object) && !object.has(Header::FINALIZED);
        self.callbacks.get() || self.tracked.borrow().iter().any(|header| noticed(unsafe { header.as_ref() }))
    }

    /// Keeps of the garbage what still nobody refers to from outside, after finalisers ran.
    pub fn drop_resurrected(&self, garbage: Garbage) -> Garbage {
        let tracked = self.tracked.borrow();
        let mut places: Vec<(usize, Value)> = Vec::new();
        for object in garbage.objects {
            // SAFETY: garbage is made of heap values.
            let index = unsafe { object.header() }.gc_index.get() as usize;
            places.push((index, object));
        }
        let mut reachable = Vec::new();
        let members: Vec<NonNull<Header>> = places.iter().map(|(index, _)| tracked[*index]).collect();
        // Without memory to find out they all count as reachable.
        let dead = unreachable_subset(&members).unwrap_or_default();
        let mut keep = dead.into_iter().peekable();
        let mut objects = Vec::new();
        for (position, (_, object)) in places.into_iter().enumerate() {
            if keep.peek() == Some(&position) {
                keep.next();
                objects.push(object);
            } else {
                reachable.push(object);
            }
        }
        drop(tracked);
        drop(reachable);
        Garbage { objects }
    }

    /// Clears weak references to garbage; callbacks of references that are not garbage themselves are queued.
    pub fn clear_weak_references(&self, garbage: &Garbage) {
        let mut referenced = garbage.objects.iter().filter(|object| {
            // SAFETY: garbage is made of heap values.
            let header = unsafe { object.header() };
            let found = header.has(Header::WEAKLY_REFERENCED);
            header.unset(Header::WEAKLY_REFERENCED);
            found
        });
        let Some(first) = referenced.next() else { return };
        let ending: HashSet<usize> = garbage.objects.iter().map(Value::identity).collect();
        for object in std::iter::once(first).chain(referenced) {
            super::weak::clear_references(object.identity(), |reference| ending.contains(&reference.identity()));
        }
    }

    /// Whether an object's finaliser has still to be run; it is marked as run.
    pub fn claim_finalizer(&self, object: &Value) -> bool {
        // SAFETY: garbage is made of heap values.
        let header = unsafe { object.header() };
        if !super::free::wants_finalizer(header) || header.has(Header::FINALIZED) {
            return false;
        }
        header.set(Header::FINALIZED);
        true
    }

    /// Takes the garbage apart, which frees it.
    pub fn destroy(&self, garbage: Garbage) {
        self.collecting.set(true);
        let mut rubble = Rubble::default();
        for object in &garbage.objects {
            // SAFETY: garbage is made of heap values, nobody refers to them from outside, and nothing looks into them.
            unsafe { clear(NonNull::from(object.header()), &mut rubble) };
        }
        drop(rubble);
        drop(garbage);
        self.collecting.set(false);
    }

    /// Queues a finaliser to be run by the evaluation loop.
    pub fn queue_finalizer(&self, object: Value) {
        self.enqueue(Pending::Finalize(object));
    }

    /// Every registered object.
    pub fn objects(&self) -> Vec<Value> {
        // SAFETY: registered objects are alive.
        self.tracked.borrow().iter().map(|header| unsafe { retain(*header) }).collect()
    }

    /// The registered object with this identity, if there still is one.
    pub fn find(&self, identity: usize) -> Option<Value> {
        let tracked = self.tracked.borrow();
        let found = tracked.iter().find(|header| header.as_ptr() as usize == identity);
        // SAFETY: registered objects are alive.
        found.map(|header| unsafe { retain(*header) })
    }

    /// The heap objects that an object refers to.
    pub fn referents(&self, object: &Value) -> Vec<Value> {
        let mut found = Vec::new();
        if object.is_heap() {
            // SAFETY: a live heap value; traced objects are alive.
            unsafe { trace(NonNull::from(object.header()), &mut |child| found.push(retain(child))) };
        }
        found
    }

    /// Whether the collector knows an object.
    pub fn is_tracked(&self, object: &Value) -> bool {
        // SAFETY: tested to be a heap value.
        object.is_heap() && unsafe { object.header() }.gc_index.get() != Header::UNTRACKED
    }
}

/// A value of its own for a live object.
unsafe fn retain(header: NonNull<Header>) -> Value {
    // SAFETY: the caller vouches that the object is alive; the count is increased for the new value.
    unsafe {
        let object = header.as_ref();
        object.count.set(object.count.get() + 1);
        Value::from_header(header)
    }
}

/// Indices of the members that nothing outside refers to, members being registered from `start` on;
/// `extra` references of each are the caller's own.
fn unreachable(members: &[NonNull<Header>], start: usize, extra: usize) -> Option<Vec<usize>> {
    // SAFETY: registered objects are alive.
    let index_of = |header: NonNull<Header>| unsafe { header.as_ref() }.gc_index.get() as usize;
    let position = |header: NonNull<Header>| {
        let index = index_of(header);
        (index != Header::UNTRACKED as usize && index >= start && index - start < members.len()).then(|| index - start)
    };
    sweep(members, extra, position)
}

/// As `unreachable`, for members that are anywhere in the registry and have one reference of the caller's each.
fn unreachable_subset(members: &[NonNull<Header>]) -> Option<Vec<usize>> {
    let places: HashMap<NonNull<Header>, usize> =
        members.iter().enumerate().map(|(position, header)| (*header, position)).collect();
    sweep(members, 1, |header| places.get(&header).copied())
}

/// What a collection notes of each member: the references that are not from other members, then how far it has come.
///
/// Four bytes a member are little beside the objects, whose number is largest when memory is scarce.
struct Marks(Vec<u32>);

impl Marks {
    /// Nothing refers to the member, as far as is known.
    const DEAD: u32 = 0;
    /// So many references or more: the number is not known, and the member counts as referred to.
    const MANY: u32 = LINK - 1;
    /// Reached, and what it refers to is reached or waits.
    const DONE: u32 = u32::MAX;
    /// Waits, as the last of those that wait.
    const LAST: u32 = u32::MAX - 1;

    /// Notes of members with these counts; None if there is no memory for them.
    fn new(counts: impl ExactSizeIterator<Item = usize>) -> Option<Marks> {
        let mut marks = Vec::new();
        if counts.len() >= Self::MANY as usize || marks.try_reserve_exact(counts.len()).is_err() {
            return None;
        }
        marks.extend(counts.map(|count| u32::try_from(count).map_or(Self::MANY, |count| count.min(Self::MANY))));
        Some(Marks(marks))
    }

    /// A member refers to this one.
    fn discount(&mut self, at: usize) {
        if self.0[at] != Self::MANY {
            self.0[at] = self.0[at].saturating_sub(1);
        }
    }

    /// Marks every member that is referred to from outside, and what such members refer to in turn.
    ///
    /// # Safety
    ///
    /// The members are alive and nothing looks into them.
    unsafe fn spread(&mut self, members: &[NonNull<Header>], position: impl Fn(NonNull<Header>) -> Option<usize>) {
        for start in 0..self.0.len() {
            if matches!(self.0[start], Self::DEAD | Self::DONE) {
                continue;
            }
            // Those that wait are a stack that runs through their marks.
            let mut top = start as u32;
            self.0[start] = Self::LAST;
            while top != LINK {
                let member = top as usize;
                top = match std::mem::replace(&mut self.0[member], Self::DONE) {
                    Self::LAST => LINK,
                    link => link & !LINK,
                };
                let mut reach = |child| {
                    // One that is referred to from outside has its turn as a start.
                    if let Some(child) = position(child).filter(|&child| self.0[child] == Self::DEAD) {
                        self.0[child] = if top == LINK { Self::LAST } else { LINK | top };
                        top = child as u32;
                    }
                };
                // SAFETY: the caller's promise.
                unsafe { trace(members[member], &mut reach) };
            }
        }
    }

    /// The members that were not reached; None if there is no memory to name them.
    fn dead(&self) -> Option<Vec<usize>> {
        let dead = || self.0.iter().enumerate().filter(|(_, mark)| **mark == Self::DEAD);
        let mut found = Vec::new();
        found.try_reserve_exact(dead().count()).ok()?;
        found.extend(dead().map(|(at, _)| at));
        Some(found)
    }
}

/// In a mark: the rest is the next member that waits. By itself, that none does.
const LINK: u32 = 1 << 31;

/// None if there is no memory for a collection.
fn sweep(
    members: &[NonNull<Header>],
    extra: usize,
    position: impl Fn(NonNull<Header>) -> Option<usize>,
) -> Option<Vec<usize>> {
    // SAFETY: members are alive, the lock is held, and the collector's callers hold no reference into a cell.
    unsafe {
        let mut marks = Marks::new(members.iter().map(|header| header.as_ref().count.get() - extra))?;
        for header in members {
            trace(*header, &mut |child| {
                if let Some(at) = position(child) {
                    marks.discount(at);
                }
            });
        }
        marks.spread(members, position);
        marks.dead()
    }
}
