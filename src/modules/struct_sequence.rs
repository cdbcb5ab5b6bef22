//! Tuples whose items have names: `time.struct_time` and its like.

use super::collections::tuple_getter;
use crate::builtins::native;
use crate::builtins::receiver::receiver;
use crate::object::{Args, Arity, Class, Dict, Known, NativeDef, NativeKind, Ptr, Raised, Tuple, Value, Vm};

const METHODS: &[NativeDef] = &[
    native("__repr__", Arity::Exact(1), repr, "Return repr(self)."),
    native("__reduce__", Arity::Exact(1), reduce, "What pickle needs to make the object again."),
];

/// The names of the items of each class.
#[derive(Default)]
struct Fields(Vec<(u32, &'static [&'static str])>);

/// Makes the class of tuples with the given fields. `hidden` fields are attributes that are no items.
pub(crate) fn define(
    vm: &mut Vm,
    module: &str,
    name: &str,
    fields: &'static [&'static str],
    hidden: &[&str],
    new: &'static [NativeDef],
) -> Result<Ptr<Class>, Raised> {
    let namespace = Dict::new();
    vm.dict_set_str(&namespace, "__module__", Value::str(module));
    let all = fields.len() + hidden.len();
    let counts = [("n_fields", all), ("n_sequence_fields", fields.len()), ("n_unnamed_fields", 0)];
    for (key, count) in counts {
        vm.dict_set_str(&namespace, key, count.into());
    }
    for (index, field) in fields.iter().enumerate() {
        let getter = tuple_getter::make(vm, index, Value::None);
        vm.dict_set_str(&namespace, field, getter);
    }
    for field in hidden {
        vm.dict_set_str(&namespace, field, Value::None);
    }
    let (meta, base) = (vm.known(Known::Type), vm.known(Known::Tuple).into_value());
    let made = vm.new_class(&meta, name, vec![base], &namespace, Args::new(&[]))?;
    let class = vm.expect_class(&made)?;
    vm.add_methods(&class, NativeKind::Method, METHODS);
    vm.add_methods(&class, NativeKind::Static, new);
    vm.interp.extension::<Fields>(&mut vm.gil).0.push((class.id, fields));
    Ok(class)
}

/// An instance of such a class.
pub(crate) fn make(vm: &mut Vm, class: &Ptr<Class>, items: Vec<Value>) -> Value {
    vm.wrap_builtin(class, Value::tuple(items))
}

fn repr(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let items = receiver::<Tuple>(vm, &args[0])?;
    let class = vm.class_of(&args[0]);
    let table = &vm.interp.extension::<Fields>(&mut vm.gil).0;
    let fields = table.iter().find(|(id, _)| *id == class.id).map_or(&[][..], |(_, fields)| fields);
    let name = class.name(&vm.gil).to_owned();
    let module = vm.get_attr(&class.into_value(), "__module__")?;
    let module = vm.str(&module)?;
    let mut text = format!("{}.{name}(", module.as_str());
    for (index, (field, item)) in fields.iter().zip(items.iter()).enumerate() {
        if index > 0 {
            text.push_str(", ");
        }
        text.push_str(field);
        text.push('=');
        text.push_str(vm.repr(item)?.as_str());
    }
    text.push(')');
    Ok(text.into())
}

fn reduce(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let items = receiver::<Tuple>(vm, &args[0])?.into_value();
    let class = vm.class_of(&args[0]).into_value();
    Ok(Value::tuple(vec![class, Value::tuple(vec![items])]))
}
