//! Sees to it that a large block is never the last one that there was room for.
//!
//! Where address space is limited, a script that fills it is told while what it made fits once more, see
//! [`HEADROOM`]. Without a limit there is always room.

use std::ptr::null_mut;
use std::sync::atomic::{AtomicBool, Ordering};

use mini::object::room::HEADROOM;

use super::{address_space, reserve};

/// Whether address space is limited, and there is a script to tell.
static LIMITED: AtomicBool = AtomicBool::new(false);

/// From now on there is somebody to tell.
pub fn begin() {
    LIMITED.store(address_space().is_some(), Ordering::Relaxed);
}

/// Tells the script if there is too little room left behind a new block of this size.
pub fn look(size: usize) {
    if !LIMITED.load(Ordering::Relaxed) {
        return;
    }
    let room = size.saturating_mul(HEADROOM);
    let flags = libc::MAP_PRIVATE | libc::MAP_ANONYMOUS | libc::MAP_NORESERVE;
    // SAFETY: maps address space where the system likes, without access, and gives it back.
    unsafe {
        let space = libc::mmap(null_mut(), room, libc::PROT_NONE, flags, -1, 0);
        if space == libc::MAP_FAILED {
            reserve::tell();
        } else {
            libc::munmap(space, room);
        }
    }
}
