//! `Object`: an instance of a class, with its attributes in slots.
//!
//! The slots stand behind the object in the same allocation. An instance that outgrows the room there moves them to a
//! block of their own, whose place is noted where the first of them was.

use std::alloc::{Layout, alloc, dealloc, handle_alloc_error, realloc};
use std::cell::{Cell, UnsafeCell};
use std::marker::PhantomData;
use std::ops::{Deref, DerefMut};
use std::ptr::{self, NonNull};

use super::header::{Header, Tag};
use super::ptr::{HeapType, Ptr};
use super::shape::ShapeId;
use super::value::Value;
use super::{Class, heap};
use crate::gil::{Gil, GilCell};

/// A block for slots has at least so many.
const MIN_BLOCK: u32 = 4;

/// An instance of a class, its attributes in slots that its shape names.
///
/// Slot 0 of an instance of a subclass of a built-in type is the built-in part. Then come
/// `__slots__`, then attributes. An instance whose `__dict__` was asked for has the shape
/// [`ShapeId::DICT`] and its attributes in a dict, the last slot.
#[repr(C)]
pub struct Object {
    header: Header,
    pub class: GilCell<Ptr<Class>>,
    pub shape: GilCell<ShapeId>,
    len: Cell<u32>,
    /// Where the room begins: that of as many slots as the header says, or a [`Moved`] if it says none.
    room: UnsafeCell<[Value; 0]>,
}

/// Where the slots went of an instance that outgrew its room.
#[repr(C)]
struct Moved {
    block: NonNull<Value>,
    capacity: u32,
    /// How many slots there is room for behind the object.
    room: u16,
}

// SAFETY: repr(C), a header of this tag first.
unsafe impl HeapType for Object {
    const TAG: Tag = Tag::Object;
    const TRACKED: bool = true;
}

const _: () = {
    assert!(size_of::<Object>() == 32 && align_of::<Object>() == align_of::<Value>());
    // The smallest room holds one, and slots and the note of where they went are aligned alike.
    assert!(size_of::<Moved>() <= size_of::<Value>() && align_of::<Moved>() <= align_of::<Value>());
};

impl Object {
    /// An instance whose first `reserved` slots are empty, with room for `room` slots in its own allocation.
    #[inline]
    pub fn new(class: Ptr<Class>, shape: ShapeId, reserved: usize, room: usize) -> Ptr<Object> {
        let room = room.clamp(1, u16::MAX.into()) as u16;
        let layout = Self::layout(room);
        let header = Header::new(Tag::Object);
        header.room.set(room);
        // SAFETY: the layout is not empty, and the object is whole before anybody else gets to see it.
        unsafe {
            let Some(pointer) = NonNull::new(alloc(layout).cast::<Object>()) else { handle_alloc_error(layout) };
            let (class, shape) = (GilCell::new(class), GilCell::new(shape));
            pointer.write(Object { header, class, shape, len: Cell::new(0), room: UnsafeCell::new([]) });
            let object = pointer.as_ref();
            for _ in 0..reserved {
                object.push(Value::Undef);
            }
            heap::track(pointer.cast());
            Ptr(pointer)
        }
    }

    fn layout(room: u16) -> Layout {
        Layout::from_size_align(size_of::<Object>() + usize::from(room) * size_of::<Value>(), align_of::<Object>())
            .expect("so few slots fit the address space")
    }

    fn block_layout(capacity: u32) -> Layout {
        Layout::array::<Value>(capacity as usize).expect("a block's size fits the address space")
    }

    /// The note of where the slots went, which is there if the header says that there is no room for any.
    #[inline(always)]
    fn moved(&self) -> *mut Moved {
        self.room.get().cast()
    }

    #[inline(always)]
    fn capacity(&self) -> u32 {
        match self.header.room.get() {
            // SAFETY: the header says that the slots have moved.
            0 => unsafe { (*self.moved()).capacity },
            room => room.into(),
        }
    }

    /// The address of the first slot, for the evaluation loop's verified fast paths.
    ///
    /// Using it is `unsafe` and obliges to the same rules as [`GilCell::as_ptr`].
    #[inline(always)]
    pub fn first_slot(&self) -> *mut Value {
        match self.header.room.get() {
            // SAFETY: the header says that the slots have moved.
            0 => unsafe { (*self.moved()).block.as_ptr() },
            _ => self.room.get().cast(),
        }
    }

    /// The slots' address; as for [`Object::first_slot`].
    #[inline(always)]
    pub fn slots_ptr(&self) -> *mut [Value] {
        ptr::slice_from_raw_parts_mut(self.first_slot(), self.len.get() as usize)
    }

    /// Looks at the slots for as long as the token is not used to change anything.
    #[inline(always)]
    pub fn slots<'a>(&'a self, _gil: &'a Gil) -> &'a [Value] {
        // SAFETY: there are as many slots; the shared token proves that this thread has the lock and nobody changes them.
        unsafe { &*self.slots_ptr() }
    }

    /// Looks at the slots in order to change them.
    #[inline(always)]
    pub fn slots_mut<'a>(&'a self, _gil: &'a mut Gil) -> Slots<'a> {
        Slots { object: self, gil: PhantomData }
    }

    /// The built-in part of an instance of a subclass of a built-in type.
    #[inline]
    pub fn builtin_part<'a>(&'a self, gil: &'a Gil) -> Option<&'a Value> {
        match self.class.get(gil).data.get(gil).layout {
            super::Layout::Builtin(_) => self.slots(gil).first(),
            _ => None,
        }
    }

    /// Whether one more slot takes more memory.
    #[inline(always)]
    pub fn is_full(&self) -> bool {
        self.len.get() >= self.capacity()
    }

    /// Adds a slot to an object that is not full.
    ///
    /// # Safety
    ///
    /// It is not; the lock is held, and no reference into the slots lives.
    #[inline(always)]
    pub unsafe fn push_unchecked(&self, value: Value) {
        let len = self.len.get();
        // SAFETY: there is room for one more behind the last.
        unsafe { self.first_slot().add(len as usize).write(value) };
        self.len.set(len + 1);
    }

    /// # Safety
    ///
    /// The lock is held, and no reference into the slots lives.
    #[inline(always)]
    unsafe fn push(&self, value: Value) {
        // SAFETY: the caller vouches for it; there is room after growing.
        unsafe {
            if self.is_full() {
                self.grow();
            }
            self.push_unchecked(value);
        }
    }

    /// Moves the slots to a block, or a larger one.
    ///
    /// # Safety
    ///
    /// As for [`Object::push`].
    #[cold]
    #[inline(never)]
    unsafe fn grow(&self) {
        let room = self.header.room.get();
        let capacity = self.capacity().checked_mul(2).expect("so many slots do not fit the memory").max(MIN_BLOCK);
        let layout = Self::block_layout(capacity);
        // SAFETY: a block was made with the layout of its capacity; slots that leave the room are copied before the
        // note is written over them, and from then on are found by it only.
        unsafe {
            let block = match room {
                0 => {
                    let Moved { block, capacity: old, .. } = *self.moved();
                    realloc(block.as_ptr().cast(), Self::block_layout(old), layout.size())
                }
                _ => alloc(layout),
            };
            let Some(block) = NonNull::new(block.cast::<Value>()) else { handle_alloc_error(layout) };
            if room == 0 {
                (*self.moved()).block = block;
                (*self.moved()).capacity = capacity;
            } else {
                ptr::copy_nonoverlapping(self.first_slot(), block.as_ptr(), self.len.get() as usize);
                self.moved().write(Moved { block, capacity, room });
                self.header.room.set(0);
            }
        }
    }

    /// Drops the slots and the class and frees the memory.
    ///
    /// # Safety
    ///
    /// Nothing refers to the object any more.
    pub(super) unsafe fn free(pointer: NonNull<Object>) {
        // SAFETY: slots and class are dropped once, and the blocks were made with these layouts.
        unsafe {
            let object = pointer.as_ref();
            ptr::drop_in_place(object.slots_ptr());
            let room = match object.header.room.get() {
                0 => {
                    let Moved { block, capacity, room } = *object.moved();
                    dealloc(block.as_ptr().cast(), Self::block_layout(capacity));
                    room
                }
                room => room,
            };
            ptr::drop_in_place(object.class.as_ptr());
            dealloc(pointer.as_ptr().cast(), Self::layout(room));
        }
    }
}

/// The slots of an instance, for changing them: a slice that can grow and shrink.
pub struct Slots<'a> {
    object: &'a Object,
    /// The token is borrowed exclusively, so no other reference into the slots lives.
    gil: PhantomData<&'a mut Gil>,
}

impl Slots<'_> {
    /// Adds a slot.
    #[inline]
    pub fn push(&mut self, value: Value) {
        // SAFETY: what `gil` says.
        unsafe { self.object.push(value) };
    }

    /// Takes a slot away; those behind it move up.
    ///
    /// # Panics
    ///
    /// There is no such slot.
    pub fn remove(&mut self, index: usize) -> Value {
        self[index..].rotate_left(1);
        let last = self.len() - 1;
        let value = self[last].take();
        self.object.len.set(last as u32);
        value
    }

    /// Takes the slots from `at` on away.
    ///
    /// # Panics
    ///
    /// There are fewer slots than `at`.
    pub fn split_off(&mut self, at: usize) -> Vec<Value> {
        let values = self[at..].iter_mut().map(Value::take).collect();
        self.object.len.set(at as u32);
        values
    }
}

impl Deref for Slots<'_> {
    type Target = [Value];

    #[inline(always)]
    fn deref(&self) -> &[Value] {
        // SAFETY: what `gil` says, and the borrow of `self` covers the reference.
        unsafe { &*self.object.slots_ptr() }
    }
}

impl DerefMut for Slots<'_> {
    #[inline(always)]
    fn deref_mut(&mut self) -> &mut [Value] {
        // SAFETY: what `gil` says, and the exclusive borrow of `self` covers the reference.
        unsafe { &mut *self.object.slots_ptr() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::object::{ClassData, ClassFlags, Layout, Str};

    fn class() -> Ptr<Class> {
        let flags = ClassFlags(ClassFlags::HAS_DICT);
        let data = ClassData::new(Str::new("C"), Vec::new(), Layout::Plain, flags);
        Class::new(1, None, None, data)
    }

    fn object(reserved: usize, room: usize) -> Ptr<Object> {
        Object::new(class(), ShapeId::DICT, reserved, room)
    }

    fn text(slot: &Value) -> &str {
        match slot {
            Value::Str(text) => text.as_str(),
            _ => "-",
        }
    }

    fn texts(slots: &[Value]) -> Vec<&str> {
        slots.iter().map(text).collect()
    }

    #[test]
    fn slots_stay_in_the_allocation_while_there_is_room() {
        // SAFETY: the objects never leave this test's thread, and there is no other token.
        let gil = &mut unsafe { Gil::assume() };
        let object = object(1, 3);
        let place = object.first_slot();
        assert_eq!(place as usize, object.address() + 32);
        assert_eq!(texts(object.slots(gil)), ["-"]);
        object.slots_mut(gil).push("a".into());
        assert!(!object.is_full());
        object.slots_mut(gil).push("b".into());
        assert!(object.is_full());
        object.slots_mut(gil)[0] = "built-in".into();
        assert_eq!(object.first_slot(), place);
        assert_eq!(texts(object.slots(gil)), ["built-in", "a", "b"]);
    }

    #[test]
    fn slots_move_to_a_block_and_a_larger_one() {
        // SAFETY: as above.
        let gil = &mut unsafe { Gil::assume() };
        for (reserved, room) in [(0, 0), (0, 1), (1, 1), (2, 2), (0, 5), (5, 2), (70_000, 70_000)] {
            let object = object(reserved, room);
            for number in 0..200 {
                assert_eq!(object.slots(gil).len(), reserved + number);
                object.slots_mut(gil).push(format!("{number}").as_str().into());
            }
            let expected: Vec<_> = (0..200).map(|number| format!("{number}")).collect();
            assert_eq!(texts(&object.slots(gil)[reserved..]), expected);
            assert!(object.slots(gil)[..reserved].iter().all(Value::is_undef));
            assert_ne!(object.first_slot() as usize, object.address() + 32);
        }
    }

    #[test]
    fn slots_are_taken_away() {
        // SAFETY: as above.
        let gil = &mut unsafe { Gil::assume() };
        for room in [2, 8] {
            let object = object(0, room);
            for name in ["a", "b", "c", "d", "e"] {
                object.slots_mut(gil).push(name.into());
            }
            let gone = [1, 3, 0].map(|index| object.slots_mut(gil).remove(index));
            assert_eq!(texts(&gone), ["b", "e", "a"]);
            assert_eq!(texts(object.slots(gil)), ["c", "d"]);
            object.slots_mut(gil).push("f".into());
            assert_eq!(texts(&object.slots_mut(gil).split_off(1)), ["d", "f"]);
            assert_eq!(texts(&object.slots_mut(gil).split_off(1)), [""; 0]);
            object.slots_mut(gil).push("g".into());
            assert_eq!(texts(object.slots(gil)), ["c", "g"]);
        }
    }

    #[test]
    fn the_end_drops_slots_and_class() {
        // SAFETY: as above.
        let gil = &mut unsafe { Gil::assume() };
        let (class, text) = (class(), Str::new("shared"));
        for count in [0, 1, 2, 3, 9] {
            let object = Object::new(class.clone(), ShapeId::DICT, 0, 2);
            for _ in 0..count {
                object.slots_mut(gil).push(text.to_value());
            }
            assert_eq!((text.ref_count(), class.ref_count()), (1 + count, 2));
            drop(object);
            assert_eq!((text.ref_count(), class.ref_count()), (1, 1));
        }
    }

    #[test]
    fn long_chains_end_without_deep_recursion() {
        // SAFETY: as above.
        let gil = &mut unsafe { Gil::assume() };
        let class = class();
        let mut chain = Value::None;
        for _ in 0..100_000 {
            let link = Object::new(class.clone(), ShapeId::DICT, 0, 1);
            link.slots_mut(gil).push(chain);
            chain = link.into_value();
        }
        assert_eq!(class.ref_count(), 100_001);
        drop(chain);
        assert_eq!(class.ref_count(), 1);
    }

    #[test]
    fn a_class_learns_how_much_room_its_instances_need() {
        // SAFETY: as above.
        let gil = &mut unsafe { Gil::assume() };
        let class = class();
        let data = class.data.get_mut(gil);
        assert_eq!(data.room_for_slots(), 6);
        assert_eq!(data.room_for_slots(), 0);
        data.learn_slots(3);
        data.learn_slots(2);
        assert_eq!(data.room_for_slots(), 3);
        data.layout = Layout::Builtin(crate::object::Known::Int);
        data.slot_names.extend(["a", "b", "c"].map(Str::new));
        assert_eq!((data.reserved_slots(), data.room_for_slots()), (4, 4));
    }
}
