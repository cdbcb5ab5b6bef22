//! The lock under a model checker: each test runs under many schedules, and a lost wake-up shows as a deadlock.

mod gil;

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering::Relaxed};
use std::time::Duration;

use shuttle::thread;

use gil::policy::{Handover, Policy, PolicyContext, Ticks, Waiter};
use gil::{EvalBreaker, Gil, GilLock, LockConfig, Moment, Scheduler, ThreadId, WaitQueue, WaitReason, Wake};

const SCHEDULES: usize = 1_500;

/// A clock that moves when it is read, so that schedules do not depend on the machine's.
#[derive(Debug, Default)]
struct CountingClock(AtomicU64);

impl Scheduler for CountingClock {
    fn now(&self) -> Moment {
        Moment::from_nanos(self.0.fetch_add(1, Relaxed))
    }

    fn wall_clock(&self) -> Duration {
        Duration::ZERO
    }

    fn random_seed(&self) -> u64 {
        0
    }
}

/// Requests a drop at once, and never again: a request that gets lost is not made good by the next.
#[derive(Debug)]
struct Eager(Handover);

impl Policy for Eager {
    fn name(&self) -> &'static str {
        "eager"
    }

    fn handover(&self) -> Handover {
        self.0
    }

    fn request_at(&self, _waiter: &Waiter, context: &PolicyContext<'_>) -> Option<Moment> {
        Some(context.now)
    }
}

fn lock_with(policy: Arc<dyn Policy>) -> Arc<GilLock> {
    let config = LockConfig {
        policy,
        interval: Duration::MAX,
        scheduler: Arc::<CountingClock>::default(),
        ..Default::default()
    };
    GilLock::new(config)
}

fn every_policy() -> [Arc<dyn Policy>; 4] {
    [
        Arc::new(Ticks { interval: 1 }),
        Arc::new(Eager(Handover::Barging { forced_switch: true })),
        Arc::new(Eager(Handover::Barging { forced_switch: false })),
        Arc::new(Eager(Handover::Direct)),
    ]
}

fn poll(gil: &mut Gil, breaker: &EvalBreaker) {
    if breaker.requested() != 0 {
        gil.poll(1);
    }
}

#[test]
fn the_lock_excludes_and_is_never_lost() {
    for policy in every_policy() {
        shuttle::check_random(
            move || {
                let lock = lock_with(policy.clone());
                let inside = Arc::new(AtomicBool::new(false));
                let workers: Vec<_> = (0..3)
                    .map(|_| {
                        let (lock, inside) = (lock.clone(), inside.clone());
                        thread::spawn(move || {
                            let mut guard = lock.register("worker").attach().unwrap();
                            for turn in 0..4 {
                                assert!(!inside.swap(true, Relaxed));
                                thread::yield_now();
                                inside.store(false, Relaxed);
                                match turn % 3 {
                                    0 => poll(guard.gil(), lock.breaker()),
                                    1 => guard.detach(thread::yield_now),
                                    _ => guard.gil().yield_now(),
                                }
                            }
                        })
                    })
                    .collect();
                workers.into_iter().for_each(|worker| worker.join().unwrap());
                assert_eq!((lock.holder(), lock.waiting()), (None, 0));
            },
            SCHEDULES,
        );
    }
}

#[test]
fn a_drop_request_reaches_the_holder_and_forces_a_switch() {
    for handover in [Handover::Barging { forced_switch: true }, Handover::Direct] {
        shuttle::check_random(
            move || {
                let lock = lock_with(Arc::new(Eager(handover)));
                let served = Arc::new(AtomicBool::new(false));
                let mut guard = lock.register("holder").attach().unwrap();
                let waiter = {
                    let (lock, served) = (lock.clone(), served.clone());
                    thread::spawn(move || {
                        let _guard = lock.register("waiter").attach().unwrap();
                        served.store(true, Relaxed);
                    })
                };
                while !lock.breaker().has(EvalBreaker::GIL_DROP_REQUEST) {
                    thread::yield_now();
                }
                guard.gil().poll(1);
                assert!(served.load(Relaxed));
                assert!(!lock.breaker().has(EvalBreaker::GIL_DROP_REQUEST));
                drop(guard);
                waiter.join().unwrap();
            },
            SCHEDULES,
        );
    }
}

#[test]
fn an_unpark_is_never_lost() {
    for policy in every_policy() {
        shuttle::check_random(
            move || {
                let lock = lock_with(policy.clone());
                let ready = Arc::new(AtomicUsize::new(0));
                let consumer = lock.register("consumer");
                let producer = {
                    let (consumer, ready) = (consumer.clone(), ready.clone());
                    thread::spawn(move || {
                        for _ in 0..3 {
                            ready.fetch_add(1, Relaxed);
                            consumer.unpark();
                        }
                    })
                };
                let mut guard = consumer.attach().unwrap();
                while ready.load(Relaxed) < 3 {
                    assert_eq!(guard.gil().park(WaitReason::Queue, None), Wake::Woken);
                }
                drop(guard);
                producer.join().unwrap();
            },
            SCHEDULES,
        );
    }
}

/// Two waiters, one of them with a deadline, are woken as often as anybody waits and interrupted in between:
/// whoever is chosen says so, and nobody else does.
#[test]
fn each_wake_up_reaches_one_waiter() {
    for policy in every_policy() {
        shuttle::check_random(
            move || {
                let lock = lock_with(policy.clone());
                let queue = Arc::new(WaitQueue::new());
                let (woken, given_up) = (Arc::new(AtomicUsize::new(0)), Arc::new(AtomicUsize::new(0)));
                let waiters: Vec<_> = [true, false]
                    .into_iter()
                    .map(|timed| {
                        let thread = lock.register("waiter");
                        let (queue, woken, given_up) = (queue.clone(), woken.clone(), given_up.clone());
                        let known = thread.clone();
                        let join = thread::spawn(move || {
                            let mut guard = thread.attach().unwrap();
                            let deadline = timed.then(|| thread.lock().scheduler().now() + Duration::from_nanos(12));
                            match queue.wait(guard.gil(), WaitReason::Lock, deadline) {
                                Wake::Woken => woken.fetch_add(1, Relaxed),
                                Wake::TimedOut | Wake::Interrupted => given_up.fetch_add(1, Relaxed),
                            };
                        });
                        (known, join)
                    })
                    .collect();
                let mut guard = lock.register("waker").attach().unwrap();
                let chosen: Option<ThreadId> = queue.wake_one(guard.gil());
                waiters[0].0.interrupt(EvalBreaker::SIGNAL);
                let mut wakes = usize::from(chosen.is_some());
                while woken.load(Relaxed) + given_up.load(Relaxed) < 2 {
                    wakes += usize::from(queue.wake_one(guard.gil()).is_some());
                    guard.detach(thread::yield_now);
                }
                assert_eq!(woken.load(Relaxed), wakes);
                assert!(queue.is_empty(guard.gil()));
                drop(guard);
                waiters.into_iter().for_each(|(_, join)| join.join().unwrap());
            },
            SCHEDULES,
        );
    }
}
