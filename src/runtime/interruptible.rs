//! Waiting for input in such a way that a signal interrupts it.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use super::os::fd;
use super::signals::SignalState;
use crate::gil::WaitReason;
use crate::object::{Raised, Vm};

/// The pipe that the signal watcher writes to, made when the main thread first waits for input.
#[derive(Default)]
struct WakePipe {
    ends: Option<(i32, i32)>,
    /// Whether the main thread waits, so that others need not be written to.
    waiting: Arc<AtomicBool>,
}

impl Drop for WakePipe {
    fn drop(&mut self) {
        if let Some((read, write)) = self.ends {
            let _ = fd::close(read);
            let _ = fd::close(write);
        }
    }
}

impl Vm {
    /// Returns when the descriptor can be read; runs signal handlers meanwhile. Other threads than the main one, which
    /// no signal interrupts, return at once: their read waits itself.
    ///
    /// # Errors
    ///
    /// KeyboardInterrupt, or what a signal handler raises.
    pub(crate) fn wait_for_input(&mut self, number: i32) -> Result<(), Raised> {
        if !self.thread.is_main {
            return Ok(());
        }
        let Some((read, waiting)) = self.wake_pipe() else { return Ok(()) };
        loop {
            waiting.store(true, Ordering::SeqCst);
            self.poll()?;
            let ready = self.blocking(WaitReason::File, || fd::wait_readable(number, read));
            waiting.store(false, Ordering::SeqCst);
            match ready {
                Ok((true, _)) => return Ok(()),
                Ok((_, true)) => {
                    let _ = fd::read(read, 64);
                }
                Ok(_) => {}
                Err(error) if error.kind() == std::io::ErrorKind::Interrupted => {}
                // The read that follows tells what is wrong.
                Err(_) => return Ok(()),
            }
            self.poll()?;
        }
    }

    /// In a forked child: the parent's pipe is not its own.
    pub(super) fn forget_wake_pipe(&mut self) {
        let old = std::mem::take(self.interp.extension::<WakePipe>(&mut self.gil));
        drop(old);
    }

    /// The reading end, if a pipe could be made.
    fn wake_pipe(&mut self) -> Option<(i32, Arc<AtomicBool>)> {
        let pipe = self.interp.extension::<WakePipe>(&mut self.gil);
        if let Some((read, _)) = pipe.ends {
            return Some((read, pipe.waiting.clone()));
        }
        let (read, write) = fd::pipe().ok()?;
        fd::set_blocking(write, false).ok()?;
        pipe.ends = Some((read, write));
        let waiting = pipe.waiting.clone();
        let flag = waiting.clone();
        let state = self.interp.extension::<SignalState>(&mut self.gil);
        state.wakers.lock().push(Box::new(move || {
            if flag.load(Ordering::SeqCst) {
                let _ = fd::write(write, b"s");
            }
        }));
        Some((read, waiting))
    }
}
