//! Where a text stream stands in its bytes.

use super::decoder::Codec;
use super::text::Text;
use super::{Outcome, data};
use crate::object::{Known, Name, Raised, Value, Vm};

/// How many bytes of `source` the first `length` bytes of the decoded text were made of.
pub(super) fn source_length(text: &Text, length: usize) -> usize {
    if text.plain {
        return length;
    }
    let translated = text.decoder.newline == super::decoder::Newline::Universal;
    let source = &text.source;
    let mut at = 0;
    for c in text.decoded[..length].chars() {
        if c == '\n' && translated && source.get(at..).is_some_and(|rest| starts_with_crlf(&text.decoder.codec, rest)) {
            at += 2 * unit(&text.decoder.codec);
            continue;
        }
        at += match &text.decoder.codec {
            Codec::Utf8 => c.len_utf8(),
            Codec::Latin1 | Codec::Ascii => 1,
            Codec::Other(name) if name.starts_with("utf-16") => 2 * c.len_utf16(),
            Codec::Other(name) if name.starts_with("utf-32") => 4,
            Codec::Other(_) => 1,
        };
    }
    at.min(source.len())
}

/// Bytes of an ASCII character.
fn unit(codec: &Codec) -> usize {
    match codec {
        Codec::Other(name) if name.starts_with("utf-16") => 2,
        Codec::Other(name) if name.starts_with("utf-32") => 4,
        _ => 1,
    }
}

fn starts_with_crlf(codec: &Codec, bytes: &[u8]) -> bool {
    let unit = unit(codec);
    let has =
        |index: usize, byte: u8| bytes.get(index * unit..(index + 1) * unit).is_some_and(|unit| unit.contains(&byte));
    has(0, b'\r') && has(1, b'\n')
}

impl Vm {
    fn buffer_tell(&mut self, buffer: &Value) -> Result<i64, Raised> {
        let position = self.call_method_str(buffer, "tell", &[])?;
        self.expect_i64(&position)
    }

    fn check_text_seekable(&mut self, stream: &Value) -> Result<Value, Raised> {
        self.check_text_open(stream)?;
        let buffer = self.text_buffer(stream)?;
        let seekable = self.call_method_str(&buffer, "seekable", &[])?;
        if self.truth(&seekable)? {
            Ok(buffer)
        } else {
            Err(self.unsupported_operation("underlying stream is not seekable"))
        }
    }

    /// `tell()`: the byte position of the next character.
    pub(super) fn text_tell(&mut self, stream: &Value) -> Result<i64, Raised> {
        let buffer = self.check_text_seekable(stream)?;
        if !data::<Text>(self, stream)?.telling {
            return Err(self.raise(Known::OSError, "telling position disabled by next() call"));
        }
        self.text_flush(stream)?;
        let position = self.buffer_tell(&buffer)?;
        let text = data::<Text>(self, stream)?;
        Ok(position - text.source.len() as i64 + source_length(text, text.at) as i64)
    }

    /// `seek(offset, whence)`.
    pub(super) fn text_seek(&mut self, stream: &Value, offset: &Value, whence: i64) -> Outcome {
        let buffer = self.check_text_seekable(stream)?;
        let offset = self.expect_i64(offset)?;
        let target = match whence {
            1 if offset != 0 => return Err(self.unsupported_operation("can't do nonzero cur-relative seeks")),
            1 => self.text_tell(stream)?,
            2 if offset != 0 => return Err(self.unsupported_operation("can't do nonzero end-relative seeks")),
            2 => {
                self.text_flush(stream)?;
                data::<Text>(self, stream)?.forget();
                return self.call_method_str(&buffer, "seek", &[Value::Int(0), Value::Int(2)]);
            }
            0 if offset < 0 => return Err(self.value_error(format!("negative seek position {offset}"))),
            0 => offset,
            _ => return Err(self.value_error(format!("invalid whence ({whence}, should be 0, 1 or 2)"))),
        };
        self.text_flush(stream)?;
        self.call_method_str(&buffer, "seek", &[Value::Int(target)])?;
        let text = data::<Text>(self, stream)?;
        text.forget();
        text.telling = true;
        if target == 0 {
            // A byte order mark is read (or written) again.
            text.decoder.codec = Codec::of_name(&text.encoding);
        }
        Ok(Value::Int(target))
    }

    /// `truncate(size)`.
    pub(super) fn text_truncate(&mut self, stream: &Value, size: Option<&Value>) -> Outcome {
        self.check_text_open(stream)?;
        self.text_flush(stream)?;
        let size = match size.filter(|size| !size.is_none()) {
            Some(size) => size.clone(),
            None => Value::Int(self.text_tell(stream)?),
        };
        let buffer = self.text_buffer(stream)?;
        self.call_method_str(&buffer, "truncate", &[size])
    }

    /// `close()`: flushes first; the binary stream is closed even if that fails.
    pub(super) fn text_close(&mut self, stream: &Value) -> Outcome {
        let buffer = self.text_buffer(stream)?;
        if self.text_is_closed(stream)? {
            return Ok(Value::None);
        }
        if let Err(raised) = self.call_method(stream, Name::Flush, &[]) {
            let exception = self.take_raised(raised);
            let closed = self.call_method(&buffer, Name::Close, &[]);
            if let Err(raised) = closed {
                drop(self.take_raised(raised));
            }
            return Err(self.reraise(exception));
        }
        self.call_method(&buffer, Name::Close, &[])
    }
}
