//! Floats as text: `repr` and exact parsing.
//!
//! Rust's own formatting is exact and rounds half to even, so it gives all the digits; what
//! is done here is Python's notation around them.

use std::fmt::Write;

use super::int_text;
use crate::object::unicode;

/// `repr(x)`: the shortest digits that read back as the same float.
pub fn repr(x: f64) -> String {
    let mut text = String::with_capacity(24);
    append_repr(x, &mut text);
    text
}

/// Makes the last of the shortest digits even where two texts of that length are equally near,
/// as Python does; Rust gives the greater one.
fn prefer_even(x: f64, exponent: i32, out: &mut String, start: usize) {
    let digits = out.len() - start - usize::from(x.is_sign_negative());
    let decimals = digits as i32 - 2 - exponent;
    // Of more decimals no float is half a unit away.
    if digits < 15 || !(1..=25).contains(&decimals) {
        return;
    }
    let halves = x.abs() * f64::from_bits(((1023 + decimals + 1) as u64) << 52);
    let is_tie = halves < (1u64 << 53) as f64 && halves == halves.trunc() && halves as u64 & 1 == 1;
    let last = out.as_bytes()[out.len() - 1];
    if !is_tie || last & 1 == 0 {
        return;
    }
    out.pop();
    out.push((last - 1) as char);
    // Below a power of two floats are denser: the lesser text may be another float's.
    if format!("{}e{exponent}", &out[start..]).parse() != Ok(x) {
        out.pop();
        out.push(last as char);
    }
}

/// Appends `repr(x)`.
pub fn append_repr(x: f64, out: &mut String) {
    if !x.is_finite() {
        out.push_str(special(x));
        return;
    }
    if x == x.trunc() && x.abs() < 1e15 && !(x == 0.0 && x.is_sign_negative()) {
        // Whole numbers of so few digits have no shorter text than all of them.
        out.push_str(int_text::small(x as i64, &mut [0; 65]));
        out.push_str(".0");
        return;
    }
    // The shortest digits, with an exponent; then they are put where Python's notation has them.
    let start = out.len();
    write!(out, "{x:e}").expect("writing to a string");
    let mark = start + out[start..].find('e').expect("scientific notation has an exponent");
    let exponent: i32 = out[mark + 1..].parse().expect("the exponent is a number");
    out.truncate(mark);
    prefer_even(x, exponent, out, start);
    if !(-4..16).contains(&exponent) {
        push_exponent(out, exponent);
        return;
    }
    let first = start + usize::from(x.is_sign_negative());
    let has_point = out.len() > first + 1;
    if exponent < 0 {
        if has_point {
            out.remove(first + 1);
        }
        // The exponent is -1 to -4: a point and up to three zeros stand before the digits.
        out.insert_str(first, &"0.000"[..(1 - exponent) as usize]);
        return;
    }
    let exponent = exponent as usize;
    if exponent == 0 {
        if !has_point {
            out.push_str(".0");
        }
        return;
    }
    if has_point {
        out.remove(first + 1);
    }
    let digits = out.len() - first;
    if digits > exponent + 1 {
        out.insert(first + exponent + 1, '.');
    } else {
        for _ in digits..=exponent {
            out.push('0');
        }
        out.push_str(".0");
    }
}

/// `nan`, `inf` or `-inf`.
pub fn special(x: f64) -> &'static str {
    if x.is_nan() {
        "nan"
    } else if x > 0.0 {
        "inf"
    } else {
        "-inf"
    }
}

/// Appends an exponent of at least two digits.
pub(super) fn push_exponent(text: &mut String, exponent: i32) {
    let sign = if exponent < 0 { '-' } else { '+' };
    write!(text, "e{sign}{:02}", exponent.unsigned_abs()).expect("writing to a string");
}

/// What `float(text)` gives, None if the text is not a number.
pub fn parse(text: &str) -> Option<f64> {
    let text = text.trim_matches(unicode::is_space);
    let mut clean = String::with_capacity(text.len());
    let mut previous = '\0';
    for c in text.chars() {
        let c = match unicode::decimal(c) {
            Some(value) => char::from(b'0' + value),
            None => c,
        };
        // An underscore stands between digits only (PEP 515).
        if (c == '_' && !previous.is_ascii_digit()) || (previous == '_' && !c.is_ascii_digit()) {
            return None;
        }
        if c != '_' {
            clean.push(c);
        }
        previous = c;
    }
    if previous == '_' {
        return None;
    }
    parse_ascii(&clean)
}

fn parse_ascii(text: &str) -> Option<f64> {
    let unsigned = text.strip_prefix(['+', '-']).unwrap_or(text);
    let first = unsigned.bytes().next()?;
    if first.is_ascii_digit() || first == b'.' {
        return text.parse().ok();
    }
    let x = match unsigned.to_ascii_lowercase().as_str() {
        "inf" | "infinity" => f64::INFINITY,
        "nan" => f64::NAN,
        _ => return None,
    };
    Some(if text.starts_with('-') { -x } else { x })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn repr_is_pythons() {
        for (x, text) in [
            (1.0, "1.0"),
            (1e16, "1e+16"),
            (1e15, "1000000000000000.0"),
            (1e-5, "1e-05"),
            (0.0001, "0.0001"),
            (-0.0, "-0.0"),
            (1.5e300, "1.5e+300"),
            (5e-324, "5e-324"),
            (f64::NAN, "nan"),
            (f64::NEG_INFINITY, "-inf"),
            (123456789012345680.0, "1.2345678901234568e+17"),
        ] {
            assert_eq!(repr(x), text);
        }
    }

    #[test]
    fn repr_places_the_point() {
        for x in
            [0.5, 0.00012, 0.1, 12.5, 123456.789, 1e15 + 0.5, 0.001, 3.0, -2.5, 9007199254740993.0, 1.1e-4, 99999.5]
        {
            let text = repr(x);
            let plain = format!("{x}");
            assert_eq!(text, if plain.contains('.') { plain } else { format!("{plain}.0") });
        }
    }

    #[test]
    fn parses_exactly() {
        assert_eq!(parse(" 1_000.5e-1 "), Some(100.05));
        assert_eq!(parse("٣.٥"), Some(3.5));
        assert_eq!(parse("-Infinity"), Some(f64::NEG_INFINITY));
        for bad in ["", "1__0", "_1", "1_", "1_.5", "e5", ".", "0x10", "1e", "infin", "+-1"] {
            assert_eq!(parse(bad), None, "{bad}");
        }
    }
}
