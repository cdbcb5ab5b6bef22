//! `_thread.RLock`.

use std::sync::Arc;

use super::class::ClassDef;
use super::lock::{ACQUIRE, Patience, patience, take_or_wait};
use crate::builtins::native;
use crate::gil::WaitQueue;
use crate::object::{Args, Arity, Class, Foreign, ForeignData, Known, NativeDef, Ptr, Raised, Value, Vm};

/// A lock that its owner may take again.
struct RLock {
    owner: u64,
    count: u64,
    queue: Arc<WaitQueue>,
}

impl ForeignData for RLock {}

const CLASS: ClassDef = ClassDef { name: "_thread.RLock", new: NEW, methods: METHODS, slots: SLOTS, getsets: &[] };

/// The class.
pub(super) fn class(vm: &mut Vm) -> Ptr<Class> {
    super::class::class(vm, &CLASS)
}

const NEW: &[NativeDef] = &[native("__new__", Arity::Any, make, "")];
const METHODS: &[NativeDef] = &[
    native("acquire", Arity::Named(&ACQUIRE), acquire, "Lock the lock; True if that was done."),
    native("release", Arity::Exact(1), release, "Release the lock."),
    native("__enter__", Arity::Exact(1), enter, "Lock the lock."),
    native("__exit__", Arity::Variadic, exit, "Release the lock."),
    native("_is_owned", Arity::Exact(1), is_owned, "For internal use by threading.Condition."),
    native("_recursion_count", Arity::Exact(1), recursion_count, "Whether this thread holds the lock, for conditions."),
    native("_release_save", Arity::Exact(1), release_save, "For internal use by threading.Condition."),
    native("_acquire_restore", Arity::Exact(2), acquire_restore, "For internal use by threading.Condition."),
    native("_at_fork_reinit", Arity::Exact(1), reinit, ""),
];
const SLOTS: &[NativeDef] = &[native("__repr__", Arity::Exact(1), repr, "")];

fn make(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let is_plain = matches!(&args[0], Value::Class(made) if made.is(&class(vm)));
    if is_plain && (args.positional().len() > 1 || args.keywords().next().is_some()) {
        let message = "Passing arguments to RLock is deprecated and will be removed in 3.15";
        vm.warn(Known::DeprecationWarning, message, 1)?;
    }
    let class = class(vm);
    Ok(Foreign::new(class, RLock { owner: 0, count: 0, queue: Arc::default() }).into_value())
}

fn data<'a>(vm: &'a mut Vm, value: &'a Value) -> Option<&'a mut RLock> {
    match value {
        Value::Foreign(foreign) => foreign.get_mut::<RLock>(&mut vm.gil),
        _ => None,
    }
}

fn take(vm: &mut Vm, this: &Value, count: u64, patience: Patience) -> Result<bool, Raised> {
    let own = vm.ident();
    take_or_wait(vm, patience, |vm| match data(vm, this) {
        Some(lock) if lock.count > 0 && lock.owner != own => Err(lock.queue.clone()),
        Some(lock) => {
            lock.owner = own;
            lock.count += count;
            Ok(true)
        }
        None => Ok(false),
    })
}

fn acquire(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let patience = patience(vm, &args)?;
    take(vm, &args[0], 1, patience).map(Value::bool)
}

fn enter(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    take(vm, &args[0], 1, Some(None)).map(Value::bool)
}

/// Gives up `count` holds, or all; tells how many there were.
fn give_up(vm: &mut Vm, this: &Value, all: bool) -> Result<u64, Raised> {
    let own = vm.ident();
    let Some(lock) = data(vm, this) else { return Ok(0) };
    if lock.count == 0 || lock.owner != own {
        return Err(vm.raise(Known::RuntimeError, "cannot release un-acquired lock"));
    }
    let held = lock.count;
    lock.count = if all { 0 } else { held - 1 };
    if lock.count == 0 {
        lock.owner = 0;
        let queue = lock.queue.clone();
        queue.wake_one(&mut vm.gil);
        vm.sync_point();
    }
    Ok(held)
}

fn release(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    give_up(vm, &args[0], false).map(|_| Value::None)
}

fn exit(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    release(vm, args)
}

fn is_owned(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let own = vm.ident();
    Ok(Value::bool(data(vm, &args[0]).is_some_and(|lock| lock.count > 0 && lock.owner == own)))
}

fn recursion_count(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let own = vm.ident();
    Ok(Value::Int(data(vm, &args[0]).map_or(0, |lock| if lock.owner == own { lock.count as i64 } else { 0 })))
}

fn release_save(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let held = give_up(vm, &args[0], true)?;
    Ok(Value::tuple(vec![Value::Int(held as i64), Value::Int(vm.ident() as i64)]))
}

fn acquire_restore(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let count = match &args[1] {
        Value::Tuple(state) => match state.first() {
            Some(Value::Int(count)) => *count as u64,
            _ => 1,
        },
        _ => 1,
    };
    take(vm, &args[0], count, Some(None))?;
    Ok(Value::None)
}

fn reinit(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    if let Some(lock) = data(vm, &args[0]) {
        *lock = RLock { owner: 0, count: 0, queue: Arc::default() };
    }
    Ok(Value::None)
}

fn repr(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let (owner, count) = data(vm, &args[0]).map_or((0, 0), |lock| (lock.owner, lock.count));
    let state = if count > 0 { "locked" } else { "unlocked" };
    Ok(Value::from(format!("<{state} _thread.RLock object owner={owner} count={count} at {:#x}>", args[0].identity())))
}
