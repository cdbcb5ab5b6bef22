//! The faults of place: what CPython's code generator refuses.

use std::collections::HashSet;

use super::{fault, future, pattern, warning};
use crate::ast::*;
use crate::error::Fault;

type Check = Result<(), Fault>;

#[derive(Clone, Copy, PartialEq)]
enum Kind {
    Module,
    Class,
    Function,
    AsyncFunction,
    Comprehension,
}

/// A statement around: what `break`, `continue` and `return` have to leave.
#[derive(Clone, Copy, PartialEq)]
enum Block {
    Loop,
    ExceptStar,
}

struct Checker<'w> {
    kind: Kind,
    blocks: Vec<Block>,
    /// Whether the function yields.
    generator: bool,
    warnings: &'w mut Vec<(u32, String)>,
}

pub(super) fn module(body: &[Stmt], warnings: &mut Vec<(u32, String)>) -> Check {
    let mut checker = Checker::new(warnings);
    // Those of the module itself have been checked.
    body.iter().filter(|stmt| !future::is_import(stmt)).try_for_each(|stmt| checker.stmt(stmt))
}

pub(super) fn expression(body: &Expr, warnings: &mut Vec<(u32, String)>) -> Check {
    Checker::new(warnings).expr(body)
}

/// Whether statements yield, functions inside them aside.
fn yields(node: Node<'_>) -> bool {
    let mut found = false;
    let mut each = |child: Node<'_>| found = found || yields(child);
    match node {
        Node::Expr(expr) => match &expr.kind {
            ExprKind::Yield { .. } | ExprKind::YieldFrom { .. } => return true,
            ExprKind::Lambda { args, .. } => args.each_default(&mut each),
            kind => kind.children(&mut each),
        },
        Node::Stmt(stmt) => match &stmt.kind {
            StmtKind::FunctionDef(_) | StmtKind::AsyncFunctionDef(_) | StmtKind::ClassDef(_) => {}
            kind => kind.children(&mut each),
        },
        Node::Pattern(_) => {}
    }
    found
}

/// Whether an element of a comprehension awaits, lambdas and generators inside it aside.
fn awaits(expr: &Expr) -> bool {
    match &expr.kind {
        ExprKind::Await { .. } => true,
        ExprKind::Lambda { .. } => false,
        ExprKind::GeneratorExp { generators, .. } => generators.first().is_some_and(|part| awaits(&part.iter)),
        kind => {
            let mut found = false;
            kind.children(&mut |child| {
                if let Node::Expr(child) = child {
                    found = found || awaits(child);
                }
            });
            found
        }
    }
}

impl<'w> Checker<'w> {
    fn new(warnings: &'w mut Vec<(u32, String)>) -> Self {
        Self { kind: Kind::Module, blocks: Vec::new(), generator: false, warnings }
    }

    fn is_function(&self) -> bool {
        !matches!(self.kind, Kind::Module | Kind::Class)
    }

    fn within(&mut self, kind: Kind, visit: impl FnOnce(&mut Self) -> Check) -> Check {
        let blocks = std::mem::take(&mut self.blocks);
        let (outer, generator) = (self.kind, self.generator);
        self.kind = kind;
        let done = visit(self);
        (self.kind, self.generator, self.blocks) = (outer, generator, blocks);
        done
    }

    fn inside(&mut self, block: Block, body: &[Stmt]) -> Check {
        self.blocks.push(block);
        let done = self.stmts(body);
        self.blocks.pop();
        done
    }

    fn stmts(&mut self, body: &[Stmt]) -> Check {
        body.iter().try_for_each(|stmt| self.stmt(stmt))
    }

    fn exprs<'a>(&mut self, list: impl IntoIterator<Item = &'a Expr>) -> Check {
        list.into_iter().try_for_each(|expr| self.expr(expr))
    }

    fn each(&mut self, visit: impl FnOnce(&mut dyn FnMut(Node<'_>))) -> Check {
        let mut done = Ok(());
        visit(&mut |child| {
            if done.is_ok() {
                done = match child {
                    Node::Expr(expr) => self.expr(expr),
                    Node::Stmt(stmt) => self.stmt(stmt),
                    Node::Pattern(pattern) => self.pattern(pattern),
                };
            }
        });
        done
    }

    fn pattern(&mut self, pattern: &Pattern) -> Check {
        self.each(|each| pattern.kind.children(each))
    }

    fn stmt(&mut self, stmt: &Stmt) -> Check {
        self.warnings.extend(warning::of_stmt(stmt));
        match &stmt.kind {
            StmtKind::FunctionDef(def) => self.function(def, Kind::Function),
            StmtKind::AsyncFunctionDef(def) => self.function(def, Kind::AsyncFunction),
            StmtKind::ClassDef(def) => {
                self.exprs(&def.decorator_list)?;
                self.call(&def.bases, &def.keywords)?;
                self.within(Kind::Class, |this| this.stmts(&def.body))
            }
            StmtKind::Return { value } => self.return_stmt(stmt, value.as_deref()),
            StmtKind::Break | StmtKind::Continue => self.jump(stmt),
            StmtKind::For(node) => self.for_loop(node),
            StmtKind::AsyncFor(node) => {
                self.needs_async(stmt.span, "'async for' outside async function")?;
                self.for_loop(node)
            }
            StmtKind::AsyncWith(_) => {
                self.needs_async(stmt.span, "'async with' outside async function")?;
                self.each(|each| stmt.kind.children(each))
            }
            StmtKind::While { test, body, orelse } => {
                self.expr(test)?;
                self.inside(Block::Loop, body)?;
                self.stmts(orelse)
            }
            StmtKind::Match { subject, cases } => {
                self.expr(subject)?;
                pattern::cases(cases)?;
                self.each(|each| {
                    stmt.kind.children(&mut |child| match child {
                        Node::Expr(expr) if std::ptr::eq(expr, &**subject) => {}
                        child => each(child),
                    });
                })
            }
            StmtKind::Try(node) | StmtKind::TryStar(node) => {
                self.try_stmt(node, matches!(stmt.kind, StmtKind::TryStar(_)))
            }
            StmtKind::ImportFrom { .. } if future::is_import(stmt) => Err(future::misplaced(stmt)),
            kind => self.each(|each| kind.children(each)),
        }
    }

    fn function(&mut self, def: &FunctionDef, kind: Kind) -> Check {
        self.exprs(&def.decorator_list)?;
        self.each(|each| def.args.each_default(&mut |node| each(node)))?;
        for arg in def.args.all() {
            match arg.annotation.as_deref() {
                Some(Expr { kind: ExprKind::Starred { value, .. }, .. }) => self.expr(value)?,
                annotation => self.exprs(annotation)?,
            }
        }
        self.exprs(def.returns.as_deref())?;
        self.within(kind, |this| {
            this.generator = def.body.iter().any(|stmt| yields(Node::Stmt(stmt)));
            this.stmts(&def.body)
        })
    }

    fn return_stmt(&mut self, stmt: &Stmt, value: Option<&Expr>) -> Check {
        if !self.is_function() {
            return Err(fault(stmt.span, "'return' outside function"));
        }
        if value.is_some() && self.generator && self.kind == Kind::AsyncFunction {
            return Err(fault(stmt.span, "'return' with value in async generator"));
        }
        self.exprs(value)?;
        if self.blocks.contains(&Block::ExceptStar) {
            return Err(except_star(stmt.span));
        }
        Ok(())
    }

    fn jump(&mut self, stmt: &Stmt) -> Check {
        match self.blocks.last() {
            Some(Block::Loop) => Ok(()),
            Some(Block::ExceptStar) => Err(except_star(stmt.span)),
            None if matches!(stmt.kind, StmtKind::Break) => Err(fault(stmt.span, "'break' outside loop")),
            None => Err(fault(stmt.span, "'continue' not properly in loop")),
        }
    }

    fn needs_async(&self, span: Span, message: &str) -> Check {
        match self.kind {
            Kind::AsyncFunction => Ok(()),
            _ => Err(fault(span, message)),
        }
    }

    fn for_loop(&mut self, node: &For) -> Check {
        self.expr(&node.iter)?;
        self.target(&node.target)?;
        self.inside(Block::Loop, &node.body)?;
        self.stmts(&node.orelse)
    }

    fn try_stmt(&mut self, node: &Try, starred: bool) -> Check {
        self.stmts(&node.body)?;
        let last = node.handlers.len().saturating_sub(1);
        for (at, handler) in node.handlers.iter().enumerate() {
            if handler.typ.is_none() && at < last {
                return Err(fault(handler.span, "default 'except:' must be last"));
            }
            self.exprs(handler.typ.as_deref())?;
            match starred {
                true => self.inside(Block::ExceptStar, &handler.body)?,
                false => self.stmts(&handler.body)?,
            }
        }
        self.stmts(&node.orelse)?;
        self.stmts(&node.finalbody)
    }

    /// A target, which may be starred inside a list or tuple only.
    fn target(&mut self, expr: &Expr) -> Check {
        self.expr(expr)
    }

    fn elements(&mut self, expr: &Expr, elts: &[Expr], store: bool) -> Check {
        let starred = |elt: &&Expr| matches!(elt.kind, ExprKind::Starred { .. });
        if store && elts.iter().filter(starred).count() > 1 {
            return Err(fault(expr.span, "multiple starred expressions in assignment"));
        }
        elts.iter().try_for_each(|elt| self.starrable(elt))
    }

    fn starrable(&mut self, expr: &Expr) -> Check {
        match &expr.kind {
            ExprKind::Starred { value, .. } => self.expr(value),
            _ => self.expr(expr),
        }
    }

    fn call(&mut self, args: &[Expr], keywords: &[Keyword]) -> Check {
        let mut seen = HashSet::new();
        for keyword in keywords {
            if let Some(name) = &keyword.arg {
                if &**name == "__debug__" {
                    return Err(fault(keyword.span, "cannot assign to __debug__"));
                }
                if !seen.insert(name) {
                    let message = format!("keyword argument repeated: {name}");
                    return Err(fault(keyword.span, message));
                }
            }
        }
        args.iter().try_for_each(|arg| self.starrable(arg))?;
        self.exprs(keywords.iter().map(|keyword| &keyword.value))
    }

    fn expr(&mut self, expr: &Expr) -> Check {
        self.warnings.extend(warning::of_expr(expr));
        match &expr.kind {
            ExprKind::Starred { ctx: ExprContext::Load, .. } => {
                Err(fault(expr.span, "can't use starred expression here"))
            }
            ExprKind::Starred { .. } => Err(fault(expr.span, "starred assignment target must be in a list or tuple")),
            ExprKind::List { elts, ctx } | ExprKind::Tuple { elts, ctx } => {
                self.elements(expr, elts, *ctx == ExprContext::Store)
            }
            ExprKind::Set { elts } => self.elements(expr, elts, false),
            ExprKind::Call { func, args, keywords } => {
                self.expr(func)?;
                self.call(args, keywords)
            }
            ExprKind::Lambda { args, body } => {
                self.each(|each| args.each_default(&mut |node| each(node)))?;
                self.within(Kind::Function, |this| this.expr(body))
            }
            ExprKind::Yield { .. } | ExprKind::YieldFrom { .. } => {
                let from = matches!(expr.kind, ExprKind::YieldFrom { .. });
                if !self.is_function() {
                    let what = if from { "yield from" } else { "yield" };
                    return Err(fault(expr.span, format!("'{what}' outside function")));
                }
                if from && self.kind == Kind::AsyncFunction {
                    return Err(fault(expr.span, "'yield from' inside async function"));
                }
                self.each(|each| expr.kind.children(each))
            }
            ExprKind::Await { .. } => {
                if !self.is_function() {
                    return Err(fault(expr.span, "'await' outside function"));
                }
                if self.kind == Kind::Function {
                    return Err(fault(expr.span, "'await' outside async function"));
                }
                self.each(|each| expr.kind.children(each))
            }
            ExprKind::ListComp { elt, generators } | ExprKind::SetComp { elt, generators } => {
                self.comprehension(expr, &[elt], generators, true)
            }
            ExprKind::GeneratorExp { elt, generators } => self.comprehension(expr, &[elt], generators, false),
            ExprKind::DictComp { key, value, generators } => self.comprehension(expr, &[key, value], generators, true),
            kind => self.each(|each| kind.children(each)),
        }
    }

    fn comprehension(&mut self, expr: &Expr, elements: &[&Expr], generators: &[Comprehension], eager: bool) -> Check {
        let Some((first, rest)) = generators.split_first() else {
            return Ok(());
        };
        let waits = generators.iter().any(|part| part.is_async || part.ifs.iter().any(awaits))
            || rest.iter().any(|part| awaits(&part.iter))
            || elements.iter().any(|elt| awaits(elt));
        if waits && eager && !matches!(self.kind, Kind::AsyncFunction | Kind::Comprehension) {
            let message = "asynchronous comprehension outside of an asynchronous function";
            return Err(fault(expr.span, message));
        }
        self.expr(&first.iter)?;
        self.within(Kind::Comprehension, |this| {
            for (at, part) in generators.iter().enumerate() {
                if at > 0 {
                    this.expr(&part.iter)?;
                }
                this.target(&part.target)?;
                this.exprs(&part.ifs)?;
            }
            this.exprs(elements.iter().copied())
        })
    }
}

fn except_star(span: Span) -> Fault {
    fault(span, "'break', 'continue' and 'return' cannot appear in an except* block")
}
