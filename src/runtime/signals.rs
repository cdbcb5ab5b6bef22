//! Signals: a watcher takes them from the OS, on a thread that runs no script, and posts them to the main thread.

use std::sync::Arc;
use std::time::Duration;

use parking_lot::Mutex;
use signal_hook::iterator::{Handle, Signals};

use super::os::kick::Kick;
use crate::gil::{EvalBreaker, GilThread};
use crate::object::{Known, Raised, Value, Vm};

/// Called when a signal arrives, on the thread of the watcher.
type Waker = Box<dyn Fn() + Send>;

/// Signals that arrived and whose handlers have not run, shared with the watcher.
#[derive(Default)]
pub(crate) struct SignalState {
    arrived: Arc<Mutex<Vec<i32>>>,
    /// Script handlers by signal number.
    pub handlers: std::collections::HashMap<i32, Value>,
    /// Wakes the event loop when a signal arrives.
    pub wakers: Arc<Mutex<Vec<Waker>>>,
    /// The signals that a watcher takes.
    pub watched: Vec<i32>,
    /// The main thread while it is in a system call that a signal should end.
    pub called: Arc<Kick>,
    /// Adds signals to those; None while nothing is watched.
    watcher: Option<Handle>,
}

impl SignalState {
    /// In a forked child: what arrived was the parent's, and so is who waited for it.
    pub fn forget_arrived(&mut self) {
        self.arrived = Arc::default();
        self.wakers = Arc::default();
        self.called = Arc::default();
    }
}

/// Takes signals from the OS for an interpreter.
pub(crate) struct SignalWatcher {
    signals: Signals,
    arrived: Arc<Mutex<Vec<i32>>>,
    wakers: Arc<Mutex<Vec<Waker>>>,
    called: Arc<Kick>,
    /// The interpreter's main thread.
    thread: GilThread,
}

/// Ends a watcher when it is dropped.
pub(crate) struct Watched(Handle);

impl Drop for Watched {
    fn drop(&mut self) {
        self.0.close();
    }
}

impl SignalWatcher {
    /// Posts signals as they arrive, until the end of what [`SignalWatcher::watched`] gave.
    pub fn run(mut self) {
        let handle = self.signals.handle();
        let post = |signal| {
            self.arrived.lock().push(signal);
            self.thread.interrupt(EvalBreaker::SIGNAL);
            self.wakers.lock().iter().for_each(|wake| wake());
        };
        while !handle.is_closed() {
            self.signals.wait().for_each(post);
            // Again and again, since a call that has not quite begun is not ended.
            while !self.arrived.lock().is_empty() && !handle.is_closed() {
                self.called.kick();
                std::thread::sleep(KICK_INTERVAL);
                self.signals.pending().for_each(post);
            }
        }
    }

    /// Ends the watcher when it is dropped.
    pub fn watched(&self) -> Watched {
        Watched(self.signals.handle())
    }
}

/// How long the watcher waits for the main thread to look at a signal before it ends its system call (again).
const KICK_INTERVAL: Duration = Duration::from_millis(10);

/// `signal.SIG_DFL` as a handler.
pub(crate) const DEFAULT: i64 = 0;
/// `signal.SIG_IGN` as a handler.
pub(crate) const IGNORE: i64 = 1;

impl Vm {
    /// Starts to watch for signals on a thread of the watcher's own.
    ///
    /// # Errors
    ///
    /// What the OS says.
    pub(crate) fn watch_signals(&mut self, thread: &GilThread, signals: &[i32]) -> std::io::Result<()> {
        let watcher = self.signal_watcher(thread, signals)?;
        std::thread::Builder::new().name("signals".to_owned()).spawn(move || watcher.run())?;
        Ok(())
    }

    /// What watches for signals on behalf of the interpreter, whose main thread is `thread`, once it is run. One
    /// interpreter of a process has one, since signals belong to the process: the command's.
    ///
    /// # Errors
    ///
    /// What the OS says.
    pub(crate) fn signal_watcher(&mut self, thread: &GilThread, signals: &[i32]) -> std::io::Result<SignalWatcher> {
        let state = self.interp.extension::<SignalState>(&mut self.gil);
        let (arrived, wakers, called) = (state.arrived.clone(), state.wakers.clone(), state.called.clone());
        state.watched = signals.to_vec();
        let signals = Signals::new(signals)?;
        state.watcher = Some(signals.handle());
        Ok(SignalWatcher { signals, arrived, wakers, called, thread: thread.clone() })
    }

    /// Leaves a signal ignored that the process was started to ignore, as shells start what runs in the background; true
    /// if it is one.
    pub(crate) fn keeps_ignoring(&mut self, signal: i32) -> bool {
        let ignored = super::os::process::is_ignored(signal);
        if ignored {
            let state = self.interp.extension::<SignalState>(&mut self.gil);
            state.handlers.insert(signal, Value::Int(IGNORE));
        }
        ignored
    }

    /// Where signals for the interpreter are left, for who interrupts it from another thread.
    pub(crate) fn signal_inbox(&mut self) -> Arc<Mutex<Vec<i32>>> {
        self.interp.extension::<SignalState>(&mut self.gil).arrived.clone()
    }

    /// Sets what is called when a signal arrives: a callable, or an int for [`DEFAULT`] and [`IGNORE`].
    ///
    /// # Errors
    ///
    /// What the OS says of a signal that cannot be handled.
    pub(crate) fn set_signal_handler(&mut self, signal: i32, handler: Value) -> std::io::Result<()> {
        let state = self.interp.extension::<SignalState>(&mut self.gil);
        if !state.watched.contains(&signal) && !matches!(handler, Value::Int(DEFAULT)) {
            match &state.watcher {
                Some(watcher) => watcher.add_signal(signal)?,
                None => {
                    let Some(main) = self.interp.lock.threads().first().cloned() else { return Ok(()) };
                    self.watch_signals(&main, &[signal])?;
                }
            }
            let state = self.interp.extension::<SignalState>(&mut self.gil);
            if !state.watched.contains(&signal) {
                state.watched.push(signal);
            }
        }
        let state = self.interp.extension::<SignalState>(&mut self.gil);
        let old = state.handlers.insert(signal, handler);
        drop(old);
        Ok(())
    }

    /// What was set for a signal; None if nothing was.
    pub(crate) fn signal_handler(&mut self, signal: i32) -> Option<Value> {
        self.interp.extension::<SignalState>(&mut self.gil).handlers.get(&signal).cloned()
    }

    /// Whether a signal does something in the script rather than to the process.
    pub(crate) fn handles_signal(&mut self, signal: i32) -> bool {
        match self.signal_handler(signal) {
            Some(handler) => !matches!(handler, Value::Int(DEFAULT)),
            None => signal == libc::SIGINT,
        }
    }

    /// Runs what was posted to this thread: signal handlers, exceptions of other threads.
    pub(crate) fn handle_posted(&mut self) -> Result<(), Raised> {
        let posted = self.guard.thread().clone().take_posted(EvalBreaker::ADDRESSED);
        if posted & EvalBreaker::SIGNAL == 0 {
            return Ok(());
        }
        let state = self.interp.extension::<SignalState>(&mut self.gil);
        let inbox = state.arrived.clone();
        let mut arrived = std::mem::take(&mut *inbox.lock()).into_iter();
        while let Some(signal) = arrived.next() {
            if let Err(raised) = self.handle_signal(signal) {
                // The signals behind it get their turn when the exception is on its way.
                if arrived.len() > 0 {
                    inbox.lock().splice(0..0, arrived);
                    self.guard.thread().interrupt(EvalBreaker::SIGNAL);
                }
                return Err(raised);
            }
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

    /// Does what the script set for a signal.
    ///
    /// # Errors
    ///
    /// KeyboardInterrupt for SIGINT without handler, or what the handler raises.
    pub(crate) fn handle_signal(&mut self, signal: i32) -> Result<(), Raised> {
        let state = self.interp.extension::<SignalState>(&mut self.gil);
        match state.handlers.get(&signal).cloned() {
            Some(Value::Int(IGNORE)) => Ok(()),
            Some(Value::Int(_)) => {
                // The process ends, or stops, as without a handler.
                let _ = signal_hook::low_level::emulate_default_handler(signal);
                Ok(())
            }
            Some(handler) => {
                let frame = self.frame_object(0)?.unwrap_or(Value::None);
                self.call(&handler, &[Value::Int(signal.into()), frame])?;
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
