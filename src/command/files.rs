//! The files that the command is given.

use std::io::Read;
use std::path::{Path, PathBuf};

/// The file that a path of the command line stands for.
pub(super) enum Target {
    File(PathBuf),
    /// The `__main__` of a folder, which is searched for modules itself.
    Folder {
        main: PathBuf,
        folder: PathBuf,
    },
}

/// Finds the file of a path.
///
/// # Errors
///
/// Message and exit status.
pub(super) fn find(path: &str) -> Result<Target, (String, i32)> {
    let absolute = std::path::absolute(path).unwrap_or_else(|_| PathBuf::from(path));
    match std::fs::metadata(path) {
        Ok(found) if found.is_dir() => {
            let mains = ["__main__.mini", "__main__.py"].map(|name| absolute.join(name));
            match mains.into_iter().find(|main| main.is_file()) {
                Some(main) => Ok(Target::Folder { main, folder: absolute }),
                None => Err((format!("can't find '__main__' module in '{}'", absolute.display()), 1)),
            }
        }
        Ok(_) => Ok(Target::File(absolute)),
        Err(error) => Err((cannot_open(&absolute, &error), 2)),
    }
}

/// CPython's message for a file that cannot be read.
pub(super) fn cannot_open(path: &Path, error: &std::io::Error) -> String {
    let number = error.raw_os_error().unwrap_or(0);
    let text = crate::builtins::exceptions::os_error::error_text(number);
    format!("can't open file '{}': [Errno {number}] {text}", path.display())
}

/// The folder of a script, with links resolved: the first place where its modules are looked for.
pub(super) fn folder_of(file: &Path) -> String {
    let real = std::fs::canonicalize(file).unwrap_or_else(|_| file.to_owned());
    real.parent().map(|folder| folder.to_string_lossy().into_owned()).unwrap_or_default()
}

/// The whole of standard input.
///
/// # Errors
///
/// The message.
pub(super) fn read_stdin() -> Result<Vec<u8>, String> {
    let mut bytes = Vec::new();
    match std::io::stdin().read_to_end(&mut bytes) {
        Ok(_) => Ok(bytes),
        Err(error) => Err(format!("cannot read standard input: {error}")),
    }
}
