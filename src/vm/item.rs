//! Subscripts, membership, length.

use super::slice::pick;
use crate::object::iter::IterState;
use crate::object::{ClassFlags, Foreign, ItemFns, Known, Layout, Name, Raised, Value, Vm};

/// The place that an index of a sequence of `len` items means.
#[inline(always)]
pub(crate) fn place(index: i64, len: usize) -> Option<usize> {
    let at = if index < 0 { index.wrapping_add(len as i64) } else { index };
    usize::try_from(at).ok().filter(|&at| at < len)
}

impl Vm {
    /// `object[key]`.
    ///
    /// # Errors
    ///
    /// IndexError, KeyError, TypeError; what `__getitem__` raises.
    #[inline]
    pub fn getitem(&mut self, object: &Value, key: &Value) -> Result<Value, Raised> {
        match (object, key) {
            (Value::List(list), Value::Int(index)) => {
                let items = list.items.get(&self.gil);
                match place(*index, items.len()) {
                    Some(at) => Ok(items[at].clone()),
                    None => Err(self.raise(Known::IndexError, "list index out of range")),
                }
            }
            (Value::Tuple(items), Value::Int(index)) => match place(*index, items.len()) {
                Some(at) => Ok(items[at].clone()),
                None => Err(self.raise(Known::IndexError, "tuple index out of range")),
            },
            (Value::Dict(dict), _) => match self.dict_get(dict, key)? {
                Some(value) => Ok(value),
                None => Err(self.key_error(key)),
            },
            (Value::Str(text), Value::Int(index)) => match place(*index, text.char_count()) {
                Some(at) => {
                    let c = text.char_at(at);
                    Ok(self.char_value(c))
                }
                None => Err(self.raise(Known::IndexError, "string index out of range")),
            },
            _ => self.getitem_slow(object, key),
        }
    }

    fn getitem_slow(&mut self, object: &Value, key: &Value) -> Result<Value, Raised> {
        match object {
            Value::List(list) => {
                if let Value::Slice(slice) = key {
                    let bounds = self.slice_bounds(slice, |vm| list.items.get(&vm.gil).len())?;
                    return Ok(Value::list(pick(list.items.get(&self.gil), bounds)));
                }
                let index = self.sequence_index(key, "list")?;
                self.getitem(object, &index)
            }
            Value::Tuple(items) => {
                if let Value::Slice(slice) = key {
                    let bounds = self.slice_bounds(slice, |_| items.len())?;
                    if bounds.2 == 1 && bounds.3 == items.len() {
                        return Ok(object.clone());
                    }
                    return Ok(Value::tuple(pick(items, bounds)));
                }
                let index = self.sequence_index(key, "tuple")?;
                self.getitem(object, &index)
            }
            Value::Bytes(bytes) => match key {
                Value::Int(index) if let Some(at) = place(*index, bytes.data.len()) => {
                    Ok(Value::Int(bytes.data[at].into()))
                }
                _ => self.getitem_by_method(object, key),
            },
            Value::ByteArray(bytes) => {
                let data = bytes.data.get(&self.gil);
                match key {
                    Value::Int(index) if let Some(at) = place(*index, data.len()) => Ok(Value::Int(data[at].into())),
                    _ => self.getitem_by_method(object, key),
                }
            }
            Value::Foreign(foreign) => match key {
                Value::Int(index)
                    if let Some(fns) = self.item_fns(foreign)
                        && let Some(item) = (fns.get)(self, foreign, *index) =>
                {
                    Ok(item)
                }
                _ => self.getitem_by_method(object, key),
            },
            Value::Object(_) => match self.plain_part(object, Name::__getitem__) {
                Some(part @ (Value::Tuple(_) | Value::List(_) | Value::Str(_))) => self.getitem(&part, key),
                Some(part) => {
                    if let Value::Dict(dict) = &part
                        && let Some(value) = self.dict_get(dict, key)?
                    {
                        return Ok(value);
                    }
                    self.getitem_by_method(object, key)
                }
                _ => self.getitem_by_method(object, key),
            },
            _ => self.getitem_by_method(object, key),
        }
    }

    /// The quick subscripts of an object of a built-in class, which no script can have overridden.
    fn item_fns(&self, object: &Foreign) -> Option<&'static ItemFns> {
        if object.class.flags(&self.gil).has(ClassFlags::HEAP) {
            return None;
        }
        object.data.get(&self.gil).item_fns()
    }

    /// The index of a list or tuple as an `Int`.
    fn sequence_index(&mut self, key: &Value, what: &str) -> Result<Value, Raised> {
        let class = self.class_of(key);
        if !matches!(key, Value::Int(_) | Value::Bool(_) | Value::BigInt(_))
            && self.lookup_name(&class, Name::__index__).is_none()
        {
            let found = class.name(&self.gil).to_owned();
            return Err(self.type_error(format!("{what} indices must be integers or slices, not {found}")));
        }
        Ok(Value::Int(self.index_isize(key)? as i64))
    }

    fn getitem_by_method(&mut self, object: &Value, key: &Value) -> Result<Value, Raised> {
        if let Some(value) = self.call_special(object, Name::__getitem__, std::slice::from_ref(key))? {
            return Ok(value);
        }
        if let Value::Class(class) = object {
            if class.known == Some(Known::Type) {
                let alias = self.known(Known::GenericAlias).into_value();
                return self.call(&alias, &[object.clone(), key.clone()]);
            }
            let hook = self.name(Name::__class_getitem__);
            if let Some(hook) = self.getattr_opt(object, &hook)? {
                if !hook.is_none() {
                    return self.call(&hook, std::slice::from_ref(key));
                }
            }
            let name = class.name(&self.gil).to_owned();
            return Err(self.type_error(format!("type '{name}' is not subscriptable")));
        }
        let class = self.class_name(object);
        Err(self.type_error(format!("'{class}' object is not subscriptable")))
    }

    /// `object[key] = value`.
    ///
    /// # Errors
    ///
    /// IndexError, TypeError; what `__setitem__` raises.
    #[inline]
    pub fn setitem(&mut self, object: &Value, key: Value, value: Value) -> Result<(), Raised> {
        match (object, &key) {
            (Value::List(list), Value::Int(index)) => {
                let items = list.items.get_mut(&mut self.gil);
                match place(*index, items.len()) {
                    Some(at) => {
                        let old = std::mem::replace(&mut items[at], value);
                        drop(old);
                        Ok(())
                    }
                    None => Err(self.raise(Known::IndexError, "list assignment index out of range")),
                }
            }
            (Value::Dict(dict), _) => self.dict_set(dict, key, value),
            (Value::List(_), _) => self.list_setitem_slow(object, &key, value),
            (Value::ByteArray(bytes), Value::Int(index))
                if let Value::Int(byte @ 0..=255) = value
                    && let Some(at) = place(*index, bytes.data.get(&self.gil).len()) =>
            {
                bytes.data.get_mut(&mut self.gil)[at] = byte as u8;
                Ok(())
            }
            (Value::Foreign(foreign), Value::Int(index))
                if let Some(fns) = self.item_fns(foreign)
                    && (fns.set)(self, foreign, *index, &value) =>
            {
                Ok(())
            }
            (Value::Object(_), _) => match self.plain_part(object, Name::__setitem__) {
                Some(part @ (Value::Dict(_) | Value::List(_))) => self.setitem(&part, key, value),
                _ => self.setitem_by_method(object, key, value),
            },
            _ => self.setitem_by_method(object, key, value),
        }
    }

    fn setitem_by_method(&mut self, object: &Value, key: Value, value: Value) -> Result<(), Raised> {
        match self.call_special(object, Name::__setitem__, &[key, value])? {
            Some(_) => Ok(()),
            None => {
                let class = self.class_name(object);
                Err(self.type_error(format!("'{class}' object does not support item assignment")))
            }
        }
    }

    fn list_setitem_slow(&mut self, object: &Value, key: &Value, value: Value) -> Result<(), Raised> {
        let Value::List(list) = object else { return Ok(()) };
        let Value::Slice(slice) = key else {
            let index = self.sequence_index(key, "list")?;
            return self.setitem(object, index, value);
        };
        let new = match self.collect(&value) {
            Ok(items) => items,
            Err(raised) => {
                if !self.raised_is(&raised, Known::TypeError) || self.is_iterable(&value) {
                    return Err(raised);
                }
                drop(self.take_raised(raised));
                return Err(self.type_error("must assign iterable to extended slice"));
            }
        };
        let bounds = self.slice_bounds(slice, |vm| list.items.get(&vm.gil).len())?;
        if bounds.2 == 1 {
            self.replace_items(list, bounds, new);
            return Ok(());
        }
        let (start, _, step, count) = bounds;
        if new.len() != count {
            let given = new.len();
            return Err(self
                .value_error(format!("attempt to assign sequence of size {given} to extended slice of size {count}")));
        }
        let items = list.items.get_mut(&mut self.gil);
        let mut old = Vec::with_capacity(count);
        for (index, item) in new.into_iter().enumerate() {
            let at = start + index as isize * step;
            if let Some(slot) = items.get_mut(at as usize) {
                old.push(std::mem::replace(slot, item));
            }
        }
        drop(old);
        Ok(())
    }

    /// `del object[key]`.
    ///
    /// # Errors
    ///
    /// IndexError, KeyError, TypeError; what `__delitem__` raises.
    pub fn delitem(&mut self, object: &Value, key: &Value) -> Result<(), Raised> {
        match (object, key) {
            (Value::Dict(dict), _) => match self.dict_remove(dict, key)? {
                Some(_) => Ok(()),
                None => Err(self.key_error(key)),
            },
            (Value::List(list), Value::Slice(slice)) => {
                let (start, _, step, count) = self.slice_bounds(slice, |vm| list.items.get(&vm.gil).len())?;
                let items = list.items.get_mut(&mut self.gil);
                let old: Vec<Value> = if step == 1 {
                    let start = (start as usize).min(items.len());
                    let end = (start + count).min(items.len());
                    items.drain(start..end).collect()
                } else {
                    let mut places: Vec<usize> = (0..count).map(|n| (start + n as isize * step) as usize).collect();
                    places.sort_unstable();
                    remove_places(items, &places)
                };
                drop(old);
                Ok(())
            }
            (Value::List(list), _) => {
                let Value::Int(index) = self.sequence_index(key, "list")? else { return Ok(()) };
                let items = list.items.get_mut(&mut self.gil);
                match place(index, items.len()) {
                    Some(at) => {
                        let old = items.remove(at);
                        drop(old);
                        Ok(())
                    }
                    None => Err(self.raise(Known::IndexError, "list assignment index out of range")),
                }
            }
            _ => match self.call_special(object, Name::__delitem__, std::slice::from_ref(key))? {
                Some(_) => Ok(()),
                None => {
                    let class = self.class_of(object);
                    let sequence = class.known.is_none()
                        || matches!(class.known, Some(Known::Str | Known::Tuple | Known::Bytes | Known::Range));
                    let by_index = matches!(key, Value::Int(_) | Value::Bool(_) | Value::BigInt(_));
                    let refused = if sequence && by_index { "doesn't" } else { "does not" };
                    let class = class.name(&self.gil).to_owned();
                    Err(self.type_error(format!("'{class}' object {refused} support item deletion")))
                }
            },
        }
    }

    /// `item in container`.
    ///
    /// # Errors
    ///
    /// TypeError if the container is none; what its methods raise.
    pub fn contains(&mut self, container: &Value, item: &Value) -> Result<bool, Raised> {
        match container {
            Value::Dict(dict) => {
                let hash = self.hash(item)?;
                Ok(self.dict_find(dict, hash, item)?.is_some())
            }
            Value::Set(set) => self.set_contains(set, item),
            Value::List(list) => {
                let mut index = 0;
                loop {
                    let Some(other) = list.items.get(&self.gil).get(index).cloned() else { return Ok(false) };
                    if self.same_or_equal(&other, item)? {
                        return Ok(true);
                    }
                    index += 1;
                }
            }
            Value::Tuple(items) => {
                for other in items.iter() {
                    if self.same_or_equal(other, item)? {
                        return Ok(true);
                    }
                }
                Ok(false)
            }
            Value::Str(text) => match self.unwrap(item) {
                Value::Str(part) => {
                    Ok(memchr::memmem::find(text.as_str().as_bytes(), part.as_str().as_bytes()).is_some())
                }
                _ => {
                    let found = self.class_name(item);
                    Err(self.type_error(format!("'in <string>' requires string as left operand, not {found}")))
                }
            },
            Value::View(view) => self.view_contains(view, item),
            Value::Object(_) => match self.container_part(container, Name::__contains__) {
                Some(part) => self.contains(&part, item),
                None => self.contains_by_method(container, item),
            },
            _ => self.contains_by_method(container, item),
        }
    }

    fn view_contains(&mut self, view: &crate::object::View, item: &Value) -> Result<bool, Raised> {
        use crate::object::DictPart;
        let dict = view.dict.clone();
        match view.part {
            DictPart::Keys => self.contains(&dict.to_value(), item),
            DictPart::Items => {
                let Value::Tuple(pair) = &self.unwrap(item).clone() else { return Ok(false) };
                let [key, value] = pair.as_slice() else { return Ok(false) };
                match self.dict_get(&dict, key)? {
                    Some(found) => self.same_or_equal(&found, value),
                    None => Ok(false),
                }
            }
            DictPart::Values => {
                let view = crate::object::View::new(dict, view.part).into_value();
                self.contains_by_iterating(&view, item)
            }
        }
    }

    fn contains_by_method(&mut self, container: &Value, item: &Value) -> Result<bool, Raised> {
        let class = self.class_of(container);
        if let Some(found) = self.lookup_name(&class, Name::__contains__) {
            if found.is_none() {
                let class = class.name(&self.gil).to_owned();
                return Err(self.type_error(format!("'{class}' object is not a container")));
            }
            let answer = self.call_found(found, container, std::slice::from_ref(item))?;
            return self.truth(&answer);
        }
        let blocked = self.lookup_name(&class, Name::__iter__).is_some_and(|found| found.is_none());
        if blocked || !self.is_iterable(container) {
            let class = class.name(&self.gil).to_owned();
            return Err(self.type_error(format!("argument of type '{class}' is not iterable")));
        }
        self.contains_by_iterating(container, item)
    }

    fn contains_by_iterating(&mut self, container: &Value, item: &Value) -> Result<bool, Raised> {
        let mut found = false;
        self.for_each(container, |vm, other| {
            found = vm.same_or_equal(&other, item)?;
            Ok(!found)
        })?;
        Ok(found)
    }

    /// `len(object)`.
    ///
    /// # Errors
    ///
    /// TypeError if the object has no length; what `__len__` raises.
    pub fn len(&mut self, object: &Value) -> Result<usize, Raised> {
        Ok(match object {
            Value::List(list) => list.items.get(&self.gil).len(),
            Value::Str(text) => text.char_count(),
            Value::Tuple(items) => items.len(),
            Value::Dict(dict) => dict.data.get(&self.gil).len(),
            Value::Set(set) => set.data.get(&self.gil).len(),
            Value::Bytes(bytes) => bytes.data.len(),
            Value::ByteArray(bytes) => bytes.data.get(&self.gil).len(),
            Value::View(view) => view.dict.data.get(&self.gil).len(),
            Value::Range(range) => match &range.len {
                Value::Int(len) => *len as usize,
                _ => return Err(self.raise(Known::OverflowError, "Python int too large to convert to C ssize_t")),
            },
            _ => {
                if let Some(part) = self.container_part(object, Name::__len__) {
                    return self.len(&part);
                }
                match self.len_by_method(object)? {
                    Some(len) => len,
                    None => {
                        let class = self.class_name(object);
                        return Err(self.type_error(format!("object of type '{class}' has no len()")));
                    }
                }
            }
        })
    }

    /// The container that an instance of a derived class is, if the class has the container's own method `name`.
    pub(super) fn container_part(&mut self, object: &Value, name: Name) -> Option<Value> {
        let Value::Object(_) = object else { return None };
        let part = self.plain_part(object, name)?;
        let container =
            matches!(part, Value::Dict(_) | Value::List(_) | Value::Tuple(_) | Value::Set(_) | Value::Str(_));
        container.then_some(part)
    }

    /// What `__len__` answers, None if there is none.
    pub(super) fn len_by_method(&mut self, object: &Value) -> Result<Option<usize>, Raised> {
        let Some(len) = self.call_special(object, Name::__len__, &[])? else { return Ok(None) };
        match &self.index(&len)? {
            Value::Int(len) => match usize::try_from(*len) {
                Ok(len) => Ok(Some(len)),
                Err(_) => Err(self.value_error("__len__() should return >= 0")),
            },
            Value::BigInt(len) if len.number.sign() == num_bigint::Sign::Minus => {
                Err(self.value_error("__len__() should return >= 0"))
            }
            _ => Err(self.raise(Known::OverflowError, "cannot fit 'int' into an index-sized integer")),
        }
    }

    /// `operator.length_hint(object, default)`.
    ///
    /// # Errors
    ///
    /// TypeError and ValueError for what the hooks must not return; what they raise.
    pub fn length_hint(&mut self, object: &Value, default: usize) -> Result<usize, Raised> {
        if let Value::Iter(iter) = object {
            if let IterState::Range { left, .. } = iter.state.get(&self.gil) {
                return Ok(*left as usize);
            }
        }
        let class = self.class_of(object);
        let plain = matches!(class.data.get(&self.gil).layout, Layout::Builtin(_)) && class.known.is_some();
        if (plain && self.lookup_name(&class, Name::__len__).is_some())
            || self.lookup_name(&class, Name::__len__).is_some()
        {
            match self.len(object) {
                Ok(len) => return Ok(len),
                Err(raised) => drop(self.catch(raised, Known::TypeError)?),
            }
        }
        let hint = match self.call_special(object, Name::__length_hint__, &[]) {
            Ok(Some(hint)) => hint,
            Ok(None) => return Ok(default),
            Err(raised) => {
                self.catch(raised, Known::TypeError)?;
                return Ok(default);
            }
        };
        match hint {
            Value::NotImplemented => Ok(default),
            Value::Int(hint) => match usize::try_from(hint) {
                Ok(hint) => Ok(hint),
                Err(_) => Err(self.value_error("__length_hint__() should return >= 0")),
            },
            other => {
                let found = self.class_name(&other);
                Err(self.type_error(format!("__length_hint__ must be an integer, not {found}")))
            }
        }
    }
}

/// Removes the items at the given places, which are in order.
fn remove_places(items: &mut Vec<Value>, places: &[usize]) -> Vec<Value> {
    let mut removed = Vec::with_capacity(places.len());
    let (mut index, mut next) = (0, 0);
    items.retain_mut(|item| {
        let remove = places.get(next) == Some(&index);
        if remove {
            removed.push(item.take());
            next += 1;
        }
        index += 1;
        !remove
    });
    removed
}
