//! Properties of characters, as `str`'s methods and `repr` need them.

mod tables;

use tables::{CATEGORIES, DIGITS, FOLD, NUMERIC, TITLE, ZEROS};

/// The general category of a character (Unicode Standard, section 4.5).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[allow(missing_docs)]
#[repr(u8)]
pub enum Category {
    Cn,
    Lu,
    Ll,
    Lt,
    Lm,
    Lo,
    Mn,
    Mc,
    Me,
    Nd,
    Nl,
    No,
    Pc,
    Pd,
    Ps,
    Pe,
    Pi,
    Pf,
    Po,
    Sm,
    Sc,
    Sk,
    So,
    Zs,
    Zl,
    Zp,
    Cc,
    Cf,
    Cs,
    Co,
}

use Category::*;

const ALL: [Category; 30] = [
    Cn, Lu, Ll, Lt, Lm, Lo, Mn, Mc, Me, Nd, Nl, No, Pc, Pd, Ps, Pe, Pi, Pf, Po, Sm, Sc, Sk, So, Zs, Zl, Zp, Cc, Cf, Cs,
    Co,
];

/// The general category of a character.
pub fn category(c: char) -> Category {
    let key = (c as u32) << 5 | 31;
    let after = CATEGORIES.partition_point(|&run| run <= key);
    ALL[(CATEGORIES[after - 1] & 31) as usize]
}

/// `str.isprintable` for one character: `repr` shows it as it is.
pub fn is_printable(c: char) -> bool {
    if c.is_ascii() {
        return !c.is_ascii_control();
    }
    !matches!(category(c), Cn | Zs | Zl | Zp | Cc | Cf | Cs | Co)
}

/// `str.isalpha` for one character.
pub fn is_alpha(c: char) -> bool {
    if c.is_ascii() { c.is_ascii_alphabetic() } else { matches!(category(c), Lu | Ll | Lt | Lm | Lo) }
}

/// The value of a decimal digit of any script.
pub fn decimal(c: char) -> Option<u8> {
    if c.is_ascii() {
        return c.to_digit(10).map(|digit| digit as u8);
    }
    let code = c as u32;
    let after = ZEROS.partition_point(|&zero| zero <= code);
    let value = code - ZEROS[after.checked_sub(1)?];
    (value < 10).then_some(value as u8)
}

/// The value of a digit, superscripts and the like included (`str.isdigit`).
pub fn digit(c: char) -> Option<u8> {
    decimal(c).or_else(|| {
        let found = DIGITS.binary_search_by_key(&(c as u32), |&(code, _)| code).ok()?;
        Some(DIGITS[found].1)
    })
}

/// `str.isnumeric` for one character.
pub fn is_numeric(c: char) -> bool {
    if digit(c).is_some() {
        return true;
    }
    let code = c as u32;
    let after = NUMERIC.partition_point(|&(first, _)| first <= code);
    after > 0 && code <= NUMERIC[after - 1].1
}

/// `str.isalnum` for one character.
pub fn is_alnum(c: char) -> bool {
    if c.is_ascii() { c.is_ascii_alphanumeric() } else { is_alpha(c) || is_numeric(c) }
}

/// `str.isspace` for one character; what `strip` and `split` take for whitespace.
#[inline]
pub fn is_space(c: char) -> bool {
    match c {
        '\t'..='\r' | '\x1c'..='\x1f' | ' ' => true,
        c if c.is_ascii() => false,
        '\u{85}' | '\u{a0}' | '\u{1680}' | '\u{2000}'..='\u{200a}' => true,
        '\u{2028}' | '\u{2029}' | '\u{202f}' | '\u{205f}' | '\u{3000}' => true,
        _ => false,
    }
}

/// Whether `str.splitlines` splits behind the character.
pub fn is_line_break(c: char) -> bool {
    matches!(c, '\n' | '\x0b' | '\x0c' | '\r' | '\x1c'..='\x1e' | '\u{85}' | '\u{2028}' | '\u{2029}')
}

/// Whether the character has the property Uppercase.
pub fn is_upper(c: char) -> bool {
    if c.is_ascii() { c.is_ascii_uppercase() } else { c.is_uppercase() && category(c) != Cn }
}

/// Whether the character has the property Lowercase.
pub fn is_lower(c: char) -> bool {
    if c.is_ascii() { c.is_ascii_lowercase() } else { c.is_lowercase() && category(c) != Cn }
}

/// Whether the character is in titlecase, such as U+01C5.
pub fn is_title(c: char) -> bool {
    !c.is_ascii() && category(c) == Lt
}

/// Appends the uppercase of a character.
pub fn push_upper(c: char, to: &mut String) {
    if c.is_ascii() {
        return to.push(c.to_ascii_uppercase());
    }
    push_case(c, c.to_uppercase(), to);
}

/// Appends the lowercase of a character, by itself (no final sigma).
pub fn push_lower(c: char, to: &mut String) {
    if c.is_ascii() {
        return to.push(c.to_ascii_lowercase());
    }
    push_case(c, c.to_lowercase(), to);
}

/// Appends the case mapping of a character, unless it arose in a later version of Unicode.
fn push_case(c: char, mut mapped: impl ExactSizeIterator<Item = char> + Clone, to: &mut String) {
    // The letters of Latin, Greek and Cyrillic and their mappings are all older than that.
    if c >= '\u{180}' && !('\u{391}'..='\u{481}').contains(&c) && mapped.clone().any(|other| category(other) == Cn) {
        to.push(c);
    } else if mapped.len() == 1 {
        to.extend(mapped.next());
    } else {
        to.extend(mapped);
    }
}

/// Appends the titlecase of a character.
pub fn push_title(c: char, to: &mut String) {
    match TITLE.binary_search_by_key(&(c as u32), |&(code, _)| code) {
        Ok(found) => to.push_str(TITLE[found].1),
        Err(_) => push_upper(c, to),
    }
}

/// Appends the case folding of a character.
pub fn push_fold(c: char, to: &mut String) {
    match FOLD.binary_search_by_key(&(c as u32), |&(code, _)| code) {
        Ok(found) => to.push_str(FOLD[found].1),
        Err(_) => push_lower(c, to),
    }
}

/// Whether the Unicode property Case_Ignorable can be assumed: what a final sigma looks past.
pub fn is_case_ignorable(c: char) -> bool {
    matches!(
        c,
        '\'' | '.'
            | ':'
            | '^'
            | '`'
            | '\u{a8}'
            | '\u{ad}'
            | '\u{af}'
            | '\u{b4}'
            | '\u{b7}'
            | '\u{b8}'
            | '\u{2018}'
            | '\u{2019}'
            | '\u{2024}'
            | '\u{2027}'
    ) || matches!(category(c), Mn | Me | Cf | Lm | Sk)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn knows_digits_of_other_scripts() {
        assert_eq!(decimal('٣'), Some(3));
        assert_eq!(decimal('²'), None);
        assert_eq!(digit('²'), Some(2));
        assert!(is_numeric('½') && digit('½').is_none());
        assert!(is_numeric('一'));
    }

    #[test]
    fn tells_printable_from_not() {
        assert!(is_printable('é') && is_printable('😀'));
        assert!(!is_printable('\u{200b}') && !is_printable('\u{378}') && !is_printable('\u{a0}'));
    }
}
