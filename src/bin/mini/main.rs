//! The `mini` command.

/// Objects are small and many: an allocator made for that halves the cost of making one.
#[cfg(feature = "mimalloc")]
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() {
    std::process::exit(mini::runtime::run_command());
}
