//! `slice`.

use crate::builtins::compare::ORDER;
use crate::builtins::native;
use crate::builtins::receiver::receiver;
use crate::object::hash::hash_slice;
use crate::object::{Args, Arity, GetSetDef, Known, NativeDef, NativeKind, Raised, Slice, Value, Vm};
use crate::vm::range::to_big;

const METHODS: &[NativeDef] = &[
    native("indices", Arity::Exact(2), indices, "S.indices(len) -> (start, stop, stride)"),
    native("__reduce__", Arity::Exact(1), reduce, "Return state information for pickling."),
];

const SLOTS: &[NativeDef] = &[
    native("__repr__", Arity::Exact(1), repr, "Return repr(self)."),
    native("__hash__", Arity::Exact(1), hash, "Return hash(self)."),
];

const STATIC: &[NativeDef] = &[native("__new__", Arity::Any, new, "Create and return a new object.")];

const MEMBERS: &[GetSetDef] = &[
    GetSetDef { name: "start", get: |vm, object| Ok(receiver::<Slice>(vm, object)?.start.clone()), set: None, doc: "" },
    GetSetDef { name: "stop", get: |vm, object| Ok(receiver::<Slice>(vm, object)?.stop.clone()), set: None, doc: "" },
    GetSetDef { name: "step", get: |vm, object| Ok(receiver::<Slice>(vm, object)?.step.clone()), set: None, doc: "" },
];

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
    if args.keyword_count() > 0 {
        return Err(vm.type_error("slice() takes no keyword arguments"));
    }
    let slice = match &args.positional()[1..] {
        [] => return Err(vm.type_error("slice expected at least 1 argument, got 0")),
        [stop] => Slice::new(Value::None, stop.clone(), Value::None),
        [start, stop] => Slice::new(start.clone(), stop.clone(), Value::None),
        [start, stop, step] => Slice::new(start.clone(), stop.clone(), step.clone()),
        more => {
            let given = more.len();
            return Err(vm.type_error(format!("slice expected at most 3 arguments, got {given}")));
        }
    };
    Ok(slice.into_value())
}

/// The parts of a slice as a tuple, which is what slices compare as.
pub(super) fn bounds(slice: &Slice) -> Value {
    Value::tuple(vec![slice.start.clone(), slice.stop.clone(), slice.step.clone()])
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
    let inner = vm.repr(&bounds(&slice))?;
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
    Ok(Value::tuple(vec![class, bounds(&slice)]))
}
