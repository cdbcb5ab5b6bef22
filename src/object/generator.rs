//! Generators, coroutines, asynchronous generators, and tracebacks.

use std::alloc::{Layout, alloc, dealloc, handle_alloc_error};
use std::cell::{Cell, UnsafeCell};
use std::ptr::{self, NonNull};

use super::header::{Header, Tag};
use super::ptr::{HeapType, Ptr};
use super::value::Value;
use super::{Code, Dict, define_heap_type, heap};
use crate::bytecode::{CodeFlags, Instr, Position};
use crate::gil::{Gil, GilCell};

/// Where a generator is in its life.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum GenState {
    /// Not started.
    Created,
    Suspended,
    Running,
    Finished,
}

/// Which of the three it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum GenKind {
    Generator,
    Coroutine,
    AsyncGenerator,
}

/// `__name__` and `__qualname__`.
#[derive(Clone)]
pub struct GenNames {
    pub name: Value,
    pub qualname: Value,
}

/// What can be assigned to, and what is rarely needed.
#[derive(Default)]
pub struct GenData {
    /// The names, unless they are those of the code.
    pub names: Option<Box<GenNames>>,
    /// The exception that the body is handling, `Undef` for none.
    pub handled: Value,
    /// While it runs: the exception that whoever resumed it is handling.
    pub outer_handled: Value,
    /// An asynchronous generator is closed, or its `aclose` runs.
    pub closed: bool,
    /// The first-iteration hook of `sys.set_asyncgen_hooks` was called.
    pub hooks_inited: bool,
    /// An `asend` / `athrow` / `aclose` of an asynchronous generator is running.
    pub running_async: bool,
    pub finalizer: Value,
}

/// A generator, coroutine or asynchronous generator: a frame of its own on the heap.
///
/// Its registers follow it in the same allocation, as many as the code says. They are unbound once it is finished.
#[repr(C)]
pub struct Gen {
    header: Header,
    pub code: Ptr<Code>,
    pub globals: Ptr<Dict>,
    pub state: Cell<GenState>,
    /// Where to go on.
    pub(crate) pc: Cell<*const Instr>,
    pub data: GilCell<GenData>,
    /// Where the registers begin. The evaluation loop's base points here while it runs.
    registers: UnsafeCell<[Value; 0]>,
}

// SAFETY: repr(C), a header of this tag first.
unsafe impl HeapType for Gen {
    const TAG: Tag = Tag::Gen;
    const TRACKED: bool = true;
}

const _: () = assert!(align_of::<Gen>() == align_of::<Value>());

impl Gen {
    /// A generator that has not started; its registers are moved out of those of its first call.
    ///
    /// # Safety
    ///
    /// There are as many registers from `base` on as the code has.
    #[inline]
    pub(crate) unsafe fn take_from(
        base: *mut Value,
        code: Ptr<Code>,
        globals: Ptr<Dict>,
        pc: *const Instr,
        data: GenData,
    ) -> Ptr<Gen> {
        let count = code.nregs as usize;
        let layout = Self::layout(count);
        // SAFETY: the layout is not empty; as many registers are written behind the object as the code has.
        unsafe {
            let Some(pointer) = NonNull::new(alloc(layout).cast::<Gen>()) else { handle_alloc_error(layout) };
            pointer.write(Gen {
                header: Header::new(Tag::Gen),
                code,
                globals,
                state: Cell::new(GenState::Created),
                pc: Cell::new(pc),
                data: GilCell::new(data),
                registers: UnsafeCell::new([]),
            });
            let registers = pointer.as_ref().first_register();
            for index in 0..count {
                registers.add(index).write((*base.add(index)).take());
            }
            heap::track(pointer.cast());
            Ptr(pointer)
        }
    }

    fn layout(registers: usize) -> Layout {
        Layout::from_size_align(size_of::<Gen>() + registers * size_of::<Value>(), align_of::<Gen>())
            .expect("a frame's size fits the address space")
    }

    /// The address of the first register.
    ///
    /// Using it is `unsafe`: the lock is held, and nothing else uses the registers, which a running generator does.
    #[inline(always)]
    pub(crate) fn first_register(&self) -> *mut Value {
        self.registers.get().cast()
    }

    /// The registers' address; as for [`Gen::first_register`].
    #[inline(always)]
    pub(crate) fn registers(&self) -> *mut [Value] {
        ptr::slice_from_raw_parts_mut(self.first_register(), self.code.nregs as usize)
    }

    /// Marks the generator as finished and drops what its registers hold.
    ///
    /// # Safety
    ///
    /// The lock is held, and nothing uses the registers any more.
    pub(crate) unsafe fn finish(&self) {
        self.state.set(GenState::Finished);
        // SAFETY: the caller vouches for it; a drop runs no script code.
        unsafe { (*self.registers()).iter_mut().for_each(|register| drop(register.take())) };
    }

    /// Drops the content and frees the memory.
    ///
    /// # Safety
    ///
    /// Nothing refers to the object any more.
    pub(super) unsafe fn free(pointer: NonNull<Gen>) {
        // SAFETY: the content is dropped once, and the block was made with this layout.
        unsafe {
            let generator = pointer.as_ref();
            let layout = Self::layout(generator.code.nregs as usize);
            if generator.state.get() != GenState::Finished {
                ptr::drop_in_place(generator.registers());
            }
            ptr::drop_in_place(pointer.as_ptr());
            dealloc(pointer.as_ptr().cast(), layout);
        }
    }

    /// The names.
    pub fn names(&self, gil: &Gil) -> GenNames {
        match &self.data.get(gil).names {
            Some(names) => GenNames::clone(names),
            None => GenNames { name: self.code.name.to_value(), qualname: self.code.qualname.to_value() },
        }
    }

    /// Whether it is an asynchronous generator.
    #[inline(always)]
    pub(crate) fn is_async(&self) -> bool {
        self.code.flags.has(CodeFlags::ASYNC_GENERATOR)
    }

    /// Whether `await` takes it as it is: a coroutine, or a generator that stands for one.
    #[inline(always)]
    pub(crate) fn is_coroutine(&self) -> bool {
        let flags = self.code.flags;
        flags.has(CodeFlags::COROUTINE) || flags.has(CodeFlags::ITERABLE_COROUTINE)
    }

    /// Which of the three it is.
    pub fn kind(&self) -> GenKind {
        let flags = self.code.flags;
        if flags.has(CodeFlags::COROUTINE) {
            GenKind::Coroutine
        } else if flags.has(CodeFlags::ASYNC_GENERATOR) {
            GenKind::AsyncGenerator
        } else {
            GenKind::Generator
        }
    }
}

define_heap_type! {
    /// One level of a traceback; `next` is the level nearer to where the exception was raised.
    pub struct Traceback: tracked {
        pub code: Ptr<Code>,
        pub globals: Ptr<Dict>,
        /// Index of the instruction; with [`Traceback::IN_LOOKUP`] its lookup of a method is meant, not its call.
        pub instr: u32,
        pub next: GilCell<Option<Ptr<Traceback>>>,
        /// The frame object, once a script has asked for it.
        pub frame: GilCell<Value>,
    }
}

impl Traceback {
    /// A level in front of `next`.
    pub fn new(code: Ptr<Code>, globals: Ptr<Dict>, instr: u32, next: Option<Ptr<Traceback>>) -> Ptr<Traceback> {
        Traceback::alloc(code, globals, instr, GilCell::new(next), GilCell::new(Value::Undef))
    }

    /// Marks the lookup of an `InvokeMethod`.
    pub const IN_LOOKUP: u32 = 1 << 31;

    /// The place in the source.
    pub fn position(&self) -> Position {
        let proto = &self.code.proto;
        let at = (self.instr & !Self::IN_LOOKUP) as usize;
        if self.instr & Self::IN_LOOKUP != 0 {
            if let Some(Instr::InvokeMethod { cache, .. }) = proto.instrs.get(at) {
                return proto.caches[*cache as usize].lookup;
            }
        }
        proto.positions.get(at).copied().unwrap_or_default()
    }

    /// The line in the source.
    pub fn line(&self) -> u32 {
        self.position().line
    }
}
