//! `_multiprocessing`: pipes and waits; `multiprocessing` is written over it.

use std::collections::HashMap;
use std::io::ErrorKind;
use std::time::{Duration, Instant};

use crossbeam_channel::{Receiver, bounded};

use super::NativeModule;
use crate::builtins::native;
use crate::gil::WaitReason;
use crate::object::{Args, Arity, Dict, NativeDef, Ptr, Raised, Value, Vm};
use crate::runtime::os::{fd, process};

pub(super) const MODULE: NativeModule = NativeModule { name: "_multiprocessing", init };

/// How long one wait lasts before signals are looked at.
const SLICE: Duration = Duration::from_millis(50);

const FUNCTIONS: &[NativeDef] = &[
    native(
        "wait",
        Arity::Exact(2),
        wait,
        "The exit code of a child; None if it has not ended within the seconds given.",
    ),
    native("kill", Arity::Exact(2), kill, "Send a signal to another process."),
    native("exit", Arity::Exact(1), exit, "End the process at once."),
    native("getpid", Arity::Exact(0), getpid, "The process's number."),
    native("cpu_count", Arity::Exact(0), cpu_count, "Number of processors."),
    native("pipe", Arity::Exact(0), pipe, "The reading and the writing end of a new pipe."),
    native("socketpair", Arity::Exact(0), socketpair, "Two connected sockets."),
    native("close", Arity::Exact(1), close, "Close a descriptor."),
    native("read", Arity::Exact(2), read, "Exactly so many bytes; fewer at the end of the file."),
    native("write", Arity::Exact(2), write, "Write all bytes."),
    native(
        "readable",
        Arity::Exact(2),
        readable,
        "Those of some descriptors that can be read, after at most so many seconds.",
    ),
    native("semaphore", Arity::Exact(1), semaphore, "A pipe with so many tokens inside."),
    native(
        "acquire",
        Arity::Exact(2),
        acquire,
        "Take a token out of a pipe; False if there was none for so many seconds.",
    ),
    native("shared_new", Arity::Exact(1), shared_new, "A file in memory of so many bytes."),
    native("shared_read", Arity::Exact(3), shared_read, "Bytes of a file: descriptor, offset, size."),
    native("shared_write", Arity::Exact(3), shared_write, "Write bytes into a file: descriptor, offset, data."),
    native("format_exception", Arity::Exact(1), super::asyncio::format_exception, "An exception with its traceback."),
    native("spawn", Arity::Exact(2), spawn, "Run a program with some descriptors inherited; its process number."),
];

fn init(vm: &mut Vm, dict: &Ptr<Dict>) -> Result<(), Raised> {
    vm.module_functions(dict, "_multiprocessing", FUNCTIONS);
    Ok(())
}

fn failed(vm: &mut Vm, error: &std::io::Error) -> Raised {
    vm.raise_errno(error.raw_os_error().unwrap_or(libc::EIO), None)
}

/// When a timeout in seconds is over; None for no timeout.
fn end_of(vm: &mut Vm, timeout: &Value) -> Result<Option<Instant>, Raised> {
    if timeout.is_none() {
        return Ok(None);
    }
    let seconds = vm.to_f64(timeout)?.clamp(0.0, 1e9);
    Ok(Some(Instant::now() + Duration::from_secs_f64(seconds)))
}

/// Who waits for children: a thread for each that is waited for, which sends the exit code when it is known.
#[derive(Default)]
struct Watchers(HashMap<i32, Receiver<std::io::Result<i32>>>);

/// The exit code of a child that is on its way, or is there.
fn watch(vm: &mut Vm, pid: i32) -> std::io::Result<Receiver<std::io::Result<i32>>> {
    let watchers = vm.interp.extension::<Watchers>(&mut vm.gil);
    if let Some(watcher) = watchers.0.get(&pid) {
        return Ok(watcher.clone());
    }
    let (sender, receiver) = bounded(1);
    std::thread::Builder::new().name("child".to_owned()).stack_size(128 << 10).spawn(move || {
        let code = loop {
            match process::wait(pid, true) {
                Ok(Some((_, status))) => break Ok(process::exit_code(status)),
                Err(error) if error.kind() != ErrorKind::Interrupted => break Err(error),
                _ => {}
            }
        };
        // The waiter may have given up.
        let _ = sender.send(code);
    })?;
    watchers.0.insert(pid, receiver.clone());
    Ok(receiver)
}

fn wait(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let pid = vm.expect_i64(&args[0])? as i32;
    let end = end_of(vm, &args[1])?;
    let watched = vm.interp.extension::<Watchers>(&mut vm.gil).0.contains_key(&pid);
    if !watched {
        match process::wait(pid, false) {
            Ok(Some((_, status))) => return Ok(Value::Int(process::exit_code(status).into())),
            Ok(None) if end.is_some_and(|end| end <= Instant::now()) => return Ok(Value::None),
            Ok(None) => {}
            Err(error) => return Err(failed(vm, &error)),
        }
    }
    let receiver = watch(vm, pid).map_err(|error| failed(vm, &error))?;
    loop {
        let slice = end.map_or(SLICE, |end| end.saturating_duration_since(Instant::now()).min(SLICE));
        let received = vm.blocking(WaitReason::Process, || receiver.recv_timeout(slice));
        if let Ok(code) = received {
            vm.interp.extension::<Watchers>(&mut vm.gil).0.remove(&pid);
            return code.map(|code| Value::Int(code.into())).map_err(|error| failed(vm, &error));
        }
        vm.poll()?;
        let given_up = !vm.interp.extension::<Watchers>(&mut vm.gil).0.contains_key(&pid);
        if given_up || end.is_some_and(|end| end <= Instant::now()) {
            return Ok(Value::None);
        }
    }
}

fn kill(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let (pid, signal) = (vm.expect_i64(&args[0])? as i32, vm.expect_i64(&args[1])? as i32);
    process::kill(pid, signal).map_err(|error| failed(vm, &error))?;
    Ok(Value::None)
}

fn exit(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let status = vm.expect_i64(&args[0])? as i32;
    process::exit_now(status)
}

fn getpid(_: &mut Vm, _: Args<'_>) -> Result<Value, Raised> {
    Ok(Value::Int(std::process::id().into()))
}

fn cpu_count(_: &mut Vm, _: Args<'_>) -> Result<Value, Raised> {
    Ok(Value::from(std::thread::available_parallelism().map_or(1, |count| count.get())))
}

fn pair(vm: &mut Vm, made: std::io::Result<(i32, i32)>) -> Result<Value, Raised> {
    match made {
        Ok((first, second)) => Ok(Value::tuple(vec![Value::Int(first.into()), Value::Int(second.into())])),
        Err(error) => Err(failed(vm, &error)),
    }
}

fn pipe(vm: &mut Vm, _: Args<'_>) -> Result<Value, Raised> {
    pair(vm, fd::pipe())
}

fn socketpair(vm: &mut Vm, _: Args<'_>) -> Result<Value, Raised> {
    pair(vm, fd::socket_pair())
}

fn close(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let number = vm.expect_i64(&args[0])? as i32;
    fd::close(number).map_err(|error| failed(vm, &error))?;
    Ok(Value::None)
}

/// Waits until a descriptor can be read, looking at signals now and then; the descriptors that can.
fn wait_readable(vm: &mut Vm, numbers: &[i32], end: Option<Instant>) -> Result<Vec<i32>, Raised> {
    loop {
        let left = end.map_or(SLICE, |end| end.saturating_duration_since(Instant::now()).min(SLICE));
        // Rounded up, so that the time is over when the wait is.
        let millis = left.as_nanos().div_ceil(1_000_000) as i32;
        let found = vm.blocking(WaitReason::Pipe, || fd::readable(numbers, millis));
        vm.poll()?;
        match found {
            Ok(found) if !found.is_empty() => return Ok(found),
            Ok(_) => {}
            Err(error) if error.kind() == ErrorKind::Interrupted => {}
            Err(error) => return Err(failed(vm, &error)),
        }
        if end.is_some_and(|end| end <= Instant::now()) {
            return Ok(Vec::new());
        }
    }
}

fn read(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let (number, size) = (vm.expect_i64(&args[0])? as i32, vm.expect_usize(&args[1])?);
    let mut data = Vec::new();
    while data.len() < size {
        wait_readable(vm, &[number], None)?;
        let most = (size - data.len()).min(1 << 20);
        match fd::read(number, most) {
            Ok(part) if part.is_empty() => break,
            Ok(part) => data.extend_from_slice(&part),
            Err(error) if error.kind() == ErrorKind::Interrupted => {}
            // The other end is gone with unread data: that is an end, too.
            Err(error) if error.kind() == ErrorKind::ConnectionReset => break,
            Err(error) => return Err(failed(vm, &error)),
        }
    }
    Ok(crate::object::Bytes::new(data).into_value())
}

fn write(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let number = vm.expect_i64(&args[0])? as i32;
    let data = vm.expect_bytes(&args[1])?;
    let mut rest = data.as_slice();
    while !rest.is_empty() {
        match vm.blocking(WaitReason::Pipe, || fd::write(number, rest)) {
            Ok(count) => rest = &rest[count..],
            Err(error) if error.kind() == ErrorKind::Interrupted => {}
            Err(error) => return Err(failed(vm, &error)),
        }
        vm.poll()?;
    }
    Ok(Value::None)
}

fn readable(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let mut numbers = Vec::new();
    for number in vm.collect(&args[0])? {
        numbers.push(vm.expect_i64(&number)? as i32);
    }
    let end = end_of(vm, &args[1])?;
    let found = wait_readable(vm, &numbers, end)?;
    Ok(Value::list(found.into_iter().map(|number| Value::Int(number.into())).collect()))
}

/// What a pipe holds.
const MAX_TOKENS: usize = 1 << 16;

fn semaphore(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let count = vm.expect_i32(&args[0])?.max(0) as usize;
    if count > MAX_TOKENS {
        return Err(vm.value_error(format!("a semaphore of more than {MAX_TOKENS} is not supported by Mini")));
    }
    let made = fd::pipe().and_then(|(read, write)| {
        fd::set_blocking(read, false)?;
        fd::write(write, &vec![b't'; count])?;
        Ok((read, write))
    });
    pair(vm, made)
}

fn acquire(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let number = vm.expect_i64(&args[0])? as i32;
    let end = end_of(vm, &args[1])?;
    loop {
        match fd::read(number, 1) {
            Ok(token) => return Ok(Value::bool(!token.is_empty())),
            // Another process was faster.
            Err(error) if error.kind() == ErrorKind::WouldBlock => {}
            Err(error) if error.kind() == ErrorKind::Interrupted => {}
            Err(error) => return Err(failed(vm, &error)),
        }
        if wait_readable(vm, &[number], end)?.is_empty() {
            return Ok(Value::bool(false));
        }
    }
}

fn shared_new(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let size = vm.expect_usize(&args[0])?;
    match fd::memory_file(size as i64) {
        Ok(number) => Ok(Value::Int(number.into())),
        Err(error) => Err(failed(vm, &error)),
    }
}

fn shared_read(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let (number, offset, size) =
        (vm.expect_i64(&args[0])? as i32, vm.expect_i64(&args[1])?, vm.expect_usize(&args[2])?);
    match fd::read_at(number, offset, size) {
        Ok(data) => Ok(crate::object::Bytes::new(data).into_value()),
        Err(error) => Err(failed(vm, &error)),
    }
}

fn shared_write(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let (number, offset) = (vm.expect_i64(&args[0])? as i32, vm.expect_i64(&args[1])?);
    let data = vm.expect_bytes(&args[2])?;
    fd::write_at(number, offset, &data).map_err(|error| failed(vm, &error))?;
    Ok(Value::None)
}

fn spawn(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let mut words = Vec::new();
    for word in vm.collect(&args[0])? {
        words.push(vm.expect_str(&word, "argument")?.as_str().to_owned());
    }
    let mut inherited = Vec::new();
    for number in vm.collect(&args[1])? {
        inherited.push(vm.expect_i64(&number)? as i32);
    }
    let program = std::env::current_exe().map_err(|error| failed(vm, &error))?;
    let set = |inherit: bool| inherited.iter().try_for_each(|&number| fd::set_inheritable(number, inherit));
    let child = set(true).and_then(|()| std::process::Command::new(program).args(&words).spawn());
    let reset = set(false);
    match child.and_then(|child| reset.map(|()| child)) {
        Ok(child) => Ok(Value::Int(child.id().into())),
        Err(error) => Err(failed(vm, &error)),
    }
}
