//! `fork`: a copy of the process in which only the calling thread goes on.

use std::rc::Rc;

use super::signals::SignalState;
use super::spawn::Threads;
use crate::gil::EvalBreaker;
use crate::object::{ThreadInfo, Vm};

/// What a process knows of its own making.
#[derive(Default)]
pub(crate) struct ForkState {
    /// Whether the process is a forked child, which has no Rust main thread to hand a status to.
    pub is_child: bool,
}

impl Vm {
    /// Forks the process; 0 in the child, whose main thread is the calling one.
    ///
    /// # Errors
    ///
    /// What the OS says.
    pub(crate) fn fork(&mut self) -> std::io::Result<i32> {
        let lock = self.interp.lock.clone();
        let guard = lock.before_fork(&mut self.gil);
        // SAFETY: the calling thread goes on in the child with a copy of all memory. It has the interpreter's lock and
        // the mutex of the lock's state, so that no other thread is in the middle of changing objects.
        let pid = unsafe { libc::fork() };
        match pid {
            -1 => Err(std::io::Error::last_os_error()),
            0 => {
                guard.after_fork_child();
                self.after_fork_child();
                Ok(0)
            }
            pid => Ok(pid),
        }
    }

    /// Forgets the threads that are not in the child, and makes the calling one the main thread.
    fn after_fork_child(&mut self) {
        let old = &self.thread;
        let info = ThreadInfo { is_main: true, locals: old.locals.clone(), event_loop: Default::default() };
        self.thread = Rc::new(info);
        let ident = self.ident();
        let threads = self.interp.extension::<Threads>(&mut self.gil);
        threads.running.clear();
        threads.main_ident = ident;
        self.interp.extension::<ForkState>(&mut self.gil).is_child = true;
        self.forget_imports_of_others();
        self.reset_sinks();
        self.forget_wake_pipe();
        let state = self.interp.extension::<SignalState>(&mut self.gil);
        state.forget_arrived();
        let watched = state.watched.clone();
        let thread = self.guard.thread().clone();
        thread.take_posted(EvalBreaker::ADDRESSED);
        if !watched.is_empty() {
            // Without a watcher the child takes no signals of scripts: the default of the OS is better than nothing.
            let _ = self.watch_signals(&thread, &watched);
        }
    }

    /// Whether the process is a forked child.
    pub(crate) fn is_forked_child(&mut self) -> bool {
        self.interp.extension::<ForkState>(&mut self.gil).is_child
    }
}
