//! Sums and norms without rounding errors on the way.

use super::{Outcome, number};
use crate::builtins::number::to_big;
use crate::bytecode::BinOp;
use crate::object::hash::frexp;
use crate::object::{Args, Known, Raised, Value, Vm};

/// A sum as floats that do not overlap, smallest first (Shewchuk's algorithm).
#[derive(Default)]
struct Partials {
    parts: Vec<f64>,
}

impl Partials {
    /// Adds a finite number; false if that overflows.
    fn add(&mut self, mut x: f64) -> bool {
        let mut kept = 0;
        for index in 0..self.parts.len() {
            let mut y = self.parts[index];
            if x.abs() < y.abs() {
                std::mem::swap(&mut x, &mut y);
            }
            let high = x + y;
            let low = y - (high - x);
            if low != 0.0 {
                self.parts[kept] = low;
                kept += 1;
            }
            x = high;
        }
        self.parts.truncate(kept);
        if x != 0.0 {
            if !x.is_finite() {
                return false;
            }
            self.parts.push(x);
        }
        true
    }

    /// The sum, correctly rounded.
    fn total(mut self) -> f64 {
        let Some(mut high) = self.parts.pop() else { return 0.0 };
        let mut low = 0.0;
        while let Some(y) = self.parts.pop() {
            let x = high;
            high = x + y;
            low = y - (high - x);
            if low != 0.0 {
                break;
            }
        }
        // Half way between two floats, what is left of the parts decides.
        if let Some(&rest) = self.parts.last() {
            if (low < 0.0 && rest < 0.0) || (low > 0.0 && rest > 0.0) {
                let twice = low * 2.0;
                let next = high + twice;
                if twice == next - high {
                    high = next;
                }
            }
        }
        high
    }
}

/// `math.fsum` of floats.
fn sum(vm: &mut Vm, numbers: &[f64]) -> Result<f64, Raised> {
    let mut partials = Partials::default();
    let (mut special, mut infinities) = (0.0, 0.0);
    for &x in numbers {
        if !x.is_finite() {
            if x.is_infinite() {
                infinities += x;
            }
            special += x;
        } else if !partials.add(x) {
            return Err(vm.raise(Known::OverflowError, "intermediate overflow in fsum"));
        }
    }
    if special != 0.0 {
        if infinities.is_nan() {
            return Err(vm.value_error("-inf + inf in fsum"));
        }
        return Ok(special);
    }
    Ok(partials.total())
}

pub(super) fn fsum(vm: &mut Vm, args: Args<'_>) -> Outcome {
    let mut numbers = Vec::new();
    vm.for_each(&args[0], |vm, item| {
        numbers.push(vm.to_f64(&item)?);
        Ok(true)
    })?;
    sum(vm, &numbers).map(Value::float)
}

pub(super) fn prod(vm: &mut Vm, args: Args<'_>) -> Outcome {
    let mut product = args.get(1).cloned().unwrap_or(Value::Int(1));
    vm.for_each(&args[0], |vm, item| {
        product = vm.binary(BinOp::Mul, &product, &item)?;
        Ok(true)
    })?;
    Ok(product)
}

pub(super) fn sumprod(vm: &mut Vm, args: Args<'_>) -> Outcome {
    let (p, q) = (vm.collect(&args[0])?, vm.collect(&args[1])?);
    if p.len() != q.len() {
        return Err(vm.value_error("Inputs are not the same length"));
    }
    let number = |value: &Value| matches!(value, Value::Int(_) | Value::Bool(_) | Value::BigInt(_) | Value::Float(_));
    let float = |value: &Value| matches!(value, Value::Float(_));
    if p.iter().chain(&q).all(number) && p.iter().chain(&q).any(float) {
        let mut parts = Vec::with_capacity(2 * p.len());
        for (x, y) in p.iter().zip(&q) {
            if !float(x) && !float(y) {
                let exact = Value::big(to_big(x) * to_big(y));
                parts.push(vm.to_f64(&exact)?);
                continue;
            }
            let (x, y) = (vm.to_f64(x)?, vm.to_f64(y)?);
            let high = x * y;
            parts.push(high);
            if high.is_finite() {
                parts.push(x.mul_add(y, -high));
            }
        }
        if parts.iter().all(|part| part.is_finite()) {
            return sum(vm, &parts).map(Value::float);
        }
        return Ok(Value::float(parts.iter().sum()));
    }
    let mut total = Value::Int(0);
    for (x, y) in p.iter().zip(&q) {
        let product = vm.binary(BinOp::Mul, x, y)?;
        total = vm.binary(BinOp::Add, &total, &product)?;
    }
    Ok(total)
}

/// The Euclidean norm, each square and the root corrected for what rounding lost.
fn norm(numbers: &[f64]) -> f64 {
    let largest = numbers.iter().fold(0.0_f64, |largest, x| largest.max(x.abs()));
    if numbers.iter().any(|x| x.is_infinite()) {
        return f64::INFINITY;
    }
    if numbers.iter().any(|x| x.is_nan()) {
        return f64::NAN;
    }
    if largest == 0.0 || numbers.len() <= 1 {
        return largest;
    }
    let (_, exponent) = frexp(largest);
    if exponent < -1023 {
        // Subnormal numbers are scaled up first.
        let scaled: Vec<f64> = numbers.iter().map(|x| x / f64::MIN_POSITIVE).collect();
        return f64::MIN_POSITIVE * norm(&scaled);
    }
    let scale = libm::ldexp(1.0, -exponent);
    let (mut sum, mut lost_squares, mut lost_sums) = (1.0, 0.0, 0.0);
    let mut add = |x: f64, y: f64| {
        let product = x * y;
        let total: f64 = sum + product;
        lost_squares += x.mul_add(y, -product);
        lost_sums += (sum - total) + product;
        sum = total;
        sum - 1.0 + (lost_squares + lost_sums)
    };
    let mut total = 0.0;
    for x in numbers {
        total = add(x * scale, x * scale);
    }
    let mut root = total.sqrt();
    let rest = add(-root, root);
    root += rest / (2.0 * root);
    root / scale
}

pub(super) fn hypot(vm: &mut Vm, args: Args<'_>) -> Outcome {
    let mut numbers = Vec::with_capacity(args.len());
    for index in 0..args.positional().len() {
        numbers.push(number(vm, args, index)?);
    }
    Ok(Value::float(norm(&numbers)))
}

pub(super) fn dist(vm: &mut Vm, args: Args<'_>) -> Outcome {
    let (p, q) = (vm.collect(&args[0])?, vm.collect(&args[1])?);
    if p.len() != q.len() {
        return Err(vm.value_error("both points must have the same number of dimensions"));
    }
    let mut numbers = Vec::with_capacity(p.len());
    for (p, q) in p.iter().zip(&q) {
        numbers.push(vm.to_f64(p)? - vm.to_f64(q)?);
    }
    Ok(Value::float(norm(&numbers)))
}

#[cfg(test)]
mod tests {
    use super::{Partials, norm};

    #[test]
    fn sums_exactly() {
        let mut partials = Partials::default();
        assert!([1e100, 1.0, -1e100, 1e-20].into_iter().all(|x| partials.add(x)));
        assert_eq!(partials.total(), 1.0);
    }

    #[test]
    fn norms_do_not_overflow() {
        assert_eq!(norm(&[3e300, 4e300]), 5e300);
        assert_eq!(norm(&[3e-310, 4e-310]), 5e-310);
    }
}
