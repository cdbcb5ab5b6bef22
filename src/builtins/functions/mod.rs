//! The module `builtins`: functions, types and constants that every script sees.

mod aggregate;
mod code;
mod iteration;
pub(crate) mod numbers;
pub(crate) mod objects;

use crate::builtins::native;
use crate::object::{Arity, NativeDef, Params, Value, Vm};

const SUM: Params = Params { names: &["iterable", "start"], required: 1, posonly: 1, kwonly: 0 };
const POW: Params = Params { names: &["base", "exp", "mod"], required: 2, posonly: 0, kwonly: 0 };
const ROUND: Params = Params { names: &["number", "ndigits"], required: 1, posonly: 0, kwonly: 0 };
const COMPILE: Params = Params {
    names: &["source", "filename", "mode", "flags", "dont_inherit", "optimize", "_feature_version"],
    required: 3,
    posonly: 0,
    kwonly: 1,
};
const IMPORT: Params =
    Params { names: &["name", "globals", "locals", "fromlist", "level"], required: 1, posonly: 0, kwonly: 0 };
const EVAL: Params = Params { names: &["source", "globals", "locals"], required: 1, posonly: 1, kwonly: 0 };
const EXEC: Params = Params { names: &["source", "globals", "locals", "closure"], required: 1, posonly: 1, kwonly: 1 };

const FUNCTIONS: &[NativeDef] = &[
    native(
        "__build_class__",
        Arity::Any,
        objects::build_class,
        "Internal helper function used by the class statement.",
    ),
    native("__import__", Arity::Named(&IMPORT), code::import, "Import a module."),
    native("abs", Arity::Exact(1), numbers::abs, "Return the absolute value of the argument."),
    native("aiter", Arity::Exact(1), iteration::aiter, "Return an AsyncIterator for an AsyncIterable object."),
    native("all", Arity::Exact(1), aggregate::all, "Return True if bool(x) is True for all values x in the iterable."),
    native("anext", Arity::Range(1, 2), iteration::anext, "Return the next item from the async iterator."),
    native("any", Arity::Exact(1), aggregate::any, "Return True if bool(x) is True for any x in the iterable."),
    native("ascii", Arity::Exact(1), objects::ascii, "Return an ASCII-only representation of an object."),
    native("bin", Arity::Exact(1), numbers::bin, "Return the binary representation of an integer."),
    native("breakpoint", Arity::Any, objects::breakpoint, "Not available: Mini has no debugger of this kind."),
    native(
        "callable",
        Arity::Exact(1),
        objects::callable,
        "Return whether the object is callable (i.e., some kind of function).",
    ),
    native("chr", Arity::Exact(1), numbers::chr, "Return a Unicode string of one character with ordinal i."),
    native(
        "compile",
        Arity::Named(&COMPILE),
        code::compile,
        "Compile source into a code object that can be executed by exec() or eval().",
    ),
    native("delattr", Arity::Exact(2), objects::delattr, "Deletes the named attribute from the given object."),
    native("dir", Arity::Range(0, 1), objects::dir, "Return the sorted names of an object's attributes."),
    native("divmod", Arity::Exact(2), numbers::divmod, "Return the tuple (x//y, x%y)."),
    native("eval", Arity::Named(&EVAL), code::eval, "Evaluate the given source in the context of globals and locals."),
    native("exec", Arity::Named(&EXEC), code::exec, "Execute the given source in the context of globals and locals."),
    native("format", Arity::Range(1, 2), objects::format, "Return type(value).__format__(value, format_spec)."),
    native("getattr", Arity::Range(2, 3), objects::getattr, "Get a named attribute from an object."),
    native(
        "globals",
        Arity::Exact(0),
        code::globals,
        "Return the dictionary containing the current scope's global variables.",
    ),
    native(
        "hasattr",
        Arity::Exact(2),
        objects::hasattr,
        "Return whether the object has an attribute with the given name.",
    ),
    native("hash", Arity::Exact(1), objects::hash, "Return the hash value for the given object."),
    native("help", Arity::Any, objects::help, "Not available: Mini has no pager of documentation."),
    native("hex", Arity::Exact(1), numbers::hex, "Return the hexadecimal representation of an integer."),
    native("id", Arity::Exact(1), objects::id, "Return the identity of an object."),
    native(
        "isinstance",
        Arity::Exact(2),
        objects::isinstance,
        "Return whether an object is an instance of a class or of a subclass thereof.",
    ),
    native(
        "issubclass",
        Arity::Exact(2),
        objects::issubclass,
        "Return whether 'cls' is derived from another class or is the same class.",
    ),
    native("iter", Arity::Range(1, 2), iteration::iter, "Get an iterator from an object."),
    native("len", Arity::Exact(1), objects::len, "Return the number of items in a container."),
    native(
        "locals",
        Arity::Exact(0),
        code::locals,
        "Return a dictionary containing the current scope's local variables.",
    ),
    native("max", Arity::Any, aggregate::max, "Return the biggest item of an iterable, or of the arguments."),
    native("min", Arity::Any, aggregate::min, "Return the smallest item of an iterable, or of the arguments."),
    native("next", Arity::Range(1, 2), iteration::next, "Return the next item from the iterator."),
    native("oct", Arity::Exact(1), numbers::oct, "Return the octal representation of an integer."),
    native("ord", Arity::Exact(1), numbers::ord, "Return the Unicode code point for a one-character string."),
    native(
        "pow",
        Arity::Named(&POW),
        numbers::pow,
        "Equivalent to base**exp with 2 arguments or base**exp % mod with 3 arguments.",
    ),
    native("repr", Arity::Exact(1), objects::repr, "Return the canonical string representation of the object."),
    native("round", Arity::Named(&ROUND), numbers::round, "Round a number to a given precision in decimal digits."),
    native(
        "setattr",
        Arity::Exact(3),
        objects::setattr,
        "Sets the named attribute on the given object to the specified value.",
    ),
    native(
        "sorted",
        Arity::Any,
        aggregate::sorted,
        "Return a new list containing all items from the iterable in ascending order.",
    ),
    native(
        "sum",
        Arity::Named(&SUM),
        aggregate::sum,
        "Return the sum of a 'start' value (default: 0) plus an iterable of numbers",
    ),
    native("vars", Arity::Range(0, 1), objects::vars, "Return the object's __dict__, or the local names."),
    native("exit", Arity::Range(0, 1), objects::exit, "Leave the program by SystemExit."),
    native("quit", Arity::Range(0, 1), objects::exit, "Leave the program by SystemExit."),
];

/// Adds the functions to the namespace of the module `builtins`, which has the types already.
pub(super) fn install(vm: &mut Vm) {
    let Some(dict) = vm.interp.builtins.get(&vm.gil).clone() else { return };
    vm.dict_set_str(&dict, "__doc__", Value::str("Functions, types and constants that every script sees."));
    vm.module_functions(&dict, "builtins", FUNCTIONS);
    for (name, value) in [("None", Value::None), ("True", Value::bool(true)), ("False", Value::bool(false))] {
        vm.dict_set_str(&dict, name, value);
    }
}
