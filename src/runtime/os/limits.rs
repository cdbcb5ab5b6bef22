//! What the system lets the process have.

/// Bytes of address space that the process may use (`RLIMIT_AS`); `usize::MAX` without a limit.
pub(crate) fn address_space() -> usize {
    let mut limit = libc::rlimit { rlim_cur: libc::RLIM_INFINITY, rlim_max: libc::RLIM_INFINITY };
    // SAFETY: writes the limit to the place given; after a failure it is as it was.
    unsafe { libc::getrlimit(libc::RLIMIT_AS, &mut limit) };
    usize::try_from(limit.rlim_cur).unwrap_or(usize::MAX)
}
