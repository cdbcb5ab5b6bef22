//! Blocks of many pages, which the C library owns.

use std::alloc::Layout;
use std::ptr::null_mut;

use super::{NATURAL, headroom, reserve};

/// No block is larger. Address space beyond the memory of common machines can be had from the system, but touching it
/// ends in the system killing the process; a script is to see MemoryError instead.
const MAX_BLOCK: usize = 32 << 30;

/// A large block, or null.
///
/// # Safety
///
/// As `GlobalAlloc::alloc`.
#[cold]
#[inline(never)]
pub unsafe fn alloc(layout: Layout) -> *mut u8 {
    // SAFETY: C's functions take any size and any alignment that is a power of two and no less than a pointer's.
    unsafe {
        had(layout.size(), || {
            if layout.align() <= NATURAL {
                return libc::malloc(layout.size());
            }
            let mut block = null_mut();
            match libc::posix_memalign(&mut block, layout.align(), layout.size()) {
                0 => block,
                _ => null_mut(),
            }
        })
    }
}

/// A large block of zeros, or null.
///
/// # Safety
///
/// As `GlobalAlloc::alloc_zeroed`.
#[cold]
#[inline(never)]
pub unsafe fn alloc_zeroed(layout: Layout) -> *mut u8 {
    // SAFETY: as above; the block is as large as it is made zero.
    unsafe {
        if layout.align() <= NATURAL {
            return had(layout.size(), || libc::calloc(1, layout.size()));
        }
        let block = alloc(layout);
        if !block.is_null() {
            block.write_bytes(0, layout.size());
        }
        block
    }
}

/// Frees a large block.
///
/// # Safety
///
/// The block came from this module.
#[cold]
#[inline(never)]
pub unsafe fn dealloc(block: *mut u8) {
    // SAFETY: the caller's promise.
    unsafe { libc::free(block.cast()) }
}

/// Makes a large block larger or smaller; null if that cannot be had, and the block stays.
///
/// # Safety
///
/// As `GlobalAlloc::realloc`; both sizes are large.
#[cold]
#[inline(never)]
pub unsafe fn realloc(block: *mut u8, before: Layout, after: Layout) -> *mut u8 {
    // SAFETY: the caller's promise.
    unsafe {
        if before.align() <= NATURAL {
            let resize = || libc::realloc(block.cast(), after.size());
            return if after.size() > before.size() { had(after.size(), resize) } else { resize().cast() };
        }
        let moved = alloc(after);
        if !moved.is_null() {
            block.copy_to_nonoverlapping(moved, before.size().min(after.size()));
            dealloc(block);
        }
        moved
    }
}

fn had(size: usize, ask: impl FnOnce() -> *mut std::ffi::c_void) -> *mut u8 {
    let block = if size > MAX_BLOCK { null_mut() } else { ask() };
    if block.is_null() {
        reserve::explain_abort();
    } else {
        headroom::look(size);
    }
    block.cast()
}
