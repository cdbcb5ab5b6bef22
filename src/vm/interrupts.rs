//! What the loop does when its breaker asks for attention.

use crate::gil::EvalBreaker;
use crate::object::heap::Pending;
use crate::object::{GenKind, GenState, Known, Name, Raised, Value, Vm};

impl Vm {
    /// Polls the breaker: for native code that runs long. The lock is kept, as by native code of CPython.
    ///
    /// # Errors
    ///
    /// KeyboardInterrupt, or what a signal handler raises; MemoryError when memory has run short.
    #[inline]
    pub fn poll(&mut self) -> Result<(), Raised> {
        // SAFETY: the breaker lives as long as the interpreter, which this thread keeps.
        if unsafe { (*self.breaker).requested() } == 0 {
            return Ok(());
        }
        self.keep_lock = true;
        self.on_break()
    }

    /// Answers what is posted to this thread and a shortage of memory, and nothing else: for native code that must not
    /// lose the lock, once for each step of what may be long or large.
    ///
    /// # Errors
    ///
    /// KeyboardInterrupt, or what a signal handler raises; MemoryError when memory has run short.
    #[inline]
    pub(crate) fn poll_posted(&mut self) -> Result<(), Raised> {
        const ANSWERED: u32 = EvalBreaker::ADDRESSED | EvalBreaker::LIMITS;
        // SAFETY: the breaker lives as long as the interpreter, which this thread keeps.
        if unsafe { (*self.breaker).has(ANSWERED) } { self.on_posted() } else { Ok(()) }
    }

    #[cold]
    #[inline(never)]
    fn on_posted(&mut self) -> Result<(), Raised> {
        self.check_shortage()?;
        self.handle_posted()
    }

    /// MemoryError if memory has run short.
    fn check_shortage(&mut self) -> Result<(), Raised> {
        // SAFETY: the breaker lives as long as the interpreter, which this thread keeps.
        let breaker = unsafe { &*self.breaker };
        if breaker.has(EvalBreaker::LIMITS) {
            breaker.clear(EvalBreaker::LIMITS);
            return Err(self.memory_error());
        }
        Ok(())
    }

    /// Answers the breaker. The lock is given to others who ask for it unless `keep_lock` was set.
    #[cold]
    #[inline(never)]
    pub(super) fn on_break(&mut self) -> Result<(), Raised> {
        // Finalisers run script code, which has preemption points of its own.
        let keep_lock = std::mem::take(&mut self.keep_lock) || !self.polls_switch();
        // SAFETY: the breaker lives as long as the interpreter, which this thread keeps.
        let breaker = unsafe { &*self.breaker };
        if breaker.has(EvalBreaker::FINALIZERS) {
            breaker.clear(EvalBreaker::FINALIZERS);
            self.run_pending();
        }
        if breaker.has(EvalBreaker::GC) {
            breaker.clear(EvalBreaker::GC);
            self.collect_young();
            self.interp.refill_reserve();
        }
        self.check_shortage()?;
        self.on_lock_request(!keep_lock)
    }

    /// Runs finalisers and callbacks of weak references that wait. What they raise is reported, not raised.
    pub(crate) fn run_pending(&mut self) {
        loop {
            let pending = self.interp.heap.take_pending();
            if pending.is_empty() {
                return;
            }
            for item in pending {
                // A finaliser must not disturb what is going on.
                let (raised, reraising) = (self.raised.take(), std::mem::take(&mut self.reraising));
                match item {
                    Pending::Finalize(object) => self.run_finalizer(&object),
                    Pending::Callback { callback, reference } => {
                        if let Err(raised) = self.call(&callback, std::slice::from_ref(&reference)) {
                            let exception = self.take_raised(raised);
                            self.report_unraisable(&exception, "Exception ignored in", &callback);
                        }
                    }
                }
                self.raised = raised;
                self.reraising = reraising;
            }
        }
    }

    /// Runs an object's finaliser: `__del__`, or the close of a suspended generator.
    pub(super) fn run_finalizer(&mut self, object: &Value) {
        if self.interp.builtins.get(&self.gil).is_none() {
            // The interpreter is being taken apart: no code can run.
            return;
        }
        match object {
            Value::Gen(generator) => {
                if generator.state.get() == GenState::Created {
                    self.warn_never_awaited(object);
                    return;
                }
                if generator.kind() == GenKind::AsyncGenerator && self.finalize_async_generator(object) {
                    return;
                }
                if let Err(raised) = self.gen_close(generator) {
                    let exception = self.take_raised(raised);
                    self.report_unraisable(&exception, "Exception ignored in", object);
                }
            }
            _ => {
                let class = self.class_of(object);
                let Some(finalizer) = self.lookup_name(&class, Name::__del__) else { return };
                if let Err(raised) = self.call(&finalizer, std::slice::from_ref(object)) {
                    let exception = self.take_raised(raised);
                    self.report_unraisable(&exception, "Exception ignored in", &finalizer);
                }
            }
        }
    }

    /// RuntimeWarning: coroutine 'f' was never awaited.
    fn warn_never_awaited(&mut self, coroutine: &Value) {
        let Value::Gen(generator) = coroutine else { return };
        let name = match &generator.names(&self.gil).qualname {
            Value::Str(name) => name.as_str().to_owned(),
            _ => String::new(),
        };
        let message = format!("coroutine '{name}' was never awaited");
        if let Err(raised) = self.warn_about(Known::RuntimeWarning, &message, coroutine) {
            let exception = self.take_raised(raised);
            self.report_unraisable(&exception, "Exception ignored in", coroutine);
        }
    }
}
