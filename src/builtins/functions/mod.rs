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
    native("__build_class__", Arity::Any, objects::build_class, "Make a class, as a class statement does."),
    native("__import__", Arity::Named(&IMPORT), code::import, "Import a module."),
    native("abs", Arity::Exact(1), numbers::abs, "The distance of a number from zero."),
    native("aiter", Arity::Exact(1), iteration::aiter, "The asynchronous iterator of an asynchronous iterable."),
    native("all", Arity::Exact(1), aggregate::all, "Whether no item is false; true if there are no items."),
    native(
        "anext",
        Arity::Range(1, 2),
        iteration::anext,
        "The awaitable of the next item, or of a default at the end.",
    ),
    native("any", Arity::Exact(1), aggregate::any, "Whether some item is true; false if there are no items."),
    native("ascii", Arity::Exact(1), objects::ascii, "As repr(), with escapes for what is not ASCII."),
    native("bin", Arity::Exact(1), numbers::bin, "An integer in base 2, as text that begins with 0b."),
    native("breakpoint", Arity::Any, objects::breakpoint, "Not available: Mini has no debugger of this kind."),
    native("callable", Arity::Exact(1), objects::callable, "Whether the object can be called."),
    native("chr", Arity::Exact(1), numbers::chr, "The character of a code point."),
    native("compile", Arity::Named(&COMPILE), code::compile, "Turn source text into code that exec() or eval() runs."),
    native("delattr", Arity::Exact(2), objects::delattr, "Remove an attribute: del object.name."),
    native("dir", Arity::Range(0, 1), objects::dir, "Return the sorted names of an object's attributes."),
    native("divmod", Arity::Exact(2), numbers::divmod, "Quotient and remainder of a floor division."),
    native("eval", Arity::Named(&EVAL), code::eval, "The value of an expression, given as text or as code."),
    native("exec", Arity::Named(&EXEC), code::exec, "Run statements, given as text or as code."),
    native("format", Arity::Range(1, 2), objects::format, "Return type(value).__format__(value, format_spec)."),
    native(
        "getattr",
        Arity::Range(2, 3),
        objects::getattr,
        "An attribute by its name, or a default where it is missing.",
    ),
    native("globals", Arity::Exact(0), code::globals, "The namespace of the module whose code is running."),
    native("hasattr", Arity::Exact(2), objects::hasattr, "Whether asking for the attribute raises no AttributeError."),
    native("hash", Arity::Exact(1), objects::hash, "The number by which dicts and sets look the object up."),
    native("help", Arity::Any, objects::help, "Not available: Mini has no pager of documentation."),
    native("hex", Arity::Exact(1), numbers::hex, "An integer in base 16, as text that begins with 0x."),
    native("id", Arity::Exact(1), objects::id, "A number that no other living object has."),
    native(
        "isinstance",
        Arity::Exact(2),
        objects::isinstance,
        "Whether the object belongs to a class, or to one of several.",
    ),
    native(
        "issubclass",
        Arity::Exact(2),
        objects::issubclass,
        "Whether a class has another, or one of several, among its bases, itself included.",
    ),
    native(
        "iter",
        Arity::Range(1, 2),
        iteration::iter,
        "An iterator over an iterable, or over the results of a call up to a sentinel.",
    ),
    native("len", Arity::Exact(1), objects::len, "How many items a container has."),
    native("locals", Arity::Exact(0), code::locals, "The variables of the scope that is running, by name."),
    native("max", Arity::Any, aggregate::max, "Return the biggest item of an iterable, or of the arguments."),
    native("min", Arity::Any, aggregate::min, "Return the smallest item of an iterable, or of the arguments."),
    native("next", Arity::Range(1, 2), iteration::next, "The next item, or a default at the end."),
    native("oct", Arity::Exact(1), numbers::oct, "An integer in base 8, as text that begins with 0o."),
    native("ord", Arity::Exact(1), numbers::ord, "The code point of a character."),
    native("pow", Arity::Named(&POW), numbers::pow, "A power, modulo a third number if that is given."),
    native("repr", Arity::Exact(1), objects::repr, "The text that shows the object to programmers."),
    native("round", Arity::Named(&ROUND), numbers::round, "The nearest number with so many decimals."),
    native("setattr", Arity::Exact(3), objects::setattr, "Assign an attribute: object.name = value."),
    native("sorted", Arity::Any, aggregate::sorted, "A list of the items, sorted."),
    native("sum", Arity::Named(&SUM), aggregate::sum, "All items added to a start, which is 0 unless given."),
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
