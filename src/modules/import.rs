//! The import system: `sys.modules`, native modules, modules that come with Mini, files on `sys.path`.

use std::path::{Path, PathBuf};

use super::spec::Origin;
use crate::object::{Dict, Known, Module, Name, Ptr, Raised, Str, Value, Vm};
use crate::vm::CompileMode;

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
            Some((parent, _)) => Some(self.import_dotted(parent)?),
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

    fn load_module(&mut self, full: &str, parent: Option<&Value>) -> Result<Value, Raised> {
        let Some(package) = parent else { return self.load_top_level(full) };
        let path = self.name(Name::__path__);
        match self.getattr_opt(package, &path)? {
            Some(path) => self.load_from_package(full, &path),
            None => {
                let parent = full.rsplit_once('.').map_or("", |(parent, _)| parent);
                let message = format!("No module named '{full}'; '{parent}' is not a package");
                Err(self.module_not_found(full, &message))
            }
        }
    }

    /// ModuleNotFoundError with its `name` set.
    #[cold]
    fn module_not_found(&mut self, name: &str, message: &str) -> Raised {
        let exception = self.new_exception(Known::ModuleNotFoundError, vec![Value::str(message)]);
        if let Value::Exc(exception) = &exception {
            exception.data.get_mut(&mut self.gil).fields[1] = Value::str(name);
        }
        self.raise_value(exception)
    }

    fn load_top_level(&mut self, name: &str) -> Result<Value, Raised> {
        if let Some(native) = super::native(name) {
            return self.load_native(native);
        }
        if let Some(source) = super::source(name) {
            return self.load_embedded(source);
        }
        let path = self.sys_path()?;
        match find_file(&path, name) {
            Some(found) => self.load_file(name, &found),
            None => Err(self.module_not_found(name, &format!("No module named '{name}'"))),
        }
    }

    fn load_from_package(&mut self, full: &str, path: &Value) -> Result<Value, Raised> {
        if let Some(native) = super::native(full) {
            return self.load_native(native);
        }
        if let Some(source) = super::source(full) {
            return self.load_embedded(source);
        }
        let folders = self.folders(path)?;
        let last = full.rsplit_once('.').map_or(full, |(_, last)| last);
        match find_file(&folders, last) {
            Some(found) => self.load_file(full, &found),
            None => Err(self.module_not_found(full, &format!("No module named '{full}'"))),
        }
    }

    /// The folders of `sys.path`, or those the interpreter was started with while `sys` was not imported.
    pub(super) fn sys_path(&mut self) -> Result<Vec<PathBuf>, Raised> {
        let modules = self.modules();
        let key = self.intern("sys");
        let sys = modules.data.get(&self.gil).get_str(&key).cloned();
        let path = match sys {
            Some(sys) => self.get_attr(&sys, "path")?,
            None => self.import_dotted("sys").and_then(|sys| self.get_attr(&sys, "path"))?,
        };
        self.folders(&path)
    }

    /// The folders of a search path.
    fn folders(&mut self, path: &Value) -> Result<Vec<PathBuf>, Raised> {
        let mut folders = Vec::new();
        for item in self.collect(path)? {
            if let Value::Str(folder) = &item {
                folders.push(PathBuf::from(folder.as_str()));
            }
        }
        Ok(folders)
    }

    /// The folders of a package that was imported; none if it is a plain module.
    pub(super) fn package_path(&mut self, package: &str) -> Result<Vec<PathBuf>, Raised> {
        let package = self.import_dotted(package)?;
        match self.get_opt(&package, Name::__path__)? {
            Some(path) => self.folders(&path),
            None => Ok(Vec::new()),
        }
    }

    fn load_native(&mut self, native: &'static super::NativeModule) -> Result<Value, Raised> {
        let module = self.add_module(native.name);
        let dict = module.dict.clone();
        let parent = native.name.rsplit_once('.').map_or("", |(parent, _)| parent);
        self.dict_set_str(&dict, "__package__", Value::str(parent));
        self.set_spec(&dict, native.name, Origin::BuiltIn, Value::None);
        match (native.init)(self, &dict) {
            Ok(()) => Ok(module.into_value()),
            Err(raised) => {
                self.forget_module(native.name);
                Err(raised)
            }
        }
    }

    fn load_embedded(&mut self, source: &'static super::SourceModule) -> Result<Value, Raised> {
        let filename = format!("<frozen {}>", source.name);
        let package = if source.is_package { Some(Vec::new()) } else { None };
        self.load_source(source.name, source.text, &filename, package, None)
    }

    fn load_file(&mut self, name: &str, found: &Found) -> Result<Value, Raised> {
        if let Found::Namespace(folders) = found {
            let module = self.add_module(name);
            let path = folders.iter().map(|folder| Value::str(&folder.to_string_lossy())).collect();
            let dict = module.dict.clone();
            let path = Value::list(path);
            self.set_spec(&dict, name, Origin::Namespace, path.clone());
            self.dict_set_str(&dict, "__path__", path);
            self.dict_set_str(&dict, "__package__", Value::str(name));
            return Ok(module.into_value());
        }
        let (Found::Module(file) | Found::Package(file)) = found else { unreachable!("handled above") };
        let bytes = match std::fs::read(file) {
            Ok(bytes) => bytes,
            Err(error) => return Err(self.raise_io(&error, Some(&file.to_string_lossy()))),
        };
        let filename = file.to_string_lossy().into_owned();
        let text = self.decode_source(&bytes, &filename)?;
        let package = match (found, file.parent()) {
            (Found::Package(_), Some(folder)) => Some(vec![Value::str(&folder.to_string_lossy())]),
            _ => None,
        };
        self.load_source(name, &text, &filename, package, Some(&filename))
    }

    /// Runs a module's source in a new namespace. `package` is the `__path__` of a package.
    fn load_source(
        &mut self,
        name: &str,
        text: &str,
        filename: &str,
        package: Option<Vec<Value>>,
        file: Option<&str>,
    ) -> Result<Value, Raised> {
        let code = self.compile_source(text, filename, CompileMode::Exec)?;
        let module = self.add_module(name);
        let dict = module.dict.clone();
        let parent = match &package {
            Some(_) => name,
            None => name.rsplit_once('.').map_or("", |(parent, _)| parent),
        };
        self.dict_set_str(&dict, "__package__", Value::str(parent));
        let path = package.map_or(Value::None, Value::list);
        self.set_spec(&dict, name, file.map_or(Origin::Frozen, Origin::File), path.clone());
        if !path.is_none() {
            self.dict_set_str(&dict, "__path__", path);
        }
        if let Some(file) = file {
            self.dict_set_str(&dict, "__file__", Value::str(file));
        }
        self.set_builtins_name(&dict);
        match self.run_code(&code, &dict, Value::Undef) {
            Ok(_) => {
                // The module may have put something else in its own place.
                let modules = self.modules();
                let key = self.intern(name);
                Ok(modules.data.get(&self.gil).get_str(&key).cloned().unwrap_or_else(|| module.into_value()))
            }
            Err(raised) => {
                self.forget_module(name);
                Err(raised)
            }
        }
    }

    /// Sets `__builtins__` in a namespace that code is run in.
    pub(crate) fn set_builtins_name(&mut self, dict: &Ptr<Dict>) {
        let modules = self.modules();
        let key = self.intern("builtins");
        if let Some(builtins) = modules.data.get(&self.gil).get_str(&key).cloned() {
            self.dict_set_str(dict, "__builtins__", builtins);
        }
    }

    fn forget_module(&mut self, name: &str) {
        let modules = self.modules();
        let key = self.intern(name);
        let old = modules.data.get_mut(&mut self.gil).remove_str(&key);
        drop(old);
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

/// Where a module was found.
pub(super) enum Found {
    Module(PathBuf),
    Package(PathBuf),
    /// Folders without an `__init__` file (PEP 420).
    Namespace(Vec<PathBuf>),
}

pub(super) fn find_file(path: &[PathBuf], name: &str) -> Option<Found> {
    let mut namespace = Vec::new();
    for folder in path {
        let folder: &Path = if folder.as_os_str().is_empty() { Path::new(".") } else { folder };
        let package = folder.join(name);
        for extension in ["mini", "py"] {
            let init = package.join(format!("__init__.{extension}"));
            if init.is_file() {
                return Some(Found::Package(init));
            }
        }
        for extension in ["mini", "py"] {
            let file = folder.join(format!("{name}.{extension}"));
            if file.is_file() {
                return Some(Found::Module(file));
            }
        }
        if package.is_dir() {
            namespace.push(package);
        }
    }
    (!namespace.is_empty()).then_some(Found::Namespace(namespace))
}
