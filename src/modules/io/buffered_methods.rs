//! The methods of `BufferedReader`, `BufferedWriter` and `BufferedRandom`.

use super::buffered::{Buffered, Kind, Target};
use super::{BUFFER_SIZE, Outcome, data, new_stream, size_argument};
use crate::builtins::native;
use crate::object::{Args, Arity, Bytes, GetSetDef, Name, NativeDef, Params, Raised, Value, Vm};

const INIT: Params = Params { names: &["self", "raw", "buffer_size"], required: 2, posonly: 1, kwonly: 0 };

pub(super) const NEW: &[NativeDef] = &[native("__new__", Arity::Any, new, "")];

macro_rules! slots {
    ($name:ident, $init:ident) => {
        pub(super) const $name: &[NativeDef] = &[
            native("__init__", Arity::Named(&INIT), $init, ""),
            native("__repr__", Arity::Exact(1), repr, "Return repr(self)."),
        ];
    };
}

slots!(READER_SLOTS, init_reader);
slots!(WRITER_SLOTS, init_writer);
slots!(RANDOM_SLOTS, init_random);

pub(super) const METHODS: &[NativeDef] = &[
    native("read", Arity::Range(1, 2), read, "Read and return up to n bytes."),
    native(
        "read1",
        Arity::Range(1, 2),
        read1,
        "Read and return up to n bytes, with at most one read of the raw stream.",
    ),
    native("readinto", Arity::Exact(2), readinto, ""),
    native("readinto1", Arity::Exact(2), readinto, ""),
    native("readline", Arity::Range(1, 2), readline, "Read and return a line from the stream."),
    native("write", Arity::Exact(2), write, "Write buffer b to the stream, return number of bytes written."),
    native("flush", Arity::Exact(1), flush, ""),
    native("seek", Arity::Range(2, 3), seek, "Change the stream position, return the new absolute position."),
    native("tell", Arity::Exact(1), tell, "Return current stream position."),
    native("truncate", Arity::Range(1, 2), truncate, ""),
    native("close", Arity::Exact(1), close, ""),
    native("detach", Arity::Exact(1), detach, "Disconnect this buffer from its underlying raw stream and return it."),
    native("fileno", Arity::Exact(1), fileno, ""),
    native("isatty", Arity::Exact(1), isatty, ""),
    native("readable", Arity::Exact(1), readable, ""),
    native("writable", Arity::Exact(1), writable, ""),
    native("seekable", Arity::Exact(1), seekable, ""),
];

pub(super) const PEEK: &[NativeDef] =
    &[native("peek", Arity::Range(1, 2), peek, "Return what was read ahead without taking it.")];

pub(super) const GETSETS: &[GetSetDef] = &[
    GetSetDef { name: "closed", get: get_closed, set: None, doc: "" },
    GetSetDef { name: "name", get: get_name, set: None, doc: "" },
    GetSetDef { name: "mode", get: get_mode, set: None, doc: "" },
    GetSetDef { name: "raw", get: get_raw, set: None, doc: "" },
];

fn new(vm: &mut Vm, args: Args<'_>) -> Outcome {
    new_stream(vm, &args[0], Buffered::blank(Kind::Reader))
}

fn initialize(vm: &mut Vm, args: Args<'_>, kind: Kind) -> Outcome {
    let size = match args.get(2) {
        Some(size) => vm.expect_i64(size)?,
        None => BUFFER_SIZE as i64,
    };
    if size <= 0 {
        return Err(vm.value_error("buffer size must be strictly positive"));
    }
    if kind.reads() {
        let readable = vm.call_method_str(&args[1], "readable", &[])?;
        if !vm.truth(&readable)? {
            return Err(vm.unsupported_operation("File or stream is not readable."));
        }
    }
    if kind.writes() {
        let writable = vm.call_method_str(&args[1], "writable", &[])?;
        if !vm.truth(&writable)? {
            return Err(vm.unsupported_operation("File or stream is not writable."));
        }
    }
    data::<Buffered>(vm, &args[0])?.kind = kind;
    if let Value::Foreign(stream) = &args[0] {
        vm.set_raw(&stream.to_ptr(), args[1].clone(), size as usize);
    }
    Ok(Value::None)
}

fn init_reader(vm: &mut Vm, args: Args<'_>) -> Outcome {
    initialize(vm, args, Kind::Reader)
}

fn init_writer(vm: &mut Vm, args: Args<'_>) -> Outcome {
    initialize(vm, args, Kind::Writer)
}

fn init_random(vm: &mut Vm, args: Args<'_>) -> Outcome {
    initialize(vm, args, Kind::Random)
}

/// The raw stream.
fn raw(vm: &mut Vm, stream: &Value) -> Result<Value, Raised> {
    let raw = data::<Buffered>(vm, stream)?.raw.clone();
    if raw.is_undef() {
        return Err(vm.value_error("raw stream has been detached"));
    }
    Ok(raw)
}

fn is_closed(vm: &mut Vm, stream: &Value) -> Result<bool, Raised> {
    let raw = raw(vm, stream)?;
    let closed = vm.get_attr(&raw, "closed")?;
    vm.truth(&closed)
}

/// ValueError `{what} closed file` if the stream is closed.
fn check_open(vm: &mut Vm, stream: &Value, what: &str) -> Result<(), Raised> {
    if is_closed(vm, stream)? { Err(vm.value_error(format!("{what} closed file"))) } else { Ok(()) }
}

fn check_reads(vm: &mut Vm, stream: &Value, method: &str) -> Result<(), Raised> {
    if data::<Buffered>(vm, stream)?.kind.reads() { Ok(()) } else { Err(vm.unsupported_operation(method)) }
}

fn check_writes(vm: &mut Vm, stream: &Value, method: &str) -> Result<(), Raised> {
    if data::<Buffered>(vm, stream)?.kind.writes() { Ok(()) } else { Err(vm.unsupported_operation(method)) }
}

fn read(vm: &mut Vm, args: Args<'_>) -> Outcome {
    check_reads(vm, &args[0], "read")?;
    let count = size_argument(vm, args.get(1))?;
    if args.get(1).is_some_and(|size| matches!(size, Value::Int(size) if *size < -1)) {
        return Err(vm.value_error("read length must be non-negative or -1"));
    }
    check_open(vm, &args[0], "read of")?;
    Ok(Bytes::new(vm.buffered_read(&args[0], count)?).into_value())
}

fn read1(vm: &mut Vm, args: Args<'_>) -> Outcome {
    check_reads(vm, &args[0], "read1")?;
    let count = size_argument(vm, args.get(1))?;
    check_open(vm, &args[0], "read of")?;
    let count = match count {
        Some(count) => count,
        None => data::<Buffered>(vm, &args[0])?.size,
    };
    if count == 0 {
        return Ok(Bytes::new(Vec::new()).into_value());
    }
    Ok(Bytes::new(vm.buffered_read1(&args[0], count)?).into_value())
}

fn peek(vm: &mut Vm, args: Args<'_>) -> Outcome {
    check_open(vm, &args[0], "peek of")?;
    let buffered = data::<Buffered>(vm, &args[0])?;
    let size = buffered.size;
    if buffered.rest().is_empty() {
        vm.read_ahead(&args[0], size)?;
    }
    let rest = data::<Buffered>(vm, &args[0])?.rest().to_vec();
    Ok(Bytes::new(rest).into_value())
}

fn readinto(vm: &mut Vm, args: Args<'_>) -> Outcome {
    let target = Target::of(vm, &args[1], "argument")?;
    check_reads(vm, &args[0], "read")?;
    check_open(vm, &args[0], "readinto of")?;
    let bytes = vm.buffered_read(&args[0], Some(target.room))?;
    Ok(target.fill(vm, &bytes).into())
}

fn readline(vm: &mut Vm, args: Args<'_>) -> Outcome {
    let limit = size_argument(vm, args.get(1))?.unwrap_or(usize::MAX);
    check_reads(vm, &args[0], "read")?;
    check_open(vm, &args[0], "readline of")?;
    Ok(Bytes::new(vm.buffered_line(&args[0], limit)?).into_value())
}

fn write(vm: &mut Vm, args: Args<'_>) -> Outcome {
    check_writes(vm, &args[0], "write")?;
    let bytes = vm.expect_bytes(&args[1])?;
    check_open(vm, &args[0], "write to")?;
    vm.buffered_write(&args[0], &bytes)?;
    Ok(bytes.len().into())
}

fn flush(vm: &mut Vm, args: Args<'_>) -> Outcome {
    if !data::<Buffered>(vm, &args[0])?.kind.writes() {
        super::common::check_open(vm, &args[0])?;
        return Ok(Value::None);
    }
    check_open(vm, &args[0], "flush of")?;
    vm.buffered_flush_writes(&args[0])?;
    Ok(Value::None)
}

fn seek(vm: &mut Vm, args: Args<'_>) -> Outcome {
    let offset = vm.expect_i64(&args[1])?;
    let whence = match args.get(2) {
        Some(whence) => vm.expect_i64(whence)?,
        None => 0,
    };
    if !(0..=2).contains(&whence) {
        return Err(vm.value_error(format!("whence value {whence} unsupported")));
    }
    check_open(vm, &args[0], "seek of")?;
    let raw = raw(vm, &args[0])?;
    let seekable = vm.call_method_str(&raw, "seekable", &[])?;
    if !vm.truth(&seekable)? {
        return Err(vm.unsupported_operation("File or stream is not seekable."));
    }
    vm.buffered_flush_writes(&args[0])?;
    let buffered = data::<Buffered>(vm, &args[0])?;
    let rest = buffered.rest().len() as i64;
    let offset = if whence == 1 { offset - rest } else { offset };
    let position = vm.call_method_str(&raw, "seek", &[Value::Int(offset), Value::Int(whence)])?;
    let buffered = data::<Buffered>(vm, &args[0])?;
    buffered.ahead.clear();
    buffered.position = 0;
    Ok(position)
}

fn tell(vm: &mut Vm, args: Args<'_>) -> Outcome {
    let raw = raw(vm, &args[0])?;
    let position = vm.call_method_str(&raw, "tell", &[])?;
    let position = vm.expect_i64(&position)?;
    let buffered = data::<Buffered>(vm, &args[0])?;
    let waiting = buffered.sink.as_ref().map_or(buffered.pending.len(), |sink| sink.len());
    Ok(Value::Int(position - buffered.rest().len() as i64 + waiting as i64))
}

fn truncate(vm: &mut Vm, args: Args<'_>) -> Outcome {
    check_open(vm, &args[0], "truncate of")?;
    check_writes(vm, &args[0], "truncate")?;
    vm.buffered_flush_writes(&args[0])?;
    let size = match args.get(1).filter(|size| !size.is_none()) {
        Some(size) => size.clone(),
        None => tell(vm, args)?,
    };
    let raw = raw(vm, &args[0])?;
    vm.call_method_str(&raw, "truncate", &[size])
}

fn close(vm: &mut Vm, args: Args<'_>) -> Outcome {
    let raw = raw(vm, &args[0])?;
    if is_closed(vm, &args[0])? {
        return Ok(Value::None);
    }
    let flushed = match data::<Buffered>(vm, &args[0])?.kind.writes() {
        true => vm.call_method(&args[0], Name::Flush, &[]).map(drop),
        false => Ok(()),
    };
    if let Some(sink) = data::<Buffered>(vm, &args[0])?.sink.clone() {
        if flushed.is_err() {
            sink.discard();
        }
        sink.finish();
    }
    if let Err(raised) = flushed {
        let exception = vm.take_raised(raised);
        vm.call_method(&raw, Name::Close, &[])?;
        return Err(vm.reraise(exception));
    }
    vm.call_method(&raw, Name::Close, &[])
}

fn detach(vm: &mut Vm, args: Args<'_>) -> Outcome {
    vm.call_method(&args[0], Name::Flush, &[])?;
    raw(vm, &args[0])?;
    let buffered = data::<Buffered>(vm, &args[0])?;
    let raw = buffered.raw.take();
    buffered.sink = None;
    Ok(raw)
}

fn fileno(vm: &mut Vm, args: Args<'_>) -> Outcome {
    let raw = raw(vm, &args[0])?;
    vm.call_method(&raw, Name::Fileno, &[])
}

fn isatty(vm: &mut Vm, args: Args<'_>) -> Outcome {
    let raw = raw(vm, &args[0])?;
    vm.call_method_str(&raw, "isatty", &[])
}

fn readable(vm: &mut Vm, args: Args<'_>) -> Outcome {
    if !data::<Buffered>(vm, &args[0])?.kind.reads() {
        return Ok(Value::bool(false));
    }
    let raw = raw(vm, &args[0])?;
    vm.call_method_str(&raw, "readable", &[])
}

fn writable(vm: &mut Vm, args: Args<'_>) -> Outcome {
    if !data::<Buffered>(vm, &args[0])?.kind.writes() {
        return Ok(Value::bool(false));
    }
    let raw = raw(vm, &args[0])?;
    vm.call_method_str(&raw, "writable", &[])
}

fn seekable(vm: &mut Vm, args: Args<'_>) -> Outcome {
    let raw = raw(vm, &args[0])?;
    vm.call_method_str(&raw, "seekable", &[])
}

fn get_closed(vm: &mut Vm, this: &Value) -> Outcome {
    is_closed(vm, this).map(Value::from)
}

fn get_name(vm: &mut Vm, this: &Value) -> Outcome {
    let raw = raw(vm, this)?;
    vm.get_attr(&raw, "name")
}

fn get_mode(vm: &mut Vm, this: &Value) -> Outcome {
    let raw = raw(vm, this)?;
    vm.get_attr(&raw, "mode")
}

fn get_raw(vm: &mut Vm, this: &Value) -> Outcome {
    Ok(data::<Buffered>(vm, this)?.raw.clone().bound().unwrap_or(Value::None))
}

fn repr(vm: &mut Vm, args: Args<'_>) -> Outcome {
    let class = vm.class_name(&args[0]);
    let raw = data::<Buffered>(vm, &args[0])?.raw.clone();
    let key = vm.intern("name");
    let name = if raw.is_undef() { None } else { vm.getattr_opt(&raw, &key)? };
    match name {
        Some(name) => Ok(format!("<{class} name={}>", vm.repr(&name)?.as_str()).into()),
        None => Ok(format!("<{class}>").into()),
    }
}
