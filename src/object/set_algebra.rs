//! Union, intersection and difference of sets whose keys compare without script code.
//!
//! Each gives None where only script code can tell; nothing has changed then that can be seen.

use super::set::{SetData, SetProbe};
use super::value::Value;

impl SetData {
    fn has(&self, hash: i64, key: &Value) -> Option<bool> {
        match self.probe(hash, key) {
            SetProbe::Found(_) => Some(true),
            SetProbe::Missing => Some(false),
            SetProbe::Ask => None,
        }
    }

    /// The keys of this set, in its order, that `other` has or, if not `common`, has not.
    pub fn selected(&self, other: &SetData, common: bool) -> Option<SetData> {
        let mut result = SetData::default();
        for (key, hash) in self.iter() {
            if other.has(hash, key)? == common {
                result.add(hash, key.clone()).ok()?;
            }
        }
        Some(result)
    }

    /// Whether `other` has all keys of this set or, if not `all`, has any.
    pub fn covered(&self, other: &SetData, all: bool) -> Option<bool> {
        for (key, hash) in self.iter() {
            if other.has(hash, key)? != all {
                return Some(!all);
            }
        }
        Some(all)
    }

    /// Adds the keys of another set, for which the table is sized once.
    pub fn merge(&mut self, other: &SetData) -> Option<()> {
        if other.is_empty() {
            return Some(());
        }
        self.make_room(other.len());
        for (key, hash) in other.iter() {
            self.add(hash, key.clone()).ok()?;
        }
        Some(())
    }

    /// Removes the keys that both have and adds those that only `other` has.
    pub fn toggle(&mut self, other: &SetData) -> Option<()> {
        for (key, hash) in other.iter() {
            match self.probe(hash, key) {
                SetProbe::Found(at) => drop(self.remove_at(at)),
                SetProbe::Missing => self.push(hash, key.clone()),
                SetProbe::Ask => return None,
            }
        }
        Some(())
    }
}
