//! Arithmetic of ranges, shared by subscripts, membership and the methods of `range`.

use num_bigint::BigInt;
use num_integer::Integer;
use num_traits::{Signed, Zero};

use crate::object::{Raised, Range, Value, Vm};

/// An int value as a big integer; other values are zero.
pub fn to_big(value: &Value) -> BigInt {
    match value {
        Value::Int(n) => BigInt::from(*n),
        Value::BigInt(n) => n.number.clone(),
        Value::Bool(b) => BigInt::from(b.get() as u8),
        _ => BigInt::zero(),
    }
}

/// Number of items of a range.
fn length(start: &BigInt, stop: &BigInt, step: &BigInt) -> BigInt {
    let (distance, stride) = if step.is_positive() { (stop - start, step.clone()) } else { (start - stop, -step) };
    if distance.is_positive() { (distance - 1_u8) / stride + 1_u8 } else { BigInt::zero() }
}

impl Range {
    /// A range of bounds of any size; step is not zero.
    pub fn of_values(start: &Value, stop: &Value, step: &Value) -> Value {
        if let (Value::Int(start), Value::Int(stop), Value::Int(step)) = (start, stop, step) {
            return Range::new(*start, *stop, *step).into_value();
        }
        let len = length(&to_big(start), &to_big(stop), &to_big(step));
        Range::with_big(start.clone(), stop.clone(), step.clone(), Value::big(len)).into_value()
    }

    /// The item at `index`, which is an int and counts from the end if negative; None if out of range.
    pub fn item(&self, index: &Value) -> Option<Value> {
        if let (Some((start, step, len)), Value::Int(index)) = (self.small(), index) {
            let index = if *index < 0 { index + len } else { *index };
            return (0..len).contains(&index).then(|| {
                match index.checked_mul(step).and_then(|n| n.checked_add(start)) {
                    Some(item) => Value::Int(item),
                    None => Value::big(BigInt::from(index) * step + start),
                }
            });
        }
        let len = to_big(&self.len);
        let mut index = to_big(index);
        if index.is_negative() {
            index += &len;
        }
        let inside = !index.is_negative() && index < len;
        inside.then(|| Value::big(to_big(&self.start) + index * to_big(&self.step)))
    }

    /// The index of an int, None if the range does not have it.
    pub fn position(&self, number: &Value) -> Option<Value> {
        if let (Some((start, step, len)), Value::Int(number)) = (self.small(), number) {
            let distance = i128::from(*number) - i128::from(start);
            let (index, rest) = (distance / i128::from(step), distance % i128::from(step));
            return (rest == 0 && (0..i128::from(len)).contains(&index)).then_some(Value::Int(index as i64));
        }
        let (index, rest) = (to_big(number) - to_big(&self.start)).div_rem(&to_big(&self.step));
        let inside = rest.is_zero() && !index.is_negative() && index < to_big(&self.len);
        inside.then(|| Value::big(index))
    }

    /// What equality and hash compare: length, first item, step, as far as they matter.
    pub fn essence(&self) -> [Value; 3] {
        match &self.len {
            Value::Int(0) => [Value::Int(0), Value::None, Value::None],
            Value::Int(1) => [Value::Int(1), self.start.clone(), Value::None],
            len => [len.clone(), self.start.clone(), self.step.clone()],
        }
    }
}

impl Vm {
    /// Start, stop and step of a slice over `len` items, of any size.
    ///
    /// # Errors
    ///
    /// TypeError for bounds that are no integers, ValueError for a step of zero.
    pub fn slice_indices(
        &mut self,
        slice: &crate::object::Slice,
        len: &BigInt,
    ) -> Result<(BigInt, BigInt, BigInt), Raised> {
        let step = match &slice.step {
            Value::None => BigInt::from(1),
            step => self.slice_part(step)?,
        };
        if step.is_zero() {
            return Err(self.value_error("slice step cannot be zero"));
        }
        let (low, high) =
            if step.is_negative() { (BigInt::from(-1), len - 1_u8) } else { (BigInt::zero(), len.clone()) };
        let bound = |vm: &mut Vm, part: &Value, default: &BigInt| -> Result<BigInt, Raised> {
            if part.is_none() {
                return Ok(default.clone());
            }
            let mut at = vm.slice_part(part)?;
            if at.is_negative() {
                at += len;
            }
            Ok(at.clamp(low.clone(), high.clone().max(low.clone())))
        };
        let (first, last) = if step.is_negative() { (&high, &low) } else { (&low, &high) };
        let start = bound(self, &slice.start, first)?;
        let stop = bound(self, &slice.stop, last)?;
        Ok((start, stop, step))
    }

    fn slice_part(&mut self, part: &Value) -> Result<BigInt, Raised> {
        if let Value::Int(n) = part {
            return Ok(BigInt::from(*n));
        }
        match self.index(part) {
            Ok(n) => Ok(to_big(&n)),
            Err(raised) if self.raised_is(&raised, crate::object::Known::TypeError) => {
                drop(self.take_raised(raised));
                Err(self.type_error("slice indices must be integers or None or have an __index__ method"))
            }
            Err(raised) => Err(raised),
        }
    }

    /// `range[slice]`.
    ///
    /// # Errors
    ///
    /// Those of `slice_indices`.
    pub fn range_slice(&mut self, range: &Range, slice: &crate::object::Slice) -> Result<Value, Raised> {
        let (start, stop, step) = self.slice_indices(slice, &to_big(&range.len))?;
        let (first, stride) = (to_big(&range.start), to_big(&range.step));
        let at = |index: BigInt| Value::big(&first + index * &stride);
        Ok(Range::of_values(&at(start), &at(stop), &Value::big(&step * &stride)))
    }
}
