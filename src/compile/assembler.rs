//! Collects instructions with symbolic jumps and turns them into a final sequence.

mod pool;

use mini_grammar::ast::Span;

use super::flow::Bound;
use crate::bytecode::{ExceptionRange, Instr, Position, Reg};

pub(super) use pool::{Access, Pool};

/// A place in the code that jumps can name before it is known.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Label(u32);

struct LabelInfo {
    at: Option<u32>,
    /// What is bound on all the jumps here seen so far.
    entry: Option<Bound>,
}

struct Slot {
    instr: Instr,
    span: Span,
    target: Option<Label>,
}

struct Range {
    start: u32,
    end: u32,
    handler: Label,
    depth: usize,
    exc: Reg,
    keep: Reg,
}

/// The code of one unit while it is being emitted.
#[derive(Default)]
pub(super) struct Assembler {
    slots: Vec<Slot>,
    labels: Vec<LabelInfo>,
    ranges: Vec<Range>,
}

/// What [`Assembler::finish`] gives.
pub(super) struct Assembled {
    pub(super) instrs: Vec<Instr>,
    pub(super) spans: Vec<Span>,
    pub(super) exceptions: Vec<ExceptionRange>,
}

impl Assembler {
    pub(super) fn label(&mut self) -> Label {
        self.labels.push(LabelInfo { at: None, entry: None });
        Label(self.labels.len() as u32 - 1)
    }

    /// The index of the next instruction.
    pub(super) fn here(&self) -> u32 {
        self.slots.len() as u32
    }

    /// Where the last instruction stands.
    pub(super) fn last_span(&self) -> Option<Span> {
        self.slots.last().map(|slot| slot.span)
    }

    pub(super) fn push(&mut self, instr: Instr, span: Span) {
        self.slots.push(Slot { instr, span, target: None });
    }

    /// Adds a jump, whose offset is filled in at the end.
    pub(super) fn push_jump(&mut self, instr: Instr, span: Span, target: Label) {
        self.slots.push(Slot { instr, span, target: Some(target) });
    }

    /// Notes that `bound` holds on a way to `label`.
    pub(super) fn arrive(&mut self, label: Label, bound: &Bound) {
        match &mut self.labels[label.0 as usize].entry {
            Some(entry) => entry.intersect(bound),
            entry => *entry = Some(bound.clone()),
        }
    }

    /// Places `label` here; gives what is bound on the ways to it, if there are any yet.
    pub(super) fn place(&mut self, label: Label) -> Option<Bound> {
        let here = self.here();
        let info = &mut self.labels[label.0 as usize];
        info.at = Some(here);
        info.entry.clone()
    }

    /// Handles exceptions of the instructions from `start` to here at `handler`.
    pub(super) fn protect(&mut self, start: u32, handler: Label, depth: usize, exc: Reg, keep: Reg) {
        self.ranges.push(Range { start, end: self.here(), handler, depth, exc, keep });
    }

    /// Puts `prologue` in front and resolves all jumps.
    pub(super) fn finish(mut self, prologue: Vec<(Instr, Span)>) -> Assembled {
        let shift = prologue.len() as u32;
        let mut sizes: Vec<u32> = vec![1; self.slots.len()];
        let addresses = loop {
            let addresses = addresses(&sizes, shift);
            let mut grew = false;
            for (at, slot) in self.slots.iter().enumerate() {
                if sizes[at] > 1 {
                    continue;
                }
                let Some(target) = slot.target else { continue };
                let offset = self.offset(&addresses, at, target);
                if is_short(&slot.instr) && i16::try_from(offset).is_err() {
                    sizes[at] = far_size(&slot.instr);
                    grew = true;
                }
            }
            if !grew {
                break addresses;
            }
        };
        let mut out = Assembled {
            instrs: Vec::with_capacity(addresses[self.slots.len()] as usize),
            spans: Vec::new(),
            exceptions: Vec::new(),
        };
        for (instr, span) in prologue {
            out.instrs.push(instr);
            out.spans.push(span);
        }
        for (at, (slot, &size)) in self.slots.iter().zip(&sizes).enumerate() {
            let offset = slot.target.map(|target| self.offset(&addresses, at, target));
            let first = out.instrs.len();
            match offset {
                None => out.instrs.push(slot.instr),
                Some(offset) if size == 1 => {
                    out.instrs.push(with_offset(slot.instr, offset));
                }
                Some(offset) => expand(slot.instr, offset, &mut out.instrs),
            }
            let added = out.instrs.len() - first;
            out.spans.extend(std::iter::repeat_n(slot.span, added));
        }
        self.ranges.sort_by_key(|range| std::cmp::Reverse(range.depth));
        for range in &self.ranges {
            out.exceptions.push(ExceptionRange {
                start: addresses[range.start as usize],
                end: addresses[range.end as usize],
                handler: self.address(&addresses, range.handler),
                exc: range.exc,
                keep: range.keep,
            });
        }
        out
    }

    fn address(&self, addresses: &[u32], label: Label) -> u32 {
        let at = self.labels[label.0 as usize].at.expect("every label that is used is placed");
        addresses[at as usize]
    }

    /// Offset of the jump in slot `at` from the end of the slot's first instruction.
    fn offset(&self, addresses: &[u32], at: usize, target: Label) -> i32 {
        self.address(addresses, target) as i32 - (addresses[at] as i32 + 1)
    }
}

fn addresses(sizes: &[u32], shift: u32) -> Vec<u32> {
    let mut next = shift;
    let mut all = Vec::with_capacity(sizes.len() + 1);
    for size in sizes {
        all.push(next);
        next += size;
    }
    all.push(next);
    all
}

/// Whether the jump has an offset of sixteen bits.
fn is_short(instr: &Instr) -> bool {
    !matches!(
        instr,
        Instr::Jump { .. }
            | Instr::JumpIfTrue { .. }
            | Instr::JumpIfFalse { .. }
            | Instr::JumpIfTrueKeep { .. }
            | Instr::JumpIfFalseKeep { .. }
    )
}

fn far_size(instr: &Instr) -> u32 {
    match instr {
        Instr::JumpIfNotMatch { .. } | Instr::Send { .. } => 3,
        _ => 2,
    }
}

/// Emits a jump too far for its own offset, by way of a `Jump`.
fn expand(instr: Instr, offset: i32, out: &mut Vec<Instr>) {
    match instr {
        Instr::ForIter { iter, dst, .. } => {
            out.extend([Instr::ForIterFar { iter, dst }, Instr::Jump { off: offset - 1 }])
        }
        Instr::JumpIfNotMatch { .. } | Instr::Send { .. } => {
            out.extend([with_offset(instr, 1), Instr::Jump { off: 1 }, Instr::Jump { off: offset - 2 }])
        }
        _ => out.extend([with_offset(inverted(instr), 1), Instr::Jump { off: offset - 1 }]),
    }
}

macro_rules! each_jump {
    ($instr:expr, $with:ident) => {
        match $instr {
            Instr::JumpIsNone { when, off, .. } => $with!(when, off),
            Instr::JumpIs { when, off, .. }
            | Instr::JumpLt { when, off, .. }
            | Instr::JumpLe { when, off, .. }
            | Instr::JumpGt { when, off, .. }
            | Instr::JumpGe { when, off, .. }
            | Instr::JumpEq { when, off, .. }
            | Instr::JumpNe { when, off, .. }
            | Instr::JumpLtI { when, off, .. }
            | Instr::JumpLeI { when, off, .. }
            | Instr::JumpGtI { when, off, .. }
            | Instr::JumpGeI { when, off, .. }
            | Instr::JumpEqI { when, off, .. }
            | Instr::JumpNeI { when, off, .. }
            | Instr::JumpIn { when, off, .. } => $with!(when, off),
            _ => {}
        }
    };
}

fn inverted(mut instr: Instr) -> Instr {
    macro_rules! flip {
        ($when:ident, $off:ident) => {{
            let _ = $off;
            *$when = !*$when;
        }};
    }
    each_jump!(&mut instr, flip);
    instr
}

fn with_offset(mut instr: Instr, offset: i32) -> Instr {
    match &mut instr {
        Instr::Jump { off }
        | Instr::JumpIfTrue { off, .. }
        | Instr::JumpIfFalse { off, .. }
        | Instr::JumpIfTrueKeep { off, .. }
        | Instr::JumpIfFalseKeep { off, .. } => *off = offset,
        Instr::ForIter { off, .. } | Instr::Send { off, .. } | Instr::JumpIfNotMatch { off, .. } => {
            *off = offset as i16;
        }
        _ => {}
    }
    macro_rules! set {
        ($when:ident, $off:ident) => {{
            let _ = $when;
            *$off = offset as i16;
        }};
    }
    each_jump!(&mut instr, set);
    instr
}

/// The positions of instructions, found once per distinct span.
pub(super) fn positions(spans: &[Span], lines: &mini_grammar::LineIndex) -> Vec<Position> {
    let mut last = (NOWHERE, Position::default());
    let find = |span: &Span| {
        if *span != last.0 {
            last = (*span, position(*span, lines));
        }
        last.1
    };
    spans.iter().map(find).collect()
}

/// Where `span` is; an empty one at offset `u32::MAX` is nowhere.
pub(super) fn position(span: Span, lines: &mini_grammar::LineIndex) -> Position {
    if span == NOWHERE {
        return Position::default();
    }
    Position {
        line: lines.line(span.start),
        end_line: lines.line(span.end),
        col: lines.byte_column(span.start),
        end_col: lines.byte_column(span.end),
    }
}

/// The span of instructions that belong to no source.
pub(super) const NOWHERE: Span = Span::new(u32::MAX, u32::MAX);
