//! The import system: `sys.modules`, and how a module gets there with its parents.

use crate::object::{Dict, Known, Module, Name, Ptr, Raised, Value, Vm};

impl Vm {
    /// `sys.modules`.
    pub(crate) fn modules(&self) -> Ptr<Dict> {
        self.interp.modules.get(&self.gil).clone().expect("an interpreter has sys.modules from its start")
    }

    /// A new module in `sys.modules`, with the names that every module has.
    pub(crate) fn add_module(&mut self, name: &str) -> Ptr<Module> {
        let dict = Dict::new();
        for (key, value) in [
            ("__name__", Value::str(name)),
            ("__doc__", Value::None),
            ("__package__", Value::None),
            ("__loader__", Value::None),
            ("__spec__", Value::None),
        ] {
            self.dict_set_str(&dict, key, value);
        }
        let module = Module::new(dict);
        let modules = self.modules();
        self.dict_set_str(&modules, name, module.to_value());
        module
    }

    /// As `__import__`: the top-level package without `names`, else the module itself with its submodules in `names` imported.
    ///
    /// # Errors
    ///
    /// ImportError, ModuleNotFoundError, or what the module raises.
    pub(crate) fn import_module(
        &mut self,
        name: &str,
        globals: &Ptr<Dict>,
        names: &Value,
        level: i64,
    ) -> Result<Value, Raised> {
        if level < 0 {
            return Err(self.value_error("level must be >= 0"));
        }
        let full = if level > 0 { self.resolve_relative(name, globals, level)? } else { name.to_owned() };
        if full.is_empty() {
            return Err(self.value_error("Empty module name"));
        }
        let module = self.import_dotted(&full)?;
        if self.truth(names)? {
            self.import_submodules(&module, &full, names)?;
            return Ok(module);
        }
        if level > 0 {
            if name.is_empty() {
                return Ok(module);
            }
            let first = name.split('.').next().unwrap_or(name);
            let cut = full.len() - (name.len() - first.len());
            return self.import_dotted(&full[..cut]);
        }
        match full.split_once('.') {
            Some((first, _)) => self.import_dotted(first),
            None => Ok(module),
        }
    }

    fn resolve_relative(&mut self, name: &str, globals: &Ptr<Dict>, level: i64) -> Result<String, Raised> {
        let package = self.text_global(globals, "__package__");
        let package = match package {
            Some(package) => package,
            None => {
                let Some(own) = self.text_global(globals, "__name__") else {
                    return Err(self.raise(Known::KeyError, "'__name__' not in globals"));
                };
                if self.namespace_has(globals, "__path__") {
                    own
                } else {
                    own.rsplit_once('.').map_or(String::new(), |(package, _)| package.to_owned())
                }
            }
        };
        if package.is_empty() {
            return Err(self.raise(Known::ImportError, "attempted relative import with no known parent package"));
        }
        let mut base = package.as_str();
        for _ in 1..level {
            match base.rsplit_once('.') {
                Some((parent, _)) => base = parent,
                None => {
                    return Err(self.raise(Known::ImportError, "attempted relative import beyond top-level package"));
                }
            }
        }
        Ok(if name.is_empty() { base.to_owned() } else { format!("{base}.{name}") })
    }

    fn text_global(&mut self, globals: &Ptr<Dict>, key: &str) -> Option<String> {
        let key = self.intern(key);
        match globals.data.get(&self.gil).get_str(&key) {
            Some(Value::Str(text)) => Some(text.as_str().to_owned()),
            _ => None,
        }
    }

    fn namespace_has(&mut self, globals: &Ptr<Dict>, key: &str) -> bool {
        let key = self.intern(key);
        globals.data.get(&self.gil).get_str(&key).is_some()
    }

    /// Imports a module by its full name, its parents first, and gives back the module itself.
    ///
    /// # Errors
    ///
    /// ModuleNotFoundError, or what a module raises.
    pub fn import_dotted(&mut self, full: &str) -> Result<Value, Raised> {
        self.enter_native()?;
        if let Some(module) = self.in_modules(full)? {
            // Should the import of the other thread fail, this one goes on with what there is, as in CPython.
            self.wait_for_import(full)?;
            return Ok(module);
        }
        let parent = match full.rsplit_once('.') {
            Some((parent, _)) => {
                // Where there is no such package, this is told before any of the names in between is made.
                if let Some((first, _)) = parent.split_once('.') {
                    self.import_dotted(first)?;
                }
                Some(self.import_dotted(parent)?)
            }
            None => None,
        };
        // Importing the parent may have imported the module, or another thread may be at it by now.
        self.wait_for_import(full)?;
        if let Some(module) = self.in_modules(full)? {
            return Ok(module);
        }
        let module = self.as_importer(full, |vm| vm.load_module(full, parent.as_ref()))?;
        if let (Some(parent), Some((_, last))) = (&parent, full.rsplit_once('.')) {
            let last = self.intern(last);
            self.setattr(parent, &last, module.clone())?;
        }
        Ok(module)
    }

    /// What `sys.modules` has of a name.
    fn in_modules(&mut self, full: &str) -> Result<Option<Value>, Raised> {
        let modules = self.modules();
        let key = self.intern(full);
        match modules.data.get(&self.gil).get_str(&key).cloned() {
            Some(module) if module.is_none() => {
                Err(self.module_not_found(full, &format!("import of {full} halted; None in sys.modules")))
            }
            module => Ok(module),
        }
    }

    fn import_submodules(&mut self, module: &Value, full: &str, names: &Value) -> Result<(), Raised> {
        let path = self.name(Name::__path__);
        if self.getattr_opt(module, &path)?.is_none() {
            return Ok(());
        }
        for name in self.collect(names)? {
            let Value::Str(text) = &name else { continue };
            let text = text.to_ptr();
            if text.as_str() == "*" {
                let all = self.name(Name::__all__);
                if let Some(all) = self.getattr_opt(module, &all)? {
                    self.import_submodules(module, full, &all)?;
                }
                continue;
            }
            if self.getattr_opt(module, &text)?.is_some() {
                continue;
            }
            let submodule = format!("{full}.{}", text.as_str());
            if let Err(raised) = self.import_dotted(&submodule) {
                // A name that is no submodule is the ImportFrom's business.
                let exception = self.catch(raised, Known::ModuleNotFoundError)?;
                let missing = match &exception {
                    Value::Exc(exception) => exception.data.get(&self.gil).fields[1].clone(),
                    _ => Value::None,
                };
                if !matches!(&missing, Value::Str(missing) if missing.as_str() == submodule) {
                    return Err(self.reraise(exception));
                }
            }
        }
        Ok(())
    }
}
