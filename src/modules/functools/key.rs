//! `cmp_to_key`.

use crate::builtins::compare::comparisons;
use crate::builtins::native;
use crate::builtins::sequence::unhashable;
use crate::bytecode::CmpOp;
use crate::modules::foreign::{define_class, foreign_data};
use crate::object::{Args, Arity, Dict, Foreign, GetSetDef, NativeDef, NativeKind, Params, Ptr, Raised, Value, Vm};

pub(super) const CMP_TO_KEY: Params = Params { names: &["mycmp"], required: 1, posonly: 0, kwonly: 0 };

/// A comparison function, and the object to compare; `Undef` in the key function itself.
struct Key {
    compare: Value,
    object: Value,
}

foreign_data! { Key, single: [compare, object], many: [] }

#[derive(Default)]
struct KeyClass(Value);

const CALL: Params = Params { names: &["self", "obj"], required: 2, posonly: 1, kwonly: 0 };
const METHODS: &[NativeDef] = &[native("__call__", Arity::Named(&CALL), call, "Call self as a function.")];

const SLOTS: &[NativeDef] = comparisons!(compare);

const MEMBERS: &[GetSetDef] =
    &[GetSetDef { name: "obj", get: object, set: None, doc: "Value wrapped by a key function." }];

/// Makes the class of keys; scripts cannot make one themselves.
pub(super) fn define(vm: &mut Vm, _dict: &Ptr<Dict>) {
    let hidden = Dict::new();
    let class = define_class(vm, &hidden, "functools.KeyWrapper", &[], METHODS);
    vm.add_methods(&class, NativeKind::SlotWrapper, SLOTS);
    vm.add_getsets(&class, MEMBERS);
    unhashable(vm, &class);
    vm.interp.extension::<KeyClass>(&mut vm.gil).0 = class.into_value();
}

fn make(vm: &mut Vm, compare: Value, object: Value) -> Result<Value, Raised> {
    let class = vm.interp.extension::<KeyClass>(&mut vm.gil).0.clone();
    let class = vm.expect_class(&class)?;
    Ok(Foreign::new(class, Key { compare, object }).into_value())
}

/// `cmp_to_key(mycmp)`.
pub(super) fn cmp_to_key(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    make(vm, args[0].clone(), Value::Undef)
}

fn key<'a>(vm: &'a Vm, value: &'a Value) -> Option<&'a Key> {
    match value {
        Value::Foreign(object) => object.get::<Key>(&vm.gil),
        _ => None,
    }
}

fn call(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let compare = key(vm, &args[0]).map(|key| key.compare.clone()).unwrap_or(Value::None);
    make(vm, compare, args[1].clone())
}

fn object(vm: &mut Vm, value: &Value) -> Result<Value, Raised> {
    match key(vm, value).map(|key| key.object.clone()).filter(|object| !object.is_undef()) {
        Some(object) => Ok(object),
        None => Err(vm.raise(crate::object::Known::AttributeError, "object")),
    }
}

fn compare(vm: &mut Vm, op: CmpOp, args: Args<'_>) -> Result<Value, Raised> {
    let (Some(left), Some(right)) = (key(vm, &args[0]), key(vm, &args[1])) else {
        return Err(vm.type_error("other argument must be K instance"));
    };
    let (function, left, right) = (left.compare.clone(), left.object.clone(), right.object.clone());
    if left.is_undef() || right.is_undef() {
        return Err(vm.raise(crate::object::Known::AttributeError, "object"));
    }
    let answer = vm.call(&function, &[left, right])?;
    vm.compare(op, &answer, &Value::Int(0))
}
