//! Iteration.

use crate::gil::Gil;
use crate::object::iter::{BigRange, IterState};
use crate::object::{ClassFlags, Dict, DictPart, GenKind, Iter, Known, Name, Ptr, Raised, Range, Value, Vm};

/// First number, step and count of a range whose numbers fit 64 bits, the one after the last included.
fn small_range(range: &Range) -> Option<(i64, i64, u64)> {
    let (start, step, len) = range.small()?;
    len.checked_mul(step)?.checked_add(start)?;
    Some((start, step, len as u64))
}

/// The state of a new iterator over a part of an `OrderedDict` whose entries are in `dict`.
pub(crate) fn ordered_state(gil: &Gil, dict: Ptr<Dict>, part: DictPart, reversed: bool) -> IterState {
    let data = dict.data.get(gil);
    let (index, changes) = (if reversed { data.slots() } else { 0 }, data.changes());
    IterState::Ordered { dict, part, index, changes, reversed }
}

/// The iterator state of a range.
pub(crate) fn range_state(range: &Range) -> IterState {
    if let Some((next, step, left)) = small_range(range) {
        return IterState::Range { next, step, left };
    }
    let [next, step, left] = [&range.start, &range.step, &range.len].map(super::range::to_big);
    IterState::BigRange(Box::new(BigRange { next, step, left }))
}

impl Vm {
    /// `iter(value)`.
    ///
    /// # Errors
    ///
    /// TypeError if the value is not iterable; what `__iter__` raises.
    #[inline]
    pub fn iter(&mut self, value: &Value) -> Result<Value, Raised> {
        // Each state is made where it goes: one that all arms share would pass through memory.
        Ok(match value {
            Value::List(list) => Iter::new(IterState::List { list: list.to_ptr(), index: 0 }).into_value(),
            Value::Tuple(tuple) => Iter::new(IterState::Tuple { tuple: tuple.to_ptr(), index: 0 }).into_value(),
            Value::Range(range) => match small_range(range) {
                Some((next, step, left)) => Iter::new(IterState::Range { next, step, left }).into_value(),
                None => Iter::new(range_state(range)).into_value(),
            },
            Value::Iter(_) => value.clone(),
            Value::Gen(generator) if generator.kind() == GenKind::Generator => value.clone(),
            _ => return self.iter_other(value),
        })
    }

    fn iter_other(&mut self, value: &Value) -> Result<Value, Raised> {
        let state = match value {
            Value::Str(text) => IterState::Str { text: text.to_ptr(), offset: 0 },
            Value::Bytes(bytes) => IterState::Bytes { bytes: bytes.to_ptr(), index: 0 },
            Value::ByteArray(bytes) => IterState::ByteArray { bytes: bytes.to_ptr(), index: 0 },
            Value::Dict(dict) => {
                let used = dict.data.get(&self.gil).len();
                IterState::Dict {
                    dict: dict.to_ptr(),
                    part: DictPart::Keys,
                    index: 0,
                    used,
                    left: used,
                    reversed: false,
                }
            }
            Value::View(view) if view.is_ordered() => ordered_state(&self.gil, view.dict.clone(), view.part, false),
            Value::View(view) => {
                let used = view.dict.data.get(&self.gil).len();
                IterState::Dict {
                    dict: view.dict.clone(),
                    part: view.part,
                    index: 0,
                    used,
                    left: used,
                    reversed: false,
                }
            }
            Value::Set(set) => {
                let data = set.data.get(&self.gil);
                IterState::Set { set: set.to_ptr(), slot: 0, used: data.len(), left: data.len() }
            }
            Value::Object(_) | Value::Foreign(_) | Value::Exc(_) | Value::Class(_) => {
                return self.iter_by_method(value);
            }
            _ => return Err(self.not_iterable(value)),
        };
        Ok(Iter::new(state).into_value())
    }

    fn iter_by_method(&mut self, value: &Value) -> Result<Value, Raised> {
        if let Some(part) = self.container_part(value, Name::__iter__) {
            return self.iter(&part);
        }
        let class = self.class_of(value);
        let Some(found) = self.lookup_name(&class, Name::__iter__) else {
            // A native type without `__iter__` is subscripted by keys, as `re.Match`, not a sequence.
            let native = !class.flags(&self.gil).has(ClassFlags::HEAP);
            return match self.lookup_name(&class, Name::__getitem__) {
                Some(_) if !native => {
                    Ok(Iter::new(IterState::Sequence { object: value.clone(), index: 0 }).into_value())
                }
                _ => Err(self.not_iterable(value)),
            };
        };
        if found.is_none() {
            return Err(self.not_iterable(value));
        }
        let iterator = self.call_found(found, value, &[])?;
        if !self.is_iterator(&iterator) {
            let found = self.class_name(&iterator);
            return Err(self.type_error(format!("iter() returned non-iterator of type '{found}'")));
        }
        Ok(iterator)
    }

    /// Whether the value has `__next__`.
    pub(crate) fn is_iterator(&mut self, value: &Value) -> bool {
        match value {
            Value::Iter(_) => true,
            Value::Gen(generator) => generator.kind() == GenKind::Generator,
            Value::Foreign(object) if object.next.is_some() => true,
            _ => {
                let class = self.class_of(value);
                self.lookup_name(&class, Name::__next__).is_some_and(|found| !found.is_none())
            }
        }
    }

    /// The TypeError for a value that is not iterable.
    #[cold]
    pub(crate) fn not_iterable(&mut self, value: &Value) -> Raised {
        let class = self.class_name(value);
        self.type_error(format!("'{class}' object is not iterable"))
    }

    /// `next(iterator)`: None at the end (StopIteration is caught, or never made).
    ///
    /// Native loops over native iterators never come to the evaluation loop, and may never end: what is posted to the
    /// thread is answered here. The lock is not given up.
    ///
    /// # Errors
    ///
    /// TypeError if the value is no iterator; what it raises; KeyboardInterrupt, or what a signal handler raises.
    #[inline]
    pub fn next(&mut self, iterator: &Value) -> Result<Option<Value>, Raised> {
        match iterator {
            Value::Iter(iter) => {
                self.poll_posted()?;
                self.step(iter)
            }
            Value::Gen(generator) if generator.kind() == GenKind::Generator => self.gen_next(generator),
            Value::Foreign(object) => match object.next {
                Some(next) => {
                    self.poll_posted()?;
                    next(self, object)
                }
                None => self.next_by_method(iterator),
            },
            _ => self.next_by_method(iterator),
        }
    }

    fn next_by_method(&mut self, iterator: &Value) -> Result<Option<Value>, Raised> {
        match self.call_special(iterator, Name::__next__, &[]) {
            Ok(Some(item)) => Ok(Some(item)),
            Ok(None) => {
                let class = self.class_name(iterator);
                Err(self.type_error(format!("'{class}' object is not an iterator")))
            }
            Err(raised) => self.catch(raised, Known::StopIteration).map(|_| None),
        }
    }

    /// All items of an iterable; exact lists and tuples are copied without iterating.
    ///
    /// # Errors
    ///
    /// As for `iter` and `next`.
    pub fn collect(&mut self, iterable: &Value) -> Result<Vec<Value>, Raised> {
        let known = match iterable {
            Value::List(list) => list.items.get(&self.gil).len(),
            Value::Tuple(items) => items.as_slice().len(),
            Value::Set(set) => set.data.get(&self.gil).len(),
            Value::Dict(dict) => dict.data.get(&self.gil).len(),
            _ => 0,
        };
        self.expect_room_for::<Value>(known)?;
        match iterable {
            Value::List(list) => return Ok(list.items.get(&self.gil).clone()),
            Value::Tuple(items) => return Ok(items.as_slice().to_vec()),
            Value::Set(set) => return Ok(set.data.get(&self.gil).iter().map(|(key, _)| key.clone()).collect()),
            Value::Dict(dict) => return Ok(dict.data.get(&self.gil).iter().map(|entry| entry.key.clone()).collect()),
            _ => {}
        }
        let mut items = Vec::new();
        if let Value::Range(range) = iterable {
            if let Some((_, _, len)) = range.small() {
                if items.try_reserve_exact(len.max(0) as usize).is_err() {
                    return Err(self.memory_error());
                }
            }
        }
        let iterator = self.iter(iterable)?;
        if matches!(iterable, Value::Object(_)) {
            // A script's `__len__` or `__length_hint__` is asked, though the answer is of no use here.
            self.length_hint(iterable, 0)?;
        }
        while let Some(item) = self.next(&iterator)? {
            self.push(&mut items, item)?;
        }
        Ok(items)
    }

    /// Calls `each` for every item of an iterable, until it answers false.
    ///
    /// # Errors
    ///
    /// As for `iter` and `next`, and what `each` raises.
    pub fn for_each(
        &mut self,
        iterable: &Value,
        mut each: impl FnMut(&mut Vm, Value) -> Result<bool, Raised>,
    ) -> Result<(), Raised> {
        let iterator = self.iter(iterable)?;
        while let Some(item) = self.next(&iterator)? {
            if !each(self, item)? {
                break;
            }
        }
        Ok(())
    }

    /// The string of one character.
    #[inline]
    pub(crate) fn char_value(&mut self, c: char) -> Value {
        match self.interp.ascii.get(&self.gil).get(c as usize) {
            Some(text) => text.to_value(),
            None => Value::str(c.encode_utf8(&mut [0; 4])),
        }
    }
}
