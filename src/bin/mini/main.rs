//! The `mini` command.

#![cfg_attr(all(target_os = "linux", target_env = "gnu", not(test)), no_main)]

#[cfg(feature = "mimalloc")]
mod allocator;
mod options;

use options::Action;

#[cfg(feature = "mimalloc")]
#[global_allocator]
static ALLOCATOR: allocator::Allocator = allocator::Allocator;

#[cfg(all(target_os = "linux", target_env = "gnu", not(test)))]
mod entrance;

#[cfg(not(all(target_os = "linux", target_env = "gnu", not(test))))]
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
