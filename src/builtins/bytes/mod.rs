//! `bytes` and `bytearray`: the methods that both have are the same functions.

pub(crate) mod buffer;
mod bytearray;
mod case;
pub(crate) mod codec;
pub(crate) mod items;
pub(crate) mod new;
mod operators;
mod search;
mod split;

use crate::builtins::compare::comparisons;
use crate::builtins::native;
use crate::builtins::sequence;
use crate::object::{Args, Arity, ByteArray, Bytes, Known, NativeDef, NativeKind, Params, Raised, Value, Vm};

const SPLIT: Params = Params { names: &["self", "sep", "maxsplit"], required: 1, posonly: 1, kwonly: 0 };
const SPLITLINES: Params = Params { names: &["self", "keepends"], required: 1, posonly: 1, kwonly: 0 };
const DECODE: Params = Params { names: &["self", "encoding", "errors"], required: 1, posonly: 1, kwonly: 0 };
const HEX: Params = Params { names: &["self", "sep", "bytes_per_sep"], required: 1, posonly: 1, kwonly: 0 };
const EXPANDTABS: Params = Params { names: &["self", "tabsize"], required: 1, posonly: 1, kwonly: 0 };
const TRANSLATE: Params = Params { names: &["self", "table", "delete"], required: 2, posonly: 2, kwonly: 0 };
const REPLACE: Params = Params { names: &["self", "old", "new", "count"], required: 3, posonly: 4, kwonly: 0 };

const METHODS: &[NativeDef] = &[
    native(
        "capitalize",
        Arity::Exact(1),
        case::capitalize,
        "Return a copy with the first byte in upper case and the rest in lower case.",
    ),
    native("center", Arity::Range(2, 3), case::center, "Return a centered copy, padded with the fill byte."),
    native("count", Arity::Range(2, 4), search::count, "How often a part occurs, overlaps aside."),
    native("decode", Arity::Named(&DECODE), codec::decode, "The text that the bytes are in an encoding."),
    native("endswith", Arity::Range(2, 4), search::endswith, "Return True if the bytes end with the suffix."),
    native(
        "expandtabs",
        Arity::Named(&EXPANDTABS),
        case::expandtabs,
        "Return a copy where tabs are expanded to spaces.",
    ),
    native("find", Arity::Range(2, 4), search::find, "Return the lowest index where the subsection is found, or -1."),
    native("hex", Arity::Named(&HEX), codec::hex, "Create a string of hexadecimal numbers from the bytes."),
    native("index", Arity::Range(2, 4), search::index, "As find, but raise ValueError when it is not found."),
    native(
        "isalnum",
        Arity::Exact(1),
        case::isalnum,
        "Whether all bytes are ASCII letters or digits and there is one.",
    ),
    native("isalpha", Arity::Exact(1), case::isalpha, "Whether all bytes are ASCII letters and there is one."),
    native("isascii", Arity::Exact(1), case::isascii, "Whether all bytes are ASCII."),
    native("isdigit", Arity::Exact(1), case::isdigit, "Whether all bytes are ASCII digits and there is one."),
    native("islower", Arity::Exact(1), case::islower, "Whether all cased bytes are lower case and there is one."),
    native("isspace", Arity::Exact(1), case::isspace, "Whether all bytes are ASCII whitespace and there is one."),
    native("istitle", Arity::Exact(1), case::istitle, "Whether the bytes are titlecased."),
    native("isupper", Arity::Exact(1), case::isupper, "Whether all cased bytes are upper case and there is one."),
    native("join", Arity::Exact(2), split::join, "Join several bytes objects, with this one between them."),
    native("ljust", Arity::Range(2, 3), case::ljust, "Return a left-justified copy, padded with the fill byte."),
    native("lower", Arity::Exact(1), case::lower, "Return a copy with all ASCII letters in lower case."),
    native(
        "lstrip",
        Arity::Range(1, 2),
        case::lstrip,
        "Without the bytes at the beginning that the argument holds; white space if it is not given.",
    ),
    native("partition", Arity::Exact(2), split::partition, "Partition the bytes into three parts using the separator."),
    native("removeprefix", Arity::Exact(2), split::removeprefix, "Return a copy without the prefix, if present."),
    native("removesuffix", Arity::Exact(2), split::removesuffix, "Return a copy without the suffix, if present."),
    native(
        "replace",
        Arity::Named(&REPLACE),
        search::replace,
        "Return a copy with all occurrences of old replaced by new.",
    ),
    native(
        "rfind",
        Arity::Range(2, 4),
        search::rfind,
        "Return the highest index where the subsection is found, or -1.",
    ),
    native("rindex", Arity::Range(2, 4), search::rindex, "As rfind, but raise ValueError when it is not found."),
    native("rjust", Arity::Range(2, 3), case::rjust, "Return a right-justified copy, padded with the fill byte."),
    native(
        "rpartition",
        Arity::Exact(2),
        split::rpartition,
        "Partition the bytes into three parts using the last separator.",
    ),
    native("rsplit", Arity::Named(&SPLIT), split::rsplit, "Return a list of the sections, split from the right."),
    native(
        "rstrip",
        Arity::Range(1, 2),
        case::rstrip,
        "Without the bytes at the end that the argument holds; white space if it is not given.",
    ),
    native("split", Arity::Named(&SPLIT), split::split, "Return a list of the sections, using sep as the delimiter."),
    native(
        "splitlines",
        Arity::Named(&SPLITLINES),
        split::splitlines,
        "Return a list of the lines, breaking at line boundaries.",
    ),
    native("startswith", Arity::Range(2, 4), search::startswith, "Return True if the bytes start with the prefix."),
    native(
        "strip",
        Arity::Range(1, 2),
        case::strip,
        "Without the bytes at both ends that the argument holds; white space if it is not given.",
    ),
    native(
        "swapcase",
        Arity::Exact(1),
        case::swapcase,
        "Return a copy with upper and lower case ASCII letters swapped.",
    ),
    native("title", Arity::Exact(1), case::title, "Return a titlecased copy."),
    native("translate", Arity::Named(&TRANSLATE), case::translate, "Return a copy with each byte mapped by the table."),
    native("upper", Arity::Exact(1), case::upper, "Return a copy with all ASCII letters in upper case."),
    native("zfill", Arity::Exact(2), case::zfill, "Fill up with zeros in front, behind the sign, to a width."),
];

const SLOTS: &[NativeDef] = &[
    native("__repr__", Arity::Exact(1), codec::repr, "Return repr(self)."),
    native("__str__", Arity::Exact(1), codec::repr, "Return str(self)."),
    native("__len__", Arity::Exact(1), sequence::len, "Return len(self)."),
    native("__contains__", Arity::Exact(2), operators::contains, "Return bool(key in self)."),
    native("__getitem__", Arity::Exact(2), operators::getitem, "Return self[key]."),
    native("__iter__", Arity::Exact(1), sequence::iter, "Implement iter(self)."),
    native("__add__", Arity::Exact(2), operators::add, "Return self+value."),
    native("__mul__", Arity::Exact(2), operators::mul, "Return self*value."),
    native("__rmul__", Arity::Exact(2), operators::mul, "Return value*self."),
    native("__mod__", Arity::Exact(2), operators::modulo, "Return self%value."),
    native("__rmod__", Arity::Exact(2), operators::rmod, "Return value%self."),
];

const CLASS_METHODS: &[NativeDef] =
    &[native("fromhex", Arity::Exact(2), codec::fromhex, "The bytes that pairs of hexadecimal digits stand for.")];

const MAKETRANS: &[NativeDef] = &[native(
    "maketrans",
    Arity::Exact(2),
    case::maketrans,
    "Return a translation table usable for the bytes translate method.",
)];

const BYTES_STATIC: &[NativeDef] = &[native("__new__", Arity::Any, new::bytes_new, "Make an instance of the class.")];

const BYTES_SLOTS: &[NativeDef] = &[native("__hash__", Arity::Exact(1), sequence::hash, "Return hash(self).")];

const BYTES_METHODS: &[NativeDef] = &[
    native("__bytes__", Arity::Exact(1), codec::to_bytes, "The same bytes as an object of the class bytes itself."),
    native("__getnewargs__", Arity::Exact(1), codec::getnewargs, ""),
];

/// Gives `bytes` and `bytearray` their methods.
pub(super) fn install(vm: &mut Vm) {
    for known in [Known::Bytes, Known::ByteArray] {
        let class = vm.known(known);
        vm.add_methods(&class, NativeKind::Method, METHODS);
        vm.add_methods(&class, NativeKind::SlotWrapper, SLOTS);
        vm.add_methods(&class, NativeKind::SlotWrapper, comparisons!(operators::compare));
        vm.add_methods(&class, NativeKind::ClassMethod, CLASS_METHODS);
        vm.add_methods(&class, NativeKind::Static, MAKETRANS);
    }
    let class = vm.known(Known::Bytes);
    vm.add_methods(&class, NativeKind::Static, BYTES_STATIC);
    vm.add_methods(&class, NativeKind::SlotWrapper, BYTES_SLOTS);
    vm.add_methods(&class, NativeKind::Method, BYTES_METHODS);
    bytearray::install(vm);
}

/// The content of a receiver.
fn content(vm: &Vm, args: Args<'_>) -> buffer::Content {
    buffer::view(vm, &args[0]).unwrap_or_default()
}

/// A result of the receiver's type.
fn like(vm: &Vm, receiver: &Value, data: impl AsRef<[u8]> + Into<Vec<u8>>) -> Value {
    match vm.unwrap(receiver) {
        Value::ByteArray(_) => ByteArray::new(data.into()).into_value(),
        _ => Bytes::new(data).into_value(),
    }
}

/// The receiver itself if nothing changed and it is exactly `bytes`; else a result of its type.
fn like_or_same(vm: &Vm, receiver: &Value, data: impl AsRef<[u8]> + Into<Vec<u8>>) -> Value {
    match receiver {
        Value::Bytes(same) if *same.data == *data.as_ref() => receiver.clone(),
        _ => like(vm, receiver, data),
    }
}

/// As [`like_or_same`], for what can be much larger than the receiver.
fn like_or_same_large(vm: &mut Vm, receiver: &Value, data: Vec<u8>) -> Outcome {
    vm.expect_room(data.len())?;
    Ok(like_or_same(vm, receiver, data))
}

/// The name of the receiver's type, for messages.
fn type_name(vm: &Vm, receiver: &Value) -> &'static str {
    match vm.unwrap(receiver) {
        Value::ByteArray(_) => "bytearray",
        _ => "bytes",
    }
}

type Outcome = Result<Value, Raised>;

/// Writes into a bytearray, or the bytearray that a memoryview shows; the range is inside.
///
/// # Errors
///
/// TypeError if the object cannot be written to.
pub(crate) fn write_into(vm: &mut Vm, target: &Value, start: usize, data: &[u8]) -> Result<(), Raised> {
    let plain = vm.unwrap(target).clone();
    let done = match &plain {
        Value::ByteArray(bytes) => {
            let place = bytes.data.get_mut(&mut vm.gil).get_mut(start..start + data.len());
            place.map(|place| place.copy_from_slice(data)).is_some()
        }
        Value::Foreign(object) => super::memoryview::write(vm, object, start, data),
        _ => false,
    };
    if done {
        return Ok(());
    }
    let found = vm.class_name(target);
    Err(vm.type_error(format!("a read-write bytes-like object is required, not '{found}'")))
}
