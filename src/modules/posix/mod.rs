//! `posix`: the operating system's functions. `os` adds what is made of them, in the language itself.

mod at_fork;
mod descriptors;
mod files;
mod process;

use super::NativeModule;
use crate::object::{Dict, NativeDef, Ptr, Raised, Value, Vm};

pub const MODULE: NativeModule = NativeModule { name: "posix", init };

type Outcome = Result<Value, Raised>;

/// Constants by name.
const CONSTANTS: &[(&str, i32)] = &[
    ("O_RDONLY", libc::O_RDONLY),
    ("O_WRONLY", libc::O_WRONLY),
    ("O_RDWR", libc::O_RDWR),
    ("O_APPEND", libc::O_APPEND),
    ("O_CREAT", libc::O_CREAT),
    ("O_EXCL", libc::O_EXCL),
    ("O_TRUNC", libc::O_TRUNC),
    ("O_NONBLOCK", libc::O_NONBLOCK),
    ("O_CLOEXEC", libc::O_CLOEXEC),
    ("O_SYNC", libc::O_SYNC),
    ("O_DIRECTORY", libc::O_DIRECTORY),
    ("O_NOFOLLOW", libc::O_NOFOLLOW),
    ("F_OK", libc::F_OK),
    ("R_OK", libc::R_OK),
    ("W_OK", libc::W_OK),
    ("X_OK", libc::X_OK),
    ("WNOHANG", libc::WNOHANG),
    ("WUNTRACED", libc::WUNTRACED),
    ("EX_OK", 0),
    ("EX_USAGE", 64),
    ("EX_DATAERR", 65),
    ("EX_NOINPUT", 66),
    ("EX_UNAVAILABLE", 69),
    ("EX_SOFTWARE", 70),
    ("EX_OSERR", 71),
    ("EX_CANTCREAT", 73),
    ("EX_IOERR", 74),
    ("EX_NOPERM", 77),
];

fn init(vm: &mut Vm, dict: &Ptr<Dict>) -> Result<(), Raised> {
    for functions in [files::FUNCTIONS, descriptors::FUNCTIONS, process::FUNCTIONS, at_fork::FUNCTIONS] {
        add(vm, dict, functions);
    }
    for (name, value) in CONSTANTS {
        vm.dict_set_str(dict, name, Value::Int((*value).into()));
    }
    let environ = Dict::new();
    for (key, value) in std::env::vars_os() {
        let (key, value) = (super::fs_path::os_value(&key), super::fs_path::os_value(&value));
        vm.dict_set(&environ, key, value)?;
    }
    vm.dict_set_str(dict, "environ", environ.into_value());
    let error = vm.known(crate::object::Known::OSError).into_value();
    vm.dict_set_str(dict, "error", error);
    Ok(())
}

fn add(vm: &mut Vm, dict: &Ptr<Dict>, functions: &'static [NativeDef]) {
    vm.module_functions(dict, "posix", functions);
}

/// An argument that must fit the C type `int`.
fn small_int(vm: &mut Vm, value: &Value) -> Result<i32, Raised> {
    let number = vm.expect_i64(value)?;
    match i32::try_from(number) {
        Ok(number) => Ok(number),
        Err(_) => {
            let side = if number > 0 { "greater than maximum" } else { "less than minimum" };
            Err(vm.raise(crate::object::Known::OverflowError, format!("signed integer is {side}")))
        }
    }
}

/// None, or the OSError.
fn nothing(vm: &mut Vm, result: std::io::Result<()>) -> Outcome {
    match result {
        Ok(()) => Ok(Value::None),
        Err(error) => Err(vm.raise_io(&error, None)),
    }
}
