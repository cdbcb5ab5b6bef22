//! Generators, coroutines and asynchronous generators: resuming, suspending, sending, throwing.

use crate::bytecode::Instr;
use crate::object::vm::{Frame, ReturnTo};
use crate::object::{FuncData, Gen, GenData, GenKind, GenNames, GenState, Known, Ptr, Raised, Raw, Str, Value, Vm};

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
            let base = generator.first_register();
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

    /// Moves the running frame's registers into a new generator, coroutine or asynchronous generator.
    pub(super) fn make_generator(&mut self) -> Value {
        // SAFETY: a function's frame runs; its registers are moved out and left unbound.
        unsafe {
            let frame = &*self.fp;
            let code = Ptr::from_ref(&*frame.code);
            let globals = Ptr::from_ref(&*frame.globals);
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
            Gen::take_from(frame.base, code, globals, frame.pc, data).into_value()
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
    pub(super) fn already_running(&mut self, generator: &Gen) -> Raised {
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
}
