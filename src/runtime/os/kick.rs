//! Ending a system call of the main thread, so that it can look at a signal that another thread took.

use std::sync::Once;

use parking_lot::Mutex;

/// Where the main thread leaves its name while it is in a system call.
#[derive(Default)]
pub(crate) struct Kick(Mutex<Option<libc::pthread_t>>);

/// While it lives, the thread that made it is one that [`Kick::kick`] reaches.
pub(crate) struct InCall<'a>(&'a Kick);

impl Kick {
    /// Says that the calling thread is about to wait in a system call.
    pub(crate) fn enter(&self) -> InCall<'_> {
        // SAFETY: the call has no preconditions.
        *self.0.lock() = Some(unsafe { libc::pthread_self() });
        InCall(self)
    }

    /// Ends the system call of the thread that is in one with EINTR, if it waits there already.
    pub(crate) fn kick(&self) {
        install();
        // Locked until the signal is sent, so that the thread does not end meanwhile.
        if let Some(thread) = *self.0.lock() {
            // SAFETY: the thread is in a call and cannot leave it for good before the mutex is free.
            unsafe { libc::pthread_kill(thread, number()) };
        }
    }
}

impl Drop for InCall<'_> {
    fn drop(&mut self) {
        *self.0.0.lock() = None;
    }
}

/// The signal: the last real-time one, which hardly any program uses.
fn number() -> i32 {
    libc::SIGRTMAX()
}

/// Gives the signal a handler that does nothing, and does not have calls restarted.
fn install() {
    static INSTALLED: Once = Once::new();
    extern "C" fn nothing(_: libc::c_int) {}
    INSTALLED.call_once(|| {
        // SAFETY: zero bytes are a valid structure, and the handler touches nothing.
        unsafe {
            let mut action: libc::sigaction = std::mem::zeroed();
            action.sa_sigaction = nothing as extern "C" fn(libc::c_int) as usize;
            libc::sigaction(number(), &action, std::ptr::null_mut());
        }
    });
}
