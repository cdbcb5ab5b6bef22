//! `_weakref`: weak references and proxies.

mod proxy;
mod reference;

use super::NativeModule;
use crate::builtins::native;
use crate::object::{Args, Arity, ClassFlags, Dict, Known, NativeDef, Ptr, Raised, Value, Vm, weak};

pub const MODULE: NativeModule = NativeModule { name: "_weakref", init };

const FUNCTIONS: &[NativeDef] = &[
    native("getweakrefcount", Arity::Exact(1), count, "How many weak references an object has."),
    native("getweakrefs", Arity::Exact(1), references, "The weak references of an object, as a list."),
    native("proxy", Arity::Range(1, 2), proxy::proxy, "An object that stands for another without keeping it alive."),
];

fn init(vm: &mut Vm, dict: &Ptr<Dict>) -> Result<(), Raised> {
    vm.module_functions(dict, "_weakref", FUNCTIONS);
    reference::install(vm);
    proxy::install(vm);
    let classes = [
        ("ref", Known::WeakRef),
        ("ReferenceType", Known::WeakRef),
        ("ProxyType", Known::WeakProxy),
        ("CallableProxyType", Known::WeakCallableProxy),
    ];
    for (name, known) in classes {
        let class = vm.known(known).into_value();
        vm.dict_set_str(dict, name, class);
    }
    Ok(())
}

fn count(_vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    Ok(weak::references_to(&args[0]).len().into())
}

fn references(_vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    Ok(Value::list(weak::references_to(&args[0])))
}

/// Refuses objects that cannot be weakly referenced.
fn check_target(vm: &mut Vm, target: &Value) -> Result<(), Raised> {
    let class = vm.class_of(target);
    if target.is_heap() && class.flags(&vm.gil).has(ClassFlags::HAS_WEAKREF) {
        return Ok(());
    }
    let found = vm.class_name(target);
    Err(vm.type_error(format!("cannot create weak reference to '{found}' object")))
}

/// A live reference of exactly this class without a callback, which can be shared.
fn shared(vm: &Vm, class: Known, target: &Value) -> Option<Value> {
    weak::references_to(target).into_iter().find(|reference| match reference {
        Value::Foreign(object) => {
            object.class.known == Some(class)
                && object.get::<weak::WeakRef>(&vm.gil).is_some_and(|data| data.callback.is_none())
        }
        _ => false,
    })
}
