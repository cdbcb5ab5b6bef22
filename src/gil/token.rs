//! The token that proves that this thread holds the lock.

use std::marker::PhantomData;

/// Proof that the current thread holds the lock of its interpreter.
///
/// The token has no size and no run-time cost. It is used by reference, and the kind of reference is the permission:
///
/// * `&Gil` reads object state;
/// * `&mut Gil` changes object state, runs script code, or gives the lock up for a while.
///
/// A reference into an object borrows the token for as long as it lives, so the borrow checker rejects any program
/// that keeps such a reference across a point where another thread may run: that point needs `&mut Gil`.
///
/// # Why this is sound
///
/// * A thread has at most one token: attaching to a second lock without detaching from the first is an error, and the
///   token is neither `Clone` nor constructible outside the lock's guard.
/// * The token is neither `Send` nor `Sync`, so it cannot leave the thread that holds the lock, by reference or by value.
/// * Giving the lock up takes `&mut Gil` and a `Send` closure, so nothing that was borrowed is used meanwhile.
///
/// What the type does not say is *which* interpreter's lock is held. Objects of two interpreters are kept apart by
/// reachability: values are `!Send`, [`GilCell`](super::GilCell) is `!Sync`, and a handle that crosses threads checks
/// its interpreter before it yields a value.
///
/// ```compile_fail
/// fn leak(gil: &mini::gil::Gil) {
///     std::thread::scope(|scope| { scope.spawn(|| { let _held = gil; }); });
/// }
/// ```
pub struct Gil(PhantomData<*mut ()>);

impl Gil {
    /// Makes the token from nothing.
    ///
    /// # Safety
    ///
    /// The current thread must hold an interpreter's lock, no other token may be in use on this thread, and this one
    /// must not be used after the lock is given up.
    #[inline(always)]
    pub unsafe fn assume() -> Gil {
        Gil(PhantomData)
    }
}
