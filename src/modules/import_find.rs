//! Where modules are: the folders of `sys.path` and of packages.

use std::path::{Path, PathBuf};

use crate::object::{Name, Raised, Value, Vm};

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

impl Vm {
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
    pub(super) fn folders(&mut self, path: &Value) -> Result<Vec<PathBuf>, Raised> {
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
}
