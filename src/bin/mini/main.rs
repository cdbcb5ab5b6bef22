//! The `mini` command.

#![cfg_attr(all(target_os = "linux", target_env = "gnu"), no_main)]

#[cfg(feature = "mimalloc")]
mod allocator;
mod options;

use options::Action;

#[cfg(feature = "mimalloc")]
#[global_allocator]
static ALLOCATOR: allocator::Allocator = allocator::Allocator;

/// What C calls. The standard library's own entrance would read the memory map to find the main thread's guard page, and
/// set up a stack for its handler of overflows, which this program does without: it runs on a thread of its own, where
/// depth is counted.
#[cfg(all(target_os = "linux", target_env = "gnu"))]
#[unsafe(no_mangle)]
extern "C" fn main(_: std::ffi::c_int, _: *const *const std::ffi::c_char) -> std::ffi::c_int {
    // SAFETY: as the standard library does, writes to a closed pipe are to fail rather than to end the process.
    unsafe { libc::signal(libc::SIGPIPE, libc::SIG_IGN) };
    std::process::exit(run())
}

#[cfg(not(all(target_os = "linux", target_env = "gnu")))]
fn main() {
    std::process::exit(run());
}

/// Does what the arguments say; gives the exit status.
fn run() -> i32 {
    let action = options::texts(std::env::args_os()).map_or_else(Action::Refuse, |args| options::parse(&args));
    let status = match action {
        Action::Run(program) => mini::command::run(*program),
        Action::Disassemble(path) => mini::command::disassembly(&path),
        Action::Show(text) => {
            print!("{text}");
            0
        }
        Action::Refuse(message) => {
            eprintln!("mini: {message}\nTry 'mini --help' for more information.");
            2
        }
    };
    #[cfg(feature = "mimalloc")]
    allocator::end();
    status
}
