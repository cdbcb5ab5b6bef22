//! System calls on processes and on the process itself.

use std::ffi::CString;
use std::io::{Error, Result};

fn check(result: i64) -> Result<i64> {
    if result < 0 { Err(Error::last_os_error()) } else { Ok(result) }
}

/// Waits for a child; None if it still runs and `block` is false. The second number is the wait status.
///
/// # Errors
///
/// What the OS says.
pub(crate) fn wait(pid: i32, block: bool) -> Result<Option<(i32, i32)>> {
    let mut status = 0;
    let options = if block { 0 } else { libc::WNOHANG };
    // SAFETY: the call writes one number.
    match unsafe { libc::waitpid(pid, &mut status, options) } {
        -1 => Err(Error::last_os_error()),
        0 => Ok(None),
        found => Ok(Some((found, status))),
    }
}

/// The exit code of a wait status: negative for a signal.
pub(crate) fn exit_code(status: i32) -> i32 {
    if libc::WIFSIGNALED(status) { -libc::WTERMSIG(status) } else { libc::WEXITSTATUS(status) }
}

/// Waits for a child; its id and wait status.
pub(crate) fn wait_for(pid: i32, options: i32) -> Result<(i32, i32)> {
    let mut status = 0;
    // SAFETY: the call writes one int.
    let found = check(unsafe { libc::waitpid(pid, &mut status, options) }.into())?;
    Ok((found as i32, status))
}

/// Whether the process ignores a signal.
pub(crate) fn is_ignored(signal: i32) -> bool {
    let mut action = std::mem::MaybeUninit::<libc::sigaction>::zeroed();
    // SAFETY: nothing is set, and the call fills the structure, for which zero bytes are valid as well.
    unsafe {
        libc::sigaction(signal, std::ptr::null(), action.as_mut_ptr()) == 0
            && action.assume_init().sa_sigaction == libc::SIG_IGN
    }
}

/// Sends a signal.
pub(crate) fn kill(pid: i32, signal: i32) -> Result<()> {
    // SAFETY: sending a signal touches no memory.
    check(unsafe { libc::kill(pid, signal) }.into()).map(drop)
}

/// Ends the process at once.
pub(crate) fn exit_now(status: i32) -> ! {
    // SAFETY: does not return.
    unsafe { libc::_exit(status) }
}

/// Replaces the program. Returns only if that fails.
pub(crate) fn exec(path: &CString, args: &[CString], environment: Option<&[CString]>) -> Error {
    let pointers = |texts: &[CString]| -> Vec<*const libc::c_char> {
        texts.iter().map(|text| text.as_ptr()).chain(std::iter::once(std::ptr::null())).collect()
    };
    let args = pointers(args);
    // SAFETY: both lists end with a null pointer, and their strings outlive the call.
    unsafe {
        match environment {
            Some(environment) => libc::execve(path.as_ptr(), args.as_ptr(), pointers(environment).as_ptr()),
            None => libc::execv(path.as_ptr(), args.as_ptr()),
        };
    }
    Error::last_os_error()
}

/// Ids of the process and its user.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Id {
    Parent,
    User,
    EffectiveUser,
    Group,
    EffectiveGroup,
    ProcessGroup,
}

/// One of the ids.
pub(crate) fn id(which: Id) -> i64 {
    // SAFETY: asking for ids touches no memory.
    unsafe {
        match which {
            Id::Parent => libc::getppid().into(),
            Id::User => libc::getuid().into(),
            Id::EffectiveUser => libc::geteuid().into(),
            Id::Group => libc::getgid().into(),
            Id::EffectiveGroup => libc::getegid().into(),
            Id::ProcessGroup => libc::getpgrp().into(),
        }
    }
}

/// Starts a session.
pub(crate) fn start_session() -> Result<i64> {
    // SAFETY: touches no memory.
    check(unsafe { libc::setsid() }.into())
}

/// Sets the mask of permissions of new files; gives the old one.
pub(crate) fn set_umask(mask: u32) -> u32 {
    // SAFETY: touches no memory.
    unsafe { libc::umask(mask as libc::mode_t) as u32 }
}

/// Sets (or, with None, removes) a variable of the process's environment.
pub(crate) fn set_variable(key: &std::ffi::OsStr, value: Option<&std::ffi::OsStr>) {
    // SAFETY: the standard library guards its own accesses; native code that reads the environment at the same time
    // is not called by Mini.
    unsafe {
        match value {
            Some(value) => std::env::set_var(key, value),
            None => std::env::remove_var(key),
        }
    }
}

/// System name, network name, release, version and machine.
pub(crate) fn system_names() -> Result<[String; 5]> {
    // SAFETY: zero bytes are a valid structure, which the call fills with strings that end with null bytes.
    let names = unsafe {
        let mut names = std::mem::zeroed::<libc::utsname>();
        check(libc::uname(&mut names).into())?;
        names
    };
    let text = |field: &[libc::c_char]| {
        let bytes: Vec<u8> = field.iter().take_while(|c| **c != 0).map(|c| *c as u8).collect();
        String::from_utf8_lossy(&bytes).into_owned()
    };
    Ok([&names.sysname, &names.nodename, &names.release, &names.version, &names.machine].map(|field| text(field)))
}

/// The processors that the process may run on.
pub(crate) fn affinity(pid: i32) -> Result<Vec<usize>> {
    // SAFETY: zero bytes are an empty set, which the call fills; indices stay inside the set.
    unsafe {
        let mut set = std::mem::zeroed::<libc::cpu_set_t>();
        check(libc::sched_getaffinity(pid, size_of::<libc::cpu_set_t>(), &mut set).into())?;
        Ok((0..libc::CPU_SETSIZE as usize).filter(|&cpu| libc::CPU_ISSET(cpu, &set)).collect())
    }
}

/// Sets the processors that the process may run on; numbers beyond what a set holds are left out.
pub(crate) fn set_affinity(pid: i32, cpus: &[usize]) -> Result<()> {
    // SAFETY: indices stay inside the set, which outlives the call.
    unsafe {
        let mut set = std::mem::zeroed::<libc::cpu_set_t>();
        cpus.iter().filter(|&&cpu| cpu < libc::CPU_SETSIZE as usize).for_each(|&cpu| libc::CPU_SET(cpu, &mut set));
        check(libc::sched_setaffinity(pid, size_of::<libc::cpu_set_t>(), &set).into()).map(drop)
    }
}

/// Load over 1, 5 and 15 minutes.
pub(crate) fn load_average() -> Option<[f64; 3]> {
    let mut loads = [0.0; 3];
    // SAFETY: the call writes at most three numbers.
    (unsafe { libc::getloadavg(loads.as_mut_ptr(), 3) } == 3).then_some(loads)
}

/// User and system time of the process and of its children, and elapsed real time, in seconds.
pub(crate) fn times() -> Result<[f64; 5]> {
    // SAFETY: the structure is filled by the call; `sysconf` touches no memory.
    unsafe {
        let mut found = std::mem::zeroed::<libc::tms>();
        let elapsed = libc::times(&mut found);
        let rate = libc::sysconf(libc::_SC_CLK_TCK) as f64;
        let parts = [found.tms_utime, found.tms_stime, found.tms_cutime, found.tms_cstime, elapsed];
        Ok(parts.map(|ticks| ticks as f64 / rate))
    }
}

/// A limit of the system.
pub(crate) fn limit(name: i32) -> Result<i64> {
    // SAFETY: asking touches no memory.
    let value = unsafe { libc::sysconf(name) };
    Ok(value)
}

/// Random bytes of the system.
pub(crate) fn random_bytes(count: usize) -> Result<Vec<u8>> {
    let mut bytes = vec![0; count];
    let mut filled = 0;
    while filled < count {
        let rest = &mut bytes[filled..];
        // SAFETY: the slice is writable.
        match check(unsafe { libc::getrandom(rest.as_mut_ptr().cast(), rest.len(), 0) } as i64) {
            Ok(more) => filled += more as usize,
            Err(error) if error.kind() == std::io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    Ok(bytes)
}

/// Columns and lines of a terminal.
pub(crate) fn terminal_size(fd: i32) -> Result<(u16, u16)> {
    // SAFETY: the structure is filled by the call.
    unsafe {
        let mut size = std::mem::zeroed::<libc::winsize>();
        check(libc::ioctl(fd, libc::TIOCGWINSZ, &mut size).into())?;
        Ok((size.ws_col, size.ws_row))
    }
}

/// Makes a folder.
pub(crate) fn make_folder(path: &CString, mode: u32) -> Result<()> {
    // SAFETY: the path ends with a null byte.
    check(unsafe { libc::mkdir(path.as_ptr(), mode as libc::mode_t) }.into()).map(drop)
}

/// Whether the process may use a file so.
pub(crate) fn may_access(path: &CString, mode: i32) -> bool {
    // SAFETY: the path ends with a null byte.
    unsafe { libc::access(path.as_ptr(), mode) == 0 }
}

/// Sets the times of last access and change, in seconds and nanoseconds; None is now.
pub(crate) fn set_times(path: &CString, times: Option<[(i64, i64); 2]>, follow: bool) -> Result<()> {
    let entry = |(seconds, nanoseconds): (i64, i64)| libc::timespec { tv_sec: seconds, tv_nsec: nanoseconds };
    let times = times.map(|times| times.map(entry));
    let pointer = times.as_ref().map_or(std::ptr::null(), |times| times.as_ptr());
    let flags = if follow { 0 } else { libc::AT_SYMLINK_NOFOLLOW };
    // SAFETY: the path ends with a null byte; the times are two or none.
    check(unsafe { libc::utimensat(libc::AT_FDCWD, path.as_ptr(), pointer, flags) }.into()).map(drop)
}
