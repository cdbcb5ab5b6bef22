//! `_thread.lock`.

use std::sync::Arc;
use std::time::Duration;

use super::class::ClassDef;
use super::timeout;
use crate::builtins::native;
use crate::gil::{WaitQueue, WaitReason};
use crate::object::{Args, Arity, Class, Foreign, ForeignData, Known, NativeDef, Params, Ptr, Raised, Value, Vm};

/// A lock: taken or free, and who waits for it.
struct Lock {
    locked: bool,
    queue: Arc<WaitQueue>,
}

impl ForeignData for Lock {}

const CLASS: ClassDef = ClassDef { name: "_thread.lock", new: NEW, methods: METHODS, slots: SLOTS, getsets: &[] };

/// The class.
pub(super) fn class(vm: &mut Vm) -> Ptr<Class> {
    super::class::class(vm, &CLASS)
}

/// A new lock, free.
pub(super) fn new(vm: &mut Vm) -> Value {
    let class = class(vm);
    Foreign::new(class, Lock { locked: false, queue: Arc::default() }).into_value()
}

pub(super) const ACQUIRE: Params =
    Params { names: &["self", "blocking", "timeout"], required: 1, posonly: 1, kwonly: 0 };

const NEW: &[NativeDef] = &[native("__new__", Arity::Any, make, "")];
const METHODS: &[NativeDef] = &[
    native("acquire", Arity::Named(&ACQUIRE), acquire, "Lock the lock; True if that was done."),
    native("acquire_lock", Arity::Named(&ACQUIRE), acquire, "As acquire(), by its old name."),
    native("release", Arity::Exact(1), release, "Release the lock."),
    native("release_lock", Arity::Exact(1), release, "As release(), by its old name."),
    native("locked", Arity::Exact(1), locked, "Whether the lock is in use."),
    native("locked_lock", Arity::Exact(1), locked, "As locked(), by its old name."),
    native("__enter__", Arity::Exact(1), enter, "Lock the lock."),
    native("__exit__", Arity::Variadic, exit, "Release the lock."),
    native("_at_fork_reinit", Arity::Exact(1), reinit, ""),
];
const SLOTS: &[NativeDef] = &[native("__repr__", Arity::Exact(1), repr, "")];

fn make(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    if args.keyword_count() > 0 {
        return Err(vm.type_error("lock() takes no keyword arguments"));
    }
    let given = args.positional().len() - 1;
    if given > 0 {
        return Err(vm.type_error(format!("lock expected 0 arguments, got {given}")));
    }
    Ok(new(vm))
}

fn data<'a>(vm: &'a mut Vm, value: &'a Value) -> Option<&'a mut Lock> {
    match value {
        Value::Foreign(foreign) => foreign.get_mut::<Lock>(&mut vm.gil),
        _ => None,
    }
}

/// How long an `acquire` waits: None for not at all, `Some(None)` without end.
pub(super) type Patience = Option<Option<Duration>>;

/// The arguments `blocking` and `timeout` of an `acquire`.
pub(super) fn patience(vm: &mut Vm, args: &Args<'_>) -> Result<Patience, Raised> {
    let blocking = match args.get(1) {
        Some(blocking) => vm.truth(blocking)?,
        None => true,
    };
    let given = args.get(2).cloned();
    let limit = timeout(vm, given.as_ref())?;
    if !blocking {
        if limit.is_some() {
            return Err(vm.value_error("can't specify a timeout for a non-blocking call"));
        }
        return Ok(None);
    }
    Ok(Some(limit))
}

fn acquire(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let patience = patience(vm, &args)?;
    take(vm, &args[0], patience).map(Value::bool)
}

fn take(vm: &mut Vm, this: &Value, patience: Patience) -> Result<bool, Raised> {
    take_or_wait(vm, patience, |vm| match data(vm, this) {
        Some(lock) if lock.locked => Err(lock.queue.clone()),
        Some(lock) => {
            lock.locked = true;
            Ok(true)
        }
        None => Ok(false),
    })
}

/// Tries to take a lock until that is settled: `attempt` tells whether it was taken, or the queue to wait in.
pub(super) fn take_or_wait(
    vm: &mut Vm,
    patience: Patience,
    mut attempt: impl FnMut(&mut Vm) -> Result<bool, Arc<WaitQueue>>,
) -> Result<bool, Raised> {
    vm.sync_point();
    let mut queue = match attempt(vm) {
        Ok(taken) => return Ok(taken),
        Err(queue) => queue,
    };
    let Some(limit) = patience else { return Ok(false) };
    let deadline = vm.deadline(limit);
    loop {
        let woken = vm.wait_in(&queue, WaitReason::Lock, deadline)?;
        match attempt(vm) {
            Ok(taken) => return Ok(taken),
            Err(_) if !woken => return Ok(false),
            Err(again) => queue = again,
        }
    }
}

fn release(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let Some(lock) = data(vm, &args[0]) else { return Ok(Value::None) };
    if !lock.locked {
        return Err(vm.raise(Known::RuntimeError, "release unlocked lock"));
    }
    lock.locked = false;
    let queue = lock.queue.clone();
    queue.wake_one(&mut vm.gil);
    vm.sync_point();
    Ok(Value::None)
}

fn locked(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    Ok(Value::bool(data(vm, &args[0]).is_some_and(|lock| lock.locked)))
}

fn enter(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    take(vm, &args[0], Some(None)).map(Value::bool)
}

fn exit(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    release(vm, args)
}

fn reinit(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    if let Some(lock) = data(vm, &args[0]) {
        lock.locked = false;
        lock.queue = Arc::default();
    }
    Ok(Value::None)
}

fn repr(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let state = if data(vm, &args[0]).is_some_and(|lock| lock.locked) { "locked" } else { "unlocked" };
    Ok(Value::from(format!("<{state} _thread.lock object at {:#x}>", args[0].identity())))
}
