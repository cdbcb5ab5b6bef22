//! The command's allocator.
//!
//! Objects are small and many. Nearly all ask for no more alignment than mimalloc gives every
//! block, so they take its plain entrances, which are shorter than those for a given alignment.
//!
//! Large blocks are the C library's: it can let one grow by moving pages rather than bytes, so that a growing list does
//! not leave its former places behind, and gives memory back when a block is freed.

mod headroom;
mod large;
mod reserve;

use std::alloc::{GlobalAlloc, Layout};
use std::ffi::{c_int, c_long, c_void};

use libmimalloc_sys as mi;
use mini::object::room::LARGE;

pub use reserve::Reserve;

/// mimalloc aligns every block to this, or to its size where that is smaller.
const NATURAL: usize = 16;

/// `mi_option_arena_eager_commit`.
const EAGER_COMMIT: c_int = 4;
/// `mi_option_arena_reserve`.
const ARENA_RESERVE: c_int = 23;
/// Address space that is reserved at a time: enough for a common program. Its bitmaps cost time.
const RESERVED_KIB: c_long = 128 << 10;
/// `mi_option_allow_thp`.
const ALLOW_HUGE: c_int = 43;
/// `mi_option_purge_delay`.
const PURGE_DELAY: c_int = 15;
/// `mi_option_use_numa_nodes`.
const NUMA_NODES: c_int = 16;

/// The least size of a block that is mapped by itself.
const MAPPED: c_int = 4 << 20;

unsafe extern "C" {
    fn mi_option_set(option: c_int, value: c_long);
    fn mi_process_init();
}

/// The allocator.
pub struct Allocator;

/// How many bytes of address space the process may have; None without a limit.
fn address_space() -> Option<u64> {
    let mut limit = libc::rlimit { rlim_cur: libc::RLIM_INFINITY, rlim_max: libc::RLIM_INFINITY };
    // SAFETY: writes the limit to the place given.
    unsafe { libc::getrlimit(libc::RLIMIT_AS, &mut limit) };
    (limit.rlim_cur != libc::RLIM_INFINITY).then_some(limit.rlim_cur)
}

/// At the start: address space is made writable at once, rather than piece by piece. Memory is still taken from the
/// system as it is needed, in small pages.
extern "C" fn begin() {
    // SAFETY: sets numbers. Huge pages are declined only when mimalloc is set up: before, it would have the system
    // decline them for the processes that this one starts, too.
    unsafe {
        mi_option_set(EAGER_COMMIT, 1);
        let limit = address_space().and_then(|bytes| c_long::try_from(bytes >> 10).ok()).unwrap_or(c_long::MAX);
        mi_option_set(ARENA_RESERVE, RESERVED_KIB.min(limit / 8));
        // To find out how many there are takes longer than they are worth to a process with one lock.
        mi_option_set(NUMA_NODES, 1);
        mi_process_init();
        mi_option_set(ALLOW_HUGE, 0);
    }
    // The C library's own allocator serves few requests; an arena for each thread would take longer to map than to use.
    // From a size on blocks are mapped each by itself: nothing is left of them, where they grew or were freed.
    #[cfg(all(target_os = "linux", target_env = "gnu"))]
    // SAFETY: sets numbers.
    unsafe {
        libc::mallopt(libc::M_ARENA_MAX, 1);
        libc::mallopt(libc::M_MMAP_THRESHOLD, MAPPED);
        libc::mallopt(libc::M_TRIM_THRESHOLD, 2 * MAPPED);
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

/// The two owners of blocks; a block's size says which one it is.
#[inline(always)]
fn is_large(size: usize) -> bool {
    size >= LARGE
}

#[inline(always)]
fn is_natural(size: usize, align: usize) -> bool {
    align <= NATURAL && (align <= 8 || size >= NATURAL)
}

/// The system refused memory for a small block: the reserve is given up, and the process ends if even that is not enough.
#[cold]
#[inline(never)]
fn refused(again: impl FnOnce() -> *mut c_void) -> *mut u8 {
    reserve::give_up();
    let block = again();
    if block.is_null() {
        reserve::end_process();
    }
    block.cast()
}

impl Allocator {
    /// `realloc` of a block that is large before or after.
    ///
    /// # Safety
    ///
    /// As `GlobalAlloc::realloc`.
    #[cold]
    #[inline(never)]
    unsafe fn realloc_large(&self, pointer: *mut u8, layout: Layout, new_size: usize) -> *mut u8 {
        // SAFETY: the caller's contract; a block that changes its owner is copied, as far as both reach.
        unsafe {
            let grown = Layout::from_size_align_unchecked(new_size, layout.align());
            if is_large(layout.size()) && is_large(new_size) {
                return large::realloc(pointer, layout, grown);
            }
            let block = self.alloc(grown);
            if !block.is_null() {
                pointer.copy_to_nonoverlapping(block, layout.size().min(new_size));
                self.dealloc(pointer, layout);
            }
            block
        }
    }
}

// SAFETY: mimalloc's functions keep the contract of C's; blocks are aligned as `is_natural` says or as asked for.
unsafe impl GlobalAlloc for Allocator {
    #[inline]
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        if is_large(layout.size()) {
            // SAFETY: the layout is what the block will be freed with.
            return unsafe { large::alloc(layout) };
        }
        // SAFETY: any size and a power of two are fine.
        unsafe {
            let block = if is_natural(layout.size(), layout.align()) {
                mi::mi_malloc(layout.size())
            } else {
                mi::mi_malloc_aligned(layout.size(), layout.align())
            };
            if block.is_null() {
                return refused(|| mi::mi_malloc_aligned(layout.size(), layout.align()));
            }
            block.cast()
        }
    }

    #[inline]
    unsafe fn alloc_zeroed(&self, layout: Layout) -> *mut u8 {
        if is_large(layout.size()) {
            // SAFETY: as above.
            return unsafe { large::alloc_zeroed(layout) };
        }
        // SAFETY: as above.
        unsafe {
            let block = if is_natural(layout.size(), layout.align()) {
                mi::mi_zalloc(layout.size())
            } else {
                mi::mi_zalloc_aligned(layout.size(), layout.align())
            };
            if block.is_null() {
                return refused(|| mi::mi_zalloc_aligned(layout.size(), layout.align()));
            }
            block.cast()
        }
    }

    #[inline]
    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        // SAFETY: the size says who owns the block.
        unsafe {
            if is_large(layout.size()) {
                large::dealloc(pointer);
            } else {
                mi::mi_free(pointer.cast::<c_void>());
            }
        }
    }

    #[inline]
    unsafe fn realloc(&self, pointer: *mut u8, layout: Layout, new_size: usize) -> *mut u8 {
        if is_large(layout.size().max(new_size)) {
            // SAFETY: the caller keeps the contract of `realloc`.
            return unsafe { self.realloc_large(pointer, layout, new_size) };
        }
        // SAFETY: as above.
        unsafe {
            let block = if is_natural(layout.size(), layout.align()) && is_natural(new_size, layout.align()) {
                mi::mi_realloc(pointer.cast(), new_size)
            } else {
                mi::mi_realloc_aligned(pointer.cast(), new_size, layout.align())
            };
            if block.is_null() {
                return refused(|| mi::mi_realloc_aligned(pointer.cast(), new_size, layout.align()));
            }
            block.cast()
        }
    }
}
