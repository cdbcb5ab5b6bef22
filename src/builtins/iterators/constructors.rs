//! `enumerate`, `zip`, `map`, `filter` and `reversed`.

use crate::builtins::sequence::no_keywords;
use crate::object::{Args, Iter, IterState, Known, Name, Raised, Tuple, Value, Vm};

fn wrap(vm: &mut Vm, class: &Value, state: IterState) -> Result<Value, Raised> {
    let class = vm.expect_class(class)?;
    Ok(vm.wrap_builtin(&class, Iter::new(state).into_value()))
}

/// `enumerate(iterable, start=0)`.
pub(super) fn enumerate(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let next = match args.get(2) {
        Some(start) => vm.index(start)?,
        None => Value::Int(0),
    };
    let Some(iterable) = args.get(1) else {
        return Err(vm.type_error("enumerate() missing required argument 'iterable'"));
    };
    let iter = vm.iter(iterable)?;
    wrap(vm, &args[0], IterState::Enumerate { iter, next })
}

fn iterators(vm: &mut Vm, iterables: &[Value]) -> Result<Vec<Value>, Raised> {
    let mut iters = Vec::with_capacity(iterables.len());
    for iterable in iterables {
        iters.push(vm.iter(iterable)?);
    }
    Ok(iters)
}

/// `zip(*iterables, strict=False)`.
pub(super) fn zip(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let mut strict = false;
    if !vm.takes_keywords(&args[0]) {
        for (name, value) in args.keywords() {
            if !matches!(name, Value::Str(name) if name.as_str() == "strict") {
                let name = vm.str(name)?;
                return Err(vm.type_error(format!("zip() got an unexpected keyword argument '{}'", name.as_str())));
            }
            strict = vm.truth(value)?;
        }
    }
    let iters = iterators(vm, &args.positional()[1..])?;
    wrap(vm, &args[0], IterState::Zip { iters: Tuple::new(iters), strict })
}

/// `map(func, *iterables)`.
pub(super) fn map(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    no_keywords(vm, "map", &args)?;
    let [_, func, iterables @ ..] = args.positional() else {
        return Err(vm.type_error("map() must have at least two arguments."));
    };
    if iterables.is_empty() {
        return Err(vm.type_error("map() must have at least two arguments."));
    }
    let iters = iterators(vm, iterables)?;
    wrap(vm, &args[0], IterState::Map { func: func.clone(), iters: Tuple::new(iters) })
}

/// `filter(function_or_none, iterable)`.
pub(super) fn filter(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    no_keywords(vm, "filter", &args)?;
    let [_, func, iterable] = args.positional() else {
        let given = args.positional().len() - 1;
        return Err(vm.type_error(format!("filter expected 2 arguments, got {given}")));
    };
    let iter = vm.iter(iterable)?;
    wrap(vm, &args[0], IterState::Filter { func: func.clone(), iter })
}

/// `reversed(sequence)`: what `__reversed__` gives, or an iterator by index.
pub(super) fn reversed(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    no_keywords(vm, "reversed", &args)?;
    let [_, sequence] = args.positional() else {
        let given = args.positional().len() - 1;
        return Err(vm.type_error(format!("reversed expected 1 argument, got {given}")));
    };
    let class = vm.class_of(sequence);
    let reverse = vm.lookup_name(&class, Name::__reversed__);
    if reverse.as_ref().is_some_and(|method| !method.is_none()) {
        if let Some(iterator) = vm.call_special(sequence, Name::__reversed__, &[])? {
            return Ok(iterator);
        }
    }
    let is_sequence = reverse.is_none()
        && !class.is_known_subclass(&vm.gil, Known::Dict)
        && vm.lookup_name(&class, Name::__getitem__).is_some();
    if !is_sequence {
        let found = vm.class_name(sequence);
        return Err(vm.type_error(format!("'{found}' object is not reversible")));
    }
    let len = vm.len(sequence)?;
    wrap(vm, &args[0], IterState::SequenceReversed { object: sequence.clone(), index: len as i64 - 1 })
}
