//! Files and folders by name.

use std::fs;
use std::io::Result as IoResult;
use std::os::unix::fs::{FileTypeExt, MetadataExt, PermissionsExt};
use std::path::Path;

use super::{Outcome, small_int};
use crate::builtins::native;
use crate::gil::WaitReason;
use crate::modules::fs_path::FsPath;
use crate::object::{Args, Arity, NativeDef, Params, Raised, Value, Vm};
use crate::runtime::os::process;

const PATH: Params = Params { names: &["path"], required: 1, posonly: 0, kwonly: 0 };
const PATH_DIR: Params = Params { names: &["path", "dir_fd"], required: 1, posonly: 0, kwonly: 1 };
const LISTDIR: Params = Params { names: &["path"], required: 0, posonly: 0, kwonly: 0 };
const MKDIR: Params = Params { names: &["path", "mode", "dir_fd"], required: 1, posonly: 0, kwonly: 1 };
const RENAME: Params =
    Params { names: &["src", "dst", "src_dir_fd", "dst_dir_fd"], required: 2, posonly: 0, kwonly: 2 };
const LINK: Params = Params {
    names: &["src", "dst", "src_dir_fd", "dst_dir_fd", "follow_symlinks"],
    required: 2,
    posonly: 0,
    kwonly: 3,
};
const SYMLINK: Params =
    Params { names: &["src", "dst", "target_is_directory", "dir_fd"], required: 2, posonly: 0, kwonly: 1 };
const ACCESS: Params = Params {
    names: &["path", "mode", "dir_fd", "effective_ids", "follow_symlinks"],
    required: 2,
    posonly: 0,
    kwonly: 3,
};
const CHMOD: Params =
    Params { names: &["path", "mode", "dir_fd", "follow_symlinks"], required: 2, posonly: 0, kwonly: 2 };
const TRUNCATE: Params = Params { names: &["path", "length"], required: 2, posonly: 0, kwonly: 0 };

pub(super) const FUNCTIONS: &[NativeDef] = &[
    native("getcwd", Arity::Exact(0), getcwd, "The path of the current folder."),
    native("chdir", Arity::Named(&PATH), chdir, "Make another folder the current one."),
    native("listdir", Arity::Named(&LISTDIR), listdir, "The names of what is in a folder, in any order."),
    native("mkdir", Arity::Named(&MKDIR), mkdir, "Create a directory."),
    native("rmdir", Arity::Named(&PATH_DIR), rmdir, "Remove a directory."),
    native("remove", Arity::Named(&PATH_DIR), remove, "Take a name of a file away; as unlink()."),
    native("unlink", Arity::Named(&PATH_DIR), remove, "Take a name of a file away; as remove()."),
    native("rename", Arity::Named(&RENAME), rename, "Give a file or folder another name."),
    native(
        "replace",
        Arity::Named(&RENAME),
        rename,
        "Give a file or folder another name, in place of what has that name.",
    ),
    native("link", Arity::Named(&LINK), link, "Give a file one more name."),
    native("symlink", Arity::Named(&SYMLINK), symlink, "Make a link dst that leads to src."),
    native("readlink", Arity::Named(&PATH_DIR), readlink, "Where a symbolic link leads."),
    native("access", Arity::Named(&ACCESS), access, "Whether the user may do something with a file."),
    native("chmod", Arity::Named(&CHMOD), chmod, "Say who may do what with a file."),
    native("truncate", Arity::Named(&TRUNCATE), truncate, "Make a file as long as told."),
    native(
        "_stat",
        Arity::Exact(2),
        stat,
        "The numbers of a stat_result; the second argument says whether links are followed.",
    ),
    native("_scandir", Arity::Exact(1), scandir, "Names, inodes and kinds of the entries of a folder."),
    native("_utime", Arity::Exact(3), utime, "Sets access and change time in nanoseconds, or to now for None."),
    native("fspath", Arity::Exact(1), fspath, "The path that a path-like object stands for."),
];

/// The OSError about a path.
fn failed(vm: &mut Vm, error: &std::io::Error, names: &[Value]) -> Raised {
    vm.raise_errno_at(error.raw_os_error().unwrap_or(libc::EIO), names)
}

/// Something that is done to a file without the lock.
fn on_path(vm: &mut Vm, args: Args<'_>, action: fn(&Path) -> IoResult<()>) -> Outcome {
    let path = vm.fs_path(&args[0])?;
    let target = path.path();
    match vm.blocking(WaitReason::File, || action(target)) {
        Ok(()) => Ok(Value::None),
        Err(error) => Err(failed(vm, &error, std::slice::from_ref(&path.value))),
    }
}

/// Something that is done with two names.
fn on_paths(vm: &mut Vm, args: Args<'_>, action: impl FnOnce(&Path, &Path) -> IoResult<()> + Send) -> Outcome {
    let (first, second) = (vm.fs_path(&args[0])?, vm.fs_path(&args[1])?);
    let (from, to) = (first.path(), second.path());
    match vm.blocking(WaitReason::File, || action(from, to)) {
        Ok(()) => Ok(Value::None),
        Err(error) => Err(failed(vm, &error, &[first.value.clone(), second.value.clone()])),
    }
}

fn getcwd(vm: &mut Vm, _args: Args<'_>) -> Outcome {
    match std::env::current_dir() {
        Ok(folder) => Ok(crate::modules::fs_path::os_value(folder.as_os_str())),
        Err(error) => Err(vm.raise_io(&error, None)),
    }
}

fn chdir(vm: &mut Vm, args: Args<'_>) -> Outcome {
    on_path(vm, args, |path| std::env::set_current_dir(path))
}

/// The path of an optional argument: the current folder if it is left out.
fn folder(vm: &mut Vm, value: Option<&Value>) -> Result<FsPath, Raised> {
    match value.filter(|value| !value.is_none()) {
        Some(value) => vm.fs_path(value),
        None => vm.fs_path(&Value::str(".")),
    }
}

fn listdir(vm: &mut Vm, args: Args<'_>) -> Outcome {
    let path = folder(vm, args.get(0))?;
    let target = path.path();
    let names = vm.blocking(WaitReason::File, || {
        fs::read_dir(target)?.map(|entry| entry.map(|entry| entry.file_name())).collect::<IoResult<Vec<_>>>()
    });
    match names {
        Ok(names) => Ok(Value::list(names.iter().map(|name| path.like(name)).collect())),
        Err(error) => Err(failed(vm, &error, std::slice::from_ref(&path.value))),
    }
}

fn scandir(vm: &mut Vm, args: Args<'_>) -> Outcome {
    use std::os::unix::fs::DirEntryExt;
    let path = folder(vm, args.get(0))?;
    let target = path.path();
    let entries = vm.blocking(WaitReason::File, || {
        let one = |entry: IoResult<fs::DirEntry>| {
            let entry = entry?;
            let kind = entry.file_type().map_or(0, |kind| {
                if kind.is_dir() {
                    libc::S_IFDIR
                } else if kind.is_symlink() {
                    libc::S_IFLNK
                } else if kind.is_fifo() {
                    libc::S_IFIFO
                } else if kind.is_file() {
                    libc::S_IFREG
                } else {
                    0
                }
            });
            Ok((entry.file_name(), entry.ino(), kind))
        };
        fs::read_dir(target)?.map(one).collect::<IoResult<Vec<_>>>()
    });
    match entries {
        Ok(entries) => {
            let entry = |(name, inode, kind): &(std::ffi::OsString, u64, u32)| {
                Value::tuple(vec![path.like(name), Value::Int(*inode as i64), Value::Int((*kind).into())])
            };
            Ok(Value::list(entries.iter().map(entry).collect()))
        }
        Err(error) => Err(failed(vm, &error, std::slice::from_ref(&path.value))),
    }
}

fn mkdir(vm: &mut Vm, args: Args<'_>) -> Outcome {
    let path = vm.fs_path(&args[0])?;
    let mode = match args.get(1) {
        Some(mode) => small_int(vm, mode)? as u32,
        None => 0o777,
    };
    let target = path.c_string();
    match vm.blocking(WaitReason::File, || process::make_folder(&target, mode)) {
        Ok(()) => Ok(Value::None),
        Err(error) => Err(failed(vm, &error, &[path.value])),
    }
}

fn rmdir(vm: &mut Vm, args: Args<'_>) -> Outcome {
    on_path(vm, args, |path| fs::remove_dir(path))
}

fn remove(vm: &mut Vm, args: Args<'_>) -> Outcome {
    on_path(vm, args, |path| fs::remove_file(path))
}

fn rename(vm: &mut Vm, args: Args<'_>) -> Outcome {
    on_paths(vm, args, |from, to| fs::rename(from, to))
}

fn link(vm: &mut Vm, args: Args<'_>) -> Outcome {
    on_paths(vm, args, |from, to| fs::hard_link(from, to))
}

fn symlink(vm: &mut Vm, args: Args<'_>) -> Outcome {
    on_paths(vm, args, |from, to| std::os::unix::fs::symlink(from, to))
}

fn readlink(vm: &mut Vm, args: Args<'_>) -> Outcome {
    let path = vm.fs_path(&args[0])?;
    match fs::read_link(path.path()) {
        Ok(target) => Ok(path.like(target.as_os_str())),
        Err(error) => Err(failed(vm, &error, &[path.value])),
    }
}

fn access(vm: &mut Vm, args: Args<'_>) -> Outcome {
    let path = vm.fs_path(&args[0])?;
    let mode = small_int(vm, &args[1])?;
    Ok(process::may_access(&path.c_string(), mode).into())
}

fn chmod(vm: &mut Vm, args: Args<'_>) -> Outcome {
    let path = vm.fs_path(&args[0])?;
    let mode = small_int(vm, &args[1])? as u32;
    match fs::set_permissions(path.path(), fs::Permissions::from_mode(mode)) {
        Ok(()) => Ok(Value::None),
        Err(error) => Err(failed(vm, &error, &[path.value])),
    }
}

fn truncate(vm: &mut Vm, args: Args<'_>) -> Outcome {
    let path = vm.fs_path(&args[0])?;
    let length = vm.expect_i64(&args[1])?;
    let target = path.path();
    let result = vm.blocking(WaitReason::File, || {
        let length = u64::try_from(length).map_err(|_| std::io::Error::from_raw_os_error(libc::EINVAL))?;
        fs::OpenOptions::new().write(true).open(target)?.set_len(length)
    });
    match result {
        Ok(()) => Ok(Value::None),
        Err(error) => Err(failed(vm, &error, std::slice::from_ref(&path.value))),
    }
}

/// Mode, inode, device, links, user, group, size, access / change / status times in nanoseconds, block size, blocks.
fn stat(vm: &mut Vm, args: Args<'_>) -> Outcome {
    let follow = vm.truth(&args[1])?;
    let target = match vm.unwrap(&args[0]) {
        Value::Int(_) => {
            let number = small_int(vm, &args[0])?;
            vm.fs_path(&Value::from(format!("/proc/self/fd/{number}")))?
        }
        _ => vm.fs_path(&args[0])?,
    };
    let path = target.path();
    let found = vm.blocking(WaitReason::File, || if follow { fs::metadata(path) } else { fs::symlink_metadata(path) });
    match found {
        Ok(found) => {
            let time = |seconds: i64, nanoseconds: i64| i128::from(seconds) * 1_000_000_000 + i128::from(nanoseconds);
            let numbers: [i128; 12] = [
                found.mode().into(),
                found.ino().into(),
                found.dev().into(),
                found.nlink().into(),
                found.uid().into(),
                found.gid().into(),
                found.size().into(),
                time(found.atime(), found.atime_nsec()),
                time(found.mtime(), found.mtime_nsec()),
                time(found.ctime(), found.ctime_nsec()),
                found.blksize().into(),
                found.blocks().into(),
            ];
            Ok(Value::tuple(numbers.iter().map(|number| Value::big((*number).into())).collect()))
        }
        Err(error) => match vm.unwrap(&args[0]) {
            Value::Int(_) => Err(vm.raise_errno(libc::EBADF, None)),
            _ => Err(failed(vm, &error, std::slice::from_ref(&target.value))),
        },
    }
}

fn utime(vm: &mut Vm, args: Args<'_>) -> Outcome {
    let path = vm.fs_path(&args[0])?;
    let follow = vm.truth(&args[2])?;
    let times = if args[1].is_none() {
        None
    } else {
        let items = vm.collect(&args[1])?;
        let [access, change] = items.as_slice() else {
            return Err(vm.type_error("utime: 'times' must be either a tuple of two ints or None"));
        };
        let (access, change) = (vm.expect_i64(access)?, vm.expect_i64(change)?);
        let split = |time: i64| (time.div_euclid(1_000_000_000), time.rem_euclid(1_000_000_000));
        Some([split(access), split(change)])
    };
    match process::set_times(&path.c_string(), times, follow) {
        Ok(()) => Ok(Value::None),
        Err(error) => Err(failed(vm, &error, &[path.value])),
    }
}

fn fspath(vm: &mut Vm, args: Args<'_>) -> Outcome {
    vm.fspath(&args[0])
}
