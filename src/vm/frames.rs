//! Frames: entering and leaving them, and moving arguments into their windows.

use crate::bytecode::{Instr, Reg};
use crate::object::vm::{Frame, FrameExtra, ReturnTo};
use crate::object::{Code, Dict, Func, Known, Ptr, Raised, Value, Vm};

/// How deep native code may be inside itself, as in CPython.
const MAX_NATIVE_DEPTH: u32 = 10_000;

/// What a call out of the loop came to.
pub(super) enum Outcome {
    /// A frame was pushed: the loop goes on in it.
    Entered,
    /// The result is in place.
    Done,
}

/// A frame of this thread that is running, perhaps below others.
#[derive(Clone, Copy)]
pub(crate) struct FrameMark(*mut Frame);

/// Moves `count` values up or down the registers; the places they leave are unbound.
///
/// # Safety
///
/// Both ranges are registers.
pub(super) unsafe fn move_values(from: *mut Value, to: *mut Value, count: usize) {
    if from == to {
        return;
    }
    // SAFETY: the ranges are registers; values are moved one by one, from the end that is not overwritten.
    unsafe {
        let one = |index: usize| {
            let value = (*from.add(index)).take();
            *to.add(index) = value;
        };
        if to > from {
            (0..count).rev().for_each(one);
        } else {
            (0..count).for_each(one);
        }
    }
}

/// The values of consecutive registers: moved out of temporaries, copied from locals.
///
/// # Safety
///
/// The registers belong to the running frame.
pub(super) unsafe fn take_values(base: *mut Value, first: Reg, count: u16, first_temp: u16) -> Vec<Value> {
    // SAFETY: the caller vouches for the registers.
    unsafe {
        let start = base.add(first.0 as usize);
        (0..count as usize)
            .map(|index| {
                let place = &mut *start.add(index);
                if first.0 as usize + index >= first_temp as usize { place.take() } else { place.clone() }
            })
            .collect()
    }
}

/// Unbinds `count` registers.
///
/// # Safety
///
/// The registers belong to the running frame or the free part of the stack.
pub(super) unsafe fn clear_values(start: *mut Value, count: usize) {
    for index in 0..count {
        // SAFETY: the caller vouches for the range.
        unsafe {
            if (*start.add(index)).is_heap() {
                *start.add(index) = Value::Undef;
            }
        }
    }
}

impl Vm {
    /// The first register that no frame uses.
    pub(super) fn top(&self) -> *mut Value {
        // SAFETY: `fp` is the running frame, or the frame below the first.
        unsafe { (*self.fp).top }
    }

    /// The first free register above the running frame and `count` arguments, which a receiver may have pushed beyond it.
    pub(super) fn arguments_end(&self, window: *mut Value, count: usize) -> *mut Value {
        let top = self.top();
        // SAFETY: a frame runs. The registers of a generator are not on the stack, and nor are its arguments.
        unsafe { if (*self.fp).generator.is_null() { top.max(window.add(count)) } else { top } }
    }

    /// Pushes a frame over `window`, which holds the arguments.
    ///
    /// # Errors
    ///
    /// RecursionError.
    ///
    /// # Safety
    ///
    /// The window is free stack from there on but for the arguments; `code`, `globals` and `func` live
    /// until the frame is left; `ret` is a register or, for `Native`, unused.
    pub(super) unsafe fn push_frame(
        &mut self,
        code: *const Code,
        globals: *const Dict,
        func: *const Func,
        window: *mut Value,
        ret: *mut Value,
        return_to: ReturnTo,
    ) -> Result<(), Raised> {
        // SAFETY: the caller vouches for the pointers; frame and registers are inside their reservations.
        unsafe {
            let frame = self.fp.add(1);
            let top = window.add((*code).nregs as usize);
            if (frame >= self.frame_limit && !self.raise_frame_limit()) || top >= self.stacks.registers_end() {
                return Err(self.recursion_error());
            }
            let pc = (*code).entry;
            frame.write(Frame {
                pc,
                base: window,
                code,
                top,
                ret,
                globals,
                func,
                generator: std::ptr::null(),
                return_to,
                extra: None,
            });
            self.fp = frame;
        }
        Ok(())
    }

    /// Leaves the running frame with a result. None: the frame below goes on. Some: Rust code gets the value.
    ///
    /// # Errors
    ///
    /// TypeError if `__init__` returned something. The frame is left all the same.
    pub(super) fn leave_frame(&mut self, value: Value) -> Result<Option<Value>, Raised> {
        // SAFETY: a frame runs, so `fp` and its pointers are good; the verifier vouches for the operands of
        // the instruction that the frame below is at.
        unsafe {
            let frame = &mut *self.fp;
            let (return_to, ret, base) = (frame.return_to, frame.ret, frame.base);
            if frame.generator.is_null() {
                if frame.extra.is_some() {
                    self.retire_frame_object();
                }
                clear_values(base, (*frame.code).nregs as usize);
                if frame.extra.is_some() {
                    frame.extra = None;
                }
                self.fp = self.fp.sub(1);
            } else {
                self.finish_generator();
            }
            match return_to {
                ReturnTo::Register => *ret = value,
                ReturnTo::Native => return Ok(Some(value)),
                ReturnTo::Init => {
                    *base.sub(1) = Value::Undef;
                    if !value.is_none() {
                        *ret = Value::Undef;
                        let class = self.class_name(&value);
                        return Err(self.type_error(format!("__init__() should return None, not '{class}'")));
                    }
                }
                ReturnTo::ForIter => {
                    let below = &mut *self.fp;
                    if let Instr::ForIter { iter, .. } = *below.pc.sub(1) {
                        *below.base.add(iter.0 as usize) = Value::Undef;
                    }
                }
                ReturnTo::Send => {
                    let below = &mut *self.fp;
                    if let Instr::Send { iter, value: into, off } = *below.pc.sub(1) {
                        *below.base.add(into.0 as usize) = value;
                        *below.base.add(iter.0 as usize) = Value::Undef;
                        below.pc = below.pc.offset(off as isize);
                    }
                }
                ReturnTo::Operator | ReturnTo::Reflected | ReturnTo::Inplace | ReturnTo::Next => {
                    super::step::answered(self, return_to, value)?;
                }
                ReturnTo::New => self.constructed(ret, value)?,
                ReturnTo::Nothing => drop(value),
            }
        }
        Ok(None)
    }

    /// Leaves the running frame because of an exception; tells what its return was for.
    pub(super) fn abandon_frame(&mut self) -> ReturnTo {
        // SAFETY: as in `leave_frame`.
        unsafe {
            let frame = &mut *self.fp;
            let (return_to, ret, base) = (frame.return_to, frame.ret, frame.base);
            if frame.generator.is_null() {
                self.retire_frame_object();
                clear_values(base, (*frame.code).nregs as usize);
                frame.extra = None;
                self.fp = self.fp.sub(1);
            } else {
                self.finish_generator();
            }
            if return_to == ReturnTo::Init {
                *base.sub(1) = Value::Undef;
                *ret = Value::Undef;
            }
            return_to
        }
    }

    /// The running generator has ended: its registers are dropped and its frame is left.
    fn finish_generator(&mut self) {
        // SAFETY: the running frame is a generator's, which is alive while it runs.
        unsafe {
            let generator = &*(*self.fp).generator;
            if generator.code.handles {
                self.leave_handled(generator);
            }
            self.retire_frame_object();
            (*self.fp).extra = None;
            self.fp = self.fp.sub(1);
            generator.finish();
        }
    }

    /// RecursionError for script calls.
    #[cold]
    pub(super) fn recursion_error(&mut self) -> Raised {
        self.with_headroom(|vm| vm.raise(Known::RecursionError, "maximum recursion depth exceeded"))
    }

    /// Runs `action` with some more room for frames, so that an exception can be made at the limit.
    fn with_headroom<R>(&mut self, action: impl FnOnce(&mut Vm) -> R) -> R {
        let limit = self.frame_limit;
        // SAFETY: stays inside the reservation, whose end keeps a few frames back.
        self.frame_limit = unsafe { limit.add(4) };
        let result = action(self);
        self.frame_limit = limit;
        result
    }

    /// Sets the number of frames at which RecursionError is raised, as far as memory was reserved.
    pub(crate) fn set_frame_limit(&mut self, limit: usize) {
        let room = (self.stacks.frames_end() as usize - self.stacks.frames() as usize) / size_of::<Frame>() - 8;
        // SAFETY: clamped to the reservation.
        self.frame_limit = unsafe { self.stacks.frames().add(limit.clamp(1, room) + 1) };
    }

    /// Takes over a higher recursion limit that another thread has set; false if there is none.
    #[cold]
    fn raise_frame_limit(&mut self) -> bool {
        let old = self.frame_limit;
        self.set_frame_limit(self.interp.recursion_limit.load(std::sync::atomic::Ordering::Relaxed));
        self.frame_limit = self.frame_limit.max(old);
        self.frame_limit > old
    }

    /// Number of script frames that are running.
    pub(crate) fn frame_depth(&self) -> usize {
        (self.fp as usize - self.stacks.frames() as usize) / size_of::<Frame>()
    }

    /// The running frame, to come back to after a panic.
    pub(crate) fn mark(&self) -> FrameMark {
        FrameMark(self.fp)
    }

    /// Forgets the frames above `mark` and what their registers hold: a panic went through them.
    pub(crate) fn unwind_to(&mut self, mark: FrameMark) {
        self.fp = mark.0;
        self.raised = Value::Undef;
        let top = self.top();
        self.stacks.clear_from(top);
    }

    /// Guards native code that may call itself.
    ///
    /// # Errors
    ///
    /// RecursionError when the Rust stack is nearly used up.
    #[inline]
    pub fn enter_native(&mut self) -> Result<(), Raised> {
        let here = 0u8;
        if (&raw const here as usize) < self.native_limit {
            return Err(self.native_recursion_error(""));
        }
        Ok(())
    }

    /// Runs native code that may come back to itself through what it calls; `what` ends the message of the error.
    ///
    /// # Errors
    ///
    /// RecursionError at CPython's limit for native code, or when the Rust stack is nearly used up.
    pub(crate) fn nested<R>(
        &mut self,
        what: &str,
        action: impl FnOnce(&mut Vm) -> Result<R, Raised>,
    ) -> Result<R, Raised> {
        let here = 0u8;
        if self.native_depth >= MAX_NATIVE_DEPTH || (&raw const here as usize) < self.native_limit {
            return Err(self.native_recursion_error(what));
        }
        self.native_depth += 1;
        let result = action(self);
        self.native_depth -= 1;
        result
    }

    #[cold]
    fn native_recursion_error(&mut self, what: &str) -> Raised {
        let limit = std::mem::replace(&mut self.native_limit, 0);
        let raised = self.raise(Known::RecursionError, format!("maximum recursion depth exceeded{what}"));
        self.native_limit = limit;
        raised
    }

    /// Runs a code object in a new frame with the given namespaces, as module, class body, `exec` and `eval` do.
    ///
    /// `locals` is `Undef` when names are looked up in the globals only.
    ///
    /// # Errors
    ///
    /// Whatever the code raises.
    pub fn run_code(&mut self, code: &Ptr<Code>, globals: &Ptr<Dict>, locals: Value) -> Result<Value, Raised> {
        self.run_code_with(code, globals, locals, std::ptr::null())
    }

    /// As `run_code`; `func` gives the closure of a class body.
    pub(super) fn run_code_with(
        &mut self,
        code: &Ptr<Code>,
        globals: &Ptr<Dict>,
        locals: Value,
        func: *const Func,
    ) -> Result<Value, Raised> {
        self.enter_native()?;
        let window = self.top();
        // SAFETY: code and globals outlive the call; the window is the free part of the stack.
        unsafe {
            self.push_frame(&**code, &**globals, func, window, std::ptr::null_mut(), ReturnTo::Native)?;
            if !locals.is_undef() {
                (*self.fp).extra = Some(Box::new(FrameExtra { locals, ..FrameExtra::default() }));
            }
            super::exec::run(self)
        }
    }
}
