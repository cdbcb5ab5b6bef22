//! The value of a register, a list item, an attribute.
//!
//! Sixteen bytes: a tag, and one word that is an integer, the bits of a float, or a counted
//! pointer. Every payload is one 8-byte scalar, so rustc passes a `Value` in two registers;
//! a plain `f64` or `bool` payload would send it through memory.

use std::mem;
use std::ptr::NonNull;

use super::header::{Header, Tag};
use super::heap;
use super::interp::MethodCacheEntry;
use super::ptr::{HeapType, Ptr, Raw};
use super::*;

/// A float as its bits.
#[derive(Clone, Copy)]
#[repr(transparent)]
pub struct FloatBits(u64);

impl FloatBits {
    /// The number.
    #[inline(always)]
    pub fn get(self) -> f64 {
        f64::from_bits(self.0)
    }
}

/// A truth value as a word.
#[derive(Clone, Copy)]
#[repr(transparent)]
pub struct BoolBits(u64);

impl BoolBits {
    /// The truth value.
    #[inline(always)]
    pub fn get(self) -> bool {
        self.0 != 0
    }
}

/// Any object of the language, or `Undef` for an unbound variable or an absent value.
///
/// Integers outside the range of `Int` are `BigInt`, never both.
#[repr(u8)]
#[derive(Default)]
pub enum Value {
    #[default]
    Undef = Tag::Undef as u8,
    None = Tag::None as u8,
    Bool(BoolBits) = Tag::Bool as u8,
    Int(i64) = Tag::Int as u8,
    Float(FloatBits) = Tag::Float as u8,
    NotImplemented = Tag::NotImplemented as u8,
    Ellipsis = Tag::Ellipsis as u8,
    Str(Raw<Str>) = Tag::Str as u8,
    BigInt(Raw<BigInt>) = Tag::BigInt as u8,
    Bytes(Raw<Bytes>) = Tag::Bytes as u8,
    ByteArray(Raw<ByteArray>) = Tag::ByteArray as u8,
    Tuple(Raw<Tuple>) = Tag::Tuple as u8,
    List(Raw<List>) = Tag::List as u8,
    Dict(Raw<Dict>) = Tag::Dict as u8,
    /// `set` and `frozenset`.
    Set(Raw<Set>) = Tag::Set as u8,
    Range(Raw<Range>) = Tag::Range as u8,
    Slice(Raw<Slice>) = Tag::Slice as u8,
    Func(Raw<Func>) = Tag::Func as u8,
    /// A bound method.
    Method(Raw<Method>) = Tag::Method as u8,
    /// A function written in Rust.
    Native(Raw<Native>) = Tag::Native as u8,
    Class(Raw<Class>) = Tag::Class as u8,
    /// An instance of a class made by a `class` statement (or of `object` itself).
    Object(Raw<Object>) = Tag::Object as u8,
    /// An exception of any class.
    Exc(Raw<Exc>) = Tag::Exc as u8,
    /// A generator, coroutine or asynchronous generator.
    Gen(Raw<Gen>) = Tag::Gen as u8,
    Cell(Raw<Cell>) = Tag::Cell as u8,
    Module(Raw<Module>) = Tag::Module as u8,
    Code(Raw<Code>) = Tag::Code as u8,
    /// An iterator of a built-in type or function.
    Iter(Raw<Iter>) = Tag::Iter as u8,
    /// A view of a dict's keys, values or items.
    View(Raw<View>) = Tag::View as u8,
    Property(Raw<Property>) = Tag::Property as u8,
    /// `staticmethod` and `classmethod`.
    Wrapper(Raw<Wrapper>) = Tag::Wrapper as u8,
    /// A data descriptor of a built-in class or of `__slots__`.
    GetSet(Raw<GetSet>) = Tag::GetSet as u8,
    Traceback(Raw<Traceback>) = Tag::Traceback as u8,
    /// Any other built-in object, its data a Rust type.
    Foreign(Raw<Foreign>) = Tag::Foreign as u8,
}

const _: () = assert!(mem::size_of::<Value>() == 16);

/// What is well-formed when all its bytes are zero.
///
/// # Safety
///
/// They are: a zero tag is `Undef`, which has no payload, and numbers may be any.
pub(crate) unsafe trait Zeroed: Sized {
    /// So many, all zero: cheaper than to write them one by one.
    fn zeroed(count: usize) -> Box<[Self]> {
        // SAFETY: what the trait says.
        unsafe { Box::new_zeroed_slice(count).assume_init() }
    }
}

// SAFETY: a zero tag is `Undef`.
unsafe impl Zeroed for Value {}
// SAFETY: numbers, and a `Value`.
unsafe impl Zeroed for Slot {}
// SAFETY: numbers, and a `Value`.
unsafe impl Zeroed for MethodCacheEntry {}

/// A key with its hash in an open-addressing table; a free one has `Undef` and 0.
#[repr(C)]
pub(super) struct Slot {
    pub hash: i64,
    pub key: Value,
}

impl Value {
    /// The truth value `value`.
    #[inline(always)]
    pub const fn bool(value: bool) -> Value {
        Value::Bool(BoolBits(value as u64))
    }

    /// The float `value`.
    #[inline(always)]
    pub const fn float(value: f64) -> Value {
        Value::Float(FloatBits(value.to_bits()))
    }

    /// The representation.
    #[inline(always)]
    pub fn tag(&self) -> Tag {
        // SAFETY: the enum is `repr(u8)`, so its first byte is its discriminant, which is a `Tag`.
        unsafe { *(self as *const Value).cast::<Tag>() }
    }

    /// Whether this is a counted pointer.
    #[inline(always)]
    pub fn is_heap(&self) -> bool {
        self.tag() as u8 >= Tag::FIRST_HEAP
    }

    #[inline(always)]
    pub(super) fn word(&self) -> usize {
        // SAFETY: every payload is one word at offset eight; variants without a payload are not read by callers.
        unsafe { *(self as *const Value).cast::<usize>().add(1) }
    }

    /// The header of a heap value.
    ///
    /// # Safety
    ///
    /// `is_heap()` holds.
    #[inline(always)]
    pub(super) unsafe fn header(&self) -> &Header {
        // SAFETY: heap payloads point to live objects that begin with a header.
        unsafe { &*(self.word() as *const Header) }
    }

    /// The value that a counted pointer to a header stands for, taking over its reference.
    ///
    /// # Safety
    ///
    /// `pointer` owns a reference to a live heap object.
    pub(super) unsafe fn from_header(pointer: NonNull<Header>) -> Value {
        // SAFETY: the tag in the header names the variant, and a heap variant is its tag and the pointer.
        unsafe {
            let mut value = mem::MaybeUninit::<Value>::zeroed();
            value.as_mut_ptr().cast::<Tag>().write(pointer.as_ref().tag);
            value.as_mut_ptr().cast::<usize>().add(1).write(pointer.as_ptr() as usize);
            value.assume_init()
        }
    }

    /// Whether nothing is here.
    #[inline(always)]
    pub fn is_undef(&self) -> bool {
        matches!(self, Value::Undef)
    }

    /// Whether this is None.
    #[inline(always)]
    pub fn is_none(&self) -> bool {
        matches!(self, Value::None)
    }

    /// The identity test `is`. Numbers are the same object when they are equal in type and value.
    #[inline(always)]
    pub fn is(&self, other: &Value) -> bool {
        self.tag() == other.tag()
            && match self {
                Value::Undef | Value::None | Value::NotImplemented | Value::Ellipsis => true,
                _ => self.word() == other.word(),
            }
    }

    /// What `id()` tells.
    pub fn identity(&self) -> usize {
        match self {
            Value::Undef | Value::None | Value::NotImplemented | Value::Ellipsis => 0x100 + 16 * self.tag() as usize,
            Value::Bool(bits) => 0x200 + 16 * bits.get() as usize,
            Value::Int(n) => (*n as usize).wrapping_mul(32).wrapping_add(0x1000),
            Value::Float(_) => self.word().wrapping_mul(16) ^ 0x5000,
            _ => self.word(),
        }
    }

    /// How many references the object has; None for values that are not counted.
    pub fn ref_count(&self) -> Option<usize> {
        // SAFETY: tested to be a heap value.
        self.is_heap().then(|| unsafe { self.header() }.count())
    }

    /// Takes the value out and leaves `Undef`.
    #[inline(always)]
    pub fn take(&mut self) -> Value {
        mem::replace(self, Value::Undef)
    }

    /// This value unless it is absent.
    pub fn bound(self) -> Option<Value> {
        if self.is_undef() { None } else { Some(self) }
    }

    /// The string object, if this is one (an instance of `str` itself).
    pub fn as_text(&self) -> Option<Ptr<Str>> {
        match self {
            Value::Str(text) => Some(text.to_ptr()),
            _ => None,
        }
    }

    /// A string value.
    pub fn str(text: &str) -> Value {
        Str::new(text).into_value()
    }

    /// An integer value of any size.
    pub fn big(number: num_bigint::BigInt) -> Value {
        match i64::try_from(&number) {
            Ok(small) => Value::Int(small),
            Err(_) => BigInt::new(number).into_value(),
        }
    }

    /// A tuple of the given items.
    pub fn tuple(items: Vec<Value>) -> Value {
        Tuple::new(items).into_value()
    }

    /// A new list of the given items.
    pub fn list(items: Vec<Value>) -> Value {
        List::new(items).into_value()
    }
}

impl Clone for Value {
    #[inline(always)]
    fn clone(&self) -> Value {
        if self.is_heap() {
            // SAFETY: tested to be a heap value.
            let header = unsafe { self.header() };
            header.count.set(header.count.get() + 1);
        }
        // SAFETY: the copy owns the reference that was just added; other payloads are plain.
        unsafe { std::ptr::read(self) }
    }
}

impl Drop for Value {
    #[inline(always)]
    fn drop(&mut self) {
        if self.is_heap() {
            // SAFETY: tested to be a heap value.
            let header = unsafe { self.header() };
            let count = header.count.get() - 1;
            header.count.set(count);
            if count == 0 {
                heap::free(NonNull::from(header));
            }
        }
    }
}

impl<T: HeapType> From<Ptr<T>> for Value {
    #[inline(always)]
    fn from(pointer: Ptr<T>) -> Value {
        let raw = pointer.0;
        mem::forget(pointer);
        // SAFETY: the forgotten pointer's reference passes to the value; T::TAG names the variant (`HeapType`).
        unsafe {
            let mut value = mem::MaybeUninit::<Value>::zeroed();
            value.as_mut_ptr().cast::<Tag>().write(T::TAG);
            value.as_mut_ptr().cast::<usize>().add(1).write(raw.as_ptr() as usize);
            value.assume_init()
        }
    }
}

impl From<i64> for Value {
    fn from(value: i64) -> Self {
        Value::Int(value)
    }
}

impl From<usize> for Value {
    fn from(value: usize) -> Self {
        match i64::try_from(value) {
            Ok(small) => Value::Int(small),
            Err(_) => Value::big(value.into()),
        }
    }
}

impl From<bool> for Value {
    fn from(value: bool) -> Self {
        Value::bool(value)
    }
}

impl From<f64> for Value {
    fn from(value: f64) -> Self {
        Value::float(value)
    }
}

impl From<&str> for Value {
    fn from(value: &str) -> Self {
        Value::str(value)
    }
}

impl From<String> for Value {
    fn from(value: String) -> Self {
        Value::str(&value)
    }
}

impl std::fmt::Debug for Value {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Value::Int(n) => write!(f, "{n}"),
            Value::Float(x) => write!(f, "{:?}", x.get()),
            Value::Str(s) => write!(f, "{:?}", s.as_str()),
            other => write!(f, "{:?}", other.tag()),
        }
    }
}
