//! One step of the built-in iterators.

use crate::bytecode::{BinOp, CmpOp};
use crate::object::iter::{BigRange, IterState};
use crate::object::{DictPart, Entry, Iter, Known, Raised, Tuple, Value, Vm};

impl Vm {
    /// The next item of a built-in iterator, None at the end.
    #[inline]
    pub(super) fn step(&mut self, iter: &Iter) -> Result<Option<Value>, Raised> {
        let state = iter.state.get_mut(&mut self.gil);
        match state {
            IterState::Range { next, step, left } => {
                if *left == 0 {
                    return Ok(None);
                }
                let item = *next;
                *left -= 1;
                *next = item.wrapping_add(*step);
                Ok(Some(Value::Int(item)))
            }
            IterState::List { index, .. } => {
                let at = *index;
                *index = at + 1;
                let IterState::List { list, .. } = iter.state.get(&self.gil) else { return Ok(None) };
                match list.items.get(&self.gil).get(at) {
                    Some(item) => Ok(Some(item.clone())),
                    None => self.end(iter),
                }
            }
            IterState::Tuple { tuple, index } | IterState::Memory { items: tuple, index } => {
                if let Some(item) = tuple.get(*index) {
                    *index += 1;
                    return Ok(Some(item.clone()));
                }
                self.end(iter)
            }
            IterState::Dict { part: DictPart::Keys | DictPart::Values, .. } => self.step_dict(iter),
            IterState::Str { text, offset } => {
                let rest = &text.as_str()[*offset..];
                let Some(&byte) = rest.as_bytes().first() else { return self.end(iter) };
                if byte.is_ascii() {
                    *offset += 1;
                    return Ok(Some(self.char_value(byte.into())));
                }
                self.step_other(iter)
            }
            _ => self.step_other(iter),
        }
    }

    /// Lets go of what an iterator at its end goes over.
    #[cold]
    fn end(&mut self, iter: &Iter) -> Result<Option<Value>, Raised> {
        let of = iter.state.get(&self.gil).class();
        let old = iter.state.replace(&mut self.gil, IterState::Exhausted { of });
        drop(old);
        Ok(None)
    }

    #[inline(never)]
    fn step_other(&mut self, iter: &Iter) -> Result<Option<Value>, Raised> {
        match iter.state.get_mut(&mut self.gil) {
            IterState::BigRange(range) => {
                let BigRange { next, step, left } = &mut **range;
                if left.sign() != num_bigint::Sign::Plus {
                    return Ok(None);
                }
                let item = next.clone();
                *next += &*step;
                *left -= 1;
                Ok(Some(Value::big(item)))
            }
            IterState::ListReversed { list, index } => {
                let (list, at) = (list.clone(), index.checked_sub(1));
                let Some(at) = at else { return self.end(iter) };
                *index = at;
                match list.items.get(&self.gil).get(at).cloned() {
                    Some(item) => Ok(Some(item)),
                    None => self.end(iter),
                }
            }
            IterState::Str { text, offset } => {
                let at = *offset;
                if text.is_ascii() {
                    let Some(&byte) = text.as_str().as_bytes().get(at) else { return self.end(iter) };
                    *offset = at + 1;
                    return Ok(Some(self.char_value(byte.into())));
                }
                let Some(c) = text.as_str()[at..].chars().next() else { return self.end(iter) };
                *offset += c.len_utf8();
                Ok(Some(self.char_value(c)))
            }
            IterState::Bytes { bytes, index } => {
                let Some(&byte) = bytes.data.get(*index) else { return self.end(iter) };
                *index += 1;
                Ok(Some(Value::Int(byte.into())))
            }
            IterState::ByteArray { bytes, index } => {
                let (bytes, at) = (bytes.clone(), *index);
                *index = at + 1;
                match bytes.data.get(&self.gil).get(at) {
                    Some(&byte) => Ok(Some(Value::Int(byte.into()))),
                    None => self.end(iter),
                }
            }
            IterState::Set { .. } => self.step_set(iter),
            IterState::Sequence { object, index } => {
                let (object, at) = (object.clone(), *index);
                if at == i64::MAX {
                    return Err(self.raise(Known::OverflowError, "iter index too large"));
                }
                match self.getitem(&object, &Value::Int(at)) {
                    Ok(item) => {
                        if let IterState::Sequence { index, .. } = iter.state.get_mut(&mut self.gil) {
                            *index = at + 1;
                        }
                        Ok(Some(item))
                    }
                    Err(raised) => self.end_of_sequence(iter, raised),
                }
            }
            IterState::SequenceReversed { object, index } => {
                let (object, at) = (object.clone(), *index);
                if at < 0 {
                    return self.end(iter);
                }
                *index = at - 1;
                match self.getitem(&object, &Value::Int(at)) {
                    Ok(item) => Ok(Some(item)),
                    Err(raised) => self.end_of_sequence(iter, raised),
                }
            }
            IterState::Callable { callable, sentinel } => {
                let (callable, sentinel) = (callable.clone(), sentinel.clone());
                let item = match self.call(&callable, &[]) {
                    Ok(item) => item,
                    Err(raised) => {
                        self.catch(raised, Known::StopIteration)?;
                        return self.end(iter);
                    }
                };
                if self.compare_bool(CmpOp::Eq, &sentinel, &item)? { self.end(iter) } else { Ok(Some(item)) }
            }
            state if state.makes_pairs() => {
                let pair = self.step_pair(iter)?;
                Ok(pair.map(|(one, other)| Tuple::from_array([one, other]).into_value()))
            }
            IterState::Dict { .. } => self.step_dict(iter),
            IterState::Ordered { .. } => self.step_ordered(iter),
            IterState::Zip { iters, strict } => {
                let (iters, strict) = (iters.clone(), *strict);
                self.step_zip(&iters, strict)
            }
            IterState::Map { func, iters } => {
                let (func, iters) = (func.clone(), iters.clone());
                if let [inner] = iters.as_slice() {
                    let Some(item) = self.next(inner)? else { return Ok(None) };
                    return self.call(&func, &[item]).map(Some);
                }
                let mut items = Vec::with_capacity(iters.len());
                for inner in iters.iter() {
                    let Some(item) = self.next(inner)? else { return Ok(None) };
                    items.push(item);
                }
                self.call(&func, &items).map(Some)
            }
            IterState::Filter { func, iter: inner } => {
                let (func, inner) = (func.clone(), inner.clone());
                while let Some(item) = self.next(&inner)? {
                    let keep = match &func {
                        Value::None => self.truth(&item)?,
                        _ => {
                            let answer = self.call(&func, std::slice::from_ref(&item))?;
                            self.truth(&answer)?
                        }
                    };
                    if keep {
                        return Ok(Some(item));
                    }
                }
                Ok(None)
            }
            _ => Ok(None),
        }
    }

    /// The end of the old iteration protocol: IndexError or StopIteration.
    fn end_of_sequence(&mut self, iter: &Iter, raised: Raised) -> Result<Option<Value>, Raised> {
        if self.raised_is(&raised, Known::IndexError) || self.raised_is(&raised, Known::StopIteration) {
            drop(self.take_raised(raised));
            return self.end(iter);
        }
        Err(raised)
    }

    /// The next item of an iterator that makes pairs, in its two parts.
    pub(super) fn step_pair(&mut self, iter: &Iter) -> Result<Option<(Value, Value)>, Raised> {
        match iter.state.get(&self.gil) {
            IterState::Enumerate { iter: inner, .. } => {
                let inner = inner.clone();
                let Some(item) = self.next(&inner)? else { return Ok(None) };
                let IterState::Enumerate { next, .. } = iter.state.get_mut(&mut self.gil) else { return Ok(None) };
                if let Value::Int(number) = *next {
                    if let Some(following) = number.checked_add(1) {
                        *next = Value::Int(following);
                        return Ok(Some((Value::Int(number), item)));
                    }
                }
                let number = next.clone();
                let following = self.binary(BinOp::Add, &number, &Value::Int(1))?;
                if let IterState::Enumerate { next, .. } = iter.state.get_mut(&mut self.gil) {
                    let old = std::mem::replace(next, following);
                    drop(old);
                }
                Ok(Some((number, item)))
            }
            IterState::Zip { iters, .. } => {
                let [first, second] = iters.as_slice() else { return Ok(None) };
                let (first, second) = (first.clone(), second.clone());
                let Some(first) = self.next(&first)? else { return Ok(None) };
                let Some(second) = self.next(&second)? else { return Ok(None) };
                Ok(Some((first, second)))
            }
            _ => self.step_entry(iter, |entry| (entry.key.clone(), entry.value.clone())),
        }
    }

    fn step_dict(&mut self, iter: &Iter) -> Result<Option<Value>, Raised> {
        let IterState::Dict { part, .. } = iter.state.get(&self.gil) else { return Ok(None) };
        let values = *part == DictPart::Values;
        self.step_entry(iter, |entry| if values { entry.value.clone() } else { entry.key.clone() })
    }

    /// What `pick` makes of the next entry of a dict's iterator.
    #[inline]
    fn step_entry<T>(&mut self, iter: &Iter, pick: impl FnOnce(&Entry) -> T) -> Result<Option<T>, Raised> {
        let IterState::Dict { dict, index, used, left, reversed, .. } = iter.state.get(&self.gil) else {
            return Ok(None);
        };
        let data = dict.data.get(&self.gil);
        if data.len() != *used {
            // The iterator goes on failing, even if the size comes back.
            if let IterState::Dict { used, .. } = iter.state.get_mut(&mut self.gil) {
                *used = usize::MAX;
            }
            return Err(self.raise(Known::RuntimeError, "dictionary changed size during iteration"));
        }
        let reversed = *reversed;
        let found = if reversed { data.previous_entry(*index) } else { data.next_entry(*index) };
        let Some((found, entry)) = found else {
            self.end(iter)?;
            return Ok(None);
        };
        if *left == 0 {
            self.end(iter)?;
            return Err(self.raise(Known::RuntimeError, "dictionary keys changed during iteration"));
        }
        let item = pick(entry);
        if let IterState::Dict { index, left, .. } = iter.state.get_mut(&mut self.gil) {
            *index = if reversed { found } else { found + 1 };
            *left -= 1;
        }
        Ok(Some(item))
    }

    fn step_ordered(&mut self, iter: &Iter) -> Result<Option<Value>, Raised> {
        let IterState::Ordered { dict, part, index, changes, reversed } = iter.state.get(&self.gil) else {
            return Ok(None);
        };
        let (part, reversed) = (*part, *reversed);
        let data = dict.data.get(&self.gil);
        if data.changes() != *changes {
            self.end(iter)?;
            return Err(self.raise(Known::RuntimeError, "OrderedDict mutated during iteration"));
        }
        let found = if reversed { data.previous_entry(*index) } else { data.next_entry(*index) };
        let Some((found, entry)) = found else { return self.end(iter) };
        let item = match part {
            DictPart::Keys => entry.key.clone(),
            DictPart::Values => entry.value.clone(),
            DictPart::Items => Tuple::from_array([entry.key.clone(), entry.value.clone()]).into_value(),
        };
        if let IterState::Ordered { index, .. } = iter.state.get_mut(&mut self.gil) {
            *index = if reversed { found } else { found + 1 };
        }
        Ok(Some(item))
    }

    fn step_set(&mut self, iter: &Iter) -> Result<Option<Value>, Raised> {
        let gil = &self.gil;
        let IterState::Set { set, slot, used, .. } = iter.state.get(gil) else { return Ok(None) };
        let data = set.data.get(gil);
        if data.len() != *used {
            if let IterState::Set { used, .. } = iter.state.get_mut(&mut self.gil) {
                *used = usize::MAX;
            }
            return Err(self.raise(Known::RuntimeError, "Set changed size during iteration"));
        }
        let Some((found, key, _)) = data.next_key(*slot) else { return self.end(iter) };
        let item = key.clone();
        if let IterState::Set { slot, left, .. } = iter.state.get_mut(&mut self.gil) {
            *slot = found + 1;
            *left = left.saturating_sub(1);
        }
        Ok(Some(item))
    }

    fn step_zip(&mut self, iters: &[Value], strict: bool) -> Result<Option<Value>, Raised> {
        if iters.is_empty() {
            return Ok(None);
        }
        let mut items = Vec::with_capacity(iters.len());
        for (index, inner) in iters.iter().enumerate() {
            match self.next(inner)? {
                Some(item) => items.push(item),
                None if strict && index > 0 => return Err(self.unequal_zip(index, "shorter")),
                None if strict => {
                    for (index, other) in iters.iter().enumerate().skip(1) {
                        if self.next(other)?.is_some() {
                            return Err(self.unequal_zip(index, "longer"));
                        }
                    }
                    return Ok(None);
                }
                None => return Ok(None),
            }
        }
        Ok(Some(Value::tuple(items)))
    }

    #[cold]
    fn unequal_zip(&mut self, index: usize, than: &str) -> Raised {
        let others = if index == 1 { " 1".to_owned() } else { format!("s 1-{index}") };
        self.value_error(format!("zip() argument {} is {than} than argument{others}", index + 1))
    }
}
