//! What a terminal takes.

use super::os::fd;

/// Whether output to a descriptor may have colours: it is a terminal that takes them, and the user wants them. The
/// variables of the environment are those that CPython 3.13 goes by.
pub(crate) fn takes_colours(descriptor: i32) -> bool {
    let set = |name| std::env::var_os(name).filter(|value| !value.is_empty());
    match set("PYTHON_COLORS") {
        Some(value) if value == "0" => return false,
        Some(value) if value == "1" => return true,
        _ => {}
    }
    if set("NO_COLOR").is_some() {
        return false;
    }
    let is_dumb = || std::env::var_os("TERM").is_some_and(|term| term == "dumb");
    set("FORCE_COLOR").is_some() || !is_dumb() && fd::is_terminal(descriptor)
}
