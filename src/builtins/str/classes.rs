//! The `is...` methods.

use super::{Outcome, receiver};
use crate::object::unicode::{self, is_lower, is_title, is_upper};
use crate::object::{Args, Value, Vm};

macro_rules! all {
    ($($name:ident $test:expr;)*) => {
        $(pub(super) fn $name(vm: &mut Vm, args: Args<'_>) -> Outcome {
            let text = receiver(vm, args)?;
            Ok(Value::bool(!text.is_empty() && text.chars().all($test)))
        })*
    };
}

all! {
    isspace unicode::is_space;
    isdecimal |c| unicode::decimal(c).is_some();
    isdigit |c| unicode::digit(c).is_some();
    isnumeric unicode::is_numeric;
    isalpha unicode::is_alpha;
    isalnum unicode::is_alnum;
}

pub(super) fn isascii(vm: &mut Vm, args: Args<'_>) -> Outcome {
    Ok(Value::bool(receiver(vm, args)?.is_ascii()))
}

pub(super) fn isprintable(vm: &mut Vm, args: Args<'_>) -> Outcome {
    Ok(Value::bool(receiver(vm, args)?.chars().all(unicode::is_printable)))
}

pub(super) fn islower(vm: &mut Vm, args: Args<'_>) -> Outcome {
    let text = receiver(vm, args)?;
    Ok(Value::bool(text.chars().any(is_lower) && !text.chars().any(|c| is_upper(c) || is_title(c))))
}

pub(super) fn isupper(vm: &mut Vm, args: Args<'_>) -> Outcome {
    let text = receiver(vm, args)?;
    Ok(Value::bool(text.chars().any(is_upper) && !text.chars().any(|c| is_lower(c) || is_title(c))))
}

pub(super) fn istitle(vm: &mut Vm, args: Args<'_>) -> Outcome {
    let (mut cased, mut previous_cased) = (false, false);
    for c in receiver(vm, args)?.chars() {
        let starts = is_upper(c) || is_title(c);
        let goes_on = is_lower(c);
        if (starts && previous_cased) || (goes_on && !previous_cased) {
            return Ok(Value::bool(false));
        }
        previous_cased = starts || goes_on;
        cased |= previous_cased;
    }
    Ok(Value::bool(cased))
}

pub(super) fn isidentifier(vm: &mut Vm, args: Args<'_>) -> Outcome {
    let text = receiver(vm, args)?;
    Ok(Value::bool(is_identifier(&text)))
}

/// Whether a text is a name as the language's grammar has it (keywords included).
pub(crate) fn is_identifier(text: &str) -> bool {
    let mut chars = text.chars();
    chars.next().is_some_and(|c| c == '_' || unicode_ident::is_xid_start(c))
        && chars.all(unicode_ident::is_xid_continue)
}
