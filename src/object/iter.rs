//! Iterators of built-in types and functions, and dict views.

use super::define_heap_type;
use super::ptr::Ptr;
use super::value::Value;
use super::{ByteArray, Bytes, Dict, List, Set, Str, Tuple};
use crate::gil::GilCell;

/// Which part of a dict's entries is meant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DictPart {
    Keys,
    Values,
    Items,
}

/// Where an iterator over a range of big numbers is.
#[derive(Clone)]
pub struct BigRange {
    pub next: num_bigint::BigInt,
    pub step: num_bigint::BigInt,
    pub left: num_bigint::BigInt,
}

/// The state of a built-in iterator.
pub enum IterState {
    /// `left` more numbers from `next` on.
    Range {
        next: i64,
        step: i64,
        left: u64,
    },
    /// A range whose numbers do not fit 64 bits: the next, the step, how many are left.
    BigRange(Box<BigRange>),
    List {
        list: Ptr<List>,
        index: usize,
    },
    /// The item before `index` is next.
    ListReversed {
        list: Ptr<List>,
        index: usize,
    },
    Tuple {
        tuple: Ptr<Tuple>,
        index: usize,
    },
    /// `offset` in bytes.
    Str {
        text: Ptr<Str>,
        offset: usize,
    },
    /// Over the items of a memoryview.
    Memory {
        items: Ptr<Tuple>,
        index: usize,
    },
    Bytes {
        bytes: Ptr<Bytes>,
        index: usize,
    },
    ByteArray {
        bytes: Ptr<ByteArray>,
        index: usize,
    },
    /// The dict must keep its size `used`; `left` entries have not been handed out.
    Dict {
        dict: Ptr<Dict>,
        part: DictPart,
        index: usize,
        used: usize,
        left: usize,
        reversed: bool,
    },
    /// Over an `OrderedDict`, which must not change at all: it is at change number `changes`.
    Ordered {
        dict: Ptr<Dict>,
        part: DictPart,
        index: usize,
        changes: u32,
        reversed: bool,
    },
    /// The set must keep its size `used`.
    Set {
        set: Ptr<Set>,
        slot: usize,
        used: usize,
        left: usize,
    },
    /// The old protocol: `object[0]`, `object[1]` ... until IndexError.
    Sequence {
        object: Value,
        index: i64,
    },
    /// `reversed(object)` by `__len__` and `__getitem__`.
    SequenceReversed {
        object: Value,
        index: i64,
    },
    /// `iter(callable, sentinel)`.
    Callable {
        callable: Value,
        sentinel: Value,
    },
    Enumerate {
        iter: Value,
        next: Value,
    },
    Zip {
        iters: Ptr<Tuple>,
        strict: bool,
    },
    Map {
        func: Value,
        iters: Ptr<Tuple>,
    },
    Filter {
        func: Value,
        iter: Value,
    },
    /// Ended; `of` names the class it had.
    Exhausted {
        of: IterClass,
    },
}

/// The class of a built-in iterator.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum IterClass {
    Range,
    LongRange,
    List,
    ListReversed,
    Tuple,
    Str,
    StrAscii,
    Memory,
    Bytes,
    ByteArray,
    DictKeys,
    DictValues,
    DictItems,
    DictKeysReversed,
    DictValuesReversed,
    DictItemsReversed,
    Ordered,
    Set,
    Sequence,
    Reversed,
    Callable,
    Enumerate,
    Zip,
    Map,
    Filter,
}

impl IterState {
    /// Whether every item is a new pair.
    #[inline]
    pub fn makes_pairs(&self) -> bool {
        match self {
            IterState::Enumerate { .. } | IterState::Dict { part: DictPart::Items, .. } => true,
            IterState::Zip { iters, strict: false } => iters.len() == 2,
            _ => false,
        }
    }

    /// The class.
    pub fn class(&self) -> IterClass {
        match self {
            IterState::Range { .. } => IterClass::Range,
            IterState::BigRange(_) => IterClass::LongRange,
            IterState::List { .. } => IterClass::List,
            IterState::ListReversed { .. } => IterClass::ListReversed,
            IterState::Tuple { .. } => IterClass::Tuple,
            IterState::Str { text, .. } if text.is_ascii() => IterClass::StrAscii,
            IterState::Str { .. } => IterClass::Str,
            IterState::Memory { .. } => IterClass::Memory,
            IterState::Bytes { .. } => IterClass::Bytes,
            IterState::ByteArray { .. } => IterClass::ByteArray,
            IterState::Dict { part, reversed: false, .. } => match part {
                DictPart::Keys => IterClass::DictKeys,
                DictPart::Values => IterClass::DictValues,
                DictPart::Items => IterClass::DictItems,
            },
            IterState::Dict { part, reversed: true, .. } => match part {
                DictPart::Keys => IterClass::DictKeysReversed,
                DictPart::Values => IterClass::DictValuesReversed,
                DictPart::Items => IterClass::DictItemsReversed,
            },
            IterState::Ordered { .. } => IterClass::Ordered,
            IterState::Set { .. } => IterClass::Set,
            IterState::Sequence { .. } => IterClass::Sequence,
            IterState::SequenceReversed { .. } => IterClass::Reversed,
            IterState::Callable { .. } => IterClass::Callable,
            IterState::Enumerate { .. } => IterClass::Enumerate,
            IterState::Zip { .. } => IterClass::Zip,
            IterState::Map { .. } => IterClass::Map,
            IterState::Filter { .. } => IterClass::Filter,
            IterState::Exhausted { of } => *of,
        }
    }
}

define_heap_type! {
    /// An iterator of a built-in type or function.
    pub struct Iter: tracked {
        pub state: GilCell<IterState>,
    }
}

impl Iter {
    /// An iterator in the given state.
    pub fn new(state: IterState) -> Ptr<Iter> {
        Iter::alloc(GilCell::new(state))
    }
}

define_heap_type! {
    /// `dict.keys()`, `dict.values()` or `dict.items()`.
    pub struct View: tracked {
        pub dict: Ptr<Dict>,
        pub part: DictPart,
        /// The `OrderedDict` whose entries these are; `Undef` for a plain dict.
        pub owner: Value,
    }
}

impl View {
    /// A view of a part of a dict.
    pub fn new(dict: Ptr<Dict>, part: DictPart) -> Ptr<View> {
        View::alloc(dict, part, Value::Undef)
    }

    /// A view of a part of an `OrderedDict`, whose entries are in `dict`.
    pub fn ordered(dict: Ptr<Dict>, part: DictPart, owner: Value) -> Ptr<View> {
        View::alloc(dict, part, owner)
    }

    /// Whether this is a view of an `OrderedDict`.
    pub fn is_ordered(&self) -> bool {
        !self.owner.is_undef()
    }
}
