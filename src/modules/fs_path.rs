//! Arguments that name files.

use std::ffi::{CString, OsStr, OsString};
use std::os::unix::ffi::{OsStrExt, OsStringExt};
use std::path::Path;

use crate::object::{Bytes, Name, Raised, Value, Vm};

/// A path as a script gave it.
pub(crate) struct FsPath {
    /// The `str` or `bytes` that it was, or that its `__fspath__` gave.
    pub value: Value,
    pub os: OsString,
}

impl FsPath {
    /// For functions of the standard library.
    pub fn path(&self) -> &Path {
        Path::new(&self.os)
    }

    /// For system calls.
    pub fn c_string(&self) -> CString {
        CString::new(self.os.as_bytes()).unwrap_or_default()
    }

    /// Whether results are `bytes` too.
    pub fn is_bytes(&self) -> bool {
        matches!(self.value, Value::Bytes(_))
    }

    /// A name as a result of the same kind as the path.
    pub fn like(&self, name: &OsStr) -> Value {
        if self.is_bytes() { Bytes::new(name.as_bytes()).into_value() } else { os_value(name) }
    }
}

/// A name that the OS gave, as a `str`; bytes that are not UTF-8 are replaced.
pub(crate) fn os_value(name: &OsStr) -> Value {
    Value::str(&name.to_string_lossy())
}

impl Vm {
    /// `os.fspath(value)`: a `str` or `bytes`.
    ///
    /// # Errors
    ///
    /// TypeError for anything that is no path.
    pub(crate) fn fspath(&mut self, value: &Value) -> Result<Value, Raised> {
        if matches!(self.unwrap(value), Value::Str(_) | Value::Bytes(_)) {
            return Ok(value.clone());
        }
        let found = self.class_name(value);
        let Some(path) = self.call_special(value, Name::__fspath__, &[])? else {
            return Err(self.type_error(format!("expected str, bytes or os.PathLike object, not {found}")));
        };
        if matches!(self.unwrap(&path), Value::Str(_) | Value::Bytes(_)) {
            return Ok(path);
        }
        let given = self.class_name(&path);
        Err(self.type_error(format!("expected {found}.__fspath__() to return str or bytes, not {given}")))
    }

    /// The path that an argument names.
    ///
    /// # Errors
    ///
    /// TypeError for anything that is no path, ValueError for a null byte.
    pub(crate) fn fs_path(&mut self, value: &Value) -> Result<FsPath, Raised> {
        let value = self.fspath(value)?;
        let value = self.unwrap(&value).clone();
        let bytes = match &value {
            Value::Str(text) => text.as_str().as_bytes().to_vec(),
            Value::Bytes(bytes) => bytes.data.to_vec(),
            _ => Vec::new(),
        };
        if bytes.contains(&0) {
            return Err(self.value_error("embedded null byte"));
        }
        Ok(FsPath { value, os: OsString::from_vec(bytes) })
    }
}
