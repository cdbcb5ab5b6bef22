//! Runs under the seeded scheduler: repeatable, on a clock of their own.

use std::sync::{Arc, Mutex};
use std::thread;
use std::time::{Duration, Instant};

use mini::gil::*;

#[derive(Default)]
struct Tape(Mutex<Vec<Event>>);

impl Sink for Tape {
    fn event(&self, event: Event) {
        self.0.lock().unwrap().push(event);
    }
}

fn seeded(seed: u64) -> (Arc<GilLock>, Arc<Tape>) {
    let tape = Arc::new(Tape::default());
    let scheduler = Arc::new(SeededScheduler::new(seed));
    (GilLock::new(LockConfig { scheduler, sink: Some(tape.clone()), ..LockConfig::default() }), tape)
}

/// Three threads that compute, sleep, call the system and wait for each other; what they did, in order.
fn run(seed: u64) -> (Vec<(usize, usize)>, Vec<String>, Moment) {
    let (lock, tape) = seeded(seed);
    let order = Arc::new(Mutex::new(Vec::new()));
    let finished = Arc::new(WaitQueue::new());
    let mut guard = lock.register("main").attach().unwrap();
    let workers: Vec<_> = (0..3)
        .map(|number| {
            let thread = lock.register("worker");
            thread.announce();
            let (order, finished) = (order.clone(), finished.clone());
            thread::spawn(move || {
                let mut guard = thread.attach().unwrap();
                for turn in 0..8 {
                    order.lock().unwrap().push((number, turn));
                    guard.gil().poll(1);
                    if turn == number {
                        let due = thread.lock().scheduler().now() + Duration::from_secs(number as u64 + 1);
                        assert!(guard.gil().sleep_until(due));
                    }
                    guard.gil().blocking(WaitReason::File, thread::yield_now);
                }
                finished.wake_one(guard.gil());
                drop(guard);
            })
        })
        .collect();
    while order.lock().unwrap().len() < 24 {
        let deadline = lock.scheduler().now() + Duration::from_secs(100);
        finished.wait(guard.gil(), WaitReason::Join, Some(deadline));
    }
    let end = lock.scheduler().now();
    drop(guard);
    workers.into_iter().for_each(|worker| worker.join().unwrap());
    let events = tape.0.lock().unwrap().iter().map(|event| format!("{event:?}")).collect();
    let order = order.lock().unwrap().clone();
    (order, events, end)
}

#[test]
fn a_seed_fixes_the_run() {
    for seed in 0..10 {
        assert_eq!(run(seed), run(seed));
    }
}

#[test]
fn seeds_differ() {
    let first = run(0).0;
    assert!((1..10).any(|seed| run(seed).0 != first));
}

#[test]
fn sleeping_takes_no_time() {
    let began = Instant::now();
    let (lock, _) = seeded(1);
    let mut guard = lock.register("main").attach().unwrap();
    let due = lock.scheduler().now() + Duration::from_secs(86_400);
    assert!(guard.gil().sleep_until(due));
    assert!(lock.scheduler().now() >= due);
    assert!(began.elapsed() < Duration::from_secs(60));
}

#[test]
fn a_long_call_lets_the_others_go_on() {
    let (lock, _) = seeded(1);
    let mut guard = lock.register("main").attach().unwrap();
    let thread = lock.register("worker");
    thread.announce();
    let (sender, receiver) = std::sync::mpsc::channel();
    let worker = thread::spawn(move || {
        let _guard = thread.attach().unwrap();
        sender.send(()).unwrap();
    });
    guard.gil().blocking(WaitReason::Pipe, move || receiver.recv_timeout(Duration::from_secs(20))).unwrap();
    drop(guard);
    worker.join().unwrap();
}

#[test]
fn a_deadlock_is_reported_and_an_interrupt_ends_it() {
    let (lock, tape) = seeded(1);
    let thread = lock.register("main");
    let mut guard = thread.attach().unwrap();
    let watcher = {
        let (tape, thread) = (tape.clone(), thread.clone());
        thread::spawn(move || {
            while !tape.0.lock().unwrap().iter().any(|event| event.kind == EventKind::Deadlock) {
                thread::yield_now();
            }
            thread.interrupt(EvalBreaker::SIGNAL);
        })
    };
    assert_eq!(guard.gil().park(WaitReason::Lock, None), Wake::Interrupted);
    watcher.join().unwrap();
}
