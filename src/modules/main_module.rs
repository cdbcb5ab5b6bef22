//! Finding the module that `-m` names.

use super::import_find::{Found, find_file};
use crate::object::{Raised, Vm};

/// A module to be run as `__main__`.
pub(crate) struct MainModule {
    pub text: String,
    pub filename: String,
    /// `__package__`.
    pub package: String,
}

/// Modules that CPython runs as programs, and that are none here.
const NO_PROGRAMS: [&str; 5] = ["base64", "inspect", "pickle", "random", "uuid"];

impl Vm {
    /// The source of a module, or of the `__main__` of a package, whose parents are imported first.
    ///
    /// # Errors
    ///
    /// What the parents raise, or SyntaxError for text that cannot be decoded. The inner error is a message.
    pub(crate) fn find_main_module(&mut self, name: &str) -> Result<Result<MainModule, String>, Raised> {
        let parent = name.rsplit_once('.').map(|(parent, _)| parent);
        if let Some(parent) = parent {
            if let Err(raised) = self.import_dotted(parent) {
                let error = self.catch(raised, crate::object::Known::ModuleNotFoundError)?;
                let text = self.str(&error)?;
                let class = self.class_name(&error);
                let message =
                    format!("Error while finding module specification for '{name}' ({class}: {})", text.as_str());
                return Ok(Err(message));
            }
        }
        if let Some(source) = super::source(name) {
            if source.is_package {
                return self.find_package_main(name);
            }
            if NO_PROGRAMS.contains(&name) {
                return Ok(Err(format!("Mini's module '{name}' is no program")));
            }
            let filename = format!("<frozen {name}>");
            let package = parent.unwrap_or_default().to_owned();
            return Ok(Ok(MainModule { text: source.text.to_owned(), filename, package }));
        }
        if super::native(name).is_some() {
            return Ok(Err(format!("No code object available for {name}")));
        }
        let folders = match parent {
            None => self.sys_path()?,
            Some(parent) => self.package_path(parent)?,
        };
        let last = name.rsplit('.').next().unwrap_or(name);
        match find_file(&folders, last) {
            Some(Found::Module(file)) => {
                let filename = file.to_string_lossy().into_owned();
                let bytes = match std::fs::read(&file) {
                    Ok(bytes) => bytes,
                    Err(error) => return Err(self.raise_io(&error, Some(&filename))),
                };
                let text = self.decode_source(&bytes, &filename)?;
                Ok(Ok(MainModule { text, filename, package: parent.unwrap_or_default().to_owned() }))
            }
            Some(Found::Package(_) | Found::Namespace(_)) => self.find_package_main(name),
            None => Ok(Err(format!("No module named {name}"))),
        }
    }

    fn find_package_main(&mut self, name: &str) -> Result<Result<MainModule, String>, Raised> {
        if name.ends_with(".__main__") {
            return Ok(Err(format!("Cannot use package as __main__ module; '{name}' is a package")));
        }
        let main = format!("{name}.__main__");
        Ok(self
            .find_main_module(&main)?
            .map_err(|_| format!("No module named {main}; '{name}' is a package and cannot be directly executed")))
    }
}
