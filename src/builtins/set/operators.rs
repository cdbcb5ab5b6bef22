//! The special methods of `set` and `frozenset`.

use super::algebra;
use crate::builtins::receiver::receiver;
use crate::builtins::sequence::{join_reprs, no_keywords, optional_iterable};
use crate::object::{Args, Known, Ptr, Raised, Set, Value, Vm};

/// `set.__new__`: an empty set; `__init__` fills it.
pub(super) fn new_set(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let class = vm.expect_class(&args[0])?;
    Ok(vm.wrap_builtin(&class, algebra::empty(false).into_value()))
}

/// `set.__init__(iterable=(), /)`.
pub(super) fn init(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let set = receiver::<Set>(vm, &args[0])?;
    if args.keyword_count() > 0 {
        return Err(vm.type_error("set() takes no keyword arguments"));
    }
    let iterable = optional_iterable(vm, "set", &args)?;
    let old = set.data.get_mut(&mut vm.gil).clear();
    drop(old);
    if let Some(iterable) = iterable {
        algebra::update(vm, &set, &iterable)?;
    }
    Ok(Value::None)
}

/// `frozenset.__new__(cls, iterable=(), /)`.
pub(super) fn new_frozen(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let class = vm.expect_class(&args[0])?;
    no_keywords(vm, "frozenset", &args)?;
    let value = match &optional_iterable(vm, "frozenset", &args)? {
        Some(Value::Set(exact)) if exact.frozen => exact.to_ptr(),
        Some(iterable) => {
            let set = algebra::empty(true);
            algebra::update(vm, &set, iterable)?;
            set
        }
        None => algebra::empty(true),
    };
    Ok(vm.wrap_builtin(&class, value.into_value()))
}

/// `__repr__` of both.
pub(super) fn repr(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let set = receiver::<Set>(vm, &args[0])?;
    let name = vm.class_name(&args[0]);
    if set.data.get(&vm.gil).is_empty() {
        return Ok(format!("{name}()").into());
    }
    if !vm.enter_repr(&args[0])? {
        return Ok(format!("{name}(...)").into());
    }
    let items: Vec<Value> = set.data.get(&vm.gil).iter().map(|(key, _)| key.clone()).collect();
    let exact = vm.class_of(&args[0]).known == Some(Known::Set);
    let (open, close) = if exact { ("{".to_owned(), "}") } else { (format!("{name}({{"), "})") };
    let text = join_reprs(vm, &open, close, |_, index| items.get(index).cloned());
    vm.leave_repr(&args[0]);
    Ok(text?.into())
}

/// Both operands as sets, if they are.
fn operands(vm: &Vm, args: Args<'_>) -> Option<(Ptr<Set>, Ptr<Set>)> {
    Some((algebra::as_set(vm, &args[0])?, algebra::as_set(vm, &args[1])?))
}

fn union(vm: &mut Vm, set: &Ptr<Set>, other: &Value) -> Result<Ptr<Set>, Raised> {
    let result = algebra::copy(vm, set, set.frozen);
    algebra::update(vm, &result, other)?;
    Ok(result)
}

macro_rules! binary {
    ($($forward:ident $reflected:ident $function:path;)*) => {
        $(pub(super) fn $forward(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
            let Some((left, right)) = operands(vm, args) else { return Ok(Value::NotImplemented) };
            $function(vm, &left, &right.into_value()).map(Ptr::into_value)
        }

        pub(super) fn $reflected(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
            let Some((right, left)) = operands(vm, args) else { return Ok(Value::NotImplemented) };
            $function(vm, &left, &right.into_value()).map(Ptr::into_value)
        })*
    };
}

binary! {
    and rand algebra::intersection;
    or ror union;
    sub rsub algebra::difference;
    xor rxor algebra::symmetric_difference;
}

/// `set &= other`.
pub(super) fn iand(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let Some((set, other)) = operands(vm, args) else { return Ok(Value::NotImplemented) };
    let result = algebra::intersection(vm, &set, &other.into_value())?;
    let data = result.data.take(&mut vm.gil);
    set.data.set(&mut vm.gil, data);
    Ok(args[0].clone())
}

macro_rules! inplace {
    ($($name:ident $function:ident;)*) => {
        $(pub(super) fn $name(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
            let Some((set, other)) = operands(vm, args) else { return Ok(Value::NotImplemented) };
            algebra::$function(vm, &set, &other.into_value())?;
            Ok(args[0].clone())
        })*
    };
}

inplace! {
    ior update;
    isub difference_update;
    ixor symmetric_difference_update;
}
