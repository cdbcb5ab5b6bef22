//! Hashing.

use crate::object::compare::plain_hash;
use crate::object::hash::{hash_frozenset, hash_slice, hash_tuple};
use crate::object::{Class, ClassFlags, Known, Layout, Name, Raised, Value, Vm};

impl Vm {
    /// `hash(value)`.
    ///
    /// # Errors
    ///
    /// TypeError for unhashable types.
    #[inline(always)]
    pub fn hash(&mut self, value: &Value) -> Result<i64, Raised> {
        // A tuple is not tried twice: what is deep inside of it may need a script.
        if !matches!(value, Value::Tuple(_))
            && let Some(hash) = plain_hash(value)
        {
            return Ok(hash);
        }
        self.hash_slow(value)
    }

    #[inline(never)]
    fn hash_slow(&mut self, value: &Value) -> Result<i64, Raised> {
        match value {
            Value::Tuple(items) => {
                self.enter_native()?;
                hash_tuple(items.iter().map(|item| self.hash(item)))
            }
            Value::Set(set) if set.frozen => {
                if set.hash.get() == 0 {
                    let hashes: Vec<i64> = set.data.get(&self.gil).iter().map(|(_, hash)| hash).collect();
                    set.hash.set(hash_frozenset(hashes.into_iter()));
                }
                Ok(set.hash.get())
            }
            Value::Range(range) => self.hash(&Value::tuple(range.essence().to_vec())),
            Value::Slice(slice) => {
                let parts = [self.hash(&slice.start)?, self.hash(&slice.stop)?, self.hash(&slice.step)?];
                Ok(hash_slice(parts))
            }
            Value::Method(method) => {
                let func = self.hash(&method.func)?;
                let hash = self.interp.heap.hash_identity(&method.receiver) ^ func;
                Ok(if hash == -1 { -2 } else { hash })
            }
            Value::List(_) | Value::Dict(_) | Value::Set(_) | Value::ByteArray(_) => Err(self.unhashable(value)),
            Value::View(view) if view.part != crate::object::DictPart::Values => Err(self.unhashable(value)),
            Value::Object(object) => {
                let flags = object.class.get(&self.gil).flags(&self.gil);
                if !flags.has(ClassFlags::CUSTOM_EQ)
                    && object.class.get(&self.gil).data.get(&self.gil).layout == Layout::Plain
                {
                    return Ok(self.interp.heap.hash_identity(value));
                }
                match self.plain_part(value, Name::__hash__) {
                    Some(
                        part @ (Value::Tuple(_) | Value::Str(_) | Value::Int(_) | Value::Float(_) | Value::Bytes(_)),
                    ) => self.hash(&part),
                    _ => self.hash_by_method(value),
                }
            }
            Value::Class(class)
                if class.meta.get(&self.gil).as_ref().is_none_or(|meta| self.compares_identity(meta)) =>
            {
                Ok(self.interp.heap.hash_identity(value))
            }
            Value::Exc(_) | Value::Foreign(_) | Value::Class(_) => self.hash_by_method(value),
            _ => Ok(self.interp.heap.hash_identity(value)),
        }
    }

    /// Whether the classes of a metaclass are equal and hashed by identity.
    pub(super) fn compares_identity(&self, meta: &Class) -> bool {
        meta.known == Some(Known::Type) || !meta.flags(&self.gil).has(ClassFlags::CUSTOM_EQ)
    }

    fn hash_by_method(&mut self, value: &Value) -> Result<i64, Raised> {
        let class = self.class_of(value);
        let Some(found) = self.lookup_name(&class, Name::__hash__) else {
            return Ok(self.interp.heap.hash_identity(value));
        };
        if found.is_none() {
            return Err(self.unhashable(value));
        }
        let hash = match &self.call_found(found, value, &[])? {
            Value::Int(hash) => *hash,
            Value::Bool(hash) => hash.get().into(),
            Value::BigInt(hash) => crate::object::hash::hash_big(&hash.number),
            other => match self.unwrap(other) {
                Value::Int(hash) => *hash,
                _ => return Err(self.type_error("__hash__ method should return an integer")),
            },
        };
        Ok(if hash == -1 { -2 } else { hash })
    }

    /// The TypeError for values without a hash.
    #[cold]
    pub(crate) fn unhashable(&mut self, value: &Value) -> Raised {
        let class = self.class_name(value);
        self.type_error(format!("unhashable type: '{class}'"))
    }
}
