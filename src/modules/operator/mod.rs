//! `operator`: the operators as functions.

mod access;

use super::NativeModule;
use super::foreign::{define_class, seal};
use crate::builtins::functions::numbers::magnitude;
use crate::builtins::native;
use crate::bytecode::{BinOp, CmpOp};
use crate::object::{Args, Arity, Dict, Known, Name, NativeDef, Ptr, Raised, Value, Vm};

pub const MODULE: NativeModule = NativeModule { name: "operator", init };

macro_rules! binary {
    ($($name:ident $inplace:ident $op:ident;)*) => {
        $(fn $name(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
            vm.binary(BinOp::$op, &args[0], &args[1])
        }

        fn $inplace(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
            vm.inplace(BinOp::$op, args[0].clone(), &args[1])
        })*
    };
}

binary! {
    add iadd Add;
    sub isub Sub;
    mul imul Mul;
    matmul imatmul MatMul;
    truediv itruediv TrueDiv;
    floordiv ifloordiv FloorDiv;
    modulo imod Mod;
    pow ipow Pow;
    lshift ilshift LShift;
    rshift irshift RShift;
    and iand BitAnd;
    or ior BitOr;
    xor ixor BitXor;
}

macro_rules! compare {
    ($($name:ident $op:ident;)*) => {
        $(fn $name(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
            vm.compare(CmpOp::$op, &args[0], &args[1])
        })*
    };
}

compare! {
    lt Lt;
    le Le;
    eq Eq;
    ne Ne;
    gt Gt;
    ge Ge;
}

fn not(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    vm.truth(&args[0]).map(|truth| Value::from(!truth))
}

fn truth(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    vm.truth(&args[0]).map(Value::from)
}

fn is(_vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    Ok(Value::from(args[0].is(&args[1])))
}

fn is_not(_vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    Ok(Value::from(!args[0].is(&args[1])))
}

fn abs(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    magnitude(vm, &args[0])
}

fn index(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    vm.index(&args[0])
}

fn invert(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    vm.invert(&args[0])
}

fn neg(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    vm.negative(&args[0])
}

fn pos(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    vm.positive(&args[0])
}

fn is_sequence(vm: &mut Vm, value: &Value) -> bool {
    let class = vm.class_of(value);
    vm.lookup_name(&class, Name::__getitem__).is_some() && !matches!(vm.unwrap(value), Value::Dict(_))
}

/// Refuses what is no sequence on the left of a concatenation.
fn check_concatenable(vm: &mut Vm, value: &Value) -> Result<(), Raised> {
    if is_sequence(vm, value) {
        return Ok(());
    }
    let found = vm.class_name(value);
    Err(vm.type_error(format!("'{found}' object can't be concatenated")))
}

fn concat(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    check_concatenable(vm, &args[0])?;
    vm.binary(BinOp::Add, &args[0], &args[1])
}

fn iconcat(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    check_concatenable(vm, &args[0])?;
    vm.inplace(BinOp::Add, args[0].clone(), &args[1])
}

fn contains(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    vm.contains(&args[0], &args[1]).map(Value::from)
}

fn count_of(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let mut found = 0_i64;
    let items = iterated(vm, &args[0])?;
    vm.for_each(&items, |vm, item| {
        found += i64::from(vm.same_or_equal(&item, &args[1])?);
        Ok(true)
    })?;
    Ok(Value::Int(found))
}

/// The iterator over what `in` looks through.
fn iterated(vm: &mut Vm, container: &Value) -> Result<Value, Raised> {
    vm.iter(container).map_err(|raised| match vm.catch(raised, Known::TypeError) {
        Ok(_) => {
            let found = vm.class_name(container);
            vm.type_error(format!("argument of type '{found}' is not iterable"))
        }
        Err(raised) => raised,
    })
}

fn index_of(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let (mut at, mut found) = (0_i64, false);
    let items = iterated(vm, &args[0])?;
    vm.for_each(&items, |vm, item| {
        found = vm.same_or_equal(&item, &args[1])?;
        at += i64::from(!found);
        Ok(!found)
    })?;
    if found { Ok(Value::Int(at)) } else { Err(vm.value_error("sequence.index(x): x not in sequence")) }
}

fn getitem(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    vm.getitem(&args[0], &args[1])
}

fn setitem(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    vm.setitem(&args[0], args[1].clone(), args[2].clone())?;
    Ok(Value::None)
}

fn delitem(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    vm.delitem(&args[0], &args[1])?;
    Ok(Value::None)
}

fn length_hint(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let default = match args.get(1) {
        Some(default) => vm.expect_isize(default)?,
        None => 0,
    };
    vm.length_hint(&args[0], default.max(0) as usize).map(Value::from)
}

fn call(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    if args.positional().is_empty() {
        return Err(vm.type_error("call expected at least 1 argument, got 0"));
    }
    vm.call_args(&args[0], args.skip(1))
}

/// A function under its plain name and its special name.
macro_rules! functions {
    ($($name:literal $special:literal $count:literal $function:path, $doc:literal;)*) => {
        &[$(native($name, Arity::Exact($count), $function, $doc), native($special, Arity::Exact($count), $function, $doc),)*]
    };
}

const FUNCTIONS: &[NativeDef] = functions! {
    "abs" "__abs__" 1 abs, "Same as abs(a).";
    "add" "__add__" 2 add, "Same as a + b.";
    "and_" "__and__" 2 and, "Same as a & b.";
    "concat" "__concat__" 2 concat, "a + b, where both are sequences.";
    "contains" "__contains__" 2 contains, "b in a: the container comes first.";
    "delitem" "__delitem__" 2 delitem, "Same as del a[b].";
    "eq" "__eq__" 2 eq, "Same as a == b.";
    "floordiv" "__floordiv__" 2 floordiv, "Same as a // b.";
    "ge" "__ge__" 2 ge, "Same as a >= b.";
    "getitem" "__getitem__" 2 getitem, "Same as a[b].";
    "gt" "__gt__" 2 gt, "Same as a > b.";
    "iadd" "__iadd__" 2 iadd, "Same as a += b.";
    "iand" "__iand__" 2 iand, "Same as a &= b.";
    "iconcat" "__iconcat__" 2 iconcat, "a += b, where both are sequences.";
    "ifloordiv" "__ifloordiv__" 2 ifloordiv, "Same as a //= b.";
    "ilshift" "__ilshift__" 2 ilshift, "Same as a <<= b.";
    "imatmul" "__imatmul__" 2 imatmul, "Same as a @= b.";
    "imod" "__imod__" 2 imod, "Same as a %= b.";
    "imul" "__imul__" 2 imul, "Same as a *= b.";
    "index" "__index__" 1 index, "Same as a.__index__()";
    "inv" "__inv__" 1 invert, "Same as ~a.";
    "invert" "__invert__" 1 invert, "Same as ~a.";
    "ior" "__ior__" 2 ior, "Same as a |= b.";
    "ipow" "__ipow__" 2 ipow, "Same as a **= b.";
    "irshift" "__irshift__" 2 irshift, "Same as a >>= b.";
    "isub" "__isub__" 2 isub, "Same as a -= b.";
    "itruediv" "__itruediv__" 2 itruediv, "Same as a /= b.";
    "ixor" "__ixor__" 2 ixor, "Same as a ^= b.";
    "le" "__le__" 2 le, "Same as a <= b.";
    "lshift" "__lshift__" 2 lshift, "Same as a << b.";
    "lt" "__lt__" 2 lt, "Same as a < b.";
    "matmul" "__matmul__" 2 matmul, "Same as a @ b.";
    "mod" "__mod__" 2 modulo, "Same as a % b.";
    "mul" "__mul__" 2 mul, "Same as a * b.";
    "ne" "__ne__" 2 ne, "Same as a != b.";
    "neg" "__neg__" 1 neg, "Same as -a.";
    "not_" "__not__" 1 not, "Same as not a.";
    "or_" "__or__" 2 or, "Same as a | b.";
    "pos" "__pos__" 1 pos, "Same as +a.";
    "pow" "__pow__" 2 pow, "Same as a ** b.";
    "rshift" "__rshift__" 2 rshift, "Same as a >> b.";
    "setitem" "__setitem__" 3 setitem, "Same as a[b] = c.";
    "sub" "__sub__" 2 sub, "Same as a - b.";
    "truediv" "__truediv__" 2 truediv, "Same as a / b.";
    "xor" "__xor__" 2 xor, "Same as a ^ b.";
};

const PLAIN_FUNCTIONS: &[NativeDef] = &[
    native("call", Arity::Any, call, "obj(*args, **kwargs)"),
    native("__call__", Arity::Any, call, "obj(*args, **kwargs)"),
    native("countOf", Arity::Exact(2), count_of, "How many items of a are equal to b."),
    native("indexOf", Arity::Exact(2), index_of, "Where the first item of a is that is equal to b."),
    native("is_", Arity::Exact(2), is, "Same as a is b."),
    native("is_not", Arity::Exact(2), is_not, "Same as a is not b."),
    native("length_hint", Arity::Range(1, 2), length_hint, "How many items the object has or may have."),
    native("truth", Arity::Exact(1), truth, "bool(a)"),
];

/// Where the functions say they are from, and where pickles look for them.
pub const INNER: NativeModule = NativeModule { name: "_operator", init: init_inner };

fn init_inner(vm: &mut Vm, dict: &Ptr<Dict>) -> Result<(), Raised> {
    let operator = vm.import_dotted("operator")?;
    let names = vm.get_attr(&operator, "__all__")?;
    vm.for_each(&names, |vm, name| {
        if let Value::Str(name) = &name {
            let function = vm.get_attr(&operator, name.as_str())?;
            vm.dict_set_str(dict, name.as_str(), function);
        }
        Ok(true)
    })
}

fn init(vm: &mut Vm, dict: &Ptr<Dict>) -> Result<(), Raised> {
    vm.dict_set_str(dict, "__doc__", Value::str("The operators of the language as functions."));
    vm.module_functions(dict, "_operator", FUNCTIONS);
    vm.module_functions(dict, "_operator", PLAIN_FUNCTIONS);
    let public = FUNCTIONS.iter().chain(PLAIN_FUNCTIONS).map(|def| def.name).filter(|name| !name.starts_with("__"));
    let mut names: Vec<Value> = public.chain(["attrgetter", "itemgetter", "methodcaller"]).map(Value::str).collect();
    names.sort_by_key(|name| match name {
        Value::Str(name) => name.as_str().to_owned(),
        _ => String::new(),
    });
    vm.dict_set_str(dict, "__all__", Value::list(names));
    for (name, new, methods) in access::CLASSES {
        let class = define_class(vm, dict, name, new, methods);
        seal(vm, &class);
    }
    Ok(())
}
