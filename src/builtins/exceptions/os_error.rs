//! `OSError` and what maps error numbers to its subclasses (PEP 3151).

use crate::builtins::native;
use crate::object::{Args, Arity, Known, NativeDef, NativeKind, Raised, Tuple, Value, Vm};

pub(super) fn install(vm: &mut Vm) {
    let class = vm.known(Known::OSError);
    vm.add_methods(&class, NativeKind::Static, NEW);
    vm.add_methods(&class, NativeKind::SlotWrapper, SLOTS);
}

const NEW: &[NativeDef] = &[native("__new__", Arity::Any, new, "")];
const SLOTS: &[NativeDef] = &[native("__init__", Arity::Any, init, ""), native("__str__", Arity::Exact(1), str, "")];

/// The subclass that stands for an error number.
pub(crate) fn class_of_errno(errno: i64) -> Known {
    match i32::try_from(errno).unwrap_or(0) {
        libc::EAGAIN | libc::EALREADY | libc::EINPROGRESS => Known::BlockingIOError,
        libc::EPIPE | libc::ESHUTDOWN => Known::BrokenPipeError,
        libc::ECHILD => Known::ChildProcessError,
        libc::ECONNABORTED => Known::ConnectionAbortedError,
        libc::ECONNREFUSED => Known::ConnectionRefusedError,
        libc::ECONNRESET => Known::ConnectionResetError,
        libc::EEXIST => Known::FileExistsError,
        libc::ENOENT => Known::FileNotFoundError,
        libc::EISDIR => Known::IsADirectoryError,
        libc::ENOTDIR => Known::NotADirectoryError,
        libc::EINTR => Known::InterruptedError,
        libc::EACCES | libc::EPERM => Known::PermissionError,
        libc::ESRCH => Known::ProcessLookupError,
        libc::ETIMEDOUT => Known::TimeoutError,
        _ => Known::OSError,
    }
}

fn new(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let Some(Value::Class(class)) = args.positional().first() else {
        return Err(vm.type_error("OSError.__new__(X): X is not a type object"));
    };
    let mut class = class.to_ptr();
    let rest = args.positional()[1..].to_vec();
    if class.known == Some(Known::OSError) && (2..=5).contains(&rest.len()) {
        if let Value::Int(errno) = rest[0] {
            class = vm.known(class_of_errno(errno));
        }
    }
    let exception = vm.exception_of(class, rest);
    trim_arguments(vm, &exception);
    Ok(exception)
}

/// `args` keeps number and text only, once there is a file name.
fn trim_arguments(vm: &mut Vm, exception: &Value) {
    let Value::Exc(this) = exception else { return };
    let args = this.data.get(&vm.gil).args.clone();
    if (3..=5).contains(&args.len()) && !args[2].is_none() {
        this.data.get_mut(&mut vm.gil).args = Tuple::from_slice(&args[..2]);
    }
}

fn init(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let Value::Exc(this) = &args[0] else { return Ok(Value::None) };
    if args.names().is_some() {
        let class = vm.class_name(&args[0]);
        return Err(vm.type_error(format!("{class}() takes no keyword arguments")));
    }
    let rest = &args.positional()[1..];
    let class = this.data.get(&vm.gil).class.clone();
    let fields = vm.exception_fields(&class, rest);
    let data = this.data.get_mut(&mut vm.gil);
    let old = (std::mem::replace(&mut data.args, Tuple::from_slice(rest)), std::mem::replace(&mut data.fields, fields));
    drop(old);
    trim_arguments(vm, &args[0]);
    Ok(Value::None)
}

fn str(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let Value::Exc(this) = &args[0] else { return Ok(Value::None) };
    let data = this.data.get(&vm.gil);
    let fields: Vec<Value> = data.fields.clone();
    let arguments = data.args.clone();
    let [errno, strerror, filename, filename2, ..] = fields.as_slice() else { return Ok(Value::str("")) };
    if errno.is_none() && strerror.is_none() {
        return match arguments.as_slice() {
            [] => Ok(Value::str("")),
            [one] => Ok(vm.str(one)?.into_value()),
            _ => Ok(vm.str(&arguments.to_value())?.into_value()),
        };
    }
    let (errno, strerror) = (vm.str(errno)?, vm.str(strerror)?);
    let mut text = format!("[Errno {}] {}", errno.as_str(), strerror.as_str());
    if !filename.is_none() && !filename.is_undef() {
        text.push_str(": ");
        text.push_str(vm.repr(filename)?.as_str());
        if !filename2.is_none() && !filename2.is_undef() {
            text.push_str(" -> ");
            text.push_str(vm.repr(filename2)?.as_str());
        }
    }
    Ok(Value::from(text))
}

impl Vm {
    /// Raises the OSError for an error of the operating system.
    #[cold]
    pub(crate) fn raise_io(&mut self, error: &std::io::Error, filename: Option<&str>) -> Raised {
        let errno = error.raw_os_error().unwrap_or(libc::EIO);
        self.raise_errno(errno, filename)
    }

    /// Raises the OSError for an error number.
    #[cold]
    pub(crate) fn raise_errno(&mut self, errno: i32, filename: Option<&str>) -> Raised {
        let names: Vec<Value> = filename.map(Value::str).into_iter().collect();
        self.raise_errno_at(errno, &names)
    }

    /// Raises the OSError for an error number, about the one or two file names given.
    #[cold]
    pub(crate) fn raise_errno_at(&mut self, errno: i32, names: &[Value]) -> Raised {
        let mut args = vec![Value::Int(errno.into()), Value::str(&error_text(errno))];
        args.extend(names.first().cloned());
        if let Some(second) = names.get(1) {
            args.extend([Value::None, second.clone()]);
        }
        let exception = self.new_exception(class_of_errno(errno.into()), args);
        trim_arguments(self, &exception);
        self.raise_value(exception)
    }
}

/// What `os.strerror` tells.
pub(crate) fn error_text(errno: i32) -> String {
    let text = std::io::Error::from_raw_os_error(errno).to_string();
    match text.rfind(" (os error") {
        Some(end) => text[..end].to_owned(),
        None => text,
    }
}
