//! Runs one process and says what it printed and what it cost.

use std::fs::File;
use std::io;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

/// What one run of a process printed and cost.
pub struct Run {
    /// Standard output.
    pub output: String,
    /// Processor time in user mode, in seconds, with that of its children.
    pub user: f64,
    /// From start to end by the clock, in seconds.
    pub wall: f64,
    /// The greatest resident set, in KiB.
    pub peak_kib: i64,
}

/// Runs `command` to its end.
///
/// # Errors
/// When it cannot be started, fails, or takes longer than `timeout` (it is then killed).
pub fn run(command: &[String], argument: &[&str], folder: &Path, timeout: Duration) -> Result<Run, String> {
    let shown = || format!("{} {}", command.join(" "), argument.join(" "));
    let stdout = std::env::temp_dir().join(format!("mini-bench-{}.out", std::process::id()));
    let file = File::create(&stdout).map_err(|e| format!("{}: {e}", stdout.display()))?;
    let start = Instant::now();
    let child = Command::new(&command[0])
        .args(&command[1..])
        .args(argument)
        .current_dir(folder)
        .stdin(Stdio::null())
        .stdout(file)
        .stderr(Stdio::inherit())
        .spawn()
        .map_err(|e| format!("{}: {e}", shown()))?;
    let pid = child.id() as libc::pid_t;
    let mut pause = Duration::from_micros(50);
    let (status, usage) = loop {
        if let Some(ended) = try_wait(pid).map_err(|e| format!("{}: {e}", shown()))? {
            break ended;
        }
        if start.elapsed() > timeout {
            let mut child = child;
            let _ = child.kill();
            let _ = child.wait();
            return Err(format!("{}: killed after {} s", shown(), timeout.as_secs()));
        }
        std::thread::sleep(pause);
        pause = (pause * 5 / 4).min(Duration::from_millis(2));
    };
    let wall = start.elapsed().as_secs_f64();
    if status != 0 {
        return Err(format!("{}: failed with wait status {status}", shown()));
    }
    let output = std::fs::read_to_string(&stdout).map_err(|e| format!("{}: {e}", stdout.display()))?;
    let _ = std::fs::remove_file(&stdout);
    let user = usage.ru_utime.tv_sec as f64 + usage.ru_utime.tv_usec as f64 / 1e6;
    Ok(Run { output, user, wall, peak_kib: usage.ru_maxrss })
}

/// The wait status and resource usage of a child that has ended.
fn try_wait(pid: libc::pid_t) -> io::Result<Option<(i32, libc::rusage)>> {
    let mut status = 0;
    // SAFETY: `rusage` is plain data, for which all zeros is a value.
    let mut usage: libc::rusage = unsafe { std::mem::zeroed() };
    // SAFETY: both pointers are to live locals, and the pid is that of a child not yet waited for.
    match unsafe { libc::wait4(pid, &mut status, libc::WNOHANG, &mut usage) } {
        0 => Ok(None),
        -1 => Err(io::Error::last_os_error()),
        _ => Ok(Some((status, usage))),
    }
}
