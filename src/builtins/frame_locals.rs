//! `f_locals` of a function's frame: a mapping that reads and writes the variables themselves (PEP 667).

use crate::builtins::native;
use crate::bytecode::{BinOp, CmpOp};
use crate::object::{Args, Arity, Dict, Foreign, ForeignData, Known, NativeDef, NativeKind, Ptr, Raised, Value, Vm};

struct FrameLocals {
    frame: Value,
}

impl ForeignData for FrameLocals {
    fn trace(&self, visit: &mut dyn FnMut(&Value)) {
        visit(&self.frame);
    }

    fn clear(&mut self) -> Vec<Value> {
        vec![self.frame.take()]
    }
}

const SLOTS: &[NativeDef] = &[
    native("__repr__", Arity::Exact(1), repr, "Return repr(self)."),
    native("__len__", Arity::Exact(1), |vm, args| snapshot(vm, &args[0], |vm, dict| vm.len(dict).map(Value::from)), ""),
    native("__getitem__", Arity::Exact(2), getitem, "Return self[key]."),
    native("__setitem__", Arity::Exact(3), setitem, "Set self[key] to value."),
    native("__delitem__", Arity::Exact(2), delitem, "Delete self[key]."),
    native("__contains__", Arity::Exact(2), contains, "Return bool(key in self)."),
    native("__iter__", Arity::Exact(1), |vm, args| listed(vm, args, "keys").and_then(|keys| vm.iter(&keys)), ""),
    native("__eq__", Arity::Exact(2), |vm, args| compare(vm, args, CmpOp::Eq), "Return self==value."),
    native("__ne__", Arity::Exact(2), |vm, args| compare(vm, args, CmpOp::Ne), "Return self!=value."),
    native("__or__", Arity::Exact(2), |vm, args| merge(vm, &args[0], &args[1]), "Return self|value."),
    native("__ror__", Arity::Exact(2), |vm, args| merge(vm, &args[1], &args[0]), "Return value|self."),
    native("__ior__", Arity::Exact(2), ior, "Return self|=value."),
];

const METHODS: &[NativeDef] = &[
    native("keys", Arity::Exact(1), |vm, args| listed(vm, args, "keys"), ""),
    native("values", Arity::Exact(1), |vm, args| listed(vm, args, "values"), ""),
    native("items", Arity::Exact(1), |vm, args| listed(vm, args, "items"), ""),
    native("copy", Arity::Exact(1), |vm, args| snapshot(vm, &args[0], |_, dict| Ok(dict.clone())), ""),
    native("get", Arity::Range(2, 3), get, ""),
    native("setdefault", Arity::Range(2, 3), setdefault, ""),
    native("update", Arity::Exact(2), |vm, args| update(vm, &args[0], &args[1]), ""),
    native("__reversed__", Arity::Exact(1), reversed, ""),
];

/// Gives the mapping its methods.
pub(super) fn install(vm: &mut Vm) {
    let class = vm.known(Known::FrameLocalsProxy);
    vm.add_methods(&class, NativeKind::SlotWrapper, SLOTS);
    vm.add_methods(&class, NativeKind::Method, METHODS);
}

/// The variables of a function's frame as a mapping.
pub(super) fn make(vm: &mut Vm, frame: &Value) -> Value {
    let class = vm.known(Known::FrameLocalsProxy);
    Foreign::new(class, FrameLocals { frame: frame.clone() }).into_value()
}

fn frame_of(vm: &Vm, value: &Value) -> Option<Value> {
    match value {
        Value::Foreign(foreign) => foreign.get::<FrameLocals>(&vm.gil).map(|locals| locals.frame.clone()),
        _ => None,
    }
}

fn of(vm: &mut Vm, value: &Value) -> Result<Value, Raised> {
    match frame_of(vm, value) {
        Some(frame) => Ok(frame),
        None => Err(super::receiver::wrong_receiver(vm, value, Known::FrameLocalsProxy)),
    }
}

/// What the variables are now, in a new dict, given to `action`.
fn snapshot<R>(
    vm: &mut Vm,
    value: &Value,
    action: impl FnOnce(&mut Vm, &Value) -> Result<R, Raised>,
) -> Result<R, Raised> {
    let frame = of(vm, value)?;
    let variables = vm.frame_variables(&frame);
    action(vm, &variables)
}

fn repr(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    // Every `f_locals` is an object of its own: the frame is what must not be printed within itself.
    let frame = of(vm, &args[0])?;
    if !vm.enter_repr(&frame)? {
        return Ok(Value::str("{...}"));
    }
    let text = snapshot(vm, &args[0], |vm, dict| vm.repr(dict));
    vm.leave_repr(&frame);
    text.map(Value::from)
}

fn getitem(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    match find(vm, &args[0], &args[1])? {
        Some(value) => Ok(value),
        None => {
            let shown = vm.repr(&args[1])?;
            Err(vm.raise(Known::KeyError, format!("local variable '{}' is not defined", shown.as_str())))
        }
    }
}

fn find(vm: &mut Vm, locals: &Value, key: &Value) -> Result<Option<Value>, Raised> {
    snapshot(vm, locals, |vm, dict| match dict {
        Value::Dict(dict) => vm.dict_get(dict, key),
        _ => Ok(None),
    })
}

fn setitem(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let frame = of(vm, &args[0])?;
    vm.set_frame_variable(&frame, &args[1], args[2].clone())?;
    Ok(Value::None)
}

fn delitem(vm: &mut Vm, _args: Args<'_>) -> Result<Value, Raised> {
    Err(vm.type_error("cannot remove variables from FrameLocalsProxy"))
}

fn contains(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    Ok(Value::bool(find(vm, &args[0], &args[1])?.is_some()))
}

fn get(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let found = find(vm, &args[0], &args[1])?;
    Ok(found.unwrap_or_else(|| args.get(2).cloned().unwrap_or(Value::None)))
}

fn setdefault(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    if let Some(found) = find(vm, &args[0], &args[1])? {
        return Ok(found);
    }
    let value = args.get(2).cloned().unwrap_or(Value::None);
    let frame = of(vm, &args[0])?;
    vm.set_frame_variable(&frame, &args[1], value.clone())?;
    Ok(value)
}

/// `keys`, `values` or `items`: a list, not a view.
fn listed(vm: &mut Vm, args: Args<'_>, part: &str) -> Result<Value, Raised> {
    snapshot(vm, &args[0], |vm, dict| {
        let view = vm.call_method_str(dict, part, &[])?;
        vm.collect(&view).map(Value::list)
    })
}

fn reversed(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let mut keys = snapshot(vm, &args[0], |vm, dict| vm.collect(dict))?;
    keys.reverse();
    vm.iter(&Value::list(keys))
}

/// A mapping as a plain one.
fn plain(vm: &mut Vm, value: &Value) -> Value {
    match frame_of(vm, value) {
        Some(frame) => vm.frame_variables(&frame),
        None => value.clone(),
    }
}

fn compare(vm: &mut Vm, args: Args<'_>, op: CmpOp) -> Result<Value, Raised> {
    let other = plain(vm, &args[1]);
    snapshot(vm, &args[0], |vm, dict| vm.compare(op, dict, &other))
}

fn merge(vm: &mut Vm, left: &Value, right: &Value) -> Result<Value, Raised> {
    let (left, right) = (plain(vm, left), plain(vm, right));
    vm.binary(BinOp::BitOr, &left, &right)
}

fn update(vm: &mut Vm, locals: &Value, from: &Value) -> Result<Value, Raised> {
    let frame = of(vm, locals)?;
    let from = plain(vm, from);
    let changes: Ptr<Dict> = Dict::new();
    vm.dict_update(&changes, &from)?;
    let items: Vec<_> =
        changes.data.get(&vm.gil).iter().map(|entry| (entry.key.clone(), entry.value.clone())).collect();
    for (key, value) in items {
        vm.set_frame_variable(&frame, &key, value)?;
    }
    Ok(Value::None)
}

fn ior(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    update(vm, &args[0], &args[1])?;
    Ok(args[0].clone())
}
