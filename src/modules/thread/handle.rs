//! `_thread._ThreadHandle`: a thread as its starter and joiners see it.

use std::sync::Arc;
use std::sync::atomic::Ordering;

use super::class::ClassDef;
use super::timeout;
use crate::builtins::native;
use crate::object::{Args, Arity, Class, Foreign, ForeignData, GetSetDef, Known, NativeDef, Ptr, Raised, Value, Vm};
use crate::runtime::spawn::ThreadHandle;

struct HandleData(Arc<ThreadHandle>);

impl ForeignData for HandleData {}

const CLASS: ClassDef =
    ClassDef { name: "_thread._ThreadHandle", new: NEW, methods: METHODS, slots: SLOTS, getsets: GETSETS };

/// The class.
pub(super) fn class(vm: &mut Vm) -> Ptr<Class> {
    super::class::class(vm, &CLASS)
}

/// A new handle, of a thread that has not started.
pub(super) fn new(vm: &mut Vm) -> Value {
    let class = class(vm);
    Foreign::new(class, HandleData(Arc::default())).into_value()
}

/// What the handle shares with its thread.
pub(super) fn shared(vm: &mut Vm, value: &Value) -> Result<Arc<ThreadHandle>, Raised> {
    match value {
        Value::Foreign(foreign) => match foreign.get::<HandleData>(&vm.gil) {
            Some(data) => Ok(data.0.clone()),
            None => Err(vm.type_error("'handle' must be a _ThreadHandle")),
        },
        _ => Err(vm.type_error("'handle' must be a _ThreadHandle")),
    }
}

const NEW: &[NativeDef] = &[native("__new__", Arity::Exact(1), make, "")];
const METHODS: &[NativeDef] = &[
    native("join", Arity::Range(1, 2), join, ""),
    native("is_done", Arity::Exact(1), is_done, ""),
    native("_set_done", Arity::Exact(1), set_done, ""),
];
const SLOTS: &[NativeDef] = &[native("__repr__", Arity::Exact(1), repr, "")];
const GETSETS: &[GetSetDef] = &[GetSetDef { name: "ident", get: ident, set: None, doc: "" }];

fn make(vm: &mut Vm, _: Args<'_>) -> Result<Value, Raised> {
    Ok(new(vm))
}

fn join(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let shared = shared(vm, &args[0])?;
    if !shared.started.load(Ordering::Relaxed) {
        return Err(vm.raise(Known::RuntimeError, "thread not started"));
    }
    let done = shared.done.load(Ordering::Relaxed);
    if !done && shared.ident.load(Ordering::Relaxed) == vm.ident() {
        return Err(vm.raise(Known::RuntimeError, "Cannot join current thread"));
    }
    let given = args.get(1).cloned();
    let limit = match &given {
        Some(value) if !value.is_none() && vm.to_f64(value)? < 0.0 => None,
        other => timeout(vm, other.as_ref())?,
    };
    vm.join_thread(&shared, limit)?;
    Ok(Value::None)
}

fn is_done(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    Ok(Value::bool(shared(vm, &args[0])?.done.load(Ordering::Relaxed)))
}

fn set_done(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let shared = shared(vm, &args[0])?;
    if !shared.started.load(Ordering::Relaxed) {
        return Err(vm.raise(Known::RuntimeError, "thread not started"));
    }
    shared.finish(vm);
    Ok(Value::None)
}

fn ident(vm: &mut Vm, this: &Value) -> Result<Value, Raised> {
    Ok(Value::Int(shared(vm, this)?.ident.load(Ordering::Relaxed) as i64))
}

fn repr(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let shared = shared(vm, &args[0])?;
    let ident = shared.ident.load(Ordering::Relaxed);
    Ok(Value::from(format!("<_ThreadHandle object: ident={ident}>")))
}
