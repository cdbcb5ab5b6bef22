//! Where the lock may change hands, and what observers see. All runs are seeded, so that none depends on luck.

use std::sync::{Arc, Mutex};

use mini::Interpreter;
use mini::gil::{Interest, Observation, Observed, Observer, PreemptionModel};

/// Four threads that count with the statements of `body`; how many of 400 counts were lost.
fn lost(model: PreemptionModel, seed: u64, body: &str) -> i64 {
    let interpreter = Interpreter::builder().preemption(model).seed(seed).build().unwrap();
    let script = format!(
        "import threading\n\
         class C: pass\n\
         c = C()\n\
         c.v = 0\n\
         d = {{'v': 0}}\n\
         lock = threading.Lock()\n\
         def work():\n    \
             for _ in range(100):\n        \
                 {}\n\
         threads = [threading.Thread(target=work) for _ in range(4)]\n\
         for thread in threads: thread.start()\n\
         for thread in threads: thread.join()\n\
         lost = 400 - c.v - d['v']\n",
        body.replace('\n', "\n        ")
    );
    interpreter.run(&script).unwrap();
    interpreter.get("lost").unwrap()
}

/// Whether the model loses counts with some seed out of eight.
fn loses(model: PreemptionModel, body: &str) -> bool {
    (0..8).any(|seed| lost(model, seed, body) != 0)
}

const SPLIT: &str = "seen = c.v\nc.v = seen + 1";
const LOCKED_APART: &str = "with lock:\n    seen = c.v\nwith lock:\n    c.v = seen + 1";

#[test]
fn cpython_never_tears_an_update() {
    for body in ["c.v += 1", "d['v'] += 1", SPLIT] {
        assert!(!loses(PreemptionModel::Cpython313, body), "{body}");
    }
}

#[test]
fn cpython_tears_where_a_call_stands_between() {
    assert!(loses(PreemptionModel::Cpython313, "c.v = c.v + int(1)"));
    assert!(loses(PreemptionModel::Cpython313, LOCKED_APART));
}

#[test]
fn any_instruction_tears_updates() {
    for body in ["c.v += 1", "d['v'] += 1", SPLIT] {
        assert!(loses(PreemptionModel::Op, body), "{body}");
    }
}

#[test]
fn lines_are_whole() {
    for body in ["c.v += 1", "c.v = c.v + int(1)", "seen = c.v; c.v = seen + 1"] {
        assert!(!loses(PreemptionModel::Line, body), "{body}");
    }
    assert!(loses(PreemptionModel::Line, SPLIT));
}

#[test]
fn only_synchronisation_switches() {
    for body in ["c.v += 1", "c.v = c.v + int(1)", SPLIT] {
        assert!(!loses(PreemptionModel::Sync, body), "{body}");
    }
    assert!(loses(PreemptionModel::Sync, LOCKED_APART));
}

#[test]
fn a_lock_helps_in_every_model() {
    for model in PreemptionModel::ALL {
        assert!(!loses(model, "with lock:\n    seen = c.v\n    c.v = seen + int(1)"), "{model}");
    }
}

#[derive(Debug, Default)]
struct Tape(Mutex<Vec<String>>);

impl Observer for Tape {
    fn observe(&self, observation: &Observation<'_>) {
        let place = observation.place;
        let text = match observation.what {
            Observed::Call => format!("call {}", place.function),
            Observed::Resume => format!("resume {}", place.function),
            Observed::Line => format!("line {}", place.line),
            Observed::Return => format!("return {} from {}", place.function, place.line),
            Observed::Yield => format!("yield {}", place.function),
            Observed::Exception(class) => format!("{class} in {} at {}", place.function, place.line),
            Observed::Unwind => format!("unwind {}", place.function),
            _ => return,
        };
        assert!(observation.thread.number() > 0);
        if place.file.starts_with("<frozen ") {
            return;
        }
        self.0.lock().unwrap().push(format!("{}{text}", " ".repeat(place.depth)));
    }
}

#[test]
fn an_observer_sees_what_happens() {
    let tape = Arc::new(Tape::default());
    let interpreter = Interpreter::builder().observer(tape.clone()).build().unwrap();
    let _ = std::mem::take(&mut *tape.0.lock().unwrap());
    let script = "\
def two():
    yield 1
    yield 2

def fail(n):
    return 1 // n

for n in two():
    try:
        fail(n - 1)
    except ZeroDivisionError:
        pass
";
    interpreter.run(script).unwrap();
    let expected = "\
call <module>
line 1
line 5
line 8
 call two
 line 2
 yield two
line 10
 call fail
 line 6
 ZeroDivisionError in fail at 6
 unwind fail
ZeroDivisionError in <module> at 10
line 11
line 12
line 8
 resume two
 line 3
 yield two
line 10
 call fail
 line 6
 return fail from 6
line 8
 resume two
 return two from 3
return <module> from 8";
    assert_eq!(tape.0.lock().unwrap().join("\n"), expected);
}

#[derive(Debug, Default)]
struct Switches(Mutex<Vec<(u64, u64)>>);

impl Observer for Switches {
    fn interest(&self) -> Interest {
        Interest::SWITCHES
    }

    fn observe(&self, observation: &Observation<'_>) {
        let Observed::Switch { from } = observation.what else { panic!("not asked for {observation:?}") };
        self.0.lock().unwrap().push((from.number(), observation.thread.number()));
    }
}

#[test]
fn an_observer_sees_switches_between_threads() {
    let switches = Arc::new(Switches::default());
    let interpreter = Interpreter::builder().observer(switches.clone()).seed(5).build().unwrap();
    let script = "\
import threading
def work():
    for _ in range(50): pass
threads = [threading.Thread(target=work) for _ in range(2)]
for thread in threads: thread.start()
for thread in threads: thread.join()
";
    interpreter.run(script).unwrap();
    let seen = switches.0.lock().unwrap();
    assert!(seen.len() > 4 && seen.iter().all(|(from, to)| from != to));
    assert!(seen.windows(2).all(|pair| pair[0].1 == pair[1].0), "each switch starts where the last one ended");
}
