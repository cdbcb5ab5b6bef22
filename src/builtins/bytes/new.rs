//! `bytes(...)` and `bytearray(...)`, and what both make of their arguments.

use crate::builtins::bytes::buffer;
use crate::builtins::sequence::is_index;
use crate::builtins::str::codec;
use crate::object::{Args, ByteArray, Bytes, Known, Name, Raised, Value, Vm};

/// The arguments `(source=b'', encoding=None, errors=None)` of a call.
fn arguments(vm: &mut Vm, name: &str, args: &Args<'_>) -> Result<[Option<Value>; 3], Raised> {
    let mut given = [None, None, None];
    let positional = &args.positional()[1..];
    if positional.len() > 3 {
        return Err(vm.type_error(format!("{name}() takes at most 3 arguments ({} given)", positional.len())));
    }
    for (place, value) in given.iter_mut().zip(positional) {
        *place = Some(value.clone());
    }
    for (key, value) in args.keywords() {
        let key = match key {
            Value::Str(key) => key.as_str().to_owned(),
            _ => return Err(vm.type_error("keywords must be strings")),
        };
        let Some(at) = ["source", "encoding", "errors"].iter().position(|known| *known == key) else {
            return Err(vm.type_error(format!("{name}() got an unexpected keyword argument '{key}'")));
        };
        if given[at].is_some() {
            return Err(
                vm.type_error(format!("argument for {name}() given by name ('{key}') and position ({})", at + 1))
            );
        }
        given[at] = Some(value.clone());
    }
    Ok(given)
}

/// The content that the arguments of a constructor stand for.
fn content(vm: &mut Vm, name: &str, args: &Args<'_>) -> Result<Vec<u8>, Raised> {
    let [source, encoding, errors] = arguments(vm, name, args)?;
    let Some(source) = source else {
        return match (encoding, errors) {
            (Some(_), _) => Err(vm.type_error("encoding without a string argument")),
            (_, Some(_)) => Err(vm.type_error("errors without a string argument")),
            _ => Ok(Vec::new()),
        };
    };
    if let Value::Str(text) = vm.unwrap(&source) {
        let text = text.to_ptr();
        let Some(encoding) = encoding else { return Err(vm.type_error("string argument without an encoding")) };
        let encoding = vm.expect_str(&encoding, &format!("{name}() argument 'encoding'"))?;
        let errors = match errors {
            Some(errors) => vm.expect_str(&errors, &format!("{name}() argument 'errors'"))?.as_str().to_owned(),
            None => "strict".to_owned(),
        };
        return codec::encode(vm, &text, encoding.as_str(), &errors);
    }
    if encoding.is_some() {
        return Err(vm.type_error("encoding without a string argument"));
    }
    if errors.is_some() {
        return Err(vm.type_error("errors without a string argument"));
    }
    if name == "bytes" {
        if let Some(bytes) = dunder_bytes(vm, &source)? {
            return Ok(bytes);
        }
    }
    if buffer::view(vm, &source).is_none() && is_index(vm, &source) {
        return match vm.index(&source)? {
            Value::Int(count) if count < 0 => Err(vm.value_error("negative count")),
            Value::Int(count) => zeros(vm, count as usize),
            _ => Err(vm.raise(Known::OverflowError, "cannot fit 'int' into an index-sized integer")),
        };
    }
    from_object(vm, &source, name)
}

/// What an object's `__bytes__` gives; None if it has none.
///
/// # Errors
///
/// TypeError if it gives no bytes.
pub(crate) fn dunder_bytes(vm: &mut Vm, object: &Value) -> Result<Option<Vec<u8>>, Raised> {
    let Some(result) = vm.call_special(object, Name::__bytes__, &[])? else { return Ok(None) };
    match vm.unwrap(&result) {
        Value::Bytes(bytes) => Ok(Some(bytes.data.to_vec())),
        _ => {
            let found = vm.class_name(&result);
            Err(vm.type_error(format!("__bytes__ returned non-bytes (type {found})")))
        }
    }
}

fn zeros(vm: &mut Vm, count: usize) -> Result<Vec<u8>, Raised> {
    let mut bytes = Vec::new();
    if count > isize::MAX as usize / 2 || bytes.try_reserve_exact(count).is_err() {
        return Err(vm.memory_error());
    }
    bytes.resize(count, 0);
    Ok(bytes)
}

/// What `bytes(object)` has for a bytes-like object or an iterable of ints.
///
/// # Errors
///
/// TypeError for other objects, ValueError for an int that is no byte.
pub(crate) fn bytes_from_object(vm: &mut Vm, object: &Value) -> Result<Vec<u8>, Raised> {
    if let Some(bytes) = dunder_bytes(vm, object)? {
        return Ok(bytes);
    }
    from_object(vm, object, "bytes")
}

fn from_object(vm: &mut Vm, object: &Value, name: &str) -> Result<Vec<u8>, Raised> {
    if let Some(bytes) = buffer::view(vm, object) {
        return Ok(bytes.into_vec());
    }
    let class = vm.class_of(object);
    let iterable = [Name::__iter__, Name::__getitem__].into_iter().any(|name| vm.lookup_name(&class, name).is_some());
    if !iterable || matches!(vm.unwrap(object), Value::Str(_)) {
        let found = vm.class_name(object);
        return Err(vm.type_error(format!("cannot convert '{found}' object to bytes")));
    }
    let mut bytes = Vec::new();
    let what = if name == "bytes" { "bytes must be in range(0, 256)" } else { "byte must be in range(0, 256)" };
    vm.for_each(object, |vm, item| {
        let byte = byte(vm, &item, what)?;
        vm.push(&mut bytes, byte)?;
        Ok(true)
    })?;
    Ok(bytes)
}

/// An int argument that is a byte.
///
/// # Errors
///
/// TypeError if it is no int, ValueError with `message` if it is out of range.
pub(crate) fn byte(vm: &mut Vm, value: &Value, message: &str) -> Result<u8, Raised> {
    match vm.index(value)? {
        Value::Int(byte @ 0..256) => Ok(byte as u8),
        _ => Err(vm.value_error(message)),
    }
}

/// `bytes.__new__`.
pub(super) fn bytes_new(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let class = vm.expect_class(&args[0])?;
    if class.known.is_some() {
        if let ([_, exact @ Value::Bytes(_)], 0) = (args.positional(), args.keyword_count()) {
            return Ok(exact.clone());
        }
    }
    let bytes = content(vm, "bytes", &args)?;
    Ok(vm.wrap_builtin(&class, Bytes::new(bytes).into_value()))
}

/// `bytearray.__new__`: empty; the content comes with `__init__`.
pub(super) fn bytearray_new(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let class = vm.expect_class(&args[0])?;
    Ok(vm.wrap_builtin(&class, ByteArray::new(Vec::new()).into_value()))
}

/// `bytearray.__init__`.
pub(super) fn bytearray_init(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let bytes = content(vm, "bytearray", &args)?;
    super::bytearray::replace_all(vm, &args[0], bytes)?;
    Ok(Value::None)
}
