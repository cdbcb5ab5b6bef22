//! Adding many items to a set: `set.update`, and sets in set displays.

use crate::object::{Dict, Ptr, Raised, Set, Value, Vm};

impl Vm {
    /// The keys of a set with their hashes as they are now, in table order.
    pub(crate) fn set_keys(&self, set: &Set) -> Vec<(Value, i64)> {
        set.data.get(&self.gil).iter().map(|(key, hash)| (key.clone(), hash)).collect()
    }

    /// The keys of a dict with their hashes as they are now.
    pub(crate) fn dict_keys(&self, dict: &Dict) -> Vec<(Value, i64)> {
        dict.data.get(&self.gil).iter().map(|entry| (entry.key.clone(), entry.hash)).collect()
    }

    /// Adds a key whose hash is known.
    ///
    /// # Errors
    ///
    /// What comparing the key raises.
    pub(crate) fn set_add_hashed(&mut self, set: &Set, key: Value, hash: i64) -> Result<(), Raised> {
        if let Err(key) = set.data.get_mut(&mut self.gil).add(hash, key) {
            self.set_add_compared(set, key, hash)?;
        }
        Ok(())
    }

    /// Adds the items of an iterable. For sets and dicts the table is sized once, which decides the order of its items.
    ///
    /// # Errors
    ///
    /// TypeError for what is not iterable or not hashable; what iterating, hashing and comparing raise.
    pub(crate) fn set_update(&mut self, set: &Ptr<Set>, other: &Value) -> Result<(), Raised> {
        let unwrapped = self.unwrap(other).clone();
        let source = match &unwrapped {
            Value::Set(other) if std::ptr::eq(&**other, &**set) => return Ok(()),
            Value::Set(other) if set.data.get(&self.gil).is_empty() => {
                let copied = other.data.get(&self.gil).clone();
                let old = set.data.replace(&mut self.gil, copied);
                drop(old);
                return Ok(());
            }
            Value::Set(other) => {
                // Out of its cell, the set can be changed while the other one is looked at.
                let mut data = set.data.take(&mut self.gil);
                let merged = data.merge(other.data.get(&self.gil));
                let _empty = set.data.replace(&mut self.gil, data);
                if merged.is_some() {
                    return Ok(());
                }
                for (key, hash) in self.set_keys(other) {
                    self.set_add_hashed(set, key, hash)?;
                }
                return Ok(());
            }
            Value::List(items) if matches!(other, Value::List(_)) => {
                let mut index = 0;
                while let Some(item) = items.items.get(&self.gil).get(index).cloned() {
                    self.set_add(set, item)?;
                    index += 1;
                }
                return Ok(());
            }
            Value::Tuple(items) if matches!(other, Value::Tuple(_)) => {
                for item in items.iter() {
                    self.set_add(set, item.clone())?;
                }
                return Ok(());
            }
            Value::Dict(dict) if matches!(other, Value::Dict(_)) => self.dict_keys(dict),
            _ => return self.for_each(other, |vm, item| vm.set_add(set, item).map(|_| true)),
        };
        if source.is_empty() {
            return Ok(());
        }
        set.data.get_mut(&mut self.gil).make_room(source.len());
        for (key, hash) in source {
            self.set_add_hashed(set, key, hash)?;
        }
        Ok(())
    }
}
