//! The order of comparisons of `list.sort`: natural runs, binary insertion, powersort's
//! merge policy and galloping merges.
//!
//! Scripts see each comparison that a sort asks (`__lt__` may print, raise, or not be an
//! order at all), so the sequence of questions is part of what `sort` does. The scheme is
//! Tim Peters's, as described in CPython's `listsort.txt`, with the merge order of Munro and
//! Wild, "Nearly-Optimal Mergesorts" (2018).

/// Wins in a row of one side from which a merge starts to gallop.
const MIN_GALLOP: usize = 7;

/// A sorted stretch that waits to be merged.
struct Run {
    start: usize,
    len: usize,
    /// Depth of the merge with the next run in the ideal tree.
    power: u32,
}

/// How a merge ended.
enum End {
    /// One side is used up.
    Drained,
    /// The side in the scratch space has one item left, which belongs at the far end.
    OneLeft,
}

/// Sorts indices by what `less` says, stably.
///
/// # Errors
///
/// The first error of `less`; `order` is then a permutation of what it was.
pub(super) fn sort_order<E>(order: &mut [u32], less: impl FnMut(u32, u32) -> Result<bool, E>) -> Result<(), E> {
    let len = order.len();
    let mut sorter = Sorter { order, less, runs: Vec::new(), scratch: Vec::new(), min_gallop: MIN_GALLOP };
    let least = least_run(len);
    let mut start = 0;
    while start < len {
        let mut run = sorter.find_run(start)?;
        if run < least {
            let wanted = least.min(len - start);
            sorter.insert(start, run, wanted)?;
            run = wanted;
        }
        sorter.push_run(start, run)?;
        start += run;
    }
    sorter.collapse()
}

/// The length that short runs are brought to, so that their number is about a power of two.
fn least_run(mut len: usize) -> usize {
    let mut odd = 0;
    while len >= 64 {
        odd |= len & 1;
        len >>= 1;
    }
    len + odd
}

/// The power of the border between two neighbouring runs in a list of `len` items.
fn border_power(start: usize, first: usize, second: usize, len: usize) -> u32 {
    // Twice the middles of both runs; the power is the first binary digit in which their
    // quotients by `len` differ.
    let mut a = 2 * start + first;
    let mut b = a + first + second;
    let mut power = 0;
    loop {
        power += 1;
        if a >= len {
            a -= len;
            b -= len;
        } else if b >= len {
            return power;
        }
        a <<= 1;
        b <<= 1;
    }
}

/// Where `is_before` turns false in a sorted stretch of `len` items, looked for around `hint`
/// in steps that double.
fn gallop<E>(len: usize, hint: usize, mut is_before: impl FnMut(usize) -> Result<bool, E>) -> Result<usize, E> {
    let (mut last, mut step) = (0, 1);
    let (mut low, mut high);
    if is_before(hint)? {
        let limit = len - hint;
        while step < limit && is_before(hint + step)? {
            last = step;
            step = 2 * step + 1;
        }
        low = hint + last + 1;
        high = hint + step.min(limit);
    } else {
        let limit = hint + 1;
        while step < limit && !is_before(hint - step)? {
            last = step;
            step = 2 * step + 1;
        }
        low = hint + 1 - step.min(limit);
        high = hint - last;
    }
    while low < high {
        let middle = low + (high - low) / 2;
        if is_before(middle)? { low = middle + 1 } else { high = middle }
    }
    Ok(high)
}

struct Sorter<'a, F> {
    order: &'a mut [u32],
    less: F,
    runs: Vec<Run>,
    scratch: Vec<u32>,
    /// Rises where galloping does not pay, falls where it does.
    min_gallop: usize,
}

impl<E, F: FnMut(u32, u32) -> Result<bool, E>> Sorter<'_, F> {
    fn is_less(&mut self, a: usize, b: usize) -> Result<bool, E> {
        (self.less)(self.order[a], self.order[b])
    }

    /// The length of the run that begins at `start`; a descending one is turned round.
    fn find_run(&mut self, start: usize) -> Result<usize, E> {
        let len = self.order.len();
        let end = self.extend_ascending(start + 1)?;
        if end == len {
            return Ok(end - start);
        }
        if end - start > 1 {
            if self.is_less(start, end - 1)? {
                return Ok(end - start);
            }
            // All equal so far: the descending run that follows keeps their order.
            self.order[start..end].reverse();
        }
        let end = self.extend_descending(start, end + 1)?;
        self.order[start..end].reverse();
        Ok(self.extend_ascending(end)? - start)
    }

    fn extend_ascending(&mut self, mut end: usize) -> Result<usize, E> {
        while end < self.order.len() && !self.is_less(end, end - 1)? {
            end += 1;
        }
        Ok(end)
    }

    /// Stretches of equal items within the run are turned round here, so that they keep
    /// their order when the whole is.
    fn extend_descending(&mut self, start: usize, mut end: usize) -> Result<usize, E> {
        let mut equal = start.max(end - 1);
        while end < self.order.len() {
            if self.is_less(end, end - 1)? {
                self.order[equal..end].reverse();
                equal = end;
            } else if self.is_less(end - 1, end)? {
                break;
            }
            end += 1;
        }
        self.order[equal..end].reverse();
        Ok(end)
    }

    /// Sorts `wanted` items from `start`, of which `sorted` are sorted, by binary insertion.
    fn insert(&mut self, start: usize, sorted: usize, wanted: usize) -> Result<(), E> {
        for at in start + sorted..start + wanted {
            let (mut low, mut high) = (start, at);
            while low < high {
                let middle = low + (high - low) / 2;
                if self.is_less(at, middle)? { high = middle } else { low = middle + 1 }
            }
            self.order[low..=at].rotate_right(1);
        }
        Ok(())
    }

    /// Notes a new run, after the merges that its place in the ideal tree asks for.
    fn push_run(&mut self, start: usize, len: usize) -> Result<(), E> {
        if let Some(last) = self.runs.last() {
            let power = border_power(last.start, last.len, len, self.order.len());
            while let [.., before, _] = &self.runs[..]
                && before.power > power
            {
                self.merge_runs(self.runs.len() - 2)?;
            }
            if let Some(last) = self.runs.last_mut() {
                last.power = power;
            }
        }
        self.runs.push(Run { start, len, power: 0 });
        Ok(())
    }

    fn collapse(&mut self) -> Result<(), E> {
        while self.runs.len() > 1 {
            let mut at = self.runs.len() - 2;
            if at > 0 && self.runs[at - 1].len < self.runs[at + 1].len {
                at -= 1;
            }
            self.merge_runs(at)?;
        }
        Ok(())
    }

    /// Merges runs `at` and `at + 1`, leaving out what is in place already.
    fn merge_runs(&mut self, at: usize) -> Result<(), E> {
        let right = self.runs.remove(at + 1);
        let left = &mut self.runs[at];
        let (mut start, mut len) = (left.start, left.len);
        left.len += right.len;

        let first_right = self.order[right.start];
        let (order, less) = (&*self.order, &mut self.less);
        let in_place = gallop(len, 0, |i| Ok(!less(first_right, order[start + i])?))?;
        start += in_place;
        len -= in_place;
        if len == 0 {
            return Ok(());
        }
        let last_left = order[start + len - 1];
        let right_len = gallop(right.len, right.len - 1, |i| less(order[right.start + i], last_left))?;
        if right_len == 0 {
            return Ok(());
        }
        if len <= right_len {
            self.merge_forward(start, right.start, right.start + right_len)
        } else {
            self.merge_backward(start, right.start, right.start + right_len)
        }
    }

    /// Merges `start..middle` with `middle..end` from the front; the left side is the shorter.
    fn merge_forward(&mut self, start: usize, middle: usize, end: usize) -> Result<(), E> {
        self.scratch.clear();
        self.scratch.extend_from_slice(&self.order[start..middle]);
        // Next place to fill, next of the left side (in the scratch space), next of the right.
        let (mut place, mut left, mut right) = (start, 0, middle);
        let outcome = self.run_forward(&mut place, &mut left, &mut right, end);
        if let Ok(End::OneLeft) = outcome {
            self.order.copy_within(right..end, place);
            place += end - right;
        }
        let rest = &self.scratch[left..];
        self.order[place..place + rest.len()].copy_from_slice(rest);
        outcome.map(|_| ())
    }

    fn run_forward(&mut self, place: &mut usize, left: &mut usize, right: &mut usize, end: usize) -> Result<End, E> {
        let Self { order, less, scratch, min_gallop, .. } = self;
        let len = scratch.len();
        macro_rules! take_right {
            () => {
                order[*place] = order[*right];
                *place += 1;
                *right += 1;
                if *right == end {
                    return Ok(End::Drained);
                }
            };
        }
        macro_rules! take_left {
            () => {
                order[*place] = scratch[*left];
                *place += 1;
                *left += 1;
                if len - *left == 1 {
                    return Ok(End::OneLeft);
                }
            };
        }
        take_right!();
        if len == 1 {
            return Ok(End::OneLeft);
        }
        let mut patience = *min_gallop;
        loop {
            let (mut lefts, mut rights) = (0, 0);
            while lefts < patience && rights < patience {
                if less(order[*right], scratch[*left])? {
                    (lefts, rights) = (0, rights + 1);
                    take_right!();
                } else {
                    (lefts, rights) = (lefts + 1, 0);
                    take_left!();
                }
            }
            patience += 1;
            loop {
                patience -= usize::from(patience > 1);
                *min_gallop = patience;
                let next = order[*right];
                lefts = gallop(len - *left, 0, |i| Ok(!less(next, scratch[*left + i])?))?;
                if lefts > 0 {
                    order[*place..*place + lefts].copy_from_slice(&scratch[*left..*left + lefts]);
                    *place += lefts;
                    *left += lefts;
                    match len - *left {
                        1 => return Ok(End::OneLeft),
                        0 => return Ok(End::Drained),
                        _ => {}
                    }
                }
                take_right!();
                let next = scratch[*left];
                rights = gallop(end - *right, 0, |i| less(order[*right + i], next))?;
                if rights > 0 {
                    order.copy_within(*right..*right + rights, *place);
                    *place += rights;
                    *right += rights;
                    if *right == end {
                        return Ok(End::Drained);
                    }
                }
                take_left!();
                if lefts < MIN_GALLOP && rights < MIN_GALLOP {
                    break;
                }
            }
            patience += 1;
            *min_gallop = patience;
        }
    }

    /// Merges `start..middle` with `middle..end` from the back; the right side is the shorter.
    fn merge_backward(&mut self, start: usize, middle: usize, end: usize) -> Result<(), E> {
        self.scratch.clear();
        self.scratch.extend_from_slice(&self.order[middle..end]);
        // Each is one past the next place to fill, item of the left side, item of the right
        // side (in the scratch space).
        let (mut place, mut left, mut right) = (end, middle, end - middle);
        let outcome = self.run_backward(&mut place, &mut left, &mut right, start);
        if let Ok(End::OneLeft) = outcome {
            let rest = left - start;
            self.order.copy_within(start..left, place - rest);
            place -= rest;
        }
        let rest = &self.scratch[..right];
        self.order[place - rest.len()..place].copy_from_slice(rest);
        outcome.map(|_| ())
    }

    fn run_backward(&mut self, place: &mut usize, left: &mut usize, right: &mut usize, start: usize) -> Result<End, E> {
        let Self { order, less, scratch, min_gallop, .. } = self;
        macro_rules! take_left {
            () => {
                *place -= 1;
                *left -= 1;
                order[*place] = order[*left];
                if *left == start {
                    return Ok(End::Drained);
                }
            };
        }
        macro_rules! take_right {
            () => {
                *place -= 1;
                *right -= 1;
                order[*place] = scratch[*right];
                if *right == 1 {
                    return Ok(End::OneLeft);
                }
            };
        }
        take_left!();
        if *right == 1 {
            return Ok(End::OneLeft);
        }
        let mut patience = *min_gallop;
        loop {
            let (mut lefts, mut rights) = (0, 0);
            while lefts < patience && rights < patience {
                if less(scratch[*right - 1], order[*left - 1])? {
                    (lefts, rights) = (lefts + 1, 0);
                    take_left!();
                } else {
                    (lefts, rights) = (0, rights + 1);
                    take_right!();
                }
            }
            patience += 1;
            loop {
                patience -= usize::from(patience > 1);
                *min_gallop = patience;
                let last = scratch[*right - 1];
                let count = *left - start;
                lefts = count - gallop(count, count - 1, |i| Ok(!less(last, order[start + i])?))?;
                if lefts > 0 {
                    *place -= lefts;
                    *left -= lefts;
                    order.copy_within(*left..*left + lefts, *place);
                    if *left == start {
                        return Ok(End::Drained);
                    }
                }
                take_right!();
                let last = order[*left - 1];
                rights = *right - gallop(*right, *right - 1, |i| less(scratch[i], last))?;
                if rights > 0 {
                    *place -= rights;
                    *right -= rights;
                    order[*place..*place + rights].copy_from_slice(&scratch[*right..*right + rights]);
                    match *right {
                        1 => return Ok(End::OneLeft),
                        0 => return Ok(End::Drained),
                        _ => {}
                    }
                }
                take_left!();
                if lefts < MIN_GALLOP && rights < MIN_GALLOP {
                    break;
                }
            }
            patience += 1;
            *min_gallop = patience;
        }
    }
}
