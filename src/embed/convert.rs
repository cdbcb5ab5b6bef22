//! Conversions between Rust values and objects.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::hash::{BuildHasher, Hash};

use super::error::{Error, Result};
use super::{Attached, Handle};
use crate::object::{self, Dict, Known, Raised, Set, SetData, Value, Vm};

/// A Rust value that becomes an object.
pub trait IntoMini {
    /// Makes the object.
    ///
    /// # Errors
    ///
    /// What the conversion raises; a `Result`'s own error.
    fn into_mini(self, m: &mut Attached<'_>) -> Result<Handle>;
}

/// A Rust value that is made from an object.
pub trait FromMini: Sized {
    /// Reads the object.
    ///
    /// # Errors
    ///
    /// TypeError for an object of the wrong type, OverflowError for a number that does not fit.
    fn from_mini(object: &Handle, m: &mut Attached<'_>) -> Result<Self>;
}

/// Arguments of a call: a tuple of up to eight values, or a vector of handles.
pub trait IntoArgs {
    /// Makes the arguments.
    ///
    /// # Errors
    ///
    /// What a conversion raises.
    fn into_args(self, m: &mut Attached<'_>) -> Result<Vec<Handle>>;
}

/// Bytes as a `bytes` object; a `Vec<u8>` would be a list of ints.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Bytes(pub Vec<u8>);

fn wrong_type(vm: &mut Vm, wanted: &str, found: &Value) -> Raised {
    let found = vm.class_name(found);
    vm.type_error(format!("expected {wanted}, got {found}"))
}

/// Reads an object with the machine's functions.
fn read<T>(object: &Handle, m: &mut Attached<'_>, read: impl FnOnce(&mut Vm, &Value) -> Outcome<T>) -> Result<T> {
    let value = m.value(object)?;
    m.with(|vm| read(vm, &value))
}

/// What the machine's functions return.
type Outcome<T> = std::result::Result<T, Raised>;

impl IntoMini for Handle {
    fn into_mini(self, _: &mut Attached<'_>) -> Result<Handle> {
        Ok(self)
    }
}

impl IntoMini for &Handle {
    fn into_mini(self, m: &mut Attached<'_>) -> Result<Handle> {
        let value = m.value(self)?;
        Ok(m.handle(value))
    }
}

impl FromMini for Handle {
    fn from_mini(object: &Handle, m: &mut Attached<'_>) -> Result<Self> {
        object.into_mini(m)
    }
}

/// A Rust value is an object without further ado.
macro_rules! into_by {
    ($($type:ty: |$value:ident| $object:expr;)*) => {$(
        impl IntoMini for $type {
            fn into_mini(self, m: &mut Attached<'_>) -> Result<Handle> {
                let $value = self;
                Ok(m.handle($object))
            }
        }
    )*};
}

into_by! {
    (): |_unit| Value::None;
    bool: |value| Value::bool(value);
    f64: |value| Value::float(value);
    f32: |value| Value::float(value.into());
    &str: |value| Value::str(value);
    String: |value| Value::str(&value);
    &String: |value| Value::str(value);
    Box<str>: |value| Value::str(&value);
    Cow<'_, str>: |value| Value::str(&value);
    char: |value| Value::str(value.encode_utf8(&mut [0; 4]));
    Bytes: |value| object::Bytes::new(value.0).into_value();
}

macro_rules! integers {
    ($($type:ty)*) => {$(
        impl IntoMini for $type {
            fn into_mini(self, m: &mut Attached<'_>) -> Result<Handle> {
                Ok(m.handle(Value::big(self.into_big())))
            }
        }

        impl FromMini for $type {
            fn from_mini(object: &Handle, m: &mut Attached<'_>) -> Result<Self> {
                read(object, m, |vm, value| {
                    let fits = match &vm.index(value)? {
                        Value::Int(number) => <$type>::try_from(*number).ok(),
                        Value::BigInt(number) => <$type>::try_from(&number.number).ok(),
                        _ => None,
                    };
                    match fits {
                        Some(number) => Ok(number),
                        None => Err(vm.raise(Known::OverflowError, concat!("int does not fit ", stringify!($type)))),
                    }
                })
            }
        }
    )*};
}

/// Any Rust integer as a big one, so that one conversion serves all.
trait IntoBig {
    fn into_big(self) -> num_bigint::BigInt;
}

impl<T: Into<num_bigint::BigInt>> IntoBig for T {
    fn into_big(self) -> num_bigint::BigInt {
        self.into()
    }
}

integers! { i8 i16 i32 i64 i128 isize u8 u16 u32 u64 u128 usize }

impl FromMini for () {
    fn from_mini(object: &Handle, m: &mut Attached<'_>) -> Result<Self> {
        read(object, m, |vm, value| if value.is_none() { Ok(()) } else { Err(wrong_type(vm, "None", value)) })
    }
}

impl FromMini for bool {
    fn from_mini(object: &Handle, m: &mut Attached<'_>) -> Result<Self> {
        read(object, m, |vm, value| match value {
            Value::Bool(value) => Ok(value.get()),
            _ => Err(wrong_type(vm, "bool", value)),
        })
    }
}

impl FromMini for f64 {
    fn from_mini(object: &Handle, m: &mut Attached<'_>) -> Result<Self> {
        read(object, m, |vm, value| vm.to_f64(value))
    }
}

impl FromMini for f32 {
    fn from_mini(object: &Handle, m: &mut Attached<'_>) -> Result<Self> {
        f64::from_mini(object, m).map(|value| value as f32)
    }
}

impl FromMini for String {
    fn from_mini(object: &Handle, m: &mut Attached<'_>) -> Result<Self> {
        read(object, m, |vm, value| match vm.unwrap(value) {
            Value::Str(text) => Ok(text.as_str().to_owned()),
            _ => Err(wrong_type(vm, "str", value)),
        })
    }
}

impl FromMini for char {
    fn from_mini(object: &Handle, m: &mut Attached<'_>) -> Result<Self> {
        read(object, m, |vm, value| {
            if let Value::Str(text) = vm.unwrap(value) {
                let mut chars = text.as_str().chars();
                if let (Some(only), None) = (chars.next(), chars.next()) {
                    return Ok(only);
                }
            }
            Err(wrong_type(vm, "a string of one character", value))
        })
    }
}

impl FromMini for Bytes {
    fn from_mini(object: &Handle, m: &mut Attached<'_>) -> Result<Self> {
        read(object, m, |vm, value| vm.expect_bytes(value)).map(Bytes)
    }
}

impl<T: IntoMini> IntoMini for Option<T> {
    fn into_mini(self, m: &mut Attached<'_>) -> Result<Handle> {
        match self {
            Some(value) => value.into_mini(m),
            None => ().into_mini(m),
        }
    }
}

impl<T: FromMini> FromMini for Option<T> {
    fn from_mini(object: &Handle, m: &mut Attached<'_>) -> Result<Self> {
        if read(object, m, |_, value| Ok(value.is_none()))? { Ok(None) } else { T::from_mini(object, m).map(Some) }
    }
}

/// A function that can fail returns its value, or raises its error.
impl<T: IntoMini, E: Into<Error>> IntoMini for std::result::Result<T, E> {
    fn into_mini(self, m: &mut Attached<'_>) -> Result<Handle> {
        self.map_err(Into::into)?.into_mini(m)
    }
}

/// The objects behind converted items.
fn values<T: IntoMini>(items: impl IntoIterator<Item = T>, m: &mut Attached<'_>) -> Result<Vec<Value>> {
    let items = items.into_iter();
    let mut values = Vec::with_capacity(items.size_hint().0);
    for item in items {
        let handle = item.into_mini(m)?;
        values.push(m.value(&handle)?);
    }
    Ok(values)
}

impl<T: IntoMini> IntoMini for Vec<T> {
    fn into_mini(self, m: &mut Attached<'_>) -> Result<Handle> {
        let items = values(self, m)?;
        Ok(m.handle(Value::list(items)))
    }
}

impl<T: IntoMini + Clone> IntoMini for &[T] {
    fn into_mini(self, m: &mut Attached<'_>) -> Result<Handle> {
        self.to_vec().into_mini(m)
    }
}

impl<T: IntoMini, const N: usize> IntoMini for [T; N] {
    fn into_mini(self, m: &mut Attached<'_>) -> Result<Handle> {
        Vec::from(self).into_mini(m)
    }
}

/// The items of any iterable that is no string.
impl<T: FromMini> FromMini for Vec<T> {
    fn from_mini(object: &Handle, m: &mut Attached<'_>) -> Result<Self> {
        let items = read(object, m, |vm, value| match vm.unwrap(value) {
            Value::Str(_) => Err(wrong_type(vm, "an iterable other than str", value)),
            _ => vm.collect(value),
        })?;
        items.into_iter().map(|item| T::from_mini(&m.handle(item), m)).collect()
    }
}

fn dict<K: IntoMini, V: IntoMini>(pairs: impl IntoIterator<Item = (K, V)>, m: &mut Attached<'_>) -> Result<Handle> {
    let dict = Dict::new();
    for (key, value) in pairs {
        let (key, value) = (key.into_mini(m)?, value.into_mini(m)?);
        let (key, value) = (m.value(&key)?, m.value(&value)?);
        m.with(|vm| vm.dict_set(&dict, key, value))?;
    }
    Ok(m.handle(dict.into_value()))
}

/// The pairs of a dict.
fn pairs<K: FromMini, V: FromMini, C: FromIterator<(K, V)>>(object: &Handle, m: &mut Attached<'_>) -> Result<C> {
    let entries: Vec<(Value, Value)> = read(object, m, |vm, value| match vm.unwrap(value) {
        Value::Dict(dict) => {
            Ok(dict.data.get(&vm.gil).iter().map(|entry| (entry.key.clone(), entry.value.clone())).collect())
        }
        _ => Err(wrong_type(vm, "dict", value)),
    })?;
    let convert = |(key, value)| Ok((K::from_mini(&m.handle(key), m)?, V::from_mini(&m.handle(value), m)?));
    entries.into_iter().map(convert).collect()
}

impl<K: IntoMini, V: IntoMini, S> IntoMini for HashMap<K, V, S> {
    fn into_mini(self, m: &mut Attached<'_>) -> Result<Handle> {
        dict(self, m)
    }
}

impl<K: FromMini + Eq + Hash, V: FromMini, S: BuildHasher + Default> FromMini for HashMap<K, V, S> {
    fn from_mini(object: &Handle, m: &mut Attached<'_>) -> Result<Self> {
        pairs(object, m)
    }
}

impl<K: IntoMini, V: IntoMini> IntoMini for BTreeMap<K, V> {
    fn into_mini(self, m: &mut Attached<'_>) -> Result<Handle> {
        dict(self, m)
    }
}

impl<K: FromMini + Ord, V: FromMini> FromMini for BTreeMap<K, V> {
    fn from_mini(object: &Handle, m: &mut Attached<'_>) -> Result<Self> {
        pairs(object, m)
    }
}

fn set<T: IntoMini>(items: impl IntoIterator<Item = T>, m: &mut Attached<'_>) -> Result<Handle> {
    let items = values(items, m)?;
    let set = Set::new(SetData::default(), false);
    m.with(|vm| items.into_iter().try_for_each(|item| vm.set_add(&set, item).map(drop)))?;
    Ok(m.handle(set.into_value()))
}

/// The items of a set or a frozenset.
fn members<T: FromMini, C: FromIterator<T>>(object: &Handle, m: &mut Attached<'_>) -> Result<C> {
    let items = read(object, m, |vm, value| match vm.unwrap(value) {
        Value::Set(_) => vm.collect(value),
        _ => Err(wrong_type(vm, "set", value)),
    })?;
    items.into_iter().map(|item| T::from_mini(&m.handle(item), m)).collect()
}

impl<T: IntoMini, S> IntoMini for HashSet<T, S> {
    fn into_mini(self, m: &mut Attached<'_>) -> Result<Handle> {
        set(self, m)
    }
}

impl<T: FromMini + Eq + Hash, S: BuildHasher + Default> FromMini for HashSet<T, S> {
    fn from_mini(object: &Handle, m: &mut Attached<'_>) -> Result<Self> {
        members(object, m)
    }
}

impl<T: IntoMini> IntoMini for BTreeSet<T> {
    fn into_mini(self, m: &mut Attached<'_>) -> Result<Handle> {
        set(self, m)
    }
}

impl<T: FromMini + Ord> FromMini for BTreeSet<T> {
    fn from_mini(object: &Handle, m: &mut Attached<'_>) -> Result<Self> {
        members(object, m)
    }
}

macro_rules! tuples {
    ($(($($type:ident $index:tt),+) $count:literal;)*) => {$(
        impl<$($type: IntoMini),+> IntoMini for ($($type,)+) {
            fn into_mini(self, m: &mut Attached<'_>) -> Result<Handle> {
                let items = self.into_args(m)?;
                let items = items.iter().map(|item| m.value(item)).collect::<Result<Vec<_>>>()?;
                Ok(m.handle(Value::tuple(items)))
            }
        }

        impl<$($type: FromMini),+> FromMini for ($($type,)+) {
            fn from_mini(object: &Handle, m: &mut Attached<'_>) -> Result<Self> {
                let items: Vec<Handle> = FromMini::from_mini(object, m)?;
                if items.len() != $count {
                    return Err(Error::new("ValueError", format!("expected {} items, got {}", $count, items.len())));
                }
                Ok(($($type::from_mini(&items[$index], m)?,)+))
            }
        }

        impl<$($type: IntoMini),+> IntoArgs for ($($type,)+) {
            fn into_args(self, m: &mut Attached<'_>) -> Result<Vec<Handle>> {
                Ok(vec![$(self.$index.into_mini(m)?),+])
            }
        }
    )*};
}

tuples! {
    (A 0) 1;
    (A 0, B 1) 2;
    (A 0, B 1, C 2) 3;
    (A 0, B 1, C 2, D 3) 4;
    (A 0, B 1, C 2, D 3, E 4) 5;
    (A 0, B 1, C 2, D 3, E 4, F 5) 6;
    (A 0, B 1, C 2, D 3, E 4, F 5, G 6) 7;
    (A 0, B 1, C 2, D 3, E 4, F 5, G 6, H 7) 8;
}

impl IntoArgs for () {
    fn into_args(self, _: &mut Attached<'_>) -> Result<Vec<Handle>> {
        Ok(Vec::new())
    }
}

impl IntoArgs for Vec<Handle> {
    fn into_args(self, _: &mut Attached<'_>) -> Result<Vec<Handle>> {
        Ok(self)
    }
}
