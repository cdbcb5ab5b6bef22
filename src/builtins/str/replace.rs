//! `replace`, `translate` and `maketrans`.

use memchr::memmem;

use super::{Outcome, receiver, same_or_new, text_of};
use crate::builtins::format::percent::surrogate;
use crate::object::{Args, Dict, Known, Raised, Value, Vm};

pub(super) fn replace(vm: &mut Vm, args: Args<'_>) -> Outcome {
    let text = receiver(vm, args)?;
    let old = vm.expect_str(&args[1], "replace() argument 1")?;
    let new = vm.expect_str(&args[2], "replace() argument 2")?;
    let count = match args.get(3) {
        None => usize::MAX,
        Some(count) => usize::try_from(vm.expect_isize(count)?).unwrap_or(usize::MAX),
    };
    let bytes = text.as_str().as_bytes();
    // Every byte may be one.
    vm.expect_room_for::<[usize; 2]>(if count < bytes.len() { 0 } else { bytes.len() })?;
    let hits: Vec<usize> = if old.is_empty() {
        text.char_indices().map(|(at, _)| at).chain([text.len()]).take(count).collect()
    } else {
        match old.as_str().as_bytes() {
            [byte] => memchr::memchr_iter(*byte, bytes).take(count).collect(),
            needle => memmem::find_iter(bytes, needle).take(count).collect(),
        }
    };
    if hits.is_empty() {
        return Ok(same_or_new(&args[0], &text));
    }
    let mut out = String::new();
    let room = hits.len().saturating_mul(new.len()).saturating_add(text.len());
    if room > isize::MAX as usize / 2 || out.try_reserve(room - hits.len() * old.len().min(new.len())).is_err() {
        return Err(vm.memory_error());
    }
    let mut last = 0;
    for at in hits {
        out.push_str(&text[last..at]);
        out.push_str(&new);
        last = at + old.len();
    }
    out.push_str(&text[last..]);
    vm.text(&out)
}

pub(super) fn translate(vm: &mut Vm, args: Args<'_>) -> Outcome {
    let text = receiver(vm, args)?;
    let mut out = String::with_capacity(text.len());
    // What each ASCII character becomes is asked once.
    let mut known: Vec<Option<String>> = vec![None; 128];
    for c in text.chars() {
        vm.poll_posted()?;
        if let Some(Some(mapped)) = known.get(c as usize) {
            out.push_str(mapped);
            continue;
        }
        let mapped = translate_char(vm, &args[1], c)?;
        out.push_str(&mapped);
        if let Some(place) = known.get_mut(c as usize) {
            *place = Some(mapped);
        }
    }
    Ok(same_or_new(&args[0], &out))
}

fn translate_char(vm: &mut Vm, table: &Value, c: char) -> Result<String, Raised> {
    let found = match vm.getitem(table, &Value::Int(c as i64)) {
        Ok(found) => found,
        Err(raised) => {
            vm.catch(raised, Known::LookupError)?;
            return Ok(c.to_string());
        }
    };
    match vm.unwrap(&found) {
        Value::None => Ok(String::new()),
        Value::Str(text) => Ok(text.as_str().to_owned()),
        Value::Int(code @ 0..0x110000) => match char::from_u32(*code as u32) {
            Some(c) => Ok(c.to_string()),
            None => {
                let code = *code as u32;
                Err(surrogate(vm, code))
            }
        },
        Value::Int(_) | Value::BigInt(_) => Err(vm.value_error("character mapping must be in range(0x110000)")),
        _ => Err(vm.type_error("character mapping must return integer, None or str")),
    }
}

pub(super) fn maketrans(vm: &mut Vm, args: Args<'_>) -> Outcome {
    let table = Dict::new();
    let Some(to) = args.get(1) else {
        let Value::Dict(source) = vm.unwrap(&args[0]) else {
            return Err(vm.type_error("if you give only one argument to maketrans it must be a dict"));
        };
        let source = source.to_ptr();
        let pairs: Vec<(Value, Value)> =
            source.data.get(&vm.gil).iter().map(|entry| (entry.key.clone(), entry.value.clone())).collect();
        for (key, value) in pairs {
            let code = match vm.unwrap(&key) {
                Value::Str(text) if text.char_count() == 1 => Value::Int(text.char_at(0) as i64),
                Value::Str(_) => return Err(vm.value_error("string keys in translate table must be of length 1")),
                Value::Int(_) | Value::BigInt(_) | Value::Bool(_) => key.clone(),
                _ => return Err(vm.type_error("keys in translate table must be strings or integers")),
            };
            vm.dict_set(&table, code, value)?;
        }
        return Ok(table.into_value());
    };
    let Some(from) = text_of(vm, &args[0]) else {
        return Err(vm.type_error("first maketrans argument must be a string if there is a second argument"));
    };
    let to = vm.expect_str(to, "maketrans() argument 2")?;
    if from.char_count() != to.char_count() {
        return Err(vm.value_error("the first two maketrans arguments must have equal length"));
    }
    for (from, to) in from.chars().zip(to.chars()) {
        vm.dict_set(&table, Value::Int(from as i64), Value::Int(to as i64))?;
    }
    if let Some(delete) = args.get(2) {
        let delete = vm.expect_str(delete, "maketrans() argument 3")?;
        for c in delete.chars() {
            vm.dict_set(&table, Value::Int(c as i64), Value::None)?;
        }
    }
    Ok(table.into_value())
}
