//! The interpreter that an embedder owns.

use std::fmt;
use std::sync::Arc;

use super::error::Result;
use super::{Attached, Builder, FromMini, InterruptHandle, IntoArgs, IntoMini, NativeFunction};
use crate::gil::{AttachError, GilLock};
use crate::object::{Interp, Vm};
use crate::runtime::finalize;
use crate::runtime::session::Session;
use crate::runtime::spawn::Threads;

/// An interpreter: a world of objects with a lock of its own.
///
/// Several live in one process and run in parallel. Share one among threads by reference or in an [`Arc`].
///
/// Methods that return a [`Result`] attach for one step. On a thread that is attached already they are a RuntimeError:
/// there an [`Attached`] is at hand, which has the same methods.
///
/// Dropping it ends it in order: it waits for script threads that are no daemons, runs what `atexit` registered and the
/// finalisers of the main module's objects, and frees what is left. If daemon threads still run, what they use stays.
///
/// ```
/// # fn main() -> Result<(), mini::Error> {
/// let interpreter = mini::Interpreter::new()?;
/// interpreter.run("squares = [n * n for n in range(5)]")?;
/// let squares: Vec<i64> = interpreter.get("squares")?;
/// assert_eq!(squares, [0, 1, 4, 9, 16]);
/// # Ok(())
/// # }
/// ```
pub struct Interpreter {
    interp: Arc<Interp>,
    interrupts: InterruptHandle,
}

/// An attachment that interruptions reach.
struct Stay<'a> {
    session: Session,
    interrupts: &'a InterruptHandle,
}

impl Drop for Stay<'_> {
    fn drop(&mut self) {
        self.interrupts.leave(self.session.thread());
    }
}

impl Interpreter {
    /// An interpreter with the usual settings.
    ///
    /// # Errors
    ///
    /// As [`Builder::build`].
    pub fn new() -> Result<Interpreter> {
        Interpreter::builder().build()
    }

    /// Settings for a new interpreter.
    pub fn builder() -> Builder {
        Builder::default()
    }

    pub(super) fn start(interp: Arc<Interp>, set_up: impl FnOnce(&mut Vm) -> Result<()>) -> Result<Interpreter> {
        let mut session = Session::begin(interp.clone(), "MainThread", true)?;
        let inbox = session.vm.signal_inbox();
        let result = set_up(&mut session.vm);
        drop(session);
        // From here on a failed interpreter, too, is taken apart by its drop.
        let interpreter = Interpreter { interp, interrupts: InterruptHandle::new(inbox) };
        result.map(|()| interpreter)
    }

    /// Waits for the interpreter's lock, runs `call` with it, and gives it up.
    ///
    /// # Panics
    ///
    /// If this thread is attached to an interpreter already.
    pub fn attach<R>(&self, call: impl FnOnce(&mut Attached<'_>) -> R) -> R {
        match self.try_attach(call) {
            Ok(result) => result,
            Err(error) => panic!("cannot attach: {error}"),
        }
    }

    /// As [`attach`](Interpreter::attach), without the panic.
    ///
    /// # Errors
    ///
    /// If this thread is attached to an interpreter already.
    pub fn try_attach<R>(&self, call: impl FnOnce(&mut Attached<'_>) -> R) -> std::result::Result<R, AttachError> {
        let session = Session::begin(self.interp.clone(), "Embedder", true)?;
        self.interrupts.enter(session.thread());
        let mut stay = Stay { session, interrupts: &self.interrupts };
        Ok(call(&mut Attached::new(&mut stay.session.vm)))
    }

    /// Attaches for one step.
    fn step<R>(&self, call: impl FnOnce(&mut Attached<'_>) -> Result<R>) -> Result<R> {
        self.try_attach(call)?
    }

    /// Runs statements in the module `__main__`; short for [`attach`](Interpreter::attach) and [`Attached::run`].
    ///
    /// # Errors
    ///
    /// What the source raises.
    pub fn run(&self, source: &str) -> Result<()> {
        self.step(|m| m.run(source))
    }

    /// Runs a file in the module `__main__`.
    ///
    /// # Errors
    ///
    /// OSError if the file cannot be read; what the source raises.
    pub fn run_file(&self, path: impl AsRef<std::path::Path>) -> Result<()> {
        self.step(|m| m.run_file(path))
    }

    /// The value of an expression in the module `__main__`.
    ///
    /// # Errors
    ///
    /// What the expression or the conversion raises.
    pub fn eval<T: FromMini>(&self, expression: &str) -> Result<T> {
        self.step(|m| m.eval(expression))
    }

    /// Calls a function of the module `__main__`.
    ///
    /// ```
    /// # fn main() -> Result<(), mini::Error> {
    /// let interpreter = mini::Interpreter::new()?;
    /// interpreter.run("def greet(name, times):\n    return ' '.join([f'hello {name}'] * times)")?;
    /// let text: String = interpreter.call("greet", ("you", 2))?;
    /// assert_eq!(text, "hello you hello you");
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// NameError; what the call or a conversion raises.
    pub fn call<T: FromMini>(&self, name: &str, args: impl IntoArgs) -> Result<T> {
        self.step(|m| m.call(name, args))
    }

    /// A global of the module `__main__`.
    ///
    /// # Errors
    ///
    /// NameError; what the conversion raises.
    pub fn get<T: FromMini>(&self, name: &str) -> Result<T> {
        self.step(|m| m.get(name))
    }

    /// Sets a global of the module `__main__`.
    ///
    /// # Errors
    ///
    /// What the conversion raises.
    pub fn set(&self, name: &str, value: impl IntoMini) -> Result<()> {
        self.step(|m| m.set(name, value))
    }

    /// Makes a Rust function a global of the module `__main__`.
    ///
    /// ```
    /// # fn main() -> Result<(), mini::Error> {
    /// let interpreter = mini::Interpreter::new()?;
    /// interpreter.register("parse", |text: String, radix: u32| i64::from_str_radix(&text, radix))?;
    /// assert_eq!(interpreter.eval::<i64>("parse('ff', 16)")?, 255);
    /// let error = interpreter.run("parse('zz', 16)").unwrap_err();
    /// assert_eq!(error.class_name(), "ValueError");
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// None in practice; what making the function object raises.
    pub fn register<F, A>(&self, name: &str, function: F) -> Result<()>
    where
        F: NativeFunction<A>,
    {
        self.step(|m| m.register(name, function))
    }

    /// What interrupts a running script from another thread.
    pub fn interrupt_handle(&self) -> InterruptHandle {
        self.interrupts.clone()
    }

    /// The interpreter's lock: its holder, policy, switch interval and counters.
    pub fn lock(&self) -> &Arc<GilLock> {
        &self.interp.lock
    }
}

impl fmt::Debug for Interpreter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Interpreter").finish_non_exhaustive()
    }
}

impl Drop for Interpreter {
    fn drop(&mut self) {
        let interp = self.interp.clone();
        // A thread of its own has enough stack, and is attached to no other interpreter.
        let end = std::thread::Builder::new().name("finalize".to_owned()).stack_size(FINALIZE_STACK);
        if let Ok(thread) = end.spawn(move || take_apart(interp)) {
            // A panic on the way leaves the rest to the process's end.
            let _ = thread.join();
        }
    }
}

const FINALIZE_STACK: usize = 16 << 20;

fn take_apart(interp: Arc<Interp>) {
    let Ok(mut session) = Session::begin(interp, "MainThread", true) else { return };
    session.vm.finalize();
    session.vm.finish_sinks();
    let threads = session.vm.interp.extension::<Threads>(&mut session.vm.gil);
    if threads.running.is_empty() {
        finalize::dismantle(&mut session.vm);
    }
}
