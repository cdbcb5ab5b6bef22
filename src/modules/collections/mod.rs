//! `_collections`: the native parts of `collections`.

mod count;
mod default_dict;
mod deque;
mod deque_iter;
mod deque_operators;
mod ordered_dict;
mod ordered_update;
pub(super) mod tuple_getter;

use super::NativeModule;
use crate::object::{Args, Class, ClassFlags, Dict, Known, NativeDef, NativeKind, Ptr, Raised, Value, Vm};

pub const MODULE: NativeModule = NativeModule { name: "_collections", init };

fn init(vm: &mut Vm, dict: &Ptr<Dict>) -> Result<(), Raised> {
    deque::define(vm, dict);
    deque_iter::define(vm, dict);
    default_dict::define(vm, dict)?;
    ordered_dict::define(vm, dict)?;
    tuple_getter::define(vm, dict);
    vm.module_functions(dict, "_collections", count::FUNCTIONS);
    Ok(())
}

/// A subclass of `dict` as a class statement would make it, with native methods.
fn dict_subclass(
    vm: &mut Vm,
    dict: &Ptr<Dict>,
    name: &str,
    doc: &str,
    slots: Option<&[&str]>,
    methods: &'static [NativeDef],
) -> Result<Ptr<Class>, Raised> {
    let namespace = Dict::new();
    vm.dict_set_str(&namespace, "__module__", Value::str("collections"));
    vm.dict_set_str(&namespace, "__doc__", Value::str(doc));
    if let Some(slots) = slots {
        let slots = Value::tuple(slots.iter().map(|slot| Value::str(slot)).collect());
        vm.dict_set_str(&namespace, "__slots__", slots);
    }
    let meta = vm.known(Known::Type);
    let base = vm.known(Known::Dict).into_value();
    let made = vm.new_class(&meta, name, vec![base], &namespace, Args::new(&[]))?;
    let class = vm.expect_class(&made)?;
    vm.add_methods(&class, NativeKind::Method, methods);
    class.data.get_mut(&mut vm.gil).flags.set(ClassFlags::STATIC, true);
    vm.dict_set_str(dict, name, made);
    Ok(class)
}

/// The `dict` in the instance of a subclass.
fn dict_part(vm: &mut Vm, value: &Value) -> Result<Ptr<Dict>, Raised> {
    crate::builtins::receiver::receiver::<Dict>(vm, value)
}

/// `left | right` of two dicts, of the class of `maker`: `make` calls the class to copy the left one.
fn merged(
    vm: &mut Vm,
    maker: &Value,
    left: &Value,
    right: &Value,
    make: impl FnOnce(&mut Vm, &Value) -> Result<Value, Raised>,
) -> Result<Value, Raised> {
    let both = matches!((vm.unwrap(left), vm.unwrap(right)), (Value::Dict(_), Value::Dict(_)));
    if !both {
        return Ok(Value::NotImplemented);
    }
    let class = vm.class_of(maker).into_value();
    let merged = make(vm, &class)?;
    let part = dict_part(vm, &merged)?;
    vm.dict_update(&part, right)?;
    Ok(merged)
}
