//! Bytes on their way to a descriptor.
//!
//! The buffer is shared by the binary stream, the text stream above it and the interpreter, which
//! empties every buffer at its end. Flushing releases the lock; a second thread that flushes meanwhile waits,
//! so that bytes arrive in the order in which they were written.

use std::cell::{Cell, RefCell};
use std::rc::{Rc, Weak};

use crate::gil::{WaitQueue, WaitReason};
use crate::object::{Raised, Vm};
use crate::runtime::os::fd;

/// A buffer before a descriptor.
pub(crate) struct Sink {
    /// -1 when the stream is closed.
    fd: Cell<i32>,
    buffer: RefCell<Vec<u8>>,
    capacity: usize,
    /// Whether a thread is writing the bytes that it took out of the buffer.
    busy: Cell<bool>,
    waiting: WaitQueue,
}

/// The sinks of an interpreter, to be emptied at its end.
#[derive(Default)]
struct Sinks {
    open: Vec<Weak<Sink>>,
    /// Nobody reads what standard output gets.
    stdout_broken: bool,
}

impl Sink {
    /// Bytes that wait.
    pub fn len(&self) -> usize {
        self.buffer.borrow().len()
    }

    /// Whether the stream was closed.
    pub fn is_closed(&self) -> bool {
        self.fd.get() < 0
    }

    /// Writes what waits without an interpreter: when the stream is dropped. Errors have nobody to go to.
    pub fn finish(&self) {
        let data = self.buffer.take();
        let mut rest = data.as_slice();
        while self.fd.get() >= 0 && !rest.is_empty() {
            match fd::write(self.fd.get(), rest) {
                Ok(count) => rest = &rest[count..],
                Err(error) if error.kind() == std::io::ErrorKind::Interrupted => {}
                Err(_) => break,
            }
        }
        self.fd.set(-1);
    }

    /// Forgets what waits: in a forked child the parent writes it.
    pub fn discard(&self) {
        self.buffer.take();
        self.busy.set(false);
    }
}

impl Drop for Sink {
    fn drop(&mut self) {
        self.finish();
    }
}

impl Vm {
    /// A buffer of `capacity` bytes before a descriptor.
    pub(crate) fn new_sink(&mut self, fd: i32, capacity: usize) -> Rc<Sink> {
        let sink = Rc::new(Sink {
            fd: Cell::new(fd),
            buffer: RefCell::default(),
            capacity,
            busy: Cell::new(false),
            waiting: WaitQueue::new(),
        });
        let sinks = self.interp.extension::<Sinks>(&mut self.gil);
        if sinks.open.len() >= 32 && sinks.open.len().is_power_of_two() {
            sinks.open.retain(|sink| sink.strong_count() > 0);
        }
        sinks.open.push(Rc::downgrade(&sink));
        sink
    }

    /// Adds bytes to the buffer and empties it when it is full.
    ///
    /// # Errors
    ///
    /// OSError of the descriptor.
    #[inline]
    pub(crate) fn sink_write(&mut self, sink: &Rc<Sink>, data: &[u8]) -> Result<(), Raised> {
        let full = {
            let mut buffer = sink.buffer.borrow_mut();
            buffer.extend_from_slice(data);
            buffer.len() > sink.capacity
        };
        if full { self.sink_flush(sink) } else { Ok(()) }
    }

    /// Empties the buffer.
    ///
    /// # Errors
    ///
    /// OSError of the descriptor; what was not written stays in the buffer.
    pub(crate) fn sink_flush(&mut self, sink: &Rc<Sink>) -> Result<(), Raised> {
        while sink.busy.get() {
            self.wait_in(&sink.waiting, WaitReason::File, None)?;
        }
        let data = sink.buffer.take();
        if data.is_empty() {
            return Ok(());
        }
        sink.busy.set(true);
        let (written, result) = self.write_all(sink.fd.get(), &data);
        sink.busy.set(false);
        // All of them: one whose bytes were written with another's finds nothing to do and wakes nobody.
        sink.waiting.wake_all(&mut self.gil);
        let mut buffer = sink.buffer.borrow_mut();
        if written == data.len() {
            if buffer.is_empty() {
                // Keep the memory for the next bytes.
                *buffer = data;
                buffer.clear();
                buffer.shrink_to(4 * sink.capacity);
            }
        } else {
            let newer = std::mem::replace(&mut *buffer, data[written..].to_vec());
            buffer.extend_from_slice(&newer);
        }
        result
    }

    /// Writes all bytes to a descriptor; tells how many were written, also after an error.
    fn write_all(&mut self, fd: i32, data: &[u8]) -> (usize, Result<(), Raised>) {
        let mut written = 0;
        while written < data.len() {
            let rest = &data[written..];
            match self.blocking(WaitReason::File, || fd::write(fd, rest)) {
                Ok(count) => written += count,
                Err(error) if error.kind() == std::io::ErrorKind::Interrupted => {
                    if let Err(raised) = self.poll() {
                        return (written, Err(raised));
                    }
                }
                Err(error) => {
                    if fd == libc::STDOUT_FILENO && error.kind() == std::io::ErrorKind::BrokenPipe {
                        self.interp.extension::<Sinks>(&mut self.gil).stdout_broken = true;
                    }
                    return (written, Err(self.raise_io(&error, None)));
                }
            }
        }
        (written, Ok(()))
    }

    /// Empties the buffers of all streams that are still open, at the end of the interpreter.
    pub(crate) fn finish_sinks(&mut self) {
        let sinks = std::mem::take(&mut self.interp.extension::<Sinks>(&mut self.gil).open);
        for sink in sinks.iter().filter_map(Weak::upgrade) {
            if let Err(raised) = self.sink_flush(&sink) {
                drop(self.take_raised(raised));
                sink.discard();
            }
        }
    }

    /// Whether a write to standard output found that nobody reads it.
    pub(crate) fn stdout_is_broken(&mut self) -> bool {
        self.interp.extension::<Sinks>(&mut self.gil).stdout_broken
    }

    /// In a forked child: frees the buffers that other threads were writing from.
    pub(crate) fn reset_sinks(&mut self) {
        for sink in self.interp.extension::<Sinks>(&mut self.gil).open.iter().filter_map(Weak::upgrade) {
            sink.busy.set(false);
        }
    }
}
