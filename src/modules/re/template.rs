//! Replacement templates: text with `\1`, `\g<name>` and escapes.

use super::matched::offsets;
use super::pattern::Compiled;
use super::subject::{Slots, Subject};
use crate::object::{Bytes, Known, Raised, Value, Vm};

enum Part {
    Literal(String),
    Group(usize),
}

/// A template, parsed for a pattern.
pub(super) struct Template {
    parts: Vec<Part>,
}

/// A result being put together: text, or bytes one a character.
#[derive(Default)]
pub(super) struct Output(pub String);

impl Output {
    /// Appends a part of a subject.
    pub fn push_part(&mut self, subject: &Subject, start: usize, end: usize) {
        match subject {
            Subject::Text(text) => self.0.push_str(&text.as_str()[start..end]),
            Subject::Bytes(bytes) => self.0.extend(bytes[start..end].iter().map(|&byte| byte as char)),
        }
    }

    /// The str, or the bytes that the characters stand for.
    pub fn into_value(self, is_bytes: bool) -> Value {
        if is_bytes {
            Bytes::new(self.0.chars().map(|c| c as u8).collect::<Vec<_>>()).into_value()
        } else {
            self.0.into()
        }
    }
}

impl Template {
    /// The template with the groups of a match in it.
    ///
    /// # Errors
    ///
    /// As [`Template::expand_to`].
    pub fn expand(&self, vm: &mut Vm, subject: &Subject, slots: &Slots) -> Result<Output, Raised> {
        let mut out = Output::default();
        self.expand_to(vm, subject, slots, &mut out)?;
        Ok(out)
    }

    /// Appends the template with the groups of a match in it.
    ///
    /// # Errors
    ///
    /// What interrupts it; MemoryError when memory has run short.
    pub fn expand_to(&self, vm: &mut Vm, subject: &Subject, slots: &Slots, out: &mut Output) -> Result<(), Raised> {
        for part in &self.parts {
            vm.poll_posted()?;
            match part {
                Part::Literal(text) => out.0.push_str(text),
                Part::Group(group) => {
                    if let Some((start, end)) = offsets(slots, *group) {
                        out.push_part(subject, start, end);
                    }
                }
            }
        }
        Ok(())
    }
}

/// Parses a template.
///
/// # Errors
///
/// `re.error` for a malformed one, IndexError for an unknown group name, TypeError if it is no string.
pub(super) fn parse(vm: &mut Vm, template: &Value, compiled: &Compiled) -> Result<Template, Raised> {
    let subject = Subject::new(vm, template, compiled.is_bytes)?;
    let chars: Vec<char> = match &subject {
        Subject::Text(text) => text.chars().collect(),
        Subject::Bytes(bytes) => bytes.iter().map(|&byte| byte as char).collect(),
    };
    let mut parts = Vec::new();
    let mut literal = String::new();
    let mut at = 0;
    while at < chars.len() {
        let c = chars[at];
        at += 1;
        if c != '\\' {
            literal.push(c);
            continue;
        }
        let start = at - 1;
        let Some(&kind) = chars.get(at) else { return Err(fail(vm, template, "bad escape (end of pattern)", start)) };
        at += 1;
        let octal = |at: usize| chars.get(at).and_then(|c| c.to_digit(8));
        let group = match kind {
            'g' => {
                let (group, after) = named(vm, template, compiled, &chars, at)?;
                at = after;
                group
            }
            '0' => {
                let mut code = 0;
                while let Some(digit) = octal(at).filter(|_| at < start + 4) {
                    code = code * 8 + digit;
                    at += 1;
                }
                literal.extend(char::from_u32(code & 0xff));
                continue;
            }
            '1'..='9' => {
                let mut group = kind.to_digit(10).unwrap_or(0) as usize;
                if let Some(second) = chars.get(at).and_then(|c| c.to_digit(10)) {
                    let digits = (octal(start + 1), octal(at), octal(at + 1));
                    if let (Some(a), Some(b), Some(c)) = digits {
                        let code = a * 64 + b * 8 + c;
                        if code > 0o377 {
                            let message = format!("octal escape value \\{code:o} outside of range 0-0o377");
                            return Err(fail(vm, template, &message, start));
                        }
                        at += 2;
                        literal.extend(char::from_u32(code));
                        continue;
                    }
                    group = group * 10 + second as usize;
                    at += 1;
                }
                if group >= compiled.names.len() {
                    return Err(fail(vm, template, &format!("invalid group reference {group}"), start + 1));
                }
                group
            }
            _ => {
                let plain = match kind {
                    'a' => '\x07',
                    'b' => '\x08',
                    'f' => '\x0c',
                    'n' => '\n',
                    'r' => '\r',
                    't' => '\t',
                    'v' => '\x0b',
                    '\\' => '\\',
                    kind if kind.is_ascii_alphabetic() => {
                        return Err(fail(vm, template, &format!("bad escape \\{kind}"), start));
                    }
                    kind => {
                        literal.push('\\');
                        kind
                    }
                };
                literal.push(plain);
                continue;
            }
        };
        if !literal.is_empty() {
            parts.push(Part::Literal(std::mem::take(&mut literal)));
        }
        parts.push(Part::Group(group));
    }
    if !literal.is_empty() {
        parts.push(Part::Literal(literal));
    }
    Ok(Template { parts })
}

/// `\g<...>` from behind the `g`: the group, and the index behind it.
fn named(
    vm: &mut Vm,
    template: &Value,
    compiled: &Compiled,
    chars: &[char],
    at: usize,
) -> Result<(usize, usize), Raised> {
    if chars.get(at) != Some(&'<') {
        return Err(fail(vm, template, "missing <", at));
    }
    let start = at + 1;
    let Some(len) = chars[start..].iter().position(|&c| c == '>') else {
        if start == chars.len() {
            return Err(fail(vm, template, "missing group name", start));
        }
        return Err(fail(vm, template, "missing >, unterminated name", start));
    };
    let name: String = chars[start..start + len].iter().collect();
    if name.is_empty() {
        return Err(fail(vm, template, "missing group name", start));
    }
    let after = start + len + 1;
    if name.bytes().all(|byte| byte.is_ascii_digit()) {
        let group = name.parse().unwrap_or(usize::MAX);
        if group >= compiled.names.len() {
            return Err(fail(vm, template, &format!("invalid group reference {name}"), start));
        }
        return Ok((group, after));
    }
    let quoted = super::quoted(&name, compiled.is_bytes);
    if compiled.is_bytes && !name.is_ascii() {
        let quoted = super::quoted_in_ascii(&name);
        return Err(fail(vm, template, &format!("bad character in group name {quoted}"), start));
    }
    if !crate::builtins::str::is_identifier(&name) {
        return Err(fail(vm, template, &format!("bad character in group name {quoted}"), start));
    }
    match compiled.names.iter().position(|known| known.as_deref() == Some(&name)) {
        Some(group) => Ok((group, after)),
        None => Err(vm.raise(Known::IndexError, format!("unknown group name {}", super::quoted(&name, false)))),
    }
}

fn fail(vm: &mut Vm, template: &Value, message: &str, position: usize) -> Raised {
    let error = vm.import_dotted("re").and_then(|re| vm.get_attr(&re, "PatternError"));
    let exception = error.and_then(|error| vm.call(&error, &[message.into(), template.clone(), position.into()]));
    match exception {
        Ok(exception) => vm.raise_value(exception),
        Err(raised) => raised,
    }
}
