//! Exceptions and the prompt: hooks that scripts may replace.

use super::Outcome;
use crate::builtins::traceback::TracebackOptions;
use crate::object::{Args, Known, Name, Value, Vm};
use crate::runtime::terminal::takes_colours;

pub(super) fn exit(vm: &mut Vm, args: Args<'_>) -> Outcome {
    let args = match args.get(0) {
        Some(Value::Tuple(items)) => items.as_slice().to_vec(),
        Some(Value::None) | None => Vec::new(),
        Some(status) => vec![status.clone()],
    };
    let exit = vm.new_exception(Known::SystemExit, args);
    Err(vm.raise_value(exit))
}

pub(super) fn exception(vm: &mut Vm, _args: Args<'_>) -> Outcome {
    Ok(vm.handled.clone().bound().unwrap_or(Value::None))
}

pub(super) fn exc_info(vm: &mut Vm, _args: Args<'_>) -> Outcome {
    let handled = vm.handled.clone();
    let Value::Exc(exception) = &handled else { return Ok(Value::tuple(vec![Value::None, Value::None, Value::None])) };
    let data = exception.data.get(&vm.gil);
    let class = data.class.to_value();
    let traceback = data.traceback.as_ref().map_or(Value::None, |traceback| traceback.to_value());
    Ok(Value::tuple(vec![class, handled.clone(), traceback]))
}

/// `sys.excepthook(type, value, traceback)`: prints the exception.
pub(super) fn excepthook(vm: &mut Vm, args: Args<'_>) -> Outcome {
    let exception = &args[1];
    if !matches!(exception, Value::Exc(_)) {
        let found = vm.class_name(exception);
        let message = format!("TypeError: print_exception(): Exception expected for value, {found} found\n");
        vm.write_stderr(&message);
        return Ok(Value::None);
    }
    if let Value::Traceback(_) = &args[2] {
        let set = vm.get_attr(exception, "__traceback__")?;
        if set.is_none() {
            let name = vm.intern("__traceback__");
            vm.setattr(exception, &name, args[2].clone())?;
        }
    }
    let options = TracebackOptions { colour: stderr_takes_colours(vm), ..TracebackOptions::default() };
    let text = vm.format_exception(exception, options).concat();
    vm.write_stderr(&text);
    Ok(Value::None)
}

/// Whether `sys.stderr` is the process's own, and a terminal that takes colours.
fn stderr_takes_colours(vm: &mut Vm) -> bool {
    let Some(sys) = vm.imported("sys") else { return false };
    let streams = ["stderr", "__stderr__"].map(|name| {
        let stream = vm.get_attr(&sys, name);
        vm.quiet(stream).unwrap_or(Value::None)
    });
    streams[0].is(&streams[1]) && takes_colours(libc::STDERR_FILENO)
}

/// `sys.displayhook(value)`: what the prompt does with an expression's value.
pub(super) fn displayhook(vm: &mut Vm, args: Args<'_>) -> Outcome {
    if args[0].is_none() {
        return Ok(Value::None);
    }
    let builtins = vm.import_dotted("builtins")?;
    let name = vm.intern("_");
    vm.setattr(&builtins, &name, Value::None)?;
    let shown = vm.repr(&args[0])?.into_value();
    let sys = vm.import_dotted("sys")?;
    let stdout = vm.get_attr(&sys, "stdout")?;
    vm.call_method(&stdout, Name::Write, &[shown])?;
    vm.call_method(&stdout, Name::Write, &[Value::str("\n")])?;
    vm.setattr(&builtins, &name, args[0].clone())?;
    Ok(Value::None)
}

/// `sys.unraisablehook(unraisable)`: prints what `exc_value`, `err_msg` and `object` of the argument tell.
pub(super) fn unraisablehook(vm: &mut Vm, args: Args<'_>) -> Outcome {
    let exception = vm.get_attr(&args[0], "exc_value")?;
    let message = vm.get_attr(&args[0], "err_msg")?;
    let object = vm.get_attr(&args[0], "object")?;
    let message =
        if message.is_none() { "Exception ignored in".to_owned() } else { vm.str(&message)?.as_str().to_owned() };
    vm.print_unraisable(&exception, &message, &object);
    Ok(Value::None)
}
