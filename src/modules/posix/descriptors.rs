//! File descriptors.

use super::{Outcome, nothing, small_int};
use crate::builtins::native;
use crate::gil::WaitReason;
use crate::object::{Args, Arity, Bytes, NativeDef, Params, Raised, Value, Vm};
use crate::runtime::os::{fd, process};

const OPEN: Params = Params { names: &["path", "flags", "mode", "dir_fd"], required: 2, posonly: 0, kwonly: 1 };
const DUP2: Params = Params { names: &["fd", "fd2", "inheritable"], required: 2, posonly: 0, kwonly: 0 };
const FD: Params = Params { names: &["fd"], required: 1, posonly: 0, kwonly: 0 };

pub(super) const FUNCTIONS: &[NativeDef] = &[
    native("open", Arity::Named(&OPEN), open, "Open a file; the number of its descriptor."),
    native("close", Arity::Named(&FD), close, "Close a file descriptor."),
    native("read", Arity::Exact(2), read, "Read at most so many bytes from a descriptor."),
    native("write", Arity::Exact(2), write, "Write bytes to a descriptor; how many were written."),
    native("lseek", Arity::Exact(3), seek, "Move the position of a descriptor; where it is then."),
    native("dup", Arity::Exact(1), dup, "Another descriptor of the same file."),
    native("dup2", Arity::Named(&DUP2), dup2, "Duplicate file descriptor."),
    native("pipe", Arity::Exact(0), pipe, "Create a pipe."),
    native("isatty", Arity::Exact(1), isatty, "Whether a descriptor is a terminal."),
    native("fsync", Arity::Named(&FD), fsync, "Wait until what was written is on the disk."),
    native("ftruncate", Arity::Exact(2), ftruncate, "Make the file of a descriptor as long as told."),
    native(
        "get_inheritable",
        Arity::Exact(1),
        get_inheritable,
        "Whether programs that are executed inherit a descriptor.",
    ),
    native(
        "set_inheritable",
        Arity::Exact(2),
        set_inheritable,
        "Say whether programs that are executed inherit a descriptor.",
    ),
    native("set_blocking", Arity::Exact(2), set_blocking, "Say whether reading and writing wait."),
    native("_terminal_size", Arity::Exact(1), terminal_size, "Columns and lines of a terminal."),
];

fn open(vm: &mut Vm, args: Args<'_>) -> Outcome {
    let path = vm.fs_path(&args[0])?;
    let flags = small_int(vm, &args[1])?;
    let mode = match args.get(2) {
        Some(mode) => small_int(vm, mode)? as u32,
        None => 0o777,
    };
    let target = path.c_string();
    match vm.blocking_again(WaitReason::File, || fd::open(&target, flags, mode))? {
        Ok(number) => Ok(Value::Int(number.into())),
        Err(error) => Err(vm.raise_errno_at(error.raw_os_error().unwrap_or(libc::EIO), &[path.value])),
    }
}

fn close(vm: &mut Vm, args: Args<'_>) -> Outcome {
    let number = small_int(vm, &args[0])?;
    let result = vm.blocking(WaitReason::File, || fd::close(number));
    nothing(vm, result)
}

fn read(vm: &mut Vm, args: Args<'_>) -> Outcome {
    let number = small_int(vm, &args[0])?;
    let size = vm.expect_isize(&args[1])?;
    let Ok(size) = usize::try_from(size) else { return Err(vm.raise_errno(libc::EINVAL, None)) };
    vm.expect_room(size)?;
    vm.wait_for_input(number)?;
    loop {
        match vm.blocking(WaitReason::Pipe, || fd::read(number, size)) {
            Ok(bytes) => return Ok(Bytes::new(bytes).into_value()),
            Err(error) if error.kind() == std::io::ErrorKind::Interrupted => vm.poll()?,
            Err(error) => return Err(vm.raise_io(&error, None)),
        }
    }
}

fn write(vm: &mut Vm, args: Args<'_>) -> Outcome {
    let number = small_int(vm, &args[0])?;
    let bytes = vm.expect_bytes(&args[1])?;
    match vm.blocking_again(WaitReason::Pipe, || fd::write(number, &bytes))? {
        Ok(count) => Ok(count.into()),
        Err(error) => Err(vm.raise_io(&error, None)),
    }
}

fn seek(vm: &mut Vm, args: Args<'_>) -> Outcome {
    let (number, whence) = (small_int(vm, &args[0])?, small_int(vm, &args[2])?);
    let offset = vm.expect_i64(&args[1])?;
    number_or_error(vm, fd::seek(number, offset, whence))
}

fn number_or_error(vm: &mut Vm, result: std::io::Result<impl Into<i64>>) -> Result<Value, Raised> {
    match result {
        Ok(number) => Ok(Value::Int(number.into())),
        Err(error) => Err(vm.raise_io(&error, None)),
    }
}

fn dup(vm: &mut Vm, args: Args<'_>) -> Outcome {
    let number = small_int(vm, &args[0])?;
    number_or_error(vm, fd::duplicate(number, false))
}

fn dup2(vm: &mut Vm, args: Args<'_>) -> Outcome {
    let (from, to) = (small_int(vm, &args[0])?, small_int(vm, &args[1])?);
    let inherit = match args.get(2) {
        Some(flag) => vm.truth(flag)?,
        None => true,
    };
    number_or_error(vm, fd::duplicate_to(from, to, inherit))
}

fn pipe(vm: &mut Vm, _args: Args<'_>) -> Outcome {
    match fd::pipe() {
        Ok((read, write)) => Ok(Value::tuple(vec![Value::Int(read.into()), Value::Int(write.into())])),
        Err(error) => Err(vm.raise_io(&error, None)),
    }
}

fn isatty(vm: &mut Vm, args: Args<'_>) -> Outcome {
    let number = small_int(vm, &args[0])?;
    Ok(fd::is_terminal(number).into())
}

fn fsync(vm: &mut Vm, args: Args<'_>) -> Outcome {
    let number = match &args[0] {
        Value::Int(_) => small_int(vm, &args[0])?,
        stream => {
            let number = vm.call_method_str(stream, "fileno", &[])?;
            small_int(vm, &number)?
        }
    };
    let result = vm.blocking(WaitReason::File, || fd::sync(number));
    nothing(vm, result)
}

fn ftruncate(vm: &mut Vm, args: Args<'_>) -> Outcome {
    let number = small_int(vm, &args[0])?;
    let length = vm.expect_i64(&args[1])?;
    let result = vm.blocking(WaitReason::File, || fd::truncate(number, length));
    nothing(vm, result)
}

fn get_inheritable(vm: &mut Vm, args: Args<'_>) -> Outcome {
    let number = small_int(vm, &args[0])?;
    match fd::inheritable(number) {
        Ok(flag) => Ok(flag.into()),
        Err(error) => Err(vm.raise_io(&error, None)),
    }
}

fn set_inheritable(vm: &mut Vm, args: Args<'_>) -> Outcome {
    let (number, flag) = (small_int(vm, &args[0])?, vm.truth(&args[1])?);
    nothing(vm, fd::set_inheritable(number, flag))
}

fn set_blocking(vm: &mut Vm, args: Args<'_>) -> Outcome {
    let (number, flag) = (small_int(vm, &args[0])?, vm.truth(&args[1])?);
    nothing(vm, fd::set_blocking(number, flag))
}

fn terminal_size(vm: &mut Vm, args: Args<'_>) -> Outcome {
    let number = small_int(vm, &args[0])?;
    match process::terminal_size(number) {
        Ok((columns, lines)) => Ok(Value::tuple(vec![Value::Int(columns.into()), Value::Int(lines.into())])),
        Err(error) => Err(vm.raise_io(&error, None)),
    }
}
