//! Standard input, output and error.

use super::buffered::Kind;
use super::decoder::Newline;
use super::file_io::{FileIo, FileMode};
use super::text::TextOptions;
use super::{BUFFER_SIZE, Stream};
use crate::object::{Foreign, Raised, Value, Vm};
use crate::runtime::os::fd;

/// One of the three streams that a process starts with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Standard {
    Input,
    Output,
    Error,
}

impl Vm {
    /// The text stream of a standard descriptor; None if the process was started without it.
    ///
    /// Output is line-buffered on a terminal and block-buffered otherwise; errors are written at every line's end.
    /// `unbuffered` writes everything at once.
    pub(crate) fn standard_stream(&mut self, which: Standard, unbuffered: bool) -> Result<Value, Raised> {
        let number = which as i32;
        let Ok(kind) = fd::mode(number) else { return Ok(Value::None) };
        let reads = which == Standard::Input;
        let mode = FileMode { read: reads, write: !reads, ..FileMode::default() };
        let name = ["<stdin>", "<stdout>", "<stderr>"][which as usize];
        let waits = reads && kind & libc::S_IFMT != libc::S_IFREG;
        let file = FileIo { fd: number, mode, close_fd: false, name: Value::str(name), waits };
        let class = self.io_class(Stream::FileIo);
        let raw = Foreign::new(class, file).into_value();
        let buffer = self.new_buffered(if reads { Kind::Reader } else { Kind::Writer }, raw, BUFFER_SIZE).into_value();
        let options = TextOptions {
            encoding: "utf-8".to_owned(),
            errors: if which == Standard::Error { "backslashreplace" } else { "strict" }.to_owned(),
            newline: if reads { Newline::Universal } else { Newline::Lf },
            line_buffering: which == Standard::Error || fd::is_terminal(number),
            write_through: unbuffered && !reads,
        };
        self.new_text(buffer, Value::str(if reads { "r" } else { "w" }), options)
    }
}
