//! The backtracking matcher.
//!
//! What must be undone when a way fails is on one stack with the ways not taken yet, so the
//! matcher needs no Rust stack but for look-arounds and atomic groups, which nest as the pattern does.

use super::node::{At, Class, Greed, MANY, fold};
use super::program::{One, Op, Program};

/// What is matched: text or bytes, by byte offsets.
pub(super) trait Input {
    /// The offset so many characters before another one.
    fn back(&self, at: usize, count: usize) -> Option<usize>;

    /// The character at an offset, and the offset behind it.
    fn next(&self, at: usize) -> Option<(char, usize)>;
    /// The character before an offset, and the offset of it.
    fn previous(&self, at: usize) -> Option<(char, usize)>;
    /// The first place from an offset on where a text stands.
    fn find(&self, text: &str, from: usize) -> Option<usize>;
    /// The end of the input.
    fn len(&self) -> usize;
}

impl Input for &str {
    #[inline]
    fn next(&self, at: usize) -> Option<(char, usize)> {
        let byte = *self.as_bytes().get(at)?;
        if byte.is_ascii() {
            return Some((byte as char, at + 1));
        }
        let c = self[at..].chars().next()?;
        Some((c, at + c.len_utf8()))
    }

    #[inline]
    fn previous(&self, at: usize) -> Option<(char, usize)> {
        let c = self[..at].chars().next_back()?;
        Some((c, at - c.len_utf8()))
    }

    fn back(&self, at: usize, count: usize) -> Option<usize> {
        // As many characters take at least as many bytes: most places before the width fail here, without a walk.
        at.checked_sub(count)?;
        (0..count).try_fold(at, |at, _| self.previous(at).map(|(_, before)| before))
    }

    fn find(&self, text: &str, from: usize) -> Option<usize> {
        memchr::memmem::find(&self.as_bytes()[from..], text.as_bytes()).map(|at| at + from)
    }

    fn len(&self) -> usize {
        str::len(self)
    }
}

impl Input for &[u8] {
    #[inline]
    fn next(&self, at: usize) -> Option<(char, usize)> {
        self.get(at).map(|&byte| (byte as char, at + 1))
    }

    #[inline]
    fn previous(&self, at: usize) -> Option<(char, usize)> {
        at.checked_sub(1).map(|before| (self[before] as char, before))
    }

    #[inline]
    fn back(&self, at: usize, count: usize) -> Option<usize> {
        at.checked_sub(count)
    }

    fn find(&self, text: &str, from: usize) -> Option<usize> {
        let bytes: Vec<u8> = text.chars().map(|c| c as u8).collect();
        memchr::memmem::find(&self[from..], &bytes).map(|at| at + from)
    }

    fn len(&self) -> usize {
        <[u8]>::len(self)
    }
}

/// A slot of a group that has not matched.
pub(super) const UNSET: usize = usize::MAX;

/// Ways not taken and changes to undo are limited to this many.
const MAX_STACK: usize = 1 << 26;

/// Why matching stopped without an answer.
pub(super) enum Stopped<E> {
    /// What the poll raised.
    Polled(E),
    /// The stack is used up.
    TooDeep,
}

enum Entry {
    /// Another way from a position.
    Branch {
        pc: usize,
        at: usize,
    },
    Slot {
        slot: usize,
        old: usize,
    },
    Counter {
        counter: usize,
        old: (u32, usize),
    },
    /// A greedy run that can give characters back down to `least`.
    Greedy {
        pc: usize,
        least: usize,
        at: usize,
    },
    /// A lazy run that can take up to `left` more characters.
    Lazy {
        pc: usize,
        at: usize,
        left: u32,
    },
}

/// One attempt to match a program.
pub(super) struct Matcher<'a, I, P> {
    program: &'a Program,
    input: I,
    /// Called now and then, so that a long match can be interrupted.
    poll: P,
    /// Start and end of each group, and the last group that closed.
    pub slots: Vec<usize>,
    counters: Vec<(u32, usize)>,
    stack: Vec<Entry>,
    steps: u32,
    /// Where a match must end, for `fullmatch`; and where an empty one must not.
    pub must_end: Option<usize>,
    pub not_empty_at: Option<usize>,
}

impl<'a, I: Input, E, P: FnMut() -> Result<(), E>> Matcher<'a, I, P> {
    pub fn new(program: &'a Program, input: I, poll: P) -> Self {
        Matcher {
            program,
            input,
            poll,
            slots: vec![UNSET; 2 * program.groups + 1],
            counters: vec![(0, UNSET); program.counters],
            stack: Vec::new(),
            steps: 0,
            must_end: None,
            not_empty_at: None,
        }
    }

    /// Matches at an offset; the groups are in `slots` then.
    pub fn match_at(&mut self, at: usize) -> Result<bool, Stopped<E>> {
        self.slots.fill(UNSET);
        self.stack.clear();
        match self.run(0, at)? {
            Some(end) => {
                self.slots[0] = at;
                self.slots[1] = end;
                Ok(true)
            }
            None => Ok(false),
        }
    }

    /// Matches at the first offset from `from` on where that is possible.
    pub fn search(&mut self, from: usize) -> Result<bool, Stopped<E>> {
        let mut at = from;
        loop {
            if !self.program.prefix.is_empty() {
                match self.input.find(&self.program.prefix, at) {
                    Some(found) => at = found,
                    None => return Ok(false),
                }
            } else if let Some(firsts) = self.program.firsts {
                loop {
                    match self.input.next(at) {
                        Some((c, next)) if c.is_ascii() && firsts >> c as u32 & 1 == 0 => at = next,
                        Some(_) => break,
                        None => return Ok(false),
                    }
                }
            }
            if self.match_at(at)? {
                return Ok(true);
            }
            match self.input.next(at) {
                Some((_, next)) => at = next,
                None => return Ok(false),
            }
        }
    }

    fn one(&self, one: &One, at: usize) -> Option<usize> {
        let (c, next) = self.input.next(at)?;
        let matches = match one {
            One::Char(wanted) => c == *wanted,
            One::Fold(wanted, ascii) => c == *wanted || fold(c, *ascii) == *wanted,
            One::Any(newlines) => *newlines || c != '\n',
            One::Set(set) => set.has(c),
        };
        matches.then_some(next)
    }

    fn at(&self, what: At, at: usize) -> bool {
        let newline_at = |at: usize| self.input.next(at).is_some_and(|(c, _)| c == '\n');
        match what {
            At::Beginning => at == 0,
            At::LineBeginning => at == 0 || self.input.previous(at).is_some_and(|(c, _)| c == '\n'),
            At::End => at == self.input.len() || (newline_at(at) && at + 1 == self.input.len()),
            At::LineEnd => at == self.input.len() || newline_at(at),
            At::StringEnd => at == self.input.len(),
            At::Boundary(ascii) => self.boundary(at, ascii),
            At::NoBoundary(ascii) => self.input.len() > 0 && !self.boundary(at, ascii),
        }
    }

    fn boundary(&self, at: usize, ascii: bool) -> bool {
        let word = |c: Option<(char, usize)>| c.is_some_and(|(c, _)| Class::Word.has(c, ascii));
        word(self.input.previous(at)) != word(self.input.next(at))
    }

    fn set_slot(&mut self, slot: usize, value: usize) {
        let old = std::mem::replace(&mut self.slots[slot], value);
        self.stack.push(Entry::Slot { slot, old });
    }

    fn set_counter(&mut self, counter: usize, value: (u32, usize)) {
        let old = std::mem::replace(&mut self.counters[counter], value);
        self.stack.push(Entry::Counter { counter, old });
    }

    fn tick(&mut self) -> Result<(), Stopped<E>> {
        self.steps = self.steps.wrapping_add(1);
        if self.steps.is_multiple_of(65_536) {
            (self.poll)().map_err(Stopped::Polled)?;
        }
        if self.stack.len() > MAX_STACK { Err(Stopped::TooDeep) } else { Ok(()) }
    }

    /// Undoes changes down to `base`.
    fn undo(&mut self, base: usize) {
        while self.stack.len() > base {
            match self.stack.pop() {
                Some(Entry::Slot { slot, old }) => self.slots[slot] = old,
                Some(Entry::Counter { counter, old }) => self.counters[counter] = old,
                _ => {}
            }
        }
    }

    /// Forgets the ways not taken above `base`, but not the changes.
    fn commit(&mut self, base: usize) {
        let mut kept = base;
        for index in base..self.stack.len() {
            if matches!(self.stack[index], Entry::Slot { .. } | Entry::Counter { .. }) {
                self.stack.swap(kept, index);
                kept += 1;
            }
        }
        self.stack.truncate(kept);
    }

    /// Goes back to the last way not taken above `base`.
    fn back(&mut self, base: usize) -> Option<(usize, usize)> {
        while self.stack.len() > base {
            match self.stack.pop()? {
                Entry::Branch { pc, at } => return Some((pc, at)),
                Entry::Slot { slot, old } => self.slots[slot] = old,
                Entry::Counter { counter, old } => self.counters[counter] = old,
                Entry::Greedy { pc, least, at } => {
                    let Some((_, before)) = self.input.previous(at) else { continue };
                    if before > least {
                        self.stack.push(Entry::Greedy { pc, least, at: before });
                    }
                    return Some((pc + 1, before));
                }
                Entry::Lazy { pc, at, left } => {
                    let Op::Run { one, .. } = &self.program.ops[pc] else { continue };
                    let Some(next) = self.one(one, at) else { continue };
                    if left > 1 {
                        self.stack.push(Entry::Lazy { pc, at: next, left: if left == MANY { MANY } else { left - 1 } });
                    }
                    return Some((pc + 1, next));
                }
            }
        }
        None
    }

    /// Runs from an instruction to its `Accept`; gives the offset reached.
    fn run(&mut self, pc: usize, at: usize) -> Result<Option<usize>, Stopped<E>> {
        let base = self.stack.len();
        let program = self.program;
        let (mut pc, mut at) = (pc, at);
        let whole = pc == 0;
        loop {
            let stepped = match &program.ops[pc] {
                Op::One(one) => self.one(one, at).map(|next| (pc + 1, next)),
                Op::At(what) => self.at(*what, at).then_some((pc + 1, at)),
                Op::Save(slot) => {
                    self.set_slot(*slot, at);
                    if slot % 2 == 1 {
                        self.set_slot(2 * program.groups, slot / 2);
                    }
                    Some((pc + 1, at))
                }
                Op::Jump(target) => Some((*target, at)),
                Op::Try(other) => {
                    self.stack.push(Entry::Branch { pc: *other, at });
                    Some((pc + 1, at))
                }
                Op::Run { one, min, max, greed } => self.take_run(pc, at, one, *min, *max, *greed),
                Op::Start(counter) => {
                    self.set_counter(*counter, (0, UNSET));
                    Some((pc + 1, at))
                }
                Op::Loop { counter, min, max, lazy, body } => {
                    self.tick()?;
                    let (count, last) = self.counters[*counter];
                    let again = (count.saturating_add(1), at);
                    if count < *min {
                        self.set_counter(*counter, again);
                        Some((*body, at))
                    } else if (*max != MANY && count >= *max) || last == at {
                        Some((pc + 1, at))
                    } else if *lazy {
                        // The other way round: out first, and the body when that fails.
                        self.stack.push(Entry::Counter { counter: *counter, old: (count, last) });
                        self.stack.push(Entry::Branch { pc: *body, at });
                        self.stack.push(Entry::Counter { counter: *counter, old: again });
                        Some((pc + 1, at))
                    } else {
                        self.stack.push(Entry::Branch { pc: pc + 1, at });
                        self.set_counter(*counter, again);
                        Some((*body, at))
                    }
                }
                Op::Reference(group, case) => self.reference(*group, *case, at).map(|next| (pc + 1, next)),
                Op::Look { negated, behind, after } => {
                    let inner = self.stack.len();
                    let start = self.input.back(at, *behind);
                    let found = match start {
                        Some(start) => self.run(pc + 1, start)?.is_some(),
                        None => false,
                    };
                    if found && !negated {
                        self.commit(inner);
                    } else {
                        self.undo(inner);
                    }
                    (found != *negated).then_some((*after, at))
                }
                Op::Atomic { after } => {
                    let inner = self.stack.len();
                    match self.run(pc + 1, at)? {
                        Some(end) => {
                            self.commit(inner);
                            Some((*after, end))
                        }
                        None => None,
                    }
                }
                Op::Unless { group, target } => {
                    let matched = self.slots.get(2 * group + 1).is_some_and(|&end| end != UNSET);
                    Some((if matched { pc + 1 } else { *target }, at))
                }
                Op::Accept => {
                    let refused = whole
                        && pc + 1 == program.ops.len()
                        && (self.must_end.is_some_and(|end| end != at) || self.not_empty_at == Some(at));
                    if !refused {
                        return Ok(Some(at));
                    }
                    None
                }
            };
            match stepped {
                Some(next) => (pc, at) = next,
                None => {
                    self.tick()?;
                    match self.back(base) {
                        Some(next) => (pc, at) = next,
                        None => return Ok(None),
                    }
                }
            }
        }
    }

    fn take_run(
        &mut self,
        pc: usize,
        at: usize,
        one: &One,
        min: u32,
        max: u32,
        greed: Greed,
    ) -> Option<(usize, usize)> {
        let mut next = at;
        for _ in 0..min {
            next = self.one(one, next)?;
        }
        let least = next;
        if greed == Greed::Lazy {
            if max > min {
                let left = if max == MANY { MANY } else { max - min };
                self.stack.push(Entry::Lazy { pc, at: next, left });
            }
            return Some((pc + 1, next));
        }
        let mut count = min;
        while count < max {
            let Some(behind) = self.one(one, next) else { break };
            next = behind;
            count += 1;
        }
        if greed == Greed::Greedy && next > least {
            self.stack.push(Entry::Greedy { pc, least, at: next });
        }
        Some((pc + 1, next))
    }

    fn reference(&self, group: usize, case: Option<bool>, at: usize) -> Option<usize> {
        let (mut from, end) = (self.slots[2 * group], self.slots[2 * group + 1]);
        if from == UNSET || end == UNSET || end < from {
            return None;
        }
        let mut at = at;
        while from < end {
            let (wanted, from_next) = self.input.next(from)?;
            let (c, at_next) = self.input.next(at)?;
            let same = c == wanted || case.is_some_and(|ascii| fold(c, ascii) == fold(wanted, ascii));
            if !same {
                return None;
            }
            (from, at) = (from_next, at_next);
        }
        Some(at)
    }
}

#[cfg(test)]
mod tests {
    use super::super::parse::parse;
    use super::*;

    fn find(pattern: &str, text: &str) -> Option<String> {
        let chars: Vec<char> = pattern.chars().collect();
        let parsed = parse(&chars, 0, false, &mut Vec::new()).expect("the pattern is valid");
        let program = Program::new(&parsed.node, parsed.names.len());
        let mut matcher = Matcher::new(&program, text, || Ok::<(), ()>(()));
        match matcher.search(0) {
            Ok(true) => Some(text[matcher.slots[0]..matcher.slots[1]].to_owned()),
            _ => None,
        }
    }

    #[test]
    fn matches_as_patterns_say() {
        for (pattern, text, expected) in [
            ("a+b", "xaaab", Some("aaab")),
            ("(a|ab)(c|bcd)", "abcd", Some("abcd")),
            ("a*?b", "aab", Some("aab")),
            ("(?:ab){2,3}", "abababab", Some("ababab")),
            ("(?:ab){2,3}?", "abababab", Some("abab")),
            ("(a)(?(1)b|c)", "ab", Some("ab")),
            ("(?<=é)b", "éb", Some("b")),
            ("(?<!a)b", "ab", None),
            ("(?=.*c)a", "abc", Some("a")),
            (r"(\w)\1", "abba", Some("bb")),
            ("(?i)É+", "éÉ", Some("éÉ")),
            ("(?>a*)ab", "aab", None),
            ("a*+a", "aaa", None),
            ("[^a-c]+", "abcxyz", Some("xyz")),
            ("(a*)*", "aa", Some("aa")),
            ("(?:a|b)*c", "ababc", Some("ababc")),
            (r"\bfoo\b", "a foo b", Some("foo")),
            ("^b", "a\nb", None),
            ("(?m)^b$", "a\nb\nc", Some("b")),
            ("(?s)a.b", "a\nb", Some("a\nb")),
            ("x{,2}y", "xxxy", Some("xxy")),
        ] {
            assert_eq!(find(pattern, text).as_deref(), expected, "{pattern} in {text:?}");
        }
    }
}
