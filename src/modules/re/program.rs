//! Patterns as programs of the matcher.

use super::node::{At, Greed, Node, Set, fold};

/// What matches one character.
#[derive(Debug)]
pub(super) enum One {
    Char(char),
    /// A folded character, and whether folding is by ASCII.
    Fold(char, bool),
    /// Any, newlines included or not.
    Any(bool),
    Set(Box<Set>),
}

/// An instruction of the matcher.
#[derive(Debug)]
pub(super) enum Op {
    One(One),
    At(At),
    /// Notes the position in a slot: `2 * group` for its start, `2 * group + 1` for its end.
    Save(usize),
    Jump(usize),
    /// Goes on behind itself; when that fails, at the target.
    Try(usize),
    /// A repetition of one character.
    Run {
        one: One,
        min: u32,
        max: u32,
        greed: Greed,
    },
    /// Begins a repetition: its counter is zero.
    Start(usize),
    /// Decides whether the body, at `body`, is matched once more.
    Loop {
        counter: usize,
        min: u32,
        max: u32,
        lazy: bool,
        body: usize,
    },
    Reference(usize, Option<bool>),
    /// Matches what stands behind itself up to an `Accept`, then goes on at `after`.
    Look {
        negated: bool,
        behind: usize,
        after: usize,
    },
    /// As `Look`, but the position moves on: what has matched is not tried again.
    Atomic {
        after: usize,
    },
    /// Jumps if the group has not matched.
    Unless {
        group: usize,
        target: usize,
    },
    Accept,
}

#[derive(Debug)]
pub(super) struct Program {
    pub ops: Vec<Op>,
    pub groups: usize,
    pub counters: usize,
    /// Text that every match begins with.
    pub prefix: String,
    /// The ASCII characters that a match may begin with, a bit each, if no match is empty.
    pub firsts: Option<u128>,
}

impl Program {
    /// Compiles a pattern with `groups` groups, the whole match included.
    pub fn new(node: &Node, groups: usize) -> Program {
        let mut program = Program { ops: Vec::new(), groups, counters: 0, prefix: String::new(), firsts: None };
        program.emit(node);
        program.ops.push(Op::Accept);
        program.prefix = prefix(node);
        let (firsts, may_be_empty) = firsts(node);
        program.firsts = (!may_be_empty && firsts != u128::MAX).then_some(firsts);
        program
    }

    fn emit(&mut self, node: &Node) {
        if let Some(one) = one(node) {
            self.ops.push(Op::One(one));
            return;
        }
        match node {
            Node::Char(..) | Node::Any(_) | Node::Set(_) => {}
            Node::At(at) => self.ops.push(Op::At(*at)),
            Node::Sequence(nodes) => nodes.iter().for_each(|node| self.emit(node)),
            Node::Alternatives(nodes) => self.alternatives(nodes),
            Node::Group(number, node) => {
                self.ops.push(Op::Save(2 * number));
                self.emit(node);
                self.ops.push(Op::Save(2 * number + 1));
            }
            Node::Repeat { node, min, max, greed } => self.repeat(node, *min, *max, *greed),
            Node::Reference(group, case) => self.ops.push(Op::Reference(*group, *case)),
            Node::Look { node, negated, behind } => {
                let at = self.ops.len();
                self.ops.push(Op::Accept);
                self.emit(node);
                self.ops.push(Op::Accept);
                let after = self.ops.len();
                self.ops[at] = Op::Look { negated: *negated, behind: behind.unwrap_or(0), after };
            }
            Node::Atomic(node) => self.atomic(|program| program.emit(node)),
            Node::Condition { group, yes, no } => {
                let test = self.ops.len();
                self.ops.push(Op::Accept);
                self.emit(yes);
                let jump = self.ops.len();
                self.ops.push(Op::Accept);
                self.ops[test] = Op::Unless { group: *group, target: self.ops.len() };
                self.emit(no);
                self.ops[jump] = Op::Jump(self.ops.len());
            }
        }
    }

    fn alternatives(&mut self, nodes: &[Node]) {
        let mut jumps = Vec::new();
        for (index, node) in nodes.iter().enumerate() {
            if index + 1 == nodes.len() {
                self.emit(node);
                break;
            }
            let at = self.ops.len();
            self.ops.push(Op::Accept);
            self.emit(node);
            jumps.push(self.ops.len());
            self.ops.push(Op::Accept);
            self.ops[at] = Op::Try(self.ops.len());
        }
        let end = self.ops.len();
        jumps.into_iter().for_each(|jump| self.ops[jump] = Op::Jump(end));
    }

    fn atomic(&mut self, emit: impl FnOnce(&mut Self)) {
        let at = self.ops.len();
        self.ops.push(Op::Accept);
        emit(self);
        self.ops.push(Op::Accept);
        let after = self.ops.len();
        self.ops[at] = Op::Atomic { after };
    }

    fn repeat(&mut self, node: &Node, min: u32, max: u32, greed: Greed) {
        if let Some(one) = one(node) {
            self.ops.push(Op::Run { one, min, max, greed });
            return;
        }
        match greed {
            Greed::Possessive => self.atomic(|program| program.repeat(node, min, max, Greed::Greedy)),
            _ => {
                let counter = self.counters;
                self.counters += 1;
                self.ops.push(Op::Start(counter));
                let jump = self.ops.len();
                self.ops.push(Op::Accept);
                let body = self.ops.len();
                self.emit(node);
                self.ops[jump] = Op::Jump(self.ops.len());
                self.ops.push(Op::Loop { counter, min, max, lazy: greed == Greed::Lazy, body });
            }
        }
    }
}

fn one(node: &Node) -> Option<One> {
    Some(match node {
        Node::Char(c, None) => One::Char(*c),
        Node::Char(c, Some(ascii)) => One::Fold(*c, *ascii),
        Node::Any(newlines) => One::Any(*newlines),
        Node::Set(set) => One::Set(set.clone()),
        _ => return None,
    })
}

/// The ASCII characters that a match of a node may begin with, and whether it may be empty.
fn firsts(node: &Node) -> (u128, bool) {
    match node {
        Node::Char(wanted, ignore_case) => {
            let matches = |c: char| c == *wanted || ignore_case.is_some_and(|ascii| fold(c, ascii) == *wanted);
            let set = (0..128_u8).filter(|&code| matches(code.into())).fold(0, |set, code| set | 1 << code);
            (set, false)
        }
        Node::Set(set) => (set.table, false),
        Node::Any(_) => (u128::MAX, false),
        Node::Sequence(nodes) => {
            let mut all = 0;
            for node in nodes {
                let (set, may_be_empty) = firsts(node);
                all |= set;
                if !may_be_empty {
                    return (all, false);
                }
            }
            (all, true)
        }
        Node::Alternatives(nodes) => {
            nodes.iter().map(firsts).fold((0, false), |(all, any), (set, empty)| (all | set, any | empty))
        }
        Node::Group(_, node) | Node::Atomic(node) => firsts(node),
        Node::Repeat { node, min, .. } => {
            let (set, may_be_empty) = firsts(node);
            (set, may_be_empty || *min == 0)
        }
        // Nothing is consumed: what follows decides.
        Node::At(_) | Node::Look { .. } => (0, true),
        Node::Reference(..) | Node::Condition { .. } => (u128::MAX, true),
    }
}

/// The text that every match of a pattern begins with, as far as that is easily seen.
fn prefix(node: &Node) -> String {
    let mut text = String::new();
    push_prefix(node, &mut text);
    text
}

/// Appends to a prefix; whether it may go on behind the node.
fn push_prefix(node: &Node, text: &mut String) -> bool {
    match node {
        Node::Char(c, None) => {
            text.push(*c);
            true
        }
        Node::Sequence(nodes) => nodes.iter().all(|node| push_prefix(node, text)),
        Node::Group(_, node) => push_prefix(node, text),
        Node::Repeat { node, min, .. } if *min > 0 => {
            push_prefix(node, text);
            false
        }
        _ => false,
    }
}
