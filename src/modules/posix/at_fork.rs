//! `fork`, and what scripts have run around it.

use super::Outcome;
use crate::builtins::functions::objects::is_callable;
use crate::builtins::native;
use crate::object::{Args, Arity, NativeDef, Params, Value, Vm};

const HOOKS: Params =
    Params { names: &["before", "after_in_child", "after_in_parent"], required: 0, posonly: 0, kwonly: 3 };

pub(super) const FUNCTIONS: &[NativeDef] = &[
    native("fork", Arity::Exact(0), fork, "Double the process: 0 in the child, the child's number in the parent."),
    native(
        "register_at_fork",
        Arity::Named(&HOOKS),
        register,
        "Have functions called before a fork, in the child after it, and in the parent after it.",
    ),
];

/// What was registered, in that order.
#[derive(Default)]
struct Hooks {
    before: Vec<Value>,
    in_child: Vec<Value>,
    in_parent: Vec<Value>,
}

fn hooks(vm: &mut Vm) -> &mut Hooks {
    vm.interp.extension::<Hooks>(&mut vm.gil)
}

fn register(vm: &mut Vm, args: Args<'_>) -> Outcome {
    let given: Vec<Option<Value>> = (0..HOOKS.names.len()).map(|index| args.get(index).cloned()).collect();
    if given.iter().all(Option::is_none) {
        return Err(vm.type_error("At least one argument is required."));
    }
    for (name, hook) in HOOKS.names.iter().zip(&given) {
        if let Some(hook) = hook
            && !is_callable(vm, hook)
        {
            let found = vm.class_name(hook);
            return Err(vm.type_error(format!("'{name}' must be callable, not {found}")));
        }
    }
    let hooks = hooks(vm);
    let lists = [&mut hooks.before, &mut hooks.in_child, &mut hooks.in_parent];
    for (list, hook) in lists.into_iter().zip(given) {
        list.extend(hook);
    }
    Ok(Value::None)
}

/// Calls hooks; one that raises is told of, and the others are called all the same.
fn call_all(vm: &mut Vm, hooks: impl Iterator<Item = Value>) {
    for hook in hooks {
        if let Err(raised) = vm.call(&hook, &[]) {
            let exception = vm.take_raised(raised);
            vm.report_unraisable(&exception, "Exception ignored in", &hook);
        }
    }
}

fn fork(vm: &mut Vm, _args: Args<'_>) -> Outcome {
    let before = hooks(vm).before.clone();
    call_all(vm, before.into_iter().rev());
    let outcome = vm.fork();
    let after = if let Ok(0) = outcome { hooks(vm).in_child.clone() } else { hooks(vm).in_parent.clone() };
    call_all(vm, after.into_iter());
    match outcome {
        Ok(pid) => Ok(Value::Int(pid.into())),
        Err(error) => Err(vm.raise_io(&error, None)),
    }
}
