//! How much of its Rust stack a thread that Mini did not start still has.

/// What is assumed where the OS cannot be asked.
const FALLBACK: usize = 1 << 20;
/// More than this is never used.
const MOST: usize = 480 << 20;

/// Bytes of the current thread's stack below the caller.
pub(crate) fn remaining() -> usize {
    let here = 0u8;
    lowest().map_or(FALLBACK, |lowest| (&raw const here as usize).saturating_sub(lowest).min(MOST))
}

/// The lowest address of the current thread's stack.
#[cfg(target_os = "linux")]
fn lowest() -> Option<usize> {
    let mut address = std::ptr::null_mut();
    let mut size = 0;
    // SAFETY: the attributes are initialised by the first call, read by the second and released by the third; zero
    // bytes are a valid place for them.
    let status = unsafe {
        let mut attributes: libc::pthread_attr_t = std::mem::zeroed();
        if libc::pthread_getattr_np(libc::pthread_self(), &mut attributes) != 0 {
            return None;
        }
        let status = libc::pthread_attr_getstack(&attributes, &mut address, &mut size);
        libc::pthread_attr_destroy(&mut attributes);
        status
    };
    (status == 0).then_some(address as usize)
}

/// The lowest address of the current thread's stack.
#[cfg(target_os = "macos")]
fn lowest() -> Option<usize> {
    // SAFETY: the calls have no preconditions.
    let (top, size) = unsafe {
        let this = libc::pthread_self();
        (libc::pthread_get_stackaddr_np(this) as usize, libc::pthread_get_stacksize_np(this))
    };
    top.checked_sub(size)
}

#[cfg(not(any(target_os = "linux", target_os = "macos")))]
fn lowest() -> Option<usize> {
    None
}

#[cfg(test)]
mod tests {
    #[test]
    fn sees_the_stack_of_a_thread() {
        let thread = std::thread::Builder::new().stack_size(4 << 20);
        let remaining = thread.spawn(super::remaining).unwrap().join().unwrap();
        assert!((1 << 20..=4 << 20).contains(&remaining), "{remaining}");
    }
}
