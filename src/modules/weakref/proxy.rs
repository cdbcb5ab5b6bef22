//! `weakref.proxy`: an object that stands for another without keeping it.

use super::{check_target, shared};
use crate::builtins::functions::numbers::{divmod, magnitude};
use crate::builtins::functions::objects::is_callable;
use crate::builtins::native;
use crate::builtins::sequence::unhashable;
use crate::bytecode::{BinOp, CmpOp};
use crate::object::weak;
use crate::object::{Args, Arity, Known, Name, NativeDef, NativeKind, Ptr, Raised, Str, Value, Vm};

#[derive(Default)]
struct Installed(bool);

/// Gives both classes of proxies their methods, once an interpreter.
pub(super) fn install(vm: &mut Vm) {
    if std::mem::replace(&mut vm.interp.extension::<Installed>(&mut vm.gil).0, true) {
        return;
    }
    for known in [Known::WeakProxy, Known::WeakCallableProxy] {
        let class = vm.known(known);
        vm.add_methods(&class, NativeKind::SlotWrapper, SLOTS);
        vm.add_methods(&class, NativeKind::SlotWrapper, OPERATORS);
        vm.add_methods(&class, NativeKind::SlotWrapper, POWERS);
        unhashable(vm, &class);
    }
    let class = vm.known(Known::WeakProxy);
    vm.add_methods(&class, NativeKind::Method, METHODS);
    let class = vm.known(Known::WeakCallableProxy);
    vm.add_methods(&class, NativeKind::SlotWrapper, CALL);
}

/// `proxy(object[, callback])`.
pub(super) fn proxy(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let target = &args[0];
    check_target(vm, target)?;
    let known = if is_callable(vm, target) { Known::WeakCallableProxy } else { Known::WeakProxy };
    let callback = args.get(1).cloned().unwrap_or(Value::None);
    if callback.is_none() {
        if let Some(proxy) = shared(vm, known, target) {
            return Ok(proxy);
        }
    }
    let class = vm.known(known);
    Ok(weak::new_reference(class, target, callback).into_value())
}

fn is_proxy(value: &Value) -> bool {
    matches!(value, Value::Foreign(object)
        if matches!(object.class.known, Some(Known::WeakProxy | Known::WeakCallableProxy)))
}

/// What a value stands for: itself, unless it is a proxy.
fn target(vm: &mut Vm, value: &Value) -> Result<Value, Raised> {
    if !is_proxy(value) {
        return Ok(value.clone());
    }
    match weak::upgrade(&vm.gil, value) {
        Some(target) => Ok(target),
        None => Err(vm.raise(Known::ReferenceError, "weakly-referenced object no longer exists")),
    }
}

fn attribute_name(vm: &mut Vm, value: &Value) -> Result<Ptr<Str>, Raised> {
    let name = vm.expect_str(value, "attribute name")?;
    Ok(vm.intern(name.as_str()))
}

macro_rules! forward {
    ($($name:ident($vm:ident, $object:ident, $args:ident) $body:expr;)*) => {
        $(fn $name($vm: &mut Vm, $args: Args<'_>) -> Result<Value, Raised> {
            let $object = &target($vm, &$args[0])?;
            $body
        })*
    };
}

forward! {
    getattribute(vm, object, args) {
        let name = attribute_name(vm, &args[1])?;
        vm.getattr(object, &name)
    };
    setattr(vm, object, args) {
        let name = attribute_name(vm, &args[1])?;
        vm.setattr(object, &name, args[2].clone()).map(|()| Value::None)
    };
    delattr(vm, object, args) {
        let name = attribute_name(vm, &args[1])?;
        vm.delattr(object, &name).map(|()| Value::None)
    };
    str(vm, object, _args) vm.str(object).map(Ptr::into_value);
    truth(vm, object, _args) vm.truth(object).map(Value::from);
    len(vm, object, _args) vm.len(object).map(Value::from);
    contains(vm, object, args) vm.contains(object, &args[1]).map(Value::from);
    getitem(vm, object, args) vm.getitem(object, &args[1]);
    setitem(vm, object, args) vm.setitem(object, args[1].clone(), args[2].clone()).map(|()| Value::None);
    delitem(vm, object, args) vm.delitem(object, &args[1]).map(|()| Value::None);
    iter(vm, object, _args) vm.iter(object);
    next(vm, object, _args) {
        if !vm.is_iterator(object) {
            let found = vm.class_name(object);
            return Err(vm.type_error(format!("Weakref proxy referenced a non-iterator '{found}' object")));
        }
        vm.call_method(object, Name::__next__, &[])
    };
    reversed(vm, object, _args) vm.call_method_str(object, "__reversed__", &[]);
    bytes(vm, object, _args) vm.call_method_str(object, "__bytes__", &[]);
    call(vm, object, args) vm.call_args(object, args.skip(1));
    neg(vm, object, _args) vm.negative(object);
    pos(vm, object, _args) vm.positive(object);
    abs(vm, object, _args) magnitude(vm, object);
    invert(vm, object, _args) vm.invert(object);
    index(vm, object, _args) vm.index(object);
    float(vm, object, _args) vm.to_f64(object).map(Value::float);
    int(vm, object, _args) {
        let class = vm.known(Known::Int).into_value();
        vm.call(&class, std::slice::from_ref(object))
    };
}

fn repr(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let here = args[0].identity();
    Ok(match weak::upgrade(&vm.gil, &args[0]) {
        Some(target) => {
            let (class, there) = (vm.class_name(&target), target.identity());
            format!("<weakproxy at {here:#x}; to '{class}' at {there:#x}>").into()
        }
        None => format!("<weakproxy at {here:#x}; dead>").into(),
    })
}

const SLOTS: &[NativeDef] = &[
    native("__getattribute__", Arity::Exact(2), getattribute, "Return getattr(self, name)."),
    native("__setattr__", Arity::Exact(3), setattr, "self.name = value"),
    native("__delattr__", Arity::Exact(2), delattr, "Implement delattr(self, name)."),
    native("__repr__", Arity::Exact(1), repr, "Return repr(self)."),
    native("__str__", Arity::Exact(1), str, "Return str(self)."),
    native("__bool__", Arity::Exact(1), truth, "True if self else False"),
    native("__len__", Arity::Exact(1), len, "Return len(self)."),
    native("__contains__", Arity::Exact(2), contains, "Return bool(key in self)."),
    native("__getitem__", Arity::Exact(2), getitem, "Return self[key]."),
    native("__setitem__", Arity::Exact(3), setitem, "Set self[key] to value."),
    native("__delitem__", Arity::Exact(2), delitem, "Delete self[key]."),
    native("__iter__", Arity::Exact(1), iter, "Implement iter(self)."),
    native("__next__", Arity::Exact(1), next, "Implement next(self)."),
    native("__neg__", Arity::Exact(1), neg, "-self"),
    native("__pos__", Arity::Exact(1), pos, "+self"),
    native("__abs__", Arity::Exact(1), abs, "abs(self)"),
    native("__invert__", Arity::Exact(1), invert, "~self"),
    native("__int__", Arity::Exact(1), int, "int(self)"),
    native("__float__", Arity::Exact(1), float, "float(self)"),
    native("__index__", Arity::Exact(1), index, "Return self converted to an integer, if possible."),
];

/// What a proxy of something that cannot be called has besides.
const METHODS: &[NativeDef] = &[
    native("__reversed__", Arity::Exact(1), reversed, "Iterate over the object from its end."),
    native("__bytes__", Arity::Exact(1), bytes, "Convert the object to bytes."),
];

const CALL: &[NativeDef] = &[native("__call__", Arity::Any, call, "Call self as a function.")];

/// `__pow__`, which may have a modulus, and `__divmod__`.
const POWERS: &[NativeDef] = &[
    native(
        "__pow__",
        Arity::Range(2, 3),
        |vm, args| power(vm, &args[0], &args[1], args.get(2)),
        "Apply the operator to the object.",
    ),
    native(
        "__rpow__",
        Arity::Range(2, 3),
        |vm, args| power(vm, &args[1], &args[0], args.get(2)),
        "Apply the operator to the object.",
    ),
    native(
        "__ipow__",
        Arity::Exact(2),
        |vm, args| {
            let (a, b) = (target(vm, &args[0])?, target(vm, &args[1])?);
            vm.inplace(BinOp::Pow, a, &b)
        },
        "Apply the operator to the object in place.",
    ),
    native("__divmod__", Arity::Exact(2), |vm, args| both(vm, &args[0], &args[1]), "Return divmod(self, value)."),
    native("__rdivmod__", Arity::Exact(2), |vm, args| both(vm, &args[1], &args[0]), "Return divmod(value, self)."),
];

fn power(vm: &mut Vm, base: &Value, exponent: &Value, modulus: Option<&Value>) -> Result<Value, Raised> {
    let (base, exponent) = (target(vm, base)?, target(vm, exponent)?);
    let modulus = target(vm, modulus.unwrap_or(&Value::None))?;
    vm.power(&base, &exponent, &modulus)
}

fn both(vm: &mut Vm, left: &Value, right: &Value) -> Result<Value, Raised> {
    let (left, right) = (target(vm, left)?, target(vm, right)?);
    divmod(vm, Args::new(&[left, right]))
}

macro_rules! operators {
    (binary: $($forward:literal $reflected:literal $inplace:literal $op:ident;)* compare: $($compare:literal $cmp:ident;)*) => {
        const OPERATORS: &[NativeDef] = &[
            $(
                native($forward, Arity::Exact(2), |vm, args| {
                    let (a, b) = (target(vm, &args[0])?, target(vm, &args[1])?);
                    vm.binary(BinOp::$op, &a, &b)
                }, "Apply the operator to the object."),
                native($reflected, Arity::Exact(2), |vm, args| {
                    let (a, b) = (target(vm, &args[1])?, target(vm, &args[0])?);
                    vm.binary(BinOp::$op, &a, &b)
                }, "Apply the operator to the object."),
                native($inplace, Arity::Exact(2), |vm, args| {
                    let (a, b) = (target(vm, &args[0])?, target(vm, &args[1])?);
                    vm.inplace(BinOp::$op, a, &b)
                }, "Apply the operator to the object in place."),
            )*
            $(native($compare, Arity::Exact(2), |vm, args| {
                let (a, b) = (target(vm, &args[0])?, target(vm, &args[1])?);
                vm.compare(CmpOp::$cmp, &a, &b)
            }, "Compare the object."),)*
        ];
    };
}

operators! {
    binary:
    "__add__" "__radd__" "__iadd__" Add;
    "__sub__" "__rsub__" "__isub__" Sub;
    "__mul__" "__rmul__" "__imul__" Mul;
    "__matmul__" "__rmatmul__" "__imatmul__" MatMul;
    "__truediv__" "__rtruediv__" "__itruediv__" TrueDiv;
    "__floordiv__" "__rfloordiv__" "__ifloordiv__" FloorDiv;
    "__mod__" "__rmod__" "__imod__" Mod;
    "__lshift__" "__rlshift__" "__ilshift__" LShift;
    "__rshift__" "__rrshift__" "__irshift__" RShift;
    "__and__" "__rand__" "__iand__" BitAnd;
    "__or__" "__ror__" "__ior__" BitOr;
    "__xor__" "__rxor__" "__ixor__" BitXor;
    compare:
    "__lt__" Lt;
    "__le__" Le;
    "__eq__" Eq;
    "__ne__" Ne;
    "__gt__" Gt;
    "__ge__" Ge;
}
