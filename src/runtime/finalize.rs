//! The end of an interpreter.

use crate::object::heap::Heap;
use crate::object::{Raised, Value, Vm};

impl Vm {
    /// Ends the program in order: waits for threads that are no daemons, calls what `atexit` registered, flushes the
    /// standard streams, and ends the objects of the main module, so that their finalisers run.
    ///
    /// Exceptions on the way are reported, not raised. True if the standard streams could be flushed.
    pub(crate) fn finalize(&mut self) -> bool {
        for (module, function) in [("threading", "_shutdown"), ("_thread", "_shutdown"), ("atexit", "_run_exitfuncs")] {
            if let Some(module) = self.imported(module) {
                let result = self.get_attr(&module, function).and_then(|function| self.call(&function, &[]));
                self.report_at_exit(result.map(drop), "Exception ignored on threading shutdown");
            }
        }
        self.run_pending();
        let flushed = self.flush_streams();
        self.clear_main();
        self.run_pending();
        self.collect_garbage(true);
        self.run_pending();
        self.flush_streams() && flushed
    }

    fn report_at_exit(&mut self, result: Result<(), Raised>, message: &str) {
        if let Err(raised) = result {
            let exception = self.take_raised(raised);
            self.report_unraisable(&exception, message, &Value::None);
        }
    }

    /// A module that was imported.
    pub(crate) fn imported(&mut self, name: &str) -> Option<Value> {
        let key = self.intern(name);
        let modules = self.modules();
        modules.data.get(&self.gil).get_str(&key).filter(|module| !module.is_none()).cloned()
    }

    /// Flushes `sys.stdout` and `sys.stderr`; false if that failed.
    pub(crate) fn flush_streams(&mut self) -> bool {
        let Some(sys) = self.imported("sys") else { return true };
        let mut flushed = true;
        for name in ["stdout", "stderr"] {
            let stream = self.get_attr(&sys, name);
            let result = stream.and_then(|stream| {
                if stream.is_none() { Ok(Value::None) } else { self.call_method_str(&stream, "flush", &[]) }
            });
            flushed &= self.quiet(result).is_ok();
        }
        flushed
    }

    /// Ends the names of the main module, private ones first, as CPython does.
    fn clear_main(&mut self) {
        let Some(Value::Module(main)) = &self.imported("__main__") else { return };
        let dict = main.dict.clone();
        for private in [true, false] {
            let names: Vec<Value> = dict.data.get(&self.gil).iter().map(|entry| entry.key.clone()).collect();
            for name in names {
                let Value::Str(text) = &name else { continue };
                let is_private = text.starts_with('_') && !text.starts_with("__");
                if text.as_str() == "__builtins__" || is_private != private {
                    continue;
                }
                let old = dict.data.get_mut(&mut self.gil).insert_str(&text.to_ptr(), Value::None);
                drop(old);
                self.run_pending();
            }
        }
    }
}

/// Takes an interpreter's objects apart; the current thread holds its lock. What is in cycles that only native code
/// closes is left to the process's end.
pub(crate) fn dismantle(vm: &mut Vm) {
    let interp = vm.interp.clone();
    vm.raised = Value::Undef;
    vm.handled = Value::Undef;
    let parts = {
        let gil = &mut vm.gil;
        (
            interp.modules.take(gil),
            interp.builtins.take(gil),
            interp.method_cache.take(gil),
            interp.take_extensions(gil),
        )
    };
    drop(parts);
    vm.collect_garbage(true);
    let rest = {
        let gil = &mut vm.gil;
        (interp.empty_tuple.take(gil), interp.ascii.take(gil), interp.shapes.take(gil), interp.classes.take(gil))
    };
    // Finalisers of built-in parts can still look names up.
    drop(rest);
    drop(interp.heap.take_pending());
    let names = (interp.names.take(&mut vm.gil), interp.interned.take(&mut vm.gil));
    drop(names);
    vm.clear_stack();
    Heap::leave();
}
