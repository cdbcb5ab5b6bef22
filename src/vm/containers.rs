//! Dict and set access whose keys may have script code for `__eq__` and `__hash__`.

use crate::gil::GilCell;
use crate::object::{Dict, DictData, Known, Name, Probe, Ptr, Raised, Set, SetData, SetProbe, Value, Vm};

/// A hash table whose keys the machine compares.
trait Table {
    fn changes(&self) -> u32;
    fn candidates(&self, hash: i64) -> Vec<usize>;
    fn key(&self, place: usize) -> Option<&Value>;
}

impl Table for DictData {
    fn changes(&self) -> u32 {
        self.changes()
    }

    fn candidates(&self, hash: i64) -> Vec<usize> {
        self.candidates(hash)
    }

    fn key(&self, place: usize) -> Option<&Value> {
        self.entry(place).map(|entry| &entry.key)
    }
}

impl Table for SetData {
    fn changes(&self) -> u32 {
        self.changes()
    }

    fn candidates(&self, hash: i64) -> Vec<usize> {
        self.candidates(hash)
    }

    fn key(&self, place: usize) -> Option<&Value> {
        self.key(place)
    }
}

impl Vm {
    /// `dict.get(key)` (no `__missing__`).
    ///
    /// # Errors
    ///
    /// What hashing and comparing the key raises.
    #[inline]
    pub fn dict_get(&mut self, dict: &Dict, key: &Value) -> Result<Option<Value>, Raised> {
        let hash = self.hash(key)?;
        match dict.data.get(&self.gil).probe(hash, key) {
            Probe::Found(index) => Ok(dict.data.get(&self.gil).entry(index).map(|entry| entry.value.clone())),
            Probe::Missing => Ok(None),
            Probe::Ask => {
                let found = self.find_asking(&dict.data, hash, key)?;
                Ok(found.and_then(|index| dict.data.get(&self.gil).entry(index).map(|entry| entry.value.clone())))
            }
        }
    }

    /// `dict[key] = value`.
    ///
    /// # Errors
    ///
    /// What hashing and comparing the key raises.
    #[inline]
    pub fn dict_set(&mut self, dict: &Dict, key: Value, value: Value) -> Result<(), Raised> {
        let hash = self.hash(&key)?;
        let found = self.dict_find(dict, hash, &key)?;
        match found {
            Some(index) => {
                let old = dict.data.get_mut(&mut self.gil).replace_at(index, value);
                drop(old);
                Ok(())
            }
            None => self.dict_push(dict, hash, key, value),
        }
    }

    /// `dict.pop(key)`, None if missing.
    ///
    /// # Errors
    ///
    /// What hashing and comparing the key raises.
    pub fn dict_remove(&mut self, dict: &Dict, key: &Value) -> Result<Option<Value>, Raised> {
        let hash = self.hash(key)?;
        let Some(index) = self.dict_find(dict, hash, key)? else { return Ok(None) };
        let (old_key, value) = dict.data.get_mut(&mut self.gil).remove_at(index);
        drop(old_key);
        Ok(Some(value))
    }

    /// The index of a key's entry.
    ///
    /// # Errors
    ///
    /// What comparing the key raises.
    #[inline]
    pub fn dict_find(&mut self, dict: &Dict, hash: i64, key: &Value) -> Result<Option<usize>, Raised> {
        match dict.data.get(&self.gil).probe(hash, key) {
            Probe::Found(index) => Ok(Some(index)),
            Probe::Missing => Ok(None),
            Probe::Ask => self.find_asking(&dict.data, hash, key),
        }
    }

    /// Compares a key with those of the same hash, anew if the table changed meanwhile.
    #[cold]
    fn find_asking<T: Table>(&mut self, table: &GilCell<T>, hash: i64, key: &Value) -> Result<Option<usize>, Raised> {
        'again: loop {
            let changes = table.get(&self.gil).changes();
            for place in table.get(&self.gil).candidates(hash) {
                let Some(other) = table.get(&self.gil).key(place).cloned() else { continue };
                let equal = self.same_or_equal(&other, key)?;
                if table.get(&self.gil).changes() != changes {
                    continue 'again;
                }
                if equal {
                    return Ok(Some(place));
                }
            }
            return Ok(None);
        }
    }

    /// Sets a name in a namespace.
    pub fn dict_set_str(&mut self, dict: &Dict, name: &str, value: Value) {
        let name = self.intern(name);
        let old = dict.data.get_mut(&mut self.gil).insert_str(&name, value);
        drop(old);
    }

    /// `dict.update(other)` with a mapping or an iterable of pairs.
    ///
    /// # Errors
    ///
    /// TypeError and ValueError for what is neither; what the other's methods raise.
    pub fn dict_update(&mut self, dict: &Ptr<Dict>, other: &Value) -> Result<(), Raised> {
        let plain = match other {
            Value::Dict(other) => Some(other.to_ptr()),
            Value::Object(_) => match self.unwrap(other) {
                Value::Dict(inner) => {
                    let inner = inner.to_ptr();
                    let class = self.class_of(other);
                    self.defines_natively(&class, Name::__iter__, Known::Dict).then_some(inner)
                }
                _ => None,
            },
            _ => None,
        };
        if let Some(other) = plain {
            return self.dict_merge(dict, &other);
        }
        if let Some(keys) = self.get_opt(other, Name::Keys)? {
            let keys = self.call(&keys, &[])?;
            let keys = self.iter(&keys)?;
            while let Some(key) = self.next(&keys)? {
                let value = self.getitem(other, &key)?;
                self.dict_set(dict, key, value)?;
            }
            return Ok(());
        }
        self.dict_update_pairs(dict, other)
    }

    fn dict_merge(&mut self, dict: &Ptr<Dict>, other: &Ptr<Dict>) -> Result<(), Raised> {
        if dict.is(other) {
            return Ok(());
        }
        let target = dict.data.get(&self.gil);
        if target.is_empty() && target.slots() == 0 {
            self.expect_room_for_copy(other)?;
            let copy = other.data.get(&self.gil).clone();
            if !copy.is_empty() {
                let old = dict.data.get_mut(&mut self.gil).fill(copy);
                drop(old);
            }
            return Ok(());
        }
        let mut at = 0;
        let changes = other.data.get(&self.gil).changes();
        while let Some((index, entry)) = other.data.get(&self.gil).next_entry(at) {
            let (hash, key, value) = (entry.hash, entry.key.clone(), entry.value.clone());
            at = index + 1;
            let found = self.dict_find(dict, hash, &key)?;
            match found {
                Some(index) => {
                    let old = dict.data.get_mut(&mut self.gil).replace_at(index, value);
                    drop(old);
                }
                None => self.dict_push(dict, hash, key, value)?,
            }
            if other.data.get(&self.gil).changes() != changes {
                return Err(self.raise(Known::RuntimeError, "dict mutated during update"));
            }
        }
        Ok(())
    }

    fn dict_update_pairs(&mut self, dict: &Ptr<Dict>, pairs: &Value) -> Result<(), Raised> {
        let iterator = self.iter(pairs)?;
        let mut index = 0;
        while let Some(pair) = self.next(&iterator)? {
            let items = match self.collect(&pair) {
                Ok(items) => items,
                Err(raised) => {
                    if self.raised_is(&raised, Known::TypeError) {
                        let _ = self.take_raised(raised);
                        let message =
                            format!("cannot convert dictionary update sequence element #{index} to a sequence");
                        return Err(self.type_error(message));
                    }
                    return Err(raised);
                }
            };
            let len = items.len();
            let Ok([key, value]) = <[Value; 2]>::try_from(items) else {
                let message = format!("dictionary update sequence element #{index} has length {len}; 2 is required");
                return Err(self.value_error(message));
            };
            self.dict_set(dict, key, value)?;
            index += 1;
        }
        Ok(())
    }

    /// The slot of a key whose hash is known.
    ///
    /// # Errors
    ///
    /// What comparing the key raises.
    pub(crate) fn set_find(&mut self, set: &Set, hash: i64, item: &Value) -> Result<Option<usize>, Raised> {
        match set.data.get(&self.gil).probe(hash, item) {
            SetProbe::Found(slot) => Ok(Some(slot)),
            SetProbe::Missing => Ok(None),
            SetProbe::Ask => self.find_asking(&set.data, hash, item),
        }
    }

    /// The hash of what is looked for in a set: a set is looked for as if it were frozen.
    fn item_hash(&mut self, item: &Value) -> Result<i64, Raised> {
        if let Value::Set(set) = self.unwrap(item) {
            if !set.frozen {
                let hashes: Vec<i64> = set.data.get(&self.gil).iter().map(|(_, hash)| hash).collect();
                return Ok(crate::object::hash::hash_frozenset(hashes.into_iter()));
            }
        }
        self.hash(item)
    }

    /// Whether the set has the item.
    ///
    /// # Errors
    ///
    /// What hashing and comparing the item raises.
    pub fn set_contains(&mut self, set: &Set, item: &Value) -> Result<bool, Raised> {
        let hash = self.item_hash(item)?;
        Ok(self.set_find(set, hash, item)?.is_some())
    }

    /// Adds an item; tells whether it was missing.
    ///
    /// # Errors
    ///
    /// What hashing and comparing the item raises.
    pub fn set_add(&mut self, set: &Set, item: Value) -> Result<bool, Raised> {
        let hash = self.hash(&item)?;
        match set.data.get_mut(&mut self.gil).add(hash, item) {
            Ok(added) => Ok(added),
            Err(item) => self.set_add_compared(set, item, hash),
        }
    }

    /// Adds an item that must be compared with another by script code.
    #[cold]
    pub(super) fn set_add_compared(&mut self, set: &Set, item: Value, hash: i64) -> Result<bool, Raised> {
        if self.set_find(set, hash, &item)?.is_some() {
            return Ok(false);
        }
        set.data.get_mut(&mut self.gil).push(hash, item);
        Ok(true)
    }

    /// Removes an item; tells whether it was there.
    ///
    /// # Errors
    ///
    /// What hashing and comparing the item raises.
    pub fn set_remove(&mut self, set: &Set, item: &Value) -> Result<bool, Raised> {
        let hash = self.item_hash(item)?;
        let Some(slot) = self.set_find(set, hash, item)? else { return Ok(false) };
        let old = set.data.get_mut(&mut self.gil).remove_at(slot);
        drop(old);
        Ok(true)
    }
}
