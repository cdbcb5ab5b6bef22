//! `OrderedDict`: what it has beyond `dict`, which keeps its order too.

use super::ordered_update as update;
use super::{dict_part, dict_subclass, merged};
use crate::builtins::native;
use crate::bytecode::CmpOp;
use crate::object::{
    Args, Arity, Dict, DictPart, Iter, Known, Name, NativeDef, NativeKind, Params, Ptr, Raised, Value, View, Vm,
};
use crate::vm::iterate::ordered_state;

const KEY_DEFAULT: Params = Params { names: &["self", "key", "default"], required: 2, posonly: 1, kwonly: 0 };
const MOVE: Params = Params { names: &["self", "key", "last"], required: 2, posonly: 1, kwonly: 0 };
const POP_ITEM: Params = Params { names: &["self", "last"], required: 1, posonly: 1, kwonly: 0 };
const FROM_KEYS: Params = Params { names: &["type", "iterable", "value"], required: 2, posonly: 1, kwonly: 0 };

const CLASS_METHODS: &[NativeDef] = &[native(
    "fromkeys",
    Arity::Named(&FROM_KEYS),
    fromkeys,
    "A new dict with keys of an iterable, all with one value.",
)];

const METHODS: &[NativeDef] = &[
    native(
        "pop",
        Arity::Named(&KEY_DEFAULT),
        pop,
        "Remove a key and return its value; a missing key gives the default, or KeyError without one.",
    ),
    native(
        "setdefault",
        Arity::Named(&KEY_DEFAULT),
        setdefault,
        "Return the value of a key, which is inserted with the default if it is missing.",
    ),
    native("move_to_end", Arity::Named(&MOVE), move_to_end, "Move a key to the end, or to the beginning."),
    native("popitem", Arity::Named(&POP_ITEM), popitem, "Take out the last pair, or the first, and return it."),
    native("copy", Arity::Exact(1), copy, "A shallow copy of ordered dict."),
    native("__init__", Arity::Any, update::init, "Set up a new instance."),
    native(
        "update",
        Arity::Any,
        update::update,
        "Take the entries of a mapping or of an iterable of pairs, and the keywords.",
    ),
    native("keys", Arity::Exact(1), keys, "A set-like view of the keys, in order."),
    native("values", Arity::Exact(1), values, "A view of the values, in order."),
    native("items", Arity::Exact(1), items, "A set-like view of the items, in order."),
    native("__iter__", Arity::Exact(1), iter, "Implement iter(self)."),
    native("__reversed__", Arity::Exact(1), reversed, "od.__reversed__() <==> reversed(od)"),
    native("__eq__", Arity::Exact(2), eq, "Return self==value."),
    native("__ne__", Arity::Exact(2), ne, "Return self!=value."),
    native("__repr__", Arity::Exact(1), repr, "Return repr(self)."),
    native("__reduce__", Arity::Exact(1), reduce, "What pickle needs to make the object again"),
    native("__or__", Arity::Exact(2), or, "Return self|value."),
    native("__ror__", Arity::Exact(2), ror, "Return value|self."),
];

/// The class, to tell ordered dicts from others.
#[derive(Default)]
struct OrderedClass(Value);

/// Adds the class to the module.
pub(super) fn define(vm: &mut Vm, dict: &Ptr<Dict>) -> Result<(), Raised> {
    let class = dict_subclass(vm, dict, "OrderedDict", "A dict with methods for the order of its keys", None, METHODS)?;
    vm.add_methods(&class, NativeKind::ClassMethod, CLASS_METHODS);
    vm.interp.extension::<OrderedClass>(&mut vm.gil).0 = class.into_value();
    Ok(())
}

fn is_ordered(vm: &mut Vm, value: &Value) -> bool {
    let class = vm.class_of(value);
    match &vm.interp.extension::<OrderedClass>(&mut vm.gil).0 {
        Value::Class(ordered) => {
            let ordered = ordered.to_ptr();
            class.is_subclass(&vm.gil, &ordered)
        }
        _ => false,
    }
}

/// The flag `last` of a method.
fn last(vm: &mut Vm, flag: Option<&Value>) -> Result<bool, Raised> {
    flag.map_or(Ok(true), |last| vm.truth(last))
}

fn move_to_end(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let last = last(vm, args.get(2))?;
    let dict = dict_part(vm, &args[0])?;
    let hash = vm.hash(&args[1])?;
    let Some(at) = vm.dict_find(&dict, hash, &args[1])? else { return Err(vm.key_error(&args[1])) };
    let data = dict.data.get_mut(&mut vm.gil);
    if last {
        data.move_to_back(at);
    } else {
        data.move_to_front(at);
    }
    Ok(Value::None)
}

fn popitem(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let last = last(vm, args.get(1))?;
    let dict = dict_part(vm, &args[0])?;
    let data = dict.data.get_mut(&mut vm.gil);
    let found = if last { data.previous_entry(data.slots()) } else { data.next_entry(0) };
    let Some(at) = found.map(|(at, _)| at) else {
        return Err(vm.raise(Known::KeyError, "dictionary is empty"));
    };
    let (key, value) = if last { data.remove_last(at) } else { data.remove_at(at) };
    Ok(Value::tuple(vec![key, value]))
}

fn fromkeys(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let made = vm.call(&args[0], &[])?;
    let value = args.get(2).cloned().unwrap_or(Value::None);
    vm.for_each(&args[1], |vm, key| {
        vm.setitem(&made, key, value.clone())?;
        Ok(true)
    })?;
    Ok(made)
}

fn pop(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let dict = dict_part(vm, &args[0])?.into_value();
    let given: Vec<Value> = [1, 2].iter().filter_map(|&index| args.get(index).cloned()).collect();
    vm.call_method_str(&dict, "pop", &given)
}

fn setdefault(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let dict = dict_part(vm, &args[0])?;
    if let Some(value) = vm.dict_get(&dict, &args[1])? {
        return Ok(value);
    }
    let value = args.get(2).cloned().unwrap_or(Value::None);
    vm.setitem(&args[0], args[1].clone(), value.clone())?;
    Ok(value)
}

fn view(vm: &mut Vm, ordered: &Value, part: DictPart) -> Result<Value, Raised> {
    let dict = dict_part(vm, ordered)?;
    Ok(View::ordered(dict, part, ordered.clone()).into_value())
}

fn keys(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    view(vm, &args[0], DictPart::Keys)
}

fn values(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    view(vm, &args[0], DictPart::Values)
}

fn items(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    view(vm, &args[0], DictPart::Items)
}

fn iterator(vm: &mut Vm, ordered: &Value, reversed: bool) -> Result<Value, Raised> {
    let dict = dict_part(vm, ordered)?;
    Ok(Iter::new(ordered_state(&vm.gil, dict, DictPart::Keys, reversed)).into_value())
}

fn iter(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    iterator(vm, &args[0], false)
}

fn reversed(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    iterator(vm, &args[0], true)
}

fn copy(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let class = vm.class_of(&args[0]).into_value();
    vm.call(&class, &[args[0].clone()])
}

/// Equal to another ordered dict in the same order only, to other mappings in any order.
fn equal(vm: &mut Vm, args: Args<'_>) -> Result<Option<bool>, Raised> {
    let dict = dict_part(vm, &args[0])?;
    let other = match vm.unwrap(&args[1]) {
        Value::Dict(other) => other.to_ptr(),
        _ => return Ok(None),
    };
    if !vm.compare_bool(CmpOp::Eq, &dict.to_value(), &other.to_value())? {
        return Ok(Some(false));
    }
    if !is_ordered(vm, &args[1]) {
        return Ok(Some(true));
    }
    same_order(vm, &dict, &other).map(Some)
}

/// Whether two ordered dicts with equal entries have them in the same order.
fn same_order(vm: &mut Vm, ours: &Ptr<Dict>, theirs: &Ptr<Dict>) -> Result<bool, Raised> {
    let changes = |vm: &Vm| [ours, theirs].map(|dict| dict.data.get(&vm.gil).changes());
    let before = changes(vm);
    let (mut at, mut other_at) = (0, 0);
    loop {
        let next = |vm: &Vm, dict: &Ptr<Dict>, at: usize| {
            dict.data.get(&vm.gil).next_entry(at).map(|(found, entry)| (found + 1, entry.key.clone()))
        };
        let ((after, key), (other_after, other)) = match (next(vm, ours, at), next(vm, theirs, other_at)) {
            (Some(one), Some(other)) => (one, other),
            (one, other) => return Ok(one.is_none() && other.is_none()),
        };
        (at, other_at) = (after, other_after);
        let equal = vm.same_or_equal(&key, &other)?;
        if changes(vm) != before {
            return Err(vm.raise(Known::RuntimeError, "OrderedDict mutated during iteration"));
        }
        if !equal {
            return Ok(false);
        }
    }
}

fn eq(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    Ok(equal(vm, args)?.map_or(Value::NotImplemented, Value::from))
}

fn ne(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    Ok(equal(vm, args)?.map_or(Value::NotImplemented, |equal| Value::from(!equal)))
}

fn repr(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let name = vm.class_of(&args[0]).name(&vm.gil).to_owned();
    let dict = dict_part(vm, &args[0])?;
    if dict.data.get(&vm.gil).is_empty() {
        return Ok(format!("{name}()").into());
    }
    if !vm.enter_repr(&args[0])? {
        return Ok(Value::str("..."));
    }
    let items = vm.repr(&dict.into_value());
    vm.leave_repr(&args[0]);
    Ok(format!("{name}({})", items?.as_str()).into())
}

fn reduce(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let class = vm.class_of(&args[0]).into_value();
    let state = vm.call_method(&args[0], Name::__getstate__, &[])?;
    let items = vm.call_method(&args[0], Name::Items, &[])?;
    let items = vm.iter(&items)?;
    Ok(Value::tuple(vec![class, vm.empty_tuple().into_value(), state, Value::None, items]))
}

fn union(vm: &mut Vm, maker: &Value, left: &Value, right: &Value) -> Result<Value, Raised> {
    merged(vm, maker, left, right, |vm, class| vm.call(class, std::slice::from_ref(left)))
}

fn or(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    union(vm, &args[0], &args[0], &args[1])
}

fn ror(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    union(vm, &args[0], &args[1], &args[0])
}
