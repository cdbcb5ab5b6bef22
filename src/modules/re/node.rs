//! A parsed pattern.

use crate::object::unicode;

/// Flags as `re` numbers them.
pub(super) mod flag {
    pub const IGNORECASE: u32 = 2;
    pub const LOCALE: u32 = 4;
    pub const MULTILINE: u32 = 8;
    pub const DOTALL: u32 = 16;
    pub const UNICODE: u32 = 32;
    pub const VERBOSE: u32 = 64;
    pub const DEBUG: u32 = 128;
    pub const ASCII: u32 = 256;
}

/// A class such as `\d`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Class {
    Digit,
    Space,
    Word,
}

impl Class {
    /// Whether a character is of the class.
    pub fn has(self, c: char, ascii: bool) -> bool {
        match self {
            Class::Digit if ascii => c.is_ascii_digit(),
            Class::Digit => unicode::decimal(c).is_some(),
            Class::Space if ascii => matches!(c, ' ' | '\t'..='\r'),
            Class::Space => unicode::is_space(c),
            Class::Word if ascii => c.is_ascii_alphanumeric() || c == '_',
            Class::Word => unicode::is_alnum(c) || c == '_',
        }
    }
}

/// Of longer ranges only the lower and the upper case of a character are looked for.
const LONGEST_FOLDED: u32 = 1 << 12;

/// `[...]`, or a class by itself.
#[derive(Clone, Debug, Default)]
pub(super) struct Set {
    pub negated: bool,
    pub ranges: Vec<(char, char)>,
    /// Classes, and whether each is negated.
    pub classes: Vec<(Class, bool)>,
    pub ignore_case: bool,
    pub ascii: bool,
    /// With a case to ignore: what the characters of short ranges fold to, sorted.
    pub folded: Vec<char>,
    /// The answers for ASCII, a bit each.
    pub table: u128,
}

impl Set {
    /// Computes the answers for ASCII, and the folded characters.
    pub fn finish(mut self) -> Set {
        if self.ignore_case && !self.ascii {
            let short = self.ranges.iter().filter(|(low, high)| u32::from(*high) - u32::from(*low) <= LONGEST_FOLDED);
            self.folded = short.flat_map(|&(low, high)| (low..=high).map(|c| fold(c, false))).collect();
            self.folded.sort_unstable();
            self.folded.dedup();
        }
        self.table = (0..128).filter(|&code| self.slow(code as u8 as char)).fold(0, |table, code| table | 1 << code);
        self
    }

    /// Whether a character is in the set.
    #[inline]
    pub fn has(&self, c: char) -> bool {
        if c.is_ascii() { self.table >> (c as u32) & 1 == 1 } else { self.slow(c) }
    }

    fn slow(&self, c: char) -> bool {
        let mut found = self.contains(c);
        if !found && self.ignore_case {
            let plain = fold(c, self.ascii);
            found = self.contains(plain)
                || self.contains(raise(c, self.ascii))
                || self.folded.binary_search(&plain).is_ok();
        }
        found != self.negated
    }

    fn contains(&self, c: char) -> bool {
        self.ranges.iter().any(|&(low, high)| low <= c && c <= high)
            || self.classes.iter().any(|&(class, negated)| class.has(c, self.ascii) != negated)
    }
}

/// The one character that a case mapping gives, or the character itself if it gives several.
fn single(c: char, mut mapped: impl Iterator<Item = char>) -> char {
    match (mapped.next(), mapped.next()) {
        (Some(one), None) => one,
        _ => c,
    }
}

fn raise(c: char, ascii: bool) -> char {
    if ascii { c.to_ascii_uppercase() } else { single(c, c.to_uppercase()) }
}

/// What characters that differ in case only have in common.
pub(super) fn fold(c: char, ascii: bool) -> char {
    if ascii || c.is_ascii() {
        return c.to_ascii_lowercase();
    }
    // Characters whose case mappings are several characters, but which have one in common.
    let c = match c {
        '\u{130}' => return 'i',
        '\u{fb05}' => '\u{fb06}',
        '\u{1fd3}' => '\u{390}',
        '\u{1fe3}' => '\u{3b0}',
        c => c,
    };
    let upper = single(c, c.to_uppercase());
    single(upper, upper.to_lowercase())
}

/// Where a position matches.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum At {
    /// `\A`, and `^` without MULTILINE.
    Beginning,
    /// `^` with MULTILINE.
    LineBeginning,
    /// `$` without MULTILINE: the end, or before a last newline.
    End,
    /// `$` with MULTILINE.
    LineEnd,
    /// `\Z`.
    StringEnd,
    /// `\b`; whether by ASCII.
    Boundary(bool),
    /// `\B`.
    NoBoundary(bool),
}

/// How a repetition chooses.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Greed {
    Greedy,
    Lazy,
    Possessive,
}

/// No upper bound of a repetition.
pub(super) const MANY: u32 = u32::MAX;

#[derive(Clone, Debug)]
pub(super) enum Node {
    /// A character; with a case to ignore, folded (and whether by ASCII).
    Char(char, Option<bool>),
    /// `.`; whether it matches newlines.
    Any(bool),
    Set(Box<Set>),
    At(At),
    Sequence(Vec<Node>),
    Alternatives(Vec<Node>),
    Group(usize, Box<Node>),
    Repeat {
        node: Box<Node>,
        min: u32,
        max: u32,
        greed: Greed,
    },
    /// `\1`; as for a character, how case is ignored.
    Reference(usize, Option<bool>),
    Look {
        node: Box<Node>,
        negated: bool,
        /** Width of what is looked back at. */
        behind: Option<usize>,
    },
    Atomic(Box<Node>),
    Condition {
        group: usize,
        yes: Box<Node>,
        no: Box<Node>,
    },
}

impl Node {
    /// The least and the greatest number of characters that match; `widths` are those of the groups.
    pub fn width(&self, widths: &[(u64, u64)]) -> (u64, u64) {
        const LIMIT: u64 = 1 << 32;
        let (low, high) = match self {
            Node::Char(..) | Node::Any(_) | Node::Set(_) => (1, 1),
            Node::At(_) | Node::Look { .. } => (0, 0),
            Node::Sequence(nodes) => nodes
                .iter()
                .map(|node| node.width(widths))
                .fold((0, 0), |sum, width| (sum.0 + width.0, sum.1 + width.1)),
            Node::Alternatives(nodes) => nodes
                .iter()
                .map(|node| node.width(widths))
                .fold((LIMIT, 0), |sum, width| (sum.0.min(width.0), sum.1.max(width.1))),
            Node::Group(_, node) | Node::Atomic(node) => node.width(widths),
            Node::Repeat { node, min, max, .. } => {
                let (low, high) = node.width(widths);
                (low.saturating_mul((*min).into()), high.saturating_mul((*max).into()))
            }
            Node::Reference(group, _) => widths.get(*group).copied().unwrap_or((0, LIMIT)),
            Node::Condition { yes, no, .. } => {
                let (yes, no) = (yes.width(widths), no.width(widths));
                (yes.0.min(no.0), yes.1.max(no.1))
            }
        };
        (low.min(LIMIT), high.min(LIMIT))
    }
}
