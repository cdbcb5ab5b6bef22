//! What is done with an object at its end, by representation.

use std::ptr::NonNull;

use super::header::{Header, Tag};
use super::ptr::HeapType;
use super::*;

/// Whether the object's end must be announced to script code first.
#[inline]
pub(super) fn wants_finalizer(header: &Header) -> bool {
    match header.tag {
        Tag::Object => {
            // SAFETY: the tag names the type; the lock is held and the object is about to end, so nothing borrows its cells.
            let object = unsafe { &*(header as *const Header).cast::<Object>() };
            let class = unsafe { &*object.class.as_ptr() };
            let data = unsafe { &*class.data.as_ptr() };
            data.flags.has(ClassFlags::HAS_DEL)
        }
        Tag::Foreign => {
            // SAFETY: the tag names the type; as above, nothing borrows the cells.
            let (class, foreign) = unsafe {
                let foreign = &*(header as *const Header).cast::<Foreign>();
                (&*foreign.class.data.as_ptr(), &*foreign.data.as_ptr())
            };
            class.flags.has(ClassFlags::HAS_DEL) && foreign.wants_finalizer()
        }
        Tag::Gen => {
            // SAFETY: the tag names the type.
            let generator = unsafe { &*(header as *const Header).cast::<Gen>() };
            match generator.state.get() {
                GenState::Suspended => true,
                GenState::Created => generator.kind() == GenKind::Coroutine,
                _ => false,
            }
        }
        Tag::Exc => {
            // SAFETY: as above.
            let exception = unsafe { &*(header as *const Header).cast::<Exc>() };
            let class = unsafe { &(*exception.data.as_ptr()).class };
            unsafe { &*class.data.as_ptr() }.flags.has(ClassFlags::HAS_DEL)
        }
        _ => false,
    }
}

unsafe fn drop_as<T: HeapType>(header: NonNull<Header>) {
    // SAFETY: the caller vouches for type and ownership; the object was made by `Box` in `Ptr::new`.
    drop(unsafe { Box::from_raw(header.cast::<T>().as_ptr()) });
}

/// Drops the content of an object and frees its memory.
///
/// # Safety
///
/// Nothing refers to the object any more, and the collector does not know it.
pub(super) unsafe fn free_object(header: NonNull<Header>) {
    // SAFETY: the tag names the type, and the caller vouches for the rest.
    unsafe {
        match header.as_ref().tag {
            Tag::Str => Str::free(header.cast()),
            Tag::Tuple => Tuple::free(header.cast()),
            Tag::BigInt => drop_as::<BigInt>(header),
            Tag::Bytes => Bytes::free(header.cast()),
            Tag::ByteArray => drop_as::<ByteArray>(header),
            Tag::List => drop_as::<List>(header),
            Tag::Dict => drop_as::<Dict>(header),
            Tag::Set => drop_as::<Set>(header),
            Tag::Range => drop_as::<Range>(header),
            Tag::Slice => drop_as::<Slice>(header),
            Tag::Func => drop_as::<Func>(header),
            Tag::Method => drop_as::<Method>(header),
            Tag::Native => drop_as::<Native>(header),
            Tag::Class => drop_as::<Class>(header),
            Tag::Object => Object::free(header.cast()),
            Tag::Exc => drop_as::<Exc>(header),
            Tag::Gen => Gen::free(header.cast()),
            Tag::Cell => drop_as::<Cell>(header),
            Tag::Module => drop_as::<Module>(header),
            Tag::Code => drop_as::<Code>(header),
            Tag::Iter => drop_as::<Iter>(header),
            Tag::View => drop_as::<View>(header),
            Tag::Property => drop_as::<Property>(header),
            Tag::Wrapper => drop_as::<Wrapper>(header),
            Tag::GetSet => drop_as::<GetSet>(header),
            Tag::Traceback => drop_as::<Traceback>(header),
            Tag::Foreign => drop_as::<Foreign>(header),
            Tag::Undef | Tag::None | Tag::Bool | Tag::Int | Tag::Float | Tag::NotImplemented | Tag::Ellipsis => {}
        }
    }
}
