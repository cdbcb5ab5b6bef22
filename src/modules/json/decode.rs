//! JSON to values: an iterative scanner, so that nesting needs no Rust stack.

use super::text::{StringError, read_string};
use crate::builtins::format::percent::surrogate;
use crate::builtins::str::text_of;
use crate::object::number::float_text;
use crate::object::{Args, Dict, Known, Ptr, Raised, Str, Value, Vm};

/// Nesting that CPython's scanner refuses too.
const MAX_DEPTH: usize = 9000;

/// What `scan` was called with.
struct Scanner {
    text: Ptr<Str>,
    error: Value,
    strict: bool,
    object_hook: Option<Value>,
    pairs_hook: Option<Value>,
    parse_float: Option<Value>,
    parse_int: Option<Value>,
    parse_constant: Option<Value>,
}

/// A container that is being read.
enum Open {
    Array(Vec<Value>),
    /// The pairs, and the key whose value comes next.
    Object(Vec<(Value, Value)>, Value),
}

fn given(value: &Value) -> Option<Value> {
    if value.is_none() { None } else { Some(value.clone()) }
}

/// `scan(text, index, ...)`: the value at a character index and the index behind it.
pub(super) fn scan(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let text = vm.expect_str(&args[0], "first argument")?;
    let index = vm.expect_isize(&args[1])?;
    let scanner = Scanner {
        error: args[2].clone(),
        strict: vm.truth(&args[3])?,
        object_hook: given(&args[4]),
        pairs_hook: given(&args[5]),
        parse_float: given(&args[6]),
        parse_int: given(&args[7]),
        parse_constant: given(&args[8]),
        text,
    };
    if index < 0 {
        return Err(vm.value_error("idx cannot be negative"));
    }
    let start = scanner.text.byte_offset((index as usize).min(scanner.text.char_count()));
    let (value, end) = scanner.value(vm, start)?;
    Ok(Value::tuple(vec![value, scanner.text.char_index(end).into()]))
}

/// `skip_space(text, index)`.
pub(super) fn skip_space(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let Some(text) = text_of(vm, &args[0]) else { return Err(vm.type_error("text must be str")) };
    let index = vm.expect_isize(&args[1])?.max(0) as usize;
    let start = text.byte_offset(index.min(text.char_count()));
    Ok(text.char_index(space(text.as_str().as_bytes(), start)).into())
}

/// The offset of the first byte from `at` on that is no JSON whitespace.
fn space(bytes: &[u8], at: usize) -> usize {
    at + bytes[at..].iter().take_while(|byte| matches!(byte, b' ' | b'\t' | b'\n' | b'\r')).count()
}

impl Scanner {
    fn fail(&self, vm: &mut Vm, message: &str, at: usize) -> Raised {
        let position = self.text.char_index(at).into();
        match vm.call(&self.error, &[message.into(), self.text.to_value(), position]) {
            Ok(exception) => vm.raise_value(exception),
            Err(raised) => raised,
        }
    }

    fn string(&self, vm: &mut Vm, start: usize) -> Result<(String, usize), Raised> {
        read_string(self.text.as_str(), start, self.strict).map_err(|error| match error {
            StringError::Syntax(message, at) => self.fail(vm, message, at),
            StringError::Surrogate(code) => surrogate(vm, code),
        })
    }

    fn value(&self, vm: &mut Vm, start: usize) -> Result<(Value, usize), Raised> {
        let text = self.text.clone();
        let bytes = text.as_str().as_bytes();
        let mut open: Vec<Open> = Vec::new();
        let mut at = start;
        loop {
            // A value begins here; opening a container goes round again for its first item.
            let mut value;
            match bytes.get(at) {
                Some(b'[') => {
                    self.check_depth(vm, &open, "array")?;
                    at = space(bytes, at + 1);
                    if bytes.get(at) != Some(&b']') {
                        open.push(Open::Array(Vec::new()));
                        continue;
                    }
                    (value, at) = (Value::list(Vec::new()), at + 1);
                }
                Some(b'{') => {
                    self.check_depth(vm, &open, "object")?;
                    at = space(bytes, at + 1);
                    if bytes.get(at) != Some(&b'}') {
                        let key;
                        (key, at) = self.key(vm, bytes, at)?;
                        open.push(Open::Object(Vec::new(), key));
                        continue;
                    }
                    (value, at) = (self.object(vm, Vec::new())?, at + 1);
                }
                _ => (value, at) = self.scalar(vm, bytes, at)?,
            }
            // The value is complete: it goes into its container, and may complete that one too.
            loop {
                let Some(container) = open.last_mut() else { return Ok((value, at)) };
                at = space(bytes, at);
                let next = bytes.get(at).copied();
                match container {
                    Open::Array(items) => {
                        items.push(value);
                        match next {
                            Some(b',') => {
                                let comma = at;
                                at = space(bytes, at + 1);
                                if bytes.get(at) == Some(&b']') {
                                    return Err(self.fail(vm, "Illegal trailing comma before end of array", comma));
                                }
                                break;
                            }
                            Some(b']') => value = Value::list(std::mem::take(items)),
                            _ => return Err(self.fail(vm, "Expecting ',' delimiter", at)),
                        }
                    }
                    Open::Object(pairs, key) => {
                        pairs.push((key.take(), value));
                        match next {
                            Some(b',') => {
                                let comma = at;
                                at = space(bytes, at + 1);
                                if bytes.get(at) == Some(&b'}') {
                                    return Err(self.fail(vm, "Illegal trailing comma before end of object", comma));
                                }
                                let next_key;
                                (next_key, at) = self.key(vm, bytes, at)?;
                                *key = next_key;
                                break;
                            }
                            Some(b'}') => {
                                let pairs = std::mem::take(pairs);
                                value = self.object(vm, pairs)?;
                            }
                            _ => return Err(self.fail(vm, "Expecting ',' delimiter", at)),
                        }
                    }
                }
                at += 1;
                open.pop();
            }
        }
    }

    fn check_depth(&self, vm: &mut Vm, open: &[Open], what: &str) -> Result<(), Raised> {
        if open.len() < MAX_DEPTH {
            return Ok(());
        }
        let message = format!("maximum recursion depth exceeded while decoding a JSON {what} from a unicode string");
        Err(vm.raise(Known::RecursionError, message))
    }

    /// A key, its colon and the space behind it.
    fn key(&self, vm: &mut Vm, bytes: &[u8], at: usize) -> Result<(Value, usize), Raised> {
        if bytes.get(at) != Some(&b'"') {
            return Err(self.fail(vm, "Expecting property name enclosed in double quotes", at));
        }
        let (key, end) = self.string(vm, at + 1)?;
        let at = space(bytes, end);
        if bytes.get(at) != Some(&b':') {
            return Err(self.fail(vm, "Expecting ':' delimiter", at));
        }
        Ok((key.into(), space(bytes, at + 1)))
    }

    fn object(&self, vm: &mut Vm, pairs: Vec<(Value, Value)>) -> Result<Value, Raised> {
        if let Some(hook) = &self.pairs_hook {
            let pairs = pairs.into_iter().map(|(key, value)| Value::tuple(vec![key, value])).collect();
            return vm.call(hook, &[Value::list(pairs)]);
        }
        let dict = Dict::new();
        for (key, value) in pairs {
            vm.dict_set(&dict, key, value)?;
        }
        match &self.object_hook {
            Some(hook) => vm.call(hook, &[dict.into_value()]),
            None => Ok(dict.into_value()),
        }
    }

    fn scalar(&self, vm: &mut Vm, bytes: &[u8], at: usize) -> Result<(Value, usize), Raised> {
        let rest = &bytes[at.min(bytes.len())..];
        for (word, value) in [("null", Value::None), ("true", Value::bool(true)), ("false", Value::bool(false))] {
            if rest.starts_with(word.as_bytes()) {
                return Ok((value, at + word.len()));
            }
        }
        for (word, x) in [("NaN", f64::NAN), ("Infinity", f64::INFINITY), ("-Infinity", f64::NEG_INFINITY)] {
            if rest.starts_with(word.as_bytes()) {
                let value = match &self.parse_constant {
                    Some(parse) => vm.call(parse, &[word.into()])?,
                    None => Value::float(x),
                };
                return Ok((value, at + word.len()));
            }
        }
        if rest.first() == Some(&b'"') {
            let (text, end) = self.string(vm, at + 1)?;
            return Ok((text.into(), end));
        }
        match number_length(rest) {
            Some((len, is_float)) => {
                let text = self.text.as_str()[at..at + len].to_owned();
                Ok((self.number(vm, &text, is_float)?, at + len))
            }
            None => Err(self.fail(vm, "Expecting value", at)),
        }
    }

    fn number(&self, vm: &mut Vm, text: &str, is_float: bool) -> Result<Value, Raised> {
        let parse = if is_float { &self.parse_float } else { &self.parse_int };
        if let Some(parse) = parse {
            return vm.call(parse, &[text.into()]);
        }
        if is_float {
            return Ok(Value::float(float_text::parse(text).unwrap_or(f64::NAN)));
        }
        match text.parse() {
            Ok(small) => Ok(Value::Int(small)),
            Err(_) => vm.parse_int(text, 10, &Value::str(text)),
        }
    }
}

/// The length of the number that `rest` begins with, and whether it is a float.
fn number_length(rest: &[u8]) -> Option<(usize, bool)> {
    let digits = |from: usize| rest[from..].iter().take_while(|byte| byte.is_ascii_digit()).count();
    let mut len = usize::from(rest.first() == Some(&b'-'));
    len += match rest.get(len)? {
        b'0' => 1,
        b'1'..=b'9' => digits(len),
        _ => return None,
    };
    let mut is_float = false;
    if rest.get(len) == Some(&b'.') && digits(len + 1) > 0 {
        len += 1 + digits(len + 1);
        is_float = true;
    }
    if matches!(rest.get(len), Some(b'e' | b'E')) {
        let sign = usize::from(matches!(rest.get(len + 1), Some(b'+' | b'-')));
        if rest.len() > len + 1 + sign && digits(len + 1 + sign) > 0 {
            len += 1 + sign + digits(len + 1 + sign);
            is_float = true;
        }
    }
    Some((len, is_float))
}

#[cfg(test)]
mod tests {
    use super::number_length;

    #[test]
    fn measures_numbers() {
        for (text, expected) in [
            ("-12.5e+3]", Some((8, true))),
            ("0123", Some((1, false))),
            ("1.", Some((1, false))),
            ("1e", Some((1, false))),
            ("-", None),
            ("5,", Some((1, false))),
        ] {
            assert_eq!(number_length(text.as_bytes()), expected, "{text}");
        }
    }
}
