//! Displays (tuples, lists, sets, dicts) and f-strings.

use mini_grammar::ast::{Expr, ExprContext, ExprKind, Span};

use super::Compiler;
use super::error::Res;
use super::fold::{fold, text, tuple};
use crate::bytecode::{Const, Conversion, Instr, Intrinsic1, Reg};

/// Displays are built in parts of this many items, to bound the registers they need.
const PART: usize = 64;

/// What a display collects its items in.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Collection {
    List,
    Set,
}

fn is_starred(expr: &Expr) -> bool {
    matches!(expr.kind, ExprKind::Starred { .. })
}

impl<'a> Compiler<'a> {
    /// A display; `dst` is a temporary.
    pub(super) fn display(&mut self, expr: &'a Expr, dst: Reg) -> Res {
        match &expr.kind {
            ExprKind::Tuple { elts, .. } => {
                if let Some(value) = fold(expr) {
                    self.constant(expr.span, value, dst);
                    return Ok(());
                }
                self.tuple(expr.span, elts, dst)
            }
            ExprKind::List { elts, ctx } => {
                if *ctx == ExprContext::Load && elts.len() >= 3 {
                    if let Some(value) = tuple(elts) {
                        let list = Instr::BuildList { dst, first: dst, count: 0 };
                        return self.extended(expr.span, list, value, dst, Collection::List);
                    }
                }
                self.collect(expr.span, elts, dst, Collection::List)
            }
            ExprKind::Set { elts } => {
                if elts.len() >= 3 {
                    if let Some(Const::Tuple(items)) = tuple(elts) {
                        let set = Instr::BuildSet { dst, first: dst, count: 0 };
                        let items = Const::FrozenSet(items);
                        return self.extended(expr.span, set, items, dst, Collection::Set);
                    }
                }
                self.collect(expr.span, elts, dst, Collection::Set)
            }
            ExprKind::Dict { keys, values } => self.dict(expr.span, keys, values, dst),
            _ => Ok(()),
        }
    }

    /// A display of constants: an empty collection extended by a constant.
    fn extended(&mut self, span: Span, empty: Instr, items: Const, dst: Reg, kind: Collection) -> Res {
        self.emit(span, empty);
        let src = self.u.alloc();
        self.constant(span, items, src);
        self.emit(span, extend(kind, dst, src));
        self.u.top = src.0;
        Ok(())
    }

    /// A tuple of the values.
    pub(super) fn tuple(&mut self, span: Span, elts: &'a [Expr], dst: Reg) -> Res {
        if elts.iter().any(is_starred) || elts.len() > PART {
            self.collect(span, elts, dst, Collection::List)?;
            let op = Intrinsic1::ListToTuple;
            self.emit(span, Instr::Intrinsic1 { op, dst, src: dst });
            return Ok(());
        }
        let (first, count) = self.values(elts)?;
        self.emit(span, Instr::BuildTuple { dst, first, count });
        self.u.top = first.0;
        Ok(())
    }

    /// A list of the values.
    pub(super) fn list(&mut self, span: Span, elts: &'a [Expr], dst: Reg) -> Res {
        self.collect(span, elts, dst, Collection::List)
    }

    /// Evaluates into consecutive new temporaries.
    pub(super) fn values(&mut self, elts: &'a [Expr]) -> Res<(Reg, u16)> {
        let first = Reg(self.u.top);
        for elt in elts {
            self.temp(elt)?;
        }
        Ok((first, elts.len() as u16))
    }

    fn collect(&mut self, span: Span, elts: &'a [Expr], dst: Reg, kind: Collection) -> Res {
        let mut rest = elts;
        let mut started = false;
        while !rest.is_empty() || !started {
            let plain = rest.iter().take(PART).take_while(|e| !is_starred(e)).count();
            let (part, after) = rest.split_at(plain);
            rest = after;
            if plain > 0 || !started {
                let (first, count) = self.values(part)?;
                // A part goes through a collection of its own, unless it is the first.
                let target = if started { first } else { dst };
                let build = match kind {
                    Collection::List => Instr::BuildList { dst: target, first, count },
                    Collection::Set => Instr::BuildSet { dst: target, first, count },
                };
                self.emit(span, build);
                if started {
                    self.emit(span, extend(kind, dst, target));
                }
                self.u.top = first.0;
                started = true;
            }
            if let Some((Expr { kind: ExprKind::Starred { value, .. }, .. }, after)) = rest.split_first() {
                let src = self.temp(value)?;
                self.emit(span, extend(kind, dst, src));
                self.u.top = src.0;
                rest = after;
            }
        }
        Ok(())
    }

    fn dict(&mut self, span: Span, keys: &'a [Option<Expr>], values: &'a [Expr], dst: Reg) -> Res {
        let mut started = false;
        let mut at = 0;
        while at < keys.len() || !started {
            let plain = keys[at..].iter().take(PART / 2).take_while(|k| k.is_some()).count();
            if plain > 0 || !started {
                let first = Reg(self.u.top);
                for (key, value) in keys[at..at + plain].iter().flatten().zip(&values[at..]) {
                    self.temp(key)?;
                    self.temp(value)?;
                }
                let target = if started { self.u.alloc() } else { dst };
                let build = Instr::BuildMap { dst: target, first, count: plain as u16 };
                self.emit(span, build);
                if started {
                    self.emit(span, Instr::DictUpdate { map: dst, src: target });
                }
                self.u.top = first.0;
                started = true;
                at += plain;
            }
            if let Some(None) = keys.get(at) {
                let src = self.temp(&values[at])?;
                self.emit(span, Instr::DictUpdate { map: dst, src });
                self.u.top = src.0;
                at += 1;
            }
        }
        Ok(())
    }

    /// An f-string; `dst` is a temporary.
    pub(super) fn joined(&mut self, span: Span, values: &'a [Expr], dst: Reg) -> Res {
        match values {
            [] => self.constant(span, text(""), dst),
            [one @ Expr { kind: ExprKind::Constant(_) | ExprKind::FormattedValue { .. }, .. }] => {
                self.expr(one, dst)?;
            }
            _ => {
                let mut first = Reg(self.u.top);
                for (at, value) in values.iter().enumerate() {
                    if at > 0 && at % PART == 0 {
                        let count = self.u.top - first.0;
                        self.emit(span, Instr::BuildString { dst, first, count });
                        self.u.top = first.0;
                        first = Reg(self.u.top);
                        let so_far = self.u.alloc();
                        self.emit(span, Instr::Move { dst: so_far, src: dst });
                    }
                    self.temp(value)?;
                }
                let count = self.u.top - first.0;
                self.emit(span, Instr::BuildString { dst, first, count });
                self.u.top = first.0;
            }
        }
        Ok(())
    }

    /// A replacement field.
    pub(super) fn formatted(&mut self, expr: &'a Expr, dst: Reg) -> Res {
        let ExprKind::FormattedValue { value, conversion, format_spec } = &expr.kind else {
            return Ok(());
        };
        let conversion = match conversion {
            None => Conversion::None,
            Some('s') => Conversion::Str,
            Some('r') => Conversion::Repr,
            Some('a') => Conversion::Ascii,
            Some(other) => {
                let message = format!("f-string: invalid conversion character {other:?}");
                return self.error(expr.span, message);
            }
        };
        let top = self.u.top;
        let later: Vec<&Expr> = format_spec.iter().map(|s| &**s).collect();
        let src = self.operand(value, Some(dst), &later)?;
        let spec = match format_spec {
            None => Reg::NONE,
            Some(spec) => self.temp(spec)?,
        };
        let instr = Instr::FormatValue { conversion, dst, src, spec };
        self.emit(expr.span, instr);
        self.u.top = top;
        Ok(())
    }
}

fn extend(kind: Collection, dst: Reg, src: Reg) -> Instr {
    match kind {
        Collection::List => Instr::ListExtend { list: dst, src },
        Collection::Set => Instr::SetUpdate { set: dst, src },
    }
}
