//! What a thread does, as the OS sees it.

use std::fs::{read_link, read_to_string};
use std::path::{Path, PathBuf};

/// A thread of this process under `/proc`.
#[derive(Debug)]
pub(super) struct OsTask(PathBuf);

impl OsTask {
    /// The current thread; None where the OS has no such folder.
    pub(super) fn current() -> Option<OsTask> {
        read_link("/proc/thread-self").ok().map(|link| OsTask(Path::new("/proc").join(link)))
    }

    /// Whether the thread waits for something else than the processor.
    pub(super) fn is_asleep(&self) -> bool {
        let stat = read_to_string(self.0.join("stat"));
        // The state stands behind the name, which is in parentheses.
        stat.is_ok_and(|stat| stat.rsplit(')').next().is_some_and(|rest| !rest.trim_start().starts_with('R')))
    }
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use super::*;

    #[test]
    fn the_current_thread_runs() {
        assert!(!OsTask::current().unwrap().is_asleep());
    }

    #[test]
    fn a_waiting_thread_sleeps() {
        let (task, done) = (std::sync::mpsc::channel(), std::sync::mpsc::channel::<()>());
        let waiter = std::thread::spawn(move || {
            task.0.send(OsTask::current().unwrap()).unwrap();
            let _ = done.1.recv();
        });
        let task = task.1.recv().unwrap();
        while !task.is_asleep() {
            std::thread::yield_now();
        }
        drop(done.0);
        waiter.join().unwrap();
    }
}
