//! What `sleep(0)` awaits: it lets the other ready tasks run once.

use crate::builtins::native;
use crate::object::{
    Args, Arity, Class, Foreign, ForeignData, Known, NativeDef, NativeKind, NextFn, Ptr, Raised, Raw, Value, Vm,
};

/// Yields None once.
struct YieldOnce {
    yielded: bool,
}

impl ForeignData for YieldOnce {
    fn next_fn(&self) -> Option<NextFn> {
        Some(step)
    }
}

const SLOTS: &[NativeDef] = &[native("__await__", Arity::Exact(1), itself, "")];

/// Makes the class.
pub(super) fn class(vm: &mut Vm) -> Ptr<Class> {
    let class = vm.native_class("_asyncio._YieldOnce", Known::Object, &[]);
    vm.add_methods(&class, NativeKind::SlotWrapper, SLOTS);
    vm.add_methods(&class, NativeKind::SlotWrapper, crate::modules::foreign::ITERATOR);
    class
}

/// A new awaitable.
pub(super) fn make(class: Ptr<Class>) -> Value {
    Foreign::new(class, YieldOnce { yielded: false }).into_value()
}

fn itself(_: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    Ok(args[0].clone())
}

fn step(vm: &mut Vm, this: &Raw<Foreign>) -> Result<Option<Value>, Raised> {
    let Some(state) = this.get_mut::<YieldOnce>(&mut vm.gil) else { return Ok(None) };
    Ok(if std::mem::replace(&mut state.yielded, true) { None } else { Some(Value::None) })
}
