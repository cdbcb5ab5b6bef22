//! System calls on file descriptors.

use std::ffi::CString;
use std::io::{Error, Result};

/// What a call that answers -1 on failure came to.
fn check(result: i64) -> Result<i64> {
    if result < 0 { Err(Error::last_os_error()) } else { Ok(result) }
}

/// Opens a file, not inherited by other programs.
pub(crate) fn open(path: &CString, flags: i32, mode: u32) -> Result<i32> {
    // SAFETY: the path ends with a null byte and outlives the call.
    check(unsafe { libc::open(path.as_ptr(), flags | libc::O_CLOEXEC, mode as libc::c_uint) }.into())
        .map(|fd| fd as i32)
}

/// Reads at most `max` bytes; none at the end of the file.
pub(crate) fn read(fd: i32, max: usize) -> Result<Vec<u8>> {
    let mut buffer: Vec<u8> = Vec::new();
    if buffer.try_reserve_exact(max).is_err() {
        return Err(Error::from_raw_os_error(libc::ENOMEM));
    }
    // SAFETY: the buffer has room for `max` bytes, and as many as the call tells were written.
    unsafe {
        let count = check(libc::read(fd, buffer.as_mut_ptr().cast(), max) as i64)?;
        buffer.set_len(count as usize);
    }
    Ok(buffer)
}

/// Writes some of the bytes; tells how many.
pub(crate) fn write(fd: i32, data: &[u8]) -> Result<usize> {
    // SAFETY: the slice is readable.
    check(unsafe { libc::write(fd, data.as_ptr().cast(), data.len()) } as i64).map(|count| count as usize)
}

/// Closes a descriptor.
pub(crate) fn close(fd: i32) -> Result<()> {
    // SAFETY: closing touches no memory.
    check(unsafe { libc::close(fd) }.into()).map(drop)
}

/// Moves the position of an open file.
pub(crate) fn seek(fd: i32, offset: i64, whence: i32) -> Result<i64> {
    // SAFETY: seeking touches no memory.
    check(unsafe { libc::lseek(fd, offset, whence) })
}

/// Sets the length of a file.
pub(crate) fn truncate(fd: i32, length: i64) -> Result<()> {
    // SAFETY: truncating touches no memory.
    check(unsafe { libc::ftruncate(fd, length) }.into()).map(drop)
}

/// Whether the descriptor is a terminal.
pub(crate) fn is_terminal(fd: i32) -> bool {
    // SAFETY: asking touches no memory.
    unsafe { libc::isatty(fd) == 1 }
}

/// The file's `st_mode`.
pub(crate) fn mode(fd: i32) -> Result<u32> {
    let mut found = std::mem::MaybeUninit::<libc::stat>::zeroed();
    // SAFETY: the structure is filled by the call, and zero bytes are a valid one.
    unsafe {
        check(libc::fstat(fd, found.as_mut_ptr()).into())?;
        Ok(found.assume_init().st_mode)
    }
}

/// Another descriptor for the same open file; inherited by other programs if `inherit`.
pub(crate) fn duplicate(fd: i32, inherit: bool) -> Result<i32> {
    let command = if inherit { libc::F_DUPFD } else { libc::F_DUPFD_CLOEXEC };
    // SAFETY: duplicating touches no memory.
    check(unsafe { libc::fcntl(fd, command, 0) }.into()).map(|fd| fd as i32)
}

/// Makes `to` a descriptor for the open file of `from`.
pub(crate) fn duplicate_to(from: i32, to: i32, inherit: bool) -> Result<i32> {
    // SAFETY: duplicating touches no memory.
    let result =
        unsafe { if inherit || from == to { libc::dup2(from, to) } else { libc::dup3(from, to, libc::O_CLOEXEC) } };
    check(result.into()).map(|fd| fd as i32)
}

/// The reading and the writing end of a new pipe.
pub(crate) fn pipe() -> Result<(i32, i32)> {
    let mut ends = [0; 2];
    // SAFETY: the call writes two descriptors.
    check(unsafe { libc::pipe2(ends.as_mut_ptr(), libc::O_CLOEXEC) }.into())?;
    Ok((ends[0], ends[1]))
}

/// Writes everything to the disk.
pub(crate) fn sync(fd: i32) -> Result<()> {
    // SAFETY: syncing touches no memory.
    check(unsafe { libc::fsync(fd) }.into()).map(drop)
}

/// Whether the descriptor is inherited by other programs.
pub(crate) fn inheritable(fd: i32) -> Result<bool> {
    // SAFETY: asking touches no memory.
    check(unsafe { libc::fcntl(fd, libc::F_GETFD) }.into()).map(|flags| flags & i64::from(libc::FD_CLOEXEC) == 0)
}

/// Says whether the descriptor is inherited by other programs.
pub(crate) fn set_inheritable(fd: i32, inherit: bool) -> Result<()> {
    let flags = if inherit { 0 } else { libc::FD_CLOEXEC };
    // SAFETY: setting touches no memory.
    check(unsafe { libc::fcntl(fd, libc::F_SETFD, flags) }.into()).map(drop)
}

/// Sets whether calls on the descriptor wait.
pub(crate) fn set_blocking(fd: i32, blocking: bool) -> Result<()> {
    // SAFETY: reading and setting flags touches no memory.
    unsafe {
        let flags = check(libc::fcntl(fd, libc::F_GETFL).into())? as i32;
        let flags = if blocking { flags & !libc::O_NONBLOCK } else { flags | libc::O_NONBLOCK };
        check(libc::fcntl(fd, libc::F_SETFL, flags).into()).map(drop)
    }
}

/// A file of so many zero bytes in memory only.
pub(crate) fn memory_file(size: i64) -> Result<i32> {
    // SAFETY: the name is a C string.
    let fd = check(unsafe { libc::memfd_create(c"mini".as_ptr(), libc::MFD_CLOEXEC) }.into())? as i32;
    truncate(fd, size).map(|()| fd)
}

/// Reads at a place.
pub(crate) fn read_at(fd: i32, offset: i64, size: usize) -> Result<Vec<u8>> {
    let mut data = vec![0; size];
    // SAFETY: the buffer has room for as many bytes as the call may write.
    let count = check(unsafe { libc::pread(fd, data.as_mut_ptr().cast(), size, offset) } as i64)?;
    data.truncate(count as usize);
    Ok(data)
}

/// Writes at a place.
pub(crate) fn write_at(fd: i32, offset: i64, data: &[u8]) -> Result<usize> {
    // SAFETY: the buffer has as many bytes as the call may read.
    check(unsafe { libc::pwrite(fd, data.as_ptr().cast(), data.len(), offset) } as i64).map(|count| count as usize)
}

/// A pair of connected sockets.
pub(crate) fn socket_pair() -> Result<(i32, i32)> {
    let mut ends = [0; 2];
    // SAFETY: the call writes two descriptors.
    check(
        unsafe { libc::socketpair(libc::AF_UNIX, libc::SOCK_STREAM | libc::SOCK_CLOEXEC, 0, ends.as_mut_ptr()) }.into(),
    )?;
    Ok((ends[0], ends[1]))
}

/// Waits until one of the descriptors can be read, at most `millis` (-1 for no limit); gives those that can.
pub(crate) fn readable(numbers: &[i32], millis: i32) -> Result<Vec<i32>> {
    let mut fds: Vec<_> = numbers.iter().map(|&fd| libc::pollfd { fd, events: libc::POLLIN, revents: 0 }).collect();
    // SAFETY: the call changes as many entries as it is told there are.
    check(unsafe { libc::poll(fds.as_mut_ptr(), fds.len() as libc::nfds_t, millis) }.into())?;
    Ok(fds.iter().filter(|entry| entry.revents != 0).map(|entry| entry.fd).collect())
}

/// Waits until either descriptor can be read; tells which can.
pub(crate) fn wait_readable(first: i32, second: i32) -> Result<(bool, bool)> {
    let entry = |fd| libc::pollfd { fd, events: libc::POLLIN, revents: 0 };
    let mut fds = [entry(first), entry(second)];
    // SAFETY: the array has two entries, which the call changes.
    check(unsafe { libc::poll(fds.as_mut_ptr(), 2, -1) }.into())?;
    Ok((fds[0].revents != 0, fds[1].revents != 0))
}
