//! What scripts import: native modules, and modules in the language itself.
//!
//! Both are tables that the import machinery searches by name; nothing is made before a script
//! imports it.

mod import;
mod import_find;
mod import_load;
mod import_lock;
mod import_statement;

mod abc;
mod array;
mod asyncio;
mod atexit;
mod binascii;
mod bisect;
mod collections;
mod errno;
pub(crate) mod foreign;
pub(crate) mod fs_path;
mod functools;
mod gc;
mod hashes;
mod heapq;
mod house;
pub(crate) mod io;
mod itertools;
mod json;
pub(crate) mod main_module;
mod math;
mod moment;
mod multiprocessing;
mod operator;
mod pickle;
mod posix;
mod queue;
mod random;
mod re;
mod signal;
pub(crate) mod spec;
mod string_helpers;
pub(crate) mod struct_sequence;
mod structs;
pub mod sys;
mod thread;
mod time;
mod traceback_helpers;
mod warning;
mod weakref;

use crate::object::{Dict, Native, NativeDef, NativeKind, Ptr, Raised, Vm};

/// A module written in Rust.
pub struct NativeModule {
    pub name: &'static str,
    /// Fills the new module's namespace.
    pub init: fn(&mut Vm, &Ptr<Dict>) -> Result<(), Raised>,
}

/// A module written in the language itself.
pub struct SourceModule {
    /// The full dotted name.
    pub name: &'static str,
    pub is_package: bool,
    pub text: &'static str,
}

/// The native modules.
const NATIVE: &[NativeModule] = &[
    asyncio::MODULE,
    atexit::MODULE,
    abc::MODULE,
    binascii::MODULE,
    bisect::MODULE,
    array::MODULE,
    collections::MODULE,
    functools::MODULE,
    gc::MODULE,
    hashes::MODULE,
    heapq::MODULE,
    house::MODULE,
    io::MODULE,
    itertools::MODULE,
    json::MODULE,
    thread::MODULE,
    math::MODULE,
    moment::MODULE,
    multiprocessing::MODULE,
    operator::MODULE,
    operator::INNER,
    pickle::MODULE,
    errno::MODULE,
    posix::MODULE,
    queue::MODULE,
    random::MODULE,
    signal::MODULE,
    sys::MODULE,
    re::MODULE,
    time::MODULE,
    warning::MODULE,
    weakref::MODULE,
    string_helpers::MODULE,
    traceback_helpers::MODULE,
    structs::MODULE,
];

/// The modules in the language itself, sorted by name.
const SOURCES: &[SourceModule] = &include!(concat!(env!("OUT_DIR"), "/sources.rs"));

/// The native module of a name.
pub fn native(name: &str) -> Option<&'static NativeModule> {
    NATIVE.iter().find(|module| module.name == name)
}

/// The module in the language itself of a full name.
pub fn source(name: &str) -> Option<&'static SourceModule> {
    SOURCES.binary_search_by(|module| module.name.cmp(name)).ok().map(|index| &SOURCES[index])
}

/// The names of all modules that come with Mini, for `sys.stdlib_module_names` and the prompt.
pub fn names() -> impl Iterator<Item = &'static str> {
    NATIVE.iter().map(|module| module.name).chain(SOURCES.iter().map(|module| module.name))
}

impl Vm {
    /// Adds native functions to the namespace of the module `module`.
    pub fn module_functions(&mut self, dict: &Ptr<Dict>, module: &str, functions: &'static [NativeDef]) {
        let module = self.intern(module);
        for def in functions {
            let function = Native::new(def, NativeKind::Function, None, Some(module.clone()));
            self.dict_set_str(dict, def.name, function.into_value());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_sources_by_full_name() {
        assert!(source("collections").is_some_and(|module| module.is_package));
        assert!(source("collections.abc").is_some_and(|module| !module.is_package));
        assert!(source("collections.__init__").is_none());
    }
}
