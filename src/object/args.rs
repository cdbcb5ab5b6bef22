//! Arguments of a native call.

use super::value::Value;
use super::{Ptr, Tuple};

/// The arguments of a call: positional values, then the values of the keywords in `names`.
#[derive(Clone, Copy)]
pub struct Args<'a> {
    values: &'a [Value],
    names: Option<&'a Ptr<Tuple>>,
}

impl<'a> Args<'a> {
    /// Positional arguments only.
    #[inline(always)]
    pub fn new(values: &'a [Value]) -> Self {
        Args { values, names: None }
    }

    /// Positional arguments, then one value for each keyword in `names`.
    pub fn with_names(values: &'a [Value], names: &'a Ptr<Tuple>) -> Self {
        Args { values, names: if names.is_empty() { None } else { Some(names) } }
    }

    /// All values, those of keywords last.
    pub fn values(&self) -> &'a [Value] {
        self.values
    }

    /// The keywords' names, if any were given.
    pub fn names(&self) -> Option<&'a Ptr<Tuple>> {
        self.names
    }

    /// Number of keyword arguments.
    pub fn keyword_count(&self) -> usize {
        self.names.map_or(0, |names| names.len())
    }

    /// The positional values.
    pub fn positional(&self) -> &'a [Value] {
        &self.values[..self.values.len() - self.keyword_count()]
    }

    /// The keyword arguments as pairs.
    pub fn keywords(&self) -> impl Iterator<Item = (&'a Value, &'a Value)> {
        let names: &'a [Value] = self.names.map_or(&[], |names| names.as_slice());
        names.iter().zip(&self.values[self.values.len() - names.len()..])
    }

    /// Number of values.
    pub fn len(&self) -> usize {
        self.values.len()
    }

    /// Whether there is no argument.
    pub fn is_empty(&self) -> bool {
        self.values.is_empty()
    }

    /// The argument at `index`, unless it was left out.
    #[inline(always)]
    pub fn get(&self, index: usize) -> Option<&'a Value> {
        self.values.get(index).filter(|value| !value.is_undef())
    }

    /// The arguments without the first `count`.
    pub fn skip(&self, count: usize) -> Args<'a> {
        Args { values: &self.values[count..], names: self.names }
    }
}

impl std::ops::Index<usize> for Args<'_> {
    type Output = Value;
    #[inline(always)]
    fn index(&self, index: usize) -> &Value {
        &self.values[index]
    }
}
