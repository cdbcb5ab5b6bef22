use std::cell::RefCell;

use crate::ast::*;
use crate::error::{ErrorKind, Fault};

/// What the grammar's actions share: the source and the first fault that they found.
pub(crate) struct Cx<'s> {
    pub src: &'s str,
    max_depth: u32,
    fault: RefCell<Option<Fault>>,
}

/// What a start symbol gives.
pub(crate) enum Top {
    Module(Vec<Stmt>),
    Expression(Expr),
}

impl<'s> Cx<'s> {
    pub fn new(src: &'s str, max_depth: u32) -> Self {
        Self { src, max_depth, fault: RefCell::new(None) }
    }

    /// Records a fault; the first one recorded is the one reported.
    pub fn fault(&self, span: Span, message: impl Into<String>) {
        self.record(Fault::range(message, span.start, span.end));
    }

    fn record(&self, fault: Fault) {
        self.fault.borrow_mut().get_or_insert(fault);
    }

    pub fn take_fault(&self) -> Option<Fault> {
        self.fault.borrow_mut().take()
    }

    fn too_deep(&self, span: Span, depth: u32) -> bool {
        if depth > self.max_depth {
            let message = "maximum recursion depth exceeded during compilation";
            self.record(Fault::at(message, span.start, span.end).of(ErrorKind::RecursionError));
        }
        depth > self.max_depth
    }

    /// An expression; one that is too deep is a fault and gives a leaf in its place.
    pub fn expr(&self, start: u32, end: u32, kind: ExprKind) -> Expr {
        let span = Span::new(start, end);
        let expr = Expr::new(span, kind);
        match self.too_deep(span, expr.depth) {
            true => Expr::new(span, ExprKind::Constant(Constant::None)),
            false => expr,
        }
    }

    /// A statement, bounded likewise.
    pub fn stmt(&self, start: u32, end: u32, kind: StmtKind) -> Stmt {
        let span = Span::new(start, end);
        let stmt = Stmt::new(span, kind);
        match self.too_deep(span, stmt.depth) {
            true => Stmt::new(span, StmtKind::Pass),
            false => stmt,
        }
    }

    /// A pattern, bounded likewise.
    pub fn pattern(&self, start: u32, end: u32, kind: PatternKind) -> Pattern {
        let span = Span::new(start, end);
        let pattern = Pattern::new(span, kind);
        match self.too_deep(span, pattern.depth) {
            true => Pattern::new(span, PatternKind::MatchAs { pattern: None, name: None }),
            false => pattern,
        }
    }

    /// A compound statement, which ends where its last statement does.
    pub fn compound(&self, start: u32, kind: StmtKind) -> Stmt {
        let mut end = start;
        kind.children(&mut |child| {
            if let Node::Stmt(stmt) = child {
                end = end.max(stmt.span.end);
            }
        });
        self.stmt(start, self.block_end(end), kind)
    }

    /// The end of a block whose last statement ends at `end`: a semicolon belongs to it.
    pub fn block_end(&self, end: u32) -> u32 {
        let rest = &self.src[end as usize..];
        let blank = rest.len() - rest.trim_start_matches([' ', '\t']).len();
        match rest[blank..].starts_with(';') {
            true => end + blank as u32 + 1,
            false => end,
        }
    }

    /// The start of the token at or after `at`, if only blanks stand between.
    pub fn next_token(&self, at: u32) -> u32 {
        let rest = &self.src[at as usize..];
        at + (rest.len() - rest.trim_start_matches([' ', '\t', '\n', '\x0c']).len()) as u32
    }

    pub fn name(&self, id: Ident) -> Expr {
        Expr::new(id.span, ExprKind::Name { id: id.name, ctx: ExprContext::Load })
    }

    /// Whether a tuple is written with its own parentheses.
    pub fn is_parenthesised(&self, span: Span, elts: &[Expr]) -> bool {
        let text = self.src.as_bytes();
        text.get(span.start as usize) == Some(&b'(')
            && text.get((span.end as usize).saturating_sub(1)) == Some(&b')')
            && elts.first().is_none_or(|first| first.span.start > span.start)
    }
}
