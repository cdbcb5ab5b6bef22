//! The receiver of a native method as its own type.

use crate::object::{Dict, HeapType, Known, List, Ptr, Raised, Range, Set, Slice, Tuple, Value, Vm};

/// The TypeError for a receiver of another type, which the call machinery has already ruled out
/// for methods found on a class.
#[cold]
pub(crate) fn wrong_receiver(vm: &mut Vm, value: &Value, wanted: Known) -> Raised {
    let found = vm.class_name(value);
    vm.type_error(format!("descriptor requires a '{}' object but received a '{found}'", wanted.name()))
}

/// A representation that native methods have as their receiver.
pub(crate) trait Receiver: HeapType {
    /// The class, for messages.
    const KNOWN: Known;
    /// The object, if the value is one.
    fn of(value: &Value) -> Option<Ptr<Self>>;
}

macro_rules! receivers {
    ($($type:ident)*) => {
        $(impl Receiver for $type {
            const KNOWN: Known = Known::$type;
            #[inline(always)]
            fn of(value: &Value) -> Option<Ptr<Self>> {
                match value {
                    Value::$type(object) => Some(object.to_ptr()),
                    _ => None,
                }
            }
        })*
    };
}

receivers! { List Tuple Dict Set Range Slice }

/// The built-in part of a receiver.
///
/// # Errors
///
/// TypeError if it is of another type.
#[inline]
pub(crate) fn receiver<T: Receiver>(vm: &mut Vm, value: &Value) -> Result<Ptr<T>, Raised> {
    match T::of(vm.unwrap(value)) {
        Some(object) => Ok(object),
        None => Err(wrong_receiver(vm, value, T::KNOWN)),
    }
}
