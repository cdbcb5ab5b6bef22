//! What every heap object begins with.

use std::cell::Cell;

/// Which built-in representation a value has. Heap tags begin at [`Tag::FIRST_HEAP`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[repr(u8)]
pub enum Tag {
    Undef = 0,
    None = 1,
    Bool = 2,
    Int = 3,
    Float = 4,
    NotImplemented = 5,
    Ellipsis = 6,
    Str = 8,
    BigInt,
    Bytes,
    ByteArray,
    Tuple,
    List,
    Dict,
    Set,
    Range,
    Slice,
    Func,
    Method,
    Native,
    Class,
    Object,
    Exc,
    Gen,
    Cell,
    Module,
    Code,
    Iter,
    View,
    Property,
    Wrapper,
    GetSet,
    Traceback,
    Foreign,
}

impl Tag {
    /// The first tag whose payload is a counted pointer.
    pub const FIRST_HEAP: u8 = Tag::Str as u8;
}

/// The reference count and the collector's marks of a heap object.
///
/// The count is plain (not atomic): it changes only while the lock is held.
#[repr(C)]
pub struct Header {
    pub(super) count: Cell<usize>,
    pub(super) gc_index: Cell<u32>,
    pub(super) tag: Tag,
    pub(super) flags: Cell<u8>,
    /// How many slots an instance has room for behind it; none: they are elsewhere. Free for use by other types.
    pub(super) room: Cell<u16>,
}

impl Header {
    /// Some weak reference points here.
    pub(super) const WEAKLY_REFERENCED: u8 = 1;
    /// The finaliser ran (PEP 442: at most once).
    pub(super) const FINALIZED: u8 = 2;
    /// Never freed: the object outlives its interpreter's registry.
    pub(super) const INTERNED: u8 = 4;

    /// The heap has a table of character offsets of this string.
    pub(super) const OFFSETS: u8 = 8;

    /// The text of this string is not ASCII.
    pub(super) const WIDE: u8 = 16;

    /// The heap has a number for this object.
    pub(super) const NUMBERED: u8 = 32;

    /// `gc_index` of an object that the collector does not know.
    pub(super) const UNTRACKED: u32 = u32::MAX;

    /// A header with one reference, unknown to the collector.
    pub fn new(tag: Tag) -> Self {
        Header {
            count: Cell::new(1),
            gc_index: Cell::new(Self::UNTRACKED),
            tag,
            flags: Cell::new(0),
            room: Cell::new(0),
        }
    }

    /// How many references there are.
    pub fn count(&self) -> usize {
        self.count.get()
    }

    pub(super) fn has(&self, flag: u8) -> bool {
        self.flags.get() & flag != 0
    }

    pub(super) fn set(&self, flag: u8) {
        self.flags.set(self.flags.get() | flag);
    }

    pub(super) fn unset(&self, flag: u8) {
        self.flags.set(self.flags.get() & !flag);
    }
}
