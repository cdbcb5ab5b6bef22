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
    native("heappush", Arity::Exact(2), heap::heappush, "Push item onto heap, maintaining the heap invariant."),
    native(
        "heappop",
        Arity::Exact(1),
        heap::heappop,
        "Pop the smallest item off the heap, maintaining the heap invariant.",
    ),
    native(
        "heappushpop",
        Arity::Exact(2),
        heap::heappushpop,
        "Push item on the heap, then pop and return the smallest item from the heap.",
    ),
    native(
        "heapreplace",
        Arity::Exact(2),
        heap::heapreplace,
        "Pop and return the current smallest value, and add the new item.",
    ),
    native("heapify", Arity::Exact(1), heap::heapify, "Transform list into a heap, in-place, in O(len(heap)) time."),
    native("_heappop_max", Arity::Exact(1), heap::heappop_max, "Maxheap variant of heappop."),
    native("_heapreplace_max", Arity::Exact(2), heap::heapreplace_max, "Maxheap variant of heapreplace."),
    native("_heapify_max", Arity::Exact(1), heap::heapify_max, "Maxheap variant of heapify."),
    native("merge", Arity::Any, merge::merge, "Merge multiple sorted inputs into a single sorted output."),
    native("nlargest", Arity::Named(&BEST), nlargest, "Find the n largest elements in a dataset."),
    native("nsmallest", Arity::Named(&BEST), nsmallest, "Find the n smallest elements in a dataset."),
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
