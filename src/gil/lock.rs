//! The lock of one interpreter.

use std::fmt;
use std::sync::Arc;
use std::sync::atomic::Ordering::Relaxed;
use std::time::Duration;

use super::policy::{Policy, TimedDrop, WaitClass};
use super::state::State;
use super::sync::{AtomicI64, Mutex, MutexGuard, Ordering};
use super::thread::{GilThread, Record};
use super::turns::{stay_out, wait_turn};
use super::{
    EvalBreaker, EventKind, Gil, Interest, Moment, Observer, OsScheduler, PreemptionModel, Scheduler, Sink, ThreadId,
};

/// CPython's default switch interval.
pub const DEFAULT_SWITCH_INTERVAL: Duration = Duration::from_millis(5);

/// What a lock is made from.
#[derive(Clone)]
pub struct LockConfig {
    /// How the lock is handed over.
    pub policy: Arc<dyn Policy>,
    /// The switch interval.
    pub interval: Duration,
    /// The oracle for choice; it cannot be changed later.
    pub scheduler: Arc<dyn Scheduler>,
    /// Who is told what happens.
    pub sink: Option<Arc<dyn Sink>>,
    /// Where the evaluation loop lets the lock change hands; it cannot be changed later.
    pub preemption: PreemptionModel,
    /// Who is told what the program does; it cannot be changed later.
    pub observer: Option<Arc<dyn Observer>>,
}

impl fmt::Debug for LockConfig {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("LockConfig")
            .field("policy", &self.policy)
            .field("interval", &self.interval)
            .field("scheduler", &self.scheduler)
            .field("preemption", &self.preemption)
            .field("observer", &self.observer)
            .finish_non_exhaustive()
    }
}

impl Default for LockConfig {
    /// CPython's policy at 5 ms, on the OS and the clock, unobserved.
    fn default() -> Self {
        LockConfig {
            policy: Arc::new(TimedDrop),
            interval: DEFAULT_SWITCH_INTERVAL,
            scheduler: Arc::new(OsScheduler::new()),
            sink: None,
            preemption: PreemptionModel::default(),
            observer: None,
        }
    }
}

/// The lock of one interpreter: whoever has it is the interpreter.
///
/// # Algorithm
///
/// One mutex guards the state: the holder, the queue of waiters, the last holder, the number of switches. It is held for
/// tens of instructions and never while script code runs. Each thread sleeps on a condition variable of its own, so a
/// release wakes exactly the thread that the policy chose.
///
/// * *Acquire* takes the lock if it is free, else queues. A queued thread sleeps until the moment at which its policy lets
///   it request a drop; if no switch happened meanwhile it sets the request bit, which the holder's next poll answers.
/// * *Release* under a barging policy frees the lock and notifies the chosen waiter, which may still lose against a
///   newcomer; after a drop request the releaser waits until the last holder is another (the forced switch). Under a
///   direct policy the chosen waiter *is* the holder when the mutex is unlocked.
///
/// # No lost wake-ups
///
/// A thread leaves the queue only by becoming the holder, and a holder's release notifies somebody in the queue if there is
/// anybody. The notified thread's condition (free, or given to it) was made true under the mutex that it sleeps on, so it
/// cannot miss it; if a newcomer took the lock first, that newcomer's release notifies again.
///
/// # Ordering
///
/// All that a holder wrote is seen by the next one, since both pass through the mutex: release-acquire, as for any mutex.
/// The breaker's bits are hints (see [`EvalBreaker`]); a drop request is lost for no holder because it is also in the
/// state, and cleared there only together with the bit, when the lock changes hands.
pub struct GilLock {
    pub(super) state: Mutex<State>,
    pub(super) breaker: Arc<EvalBreaker>,
    pub(super) scheduler: Arc<dyn Scheduler>,
    pub(super) deterministic: bool,
    preemption: PreemptionModel,
    observer: Option<(Arc<dyn Observer>, Interest)>,
    /// Ticks until the holder gives the lock up unasked.
    pub(super) ticks_left: AtomicI64,
}

impl GilLock {
    /// A free lock.
    pub fn new(config: LockConfig) -> Arc<GilLock> {
        let breaker = Arc::new(EvalBreaker::new());
        let deterministic = config.scheduler.is_deterministic();
        let state = State {
            holder: None,
            last_holder: None,
            held_since: Moment::default(),
            switches: 0,
            drop_requested: false,
            queue: Vec::new(),
            closed_for: None,
            parked: Vec::new(),
            forced: None,
            away: None,
            outside: 0,
            policy: config.policy,
            interval: config.interval,
            threads: Vec::new(),
            next_thread: 1,
            sink: config.sink,
            scheduler: config.scheduler.clone(),
            breaker: breaker.clone(),
            deterministic,
        };
        let lock = GilLock {
            state: Mutex::new(state),
            breaker,
            scheduler: config.scheduler,
            deterministic,
            preemption: config.preemption,
            observer: config.observer.map(|observer| {
                let interest = observer.interest();
                (observer, interest)
            }),
            ticks_left: AtomicI64::new(0),
        };
        lock.arm_ticks();
        Arc::new(lock)
    }

    /// Makes a thread known, which then can attach.
    pub fn register(self: &Arc<Self>, name: &str) -> GilThread {
        let mut state = self.state.lock();
        let id = ThreadId::from_number(state.next_thread);
        state.next_thread += 1;
        let thread = GilThread::new(self.clone(), id, name.to_owned());
        state.threads.retain(|known| known.strong_count() > 0);
        state.threads.push(Arc::downgrade(&thread.0));
        state.emit(id, || EventKind::ThreadStart { name: name.to_owned() });
        thread
    }

    /// The registered threads that are not retired.
    pub fn threads(&self) -> Vec<GilThread> {
        self.state.lock().threads.iter().filter_map(|thread| thread.upgrade().map(GilThread)).collect()
    }

    /// The word that the evaluation loop polls.
    pub fn breaker(&self) -> &Arc<EvalBreaker> {
        &self.breaker
    }

    /// The oracle for choice.
    pub fn scheduler(&self) -> &Arc<dyn Scheduler> {
        &self.scheduler
    }

    /// Where the evaluation loop lets the lock change hands.
    pub fn preemption(&self) -> PreemptionModel {
        self.preemption
    }

    /// Who is told what the program does, and what of it.
    pub fn observer(&self) -> Option<&(Arc<dyn Observer>, Interest)> {
        self.observer.as_ref()
    }

    /// Whether the evaluation loop has something to do before each instruction.
    pub fn is_watched(&self) -> bool {
        self.observer.is_some() || matches!(self.preemption, PreemptionModel::Op | PreemptionModel::Line)
    }

    /// Whether the scheduler alone decides runs, on a clock of its own.
    pub fn is_deterministic(&self) -> bool {
        self.deterministic
    }

    /// Who has the lock.
    pub fn holder(&self) -> Option<ThreadId> {
        self.state.lock().holder
    }

    /// How often the lock went from one thread to another.
    pub fn switches(&self) -> u64 {
        self.state.lock().switches
    }

    /// How many threads queue for the lock.
    pub fn waiting(&self) -> usize {
        self.state.lock().queue.len()
    }

    /// The switch interval.
    pub fn interval(&self) -> Duration {
        self.state.lock().interval
    }

    /// Changes the switch interval, for waits that begin from now on (`sys.setswitchinterval`).
    pub fn set_interval(&self, interval: Duration) {
        self.state.lock().interval = interval;
    }

    /// How the lock is handed over.
    pub fn policy(&self) -> Arc<dyn Policy> {
        self.state.lock().policy.clone()
    }

    /// Changes how the lock is handed over, at once.
    pub fn set_policy(&self, policy: Arc<dyn Policy>) {
        let mut state = self.state.lock();
        state.policy = policy;
        for waiting in &state.queue {
            waiting.record.wake.notify();
        }
        drop(state);
        self.arm_ticks();
    }

    /// Sets or ends the observation of what happens.
    pub fn set_sink(&self, sink: Option<Arc<dyn Sink>>) {
        self.state.lock().sink = sink;
    }

    fn arm_ticks(&self) {
        let ticks = self.state.lock().policy.ticks();
        self.ticks_left.store(ticks.map_or(0, i64::from), Ordering::Relaxed);
        if ticks.is_some() || self.deterministic {
            self.breaker.set(EvalBreaker::EVERY_POLL);
        } else {
            self.breaker.clear(EvalBreaker::EVERY_POLL);
        }
    }

    /// Closes the lock to all other threads than the calling one, at the interpreter's end: who asks for it waits for
    /// ever, as daemon threads of CPython do from 3.13 on.
    ///
    /// # Panics
    ///
    /// If the token is another lock's.
    pub fn close(&self, gil: &mut Gil) {
        let record = gil.thread().0;
        assert!(std::ptr::eq(&*record.lock, self), "the token belongs to another lock");
        let mut state = self.state.lock();
        state.closed_for = Some(record.id);
        state.queue.retain(|waiting| waiting.record.id == record.id);
        state.parked.retain(|parked| parked.record.id == record.id);
        state.drop_requested = false;
        self.breaker.clear(EvalBreaker::GIL_DROP_REQUEST);
    }

    /// Waits for the lock and takes it.
    pub(super) fn acquire<'a>(
        &'a self,
        mut state: MutexGuard<'a, State>,
        record: &Arc<Record>,
        class: WaitClass,
    ) -> MutexGuard<'a, State> {
        state = stay_out(state, record);
        if self.deterministic {
            if state.holder != Some(record.id) {
                state.make_ready(record);
            }
            return wait_turn(state, record);
        }
        let mut now = self.scheduler.now();
        if state.holder.is_none() {
            state.take(record, now);
            return state;
        }
        state.enqueue(record, class, now);
        let waiter = state.queue[state.queue.len() - 1].waiter;
        let (mut quiet_since, mut seen) = (now, state.switches);
        loop {
            state = stay_out(state, record);
            if state.holder == Some(record.id) {
                return state;
            }
            if state.holder.is_none() {
                state.take(record, now);
                return state;
            }
            if state.switches != seen {
                (quiet_since, seen) = (now, state.switches);
            }
            let limit = match state.policy.request_at(&waiter, &state.context(now, quiet_since)) {
                Some(at) if at > now => Some(at.since(now)),
                Some(_) => {
                    if !state.drop_requested {
                        state.request_drop(record);
                    }
                    Some(state.interval.max(Duration::from_micros(10)))
                }
                None => None,
            };
            state = record.wake.wait(state, limit);
            now = self.scheduler.now();
        }
    }

    /// Gives the lock up; returns when the thread may go on without it.
    pub(super) fn release<'a>(
        &'a self,
        mut state: MutexGuard<'a, State>,
        record: &Arc<Record>,
    ) -> MutexGuard<'a, State> {
        let now = self.scheduler.now();
        let must_wait = state.release(record, now);
        if !must_wait {
            return state;
        }
        record.counters.forced.fetch_add(1, Relaxed);
        state.emit(record.id, || EventKind::ForcedSwitch);
        state.forced = Some(record.clone());
        while state.last_holder == Some(record.id) && state.holder.is_none() && !state.queue.is_empty() {
            state = record.wake.wait(state, None);
        }
        state
    }

    /// Gives the lock up to a waiter and takes it back.
    pub(super) fn give_way(&self, record: &Arc<Record>) {
        let mut state = self.state.lock();
        if self.deterministic {
            if state.queue.is_empty() && state.parked.is_empty() {
                return;
            }
            let now = self.scheduler.now();
            state.enqueue(record, WaitClass::Cpu, now);
            state.release(record, now);
            drop(wait_turn(state, record));
            return;
        }
        if state.queue.is_empty() {
            state.drop_requested = false;
            self.breaker.clear(EvalBreaker::GIL_DROP_REQUEST);
            return;
        }
        if state.policy.ticks().is_some() {
            // The others get the moment between release and the next attempt, as they do in Python 2.
            drop(self.release(state, record));
            state = self.state.lock();
        } else {
            state = self.release(state, record);
        }
        drop(self.acquire(state, record, WaitClass::Cpu));
    }
}

impl fmt::Debug for GilLock {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let state = self.state.lock();
        f.debug_struct("GilLock")
            .field("holder", &state.holder)
            .field("waiting", &state.queue.len())
            .field("policy", &state.policy)
            .field("interval", &state.interval)
            .finish_non_exhaustive()
    }
}
