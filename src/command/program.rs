//! A program from its start to its exit status.

use std::sync::Arc;

use super::files::{Target, cannot_open, find, folder_of, read_stdin};
use super::uncaught::{BROKEN_PIPE, INTERRUPTED};
use crate::gil::{AttachError, GilLock, LockConfig};
use crate::modules::spec::Origin;
use crate::modules::sys::config::SysConfig;
use crate::object::{MemoryReserve, Ptr, Raised, Value, Vm};
use crate::runtime::signals::SignalWatcher;
use crate::runtime::thread_state::{self, StackSize};
use crate::vm::CompileMode;

/// Where the program comes from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Source {
    /// A file, or a folder with a `__main__`.
    File(String),
    /// The text itself (`-c`).
    Command(String),
    /// A module (`-m`).
    Module(String),
    /// Standard input, read as a file.
    Stdin,
    /// The prompt, on a terminal or not.
    Interactive,
}

/// A program and how it is run.
#[derive(Clone, Debug)]
pub struct Program {
    /// Where it comes from.
    pub source: Source,
    /// Its arguments, without its own name.
    pub args: Vec<String>,
    /// The interpreter's lock: policy, switch interval, preemption model, scheduler, observer.
    pub lock: LockConfig,
    /// What `sys` tells; the command fills `argv` and `path`.
    pub config: SysConfig,
    /// What the command's allocator keeps back for when memory runs short.
    pub reserve: Option<Arc<dyn MemoryReserve>>,
}

/// Runs a program on a thread of its own with a large stack; gives the exit status.
pub fn run(program: Program) -> i32 {
    let mut config = program.config.clone();
    let name = match &program.source {
        Source::File(path) => path.clone(),
        Source::Command(_) => "-c".to_owned(),
        Source::Module(_) => "-m".to_owned(),
        Source::Stdin => "-".to_owned(),
        // Arguments can only follow a dash.
        Source::Interactive => if program.args.is_empty() { "" } else { "-" }.to_owned(),
    };
    config.argv = std::iter::once(name).chain(program.args.iter().cloned()).collect();
    config.interactive = program.source == Source::Interactive;
    with_interpreter(config, program.lock.clone(), program.reserve.clone(), move |vm| {
        let inspects = program.config.inspect && program.source != Source::Interactive;
        let mut status = run_source(vm, &program.source, inspects);
        if inspects {
            status = super::repl::run(vm, true);
        }
        status
    })
}

/// Makes an interpreter, lets `action` use it, and ends it; gives the exit status.
pub(super) fn with_interpreter(
    config: SysConfig,
    lock: LockConfig,
    reserve: Option<Arc<dyn MemoryReserve>>,
    action: impl FnOnce(&mut Vm) -> i32 + Send + 'static,
) -> i32 {
    let (watchers, watcher) = crossbeam_channel::bounded::<SignalWatcher>(1);
    let size = StackSize::main();
    let worker = std::thread::Builder::new().stack_size(size.native).spawn(move || {
        let lock = GilLock::new(lock);
        let interp = thread_state::new_interp(lock.clone());
        let thread = lock.register("MainThread");
        let stacks = size.reserve().map_err(|_| AttachError::NoMemory);
        let mut vm = match stacks.and_then(|stacks| Vm::attach(interp, &thread, true, stacks, size.native)) {
            Ok(vm) => vm,
            Err(error) => {
                complain(&format!("cannot start: {error}"));
                return 1;
            }
        };
        if let Some(reserve) = reserve {
            vm.interp.set_reserve(reserve);
        }
        vm.furnish();
        *vm.interp.clone().extension::<SysConfig>(&mut vm.gil) = config;
        let signals: &[i32] = if vm.keeps_ignoring(libc::SIGINT) { &[] } else { &[libc::SIGINT] };
        // A program that cannot be interrupted is still a program.
        let _watched = vm.signal_watcher(&thread, signals).ok().map(|watcher| {
            let watched = watcher.watched();
            // If nobody takes it the process is about to end.
            let _ = watchers.send(watcher);
            watched
        });
        let warns = !vm.interp.clone().extension::<SysConfig>(&mut vm.gil).warn_options.is_empty();
        let prepared =
            vm.import_dotted("sys").and_then(|sys| if warns { vm.import_dotted("warnings") } else { Ok(sys) });
        let mut status = match prepared {
            Ok(_) => action(&mut vm),
            Err(raised) => vm.report_uncaught(raised),
        };
        let flushed = vm.finalize();
        vm.finish_sinks();
        if vm.stdout_is_broken() {
            status = BROKEN_PIPE;
        } else if !flushed && status == 0 {
            status = 120;
        }
        if vm.is_forked_child() {
            // The thread that would take the status is the parent's.
            crate::runtime::os::process::exit_now(settled(status));
        }
        // The process ends now, and its memory with it: taking every object apart first would be for nothing.
        std::mem::forget(vm);
        status
    });
    let ended = worker.map(|worker| {
        // This thread has nothing else to do than to watch for signals.
        if let Ok(watcher) = watcher.recv() {
            watcher.run();
        }
        worker.join()
    });
    match ended {
        Ok(Ok(status)) => settled(status),
        Ok(Err(_)) => 70,
        Err(error) => {
            eprintln!("mini: cannot start a thread: {error}");
            1
        }
    }
}

/// The exit status of an ended program; one that Ctrl-C ended takes the process with it.
fn settled(status: i32) -> i32 {
    if status != INTERRUPTED {
        return status;
    }
    // If the signal cannot be sent, the status tells of it.
    let _ = signal_hook::low_level::emulate_default_handler(libc::SIGINT);
    128 + libc::SIGINT
}

fn complain(message: &str) {
    eprintln!("mini: {message}");
}

/// Runs a program; gives the exit status. If the prompt `inspects` what it leaves, `sys.exit` is an exception as others.
fn run_source(vm: &mut Vm, source: &Source, inspects: bool) -> i32 {
    let result = match source {
        Source::File(path) => match find(path) {
            Ok(target) => run_file(vm, target),
            Err((message, status)) => {
                complain(&message);
                return status;
            }
        },
        Source::Command(text) => {
            vm.set_first_path("");
            vm.register_source("<string>", text);
            vm.run_main(text, "<string>", None, None)
        }
        Source::Module(name) => match run_module(vm, name) {
            Ok(Some(message)) => {
                complain(&message);
                return 1;
            }
            Ok(None) => Ok(()),
            Err(raised) => Err(raised),
        },
        Source::Stdin => {
            let bytes = match read_stdin() {
                Ok(bytes) => bytes,
                Err(message) => {
                    complain(&message);
                    return 1;
                }
            };
            vm.set_first_path("");
            vm.decode_source(&bytes, "<stdin>").and_then(|text| vm.run_main(&text, "<stdin>", Some("<stdin>"), None))
        }
        Source::Interactive => return super::repl::run(vm, false),
    };
    match result {
        Ok(()) => 0,
        Err(raised) if inspects => {
            vm.show_exception(raised);
            1
        }
        Err(raised) => vm.report_uncaught(raised),
    }
}

fn run_file(vm: &mut Vm, target: Target) -> Result<(), Raised> {
    let (file, folder) = match target {
        Target::File(file) => {
            let folder = folder_of(&file);
            (file, folder)
        }
        Target::Folder { main, folder } => (main, folder.to_string_lossy().into_owned()),
    };
    vm.set_first_path(&folder);
    let bytes = match std::fs::read(&file) {
        Ok(bytes) => bytes,
        Err(error) => {
            complain(&cannot_open(&file, &error));
            let exit = vm.new_exception(crate::object::Known::SystemExit, vec![Value::Int(2)]);
            return Err(vm.raise_value(exit));
        }
    };
    let filename = file.to_string_lossy().into_owned();
    let text = vm.decode_source(&bytes, &filename)?;
    vm.run_main(&text, &filename, Some(&filename), None)
}

/// Runs a module as `__main__`; the message says why there is none.
fn run_module(vm: &mut Vm, name: &str) -> Result<Option<String>, Raised> {
    let here = std::env::current_dir().map(|folder| folder.to_string_lossy().into_owned()).unwrap_or_default();
    vm.set_first_path(&here);
    let module = match vm.find_main_module(name)? {
        Ok(module) => module,
        Err(message) => return Ok(Some(message)),
    };
    if let Some(sys) = vm.imported("sys") {
        let argv = vm.get_attr(&sys, "argv")?;
        vm.setitem(&argv, Value::Int(0), Value::str(&module.filename))?;
    }
    let file = (!module.filename.starts_with('<')).then_some(module.filename.as_str());
    let full = if module.package == name { format!("{name}.__main__") } else { name.to_owned() };
    vm.run_main(&module.text, &module.filename, file, Some(&full))?;
    Ok(None)
}

impl Vm {
    /// Puts the program's own folder in front of `sys.path`.
    pub(super) fn set_first_path(&mut self, folder: &str) {
        let Some(sys) = self.imported("sys") else { return };
        let path = self.get_attr(&sys, "path");
        if let Ok(Value::List(path)) = &self.quiet(path) {
            path.items.get_mut(&mut self.gil).insert(0, Value::str(folder));
        }
    }

    /// Runs a text as the module `__main__`; `module` is the full name of a module that is run so.
    fn run_main(&mut self, text: &str, filename: &str, file: Option<&str>, module: Option<&str>) -> Result<(), Raised> {
        let package = module.map(|module| module.rsplit_once('.').map_or("", |(package, _)| package));
        let is_read = module.is_none() && filename != "<string>";
        let mode = if is_read { CompileMode::Script } else { CompileMode::Exec };
        let code = self.compile_source(text, filename, mode)?;
        let dict = self.main_namespace();
        for (name, value) in [("__file__", file), ("__package__", package)] {
            if let Some(value) = value {
                self.dict_set_str(&dict, name, Value::str(value));
            }
        }
        if file.is_some() {
            self.dict_set_str(&dict, "__cached__", Value::None);
        }
        let origin = file.filter(|file| *file != "<stdin>").map_or(Origin::BuiltIn, Origin::File);
        self.set_loader(&dict, "__main__", &origin);
        if let Some(module) = module {
            self.set_spec(&dict, module, origin, Value::None);
        }
        let result = self.run_code(&code, &dict, Value::Undef);
        if module.is_none() {
            // A script's file is known only while it runs.
            for name in ["__file__", "__cached__"] {
                let name = self.intern(name);
                let old = dict.data.get_mut(&mut self.gil).remove_str(&name);
                drop(old);
            }
        }
        result?;
        self.run_pending();
        Ok(())
    }

    /// The namespace of `__main__`, which is made if it is not there yet.
    pub(super) fn main_namespace(&mut self) -> Ptr<crate::object::Dict> {
        if let Some(Value::Module(main)) = &self.imported("__main__") {
            return main.dict.clone();
        }
        let dict = self.add_module("__main__").dict.clone();
        self.dict_set_str(&dict, "__annotations__", crate::object::Dict::new().into_value());
        self.set_builtins_name(&dict);
        dict
    }

    /// Writes to `sys.stdout`.
    pub(super) fn write_stdout(&mut self, text: &str) -> Result<(), Raised> {
        let sys = self.import_dotted("sys")?;
        let stdout = self.get_attr(&sys, "stdout")?;
        self.call_method_str(&stdout, "write", &[Value::str(text)])?;
        Ok(())
    }
}
