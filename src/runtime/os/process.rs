//! Processes: their ends and signals to them.

use std::io::{Error, Result};

/// Waits for a child; None if it still runs and `block` is false. The second number is the wait status.
///
/// # Errors
///
/// What the OS says.
pub(crate) fn wait(pid: i32, block: bool) -> Result<Option<(i32, i32)>> {
    let mut status = 0;
    let options = if block { 0 } else { libc::WNOHANG };
    // SAFETY: the call writes one number.
    match unsafe { libc::waitpid(pid, &mut status, options) } {
        -1 => Err(Error::last_os_error()),
        0 => Ok(None),
        found => Ok(Some((found, status))),
    }
}

/// The exit code of a wait status: negative for a signal.
pub(crate) fn exit_code(status: i32) -> i32 {
    if libc::WIFSIGNALED(status) { -libc::WTERMSIG(status) } else { libc::WEXITSTATUS(status) }
}

/// Sends a signal.
///
/// # Errors
///
/// What the OS says.
pub(crate) fn kill(pid: i32, signal: i32) -> Result<()> {
    // SAFETY: sending touches no memory.
    if unsafe { libc::kill(pid, signal) } == 0 { Ok(()) } else { Err(Error::last_os_error()) }
}

/// Ends the process at once.
pub(crate) fn exit_now(status: i32) -> ! {
    // SAFETY: the call has no preconditions; nothing runs after it.
    unsafe { libc::_exit(status) }
}
