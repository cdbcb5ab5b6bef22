//! The thread state: what a thread has while it is attached to an interpreter.
//!
//! Only the data is here; what it does is implemented by the floors above (`src/vm/`).

use std::ops::{Deref, DerefMut};
use std::rc::Rc;
use std::sync::Arc;

use super::func::Code;
use super::generator::Gen;
use super::interp::Interp;
use super::stacks::Stacks;
use super::value::Value;
use super::{Dict, Func};
use crate::bytecode::Instr;
use crate::gil::{EvalBreaker, Gil, GilGuard, PreemptionModel};

/// An exception is on its way: it is kept in the thread state (`Vm::raised`).
///
/// The type has no size, so that a `Result<Value, Raised>` is returned in two registers.
#[derive(Debug)]
#[must_use]
pub struct Raised(pub(crate) ());

/// What a frame does with the value it returns.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum ReturnTo {
    /// Writes it to `ret`.
    Register,
    /// The call was made by Rust code, which takes it.
    Native,
    /// The call was `__init__`: the result must be None, and `ret` keeps the new object.
    Init,
    /// The call was `__new__` for a class, whose place in front of the arguments is kept until it is left.
    New,
    /// A generator that the `ForIter` before the resumer's `pc` resumed.
    ForIter,
    /// A generator that the `Send` before the resumer's `pc` resumed.
    Send,
    /// A method that the operator before the caller's `pc` asked first: its left operand's, as a rule.
    Operator,
    /// As `Operator`, the right operand's method, after which none is asked.
    Reflected,
    /// As `Operator`, the method of an augmented assignment, after which the plain operator's are asked.
    Inplace,
    /// The `__next__` that the `ForIter` before the caller's `pc` called; StopIteration ends the loop.
    Next,
    /// A method whose result nobody wants.
    Nothing,
}

impl ReturnTo {
    /// Whether a script method was entered for an instruction other than a call.
    #[inline]
    pub(crate) fn answers_operator(self) -> bool {
        matches!(self, Self::Operator | Self::Reflected | Self::Inplace | Self::Next | Self::Nothing)
    }
}

/// One frame of the running program. Frames never move.
pub(crate) struct Frame {
    /// Next instruction; up to date whenever other code than the frame's own runs.
    pub pc: *const Instr,
    pub base: *mut Value,
    pub code: *const Code,
    /// The first free place of the register stack, for windows of callees.
    pub top: *mut Value,
    /// Where the result goes.
    pub ret: *mut Value,
    pub globals: *const Dict,
    /// The running function; null in module and class bodies.
    pub func: *const Func,
    /// The generator whose frame this is; null for others.
    pub generator: *const Gen,
    pub return_to: ReturnTo,
    /// Local names of module, class and `exec` code, and the frame object if a script holds it.
    pub extra: Option<Box<FrameExtra>>,
}

impl Frame {
    /// The frame below the first: it runs no code.
    pub(crate) fn bottom(top: *mut Value) -> Frame {
        Frame {
            pc: std::ptr::null(),
            base: top,
            code: std::ptr::null(),
            top,
            ret: std::ptr::null_mut(),
            globals: std::ptr::null(),
            func: std::ptr::null(),
            generator: std::ptr::null(),
            return_to: ReturnTo::Native,
            extra: None,
        }
    }
}

/// What few frames have.
#[derive(Default)]
pub(crate) struct FrameExtra {
    /// The mapping of local names, `Undef` if names are looked up in the globals only.
    pub locals: Value,
    /// Frame object that a script holds, `Undef` for none.
    pub object: Value,
    /// Tells the frame object that the frame is gone.
    pub mark: LiveMark,
}

/// Where the frame of a frame object is; null once it is left.
#[derive(Default)]
pub(crate) struct LiveMark(pub Option<Rc<std::cell::Cell<*mut Frame>>>);

impl Drop for LiveMark {
    fn drop(&mut self) {
        if let Some(place) = &self.0 {
            place.set(std::ptr::null_mut());
        }
    }
}

/// The thread state. `&Vm` reads objects and `&mut Vm` changes them, as with the [`Gil`] it holds.
pub struct Vm {
    pub(crate) gil: Gil,
    pub(crate) interp: Arc<Interp>,
    /// The exception on its way, `Undef` if there is none.
    pub(crate) raised: Value,
    /// The exception on its way keeps its traceback as it is in the running frame.
    pub(crate) reraising: bool,
    /// The exception on its way comes from the lookup of an `InvokeMethod`, not from its call.
    pub(crate) in_lookup: bool,
    /// The exception being handled (`sys.exception()`), `Undef` for none.
    pub(crate) handled: Value,
    /// Registers and frames of this thread.
    pub(crate) stacks: Stacks,
    /// The running frame.
    pub(crate) fp: *mut Frame,
    /// The frame at which the recursion limit is reached.
    pub(crate) frame_limit: *mut Frame,
    /// What the evaluation loop polls.
    pub(crate) breaker: *const EvalBreaker,
    /// What asks for attention next is answered without giving the lock up: here is no preemption point.
    pub(crate) keep_lock: bool,
    /// Whether the evaluation loop stops before each instruction.
    pub(crate) watched: bool,
    /// Where the lock may change hands.
    pub(crate) preemption: PreemptionModel,
    /// The frame whose run observers know of, null for none.
    pub(crate) observed: *mut Frame,
    /// The instruction of that frame which observers saw last.
    pub(crate) observed_pc: *const Instr,
    /// Address below which the Rust stack must not grow.
    pub(crate) native_limit: usize,
    /// Levels of native code inside each other that `nested` counts.
    pub(crate) native_depth: u32,
    pub(crate) thread: Rc<ThreadInfo>,
    /// Holds the lock as long as the thread state lives; its own token is not used. Dropped after all that
    /// refers to objects.
    pub(crate) guard: GilGuard,
}

/// What a script thread has of its own.
pub struct ThreadInfo {
    /// Whether this is the interpreter's main thread, which runs signal handlers.
    pub is_main: bool,
    /// A dict with the values of `threading.local` objects, `Undef` until the first.
    pub locals: std::cell::RefCell<Value>,
    /// The event loop that runs on the thread, `Undef` if none does.
    pub event_loop: std::cell::RefCell<Value>,
}

impl Vm {
    /// Drops what is left in the registers, at the thread's end.
    pub(crate) fn clear_stack(&mut self) {
        self.stacks.clear();
        self.raised = Value::Undef;
        self.handled = Value::Undef;
        self.thread.locals.take();
    }
}

impl Deref for Vm {
    type Target = Gil;
    #[inline(always)]
    fn deref(&self) -> &Gil {
        &self.gil
    }
}

impl DerefMut for Vm {
    #[inline(always)]
    fn deref_mut(&mut self) -> &mut Gil {
        &mut self.gil
    }
}
