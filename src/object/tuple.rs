//! `tuple`: items in the same allocation as the header.

use std::alloc::{Layout, alloc, dealloc, handle_alloc_error};
use std::ptr::{self, NonNull};

use super::header::{Header, Tag};
use super::heap;
use super::ptr::{HeapType, Ptr};
use super::value::Value;

/// A tuple object; its items follow it in the same allocation.
#[repr(C, align(16))]
pub struct Tuple {
    header: Header,
    len: usize,
}

// SAFETY: repr(C), a header of this tag first.
unsafe impl HeapType for Tuple {
    const TAG: Tag = Tag::Tuple;
    const TRACKED: bool = true;
}

impl Tuple {
    fn layout(len: usize) -> Layout {
        Layout::from_size_align(size_of::<Tuple>() + len * size_of::<Value>(), align_of::<Tuple>())
            .expect("a tuple's size fits the address space")
    }

    /// A tuple of the items that `fill` writes.
    fn allocate(len: usize, fill: impl FnOnce(*mut Value)) -> Ptr<Tuple> {
        let layout = Self::layout(len);
        // SAFETY: the layout is not empty; `fill` writes `len` items behind the header.
        unsafe {
            let Some(pointer) = NonNull::new(alloc(layout).cast::<Tuple>()) else { handle_alloc_error(layout) };
            pointer.write(Tuple { header: Header::new(Tag::Tuple), len });
            fill(pointer.add(1).cast::<Value>().as_ptr());
            // A tuple of plain values and strings cannot be part of a cycle.
            if pointer.as_ref().as_slice().iter().any(|item| item.tag() > Tag::Bytes) {
                heap::track(pointer.cast());
            }
            Ptr(pointer)
        }
    }

    /// A tuple of the given items.
    pub fn new(mut items: Vec<Value>) -> Ptr<Tuple> {
        let len = items.len();
        // SAFETY: the items are moved out of the vector, which forgets them.
        Self::allocate(len, |target| unsafe {
            ptr::copy_nonoverlapping(items.as_ptr(), target, len);
            items.set_len(0);
        })
    }

    /// A tuple of a fixed number of items.
    pub fn from_array<const N: usize>(items: [Value; N]) -> Ptr<Tuple> {
        // SAFETY: the items are moved to as many places.
        Self::allocate(N, |target| unsafe { target.cast::<[Value; N]>().write(items) })
    }

    /// A tuple of clones of the given items.
    pub fn from_slice(items: &[Value]) -> Ptr<Tuple> {
        // SAFETY: as many clones are written as there are places.
        Self::allocate(items.len(), |target| unsafe {
            for (index, item) in items.iter().enumerate() {
                target.add(index).write(item.clone());
            }
        })
    }

    /// A tuple of `count` values that are moved out of consecutive registers.
    ///
    /// # Safety
    ///
    /// There are as many values from `from` on.
    pub(crate) unsafe fn take_from(from: *mut Value, count: usize) -> Ptr<Tuple> {
        // SAFETY: the caller vouches for the values; as many are written as there are places.
        Self::allocate(count, |target| unsafe {
            for index in 0..count {
                target.add(index).write((*from.add(index)).take());
            }
        })
    }

    /// Drops the items and frees the block.
    ///
    /// # Safety
    ///
    /// Nothing refers to the object any more.
    pub(super) unsafe fn free(pointer: NonNull<Tuple>) {
        // SAFETY: the items are dropped once, and the block was made with this layout.
        unsafe {
            let len = pointer.as_ref().len;
            let items = pointer.add(1).cast::<Value>().as_ptr();
            // From the end, so that finalisers run in CPython's order.
            for index in (0..len).rev() {
                ptr::drop_in_place(items.add(index));
            }
            dealloc(pointer.as_ptr().cast(), Self::layout(len));
        }
    }

    /// The items.
    #[inline(always)]
    pub fn as_slice(&self) -> &[Value] {
        // SAFETY: `len` items were written behind the header when the tuple was made, and never change.
        unsafe { std::slice::from_raw_parts((self as *const Tuple).add(1).cast(), self.len) }
    }
}

impl std::ops::Deref for Tuple {
    type Target = [Value];
    #[inline(always)]
    fn deref(&self) -> &[Value] {
        self.as_slice()
    }
}
