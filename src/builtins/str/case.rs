//! Case mappings of whole strings.

use super::{Outcome, receiver};
use crate::object::unicode::{self, is_lower, is_title, is_upper};
use crate::object::{Args, Str, Vm};

fn is_cased(c: char) -> bool {
    is_lower(c) || is_upper(c) || is_title(c)
}

/// Appends the lowercase of `chars[index]`; a capital sigma at the end of a word has its own.
fn push_lower_at(chars: &[char], index: usize, to: &mut String) {
    if chars[index] != 'Σ' {
        return unicode::push_lower(chars[index], to);
    }
    let cased = |c: Option<&char>| c.is_some_and(|&c| is_cased(c));
    let before = chars[..index].iter().rev().find(|&&c| !unicode::is_case_ignorable(c));
    let after = chars[index + 1..].iter().find(|&&c| !unicode::is_case_ignorable(c));
    to.push(if cased(before) && !cased(after) { 'ς' } else { 'σ' });
}

/// `text.lower()`.
pub(crate) fn lowered(text: &str) -> String {
    if text.is_ascii() {
        return text.to_ascii_lowercase();
    }
    let chars: Vec<char> = text.chars().collect();
    let mut out = String::with_capacity(text.len());
    (0..chars.len()).for_each(|index| push_lower_at(&chars, index, &mut out));
    out
}

pub(super) fn lower(vm: &mut Vm, args: Args<'_>) -> Outcome {
    let text = receiver(vm, args)?;
    if text.is_ascii() {
        return Ok(Str::map_ascii(&text, |byte| byte.to_ascii_lowercase()).into_value());
    }
    Ok(lowered(&text).into())
}

pub(super) fn upper(vm: &mut Vm, args: Args<'_>) -> Outcome {
    let text = receiver(vm, args)?;
    if text.is_ascii() {
        return Ok(Str::map_ascii(&text, |byte| byte.to_ascii_uppercase()).into_value());
    }
    let mut out = String::with_capacity(text.len());
    text.chars().for_each(|c| unicode::push_upper(c, &mut out));
    Ok(out.into())
}

pub(super) fn casefold(vm: &mut Vm, args: Args<'_>) -> Outcome {
    let text = receiver(vm, args)?;
    if text.is_ascii() {
        return Ok(Str::map_ascii(&text, |byte| byte.to_ascii_lowercase()).into_value());
    }
    let mut out = String::with_capacity(text.len());
    text.chars().for_each(|c| unicode::push_fold(c, &mut out));
    Ok(out.into())
}

pub(super) fn capitalize(vm: &mut Vm, args: Args<'_>) -> Outcome {
    let chars: Vec<char> = receiver(vm, args)?.chars().collect();
    let mut out = String::with_capacity(chars.len());
    for index in 0..chars.len() {
        match index {
            0 => unicode::push_title(chars[0], &mut out),
            _ => push_lower_at(&chars, index, &mut out),
        }
    }
    Ok(out.into())
}

pub(super) fn title(vm: &mut Vm, args: Args<'_>) -> Outcome {
    let text = receiver(vm, args)?;
    if text.is_ascii() {
        let inside = std::cell::Cell::new(false);
        let map = |byte: u8| match inside.replace(byte.is_ascii_alphabetic()) {
            true => byte.to_ascii_lowercase(),
            false => byte.to_ascii_uppercase(),
        };
        return Ok(Str::map_ascii(&text, map).into_value());
    }
    let chars: Vec<char> = text.chars().collect();
    let mut out = String::with_capacity(chars.len());
    let mut inside = false;
    for (index, &c) in chars.iter().enumerate() {
        if inside {
            push_lower_at(&chars, index, &mut out);
        } else {
            unicode::push_title(c, &mut out);
        }
        inside = is_cased(c);
    }
    Ok(out.into())
}

pub(super) fn swapcase(vm: &mut Vm, args: Args<'_>) -> Outcome {
    let chars: Vec<char> = receiver(vm, args)?.chars().collect();
    let mut out = String::with_capacity(chars.len());
    for (index, &c) in chars.iter().enumerate() {
        if is_upper(c) {
            push_lower_at(&chars, index, &mut out);
        } else if is_lower(c) {
            unicode::push_upper(c, &mut out);
        } else {
            out.push(c);
        }
    }
    Ok(out.into())
}
