//! Classes and functions in pickles, which are saved by name.

use super::save::Pickler;
use super::{op, pickling_error};
use crate::object::{Known, Name, Raised, Value, Vm};

impl Pickler {
    /// A class or function, by the name under which a module has it.
    pub(super) fn save_global(&mut self, vm: &mut Vm, value: &Value, name: Option<&str>) -> Result<(), Raised> {
        if self.saved_before(value) {
            return Ok(());
        }
        if let Some(known) = unnamed_class(value) {
            let class = vm.known(Known::Type).into_value();
            self.save_global(vm, &class, None)?;
            self.save(vm, &Value::tuple(vec![known]))?;
            self.out.push(op::REDUCE);
            self.memoize(value);
            return Ok(());
        }
        let path = match name {
            Some(name) => name.to_owned(),
            None => {
                let qualname = match vm.get_opt(value, Name::__qualname__)? {
                    Some(name @ Value::Str(_)) => name,
                    _ => vm.get(value, Name::__name__)?,
                };
                vm.str(&qualname)?.as_str().to_owned()
            }
        };
        let module_name = match vm.get_opt(value, Name::__module__)?.and_then(|module| module.as_text()) {
            Some(module) => module.as_str().to_owned(),
            _ if name.is_some() || matches!(value, Value::Native(_)) => "builtins".to_owned(),
            _ => "__main__".to_owned(),
        };
        let found = self.look_up(vm, value, &module_name, &path)?;
        if !found.is(value) {
            let text = vm.repr(value)?;
            let message = format!("Can't pickle {}: it's not the same object as {module_name}.{path}", text.as_str());
            return Err(pickling_error(vm, &message));
        }
        if self.protocol >= 4 {
            self.save_text(vm, &module_name)?;
            self.save_text(vm, &path)?;
            self.out.push(op::STACK_GLOBAL);
        } else {
            self.out.push(op::GLOBAL);
            self.out.extend(format!("{module_name}\n{path}\n").bytes());
        }
        self.memoize(value);
        Ok(())
    }

    /// A name of a global, memoized as CPython does, whose names are interned.
    pub(super) fn save_text(&mut self, vm: &mut Vm, text: &str) -> Result<(), Raised> {
        let text = vm.intern(text).into_value();
        self.save(vm, &text)
    }

    pub(super) fn look_up(
        &mut self,
        vm: &mut Vm,
        value: &Value,
        module_name: &str,
        path: &str,
    ) -> Result<Value, Raised> {
        let module = match vm.import_dotted(module_name) {
            Ok(module) => module,
            Err(raised) => {
                drop(vm.take_raised(raised));
                let text = vm.repr(value)?;
                let message = format!("Can't pickle {}: import of module '{module_name}' failed", text.as_str());
                return Err(pickling_error(vm, &message));
            }
        };
        let mut found = module;
        if path.split('.').any(|part| part == "<locals>") {
            return Err(vm.raise(Known::AttributeError, format!("Can't get local object '{path}'")));
        }
        for part in path.split('.') {
            let name = vm.intern(part);
            match vm.getattr_opt(&found, &name)? {
                Some(next) => found = next,
                None => {
                    let text = vm.repr(value)?;
                    let message =
                        format!("Can't pickle {}: attribute lookup {path} on {module_name} failed", text.as_str());
                    return Err(pickling_error(vm, &message));
                }
            }
        }
        Ok(found)
    }
}

/// The argument of `type` that gives a class without a name in a module.
fn unnamed_class(value: &Value) -> Option<Value> {
    let Value::Class(class) = value else { return None };
    match class.known {
        Some(Known::NoneType) => Some(Value::None),
        Some(Known::EllipsisType) => Some(Value::Ellipsis),
        Some(Known::NotImplementedType) => Some(Value::NotImplemented),
        _ => None,
    }
}
