//! The stay of an embedder's thread in an interpreter.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

use super::native_stack;
use super::thread_state::StackSize;
use crate::gil::{AttachError, GilThread, WaitReason};
use crate::object::heap::Heap;
use crate::object::{Interp, Known, Raised, Vm};

/// A thread state whose end leaves nothing of the thread behind.
pub(crate) struct Session {
    pub vm: Vm,
    /// Dropped after the thread state, which refers to it.
    thread: Registration,
}

/// A thread that is known to the lock until this is dropped.
struct Registration(GilThread);

impl Drop for Registration {
    fn drop(&mut self) {
        self.0.retire();
    }
}

impl Session {
    /// Attaches the current thread, after waiting for the interpreter's lock.
    ///
    /// # Errors
    ///
    /// When this OS thread holds a lock already, or there is no memory for its stacks.
    pub fn begin(interp: Arc<Interp>, name: &str, is_main: bool) -> Result<Session, AttachError> {
        let thread = Registration(interp.lock.register(name));
        let stacks = StackSize::thread().reserve().map_err(|_| AttachError::NoMemory)?;
        let native = native_stack::remaining().max(StackSize::LEAST);
        let vm = Vm::attach(interp, &thread.0, is_main, stacks, native)?;
        Ok(Session { vm, thread })
    }

    /// The thread as the lock knows it.
    pub fn thread(&self) -> &GilThread {
        &self.thread.0
    }
}

impl Drop for Session {
    fn drop(&mut self) {
        self.vm.clear_stack();
        let ended = self.vm.interp.modules.get(&self.vm.gil).is_none();
        if !ended {
            self.vm.drop_deferred();
            self.vm.run_pending();
        }
        Heap::leave();
    }
}

impl Vm {
    /// Runs `call`; a panic in it becomes SystemError.
    ///
    /// # Errors
    ///
    /// What `call` raises, or SystemError.
    pub(crate) fn guarded<R>(&mut self, call: impl FnOnce(&mut Vm) -> Result<R, Raised>) -> Result<R, Raised> {
        let mark = self.mark();
        match catch_unwind(AssertUnwindSafe(|| call(self))) {
            Ok(result) => result,
            Err(panic) => {
                self.unwind_to(mark);
                let text = panic
                    .downcast_ref::<&str>()
                    .copied()
                    .or_else(|| panic.downcast_ref::<String>().map(String::as_str));
                Err(self.raise(Known::SystemError, format!("native code panicked: {}", text.unwrap_or("no message"))))
            }
        }
    }

    /// Runs `call` without the lock, and without a current heap: it may enter another interpreter.
    pub(crate) fn outside<R: Send>(&mut self, call: impl FnOnce() -> R + Send) -> R {
        Heap::outside(|| self.blocking(WaitReason::Native, call))
    }
}
