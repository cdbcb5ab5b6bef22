//! One conformance script: where it lies, how it is run, what was expected of it.

use super::diff;
use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::time::{Duration, Instant};

/// A script that prints more than this has run away.
const OUTPUT_LIMIT: u64 = 8 << 20;

/// A script and its recorded outputs.
pub struct Script {
    /// The path below the conformance folder, with `/` between its parts.
    pub name: String,
    path: PathBuf,
}

/// What a script printed and what it should have printed.
pub struct Outcome {
    parts: [(&'static str, String, String); 3],
    trouble: Option<String>,
}

/// All scripts below `root`, sorted by name.
pub fn find(root: &Path) -> Vec<Script> {
    let mut scripts = Vec::new();
    let mut folders = vec![root.to_owned()];
    while let Some(folder) = folders.pop() {
        let entries = fs::read_dir(&folder).unwrap_or_else(|e| panic!("{}: {e}", folder.display()));
        for entry in entries {
            let path = entry.expect("a readable folder").path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|e| e == "mini") && path.with_extension("out").exists() {
                let name = path.strip_prefix(root).expect("below the root").to_string_lossy().into_owned();
                scripts.push(Script { name, path });
            }
        }
    }
    scripts.sort_by(|a, b| a.name.cmp(&b.name));
    scripts
}

impl Script {
    /// The folder that the script lies in.
    pub fn topic(&self) -> &str {
        self.name.rsplit_once('/').map_or("", |(folder, _)| folder)
    }

    /// Runs the script in its own folder, killing it after `timeout`.
    pub fn run(&self, timeout: Duration) -> Outcome {
        let scratch = Path::new(env!("CARGO_TARGET_TMPDIR")).join(self.name.replace('/', "-"));
        let out = scratch.with_extension("out");
        let err = scratch.with_extension("err");
        let folder = self.path.parent().expect("a script lies in a folder");
        let input = match File::open(self.path.with_extension("in")) {
            Ok(file) => Stdio::from(file),
            Err(_) => Stdio::null(),
        };
        let binary = std::env::var_os("MINI_CONFORMANCE_BINARY").unwrap_or_else(|| env!("CARGO_BIN_EXE_mini").into());
        let mut command = Command::new(binary);
        command
            .arg(self.path.file_name().expect("a script has a name"))
            .current_dir(folder)
            .env_remove("MINIPATH")
            .stdin(input)
            .stdout(File::create(&out).expect("a scratch file"))
            .stderr(File::create(&err).expect("a scratch file"));
        #[cfg(unix)]
        std::os::unix::process::CommandExt::process_group(&mut command, 0);
        let child = command.spawn().expect("the mini binary runs");
        let (status, trouble) = wait(child, timeout, [&out, &err]);
        let actual = |path: &Path| {
            String::from_utf8_lossy(&fs::read(path).unwrap_or_default()).replace(&*folder.to_string_lossy(), "$DIR")
        };
        let expected = |extension: &str| {
            String::from_utf8_lossy(&fs::read(self.path.with_extension(extension)).unwrap_or_default()).into_owned()
        };
        let code = match expected("code") {
            code if code.is_empty() => "0\n".to_owned(),
            code => code,
        };
        let outcome = Outcome {
            parts: [
                ("standard output", expected("out"), actual(&out)),
                ("standard error", expected("err"), actual(&err)),
                ("exit status", code, format!("{status}\n")),
            ],
            trouble,
        };
        let _ = fs::remove_file(out);
        let _ = fs::remove_file(err);
        outcome
    }
}

/// Waits for a child; kills its process group when it takes or prints too much.
fn wait(mut child: Child, timeout: Duration, outputs: [&Path; 2]) -> (i32, Option<String>) {
    let start = Instant::now();
    let mut pause = Duration::from_micros(500);
    loop {
        if let Some(status) = child.try_wait().expect("a child can be waited for") {
            return match status.code() {
                Some(code) => (code, None),
                None => (signal_status(status), None),
            };
        }
        let size: u64 = outputs.iter().map(|p| fs::metadata(p).map_or(0, |m| m.len())).sum();
        let trouble = if start.elapsed() > timeout {
            format!("killed after {} seconds", timeout.as_secs_f64())
        } else if size > OUTPUT_LIMIT {
            format!("killed after {size} bytes of output")
        } else {
            std::thread::sleep(pause);
            pause = (pause * 2).min(Duration::from_millis(10));
            continue;
        };
        let _ = Command::new("kill").args(["-KILL", "--", &format!("-{}", child.id())]).status();
        let _ = child.kill();
        let _ = child.wait();
        return (-1, Some(trouble));
    }
}

impl Outcome {
    /// Whether everything came out as recorded.
    pub fn passed(&self) -> bool {
        self.trouble.is_none() && self.parts.iter().all(|(_, expected, actual)| expected == actual)
    }

    /// A unified difference for each part that came out otherwise.
    pub fn differences(&self) -> String {
        let mut text = String::new();
        if let Some(trouble) = &self.trouble {
            text.push_str(trouble);
            text.push('\n');
        }
        for (part, expected, actual) in &self.parts {
            if expected != actual {
                text.push_str(&format!("--- {part}, recorded\n+++ {part}, mini\n{}", diff::unified(expected, actual)));
            }
        }
        text
    }
}

/// The exit status that a shell gives a process that a signal ended.
fn signal_status(status: ExitStatus) -> i32 {
    #[cfg(unix)]
    if let Some(signal) = std::os::unix::process::ExitStatusExt::signal(&status) {
        return 128 + signal;
    }
    status.code().unwrap_or(-1)
}
