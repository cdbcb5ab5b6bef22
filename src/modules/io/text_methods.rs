//! The methods of `TextIOWrapper`.

use super::decoder::Newline;
use super::text::{Text, TextOptions};
use super::{Outcome, data, new_stream, size_argument};
use crate::builtins::native;
use crate::object::{Args, Arity, GetSetDef, Known, Name, NativeDef, Params, Raised, Value, Vm};

const INIT: Params = Params {
    names: &["self", "buffer", "encoding", "errors", "newline", "line_buffering", "write_through"],
    required: 2,
    posonly: 1,
    kwonly: 0,
};
const RECONFIGURE: Params = Params {
    names: &["self", "encoding", "errors", "newline", "line_buffering", "write_through"],
    required: 1,
    posonly: 1,
    kwonly: 5,
};
const SEEK: Params = Params { names: &["self", "cookie", "whence"], required: 2, posonly: 3, kwonly: 0 };

pub(super) const NEW: &[NativeDef] = &[native("__new__", Arity::Any, new, "")];

pub(super) const SLOTS: &[NativeDef] = &[
    native("__init__", Arity::Named(&INIT), initialize, ""),
    native("__repr__", Arity::Exact(1), repr, "Return repr(self)."),
    native("__next__", Arity::Exact(1), next, "Implement next(self)."),
];

pub(super) const METHODS: &[NativeDef] = &[
    native("read", Arity::Range(1, 2), read, ""),
    native("readline", Arity::Range(1, 2), readline, ""),
    native("write", Arity::Exact(2), write, ""),
    native("flush", Arity::Exact(1), flush, ""),
    native("seek", Arity::Named(&SEEK), seek, ""),
    native("tell", Arity::Exact(1), tell, ""),
    native("truncate", Arity::Range(1, 2), truncate, ""),
    native("close", Arity::Exact(1), close, ""),
    native("detach", Arity::Exact(1), detach, ""),
    native("reconfigure", Arity::Named(&RECONFIGURE), reconfigure, ""),
    native("fileno", Arity::Exact(1), fileno, ""),
    native("isatty", Arity::Exact(1), isatty, ""),
    native("readable", Arity::Exact(1), readable, ""),
    native("writable", Arity::Exact(1), writable, ""),
    native("seekable", Arity::Exact(1), seekable, ""),
];

pub(super) const GETSETS: &[GetSetDef] = &[
    GetSetDef { name: "closed", get: get_closed, set: None, doc: "" },
    GetSetDef { name: "name", get: get_name, set: None, doc: "" },
    GetSetDef { name: "mode", get: get_mode, set: Some(set_mode), doc: "" },
    GetSetDef { name: "encoding", get: get_encoding, set: None, doc: "" },
    GetSetDef { name: "errors", get: get_errors, set: None, doc: "" },
    GetSetDef { name: "newlines", get: get_newlines, set: None, doc: "" },
    GetSetDef { name: "line_buffering", get: get_line_buffering, set: None, doc: "" },
    GetSetDef { name: "write_through", get: get_write_through, set: None, doc: "" },
    GetSetDef { name: "buffer", get: get_buffer, set: None, doc: "" },
];

fn new(vm: &mut Vm, args: Args<'_>) -> Outcome {
    new_stream(vm, &args[0], Text::blank())
}

/// An argument that is a `str` or None.
pub(super) fn text_or_none(vm: &mut Vm, value: Option<&Value>, what: &str) -> Result<Option<String>, Raised> {
    let Some(value) = value.filter(|value| !value.is_none()) else { return Ok(None) };
    match vm.unwrap(value).as_text() {
        Some(text) => Ok(Some(text.as_str().to_owned())),
        None => {
            let found = vm.class_name(value);
            Err(vm.type_error(format!("{what} must be str or None, not {found}")))
        }
    }
}

/// The mode for an argument `newline`.
pub(super) fn newline(vm: &mut Vm, text: Option<&str>) -> Result<Newline, Raised> {
    match Newline::parse(text) {
        Some(newline) => Ok(newline),
        None => Err(vm.value_error(format!("illegal newline value: {}", text.unwrap_or_default()))),
    }
}

fn initialize(vm: &mut Vm, args: Args<'_>) -> Outcome {
    let encoding = text_or_none(vm, args.get(2), "TextIOWrapper() argument 'encoding'")?;
    let errors = text_or_none(vm, args.get(3), "TextIOWrapper() argument 'errors'")?;
    let mode = text_or_none(vm, args.get(4), "TextIOWrapper() argument 'newline'")?;
    let newline = newline(vm, mode.as_deref())?;
    let flag = |vm: &mut Vm, index: usize| match args.get(index) {
        Some(value) => vm.truth(value),
        None => Ok(false),
    };
    let line_buffering = flag(vm, 5)?;
    let write_through = flag(vm, 6)?;
    let key = vm.intern("readable");
    vm.getattr(&args[1], &key)?;
    let options = TextOptions {
        encoding: encoding.unwrap_or_else(|| "UTF-8".to_owned()),
        errors: errors.unwrap_or_else(|| "strict".to_owned()),
        newline,
        line_buffering,
        write_through,
    };
    vm.set_buffer(&args[0], args[1].clone(), options)?;
    Ok(Value::None)
}

fn reconfigure(vm: &mut Vm, args: Args<'_>) -> Outcome {
    vm.call_method(&args[0], Name::Flush, &[])?;
    let text = data::<Text>(vm, &args[0])?;
    let mut options = TextOptions {
        encoding: text.encoding.clone(),
        errors: text.errors.clone(),
        newline: text.decoder.newline,
        line_buffering: text.line_buffering,
        write_through: text.write_through,
    };
    let started = !text.decoded.is_empty();
    let encoding = text_or_none(vm, args.get(1), "reconfigure() argument 'encoding'")?;
    let errors = text_or_none(vm, args.get(2), "reconfigure() argument 'errors'")?;
    if started && (encoding.is_some() || errors.is_some() || args.get(3).is_some()) {
        let message = "It is not possible to set the encoding or newline of stream after the first read";
        return Err(vm.unsupported_operation(message));
    }
    if errors.is_some() || encoding.is_some() {
        options.errors = errors.unwrap_or_else(|| "strict".to_owned());
    }
    options.encoding = encoding.unwrap_or(options.encoding);
    if let Some(value) = args.get(3) {
        let mode = text_or_none(vm, Some(value), "reconfigure() argument 'newline'")?;
        options.newline = newline(vm, mode.as_deref())?;
    }
    if let Some(value) = args.get(4).filter(|value| !value.is_none()) {
        options.line_buffering = vm.truth(value)?;
    }
    if let Some(value) = args.get(5).filter(|value| !value.is_none()) {
        options.write_through = vm.truth(value)?;
    }
    if started {
        let text = data::<Text>(vm, &args[0])?;
        text.line_buffering = options.line_buffering;
        text.write_through = options.write_through;
        return Ok(Value::None);
    }
    let buffer = vm.text_buffer(&args[0])?;
    vm.set_buffer(&args[0], buffer, options)?;
    Ok(Value::None)
}

fn read(vm: &mut Vm, args: Args<'_>) -> Outcome {
    let count = size_argument(vm, args.get(1))?;
    vm.check_text_readable(&args[0])?;
    let Some(count) = count else {
        let buffer = vm.text_buffer(&args[0])?;
        let bytes = vm.call_method(&buffer, Name::Read, &[])?;
        let bytes = if bytes.is_none() { Vec::new() } else { vm.expect_bytes(&bytes)? };
        vm.text_add(&args[0], &bytes, true)?;
        let text = data::<Text>(vm, &args[0])?;
        let all = text.rest().len();
        return Ok(text.take(all).into());
    };
    let mut taken = String::new();
    let mut left = count;
    while left > 0 {
        let text = data::<Text>(vm, &args[0])?;
        let rest = text.rest();
        if rest.is_empty() {
            if !vm.text_read_ahead(&args[0])? && data::<Text>(vm, &args[0])?.rest().is_empty() {
                break;
            }
            continue;
        }
        let (bytes, chars) = match rest.char_indices().enumerate().nth(left) {
            Some((chars, (bytes, _))) => (bytes, chars),
            None => (rest.len(), rest.chars().count()),
        };
        taken.push_str(&text.take(bytes));
        left -= chars;
    }
    Ok(taken.into())
}

/// A line with its end, or at most `limit` characters of it.
fn line(vm: &mut Vm, stream: &Value, limit: Option<usize>) -> Result<String, Raised> {
    let mut searched = 0;
    loop {
        let text = data::<Text>(vm, stream)?;
        let rest = text.rest();
        // A two-character end may begin with the last character that was searched.
        let from = searched.min(rest.len());
        let end = text.decoder.newline.line_end(&rest[from..]).map(|end| from + end);
        if let Some(limit) = limit {
            let reach = &rest[..end.unwrap_or(rest.len())];
            if let Some((cut, _)) = reach.char_indices().nth(limit) {
                return Ok(text.take(cut));
            }
        }
        if let Some(end) = end {
            return Ok(text.take(end));
        }
        searched = rest.len();
        while searched > 0 && (!rest.is_char_boundary(searched) || rest.as_bytes()[searched - 1] == b'\r') {
            searched -= 1;
        }
        if !vm.text_read_ahead(stream)? {
            // What waited in the decoder may have become text.
            let text = data::<Text>(vm, stream)?;
            let rest = text.rest();
            let end = text.decoder.newline.line_end(rest).unwrap_or(rest.len());
            let end = limit.and_then(|limit| rest.char_indices().nth(limit)).map_or(end, |(cut, _)| cut.min(end));
            return Ok(text.take(end));
        }
    }
}

fn readline(vm: &mut Vm, args: Args<'_>) -> Outcome {
    let limit = match args.get(1) {
        Some(limit) => usize::try_from(vm.expect_isize(limit)?).ok(),
        None => None,
    };
    vm.check_text_readable(&args[0])?;
    Ok(line(vm, &args[0], limit)?.into())
}

fn next(vm: &mut Vm, args: Args<'_>) -> Outcome {
    let plain = super::text_stream(vm, &args[0]).is_some();
    data::<Text>(vm, &args[0])?.telling = false;
    let line = if plain {
        vm.check_text_readable(&args[0])?;
        line(vm, &args[0], None)?.into()
    } else {
        vm.call_method(&args[0], Name::Readline, &[])?
    };
    if vm.truth(&line)? {
        return Ok(line);
    }
    data::<Text>(vm, &args[0])?.telling = true;
    let end = vm.new_exception(Known::StopIteration, Vec::new());
    Err(vm.raise_value(end))
}

fn write(vm: &mut Vm, args: Args<'_>) -> Outcome {
    let Some(text) = vm.unwrap(&args[1]).as_text() else {
        let found = vm.class_name(&args[1]);
        return Err(vm.type_error(format!("write() argument must be str, not {found}")));
    };
    vm.text_write(&args[0], text.as_str())?;
    Ok(text.char_count().into())
}

fn flush(vm: &mut Vm, args: Args<'_>) -> Outcome {
    vm.text_flush(&args[0])?;
    Ok(Value::None)
}

fn seek(vm: &mut Vm, args: Args<'_>) -> Outcome {
    let whence = match args.get(2) {
        Some(whence) => vm.expect_i64(whence)?,
        None => 0,
    };
    vm.text_seek(&args[0], &args[1], whence)
}

fn tell(vm: &mut Vm, args: Args<'_>) -> Outcome {
    vm.text_tell(&args[0]).map(Value::Int)
}

fn truncate(vm: &mut Vm, args: Args<'_>) -> Outcome {
    vm.text_truncate(&args[0], args.get(1))
}

fn close(vm: &mut Vm, args: Args<'_>) -> Outcome {
    vm.text_close(&args[0])
}

fn detach(vm: &mut Vm, args: Args<'_>) -> Outcome {
    vm.call_method(&args[0], Name::Flush, &[])?;
    vm.text_buffer(&args[0])?;
    let text = data::<Text>(vm, &args[0])?;
    let buffer = text.buffer.take();
    *text = Text::blank();
    Ok(buffer)
}

fn ask(vm: &mut Vm, stream: &Value, method: &str) -> Outcome {
    let buffer = vm.text_buffer(stream)?;
    vm.call_method_str(&buffer, method, &[])
}

fn fileno(vm: &mut Vm, args: Args<'_>) -> Outcome {
    ask(vm, &args[0], "fileno")
}

fn isatty(vm: &mut Vm, args: Args<'_>) -> Outcome {
    ask(vm, &args[0], "isatty")
}

fn readable(vm: &mut Vm, args: Args<'_>) -> Outcome {
    ask(vm, &args[0], "readable")
}

fn writable(vm: &mut Vm, args: Args<'_>) -> Outcome {
    ask(vm, &args[0], "writable")
}

fn seekable(vm: &mut Vm, args: Args<'_>) -> Outcome {
    ask(vm, &args[0], "seekable")
}

fn get_closed(vm: &mut Vm, this: &Value) -> Outcome {
    vm.text_is_closed(this).map(Value::from)
}

fn get_name(vm: &mut Vm, this: &Value) -> Outcome {
    let buffer = vm.text_buffer(this)?;
    vm.get_attr(&buffer, "name")
}

fn get_mode(vm: &mut Vm, this: &Value) -> Outcome {
    match data::<Text>(vm, this)?.mode.clone().bound() {
        Some(mode) => Ok(mode),
        None => {
            let name = vm.intern("mode");
            Err(vm.no_attribute(this, &name))
        }
    }
}

fn set_mode(vm: &mut Vm, this: &Value, value: Option<Value>) -> Result<(), Raised> {
    let old = std::mem::replace(&mut data::<Text>(vm, this)?.mode, value.unwrap_or_default());
    drop(old);
    Ok(())
}

fn get_encoding(vm: &mut Vm, this: &Value) -> Outcome {
    Ok(Value::str(&data::<Text>(vm, this)?.encoding))
}

fn get_errors(vm: &mut Vm, this: &Value) -> Outcome {
    Ok(Value::str(&data::<Text>(vm, this)?.errors))
}

fn get_newlines(vm: &mut Vm, this: &Value) -> Outcome {
    Ok(data::<Text>(vm, this)?.decoder.seen.value())
}

fn get_line_buffering(vm: &mut Vm, this: &Value) -> Outcome {
    Ok(data::<Text>(vm, this)?.line_buffering.into())
}

fn get_write_through(vm: &mut Vm, this: &Value) -> Outcome {
    Ok(data::<Text>(vm, this)?.write_through.into())
}

fn get_buffer(vm: &mut Vm, this: &Value) -> Outcome {
    vm.text_buffer(this)
}

fn repr(vm: &mut Vm, args: Args<'_>) -> Outcome {
    let mut shown = String::from("<_io.TextIOWrapper");
    for name in ["name", "mode"] {
        let key = vm.intern(name);
        // An object below that has no name is no reason to fail.
        let value = match vm.getattr_opt(&args[0], &key) {
            Ok(value) => value,
            Err(raised) => {
                drop(vm.catch(raised, Known::ValueError)?);
                None
            }
        };
        if let Some(value) = value {
            let value = vm.repr(&value)?;
            shown.push_str(&format!(" {name}={}", value.as_str()));
        }
    }
    let encoding = Value::str(&data::<Text>(vm, &args[0])?.encoding);
    let encoding = vm.repr(&encoding)?;
    shown.push_str(&format!(" encoding={}>", encoding.as_str()));
    Ok(shown.into())
}
