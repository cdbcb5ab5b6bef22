//! `_queue`: a queue whose methods run no script code between looking at the items and changing them, so that they may
//! be called from finalisers and signal handlers that interrupt one another.

use std::collections::VecDeque;
use std::sync::Arc;
use std::time::Duration;

use super::NativeModule;
use super::foreign::{define_class, define_exception};
use crate::builtins::native;
use crate::builtins::sequence::CLASS_GETITEM;
use crate::gil::{WaitQueue, WaitReason};
use crate::object::{
    Args, Arity, Class, ClassFlags, Dict, Foreign, ForeignData, Known, NativeDef, NativeKind, Params, Ptr, Raised,
    Value, Vm,
};

pub(super) const MODULE: NativeModule = NativeModule { name: "_queue", init };

/// The items, and the threads that wait for one.
#[derive(Default)]
struct SimpleQueue {
    items: VecDeque<Value>,
    getters: Arc<WaitQueue>,
}

impl ForeignData for SimpleQueue {
    fn trace(&self, visit: &mut dyn FnMut(&Value)) {
        self.items.iter().for_each(visit);
    }

    fn clear(&mut self) -> Vec<Value> {
        std::mem::take(&mut self.items).into()
    }
}

/// `_queue.Empty`, made with the module.
#[derive(Default)]
struct Empty(Option<Ptr<Class>>);

const NEW: &[NativeDef] = &[native("__new__", Arity::Any, new, "")];
const METHODS: &[NativeDef] = &[
    native("put", Arity::Named(&PUT), put, "Put the item on the queue; never waits."),
    native("put_nowait", Arity::Named(&PUT_NOWAIT), put, "Put an item into the queue, which has room for any number."),
    native("get", Arity::Named(&GET), get, "Remove and return an item; wait for one, or raise Empty."),
    native("get_nowait", Arity::Exact(1), get_nowait, "Remove and return an item, or raise Empty."),
    native("empty", Arity::Exact(1), empty, "True if there was no item just now."),
    native("qsize", Arity::Exact(1), qsize, "About how many items there are."),
];

const PUT: Params = Params { names: &["self", "item", "block", "timeout"], required: 2, posonly: 1, kwonly: 0 };
const PUT_NOWAIT: Params = Params { names: &["self", "item"], required: 2, posonly: 1, kwonly: 0 };
const GET: Params = Params { names: &["self", "block", "timeout"], required: 1, posonly: 1, kwonly: 0 };

fn init(vm: &mut Vm, dict: &Ptr<Dict>) -> Result<(), Raised> {
    let base = vm.known(Known::Exception).into_value();
    let error = define_exception(vm, dict, "_queue.Empty", base)?;
    vm.interp.extension::<Empty>(&mut vm.gil).0 = Some(error);
    let class = define_class(vm, dict, "_queue.SimpleQueue", NEW, METHODS);
    vm.add_methods(&class, NativeKind::ClassMethod, CLASS_GETITEM);
    class.data.get_mut(&mut vm.gil).flags.set(ClassFlags::HAS_WEAKREF, true);
    Ok(())
}

fn new(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let class = vm.expect_class(&args[0])?;
    Ok(Foreign::new(class, SimpleQueue::default()).into_value())
}

fn data<'a>(vm: &'a mut Vm, this: &'a Value) -> Result<&'a mut SimpleQueue, Raised> {
    match this {
        Value::Foreign(foreign) if foreign.get::<SimpleQueue>(&vm.gil).is_some() => {
            Ok(foreign.get_mut::<SimpleQueue>(&mut vm.gil).expect("its type was just looked at"))
        }
        _ => Err(vm.type_error("a SimpleQueue is required")),
    }
}

fn put(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    vm.sync_point();
    let queue = data(vm, &args[0])?;
    queue.items.push_back(args[1].clone());
    let getters = queue.getters.clone();
    getters.wake_one(&mut vm.gil);
    Ok(Value::None)
}

fn take(vm: &mut Vm, this: &Value, patience: Option<Option<Duration>>) -> Result<Value, Raised> {
    vm.sync_point();
    let queue = data(vm, this)?;
    if let Some(item) = queue.items.pop_front() {
        return Ok(item);
    }
    let getters = queue.getters.clone();
    if let Some(limit) = patience {
        let deadline = vm.deadline(limit);
        loop {
            let woken = vm.wait_in(&getters, WaitReason::Queue, deadline)?;
            if let Some(item) = data(vm, this)?.items.pop_front() {
                return Ok(item);
            }
            if !woken {
                break;
            }
        }
    }
    match vm.interp.extension::<Empty>(&mut vm.gil).0.clone() {
        Some(error) => {
            let exception = vm.exception_of(error, Vec::new());
            Err(vm.raise_value(exception))
        }
        None => Err(vm.raise(Known::Exception, "Empty")),
    }
}

fn get(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let block = match args.get(1) {
        Some(block) => vm.truth(block)?,
        None => true,
    };
    let limit = match args.get(2).filter(|limit| block && !limit.is_none()) {
        Some(limit) => {
            let seconds = vm.to_f64(limit)?;
            if seconds.is_nan() {
                return Err(vm.value_error("Invalid value NaN (not a number)"));
            }
            if seconds < 0.0 {
                return Err(vm.value_error("'timeout' must be a non-negative number"));
            }
            match Duration::try_from_secs_f64(seconds) {
                Ok(limit) if limit.as_secs() < u64::MAX >> 1 => Some(limit),
                _ => return Err(vm.raise(Known::OverflowError, "timestamp out of range for platform time_t")),
            }
        }
        None => None,
    };
    take(vm, &args[0], block.then_some(limit))
}

fn get_nowait(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    take(vm, &args[0], None)
}

fn empty(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    Ok(Value::bool(data(vm, &args[0])?.items.is_empty()))
}

fn qsize(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    Ok(Value::from(data(vm, &args[0])?.items.len()))
}
