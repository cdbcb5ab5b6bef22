//! Expressions as text, for `from __future__ import annotations` (PEP 563).

use std::fmt::Write as _;

use mini_grammar::ast::{
    Arguments, BoolOp, CmpOp, Comprehension, Constant, Expr, ExprKind, Keyword, Operator, UnaryOp,
};

use crate::object::number::float_text;
use crate::object::unicode::is_printable;

/// How tightly an expression binds; an operand that binds less gets parentheses.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Level {
    Tuple,
    Test,
    Or,
    And,
    Not,
    Compare,
    BitOr,
    BitXor,
    BitAnd,
    Shift,
    Arith,
    Term,
    Factor,
    Power,
    Await,
    Atom,
}

impl Level {
    fn tighter(self) -> Level {
        match self {
            Level::Tuple => Level::Test,
            Level::Test => Level::Or,
            Level::Or => Level::And,
            Level::And => Level::Not,
            Level::Not => Level::Compare,
            Level::Compare => Level::BitOr,
            Level::BitOr => Level::BitXor,
            Level::BitXor => Level::BitAnd,
            Level::BitAnd => Level::Shift,
            Level::Shift => Level::Arith,
            Level::Arith => Level::Term,
            Level::Term => Level::Factor,
            Level::Factor => Level::Power,
            Level::Power => Level::Await,
            Level::Await | Level::Atom => Level::Atom,
        }
    }
}

/// The source text of an expression in CPython's normal form; `None` if it holds an f-string,
/// whose normal form is not known here.
pub(super) fn unparse(expr: &Expr) -> Option<String> {
    let mut writer = Writer { out: String::new(), unknown: false };
    writer.expr(expr, Level::Test);
    (!writer.unknown).then_some(writer.out)
}

struct Writer {
    out: String,
    unknown: bool,
}

impl Writer {
    fn put(&mut self, text: &str) {
        self.out.push_str(text);
    }

    fn list<'a>(&mut self, items: impl IntoIterator<Item = &'a Expr>, level: Level) {
        for (at, item) in items.into_iter().enumerate() {
            if at > 0 {
                self.put(", ");
            }
            self.expr(item, level);
        }
    }

    fn wrapped(&mut self, wrap: bool, inner: impl FnOnce(&mut Self)) {
        if wrap {
            self.put("(");
        }
        inner(self);
        if wrap {
            self.put(")");
        }
    }

    fn expr(&mut self, expr: &Expr, level: Level) {
        match &expr.kind {
            ExprKind::BoolOp { op, values } => {
                let (own, word) = match op {
                    BoolOp::And => (Level::And, " and "),
                    BoolOp::Or => (Level::Or, " or "),
                };
                self.wrapped(level > own, |w| {
                    for (at, value) in values.iter().enumerate() {
                        if at > 0 {
                            w.put(word);
                        }
                        w.expr(value, own.tighter());
                    }
                });
            }
            ExprKind::NamedExpr { target, value } => self.wrapped(true, |w| {
                w.expr(target, Level::Atom);
                w.put(" := ");
                w.expr(value, Level::Atom);
            }),
            ExprKind::BinOp { left, op, right } => {
                let (own, sign) = operator(*op);
                let (first, second) = match op {
                    Operator::Pow => (own.tighter(), own),
                    _ => (own, own.tighter()),
                };
                self.wrapped(level > own, |w| {
                    w.expr(left, first);
                    w.put(sign);
                    w.expr(right, second);
                });
            }
            ExprKind::UnaryOp { op, operand } => {
                let (own, sign) = match op {
                    UnaryOp::Not => (Level::Not, "not "),
                    UnaryOp::Invert => (Level::Factor, "~"),
                    UnaryOp::UAdd => (Level::Factor, "+"),
                    UnaryOp::USub => (Level::Factor, "-"),
                };
                self.wrapped(level > own, |w| {
                    w.put(sign);
                    w.expr(operand, own);
                });
            }
            ExprKind::Lambda { args, body } => self.wrapped(level > Level::Test, |w| {
                w.put("lambda");
                w.arguments(args);
                w.put(": ");
                w.expr(body, Level::Test);
            }),
            ExprKind::IfExp { test, body, orelse } => self.wrapped(level > Level::Test, |w| {
                w.expr(body, Level::Or);
                w.put(" if ");
                w.expr(test, Level::Or);
                w.put(" else ");
                w.expr(orelse, Level::Test);
            }),
            ExprKind::Dict { keys, values } => {
                self.put("{");
                for (at, (key, value)) in keys.iter().zip(values).enumerate() {
                    if at > 0 {
                        self.put(", ");
                    }
                    match key {
                        Some(key) => {
                            self.expr(key, Level::Test);
                            self.put(": ");
                            self.expr(value, Level::Test);
                        }
                        None => {
                            self.put("**");
                            self.expr(value, Level::BitOr);
                        }
                    }
                }
                self.put("}");
            }
            ExprKind::Set { elts } => {
                self.put("{");
                self.list(elts, Level::Test);
                self.put("}");
            }
            ExprKind::ListComp { elt, generators } => self.comprehension("[", &[elt], generators, "]"),
            ExprKind::SetComp { elt, generators } => self.comprehension("{", &[elt], generators, "}"),
            ExprKind::DictComp { key, value, generators } => {
                self.comprehension("{", &[key, value], generators, "}");
            }
            ExprKind::GeneratorExp { elt, generators } => {
                self.comprehension("(", &[elt], generators, ")");
            }
            ExprKind::Await { value } => self.wrapped(level > Level::Await, |w| {
                w.put("await ");
                w.expr(value, Level::Atom);
            }),
            ExprKind::Yield { value } => self.wrapped(true, |w| {
                w.put("yield");
                if let Some(value) = value {
                    w.put(" ");
                    w.expr(value, Level::Test);
                }
            }),
            ExprKind::YieldFrom { value } => self.wrapped(true, |w| {
                w.put("yield from ");
                w.expr(value, Level::Test);
            }),
            ExprKind::Compare { left, ops, comparators } => {
                let own = Level::Compare;
                self.wrapped(level > own, |w| {
                    w.expr(left, own.tighter());
                    for (op, right) in ops.iter().zip(comparators) {
                        w.put(comparison(*op));
                        w.expr(right, own.tighter());
                    }
                });
            }
            ExprKind::Call { func, args, keywords } => self.call(func, args, keywords),
            ExprKind::FormattedValue { .. } | ExprKind::JoinedStr { .. } => self.unknown = true,
            ExprKind::Constant(value) => self.constant(value),
            ExprKind::Attribute { value, attr, .. } => {
                self.expr(value, Level::Atom);
                let number = matches!(value.kind, ExprKind::Constant(Constant::Int(_) | Constant::BigInt(_)));
                self.put(if number { " ." } else { "." });
                self.put(&attr.name);
            }
            ExprKind::Subscript { value, slice, .. } => {
                self.expr(value, Level::Atom);
                self.put("[");
                self.expr(slice, Level::Tuple);
                self.put("]");
            }
            ExprKind::Starred { value, .. } => {
                self.put("*");
                self.expr(value, Level::BitOr);
            }
            ExprKind::Name { id, .. } => self.put(id),
            ExprKind::List { elts, .. } => {
                self.put("[");
                self.list(elts, Level::Test);
                self.put("]");
            }
            ExprKind::Tuple { elts, .. } => {
                if elts.is_empty() {
                    return self.put("()");
                }
                self.wrapped(level > Level::Tuple, |w| {
                    w.list(elts, Level::Test);
                    if elts.len() == 1 {
                        w.put(",");
                    }
                });
            }
            ExprKind::Slice { lower, upper, step } => {
                if let Some(lower) = lower {
                    self.expr(lower, Level::Test);
                }
                self.put(":");
                if let Some(upper) = upper {
                    self.expr(upper, Level::Test);
                }
                if let Some(step) = step {
                    self.put(":");
                    self.expr(step, Level::Test);
                }
            }
        }
    }

    fn call(&mut self, func: &Expr, args: &[Expr], keywords: &[Keyword]) {
        self.expr(func, Level::Atom);
        if let ([only @ Expr { kind: ExprKind::GeneratorExp { .. }, .. }], []) = (args, keywords) {
            return self.expr(only, Level::Atom);
        }
        self.put("(");
        self.list(args, Level::Test);
        for (at, keyword) in keywords.iter().enumerate() {
            if at > 0 || !args.is_empty() {
                self.put(", ");
            }
            match &keyword.arg {
                Some(name) => {
                    self.put(name);
                    self.put("=");
                }
                None => self.put("**"),
            }
            self.expr(&keyword.value, Level::Test);
        }
        self.put(")");
    }

    fn comprehension(&mut self, open: &str, elements: &[&Expr], generators: &[Comprehension], close: &str) {
        self.put(open);
        for (at, element) in elements.iter().enumerate() {
            if at > 0 {
                self.put(": ");
            }
            self.expr(element, Level::Test);
        }
        for generator in generators {
            self.put(if generator.is_async { " async for " } else { " for " });
            self.expr(&generator.target, Level::Tuple);
            self.put(" in ");
            self.expr(&generator.iter, Level::Or);
            for condition in &generator.ifs {
                self.put(" if ");
                self.expr(condition, Level::Or);
            }
        }
        self.put(close);
    }

    fn arguments(&mut self, args: &Arguments) {
        let mut first = true;
        let mut sep = |w: &mut Self| {
            w.put(if first { " " } else { ", " });
            first = false;
        };
        let positional = args.posonlyargs.iter().chain(&args.args);
        let count = args.posonlyargs.len() + args.args.len();
        for (at, arg) in positional.enumerate() {
            sep(self);
            self.put(&arg.arg);
            if let Some(default) = (at + args.defaults.len()).checked_sub(count) {
                self.put("=");
                self.expr(&args.defaults[default], Level::Test);
            }
            if at + 1 == args.posonlyargs.len() {
                self.put(", /");
            }
        }
        if args.vararg.is_some() || !args.kwonlyargs.is_empty() {
            sep(self);
            self.put("*");
            if let Some(arg) = &args.vararg {
                self.put(&arg.arg);
            }
        }
        for (arg, default) in args.kwonlyargs.iter().zip(&args.kw_defaults) {
            sep(self);
            self.put(&arg.arg);
            if let Some(default) = default {
                self.put("=");
                self.expr(default, Level::Test);
            }
        }
        if let Some(arg) = &args.kwarg {
            sep(self);
            self.put("**");
            self.put(&arg.arg);
        }
    }

    fn constant(&mut self, value: &Constant) {
        match value {
            Constant::None => self.put("None"),
            Constant::Bool(true) => self.put("True"),
            Constant::Bool(false) => self.put("False"),
            Constant::Ellipsis => self.put("..."),
            Constant::Int(value) => self.put(&value.to_string()),
            Constant::BigInt(value) => self.put(&value.to_string()),
            Constant::Float(value) if value.is_infinite() => self.put("1e309"),
            Constant::Float(value) => self.put(&float_text::repr(*value)),
            Constant::Str(text) => self.quoted(text.chars().map(u32::from)),
            Constant::Surrogates(units) => self.quoted(units.iter().copied()),
            Constant::Bytes(bytes) => {
                self.put("b");
                self.quoted_bytes(bytes);
            }
        }
    }

    fn quoted(&mut self, text: impl Iterator<Item = u32> + Clone) {
        let has = |c: char| text.clone().any(|unit| unit == u32::from(c));
        let quote = if has('\'') && !has('"') { '"' } else { '\'' };
        self.out.push(quote);
        for unit in text.clone() {
            match char::from_u32(unit) {
                Some(c) if c == quote || c == '\\' => {
                    self.out.push('\\');
                    self.out.push(c);
                }
                Some('\n') => self.put("\\n"),
                Some('\r') => self.put("\\r"),
                Some('\t') => self.put("\\t"),
                Some(c) if is_printable(c) => self.out.push(c),
                _ => {
                    let _ = match unit {
                        0..=0xFF => write!(self.out, "\\x{unit:02x}"),
                        0x100..=0xFFFF => write!(self.out, "\\u{unit:04x}"),
                        _ => write!(self.out, "\\U{unit:08x}"),
                    };
                }
            }
        }
        self.out.push(quote);
    }

    fn quoted_bytes(&mut self, bytes: &[u8]) {
        let quote = if bytes.contains(&b'\'') && !bytes.contains(&b'"') { '"' } else { '\'' };
        self.out.push(quote);
        for &byte in bytes {
            match byte {
                b'\n' => self.put("\\n"),
                b'\r' => self.put("\\r"),
                b'\t' => self.put("\\t"),
                b'\\' => self.put("\\\\"),
                0x20..=0x7E if char::from(byte) != quote => self.out.push(char::from(byte)),
                0x20..=0x7E => {
                    self.out.push('\\');
                    self.out.push(quote);
                }
                _ => {
                    let _ = write!(self.out, "\\x{byte:02x}");
                }
            }
        }
        self.out.push(quote);
    }
}

fn operator(op: Operator) -> (Level, &'static str) {
    match op {
        Operator::Add => (Level::Arith, " + "),
        Operator::Sub => (Level::Arith, " - "),
        Operator::Mult => (Level::Term, " * "),
        Operator::MatMult => (Level::Term, " @ "),
        Operator::Div => (Level::Term, " / "),
        Operator::Mod => (Level::Term, " % "),
        Operator::FloorDiv => (Level::Term, " // "),
        Operator::Pow => (Level::Power, " ** "),
        Operator::LShift => (Level::Shift, " << "),
        Operator::RShift => (Level::Shift, " >> "),
        Operator::BitOr => (Level::BitOr, " | "),
        Operator::BitXor => (Level::BitXor, " ^ "),
        Operator::BitAnd => (Level::BitAnd, " & "),
    }
}

fn comparison(op: CmpOp) -> &'static str {
    match op {
        CmpOp::Eq => " == ",
        CmpOp::NotEq => " != ",
        CmpOp::Lt => " < ",
        CmpOp::LtE => " <= ",
        CmpOp::Gt => " > ",
        CmpOp::GtE => " >= ",
        CmpOp::Is => " is ",
        CmpOp::IsNot => " is not ",
        CmpOp::In => " in ",
        CmpOp::NotIn => " not in ",
    }
}
