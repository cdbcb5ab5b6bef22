//! `types.UnionType`: `int | str` (PEP 604).

use crate::builtins::generic_alias::{collect_parameters, is_alias, substitute, type_text};
use crate::builtins::native;
use crate::builtins::object::equality;
use crate::bytecode::BinOp;
use crate::object::{
    Args, Arity, Foreign, ForeignData, GetSetDef, Known, NativeDef, NativeKind, Ptr, Raised, Tuple, Value, Vm,
};

struct Union {
    args: Ptr<Tuple>,
}

impl ForeignData for Union {
    fn trace(&self, visit: &mut dyn FnMut(&Value)) {
        visit(&self.args.to_value());
    }
}

const SLOTS: &[NativeDef] = &[
    native("__repr__", Arity::Exact(1), repr, "Return repr(self)."),
    native("__eq__", Arity::Exact(2), eq, "Return self==value."),
    native("__hash__", Arity::Exact(1), hash, "Return hash(self)."),
    native("__getitem__", Arity::Exact(2), getitem, "Return self[key]."),
];

/// What every kind of type has that can be part of a union.
const OPERATORS: &[NativeDef] = &[
    native("__or__", Arity::Exact(2), |vm, args| make(vm, &args[0], &args[1]), "Return self|value."),
    native("__ror__", Arity::Exact(2), |vm, args| make(vm, &args[1], &args[0]), "Return value|self."),
];

const METHODS: &[NativeDef] = &[
    native("__instancecheck__", Arity::Exact(2), instancecheck, ""),
    native("__subclasscheck__", Arity::Exact(2), subclasscheck, ""),
    native("__reduce__", Arity::Exact(1), reduce, ""),
];

const GETSETS: &[GetSetDef] = &[
    GetSetDef { name: "__args__", get: |vm, u| Ok(of(vm, u)?.into_value()), set: None, doc: "" },
    GetSetDef { name: "__parameters__", get: parameters, set: None, doc: "" },
];

/// Gives `types.UnionType` its methods, and aliases theirs that make unions.
pub(super) fn install(vm: &mut Vm) {
    let class = vm.known(Known::UnionType);
    vm.add_methods(&class, NativeKind::SlotWrapper, SLOTS);
    for known in [Known::UnionType, Known::GenericAlias] {
        let class = vm.known(known);
        vm.add_methods(&class, NativeKind::SlotWrapper, OPERATORS);
    }
    vm.add_methods(&class, NativeKind::Method, METHODS);
    vm.add_getsets(&class, GETSETS);
}

fn union_args(vm: &Vm, value: &Value) -> Option<Ptr<Tuple>> {
    match value {
        Value::Foreign(foreign) => foreign.get::<Union>(&vm.gil).map(|union| union.args.clone()),
        _ => None,
    }
}

fn of(vm: &mut Vm, value: &Value) -> Result<Ptr<Tuple>, Raised> {
    match union_args(vm, value) {
        Some(args) => Ok(args),
        None => Err(super::receiver::wrong_receiver(vm, value, Known::UnionType)),
    }
}

/// What an operand of `|` adds to a union; None if it is no type.
fn members(vm: &Vm, value: &Value) -> Option<Vec<Value>> {
    if let Some(args) = union_args(vm, value) {
        return Some(args.as_slice().to_vec());
    }
    match value {
        Value::None => Some(vec![vm.known(Known::NoneType).into_value()]),
        Value::Class(_) => Some(vec![value.clone()]),
        _ if is_alias(vm, value) => Some(vec![value.clone()]),
        Value::Object(_) if vm.class_name(value) == "typing.TypeAliasType" => Some(vec![value.clone()]),
        _ => None,
    }
}

/// `left | right` of types; NotImplemented if one is none.
pub(crate) fn make(vm: &mut Vm, left: &Value, right: &Value) -> Result<Value, Raised> {
    let (Some(a), Some(b)) = (members(vm, left), members(vm, right)) else { return Ok(Value::NotImplemented) };
    let mut unique: Vec<Value> = Vec::new();
    for member in a.into_iter().chain(b) {
        let mut known = false;
        for other in &unique {
            if other.is(&member) || is_alias(vm, other) && is_alias(vm, &member) && equality(vm, other, &member)? {
                known = true;
                break;
            }
        }
        if !known {
            unique.push(member);
        }
    }
    if let [only] = unique.as_slice() {
        return Ok(only.clone());
    }
    let class = vm.known(Known::UnionType);
    Ok(Foreign::new(class, Union { args: Tuple::new(unique) }).into_value())
}

fn repr(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let members = of(vm, &args[0])?;
    let mut texts = Vec::with_capacity(members.len());
    for member in members.iter() {
        texts.push(type_text(vm, member)?);
    }
    Ok(Value::str(&texts.join(" | ")))
}

fn eq(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let Some(other) = union_args(vm, &args[1]) else { return Ok(Value::NotImplemented) };
    let own = of(vm, &args[0])?;
    if own.len() != other.len() {
        return Ok(Value::bool(false));
    }
    for member in own.iter() {
        if !vm.contains(&other.to_value(), member)? {
            return Ok(Value::bool(false));
        }
    }
    Ok(Value::bool(true))
}

fn hash(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let members = of(vm, &args[0])?;
    let mut hashes = Vec::with_capacity(members.len());
    for member in members.iter() {
        hashes.push(vm.hash(member)?);
    }
    Ok(Value::Int(crate::object::hash::hash_frozenset(hashes.into_iter())))
}

fn getitem(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let members = of(vm, &args[0])?;
    let replaced = substitute(vm, &args[0], &members, &args[1])?;
    let mut replaced = replaced.into_iter();
    let Some(mut result) = replaced.next() else { return Ok(args[0].clone()) };
    for member in replaced {
        result = vm.binary(BinOp::BitOr, &result, &member)?;
    }
    Ok(result)
}

fn parameters(vm: &mut Vm, object: &Value) -> Result<Value, Raised> {
    let members = of(vm, object)?;
    Ok(Value::tuple(collect_parameters(vm, &members)?))
}

fn instancecheck(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let members = of(vm, &args[0])?;
    for member in members.iter() {
        if is_alias(vm, member) {
            return Err(vm.type_error("isinstance() argument 2 cannot be a parameterized generic"));
        }
        if vm.is_instance(&args[1], member)? {
            return Ok(Value::bool(true));
        }
    }
    Ok(Value::bool(false))
}

fn subclasscheck(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let members = of(vm, &args[0])?;
    if !matches!(args[1], Value::Class(_)) {
        return Err(vm.type_error("issubclass() arg 1 must be a class"));
    }
    for member in members.iter() {
        if is_alias(vm, member) {
            return Err(vm.type_error("issubclass() argument 2 cannot be a parameterized generic"));
        }
        if vm.is_subclass(&args[1], member)? {
            return Ok(Value::bool(true));
        }
    }
    Ok(Value::bool(false))
}

fn reduce(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let members = of(vm, &args[0])?;
    let functools = vm.import_dotted("functools")?;
    let operator = vm.import_dotted("operator")?;
    let (reduce, or) = (vm.get_attr(&functools, "reduce")?, vm.get_attr(&operator, "or_")?);
    Ok(Value::tuple(vec![reduce, Value::tuple(vec![or, members.into_value()])]))
}
