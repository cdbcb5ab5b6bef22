//! Script threads: starting them, waiting for them, and the end of the interpreter.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use super::thread_state::StackSize;
use crate::gil::{WaitQueue, WaitReason};
use crate::object::{Handle, Known, Raised, Value, Vm};

/// What RuntimeError says when the system refuses a thread or the memory for one.
const CANNOT_START: &str = "can't start new thread";

/// What a thread's starter and joiners share with it.
#[derive(Default)]
pub(crate) struct ThreadHandle {
    /// `threading.get_ident()` of the thread; 0 before it runs.
    pub ident: AtomicU64,
    pub started: AtomicBool,
    pub done: AtomicBool,
    pub daemon: AtomicBool,
    /// Who waits for the end.
    pub joiners: WaitQueue,
}

impl ThreadHandle {
    /// Marks the thread as ended and wakes who waits for it.
    pub fn finish(&self, vm: &mut Vm) {
        self.done.store(true, Ordering::Relaxed);
        self.joiners.wake_all(&mut vm.gil);
    }
}

/// The threads of an interpreter.
#[derive(Default)]
pub(crate) struct Threads {
    /// Those that have not ended, the main thread not among them.
    pub running: Vec<Arc<ThreadHandle>>,
    /// `get_ident()` of the main thread.
    pub main_ident: u64,
    /// Bytes of Rust stack for new threads; 0 for the default.
    pub stack_size: usize,
}

/// `threading.get_native_id()`: the kernel's number of the current thread.
pub(crate) fn current_native_id() -> i64 {
    // SAFETY: the call has no preconditions.
    unsafe { libc::syscall(libc::SYS_gettid) }
}

impl Vm {
    /// `threading.get_ident()`: the OS's name for the current thread; the interpreter's own number for it where runs are
    /// to be repeated.
    pub(crate) fn ident(&self) -> u64 {
        if self.interp.lock.is_deterministic() {
            return self.guard.thread().id().number();
        }
        // SAFETY: the call has no preconditions.
        unsafe { libc::pthread_self() as u64 }
    }

    /// Starts an OS thread that calls `function()`; exceptions go to `sys.unraisablehook`'s text.
    ///
    /// # Errors
    ///
    /// RuntimeError "can't start new thread"; PythonFinalizationError at the interpreter's end.
    pub(crate) fn start_thread(
        &mut self,
        function: Value,
        args: Vec<Value>,
        keywords: Value,
        handle: Arc<ThreadHandle>,
    ) -> Result<(), Raised> {
        if self.interp.finalizing.load(Ordering::Relaxed) {
            return Err(self.raise(Known::PythonFinalizationError, "can't create new thread at interpreter shutdown"));
        }
        let call = Handle::new(self, Value::tuple(vec![function, Value::tuple(args), keywords]));
        let threads = self.interp.extension::<Threads>(&mut self.gil);
        let size = match threads.stack_size {
            0 => StackSize::thread(),
            bytes => StackSize { native: bytes.max(2 << 20), ..StackSize::thread() },
        };
        let Ok(stacks) = size.reserve() else { return Err(self.raise(Known::RuntimeError, CANNOT_START)) };
        let threads = self.interp.extension::<Threads>(&mut self.gil);
        threads.running.push(handle.clone());
        let lock = self.interp.lock.clone();
        let thread = lock.register("Thread");
        thread.announce();
        handle.started.store(true, Ordering::Relaxed);
        let (shared, registered) = (handle.clone(), thread.clone());
        let spawned = std::thread::Builder::new().stack_size(size.native).spawn(move || {
            let interp = call.interp().clone();
            {
                let Ok(mut vm) = Vm::attach(interp, &registered, false, stacks, size.native) else { return };
                shared.ident.store(vm.ident(), Ordering::Relaxed);
                // A panic must not leave joiners waiting: it counts as the thread's end.
                let outcome = vm.guarded(|vm| {
                    run_thread(vm, &call);
                    Ok(())
                });
                if let Err(raised) = outcome {
                    let exception = vm.take_raised(raised);
                    vm.report_unraisable(&exception, "Exception ignored in thread", &Value::None);
                }
                drop(call);
                let threads = vm.interp.extension::<Threads>(&mut vm.gil);
                threads.running.retain(|other| !Arc::ptr_eq(other, &shared));
                vm.clear_stack();
                vm.run_pending();
                shared.finish(&mut vm);
                if vm.thread.is_main {
                    // The thread forked, and this is the child: there is no other thread that would go on.
                    super::os::process::exit_now(0);
                }
            }
            registered.retire();
        });
        if spawned.is_err() {
            thread.retire();
            handle.started.store(false, Ordering::Relaxed);
            let threads = self.interp.extension::<Threads>(&mut self.gil);
            threads.running.retain(|other| !Arc::ptr_eq(other, &handle));
            return Err(self.raise(Known::RuntimeError, CANNOT_START));
        }
        self.sync_point();
        Ok(())
    }

    /// Waits until a thread has ended; false if the deadline passed first.
    pub(crate) fn join_thread(
        &mut self,
        handle: &ThreadHandle,
        timeout: Option<std::time::Duration>,
    ) -> Result<bool, Raised> {
        let deadline = self.deadline(timeout);
        while !handle.done.load(Ordering::Relaxed) {
            if !self.wait_in(&handle.joiners, WaitReason::Join, deadline)? {
                return Ok(handle.done.load(Ordering::Relaxed));
            }
        }
        Ok(true)
    }

    /// Waits for all threads that are no daemons, at the end of the program.
    pub(crate) fn join_all_threads(&mut self) -> Result<(), Raised> {
        loop {
            let threads = self.interp.extension::<Threads>(&mut self.gil);
            let next = threads.running.iter().find(|thread| !thread.daemon.load(Ordering::Relaxed)).cloned();
            match next {
                Some(thread) => self.join_thread(&thread, None)?,
                None => return Ok(()),
            };
        }
    }
}

fn run_thread(vm: &mut Vm, call: &Handle) {
    let Value::Tuple(parts) = &call.get(vm) else { return };
    let (function, args, keywords) = (parts[0].clone(), parts[1].clone(), parts[2].clone());
    let positional = match &args {
        Value::Tuple(args) => args.as_slice().to_vec(),
        _ => Vec::new(),
    };
    let pairs: Vec<(String, Value)> = match &keywords {
        Value::Dict(dict) => {
            let entries = dict.data.get(&vm.gil);
            entries
                .iter()
                .filter_map(|entry| Some((entry.key.as_text()?.as_str().to_owned(), entry.value.clone())))
                .collect()
        }
        _ => Vec::new(),
    };
    let named: Vec<(&str, Value)> = pairs.iter().map(|(name, value)| (name.as_str(), value.clone())).collect();
    let result = vm.call_kw(&function, &positional, &named);
    if let Err(raised) = result {
        let exception = vm.take_raised(raised);
        if !vm.is_known(&exception, Known::SystemExit) {
            let text = vm.safe_text(&function, true, "object");
            vm.report_unraisable(&exception, &format!("Exception ignored in thread started by {text}"), &Value::None);
        }
    }
    vm.run_pending();
}
