//! `slice`.

use crate::builtins::bounds::{arguments, members};
use crate::builtins::compare::ORDER;
use crate::builtins::native;
use crate::builtins::receiver::receiver;
use crate::object::hash::hash_slice;
use crate::object::{Args, Arity, GetSetDef, Known, NativeDef, NativeKind, Raised, Slice, Value, Vm};
use crate::vm::range::to_big;

const METHODS: &[NativeDef] = &[
    native("indices", Arity::Exact(2), indices, "Start, stop and step of the slice for a sequence of a length."),
    native("__reduce__", Arity::Exact(1), reduce, "What pickle needs to make the object again."),
];

const SLOTS: &[NativeDef] = &[
    native("__repr__", Arity::Exact(1), repr, "Return repr(self)."),
    native("__hash__", Arity::Exact(1), hash, "Return hash(self)."),
];

const STATIC: &[NativeDef] = &[native("__new__", Arity::Any, new, "Make an instance of the class.")];

const MEMBERS: &[GetSetDef] = members!(Slice: start stop step);

/// Gives `slice` its methods.
pub(super) fn install(vm: &mut Vm) {
    let class = vm.known(Known::Slice);
    vm.add_methods(&class, NativeKind::Method, METHODS);
    vm.add_methods(&class, NativeKind::SlotWrapper, SLOTS);
    vm.add_methods(&class, NativeKind::SlotWrapper, ORDER);
    vm.add_methods(&class, NativeKind::Static, STATIC);
    vm.add_getsets(&class, MEMBERS);
}

fn new(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let slice = match arguments(vm, args, "slice")? {
        [start, stop, step] => Slice::new(start.clone(), stop.clone(), step.clone()),
        [start, stop] => Slice::new(start.clone(), stop.clone(), Value::None),
        more => Slice::new(Value::None, more[0].clone(), Value::None),
    };
    Ok(slice.into_value())
}

fn indices(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let slice = receiver::<Slice>(vm, &args[0])?;
    let len = vm.index(&args[1])?;
    let len = to_big(&len);
    if len < num_bigint::BigInt::ZERO {
        return Err(vm.value_error("length should not be negative"));
    }
    let (start, stop, step) = vm.slice_indices(&slice, &len)?;
    Ok(Value::tuple(vec![Value::big(start), Value::big(stop), Value::big(step)]))
}

fn repr(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let slice = receiver::<Slice>(vm, &args[0])?;
    let inner = vm.repr(&slice.bounds())?;
    Ok(format!("slice{}", inner.as_str()).into())
}

/// Slices hash as the tuple of their parts (CPython 3.12 and later).
fn hash(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let slice = receiver::<Slice>(vm, &args[0])?;
    let parts = [vm.hash(&slice.start)?, vm.hash(&slice.stop)?, vm.hash(&slice.step)?];
    Ok(Value::Int(hash_slice(parts)))
}

fn reduce(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let slice = receiver::<Slice>(vm, &args[0])?;
    let class = vm.known(Known::Slice).into_value();
    Ok(Value::tuple(vec![class, slice.bounds()]))
}
