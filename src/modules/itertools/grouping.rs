//! `batched`, `groupby`, `pairwise`, `tee`.

use super::make;
use crate::builtins::native;
use crate::modules::foreign::foreign_data;
use crate::object::{Args, Arity, Foreign, Known, NativeDef, Raised, Raw, Value, Vm};

/// Classes that functions of the module make objects of.
#[derive(Default)]
pub(super) struct Classes {
    pub tee: Value,
    pub grouper: Value,
}

struct Batched {
    /// `Undef` at the end.
    iter: Value,
    size: usize,
    strict: bool,
}

foreign_data! { Batched, next: batched_next, single: [iter], many: [] }

/// `batched(iterable, n, *, strict=False)`.
pub(super) fn batched(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let size = vm.expect_isize(&args[2])?;
    let strict = match args.get(3) {
        Some(strict) => vm.truth(strict)?,
        None => false,
    };
    if size < 1 {
        return Err(vm.value_error("n must be at least one"));
    }
    let iter = vm.iter(&args[1])?;
    make(vm, &args[0], Batched { iter, size: size as usize, strict })
}

fn batched_next(vm: &mut Vm, object: &Raw<Foreign>) -> Result<Option<Value>, Raised> {
    let Some(batched) = object.get::<Batched>(&vm.gil) else { return Ok(None) };
    let (iter, size, strict) = (batched.iter.clone(), batched.size, batched.strict);
    if iter.is_undef() {
        return Ok(None);
    }
    let mut items = Vec::with_capacity(size.min(1024));
    while items.len() < size {
        let Some(item) = vm.next(&iter)? else { break };
        items.push(item);
    }
    if items.len() == size {
        return Ok(Some(Value::tuple(items)));
    }
    let ended = object.get_mut::<Batched>(&mut vm.gil).map(|batched| batched.iter.take());
    drop(ended);
    if items.is_empty() {
        return Ok(None);
    }
    if strict {
        return Err(vm.value_error("batched(): incomplete batch"));
    }
    Ok(Some(Value::tuple(items)))
}

struct Pairwise {
    iter: Value,
    /// `Undef` before the first.
    old: Value,
}

foreign_data! { Pairwise, next: pairwise_next, single: [iter, old], many: [] }

/// `pairwise(iterable)`.
pub(super) fn pairwise(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let iter = vm.iter(&args[1])?;
    make(vm, &args[0], Pairwise { iter, old: Value::Undef })
}

fn pairwise_next(vm: &mut Vm, object: &Raw<Foreign>) -> Result<Option<Value>, Raised> {
    let Some(pairwise) = object.get::<Pairwise>(&vm.gil) else { return Ok(None) };
    let (iter, mut old) = (pairwise.iter.clone(), pairwise.old.clone());
    if old.is_undef() {
        let Some(first) = vm.next(&iter)? else { return Ok(None) };
        old = first;
    }
    let next = vm.next(&iter)?;
    let Some(pairwise) = object.get_mut::<Pairwise>(&mut vm.gil) else { return Ok(None) };
    let before = std::mem::replace(&mut pairwise.old, next.clone().unwrap_or_default());
    drop(before);
    Ok(next.map(|new| Value::tuple(vec![old, new])))
}

pub(super) struct GroupBy {
    pub(super) iter: Value,
    /// None for the item itself.
    pub(super) key: Value,
    /// Key of the group that was handed out last.
    pub(super) target: Value,
    /// Key and item that wait, `Undef` for none.
    pub(super) current_key: Value,
    pub(super) current: Value,
    /// Number of the group handed out last; older groups are at their end.
    pub(super) group: u64,
}

foreign_data! { GroupBy, next: groupby_next, single: [iter, key, target, current_key, current], many: [] }

/// `groupby(iterable, key=None)`.
pub(super) fn groupby(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let iter = vm.iter(&args[1])?;
    let key = args.get(2).cloned().unwrap_or(Value::None);
    let state = GroupBy { iter, key, target: Value::Undef, current_key: Value::Undef, current: Value::Undef, group: 0 };
    make(vm, &args[0], state)
}

/// Fetches the next item and its key; false at the end.
fn groupby_step(vm: &mut Vm, object: &Foreign) -> Result<bool, Raised> {
    let Some(state) = object.get::<GroupBy>(&vm.gil) else { return Ok(false) };
    let (iter, key) = (state.iter.clone(), state.key.clone());
    let Some(item) = vm.next(&iter)? else { return Ok(false) };
    let item_key = if key.is_none() { item.clone() } else { vm.call(&key, std::slice::from_ref(&item))? };
    let Some(state) = object.get_mut::<GroupBy>(&mut vm.gil) else { return Ok(false) };
    let old = (std::mem::replace(&mut state.current, item), std::mem::replace(&mut state.current_key, item_key));
    drop(old);
    Ok(true)
}

fn groupby_next(vm: &mut Vm, object: &Raw<Foreign>) -> Result<Option<Value>, Raised> {
    if let Some(state) = object.get_mut::<GroupBy>(&mut vm.gil) {
        state.group += 1;
    }
    loop {
        let Some(state) = object.get::<GroupBy>(&vm.gil) else { return Ok(None) };
        let (target, key) = (state.target.clone(), state.current_key.clone());
        if !key.is_undef() && (target.is_undef() || !vm.same_or_equal(&target, &key)?) {
            break;
        }
        if !groupby_step(vm, object)? {
            return Ok(None);
        }
    }
    let Some(state) = object.get_mut::<GroupBy>(&mut vm.gil) else { return Ok(None) };
    let (key, group) = (state.current_key.clone(), state.group);
    let old = std::mem::replace(&mut state.target, key.clone());
    drop(old);
    let class = vm.interp.extension::<Classes>(&mut vm.gil).grouper.clone();
    let parent = object.to_ptr().into_value();
    let grouper = make(vm, &class, Grouper { parent, target: key.clone(), group })?;
    Ok(Some(Value::tuple(vec![key, grouper])))
}

pub(super) struct Grouper {
    pub(super) parent: Value,
    pub(super) target: Value,
    pub(super) group: u64,
}

foreign_data! { Grouper, next: grouper_next, single: [parent, target], many: [] }

/// `_grouper(parent, target)`.
pub(super) fn grouper(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let group = match &args[1] {
        Value::Foreign(object) => object.get::<GroupBy>(&vm.gil).map(|state| state.group),
        _ => None,
    };
    match group {
        Some(group) => make(vm, &args[0], Grouper { parent: args[1].clone(), target: args[2].clone(), group }),
        None => Err(vm.type_error("_grouper() argument 1 must be itertools.groupby")),
    }
}

fn grouper_next(vm: &mut Vm, object: &Raw<Foreign>) -> Result<Option<Value>, Raised> {
    let Some(grouper) = object.get::<Grouper>(&vm.gil) else { return Ok(None) };
    let (parent, target, group) = (grouper.parent.clone(), grouper.target.clone(), grouper.group);
    let Value::Foreign(parent) = &parent else { return Ok(None) };
    let Some(state) = parent.get::<GroupBy>(&vm.gil) else { return Ok(None) };
    if state.group != group {
        return Ok(None);
    }
    if state.current.is_undef() && !groupby_step(vm, parent)? {
        return Ok(None);
    }
    let Some(state) = parent.get::<GroupBy>(&vm.gil) else { return Ok(None) };
    let key = state.current_key.clone();
    if !vm.same_or_equal(&target, &key)? {
        return Ok(None);
    }
    let Some(state) = parent.get_mut::<GroupBy>(&mut vm.gil) else { return Ok(None) };
    let (item, key) = (state.current.take(), state.current_key.take());
    drop(key);
    Ok(item.bound())
}

/// One item that several iterators of a `tee` share; the last link has not fetched its own yet.
struct Link {
    iter: Value,
    item: Value,
    next: Value,
    /// Some iterator is fetching the item.
    running: bool,
}

foreign_data! { Link, single: [iter, item, next], many: [] }

struct Tee {
    link: Value,
}

foreign_data! { Tee, next: tee_next, single: [link], many: [] }

pub(super) const TEE_METHODS: &[NativeDef] =
    &[native("__copy__", Arity::Exact(1), tee_copy, "Another iterator that goes on from the same place.")];

fn new_link(vm: &mut Vm, iter: Value) -> Value {
    // Links are never shown to scripts: any class does.
    let class = vm.known(Known::Object);
    Foreign::new(class, Link { iter, item: Value::Undef, next: Value::Undef, running: false }).into_value()
}

/// `_tee(iterable)`.
pub(super) fn new_tee(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let shared = match &args[1] {
        Value::Foreign(object) => object.get::<Tee>(&vm.gil).map(|tee| tee.link.clone()),
        _ => None,
    };
    let link = match shared {
        Some(link) => link,
        None => {
            let iter = vm.iter(&args[1])?;
            new_link(vm, iter)
        }
    };
    make(vm, &args[0], Tee { link })
}

fn tee_copy(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let class = vm.interp.extension::<Classes>(&mut vm.gil).tee.clone();
    new_tee(vm, Args::new(&[class, args[0].clone()]))
}

/// `tee(iterable, n=2)`.
pub(super) fn tee(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let count = match args.get(1) {
        Some(count) => vm.expect_isize(count)?,
        None => 2,
    };
    if count < 0 {
        return Err(vm.value_error("n must be >= 0"));
    }
    if count == 0 {
        return Ok(vm.empty_tuple().into_value());
    }
    let class = vm.interp.extension::<Classes>(&mut vm.gil).tee.clone();
    let first = new_tee(vm, Args::new(&[class.clone(), args[0].clone()]))?;
    vm.expect_room_for::<Value>(count as usize)?;
    let mut tees = vec![first.clone()];
    for _ in 1..count {
        vm.poll_posted()?;
        tees.push(new_tee(vm, Args::new(&[class.clone(), first.clone()]))?);
    }
    Ok(Value::tuple(tees))
}

fn set_running(vm: &mut Vm, link: &Raw<Foreign>, running: bool) {
    if let Some(state) = link.get_mut::<Link>(&mut vm.gil) {
        state.running = running;
    }
}

fn tee_next(vm: &mut Vm, object: &Raw<Foreign>) -> Result<Option<Value>, Raised> {
    let Some(tee) = object.get::<Tee>(&vm.gil) else { return Ok(None) };
    let link = tee.link.clone();
    let Value::Foreign(here) = &link else { return Ok(None) };
    let Some(state) = here.get::<Link>(&vm.gil) else { return Ok(None) };
    let (iter, item, next) = (state.iter.clone(), state.item.clone(), state.next.clone());
    let (item, next) = if item.is_undef() {
        if state.running {
            return Err(vm.raise(Known::RuntimeError, "cannot re-enter the tee iterator"));
        }
        set_running(vm, here, true);
        let fetched = vm.next(&iter);
        set_running(vm, here, false);
        let Some(item) = fetched? else { return Ok(None) };
        let next = new_link(vm, iter);
        if let Some(state) = here.get_mut::<Link>(&mut vm.gil) {
            state.item = item.clone();
            state.next = next.clone();
        }
        (item, next)
    } else {
        (item, next)
    };
    if let Some(tee) = object.get_mut::<Tee>(&mut vm.gil) {
        let old = std::mem::replace(&mut tee.link, next);
        drop(old);
    }
    Ok(Some(item))
}
