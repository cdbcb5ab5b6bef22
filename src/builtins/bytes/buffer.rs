//! The bytes of any bytes-like object.

use std::ops::Deref;

use crate::builtins::memoryview;
use crate::object::{Bytes, Ptr, Raised, Value, Vm};

/// The content of a bytes-like object, as it was when it was looked at.
pub(crate) enum Content {
    /// Bytes do not change, so the object itself does.
    Fixed(Ptr<Bytes>),
    /// A copy of what may change.
    Copied(Vec<u8>),
}

impl Deref for Content {
    type Target = [u8];
    #[inline]
    fn deref(&self) -> &[u8] {
        match self {
            Content::Fixed(bytes) => &bytes.data,
            Content::Copied(bytes) => bytes,
        }
    }
}

impl Content {
    /// The content to change or to keep.
    pub fn into_vec(self) -> Vec<u8> {
        match self {
            Content::Fixed(bytes) => bytes.data.to_vec(),
            Content::Copied(bytes) => bytes,
        }
    }
}

impl AsRef<[u8]> for Content {
    fn as_ref(&self) -> &[u8] {
        self
    }
}

impl Default for Content {
    fn default() -> Self {
        Content::Copied(Vec::new())
    }
}

/// The content of bytes, a bytearray, a memoryview or an array; None for other objects.
pub(crate) fn view(vm: &Vm, value: &Value) -> Option<Content> {
    match vm.unwrap(value) {
        Value::Bytes(bytes) => Some(Content::Fixed(bytes.to_ptr())),
        Value::ByteArray(bytes) => Some(Content::Copied(bytes.data.get(&vm.gil).clone())),
        Value::Foreign(object) => memoryview::content(vm, object).map(Content::Copied),
        _ => None,
    }
}

/// The content of a bytes-like object.
///
/// # Errors
///
/// TypeError for other objects.
pub(crate) fn expect(vm: &mut Vm, value: &Value) -> Result<Content, Raised> {
    match view(vm, value) {
        Some(bytes) => Ok(bytes),
        None => {
            let found = vm.class_name(value);
            Err(vm.type_error(format!("a bytes-like object is required, not '{found}'")))
        }
    }
}

impl Vm {
    /// A bytes-like argument (bytes, bytearray, memoryview), copied.
    ///
    /// # Errors
    ///
    /// TypeError: a bytes-like object is required, not 'X'.
    pub fn expect_bytes(&mut self, value: &Value) -> Result<Vec<u8>, Raised> {
        expect(self, value).map(Content::into_vec)
    }
}
