//! Making interpreters and the thread states of the threads that run in them.

use std::rc::Rc;
use std::sync::Arc;

use super::os::limits::address_space;
use crate::gil::{AttachError, EvalBreaker, Gil, GilLock, GilThread};
use crate::object::heap::{Attention, Heap};
use crate::object::room::NoRoom;
use crate::object::stacks::FreshStacks;
use crate::object::vm::Frame;
use crate::object::{Dict, Interp, Known, Name, ThreadInfo, Value, Vm};

/// Room for registers and frames of one thread. Only what is used is ever touched.
#[derive(Clone, Copy, Debug)]
pub struct StackSize {
    pub registers: usize,
    pub frames: usize,
    /// Bytes of the Rust stack that native code may use.
    pub native: usize,
}

impl StackSize {
    /// For the main thread: room for a recursion limit of several hundred thousand.
    const MAIN: StackSize = StackSize { registers: 16 << 20, frames: 1 << 20, native: 128 << 20 };
    /// For other threads.
    const THREAD: StackSize = StackSize { registers: 2 << 20, frames: 128 << 10, native: 60 << 20 };
    /// The least Rust stack that a thread must have left when it attaches.
    pub const LEAST: usize = 512 << 10;

    /// For the main thread of a process; less where address space is limited.
    pub fn main() -> StackSize {
        Self::MAIN.within(address_space() / 4)
    }

    /// For other threads; less where address space is limited.
    pub fn thread() -> StackSize {
        Self::THREAD.within(address_space() / 64)
    }

    /// In the same proportions, no more than so many bytes, as long as that is enough to run anything.
    fn within(self, bytes: usize) -> StackSize {
        let total = self.registers * size_of::<Value>() + self.frames * size_of::<Frame>() + self.native;
        if total <= bytes {
            return self;
        }
        let part = |of: usize, least: usize| ((of as f64 * bytes as f64 / total as f64) as usize).max(least);
        StackSize {
            registers: part(self.registers, 64 << 10),
            frames: part(self.frames, 8 << 10),
            native: part(self.native, 2 << 20),
        }
    }

    /// The registers and frames.
    ///
    /// # Errors
    ///
    /// There is no address space for them.
    pub fn reserve(self) -> Result<FreshStacks, NoRoom> {
        FreshStacks::reserve(self.registers, self.frames)
    }
}

/// The known classes, besides exceptions, that are names in `builtins`.
const PUBLIC: &[Known] = &[
    Known::Object,
    Known::Type,
    Known::Int,
    Known::Bool,
    Known::Float,
    Known::Complex,
    Known::Str,
    Known::Bytes,
    Known::ByteArray,
    Known::MemoryView,
    Known::Tuple,
    Known::List,
    Known::Dict,
    Known::Set,
    Known::FrozenSet,
    Known::Range,
    Known::Slice,
    Known::Property,
    Known::StaticMethod,
    Known::ClassMethod,
    Known::Super,
    Known::Enumerate,
    Known::Zip,
    Known::Map,
    Known::Filter,
    Known::Reversed,
];

/// What a Rust frame of the evaluation loop and its callees may need below the limit.
const NATIVE_RESERVE: usize = 256 << 10;

/// A new interpreter without classes and modules.
pub(crate) fn new_interp(lock: Arc<GilLock>) -> Arc<Interp> {
    let breaker = lock.breaker().clone();
    let heap = Heap::new(move |attention| {
        breaker.set(match attention {
            Attention::Finalizers => EvalBreaker::FINALIZERS,
            Attention::Collect => EvalBreaker::GC,
            Attention::Shortage => EvalBreaker::LIMITS,
        });
    });
    if lock.is_deterministic() {
        heap.hash_by_number();
    }
    Arc::new(Interp::new(lock, heap))
}

impl Vm {
    /// The thread state of the current thread, which waits for the interpreter's lock first; `native` bytes of its Rust
    /// stack are free.
    ///
    /// # Errors
    ///
    /// When this OS thread holds a lock already.
    pub(crate) fn attach(
        interp: Arc<Interp>,
        thread: &GilThread,
        is_main: bool,
        stacks: FreshStacks,
        native: usize,
    ) -> Result<Vm, AttachError> {
        let guard = thread.attach()?;
        let stacks = stacks.into_stacks();
        let here = 0u8;
        let breaker: *const EvalBreaker = &**interp.lock.breaker();
        let (watched, preemption) = (interp.lock.is_watched(), interp.lock.preemption());
        let limit = interp.recursion_limit.load(std::sync::atomic::Ordering::Relaxed);
        // SAFETY: the guard holds the lock and its own token stays unused, so this is the thread's only one; the heap is
        // left before the guard is dropped; the first frame is written before anything reads it.
        let mut vm = unsafe {
            interp.heap.enter();
            let bottom = stacks.frames();
            bottom.write(Frame::bottom(stacks.registers()));
            Vm {
                gil: Gil::assume(),
                guard,
                interp,
                raised: Value::Undef,
                reraising: false,
                in_lookup: false,
                handled: Value::Undef,
                fp: bottom,
                frame_limit: bottom,
                stacks,
                breaker,
                keep_lock: false,
                watched,
                preemption,
                observed: std::ptr::null_mut(),
                observed_pc: std::ptr::null(),
                native_limit: (&raw const here as usize).saturating_sub(native - NATIVE_RESERVE),
                native_depth: 0,
                thread: Rc::new(ThreadInfo { is_main, locals: Default::default(), event_loop: Default::default() }),
            }
        };
        vm.set_frame_limit(limit);
        Ok(vm)
    }

    /// Fills a new interpreter: names, classes, built-ins, `sys.modules`.
    pub(crate) fn bootstrap(&mut self) {
        let names: Vec<_> = Name::TEXTS.iter().map(|text| self.intern(text)).collect();
        let interp = self.interp.clone();
        *interp.names.get_mut(&mut self.gil) = names;
        self.make_known_classes();
        *interp.modules.get_mut(&mut self.gil) = Some(Dict::new());
        let builtins = self.add_module("builtins").dict.clone();
        self.dict_set_str(&builtins, "__package__", Value::str(""));
        *interp.builtins.get_mut(&mut self.gil) = Some(builtins.clone());
        for &known in Known::ALL {
            if known.is_exception() || PUBLIC.contains(&known) {
                let class = self.known(known);
                self.dict_set_str(&builtins, known.name(), class.into_value());
            }
        }
        for name in ["EnvironmentError", "IOError"] {
            let class = self.known(Known::OSError);
            self.dict_set_str(&builtins, name, class.into_value());
        }
        self.dict_set_str(&builtins, "NotImplemented", Value::NotImplemented);
        self.dict_set_str(&builtins, "Ellipsis", Value::Ellipsis);
        self.dict_set_str(&builtins, "__debug__", Value::bool(true));
        self.fill_classes(crate::builtins::install_all);
    }
}
