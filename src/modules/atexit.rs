//! `atexit`: functions to be called at the end of the program.

use super::NativeModule;
use crate::builtins::native;
use crate::object::{Args, Arity, Dict, NativeDef, Ptr, Raised, Tuple, Value, Vm};

pub const MODULE: NativeModule = NativeModule { name: "atexit", init };

type Outcome = Result<Value, Raised>;

/// What was registered and not yet called: function, positional arguments, names and values of keywords.
#[derive(Default)]
struct Registered(Vec<Entry>);

/// A function with its arguments and the names of those given by keyword.
type Entry = (Value, Vec<Value>, Option<Ptr<Tuple>>);

const FUNCTIONS: &[NativeDef] = &[
    native("register", Arity::Any, register, "Have a function called when the program ends."),
    native("unregister", Arity::Exact(1), unregister, "No longer have a function called at the end."),
    native("_clear", Arity::Exact(0), clear, "No longer have anything called at the end."),
    native("_run_exitfuncs", Arity::Exact(0), run, "Call everything that was registered, the last one first."),
    native("_ncallbacks", Arity::Exact(0), count, "How many calls are registered."),
];

fn init(vm: &mut Vm, dict: &Ptr<Dict>) -> Result<(), Raised> {
    vm.module_functions(dict, "atexit", FUNCTIONS);
    Ok(())
}

fn registered(vm: &mut Vm) -> &mut Vec<Entry> {
    &mut vm.interp.extension::<Registered>(&mut vm.gil).0
}

fn register(vm: &mut Vm, args: Args<'_>) -> Outcome {
    let Some(function) = args.positional().first().cloned() else {
        return Err(vm.type_error("register() takes at least 1 argument (0 given)"));
    };
    let class = vm.class_of(&function);
    if vm.lookup_name(&class, crate::object::Name::__call__).is_none() {
        return Err(vm.type_error("the first argument must be callable"));
    }
    let entry = (function.clone(), args.values()[1..].to_vec(), args.names().cloned());
    registered(vm).push(entry);
    Ok(function)
}

fn unregister(vm: &mut Vm, args: Args<'_>) -> Outcome {
    let mut kept = Vec::new();
    for entry in std::mem::take(registered(vm)) {
        if !vm.same_or_equal(&entry.0, &args[0])? {
            kept.push(entry);
        }
    }
    *registered(vm) = kept;
    Ok(Value::None)
}

fn clear(vm: &mut Vm, _args: Args<'_>) -> Outcome {
    let old = std::mem::take(registered(vm));
    drop(old);
    Ok(Value::None)
}

/// Calls them, the last registered first; what they raise is reported and does not stop the others.
fn run(vm: &mut Vm, _args: Args<'_>) -> Outcome {
    while let Some((function, values, names)) = registered(vm).pop() {
        let args = match &names {
            Some(names) => Args::with_names(&values, names),
            None => Args::new(&values),
        };
        if let Err(raised) = vm.call_args(&function, args) {
            let exception = vm.take_raised(raised);
            let message = format!("Exception ignored in atexit callback {}", vm.safe_text(&function, true, "object"));
            vm.report_unraisable(&exception, &message, &Value::None);
        }
    }
    Ok(Value::None)
}

fn count(vm: &mut Vm, _args: Args<'_>) -> Outcome {
    Ok(registered(vm).len().into())
}
