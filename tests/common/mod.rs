//! What several tests share.

use std::fs::File;
use std::os::fd::OwnedFd;
use std::process::Command;
use std::sync::mpsc::{Sender, channel};
use std::thread::{JoinHandle, spawn};
use std::time::Duration;

use nix::fcntl::{FcntlArg, FdFlag, fcntl};
use nix::pty::openpty;

/// The two ends of a new pseudo-terminal.
pub fn open_terminal() -> (File, OwnedFd) {
    let ends = openpty(None, None).expect("a pseudo-terminal");
    for end in [&ends.master, &ends.slave] {
        // A child started meanwhile by another test must not inherit it.
        fcntl(end, FcntlArg::F_SETFD(FdFlag::FD_CLOEXEC)).expect("the descriptor is open");
    }
    (File::from(ends.master), ends.slave)
}

/// Kills a child that takes too long, unless it is dropped before.
pub struct Watch {
    done: Option<Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

impl Watch {
    pub fn new(pid: u32, patience: Duration) -> Watch {
        let (done, finished) = channel::<()>();
        let thread = spawn(move || {
            if finished.recv_timeout(patience) == Err(std::sync::mpsc::RecvTimeoutError::Timeout) {
                let _ = Command::new("kill").args(["-KILL", &pid.to_string()]).status();
            }
        });
        Watch { done: Some(done), thread: Some(thread) }
    }
}

impl Drop for Watch {
    fn drop(&mut self) {
        self.done.take();
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}
