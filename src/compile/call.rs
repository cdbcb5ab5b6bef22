//! Calls. A call's window is built in place at the top of the temporaries.

use std::collections::HashSet;

use mini_grammar::ast::{Expr, ExprKind, Ident, Keyword, Span};

use super::Compiler;
use super::error::Res;
use super::scope::ScopeKind;
use super::unit::Var;
use crate::bytecode::{Const, Instr, Reg};

/// Calls with more arguments collect them in a tuple first.
const MAX_IN_PLACE: usize = 64;

impl<'a> Compiler<'a> {
    /// A call; `dst` is a temporary or a local.
    pub(super) fn call(&mut self, expr: &'a Expr, dst: Reg) -> Res {
        let ExprKind::Call { func, args, keywords } = &expr.kind else {
            return Ok(());
        };
        self.check_keywords(keywords)?;
        let top = self.u.top;
        let base = self.call_base(dst);
        let unpacks = args.iter().any(|a| matches!(a.kind, ExprKind::Starred { .. }))
            || keywords.iter().any(|k| k.arg.is_none())
            || args.len() + keywords.len() > MAX_IN_PLACE;
        if unpacks {
            self.expr(func, base)?;
            self.call_ex(expr.span, base, args, keywords)?;
        } else if let ExprKind::Attribute { value, attr, .. } = &func.kind {
            self.method_call(expr, func.span, value, attr, args, keywords, base)?;
        } else {
            self.expr(func, base)?;
            self.arguments(args)?;
            self.finish_call(expr.span, base, args, keywords)?;
        }
        if base != dst {
            self.emit(expr.span, Instr::Move { dst, src: base });
        }
        self.u.top = top;
        Ok(())
    }

    /// The first register of a call whose result goes to `dst`: `dst` itself if it is the
    /// highest temporary.
    pub(super) fn call_base(&mut self, dst: Reg) -> Reg {
        if self.u.is_temp(dst) && dst.0 + 1 == self.u.top { dst } else { self.u.alloc() }
    }

    pub(super) fn check_keywords(&self, keywords: &[Keyword]) -> Res {
        let mut seen = HashSet::new();
        for keyword in keywords {
            let Some(name) = &keyword.arg else { continue };
            if &**name == "__debug__" {
                return self.error(keyword.span, "cannot assign to __debug__");
            }
            if !seen.insert(name) {
                return self.error(keyword.span, format!("keyword argument repeated: {name}"));
            }
        }
        Ok(())
    }

    fn arguments(&mut self, args: &'a [Expr]) -> Res {
        for arg in args {
            self.temp(arg)?;
        }
        Ok(())
    }

    /// Evaluates keyword values after the positional arguments; gives the tuple of names.
    fn keyword_values(&mut self, keywords: &'a [Keyword]) -> Res<Const> {
        let mut names = Vec::new();
        for keyword in keywords {
            self.temp(&keyword.value)?;
            names.extend(keyword.arg.clone().map(Const::Str));
        }
        Ok(Const::Tuple(names.into()))
    }

    /// Calls r[base], whose positional arguments are in place.
    pub(super) fn finish_call(&mut self, span: Span, base: Reg, args: &[Expr], keywords: &'a [Keyword]) -> Res {
        let nargs = (args.len() + keywords.len()) as u16;
        if keywords.is_empty() {
            self.emit(span, Instr::Call { base, nargs });
            return Ok(());
        }
        let names = self.keyword_values(keywords)?;
        let names = self.u.pool.constant(names);
        self.emit(span, Instr::CallKw { base, nargs, names });
        Ok(())
    }

    #[allow(clippy::too_many_arguments, reason = "the parts of one syntax node")]
    fn method_call(
        &mut self,
        expr: &'a Expr,
        func: Span,
        value: &'a Expr,
        attr: &'a Ident,
        args: &'a [Expr],
        keywords: &'a [Keyword],
        base: Reg,
    ) -> Res {
        let lookup = self.attribute_span(func, attr);
        let call = if lookup == func { expr.span } else { Span::new(attr.span.start, expr.span.end) };
        let name = self.mangled(&attr.name);
        let nargs = (args.len() + keywords.len()) as u16;
        if self.load_super(value, attr)? {
            // The two arguments of `super` are in place above the base.
            let cache = self.u.pool.cache(&name);
            let instr = Instr::LoadSuper { method: true, base, cache };
            self.emit(lookup, instr);
            self.u.top = base.0 + 2;
        } else {
            let object = self.u.alloc();
            self.expr(value, object)?;
            if keywords.is_empty() && args.iter().all(|arg| self.is_free_of_effects(arg)) {
                self.arguments(args)?;
                let cache = self.u.pool.cache(&name);
                self.u.lookups.push((cache, lookup));
                self.emit(call, Instr::InvokeMethod { base, nargs, cache });
                return Ok(());
            }
            let cache = self.u.pool.cache(&name);
            self.emit(lookup, Instr::LoadMethod { base, cache });
        }
        self.arguments(args)?;
        if keywords.is_empty() {
            self.emit(call, Instr::CallMethod { base, nargs });
            return Ok(());
        }
        let names = self.keyword_values(keywords)?;
        let names = self.u.pool.constant(names);
        self.emit(call, Instr::CallMethodKw { base, nargs, names });
        Ok(())
    }

    /// Whether evaluation cannot be told from not evaluating: a constant or a bound local.
    fn is_free_of_effects(&self, expr: &Expr) -> bool {
        match &expr.kind {
            ExprKind::Constant(_) => true,
            ExprKind::Name { id, .. } => match self.var(id).1 {
                Var::Fast(reg) => self.u.bound.contains(reg),
                _ => false,
            },
            _ => false,
        }
    }

    /// r[base] := r[base](*args, **keywords); the callee is in place.
    fn call_ex(&mut self, span: Span, base: Reg, args: &'a [Expr], keywords: &'a [Keyword]) -> Res {
        let positional = self.u.alloc();
        match args {
            [Expr { kind: ExprKind::Starred { value, .. }, .. }] => self.expr(value, positional)?,
            _ if args.iter().any(|a| matches!(a.kind, ExprKind::Starred { .. })) => {
                self.list(span, args, positional)?;
            }
            _ => self.tuple(span, args, positional)?,
        }
        self.finish_call_ex(span, base, keywords)
    }

    /// Calls r[base] with the iterable in the next register, which is the highest in use.
    pub(super) fn finish_call_ex(&mut self, span: Span, base: Reg, keywords: &'a [Keyword]) -> Res {
        let map = self.u.alloc();
        if keywords.is_empty() {
            self.emit(span, Instr::Clear { reg: map });
        } else {
            self.keyword_map(span, base, keywords, map)?;
        }
        self.emit(span, Instr::CallEx { base });
        Ok(())
    }

    fn keyword_map(&mut self, span: Span, callee: Reg, keywords: &'a [Keyword], map: Reg) -> Res {
        let mut rest = keywords;
        let mut started = false;
        while !rest.is_empty() {
            let plain = rest.iter().take(MAX_IN_PLACE / 2).take_while(|k| k.arg.is_some()).count();
            let (part, after) = rest.split_at(plain);
            rest = after;
            if plain > 0 || !started {
                let first = Reg(self.u.top);
                for keyword in part {
                    let key = self.u.alloc();
                    let name = keyword.arg.clone().unwrap_or_else(|| "".into());
                    self.constant(span, Const::Str(name), key);
                    self.temp(&keyword.value)?;
                }
                let dst = if started { self.u.alloc() } else { map };
                self.emit(span, Instr::BuildMap { dst, first, count: plain as u16 });
                if started {
                    self.emit(span, Instr::DictMerge { map, src: dst, callee });
                }
                self.u.top = first.0;
                started = true;
            }
            if let Some((Keyword { arg: None, value, .. }, after)) = rest.split_first() {
                let src = self.temp(value)?;
                self.emit(span, Instr::DictMerge { map, src, callee });
                self.u.top = src.0;
                rest = after;
            }
        }
        Ok(())
    }

    /// `super().name` and `super(a, b).name` as a value, if the name `super` is the global.
    pub(super) fn super_attribute(&mut self, value: &'a Expr, attr: &'a Ident, span: Span, dst: Reg) -> Res<bool> {
        if !self.is_super_call(value, attr) {
            return Ok(false);
        }
        let top = self.u.top;
        let base = self.call_base(dst);
        self.load_super(value, attr)?;
        let name = self.mangled(&attr.name);
        let cache = self.u.pool.cache(&name);
        let span = self.attribute_span(span, attr);
        self.emit(span, Instr::LoadSuper { method: false, base, cache });
        if base != dst {
            self.emit(span, Instr::Move { dst, src: base });
        }
        self.u.top = top;
        Ok(true)
    }

    fn is_super_call(&self, value: &Expr, attr: &Ident) -> bool {
        let ExprKind::Call { func, args, keywords } = &value.kind else {
            return false;
        };
        let ExprKind::Name { id, .. } = &func.kind else {
            return false;
        };
        let scope = &self.tree.scopes[self.u.scope];
        let suits = &**id == "super"
            && keywords.is_empty()
            && &*attr.name != "__class__"
            && self.in_function()
            && self.u.inner == self.u.scope
            && self.var(id).1 == Var::Global
            && self.tree.scopes[0].symbol("super").is_none();
        if !suits {
            return false;
        }
        match args.len() {
            0 => {
                scope.kind == ScopeKind::Function
                    && self.u.counts.args > 0
                    && self.u.free_register("__class__").is_some()
            }
            2 => !args.iter().any(|a| matches!(a.kind, ExprKind::Starred { .. })),
            _ => false,
        }
    }

    /// Loads what `LoadSuper` needs to the base, the register just below the top, and the two
    /// above it.
    fn load_super(&mut self, value: &'a Expr, attr: &'a Ident) -> Res<bool> {
        if !self.is_super_call(value, attr) {
            return Ok(false);
        }
        let ExprKind::Call { func, args, .. } = &value.kind else {
            return Ok(false);
        };
        let base = Reg(self.u.top - 1);
        self.expr(func, base)?;
        if args.is_empty() {
            let (class, this) = (self.u.alloc(), self.u.alloc());
            if let Some(cell) = self.u.free_register("__class__") {
                self.emit(value.span, Instr::LoadCell { dst: class, cell });
            }
            let instr = if self.u.entry_cells.contains(&Reg(0)) {
                Instr::LoadCell { dst: this, cell: Reg(0) }
            } else {
                self.load_first_parameter(value.span, this);
                return Ok(true);
            };
            self.emit(value.span, instr);
        } else {
            self.arguments(args)?;
        }
        Ok(true)
    }

    fn load_first_parameter(&mut self, span: Span, dst: Reg) {
        let name = self.u.local_names[0].clone();
        self.load_var(&name, Var::Fast(Reg(0)), span, dst);
    }
}
