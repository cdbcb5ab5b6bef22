//! The `mini` command.

mod options;

/// Objects are small and many: an allocator made for that halves the cost of making one.
#[cfg(feature = "mimalloc")]
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

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
    std::process::exit(status);
}
