//! Generators, coroutines and asynchronous generators: resuming, suspending, sending, throwing.

use crate::bytecode::{AwaitPlace, CodeFlags, Instr};
use crate::object::vm::{Frame, ReturnTo};
use crate::object::{
    FuncData, Gen, GenData, GenKind, GenNames, GenState, Known, Name, Ptr, Raised, Raw, Str, Value, Vm,
};

/// What sending into an iterator came to.
pub(crate) enum Sent {
    Yielded(Value),
    Returned(Value),
}

/// Whether the value is this very string.
fn is_text(value: &Value, text: &Str) -> bool {
    matches!(value, Value::Str(own) if std::ptr::eq::<Str>(&**own, text))
}

impl Vm {
    /// Pushes the frame of a generator that is not running, and delivers what is sent to it.
    ///
    /// # Errors
    ///
    /// TypeError when something is sent to one that has not started; RecursionError.
    ///
    /// # Safety
    ///
    /// Whoever resumes it keeps the generator alive until its frame is left.
    pub(super) unsafe fn resume_frame(
        &mut self,
        generator: *const Gen,
        sent: Value,
        return_to: ReturnTo,
    ) -> Result<(), Raised> {
        // SAFETY: the caller keeps the generator alive; its registers are not moved while it runs.
        unsafe {
            let generator = &*generator;
            let frame = self.fp.add(1);
            let top = self.top();
            if frame >= self.frame_limit || top >= self.stacks.registers_end() {
                return Err(self.recursion_error());
            }
            let base = (*generator.regs.get()).as_mut_ptr();
            let pc = generator.pc.get();
            if generator.state.get() == GenState::Created {
                if !sent.is_none() && !sent.is_undef() {
                    let what = match generator.kind() {
                        GenKind::Generator => "generator",
                        GenKind::Coroutine => "coroutine",
                        GenKind::AsyncGenerator => "async generator",
                    };
                    return Err(self.type_error(format!("can't send non-None value to a just-started {what}")));
                }
            } else if let Instr::Yield { dst, .. } = *pc.sub(1) {
                *base.add(dst.0 as usize) = sent;
            }
            generator.state.set(GenState::Running);
            self.enter_handled(generator);
            frame.write(Frame {
                pc,
                base,
                code: &*generator.code,
                top,
                ret: std::ptr::null_mut(),
                globals: &*generator.globals,
                func: std::ptr::null(),
                generator,
                return_to,
                extra: None,
            });
            self.fp = frame;
        }
        Ok(())
    }

    /// The running generator yields: its frame is left, its registers stay.
    pub(super) fn suspend_frame(&mut self) {
        // SAFETY: the running frame is a generator's, which is alive while it runs.
        unsafe {
            let frame = &mut *self.fp;
            let generator = &*frame.generator;
            generator.pc.set(frame.pc);
            generator.state.set(GenState::Suspended);
            frame.extra = None;
            self.leave_handled(generator);
            self.fp = self.fp.sub(1);
        }
    }

    /// The running generator yields a value: to Rust code, which gets it, or to the instruction that resumed it.
    pub(super) fn yield_value(&mut self, value: Value) -> Option<Value> {
        // SAFETY: a generator's frame runs; the verifier vouches for the operands of the instruction below.
        unsafe {
            let return_to = (*self.fp).return_to;
            self.suspend_frame();
            if return_to == ReturnTo::Native {
                return Some(value);
            }
            let below = &mut *self.fp;
            match *below.pc.sub(1) {
                Instr::ForIter { dst, off, .. } => {
                    *below.base.add(dst.0 as usize) = value;
                    below.pc = below.pc.offset(off as isize);
                }
                Instr::Send { value: into, .. } => *below.base.add(into.0 as usize) = value,
                _ => {}
            }
            None
        }
    }

    /// A generator that handles exceptions has its own idea of which one is being handled.
    #[inline(never)]
    pub(super) fn enter_handled(&mut self, generator: &Gen) {
        if !generator.code.handles {
            return;
        }
        let outer = self.handled.clone();
        let data = generator.data.get_mut(&mut self.gil);
        data.outer_handled = outer;
        if !data.handled.is_undef() {
            self.handled = generator.data.get(&self.gil).handled.clone();
        }
    }

    /// Restores what was being handled outside of the generator.
    #[inline(never)]
    pub(super) fn leave_handled(&mut self, generator: &Gen) {
        if !generator.code.handles {
            return;
        }
        let outer = generator.data.get_mut(&mut self.gil).outer_handled.take();
        self.handled = outer;
    }

    /// Begins to handle an exception; gives back what was being handled in the frame before.
    pub(super) fn push_handled(&mut self, exception: Value) -> Value {
        // SAFETY: a frame runs.
        let generator = unsafe { (*self.fp).generator.as_ref() };
        match generator {
            None => std::mem::replace(&mut self.handled, exception),
            Some(generator) => {
                self.handled = exception.clone();
                std::mem::replace(&mut generator.data.get_mut(&mut self.gil).handled, exception)
            }
        }
    }

    /// Ends the handling of an exception.
    pub(super) fn pop_handled(&mut self, previous: Value) {
        // SAFETY: a frame runs.
        let generator = unsafe { (*self.fp).generator.as_ref() };
        let ended = match generator {
            None => std::mem::replace(&mut self.handled, previous),
            Some(generator) => {
                let own = std::mem::replace(&mut generator.data.get_mut(&mut self.gil).handled, previous.clone());
                let visible =
                    if previous.is_undef() { generator.data.get(&self.gil).outer_handled.clone() } else { previous };
                self.handled = visible;
                own
            }
        };
        drop(ended);
    }

    /// Moves the running frame's registers into a new generator, coroutine or asynchronous generator.
    pub(super) fn make_generator(&mut self) -> Value {
        // SAFETY: a function's frame runs; its registers are moved out and left unbound.
        unsafe {
            let frame = &*self.fp;
            let code = Ptr::from_ref(&*frame.code);
            let globals = Ptr::from_ref(&*frame.globals);
            let count = code.nregs as usize;
            let registers: Box<[Value]> = (0..count).map(|index| (*frame.base.add(index)).take()).collect();
            let names = frame.func.as_ref().and_then(|func| {
                let FuncData { name, qualname, .. } = func.data.get(&self.gil);
                let own = !is_text(name, &code.name) || !is_text(qualname, &code.qualname);
                own.then(|| Box::new(GenNames { name: name.clone(), qualname: qualname.clone() }))
            });
            // Written down in one piece, so that the fields go straight to their places.
            let data = GenData {
                names,
                handled: Value::Undef,
                outer_handled: Value::Undef,
                closed: false,
                hooks_inited: false,
                running_async: false,
                finalizer: Value::Undef,
            };
            Gen::new(code, globals, frame.pc, registers, data).into_value()
        }
    }

    /// Resumes a generator from Rust code until it yields or returns.
    ///
    /// # Errors
    ///
    /// What the body raises; ValueError when it is running already.
    pub(crate) fn gen_send(&mut self, generator: &Raw<Gen>, sent: Value) -> Result<Sent, Raised> {
        match generator.state.get() {
            GenState::Running => Err(self.already_running(generator)),
            GenState::Finished => {
                if generator.kind() == GenKind::Coroutine {
                    return Err(self.raise(Known::RuntimeError, "cannot reuse already awaited coroutine"));
                }
                Ok(Sent::Returned(Value::None))
            }
            GenState::Created | GenState::Suspended => {
                self.enter_native()?;
                let keep = generator.to_ptr();
                // SAFETY: `keep` keeps the generator alive until the run ends.
                let value = unsafe {
                    self.resume_frame(&*keep, sent, ReturnTo::Native)?;
                    super::exec::run(self)?
                };
                Ok(if keep.state.get() == GenState::Suspended { Sent::Yielded(value) } else { Sent::Returned(value) })
            }
        }
    }

    #[cold]
    fn already_running(&mut self, generator: &Gen) -> Raised {
        let what = match generator.kind() {
            GenKind::Generator => "generator",
            GenKind::Coroutine => "coroutine",
            GenKind::AsyncGenerator => "async generator",
        };
        self.value_error(format!("{what} already executing"))
    }

    /// `next(generator)`; None at the end.
    pub(crate) fn gen_next(&mut self, generator: &Raw<Gen>) -> Result<Option<Value>, Raised> {
        match self.gen_send(generator, Value::None)? {
            Sent::Yielded(value) => Ok(Some(value)),
            Sent::Returned(_) => Ok(None),
        }
    }

    /// Throws an exception into a generator: at its `yield`, or into what it delegates to.
    pub(crate) fn gen_throw(&mut self, generator: &Raw<Gen>, exception: Value) -> Result<Sent, Raised> {
        match generator.state.get() {
            GenState::Running => return Err(self.already_running(generator)),
            GenState::Finished => {
                if generator.kind() == GenKind::Coroutine {
                    return Err(self.raise(Known::RuntimeError, "cannot reuse already awaited coroutine"));
                }
                return Err(self.reraise(exception));
            }
            GenState::Created => {
                // It never ran: the exception passes through its first line.
                return self.throw_at(generator, exception);
            }
            GenState::Suspended => {}
        }
        if let Some((iterator, value_register)) = self.delegate(generator) {
            let keep = generator.to_ptr();
            keep.state.set(GenState::Running);
            let is_exit = self.is_known(&exception, Known::GeneratorExit);
            let result = if is_exit {
                self.close_iterator(&iterator).map(|()| None)
            } else {
                self.throw_into(&iterator, &exception)
            };
            keep.state.set(GenState::Suspended);
            match result {
                Ok(Some(Sent::Yielded(value))) => return Ok(Sent::Yielded(value)),
                Ok(Some(Sent::Returned(value))) => return self.resume_after_delegate(&keep, value, value_register),
                // Closed, or without a `throw`: raised here.
                Ok(None) => {}
                Err(raised) => {
                    let inner = self.take_raised(raised);
                    return self.throw_at(keep.as_raw(), inner);
                }
            }
        }
        self.throw_at(generator, exception)
    }

    /// The iterator that a suspended generator delegates to, and the register that gets its values.
    fn delegate(&self, generator: &Gen) -> Option<(Value, usize)> {
        // SAFETY: a suspended generator's pc is behind its Yield; a Send before that is where it delegates.
        unsafe {
            let pc = generator.pc.get();
            if pc.offset_from(generator.code.entry) < 2 {
                return None;
            }
            match *pc.sub(2) {
                Instr::Send { iter, value, .. } => {
                    let registers = &*generator.regs.get();
                    Some((registers[iter.0 as usize].clone(), value.0 as usize))
                }
                _ => None,
            }
        }
    }

    /// What `yield from` or `await` is waiting for, for `gi_yieldfrom` and `cr_await`.
    pub(crate) fn gen_delegate(&self, generator: &Gen) -> Option<Value> {
        if generator.state.get() != GenState::Suspended {
            return None;
        }
        self.delegate(generator).map(|(iterator, _)| iterator)
    }

    /// The delegate returned while an exception was thrown into it: goes on behind the `yield from`.
    fn resume_after_delegate(&mut self, generator: &Ptr<Gen>, value: Value, register: usize) -> Result<Sent, Raised> {
        // SAFETY: the generator is suspended at a delegating Yield, whose Send says where to go on.
        unsafe {
            let pc = generator.pc.get();
            if let Instr::Send { iter, off, .. } = *pc.sub(2) {
                let registers = &mut *generator.regs.get();
                registers[iter.0 as usize] = Value::Undef;
                registers[register] = value.clone();
                // The resume writes what is sent into the Yield's register: it must be the result again.
                generator.pc.set(pc.sub(1).offset(off as isize));
                self.resume_at(generator)
            } else {
                self.gen_send(generator.as_raw(), value)
            }
        }
    }

    /// Resumes a suspended generator at its `pc` without delivering a value.
    fn resume_at(&mut self, generator: &Ptr<Gen>) -> Result<Sent, Raised> {
        self.enter_native()?;
        generator.state.set(GenState::Created);
        // SAFETY: the pointer keeps the generator alive until the run ends.
        let value = unsafe {
            self.resume_frame(&**generator, Value::None, ReturnTo::Native)?;
            super::exec::run(self)?
        };
        Ok(if generator.state.get() == GenState::Suspended { Sent::Yielded(value) } else { Sent::Returned(value) })
    }

    /// Raises an exception in a generator where it is suspended.
    fn throw_at(&mut self, generator: &Raw<Gen>, exception: Value) -> Result<Sent, Raised> {
        self.enter_native()?;
        let keep = generator.to_ptr();
        // SAFETY: `keep` keeps the generator alive until the run ends. A generator that has not started has its pc
        // behind its MakeGenerator, so the instruction before is one of its own.
        let value = unsafe {
            let started = keep.state.get() != GenState::Created;
            let sent = if started { Value::None } else { Value::Undef };
            self.resume_frame(&*keep, sent, ReturnTo::Native)?;
            let raised = self.raise_value(exception);
            let Raised(()) = raised;
            if !super::unwind::unwind(self) {
                return Err(Raised(()));
            }
            super::exec::run(self)?
        };
        Ok(if keep.state.get() == GenState::Suspended { Sent::Yielded(value) } else { Sent::Returned(value) })
    }

    /// Throws into any iterator; None if it cannot be thrown into.
    fn throw_into(&mut self, iterator: &Value, exception: &Value) -> Result<Option<Sent>, Raised> {
        if let Value::Gen(generator) = iterator {
            if generator.kind() != GenKind::AsyncGenerator {
                return self.gen_throw(generator, exception.clone()).map(Some);
            }
        }
        let name = self.name(Name::Throw);
        let Some(throw) = self.getattr_opt(iterator, &name)? else { return Ok(None) };
        match self.call(&throw, std::slice::from_ref(exception)) {
            Ok(value) => Ok(Some(Sent::Yielded(value))),
            Err(raised) => {
                let stop = self.catch(raised, Known::StopIteration)?;
                Ok(Some(Sent::Returned(self.stop_value(&stop))))
            }
        }
    }

    /// Closes any iterator that has a `close`.
    fn close_iterator(&mut self, iterator: &Value) -> Result<(), Raised> {
        if let Value::Gen(generator) = iterator {
            if generator.kind() != GenKind::AsyncGenerator {
                return self.gen_close(generator);
            }
        }
        let name = self.name(Name::Close);
        if let Some(close) = self.getattr_opt(iterator, &name)? {
            self.call(&close, &[])?;
        }
        Ok(())
    }

    /// `generator.close()`.
    pub(super) fn gen_close(&mut self, generator: &Raw<Gen>) -> Result<(), Raised> {
        self.gen_close_value(generator).map(drop)
    }

    /// `generator.close()`, whose value is what the body returns on GeneratorExit (3.13).
    pub(crate) fn gen_close_value(&mut self, generator: &Raw<Gen>) -> Result<Value, Raised> {
        match generator.state.get() {
            GenState::Created => {
                generator.state.set(GenState::Finished);
                // SAFETY: the generator never ran and never will.
                let registers = unsafe { std::mem::take(&mut *generator.regs.get()) };
                drop(registers);
                return Ok(Value::None);
            }
            GenState::Finished => return Ok(Value::None),
            GenState::Running => return Err(self.already_running(generator)),
            GenState::Suspended => {}
        }
        let exit = self.new_exception(Known::GeneratorExit, Vec::new());
        match self.gen_throw(generator, exit) {
            Ok(Sent::Returned(value)) => Ok(value),
            Ok(Sent::Yielded(_)) => {
                let what = match generator.kind() {
                    GenKind::Generator => "generator",
                    GenKind::Coroutine => "coroutine",
                    GenKind::AsyncGenerator => "async generator",
                };
                Err(self.raise(Known::RuntimeError, format!("{what} ignored GeneratorExit")))
            }
            Err(raised) => {
                if self.raised_is(&raised, Known::GeneratorExit) || self.raised_is(&raised, Known::StopIteration) {
                    drop(self.take_raised(raised));
                    return Ok(Value::None);
                }
                Err(raised)
            }
        }
    }

    /// The `value` of a StopIteration.
    pub(super) fn stop_value(&self, stop: &Value) -> Value {
        match stop {
            Value::Exc(stop) => stop.data.get(&self.gil).fields.first().cloned().unwrap_or(Value::None),
            _ => Value::None,
        }
    }

    /// `iterator.send(value)`, or `next(iterator)` for None.
    pub(super) fn send(&mut self, iterator: &Value, value: Value) -> Result<Sent, Raised> {
        if let Value::Gen(generator) = iterator {
            if generator.kind() != GenKind::AsyncGenerator {
                return self.gen_send(generator, value);
            }
        }
        if value.is_none() {
            let by_method = matches!(iterator, Value::Object(_))
                || matches!(iterator, Value::Foreign(object) if object.next.is_none());
            if !by_method {
                return Ok(match self.next(iterator)? {
                    Some(item) => Sent::Yielded(item),
                    None => Sent::Returned(Value::None),
                });
            }
            return match self.call_special(iterator, Name::__next__, &[]) {
                Ok(Some(item)) => Ok(Sent::Yielded(item)),
                Ok(None) => {
                    let class = self.class_name(iterator);
                    Err(self.type_error(format!("'{class}' object is not an iterator")))
                }
                Err(raised) => self.returned_by_stop(raised),
            };
        }
        match self.call_method(iterator, Name::Send, &[value]) {
            Ok(item) => Ok(Sent::Yielded(item)),
            Err(raised) => self.returned_by_stop(raised),
        }
    }

    fn returned_by_stop(&mut self, raised: Raised) -> Result<Sent, Raised> {
        let stop = self.catch(raised, Known::StopIteration)?;
        Ok(Sent::Returned(self.stop_value(&stop)))
    }

    /// The StopIteration that a finished generator raises towards Rust and script callers.
    pub(crate) fn stop_iteration(&mut self, value: Value) -> Raised {
        let args = if value.is_none() { Vec::new() } else { vec![value] };
        let stop = self.new_exception(Known::StopIteration, args);
        self.raise_value(stop)
    }

    /// The iterator of `yield from value`.
    pub(super) fn yield_from_iter(&mut self, value: &Value) -> Result<Value, Raised> {
        if let Value::Gen(generator) = value {
            match generator.kind() {
                GenKind::Generator => return Ok(value.clone()),
                GenKind::Coroutine => {
                    // SAFETY: a frame runs.
                    let flags = unsafe { &*(*self.fp).code }.proto.flags;
                    if flags.has(CodeFlags::COROUTINE) || flags.has(CodeFlags::ITERABLE_COROUTINE) {
                        return Ok(value.clone());
                    }
                    return Err(self.type_error("cannot 'yield from' a coroutine object in a non-coroutine generator"));
                }
                GenKind::AsyncGenerator => {}
            }
        }
        self.iter(value)
    }

    /// The iterator of `await value`.
    ///
    /// # Errors
    ///
    /// TypeError if the value cannot be awaited; what `__await__` raises.
    pub(crate) fn awaitable(&mut self, value: &Value, place: AwaitPlace) -> Result<Value, Raised> {
        if let Value::Gen(generator) = value {
            let flags = generator.code.proto.flags;
            if generator.kind() == GenKind::Coroutine {
                if generator.state.get() == GenState::Suspended {
                    return Err(self.raise(Known::RuntimeError, "coroutine is being awaited already"));
                }
                return Ok(value.clone());
            }
            if flags.has(CodeFlags::ITERABLE_COROUTINE) {
                return Ok(value.clone());
            }
        }
        match self.call_special(value, Name::__await__, &[])? {
            Some(iterator) => {
                if let Value::Gen(generator) = &iterator {
                    if generator.kind() == GenKind::Coroutine {
                        return Err(self.type_error("__await__() returned a coroutine"));
                    }
                }
                let class = self.class_of(&iterator);
                if !matches!(iterator, Value::Gen(_) | Value::Iter(_))
                    && self.lookup_name(&class, Name::__next__).is_none()
                {
                    let class = self.class_name(&iterator);
                    return Err(self.type_error(format!("__await__() returned non-iterator of type '{class}'")));
                }
                Ok(iterator)
            }
            None => {
                let class = self.class_name(value);
                Err(self.type_error(match place {
                    AwaitPlace::Expression => format!("object {class} can't be used in 'await' expression"),
                    AwaitPlace::AsyncWithEnter => format!(
                        "'async with' received an object from __aenter__ that does not implement __await__: {class}"
                    ),
                    AwaitPlace::AsyncWithExit => format!(
                        "'async with' received an object from __aexit__ that does not implement __await__: {class}"
                    ),
                }))
            }
        }
    }
}
