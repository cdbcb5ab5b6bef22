//! `staticmethod` and `classmethod`.

use crate::builtins::native;
use crate::object::{Args, Arity, GetSetDef, Known, Name, NativeDef, NativeKind, Ptr, Raised, Value, Vm, Wrapper};

const SLOTS: &[NativeDef] = &[
    native("__init__", Arity::Any, init, "Set up a new instance."),
    native(
        "__get__",
        Arity::Range(2, 3),
        super::function::get,
        "What the attribute is for an instance, or for its class.",
    ),
    native("__repr__", Arity::Exact(1), repr, "Return repr(self)."),
];

const CALL: &[NativeDef] = &[native("__call__", Arity::Any, call, "Call self as a function.")];

const STATIC_NEW: &[NativeDef] = &[native("__new__", Arity::Any, new_static, "Make an instance of the class.")];
const CLASS_NEW: &[NativeDef] = &[native("__new__", Arity::Any, new_class, "Make an instance of the class.")];

const GETSETS: &[GetSetDef] = &[
    GetSetDef { name: "__func__", get: func, set: None, doc: "" },
    GetSetDef { name: "__wrapped__", get: func, set: None, doc: "" },
    GetSetDef { name: "__isabstractmethod__", get: is_abstract, set: None, doc: "" },
    crate::vm::INSTANCE_DICT,
];

/// Gives `staticmethod` and `classmethod` their methods.
pub(super) fn install(vm: &mut Vm) {
    for (known, new) in [(Known::StaticMethod, STATIC_NEW), (Known::ClassMethod, CLASS_NEW)] {
        let class = vm.known(known);
        vm.add_methods(&class, NativeKind::SlotWrapper, SLOTS);
        vm.add_methods(&class, NativeKind::Static, new);
        vm.add_getsets(&class, GETSETS);
    }
    let class = vm.known(Known::StaticMethod);
    vm.add_methods(&class, NativeKind::SlotWrapper, CALL);
}

fn of(vm: &mut Vm, value: &Value) -> Result<Ptr<Wrapper>, Raised> {
    match vm.unwrap(value) {
        Value::Wrapper(wrapper) => Ok(wrapper.to_ptr()),
        _ => Err(super::receiver::wrong_receiver(vm, value, Known::StaticMethod)),
    }
}

fn new_static(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let class = vm.expect_class(&args[0])?;
    Ok(vm.wrap_builtin(&class, Wrapper::new(false, Value::None).into_value()))
}

fn new_class(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let class = vm.expect_class(&args[0])?;
    Ok(vm.wrap_builtin(&class, Wrapper::new(true, Value::None).into_value()))
}

fn init(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let wrapper = of(vm, &args[0])?;
    let name = if wrapper.is_class { "classmethod" } else { "staticmethod" };
    if args.keyword_count() > 0 {
        return Err(vm.type_error(format!("{name}() takes no keyword arguments")));
    }
    if args.len() != 2 {
        let given = args.len() - 1;
        return Err(vm.type_error(format!("{name} expected 1 argument, got {given}")));
    }
    wrapper.func.set(&mut vm.gil, args[1].clone());
    for name in [Name::__module__, Name::__name__, Name::__qualname__, Name::__doc__, Name::__annotations__] {
        if let Some(value) = vm.get_opt(&args[1], name)? {
            let target = wrapper.to_value();
            if let Some(dict) = vm.instance_dict(&target) {
                vm.dict_set_str(&dict, name.text(), value);
            }
        }
    }
    Ok(Value::None)
}

fn repr(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let func = func(vm, &args[0])?;
    let (class, func) = (vm.class_name(&args[0]), vm.repr(&func)?);
    Ok(Value::str(&format!("<{class}({})>", func.as_str())))
}

fn call(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let func = func(vm, &args[0])?;
    vm.call_args(&func, args.skip(1))
}

fn func(vm: &mut Vm, object: &Value) -> Result<Value, Raised> {
    let wrapper = of(vm, object)?;
    Ok(wrapper.func.get(&vm.gil).clone())
}

fn is_abstract(vm: &mut Vm, object: &Value) -> Result<Value, Raised> {
    let func = func(vm, object)?;
    super::property::is_abstract_method(vm, &func).map(Value::from)
}
