//! Threads, the event loop, processes, signals: what runs the machine.

pub(crate) mod thread_state;

use std::sync::Arc;

use crate::gil::EvalBreaker;
use crate::object::{Raised, ThreadInfo, Value, Vm};
use crate::vm::CompileMode;
use thread_state::StackSize;

/// Runs the file that the command line names.
pub fn run_command() -> i32 {
    let worker = std::thread::Builder::new().stack_size(StackSize::MAIN.native).spawn(|| {
        let breaker = Arc::new(EvalBreaker::new());
        let interp = thread_state::new_interp(breaker.clone());
        // SAFETY: this is the only thread of the interpreter.
        let mut vm = unsafe { Vm::new(interp, &*breaker, ThreadInfo { ident: 1, is_main: true }, StackSize::MAIN) };
        vm.bootstrap();
        let path = std::env::args().nth(1).unwrap_or_default();
        let source = std::fs::read_to_string(&path).unwrap_or_default();
        let result = run_main(&mut vm, &source, &path);
        match result {
            Ok(()) => 0,
            Err(raised) => {
                let exception = vm.take_raised(raised);
                let text = vm.repr(&exception);
                eprintln!("{}", text.map(|text| text.as_str().to_owned()).unwrap_or_default());
                1
            }
        }
    });
    worker.map_or(1, |worker| worker.join().unwrap_or(1))
}

fn run_main(vm: &mut Vm, source: &str, path: &str) -> Result<(), Raised> {
    let code = vm.compile_source(source, path, CompileMode::Exec)?;
    let main = vm.add_module("__main__");
    let dict = main.dict.clone();
    vm.set_builtins_name(&dict);
    vm.run_code(&code, &dict, Value::Undef)?;
    vm.run_pending();
    Ok(())
}
