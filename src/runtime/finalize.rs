//! The end of an interpreter.

use std::sync::atomic::Ordering;

use crate::object::heap::Heap;
use crate::object::{Dict, Raised, Value, Vm};

impl Vm {
    /// Ends the program in order: waits for threads that are no daemons, calls what `atexit` registered, flushes the
    /// standard streams, and ends the objects of the main module, so that their finalisers run.
    ///
    /// Exceptions on the way are reported, not raised. True if the standard streams could be flushed.
    pub(crate) fn finalize(&mut self) -> bool {
        for (module, function) in [("threading", "_shutdown"), ("atexit", "_run_exitfuncs")] {
            if let Some(module) = self.imported(module) {
                let result = self.get_attr(&module, function).and_then(|function| self.call(&function, &[]));
                self.report_at_exit(result.map(drop), "Exception ignored on threading shutdown");
            }
        }
        self.run_pending();
        let flushed = self.flush_at_exit();
        self.interp.finalizing.store(true, Ordering::Relaxed);
        let lock = self.interp.lock.clone();
        lock.close(&mut self.gil);
        let noticed = self.end_modules();
        self.run_pending();
        if noticed && self.interp.heap.end_is_noticed() {
            self.collect_garbage(true);
            self.run_pending();
        }
        flushed && self.flush_at_exit()
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
        self.flush_each().is_empty()
    }

    /// As `flush_streams` at the end of the program, when a failure of standard output is told.
    fn flush_at_exit(&mut self) -> bool {
        let failures = self.flush_each();
        for (name, exception) in &failures {
            if *name == "stdout" && !self.stdout_is_broken() {
                self.report_unraisable(exception, "Exception ignored on flushing sys.stdout", &Value::None);
            }
        }
        failures.is_empty()
    }

    /// Flushes the standard streams that are open; gives what failed.
    fn flush_each(&mut self) -> Vec<(&'static str, Value)> {
        let Some(sys) = self.imported("sys") else { return Vec::new() };
        let mut failures = Vec::new();
        for name in ["stdout", "stderr"] {
            let stream = self.get_attr(&sys, name);
            let Ok(stream) = self.quiet(stream) else { continue };
            let closed = self.get_attr(&stream, "closed");
            if stream.is_none() || matches!(self.quiet(closed), Ok(Value::Bool(closed)) if closed.get()) {
                continue;
            }
            if let Err(raised) = self.call_method_str(&stream, "flush", &[]) {
                failures.push((name, self.take_raised(raised)));
            }
        }
        failures
    }

    /// Lets go of the program's own modules: their objects end as cyclic garbage, with the names that their finalisers
    /// use still there. What is held elsewhere loses its names, private ones first, as in CPython.
    ///
    /// False if nothing was done, since nobody would notice the end of any object.
    fn end_modules(&mut self) -> bool {
        if let Some(Value::Module(sys)) = &self.imported("sys") {
            for name in ["last_type", "last_value", "last_traceback", "last_exc"] {
                let key = self.intern(name);
                let old = sys.dict.data.get_mut(&mut self.gil).remove_str(&key);
                drop(old);
            }
        }
        let file = self.intern("__file__");
        let modules = self.modules();
        let own: Vec<(Value, Value)> = modules
            .data
            .get(&self.gil)
            .iter()
            .filter(|entry| match (&entry.key, &entry.value) {
                (Value::Str(name), Value::Module(module)) => {
                    name.as_str() == "__main__" || module.dict.data.get(&self.gil).get_str(&file).is_some()
                }
                _ => false,
            })
            .map(|entry| (entry.key.clone(), entry.value.clone()))
            .collect();
        let mut roots = Vec::new();
        for (name, module) in own {
            if let Value::Module(module) = &module {
                roots.push(module.dict.to_value().identity());
            }
            if let Value::Str(name) = &name {
                let old = modules.data.get_mut(&mut self.gil).remove_str(&name.to_ptr());
                drop(old);
            }
            drop(module);
            self.run_pending();
        }
        // Finding the garbage of a large program takes time and memory: not for what nobody sees.
        if !self.interp.heap.end_is_noticed() {
            return false;
        }
        self.collect_from(true, &roots);
        self.run_pending();
        for root in roots.iter().rev() {
            if let Some(Value::Dict(namespace)) = &self.interp.heap.find(*root) {
                self.clear_namespace(&namespace.to_ptr());
            }
        }
        true
    }

    /// Ends the names of a namespace, private ones first.
    fn clear_namespace(&mut self, dict: &Dict) {
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
