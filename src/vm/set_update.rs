//! Adding many items to a set: `set.update`, and sets in set displays.

use crate::object::{Dict, Ptr, Raised, Set, SetProbe, Value, Vm};

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
        let data = set.data.get_mut(&mut self.gil);
        match data.probe(hash, &key) {
            SetProbe::Found(_) => {}
            SetProbe::Missing => data.push(hash, key),
            SetProbe::Ask => {
                self.set_add(set, key)?;
            }
        }
        Ok(())
    }

    /// Adds the items of an iterable. For sets and dicts the table is sized once, which decides the order of its items.
    ///
    /// # Errors
    ///
    /// TypeError for what is not iterable or not hashable; what iterating, hashing and comparing raise.
    pub(crate) fn set_update(&mut self, set: &Ptr<Set>, other: &Value) -> Result<(), Raised> {
        let source = match self.unwrap(other) {
            Value::Set(other) if std::ptr::eq(&**other, &**set) => return Ok(()),
            Value::Set(other) if set.data.get(&self.gil).is_empty() => {
                let copied = other.data.get(&self.gil).clone();
                let old = set.data.replace(&mut self.gil, copied);
                drop(old);
                return Ok(());
            }
            Value::Set(other) => self.set_keys(other),
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
