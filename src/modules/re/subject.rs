//! What is searched: a str, or the content of a bytes-like object.

use std::rc::Rc;

use super::matcher::{Matcher, Stopped};
use super::program::Program;
use crate::builtins::bytes::buffer;
use crate::object::{Bytes, Known, Ptr, Raised, Str, Value, Vm};

/// A subject, by byte offsets inside and by characters outside.
#[derive(Clone)]
pub(super) enum Subject {
    Text(Ptr<Str>),
    Bytes(Rc<[u8]>),
}

/// How a match is wanted.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Mode {
    Search,
    Match,
    Full,
}

/// Start and end offset of each group, and the number of the last that closed.
pub(super) type Slots = Vec<usize>;

impl Subject {
    /// The subject that a value is for a pattern of the given kind.
    ///
    /// # Errors
    ///
    /// TypeError if it is of the other kind, or no string at all.
    pub fn new(vm: &mut Vm, value: &Value, is_bytes: bool) -> Result<Subject, Raised> {
        if let Some(text) = crate::builtins::str::text_of(vm, value) {
            if is_bytes {
                return Err(vm.type_error("cannot use a bytes pattern on a string-like object"));
            }
            return Ok(Subject::Text(text));
        }
        match buffer::view(vm, value) {
            Some(_) if !is_bytes => Err(vm.type_error("cannot use a string pattern on a bytes-like object")),
            Some(bytes) => Ok(Subject::Bytes(bytes.as_ref().into())),
            None => {
                let found = vm.class_name(value);
                Err(vm.type_error(format!("expected string or bytes-like object, got '{found}'")))
            }
        }
    }

    /// Length in characters.
    pub fn len(&self) -> usize {
        match self {
            Subject::Text(text) => text.char_count(),
            Subject::Bytes(bytes) => bytes.len(),
        }
    }

    /// The byte offset of a character.
    pub fn offset(&self, index: usize) -> usize {
        match self {
            Subject::Text(text) => text.byte_offset(index),
            Subject::Bytes(_) => index,
        }
    }

    /// The character at a byte offset.
    pub fn index(&self, offset: usize) -> usize {
        match self {
            Subject::Text(text) => text.char_index(offset),
            Subject::Bytes(_) => offset,
        }
    }

    /// The part between two byte offsets.
    pub fn part(&self, start: usize, end: usize) -> Value {
        match self {
            Subject::Text(text) => Value::str(&text.as_str()[start..end]),
            Subject::Bytes(bytes) => Bytes::new(&bytes[start..end]).into_value(),
        }
    }

    /// Runs a program from `start` on as if the subject ended at `end` (byte offsets).
    ///
    /// # Errors
    ///
    /// What interrupts a long match; RuntimeError if it needs too much memory.
    pub fn run(
        &self,
        vm: &mut Vm,
        program: &Program,
        mode: Mode,
        start: usize,
        end: usize,
        not_empty: bool,
    ) -> Result<Option<Slots>, Raised> {
        if start > end {
            return Ok(None);
        }
        let not_empty_at = not_empty.then_some(start);
        let poll = || vm.poll();
        let result = match self {
            Subject::Text(text) => {
                let mut matcher = Matcher::new(program, &text.as_str()[..end], poll);
                (matcher.must_end, matcher.not_empty_at) = ((mode == Mode::Full).then_some(end), not_empty_at);
                let found = if mode == Mode::Search { matcher.search(start) } else { matcher.match_at(start) };
                found.map(|found| found.then_some(matcher.slots))
            }
            Subject::Bytes(bytes) => {
                let mut matcher = Matcher::new(program, &bytes[..end], poll);
                (matcher.must_end, matcher.not_empty_at) = ((mode == Mode::Full).then_some(end), not_empty_at);
                let found = if mode == Mode::Search { matcher.search(start) } else { matcher.match_at(start) };
                found.map(|found| found.then_some(matcher.slots))
            }
        };
        result.map_err(|stopped| match stopped {
            Stopped::Polled(raised) => raised,
            Stopped::TooDeep => vm.raise(Known::RuntimeError, "pattern needs too much backtracking for this string"),
        })
    }
}
