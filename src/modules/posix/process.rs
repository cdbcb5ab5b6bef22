//! The process, its children, its environment.

use std::ffi::{CString, OsStr, OsString};
use std::os::unix::ffi::{OsStrExt, OsStringExt};

use super::{Outcome, nothing, small_int};
use crate::builtins::exceptions::os_error::error_text;
use crate::builtins::native;
use crate::gil::WaitReason;
use crate::object::{Args, Arity, Bytes, Known, NativeDef, Params, Raised, Value, Vm};
use crate::runtime::os::process::{self, Id};

const STATUS: Params = Params { names: &["status"], required: 1, posonly: 0, kwonly: 0 };
const SYSTEM: Params = Params { names: &["command"], required: 1, posonly: 0, kwonly: 0 };

pub(super) const FUNCTIONS: &[NativeDef] = &[
    native("getpid", Arity::Exact(0), |_, _| Ok(Value::Int(std::process::id().into())), "The number of this process."),
    native("getppid", Arity::Exact(0), |_, _| own_id(Id::Parent), "The number of the process that started this one."),
    native("getuid", Arity::Exact(0), |_, _| own_id(Id::User), "The number of the user who runs the process."),
    native(
        "geteuid",
        Arity::Exact(0),
        |_, _| own_id(Id::EffectiveUser),
        "The number of the user whose rights the process has.",
    ),
    native("getgid", Arity::Exact(0), |_, _| own_id(Id::Group), "The number of the group that runs the process."),
    native(
        "getegid",
        Arity::Exact(0),
        |_, _| own_id(Id::EffectiveGroup),
        "The number of the group whose rights the process has.",
    ),
    native(
        "getpgrp",
        Arity::Exact(0),
        |_, _| own_id(Id::ProcessGroup),
        "The number of the process's own group of processes.",
    ),
    native("setsid", Arity::Exact(0), setsid, "Begin a session with this process as its leader."),
    native(
        "waitpid",
        Arity::Exact(2),
        waitpid,
        "Wait for completion of a given child process.  Returns a tuple of pid and exit status.",
    ),
    native(
        "wait",
        Arity::Exact(0),
        wait,
        "Wait for completion of a child process.  Returns a tuple of pid and exit status.",
    ),
    native("kill", Arity::Exact(2), kill, "Send a signal to a process by its number."),
    native("_exit", Arity::Named(&STATUS), exit, "End the process at once, without any tidying up."),
    native("abort", Arity::Exact(0), abort, "End the process by SIGABRT."),
    native("system", Arity::Named(&SYSTEM), system, "Run a command by the shell; its wait status."),
    native("execv", Arity::Exact(2), execv, "Become another program, in the same process."),
    native(
        "execve",
        Arity::Exact(3),
        execve,
        "Execute a path with arguments and environment, replacing the current process.",
    ),
    native("umask", Arity::Exact(1), umask, "Say which rights new files lack; what it was before."),
    native("_uname", Arity::Exact(0), uname, "The names of the system."),
    native("cpu_count", Arity::Exact(0), cpu_count, "How many processors the machine has."),
    native("sched_getaffinity", Arity::Exact(1), get_affinity, "The processors on which a process may run."),
    native("sched_setaffinity", Arity::Exact(2), set_affinity, "Say on which processors a process may run."),
    native("sched_yield", Arity::Exact(0), sched_yield, "Let another process have the processor."),
    native("getloadavg", Arity::Exact(0), getloadavg, "How many processes waited to run, over 1, 5 and 15 minutes."),
    native("_times", Arity::Exact(0), times, "User, system, children's user and system, and elapsed time."),
    native("_sysconf", Arity::Exact(1), sysconf, "A limit of the system, by number."),
    native("urandom", Arity::Exact(1), urandom, "Random bytes from the system, good enough for keys."),
    native("strerror", Arity::Exact(1), strerror, "The text of an error number."),
    native("putenv", Arity::Exact(2), putenv, "Set a variable of the environment for child processes."),
    native("unsetenv", Arity::Exact(1), unsetenv, "Remove a variable of the environment for child processes."),
    native("WIFEXITED", Arity::Named(&STATUS), |vm, args| of_status(vm, args, |s| libc::WIFEXITED(s).into()), ""),
    native(
        "WEXITSTATUS",
        Arity::Named(&STATUS),
        |vm, args| of_status(vm, args, |s| Value::Int(libc::WEXITSTATUS(s).into())),
        "",
    ),
    native("WIFSIGNALED", Arity::Named(&STATUS), |vm, args| of_status(vm, args, |s| libc::WIFSIGNALED(s).into()), ""),
    native(
        "WTERMSIG",
        Arity::Named(&STATUS),
        |vm, args| of_status(vm, args, |s| Value::Int(libc::WTERMSIG(s).into())),
        "",
    ),
    native("WIFSTOPPED", Arity::Named(&STATUS), |vm, args| of_status(vm, args, |s| libc::WIFSTOPPED(s).into()), ""),
    native(
        "WSTOPSIG",
        Arity::Named(&STATUS),
        |vm, args| of_status(vm, args, |s| Value::Int(libc::WSTOPSIG(s).into())),
        "",
    ),
    native("WIFCONTINUED", Arity::Named(&STATUS), |vm, args| of_status(vm, args, |s| libc::WIFCONTINUED(s).into()), ""),
    native("WCOREDUMP", Arity::Exact(1), |vm, args| of_status(vm, args, |s| libc::WCOREDUMP(s).into()), ""),
    native(
        "waitstatus_to_exitcode",
        Arity::Named(&STATUS),
        exit_code,
        "The exit code of a wait status, negative for a signal.",
    ),
];

fn own_id(which: Id) -> Outcome {
    Ok(Value::Int(process::id(which)))
}

fn of_status(vm: &mut Vm, args: Args<'_>, ask: fn(i32) -> Value) -> Outcome {
    let status = small_int(vm, &args[0])?;
    Ok(ask(status))
}

fn exit_code(vm: &mut Vm, args: Args<'_>) -> Outcome {
    let status = small_int(vm, &args[0])?;
    if libc::WIFEXITED(status) {
        return Ok(Value::Int(libc::WEXITSTATUS(status).into()));
    }
    if libc::WIFSIGNALED(status) {
        return Ok(Value::Int(-i64::from(libc::WTERMSIG(status))));
    }
    Err(vm.value_error(format!("invalid wait status: {status}")))
}

fn setsid(vm: &mut Vm, _args: Args<'_>) -> Outcome {
    nothing(vm, process::start_session().map(drop))
}

fn wait_for(vm: &mut Vm, pid: i32, options: i32) -> Outcome {
    match vm.blocking_again(WaitReason::Process, || process::wait_for(pid, options))? {
        Ok((pid, status)) => Ok(Value::tuple(vec![Value::Int(pid.into()), Value::Int(status.into())])),
        Err(error) => Err(vm.raise_io(&error, None)),
    }
}

fn waitpid(vm: &mut Vm, args: Args<'_>) -> Outcome {
    let (pid, options) = (small_int(vm, &args[0])?, small_int(vm, &args[1])?);
    wait_for(vm, pid, options)
}

fn wait(vm: &mut Vm, _args: Args<'_>) -> Outcome {
    wait_for(vm, -1, 0)
}

/// A signal to the own process that the script handles is handled at once.
fn kill(vm: &mut Vm, args: Args<'_>) -> Outcome {
    let (pid, signal) = (small_int(vm, &args[0])?, small_int(vm, &args[1])?);
    if i64::from(pid) == i64::from(std::process::id()) && vm.thread.is_main && vm.handles_signal(signal) {
        vm.handle_signal(signal)?;
        return Ok(Value::None);
    }
    nothing(vm, process::kill(pid, signal))
}

fn exit(vm: &mut Vm, args: Args<'_>) -> Outcome {
    let status = small_int(vm, &args[0])?;
    process::exit_now(status)
}

fn abort(_vm: &mut Vm, _args: Args<'_>) -> Outcome {
    // Nothing but the signal is to be seen of it, whoever listens.
    let _ = signal_hook::low_level::emulate_default_handler(libc::SIGABRT);
    std::process::abort()
}

fn system(vm: &mut Vm, args: Args<'_>) -> Outcome {
    use std::os::unix::process::ExitStatusExt;
    let command = vm.fs_path(&args[0])?;
    let text = command.os.clone();
    let status =
        vm.blocking(WaitReason::Process, || std::process::Command::new("/bin/sh").arg("-c").arg(text).status());
    match status {
        Ok(status) => Ok(Value::Int(status.into_raw().into())),
        Err(error) => Err(vm.raise_io(&error, None)),
    }
}

fn texts(vm: &mut Vm, list: &Value, what: &str) -> Result<Vec<CString>, Raised> {
    if !matches!(vm.unwrap(list), Value::List(_) | Value::Tuple(_)) {
        return Err(vm.type_error(format!("{what} must be a tuple or list")));
    }
    let items = vm.collect(list)?;
    items.iter().map(|item| vm.fs_path(item).map(|text| text.c_string())).collect()
}

fn execute(vm: &mut Vm, args: Args<'_>, environment: Option<Vec<CString>>, function: &str) -> Outcome {
    let path = vm.fs_path(&args[0])?;
    let list = texts(vm, &args[1], &format!("{function}() arg 2"))?;
    if list.is_empty() {
        return Err(vm.value_error(format!("{function}() arg 2 must not be empty")));
    }
    if list[0].is_empty() {
        return Err(vm.value_error(format!("{function}() arg 2 first element cannot be empty")));
    }
    let error = process::exec(&path.c_string(), &list, environment.as_deref());
    Err(vm.raise_errno_at(error.raw_os_error().unwrap_or(libc::EIO), &[path.value]))
}

fn execv(vm: &mut Vm, args: Args<'_>) -> Outcome {
    execute(vm, args, None, "execv")
}

fn execve(vm: &mut Vm, args: Args<'_>) -> Outcome {
    let items = vm.call_method_str(&args[2], "items", &[])?;
    let mut environment = Vec::new();
    for pair in vm.collect(&items)? {
        let pair = vm.collect(&pair)?;
        let [key, value] = pair.as_slice() else { return Err(vm.type_error("env.items() must give pairs")) };
        let (key, value) = (vm.fs_path(key)?, vm.fs_path(value)?);
        // A first `=` belongs to the name.
        if key.os.as_bytes().iter().skip(1).any(|&byte| byte == b'=') || key.os.is_empty() {
            return Err(vm.value_error("illegal environment variable name"));
        }
        let text = [key.os.as_bytes(), b"=", value.os.as_bytes()].concat();
        environment.push(CString::new(text).unwrap_or_default());
    }
    execute(vm, args, Some(environment), "execve")
}

fn umask(vm: &mut Vm, args: Args<'_>) -> Outcome {
    let mask = small_int(vm, &args[0])?;
    Ok(Value::Int(process::set_umask(mask as u32).into()))
}

fn uname(vm: &mut Vm, _args: Args<'_>) -> Outcome {
    match process::system_names() {
        Ok(names) => Ok(Value::tuple(names.iter().map(|name| Value::str(name)).collect())),
        Err(error) => Err(vm.raise_io(&error, None)),
    }
}

fn cpu_count(vm: &mut Vm, _args: Args<'_>) -> Outcome {
    let count = process::limit(libc::_SC_NPROCESSORS_ONLN);
    match count {
        Ok(count) if count > 0 => Ok(Value::Int(count)),
        Ok(_) => Ok(Value::None),
        Err(error) => Err(vm.raise_io(&error, None)),
    }
}

fn get_affinity(vm: &mut Vm, args: Args<'_>) -> Outcome {
    let pid = small_int(vm, &args[0])?;
    match process::affinity(pid) {
        Ok(cpus) => {
            let class = vm.known(Known::Set).into_value();
            vm.call(&class, &[Value::list(cpus.into_iter().map(Value::from).collect())])
        }
        Err(error) => Err(vm.raise_io(&error, None)),
    }
}

fn set_affinity(vm: &mut Vm, args: Args<'_>) -> Outcome {
    let pid = small_int(vm, &args[0])?;
    let mut cpus = Vec::new();
    for cpu in vm.collect(&args[1])? {
        let cpu = vm.expect_i64(&cpu)?;
        let Ok(cpu) = usize::try_from(cpu) else { return Err(vm.value_error("negative CPU number")) };
        cpus.push(cpu);
    }
    nothing(vm, process::set_affinity(pid, &cpus))
}

fn sched_yield(vm: &mut Vm, _args: Args<'_>) -> Outcome {
    vm.gil.yield_now();
    Ok(Value::None)
}

fn getloadavg(vm: &mut Vm, _args: Args<'_>) -> Outcome {
    match process::load_average() {
        Some(loads) => Ok(Value::tuple(loads.map(Value::float).to_vec())),
        None => Err(vm.raise(Known::OSError, "Load averages are unobtainable")),
    }
}

fn times(vm: &mut Vm, _args: Args<'_>) -> Outcome {
    match process::times() {
        Ok(parts) => Ok(Value::tuple(parts.map(Value::float).to_vec())),
        Err(error) => Err(vm.raise_io(&error, None)),
    }
}

fn sysconf(vm: &mut Vm, args: Args<'_>) -> Outcome {
    let name = match vm.unwrap(&args[0]).as_text() {
        None => small_int(vm, &args[0])?,
        Some(name) => match name.as_str() {
            "SC_PAGESIZE" | "SC_PAGE_SIZE" => libc::_SC_PAGESIZE,
            "SC_NPROCESSORS_ONLN" => libc::_SC_NPROCESSORS_ONLN,
            "SC_NPROCESSORS_CONF" => libc::_SC_NPROCESSORS_CONF,
            "SC_PHYS_PAGES" => libc::_SC_PHYS_PAGES,
            "SC_OPEN_MAX" => libc::_SC_OPEN_MAX,
            "SC_CLK_TCK" => libc::_SC_CLK_TCK,
            "SC_ARG_MAX" => libc::_SC_ARG_MAX,
            _ => return Err(vm.value_error("unrecognized configuration name")),
        },
    };
    match process::limit(name) {
        Ok(value) => Ok(Value::Int(value)),
        Err(error) => Err(vm.raise_io(&error, None)),
    }
}

fn urandom(vm: &mut Vm, args: Args<'_>) -> Outcome {
    let count = vm.expect_isize(&args[0])?;
    let Ok(count) = usize::try_from(count) else { return Err(vm.value_error("negative argument not allowed")) };
    if count > 1 << 32 {
        return Err(vm.memory_error());
    }
    if vm.interp.lock.is_deterministic() {
        let scheduler = vm.interp.lock.scheduler();
        let words = (0..count.div_ceil(8)).flat_map(|_| scheduler.random_seed().to_le_bytes());
        return Ok(Bytes::new(words.take(count).collect::<Vec<u8>>()).into_value());
    }
    match process::random_bytes(count) {
        Ok(bytes) => Ok(Bytes::new(bytes).into_value()),
        Err(error) => Err(vm.raise_io(&error, None)),
    }
}

fn strerror(vm: &mut Vm, args: Args<'_>) -> Outcome {
    let number = small_int(vm, &args[0])?;
    Ok(error_text(number).into())
}

fn variable(vm: &mut Vm, value: &Value) -> Result<OsString, Raised> {
    Ok(OsString::from_vec(vm.fs_path(value)?.os.into_vec()))
}

fn check_key(vm: &mut Vm, key: &OsStr) -> Result<(), Raised> {
    if key.as_bytes().contains(&b'=') {
        return Err(vm.value_error("illegal environment variable name"));
    }
    if key.is_empty() { Err(vm.raise_errno(libc::EINVAL, None)) } else { Ok(()) }
}

fn putenv(vm: &mut Vm, args: Args<'_>) -> Outcome {
    let (key, value) = (variable(vm, &args[0])?, variable(vm, &args[1])?);
    check_key(vm, &key)?;
    process::set_variable(&key, Some(&value));
    Ok(Value::None)
}

fn unsetenv(vm: &mut Vm, args: Args<'_>) -> Outcome {
    let key = variable(vm, &args[0])?;
    check_key(vm, &key)?;
    process::set_variable(&key, None);
    Ok(Value::None)
}
