use super::{Constant, Expr, Ident, Span, Stmt};

/// One `case` of a `match` statement.
#[derive(Clone, Debug, PartialEq)]
pub struct MatchCase {
    /// The pattern.
    pub pattern: Pattern,
    /// The condition after `if`.
    pub guard: Option<Box<Expr>>,
    /// The statements.
    pub body: Vec<Stmt>,
}

/// A pattern of a `match` statement (PEP 634).
#[derive(Clone, Debug)]
pub struct Pattern {
    /// Where it is written.
    pub span: Span,
    /// What it is.
    pub kind: PatternKind,
    pub(crate) depth: u32,
}

impl PartialEq for Pattern {
    fn eq(&self, other: &Self) -> bool {
        self.span == other.span && self.kind == other.kind
    }
}

/// The kinds of pattern.
#[derive(Clone, Debug, PartialEq)]
pub enum PatternKind {
    /// A number, string or dotted name, compared by `==`.
    MatchValue { value: Box<Expr> },
    /// `None`, `True` or `False`, compared by `is`.
    MatchSingleton { value: Constant },
    /// `[a, *rest]`.
    MatchSequence { patterns: Vec<Pattern> },
    /// `{key: pattern, **rest}`.
    MatchMapping { keys: Vec<Expr>, patterns: Vec<Pattern>, rest: Option<Ident> },
    /// `Class(pattern, name=pattern)`.
    MatchClass { cls: Box<Expr>, patterns: Vec<Pattern>, kwd_attrs: Vec<Ident>, kwd_patterns: Vec<Pattern> },
    /// `*name` in a sequence; `*_` has no name.
    MatchStar { name: Option<Ident> },
    /// `pattern as name`, a bare `name`, or `_`, which has neither.
    MatchAs { pattern: Option<Box<Pattern>>, name: Option<Ident> },
    /// `a | b`.
    MatchOr { patterns: Vec<Pattern> },
}
