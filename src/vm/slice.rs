//! Slices: their bounds, and reading and writing them without an object for the slice.

use crate::object::{Bytes, List, Name, Raised, Slice, Str, Value, Vm};

/// What a slice means in a sequence: start, stop, step, and the number of items.
pub type Bounds = (isize, isize, isize, usize);

/// The bounds of a slice over `len` items. The step is not zero.
fn bounds(start: Option<isize>, stop: Option<isize>, step: isize, len: usize) -> Bounds {
    let len = len as isize;
    let (low, high) = if step < 0 { (-1, len - 1) } else { (0, len) };
    let place = |at: isize| {
        let at = if at < 0 { at.saturating_add(len) } else { at };
        at.clamp(low, high.max(low))
    };
    let (first, last) = if step < 0 { (high, low) } else { (low, high) };
    let (start, stop) = (start.map_or(first, place), stop.map_or(last, place));
    let distance = if step < 0 { start - stop } else { stop - start };
    let count = match distance {
        ..=0 => 0,
        _ if step == 1 => distance,
        _ => (distance - 1) / step.abs() + 1,
    };
    (start, stop, step, count as usize)
}

/// The bounds of a slice whose parts are ints or None, which runs no script code.
fn plain_bounds([start, stop, step]: &[Value; 3], len: usize) -> Option<Bounds> {
    let part = |value: &Value| match value {
        Value::None => Some(None),
        Value::Int(n) => Some(Some(*n as isize)),
        _ => None,
    };
    let step = match step {
        Value::None => 1,
        Value::Int(0) => return None,
        Value::Int(n) => (*n as isize).max(-isize::MAX),
        _ => return None,
    };
    Some(bounds(part(start)?, part(stop)?, step, len))
}

/// The items that a slice means.
pub(super) fn pick(items: &[Value], (start, _, step, count): Bounds) -> Vec<Value> {
    if step == 1 {
        let start = (start as usize).min(items.len());
        return items[start..(start + count).min(items.len())].to_vec();
    }
    let mut picked = Vec::with_capacity(count);
    picked.extend((0..count).filter_map(|n| items.get((start + n as isize * step) as usize).cloned()));
    picked
}

impl Vm {
    /// Start, stop, step and item count of a slice over `len` items, as `slice.indices`. The length is asked for last,
    /// since the parts may be objects whose `__index__` changes it.
    ///
    /// # Errors
    ///
    /// TypeError for bounds that are no integers, ValueError for a step of zero.
    pub fn slice_bounds(&mut self, slice: &Slice, len: impl FnOnce(&Vm) -> usize) -> Result<Bounds, Raised> {
        let step = self.slice_index(&slice.step)?.unwrap_or(1);
        if step == 0 {
            return Err(self.value_error("slice step cannot be zero"));
        }
        let (start, stop) = (self.slice_index(&slice.start)?, self.slice_index(&slice.stop)?);
        Ok(bounds(start, stop, step.max(-isize::MAX), len(self)))
    }

    fn slice_index(&mut self, part: &Value) -> Result<Option<isize>, Raised> {
        match part {
            Value::None => return Ok(None),
            Value::Int(n) => return Ok(Some(*n as isize)),
            _ => {}
        }
        let class = self.class_of(part);
        if !matches!(part, Value::Bool(_) | Value::BigInt(_)) && self.lookup_name(&class, Name::__index__).is_none() {
            return Err(self.type_error("slice indices must be integers or None or have an __index__ method"));
        }
        self.index_clamped(part).map(Some)
    }

    /// `object[start:stop:step]`, the parts left out being None.
    ///
    /// # Errors
    ///
    /// As for [`Vm::getitem`].
    pub(super) fn get_slice(&mut self, object: &Value, parts: [Value; 3]) -> Result<Value, Raised> {
        match object {
            Value::List(list) => {
                let items = list.items.get(&self.gil);
                if let Some(bounds) = plain_bounds(&parts, items.len()) {
                    return Ok(Value::list(pick(items, bounds)));
                }
            }
            Value::Tuple(items) => {
                if let Some(bounds) = plain_bounds(&parts, items.len()) {
                    let whole = bounds.2 == 1 && bounds.3 == items.len();
                    return Ok(if whole { object.clone() } else { Value::tuple(pick(items, bounds)) });
                }
            }
            Value::Str(text) if text.is_ascii() => {
                if let Some((start, _, 1, count)) = plain_bounds(&parts, text.char_count()) {
                    let (start, text) = (start as usize, text.as_str());
                    return Ok(match count {
                        _ if count == text.len() => object.clone(),
                        1 => self.char_value(text.as_bytes()[start].into()),
                        _ => Str::with_chars(&text[start..start + count], count).into_value(),
                    });
                }
            }
            Value::Bytes(bytes) => {
                if let Some((start, _, 1, count)) = plain_bounds(&parts, bytes.data.len()) {
                    let start = start as usize;
                    let whole = count == bytes.data.len();
                    return Ok(match &bytes.data[start..start + count] {
                        _ if whole => object.clone(),
                        part => Bytes::new(part).into_value(),
                    });
                }
            }
            _ => {}
        }
        let [start, stop, step] = parts;
        self.getitem(object, &Slice::new(start, stop, step).into_value())
    }

    /// `object[start:stop:step] = value`, the parts left out being None.
    ///
    /// # Errors
    ///
    /// As for [`Vm::setitem`].
    pub(super) fn set_slice(&mut self, object: &Value, parts: [Value; 3], value: Value) -> Result<(), Raised> {
        if let Value::List(list) = object {
            if let Some(bounds @ (_, _, 1, _)) = plain_bounds(&parts, list.items.get(&self.gil).len()) {
                let new = match &value {
                    // Nobody else sees the list that gives its items away.
                    Value::List(source) if value.ref_count() == Some(1) => {
                        std::mem::take(source.items.get_mut(&mut self.gil))
                    }
                    Value::List(source) => source.items.get(&self.gil).clone(),
                    Value::Tuple(source) => source.as_slice().to_vec(),
                    _ => {
                        let [start, stop, step] = parts;
                        return self.setitem(object, Slice::new(start, stop, step).into_value(), value);
                    }
                };
                self.replace_items(list, bounds, new);
                return Ok(());
            }
        }
        let [start, stop, step] = parts;
        self.setitem(object, Slice::new(start, stop, step).into_value(), value)
    }

    /// Puts other items in the place of those that a slice with the step 1 means.
    pub(super) fn replace_items(&mut self, list: &List, (start, _, _, count): Bounds, mut new: Vec<Value>) {
        let items = list.items.get_mut(&mut self.gil);
        let start = (start as usize).min(items.len());
        let end = (start + count).min(items.len());
        if new.len() == end - start {
            // What was there goes with the vector.
            items[start..end].swap_with_slice(&mut new);
            return;
        }
        let old: Vec<Value> = items.splice(start..end, new).collect();
        drop(old);
    }
}
