//! The memory of a thread's registers and frames: reserved once, never moved.
//!
//! Pages that are never used are never touched, so a large reservation costs address space only.

use std::alloc::{Layout, alloc_zeroed, dealloc, handle_alloc_error};

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

impl Stacks {
    /// Reserves room.
    pub fn new(register_count: usize, frame_count: usize) -> Self {
        let (registers, frames) = (Layout::array::<Value>(register_count), Layout::array::<Frame>(frame_count));
        let (registers, frames) = (registers.expect("a stack fits memory"), frames.expect("a stack fits memory"));
        // SAFETY: the layouts are not empty. Zero bytes are `Value::Undef`.
        unsafe {
            let (register_memory, frame_memory) = (alloc_zeroed(registers), alloc_zeroed(frames));
            if register_memory.is_null() || frame_memory.is_null() {
                handle_alloc_error(registers);
            }
            Stacks { registers: register_memory.cast(), register_count, frames: frame_memory.cast(), frame_count }
        }
    }

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
        // SAFETY: the blocks were made with these layouts.
        unsafe {
            if let Ok(layout) = Layout::array::<Value>(self.register_count) {
                dealloc(self.registers.cast(), layout);
            }
            if let Ok(layout) = Layout::array::<Frame>(self.frame_count) {
                dealloc(self.frames.cast(), layout);
            }
        }
    }
}
