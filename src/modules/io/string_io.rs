//! `StringIO`: text in memory as a file.

use super::decoder::{Newline, Seen};
use super::memory::{self, Memory, open};
use super::text_methods::text_or_none;
use super::{Outcome, data, new_stream, size_argument};
use crate::builtins::native;
use crate::object::{Args, Arity, ForeignData, GetSetDef, NativeDef, Params, Value, Vm};

/// The text and where the next character is read or written, which may be behind the end.
#[derive(Default)]
struct StringIo {
    text: String,
    /// Length in characters.
    chars: usize,
    /// In characters.
    position: usize,
    /// The position in bytes, unless it is behind the end.
    offset: usize,
    newline: Newline,
    seen: Seen,
    closed: bool,
}

impl ForeignData for StringIo {}

impl Memory for StringIo {
    const CLOSED: &'static str = "I/O operation on closed file";

    fn is_closed(&self) -> bool {
        self.closed
    }

    fn position(&self) -> usize {
        self.position
    }
}

impl StringIo {
    fn rest(&self) -> &str {
        if self.position >= self.chars { "" } else { &self.text[self.offset..] }
    }

    fn is_ascii(&self) -> bool {
        self.text.len() == self.chars
    }

    fn seek(&mut self, position: usize) {
        self.position = position;
        self.offset = match position {
            _ if position >= self.chars => self.text.len(),
            _ if self.is_ascii() => position,
            _ => self.text.char_indices().nth(position).map_or(self.text.len(), |(at, _)| at),
        };
    }

    /// Takes up to `count` characters of the first `bytes` bytes of the rest.
    fn take(&mut self, count: usize, bytes: usize) -> String {
        let part = &self.rest()[..bytes];
        let (end, taken) = match part.char_indices().enumerate().nth(count) {
            _ if part.is_ascii() => (part.len().min(count), part.len().min(count)),
            Some((taken, (at, _))) => (at, taken),
            None => (part.len(), part.chars().count()),
        };
        let text = part[..end].to_owned();
        self.position += taken;
        self.offset += end;
        text
    }

    fn write(&mut self, text: &str) {
        let text = if self.newline == Newline::Universal {
            self.seen.note(text.to_owned(), true)
        } else {
            self.newline.written(text).into_owned()
        };
        if text.is_empty() {
            return;
        }
        let count = if text.is_ascii() { text.len() } else { text.chars().count() };
        if self.position > self.chars {
            self.text.extend(std::iter::repeat_n('\0', self.position - self.chars));
            self.chars = self.position;
            self.offset = self.text.len();
        }
        if self.position == self.chars {
            self.text.push_str(&text);
            self.chars += count;
        } else {
            let over = count.min(self.chars - self.position);
            let rest = &self.text[self.offset..];
            let end = rest.char_indices().nth(over).map_or(self.text.len(), |(at, _)| self.offset + at);
            self.text.replace_range(self.offset..end, &text);
            self.chars += count - over;
        }
        self.position += count;
        self.offset += text.len();
    }
}

const INIT: Params = Params { names: &["self", "initial_value", "newline"], required: 1, posonly: 1, kwonly: 0 };

pub(super) const NEW: &[NativeDef] = &[native("__new__", Arity::Any, new, "")];

pub(super) const SLOTS: &[NativeDef] = &[
    native("__init__", Arity::Named(&INIT), initialize, ""),
    native("__next__", Arity::Exact(1), next, "Implement next(self)."),
];

pub(super) const METHODS: &[NativeDef] = &[
    native("read", Arity::Range(1, 2), read, "The next characters, so many or all that are left."),
    native("readline", Arity::Range(1, 2), readline, "The characters up to and with the next end of line."),
    native("write", Arity::Exact(2), write, "Write string to file, return the number of characters written."),
    native("getvalue", Arity::Exact(1), getvalue, "All text, wherever the position is."),
    native("seek", Arity::Range(2, 3), seek, "Change stream position."),
    native("tell", Arity::Exact(1), memory::tell::<StringIo>, "Where the next character is read or written."),
    native("truncate", Arity::Range(1, 2), truncate, "Truncate size to pos."),
    native("close", Arity::Exact(1), close, "Close the IO object."),
    native("flush", Arity::Exact(1), nothing, ""),
    native("isatty", Arity::Exact(1), memory::no::<StringIo>, ""),
    native("readable", Arity::Exact(1), memory::yes::<StringIo>, "Whether it can be read."),
    native("writable", Arity::Exact(1), memory::yes::<StringIo>, "Whether it can be written."),
    native("seekable", Arity::Exact(1), memory::yes::<StringIo>, "Whether the position can be moved."),
    native("fileno", Arity::Exact(1), memory::fileno, ""),
    native("detach", Arity::Exact(1), memory::detach, ""),
];

pub(super) const GETSETS: &[GetSetDef] = &[
    GetSetDef { name: "closed", get: memory::get_closed::<StringIo>, set: None, doc: "" },
    GetSetDef { name: "line_buffering", get: get_line_buffering, set: None, doc: "" },
    GetSetDef { name: "newlines", get: get_newlines, set: None, doc: "" },
    GetSetDef { name: "encoding", get: get_nothing, set: None, doc: "" },
    GetSetDef { name: "errors", get: get_nothing, set: None, doc: "" },
];

fn new(vm: &mut Vm, args: Args<'_>) -> Outcome {
    new_stream(vm, &args[0], StringIo { newline: Newline::Lf, ..StringIo::default() })
}

fn initialize(vm: &mut Vm, args: Args<'_>) -> Outcome {
    let newline = match args.get(2) {
        None => Some(Newline::Lf),
        given => Newline::parse(text_or_none(vm, given, "newline")?.as_deref()),
    };
    let Some(newline) = newline else {
        let shown = vm.repr(&args[2])?;
        return Err(vm.value_error(format!("illegal newline value: {}", shown.as_str())));
    };
    let initial = text_or_none(vm, args.get(1), "initial_value")?;
    let stream = data::<StringIo>(vm, &args[0])?;
    *stream = StringIo { newline, ..StringIo::default() };
    if let Some(text) = initial {
        stream.write(&text);
        stream.seek(0);
    }
    Ok(Value::None)
}

fn read(vm: &mut Vm, args: Args<'_>) -> Outcome {
    let count = size_argument(vm, args.get(1))?.unwrap_or(usize::MAX);
    let stream = open::<StringIo>(vm, &args[0])?;
    let bytes = stream.rest().len();
    Ok(stream.take(count, bytes).into())
}

fn line(stream: &mut StringIo, limit: usize) -> String {
    let rest = stream.rest();
    let bytes = stream.newline.line_end(rest).unwrap_or(rest.len());
    stream.take(limit, bytes)
}

fn readline(vm: &mut Vm, args: Args<'_>) -> Outcome {
    let limit = size_argument(vm, args.get(1))?.unwrap_or(usize::MAX);
    Ok(line(open::<StringIo>(vm, &args[0])?, limit).into())
}

fn next(vm: &mut Vm, args: Args<'_>) -> Outcome {
    // A subclass may have its own readline.
    let line = match &args[0] {
        Value::Foreign(object) if object.class.is(&vm.io_class(super::Stream::Str)) => {
            line(open::<StringIo>(vm, &args[0])?, usize::MAX).into()
        }
        other => vm.call_method(other, crate::object::Name::Readline, &[])?,
    };
    if vm.truth(&line)? {
        return Ok(line);
    }
    let end = vm.new_exception(crate::object::Known::StopIteration, Vec::new());
    Err(vm.raise_value(end))
}

fn write(vm: &mut Vm, args: Args<'_>) -> Outcome {
    let Some(text) = vm.unwrap(&args[1]).as_text() else {
        let found = vm.class_name(&args[1]);
        return Err(vm.type_error(format!("string argument expected, got '{found}'")));
    };
    let stream = open::<StringIo>(vm, &args[0])?;
    let missing = stream.position.saturating_sub(stream.chars).saturating_add(text.len());
    if stream.text.try_reserve(missing).is_err() {
        return Err(vm.memory_error());
    }
    stream.write(text.as_str());
    Ok(text.char_count().into())
}

fn getvalue(vm: &mut Vm, args: Args<'_>) -> Outcome {
    Ok(Value::str(&open::<StringIo>(vm, &args[0])?.text))
}

fn seek(vm: &mut Vm, args: Args<'_>) -> Outcome {
    let (offset, whence) = memory::seek_arguments::<StringIo>(vm, args)?;
    if !(0..=2).contains(&whence) {
        return Err(vm.value_error(format!("Invalid whence ({whence}, should be 0, 1 or 2)")));
    }
    if offset < 0 && whence == 0 {
        return Err(vm.value_error(format!("Negative seek position {offset}")));
    }
    if whence != 0 && offset != 0 {
        return Err(vm.raise(crate::object::Known::OSError, "Can't do nonzero cur-relative seeks"));
    }
    let stream = open::<StringIo>(vm, &args[0])?;
    let position = match whence {
        1 => stream.position,
        2 => stream.chars,
        _ => offset as usize,
    };
    stream.seek(position);
    Ok(position.into())
}

fn truncate(vm: &mut Vm, args: Args<'_>) -> Outcome {
    let size = memory::truncate_argument::<StringIo>(vm, args, "Negative size value")?;
    let stream = open::<StringIo>(vm, &args[0])?;
    if (size as usize) < stream.chars {
        let position = stream.position;
        stream.seek(size as usize);
        stream.text.truncate(stream.offset);
        stream.chars = size as usize;
        stream.seek(position);
    }
    Ok(Value::Int(size))
}

fn close(vm: &mut Vm, args: Args<'_>) -> Outcome {
    let stream = data::<StringIo>(vm, &args[0])?;
    *stream = StringIo { closed: true, newline: stream.newline, ..StringIo::default() };
    Ok(Value::None)
}

fn nothing(_vm: &mut Vm, _args: Args<'_>) -> Outcome {
    Ok(Value::None)
}

fn get_line_buffering(vm: &mut Vm, this: &Value) -> Outcome {
    open::<StringIo>(vm, this)?;
    Ok(Value::bool(false))
}

fn get_newlines(vm: &mut Vm, this: &Value) -> Outcome {
    Ok(open::<StringIo>(vm, this)?.seen.value())
}

fn get_nothing(_vm: &mut Vm, _this: &Value) -> Outcome {
    Ok(Value::None)
}
