//! The special methods of `list`.

use crate::builtins::receiver::receiver;
use crate::builtins::sequence::{join_reprs, no_keywords, optional_iterable, repeat_factor, repeated};
use crate::object::{Args, List, Raised, Value, Vm};

/// `list.__new__`: an empty list; `__init__` fills it.
pub(super) fn new(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let class = vm.expect_class(&args[0])?;
    Ok(vm.wrap_builtin(&class, Value::list(Vec::new())))
}

/// `list.__init__(iterable=(), /)`.
pub(super) fn init(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let list = receiver::<List>(vm, &args[0])?;
    no_keywords(vm, "list", &args)?;
    let iterable = optional_iterable(vm, "list", &args)?;
    drop(list.items.take(&mut vm.gil));
    if let Some(iterable) = iterable {
        let items = vm.collect(&iterable)?;
        list.items.set(&mut vm.gil, items);
    }
    Ok(Value::None)
}

/// `list.__repr__`.
pub(super) fn repr(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let list = receiver::<List>(vm, &args[0])?;
    if list.items.get(&vm.gil).is_empty() {
        return Ok(Value::str("[]"));
    }
    if !vm.enter_repr(&args[0])? {
        return Ok(Value::str("[...]"));
    }
    let text = join_reprs(vm, "[", "]", |vm, index| list.items.get(&vm.gil).get(index).cloned());
    vm.leave_repr(&args[0]);
    Ok(text?.into())
}

/// `list + list`.
pub(super) fn add(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let list = receiver::<List>(vm, &args[0])?;
    let Value::List(other) = vm.unwrap(&args[1]) else {
        let found = vm.class_name(&args[1]);
        return Err(vm.type_error(format!("can only concatenate list (not \"{found}\") to list")));
    };
    Ok(Value::list([list.items.get(&vm.gil).as_slice(), other.items.get(&vm.gil).as_slice()].concat()))
}

/// `list += iterable`.
pub(super) fn iadd(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    super::methods::extend(vm, args)?;
    Ok(args[0].clone())
}

fn product(vm: &mut Vm, list: &List, factor: &Value) -> Result<Vec<Value>, Raised> {
    let times = repeat_factor(vm, factor)?;
    let items = list.items.get(&vm.gil).clone();
    repeated(vm, &items, times)
}

/// `list * n`.
pub(super) fn mul(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let list = receiver::<List>(vm, &args[0])?;
    Ok(Value::list(product(vm, &list, &args[1])?))
}

/// `list *= n`.
pub(super) fn imul(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let list = receiver::<List>(vm, &args[0])?;
    let items = product(vm, &list, &args[1])?;
    list.items.set(&mut vm.gil, items);
    Ok(args[0].clone())
}
