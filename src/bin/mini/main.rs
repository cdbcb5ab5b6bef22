//! The `mini` command.

fn main() {
    std::process::exit(mini::runtime::run_command());
}
