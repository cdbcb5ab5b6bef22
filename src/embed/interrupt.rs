//! Stopping a script from another thread.

use std::fmt;
use std::sync::Arc;

use parking_lot::Mutex;

use crate::gil::{EvalBreaker, GilThread};

/// Interrupts what runs in an interpreter, from any thread.
///
/// ```
/// # fn main() -> Result<(), mini::Error> {
/// use std::time::Duration;
///
/// let interpreter = mini::Interpreter::new()?;
/// let interrupts = interpreter.interrupt_handle();
/// let error = std::thread::scope(|scope| {
///     scope.spawn(|| {
///         // A limit of time; a script that has not begun yet cannot be interrupted.
///         std::thread::sleep(Duration::from_millis(50));
///         while !interrupts.interrupt() {
///             std::thread::yield_now();
///         }
///     });
///     interpreter.run("while True: pass").unwrap_err()
/// });
/// assert_eq!(error.kind(), mini::ErrorKind::Interrupt);
/// # Ok(())
/// # }
/// ```
#[derive(Clone)]
pub struct InterruptHandle {
    inbox: Arc<Mutex<Vec<i32>>>,
    /// The threads that are attached, in the order in which they came.
    attached: Arc<Mutex<Vec<GilThread>>>,
}

impl fmt::Debug for InterruptHandle {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("InterruptHandle").finish_non_exhaustive()
    }
}

impl InterruptHandle {
    pub(super) fn new(inbox: Arc<Mutex<Vec<i32>>>) -> InterruptHandle {
        InterruptHandle { inbox, attached: Arc::default() }
    }

    /// Raises KeyboardInterrupt in the attached thread that came first, at its next preemption point or out of its
    /// wait, as Ctrl-C does in the command. False if no thread is attached.
    pub fn interrupt(&self) -> bool {
        let attached = self.attached.lock();
        let Some(thread) = attached.first() else { return false };
        let mut inbox = self.inbox.lock();
        if inbox.is_empty() {
            inbox.push(libc::SIGINT);
        }
        drop(inbox);
        thread.interrupt(EvalBreaker::SIGNAL);
        true
    }

    pub(super) fn enter(&self, thread: &GilThread) {
        self.attached.lock().push(thread.clone());
    }

    /// Forgets a thread, and interruptions that came too late for it.
    pub(super) fn leave(&self, thread: &GilThread) {
        let mut attached = self.attached.lock();
        attached.retain(|other| other != thread);
        if attached.is_empty() {
            self.inbox.lock().clear();
        }
    }
}
