//! `open`.

use super::buffered::Kind;
use super::file_io::FileMode;
use super::text::TextOptions;
use super::text_methods::{newline, text_or_none};
use super::{BUFFER_SIZE, Outcome, Stream};
use crate::builtins::native;
use crate::object::{Args, Arity, Foreign, Known, Name, NativeDef, Params, Raised, Value, Vm};
use crate::runtime::os::fd;

const OPEN: Params = Params {
    names: &["file", "mode", "buffering", "encoding", "errors", "newline", "closefd", "opener"],
    required: 1,
    posonly: 0,
    kwonly: 0,
};

/// For the modules `_io` and `builtins`.
pub(crate) const FUNCTIONS: &[NativeDef] = &[
    native("open", Arity::Named(&OPEN), open, "Open a file as a stream of text or bytes."),
    native("open_code", Arity::Exact(1), open_code, "Open a file whose content is to be run."),
    native("text_encoding", Arity::Range(1, 2), text_encoding, "The encoding, or the default one for None."),
];

/// A mode as it was given to `open`.
#[derive(Clone, Copy, Debug)]
pub(super) struct Mode {
    pub file: FileMode,
    binary: bool,
}

/// The meaning of a mode string.
///
/// # Errors
///
/// ValueError for an unknown or repeated letter, or a combination without meaning.
pub(super) fn parse_mode(vm: &mut Vm, text: &str) -> Result<Mode, Raised> {
    let (mut file, mut text_mode, mut binary) = (FileMode::default(), false, false);
    for (index, c) in text.char_indices() {
        let flag = match c {
            'x' => &mut file.create,
            'r' => &mut file.read,
            'w' => &mut file.write,
            'a' => &mut file.append,
            '+' => &mut file.update,
            't' => &mut text_mode,
            'b' => &mut binary,
            _ => return Err(vm.value_error(format!("invalid mode: '{text}'"))),
        };
        *flag = true;
        if text[..index].contains(c) {
            return Err(vm.value_error(format!("invalid mode: '{text}'")));
        }
    }
    if text_mode && binary {
        return Err(vm.value_error("can't have text and binary mode at once"));
    }
    match [file.create, file.read, file.write, file.append].iter().filter(|flag| **flag).count() {
        1 => Ok(Mode { file, binary }),
        0 => Err(vm.value_error("Must have exactly one of create/read/write/append mode and at most one plus")),
        _ => Err(vm.value_error("must have exactly one of create/read/write/append mode")),
    }
}

fn open(vm: &mut Vm, args: Args<'_>) -> Outcome {
    let mode_text = match args.get(1) {
        None => "r".to_owned(),
        Some(mode) => match vm.unwrap(mode).as_text() {
            Some(mode) => mode.as_str().to_owned(),
            None => {
                let found = vm.class_name(mode);
                return Err(vm.type_error(format!("open() argument 'mode' must be str, not {found}")));
            }
        },
    };
    let buffering = match args.get(2) {
        Some(buffering) => vm.expect_i32(buffering)?,
        None => -1,
    };
    let encoding = text_or_none(vm, args.get(3), "open() argument 'encoding'")?;
    let errors = text_or_none(vm, args.get(4), "open() argument 'errors'")?;
    let newline_text = text_or_none(vm, args.get(5), "open() argument 'newline'")?;
    let close_fd = match args.get(6) {
        Some(flag) => vm.truth(flag)?,
        None => true,
    };
    let opener = args.get(7).cloned().unwrap_or(Value::None);
    if !matches!(vm.unwrap(&args[0]), Value::Int(_) | Value::Bool(_)) {
        vm.fspath(&args[0])?;
    }
    let mode = parse_mode(vm, &mode_text)?;
    if mode.binary {
        for (given, what) in [(&encoding, "an encoding"), (&errors, "an errors"), (&newline_text, "a newline")] {
            if given.is_some() {
                return Err(vm.value_error(format!("binary mode doesn't take {what} argument")));
            }
        }
    }
    if mode.binary && buffering == 1 {
        let message =
            "line buffering (buffering=1) isn't supported in binary mode, the default buffer size will be used";
        vm.warn(Known::RuntimeWarning, message, 1)?;
    }
    let newline = newline(vm, newline_text.as_deref())?;
    let file = vm.open_raw(&args[0], mode.file, close_fd, &opener)?;
    let terminal = file.waits && (buffering < 0 || buffering == 1) && fd::is_terminal(file.fd);
    let class = vm.io_class(Stream::FileIo);
    let raw = Foreign::new(class, file).into_value();
    if buffering == 0 {
        if mode.binary {
            return Ok(raw);
        }
        return Err(vm.value_error("can't have unbuffered text I/O"));
    }
    let size = if buffering > 1 { buffering as usize } else { BUFFER_SIZE };
    let kind = match (mode.file.readable(), mode.file.writable()) {
        (true, true) => Kind::Random,
        (true, false) => Kind::Reader,
        _ => Kind::Writer,
    };
    let buffer = vm.new_buffered(kind, raw, size).into_value();
    if mode.binary {
        return Ok(buffer);
    }
    let options = TextOptions {
        encoding: encoding.filter(|name| name != "locale").unwrap_or_else(|| "UTF-8".to_owned()),
        errors: errors.unwrap_or_else(|| "strict".to_owned()),
        newline,
        line_buffering: buffering == 1 || terminal,
        write_through: false,
    };
    let result = vm.new_text(buffer.clone(), Value::str(&mode_text), options);
    if let Err(raised) = result {
        let exception = vm.take_raised(raised);
        vm.call_method(&buffer, Name::Close, &[])?;
        return Err(vm.reraise(exception));
    }
    result
}

fn open_code(vm: &mut Vm, args: Args<'_>) -> Outcome {
    vm.expect_str(&args[0], "open_code() argument 'path'")?;
    open(vm, Args::new(&[args[0].clone(), Value::str("rb")]))
}

fn text_encoding(_vm: &mut Vm, args: Args<'_>) -> Outcome {
    Ok(if args[0].is_none() { Value::str("utf-8") } else { args[0].clone() })
}
