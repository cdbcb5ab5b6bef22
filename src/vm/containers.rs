//! Dict and set access whose keys may have script code for `__eq__` and `__hash__`.

use crate::object::{Dict, Ptr, Raised, Set, Value, Vm};

impl Vm {
    /// `dict.get(key)` (no `__missing__`).
    pub fn dict_get(&mut self, dict: &Dict, key: &Value) -> Result<Option<Value>, Raised> {
        todo!()
    }

    /// `dict[key] = value`.
    pub fn dict_set(&mut self, dict: &Dict, key: Value, value: Value) -> Result<(), Raised> {
        todo!()
    }

    /// `dict.pop(key)`, None if missing.
    pub fn dict_remove(&mut self, dict: &Dict, key: &Value) -> Result<Option<Value>, Raised> {
        todo!()
    }

    /// The index of a key's entry.
    pub fn dict_find(&mut self, dict: &Dict, hash: i64, key: &Value) -> Result<Option<usize>, Raised> {
        todo!()
    }

    /// Sets a name in a namespace.
    pub fn dict_set_str(&mut self, dict: &Dict, name: &str, value: Value) {
        todo!()
    }

    /// `dict.update(other)` with a mapping or an iterable of pairs.
    pub fn dict_update(&mut self, dict: &Ptr<Dict>, other: &Value) -> Result<(), Raised> {
        todo!()
    }

    /// Whether the set has the item.
    pub fn set_contains(&mut self, set: &Set, item: &Value) -> Result<bool, Raised> {
        todo!()
    }

    /// Adds an item; tells whether it was missing.
    pub fn set_add(&mut self, set: &Set, item: Value) -> Result<bool, Raised> {
        todo!()
    }

    /// Removes an item; tells whether it was there.
    pub fn set_remove(&mut self, set: &Set, item: &Value) -> Result<bool, Raised> {
        todo!()
    }
}
