//! `heapq`: a list as a priority queue.

mod heap;
mod merge;

use super::NativeModule;
use crate::builtins::list::sort::sort_values;
use crate::builtins::native;
use crate::object::{Args, Arity, Dict, NativeDef, Params, Ptr, Raised, Value, Vm};

pub const MODULE: NativeModule = NativeModule { name: "heapq", init };

const BEST: Params = Params { names: &["n", "iterable", "key"], required: 2, posonly: 0, kwonly: 0 };

const FUNCTIONS: &[NativeDef] = &[
    native("heappush", Arity::Exact(2), heap::heappush, "Add an item to a heap."),
    native("heappop", Arity::Exact(1), heap::heappop, "Take the smallest item out of a heap."),
    native(
        "heappushpop",
        Arity::Exact(2),
        heap::heappushpop,
        "Add an item to a heap, then take the smallest out; faster than both calls.",
    ),
    native(
        "heapreplace",
        Arity::Exact(2),
        heap::heapreplace,
        "Take the smallest item out of a heap, then add one; faster than both calls.",
    ),
    native("heapify", Arity::Exact(1), heap::heapify, "Bring a list into the order of a heap."),
    native(
        "_heappop_max",
        Arity::Exact(1),
        heap::heappop_max,
        "Take the largest item out of a heap with the largest in front.",
    ),
    native("_heapreplace_max", Arity::Exact(2), heap::heapreplace_max, "Take the largest item out, then add one."),
    native(
        "_heapify_max",
        Arity::Exact(1),
        heap::heapify_max,
        "Bring a list into the order of a heap with the largest in front.",
    ),
    native("merge", Arity::Any, merge::merge, "Iterate over the items of sorted iterables in order."),
    native("nlargest", Arity::Named(&BEST), nlargest, "The n largest items, in falling order."),
    native("nsmallest", Arity::Named(&BEST), nsmallest, "The n smallest items, in order."),
];

const PUBLIC: &[&str] =
    &["heappush", "heappop", "heapify", "heapreplace", "merge", "nlargest", "nsmallest", "heappushpop"];

fn init(vm: &mut Vm, dict: &Ptr<Dict>) -> Result<(), Raised> {
    vm.dict_set_str(dict, "__doc__", Value::str("Heap queues: lists whose smallest item comes first."));
    vm.dict_set_str(dict, "__all__", Value::list(PUBLIC.iter().map(|name| Value::str(name)).collect()));
    vm.module_functions(dict, "_heapq", FUNCTIONS);
    merge::define(vm);
    Ok(())
}

/// The first `n` items in order: what sorting everything would begin with.
fn best(vm: &mut Vm, args: Args<'_>, reverse: bool) -> Result<Value, Raised> {
    let count = vm.expect_isize(&args[0])?.max(0) as usize;
    let key = args.get(2).filter(|key| !key.is_none());
    let mut items = vm.collect(&args[1])?;
    sort_values(vm, &mut items, key, reverse)?;
    items.truncate(count);
    Ok(Value::list(items))
}

fn nlargest(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    best(vm, args, true)
}

fn nsmallest(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    best(vm, args, false)
}
