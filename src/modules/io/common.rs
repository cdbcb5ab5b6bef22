//! Methods that all streams share: they are made of `closed`, `readline`, `write`, `flush` and `close`.

use super::Outcome;
use crate::builtins::native;
use crate::object::{Args, Arity, Known, Name, NativeDef, Raised, Value, Vm};

pub(super) const METHODS: &[NativeDef] = &[
    native("__enter__", Arity::Exact(1), enter, ""),
    native("__exit__", Arity::Any, exit, ""),
    native("readlines", Arity::Range(1, 2), readlines, "Return a list of lines from the stream."),
    native("writelines", Arity::Exact(2), writelines, "Write a list of lines to stream."),
];

/// What streams over files have besides.
pub(super) const NO_PICKLE: &[NativeDef] = &[
    native("__reduce__", Arity::Exact(1), cannot_pickle, ""),
    native("__reduce_ex__", Arity::Exact(2), cannot_pickle, ""),
];

fn cannot_pickle(vm: &mut Vm, args: Args<'_>) -> Outcome {
    let class = vm.class_of(&args[0]).name(&vm.gil).to_owned();
    Err(vm.type_error(format!("cannot pickle '{class}' instances")))
}

/// `readline` made of `read`.
pub(super) const READLINE: &[NativeDef] =
    &[native("readline", Arity::Range(1, 2), readline, "Read and return a line from the stream.")];

pub(super) const SLOTS: &[NativeDef] = &[
    native("__iter__", Arity::Exact(1), iter, "Implement iter(self)."),
    native("__next__", Arity::Exact(1), next, "Implement next(self)."),
];

/// ValueError if the stream's `closed` is true.
pub(super) fn check_open(vm: &mut Vm, stream: &Value) -> Result<(), Raised> {
    let closed = vm.get_attr(stream, "closed")?;
    if vm.truth(&closed)? { Err(vm.closed_error()) } else { Ok(()) }
}

fn enter(vm: &mut Vm, args: Args<'_>) -> Outcome {
    check_open(vm, &args[0])?;
    Ok(args[0].clone())
}

fn exit(vm: &mut Vm, args: Args<'_>) -> Outcome {
    vm.call_method(&args[0], Name::Close, &[])?;
    Ok(Value::None)
}

fn iter(vm: &mut Vm, args: Args<'_>) -> Outcome {
    check_open(vm, &args[0])?;
    Ok(args[0].clone())
}

fn next(vm: &mut Vm, args: Args<'_>) -> Outcome {
    let line = vm.call_method(&args[0], Name::Readline, &[])?;
    if vm.truth(&line)? {
        return Ok(line);
    }
    let end = vm.new_exception(Known::StopIteration, Vec::new());
    Err(vm.raise_value(end))
}

/// The length of a line: of the `str` or `bytes` that it is.
fn length(vm: &mut Vm, line: &Value) -> usize {
    match vm.unwrap(line) {
        Value::Str(text) => text.char_count(),
        Value::Bytes(bytes) => bytes.data.len(),
        _ => 0,
    }
}

fn readlines(vm: &mut Vm, args: Args<'_>) -> Outcome {
    let hint = super::size_argument(vm, args.get(1))?.filter(|&hint| hint > 0);
    check_open(vm, &args[0])?;
    let mut lines = Vec::new();
    let mut total = 0;
    loop {
        let line = vm.call_method(&args[0], Name::Readline, &[])?;
        if !vm.truth(&line)? {
            break;
        }
        total += length(vm, &line);
        vm.poll_posted()?;
        vm.push(&mut lines, line)?;
        if hint.is_some_and(|hint| total > hint) {
            break;
        }
    }
    Ok(Value::list(lines))
}

fn writelines(vm: &mut Vm, args: Args<'_>) -> Outcome {
    check_open(vm, &args[0])?;
    let stream = args[0].clone();
    vm.for_each(&args[1], |vm, line| {
        vm.call_method(&stream, Name::Write, &[line])?;
        Ok(true)
    })?;
    Ok(Value::None)
}

/// `readline` of a stream that has `read` only: byte by byte.
fn readline(vm: &mut Vm, args: Args<'_>) -> Outcome {
    let limit = super::size_argument(vm, args.get(1))?.unwrap_or(usize::MAX);
    let mut line = Vec::new();
    while line.len() < limit {
        match &vm.call_method(&args[0], Name::Read, &[Value::Int(1)])? {
            Value::Bytes(bytes) if !bytes.data.is_empty() => {
                line.extend_from_slice(&bytes.data);
                if line.ends_with(b"\n") {
                    break;
                }
            }
            _ => break,
        }
    }
    Ok(crate::object::Bytes::new(line).into_value())
}
