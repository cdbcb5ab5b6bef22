//! F-strings (PEP 701): text, replacement fields and format specifications.

use super::string::{Prefix, unescape};
use super::{Lexer, Step, Stop, StrPart, Tok};
use crate::error::Fault;

/// An f-string that is open.
pub(super) struct Frame {
    prefix: Prefix,
    start: usize,
    pub triple: bool,
    /// How many brackets were open before it.
    pub level: usize,
    /// For each replacement field inside another's specification: whether its own
    /// specification has begun.
    fields: Vec<Field>,
}

struct Field {
    /// How many brackets are open directly inside it.
    level: usize,
    in_spec: bool,
    /// The specification has had no field of its own yet: a line's end may close it.
    may_break: bool,
}

/// How deep replacement fields may nest in specifications.
const MAX_FIELDS: usize = 3;
/// How deep f-strings may nest in replacement fields, as in CPython.
const MAX_FSTRINGS: usize = 149;

impl Frame {
    /// Whether what comes next is text, not an expression.
    pub(super) fn in_text(&self) -> bool {
        self.fields.last().is_none_or(|field| field.in_spec)
    }

    pub(super) fn field_level(&self) -> usize {
        self.fields.len()
    }

    /// How many brackets are open directly inside the innermost field.
    pub(super) fn field_bracket(&self) -> usize {
        self.fields.last().map_or(0, |field| field.level)
    }
}

impl Lexer<'_> {
    pub(super) fn fstring_start(&mut self, start: usize, end: usize, prefix: Prefix) -> Step {
        if self.fstrings.len() >= MAX_FSTRINGS {
            return Err(Fault::point("too many nested f-strings", start as u32).into());
        }
        let level = self.brackets.len();
        let triple = prefix.triple;
        self.fstrings.push(Frame { prefix, start, triple, level, fields: Vec::new() });
        self.push(start, Tok::FStart, end);
        Ok(())
    }

    fn frame(&mut self) -> &mut Frame {
        let last = self.fstrings.len() - 1;
        &mut self.fstrings[last]
    }

    /// Reads text up to a field, the end of a specification or the end of the f-string.
    pub(super) fn fstring_text(&mut self) -> Step {
        let from = self.pos();
        let frame = &self.fstrings[self.fstrings.len() - 1];
        let (prefix, begin) = (frame.prefix, frame.start);
        let in_spec = !frame.fields.is_empty();
        let src = self.src.as_bytes();
        let mut text = String::new();
        let mut piece = from;
        let mut at = from;
        loop {
            let Some(&byte) = src.get(at) else {
                return Err(self.unterminated(begin, prefix, "f-string").into());
            };
            match byte {
                b'\\' if !prefix.raw && src[at..].starts_with(b"\\N{") => {
                    at += self.src[at..].find(['}', '\n', prefix.quote as char]).unwrap_or(1);
                    if src.get(at) == Some(&prefix.quote) {
                        continue;
                    }
                }
                b'\\' if !prefix.raw && matches!(src.get(at + 1), Some(b'{' | b'}')) => {
                    let brace = src[at + 1] as char;
                    let message = format!("invalid escape sequence '\\{brace}'");
                    self.warnings.push((from as u32, message));
                }
                b'\\' if !matches!(src.get(at + 1), Some(b'{' | b'}')) => at += 1,
                b'\n' if !prefix.triple && frame.fields.last().is_some_and(|field| field.may_break) => break,
                b'\n' if !prefix.triple => return Err(self.unterminated(begin, prefix, "f-string").into()),
                b'{' | b'}' if !in_spec && src.get(at + 1) == Some(&byte) => {
                    text.push_str(&self.src[piece..=at]);
                    piece = at + 2;
                    at += 1;
                }
                b'{' | b'}' => break,
                quote if quote == prefix.quote && (!prefix.triple || src[at..].starts_with(&[quote; 3])) => {
                    break;
                }
                _ => {}
            }
            at += 1;
        }
        let at = at.min(src.len());
        text.push_str(&self.src[piece.min(at)..at]);
        self.lex.bump(at - from);
        if !text.is_empty() {
            let whole = (from as u32, at as u32);
            let mut warnings = Vec::new();
            let part = unescape(&text, from as u32, prefix, whole, &mut warnings).unwrap_or_else(|fault| {
                self.note(fault);
                StrPart::Str(String::new())
            });
            self.warnings.append(&mut warnings);
            self.push(from, Tok::FText(part), at);
        }
        match src[at] {
            b'{' => self.field_start(at),
            b'}' => self.field_end(at),
            b'\n' => {
                // The rest of the field is read like its expression again.
                if let Some(field) = self.frame().fields.last_mut() {
                    field.in_spec = false;
                }
                Ok(())
            }
            _ => {
                self.fstring_end(at, prefix);
                Ok(())
            }
        }
    }

    fn field_start(&mut self, at: usize) -> Step {
        self.open(b'{', at)?;
        let level = self.brackets.len();
        if let Some(outer) = self.frame().fields.last_mut() {
            outer.may_break = false;
        }
        self.frame().fields.push(Field { level, in_spec: false, may_break: false });
        self.lex.bump(1);
        self.push(at, Tok::LBrace, at + 1);
        Ok(())
    }

    fn field_end(&mut self, at: usize) -> Step {
        if self.frame().fields.pop().is_none() {
            let message = "f-string: single '}' is not allowed";
            return Err(Fault::point(message, at as u32).into());
        }
        self.brackets.pop();
        self.lex.bump(1);
        self.push(at, Tok::RBrace, at + 1);
        Ok(())
    }

    /// Ends the f-string; a field in whose specification it ends stays open, as a bracket.
    fn fstring_end(&mut self, at: usize, prefix: Prefix) {
        let width = if prefix.triple { 3 } else { 1 };
        self.lex.bump(width);
        self.fstrings.pop();
        self.push(at, Tok::FEnd, at + width);
    }

    /// Handles an operator that means something else inside a replacement field; `true` if it
    /// did.
    pub(super) fn fstring_operator(&mut self, start: usize, text: &str) -> Result<bool, Stop> {
        let level = self.brackets.len();
        let depth = self.fstrings.last().map_or(0, |frame| frame.fields.len());
        let Some(field) = self.fstrings.last_mut().and_then(|frame| frame.fields.last_mut()) else {
            return Ok(false);
        };
        if field.level != level {
            return Ok(false);
        }
        match text {
            ":" | ":=" if depth >= MAX_FIELDS => {
                let message = "f-string: expressions nested too deeply";
                return Err(Fault::point(message, start as u32).into());
            }
            ":" | ":=" => {
                (field.in_spec, field.may_break) = (true, true);
                self.push(start, Tok::FColon, start + 1);
                if text.len() > 1 {
                    self.rewind(start + 1);
                }
            }
            "}" => {
                self.brackets.pop();
                self.frame().fields.pop();
                self.push(start, Tok::RBrace, start + 1);
            }
            _ => return Ok(false),
        }
        Ok(true)
    }

    /// Whether a quote inside a replacement field closes the f-string around it.
    pub(super) fn closes_fstring(&self, at: usize) -> bool {
        let Some(frame) = self.fstrings.last() else {
            return false;
        };
        let width = if frame.triple { 3 } else { 1 };
        self.src.as_bytes()[at..].starts_with(&[frame.prefix.quote; 3][..width])
    }
}
