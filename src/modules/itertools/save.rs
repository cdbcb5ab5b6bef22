//! `__reduce__` of the iterators: how `copy` and `pickle` make another in the same state.

use super::combinatoric::{Combinations, State};
use super::grouping::{GroupBy, Grouper};
use super::infinite::{Count, Cycle, Repeat};
use super::selecting::{Accumulate, Chain, Compress, Filter, Kind, Slice, ZipLongest};
use super::warn_of_removal;
use crate::builtins::native;
use crate::object::{Args, Arity, Foreign, Name, NativeDef, Raised, Raw, Value, Vm};

pub(super) const REDUCE: &[NativeDef] =
    &[native("__reduce__", Arity::Exact(1), reduce, "What pickle needs to make the object again.")];

/// The arguments that make a new iterator, and the state it is set to then.
struct Saved {
    args: Vec<Value>,
    state: Option<Value>,
}

impl Saved {
    fn new(args: Vec<Value>) -> Saved {
        Saved { args, state: None }
    }

    fn with(args: Vec<Value>, state: Value) -> Saved {
        Saved { args, state: Some(state) }
    }

    fn into_value(self, class: Value) -> Value {
        let mut parts = vec![class, Value::tuple(self.args)];
        parts.extend(self.state);
        Value::tuple(parts)
    }
}

fn reduce(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    warn_of_removal(vm)?;
    let class = vm.class_of(&args[0]).into_value();
    let Value::Foreign(object) = &args[0] else { return Err(vm.type_error("descriptor requires an iterator")) };
    if let Some(value) = by_other_iterators(vm, object, &class)? {
        return Ok(value);
    }
    let gil = &vm.gil;
    let saved = if let Some(count) = object.get::<Count>(gil) {
        let mut args = vec![count.next.clone()];
        if !matches!((&count.next, &count.step), (Value::Int(_), Value::Int(1))) {
            args.push(count.step.clone());
        }
        Saved::new(args)
    } else if let Some(repeat) = object.get::<Repeat>(gil) {
        let left = repeat.left.map(|left| Value::from(left as usize));
        Saved::new(std::iter::once(repeat.item.clone()).chain(left).collect())
    } else if let Some(chain) = object.get::<Chain>(gil) {
        let rest = [chain.sources.clone(), chain.active.clone()].into_iter().filter_map(Value::bound);
        match chain.sources.is_undef() {
            true => Saved::new(Vec::new()),
            false => Saved::with(Vec::new(), Value::tuple(rest.collect())),
        }
    } else if let Some(compress) = object.get::<Compress>(gil) {
        Saved::new(vec![compress.data.clone(), compress.selectors.clone()])
    } else if let Some(filter) = object.get::<Filter>(gil) {
        let args = vec![filter.func.clone(), filter.iter.clone()];
        match filter.kind {
            Kind::False | Kind::Star => Saved::new(args),
            Kind::Dropping | Kind::Taking => Saved::with(args, Value::Int(0)),
            Kind::Dropped | Kind::Ended => Saved::with(args, Value::Int(1)),
        }
    } else if let Some(group) = object.get::<GroupBy>(gil) {
        let args = vec![group.iter.clone(), group.key.clone()];
        let state = [&group.current, &group.target, &group.current_key].map(Value::clone);
        match state.iter().any(Value::is_undef) {
            true => Saved::new(args),
            false => Saved::with(args, Value::tuple(state.to_vec())),
        }
    } else if let Some(grouper) = object.get::<Grouper>(gil) {
        Saved::new(vec![grouper.parent.clone(), grouper.target.clone()])
    } else if let Some(zip) = object.get::<ZipLongest>(gil) {
        let open = |iter: &Value| iter.clone().bound().unwrap_or_else(|| Value::tuple(Vec::new()));
        Saved::with(zip.iters.iter().map(open).collect(), zip.fill.clone())
    } else if let Some(combinations) = object.get::<Combinations>(gil) {
        combination(combinations)
    } else {
        return Err(vm.type_error("descriptor requires an iterator"));
    };
    Ok(saved.into_value(class))
}

fn combination(of: &Combinations) -> Saved {
    let numbers = |numbers: &[usize]| Value::tuple(numbers.iter().map(|&number| Value::from(number)).collect());
    let combine = &of.combine;
    if let State::Product(pools) = &combine.state {
        if of.ended && of.started {
            return Saved::new(vec![Value::tuple(Vec::new())]);
        }
        let args = pools.iter().map(|&(start, end)| Value::tuple(combine.pool[start..end].to_vec())).collect();
        let places = combine.indices.iter().zip(pools).map(|(&index, &(start, _))| Value::from(index - start));
        return if of.started { Saved::with(args, Value::tuple(places.collect())) } else { Saved::new(args) };
    }
    let pool = if of.started && of.ended { Vec::new() } else { combine.pool.clone() };
    let args = vec![Value::tuple(pool), Value::from(combine.size)];
    if !of.started || of.ended {
        return Saved::new(args);
    }
    let indices = numbers(&combine.indices);
    match &combine.state {
        State::Permutations(cycles) => Saved::with(args, Value::tuple(vec![indices, numbers(cycles)])),
        _ => Saved::with(args, indices),
    }
}

/// The iterators whose state is told by another iterator that is made for the purpose.
fn by_other_iterators(vm: &mut Vm, object: &Raw<Foreign>, class: &Value) -> Result<Option<Value>, Raised> {
    if let Some(cycle) = object.get::<Cycle>(&vm.gil) {
        let (iter, saved, index) = (cycle.iter.clone(), Value::list(cycle.saved.clone()), cycle.index);
        let complete = cycle.complete || iter.is_undef();
        let iter = match iter.bound() {
            Some(iter) => iter,
            None => {
                let iter = vm.iter(&saved)?;
                vm.call_method(&iter, Name::__setstate__, &[Value::from(index)])?;
                iter
            }
        };
        let state = Value::tuple(vec![saved, complete.into()]);
        return Ok(Some(Saved::with(vec![iter], state).into_value(class.clone())));
    }
    if let Some(slice) = object.get::<Slice>(&vm.gil) {
        let numbers = [slice.next, slice.step, slice.taken].map(|number| Value::from(number as usize));
        let ([next, step, taken], iter) = (numbers, slice.iter.clone());
        let stop = slice.stop.map_or(Value::None, |stop| Value::from(stop as usize));
        let saved = match iter.bound() {
            Some(iter) => Saved::with(vec![iter, next, stop, step], taken),
            None => Saved::with(vec![vm.iter(&Value::list(Vec::new()))?, Value::Int(0)], Value::Int(0)),
        };
        return Ok(Some(saved.into_value(class.clone())));
    }
    let Some(state) = object.get::<Accumulate>(&vm.gil) else { return Ok(None) };
    let (iter, func) = (state.iter.clone(), state.func.clone());
    let (total, initial) = (state.total.clone(), state.initial.clone());
    if initial.is_undef() && !total.is_none() {
        let state = total.bound().unwrap_or(Value::None);
        return Ok(Some(Saved::with(vec![iter, func], state).into_value(class.clone())));
    }
    let module = vm.import_dotted("itertools")?;
    let pending = initial.is_undef();
    let first = Value::tuple(vec![if pending { total } else { initial }]);
    let iter = vm.call_method_str(&module, "chain", &[first, iter])?;
    if !pending {
        return Ok(Some(Saved::with(vec![iter, func], Value::None).into_value(class.clone())));
    }
    // A total of None would mean that there is none yet: the first item gives it once more.
    let iter = vm.call(class, &[iter, func])?;
    let (islice, names) = (vm.intern("islice"), vec![iter, Value::Int(1), Value::None]);
    let islice = vm.getattr(&module, &islice)?;
    Ok(Some(Saved::new(names).into_value(islice)))
}
