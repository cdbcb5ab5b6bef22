//! What the `import` statements do.

use crate::object::{Known, Name, Ptr, Raised, Str, Value, Vm};

impl Vm {
    /// What the `import` statement does: `__import__(name, globals, locals, fromlist, level)`.
    ///
    /// # Errors
    ///
    /// ImportError, ModuleNotFoundError, or what the module raises.
    pub(crate) fn import_name(&mut self, name: &Ptr<Str>, names: &Value, level: &Value) -> Result<Value, Raised> {
        let globals = self.current_globals();
        let builtins = self.interp.builtins.get(&self.gil).clone();
        let hook_name = self.name(Name::__import__);
        let hook = builtins.and_then(|builtins| builtins.data.get(&self.gil).get_str(&hook_name).cloned());
        match hook {
            Some(hook) if !matches!(&hook, Value::Native(_)) => {
                let locals = self.current_locals()?;
                self.call(&hook, &[name.to_value(), globals.into_value(), locals, names.clone(), level.clone()])
            }
            Some(_) => {
                let level = match level {
                    Value::Int(level) => *level,
                    _ => 0,
                };
                self.import_module(name.as_str(), &globals, names, level)
            }
            None => Err(self.raise(Known::ImportError, "__import__ not found")),
        }
    }

    /// `from module import name`.
    ///
    /// # Errors
    ///
    /// ImportError that names the module and what it lacks.
    pub(crate) fn import_from(&mut self, module: &Value, name: &Ptr<Str>) -> Result<Value, Raised> {
        if let Some(value) = self.getattr_opt(module, name)? {
            return Ok(value);
        }
        let own = self.get_opt(module, Name::__name__)?;
        let own = match &own {
            Some(Value::Str(own)) => own.as_str().to_owned(),
            _ => "<unknown module name>".to_owned(),
        };
        let submodule = self.intern(&format!("{own}.{}", name.as_str()));
        let modules = self.modules();
        if let Some(found) = modules.data.get(&self.gil).get_str(&submodule).cloned() {
            return Ok(found);
        }
        let file = self.get_opt(module, Name::__file__)?;
        let name_text = name.as_str();
        let message = match &file {
            Some(Value::Str(file)) if self.is_importing(&own) => format!(
                "cannot import name '{name_text}' from partially initialized module '{own}' \
                 (most likely due to a circular import) ({})",
                file.as_str()
            ),
            Some(Value::Str(file)) => {
                format!("cannot import name '{name_text}' from '{own}' ({})", file.as_str())
            }
            _ => format!("cannot import name '{name_text}' from '{own}' (unknown location)"),
        };
        let exception = self.new_exception(Known::ImportError, vec![Value::str(&message)]);
        if let Value::Exc(exception) = &exception {
            let fields = &mut exception.data.get_mut(&mut self.gil).fields;
            fields[1] = Value::str(&own);
            fields[2] = file.unwrap_or(Value::None);
            fields[3] = name.to_value();
        }
        Err(self.raise_value(exception))
    }

    /// `from module import *` into the names of the running frame.
    ///
    /// # Errors
    ///
    /// AttributeError for a name in `__all__` that the module lacks.
    pub(crate) fn import_star(&mut self, module: &Value) -> Result<(), Raised> {
        let all = self.get_opt(module, Name::__all__)?;
        let names: Vec<Value> = match &all {
            Some(all) => self.collect(all)?,
            None => {
                let Some(dict) = self.get_opt(module, Name::__dict__)? else {
                    return Err(self.raise(Known::ImportError, "from-import-* object has no __dict__ and no __all__"));
                };
                let names = self.collect(&dict)?;
                names.into_iter().filter(|name| matches!(name, Value::Str(name) if !name.starts_with('_'))).collect()
            }
        };
        let target = self.current_locals()?;
        for name in names {
            let Value::Str(text) = &name else {
                let class = self.class_name(&name);
                return Err(self.type_error(format!("Item in __all__ must be str, not {class}")));
            };
            let text = text.to_ptr();
            let interned = self.intern(text.as_str());
            let value = self.getattr(module, &interned)?;
            self.setitem(&target, name.clone(), value)?;
        }
        Ok(())
    }
}
