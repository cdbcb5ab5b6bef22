//! The one door for waiting, as the machine uses it.

use std::time::Duration;

use super::signals::SignalState;
use crate::gil::{Moment, WaitQueue, WaitReason, Wake};
use crate::object::{Raised, Vm};

impl Vm {
    /// Runs a system call, or native code that needs no interpreter, without the lock. On the main thread a signal for
    /// the script ends a call that waits with EINTR: poll, then call again.
    pub fn blocking<R: Send>(&mut self, reason: WaitReason, call: impl FnOnce() -> R + Send) -> R {
        if !self.thread.is_main {
            return self.gil.blocking(reason, call);
        }
        let called = self.interp.extension::<SignalState>(&mut self.gil).called.clone();
        self.gil.blocking(reason, || {
            let _in_call = called.enter();
            call()
        })
    }

    /// As [`Vm::blocking`], for a call that is made again after a signal (PEP 475).
    ///
    /// # Errors
    ///
    /// KeyboardInterrupt, or what a signal handler raises; what the call says is the inner result.
    pub(crate) fn blocking_again<R: Send>(
        &mut self,
        reason: WaitReason,
        call: impl Fn() -> std::io::Result<R> + Sync,
    ) -> Result<std::io::Result<R>, Raised> {
        loop {
            match self.blocking(reason, &call) {
                Err(error) if error.kind() == std::io::ErrorKind::Interrupted => self.poll()?,
                result => return Ok(result),
            }
        }
    }

    /// The moment that is `timeout` away; None for no timeout.
    pub fn deadline(&self, timeout: Option<Duration>) -> Option<Moment> {
        let now = self.interp.lock.scheduler().now();
        timeout.map(|timeout| now + timeout.min(Duration::from_secs(1 << 32)))
    }

    /// Waits in a queue until woken (true) or until the deadline has passed (false). Signals are handled meanwhile.
    ///
    /// # Errors
    ///
    /// KeyboardInterrupt, or what a signal handler raises; the thread then is not in the queue any more.
    pub fn wait_in(&mut self, queue: &WaitQueue, reason: WaitReason, deadline: Option<Moment>) -> Result<bool, Raised> {
        loop {
            match queue.wait(&mut self.gil, reason, deadline) {
                Wake::Woken => return Ok(true),
                Wake::TimedOut => return Ok(false),
                Wake::Interrupted => self.poll()?,
            }
        }
    }

    /// Sleeps without the lock; an interruption is handled and the sleep goes on (PEP 475).
    ///
    /// # Errors
    ///
    /// KeyboardInterrupt, or what a signal handler raises.
    pub fn sleep(&mut self, duration: Duration) -> Result<(), Raised> {
        if duration.is_zero() {
            self.gil.yield_now();
            return self.poll();
        }
        let Some(deadline) = self.deadline(Some(duration)) else { return Ok(()) };
        while !self.gil.sleep_until(deadline) {
            self.poll()?;
        }
        Ok(())
    }

    /// Answers what other threads ask of this one, and gives them the lock if it `may_switch`.
    pub(crate) fn on_lock_request(&mut self, may_switch: bool) -> Result<(), Raised> {
        use crate::gil::EvalBreaker;
        // SAFETY: the breaker lives as long as the interpreter, which this thread keeps.
        let requested = unsafe { (*self.breaker).requested() };
        if requested & EvalBreaker::ADDRESSED != 0 {
            self.handle_posted()?;
        }
        if requested & EvalBreaker::PENDING_DROPS != 0 {
            self.drop_deferred();
        }
        if may_switch && requested & EvalBreaker::LOCK != 0 {
            self.gil.poll(1);
        }
        Ok(())
    }
}
