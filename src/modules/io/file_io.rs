//! `FileIO`: a file descriptor as a stream of bytes.

use super::buffered::Target;
use super::{BUFFER_SIZE, Outcome, data, new_stream, size_argument};
use crate::builtins::native;
use crate::gil::WaitReason;
use crate::object::{Args, Arity, Bytes, ForeignData, GetSetDef, NativeDef, Params, Raised, Value, Vm};
use crate::runtime::os::fd;

/// A file descriptor and what may be done with it.
pub(super) struct FileIo {
    /// -1 when closed.
    pub fd: i32,
    pub mode: FileMode,
    pub close_fd: bool,
    pub name: Value,
    /// Whether reading may wait for somebody, so that a signal must be able to interrupt it.
    pub waits: bool,
}

/// What a file was opened for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct FileMode {
    pub create: bool,
    pub read: bool,
    pub write: bool,
    pub append: bool,
    pub update: bool,
}

impl FileMode {
    pub fn readable(self) -> bool {
        self.read || self.update
    }

    pub fn writable(self) -> bool {
        !self.read || self.update
    }

    /// The attribute `mode` of the raw file.
    pub fn text(self) -> &'static str {
        match (self.create, self.append, self.readable(), self.writable()) {
            (true, _, true, _) => "xb+",
            (true, ..) => "xb",
            (_, true, true, _) => "ab+",
            (_, true, ..) => "ab",
            (_, _, true, true) => "rb+",
            (_, _, true, false) => "rb",
            _ => "wb",
        }
    }

    fn flags(self) -> i32 {
        let access = match (self.readable(), self.writable()) {
            (true, true) => libc::O_RDWR,
            (true, false) => libc::O_RDONLY,
            _ => libc::O_WRONLY,
        };
        let how = if self.create {
            libc::O_EXCL | libc::O_CREAT
        } else if self.append {
            libc::O_APPEND | libc::O_CREAT
        } else if self.write {
            libc::O_CREAT | libc::O_TRUNC
        } else {
            0
        };
        access | how
    }
}

impl ForeignData for FileIo {
    fn trace(&self, visit: &mut dyn FnMut(&Value)) {
        visit(&self.name);
    }
}

impl Drop for FileIo {
    fn drop(&mut self) {
        if self.fd >= 0 && self.close_fd {
            let _ = fd::close(self.fd);
        }
    }
}

impl Vm {
    /// Opens what `file` names, a path or a descriptor.
    pub(super) fn open_raw(
        &mut self,
        file: &Value,
        mode: FileMode,
        close_fd: bool,
        opener: &Value,
    ) -> Result<FileIo, Raised> {
        let (number, name) = match self.unwrap(file) {
            &Value::Int(number) => {
                if number < 0 {
                    return Err(self.value_error("negative file descriptor"));
                }
                (i32::try_from(number).unwrap_or(i32::MAX), file.clone())
            }
            Value::Bool(flag) => (i32::from(flag.get()), file.clone()),
            _ => {
                let path = self.fs_path(file)?;
                if !close_fd {
                    return Err(self.value_error("Cannot use closefd=False with file name"));
                }
                let number = if opener.is_none() {
                    let target = path.c_string();
                    match self.blocking_again(WaitReason::File, || fd::open(&target, mode.flags(), 0o666))? {
                        Ok(number) => number,
                        Err(error) => return Err(self.file_error(&error, &path.value)),
                    }
                } else {
                    let flags = Value::Int((mode.flags() | libc::O_CLOEXEC).into());
                    let result = self.call(opener, &[path.value.clone(), flags])?;
                    let Value::Int(number) = result else {
                        return Err(self.type_error("expected integer from opener"));
                    };
                    if number < 0 {
                        return Err(self.value_error(format!("opener returned {number}")));
                    }
                    number as i32
                };
                (number, file.clone())
            }
        };
        let kind = match fd::mode(number) {
            Ok(kind) => kind & libc::S_IFMT,
            Err(error) => return Err(self.raise_io(&error, None)),
        };
        let owns = close_fd;
        if kind == libc::S_IFDIR {
            if !matches!(self.unwrap(file), Value::Int(_)) {
                let _ = fd::close(number);
            }
            return Err(self.file_error(&std::io::Error::from_raw_os_error(libc::EISDIR), &name));
        }
        if mode.append {
            let _ = fd::seek(number, 0, libc::SEEK_END);
        }
        Ok(FileIo { fd: number, mode, close_fd: owns, name, waits: kind != libc::S_IFREG })
    }

    /// The OSError about a file.
    #[cold]
    pub(super) fn file_error(&mut self, error: &std::io::Error, name: &Value) -> Raised {
        self.raise_errno_at(error.raw_os_error().unwrap_or(libc::EIO), std::slice::from_ref(name))
    }

    /// Reads at most `max` bytes from a descriptor; None if it would have to wait and may not.
    pub(super) fn fd_read(&mut self, number: i32, max: usize, waits: bool) -> Result<Option<Vec<u8>>, Raised> {
        self.expect_room(max)?;
        loop {
            if waits {
                self.wait_for_input(number)?;
            }
            match self.blocking(WaitReason::File, || fd::read(number, max)) {
                Ok(bytes) => return Ok(Some(bytes)),
                Err(error) if error.kind() == std::io::ErrorKind::Interrupted => self.poll()?,
                Err(error) if error.kind() == std::io::ErrorKind::WouldBlock => return Ok(None),
                Err(error) => return Err(self.raise_io(&error, None)),
            }
        }
    }

    /// Reads to the end of the file.
    pub(super) fn fd_read_all(&mut self, number: i32, waits: bool) -> Result<Option<Vec<u8>>, Raised> {
        let mut all = Vec::new();
        loop {
            self.poll_posted()?;
            let size = (all.len()).clamp(BUFFER_SIZE * 8, 1 << 20);
            match self.fd_read(number, size, waits)? {
                None if all.is_empty() => return Ok(None),
                None => return Ok(Some(all)),
                Some(bytes) if bytes.is_empty() => return Ok(Some(all)),
                Some(bytes) if all.is_empty() => all = bytes,
                Some(bytes) => all.extend_from_slice(&bytes),
            }
        }
    }
}

const INIT: Params =
    Params { names: &["self", "file", "mode", "closefd", "opener"], required: 2, posonly: 1, kwonly: 0 };

pub(super) const NEW: &[NativeDef] = &[native("__new__", Arity::Any, new, "")];

pub(super) const SLOTS: &[NativeDef] = &[
    native("__init__", Arity::Named(&INIT), initialize, ""),
    native("__repr__", Arity::Exact(1), repr, "Return repr(self)."),
];

pub(super) const METHODS: &[NativeDef] = &[
    native("read", Arity::Range(1, 2), read, "The next bytes, so many or fewer, by one system call."),
    native("readall", Arity::Exact(1), readall, "The bytes up to the end of the file."),
    native("readinto", Arity::Exact(2), readinto, "Same as RawIOBase.readinto()."),
    native("write", Arity::Exact(2), write, "Write bytes by one system call; how many were written."),
    native("seek", Arity::Range(2, 3), seek, "Move the position; where it is then."),
    native("tell", Arity::Exact(1), tell, "Current file position."),
    native("truncate", Arity::Range(1, 2), truncate, "Truncate the file to at most size bytes and return the size."),
    native("close", Arity::Exact(1), close, "Close the file."),
    native("flush", Arity::Exact(1), flush, "Flush write buffers, if applicable."),
    native("fileno", Arity::Exact(1), fileno, "The number of the file descriptor."),
    native("isatty", Arity::Exact(1), isatty, "Whether the other side is a terminal."),
    native("readable", Arity::Exact(1), readable, "Whether the file was opened for reading."),
    native("writable", Arity::Exact(1), writable, "Whether the file was opened for writing."),
    native("seekable", Arity::Exact(1), seekable, "Whether the file has positions, as a pipe has not."),
];

pub(super) const GETSETS: &[GetSetDef] = &[
    GetSetDef { name: "closed", get: get_closed, set: None, doc: "Whether the file was closed" },
    GetSetDef { name: "closefd", get: get_closefd, set: None, doc: "" },
    GetSetDef { name: "mode", get: get_mode, set: None, doc: "How the file was opened" },
    GetSetDef { name: "name", get: get_name, set: Some(set_name), doc: "" },
];

fn blank() -> FileIo {
    FileIo {
        fd: -1,
        mode: FileMode { read: true, ..FileMode::default() },
        close_fd: false,
        name: Value::None,
        waits: false,
    }
}

fn new(vm: &mut Vm, args: Args<'_>) -> Outcome {
    new_stream(vm, &args[0], blank())
}

fn initialize(vm: &mut Vm, args: Args<'_>) -> Outcome {
    let mode = match args.get(2) {
        Some(mode) => vm.expect_str(mode, "FileIO() argument 'mode'")?.as_str().to_owned(),
        None => "r".to_owned(),
    };
    let mode = super::open::parse_mode(vm, &mode)?;
    let close_fd = match args.get(3) {
        Some(flag) => vm.truth(flag)?,
        None => true,
    };
    let opener = args.get(4).cloned().unwrap_or(Value::None);
    let file = vm.open_raw(&args[1], mode.file, close_fd, &opener)?;
    let old = std::mem::replace(data::<FileIo>(vm, &args[0])?, file);
    drop(old);
    Ok(Value::None)
}

/// The open descriptor of a raw file.
pub(super) fn open_fd(vm: &mut Vm, stream: &Value) -> Result<i32, Raised> {
    let number = data::<FileIo>(vm, stream)?.fd;
    if number < 0 {
        return Err(vm.value_error("I/O operation on closed file"));
    }
    Ok(number)
}

fn check_readable(vm: &mut Vm, stream: &Value) -> Result<(i32, bool), Raised> {
    let number = open_fd(vm, stream)?;
    let file = data::<FileIo>(vm, stream)?;
    let (readable, waits) = (file.mode.readable(), file.waits);
    if readable { Ok((number, waits)) } else { Err(vm.unsupported_operation("File not open for reading")) }
}

fn check_writable(vm: &mut Vm, stream: &Value) -> Result<i32, Raised> {
    let number = open_fd(vm, stream)?;
    if data::<FileIo>(vm, stream)?.mode.writable() {
        Ok(number)
    } else {
        Err(vm.unsupported_operation("File not open for writing"))
    }
}

fn bytes_or_none(bytes: Option<Vec<u8>>) -> Value {
    bytes.map_or(Value::None, |bytes| Bytes::new(bytes).into_value())
}

fn read(vm: &mut Vm, args: Args<'_>) -> Outcome {
    let size = size_argument(vm, args.get(1))?;
    let (number, waits) = check_readable(vm, &args[0])?;
    let bytes = match size {
        Some(size) => vm.fd_read(number, size, waits)?,
        None => vm.fd_read_all(number, waits)?,
    };
    Ok(bytes_or_none(bytes))
}

fn readall(vm: &mut Vm, args: Args<'_>) -> Outcome {
    let (number, waits) = check_readable(vm, &args[0])?;
    Ok(bytes_or_none(vm.fd_read_all(number, waits)?))
}

fn readinto(vm: &mut Vm, args: Args<'_>) -> Outcome {
    let (number, waits) = check_readable(vm, &args[0])?;
    let target = Target::of(vm, &args[1], "argument 1")?;
    match vm.fd_read(number, target.room, waits)? {
        None => Ok(Value::None),
        Some(bytes) => Ok(target.fill(vm, &bytes).into()),
    }
}

fn write(vm: &mut Vm, args: Args<'_>) -> Outcome {
    let bytes = vm.expect_bytes(&args[1])?;
    let number = check_writable(vm, &args[0])?;
    loop {
        match vm.blocking(WaitReason::File, || fd::write(number, &bytes)) {
            Ok(count) => return Ok(count.into()),
            Err(error) if error.kind() == std::io::ErrorKind::Interrupted => vm.poll()?,
            Err(error) if error.kind() == std::io::ErrorKind::WouldBlock => return Ok(Value::None),
            Err(error) => return Err(vm.raise_io(&error, None)),
        }
    }
}

fn seek(vm: &mut Vm, args: Args<'_>) -> Outcome {
    let number = open_fd(vm, &args[0])?;
    let offset = vm.expect_i64(&args[1])?;
    let whence = match args.get(2) {
        Some(whence) => vm.expect_i64(whence)?,
        None => 0,
    };
    match fd::seek(number, offset, whence as i32) {
        Ok(position) => Ok(Value::Int(position)),
        Err(error) => Err(vm.raise_io(&error, None)),
    }
}

fn tell(vm: &mut Vm, args: Args<'_>) -> Outcome {
    let number = open_fd(vm, &args[0])?;
    match fd::seek(number, 0, libc::SEEK_CUR) {
        Ok(position) => Ok(Value::Int(position)),
        Err(error) => Err(vm.raise_io(&error, None)),
    }
}

fn truncate(vm: &mut Vm, args: Args<'_>) -> Outcome {
    let number = check_writable(vm, &args[0])?;
    let size = match args.get(1).filter(|size| !size.is_none()) {
        Some(size) => vm.expect_i64(size)?,
        None => match fd::seek(number, 0, libc::SEEK_CUR) {
            Ok(position) => position,
            Err(error) => return Err(vm.raise_io(&error, None)),
        },
    };
    match vm.blocking(WaitReason::File, || fd::truncate(number, size)) {
        Ok(()) => Ok(Value::Int(size)),
        Err(error) => Err(vm.raise_io(&error, None)),
    }
}

fn close(vm: &mut Vm, args: Args<'_>) -> Outcome {
    let file = data::<FileIo>(vm, &args[0])?;
    let number = std::mem::replace(&mut file.fd, -1);
    if number >= 0 && file.close_fd {
        if let Err(error) = vm.blocking(WaitReason::File, || fd::close(number)) {
            return Err(vm.raise_io(&error, None));
        }
    }
    Ok(Value::None)
}

fn flush(vm: &mut Vm, args: Args<'_>) -> Outcome {
    super::common::check_open(vm, &args[0])?;
    Ok(Value::None)
}

fn fileno(vm: &mut Vm, args: Args<'_>) -> Outcome {
    Ok(Value::Int(open_fd(vm, &args[0])?.into()))
}

fn isatty(vm: &mut Vm, args: Args<'_>) -> Outcome {
    Ok(fd::is_terminal(open_fd(vm, &args[0])?).into())
}

fn readable(vm: &mut Vm, args: Args<'_>) -> Outcome {
    open_fd(vm, &args[0])?;
    Ok(data::<FileIo>(vm, &args[0])?.mode.readable().into())
}

fn writable(vm: &mut Vm, args: Args<'_>) -> Outcome {
    open_fd(vm, &args[0])?;
    Ok(data::<FileIo>(vm, &args[0])?.mode.writable().into())
}

fn seekable(vm: &mut Vm, args: Args<'_>) -> Outcome {
    let number = open_fd(vm, &args[0])?;
    Ok(fd::seek(number, 0, libc::SEEK_CUR).is_ok().into())
}

fn get_closed(vm: &mut Vm, this: &Value) -> Outcome {
    Ok((data::<FileIo>(vm, this)?.fd < 0).into())
}

fn get_closefd(vm: &mut Vm, this: &Value) -> Outcome {
    Ok(data::<FileIo>(vm, this)?.close_fd.into())
}

fn get_mode(vm: &mut Vm, this: &Value) -> Outcome {
    Ok(data::<FileIo>(vm, this)?.mode.text().into())
}

fn get_name(vm: &mut Vm, this: &Value) -> Outcome {
    Ok(data::<FileIo>(vm, this)?.name.clone())
}

fn set_name(vm: &mut Vm, this: &Value, name: Option<Value>) -> Result<(), Raised> {
    let name = name.unwrap_or(Value::None);
    let old = std::mem::replace(&mut data::<FileIo>(vm, this)?.name, name);
    drop(old);
    Ok(())
}

fn repr(vm: &mut Vm, args: Args<'_>) -> Outcome {
    let class = vm.class_name(&args[0]);
    let file = data::<FileIo>(vm, &args[0])?;
    if file.fd < 0 {
        return Ok(format!("<{class} [closed]>").into());
    }
    let (name, mode, close_fd) = (file.name.clone(), file.mode.text(), file.close_fd);
    let name = vm.repr(&name)?;
    let close_fd = if close_fd { "True" } else { "False" };
    Ok(format!("<{class} name={} mode='{mode}' closefd={close_fd}>", name.as_str()).into())
}
