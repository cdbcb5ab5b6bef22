//! Counted pointers to heap objects.

use std::ops::Deref;
use std::ptr::NonNull;

use super::header::{Header, Tag};
use super::heap;
use super::value::Value;

/// A type whose values live on the heap behind a counted pointer.
///
/// # Safety
///
/// The type is `repr(C)` and its first field is a `Header` made with `TAG`; `Value` has a
/// variant of that tag whose payload is `Raw<Self>`.
pub unsafe trait HeapType: Sized {
    /// The tag of the representation.
    const TAG: Tag;
    /// Whether objects may be part of a reference cycle, so that the collector must know them.
    const TRACKED: bool;
}

/// The pointer inside a [`Value`]: not cloned or dropped by itself, the value does that.
///
/// It has no public constructor and is not `Copy`, so it is met by reference only.
#[repr(transparent)]
pub struct Raw<T>(pub(super) NonNull<T>);

impl<T> Deref for Raw<T> {
    type Target = T;
    #[inline(always)]
    fn deref(&self) -> &T {
        // SAFETY: a `Raw` is part of a live `Value`, which owns a reference to the object.
        unsafe { self.0.as_ref() }
    }
}

impl<T: HeapType> Raw<T> {
    /// A counted pointer of one's own to the same object.
    #[inline(always)]
    pub fn to_ptr(&self) -> Ptr<T> {
        Ptr::from_ref(self)
    }

    /// Whether both point to the same object.
    #[inline(always)]
    pub fn is(&self, other: &Ptr<T>) -> bool {
        self.0 == other.0
    }

    /// The object's address.
    #[inline(always)]
    pub fn address(&self) -> usize {
        self.0.as_ptr() as usize
    }
}

/// A counted pointer to a heap object.
#[repr(transparent)]
pub struct Ptr<T: HeapType>(pub(super) NonNull<T>);

impl<T: HeapType> Ptr<T> {
    /// Moves `object` to the heap; the collector learns of it if its type can be part of a cycle.
    pub fn new(object: T) -> Self {
        let pointer = NonNull::from(Box::leak(Box::new(object)));
        if T::TRACKED {
            heap::track(pointer.cast());
        }
        Ptr(pointer)
    }

    /// A counted pointer to an object that is reached by reference.
    #[inline(always)]
    pub fn from_ref(object: &T) -> Ptr<T> {
        let pointer = NonNull::from(object);
        // SAFETY: heap objects exist behind counted pointers only (their constructors make nothing else), so the
        // reference is to a live object whose header is its first field.
        unsafe {
            let header = pointer.cast::<Header>().as_ref();
            header.count.set(header.count.get() + 1);
        }
        Ptr(pointer)
    }

    /// Whether both point to the same object.
    #[inline(always)]
    pub fn is(&self, other: &Ptr<T>) -> bool {
        self.0 == other.0
    }

    /// The object's address, its identity while it lives.
    #[inline(always)]
    pub fn address(&self) -> usize {
        self.0.as_ptr() as usize
    }

    /// How many references the object has.
    pub fn ref_count(&self) -> usize {
        self.header().count()
    }

    #[inline(always)]
    pub(super) fn header(&self) -> &Header {
        // SAFETY: every heap type begins with a header (`HeapType`), and the object is alive.
        unsafe { self.0.cast::<Header>().as_ref() }
    }

    /// The same pointer as the payload of a borrowed value.
    #[inline(always)]
    pub fn as_raw(&self) -> &Raw<T> {
        // SAFETY: both are transparent over the same pointer.
        unsafe { &*(self as *const Ptr<T>).cast::<Raw<T>>() }
    }

    /// The value, giving up this reference to it.
    #[inline(always)]
    pub fn into_value(self) -> Value {
        Value::from(self)
    }

    /// A value for the same object, with a reference of its own.
    #[inline(always)]
    pub fn to_value(&self) -> Value {
        Value::from(self.clone())
    }
}

impl<T: HeapType> Deref for Ptr<T> {
    type Target = T;
    #[inline(always)]
    fn deref(&self) -> &T {
        // SAFETY: this pointer owns a reference, so the object is alive.
        unsafe { self.0.as_ref() }
    }
}

impl<T: HeapType> Clone for Ptr<T> {
    #[inline(always)]
    fn clone(&self) -> Self {
        self.as_raw().to_ptr()
    }
}

impl<T: HeapType> Drop for Ptr<T> {
    #[inline(always)]
    fn drop(&mut self) {
        let header = self.header();
        let count = header.count.get() - 1;
        header.count.set(count);
        if count == 0 {
            heap::free(self.0.cast());
        }
    }
}

impl<T: HeapType> PartialEq for Ptr<T> {
    fn eq(&self, other: &Self) -> bool {
        self.is(other)
    }
}

impl<T: HeapType> Eq for Ptr<T> {}

impl<T: HeapType> std::fmt::Debug for Ptr<T> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{:?}@{:#x}", T::TAG, self.address())
    }
}
