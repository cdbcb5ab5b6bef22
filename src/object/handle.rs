//! Values that cross threads.

use std::fmt;
use std::mem::ManuallyDrop;
use std::sync::Arc;

use super::{Interp, Value, Vm};

/// A value that may be sent to other threads and dropped anywhere.
///
/// It can be looked at only by a thread that has the interpreter's lock. A drop without the lock is put off until
/// somebody has it.
///
/// To copy a handle takes the lock as well, so it is no `Clone`: what is attached makes another by
/// `m.extract::<Handle>(&handle)`.
pub struct Handle {
    value: ManuallyDrop<Value>,
    interp: Arc<Interp>,
}

/// A value on its way to be dropped by whoever has the lock.
pub(crate) struct Deferred(#[expect(dead_code, reason = "it is there to be dropped")] Value);

// SAFETY: the value inside is touched only by `drop` of the queue's drainer, which has the lock.
unsafe impl Send for Deferred {}

// SAFETY: the value is reached through `get`, which takes the thread state of a thread that holds the lock of the
// same interpreter, and dropped with the lock or through the deferred queue.
unsafe impl Send for Handle {}
// SAFETY: as above; sharing a handle gives access to nothing without the lock.
unsafe impl Sync for Handle {}

impl Handle {
    /// A handle to a value.
    #[doc(hidden)]
    pub fn new(vm: &Vm, value: Value) -> Handle {
        Handle { value: ManuallyDrop::new(value), interp: vm.interp.clone() }
    }

    /// The value.
    ///
    /// # Panics
    ///
    /// If the thread state belongs to another interpreter.
    #[doc(hidden)]
    pub fn get(&self, vm: &Vm) -> Value {
        self.try_get(vm).expect("a handle is used with the interpreter that made it")
    }

    /// The value, unless the thread state belongs to another interpreter.
    pub(crate) fn try_get(&self, vm: &Vm) -> Option<Value> {
        Arc::ptr_eq(&self.interp, &vm.interp).then(|| Value::clone(&self.value))
    }

    /// The interpreter that the value belongs to.
    pub(crate) fn interp(&self) -> &Arc<Interp> {
        &self.interp
    }
}

impl fmt::Debug for Handle {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // The object is out of reach without the lock.
        f.debug_struct("Handle").finish_non_exhaustive()
    }
}

impl Drop for Handle {
    fn drop(&mut self) {
        // SAFETY: the value is taken once, here.
        let value = unsafe { ManuallyDrop::take(&mut self.value) };
        if self.interp.lock.is_held_here() {
            drop(value);
        } else {
            self.interp.deferred.push(Deferred(value));
        }
    }
}

impl Vm {
    /// Drops what other threads left behind without the lock.
    pub(crate) fn drop_deferred(&mut self) {
        let interp = self.interp.clone();
        drop(interp.deferred.drain(&mut self.gil));
    }
}
