//! Iterators over a deque.

use super::deque::view;
use crate::builtins::native;
use crate::modules::foreign::{define_iterator, foreign_data, seal};
use crate::object::{Args, Arity, Dict, Foreign, Known, NativeDef, Ptr, Raised, Raw, Value, Vm};

/// The classes of the iterators.
#[derive(Default)]
struct Classes {
    forward: Value,
    backward: Value,
}

struct DequeIter {
    deque: Value,
    /// How many items have been handed out.
    done: usize,
    changes: u64,
    reversed: bool,
}

foreign_data! { DequeIter, next: next, single: [deque], many: [] }

const FORWARD: &[NativeDef] = &[native("__new__", Arity::Exact(2), new, "Make an instance of the class.")];
const BACKWARD: &[NativeDef] = &[native("__new__", Arity::Exact(2), new_reversed, "Make an instance of the class.")];
const METHODS: &[NativeDef] =
    &[native("__length_hint__", Arity::Exact(1), length_hint, "How many items are left, as a guess for list().")];

/// Adds the classes to the module.
pub(super) fn define(vm: &mut Vm, dict: &Ptr<Dict>) {
    let forward = define_iterator(vm, dict, "collections._deque_iterator", FORWARD, METHODS);
    let backward = define_iterator(vm, dict, "collections._deque_reverse_iterator", BACKWARD, METHODS);
    seal(vm, &forward);
    seal(vm, &backward);
    let (forward, backward) = (forward.into_value(), backward.into_value());
    *vm.interp.extension::<Classes>(&mut vm.gil) = Classes { forward, backward };
}

fn make(vm: &mut Vm, class: &Value, deque: &Value, reversed: bool) -> Result<Value, Raised> {
    let class = vm.expect_class(class)?;
    let Some(changes) = view(vm, deque).map(|deque| deque.changes) else {
        let found = vm.class_name(deque);
        return Err(vm.type_error(format!("argument 1 must be collections.deque, not {found}")));
    };
    Ok(Foreign::new(class, DequeIter { deque: deque.clone(), done: 0, changes, reversed }).into_value())
}

fn new(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    make(vm, &args[0], &args[1], false)
}

fn new_reversed(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    make(vm, &args[0], &args[1], true)
}

/// `deque.__iter__`.
pub(super) fn iter(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let class = vm.interp.extension::<Classes>(&mut vm.gil).forward.clone();
    make(vm, &class, &args[0], false)
}

/// `deque.__reversed__`.
pub(super) fn reversed(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let class = vm.interp.extension::<Classes>(&mut vm.gil).backward.clone();
    make(vm, &class, &args[0], true)
}

fn next(vm: &mut Vm, object: &Raw<Foreign>) -> Result<Option<Value>, Raised> {
    let Some(state) = object.get::<DequeIter>(&vm.gil) else { return Ok(None) };
    let Some(deque) = view(vm, &state.deque) else { return Ok(None) };
    let done = state.done;
    if deque.changes != state.changes {
        if done < deque.items.len() || done == 0 {
            return Err(vm.raise(Known::RuntimeError, "deque mutated during iteration"));
        }
        return Ok(None);
    }
    let at = if state.reversed { deque.items.len().checked_sub(done + 1) } else { Some(done) };
    let item = at.and_then(|at| deque.items.get(at).cloned());
    if item.is_some() {
        if let Some(state) = object.get_mut::<DequeIter>(&mut vm.gil) {
            state.done = done + 1;
        }
    }
    Ok(item)
}

fn length_hint(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let Value::Foreign(object) = &args[0] else { return Ok(Value::Int(0)) };
    let Some(state) = object.get::<DequeIter>(&vm.gil) else { return Ok(Value::Int(0)) };
    let len = view(vm, &state.deque).map_or(0, |deque| deque.items.len());
    Ok(len.saturating_sub(state.done).into())
}
