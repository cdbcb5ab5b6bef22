//! Whether there is memory for what a script asks for.
//!
//! Most of Rust's ways to allocate end the process when there is no memory. Small requests may rely on what the
//! application's allocator keeps back; what a script can make large is asked for here first, so that the machine can
//! raise MemoryError.

/// Requests from this size on are made sure of before. Allocators that keep a reserve serve smaller ones from it.
pub const LARGE: usize = 1 << 20;

/// So many times a large block should fit again beside it.
///
/// Most operations make no more than that of what they are given, and their ways to allocate cannot fail. An allocator
/// that has made a large block and sees less left raises [`ShortageSignal`](super::ShortageSignal) while there is still
/// enough for whatever goes on: the script sees MemoryError before an operation would have to end the process.
pub const HEADROOM: usize = 2;

/// There is no memory for what was asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NoRoom;

/// Whether a block of so many bytes can be had; small ones always count as such.
#[inline(always)]
pub fn has_room(bytes: usize) -> bool {
    bytes < LARGE || can_be_had(bytes)
}

/// Whether so many items of a type can be had in one block.
#[inline]
pub fn has_room_for<T>(count: usize) -> bool {
    count.checked_mul(size_of::<T>()).is_some_and(has_room)
}

#[cold]
#[inline(never)]
fn can_be_had(bytes: usize) -> bool {
    let mut block = Vec::<u8>::new();
    let got = block.try_reserve_exact(bytes).is_ok();
    // A block that nothing looks at would not be asked for at all.
    std::hint::black_box(&mut block);
    got
}

/// Makes room for `added` more items: doubles what there is, or takes less where that cannot be had.
///
/// # Errors
///
/// There is no memory for them.
#[inline(always)]
pub fn make_room<T>(items: &mut Vec<T>, added: usize) -> Result<(), NoRoom> {
    if items.capacity() - items.len() >= added { Ok(()) } else { grow(items, added) }
}

/// As [`make_room`], for a text.
///
/// # Errors
///
/// There is no memory for it.
#[inline]
pub fn make_text_room(text: &mut String, added: usize) -> Result<(), NoRoom> {
    if text.capacity() - text.len() >= added {
        return Ok(());
    }
    text.try_reserve(added).or_else(|_| text.try_reserve_exact(added)).map_err(|_| NoRoom)
}

#[cold]
#[inline(never)]
fn grow<T>(items: &mut Vec<T>, added: usize) -> Result<(), NoRoom> {
    items
        .try_reserve(added)
        .or_else(|_| items.try_reserve_exact(added.max(items.len() / 8)))
        .or_else(|_| items.try_reserve_exact(added))
        .map_err(|_| NoRoom)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_exceeds_the_address_space_has_no_room() {
        assert!(has_room(LARGE));
        assert!(!has_room(isize::MAX as usize));
        assert!(!has_room_for::<u64>(usize::MAX / 2));
        let mut items = vec![1u64, 2];
        assert_eq!(make_room(&mut items, 1000), Ok(()));
        assert!(items.capacity() >= 1002);
        assert_eq!(make_room(&mut items, isize::MAX as usize), Err(NoRoom));
        assert_eq!(items, [1, 2]);
    }
}
