//! `str`.

mod case;
pub(crate) mod classes;
pub(crate) mod codec;
mod decode;
mod encode;
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
    native(
        "encode",
        Arity::Named(&ENCODE),
        encode::method,
        "Encode the string using the codec registered for encoding.",
    ),
    native(
        "replace",
        Arity::Named(&REPLACE),
        replace::replace,
        "Return a copy with all occurrences of substring old replaced by new.",
    ),
    native(
        "split",
        Arity::Named(&SPLIT),
        split::split,
        "Return a list of the substrings in the string, using sep as the separator string.",
    ),
    native(
        "rsplit",
        Arity::Named(&SPLIT),
        split::rsplit,
        "Return a list of the substrings in the string, split from the right.",
    ),
    native("join", Arity::Exact(2), split::join, "Concatenate any number of strings."),
    native("capitalize", Arity::Exact(1), case::capitalize, "Return a capitalized version of the string."),
    native(
        "casefold",
        Arity::Exact(1),
        case::casefold,
        "Return a version of the string suitable for caseless comparisons.",
    ),
    native("title", Arity::Exact(1), case::title, "Return a version of the string where each word is titlecased."),
    native("center", Arity::Range(2, 3), pad::center, "Return a centered string of length width."),
    native(
        "count",
        Arity::Range(2, 4),
        search::count,
        "Return the number of non-overlapping occurrences of substring sub in string S[start:end].",
    ),
    native(
        "expandtabs",
        Arity::Named(&EXPANDTABS),
        pad::expandtabs,
        "Return a copy where all tab characters are expanded using spaces.",
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
        "Partition the string into three parts using the given separator.",
    ),
    native("index", Arity::Range(2, 4), search::index, "Return the lowest index in S where substring sub is found."),
    native("ljust", Arity::Range(2, 3), pad::ljust, "Return a left-justified string of length width."),
    native("lower", Arity::Exact(1), case::lower, "Return a copy of the string converted to lowercase."),
    native("lstrip", Arity::Range(1, 2), pad::lstrip, "Return a copy of the string with leading whitespace removed."),
    native(
        "rfind",
        Arity::Range(2, 4),
        search::rfind,
        "Return the highest index in S where substring sub is found, or -1.",
    ),
    native("rindex", Arity::Range(2, 4), search::rindex, "Return the highest index in S where substring sub is found."),
    native("rjust", Arity::Range(2, 3), pad::rjust, "Return a right-justified string of length width."),
    native("rstrip", Arity::Range(1, 2), pad::rstrip, "Return a copy of the string with trailing whitespace removed."),
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
        "Return a list of the lines in the string, breaking at line boundaries.",
    ),
    native(
        "strip",
        Arity::Range(1, 2),
        pad::strip,
        "Return a copy of the string with leading and trailing whitespace removed.",
    ),
    native(
        "swapcase",
        Arity::Exact(1),
        case::swapcase,
        "Convert uppercase characters to lowercase and lowercase characters to uppercase.",
    ),
    native(
        "translate",
        Arity::Exact(2),
        replace::translate,
        "Replace each character in the string using the given translation table.",
    ),
    native("upper", Arity::Exact(1), case::upper, "Return a copy of the string converted to uppercase."),
    native(
        "startswith",
        Arity::Range(2, 4),
        search::startswith,
        "Return True if the string starts with the specified prefix.",
    ),
    native(
        "endswith",
        Arity::Range(2, 4),
        search::endswith,
        "Return True if the string ends with the specified suffix.",
    ),
    native(
        "removeprefix",
        Arity::Exact(2),
        split::removeprefix,
        "Return a str with the given prefix string removed if present.",
    ),
    native(
        "removesuffix",
        Arity::Exact(2),
        split::removesuffix,
        "Return a str with the given suffix string removed if present.",
    ),
    native("isascii", Arity::Exact(1), classes::isascii, "Return True if all characters in the string are ASCII."),
    native("islower", Arity::Exact(1), classes::islower, "Return True if the string is a lowercase string."),
    native("isupper", Arity::Exact(1), classes::isupper, "Return True if the string is an uppercase string."),
    native("istitle", Arity::Exact(1), classes::istitle, "Return True if the string is a title-cased string."),
    native("isspace", Arity::Exact(1), classes::isspace, "Return True if the string is a whitespace string."),
    native("isdecimal", Arity::Exact(1), classes::isdecimal, "Return True if the string is a decimal string."),
    native("isdigit", Arity::Exact(1), classes::isdigit, "Return True if the string is a digit string."),
    native("isnumeric", Arity::Exact(1), classes::isnumeric, "Return True if the string is a numeric string."),
    native("isalpha", Arity::Exact(1), classes::isalpha, "Return True if the string is an alphabetic string."),
    native("isalnum", Arity::Exact(1), classes::isalnum, "Return True if the string is an alpha-numeric string."),
    native(
        "isidentifier",
        Arity::Exact(1),
        classes::isidentifier,
        "Return True if the string is a valid Python identifier.",
    ),
    native(
        "isprintable",
        Arity::Exact(1),
        classes::isprintable,
        "Return True if all characters in the string are printable.",
    ),
    native(
        "zfill",
        Arity::Exact(2),
        pad::zfill,
        "Pad a numeric string with zeros on the left, to fill a field of the given width.",
    ),
    native(
        "format",
        Arity::Any,
        format_method::format,
        "Return a formatted version of the string, using substitutions from args and kwargs.",
    ),
    native(
        "format_map",
        Arity::Exact(2),
        format_method::format_map,
        "Return a formatted version of the string, using substitutions from mapping.",
    ),
    native(
        "__format__",
        Arity::Exact(2),
        format_method::dunder_format,
        "Return a formatted version of the string as described by format_spec.",
    ),
    native("__getnewargs__", Arity::Exact(1), operators::getnewargs, ""),
    native("__sizeof__", Arity::Exact(1), operators::sizeof, "Return the size of the string in memory, in bytes."),
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
    native("__new__", Arity::Any, new::new, "Create and return a new object."),
    native(
        "maketrans",
        Arity::Range(1, 3),
        replace::maketrans,
        "Return a translation table usable for str.translate().",
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
