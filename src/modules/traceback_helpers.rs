//! `_traceback`: what the module `traceback` takes from the machine, so that both print the same.

use super::NativeModule;
use crate::builtins::native;
use crate::builtins::traceback::source_block;
use crate::bytecode::Position;
use crate::object::{Args, Arity, Dict, NativeDef, Ptr, Raised, Value, Vm};

pub const MODULE: NativeModule = NativeModule { name: "_traceback", init };

const FUNCTIONS: &[NativeDef] = &[
    native(
        "source_block",
        Arity::Exact(3),
        block,
        "The lines that a traceback shows for a range of source, with marks.",
    ),
    native(
        "position",
        Arity::Exact(1),
        position,
        "Where a level of a traceback is: line, end line, column, end column; None for what is unknown.",
    ),
    native("suggestion", Arity::Exact(1), suggestion, "What may have been meant by the name in an exception."),
];

fn init(vm: &mut Vm, dict: &Ptr<Dict>) -> Result<(), Raised> {
    vm.module_functions(dict, "_traceback", FUNCTIONS);
    Ok(())
}

/// `source_block(source, col, end_col)`: the range begins in the source's first line and ends in its last.
fn block(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let source = vm.expect_str(&args[0], "source_block() argument 1")?;
    let mut column = |value: &Value| Ok::<_, Raised>(u32::try_from(vm.expect_usize(value)?).unwrap_or(u32::MAX));
    let (col, end_col) = (column(&args[1])?, column(&args[2])?);
    let lines: Vec<String> = source.as_str().lines().map(str::to_owned).collect();
    let position = Position { line: 1, end_line: lines.len() as u32, col, end_col };
    Ok(Value::str(&source_block(&lines, position)))
}

fn position(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let Value::Traceback(level) = &args[0] else {
        return Err(vm.type_error("position() argument must be a traceback"));
    };
    Ok(crate::builtins::code::position_tuple(level.position()))
}

fn suggestion(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let text = vm.suggestion(&args[0]);
    Ok(Value::str(&text))
}
