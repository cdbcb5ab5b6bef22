//! What C calls at the start.
//!
//! The standard library's own entrance would read the process's memory map to find the guard page of the first thread, and
//! set up a stack for its handler of overflows. This program does without: it runs on a thread of its own, where depth is
//! counted. What else that entrance does is done here.

use std::ffi::{c_char, c_int};

#[unsafe(no_mangle)]
extern "C" fn main(_: c_int, _: *const *const c_char) -> c_int {
    keep_standard_descriptors();
    // SAFETY: there is one thread. Writes to a closed pipe are to fail rather than to end the process.
    unsafe { libc::signal(libc::SIGPIPE, libc::SIG_IGN) };
    std::process::exit(super::run())
}

/// A file that is opened later must not take the place of a standard stream that was closed.
fn keep_standard_descriptors() {
    for descriptor in 0..=2 {
        // SAFETY: a number that is no descriptor gives an error, and the lowest free one is opened.
        unsafe {
            if libc::fcntl(descriptor, libc::F_GETFD) == -1 {
                libc::open(c"/dev/null".as_ptr(), libc::O_RDWR);
            }
        }
    }
}
