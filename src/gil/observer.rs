//! What an observer is told of a running program.

use std::fmt::Debug;

use super::{Moment, ThreadId};

/// The kinds of observations, as bits, from which an observer chooses.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Interest(pub u32);

impl Interest {
    /// Frames that begin, go on and end.
    pub const CALLS: Interest = Interest(1 << 0);
    /// Lines.
    pub const LINES: Interest = Interest(1 << 1);
    /// Instructions.
    pub const INSTRUCTIONS: Interest = Interest(1 << 2);
    /// Exceptions on their way.
    pub const EXCEPTIONS: Interest = Interest(1 << 3);
    /// Changes of the running thread.
    pub const SWITCHES: Interest = Interest(1 << 4);
    /// Everything.
    pub const ALL: Interest = Interest((1 << 5) - 1);

    /// Whether all of `other` is in this.
    pub const fn has(self, other: Interest) -> bool {
        self.0 & other.0 == other.0
    }
}

impl std::ops::BitOr for Interest {
    type Output = Interest;

    fn bitor(self, other: Interest) -> Interest {
        Interest(self.0 | other.0)
    }
}

/// Where a program is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Place<'a> {
    /// The source file.
    pub file: &'a str,
    /// The qualified name of the function; `<module>` for a module's own code.
    pub function: &'a str,
    /// The line, from 1; 0 if the instruction belongs to none.
    pub line: u32,
    /// The number of the instruction in its code object.
    pub instruction: usize,
    /// How many frames the thread has below this one.
    pub depth: usize,
}

/// What is observed.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub enum Observed<'a> {
    /// A frame begins.
    Call,
    /// A suspended generator or coroutine goes on.
    Resume,
    /// The first instruction of a line is about to be executed.
    Line,
    /// The instruction is about to be executed.
    Instruction(&'a dyn Debug),
    /// The frame is about to return.
    Return,
    /// The generator or coroutine is about to be suspended.
    Yield,
    /// An exception of this class is on its way through the frame.
    Exception(&'a str),
    /// The frame ends because of the exception.
    Unwind,
    /// Another thread than this one ran before.
    Switch {
        /// Which.
        from: ThreadId,
    },
}

/// One observation.
#[derive(Clone, Copy, Debug)]
pub struct Observation<'a> {
    /// When, on the interpreter's clock.
    pub at: Moment,
    /// Which thread runs.
    pub thread: ThreadId,
    /// What happens.
    pub what: Observed<'a>,
    /// Where.
    pub place: Place<'a>,
}

/// Is told what a program does, as it does it.
///
/// Only the thread that has the lock calls, so the order of calls is the order of what happens. What is borrowed is good
/// for the call only. An observer must not use the interpreter, and the program waits for it.
///
/// ```
/// use std::sync::atomic::{AtomicUsize, Ordering};
/// use std::sync::Arc;
/// use mini::gil::{Interest, Observation, Observer};
///
/// #[derive(Debug, Default)]
/// struct Lines(AtomicUsize);
///
/// impl Observer for Lines {
///     fn interest(&self) -> Interest {
///         Interest::LINES
///     }
///
///     fn observe(&self, _: &Observation<'_>) {
///         self.0.fetch_add(1, Ordering::Relaxed);
///     }
/// }
///
/// let lines = Arc::new(Lines::default());
/// let interpreter = mini::Interpreter::builder().observer(lines.clone()).build()?;
/// interpreter.run("a = 1\nb = 2\n")?;
/// assert_eq!(lines.0.load(Ordering::Relaxed), 2);
/// # Ok::<(), mini::Error>(())
/// ```
pub trait Observer: Send + Sync + Debug {
    /// What the observer wants to be told; asked once, when the interpreter is made.
    fn interest(&self) -> Interest {
        Interest::ALL
    }

    /// Takes note of one observation.
    fn observe(&self, observation: &Observation<'_>);
}
