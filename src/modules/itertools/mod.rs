//! `itertools`.

mod combinatoric;
mod grouping;
mod infinite;
mod restore;
mod save;
mod selecting;

use super::NativeModule;
use super::foreign::define_iterator;
use crate::builtins::native;
use crate::object::{
    Args, Arity, Dict, Foreign, ForeignData, Known, NativeDef, NativeKind, Params, Ptr, Raised, Value, Vm,
};

pub const MODULE: NativeModule = NativeModule { name: "itertools", init };

/// The constructor of an iterator, as a table of one row.
macro_rules! constructor {
    ($arity:expr, $function:path) => {
        &[native("__new__", $arity, $function, "Make an instance of the class.")]
    };
}

const COUNT: Params = Params { names: &["cls", "start", "step"], required: 1, posonly: 1, kwonly: 0 };
const REPEAT: Params = Params { names: &["cls", "object", "times"], required: 2, posonly: 1, kwonly: 0 };
const ACCUMULATE: Params =
    Params { names: &["cls", "iterable", "func", "initial"], required: 2, posonly: 1, kwonly: 1 };
const BATCHED: Params = Params { names: &["cls", "iterable", "n", "strict"], required: 3, posonly: 1, kwonly: 1 };
const COMPRESS: Params = Params { names: &["cls", "data", "selectors"], required: 3, posonly: 1, kwonly: 0 };
const GROUPBY: Params = Params { names: &["cls", "iterable", "key"], required: 2, posonly: 1, kwonly: 0 };
const CHOOSE: Params = Params { names: &["cls", "iterable", "r"], required: 3, posonly: 1, kwonly: 0 };
const PERMUTE: Params = Params { names: &["cls", "iterable", "r"], required: 2, posonly: 1, kwonly: 0 };

/// Name, constructor and methods of each iterator.
const ITERATORS: &[(&str, &[NativeDef], &[NativeDef])] = &[
    ("itertools.count", constructor!(Arity::Named(&COUNT), infinite::count), infinite::COUNT_METHODS),
    ("itertools.cycle", constructor!(Arity::Exact(2), infinite::cycle), &[]),
    ("itertools.repeat", constructor!(Arity::Named(&REPEAT), infinite::repeat), infinite::REPEAT_METHODS),
    ("itertools.accumulate", constructor!(Arity::Named(&ACCUMULATE), selecting::accumulate), &[]),
    ("itertools.batched", constructor!(Arity::Named(&BATCHED), grouping::batched), &[]),
    ("itertools.chain", constructor!(Arity::Variadic, selecting::chain), &[]),
    ("itertools.compress", constructor!(Arity::Named(&COMPRESS), selecting::compress), &[]),
    ("itertools.dropwhile", constructor!(Arity::Exact(3), selecting::dropwhile), &[]),
    ("itertools.filterfalse", constructor!(Arity::Exact(3), selecting::filterfalse), &[]),
    ("itertools.groupby", constructor!(Arity::Named(&GROUPBY), grouping::groupby), &[]),
    ("itertools._grouper", constructor!(Arity::Exact(3), grouping::grouper), &[]),
    ("itertools.islice", constructor!(Arity::Range(3, 5), selecting::islice), &[]),
    ("itertools.pairwise", constructor!(Arity::Exact(2), grouping::pairwise), &[]),
    ("itertools.starmap", constructor!(Arity::Exact(3), selecting::starmap), &[]),
    ("itertools.takewhile", constructor!(Arity::Exact(3), selecting::takewhile), &[]),
    ("itertools._tee", constructor!(Arity::Exact(2), grouping::new_tee), grouping::TEE_METHODS),
    ("itertools.zip_longest", constructor!(Arity::Any, selecting::zip_longest), &[]),
    ("itertools.product", constructor!(Arity::Any, combinatoric::product), &[]),
    ("itertools.permutations", constructor!(Arity::Named(&PERMUTE), combinatoric::permutations), &[]),
    ("itertools.combinations", constructor!(Arity::Named(&CHOOSE), combinatoric::combinations), &[]),
    (
        "itertools.combinations_with_replacement",
        constructor!(Arity::Named(&CHOOSE), combinatoric::combinations_with_replacement),
        &[],
    ),
];

const FROM_ITERABLE: &[NativeDef] = &[native(
    "from_iterable",
    Arity::Exact(2),
    selecting::from_iterable,
    "As chain(), for iterables that an iterable gives one after another.",
)];

const FUNCTIONS: &[NativeDef] =
    &[native("tee", Arity::Range(1, 2), grouping::tee, "n iterators over the same items, each at its own place.")];

fn init(vm: &mut Vm, dict: &Ptr<Dict>) -> Result<(), Raised> {
    vm.dict_set_str(dict, "__doc__", Value::str("Iterators that combine, select and repeat."));
    vm.module_functions(dict, "itertools", FUNCTIONS);
    for (full_name, new, methods) in ITERATORS {
        let class = define_iterator(vm, dict, full_name, new, methods);
        if !matches!(*full_name, "itertools.batched" | "itertools.pairwise" | "itertools._tee") {
            vm.add_methods(&class, NativeKind::Method, save::REDUCE);
            if !matches!(
                full_name.trim_start_matches("itertools."),
                "count" | "repeat" | "compress" | "filterfalse" | "starmap" | "_grouper"
            ) {
                vm.add_methods(&class, NativeKind::Method, restore::SETSTATE);
            }
        }
        match *full_name {
            "itertools.chain" => vm.add_methods(&class, NativeKind::ClassMethod, FROM_ITERABLE),
            "itertools._tee" => vm.interp.extension::<grouping::Classes>(&mut vm.gil).tee = class.into_value(),
            "itertools._grouper" => vm.interp.extension::<grouping::Classes>(&mut vm.gil).grouper = class.into_value(),
            _ => {}
        }
    }
    Ok(())
}

/// A new iterator of the class that its constructor was called with.
fn make(vm: &mut Vm, class: &Value, data: impl ForeignData) -> Result<Value, Raised> {
    let class = vm.expect_class(class)?;
    Ok(Foreign::new(class, data).into_value())
}

/// The warning of whatever saves an iterator or sets it to a saved state.
///
/// # Errors
///
/// The warning itself, if the filters make it an error.
fn warn_of_removal(vm: &mut Vm) -> Result<(), Raised> {
    const MESSAGE: &str = "Pickle, copy, and deepcopy support will be removed from itertools in Python 3.14.";
    vm.warn(Known::DeprecationWarning, MESSAGE, 1)
}

/// Iterators over each of several iterables.
fn iterators(vm: &mut Vm, iterables: &[Value]) -> Result<Vec<Value>, Raised> {
    let mut iters = Vec::with_capacity(iterables.len());
    for iterable in iterables {
        iters.push(vm.iter(iterable)?);
    }
    Ok(iters)
}

/// The positional arguments and one keyword argument of a constructor.
fn one_keyword<'a>(
    vm: &mut Vm,
    args: Args<'a>,
    name: &str,
    keyword: &str,
) -> Result<(&'a [Value], Option<Value>), Raised> {
    let mut found = None;
    for (key, value) in args.keywords() {
        if !matches!(key, Value::Str(key) if key.as_str() == keyword) {
            let key = vm.str(key)?;
            return Err(vm.type_error(format!("{name}() got an unexpected keyword argument '{}'", key.as_str())));
        }
        found = Some(value.clone());
    }
    Ok((&args.positional()[1..], found))
}
