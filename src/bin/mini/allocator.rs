//! The command's allocator.
//!
//! Objects are small and many. Nearly all ask for no more alignment than mimalloc gives every
//! block, so they take its plain entrances, which are shorter than those for a given alignment.

mod reserve;

use std::alloc::{GlobalAlloc, Layout};
use std::ffi::{c_int, c_long, c_void};

use libmimalloc_sys as mi;
use mini::object::room::LARGE;

pub use reserve::Reserve;

/// mimalloc aligns every block to this, or to its size where that is smaller.
const NATURAL: usize = 16;

/// No block is larger. Address space beyond the memory of common machines can be had from the system, but touching it
/// ends in the system killing the process; a script is to see MemoryError instead.
const MAX_BLOCK: usize = 32 << 30;

/// `mi_option_arena_eager_commit`.
const EAGER_COMMIT: c_int = 4;
/// `mi_option_arena_reserve`.
const ARENA_RESERVE: c_int = 23;
/// Address space that is reserved at a time: enough for one thread's stacks and a common program. Its bitmaps cost time.
const RESERVED_KIB: c_long = 512 << 10;
/// `mi_option_allow_thp`.
const ALLOW_HUGE: c_int = 43;
/// `mi_option_purge_delay`.
const PURGE_DELAY: c_int = 15;

unsafe extern "C" {
    fn mi_option_set(option: c_int, value: c_long);
    fn mi_process_init();
}

/// The allocator.
pub struct Allocator;

/// How much address space the process may have.
fn limit_kib() -> c_long {
    let mut limit = libc::rlimit { rlim_cur: libc::RLIM_INFINITY, rlim_max: libc::RLIM_INFINITY };
    // SAFETY: writes the limit to the place given.
    unsafe { libc::getrlimit(libc::RLIMIT_AS, &mut limit) };
    c_long::try_from(limit.rlim_cur >> 10).unwrap_or(c_long::MAX)
}

/// At the start: address space is made writable at once, rather than piece by piece. Memory is still taken from the
/// system as it is needed, in small pages.
extern "C" fn begin() {
    // SAFETY: sets numbers. Huge pages are declined only when mimalloc is set up: before, it would have the system
    // decline them for the processes that this one starts, too.
    unsafe {
        mi_option_set(EAGER_COMMIT, 1);
        mi_option_set(ARENA_RESERVE, RESERVED_KIB.min(limit_kib() / 8));
        mi_process_init();
        mi_option_set(ALLOW_HUGE, 0);
    }
    // The C library's own allocator serves few requests; an arena for each thread would take longer to map than to use.
    #[cfg(all(target_os = "linux", target_env = "gnu"))]
    // SAFETY: sets a number.
    unsafe {
        libc::mallopt(libc::M_ARENA_MAX, 1);
    }
}

/// Runs before anything is allocated, which would be too late: the first memory is reserved then.
#[used]
#[cfg_attr(target_os = "linux", unsafe(link_section = ".init_array"))]
static BEGIN: extern "C" fn() = begin;

/// Before the process ends: what is free need not be given back piece by piece.
pub fn end() {
    // SAFETY: as above.
    unsafe { mi_option_set(PURGE_DELAY, -1) }
}

#[inline(always)]
fn is_natural(size: usize, align: usize) -> bool {
    align <= NATURAL && (align <= 8 || size >= NATURAL)
}

/// The system refused memory. A large request fails, which whoever made it has to expect; for a small one the reserve
/// is given up, and the process ends if even that is not enough.
#[cold]
#[inline(never)]
fn refused(size: usize, again: impl FnOnce() -> *mut c_void) -> *mut u8 {
    if size >= LARGE {
        reserve::explain_abort();
        return std::ptr::null_mut();
    }
    reserve::give_up();
    let block = again();
    if block.is_null() {
        reserve::end_process();
    }
    block.cast()
}

// SAFETY: mimalloc's functions keep the contract of C's; blocks are aligned as `is_natural` says or as asked for.
unsafe impl GlobalAlloc for Allocator {
    #[inline]
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        if layout.size() > MAX_BLOCK {
            return std::ptr::null_mut();
        }
        // SAFETY: any size and a power of two are fine.
        unsafe {
            let block = if is_natural(layout.size(), layout.align()) {
                mi::mi_malloc(layout.size())
            } else {
                mi::mi_malloc_aligned(layout.size(), layout.align())
            };
            if block.is_null() {
                return refused(layout.size(), || mi::mi_malloc_aligned(layout.size(), layout.align()));
            }
            block.cast()
        }
    }

    #[inline]
    unsafe fn alloc_zeroed(&self, layout: Layout) -> *mut u8 {
        if layout.size() > MAX_BLOCK {
            return std::ptr::null_mut();
        }
        // SAFETY: as above.
        unsafe {
            let block = if is_natural(layout.size(), layout.align()) {
                mi::mi_zalloc(layout.size())
            } else {
                mi::mi_zalloc_aligned(layout.size(), layout.align())
            };
            if block.is_null() {
                return refused(layout.size(), || mi::mi_zalloc_aligned(layout.size(), layout.align()));
            }
            block.cast()
        }
    }

    #[inline]
    unsafe fn dealloc(&self, pointer: *mut u8, _: Layout) {
        // SAFETY: the block came from mimalloc.
        unsafe { mi::mi_free(pointer.cast::<c_void>()) }
    }

    #[inline]
    unsafe fn realloc(&self, pointer: *mut u8, layout: Layout, new_size: usize) -> *mut u8 {
        if new_size > MAX_BLOCK {
            return std::ptr::null_mut();
        }
        // SAFETY: as above.
        unsafe {
            let block = if is_natural(layout.size(), layout.align()) && is_natural(new_size, layout.align()) {
                mi::mi_realloc(pointer.cast(), new_size)
            } else {
                mi::mi_realloc_aligned(pointer.cast(), new_size, layout.align())
            };
            if block.is_null() {
                return refused(new_size, || mi::mi_realloc_aligned(pointer.cast(), new_size, layout.align()));
            }
            block.cast()
        }
    }
}
