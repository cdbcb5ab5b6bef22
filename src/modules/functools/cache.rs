//! `_lru_cache_wrapper`.
//!
//! The cache is a dict whose order is the order of use: a hit moves its entry to the back, and a
//! full cache loses its first.

use crate::builtins::functions::objects::is_callable;
use crate::builtins::native;
use crate::modules::foreign::{define_class, give_dict, seal};
use crate::object::{Args, Arity, Dict, Foreign, ForeignData, Known, Method, NativeDef, Ptr, Raised, Value, Vm};

struct Cache {
    func: Value,
    /// None: without a limit.
    max: Option<usize>,
    typed: bool,
    results: Ptr<Dict>,
    hits: i64,
    misses: i64,
    /// Stands between positional and keyword arguments in keys.
    mark: Value,
    info_class: Value,
}

impl ForeignData for Cache {
    fn trace(&self, visit: &mut dyn FnMut(&Value)) {
        visit(&self.func);
        visit(&self.results.to_value());
        visit(&self.mark);
        visit(&self.info_class);
    }

    fn clear(&mut self) -> Vec<Value> {
        let results = std::mem::replace(&mut self.results, Dict::new()).into_value();
        vec![self.func.take(), results, self.mark.take(), self.info_class.take()]
    }
}

const NEW: &[NativeDef] = &[native("__new__", Arity::Exact(5), new, "Make an instance of the class.")];

const METHODS: &[NativeDef] = &[
    native("__call__", Arity::Any, call, "Call self as a function."),
    native("__get__", Arity::Range(2, 3), get, "What the attribute is for an instance, or for its class."),
    native("__copy__", Arity::Exact(1), itself, ""),
    native("__deepcopy__", Arity::Exact(2), itself, ""),
    native("__reduce__", Arity::Exact(1), reduce, ""),
    native("cache_info", Arity::Exact(1), cache_info, "Report cache statistics"),
    native("cache_clear", Arity::Exact(1), cache_clear, "Forget all results and counts"),
];

/// Adds the class to the module.
pub(super) fn define(vm: &mut Vm, dict: &Ptr<Dict>) {
    let class = define_class(vm, dict, "functools._lru_cache_wrapper", NEW, METHODS);
    give_dict(vm, &class);
    seal(vm, &class);
}

/// `_lru_cache_wrapper(func, maxsize, typed, cache_info_type)`.
fn new(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    if !is_callable(vm, &args[1]) {
        return Err(vm.type_error("the first argument must be callable"));
    }
    let max = match &args[2] {
        Value::None => None,
        max => Some(vm.expect_isize(max)?.max(0) as usize),
    };
    let object = vm.known(Known::Object);
    let cache = Cache {
        func: args[1].clone(),
        max,
        typed: vm.truth(&args[3])?,
        results: Dict::new(),
        hits: 0,
        misses: 0,
        mark: vm.bare_instance(&object),
        info_class: args[4].clone(),
    };
    let class = vm.expect_class(&args[0])?;
    Ok(Foreign::new(class, cache).into_value())
}

/// What a call is filed under: a lone int or str itself, else a tuple of all that was given.
fn key(vm: &mut Vm, args: Args<'_>, typed: bool, mark: &Value) -> Value {
    if let ([only @ (Value::Int(_) | Value::Str(_))], 0, false) = (args.positional(), args.keyword_count(), typed) {
        return only.clone();
    }
    let mut parts = args.positional().to_vec();
    if args.keyword_count() > 0 {
        parts.push(mark.clone());
        for (name, value) in args.keywords() {
            parts.push(name.clone());
            parts.push(value.clone());
        }
    }
    if typed {
        let values = args.values().iter();
        parts.extend(values.map(|value| vm.class_of(value).into_value()));
    }
    Value::tuple(parts)
}

fn call(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let Value::Foreign(object) = &args[0] else { return Ok(Value::None) };
    let Some(cache) = object.get::<Cache>(&vm.gil) else { return Ok(Value::None) };
    let (func, max, typed) = (cache.func.clone(), cache.max, cache.typed);
    let (mark, results) = (cache.mark.clone(), cache.results.clone());
    let given = args.skip(1);
    let count = |vm: &mut Vm, hit: bool| {
        if let Some(cache) = object.get_mut::<Cache>(&mut vm.gil) {
            if hit { cache.hits += 1 } else { cache.misses += 1 }
        }
    };
    if max == Some(0) {
        count(vm, false);
        return vm.call_args(&func, given);
    }
    let key = key(vm, given, typed, &mark);
    let hash = vm.hash(&key)?;
    if let Some(at) = vm.dict_find(&results, hash, &key)? {
        let data = results.data.get_mut(&mut vm.gil);
        if let Some(value) = data.entry(at).map(|entry| entry.value.clone()) {
            if max.is_some() {
                data.move_to_back(at);
            }
            count(vm, true);
            return Ok(value);
        }
    }
    count(vm, false);
    let value = vm.call_args(&func, given)?;
    // The call may have filled the cache, with this key even.
    if vm.dict_find(&results, hash, &key)?.is_none() {
        let data = results.data.get_mut(&mut vm.gil);
        let full = max.is_some_and(|max| data.len() >= max);
        let oldest = if full { data.next_entry(0).map(|(at, _)| at) } else { None };
        let evicted = oldest.map(|at| data.remove_at(at));
        drop(evicted);
        vm.dict_push(&results, hash, key, value.clone())?;
    }
    Ok(value)
}

/// Methods are cached too: the wrapper binds as a function does.
fn get(_vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    if args[1].is_none() { Ok(args[0].clone()) } else { Ok(Method::new(args[0].clone(), args[1].clone()).into_value()) }
}

fn itself(_vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    Ok(args[0].clone())
}

fn reduce(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    vm.get_attr(&args[0], "__qualname__")
}

fn cache_info(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let Value::Foreign(object) = &args[0] else { return Ok(Value::None) };
    let Some(cache) = object.get::<Cache>(&vm.gil) else { return Ok(Value::None) };
    let fields = [
        Value::Int(cache.hits),
        Value::Int(cache.misses),
        cache.max.map_or(Value::None, Value::from),
        cache.results.data.get(&vm.gil).len().into(),
    ];
    let class = cache.info_class.clone();
    vm.call(&class, &fields)
}

fn cache_clear(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let Value::Foreign(object) = &args[0] else { return Ok(Value::None) };
    let Some(cache) = object.get_mut::<Cache>(&mut vm.gil) else { return Ok(Value::None) };
    (cache.hits, cache.misses) = (0, 0);
    let results = cache.results.clone();
    let old = results.data.get_mut(&mut vm.gil).clear();
    drop(old);
    Ok(Value::None)
}
