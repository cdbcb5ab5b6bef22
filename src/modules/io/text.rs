//! `TextIOWrapper`: a binary stream as text.

use std::rc::Rc;

use super::buffered::{Buffered, Kind};
use super::decoder::{Codec, Decoder, Newline};
use super::file_io::FileIo;
use super::sink::Sink;
use super::{BUFFER_SIZE, Stream, data};
use crate::object::{Bytes, Foreign, ForeignData, Name, Ptr, Raised, Value, Vm};

/// A text stream over a binary one.
pub(crate) struct Text {
    /// The binary stream; `Undef` before `__init__` and after `detach`.
    pub(super) buffer: Value,
    /// Whether the binary stream is a plain buffered one of this module.
    native: bool,
    /// Where written bytes go at once, if the binary stream is a plain writer.
    sink: Option<Rc<Sink>>,
    pub(super) decoder: Decoder,
    pub(super) encoding: String,
    pub(super) errors: String,
    pub(super) line_buffering: bool,
    pub(super) write_through: bool,
    /// Text that was read and decoded; what is before `at` was taken.
    pub(super) decoded: String,
    pub(super) at: usize,
    /// The bytes that `decoded` was made of, and those that wait in the decoder.
    pub(super) source: Vec<u8>,
    /// Whether a place in `decoded` is the same place in `source`.
    pub(super) plain: bool,
    /// False while the stream is iterated: `tell` would have to undo what was read ahead.
    pub(super) telling: bool,
    /// The attribute `mode`, `Undef` if there is none.
    pub(super) mode: Value,
}

impl ForeignData for Text {
    fn trace(&self, visit: &mut dyn FnMut(&Value)) {
        visit(&self.buffer);
        visit(&self.mode);
    }

    fn clear(&mut self) -> Vec<Value> {
        self.sink = None;
        vec![self.buffer.take(), self.mode.take()]
    }
}

/// How a text stream is made.
pub(super) struct TextOptions {
    pub encoding: String,
    pub errors: String,
    pub newline: Newline,
    pub line_buffering: bool,
    pub write_through: bool,
}

impl Text {
    pub fn blank() -> Text {
        Text {
            buffer: Value::Undef,
            native: false,
            sink: None,
            decoder: Decoder::new(Codec::Utf8, Newline::Universal),
            encoding: String::new(),
            errors: "strict".to_owned(),
            line_buffering: false,
            write_through: false,
            decoded: String::new(),
            at: 0,
            source: Vec::new(),
            plain: true,
            telling: true,
            mode: Value::Undef,
        }
    }

    /// Forgets what was read ahead.
    pub(super) fn forget(&mut self) {
        self.decoded.clear();
        self.at = 0;
        self.source.clear();
        self.plain = true;
        self.decoder.reset();
    }

    pub(super) fn rest(&self) -> &str {
        &self.decoded[self.at..]
    }

    /// Takes the first `bytes` bytes of what was decoded.
    pub(super) fn take(&mut self, bytes: usize) -> String {
        if self.at == 0 && bytes == self.decoded.len() {
            self.source.clear();
            self.plain = true;
            return std::mem::take(&mut self.decoded);
        }
        let taken = self.rest()[..bytes].to_owned();
        self.at += bytes;
        taken
    }
}

/// The text stream that a value is, if it is exactly a `TextIOWrapper`.
pub(crate) fn text_stream(vm: &mut Vm, value: &Value) -> Option<Ptr<Foreign>> {
    let class = vm.io_class(Stream::Text);
    match value {
        Value::Foreign(object) if object.class.is(&class) => Some(object.to_ptr()),
        _ => None,
    }
}

impl Vm {
    /// Gives a text stream its binary stream and encoding.
    ///
    /// # Errors
    ///
    /// LookupError for an unknown encoding.
    pub(super) fn set_buffer(&mut self, stream: &Value, buffer: Value, options: TextOptions) -> Result<(), Raised> {
        let codec = Codec::of_name(&options.encoding);
        if let Codec::Other(_) = codec {
            self.encode_text(&codec, "", "strict")?;
        }
        let plain = match &buffer {
            Value::Foreign(object) => [Stream::Reader, Stream::Writer, Stream::Random]
                .iter()
                .any(|which| object.class.is(&self.io_class(*which))),
            _ => false,
        };
        let sink = match plain {
            true => {
                let buffered = data::<Buffered>(self, &buffer)?;
                buffered.sink.clone().filter(|_| buffered.kind == Kind::Writer)
            }
            false => None,
        };
        let text = data::<Text>(self, stream)?;
        text.forget();
        text.native = plain;
        text.sink = sink;
        text.decoder = Decoder::new(codec, options.newline);
        text.encoding = options.encoding;
        text.errors = options.errors;
        text.line_buffering = options.line_buffering;
        text.write_through = options.write_through;
        let old = std::mem::replace(&mut text.buffer, buffer);
        drop(old);
        Ok(())
    }

    /// A text stream over a binary one.
    pub(super) fn new_text(&mut self, buffer: Value, mode: Value, options: TextOptions) -> Result<Value, Raised> {
        let class = self.io_class(Stream::Text);
        let stream = Foreign::new(class, Text { mode, ..Text::blank() }).into_value();
        self.set_buffer(&stream, buffer, options)?;
        Ok(stream)
    }

    /// The binary stream of a text stream.
    pub(super) fn text_buffer(&mut self, stream: &Value) -> Result<Value, Raised> {
        let buffer = data::<Text>(self, stream)?.buffer.clone();
        if buffer.is_undef() {
            return Err(self.value_error("underlying buffer has been detached"));
        }
        Ok(buffer)
    }

    pub(super) fn text_is_closed(&mut self, stream: &Value) -> Result<bool, Raised> {
        let text = data::<Text>(self, stream)?;
        if let Some(sink) = &text.sink {
            return Ok(sink.is_closed());
        }
        let native = text.native;
        let buffer = self.text_buffer(stream)?;
        if native {
            let buffered = data::<Buffered>(self, &buffer)?;
            if buffered.native {
                let raw = buffered.raw.clone();
                return Ok(data::<FileIo>(self, &raw)?.fd < 0);
            }
        }
        let closed = self.get_attr(&buffer, "closed")?;
        self.truth(&closed)
    }

    /// ValueError if the stream is closed.
    pub(super) fn check_text_open(&mut self, stream: &Value) -> Result<(), Raised> {
        if self.text_is_closed(stream)? { Err(self.closed_error()) } else { Ok(()) }
    }

    /// Whether the binary stream can be read (or written).
    fn text_allows(&mut self, stream: &Value, method: &str) -> Result<bool, Raised> {
        let native = data::<Text>(self, stream)?.native;
        let buffer = self.text_buffer(stream)?;
        if native {
            let kind = data::<Buffered>(self, &buffer)?.kind;
            return Ok(if method == "readable" { kind.reads() } else { kind.writes() });
        }
        let key = self.intern(method);
        match self.getattr_opt(&buffer, &key)? {
            Some(ask) => {
                let answer = self.call(&ask, &[])?;
                self.truth(&answer)
            }
            None => Ok(true),
        }
    }

    pub(super) fn check_text_readable(&mut self, stream: &Value) -> Result<(), Raised> {
        self.check_text_open(stream)?;
        if self.text_allows(stream, "readable")? { Ok(()) } else { Err(self.unsupported_operation("not readable")) }
    }

    /// Writes a text.
    ///
    /// # Errors
    ///
    /// ValueError if the stream is closed, `io.UnsupportedOperation` if it cannot be written, UnicodeEncodeError, OSError.
    pub(crate) fn text_write(&mut self, stream: &Value, text: &str) -> Result<(), Raised> {
        let state = data::<Text>(self, stream)?;
        let Some(sink) = state.sink.clone() else { return self.text_write_slow(stream, text) };
        if sink.is_closed() {
            return Err(self.closed_error());
        }
        let flush =
            state.write_through || state.line_buffering && memchr::memchr2(b'\n', b'\r', text.as_bytes()).is_some();
        let newline = state.decoder.newline;
        if state.decoder.codec == Codec::Utf8 && matches!(newline, Newline::Universal | Newline::Any | Newline::Lf) {
            self.sink_write(&sink, text.as_bytes())?;
        } else {
            let (codec, errors) = (state.decoder.codec.clone(), state.errors.clone());
            let written = newline.written(text);
            let bytes = self.encode_text(&codec, &written, &errors)?;
            self.note_byte_order(stream)?;
            self.sink_write(&sink, &bytes)?;
        }
        if flush { self.sink_flush(&sink) } else { Ok(()) }
    }

    /// Writes through a binary stream of any kind.
    fn text_write_slow(&mut self, stream: &Value, text: &str) -> Result<(), Raised> {
        self.check_text_open(stream)?;
        if !self.text_allows(stream, "writable")? {
            return Err(self.unsupported_operation("not writable"));
        }
        let state = data::<Text>(self, stream)?;
        let (codec, errors, native) = (state.decoder.codec.clone(), state.errors.clone(), state.native);
        let flush = state.line_buffering && (text.contains('\n') || text.contains('\r'));
        let written = state.decoder.newline.written(text);
        let bytes = self.encode_text(&codec, &written, &errors)?.into_owned();
        self.note_byte_order(stream)?;
        let buffer = self.text_buffer(stream)?;
        data::<Text>(self, stream)?.forget();
        if native {
            self.buffered_write(&buffer, &bytes)?;
        } else {
            self.call_method(&buffer, Name::Write, &[Bytes::new(bytes).into_value()])?;
        }
        if flush {
            self.call_method(&buffer, Name::Flush, &[])?;
        }
        Ok(())
    }

    /// The byte order mark of UTF-16 and its like is written once.
    fn note_byte_order(&mut self, stream: &Value) -> Result<(), Raised> {
        let decoder = &mut data::<Text>(self, stream)?.decoder;
        let next = match &decoder.codec {
            Codec::Other(name) if matches!(name.as_str(), "utf-16" | "utf16" | "u16") => "utf-16-le",
            Codec::Other(name) if matches!(name.as_str(), "utf-32" | "utf32" | "u32") => "utf-32-le",
            Codec::Other(name) if name == "utf-8-sig" => "utf-8",
            _ => return Ok(()),
        };
        decoder.codec = Codec::of_name(next);
        Ok(())
    }

    /// Flushes the stream and what is below it.
    pub(crate) fn text_flush(&mut self, stream: &Value) -> Result<(), Raised> {
        if let Some(sink) = data::<Text>(self, stream)?.sink.clone() {
            if sink.is_closed() {
                return Err(self.closed_error());
            }
            return self.sink_flush(&sink);
        }
        self.check_text_open(stream)?;
        let buffer = self.text_buffer(stream)?;
        data::<Text>(self, stream)?.telling = true;
        self.call_method(&buffer, Name::Flush, &[])?;
        Ok(())
    }

    /// Reads and decodes some more; false at the end.
    pub(super) fn text_read_ahead(&mut self, stream: &Value) -> Result<bool, Raised> {
        let native = data::<Text>(self, stream)?.native;
        let buffer = self.text_buffer(stream)?;
        let bytes = if native {
            self.buffered_read1(&buffer, BUFFER_SIZE)?
        } else {
            let key = self.intern("read1");
            let read = match self.getattr_opt(&buffer, &key)? {
                Some(read) => read,
                None => self.get_attr(&buffer, "read")?,
            };
            let bytes = self.call(&read, &[Value::Int(BUFFER_SIZE as i64)])?;
            if bytes.is_none() {
                return Ok(false);
            }
            self.expect_bytes(&bytes)?
        };
        self.text_add(stream, &bytes, bytes.is_empty())?;
        Ok(!bytes.is_empty())
    }

    /// Decodes bytes behind the text that was read ahead.
    pub(super) fn text_add(&mut self, stream: &Value, bytes: &[u8], last: bool) -> Result<(), Raised> {
        let text = data::<Text>(self, stream)?;
        if text.at > 0 {
            let used = super::text_position::source_length(text, text.at);
            text.source.drain(..used);
            text.decoded.drain(..text.at);
            text.at = 0;
        }
        text.source.extend_from_slice(bytes);
        let complete = text.decoder.take_complete(bytes, last);
        let (codec, errors) = (text.decoder.codec.clone(), text.errors.clone());
        let piece = self.decode_text(&codec, &complete, &errors)?;
        let text = data::<Text>(self, stream)?;
        let same = codec == Codec::Utf8 && piece.len() == complete.len() && text.decoder.waiting() == 0;
        let length = piece.len();
        let piece = text.decoder.line_ends(piece, last);
        text.plain &= same && piece.len() == length && text.decoder.waiting() == 0;
        if text.decoded.is_empty() {
            text.decoded = piece
        } else {
            text.decoded.push_str(&piece)
        }
        Ok(())
    }
}
