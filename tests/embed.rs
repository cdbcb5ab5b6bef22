//! The interpreter as a library.

use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use mini::{Bytes, Error, ErrorKind, Handle, Interpreter};

fn interpreter() -> Interpreter {
    Interpreter::new().expect("the interpreter starts")
}

#[test]
fn gives_values_back() {
    let m = interpreter();
    m.run("x = 6 * 7\nname = 'mi' + 'ni'").unwrap();
    assert_eq!(m.get::<i64>("x").unwrap(), 42);
    assert_eq!(m.get::<String>("name").unwrap(), "mini");
    assert_eq!(m.eval::<f64>("x / 4").unwrap(), 10.5);
    assert_eq!(m.get::<i64>("missing").unwrap_err().class_name(), "NameError");
}

#[test]
fn converts_both_ways() {
    let m = interpreter();
    m.run("def same(value): return value\ndef kind(value): return type(value).__name__").unwrap();
    macro_rules! there_and_back {
        ($($kind:literal: $type:ty = $value:expr;)*) => {$(
            assert_eq!(m.call::<$type>("same", ($value,)).unwrap(), $value);
            assert_eq!(m.call::<String>("kind", ($value,)).unwrap(), $kind);
        )*};
    }
    there_and_back! {
        "int": i64 = i64::MIN;
        "int": u64 = u64::MAX;
        "int": i128 = i128::MIN;
        "int": u8 = 200;
        "float": f64 = -0.25;
        "bool": bool = true;
        "str": String = "größer".to_owned();
        "NoneType": () = ();
        "NoneType": Option<i64> = None::<i64>;
        "int": Option<i64> = Some(3);
        "list": Vec<Vec<i64>> = vec![vec![1, 2], vec![]];
        "tuple": (i64, String, bool) = (1, "a".to_owned(), false);
        "dict": HashMap<String, i64> = HashMap::from([("a".to_owned(), 1), ("b".to_owned(), 2)]);
        "bytes": Bytes = Bytes(vec![0, 255]);
    }
}

#[test]
fn refuses_what_does_not_convert() {
    let m = interpreter();
    let overflow = m.eval::<u8>("256").unwrap_err();
    assert_eq!((overflow.class_name(), overflow.message()), ("OverflowError", "int does not fit u8"));
    let wrong = m.eval::<String>("3").unwrap_err();
    assert_eq!((wrong.class_name(), wrong.message()), ("TypeError", "expected str, got int"));
    assert_eq!(m.eval::<Vec<String>>("'text'").unwrap_err().class_name(), "TypeError");
    assert_eq!(m.eval::<(i64, i64)>("[1, 2, 3]").unwrap_err().class_name(), "ValueError");
}

#[test]
fn describes_errors() {
    let m = interpreter();
    let error = m.run("def f():\n    return {}['key']\nf()\n").unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Exception);
    assert!(error.is_instance_of("LookupError") && !error.is_instance_of("ValueError"));
    assert_eq!(error.to_string(), "KeyError: 'key'");
    assert!(
        error.traceback().starts_with("Traceback (most recent call last):\n  File \"<script>\", line 3, in <module>\n")
    );
    assert!(error.traceback().contains("line 2, in f\n    return {}['key']\n"));

    let error = m.run("x = (1,\ny = 2\n").unwrap_err();
    assert!(error.is_syntax_error());
    assert_eq!(error.place().map(|place| place.line), Some(1));

    let error = m.run("import sys\nsys.exit(3)").unwrap_err();
    assert_eq!((error.kind(), error.exit_code()), (ErrorKind::Exit, Some(3)));
}

#[test]
fn calls_rust_functions() {
    let m = interpreter();
    m.register("halve", |n: i64| if n % 2 == 0 { Ok(n / 2) } else { Err(Error::new("ValueError", "odd")) }).unwrap();
    m.register("nothing", || ()).unwrap();
    m.attach(|m| m.register_in("host", "join", |words: Vec<String>, glue: String| words.join(&glue))).unwrap();
    m.run("import host\ntext = host.join(['a', 'b'], '-')").unwrap();
    assert_eq!(m.get::<String>("text").unwrap(), "a-b");
    assert_eq!(m.eval::<i64>("halve(8)").unwrap(), 4);
    m.run("try:\n    halve(3)\nexcept ValueError as error:\n    seen = str(error)").unwrap();
    assert_eq!(m.get::<String>("seen").unwrap(), "odd");
    assert_eq!(m.eval::<Option<i64>>("nothing()").unwrap(), None);
    assert_eq!(m.run("halve()").unwrap_err().message(), "halve expected 1 argument, got 0");
    assert_eq!(m.run("halve(n=1)").unwrap_err().message(), "halve() takes no keyword arguments");
    assert_eq!(m.eval::<String>("repr(halve)").unwrap(), "<native function halve>");
}

#[test]
fn an_exception_comes_through_rust_as_itself() {
    let m = interpreter();
    m.run("class Own(Exception): pass\ndef fail(): raise Own('mine')").unwrap();
    let error = m.call::<()>("fail", ()).unwrap_err();
    let error = Mutex::new(Some(error));
    m.register("again", move || -> Result<(), Error> { Err(error.lock().unwrap().take().unwrap()) }).unwrap();
    m.run("try:\n    again()\nexcept Own as error:\n    caught = error.args").unwrap();
    assert_eq!(m.get::<(String,)>("caught").unwrap().0, "mine");
}

#[test]
fn a_panic_is_a_system_error() {
    let m = interpreter();
    m.register("boom", || -> i64 { panic!("on purpose") }).unwrap();
    let error = m.run("def f(a):\n    return [a, boom()]\nf(1)").unwrap_err();
    assert_eq!((error.class_name(), error.message()), ("SystemError", "native code panicked: on purpose"));
    m.run("try:\n    f(2)\nexcept SystemError:\n    after = 'fine'").unwrap();
    assert_eq!(m.get::<String>("after").unwrap(), "fine");
}

#[test]
fn handles_outlive_attachments() {
    let m = Arc::new(interpreter());
    m.run("class Counter:\n    def __init__(self): self.n = 0\n    def add(self, k):\n        self.n += k\n        return self.n").unwrap();
    let counter: Handle = m.eval("Counter()").unwrap();
    let thread = {
        let m = m.clone();
        std::thread::spawn(move || {
            m.attach(|m| m.call_method::<i64>(&counter, "add", (2,)).unwrap());
            counter
        })
    };
    let counter = thread.join().unwrap();
    assert_eq!(m.attach(|m| m.getattr::<i64>(&counter, "n")).unwrap(), 2);
    let other = interpreter();
    assert_eq!(other.attach(|m| m.repr(&counter)).unwrap_err().class_name(), "RuntimeError");
    drop(m);
    // The interpreter is gone; its object goes with the last handle.
    other.attach(|_| drop(counter));
}

#[test]
fn one_attachment_a_thread() {
    let (a, b) = (interpreter(), interpreter());
    a.attach(|m| {
        assert!(b.try_attach(|_| ()).is_err());
        let inner: i64 = m.detach(|| b.eval("20 + 1").unwrap());
        m.set("inner", inner).unwrap();
        assert_eq!(m.eval::<Vec<i64>>("[inner, inner * 2]").unwrap(), [21, 42]);
    });
}

#[test]
fn interpreters_are_worlds_apart() {
    let (a, b) = (interpreter(), interpreter());
    a.run("import math\nmath.own = 1\nx = 1").unwrap();
    assert!(!b.eval::<bool>("'x' in globals()").unwrap());
    b.run("import math").unwrap();
    assert!(!b.eval::<bool>("hasattr(math, 'own')").unwrap());
}

/// Each script waits until the other has made progress while neither gives its lock up for the other.
#[test]
fn two_interpreters_run_in_parallel() {
    let counts = Arc::new([AtomicU64::new(0), AtomicU64::new(0)]);
    let run = |index: usize| {
        let counts = counts.clone();
        std::thread::spawn(move || {
            let m = interpreter();
            let (own, other) = (counts.clone(), counts.clone());
            m.register("step", move || own[index].fetch_add(1, Ordering::Relaxed)).unwrap();
            m.register("other", move || other[1 - index].load(Ordering::Relaxed)).unwrap();
            m.run("while other() < 100 or step() < 100:\n    step()\n").unwrap();
        })
    };
    for thread in [run(0), run(1)] {
        thread.join().unwrap();
    }
}

#[test]
fn an_endless_script_is_interrupted() {
    let m = interpreter();
    let interrupts = m.interrupt_handle();
    assert!(!interrupts.interrupt());
    let started = Arc::new(AtomicBool::new(false));
    let flag = started.clone();
    m.register("go", move || flag.store(true, Ordering::Release)).unwrap();
    for endless in ["go()\nwhile True: pass", "import time\ngo()\ntime.sleep(3600)"] {
        started.store(false, Ordering::Release);
        let error = std::thread::scope(|scope| {
            scope.spawn(|| {
                while !started.load(Ordering::Acquire) {
                    std::thread::sleep(Duration::from_millis(1));
                }
                assert!(interrupts.interrupt());
            });
            m.run(endless).unwrap_err()
        });
        assert_eq!(error.kind(), ErrorKind::Interrupt);
    }
    assert_eq!(m.eval::<i64>("1 + 1").unwrap(), 2);
}

#[test]
fn output_goes_where_the_builder_says() {
    let text = Arc::new(Mutex::new(String::new()));
    let sink = text.clone();
    let builder = Interpreter::builder().stdout(move |part| sink.lock().unwrap().push_str(part)).args(["prog", "-x"]);
    let m = builder.build().unwrap();
    m.run("import sys\nprint('args', sys.argv)").unwrap();
    assert_eq!(*text.lock().unwrap(), "args ['prog', '-x']\n");
}

#[test]
fn settings_hold() {
    let m = Interpreter::builder()
        .switch_interval(Duration::from_millis(20))
        .policy(mini::gil::policy_by_name("fifo").unwrap())
        .recursion_limit(50)
        .build()
        .unwrap();
    m.run("import sys\ndef down(n):\n    return n if n == 0 else down(n - 1)").unwrap();
    assert_eq!(m.eval::<f64>("sys.getswitchinterval()").unwrap(), 0.02);
    assert_eq!(m.lock().policy().name(), "fifo");
    assert_eq!(m.call::<i64>("down", (20,)).unwrap(), 0);
    assert_eq!(m.call::<i64>("down", (200,)).unwrap_err().class_name(), "RecursionError");
}

#[test]
fn the_end_is_orderly() {
    let seen = Arc::new(Mutex::new(Vec::new()));
    let log = seen.clone();
    let m = interpreter();
    m.register("log", move |text: String| log.lock().unwrap().push(text)).unwrap();
    m.run(
        "class Noisy:\n    def __del__(self, log=log): log('finalised')\nnoisy = Noisy()\n\
         import threading, time\n\
         def work():\n    time.sleep(0.05)\n    log('thread')\n\
         threading.Thread(target=work).start()\n",
    )
    .unwrap();
    drop(m);
    assert_eq!(*seen.lock().unwrap(), ["thread", "finalised"]);
}

#[test]
fn a_daemon_does_not_hold_the_end_up() {
    let began = Instant::now();
    let m = interpreter();
    m.run("import threading, time\nthreading.Thread(target=time.sleep, args=(60,), daemon=True).start()").unwrap();
    drop(m);
    assert!(began.elapsed() < Duration::from_secs(30));
}

#[test]
fn a_script_may_lose_main() {
    let m = interpreter();
    m.run("import sys\ndel sys.modules['__main__']").unwrap();
    assert_eq!(m.run("x = 1").unwrap_err().message(), "lost __main__");
}
