//! What the lock's mutex guards: who holds the lock, who waits, and how it changes hands.

use std::sync::atomic::Ordering::Relaxed;
use std::sync::{Arc, Weak};
use std::time::{Duration, Instant};

use super::os_task::OsTask;
use super::policy::{Handover, Policy, PolicyContext, WaitClass, Waiter};
use super::thread::{Record, count};
use super::{EvalBreaker, Event, EventKind, Moment, Scheduler, Sink, ThreadId, Wake};

/// A thread in the queue.
pub(super) struct Waiting {
    pub(super) record: Arc<Record>,
    pub(super) waiter: Waiter,
}

/// A thread that a deterministic scheduler has parked.
pub(super) struct Parked {
    pub(super) record: Arc<Record>,
    pub(super) deadline: Option<Moment>,
}

/// A system call of the holder under a deterministic scheduler.
pub(super) struct Away {
    pub(super) since: Instant,
    /// The thread, where the OS tells what it does.
    pub(super) task: Option<OsTask>,
    /// Whether the thread slept at the last look.
    pub(super) asleep: bool,
}

pub(super) struct State {
    pub(super) holder: Option<ThreadId>,
    pub(super) last_holder: Option<ThreadId>,
    pub(super) held_since: Moment,
    /// How often the lock went to another thread than the last holder.
    pub(super) switches: u64,
    pub(super) drop_requested: bool,
    pub(super) queue: Vec<Waiting>,
    /// The only thread that may still have the lock, at the interpreter's end.
    pub(super) closed_for: Option<ThreadId>,
    pub(super) parked: Vec<Parked>,
    /// The thread that waits until another has taken the lock.
    pub(super) forced: Option<Arc<Record>>,
    /// Since when the holder is in a system call under a deterministic scheduler.
    pub(super) away: Option<Away>,
    /// How many system calls lost their turn by taking too long.
    pub(super) outside: usize,
    pub(super) policy: Arc<dyn Policy>,
    pub(super) interval: Duration,
    pub(super) threads: Vec<Weak<Record>>,
    pub(super) next_thread: u64,
    pub(super) sink: Option<Arc<dyn Sink>>,
    pub(super) scheduler: Arc<dyn Scheduler>,
    pub(super) breaker: Arc<EvalBreaker>,
    pub(super) deterministic: bool,
}

impl State {
    pub(super) fn emit(&self, thread: ThreadId, kind: impl FnOnce() -> EventKind) {
        if let Some(sink) = &self.sink {
            sink.event(Event { at: self.scheduler.now(), thread, kind: kind() });
        }
    }

    pub(super) fn context(&self, now: Moment, quiet_since: Moment) -> PolicyContext<'_> {
        PolicyContext {
            now,
            interval: self.interval,
            held_since: self.held_since,
            quiet_since,
            scheduler: &*self.scheduler,
        }
    }

    /// Whether the lock is closed, and not to `record`.
    pub(super) fn is_shut_out(&self, record: &Record) -> bool {
        self.closed_for.is_some_and(|owner| owner != record.id)
    }

    pub(super) fn is_queued(&self, record: &Record) -> bool {
        self.queue.iter().any(|waiting| waiting.record.id == record.id)
    }

    pub(super) fn enqueue(&mut self, record: &Arc<Record>, class: WaitClass, now: Moment) {
        let waiter = Waiter { thread: record.id, class, since: now };
        self.queue.push(Waiting { record: record.clone(), waiter });
        self.emit(record.id, || EventKind::Request { holder: self.holder });
    }

    /// Makes `record` the holder of the free lock, whether it queues or not.
    pub(super) fn take(&mut self, record: &Arc<Record>, now: Moment) {
        debug_assert!(self.holder.is_none());
        let queued = self.queue.iter().position(|waiting| waiting.record.id == record.id);
        let waited = queued.map_or(Duration::ZERO, |index| now.since(self.queue.remove(index).waiter.since));
        self.holder = Some(record.id);
        self.held_since = now;
        self.drop_requested = false;
        self.breaker.clear(EvalBreaker::GIL_DROP_REQUEST | EvalBreaker::ADDRESSED);
        let posted = record.posted.load(Relaxed);
        if posted != 0 {
            self.breaker.set(posted);
        }
        if self.last_holder != Some(record.id) {
            self.last_holder = Some(record.id);
            self.switches += 1;
            record.counters.switches.fetch_add(1, Relaxed);
            if let Some(forced) = self.forced.take() {
                forced.wake.notify();
            }
        }
        count(&record.counters.waited, waited);
        self.emit(record.id, || EventKind::Acquire { waited });
        // A new holder is a new term for those who ask at once, and the first of them sleeps on the old one's.
        if let Some(eager) = self.queue.iter().find(|waiting| waiting.waiter.class == WaitClass::Io) {
            eager.record.wake.notify();
        }
    }

    /// Takes the lock from its holder and, by the policy, offers or gives it to a waiter.
    /// True if the releaser has to wait until another thread has taken it.
    pub(super) fn release(&mut self, record: &Arc<Record>, now: Moment) -> bool {
        debug_assert_eq!(self.holder, Some(record.id));
        let held = now.since(self.held_since);
        count(&record.counters.held, held);
        self.holder = None;
        self.emit(record.id, || EventKind::Release { held });
        if self.deterministic {
            self.dispatch();
            return false;
        }
        let requested = self.drop_requested;
        let Some(chosen) = self.choose(now) else { return false };
        match self.policy.handover() {
            Handover::Direct => {
                self.take(&chosen, now);
                chosen.wake.notify();
                false
            }
            Handover::Barging { forced_switch } => {
                chosen.wake.notify();
                forced_switch && requested
            }
        }
    }

    /// The waiter that the policy serves next.
    pub(super) fn choose(&self, now: Moment) -> Option<Arc<Record>> {
        let only = match self.queue.as_slice() {
            [] => return None,
            [one] => Some(one),
            _ => None,
        };
        if let Some(one) = only {
            return Some(one.record.clone());
        }
        let waiters: Vec<Waiter> = self.queue.iter().map(|waiting| waiting.waiter).collect();
        let index = self.policy.choose(&waiters, &self.context(now, now));
        Some(self.queue[index.min(waiters.len() - 1)].record.clone())
    }

    /// Asks the holder to give the lock up, for `record`.
    pub(super) fn request_drop(&mut self, record: &Record) {
        let Some(holder) = self.holder else { return };
        self.drop_requested = true;
        self.breaker.set(EvalBreaker::GIL_DROP_REQUEST);
        record.counters.requests.fetch_add(1, Relaxed);
        self.emit(record.id, || EventKind::DropRequest { holder });
    }

    /// Wakes a thread from its park, or lets its next park end at once.
    pub(super) fn end_park(&mut self, record: &Arc<Record>, wake: Wake) {
        match wake {
            Wake::Woken => record.unparked.store(true, Relaxed),
            Wake::Interrupted => record.interrupted.store(true, Relaxed),
            Wake::TimedOut => record.timed_out.store(true, Relaxed),
        }
        if !self.deterministic {
            record.wake.notify();
            return;
        }
        if let Some(index) = self.parked.iter().position(|parked| parked.record.id == record.id) {
            self.parked.remove(index);
            self.make_ready(record);
        }
    }

    /// Removes a thread that will not come back.
    pub(super) fn forget(&mut self, record: &Record) {
        self.queue.retain(|waiting| waiting.record.id != record.id);
        self.parked.retain(|parked| parked.record.id != record.id);
        self.threads.retain(|thread| thread.upgrade().is_some_and(|other| other.id != record.id));
    }
}
