//! `bytes`: immutable, behind their header in one block.

use std::alloc::{Layout, alloc, dealloc, handle_alloc_error};
use std::ops::Deref;
use std::ptr::NonNull;

use super::header::{Header, Tag};
use super::ptr::{HeapType, Ptr};

/// A bytes object.
#[repr(C)]
pub struct Bytes {
    header: Header,
    /// The content.
    pub data: Content,
}

/// The content of a bytes object, which follows its length in the same allocation.
#[repr(C)]
pub struct Content {
    len: usize,
}

// SAFETY: repr(C), a header of this tag first.
unsafe impl HeapType for Bytes {
    const TAG: Tag = Tag::Bytes;
    const TRACKED: bool = false;
}

impl Bytes {
    fn layout(len: usize) -> Layout {
        Layout::from_size_align(size_of::<Bytes>() + len, align_of::<Bytes>()).expect("bytes fit the address space")
    }

    /// A bytes object of the given content.
    pub fn new(data: impl AsRef<[u8]>) -> Ptr<Bytes> {
        Self::concat(data.as_ref(), &[])
    }

    /// A bytes object of two parts.
    pub fn concat(left: &[u8], right: &[u8]) -> Ptr<Bytes> {
        let len = left.len() + right.len();
        let layout = Self::layout(len);
        // SAFETY: the layout is not empty; the header and both parts are written inside the allocation.
        unsafe {
            let Some(pointer) = NonNull::new(alloc(layout).cast::<Bytes>()) else { handle_alloc_error(layout) };
            pointer.write(Bytes { header: Header::new(Tag::Bytes), data: Content { len } });
            let bytes = pointer.add(1).cast::<u8>();
            bytes.copy_from_nonoverlapping(NonNull::from(left).cast(), left.len());
            bytes.add(left.len()).copy_from_nonoverlapping(NonNull::from(right).cast(), right.len());
            Ptr(pointer)
        }
    }

    /// Frees a bytes object whose count is zero.
    ///
    /// # Safety
    ///
    /// Nothing refers to the object any more.
    pub(super) unsafe fn free(pointer: NonNull<Bytes>) {
        // SAFETY: the block was made with this layout, and the caller vouches that it is unused.
        unsafe { dealloc(pointer.as_ptr().cast(), Self::layout(pointer.as_ref().data.len)) }
    }
}

impl Deref for Content {
    type Target = [u8];
    #[inline(always)]
    fn deref(&self) -> &[u8] {
        // SAFETY: a `Content` is the end of a `Bytes`, behind which `len` bytes were written.
        unsafe { std::slice::from_raw_parts((self as *const Content).add(1).cast(), self.len) }
    }
}
