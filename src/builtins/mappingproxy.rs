//! `mappingproxy`: a mapping that cannot be changed through it, such as a class's `__dict__`.

use crate::builtins::native;
use crate::builtins::sequence::CLASS_GETITEM;
use crate::bytecode::{BinOp, CmpOp};
use crate::object::{Args, Arity, Foreign, ForeignData, Known, NativeDef, NativeKind, Raised, Value, Vm};

struct MappingProxy {
    mapping: Value,
}

impl ForeignData for MappingProxy {
    fn trace(&self, visit: &mut dyn FnMut(&Value)) {
        visit(&self.mapping);
    }

    fn clear(&mut self) -> Vec<Value> {
        vec![self.mapping.take()]
    }
}

const SLOTS: &[NativeDef] = &[
    native("__repr__", Arity::Exact(1), repr, "Return repr(self)."),
    native("__str__", Arity::Exact(1), str, "Return str(self)."),
    native("__len__", Arity::Exact(1), len, "Return len(self)."),
    native("__getitem__", Arity::Exact(2), getitem, "Return self[key]."),
    native("__contains__", Arity::Exact(2), contains, "Return bool(key in self)."),
    native("__iter__", Arity::Exact(1), iter, "Implement iter(self)."),
    native("__hash__", Arity::Exact(1), hash, "Return hash(self)."),
    native("__eq__", Arity::Exact(2), |vm, args| compare(vm, args, CmpOp::Eq), "Return self==value."),
    native("__ne__", Arity::Exact(2), |vm, args| compare(vm, args, CmpOp::Ne), "Return self!=value."),
    native("__or__", Arity::Exact(2), or, "Return self|value."),
    native("__ror__", Arity::Exact(2), ror, "Return value|self."),
    native("__ior__", Arity::Exact(2), ior, "Return self|=value."),
];

const METHODS: &[NativeDef] = &[
    native(
        "get",
        Arity::Range(2, 3),
        |vm, args| forward(vm, args, "get"),
        "The value of a key, or the default where the mapping lacks it.",
    ),
    native("keys", Arity::Exact(1), |vm, args| forward(vm, args, "keys"), "A view of the mapping's keys."),
    native("values", Arity::Exact(1), |vm, args| forward(vm, args, "values"), "A view of the mapping's values."),
    native(
        "items",
        Arity::Exact(1),
        |vm, args| forward(vm, args, "items"),
        "A view of the mapping's pairs of key and value.",
    ),
    native("copy", Arity::Exact(1), |vm, args| forward(vm, args, "copy"), "A copy of the mapping behind the proxy."),
    native(
        "__reversed__",
        Arity::Exact(1),
        |vm, args| forward(vm, args, "__reversed__"),
        "Iterate over the keys, the last one first.",
    ),
];

const STATIC: &[NativeDef] =
    &[native("__new__", Arity::Exact(2), new, "A mapping that shows another one and cannot be changed.")];

/// Gives `mappingproxy` its methods.
pub(super) fn install(vm: &mut Vm) {
    let class = vm.known(Known::MappingProxy);
    vm.add_methods(&class, NativeKind::SlotWrapper, SLOTS);
    vm.add_methods(&class, NativeKind::Method, METHODS);
    vm.add_methods(&class, NativeKind::Static, STATIC);
    vm.add_methods(&class, NativeKind::ClassMethod, CLASS_GETITEM);
}

/// A proxy of a mapping.
pub(crate) fn make(vm: &mut Vm, mapping: Value) -> Value {
    let class = vm.known(Known::MappingProxy);
    Foreign::new(class, MappingProxy { mapping }).into_value()
}

/// The mapping behind a proxy.
pub(crate) fn mapping_of(vm: &Vm, value: &Value) -> Option<Value> {
    match value {
        Value::Foreign(foreign) => foreign.get::<MappingProxy>(&vm.gil).map(|proxy| proxy.mapping.clone()),
        _ => None,
    }
}

fn of(vm: &mut Vm, value: &Value) -> Result<Value, Raised> {
    match mapping_of(vm, value) {
        Some(mapping) => Ok(mapping),
        None => Err(super::receiver::wrong_receiver(vm, value, Known::MappingProxy)),
    }
}

fn new(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let class = vm.class_of(&args[1]);
    let subscriptable = vm.lookup_name(&class, crate::object::Name::__getitem__).is_some();
    if !subscriptable || matches!(args[1], Value::List(_) | Value::Tuple(_)) {
        let found = vm.class_name(&args[1]);
        return Err(vm.type_error(format!("mappingproxy() argument must be a mapping, not {found}")));
    }
    Ok(make(vm, args[1].clone()))
}

fn forward(vm: &mut Vm, args: Args<'_>, method: &str) -> Result<Value, Raised> {
    let mapping = of(vm, &args[0])?;
    vm.call_method_str(&mapping, method, &args.values()[1..])
}

fn repr(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let mapping = of(vm, &args[0])?;
    let text = vm.repr(&mapping)?;
    Ok(Value::str(&format!("mappingproxy({})", text.as_str())))
}

fn str(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let mapping = of(vm, &args[0])?;
    vm.str(&mapping).map(Value::from)
}

fn len(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let mapping = of(vm, &args[0])?;
    vm.len(&mapping).map(Value::from)
}

fn getitem(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let mapping = of(vm, &args[0])?;
    vm.getitem(&mapping, &args[1])
}

fn contains(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let mapping = of(vm, &args[0])?;
    vm.contains(&mapping, &args[1]).map(Value::from)
}

fn iter(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let mapping = of(vm, &args[0])?;
    vm.iter(&mapping)
}

fn hash(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let mapping = of(vm, &args[0])?;
    vm.hash(&mapping).map(Value::Int)
}

fn compare(vm: &mut Vm, args: Args<'_>, op: CmpOp) -> Result<Value, Raised> {
    let mapping = of(vm, &args[0])?;
    let other = mapping_of(vm, &args[1]).unwrap_or_else(|| args[1].clone());
    vm.compare(op, &mapping, &other)
}

fn or(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let left = mapping_of(vm, &args[0]).unwrap_or_else(|| args[0].clone());
    let right = mapping_of(vm, &args[1]).unwrap_or_else(|| args[1].clone());
    vm.binary(BinOp::BitOr, &left, &right)
}

fn ror(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let left = mapping_of(vm, &args[1]).unwrap_or_else(|| args[1].clone());
    let right = mapping_of(vm, &args[0]).unwrap_or_else(|| args[0].clone());
    vm.binary(BinOp::BitOr, &left, &right)
}

fn ior(vm: &mut Vm, _args: Args<'_>) -> Result<Value, Raised> {
    Err(vm.type_error("'|=' is not supported by mappingproxy; use '|' instead"))
}
