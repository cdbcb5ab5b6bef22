//! `str`.

mod case;
pub(crate) mod classes;
pub(crate) mod codec;
mod decode;
mod encode;
mod escapes;
pub(crate) mod field;
mod format_method;
mod new;
mod operators;
mod pad;
mod replace;
mod search;
mod split;

use crate::builtins::compare::ORDER;
use crate::builtins::{native, sequence};
use crate::object::{Args, Arity, Known, NativeDef, NativeKind, Params, Ptr, Raised, Str, Value, Vm};

const SPLIT: Params = Params { names: &["self", "sep", "maxsplit"], required: 1, posonly: 1, kwonly: 0 };
const SPLITLINES: Params = Params { names: &["self", "keepends"], required: 1, posonly: 1, kwonly: 0 };
const ENCODE: Params = Params { names: &["self", "encoding", "errors"], required: 1, posonly: 1, kwonly: 0 };
const EXPANDTABS: Params = Params { names: &["self", "tabsize"], required: 1, posonly: 1, kwonly: 0 };
const REPLACE: Params = Params { names: &["self", "old", "new", "count"], required: 3, posonly: 3, kwonly: 0 };

const METHODS: &[NativeDef] = &[
    native("encode", Arity::Named(&ENCODE), encode::method, "The bytes of the text in an encoding."),
    native(
        "replace",
        Arity::Named(&REPLACE),
        replace::replace,
        "The text with another in place of each part that is found, or of the first few.",
    ),
    native(
        "split",
        Arity::Named(&SPLIT),
        split::split,
        "The parts between separators, or between white space, as a list.",
    ),
    native(
        "rsplit",
        Arity::Named(&SPLIT),
        split::rsplit,
        "Return a list of the substrings in the string, split from the right.",
    ),
    native("join", Arity::Exact(2), split::join, "The texts of an iterable, with this one between them."),
    native(
        "capitalize",
        Arity::Exact(1),
        case::capitalize,
        "The text with its first character in upper case and the others in lower case.",
    ),
    native(
        "casefold",
        Arity::Exact(1),
        case::casefold,
        "A form of the text that is the same for all cases of its letters.",
    ),
    native("title", Arity::Exact(1), case::title, "The text with each word in lower case but for its first letter."),
    native("center", Arity::Range(2, 3), pad::center, "The text in the middle of a field of a width."),
    native(
        "count",
        Arity::Range(2, 4),
        search::count,
        "How often a text occurs in this one or a part of it, overlaps aside.",
    ),
    native(
        "expandtabs",
        Arity::Named(&EXPANDTABS),
        pad::expandtabs,
        "The text with spaces up to the next stop in place of each tab.",
    ),
    native(
        "find",
        Arity::Range(2, 4),
        search::find,
        "Return the lowest index in S where substring sub is found, or -1.",
    ),
    native(
        "partition",
        Arity::Exact(2),
        split::partition,
        "What is in front of the first separator, the separator, and what is behind it.",
    ),
    native("index", Arity::Range(2, 4), search::index, "Where a text occurs first, in this one or a part of it."),
    native("ljust", Arity::Range(2, 3), pad::ljust, "The text at the left of a field of a width."),
    native("lower", Arity::Exact(1), case::lower, "The text in lower case."),
    native(
        "lstrip",
        Arity::Range(1, 2),
        pad::lstrip,
        "The text without white space, or without given characters, at its beginning.",
    ),
    native(
        "rfind",
        Arity::Range(2, 4),
        search::rfind,
        "Return the highest index in S where substring sub is found, or -1.",
    ),
    native("rindex", Arity::Range(2, 4), search::rindex, "Where a text occurs last, in this one or a part of it."),
    native("rjust", Arity::Range(2, 3), pad::rjust, "The text at the right of a field of a width."),
    native(
        "rstrip",
        Arity::Range(1, 2),
        pad::rstrip,
        "The text without white space, or without given characters, at its end.",
    ),
    native(
        "rpartition",
        Arity::Exact(2),
        split::rpartition,
        "Partition the string into three parts using the given separator, from the right.",
    ),
    native(
        "splitlines",
        Arity::Named(&SPLITLINES),
        split::splitlines,
        "The lines of the text, with their ends if these are kept.",
    ),
    native(
        "strip",
        Arity::Range(1, 2),
        pad::strip,
        "The text without white space, or without given characters, at both ends.",
    ),
    native("swapcase", Arity::Exact(1), case::swapcase, "The text with lower and upper case exchanged."),
    native("translate", Arity::Exact(2), replace::translate, "The text with each character as a table says."),
    native("upper", Arity::Exact(1), case::upper, "The text in upper case."),
    native(
        "startswith",
        Arity::Range(2, 4),
        search::startswith,
        "Whether the text begins with another, or with one of several.",
    ),
    native(
        "endswith",
        Arity::Range(2, 4),
        search::endswith,
        "Whether the text ends with another, or with one of several.",
    ),
    native(
        "removeprefix",
        Arity::Exact(2),
        split::removeprefix,
        "The text without another at its beginning, if it begins so.",
    ),
    native("removesuffix", Arity::Exact(2), split::removesuffix, "The text without another at its end, if it ends so."),
    native("isascii", Arity::Exact(1), classes::isascii, "Whether all characters are below U+0080."),
    native(
        "islower",
        Arity::Exact(1),
        classes::islower,
        "Whether there are letters with a case, all of them in lower case.",
    ),
    native(
        "isupper",
        Arity::Exact(1),
        classes::isupper,
        "Whether there are letters with a case, all of them in upper case.",
    ),
    native(
        "istitle",
        Arity::Exact(1),
        classes::istitle,
        "Whether each word begins in upper or title case and goes on in lower case.",
    ),
    native("isspace", Arity::Exact(1), classes::isspace, "Whether there is white space only, and some of it."),
    native(
        "isdecimal",
        Arity::Exact(1),
        classes::isdecimal,
        "Whether there are decimal digits only, and some of them.",
    ),
    native(
        "isdigit",
        Arity::Exact(1),
        classes::isdigit,
        "Whether there are digits only, superscripts among them, and some of them.",
    ),
    native(
        "isnumeric",
        Arity::Exact(1),
        classes::isnumeric,
        "Whether there are characters with a numeric value only, and some of them.",
    ),
    native("isalpha", Arity::Exact(1), classes::isalpha, "Whether there are letters only, and some of them."),
    native(
        "isalnum",
        Arity::Exact(1),
        classes::isalnum,
        "Whether there are letters and numbers only, and some of them.",
    ),
    native(
        "isidentifier",
        Arity::Exact(1),
        classes::isidentifier,
        "Whether the text could be a name, or is a keyword.",
    ),
    native(
        "isprintable",
        Arity::Exact(1),
        classes::isprintable,
        "Return True if all characters in the string are printable.",
    ),
    native("zfill", Arity::Exact(2), pad::zfill, "Fill up with zeros in front, behind the sign, to a width."),
    native("format", Arity::Any, format_method::format, "The text with arguments in place of its fields in braces."),
    native(
        "format_map",
        Arity::Exact(2),
        format_method::format_map,
        "The text with values of a mapping in place of its fields in braces.",
    ),
    native(
        "__format__",
        Arity::Exact(2),
        format_method::dunder_format,
        "The text, laid out by a format specification.",
    ),
    native("__getnewargs__", Arity::Exact(1), operators::getnewargs, ""),
    native("__sizeof__", Arity::Exact(1), operators::sizeof, "How many bytes the text takes."),
];

const SLOTS: &[NativeDef] = &[
    native("__repr__", Arity::Exact(1), operators::repr, "Return repr(self)."),
    native("__str__", Arity::Exact(1), operators::str, "Return str(self)."),
    native("__hash__", Arity::Exact(1), sequence::hash, "Return hash(self)."),
    native("__iter__", Arity::Exact(1), sequence::iter, "Implement iter(self)."),
    native("__len__", Arity::Exact(1), sequence::len, "Return len(self)."),
    native("__contains__", Arity::Exact(2), operators::contains, "Return bool(key in self)."),
    native("__getitem__", Arity::Exact(2), operators::getitem, "Return self[key]."),
    native("__add__", Arity::Exact(2), operators::add, "Return self+value."),
    native("__mul__", Arity::Exact(2), operators::mul, "Return self*value."),
    native("__rmul__", Arity::Exact(2), operators::mul, "Return value*self."),
    native("__mod__", Arity::Exact(2), operators::modulo, "Return self%value."),
    native("__rmod__", Arity::Exact(2), operators::rmod, "Return value%self."),
];

const STATIC: &[NativeDef] = &[
    native("__new__", Arity::Any, new::new, "Make an instance of the class."),
    native(
        "maketrans",
        Arity::Range(1, 3),
        replace::maketrans,
        "Make a table for translate() of pairs, or of texts of the same length.",
    ),
];

/// Gives `str` its methods.
pub(super) fn install(vm: &mut Vm) {
    let class = vm.known(Known::Str);
    vm.add_methods(&class, NativeKind::Method, METHODS);
    vm.add_methods(&class, NativeKind::SlotWrapper, SLOTS);
    vm.add_methods(&class, NativeKind::SlotWrapper, ORDER);
    vm.add_methods(&class, NativeKind::Static, STATIC);
}

/// The receiver of a method.
fn receiver(vm: &mut Vm, args: Args<'_>) -> Result<Ptr<Str>, Raised> {
    match vm.unwrap(&args[0]) {
        Value::Str(text) => Ok(text.to_ptr()),
        _ => Err(crate::builtins::receiver::wrong_receiver(vm, &args[0], Known::Str)),
    }
}

/// The text of a str or an instance of a subclass.
pub(crate) fn text_of(vm: &Vm, value: &Value) -> Option<Ptr<Str>> {
    match vm.unwrap(value) {
        Value::Str(text) => Some(text.to_ptr()),
        _ => None,
    }
}

/// The receiver itself if the result is the same text and it is exactly `str`.
fn same_or_new(receiver: &Value, text: &str) -> Value {
    match receiver {
        Value::Str(same) if same.as_str() == text => receiver.clone(),
        _ => Value::str(text),
    }
}

pub(crate) use classes::is_identifier;

type Outcome = Result<Value, Raised>;
