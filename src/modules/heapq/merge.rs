//! `merge`: one sorted stream out of several.

use crate::bytecode::CmpOp;
use crate::modules::foreign::define_iterator;
use crate::object::{Args, Dict, Foreign, ForeignData, NextFn, Raised, Raw, Value, Vm};

/// The iterator of one input, its next item and that item's key.
struct Source {
    iter: Value,
    item: Value,
    key: Value,
}

struct Merge {
    /// Inputs that have a next item, in the order of the arguments.
    sources: Vec<Source>,
    /// Iterables that have not been started.
    waiting: Vec<Value>,
    /// None for the items themselves.
    key: Value,
    reverse: bool,
    /// The input whose item was handed out last, and must be stepped first.
    last: Option<usize>,
}

impl ForeignData for Merge {
    fn trace(&self, visit: &mut dyn FnMut(&Value)) {
        visit(&self.key);
        self.waiting.iter().for_each(&mut *visit);
        for source in &self.sources {
            visit(&source.iter);
            visit(&source.item);
            visit(&source.key);
        }
    }

    fn clear(&mut self) -> Vec<Value> {
        let mut values = std::mem::take(&mut self.waiting);
        values.push(self.key.take());
        let sources = std::mem::take(&mut self.sources);
        values.extend(sources.into_iter().flat_map(|source| [source.iter, source.item, source.key]));
        values
    }

    fn next_fn(&self) -> Option<NextFn> {
        Some(next)
    }
}

#[derive(Default)]
struct MergeClass(Value);

/// Makes the class of merged streams.
pub(super) fn define(vm: &mut Vm) {
    let hidden = Dict::new();
    let class = define_iterator(vm, &hidden, "heapq.merge", &[], &[]);
    vm.interp.extension::<MergeClass>(&mut vm.gil).0 = class.into_value();
}

/// `merge(*iterables, key=None, reverse=False)`.
pub(super) fn merge(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let (mut key, mut reverse) = (Value::None, false);
    for (name, value) in args.keywords() {
        match name {
            Value::Str(name) if name.as_str() == "key" => key = value.clone(),
            Value::Str(name) if name.as_str() == "reverse" => reverse = vm.truth(value)?,
            other => {
                let other = vm.str(other)?;
                let message = format!("merge() got an unexpected keyword argument '{}'", other.as_str());
                return Err(vm.type_error(message));
            }
        }
    }
    let waiting = args.positional().to_vec();
    let class = vm.interp.extension::<MergeClass>(&mut vm.gil).0.clone();
    let class = vm.expect_class(&class)?;
    Ok(Foreign::new(class, Merge { sources: Vec::new(), waiting, key, reverse, last: None }).into_value())
}

/// The next item of an input with its key.
fn fetch(vm: &mut Vm, iter: Value, key: &Value) -> Result<Option<Source>, Raised> {
    let Some(item) = vm.next(&iter)? else { return Ok(None) };
    let key = if key.is_none() { item.clone() } else { vm.call(key, std::slice::from_ref(&item))? };
    Ok(Some(Source { iter, item, key }))
}

fn next(vm: &mut Vm, object: &Raw<Foreign>) -> Result<Option<Value>, Raised> {
    let Some(merge) = object.get_mut::<Merge>(&mut vm.gil) else { return Ok(None) };
    let (key, reverse, last) = (merge.key.clone(), merge.reverse, merge.last.take());
    for iterable in std::mem::take(&mut merge.waiting) {
        let iter = vm.iter(&iterable)?;
        if let Some(source) = fetch(vm, iter, &key)? {
            if let Some(merge) = object.get_mut::<Merge>(&mut vm.gil) {
                merge.sources.push(source);
            }
        }
    }
    if let Some(last) = last {
        let Some(merge) = object.get_mut::<Merge>(&mut vm.gil) else { return Ok(None) };
        let old = merge.sources.remove(last);
        if let Some(source) = fetch(vm, old.iter, &key)? {
            if let Some(merge) = object.get_mut::<Merge>(&mut vm.gil) {
                merge.sources.insert(last.min(merge.sources.len()), source);
            }
        }
    }
    let Some(merge) = object.get::<Merge>(&vm.gil) else { return Ok(None) };
    let keys: Vec<Value> = merge.sources.iter().map(|source| source.key.clone()).collect();
    let mut best = 0;
    for at in 1..keys.len() {
        let (a, b) = if reverse { (best, at) } else { (at, best) };
        if vm.compare_bool(CmpOp::Lt, &keys[a], &keys[b])? {
            best = at;
        }
    }
    let Some(merge) = object.get_mut::<Merge>(&mut vm.gil) else { return Ok(None) };
    let item = merge.sources.get(best).map(|source| source.item.clone());
    merge.last = item.is_some().then_some(best);
    Ok(item)
}
