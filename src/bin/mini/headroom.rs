//! Sees to it that a large block is never the last one that there was room for.
//!
//! Where address space is limited, a script that fills it is told while what it made fits once more, see
//! [`HEADROOM`]. Without a limit there is always room.

use std::alloc::{GlobalAlloc, Layout};
use std::ptr::null_mut;
use std::sync::OnceLock;

use mini::object::room::{HEADROOM, LARGE};
use mini::{MemoryReserve, ShortageSignal};

use crate::allocator::{Allocator, Reserve};

/// Whom to tell; nobody where address space is not limited.
static SIGNAL: OnceLock<ShortageSignal> = OnceLock::new();

/// The command's allocator, which looks how much room is left behind every large block.
pub struct WithHeadroom(pub Allocator);

fn is_limited() -> bool {
    let mut limit = libc::rlimit { rlim_cur: libc::RLIM_INFINITY, rlim_max: libc::RLIM_INFINITY };
    // SAFETY: writes the limit to the place given.
    unsafe { libc::getrlimit(libc::RLIMIT_AS, &mut limit) };
    limit.rlim_cur != libc::RLIM_INFINITY
}

/// Tells the script if there is too little room left behind a large block.
#[cold]
#[inline(never)]
fn look(block: *mut u8, size: usize) {
    let (Some(signal), false) = (SIGNAL.get(), block.is_null()) else { return };
    let room = size.saturating_mul(HEADROOM);
    let flags = libc::MAP_PRIVATE | libc::MAP_ANONYMOUS | libc::MAP_NORESERVE;
    // SAFETY: maps address space where the system likes, without access, and gives it back.
    unsafe {
        let space = libc::mmap(null_mut(), room, libc::PROT_NONE, flags, -1, 0);
        if space == libc::MAP_FAILED {
            signal.raise();
        } else {
            libc::munmap(space, room);
        }
    }
}

// SAFETY: the blocks are the allocator's.
unsafe impl GlobalAlloc for WithHeadroom {
    #[inline]
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        // SAFETY: as the caller promises.
        let block = unsafe { self.0.alloc(layout) };
        if layout.size() >= LARGE {
            look(block, layout.size());
        }
        block
    }

    #[inline]
    unsafe fn alloc_zeroed(&self, layout: Layout) -> *mut u8 {
        // SAFETY: as the caller promises.
        let block = unsafe { self.0.alloc_zeroed(layout) };
        if layout.size() >= LARGE {
            look(block, layout.size());
        }
        block
    }

    #[inline]
    unsafe fn dealloc(&self, block: *mut u8, layout: Layout) {
        // SAFETY: as the caller promises.
        unsafe { self.0.dealloc(block, layout) }
    }

    #[inline]
    unsafe fn realloc(&self, block: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        // SAFETY: as the caller promises.
        let block = unsafe { self.0.realloc(block, layout, size) };
        if size >= LARGE && size > layout.size() {
            look(block, size);
        }
        block
    }
}

/// The command's reserve, whose signal is raised for want of headroom, too.
#[derive(Debug)]
pub struct WatchedReserve;

impl MemoryReserve for WatchedReserve {
    fn serve(&self, signal: ShortageSignal) {
        if is_limited() {
            // The command has one interpreter.
            let _ = SIGNAL.set(signal.clone());
        }
        Reserve.serve(signal);
    }

    fn refill(&self) {
        Reserve.refill();
    }
}
