//! `_sre`: patterns and matches, behind the module `re`, whose front is in the language itself.
//!
//! The engine is Mini's own, because Python's syntax, its error messages and what groups hold
//! after repetitions are its own too.

mod iterate;
mod matched;
mod matcher;
mod node;
mod parse;
mod parse_group;
mod parse_set;
mod pattern;
mod program;
mod replace;
mod subject;
mod template;

use super::NativeModule;
use crate::builtins::native;
use crate::object::{Arity, Class, Dict, NativeDef, Ptr, Raised, Vm};

pub const MODULE: NativeModule = NativeModule { name: "_sre", init };

/// The classes of an interpreter, made with the module.
#[derive(Default)]
struct Classes {
    pattern: Option<Ptr<Class>>,
    matched: Option<Ptr<Class>>,
    iterator: Option<Ptr<Class>>,
    scanner: Option<Ptr<Class>>,
}

const FUNCTIONS: &[NativeDef] =
    &[native("compile", Arity::Exact(3), pattern::compile, "Compile a pattern: compile(pattern, flags, error).")];

fn init(vm: &mut Vm, dict: &Ptr<Dict>) -> Result<(), Raised> {
    vm.module_functions(dict, "_sre", FUNCTIONS);
    let pattern = pattern::class(vm);
    let matched = matched::class(vm);
    let iterator = iterate::class(vm);
    let scanner = iterate::scanner_class(vm);
    vm.dict_set_str(dict, "Pattern", pattern.to_value());
    vm.dict_set_str(dict, "Match", matched.to_value());
    let classes = vm.interp.extension::<Classes>(&mut vm.gil);
    *classes =
        Classes { pattern: Some(pattern), matched: Some(matched), iterator: Some(iterator), scanner: Some(scanner) };
    Ok(())
}

/// A name as messages show it where only ASCII is allowed: its `ascii`.
fn quoted_in_ascii(name: &str) -> String {
    let escaped = |c: char| if c.is_ascii() { c.to_string() } else { crate::builtins::str::codec::escape(c) };
    quoted(name, false).chars().map(escaped).collect()
}

/// A name as messages show it: its `repr`, as bytes for a bytes pattern.
fn quoted(name: &str, is_bytes: bool) -> String {
    if is_bytes {
        let bytes: Vec<u8> = name.chars().map(|c| c as u8).collect();
        return crate::builtins::bytes::codec::literal(&bytes);
    }
    let quote = if name.contains('\'') && !name.contains('"') { '"' } else { '\'' };
    let mut text = String::from(quote);
    for c in name.chars() {
        match c {
            '\\' => text.push_str("\\\\"),
            '\n' => text.push_str("\\n"),
            c if c == quote => text.extend(['\\', c]),
            c if crate::object::unicode::is_printable(c) => text.push(c),
            c => text.push_str(&crate::builtins::str::codec::escape(c)),
        }
    }
    text.push(quote);
    text
}
