//! Signals: a watcher thread takes them from the OS and posts them to the main thread.

use std::sync::Arc;

use parking_lot::Mutex;

use crate::gil::{EvalBreaker, GilThread};
use crate::object::{Known, Raised, Value, Vm};

/// Signals that arrived and whose handlers have not run, shared with the watcher.
#[derive(Default)]
pub(crate) struct SignalState {
    arrived: Arc<Mutex<Vec<i32>>>,
    /// Script handlers by signal number.
    pub handlers: std::collections::HashMap<i32, Value>,
    /// Wakes the event loop when a signal arrives.
    pub wakers: Arc<Mutex<Vec<Box<dyn Fn() + Send>>>>,
    /// The signals that a watcher takes.
    pub watched: Vec<i32>,
}

impl SignalState {
    /// In a forked child: what arrived was the parent's, and so is who waited for it.
    pub fn forget_arrived(&mut self) {
        self.arrived = Arc::default();
        self.wakers = Arc::default();
    }
}

impl Vm {
    /// Starts to watch for signals on behalf of the interpreter, whose main thread is `thread`. One interpreter of a
    /// process does, since signals belong to the process: the command's.
    ///
    /// # Errors
    ///
    /// What the OS says.
    pub(crate) fn watch_signals(&mut self, thread: &GilThread, signals: &[i32]) -> std::io::Result<()> {
        let state = self.interp.extension::<SignalState>(&mut self.gil);
        let (arrived, wakers) = (state.arrived.clone(), state.wakers.clone());
        state.watched = signals.to_vec();
        let thread = thread.clone();
        let mut watched = signal_hook::iterator::Signals::new(signals)?;
        std::thread::Builder::new().name("signals".to_owned()).spawn(move || {
            for signal in watched.forever() {
                arrived.lock().push(signal);
                thread.interrupt(EvalBreaker::SIGNAL);
                wakers.lock().iter().for_each(|wake| wake());
            }
        })?;
        Ok(())
    }

    /// Where signals for the interpreter are left, for who interrupts it from another thread.
    pub(crate) fn signal_inbox(&mut self) -> Arc<Mutex<Vec<i32>>> {
        self.interp.extension::<SignalState>(&mut self.gil).arrived.clone()
    }

    /// Runs what was posted to this thread: signal handlers, exceptions of other threads.
    pub(crate) fn handle_posted(&mut self) -> Result<(), Raised> {
        let posted = self.guard.thread().clone().take_posted(EvalBreaker::ADDRESSED);
        if posted & EvalBreaker::SIGNAL == 0 {
            return Ok(());
        }
        let state = self.interp.extension::<SignalState>(&mut self.gil);
        let arrived = std::mem::take(&mut *state.arrived.lock());
        for signal in arrived {
            self.handle_signal(signal)?;
        }
        Ok(())
    }

    /// Pretends that a signal arrived.
    pub(crate) fn post_signal(&mut self, signal: i32) {
        let state = self.interp.extension::<SignalState>(&mut self.gil);
        state.arrived.lock().push(signal);
        if let Some(main) = self.interp.lock.threads().first() {
            main.interrupt(EvalBreaker::SIGNAL);
        }
    }

    fn handle_signal(&mut self, signal: i32) -> Result<(), Raised> {
        let state = self.interp.extension::<SignalState>(&mut self.gil);
        match state.handlers.get(&signal).cloned() {
            Some(handler) => {
                self.call(&handler, &[Value::Int(signal.into()), Value::None])?;
                Ok(())
            }
            None if signal == libc::SIGINT => {
                let interrupt = self.new_exception(Known::KeyboardInterrupt, Vec::new());
                Err(self.raise_value(interrupt))
            }
            None => Ok(()),
        }
    }
}
