//! Loading a module: native, from the sources that come with Mini, or from a file.

use super::import_find::{Found, find_file};
use super::spec::Origin;
use crate::object::{Dict, Known, Name, Ptr, Raised, Value, Vm};
use crate::vm::CompileMode;

impl Vm {
    pub(super) fn load_module(&mut self, full: &str, parent: Option<&Value>) -> Result<Value, Raised> {
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
    pub(super) fn module_not_found(&mut self, name: &str, message: &str) -> Raised {
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
}
