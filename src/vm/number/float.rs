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

/// `repr` of a float: the shortest digits that read back as the same number.
pub(crate) fn repr(x: f64) -> String {
    if x.is_nan() {
        return "nan".to_owned();
    }
    if x.is_infinite() {
        return if x > 0.0 { "inf" } else { "-inf" }.to_owned();
    }
    let scientific = format!("{x:e}");
    let (mantissa, exponent) = scientific.split_once('e').unwrap_or((&scientific, "0"));
    let exponent: i32 = exponent.parse().unwrap_or(0);
    let (sign, mantissa) = match mantissa.strip_prefix('-') {
        Some(rest) => ("-", rest),
        None => ("", mantissa),
    };
    let digits: String = mantissa.chars().filter(|c| *c != '.').collect();
    if !(-4..16).contains(&exponent) {
        let (first, rest) = digits.split_at(1);
        let point = if rest.is_empty() { "" } else { "." };
        let way = if exponent < 0 { '-' } else { '+' };
        return format!("{sign}{first}{point}{rest}e{way}{:02}", exponent.abs());
    }
    if exponent < 0 {
        return format!("{sign}0.{}{digits}", "0".repeat((-exponent - 1) as usize));
    }
    let whole = exponent as usize + 1;
    if digits.len() <= whole {
        format!("{sign}{digits}{}.0", "0".repeat(whole - digits.len()))
    } else {
        format!("{sign}{}.{}", &digits[..whole], &digits[whole..])
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn prints_shortest_digits() {
        for (x, text) in [
            (0.0, "0.0"), (-0.0, "-0.0"), (0.1, "0.1"), (1e16, "1e+16"), (123456789012345680.0, "1.2345678901234568e+17"),
            (1e15, "1000000000000000.0"), (0.0001, "0.0001"), (0.00001, "1e-05"), (5e-324, "5e-324"), (1.5e300, "1.5e+300"),
            (-2.5, "-2.5"), (100.0, "100.0"), (f64::INFINITY, "inf"),
        ] {
            assert_eq!(repr(x), text);
        }
    }

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
