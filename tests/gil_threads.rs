//! The lock under real threads: outcomes and generous bounds.

use std::sync::atomic::{AtomicBool, AtomicU32, AtomicU64, Ordering::SeqCst};
use std::sync::{Arc, Mutex, mpsc};
use std::thread;
use std::time::{Duration, Instant};

use mini::gil::policy::{Fifo, IoFirst, Policy, Seeded, Ticks, TimedDrop};
use mini::gil::*;

fn lock_with(policy: impl Policy + 'static, interval: Duration) -> Arc<GilLock> {
    GilLock::new(LockConfig { policy: Arc::new(policy), interval, ..LockConfig::default() })
}

fn every_policy() -> Vec<Arc<GilLock>> {
    let interval = Duration::from_millis(1);
    vec![
        lock_with(TimedDrop, interval),
        lock_with(Ticks::default(), interval),
        lock_with(Fifo, interval),
        lock_with(IoFirst::default(), interval),
        lock_with(Seeded, interval),
    ]
}

/// Does what the evaluation loop does at a preemption point.
fn poll(gil: &mut Gil, breaker: &EvalBreaker) {
    if breaker.requested() != 0 {
        gil.poll(1);
    }
}

#[test]
fn one_thread_at_a_time() {
    for lock in every_policy() {
        let inside = Arc::new(AtomicU32::new(0));
        let workers: Vec<_> = (0..4)
            .map(|number| {
                let (lock, inside) = (lock.clone(), inside.clone());
                thread::spawn(move || {
                    let mut guard = lock.register(&format!("worker {number}")).attach().unwrap();
                    for turn in 0..300 {
                        assert_eq!(inside.fetch_add(1, SeqCst), 0, "{}", lock.policy().name());
                        thread::yield_now();
                        inside.fetch_sub(1, SeqCst);
                        match turn % 3 {
                            0 => guard.gil().yield_now(),
                            1 => guard.detach(thread::yield_now),
                            _ => poll(guard.gil(), lock.breaker()),
                        }
                    }
                })
            })
            .collect();
        for worker in workers {
            worker.join().unwrap();
        }
        assert_eq!(lock.holder(), None);
        assert_eq!(lock.waiting(), 0);
    }
}

#[test]
fn threads_that_compute_share_the_lock() {
    for lock in every_policy() {
        let stop = Arc::new(AtomicBool::new(false));
        let turns: Arc<[AtomicU64; 2]> = Arc::default();
        let workers = [0, 1].map(|number| {
            let (lock, stop, turns) = (lock.clone(), stop.clone(), turns.clone());
            thread::spawn(move || {
                let thread = lock.register("cpu");
                let mut guard = thread.attach().unwrap();
                while !stop.load(SeqCst) {
                    turns[number].fetch_add(1, SeqCst);
                    poll(guard.gil(), lock.breaker());
                }
                drop(guard);
                thread.stats()
            })
        });
        let end = Instant::now() + Duration::from_secs(20);
        while turns.iter().any(|count| count.load(SeqCst) < 2_000) || lock.switches() < 10 {
            assert!(Instant::now() < end, "{} starves a thread", lock.policy().name());
            thread::sleep(Duration::from_millis(5));
        }
        stop.store(true, SeqCst);
        let stats = workers.map(|worker| worker.join().unwrap());
        assert!(stats.iter().all(|stats| stats.switches > 0 && stats.held > Duration::ZERO));
        let forced: u64 = stats.iter().map(|stats| stats.forced_switches).sum();
        assert_eq!(forced > 0, lock.policy().name() == "timed");
    }
}

/// The median time that a thread waits for the lock after a sleep, beside one that computes.
fn lateness_beside_cpu(lock: &Arc<GilLock>) -> Duration {
    let stop = Arc::new(AtomicBool::new(false));
    let cpu = {
        let (lock, stop) = (lock.clone(), stop.clone());
        thread::spawn(move || {
            let mut guard = lock.register("cpu").attach().unwrap();
            while !stop.load(SeqCst) {
                poll(guard.gil(), lock.breaker());
            }
        })
    };
    while lock.holder().is_none() {
        thread::yield_now();
    }
    let mut guard = lock.register("io").attach().unwrap();
    let mut late: Vec<Duration> = (0..21)
        .map(|_| {
            let due = lock.scheduler().now() + Duration::from_millis(2);
            assert!(guard.gil().sleep_until(due));
            lock.scheduler().now().since(due)
        })
        .collect();
    stop.store(true, SeqCst);
    drop(guard);
    cpu.join().unwrap();
    late.sort();
    late[late.len() / 2]
}

#[test]
fn io_first_does_not_wait_for_the_interval() {
    let interval = Duration::from_millis(60);
    let convoy = lateness_beside_cpu(&lock_with(TimedDrop, interval));
    assert!(convoy >= interval, "an interval is waited for under CPython's policy, not {convoy:?}");
    let boosted = lateness_beside_cpu(&lock_with(IoFirst::default(), interval));
    assert!(boosted < interval / 2, "{boosted:?}");
}

#[test]
fn settings_change_while_threads_wait() {
    let lock = lock_with(TimedDrop, Duration::from_secs(3600));
    let mut guard = lock.register("main").attach().unwrap();
    let (sender, receiver) = mpsc::channel();
    let other = {
        let lock = lock.clone();
        thread::spawn(move || {
            let _guard = lock.register("other").attach().unwrap();
            sender.send(()).unwrap();
        })
    };
    while lock.waiting() == 0 {
        thread::yield_now();
    }
    assert_eq!(lock.breaker().requested(), 0);
    lock.set_interval(Duration::from_millis(1));
    lock.set_policy(Arc::new(Fifo));
    let end = Instant::now() + Duration::from_secs(20);
    while receiver.try_recv().is_err() {
        assert!(Instant::now() < end, "the waiter never asked");
        poll(guard.gil(), lock.breaker());
    }
    other.join().unwrap();
}

#[test]
fn unpark_before_park_is_kept() {
    let lock = lock_with(TimedDrop, Duration::from_millis(5));
    let thread = lock.register("main");
    let mut guard = thread.attach().unwrap();
    thread.unpark();
    assert_eq!(guard.gil().park(WaitReason::Event, None), Wake::Woken);
    let deadline = lock.scheduler().now() + Duration::from_millis(5);
    assert_eq!(guard.gil().park(WaitReason::Event, Some(deadline)), Wake::TimedOut);
    assert!(lock.scheduler().now() >= deadline);
}

#[test]
fn interrupt_ends_a_park_and_shows_its_bit() {
    let lock = lock_with(TimedDrop, Duration::from_millis(5));
    let thread = lock.register("main");
    let mut guard = thread.attach().unwrap();
    let signals = thread.clone();
    let other = thread::spawn(move || {
        while signals.lock().holder().is_some() {
            thread::yield_now();
        }
        signals.interrupt(EvalBreaker::SIGNAL);
    });
    assert_eq!(guard.gil().park(WaitReason::Sleep, None), Wake::Interrupted);
    assert!(lock.breaker().has(EvalBreaker::SIGNAL));
    assert_eq!(thread.take_posted(EvalBreaker::SIGNAL), EvalBreaker::SIGNAL);
    assert!(!lock.breaker().has(EvalBreaker::SIGNAL));
    other.join().unwrap();
}

#[test]
fn wait_queue_wakes_in_order() {
    let lock = lock_with(TimedDrop, Duration::from_millis(5));
    let queue = Arc::new(WaitQueue::new());
    let order = Arc::new(Mutex::new(Vec::new()));
    let mut guard = lock.register("main").attach().unwrap();
    let mut workers = Vec::new();
    for number in 0..3 {
        let (lock, waiters, order) = (lock.clone(), queue.clone(), order.clone());
        workers.push(thread::spawn(move || {
            let mut guard = lock.register("waiter").attach().unwrap();
            assert_eq!(waiters.wait(guard.gil(), WaitReason::Lock, None), Wake::Woken);
            order.lock().unwrap().push(number);
        }));
        while queue.len(guard.gil()) == number {
            guard.detach(thread::yield_now);
        }
    }
    for woken in 1..=3 {
        assert!(queue.wake_one(guard.gil()).is_some());
        while order.lock().unwrap().len() < woken {
            guard.detach(thread::yield_now);
        }
    }
    assert_eq!(queue.wake_one(guard.gil()), None);
    assert_eq!(*order.lock().unwrap(), [0, 1, 2]);
    workers.into_iter().for_each(|worker| worker.join().unwrap());
}

#[test]
fn a_thread_holds_one_lock_at_a_time() {
    let (first, second) = (lock_with(Fifo, Duration::from_millis(5)), lock_with(Fifo, Duration::from_millis(5)));
    let mut guard = first.register("main").attach().unwrap();
    assert_eq!(second.register("main").attach().err(), Some(AttachError::HoldsLock));
    guard.detach(|| {
        assert!(!first.is_held_here());
        let _inner = second.register("main").attach().unwrap();
        assert!(second.is_held_here());
    });
    assert!(first.is_held_here() && !second.is_held_here());
}

#[test]
fn a_panic_outside_takes_the_lock_back() {
    let lock = lock_with(TimedDrop, Duration::from_millis(5));
    let mut guard = lock.register("main").attach().unwrap();
    let outcome = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| guard.detach(|| panic!("outside"))));
    assert!(outcome.is_err());
    assert!(lock.is_held_here());
    assert_eq!(lock.holder(), Some(guard.thread().id()));
}

#[test]
fn deferred_drops_reach_the_holder() {
    let lock = lock_with(TimedDrop, Duration::from_millis(5));
    let drops = Arc::new(DeferredDrops::new(lock.breaker().clone()));
    let from_outside = drops.clone();
    thread::spawn(move || from_outside.push(7)).join().unwrap();
    assert!(lock.breaker().has(EvalBreaker::PENDING_DROPS));
    let mut guard = lock.register("main").attach().unwrap();
    assert_eq!(drops.drain(guard.gil()), [7]);
    assert_eq!(lock.breaker().requested(), 0);
}

#[test]
fn state_after_fork_belongs_to_the_caller() {
    let lock = lock_with(TimedDrop, Duration::from_millis(5));
    let gone = lock.register("gone");
    let mut guard = lock.register("main").attach().unwrap();
    lock.before_fork(guard.gil()).after_fork_child();
    assert!(gone.is_dead());
    assert_eq!(gone.attach().err(), Some(AttachError::HoldsLock));
    assert_eq!(lock.threads().len(), 1);
    assert_eq!(lock.holder(), Some(guard.thread().id()));
}
