//! The `mini` command.

#[cfg(feature = "mimalloc")]
mod allocator;
mod options;

#[cfg(feature = "mimalloc")]
#[global_allocator]
static ALLOCATOR: allocator::Allocator = allocator::Allocator;

fn main() {
    let args: Vec<String> = std::env::args_os().map(|arg| arg.to_string_lossy().into_owned()).collect();
    let status = match options::parse(&args) {
        options::Action::Run(program) => mini::command::run(*program),
        options::Action::Disassemble(path) => mini::command::disassembly(&path),
        options::Action::Refuse(message) => {
            eprintln!("mini: {message}\nTry 'mini --help' for more information.");
            2
        }
    };
    #[cfg(feature = "mimalloc")]
    allocator::end();
    std::process::exit(status);
}
