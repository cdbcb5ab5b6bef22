//! `gc`: the cycle collector's front.

use super::NativeModule;
use crate::builtins::native;
use crate::object::{Args, Arity, Dict, Known, NativeDef, Params, Ptr, Raised, Value, Vm};

pub const MODULE: NativeModule = NativeModule { name: "gc", init };

const COLLECT: Params = Params { names: &["generation"], required: 0, posonly: 0, kwonly: 0 };
const OBJECTS: Params = Params { names: &["generation"], required: 0, posonly: 0, kwonly: 1 };

const FUNCTIONS: &[NativeDef] = &[
    native("enable", Arity::Exact(0), enable, "Look for cyclic garbage from time to time."),
    native("disable", Arity::Exact(0), disable, "No longer look for cyclic garbage by itself."),
    native("isenabled", Arity::Exact(0), is_enabled, "Whether cyclic garbage is looked for by itself."),
    native("collect", Arity::Named(&COLLECT), collect, "Look for cyclic garbage now; the number of objects found."),
    native("get_count", Arity::Exact(0), get_count, "How far each generation is from its threshold."),
    native("get_threshold", Arity::Exact(0), get_threshold, "The numbers at which generations are looked through."),
    native("set_threshold", Arity::Range(1, 3), set_threshold, "Say at which numbers generations are looked through."),
    native(
        "get_stats",
        Arity::Exact(0),
        get_stats,
        "For each generation, how often it was looked through and what was found.",
    ),
    native("get_objects", Arity::Named(&OBJECTS), get_objects, "The objects that may be part of cycles, as a list."),
    native("get_referrers", Arity::Variadic, get_referrers, "The objects that hold one of these, as a list."),
    native("get_referents", Arity::Variadic, get_referents, "The objects that these hold, as a list."),
    native("is_tracked", Arity::Exact(1), is_tracked, "Whether the object may be part of a cycle."),
    native("freeze", Arity::Exact(0), nothing, "Accepted, and without effect: Mini keeps no permanent generation."),
    native("unfreeze", Arity::Exact(0), nothing, "Accepted, and without effect: Mini keeps no permanent generation."),
    native(
        "get_freeze_count",
        Arity::Exact(0),
        zero,
        "Return the number of objects in the permanent generation: none.",
    ),
    native("set_debug", Arity::Exact(1), set_debug, "Set the garbage collection debugging flags: only 0 is supported."),
    native("get_debug", Arity::Exact(0), zero, "Get the garbage collection debugging flags: none."),
];

fn init(vm: &mut Vm, dict: &Ptr<Dict>) -> Result<(), Raised> {
    vm.dict_set_str(dict, "__doc__", Value::str("The collector of reference cycles."));
    vm.module_functions(dict, "gc", FUNCTIONS);
    for (name, flag) in [("STATS", 1), ("COLLECTABLE", 2), ("UNCOLLECTABLE", 4), ("SAVEALL", 32), ("LEAK", 38)] {
        vm.dict_set_str(dict, &format!("DEBUG_{name}"), Value::Int(flag));
    }
    vm.dict_set_str(dict, "garbage", Value::list(Vec::new()));
    vm.dict_set_str(dict, "callbacks", Value::list(Vec::new()));
    Ok(())
}

fn enable(vm: &mut Vm, _args: Args<'_>) -> Result<Value, Raised> {
    vm.interp.heap.set_enabled(true);
    Ok(Value::None)
}

fn disable(vm: &mut Vm, _args: Args<'_>) -> Result<Value, Raised> {
    vm.interp.heap.set_enabled(false);
    Ok(Value::None)
}

fn is_enabled(vm: &mut Vm, _args: Args<'_>) -> Result<Value, Raised> {
    Ok(vm.interp.heap.is_enabled().into())
}

/// The generation that an argument names.
fn generation(vm: &mut Vm, value: Option<&Value>, default: i64) -> Result<i64, Raised> {
    let generation = match value {
        None | Some(Value::None) => default,
        Some(value) => vm.expect_i64(value)?,
    };
    if (0..=2).contains(&generation) { Ok(generation) } else { Err(vm.value_error("invalid generation")) }
}

/// `collect(generation=2)`: generation 0 is the young one; 1 and 2 are all objects.
fn collect(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let generation = generation(vm, args.get(0), 2)?;
    let count = vm.collect_garbage(generation > 0);
    vm.run_pending();
    Ok(count.into())
}

fn get_count(vm: &mut Vm, _args: Args<'_>) -> Result<Value, Raised> {
    let young = vm.interp.heap.young_count();
    Ok(Value::tuple(vec![young.into(), Value::Int(0), Value::Int(0)]))
}

fn get_threshold(vm: &mut Vm, _args: Args<'_>) -> Result<Value, Raised> {
    let threshold = vm.interp.heap.threshold();
    Ok(Value::tuple(vec![threshold.into(), Value::Int(10), Value::Int(10)]))
}

fn set_threshold(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let threshold = vm.expect_i64(&args[0])?;
    vm.interp.heap.set_threshold(threshold.max(0) as usize);
    Ok(Value::None)
}

fn get_stats(vm: &mut Vm, _args: Args<'_>) -> Result<Value, Raised> {
    let [young, full] = vm.interp.extension::<crate::vm::collect::GcState>(&mut vm.gil).stats;
    let mut stats = Vec::with_capacity(3);
    for (collections, collected) in [young, (0, 0), full] {
        let entry = Dict::new();
        vm.dict_set_str(&entry, "collections", collections.into());
        vm.dict_set_str(&entry, "collected", collected.into());
        vm.dict_set_str(&entry, "uncollectable", Value::Int(0));
        stats.push(entry.into_value());
    }
    Ok(Value::list(stats))
}

fn get_objects(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    generation(vm, args.get(0), 2)?;
    Ok(Value::list(vm.interp.heap.objects()))
}

fn get_referents(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let heap = &vm.interp.heap;
    Ok(Value::list(args.values().iter().flat_map(|object| heap.referents(object)).collect()))
}

fn get_referrers(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let heap = &vm.interp.heap;
    let mut objects = heap.objects();
    objects
        .retain(|object| heap.referents(object).iter().any(|item| args.values().iter().any(|wanted| wanted.is(item))));
    Ok(Value::list(objects))
}

fn is_tracked(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    Ok(vm.interp.heap.is_tracked(&args[0]).into())
}

fn nothing(_vm: &mut Vm, _args: Args<'_>) -> Result<Value, Raised> {
    Ok(Value::None)
}

fn set_debug(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    match vm.expect_i64(&args[0])? {
        0 => Ok(Value::None),
        _ => Err(vm.raise(Known::NotImplementedError, "gc debugging flags are not supported by Mini")),
    }
}

fn zero(_vm: &mut Vm, _args: Args<'_>) -> Result<Value, Raised> {
    Ok(Value::Int(0))
}
