//! The classes of the module, which locks made by Rust code need before a script imports it.

use std::collections::HashMap;

use crate::modules::foreign::seal;
use crate::object::{Class, GetSetDef, Known, NativeDef, NativeKind, Ptr, Vm};

/// What a class is made of.
pub(super) struct ClassDef {
    pub(super) name: &'static str,
    pub(super) new: &'static [NativeDef],
    pub(super) methods: &'static [NativeDef],
    pub(super) slots: &'static [NativeDef],
    pub(super) getsets: &'static [GetSetDef],
}

#[derive(Default)]
struct Classes(HashMap<&'static str, Ptr<Class>>);

/// The class, made when it is first needed.
pub(super) fn class(vm: &mut Vm, def: &'static ClassDef) -> Ptr<Class> {
    if let Some(class) = vm.interp.extension::<Classes>(&mut vm.gil).0.get(def.name) {
        return class.clone();
    }
    let class = vm.native_class(def.name, Known::Object, def.methods);
    vm.add_methods(&class, NativeKind::SlotWrapper, def.slots);
    vm.add_methods(&class, NativeKind::Static, def.new);
    vm.add_getsets(&class, def.getsets);
    if def.name != "_thread.RLock" {
        seal(vm, &class);
    }
    vm.interp.extension::<Classes>(&mut vm.gil).0.insert(def.name, class.clone());
    class
}
