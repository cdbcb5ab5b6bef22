//! `deque`.

use std::collections::VecDeque;

use super::deque_operators::{add, compare, delitem, getitem, iadd, imul, mul, setitem};
use crate::builtins::compare::comparisons;
use crate::builtins::native;
use crate::builtins::sequence::{CLASS_GETITEM, join_reprs, unhashable};
use crate::modules::foreign::define_class;
use crate::object::{
    Args, Arity, ClassFlags, Dict, Foreign, ForeignData, GetSetDef, ItemFns, Known, NativeDef, NativeKind, Ptr, Raised,
    Value, Vm,
};

/// The items of a deque.
pub(super) struct Deque {
    pub items: VecDeque<Value>,
    pub max_len: Option<usize>,
    /// Counts insertions and deletions, so that iteration notices them.
    pub changes: u64,
}

impl ForeignData for Deque {
    fn trace(&self, visit: &mut dyn FnMut(&Value)) {
        self.items.iter().for_each(visit);
    }

    fn clear(&mut self) -> Vec<Value> {
        std::mem::take(&mut self.items).into()
    }

    fn item_fns(&self) -> Option<&'static ItemFns> {
        Some(&ItemFns {
            get: |vm, object, index| {
                let deque = object.get::<Deque>(&vm.gil)?;
                deque.items.get(crate::vm::item::place(index, deque.items.len())?).cloned()
            },
            set: |vm, object, index, value| {
                let Some(deque) = object.get_mut::<Deque>(&mut vm.gil) else { return false };
                let len = deque.items.len();
                let Some(place) = crate::vm::item::place(index, len).and_then(|at| deque.items.get_mut(at)) else {
                    return false;
                };
                let old = std::mem::replace(place, value.clone());
                drop(old);
                true
            },
        })
    }
}

const NEW: &[NativeDef] = &[native("__new__", Arity::Any, new, "Make an instance of the class.")];

const METHODS: &[NativeDef] = &[
    native("append", Arity::Exact(2), append, "Put an item at the right end."),
    native("appendleft", Arity::Exact(2), append_left, "Put an item at the left end."),
    native("clear", Arity::Exact(1), clear, "Empty the deque."),
    native("copy", Arity::Exact(1), copy, "Another deque of the same items."),
    native("__copy__", Arity::Exact(1), copy, "Another deque of the same items."),
    native("count", Arity::Exact(2), count, "How many items are equal to a value."),
    native("extend", Arity::Exact(2), extend, "Put the items of an iterable at the right end, one after another."),
    native(
        "extendleft",
        Arity::Exact(2),
        extend_left,
        "Put the items of an iterable at the left end, one after another.",
    ),
    native("index", Arity::Range(2, 4), index, "The index of the first item that is equal to a value."),
    native("insert", Arity::Exact(3), insert, "Put an item in front of the one at an index."),
    native("pop", Arity::Exact(1), pop, "Take the item at the right end out and return it."),
    native("popleft", Arity::Exact(1), pop_left, "Take the item at the left end out and return it."),
    native("remove", Arity::Exact(2), remove, "Take out the first item that is equal to a value."),
    native("reverse", Arity::Exact(1), reverse, "Reverse *IN PLACE*."),
    native(
        "rotate",
        Arity::Range(1, 2),
        rotate,
        "Move n items from the right end to the left, or back if n is negative.",
    ),
    native("__reduce__", Arity::Exact(1), reduce, "What pickle needs to make the object again."),
    native("__reversed__", Arity::Exact(1), super::deque_iter::reversed, "Iterate from right to left."),
];

const SLOTS: &[NativeDef] = &[
    native("__init__", Arity::Any, init, "Set up a new instance."),
    native("__repr__", Arity::Exact(1), repr, "Return repr(self)."),
    native("__len__", Arity::Exact(1), len, "Return len(self)."),
    native("__iter__", Arity::Exact(1), super::deque_iter::iter, "Implement iter(self)."),
    native("__contains__", Arity::Exact(2), contains, "Return bool(key in self)."),
    native("__getitem__", Arity::Exact(2), getitem, "Return self[key]."),
    native("__setitem__", Arity::Exact(3), setitem, "Set self[key] to value."),
    native("__delitem__", Arity::Exact(2), delitem, "Delete self[key]."),
    native("__add__", Arity::Exact(2), add, "Return self+value."),
    native("__iadd__", Arity::Exact(2), iadd, "Implement self+=value."),
    native("__mul__", Arity::Exact(2), mul, "Return self*value."),
    native("__rmul__", Arity::Exact(2), mul, "Return value*self."),
    native("__imul__", Arity::Exact(2), imul, "Implement self*=value."),
];

const MEMBERS: &[GetSetDef] =
    &[GetSetDef { name: "maxlen", get: maxlen, set: None, doc: "How many items there may be, or None" }];

/// Adds the class to the module.
pub(super) fn define(vm: &mut Vm, dict: &Ptr<Dict>) {
    let class = define_class(vm, dict, "collections.deque", NEW, METHODS);
    vm.add_methods(&class, NativeKind::SlotWrapper, SLOTS);
    vm.add_methods(&class, NativeKind::SlotWrapper, comparisons!(compare));
    vm.add_methods(&class, NativeKind::ClassMethod, CLASS_GETITEM);
    vm.add_getsets(&class, MEMBERS);
    unhashable(vm, &class);
    class.data.get_mut(&mut vm.gil).flags.set(ClassFlags::HAS_WEAKREF, true);
}

fn new(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let class = vm.expect_class(&args[0])?;
    Ok(Foreign::new(class, Deque { items: VecDeque::new(), max_len: None, changes: 0 }).into_value())
}

/// The deque behind a receiver, to look at.
pub(super) fn view<'a>(vm: &'a Vm, value: &'a Value) -> Option<&'a Deque> {
    match value {
        Value::Foreign(object) => object.get::<Deque>(&vm.gil),
        _ => None,
    }
}

/// The deque behind a receiver, to change.
pub(super) fn edit<'a>(vm: &'a mut Vm, value: &'a Value) -> Result<&'a mut Deque, Raised> {
    // Looked at twice, because a borrow that is returned on one path lasts on all.
    if view(vm, value).is_some() {
        if let Value::Foreign(object) = value {
            if let Some(deque) = object.get_mut::<Deque>(&mut vm.gil) {
                return Ok(deque);
            }
        }
        unreachable!("the deque was there");
    }
    let found = vm.class_name(value);
    Err(vm.type_error(format!("descriptor requires a 'collections.deque' object but received a '{found}'")))
}

/// As `edit`, with room for one more item.
fn edit_with_room<'a>(vm: &'a mut Vm, value: &'a Value) -> Result<&'a mut Deque, Raised> {
    let items = &mut edit(vm, value)?.items;
    if items.len() == items.capacity() && items.try_reserve(1).is_err() && items.try_reserve_exact(1).is_err() {
        return Err(vm.memory_error());
    }
    edit(vm, value)
}

pub(super) fn items(vm: &Vm, value: &Value) -> Vec<Value> {
    view(vm, value).map(|deque| deque.items.iter().cloned().collect()).unwrap_or_default()
}

impl Deque {
    /// Adds at the right; gives back what falls out at the left.
    fn push(&mut self, item: Value) -> Option<Value> {
        self.changes += 1;
        self.items.push_back(item);
        self.max_len.filter(|&max| self.items.len() > max).and_then(|_| self.items.pop_front())
    }

    /// Adds at the left; gives back what falls out at the right.
    fn push_left(&mut self, item: Value) -> Option<Value> {
        self.changes += 1;
        self.items.push_front(item);
        self.max_len.filter(|&max| self.items.len() > max).and_then(|_| self.items.pop_back())
    }
}

/// `deque([iterable[, maxlen]])`.
fn init(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let given = args.positional().len() - 1 + args.keyword_count();
    if given > 2 {
        return Err(vm.type_error(format!("deque() takes at most 2 arguments ({given} given)")));
    }
    let mut iterable = args.positional().get(1).cloned();
    let mut max_len = args.positional().get(2).cloned();
    for (name, value) in args.keywords() {
        match name {
            Value::Str(name) if name.as_str() == "iterable" => iterable = Some(value.clone()),
            Value::Str(name) if name.as_str() == "maxlen" => max_len = Some(value.clone()),
            other => {
                let other = vm.str(other)?;
                let message = format!("deque() got an unexpected keyword argument '{}'", other.as_str());
                return Err(vm.type_error(message));
            }
        }
    }
    let max_len = match max_len.filter(|max_len| !max_len.is_none()) {
        None => None,
        Some(max_len) if !matches!(vm.unwrap(&max_len), Value::Int(_) | Value::Bool(_) | Value::BigInt(_)) => {
            return Err(vm.type_error("an integer is required"));
        }
        Some(max_len) => match vm.expect_isize(&max_len)? {
            max_len if max_len < 0 => return Err(vm.value_error("maxlen must be non-negative")),
            max_len => Some(max_len as usize),
        },
    };
    let deque = edit(vm, &args[0])?;
    deque.max_len = max_len;
    deque.changes += 1;
    let old = std::mem::take(&mut deque.items);
    drop(old);
    if let Some(iterable) = iterable {
        extend(vm, Args::new(&[args[0].clone(), iterable]))?;
    }
    Ok(Value::None)
}

fn append(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let item = args[1].clone();
    let dropped = edit_with_room(vm, &args[0])?.push(item);
    drop(dropped);
    Ok(Value::None)
}

fn append_left(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let item = args[1].clone();
    let dropped = edit_with_room(vm, &args[0])?.push_left(item);
    drop(dropped);
    Ok(Value::None)
}

pub(super) fn clear(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let deque = edit(vm, &args[0])?;
    deque.changes += 1;
    let old = std::mem::take(&mut deque.items);
    drop(old);
    Ok(Value::None)
}

fn pop(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let deque = edit(vm, &args[0])?;
    deque.changes += 1;
    match deque.items.pop_back() {
        Some(item) => Ok(item),
        None => Err(vm.raise(Known::IndexError, "pop from an empty deque")),
    }
}

fn pop_left(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let deque = edit(vm, &args[0])?;
    deque.changes += 1;
    match deque.items.pop_front() {
        Some(item) => Ok(item),
        None => Err(vm.raise(Known::IndexError, "pop from an empty deque")),
    }
}

/// A deque's own items must not be read while they grow.
fn source(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    if args[1].is(&args[0]) { Ok(Value::list(items(vm, &args[1]))) } else { Ok(args[1].clone()) }
}

pub(super) fn extend(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let source = source(vm, args)?;
    vm.for_each(&source, |vm, item| {
        let dropped = edit_with_room(vm, &args[0])?.push(item);
        drop(dropped);
        Ok(true)
    })?;
    Ok(Value::None)
}

fn extend_left(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let source = source(vm, args)?;
    vm.for_each(&source, |vm, item| {
        let dropped = edit_with_room(vm, &args[0])?.push_left(item);
        drop(dropped);
        Ok(true)
    })?;
    Ok(Value::None)
}

/// A new deque of the receiver's class with other items.
pub(super) fn like(vm: &mut Vm, value: &Value, items: Vec<Value>) -> Result<Value, Raised> {
    let class = vm.class_of(value).into_value();
    let items = Value::list(items);
    match view(vm, value).and_then(|deque| deque.max_len) {
        Some(max_len) => vm.call(&class, &[items, max_len.into()]),
        None => vm.call(&class, &[items]),
    }
}

fn copy(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let items = items(vm, &args[0]);
    like(vm, &args[0], items)
}

/// Where a value is between two places. The deque must not change meanwhile.
fn search(
    vm: &mut Vm,
    args: Args<'_>,
    range: std::ops::Range<usize>,
    message: &str,
    known: Known,
) -> Result<Option<usize>, Raised> {
    let changes = view(vm, &args[0]).map(|deque| deque.changes);
    for at in range {
        let Some(item) = view(vm, &args[0]).and_then(|deque| deque.items.get(at).cloned()) else { break };
        let found = vm.same_or_equal(&item, &args[1])?;
        if view(vm, &args[0]).map(|deque| deque.changes) != changes {
            return Err(vm.raise(known, message));
        }
        if found {
            return Ok(Some(at));
        }
    }
    Ok(None)
}

const MUTATED: &str = "deque mutated during iteration";

fn count(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let len = view(vm, &args[0]).map_or(0, |deque| deque.items.len());
    let (mut found, mut start) = (0_i64, 0);
    while let Some(at) = search(vm, args, start..len, MUTATED, Known::RuntimeError)? {
        found += 1;
        start = at + 1;
    }
    Ok(Value::Int(found))
}

fn contains(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let len = view(vm, &args[0]).map_or(0, |deque| deque.items.len());
    Ok(Value::from(search(vm, args, 0..len, MUTATED, Known::RuntimeError)?.is_some()))
}

fn index(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let len = view(vm, &args[0]).map_or(0, |deque| deque.items.len());
    let start = crate::builtins::sequence::search_bound(vm, args.get(2), 0, len)?;
    let stop = crate::builtins::sequence::search_bound(vm, args.get(3), len, len)?.min(len);
    match search(vm, args, start..stop, MUTATED, Known::RuntimeError)? {
        Some(at) => Ok(at.into()),
        None => {
            let shown = vm.repr(&args[1])?;
            Err(vm.value_error(format!("{} is not in deque", shown.as_str())))
        }
    }
}

fn remove(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let len = view(vm, &args[0]).map_or(0, |deque| deque.items.len());
    match search(vm, args, 0..len, "deque mutated during remove().", Known::IndexError)? {
        Some(at) => {
            let deque = edit(vm, &args[0])?;
            deque.changes += 1;
            let removed = deque.items.remove(at);
            drop(removed);
            Ok(Value::None)
        }
        None => {
            let shown = vm.repr(&args[1])?;
            Err(vm.value_error(format!("{} is not in deque", shown.as_str())))
        }
    }
}

fn insert(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let at = vm.expect_isize(&args[1])?;
    let deque = edit_with_room(vm, &args[0])?;
    let len = deque.items.len();
    if deque.max_len == Some(len) {
        return Err(vm.raise(Known::IndexError, "deque already at its maximum size"));
    }
    let at = if at < 0 { (at + len as isize).max(0) as usize } else { (at as usize).min(len) };
    deque.changes += 1;
    deque.items.insert(at, args[2].clone());
    Ok(Value::None)
}

fn reverse(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let deque = edit(vm, &args[0])?;
    deque.items.make_contiguous().reverse();
    deque.changes += 1;
    Ok(Value::None)
}

fn rotate(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let steps = match args.get(1) {
        Some(steps) => vm.expect_isize(steps)?,
        None => 1,
    };
    let deque = edit(vm, &args[0])?;
    let len = deque.items.len() as isize;
    if len > 1 {
        deque.changes += 1;
        deque.items.rotate_right(steps.rem_euclid(len) as usize);
    }
    Ok(Value::None)
}

fn reduce(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let class = vm.class_of(&args[0]).into_value();
    let given = match view(vm, &args[0]).and_then(|deque| deque.max_len) {
        Some(max_len) => vec![vm.empty_tuple().into_value(), max_len.into()],
        None => Vec::new(),
    };
    let state = match vm.instance_dict(&args[0]) {
        Some(dict) if !dict.data.get(&vm.gil).is_empty() => dict.into_value(),
        _ => Value::None,
    };
    let iter = vm.iter(&args[0])?;
    Ok(Value::tuple(vec![class, Value::tuple(given), state, iter]))
}

fn repr(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let name = vm.class_of(&args[0]).data.get(&vm.gil).name.clone();
    if !vm.enter_repr(&args[0])? {
        return Ok(Value::str("[...]"));
    }
    let shown = items(vm, &args[0]);
    let close = match view(vm, &args[0]).and_then(|deque| deque.max_len) {
        Some(max_len) => format!("], maxlen={max_len})"),
        None => "])".to_owned(),
    };
    let text = join_reprs(vm, &format!("{}([", name.as_str()), &close, |_, index| shown.get(index).cloned());
    vm.leave_repr(&args[0]);
    Ok(text?.into())
}

fn len(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    Ok(view(vm, &args[0]).map_or(0, |deque| deque.items.len()).into())
}

fn maxlen(vm: &mut Vm, value: &Value) -> Result<Value, Raised> {
    Ok(view(vm, value).and_then(|deque| deque.max_len).map_or(Value::None, Value::from))
}
