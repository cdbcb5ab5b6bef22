//! Statements.

use mini_grammar::ast::{Constant, Expr, ExprKind, Span, Stmt, StmtKind};

use super::Compiler;
use super::assembler::NOWHERE;
use super::error::Res;
use super::scope::ScopeKind;
use super::unit::{BlockKind, Var};
use crate::bytecode::{Const, Instr, Intrinsic1, Reg};

impl<'a> Compiler<'a> {
    pub(super) fn stmt(&mut self, stmt: &'a Stmt) -> Res {
        self.count_work(stmt)?;
        let top = self.u.top;
        match &stmt.kind {
            StmtKind::Expr { value } => self.expr_stmt(stmt.span, value)?,
            StmtKind::Assign { targets, value } => self.assign(targets, value)?,
            StmtKind::AugAssign { target, op, value } => {
                self.aug_assign(stmt.span, target, *op, value)?;
            }
            StmtKind::AnnAssign { target, annotation, value, simple } => {
                self.ann_assign(stmt.span, target, annotation, value.as_deref(), *simple)?
            }
            StmtKind::Return { value } => self.return_stmt(stmt.span, value.as_deref())?,
            StmtKind::If { test, body, orelse } => self.if_stmt(test, body, orelse)?,
            StmtKind::While { test, body, orelse } => {
                self.while_stmt(stmt.span, test, body, orelse)?;
            }
            StmtKind::For(node) => self.for_stmt(stmt.span, node)?,
            StmtKind::AsyncFor(node) => self.async_for_stmt(stmt.span, node)?,
            StmtKind::Break => self.break_or_continue(stmt.span, true)?,
            StmtKind::Continue => self.break_or_continue(stmt.span, false)?,
            StmtKind::Pass => {}
            StmtKind::Global { .. } | StmtKind::Nonlocal { .. } => {}
            StmtKind::Delete { targets } => {
                targets.iter().try_for_each(|t| self.delete_target(t))?;
            }
            StmtKind::FunctionDef(def) => self.function_def(stmt.span, def, false)?,
            StmtKind::AsyncFunctionDef(def) => self.function_def(stmt.span, def, true)?,
            StmtKind::ClassDef(def) => self.class_def(stmt.span, def)?,
            StmtKind::Assert { test, msg } => self.assert_stmt(stmt.span, test, msg.as_deref())?,
            StmtKind::Raise { exc, cause } => {
                self.raise_stmt(stmt.span, exc.as_deref(), cause.as_deref())?;
            }
            StmtKind::Try(node) => self.try_stmt(stmt.span, node)?,
            StmtKind::TryStar(node) => self.try_star(stmt.span, node)?,
            StmtKind::With(node) => self.with_stmt(stmt.span, node, false)?,
            StmtKind::AsyncWith(node) => self.with_stmt(stmt.span, node, true)?,
            StmtKind::Match { subject, cases } => self.match_stmt(stmt.span, subject, cases)?,
            StmtKind::Import { names } => self.import(stmt.span, names)?,
            StmtKind::ImportFrom { module, names, level } => {
                self.import_from(stmt.span, module.as_ref(), names, *level)?
            }
            StmtKind::TypeAlias { name, type_params, value } => self.type_alias(stmt, name, type_params, value)?,
        }
        self.u.top = top;
        Ok(())
    }

    fn expr_stmt(&mut self, span: Span, value: &'a Expr) -> Res {
        let shown = self.interactive && self.outer.is_empty();
        if shown {
            let src = self.temp(value)?;
            let op = Intrinsic1::Print;
            self.emit(span, Instr::Intrinsic1 { op, dst: src, src });
            self.emit(span, Instr::Clear { reg: src });
            return Ok(());
        }
        match &value.kind {
            ExprKind::Constant(_) => {}
            ExprKind::Name { id, .. } if matches!(self.var(id).1, Var::Fast(_)) => {
                self.local(id, value.span);
            }
            _ => {
                let reg = self.temp(value)?;
                self.emit(span, Instr::Clear { reg });
            }
        }
        Ok(())
    }

    /// Takes the docstring off a body and binds `__doc__` to it in a module or class.
    pub(super) fn docstring(&mut self, body: &'a [Stmt], wanted: bool) -> Res<&'a [Stmt]> {
        let Some((text, span, rest)) = docstring(body).filter(|_| wanted) else {
            return Ok(body);
        };
        let doc: std::sync::Arc<str> = clean_doc(text).into();
        let name = "__doc__".into();
        let reg = self.u.alloc();
        self.constant(span, Const::Str(doc.clone()), reg);
        self.store(&name, span, reg)?;
        self.u.top = reg.0;
        self.u.doc = Some(doc);
        Ok(rest)
    }

    fn ann_assign(
        &mut self,
        span: Span,
        target: &'a Expr,
        annotation: &'a Expr,
        value: Option<&'a Expr>,
        simple: bool,
    ) -> Res {
        if let Some(value) = value {
            let src = self.operand(value, None, &[target])?;
            self.store_to(target, src)?;
        }
        match &target.kind {
            ExprKind::Name { id, .. } => {
                if &**id == "__debug__" {
                    return self.error(span, "cannot assign to __debug__");
                }
                let kind = self.tree.scopes[self.u.scope].kind;
                if !matches!(kind, ScopeKind::Module | ScopeKind::Class) {
                    return Ok(());
                }
                if !simple {
                    return self.discard_annotation(annotation);
                }
                let val = self.annotation(annotation)?;
                let annotations = self.u.alloc();
                self.load(&"__annotations__".into(), span, annotations);
                let index = self.u.alloc();
                let name = self.mangled(id);
                self.constant(span, Const::Str(name), index);
                let obj = annotations;
                self.emit(span, Instr::SetItem { obj, index, val });
            }
            ExprKind::Attribute { value: object, .. } if value.is_none() => {
                self.discard(object)?;
                self.discard_annotation(annotation)?;
            }
            ExprKind::Subscript { value: object, slice, .. } if value.is_none() => {
                self.discard(object)?;
                self.discard(slice)?;
                self.discard_annotation(annotation)?;
            }
            _ => self.discard_annotation(annotation)?,
        }
        Ok(())
    }

    fn discard_annotation(&mut self, annotation: &'a Expr) -> Res {
        if self.in_function() || self.future_annotations {
            return Ok(());
        }
        self.discard(annotation)
    }

    /// Evaluates for the effect.
    pub(super) fn discard(&mut self, expr: &'a Expr) -> Res {
        let top = self.u.top;
        let reg = self.temp(expr)?;
        self.emit(expr.span, Instr::Clear { reg });
        self.u.top = top;
        Ok(())
    }

    fn if_stmt(&mut self, test: &'a Expr, body: &'a [Stmt], orelse: &'a [Stmt]) -> Res {
        // A chain of `elif` is walked without recursion.
        let end = self.u.asm.label();
        let (mut test, mut body, mut orelse) = (test, body, orelse);
        loop {
            let other = self.u.asm.label();
            self.jump_if(test, false, other)?;
            self.body(body)?;
            if orelse.is_empty() {
                self.u.place(other);
                break;
            }
            self.u.goto(NOWHERE, end);
            self.u.place(other);
            match orelse {
                [Stmt { kind: StmtKind::If { test: t, body: b, orelse: o }, .. }] => {
                    (test, body, orelse) = (t, b, o);
                }
                _ => {
                    self.body(orelse)?;
                    break;
                }
            }
        }
        self.u.place(end);
        Ok(())
    }

    fn assert_stmt(&mut self, span: Span, test: &'a Expr, msg: Option<&'a Expr>) -> Res {
        let end = self.u.asm.label();
        self.jump_if(test, true, end)?;
        let msg = match msg {
            Some(msg) => self.operand(msg, None, &[])?,
            None => Reg::NONE,
        };
        self.emit(test.span, Instr::AssertFail { msg });
        let _ = span;
        self.u.place(end);
        Ok(())
    }

    fn raise_stmt(&mut self, span: Span, exc: Option<&'a Expr>, cause: Option<&'a Expr>) -> Res {
        let Some(value) = exc else {
            self.emit(span, Instr::RaiseBare);
            return Ok(());
        };
        let later: Vec<&Expr> = cause.into_iter().collect();
        let exc = self.operand(value, None, &later)?;
        let cause = match cause {
            Some(cause) => self.operand(cause, None, &[])?,
            None => Reg::NONE,
        };
        self.emit(span, Instr::Raise { exc, cause });
        Ok(())
    }

    fn return_stmt(&mut self, span: Span, value: Option<&'a Expr>) -> Res {
        let kind = self.tree.scopes[self.u.scope].kind;
        if kind != ScopeKind::Function {
            return self.error(span, "'return' outside function");
        }
        if value.is_some() && self.u.has_flag(crate::bytecode::CodeFlags::ASYNC_GENERATOR) {
            return self.error(span, "'return' with value in async generator");
        }
        let Some(result) = value.filter(|v| !is_none(v)) else {
            let span = value.map_or(span, |value| value.span);
            let left = self.unwind(0, None, span)?;
            self.emit(span, Instr::ReturnNone);
            self.u.reenter(left);
            return Ok(());
        };
        let runs_code = self.u.blocks.iter().any(|b| {
            matches!(
                b.kind,
                BlockKind::Finally { .. } | BlockKind::With { .. } | BlockKind::Handler { name: Some(_), .. }
            )
        });
        let constant = super::fold::fold(result);
        let span = if constant.is_some() { result.span } else { span };
        let src = match (&constant, runs_code) {
            (Some(_), true) => None,
            (None, true) => Some(self.temp(result)?),
            _ => Some(self.operand(result, None, &[])?),
        };
        let left = self.unwind(0, src, span)?;
        let src = match src {
            Some(src) => src,
            None => self.temp(result)?,
        };
        self.emit(span, Instr::Return { src });
        self.u.reenter(left);
        Ok(())
    }
}

fn is_none(expr: &Expr) -> bool {
    matches!(expr.kind, ExprKind::Constant(Constant::None))
}

/// The docstring of a body: its text, its place and the statements after it.
pub(super) fn docstring(body: &[Stmt]) -> Option<(&str, Span, &[Stmt])> {
    let (first, rest) = body.split_first()?;
    let StmtKind::Expr { value } = &first.kind else {
        return None;
    };
    match &value.kind {
        ExprKind::Constant(Constant::Str(text)) => Some((text, first.span, rest)),
        _ => None,
    }
}

/// A docstring as CPython stores it: without the margin that all lines but the first share.
pub(super) fn clean_doc(text: &str) -> String {
    let expanded: Vec<String> = text.split('\n').map(expand_tabs).collect();
    let margin = expanded
        .iter()
        .skip(1)
        .filter(|line| !line.trim_start_matches(' ').is_empty())
        .map(|line| line.len() - line.trim_start_matches(' ').len())
        .min()
        .unwrap_or(0);
    let mut lines = expanded.iter().enumerate().map(|(at, line)| {
        let blanks = line.len() - line.trim_start_matches(' ').len();
        let cut = if at == 0 { blanks } else { blanks.min(margin) };
        &line[cut..]
    });
    let mut out = String::from(lines.next().unwrap_or_default());
    for line in lines {
        out.push('\n');
        out.push_str(line);
    }
    out
}

fn expand_tabs(line: &str) -> String {
    let mut out = String::new();
    let mut column = 0;
    for c in line.chars() {
        if c == '\t' {
            let count = 8 - column % 8;
            out.extend(std::iter::repeat_n(' ', count));
            column += count;
        } else {
            out.push(c);
            column += 1;
        }
    }
    out
}
