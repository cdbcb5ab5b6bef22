//! The cell that holds object state: reachable only with the token.

use std::cell::UnsafeCell;

use super::Gil;

/// A place in an object, read with `&Gil` and changed with `&mut Gil`.
///
/// Borrowing is checked by the compiler for all cells at once: while a `&mut T` out of any cell lives, the token is
/// borrowed exclusively and no other cell can be touched. To look at two cells while changing one, copy or clone out of
/// the first. To change two, change them one after the other, or [`replace`](GilCell::replace) one by an empty value.
/// The access compiles to the same code as a raw pointer.
///
/// # Why this is sound
///
/// The token is unique on its thread and its thread has the lock, so `&Gil` proves that no `&mut T` out of any cell
/// lives anywhere, and `&mut Gil` that no reference at all does. Three rules complete the proof:
///
/// * **A cell belongs to one interpreter.** The type is `!Sync`: whatever shares cells among threads does so by an
///   `unsafe impl` of its own, and vouches there that all who reach the cell take the same lock.
/// * **Dropping a `T` runs no script code and reaches no cell through a token.** A drop has no token to use, and
///   finalisers are queued for the evaluation loop. The methods here that drop a value do it after the change is complete.
/// * **Do not drop values while a reference out of a cell lives** that those values might keep alive: take them out with
///   `replace` or [`take`](GilCell::take) first and drop them when the reference has ended.
///
/// ```compile_fail
/// use mini::gil::{Gil, GilCell};
/// fn stale<'a>(cell: &'a GilCell<Vec<u8>>, gil: &'a mut Gil) -> usize {
///     let old = cell.get(gil);
///     cell.set(gil, Vec::new()); // `old` would dangle: rejected
///     old.len()
/// }
/// ```
#[repr(transparent)]
pub struct GilCell<T: ?Sized>(UnsafeCell<T>);

impl<T> GilCell<T> {
    /// Puts a value into a new cell.
    #[inline(always)]
    pub const fn new(value: T) -> Self {
        GilCell(UnsafeCell::new(value))
    }

    /// Puts `value` in and gives back what was there.
    #[inline(always)]
    pub fn replace(&self, gil: &mut Gil, value: T) -> T {
        std::mem::replace(self.get_mut(gil), value)
    }

    /// Puts `value` in and drops what was there, after the change.
    #[inline(always)]
    pub fn set(&self, gil: &mut Gil, value: T) {
        drop(self.replace(gil, value));
    }

    /// Takes the value out and leaves the default.
    #[inline(always)]
    pub fn take(&self, gil: &mut Gil) -> T
    where
        T: Default,
    {
        self.replace(gil, T::default())
    }

    /// Copies the value out.
    #[inline(always)]
    pub fn copied(&self, gil: &Gil) -> T
    where
        T: Copy,
    {
        *self.get(gil)
    }

    /// Ends the cell and gives back its value.
    #[inline(always)]
    pub fn into_inner(self) -> T {
        self.0.into_inner()
    }
}

impl<T: ?Sized> GilCell<T> {
    /// Looks at the value for as long as the token is not used to change anything.
    #[inline(always)]
    pub fn get<'a>(&'a self, _gil: &'a Gil) -> &'a T {
        // SAFETY: the shared token proves that this thread has the lock and that no `&mut T` out of a cell lives.
        unsafe { &*self.0.get() }
    }

    /// Looks at the value in order to change it.
    #[inline(always)]
    #[allow(clippy::mut_from_ref)]
    pub fn get_mut<'a>(&'a self, _gil: &'a mut Gil) -> &'a mut T {
        // SAFETY: the exclusive token proves that this thread has the lock and that no reference out of a cell lives.
        unsafe { &mut *self.0.get() }
    }

    /// Looks at the value without the token, for an owner that has the cell to itself.
    #[inline(always)]
    pub fn get_exclusive(&mut self) -> &mut T {
        self.0.get_mut()
    }

    /// The value's address, for the evaluation loop's verified fast paths.
    ///
    /// Using it is `unsafe` and obliges to the same rules: the lock is held, and no reference made from it overlaps a
    /// reference that the token vouches for.
    #[inline(always)]
    pub const fn as_ptr(&self) -> *mut T {
        self.0.get()
    }
}

impl<T: Default> Default for GilCell<T> {
    fn default() -> Self {
        GilCell::new(T::default())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_and_changes() {
        // SAFETY: the cells below never leave this test's thread, and there is no other token.
        let gil = &mut unsafe { Gil::assume() };
        let mut cell = GilCell::new(vec![1]);
        cell.get_mut(gil).push(2);
        assert_eq!(cell.get(gil), &[1, 2]);
        assert_eq!(cell.replace(gil, vec![9]), [1, 2]);
        assert_eq!(cell.take(gil), [9]);
        assert!(cell.get(gil).is_empty());
        cell.set(gil, vec![3]);
        cell.get_exclusive().push(4);
        assert_eq!(cell.into_inner(), [3, 4]);
        assert_eq!(GilCell::new(7).copied(gil), 7);
    }

    #[test]
    fn takes_no_room() {
        assert_eq!(size_of::<Gil>(), 0);
        assert_eq!(size_of::<GilCell<u64>>(), 8);
    }
}
