//! `_json`: the scanner and the encoder behind the module `json`, whose front is in the language itself.

mod decode;
mod encode;
mod text;

use super::NativeModule;
use crate::builtins::native;
use crate::object::{Arity, Dict, NativeDef, Ptr, Raised, Vm};

pub const MODULE: NativeModule = NativeModule { name: "_json", init };

const FUNCTIONS: &[NativeDef] = &[
    native(
        "scan",
        Arity::Exact(9),
        decode::scan,
        "Decode one value: scan(text, index, error, strict, object_hook, object_pairs_hook, parse_float, parse_int, parse_constant) -> (value, end).",
    ),
    native(
        "skip_space",
        Arity::Exact(2),
        decode::skip_space,
        "The index of the first character from index on that is no JSON whitespace.",
    ),
    native(
        "encode",
        Arity::Exact(10),
        encode::encode,
        "Encode a value: encode(value, default, check_circular, ensure_ascii, allow_nan, indent, item_separator, key_separator, sort_keys, skipkeys).",
    ),
    native(
        "encode_string",
        Arity::Exact(2),
        encode::encode_string,
        "Encode a string: encode_string(text, ensure_ascii).",
    ),
];

fn init(vm: &mut Vm, dict: &Ptr<Dict>) -> Result<(), Raised> {
    vm.module_functions(dict, "_json", FUNCTIONS);
    Ok(())
}
