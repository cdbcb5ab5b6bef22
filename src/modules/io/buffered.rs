//! Buffered binary streams: reading ahead and writing behind.

use std::rc::Rc;

use super::file_io::FileIo;
use super::sink::Sink;
use super::{BUFFER_SIZE, Stream, data};
use crate::builtins::memoryview;
use crate::object::{Bytes, Foreign, ForeignData, Name, Ptr, Raised, Value, Vm};

/// What a buffered stream does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Reader,
    Writer,
    Random,
}

impl Kind {
    pub fn reads(self) -> bool {
        self != Kind::Writer
    }

    pub fn writes(self) -> bool {
        self != Kind::Reader
    }

    pub fn class(self) -> Stream {
        match self {
            Kind::Reader => Stream::Reader,
            Kind::Writer => Stream::Writer,
            Kind::Random => Stream::Random,
        }
    }
}

/// A buffered stream over a raw one.
pub(super) struct Buffered {
    pub kind: Kind,
    /// The raw stream; `Undef` before `__init__` and after `detach`.
    pub raw: Value,
    /// Whether the raw stream is a plain `FileIO`, whose descriptor is used directly.
    pub native: bool,
    /// What is written, before a plain `FileIO`.
    pub sink: Option<Rc<Sink>>,
    /// What is written, before any other raw stream.
    pub pending: Vec<u8>,
    /// What was read ahead; what is before `position` was taken.
    pub ahead: Vec<u8>,
    pub position: usize,
    pub size: usize,
}

impl ForeignData for Buffered {
    fn trace(&self, visit: &mut dyn FnMut(&Value)) {
        visit(&self.raw);
    }

    fn clear(&mut self) -> Vec<Value> {
        self.finish();
        vec![self.raw.take()]
    }
}

impl Buffered {
    pub fn blank(kind: Kind) -> Buffered {
        Buffered {
            kind,
            raw: Value::Undef,
            native: false,
            sink: None,
            pending: Vec::new(),
            ahead: Vec::new(),
            position: 0,
            size: BUFFER_SIZE,
        }
    }

    /// What was read ahead and not taken.
    pub fn rest(&self) -> &[u8] {
        &self.ahead[self.position..]
    }

    /// Takes up to `count` bytes of what was read ahead.
    pub fn take(&mut self, count: usize) -> Vec<u8> {
        let end = self.ahead.len().min(self.position.saturating_add(count));
        let taken = if self.position == 0 && end == self.ahead.len() {
            std::mem::take(&mut self.ahead)
        } else {
            self.ahead[self.position..end].to_vec()
        };
        self.position = if self.ahead.is_empty() { 0 } else { end };
        taken
    }

    fn finish(&mut self) {
        if let Some(sink) = self.sink.take() {
            sink.finish();
        }
    }
}

impl Drop for Buffered {
    fn drop(&mut self) {
        // Before the raw stream closes the descriptor.
        self.finish();
    }
}

/// A bytes-like argument that `readinto` writes to.
pub(super) struct Target {
    object: Value,
    /// How many bytes it takes.
    pub room: usize,
}

impl Target {
    /// Takes a bytearray, or a view or an array that can be written to.
    pub fn of(vm: &mut Vm, value: &Value, what: &str) -> Result<Target, Raised> {
        let object = vm.unwrap(value).clone();
        let room = match &object {
            Value::ByteArray(bytes) => Some(bytes.data.get(&vm.gil).len()),
            Value::Foreign(object) => memoryview::room(vm, object),
            _ => None,
        };
        if let Some(room) = room {
            return Ok(Target { object, room });
        }
        let found = vm.class_name(value);
        Err(vm.type_error(format!("readinto() {what} must be read-write bytes-like object, not {found}")))
    }

    /// Copies bytes to the front; tells how many.
    pub fn fill(&self, vm: &mut Vm, bytes: &[u8]) -> usize {
        match &self.object {
            Value::ByteArray(target) => {
                let room = target.data.get_mut(&mut vm.gil);
                let count = bytes.len().min(room.len());
                room[..count].copy_from_slice(&bytes[..count]);
                count
            }
            Value::Foreign(object) => {
                let count = bytes.len().min(self.room);
                if memoryview::write(vm, object, 0, &bytes[..count]) { count } else { 0 }
            }
            _ => 0,
        }
    }
}

impl Vm {
    /// A buffered stream over a raw one.
    pub(super) fn new_buffered(&mut self, kind: Kind, raw: Value, size: usize) -> Ptr<Foreign> {
        let class = self.io_class(kind.class());
        let stream = Foreign::new(class, Buffered::blank(kind));
        self.set_raw(&stream, raw, size);
        stream
    }

    /// Gives a buffered stream its raw one.
    pub(super) fn set_raw(&mut self, stream: &Ptr<Foreign>, raw: Value, size: usize) {
        let plain = self.io_class(Stream::FileIo);
        let number = match &raw {
            Value::Foreign(file) if file.class.is(&plain) => file.get::<FileIo>(&self.gil).map(|file| file.fd),
            _ => None,
        };
        let writes = stream.get::<Buffered>(&self.gil).is_some_and(|buffered| buffered.kind.writes());
        let sink = number.filter(|_| writes).map(|number| self.new_sink(number, size));
        if let Some(buffered) = stream.get_mut::<Buffered>(&mut self.gil) {
            buffered.native = number.is_some();
            buffered.sink = sink;
            buffered.size = size;
            buffered.ahead.clear();
            buffered.position = 0;
            let old = std::mem::replace(&mut buffered.raw, raw);
            drop(old);
        }
    }

    /// One read of the raw stream; None if it would have to wait and may not.
    fn raw_read(&mut self, stream: &Value, count: usize) -> Result<Option<Vec<u8>>, Raised> {
        let buffered = data::<Buffered>(self, stream)?;
        let (raw, native) = (buffered.raw.clone(), buffered.native);
        if native {
            let number = super::file_io::open_fd(self, &raw)?;
            let waits = data::<FileIo>(self, &raw)?.waits;
            return self.fd_read(number, count, waits);
        }
        let result = self.call_method(&raw, Name::Read, &[count.into()])?;
        if result.is_none() {
            return Ok(None);
        }
        self.expect_bytes(&result).map(Some)
    }

    /// Reads ahead once; false at the end of the file, or if the raw stream has nothing now.
    pub(super) fn read_ahead(&mut self, stream: &Value, count: usize) -> Result<bool, Raised> {
        self.buffered_flush_writes(stream)?;
        let Some(bytes) = self.raw_read(stream, count)? else { return Ok(false) };
        if bytes.is_empty() {
            return Ok(false);
        }
        let buffered = data::<Buffered>(self, stream)?;
        if buffered.rest().is_empty() {
            buffered.ahead = bytes;
            buffered.position = 0;
        } else {
            buffered.ahead.drain(..buffered.position);
            buffered.position = 0;
            buffered.ahead.extend_from_slice(&bytes);
        }
        Ok(true)
    }

    /// `count` bytes, or fewer at the end; None for everything.
    pub(super) fn buffered_read(&mut self, stream: &Value, count: Option<usize>) -> Result<Vec<u8>, Raised> {
        let mut all = data::<Buffered>(self, stream)?.take(count.unwrap_or(usize::MAX));
        let wanted = count.unwrap_or(usize::MAX);
        self.expect_room(count.unwrap_or(0))?;
        let size = data::<Buffered>(self, stream)?.size;
        while all.len() < wanted {
            let missing = wanted - all.len();
            let step = if count.is_none() {
                all.len().clamp(64 << 10, 1 << 20)
            } else {
                missing.clamp(size, size.max(1 << 20))
            };
            if !self.read_ahead(stream, step)? {
                break;
            }
            self.poll_posted()?;
            let more = data::<Buffered>(self, stream)?.take(missing);
            if all.is_empty() { all = more } else { all.extend_from_slice(&more) }
        }
        Ok(all)
    }

    /// What one read gives: up to `count` bytes.
    pub(super) fn buffered_read1(&mut self, stream: &Value, count: usize) -> Result<Vec<u8>, Raised> {
        let buffered = data::<Buffered>(self, stream)?;
        if buffered.rest().is_empty() {
            let size = buffered.size.max(count.min(1 << 20));
            if !self.read_ahead(stream, size)? {
                return Ok(Vec::new());
            }
        }
        Ok(data::<Buffered>(self, stream)?.take(count))
    }

    /// A line with its end, or as much of it as `limit` allows.
    pub(super) fn buffered_line(&mut self, stream: &Value, limit: usize) -> Result<Vec<u8>, Raised> {
        let mut line = Vec::new();
        loop {
            let buffered = data::<Buffered>(self, stream)?;
            let room = limit - line.len();
            let rest = buffered.rest();
            let end = memchr::memchr(b'\n', rest).map(|at| at + 1);
            let count = end.unwrap_or(rest.len()).min(room);
            let size = buffered.size;
            let part = if count == 0 { Vec::new() } else { buffered.take(count) };
            if line.is_empty() {
                line = part
            } else {
                line.extend_from_slice(&part)
            }
            if line.len() >= limit || line.ends_with(b"\n") || !self.read_ahead(stream, size)? {
                return Ok(line);
            }
        }
    }

    /// Adds bytes to what is written.
    pub(super) fn buffered_write(&mut self, stream: &Value, bytes: &[u8]) -> Result<(), Raised> {
        self.forget_ahead(stream)?;
        let buffered = data::<Buffered>(self, stream)?;
        match buffered.sink.clone() {
            Some(sink) => self.sink_write(&sink, bytes),
            None => {
                let (size, room) = (buffered.size, buffered.size.saturating_sub(buffered.pending.len()));
                let fits = bytes.len() <= room && bytes.len() < size;
                if !fits {
                    self.buffered_flush_writes(stream)?;
                }
                data::<Buffered>(self, stream)?.pending.extend_from_slice(bytes);
                if bytes.len() < size { Ok(()) } else { self.buffered_flush_writes(stream) }
            }
        }
    }

    /// Moves the raw stream back to where the script believes it is, and forgets what was read ahead.
    pub(super) fn forget_ahead(&mut self, stream: &Value) -> Result<(), Raised> {
        let buffered = data::<Buffered>(self, stream)?;
        let rest = buffered.rest().len();
        buffered.ahead.clear();
        buffered.position = 0;
        if rest > 0 {
            let raw = buffered.raw.clone();
            self.call_method_str(&raw, "seek", &[Value::Int(-(rest as i64)), Value::Int(1)])?;
        }
        Ok(())
    }

    /// Hands what was written to the raw stream.
    pub(super) fn buffered_flush_writes(&mut self, stream: &Value) -> Result<(), Raised> {
        let buffered = data::<Buffered>(self, stream)?;
        if let Some(sink) = buffered.sink.clone() {
            return self.sink_flush(&sink);
        }
        let mut rest = std::mem::take(&mut buffered.pending);
        let raw = buffered.raw.clone();
        while !rest.is_empty() {
            let written = self.call_method(&raw, Name::Write, &[Bytes::new(rest.clone()).into_value()])?;
            let count = if written.is_none() { 0 } else { self.expect_usize(&written)? };
            if count == 0 || count > rest.len() {
                data::<Buffered>(self, stream)?.pending = rest;
                return Err(self.raise(crate::object::Known::OSError, "raw write() returned invalid length"));
            }
            rest.drain(..count);
        }
        Ok(())
    }
}
