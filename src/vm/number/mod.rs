//! Arithmetic on ints and floats: pure functions, and the operators built on them.

pub(crate) mod float;
pub(crate) mod int;

use std::borrow::Cow;

use num_bigint::BigInt;
use num_integer::Integer;
use num_traits::Zero;

use crate::bytecode::{BinOp, CmpOp};
use crate::object::number::huge;
use crate::object::{Known, Raised, Value, Vm};
use std::cmp::Ordering;

/// A number as the operators see it.
pub(crate) enum Number<'a> {
    Int(i64),
    Big(&'a BigInt),
    Float(f64),
}

impl<'a> Number<'a> {
    /// The number, if the value is an int, bool or float itself.
    #[inline]
    pub(crate) fn of(value: &'a Value) -> Option<Number<'a>> {
        match value {
            Value::Int(n) => Some(Number::Int(*n)),
            Value::Float(x) => Some(Number::Float(x.get())),
            Value::Bool(b) => Some(Number::Int(b.get().into())),
            Value::BigInt(n) => Some(Number::Big(&n.number)),
            _ => None,
        }
    }

    fn is_float(&self) -> bool {
        matches!(self, Number::Float(_))
    }

    /// As a float; None if it is too large.
    fn to_f64(&self) -> Option<f64> {
        match self {
            Number::Int(n) => Some(*n as f64),
            Number::Float(x) => Some(*x),
            Number::Big(n) => int::big_to_f64(n),
        }
    }

    fn to_big(&self) -> Cow<'a, BigInt> {
        match self {
            Number::Int(n) => Cow::Owned(BigInt::from(*n)),
            Number::Big(n) => Cow::Borrowed(n),
            Number::Float(_) => Cow::Owned(BigInt::zero()),
        }
    }
}

/// The order of two numbers, exact also between ints and floats; None if one is NaN.
pub(crate) fn compare_numbers(a: &Number<'_>, b: &Number<'_>) -> Option<Ordering> {
    match (a, b) {
        (Number::Int(a), Number::Int(b)) => Some(a.cmp(b)),
        (Number::Float(a), Number::Float(b)) => a.partial_cmp(b),
        (Number::Float(x), _) => compare_with_float(b, *x).map(Ordering::reverse),
        (_, Number::Float(x)) => compare_with_float(a, *x),
        _ => Some(a.to_big().cmp(&b.to_big())),
    }
}

fn compare_with_float(n: &Number<'_>, x: f64) -> Option<Ordering> {
    if x.is_nan() {
        return None;
    }
    if x.is_infinite() {
        return Some(if x > 0.0 { Ordering::Less } else { Ordering::Greater });
    }
    if let Number::Int(n) = n {
        if n.unsigned_abs() <= 1 << 53 {
            return (*n as f64).partial_cmp(&x);
        }
    }
    let whole = int::from_f64(x.trunc()).unwrap_or_default();
    Some(match n.to_big().as_ref().cmp(&whole) {
        Ordering::Equal => 0.0.partial_cmp(&(x - x.trunc()))?,
        other => other,
    })
}

/// Whether an order answers a comparison; a missing order (NaN) answers `!=` only.
pub(crate) fn order_answers(op: CmpOp, order: Option<Ordering>) -> bool {
    match op {
        CmpOp::Lt => order == Some(Ordering::Less),
        CmpOp::Le => matches!(order, Some(Ordering::Less | Ordering::Equal)),
        CmpOp::Eq => order == Some(Ordering::Equal),
        CmpOp::Ne => order != Some(Ordering::Equal),
        CmpOp::Gt => order == Some(Ordering::Greater),
        CmpOp::Ge => matches!(order, Some(Ordering::Greater | Ordering::Equal)),
    }
}

fn inline_big(number: BigInt) -> Value {
    Value::big(number)
}

/// `base ** exponent % modulus` by repeated squaring.
fn power_mod(base: i64, mut exponent: u64, modulus: u64) -> u64 {
    let modulus = u128::from(modulus);
    let mut square = i128::from(base).rem_euclid(modulus as i128) as u128;
    let mut result = 1 % modulus;
    while exponent > 0 {
        if exponent & 1 == 1 {
            result = result * square % modulus;
        }
        square = square * square % modulus;
        exponent >>= 1;
    }
    result as u64
}

impl Vm {
    /// `lhs op rhs` of two numbers; None if the operator is not defined for them.
    pub(crate) fn number_binary(
        &mut self,
        op: BinOp,
        lhs: &Number<'_>,
        rhs: &Number<'_>,
    ) -> Result<Option<Value>, Raised> {
        if lhs.is_float() || rhs.is_float() {
            let (Some(a), Some(b)) = (lhs.to_f64(), rhs.to_f64()) else {
                if matches!(
                    op,
                    BinOp::LShift | BinOp::RShift | BinOp::BitAnd | BinOp::BitOr | BinOp::BitXor | BinOp::MatMul
                ) {
                    return Ok(None);
                }
                return Err(self.raise(Known::OverflowError, "int too large to convert to float"));
            };
            return self.float_binary(op, a, b);
        }
        if let (Number::Int(a), Number::Int(b)) = (lhs, rhs) {
            if let Some(value) = int::small_binary(op, *a, *b) {
                return Ok(Some(value));
            }
        }
        self.big_binary(op, &lhs.to_big(), &rhs.to_big())
    }

    fn float_binary(&mut self, op: BinOp, a: f64, b: f64) -> Result<Option<Value>, Raised> {
        let result = match op {
            BinOp::Add => a + b,
            BinOp::Sub => a - b,
            BinOp::Mul => a * b,
            BinOp::TrueDiv if b == 0.0 => return Err(self.raise(Known::ZeroDivisionError, "float division by zero")),
            BinOp::TrueDiv => a / b,
            BinOp::FloorDiv if b == 0.0 => {
                return Err(self.raise(Known::ZeroDivisionError, "float floor division by zero"));
            }
            BinOp::FloorDiv => float::div_mod(a, b).0,
            BinOp::Mod if b == 0.0 => return Err(self.raise(Known::ZeroDivisionError, "float modulo by zero")),
            BinOp::Mod => float::div_mod(a, b).1,
            BinOp::Pow => return self.float_pow(a, b).map(Some),
            _ => return Ok(None),
        };
        Ok(Some(Value::float(result)))
    }

    /// `a ** b` of floats.
    pub(crate) fn float_pow(&mut self, a: f64, b: f64) -> Result<Value, Raised> {
        match float::pow(a, b) {
            Ok(x) => Ok(Value::float(x)),
            Err(float::PowError::ZeroDivision) => {
                Err(self.raise(Known::ZeroDivisionError, "0.0 cannot be raised to a negative power"))
            }
            Err(float::PowError::Overflow) => {
                let args = vec![Value::Int(34), Value::str("Numerical result out of range")];
                let exception = self.new_exception(Known::OverflowError, args);
                Err(self.raise_value(exception))
            }
            Err(float::PowError::Complex) => {
                let class = self.known(Known::Complex).into_value();
                let base = self.call(&class, &[Value::float(a)])?;
                if Value::float(a).is(&base) || matches!(base, Value::Float(_)) {
                    return Err(self.value_error(
                        "negative number cannot be raised to a fractional power: complex numbers are not supported",
                    ));
                }
                self.binary(BinOp::Pow, &base, &Value::float(b))
            }
        }
    }

    fn big_binary(&mut self, op: BinOp, a: &BigInt, b: &BigInt) -> Result<Option<Value>, Raised> {
        Ok(Some(inline_big(match op {
            BinOp::Add => a + b,
            BinOp::Sub => a - b,
            BinOp::Mul => {
                self.check_bits(a.bits().saturating_add(b.bits()))?;
                self.big_mul(a, b)?
            }
            BinOp::TrueDiv if b.is_zero() => return Err(self.raise(Known::ZeroDivisionError, "division by zero")),
            BinOp::TrueDiv => {
                return match int::true_div(a, b) {
                    Some(x) => Ok(Some(Value::float(x))),
                    None => Err(self.raise(Known::OverflowError, "integer division result too large for a float")),
                };
            }
            BinOp::FloorDiv if b.is_zero() => {
                return Err(self.raise(Known::ZeroDivisionError, "integer division or modulo by zero"));
            }
            BinOp::FloorDiv => self.big_div_mod(a, b)?.0,
            BinOp::Mod if b.is_zero() => return Err(self.raise(Known::ZeroDivisionError, "integer modulo by zero")),
            BinOp::Mod => self.big_div_mod(a, b)?.1,
            BinOp::Pow => return self.int_pow(a, b).map(Some),
            BinOp::LShift | BinOp::RShift => return self.int_shift(op, a, b).map(Some),
            BinOp::BitAnd => a & b,
            BinOp::BitOr => a | b,
            BinOp::BitXor => a ^ b,
            BinOp::MatMul => return Ok(None),
        })))
    }

    /// Refuses results that no memory holds.
    fn check_bits(&mut self, bits: u64) -> Result<(), Raised> {
        // Multiplication needs room for the result and its parts.
        if bits > int::MAX_BITS || !crate::object::room::has_room(bits as usize / 2) {
            return Err(self.memory_error());
        }
        Ok(())
    }

    fn int_shift(&mut self, op: BinOp, a: &BigInt, b: &BigInt) -> Result<Value, Raised> {
        if b.sign() == num_bigint::Sign::Minus {
            return Err(self.value_error("negative shift count"));
        }
        let count = u64::try_from(b).ok();
        if op == BinOp::RShift {
            return Ok(match count {
                Some(count) if count < a.bits().max(1) => inline_big(a >> count),
                _ => Value::Int(if a.sign() == num_bigint::Sign::Minus { -1 } else { 0 }),
            });
        }
        if a.is_zero() {
            return Ok(Value::Int(0));
        }
        match count {
            Some(count) => {
                self.check_bits(count.saturating_add(a.bits()))?;
                Ok(inline_big(a << count))
            }
            None => Err(self.raise(Known::OverflowError, "too many digits in integer")),
        }
    }

    fn int_pow(&mut self, base: &BigInt, exponent: &BigInt) -> Result<Value, Raised> {
        if exponent.sign() == num_bigint::Sign::Minus {
            let (Some(a), Some(b)) = (int::big_to_f64(base), int::big_to_f64(exponent)) else {
                return Err(self.raise(Known::OverflowError, "int too large to convert to float"));
            };
            return self.float_pow(a, b);
        }
        if base.bits() <= 1 {
            return Ok(Value::Int(int::unit_pow(base, exponent)));
        }
        let Ok(exponent) = u32::try_from(exponent) else { return Err(self.memory_error()) };
        self.check_bits(base.bits().saturating_mul(exponent.into()))?;
        let power = huge::power(base.magnitude(), exponent, &mut || self.poll_posted())?;
        let is_negative = base.sign() == num_bigint::Sign::Minus && exponent % 2 == 1;
        Ok(inline_big(if is_negative { -BigInt::from(power) } else { power.into() }))
    }

    /// `base ** exponent % modulus` of ints that are not negative, which an interrupt stops if the modulus is long.
    fn long_pow_mod(&mut self, base: &BigInt, exponent: &BigInt, modulus: &BigInt) -> Result<BigInt, Raised> {
        // A step for each bit of the exponent takes time by the square of the modulus; below it is a moment in all.
        const LONG: u64 = 1 << 28;
        let words = modulus.bits() / 64 + 1;
        if words.saturating_mul(words).saturating_mul(exponent.bits()) < LONG {
            return Ok(base.modpow(exponent, modulus));
        }
        let [base, exponent, modulus] = [base, exponent, modulus].map(BigInt::magnitude);
        Ok(huge::power_mod(base, exponent, modulus, &mut || self.poll_posted())?.into())
    }

    /// `a * b`, which an interrupt stops if they are long.
    ///
    /// # Errors
    ///
    /// As [`Vm::poll_posted`].
    pub(crate) fn big_mul(&mut self, a: &BigInt, b: &BigInt) -> Result<BigInt, Raised> {
        if !huge::is_huge(a.bits().max(b.bits())) {
            return Ok(a * b);
        }
        let product = huge::multiply(a.magnitude(), b.magnitude(), &mut || self.poll_posted())?;
        Ok(if a.sign() == b.sign() { product.into() } else { -BigInt::from(product) })
    }

    /// Quotient and rest of `a / b`, rounded towards minus infinity, which an interrupt stops if they are long; `b` is
    /// not zero.
    ///
    /// # Errors
    ///
    /// As [`Vm::poll_posted`].
    pub(crate) fn big_div_mod(&mut self, a: &BigInt, b: &BigInt) -> Result<(BigInt, BigInt), Raised> {
        if !huge::is_huge(a.bits()) {
            return Ok(int::div_mod_floor(a, b));
        }
        let (quotient, rest) = huge::divide(a.magnitude(), b.magnitude(), &mut || self.poll_posted())?;
        Ok(int::signed_div_mod(quotient, rest, a.sign(), b))
    }

    /// `pow(base, exponent, modulus)` of ints.
    ///
    /// # Errors
    ///
    /// ValueError if the modulus is zero, or the base has no inverse for a negative exponent.
    pub(crate) fn int_pow_mod(&mut self, base: &BigInt, exponent: &BigInt, modulus: &BigInt) -> Result<Value, Raised> {
        if modulus.is_zero() {
            return Err(self.value_error("pow() 3rd argument cannot be 0"));
        }
        if let (Ok(small), Ok(base), Ok(exponent)) =
            (u64::try_from(modulus), i64::try_from(base), u64::try_from(exponent))
        {
            return Ok(inline_big(BigInt::from(power_mod(base, exponent, small))));
        }
        let positive = BigInt::from(modulus.magnitude().clone());
        let result = if exponent.sign() == num_bigint::Sign::Minus {
            match base.mod_floor(&positive).modinv(&positive) {
                Some(inverse) => self.long_pow_mod(&inverse, &-exponent, &positive)?,
                None if positive == BigInt::from(1) => BigInt::zero(),
                None => return Err(self.value_error("base is not invertible for the given modulus")),
            }
        } else {
            let base = self.big_div_mod(base, &positive)?.1;
            self.long_pow_mod(&base, exponent, &positive)?
        };
        Ok(inline_big(result.mod_floor(modulus)))
    }
}
