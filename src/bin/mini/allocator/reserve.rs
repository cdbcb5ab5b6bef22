//! What the command does when the system refuses memory.
//!
//! A block is kept back from the start; it costs address space only, for nothing is written to it. When a small request
//! is refused the block is given up, and the running script sees MemoryError. What it frees then fills the reserve again.

use std::ptr::null_mut;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicBool, AtomicPtr, Ordering};

use mini::{MemoryReserve, ShortageSignal};

use super::headroom;

/// Enough for what goes on until MemoryError is raised, and for telling of it. A block of this size is mapped by itself,
/// so that giving it up makes room for the allocator of small blocks.
const SIZE: usize = 16 << 20;

/// The block that is kept back; null while there is none.
static BLOCK: AtomicPtr<std::ffi::c_void> = AtomicPtr::new(null_mut());
/// Whom to tell.
static SIGNAL: OnceLock<ShortageSignal> = OnceLock::new();

/// The command's reserve.
#[derive(Debug)]
pub struct Reserve;

impl MemoryReserve for Reserve {
    fn serve(&self, signal: ShortageSignal) {
        // The command has one interpreter.
        let _ = SIGNAL.set(signal);
        headroom::begin();
        self.refill();
    }

    fn refill(&self) {
        if !BLOCK.load(Ordering::Relaxed).is_null() {
            return;
        }
        // SAFETY: any size is fine; a block that turns out to be one too many is given back.
        unsafe {
            // What is still needed to tell of the shortage must not be taken back at once.
            let enough = libc::malloc(2 * SIZE);
            if enough.is_null() {
                return;
            }
            libc::free(enough);
            let block = libc::malloc(SIZE);
            if BLOCK.compare_exchange(null_mut(), block, Ordering::AcqRel, Ordering::Relaxed).is_err() {
                libc::free(block);
            }
        }
    }
}

/// Frees the reserve, if there is one, and has the script see MemoryError.
pub fn give_up() {
    let block = BLOCK.swap(null_mut(), Ordering::AcqRel);
    // SAFETY: the block came from `malloc`, and was taken out of the only place that knew it.
    unsafe { libc::free(block) }
    tell();
}

/// Has the script see MemoryError.
pub fn tell() {
    if let Some(signal) = SIGNAL.get() {
        signal.raise();
    }
}

/// Says that there is no memory left, and ends the process at once.
pub fn end_process() -> ! {
    const MESSAGE: &[u8] = b"mini: out of memory\n";
    // SAFETY: writes a constant; nothing that would need memory is run.
    unsafe {
        libc::write(libc::STDERR_FILENO, MESSAGE.as_ptr().cast(), MESSAGE.len());
        libc::_exit(1)
    }
}

extern "C" fn on_abort(_: libc::c_int) {
    end_process()
}

/// A large request was refused. Where nobody expects that the standard library aborts: from now on that ends the process
/// with a status rather than a core dump.
pub fn explain_abort() {
    static DONE: AtomicBool = AtomicBool::new(false);
    if !DONE.swap(true, Ordering::Relaxed) {
        // SAFETY: the handler calls only what a handler may.
        unsafe {
            libc::signal(libc::SIGABRT, on_abort as *const () as libc::sighandler_t);
        }
    }
}
