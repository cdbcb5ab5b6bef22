//! `BytesIO`: bytes in memory as a file.

use super::buffered::Target;
use super::memory::{self, Memory, open};
use super::{Outcome, data, new_stream};
use crate::builtins::native;
use crate::object::{
    Args, Arity, ByteArray, Bytes, ForeignData, GetSetDef, Known, NativeDef, Params, Ptr, Raised, Value, Vm,
};

/// The bytes and where the next is read or written, which may be behind the end.
#[derive(Default)]
struct BytesIo {
    bytes: Vec<u8>,
    position: usize,
    closed: bool,
    /// What holds the bytes while a view of `getbuffer` lives: `bytes` is a copy then.
    lent: Option<Ptr<ByteArray>>,
}

impl ForeignData for BytesIo {}

impl Memory for BytesIo {
    const CLOSED: &'static str = "I/O operation on closed file.";

    fn is_closed(&self) -> bool {
        self.closed
    }

    fn position(&self) -> usize {
        self.position
    }
}

impl BytesIo {
    fn take(&mut self, count: usize) -> Vec<u8> {
        let start = self.position.min(self.bytes.len());
        let end = self.bytes.len().min(start.saturating_add(count));
        if end > start {
            self.position = end;
        }
        self.bytes[start..end].to_vec()
    }

    fn write(&mut self, bytes: &[u8]) {
        if bytes.is_empty() {
            return;
        }
        if self.position > self.bytes.len() {
            self.bytes.resize(self.position, 0);
        }
        let over = bytes.len().min(self.bytes.len() - self.position);
        self.bytes[self.position..self.position + over].copy_from_slice(&bytes[..over]);
        self.bytes.extend_from_slice(&bytes[over..]);
        self.position += bytes.len();
    }
}

const INIT: Params = Params { names: &["self", "initial_bytes"], required: 1, posonly: 1, kwonly: 0 };

pub(super) const NEW: &[NativeDef] = &[native("__new__", Arity::Any, new, "")];

pub(super) const SLOTS: &[NativeDef] = &[
    native("__init__", Arity::Named(&INIT), initialize, ""),
    native("__iter__", Arity::Exact(1), iter, "Implement iter(self)."),
];

pub(super) const METHODS: &[NativeDef] = &[
    native("read", Arity::Range(1, 2), read, "The next bytes, so many or all that are left."),
    native("read1", Arity::Range(1, 2), read, "The next bytes, so many or all that are left."),
    native("readline", Arity::Range(1, 2), readline, "The bytes up to and with the next end of line."),
    native("readinto", Arity::Exact(2), readinto, "Fill a buffer with the next bytes; how many there were."),
    native("readinto1", Arity::Exact(2), readinto, "Fill a buffer with the next bytes; how many there were."),
    native("write", Arity::Exact(2), write, "Put bytes at the position; how many there were."),
    native("getvalue", Arity::Exact(1), getvalue, "All bytes, wherever the position is."),
    native("getbuffer", Arity::Exact(1), getbuffer, "A view of the bytes, without a copy."),
    native("seek", Arity::Range(2, 3), seek, "Move the position; where it is then."),
    native("tell", Arity::Exact(1), memory::tell::<BytesIo>, "Where the next byte is read or written."),
    native("truncate", Arity::Range(1, 2), truncate, "Cut off what is behind a size, or behind the position."),
    native("close", Arity::Exact(1), close, "Close it: nothing can be read or written any more."),
    native("flush", Arity::Exact(1), flush, "Does nothing."),
    native("isatty", Arity::Exact(1), memory::no::<BytesIo>, "False."),
    native("readable", Arity::Exact(1), memory::yes::<BytesIo>, "Whether it can be read."),
    native("writable", Arity::Exact(1), memory::yes::<BytesIo>, "Whether it can be written."),
    native("seekable", Arity::Exact(1), memory::yes::<BytesIo>, "Whether the position can be moved."),
    native("fileno", Arity::Exact(1), memory::fileno, ""),
    native("detach", Arity::Exact(1), memory::detach, ""),
];

pub(super) const GETSETS: &[GetSetDef] =
    &[GetSetDef { name: "closed", get: memory::get_closed::<BytesIo>, set: None, doc: "Whether it was closed." }];

fn new(vm: &mut Vm, args: Args<'_>) -> Outcome {
    new_stream(vm, &args[0], BytesIo::default())
}

fn initialize(vm: &mut Vm, args: Args<'_>) -> Outcome {
    let bytes = match args.get(1).filter(|bytes| !bytes.is_none()) {
        Some(bytes) => vm.expect_bytes(bytes)?,
        None => Vec::new(),
    };
    check_lent(vm, &args[0])?;
    *data::<BytesIo>(vm, &args[0])? = BytesIo { bytes, ..BytesIo::default() };
    Ok(Value::None)
}

/// Takes over what was changed through a view; tells whether the view still lives.
fn refresh(vm: &mut Vm, stream: &Value) -> Result<bool, Raised> {
    let Some(lent) = data::<BytesIo>(vm, stream)?.lent.clone() else { return Ok(false) };
    let alive = lent.exports.get() > 0;
    let bytes = match alive {
        true => lent.data.get(&vm.gil).clone(),
        false => std::mem::take(lent.data.get_mut(&mut vm.gil)),
    };
    let stream = data::<BytesIo>(vm, stream)?;
    stream.bytes = bytes;
    if !alive {
        stream.lent = None;
    }
    Ok(alive)
}

/// The content of a stream that is open, as it is now.
fn current<'a>(vm: &'a mut Vm, stream: &'a Value) -> Result<&'a mut BytesIo, Raised> {
    refresh(vm, stream)?;
    open(vm, stream)
}

/// BufferError if a view lives, so that nothing may be written.
fn check_lent(vm: &mut Vm, stream: &Value) -> Result<(), Raised> {
    match refresh(vm, stream)? {
        true => Err(vm.raise(Known::BufferError, "Existing exports of data: object cannot be re-sized")),
        false => Ok(()),
    }
}

/// As `size_argument`, with this class's message.
fn size(vm: &mut Vm, value: Option<&Value>) -> Result<usize, Raised> {
    Ok(super::size_argument(vm, value)?.unwrap_or(usize::MAX))
}

fn read(vm: &mut Vm, args: Args<'_>) -> Outcome {
    let count = size(vm, args.get(1))?;
    Ok(Bytes::new(current(vm, &args[0])?.take(count)).into_value())
}

fn readline(vm: &mut Vm, args: Args<'_>) -> Outcome {
    let limit = size(vm, args.get(1))?;
    let stream = current(vm, &args[0])?;
    let rest = &stream.bytes[stream.position.min(stream.bytes.len())..];
    let end = memchr::memchr(b'\n', rest).map_or(rest.len(), |at| at + 1);
    Ok(Bytes::new(stream.take(end.min(limit))).into_value())
}

fn readinto(vm: &mut Vm, args: Args<'_>) -> Outcome {
    let target = Target::of(vm, &args[1], "argument")?;
    let bytes = current(vm, &args[0])?.take(target.room);
    Ok(target.fill(vm, &bytes).into())
}

fn write(vm: &mut Vm, args: Args<'_>) -> Outcome {
    open::<BytesIo>(vm, &args[0])?;
    check_lent(vm, &args[0])?;
    let bytes = vm.expect_bytes(&args[1])?;
    let stream = open::<BytesIo>(vm, &args[0])?;
    if stream.position.checked_add(bytes.len()).is_none_or(|end| end > isize::MAX as usize) {
        return Err(vm.raise(Known::OverflowError, "new buffer size too large"));
    }
    let missing = (stream.position + bytes.len()).saturating_sub(stream.bytes.len());
    if stream.bytes.try_reserve(missing).is_err() {
        return Err(vm.memory_error());
    }
    stream.write(&bytes);
    Ok(bytes.len().into())
}

fn getvalue(vm: &mut Vm, args: Args<'_>) -> Outcome {
    Ok(Bytes::new(current(vm, &args[0])?.bytes.clone()).into_value())
}

fn getbuffer(vm: &mut Vm, args: Args<'_>) -> Outcome {
    let stream = open::<BytesIo>(vm, &args[0])?;
    if stream.lent.is_none() {
        let bytes = stream.bytes.clone();
        let lent = ByteArray::new(bytes);
        open::<BytesIo>(vm, &args[0])?.lent = Some(lent);
    }
    let lent = open::<BytesIo>(vm, &args[0])?.lent.as_ref().map(Ptr::to_value).unwrap_or_default();
    let view = vm.known(Known::MemoryView).into_value();
    vm.call(&view, &[lent])
}

fn seek(vm: &mut Vm, args: Args<'_>) -> Outcome {
    let (offset, whence) = memory::seek_arguments::<BytesIo>(vm, args)?;
    let stream = open::<BytesIo>(vm, &args[0])?;
    let base = match whence {
        0 if offset < 0 => return Err(vm.value_error(format!("negative seek value {offset}"))),
        0 => 0,
        1 => stream.position,
        2 => stream.bytes.len(),
        _ => return Err(vm.value_error(format!("invalid whence ({whence}, should be 0, 1 or 2)"))),
    };
    let Some(position) = (base as i64).checked_add(offset) else {
        return Err(vm.raise(Known::OverflowError, "new position too large"));
    };
    stream.position = position.max(0) as usize;
    Ok(stream.position.into())
}

fn truncate(vm: &mut Vm, args: Args<'_>) -> Outcome {
    let size = memory::truncate_argument::<BytesIo>(vm, args, "negative size value")?;
    check_lent(vm, &args[0])?;
    open::<BytesIo>(vm, &args[0])?.bytes.truncate(size as usize);
    Ok(Value::Int(size))
}

fn close(vm: &mut Vm, args: Args<'_>) -> Outcome {
    check_lent(vm, &args[0])?;
    *data::<BytesIo>(vm, &args[0])? = BytesIo { closed: true, ..BytesIo::default() };
    Ok(Value::None)
}

fn iter(_vm: &mut Vm, args: Args<'_>) -> Outcome {
    Ok(args[0].clone())
}

fn flush(vm: &mut Vm, args: Args<'_>) -> Outcome {
    open::<BytesIo>(vm, &args[0])?;
    Ok(Value::None)
}
