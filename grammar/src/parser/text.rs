//! Literals side by side, f-strings among them.

use super::cx::Cx;
use crate::ast::*;
use crate::lex::{FPart, StrPart};

/// One literal of a row.
pub(crate) enum StringItem {
    Plain(StrPart, Span),
    Format(Vec<FPart>),
}

fn constant(part: StrPart) -> Constant {
    match part {
        StrPart::Str(text) => Constant::Str(text),
        StrPart::Surrogates(codes) => Constant::Surrogates(codes),
        StrPart::Bytes(bytes) => Constant::Bytes(bytes),
    }
}

fn codes(part: StrPart) -> Vec<u32> {
    match part {
        StrPart::Str(text) => text.chars().map(u32::from).collect(),
        StrPart::Surrogates(codes) => codes,
        StrPart::Bytes(bytes) => bytes.into_iter().map(u32::from).collect(),
    }
}

fn join(a: StrPart, b: StrPart) -> StrPart {
    match (a, b) {
        (StrPart::Str(a), StrPart::Str(b)) => StrPart::Str(a + &b),
        (StrPart::Bytes(mut a), StrPart::Bytes(b)) => {
            a.extend(b);
            StrPart::Bytes(a)
        }
        (a, b) => {
            let mut all = codes(a);
            all.extend(codes(b));
            // Two halves side by side do not make one character.
            StrPart::Surrogates(all)
        }
    }
}

pub(super) fn strings(cx: &Cx, l: u32, r: u32, parts: Vec<StringItem>, next: u32) -> Expr {
    let is_bytes = |item: &StringItem| matches!(item, StringItem::Plain(StrPart::Bytes(_), _));
    if parts.iter().any(is_bytes) && !parts.iter().all(is_bytes) {
        let width = cx.src[next as usize..].chars().next().map_or(1, |c| c.len_utf8() as u32);
        cx.fault(Span::new(next, next + width), "cannot mix bytes and nonbytes literals");
        return cx.expr(l, r, ExprKind::Constant(Constant::None));
    }
    let format = parts.iter().any(|item| matches!(item, StringItem::Format(..)));
    let pieces = parts.into_iter().flat_map(|item| match item {
        StringItem::Plain(part, span) => vec![FPart::Text(part, span)],
        StringItem::Format(parts) => parts,
    });
    if format {
        let values = joined(cx, pieces);
        return cx.expr(l, r, ExprKind::JoinedStr { values });
    }
    let texts = pieces.filter_map(|piece| match piece {
        FPart::Text(part, _) => Some(part),
        FPart::Field(_) => None,
    });
    let whole = texts.reduce(join).unwrap_or(StrPart::Str(String::new()));
    cx.expr(l, r, ExprKind::Constant(constant(whole)))
}

/// Puts adjacent texts together and leaves empty ones out.
fn joined(cx: &Cx, pieces: impl Iterator<Item = FPart>) -> Vec<Expr> {
    let mut values = Vec::new();
    let mut open: Option<(StrPart, Span)> = None;
    let flush = |open: &mut Option<(StrPart, Span)>, values: &mut Vec<Expr>| {
        if let Some((part, span)) = open.take() {
            if part != StrPart::Str(String::new()) {
                let kind = ExprKind::Constant(constant(part));
                values.push(cx.expr(span.start, span.end, kind));
            }
        }
    };
    for piece in pieces {
        match piece {
            FPart::Text(part, span) => {
                open = Some(match open.take() {
                    Some((before, from)) => (join(before, part), from.to(span)),
                    None => (part, span),
                });
            }
            FPart::Field(value) => {
                flush(&mut open, &mut values);
                values.push(value);
            }
        }
    }
    flush(&mut open, &mut values);
    values
}

/// A replacement field, after the text of its expression if it has a `=`.
pub(super) fn field(
    cx: &Cx,
    place: (u32, u32),
    value: Expr,
    debug: Option<(u32, u32)>,
    conversion: Option<(u32, u32, Name, u32)>,
    spec: Option<(Vec<FPart>, Span)>,
) -> Vec<FPart> {
    let mut parts = Vec::new();
    if let Some((from, to)) = debug {
        let to = cx.next_token(to);
        let text = without_comments(&cx.src[from as usize..to as usize]);
        parts.push(FPart::Text(StrPart::Str(text), Span::new(from, to)));
    }
    let format_spec = spec.map(|(parts, span)| {
        let values = joined(cx, parts.into_iter());
        Box::new(cx.expr(span.start, span.end, ExprKind::JoinedStr { values }))
    });
    let conversion = match conversion {
        Some(written) => conversion_char(cx, written),
        None if debug.is_some() && format_spec.is_none() => Some('r'),
        None => None,
    };
    let kind = ExprKind::FormattedValue { value: Box::new(value), conversion, format_spec };
    parts.push(FPart::Field(cx.expr(place.0, place.1, kind)));
    parts
}

/// The text of an expression as `=` shows it: CPython leaves out what stands from any `#` to the end
/// of its line, even if that is inside a string.
fn without_comments(text: &str) -> String {
    let shown = |line: &str| line.split_once('#').map_or(line, |(shown, _)| shown).to_owned();
    text.split('\n').map(shown).collect::<Vec<_>>().join("\n")
}

fn conversion_char(cx: &Cx, written: (u32, u32, Name, u32)) -> Option<char> {
    let (mark, start, name, end) = written;
    if mark != start {
        let message = "f-string: conversion type must come right after the exclamanation mark";
        cx.fault(Span::new(mark - 1, end), message);
    }
    if !matches!(&*name, "s" | "r" | "a") {
        let message = format!("f-string: invalid conversion character '{name}': expected 's', 'r', or 'a'");
        cx.fault(Span::new(start, end), message);
    }
    name.chars().next()
}
