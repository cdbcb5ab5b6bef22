//! The memory of a thread's registers and frames: reserved once, never moved.
//!
//! Pages that are never used are never touched, so a large reservation costs address space only. The memory comes from
//! the system itself: an allocator would fill a block that it has had before with zeros, all of it, at every thread's start.

use std::alloc::Layout;
use std::ptr::null_mut;

use super::room::NoRoom;
use super::value::Value;
use super::vm::Frame;

/// Behind so many unbound registers in a row nothing was used: windows overlap, and few are longer.
const MAX_GAP: usize = 1 << 13;

/// Registers and frames of one thread.
pub(crate) struct Stacks {
    registers: *mut Value,
    register_count: usize,
    frames: *mut Frame,
    frame_count: usize,
}

/// Stacks that no thread has used yet.
pub(crate) struct FreshStacks(Stacks);

// SAFETY: there are no values in the registers and no frames, and nothing but this refers to the memory.
unsafe impl Send for FreshStacks {}

impl FreshStacks {
    /// Reserves room.
    ///
    /// # Errors
    ///
    /// There is no address space for it.
    pub fn reserve(register_count: usize, frame_count: usize) -> Result<FreshStacks, NoRoom> {
        let (registers, frames) = (Layout::array::<Value>(register_count), Layout::array::<Frame>(frame_count));
        let (registers, frames) = (registers.map_err(|_| NoRoom)?, frames.map_err(|_| NoRoom)?);
        let mut stacks =
            Stacks { registers: reserve(registers)?.cast(), register_count, frames: null_mut(), frame_count: 0 };
        stacks.frames = reserve(frames)?.cast();
        stacks.frame_count = frame_count;
        Ok(FreshStacks(stacks))
    }

    /// The stacks of the thread that uses them from now on.
    pub fn into_stacks(self) -> Stacks {
        self.0
    }
}

impl Stacks {
    /// The first register.
    pub fn registers(&self) -> *mut Value {
        self.registers
    }

    /// Behind the last register that a window may use.
    pub fn registers_end(&self) -> *mut Value {
        // SAFETY: stays inside the allocation.
        unsafe { self.registers.add(self.register_count - 1024) }
    }

    /// The frame below the first.
    pub fn frames(&self) -> *mut Frame {
        self.frames
    }

    /// The last frame that may be used.
    pub fn frames_end(&self) -> *mut Frame {
        // SAFETY: stays inside the allocation.
        unsafe { self.frames.add(self.frame_count - 8) }
    }
}

/// Zero bytes, which are [`Value::Undef`] in registers; aligned to a page.
fn reserve(layout: Layout) -> Result<*mut u8, NoRoom> {
    let (access, kind) = (libc::PROT_READ | libc::PROT_WRITE, libc::MAP_PRIVATE | libc::MAP_ANONYMOUS);
    // SAFETY: a new mapping touches no memory that anything uses.
    let memory = unsafe { libc::mmap(null_mut(), layout.size(), access, kind | libc::MAP_NORESERVE, -1, 0) };
    if memory == libc::MAP_FAILED { Err(NoRoom) } else { Ok(memory.cast()) }
}

/// Gives back what [`reserve`] gave for the same layout.
///
/// # Safety
///
/// Nothing uses the memory any more.
unsafe fn give_back(memory: *mut u8, layout: Layout) {
    // SAFETY: the mapping is as long as the layout, and the caller vouches for the rest; of nothing nothing is given back.
    unsafe { libc::munmap(memory.cast(), layout.size()) };
}

impl Stacks {
    /// Drops what stale temporaries left in the registers.
    pub fn clear(&mut self) {
        self.clear_from(self.registers);
    }

    /// Drops what the registers from `start` on hold: no frame uses them any more.
    pub(crate) fn clear_from(&mut self, start: *mut Value) {
        // SAFETY: no frame runs any more; every register holds a value, those never used are zero: `Undef`. Pages that
        // were never touched are not looked at: behind a long run of unbound registers nothing was used.
        unsafe {
            let end = self.registers.add(self.register_count);
            let (mut at, mut unbound) = (start, 0);
            while at < end && unbound < MAX_GAP {
                if (*at).is_undef() {
                    unbound += 1;
                } else {
                    unbound = 0;
                    *at = Value::Undef;
                }
                at = at.add(1);
            }
        }
    }
}

impl Drop for Stacks {
    fn drop(&mut self) {
        // SAFETY: the memory was reserved with these layouts, and no frame runs in it any more.
        unsafe {
            if let Ok(layout) = Layout::array::<Value>(self.register_count) {
                give_back(self.registers.cast(), layout);
            }
            if let Ok(layout) = Layout::array::<Frame>(self.frame_count) {
                give_back(self.frames.cast(), layout);
            }
        }
    }
}
