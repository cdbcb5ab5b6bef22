//! Safe wrappers of system calls that the standard library does not have for plain descriptors.
//!
//! A descriptor is a number: a wrong one gives `EBADF`, never undefined behaviour, so the functions are safe.

pub(crate) mod fd;
pub(crate) mod kick;
pub(crate) mod limits;
pub(crate) mod process;
