//! Throwing into generators and closing them, through what they delegate to.

use super::generator::Sent;
use crate::bytecode::Instr;
use crate::object::vm::ReturnTo;
use crate::object::{Gen, GenKind, GenState, Known, Name, Ptr, Raised, Raw, Value, Vm};

impl Vm {
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
                    let registers = &*generator.registers();
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
                let registers = &mut *generator.registers();
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
                // SAFETY: the generator never ran and never will.
                unsafe { generator.finish() };
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
}
