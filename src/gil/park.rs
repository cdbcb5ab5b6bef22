//! The one door for waiting.

use std::sync::Arc;
use std::sync::atomic::Ordering::Relaxed;
use std::time::Duration;

use super::attach::Outside;
use super::policy::WaitClass;
use super::sync::Ordering;
use super::thread::{GilThread, Record, count};
use super::{EvalBreaker, EventKind, Gil, GilLock, Moment};

/// What a thread waits for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum WaitReason {
    /// A lock of the script.
    Lock,
    /// A condition.
    Condition,
    /// An event.
    Event,
    /// A semaphore.
    Semaphore,
    /// A barrier.
    Barrier,
    /// A queue that is empty or full.
    Queue,
    /// The end of a thread.
    Join,
    /// The result of a future.
    Future,
    /// Time.
    Sleep,
    /// The event loop's poll.
    Poll,
    /// A socket.
    Socket,
    /// A file or the terminal.
    File,
    /// A pipe to another process.
    Pipe,
    /// The end of a process.
    Process,
    /// Native code that needs no interpreter.
    Native,
}

impl WaitReason {
    /// How the thread queues for the lock afterwards: those that another script thread wakes are no I/O, since that
    /// thread would lose the lock at every `release()` it does.
    pub fn class(self) -> WaitClass {
        match self {
            WaitReason::Lock
            | WaitReason::Condition
            | WaitReason::Event
            | WaitReason::Semaphore
            | WaitReason::Barrier
            | WaitReason::Queue
            | WaitReason::Join
            | WaitReason::Future => WaitClass::Cpu,
            _ => WaitClass::Io,
        }
    }
}

/// What ended a wait.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Wake {
    /// Another thread unparked this one.
    Woken,
    /// The deadline passed.
    TimedOut,
    /// A signal or exception was posted to the thread: handle it, then wait again or give up.
    Interrupted,
}

impl GilThread {
    /// Ends the thread's park, or lets its next park end at once. Needs no lock.
    ///
    /// At most one unpark is remembered, as with [`std::thread::park`].
    pub fn unpark(&self) {
        let mut state = self.0.lock.state.lock();
        state.emit(self.0.id, || EventKind::Unpark);
        state.end_park(&self.0, Wake::Woken);
    }
}

impl Gil {
    /// Gives the lock up until the thread is unparked, interrupted, or `deadline` passes; then takes it back.
    ///
    /// The wake-up may be left over from an earlier wait, so the caller checks its condition and parks again. None is
    /// lost: the flags that end a park are set and consumed under the lock's mutex, which also puts the thread to sleep.
    pub fn park(&mut self, reason: WaitReason, deadline: Option<Moment>) -> Wake {
        let thread = self.thread();
        thread.lock().park(&thread.0, reason, deadline)
    }

    /// Gives the lock up until `deadline`, or until the thread is interrupted. True if the time has passed.
    pub fn sleep_until(&mut self, deadline: Moment) -> bool {
        loop {
            match self.park(WaitReason::Sleep, Some(deadline)) {
                Wake::TimedOut => return true,
                Wake::Interrupted => return false,
                Wake::Woken => {}
            }
        }
    }

    /// Runs a system call, or native code that needs no interpreter, without the lock.
    ///
    /// The closure is `Send` so that no value gets out. It may attach, to this or another interpreter. If it panics, the
    /// lock is taken back before the panic goes on.
    pub fn blocking<R: Send>(&mut self, reason: WaitReason, call: impl FnOnce() -> R + Send) -> R {
        let _outside = Outside::enter(self.thread(), reason);
        call()
    }

    /// Answers the lock's bits of the breaker at a preemption point; `ticks` is the number of instructions since the last.
    ///
    /// May give the lock to another thread and take it back. The other bits are the caller's to answer.
    pub fn poll(&mut self, ticks: u32) {
        let thread = self.thread();
        let lock = thread.lock();
        if lock.wants_way(&thread.0, ticks) {
            lock.give_way(&thread.0);
        }
    }

    /// Gives the lock to a waiter if there is one, unasked (`time.sleep(0)`, `os.sched_yield`).
    pub fn yield_now(&mut self) {
        let thread = self.thread();
        thread.lock().give_way(&thread.0);
    }
}

impl GilLock {
    fn wants_way(&self, record: &Record, ticks: u32) -> bool {
        if self.breaker.has(EvalBreaker::GIL_DROP_REQUEST) {
            return true;
        }
        if !self.breaker.has(EvalBreaker::EVERY_POLL) {
            return false;
        }
        if self.deterministic {
            return self.scheduler.preempt(record.id);
        }
        let left = self.ticks_left.fetch_sub(i64::from(ticks), Ordering::Relaxed) - i64::from(ticks);
        if left > 0 {
            return false;
        }
        let full = self.policy().ticks().unwrap_or(1);
        self.ticks_left.store(i64::from(full), Ordering::Relaxed);
        true
    }

    fn park(&self, record: &Arc<Record>, reason: WaitReason, deadline: Option<Moment>) -> Wake {
        let began = self.scheduler.now();
        let mut state = self.state.lock();
        if record.unparked.swap(false, Relaxed) {
            return Wake::Woken;
        }
        if record.interrupted.swap(false, Relaxed) {
            return Wake::Interrupted;
        }
        if deadline.is_some_and(|deadline| deadline <= began) {
            drop(state);
            self.give_way(record);
            return Wake::TimedOut;
        }
        state.emit(record.id, || EventKind::BlockBegin { reason });
        let wake;
        if self.deterministic {
            record.timed_out.store(false, Relaxed);
            state.park_turn(record, deadline);
            state = super::turns::wait_turn(state, record);
            wake = state.park_result(record);
        } else {
            state = self.release(state, record);
            wake = loop {
                if record.unparked.swap(false, Relaxed) {
                    break Wake::Woken;
                }
                if record.interrupted.swap(false, Relaxed) {
                    break Wake::Interrupted;
                }
                let left = deadline.map(|deadline| deadline.since(self.scheduler.now()));
                if left == Some(Duration::ZERO) {
                    break Wake::TimedOut;
                }
                state = record.wake.wait(state, left);
            };
            state = self.acquire(state, record, reason.class());
        }
        let took = self.scheduler.now().since(began);
        count(&record.counters.blocked, took);
        state.emit(record.id, || EventKind::BlockEnd { reason, took, wake });
        wake
    }
}
