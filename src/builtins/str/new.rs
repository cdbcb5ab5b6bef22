//! `str(...)`.

use super::{Outcome, codec};
use crate::builtins::bytes::buffer;
use crate::object::{Args, Value, Vm};

/// `str.__new__(cls, object='', encoding='utf-8', errors='strict')`.
pub(super) fn new(vm: &mut Vm, args: Args<'_>) -> Outcome {
    let class = vm.expect_class(&args[0])?;
    let positional = &args.positional()[1..];
    if positional.len() > 3 {
        return Err(vm.type_error(format!("str expected at most 3 arguments, got {}", positional.len())));
    }
    let mut given: [Option<Value>; 3] =
        [positional.first().cloned(), positional.get(1).cloned(), positional.get(2).cloned()];
    for (key, value) in args.keywords() {
        let Value::Str(key) = key else { return Err(vm.type_error("keywords must be strings")) };
        match ["object", "encoding", "errors"].iter().position(|known| *known == key.as_str()) {
            Some(at) if given[at].is_none() => given[at] = Some(value.clone()),
            Some(at) => {
                let key = key.as_str();
                return Err(
                    vm.type_error(format!("argument for str() given by name ('{key}') and position ({})", at + 1))
                );
            }
            None => {
                let key = key.as_str();
                return Err(vm.type_error(format!("str() got an unexpected keyword argument '{key}'")));
            }
        }
    }
    let [object, encoding, errors] = given;
    let Some(object) = object else { return Ok(vm.wrap_builtin(&class, Value::str(""))) };
    if encoding.is_none() && errors.is_none() {
        let text = vm.str(&object)?.into_value();
        return Ok(vm.wrap_builtin(&class, text));
    }
    let encoding = match encoding {
        Some(encoding) => vm.expect_str(&encoding, "str() argument 'encoding'")?.as_str().to_owned(),
        None => "utf-8".to_owned(),
    };
    let errors = match errors {
        Some(errors) => vm.expect_str(&errors, "str() argument 'errors'")?.as_str().to_owned(),
        None => "strict".to_owned(),
    };
    if matches!(vm.unwrap(&object), Value::Str(_)) {
        return Err(vm.type_error("decoding str is not supported"));
    }
    let Some(bytes) = buffer::view(vm, &object) else {
        let found = vm.class_name(&object);
        return Err(vm.type_error(format!("decoding to str: need a bytes-like object, {found} found")));
    };
    let text = codec::decode(vm, &bytes, &encoding, &errors)?;
    Ok(vm.wrap_builtin(&class, text.into()))
}
