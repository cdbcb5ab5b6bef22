//! `bisect`: searching and inserting in sorted sequences.

use super::NativeModule;
use crate::builtins::native;
use crate::bytecode::CmpOp;
use crate::object::{Args, Arity, Dict, NativeDef, Params, Ptr, Raised, Value, Vm};

pub const MODULE: NativeModule = NativeModule { name: "bisect", init };

const PARAMS: Params = Params { names: &["a", "x", "lo", "hi", "key"], required: 2, posonly: 0, kwonly: 1 };

const FUNCTIONS: &[NativeDef] = &[
    native(
        "bisect_left",
        Arity::Named(&PARAMS),
        bisect_left,
        "Return the index where to insert item x in list a, before equal items.",
    ),
    native(
        "bisect_right",
        Arity::Named(&PARAMS),
        bisect_right,
        "Return the index where to insert item x in list a, after equal items.",
    ),
    native(
        "insort_left",
        Arity::Named(&PARAMS),
        insort_left,
        "Insert item x in list a, and keep it sorted, before equal items.",
    ),
    native(
        "insort_right",
        Arity::Named(&PARAMS),
        insort_right,
        "Insert item x in list a, and keep it sorted, after equal items.",
    ),
];

fn init(vm: &mut Vm, dict: &Ptr<Dict>) -> Result<(), Raised> {
    vm.dict_set_str(dict, "__doc__", Value::str("Searching and inserting in sorted sequences."));
    vm.module_functions(dict, "_bisect", FUNCTIONS);
    for (alias, name) in [("bisect", "bisect_right"), ("insort", "insort_right")] {
        let name = vm.intern(name);
        if let Some(function) = dict.data.get(&vm.gil).get_str(&name).cloned() {
            vm.dict_set_str(dict, alias, function);
        }
    }
    Ok(())
}

/// Where `x` belongs; `x` is compared as it is, items by their keys.
fn search(vm: &mut Vm, args: Args<'_>, x: &Value, left: bool) -> Result<usize, Raised> {
    let low = match args.get(2) {
        Some(low) => vm.expect_isize(low)?,
        None => 0,
    };
    if low < 0 {
        return Err(vm.value_error("lo must be non-negative"));
    }
    let high = match args.get(3) {
        None | Some(Value::None) => vm.len(&args[0])? as isize,
        Some(high) => vm.expect_isize(high)?,
    };
    let key = args.get(4).filter(|key| !key.is_none());
    let (mut low, mut high) = (low as usize, high.max(0) as usize);
    while low < high {
        let middle = low + (high - low) / 2;
        let mut item = vm.getitem(&args[0], &Value::from(middle))?;
        if let Some(key) = key {
            item = vm.call(key, &[item])?;
        }
        let goes_on = if left { vm.compare_bool(CmpOp::Lt, &item, x)? } else { !vm.compare_bool(CmpOp::Lt, x, &item)? };
        if goes_on { low = middle + 1 } else { high = middle }
    }
    Ok(low)
}

fn bisect_left(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    search(vm, args, &args[1], true).map(Value::from)
}

fn bisect_right(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    search(vm, args, &args[1], false).map(Value::from)
}

fn insort(vm: &mut Vm, args: Args<'_>, left: bool) -> Result<Value, Raised> {
    let x = match args.get(4).filter(|key| !key.is_none()) {
        Some(key) => vm.call(key, &[args[1].clone()])?,
        None => args[1].clone(),
    };
    let at = search(vm, args, &x, left)?;
    match &args[0] {
        Value::List(list) => {
            let items = list.items.get_mut(&mut vm.gil);
            items.insert(at.min(items.len()), args[1].clone());
        }
        sequence => {
            vm.call_method_str(sequence, "insert", &[at.into(), args[1].clone()])?;
        }
    }
    Ok(Value::None)
}

fn insort_left(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    insort(vm, args, true)
}

fn insort_right(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    insort(vm, args, false)
}
