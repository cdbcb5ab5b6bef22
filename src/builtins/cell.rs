//! Cells: the variables that closures share.

use crate::builtins::compare::comparisons;
use crate::builtins::native;
use crate::bytecode::CmpOp;
use crate::object::{Args, Arity, Cell, GetSetDef, Known, NativeDef, NativeKind, Ptr, Raised, Value, Vm};

const SLOTS: &[NativeDef] = &[native("__repr__", Arity::Exact(1), repr, "Return repr(self).")];

const STATIC: &[NativeDef] = &[native("__new__", Arity::Range(1, 2), new, "Make a cell, empty or with a content.")];

const GETSETS: &[GetSetDef] = &[GetSetDef { name: "cell_contents", get: contents, set: Some(set_contents), doc: "" }];

/// Gives cells their methods.
pub(super) fn install(vm: &mut Vm) {
    let class = vm.known(Known::Cell);
    vm.add_methods(&class, NativeKind::SlotWrapper, SLOTS);
    vm.add_methods(&class, NativeKind::SlotWrapper, comparisons!(compare));
    vm.add_methods(&class, NativeKind::Static, STATIC);
    vm.add_getsets(&class, GETSETS);
    super::sequence::unhashable(vm, &class);
}

fn of(vm: &mut Vm, value: &Value) -> Result<Ptr<Cell>, Raised> {
    match value {
        Value::Cell(cell) => Ok(cell.to_ptr()),
        _ => Err(super::receiver::wrong_receiver(vm, value, Known::Cell)),
    }
}

fn new(_vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    Ok(Cell::new(args.get(1).cloned().unwrap_or_default()).into_value())
}

fn repr(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let cell = of(vm, &args[0])?;
    let content = cell.content.get(&vm.gil).clone();
    let at = cell.address();
    if content.is_undef() {
        return Ok(Value::str(&format!("<cell at {at:#x}: empty>")));
    }
    let class = vm.class_name(&content);
    Ok(Value::str(&format!("<cell at {at:#x}: {class} object at {:#x}>", content.identity())))
}

fn compare(vm: &mut Vm, op: CmpOp, args: Args<'_>) -> Result<Value, Raised> {
    let (Value::Cell(a), Value::Cell(b)) = (&args[0], &args[1]) else { return Ok(Value::NotImplemented) };
    let (a, b) = (a.content.get(&vm.gil).clone(), b.content.get(&vm.gil).clone());
    if a.is_undef() || b.is_undef() {
        let full = (Value::Int(i64::from(!a.is_undef())), Value::Int(i64::from(!b.is_undef())));
        return vm.compare(op, &full.0, &full.1);
    }
    vm.compare(op, &a, &b)
}

fn contents(vm: &mut Vm, object: &Value) -> Result<Value, Raised> {
    match of(vm, object)?.content.get(&vm.gil).clone().bound() {
        Some(content) => Ok(content),
        None => Err(vm.value_error("Cell is empty")),
    }
}

fn set_contents(vm: &mut Vm, object: &Value, value: Option<Value>) -> Result<(), Raised> {
    of(vm, object)?.content.set(&mut vm.gil, value.unwrap_or_default());
    Ok(())
}
