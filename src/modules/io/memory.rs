//! What `BytesIO` and `StringIO` share: files in memory.

use super::{Outcome, data};
use crate::object::{Args, ForeignData, Raised, Value, Vm};

/// The content of a file in memory.
pub(super) trait Memory: ForeignData {
    /// What reading and writing says of one that is closed.
    const CLOSED: &'static str;

    fn is_closed(&self) -> bool;

    /// Where the next item is read or written, in items.
    fn position(&self) -> usize;
}

/// The content of a stream that is open.
pub(super) fn open<'a, T: Memory>(vm: &'a mut Vm, stream: &'a Value) -> Result<&'a mut T, Raised> {
    if data::<T>(vm, stream)?.is_closed() {
        return Err(vm.value_error(T::CLOSED));
    }
    data(vm, stream)
}

/// The arguments `offset` and `whence` of a `seek`.
pub(super) fn seek_arguments<T: Memory>(vm: &mut Vm, args: Args<'_>) -> Result<(i64, i64), Raised> {
    open::<T>(vm, &args[0])?;
    let offset = vm.expect_i64(&args[1])?;
    let whence = match args.get(2) {
        Some(whence) => vm.expect_i64(whence)?,
        None => 0,
    };
    Ok((offset, whence))
}

/// The argument of a `truncate`: the position where there is none. `message` is what is said of a negative one.
pub(super) fn truncate_argument<T: Memory>(vm: &mut Vm, args: Args<'_>, message: &str) -> Result<i64, Raised> {
    let position = open::<T>(vm, &args[0])?.position() as i64;
    let size = match args.get(1).filter(|size| !size.is_none()) {
        Some(size) => match super::size_argument(vm, Some(size))? {
            Some(size) => size as i64,
            None => vm.expect_i64(size)?,
        },
        None => position,
    };
    if size < 0 {
        return Err(vm.value_error(format!("{message} {size}")));
    }
    Ok(size)
}

pub(super) fn tell<T: Memory>(vm: &mut Vm, args: Args<'_>) -> Outcome {
    Ok(open::<T>(vm, &args[0])?.position().into())
}

pub(super) fn yes<T: Memory>(vm: &mut Vm, args: Args<'_>) -> Outcome {
    open::<T>(vm, &args[0])?;
    Ok(Value::bool(true))
}

pub(super) fn no<T: Memory>(vm: &mut Vm, args: Args<'_>) -> Outcome {
    if data::<T>(vm, &args[0])?.is_closed() {
        return Err(vm.closed_error());
    }
    Ok(Value::bool(false))
}

pub(super) fn fileno(vm: &mut Vm, _args: Args<'_>) -> Outcome {
    Err(vm.unsupported_operation("fileno"))
}

pub(super) fn detach(vm: &mut Vm, _args: Args<'_>) -> Outcome {
    Err(vm.unsupported_operation("detach"))
}

pub(super) fn get_closed<T: Memory>(vm: &mut Vm, this: &Value) -> Outcome {
    Ok(data::<T>(vm, this)?.is_closed().into())
}
