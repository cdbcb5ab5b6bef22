//! Float algorithms.

/// Why a power of floats is no float.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum PowError {
    ZeroDivision,
    Overflow,
    /// A negative number to a fractional power.
    Complex,
}

/// Quotient and rest of the floor division; the rest has the sign of the divisor, which is not zero.
pub(crate) fn div_mod(a: f64, b: f64) -> (f64, f64) {
    let mut rest = a % b;
    let mut quotient = (a - rest) / b;
    if rest != 0.0 {
        if (b < 0.0) != (rest < 0.0) {
            rest += b;
            quotient -= 1.0;
        }
    } else {
        rest = 0.0_f64.copysign(b);
    }
    let floored = if quotient == 0.0 {
        0.0_f64.copysign(a / b)
    } else {
        let floor = quotient.floor();
        if quotient - floor > 0.5 { floor + 1.0 } else { floor }
    };
    (floored, rest)
}

/// `a ** b`.
pub(crate) fn pow(a: f64, b: f64) -> Result<f64, PowError> {
    if b == 0.0 || a == 1.0 {
        return Ok(1.0);
    }
    if a.is_nan() || b.is_nan() {
        return Ok(f64::NAN);
    }
    if a == 0.0 && b < 0.0 {
        return if b.is_infinite() { Ok(f64::INFINITY) } else { Err(PowError::ZeroDivision) };
    }
    if a.is_infinite() || b.is_infinite() || a == 0.0 {
        return Ok(a.powf(b));
    }
    if a < 0.0 && b != b.floor() {
        return Err(PowError::Complex);
    }
    let result = a.powf(b);
    if result.is_infinite() { Err(PowError::Overflow) } else { Ok(result) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn divides_with_the_divisors_sign() {
        assert_eq!(div_mod(-7.0, 2.0), (-4.0, 1.0));
        assert_eq!(div_mod(7.0, -2.0), (-4.0, -1.0));
        assert_eq!(div_mod(1.0, 0.1), (9.0, 0.09999999999999995));
        assert!(div_mod(-1.0, f64::INFINITY) == (-1.0, f64::INFINITY));
    }

    #[test]
    fn tells_why_a_power_fails() {
        assert_eq!(pow(0.0, -1.0), Err(PowError::ZeroDivision));
        assert_eq!(pow(1.5, 1e300), Err(PowError::Overflow));
        assert_eq!(pow(-8.0, 0.5), Err(PowError::Complex));
        assert_eq!(pow(-1.0, f64::INFINITY), Ok(1.0));
        assert_eq!(pow(2.0, 0.5), Ok(std::f64::consts::SQRT_2));
    }
}
