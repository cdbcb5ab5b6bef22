//! The interpreter as a library.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use mini::{Attached, Bytes, Error, ErrorKind, Handle, Interpreter, InterruptHandle};

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
        "dict": BTreeMap<i64, bool> = BTreeMap::from([(1, true)]);
        "set": HashSet<i64> = HashSet::from([1, 2, 3]);
        "set": BTreeSet<String> = BTreeSet::from(["a".to_owned()]);
        "bytes": Bytes = Bytes(vec![0, 255]);
        "str": char = 'ß';
    }
    assert_eq!(m.call::<Vec<i64>>("same", ([1, 2],)).unwrap(), [1, 2]);
    assert_eq!(m.call::<Vec<String>>("same", (&["a", "b"][..],)).unwrap(), ["a", "b"]);
    assert_eq!(m.call::<String>("same", (&"text".to_owned(),)).unwrap(), "text");
    assert_eq!(m.eval::<BTreeSet<i64>>("frozenset({2, 1})").unwrap(), BTreeSet::from([1, 2]));
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
    let wrong = m.eval::<char>("'two'").unwrap_err();
    assert_eq!(wrong.message(), "expected a string of one character, got str");
    assert_eq!(m.eval::<HashSet<i64>>("[1]").unwrap_err().message(), "expected set, got list");
    assert_eq!(m.set("x", HashSet::from([vec![1]])).unwrap_err().message(), "unhashable type: 'list'");
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
    let place = error.place().unwrap();
    assert_eq!((place.file.as_str(), place.line, place.column), ("<script-2>", 1, 5));
    assert_eq!(place.text.as_deref(), Some("x = (1,"));
    assert!(error.traceback().contains("    x = (1,\n        ^\n"), "{error:#}");

    let error = m.run("import sys\nsys.exit(3)").unwrap_err();
    assert_eq!((error.kind(), error.exit_code()), (ErrorKind::Exit, Some(3)));
}

#[test]
fn errors_show_themselves() {
    let m = interpreter();
    let error = m.run("def f(): return 1 / 0\nf()").unwrap_err();
    assert_eq!(error.to_string(), "ZeroDivisionError: division by zero");
    assert_eq!(format!("{error:#}\n"), error.traceback());
    assert_eq!(format!("{error:?}\n"), error.traceback());
    let levels: Vec<_> = error.levels().iter().map(|level| (level.line, level.function.as_str())).collect();
    assert_eq!(levels, [(2, "<module>"), (1, "f")]);
}

#[test]
fn errors_made_in_rust_know_their_bases() {
    let error = Error::new("FileNotFoundError", "gone");
    assert!(
        error.is_instance_of("OSError") && error.is_instance_of("Exception") && !error.is_instance_of("ValueError")
    );
    assert_eq!(Error::new("SystemExit", "").kind(), ErrorKind::Exit);
    assert_eq!(Error::new("Klingon", "qapla").to_string(), "RuntimeError: Klingon: qapla");
}

#[test]
fn errors_of_rust_become_their_classes() {
    let m = interpreter();
    m.register("opens", || std::fs::read_to_string("/no/such/file")).unwrap();
    m.register("ends", || -> Result<(), std::io::Error> { Err(std::io::ErrorKind::UnexpectedEof.into()) }).unwrap();
    m.register("boxed", || -> Result<(), Box<dyn std::error::Error + Send + Sync>> {
        "x".parse::<i64>()?;
        Ok(())
    })
    .unwrap();
    m.register("own", || -> Result<(), Box<dyn std::error::Error>> { Err(Error::new("KeyError", "k").into()) })
        .unwrap();
    m.run("import errno\ntry:\n    opens()\nexcept FileNotFoundError as e:\n    known = e.errno == errno.ENOENT")
        .unwrap();
    assert!(m.get::<bool>("known").unwrap());
    assert_eq!(m.run("ends()").unwrap_err().class_name(), "EOFError");
    assert_eq!(m.run("boxed()").unwrap_err().to_string(), "RuntimeError: invalid digit found in string");
    assert_eq!(m.run("own()").unwrap_err().class_name(), "KeyError");
    let missing = m.run_file("/no/such/file").unwrap_err();
    assert_eq!(missing.to_string(), "FileNotFoundError: [Errno 2] No such file or directory: '/no/such/file'");
}

#[test]
fn tracebacks_show_the_lines_of_the_script_that_they_mean() {
    let m = interpreter();
    m.run("def first():\n    return [][0]").unwrap();
    m.run("def second():\n    return first()").unwrap();
    let error = m.call::<()>("second", ()).unwrap_err();
    let expected = "  File \"<script-2>\", line 2, in second\n    return first()\n  File \"<script>\", line 2, in first\n    \
                    return [][0]\n           ~~^^^\n";
    assert!(error.traceback().contains(expected), "{error:#}");
}

#[test]
fn rust_functions_work_with_objects() {
    let m = interpreter();
    m.register("each", |m: &mut Attached<'_>, function: Handle, items: Vec<i64>| {
        items.into_iter().map(|item| m.call_object(&function, (item,))).collect::<Result<Vec<i64>, Error>>()
    })
    .unwrap();
    assert_eq!(m.eval::<Vec<i64>>("each(lambda n: n * n, range(4))").unwrap(), [0, 1, 4, 9]);
    let error = m.run("each(lambda n: 1 // n, [1, 0])").unwrap_err();
    assert_eq!(error.class_name(), "ZeroDivisionError");
    assert_eq!(m.run("each(1)").unwrap_err().message(), "each expected 2 arguments, got 1");

    m.register("last", |m: &mut Attached<'_>, args: &[Handle]| -> Result<Handle, Error> {
        m.extract(args.last().ok_or("no arguments")?)
    })
    .unwrap();
    assert_eq!(m.eval::<i64>("last(1, 2, 3)").unwrap(), 3);
    assert_eq!(m.run("last()").unwrap_err().message(), "no arguments");

    // While a function has given the lock up, script threads run.
    m.register("pause", |m: &mut Attached<'_>| m.detach(|| std::thread::sleep(Duration::from_millis(20)))).unwrap();
    m.run("import threading\nseen = []\nt = threading.Thread(target=seen.append, args=(1,))\nt.start()").unwrap();
    m.run("while not seen: pause()\nt.join()").unwrap();
}

#[test]
fn functions_are_called_with_keywords_and_attributes_are_set() {
    let m = interpreter();
    m.run("def show(a, *, sep, end): return f'{a}{sep}{end}'\nclass Box: pass\nbox = Box()").unwrap();
    m.attach(|m| {
        let show = m.get("show").unwrap();
        let text: String = m.call_with_keywords(&show, (1,), [("end", "."), ("sep", "-")]).unwrap();
        assert_eq!(text, "1-.");
        let error = m.call_with_keywords::<(), i64>(&show, (), []).unwrap_err();
        assert_eq!(error.class_name(), "TypeError");
        let held = m.get("box").unwrap();
        m.setattr(&held, "size", 3).unwrap();
        assert_eq!(m.eval::<i64>("box.size").unwrap(), 3);
        assert_eq!(m.setattr(&show, "__code__", 3).unwrap_err().class_name(), "TypeError");
    });
}

#[test]
fn modules_are_extended_and_made() {
    let m = interpreter();
    m.attach(|m| {
        m.register_in("math", "thrice", |n: i64| n * 3).unwrap();
        m.register_in("host.tools.text", "loud", |text: String| text.to_uppercase()).unwrap();
        m.add_module("host.extra", "from host.tools.text import loud\nname = __name__, __package__").unwrap();
        assert_eq!(m.add_module("broken", "1 / 0").unwrap_err().class_name(), "ZeroDivisionError");
    });
    m.run("import math, host.tools.text\nx = math.thrice(math.isqrt(16)), host.tools.text.loud('a')").unwrap();
    assert_eq!(m.get::<(i64, String)>("x").unwrap(), (12, "A".to_owned()));
    m.run("from host import extra\nfrom host.extra import loud").unwrap();
    assert_eq!(m.eval::<(String, String)>("extra.name").unwrap(), ("host.extra".to_owned(), "host".to_owned()));
    assert_eq!(m.run("import broken").unwrap_err().class_name(), "ModuleNotFoundError");
    assert_eq!(m.run("import host.nothing").unwrap_err().message(), "No module named 'host.nothing'");
}

#[test]
fn modules_are_found_in_the_folders_of_the_builder() {
    let folder = std::path::PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("embed-path");
    std::fs::create_dir_all(&folder).unwrap();
    std::fs::write(folder.join("neighbour.mini"), "value = 5").unwrap();
    let m = Interpreter::builder().path([folder.to_str().unwrap()]).build().unwrap();
    m.run("import neighbour").unwrap();
    assert_eq!(m.eval::<i64>("neighbour.value").unwrap(), 5);
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
    other.attach(|m| {
        let message = "the handle belongs to another interpreter";
        assert_eq!(m.repr(&counter).unwrap_err().message(), message);
        assert_eq!(m.extract::<i64>(&counter).unwrap_err().message(), message);
        assert_eq!(m.set("x", &counter).unwrap_err().message(), message);
    });
    drop(m);
    // The interpreter is gone; its object goes with the last handle.
    other.attach(|_| drop(counter));
}

#[test]
fn one_attachment_a_thread() {
    let (a, b) = (interpreter(), interpreter());
    a.attach(|m| {
        assert!(b.try_attach(|_| ()).is_err());
        assert_eq!(b.run("pass").unwrap_err().class_name(), "RuntimeError");
        assert_eq!(Interpreter::new().unwrap_err().class_name(), "RuntimeError");
        let inner: i64 = m.detach(|| b.eval("20 + 1").unwrap());
        m.set("inner", inner).unwrap();
        assert_eq!(m.eval::<Vec<i64>>("[inner, inner * 2]").unwrap(), [21, 42]);
    });
}

#[test]
fn what_is_shared_among_threads_can_be() {
    fn shared<T: Send + Sync>() {}
    shared::<Interpreter>();
    shared::<Handle>();
    shared::<Error>();
    shared::<InterruptHandle>();
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
fn input_comes_from_where_the_builder_says() {
    let lines = Mutex::new(vec!["d", "c\n", "b", "a"]);
    let text = Arc::new(Mutex::new(String::new()));
    let sink = text.clone();
    let m = Interpreter::builder()
        .stdin(move || lines.lock().unwrap().pop().map(str::to_owned))
        .stdout(move |part| sink.lock().unwrap().push_str(part))
        .build()
        .unwrap();
    m.run("import sys\nfirst = input('? ')\nrest = [next(sys.stdin), sys.stdin.readline(), sys.stdin.read()]").unwrap();
    assert_eq!(m.get::<String>("first").unwrap(), "a");
    assert_eq!(m.get::<Vec<String>>("rest").unwrap(), ["b\n", "c\n", "d\n"]);
    assert_eq!(m.run("input()").unwrap_err().class_name(), "EOFError");
    m.run("sys.stdout.writelines(['x', 'y'])\nassert sys.stdout.encoding == 'utf-8' and sys.stdin.readable()").unwrap();
    assert_eq!(*text.lock().unwrap(), "? xy");
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
