//! MemoryError for what grows as scripts tell.

use crate::object::room::{has_room, has_room_for, make_room};
use crate::object::{ByteArray, Bytes, Dict, Entry, List, Raised, Str, Value, Vm};

impl Vm {
    /// Makes sure that a block of so many bytes can be had, before it is asked for in a way that cannot fail.
    ///
    /// # Errors
    ///
    /// MemoryError if it cannot.
    #[inline]
    pub(crate) fn expect_room(&mut self, bytes: usize) -> Result<(), Raised> {
        if has_room(bytes) { Ok(()) } else { Err(self.memory_error()) }
    }

    /// As [`Vm::expect_room`], for so many items.
    ///
    /// # Errors
    ///
    /// MemoryError if they have no room.
    #[inline]
    pub(crate) fn expect_room_for<T>(&mut self, count: usize) -> Result<(), Raised> {
        if has_room_for::<T>(count) { Ok(()) } else { Err(self.memory_error()) }
    }

    /// Adds an item to what will be a list or a tuple.
    ///
    /// # Errors
    ///
    /// MemoryError if there is no room for it.
    #[inline(always)]
    pub(crate) fn push<T>(&mut self, items: &mut Vec<T>, item: T) -> Result<(), Raised> {
        if make_room(items, 1).is_err() {
            return Err(self.memory_error());
        }
        items.push(item);
        Ok(())
    }

    /// A list of what is made of each part of something.
    ///
    /// # Errors
    ///
    /// As [`Vm::poll_posted`].
    pub(crate) fn list_of<T>(&mut self, parts: Vec<T>, make: impl Fn(T) -> Value) -> Result<Value, Raised> {
        // A stop in between rather than an early return: the list takes the place of parts of its items' size.
        let mut stopped = None;
        let polled = |part| match self.poll_posted() {
            Ok(()) => Some(make(part)),
            Err(raised) => {
                stopped = Some(raised);
                None
            }
        };
        let items = parts.into_iter().map_while(polled).collect();
        match stopped {
            None => Ok(Value::list(items)),
            Some(raised) => Err(raised),
        }
    }

    /// Adds bytes to the end of a bytearray.
    ///
    /// # Errors
    ///
    /// MemoryError if there is no room for them.
    pub(crate) fn extend_bytes(&mut self, bytes: &ByteArray, added: &[u8]) -> Result<(), Raised> {
        let data = bytes.data.get_mut(&mut self.gil);
        if make_room(data, added.len()).is_err() {
            return Err(self.memory_error());
        }
        data.extend_from_slice(added);
        Ok(())
    }

    /// `list.append(item)`.
    ///
    /// # Errors
    ///
    /// MemoryError if there is no room for it.
    #[inline]
    pub(crate) fn list_push(&mut self, list: &List, item: Value) -> Result<(), Raised> {
        let items = list.items.get_mut(&mut self.gil);
        if make_room(items, 1).is_err() {
            return Err(self.memory_error());
        }
        items.push(item);
        Ok(())
    }

    /// Adds items to the end of a list.
    ///
    /// # Errors
    ///
    /// MemoryError if there is no room for them.
    pub(crate) fn list_extend(&mut self, list: &List, added: Vec<Value>) -> Result<(), Raised> {
        let items = list.items.get_mut(&mut self.gil);
        if make_room(items, added.len()).is_err() {
            return Err(self.memory_error());
        }
        items.extend(added);
        Ok(())
    }

    /// Adds a key that a dict is known to lack.
    ///
    /// # Errors
    ///
    /// MemoryError if there is no room for it.
    #[inline]
    pub(crate) fn dict_push(&mut self, dict: &Dict, hash: i64, key: Value, value: Value) -> Result<(), Raised> {
        let data = dict.data.get_mut(&mut self.gil);
        if data.make_room_for_one().is_err() {
            return Err(self.memory_error());
        }
        data.push(hash, key, value);
        Ok(())
    }

    /// Makes sure that a dict can be copied.
    ///
    /// # Errors
    ///
    /// MemoryError if it cannot.
    pub(crate) fn expect_room_for_copy(&mut self, dict: &Dict) -> Result<(), Raised> {
        let len = dict.data.get(&self.gil).len();
        self.expect_room_for::<Entry>(len.saturating_mul(2))
    }

    /// `left + right` of two strings.
    ///
    /// # Errors
    ///
    /// MemoryError if there is no room for it.
    #[inline]
    pub(crate) fn concat(&mut self, left: &Str, right: &Str) -> Result<Value, Raised> {
        self.expect_room(left.as_str().len() + right.as_str().len())?;
        Ok(Str::concat(left, right).into_value())
    }

    /// The string of a text that a script can make large.
    ///
    /// # Errors
    ///
    /// MemoryError if there is no room for it.
    pub(crate) fn text(&mut self, text: &str) -> Result<Value, Raised> {
        self.expect_room(text.len())?;
        Ok(Value::str(text))
    }

    /// The bytes object of data that a script can make large.
    ///
    /// # Errors
    ///
    /// MemoryError if there is no room for it.
    pub(crate) fn bytes(&mut self, data: Vec<u8>) -> Result<Value, Raised> {
        self.expect_room(data.len())?;
        Ok(Bytes::new(data).into_value())
    }
}
