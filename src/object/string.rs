//! `str`: immutable Unicode text, stored as UTF-8 behind its header.
//!
//! ASCII text is indexed directly. Other text keeps its length in characters; an index is
//! found by counting from the nearer end, in long text from the nearest entry of a table that is
//! made when it is first needed and kept by the heap. Lone surrogates cannot be represented and are refused where they would arise.

use std::alloc::{Layout, alloc, dealloc, handle_alloc_error, realloc};
use std::cell::Cell;
use std::ptr::NonNull;

use super::hash::hash_str;
use super::header::{Header, Tag};
use super::heap;
use super::ptr::{HeapType, Ptr};
use super::room::has_room;

/// The table of offsets has an entry for every so many characters.
const STRIDE: usize = 64;
/// Indices this near to an end are counted from there.
const NEAR: usize = 64;

/// A string object; its bytes follow it in the same allocation, and behind those of a text that is
/// not ASCII (which its header tells) its length in characters.
#[repr(C)]
pub struct Str {
    header: Header,
    /// What the hash is made of, or 0 when it is not known yet.
    hash: Cell<u32>,
    /// The lower half of the length in bytes; the rest of it stands in the header.
    length: u32,
}

/// An odd number, so that no two seeds make the same hash, and no seed makes 0 or -1.
const SPREAD: u64 = 0x9E37_79B9_7F4A_7C15;

// SAFETY: repr(C), a header of this tag first.
unsafe impl HeapType for Str {
    const TAG: Tag = Tag::Str;
    const TRACKED: bool = false;
}

impl Str {
    fn layout(len: usize, ascii: bool) -> Layout {
        let size = size_of::<Str>() + len + if ascii { 0 } else { size_of::<usize>() };
        Layout::from_size_align(size, align_of::<Str>()).expect("a string's size fits the address space")
    }

    /// What stands before the bytes of a text.
    #[inline(always)]
    fn head(len: usize) -> Str {
        let mut head = Str { header: Header::new(Tag::Str), hash: Cell::new(0), length: 0 };
        head.set_size(len);
        head
    }

    /// Length in bytes.
    #[inline(always)]
    fn size(&self) -> usize {
        (self.header.room.get() as usize) << 32 | self.length as usize
    }

    /// # Panics
    ///
    /// If the length has more than 48 bits, which is more than address space has.
    #[inline(always)]
    fn set_size(&mut self, len: usize) {
        assert!(len >> 48 == 0, "a text fits the address space");
        self.header.room.set((len >> 32) as u16);
        self.length = len as u32;
    }

    /// A new string of the given text.
    pub fn new(text: &str) -> Ptr<Str> {
        let chars = if text.is_ascii() { text.len() } else { text.chars().count() };
        Self::with_chars(text, chars)
    }

    /// A new string whose length in characters the caller has counted.
    pub fn with_chars(text: &str, chars: usize) -> Ptr<Str> {
        Self::from_parts(text.len(), chars, [text])
    }

    /// `left + right` as a new string.
    pub fn concat(left: &Str, right: &Str) -> Ptr<Str> {
        Self::from_parts(
            left.size() + right.size(),
            left.char_count() + right.char_count(),
            [left.as_str(), right.as_str()],
        )
    }

    /// A new string of parts that are `len` bytes together, and as many characters as told.
    ///
    /// # Panics
    ///
    /// If the parts have another length.
    pub fn from_parts<'a>(len: usize, chars: usize, parts: impl IntoIterator<Item = &'a str>) -> Ptr<Str> {
        let ascii = len == chars;
        let layout = Self::layout(len, ascii);
        // SAFETY: the layout is not empty; the header, the parts, whose length is checked, and the length in
        // characters are written inside the allocation.
        unsafe {
            let Some(pointer) = NonNull::new(alloc(layout).cast::<Str>()) else { handle_alloc_error(layout) };
            pointer.write(Str::head(len));
            let bytes = pointer.add(1).cast::<u8>();
            let mut at = 0;
            for part in parts {
                assert!(part.len() <= len - at, "the parts are longer than told");
                bytes.add(at).copy_from_nonoverlapping(NonNull::from(part.as_bytes()).cast(), part.len());
                at += part.len();
            }
            assert!(at == len, "the parts are shorter than told");
            if !ascii {
                pointer.as_ref().header.set(Header::WIDE);
                bytes.add(len).cast::<usize>().write_unaligned(chars);
            }
            Ptr(pointer)
        }
    }

    /// ASCII text with every byte mapped to another ASCII byte; what is not ASCII becomes question marks.
    #[inline]
    pub fn map_ascii(text: &str, map: impl Fn(u8) -> u8) -> Ptr<Str> {
        let layout = Self::layout(text.len(), true);
        // SAFETY: the layout is not empty; the header and as many ASCII bytes as the text has are written inside the
        // allocation.
        unsafe {
            let Some(pointer) = NonNull::new(alloc(layout).cast::<Str>()) else { handle_alloc_error(layout) };
            pointer.write(Str::head(text.len()));
            let to =
                std::slice::from_raw_parts_mut(pointer.add(1).cast::<std::mem::MaybeUninit<u8>>().as_ptr(), text.len());
            for (to, &byte) in to.iter_mut().zip(text.as_bytes()) {
                let mapped = map(byte);
                to.write(if mapped.is_ascii() { mapped } else { b'?' });
            }
            Ptr(pointer)
        }
    }

    /// `left += right`: grows `left` in place when nothing else refers to it.
    ///
    /// # Errors
    ///
    /// Gives `left` back as it was if there is no memory for the result.
    pub fn append(left: Ptr<Str>, right: &Str) -> Result<Ptr<Str>, Ptr<Str>> {
        if left.ref_count() != 1 || std::ptr::eq(&*left, right) || left.header.has(Header::INTERNED) {
            return if has_room(left.size() + right.size()) { Ok(Self::concat(&left, right)) } else { Err(left) };
        }
        left.drop_offsets();
        let (old, added) = (left.size(), right.size());
        let (was_ascii, chars) = (left.is_ascii(), left.char_count() + right.char_count());
        let ascii = chars == old + added;
        let layout = Self::layout(old + added, ascii);
        let pointer = left.0;
        std::mem::forget(left);
        // SAFETY: the only reference was taken over; the block is grown and the new tail written inside it.
        unsafe {
            let grown = realloc(pointer.as_ptr().cast(), Self::layout(old, was_ascii), layout.size());
            let Some(mut pointer) = NonNull::new(grown.cast::<Str>()) else { return Err(Ptr(pointer)) };
            pointer
                .add(1)
                .cast::<u8>()
                .add(old)
                .copy_from_nonoverlapping(NonNull::from(right.as_bytes()).cast(), added);
            let object = pointer.as_mut();
            object.set_size(old + added);
            object.hash.set(0);
            if !ascii {
                object.header.set(Header::WIDE);
                pointer.add(1).cast::<u8>().add(old + added).cast::<usize>().write_unaligned(chars);
            }
            Ok(Ptr(pointer))
        }
    }

    /// Frees a string whose count is zero.
    ///
    /// # Safety
    ///
    /// Nothing refers to the object any more.
    pub(super) unsafe fn free(pointer: NonNull<Str>) {
        // SAFETY: the object is whole until its block is given back; the block was made with this layout, and the
        // caller vouches that it is unused.
        unsafe {
            let text = pointer.as_ref();
            text.drop_offsets();
            dealloc(pointer.as_ptr().cast(), Self::layout(text.size(), text.is_ascii()));
        }
    }

    fn as_bytes(&self) -> &[u8] {
        // SAFETY: `len` bytes were written behind the header when the object was made.
        unsafe { std::slice::from_raw_parts((self as *const Str).add(1).cast(), self.size()) }
    }

    /// The text.
    #[inline(always)]
    pub fn as_str(&self) -> &str {
        // SAFETY: the bytes were copied from `str`s.
        unsafe { std::str::from_utf8_unchecked(self.as_bytes()) }
    }

    /// Length in characters, what `len()` tells.
    #[inline(always)]
    pub fn char_count(&self) -> usize {
        if self.is_ascii() {
            return self.size();
        }
        // SAFETY: the length in characters was written behind the bytes when the object was made.
        unsafe { (self as *const Str).add(1).cast::<u8>().add(self.size()).cast::<usize>().read_unaligned() }
    }

    /// Whether every character is ASCII, so that character and byte indices agree.
    #[inline(always)]
    pub fn is_ascii(&self) -> bool {
        !self.header.has(Header::WIDE)
    }

    /// The byte offset of character `index` (which may be the length).
    pub fn byte_offset(&self, index: usize) -> usize {
        if self.is_ascii() || index == 0 {
            return index.min(self.size());
        }
        let chars = self.char_count();
        if index >= chars {
            return self.size();
        }
        let text = self.as_str();
        if index > NEAR && chars - index > NEAR {
            let entry = self.with_offsets(|table| table[index / STRIDE] as usize);
            if let Some(start) = entry {
                return text[start..].char_indices().nth(index % STRIDE).map_or(self.size(), |(at, _)| start + at);
            }
        }
        if index <= chars / 2 {
            text.char_indices().nth(index).map_or(self.size(), |(at, _)| at)
        } else {
            text.char_indices().rev().nth(chars - 1 - index).map_or(0, |(at, _)| at)
        }
    }

    /// The character index of a byte offset.
    pub fn char_index(&self, offset: usize) -> usize {
        if self.is_ascii() {
            return offset;
        }
        let text = self.as_str();
        if offset > 4 * NEAR {
            let entry = self.with_offsets(|table| {
                let after = table.partition_point(|&start| start as usize <= offset);
                (after - 1, table[after - 1] as usize)
            });
            if let Some((entry, start)) = entry {
                return entry * STRIDE + text[start..offset].chars().count();
            }
        }
        text[..offset].chars().count()
    }

    /// Looks into the table of offsets, which is made now if there is none; None without a current heap.
    fn with_offsets<R>(&self, look: impl FnOnce(&[u32]) -> R) -> Option<R> {
        if self.size() > u32::MAX as usize {
            return None;
        }
        heap::with_current(|heap| {
            let mut tables = heap.offsets.borrow_mut();
            let table = tables.entry(self as *const Str as usize).or_insert_with(|| {
                self.header.set(Header::OFFSETS);
                self.as_str().char_indices().step_by(STRIDE).map(|(at, _)| at as u32).collect()
            });
            look(table)
        })
    }

    /// Forgets the table of offsets: the text ends or changes.
    fn drop_offsets(&self) {
        if self.header.has(Header::OFFSETS) {
            self.header.unset(Header::OFFSETS);
            heap::with_current(|heap| heap.offsets.borrow_mut().remove(&(self as *const Str as usize)));
        }
    }

    /// The character at `index`, which is in range.
    pub fn char_at(&self, index: usize) -> char {
        if self.is_ascii() {
            return self.as_bytes()[index] as char;
        }
        self.as_str()[self.byte_offset(index)..].chars().next().unwrap_or_default()
    }

    /// The characters from `start` to `end` (character indices in range, start <= end).
    pub fn slice_chars(&self, start: usize, end: usize) -> &str {
        if self.is_ascii() {
            return &self.as_str()[start..end];
        }
        let from = self.byte_offset(start);
        let rest = &self.as_str()[from..];
        let to = if end - start <= NEAR {
            rest.char_indices().nth(end - start).map_or(rest.len(), |(at, _)| at)
        } else {
            self.byte_offset(end) - from
        };
        &rest[..to]
    }

    /// What `hash()` tells.
    #[inline(always)]
    pub fn hash(&self) -> i64 {
        let mut seed = self.hash.get();
        if seed == 0 {
            if self.size() == 0 {
                return 0;
            }
            let hash = hash_str(self.as_str()) as u64;
            seed = ((hash ^ (hash >> 32)) as u32).max(1);
            self.hash.set(seed);
        }
        u64::from(seed).wrapping_mul(SPREAD) as i64
    }

    /// Whether this is the interpreter's one copy of its text, so that equal names are identical.
    pub fn is_interned(&self) -> bool {
        self.header.has(Header::INTERNED)
    }

    pub(super) fn set_interned(&self) {
        self.header.set(Header::INTERNED);
    }

    /// Whether both have the same text.
    #[inline(always)]
    pub fn same_text(&self, other: &Str) -> bool {
        std::ptr::eq(self, other)
            || (self.size() == other.size()
                && !(self.is_interned() && other.is_interned())
                && self.as_bytes() == other.as_bytes())
    }
}

impl std::ops::Deref for Str {
    type Target = str;
    fn deref(&self) -> &str {
        self.as_str()
    }
}
