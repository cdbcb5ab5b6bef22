//! Iterators that pass on, select or change the items of others.

use super::{iterators, make, one_keyword};
use crate::bytecode::BinOp;
use crate::modules::foreign::foreign_data;
use crate::object::{Args, Foreign, Iter, IterState, Raised, Raw, Tuple, Value, Vm};

pub(super) struct Chain {
    /// Iterator over the iterables; `Undef` at the end.
    pub(super) sources: Value,
    /// Iterator over the present one, `Undef` for none.
    pub(super) active: Value,
}

foreign_data! { Chain, next: chain_next, single: [sources, active], many: [] }

/// `chain(*iterables)`.
pub(super) fn chain(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let tuple = Tuple::from_slice(&args.values()[1..]);
    let sources = Iter::new(IterState::Tuple { tuple, index: 0 }).into_value();
    make(vm, &args[0], Chain { sources, active: Value::Undef })
}

/// `chain.from_iterable(iterable)`.
pub(super) fn from_iterable(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let sources = vm.iter(&args[1])?;
    make(vm, &args[0], Chain { sources, active: Value::Undef })
}

fn chain_next(vm: &mut Vm, object: &Raw<Foreign>) -> Result<Option<Value>, Raised> {
    loop {
        let Some(chain) = object.get::<Chain>(&vm.gil) else { return Ok(None) };
        if !chain.active.is_undef() {
            let active = chain.active.clone();
            if let Some(item) = vm.next(&active)? {
                return Ok(Some(item));
            }
            let ended = object.get_mut::<Chain>(&mut vm.gil).map(|chain| chain.active.take());
            drop(ended);
            continue;
        }
        let sources = chain.sources.clone();
        if sources.is_undef() {
            return Ok(None);
        }
        let next = match vm.next(&sources) {
            Ok(Some(source)) => vm.iter(&source),
            Ok(None) => Ok(Value::Undef),
            Err(raised) => Err(raised),
        };
        let failed = !matches!(&next, Ok(active) if !active.is_undef());
        let Some(chain) = object.get_mut::<Chain>(&mut vm.gil) else { return Ok(None) };
        let ended = if failed { chain.sources.take() } else { Value::Undef };
        let replaced = std::mem::replace(&mut chain.active, next?);
        drop((ended, replaced));
        if failed {
            return Ok(None);
        }
    }
}

/// A function and an iterator: what several of the iterators below consist of.
pub(super) struct Filter {
    pub(super) func: Value,
    pub(super) iter: Value,
    pub(super) kind: Kind,
}

pub(super) enum Kind {
    /// Not yet past the items to drop.
    Dropping,
    /// Past them.
    Dropped,
    False,
    Taking,
    Star,
    /// Stopped.
    Ended,
}

foreign_data! { Filter, next: filter_next, single: [func, iter], many: [] }

fn filter(vm: &mut Vm, args: Args<'_>, kind: Kind) -> Result<Value, Raised> {
    let iter = vm.iter(&args[2])?;
    make(vm, &args[0], Filter { func: args[1].clone(), iter, kind })
}

pub(super) fn dropwhile(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    filter(vm, args, Kind::Dropping)
}

pub(super) fn filterfalse(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    filter(vm, args, Kind::False)
}

pub(super) fn takewhile(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    filter(vm, args, Kind::Taking)
}

pub(super) fn starmap(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    filter(vm, args, Kind::Star)
}

/// Whether the function (None stands for `bool`) is true of an item.
fn holds(vm: &mut Vm, func: &Value, item: &Value) -> Result<bool, Raised> {
    if func.is_none() {
        return vm.truth(item);
    }
    let answer = vm.call(func, std::slice::from_ref(item))?;
    vm.truth(&answer)
}

fn filter_next(vm: &mut Vm, object: &Raw<Foreign>) -> Result<Option<Value>, Raised> {
    loop {
        let Some(filter) = object.get::<Filter>(&vm.gil) else { return Ok(None) };
        if matches!(filter.kind, Kind::Ended) {
            return Ok(None);
        }
        let (func, iter) = (filter.func.clone(), filter.iter.clone());
        let Some(item) = vm.next(&iter)? else { return Ok(None) };
        let Some(filter) = object.get::<Filter>(&vm.gil) else { return Ok(None) };
        let becomes = match filter.kind {
            Kind::Dropped => return Ok(Some(item)),
            Kind::Ended => return Ok(None),
            Kind::Star => {
                if let Value::Tuple(args) = &item {
                    return vm.call(&func, args).map(Some);
                }
                let args = vm.collect(&item)?;
                return vm.call(&func, &args).map(Some);
            }
            Kind::False => {
                if holds(vm, &func, &item)? {
                    continue;
                }
                return Ok(Some(item));
            }
            Kind::Taking => {
                let answer = vm.call(&func, std::slice::from_ref(&item))?;
                if vm.truth(&answer)? {
                    return Ok(Some(item));
                }
                Kind::Ended
            }
            Kind::Dropping => {
                let answer = vm.call(&func, std::slice::from_ref(&item))?;
                if vm.truth(&answer)? {
                    continue;
                }
                Kind::Dropped
            }
        };
        let dropped = matches!(becomes, Kind::Dropped);
        if let Some(filter) = object.get_mut::<Filter>(&mut vm.gil) {
            filter.kind = becomes;
        }
        return Ok(dropped.then_some(item));
    }
}

pub(super) struct Compress {
    pub(super) data: Value,
    pub(super) selectors: Value,
}

foreign_data! { Compress, next: compress_next, single: [data, selectors], many: [] }

/// `compress(data, selectors)`.
pub(super) fn compress(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let data = vm.iter(&args[1])?;
    let selectors = vm.iter(&args[2])?;
    make(vm, &args[0], Compress { data, selectors })
}

fn compress_next(vm: &mut Vm, object: &Raw<Foreign>) -> Result<Option<Value>, Raised> {
    let Some(compress) = object.get::<Compress>(&vm.gil) else { return Ok(None) };
    let (data, selectors) = (compress.data.clone(), compress.selectors.clone());
    loop {
        let Some(item) = vm.next(&data)? else { return Ok(None) };
        let Some(selector) = vm.next(&selectors)? else { return Ok(None) };
        if vm.truth(&selector)? {
            return Ok(Some(item));
        }
    }
}

pub(super) struct Accumulate {
    pub(super) iter: Value,
    /// None for addition.
    pub(super) func: Value,
    /// `Undef` before the first item.
    pub(super) total: Value,
    /// A total to hand out first, `Undef` for none.
    pub(super) initial: Value,
}

foreign_data! { Accumulate, next: accumulate_next, single: [iter, func, total, initial], many: [] }

/// `accumulate(iterable, func=None, *, initial=None)`.
pub(super) fn accumulate(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let iter = vm.iter(&args[1])?;
    let func = args.get(2).cloned().unwrap_or(Value::None);
    let initial = args.get(3).filter(|initial| !initial.is_none()).cloned().unwrap_or_default();
    make(vm, &args[0], Accumulate { iter, func, total: Value::Undef, initial })
}

fn accumulate_next(vm: &mut Vm, object: &Raw<Foreign>) -> Result<Option<Value>, Raised> {
    let Some(state) = object.get_mut::<Accumulate>(&mut vm.gil) else { return Ok(None) };
    if !state.initial.is_undef() {
        let first = state.initial.take();
        state.total = first.clone();
        return Ok(Some(first));
    }
    let (iter, func, total) = (state.iter.clone(), state.func.clone(), state.total.clone());
    let Some(item) = vm.next(&iter)? else { return Ok(None) };
    let sum = if total.is_undef() {
        item
    } else if func.is_none() {
        vm.binary(BinOp::Add, &total, &item)?
    } else {
        vm.call(&func, &[total, item])?
    };
    let Some(state) = object.get_mut::<Accumulate>(&mut vm.gil) else { return Ok(None) };
    let old = std::mem::replace(&mut state.total, sum.clone());
    drop(old);
    Ok(Some(sum))
}

pub(super) struct Slice {
    pub(super) iter: Value,
    pub(super) taken: u64,
    pub(super) next: u64,
    /// None: to the end.
    pub(super) stop: Option<u64>,
    pub(super) step: u64,
}

foreign_data! { Slice, next: islice_next, single: [iter], many: [] }

/// A bound of `islice`; None for None, or an error when it is no count.
fn bound(vm: &mut Vm, value: &Value, message: &str) -> Result<Option<u64>, Raised> {
    if value.is_none() {
        return Ok(None);
    }
    let number = match vm.index(value) {
        Ok(number) => number,
        Err(raised) => {
            drop(vm.take_raised(raised));
            return Err(vm.value_error(message));
        }
    };
    match number {
        Value::Int(number) if number >= 0 => Ok(Some(number as u64)),
        _ => Err(vm.value_error(message)),
    }
}

const STOP: &str = "Stop argument for islice() must be None or an integer: 0 <= x <= sys.maxsize.";
const INDICES: &str = "Indices for islice() must be None or an integer: 0 <= x <= sys.maxsize.";
const STEP: &str = "Step for islice() must be a positive integer or None.";

/// `islice(iterable, stop)`, `islice(iterable, start, stop[, step])`.
pub(super) fn islice(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let (next, stop, step) = match &args.values()[2..] {
        [stop] => (0, bound(vm, stop, STOP)?, 1),
        [start, stop, rest @ ..] => {
            let stop = bound(vm, stop, STOP)?;
            let start = bound(vm, start, INDICES)?.unwrap_or(0);
            let step = match rest.first() {
                Some(step) => bound(vm, step, STEP)?.unwrap_or(1),
                None => 1,
            };
            if step == 0 {
                return Err(vm.value_error(STEP));
            }
            (start, stop, step)
        }
        [] => (0, None, 1),
    };
    let iter = vm.iter(&args[1])?;
    make(vm, &args[0], Slice { iter, taken: 0, next, stop, step })
}

fn islice_next(vm: &mut Vm, object: &Raw<Foreign>) -> Result<Option<Value>, Raised> {
    let Some(slice) = object.get::<Slice>(&vm.gil) else { return Ok(None) };
    let (iter, next, stop) = (slice.iter.clone(), slice.next, slice.stop);
    let mut taken = slice.taken;
    if iter.is_undef() {
        return Ok(None);
    }
    let mut ended = false;
    while taken < next && !ended {
        ended = vm.next(&iter)?.is_none();
        taken += u64::from(!ended);
        if taken % 0x1_0000 == 0 {
            vm.poll()?;
        }
        if let Some(slice) = object.get_mut::<Slice>(&mut vm.gil) {
            slice.taken = taken;
        }
    }
    let item = if ended || stop.is_some_and(|stop| taken >= stop) { None } else { vm.next(&iter)? };
    let Some(slice) = object.get_mut::<Slice>(&mut vm.gil) else { return Ok(None) };
    if item.is_none() {
        let iter = slice.iter.take();
        drop(iter);
        return Ok(None);
    }
    slice.taken = taken + 1;
    slice.next = next.saturating_add(slice.step);
    if let Some(stop) = stop {
        slice.next = slice.next.min(stop);
    }
    Ok(item)
}

pub(super) struct ZipLongest {
    /// `Undef` for one that ended.
    pub(super) iters: Vec<Value>,
    pub(super) fill: Value,
    pub(super) active: usize,
}

foreign_data! { ZipLongest, next: zip_longest_next, single: [fill], many: [iters] }

/// `zip_longest(*iterables, fillvalue=None)`.
pub(super) fn zip_longest(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let (iterables, fill) = one_keyword(vm, args, "zip_longest", "fillvalue")?;
    let iters = iterators(vm, iterables)?;
    let active = iters.len();
    make(vm, &args[0], ZipLongest { iters, fill: fill.unwrap_or(Value::None), active })
}

fn zip_longest_next(vm: &mut Vm, object: &Raw<Foreign>) -> Result<Option<Value>, Raised> {
    let Some(zip) = object.get::<ZipLongest>(&vm.gil) else { return Ok(None) };
    if zip.active == 0 {
        return Ok(None);
    }
    let (iters, fill) = (zip.iters.clone(), zip.fill.clone());
    let mut items = Vec::with_capacity(iters.len());
    for (index, iter) in iters.iter().enumerate() {
        if iter.is_undef() {
            items.push(fill.clone());
            continue;
        }
        let item = match vm.next(iter) {
            Ok(item) => item,
            Err(raised) => {
                if let Some(zip) = object.get_mut::<ZipLongest>(&mut vm.gil) {
                    zip.active = 0;
                }
                return Err(raised);
            }
        };
        if let Some(item) = item {
            items.push(item);
            continue;
        }
        let Some(zip) = object.get_mut::<ZipLongest>(&mut vm.gil) else { return Ok(None) };
        zip.active -= 1;
        if zip.active == 0 {
            return Ok(None);
        }
        let ended = zip.iters.get_mut(index).map(Value::take);
        drop(ended);
        items.push(fill.clone());
    }
    Ok(Some(Value::tuple(items)))
}
