//! How threads take turns under a deterministic scheduler.
//!
//! One thread runs at a time, and each change of the queue is made by the thread that runs: it queues those that it
//! starts or wakes on their behalf, before they have noticed. So the queue's content at each decision is a function of the
//! program and the decisions before, whatever the OS does. A thread in a system call keeps its turn, for the same reason;
//! only if the call sleeps for longer than [`GRACE`] do the others go on, since the call may wait for one of them.

use std::sync::Arc;
use std::sync::atomic::Ordering::Relaxed;
use std::time::{Duration, Instant};

use super::os_task::OsTask;
use super::policy::{Policy, Seeded, WaitClass, Waiter};
use super::state::{Away, Parked, State};
use super::sync::MutexGuard;
use super::thread::Record;
use super::{EventKind, Moment, Wake};

/// How long a system call may take before the others go on without its thread, in real time.
const GRACE: Duration = Duration::from_millis(50);

impl Away {
    /// Whether the call takes long and sleeps: seen twice, since at the first look it may be over and about to say so.
    /// A call that only waits for the processor is not stuck, so that a busy machine changes no run.
    fn is_stuck(&mut self) -> bool {
        if self.since.elapsed() < GRACE {
            return false;
        }
        let asleep = self.task.as_ref().is_none_or(|task| task.is_asleep());
        std::mem::replace(&mut self.asleep, asleep) && asleep
    }
}

impl State {
    /// Queues a thread and, if nobody runs, lets the scheduler decide.
    pub(super) fn make_ready(&mut self, record: &Arc<Record>) {
        if self.is_shut_out(record) {
            return;
        }
        if !self.is_queued(record) {
            let now = self.scheduler.now();
            self.enqueue(record, WaitClass::Cpu, now);
        }
        if self.holder.is_none() {
            self.dispatch();
        }
    }

    /// Gives the free lock to a thread that can run, moving the clock if all wait.
    pub(super) fn dispatch(&mut self) {
        self.expire(self.scheduler.now());
        while self.queue.is_empty() {
            let Some(earliest) = self.parked.iter().filter_map(|parked| parked.deadline).min() else {
                let stuck = !self.parked.is_empty() && self.outside == 0;
                if let (true, Some(last)) = (stuck, self.last_holder) {
                    self.emit(last, || EventKind::Deadlock);
                }
                return;
            };
            self.scheduler.advance_to(earliest);
            self.expire(earliest);
        }
        let now = self.scheduler.now();
        let waiters: Vec<Waiter> = self.queue.iter().map(|waiting| waiting.waiter).collect();
        let chosen = self.queue[Seeded.choose(&waiters, &self.context(now, now))].record.clone();
        self.take(&chosen, now);
        chosen.wake.notify();
    }

    /// Makes those ready whose deadline has come, the earliest first.
    fn expire(&mut self, now: Moment) {
        loop {
            let due = self.parked.iter().enumerate().filter_map(|(index, parked)| Some((parked.deadline?, index)));
            let Some((deadline, index)) = due.min() else { return };
            if deadline > now {
                return;
            }
            let parked = self.parked.remove(index);
            parked.record.timed_out.store(true, Relaxed);
            self.enqueue(&parked.record, WaitClass::Cpu, now);
        }
    }

    /// Parks the running thread and lets another run.
    pub(super) fn park_turn(&mut self, record: &Arc<Record>, deadline: Option<Moment>) {
        self.parked.push(Parked { record: record.clone(), deadline });
        let now = self.scheduler.now();
        self.release(record, now);
    }

    /// What ended the park of `record`, which runs again.
    pub(super) fn park_result(&self, record: &Record) -> Wake {
        let timed_out = record.timed_out.swap(false, Relaxed);
        if record.unparked.swap(false, Relaxed) {
            Wake::Woken
        } else if record.interrupted.swap(false, Relaxed) {
            Wake::Interrupted
        } else {
            debug_assert!(timed_out);
            Wake::TimedOut
        }
    }
}

/// Sleeps for ever if the lock is closed to the thread.
pub(super) fn stay_out<'a>(mut state: MutexGuard<'a, State>, record: &Record) -> MutexGuard<'a, State> {
    while state.is_shut_out(record) {
        state = record.wake.wait(state, None);
    }
    state
}

/// Waits until `record` has the lock.
pub(super) fn wait_turn<'a>(mut state: MutexGuard<'a, State>, record: &Arc<Record>) -> MutexGuard<'a, State> {
    while state.holder != Some(record.id) {
        state = stay_out(state, record);
        if state.holder.is_none() && state.is_queued(record) {
            state.dispatch();
            continue;
        }
        if state.away.as_mut().is_some_and(Away::is_stuck) {
            state.away = None;
            state.outside += 1;
            state.holder = None;
            state.dispatch();
            continue;
        }
        state = record.wake.wait(state, Some(GRACE));
    }
    state
}

/// Notes that the running thread enters a system call.
pub(super) fn go_away(state: &mut State) {
    state.away = Some(Away { since: Instant::now(), task: OsTask::current(), asleep: false });
}

/// Takes the turn back after a system call.
pub(super) fn come_back<'a>(mut state: MutexGuard<'a, State>, record: &Arc<Record>) -> MutexGuard<'a, State> {
    if state.holder == Some(record.id) && state.away.take().is_some() {
        return state;
    }
    state.outside -= 1;
    state.make_ready(record);
    wait_turn(state, record)
}
