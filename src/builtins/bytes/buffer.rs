//! The bytes of any bytes-like object.

use crate::builtins::memoryview;
use crate::object::{Raised, Value, Vm};

/// A copy of the content of bytes, a bytearray, a memoryview or an array; None for other objects.
pub(crate) fn view(vm: &Vm, value: &Value) -> Option<Vec<u8>> {
    match vm.unwrap(value) {
        Value::Bytes(bytes) => Some(bytes.data.to_vec()),
        Value::ByteArray(bytes) => Some(bytes.data.get(&vm.gil).clone()),
        Value::Foreign(object) => memoryview::content(vm, object),
        _ => None,
    }
}

/// A copy of the content of a bytes-like object.
///
/// # Errors
///
/// TypeError for other objects.
pub(crate) fn expect(vm: &mut Vm, value: &Value) -> Result<Vec<u8>, Raised> {
    match view(vm, value) {
        Some(bytes) => Ok(bytes),
        None => {
            let found = vm.class_name(value);
            Err(vm.type_error(format!("a bytes-like object is required, not '{found}'")))
        }
    }
}
