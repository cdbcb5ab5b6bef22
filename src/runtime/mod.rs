//! Threads, the event loop, processes, signals: what runs the machine.

pub(crate) mod blocking;
pub(crate) mod clocks;
pub(crate) mod finalize;
pub(crate) mod interruptible;
pub(crate) mod os;
pub(crate) mod signals;
pub(crate) mod spawn;
pub(crate) mod thread_state;

use crate::gil::{GilLock, LockConfig};
use crate::object::{Raised, Value, Vm};
use crate::vm::CompileMode;
use thread_state::StackSize;

/// Runs the file that the command line names.
pub fn run_command() -> i32 {
    let worker = std::thread::Builder::new().stack_size(StackSize::MAIN.native).spawn(|| {
        let lock = GilLock::new(LockConfig::default());
        let interp = thread_state::new_interp(lock.clone());
        let thread = lock.register("MainThread");
        let Ok(mut vm) = Vm::attach(interp, &thread, true, StackSize::MAIN) else { return 1 };
        vm.bootstrap();
        let path = std::env::args().nth(1).unwrap_or_default();
        let source = std::fs::read_to_string(&path).unwrap_or_default();
        let result = run_main(&mut vm, &source, &path);
        let status = match result {
            Ok(()) => 0,
            Err(raised) => {
                let exception = vm.take_raised(raised);
                let text = vm.format_exception(&exception, Default::default()).concat();
                vm.flush_streams();
                eprint!("{text}");
                1
            }
        };
        vm.finalize();
        finalize::dismantle(vm);
        status
    });
    worker.map_or(1, |worker| worker.join().unwrap_or(1))
}

fn run_main(vm: &mut Vm, source: &str, path: &str) -> Result<(), Raised> {
    vm.import_dotted("sys")?;
    let code = vm.compile_source(source, path, CompileMode::Exec)?;
    let main = vm.add_module("__main__");
    let dict = main.dict.clone();
    vm.set_builtins_name(&dict);
    vm.run_code(&code, &dict, Value::Undef)?;
    vm.run_pending();
    Ok(())
}
