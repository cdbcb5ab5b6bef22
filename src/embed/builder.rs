//! What an interpreter is made from.

use std::fmt;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use super::Interpreter;
use super::error::{Error, Result};
use super::streams::{Lines, Sink, reader, writer};
use crate::gil::{GilLock, LockConfig, Observer, Policy, PreemptionModel, Scheduler, SeededScheduler};
use crate::object::{MemoryReserve, Raised, Value, Vm};
use crate::runtime::thread_state::new_interp;

/// Settings of a new [`Interpreter`].
#[derive(Default)]
#[must_use]
pub struct Builder {
    interval: Option<Duration>,
    policy: Option<Arc<dyn Policy>>,
    preemption: PreemptionModel,
    scheduler: Option<Arc<dyn Scheduler>>,
    observer: Option<Arc<dyn Observer>>,
    recursion_limit: Option<usize>,
    args: Option<Vec<String>>,
    path: Vec<String>,
    stdout: Option<Sink>,
    stderr: Option<Sink>,
    stdin: Option<Lines>,
    reserve: Option<Arc<dyn MemoryReserve>>,
}

impl fmt::Debug for Builder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Builder")
            .field("switch_interval", &self.interval)
            .field("preemption", &self.preemption)
            .field("recursion_limit", &self.recursion_limit)
            .field("args", &self.args)
            .field("path", &self.path)
            .finish_non_exhaustive()
    }
}

impl Builder {
    /// How long a thread may keep the lock that others wait for (`sys.setswitchinterval`); 5 ms if not given.
    pub fn switch_interval(mut self, interval: Duration) -> Self {
        self.interval = Some(interval);
        self
    }

    /// How the lock is handed over; CPython's way if not given. See [`policy_by_name`](crate::gil::policy_by_name).
    pub fn policy(mut self, policy: Arc<dyn Policy>) -> Self {
        self.policy = Some(policy);
        self
    }

    /// Where the lock may change hands while a script runs; at CPython 3.13's places if not given.
    pub fn preemption(mut self, model: PreemptionModel) -> Self {
        self.preemption = model;
        self
    }

    /// What decides all that is left to chance, and what time it is; the OS and its clocks if not given.
    pub fn scheduler(mut self, scheduler: Arc<dyn Scheduler>) -> Self {
        self.scheduler = Some(scheduler);
        self
    }

    /// Makes runs repeatable: a [`SeededScheduler`] decides everything from `seed`, on a virtual clock.
    pub fn seed(self, seed: u64) -> Self {
        self.scheduler(Arc::new(SeededScheduler::new(seed)))
    }

    /// Who is told what scripts do, as they do it. They run slower then; without an observer this costs nothing.
    pub fn observer(mut self, observer: Arc<dyn Observer>) -> Self {
        self.observer = Some(observer);
        self
    }

    /// How many script calls may be nested (`sys.setrecursionlimit`); 1000 if not given.
    pub fn recursion_limit(mut self, limit: usize) -> Self {
        self.recursion_limit = Some(limit.max(1));
        self
    }

    /// `sys.argv`.
    pub fn args<S: Into<String>>(mut self, args: impl IntoIterator<Item = S>) -> Self {
        self.args = Some(args.into_iter().map(Into::into).collect());
        self
    }

    /// Folders in which modules are looked for first (`sys.path`).
    pub fn path<S: Into<String>>(mut self, folders: impl IntoIterator<Item = S>) -> Self {
        self.path.extend(folders.into_iter().map(Into::into));
        self
    }

    /// Hands what scripts write to `sys.stdout` to a function instead of the process's output.
    pub fn stdout(mut self, write: impl Fn(&str) + Send + Sync + 'static) -> Self {
        self.stdout = Some(Arc::new(write));
        self
    }

    /// Hands what scripts write to `sys.stderr` to a function instead of the process's error output.
    pub fn stderr(mut self, write: impl Fn(&str) + Send + Sync + 'static) -> Self {
        self.stderr = Some(Arc::new(write));
        self
    }

    /// Takes the lines of `sys.stdin`, those of `input()` among them, from a function instead of the process's input.
    /// Other threads run while it waits; when it gives nothing, the input is at its end.
    pub fn stdin(mut self, read: impl Fn() -> Option<String> + Send + Sync + 'static) -> Self {
        self.stdin = Some(Arc::new(read));
        self
    }

    /// What the application's allocator keeps back for when memory runs short. Without one, a small request that the
    /// system refuses ends the process, as in any Rust program.
    pub fn memory_reserve(mut self, reserve: Arc<dyn MemoryReserve>) -> Self {
        self.reserve = Some(reserve);
        self
    }

    /// Makes the interpreter.
    ///
    /// # Errors
    ///
    /// RuntimeError if this thread is attached to an interpreter: make the new one in
    /// [`Attached::detach`](super::Attached::detach). What setting up its modules raises.
    pub fn build(self) -> Result<Interpreter> {
        let mut config = LockConfig::default();
        config.interval = self.interval.unwrap_or(config.interval);
        config.policy = self.policy.clone().unwrap_or(config.policy);
        config.scheduler = self.scheduler.clone().unwrap_or(config.scheduler);
        config.preemption = self.preemption;
        config.observer = self.observer.clone();
        let interp = new_interp(GilLock::new(config));
        if let Some(limit) = self.recursion_limit {
            interp.recursion_limit.store(limit, Ordering::Relaxed);
        }
        if let Some(reserve) = self.reserve.clone() {
            interp.set_reserve(reserve);
        }
        let interpreter = Interpreter::start(interp, |vm| {
            vm.furnish();
            vm.guarded(|vm| self.set_up(vm)).map_err(|raised| Error::catch(vm, raised))
        })?;
        Ok(interpreter)
    }

    /// Furnishes `sys` and `__main__`.
    fn set_up(self, vm: &mut Vm) -> std::result::Result<(), Raised> {
        let sys = vm.import_dotted("sys")?;
        let main = vm.add_module("__main__").dict.clone();
        vm.set_builtins_name(&main);
        let args = self.args.unwrap_or_else(|| vec![String::new()]);
        let args = args.iter().map(|arg| Value::str(arg)).collect();
        let mut settings = vec![("argv", Value::list(args))];
        for (name, shown, sink) in [("stdout", "<stdout>", self.stdout), ("stderr", "<stderr>", self.stderr)] {
            if let Some(sink) = sink {
                settings.push((name, writer(vm, shown, sink)));
            }
        }
        if let Some(lines) = self.stdin {
            settings.push(("stdin", reader(vm, lines)));
        }
        if !self.path.is_empty() {
            let mut path: Vec<Value> = self.path.iter().map(|folder| Value::str(folder)).collect();
            let rest = vm.get_attr(&sys, "path")?;
            path.extend(vm.collect(&rest)?);
            settings.push(("path", Value::list(path)));
        }
        for (name, value) in settings {
            let name = vm.intern(name);
            vm.setattr(&sys, &name, value)?;
        }
        Ok(())
    }
}
