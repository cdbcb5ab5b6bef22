//! The syntax tree, shaped as CPython 3.13's `ast` module describes it.
//!
//! Node and field names are CPython's, in snake case. Every node carries a [`Span`] of byte
//! offsets into the source that [`crate::LineIndex`] holds. The parser bounds the height of the
//! tree at [`MAX_DEPTH`], so a recursive walk over it, dropping it included, needs no guard.

mod expr;
mod pattern;
mod stmt;
mod walk;

pub use expr::{
    Arg, Arguments, BoolOp, CmpOp, Comprehension, Constant, Expr, ExprContext, ExprKind, Keyword, Operator, UnaryOp,
};
pub use pattern::{MatchCase, Pattern, PatternKind};
pub use stmt::{
    Alias, ClassDef, ExceptHandler, For, FunctionDef, Stmt, StmtKind, Try, TypeParam, TypeParamKind, With, WithItem,
};

pub use walk::Node;

use std::sync::Arc;

/// The greatest height of a tree that the parser returns, statements and expressions together.
pub const MAX_DEPTH: u32 = 640;

/// A half-open range of byte offsets into the source.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Span {
    /// Offset of the first byte.
    pub start: u32,
    /// Offset just past the last byte.
    pub end: u32,
}

impl Span {
    /// The range from `start` up to, not including, `end`.
    pub const fn new(start: u32, end: u32) -> Self {
        Self { start, end }
    }

    /// The smallest range that holds both.
    pub fn to(self, other: Self) -> Self {
        Self { start: self.start.min(other.start), end: self.end.max(other.end) }
    }
}

/// A name, normalised to NFKC and shared by all its occurrences in one source.
pub type Name = Arc<str>;

/// A name together with the place where it is written.
#[derive(Clone, Debug, PartialEq)]
pub struct Ident {
    /// The name itself.
    pub name: Name,
    /// Where it is written.
    pub span: Span,
}

/// A whole source file.
#[derive(Clone, Debug, PartialEq)]
pub struct Module {
    /// Its statements.
    pub body: Vec<Stmt>,
}

/// One input of an interactive session.
#[derive(Clone, Debug, PartialEq)]
pub struct Interactive {
    /// Its statements: one compound statement or a line of simple ones, or none.
    pub body: Vec<Stmt>,
}

/// A single expression, as `eval` takes it.
#[derive(Clone, Debug, PartialEq)]
pub struct Expression {
    /// The expression.
    pub body: Box<Expr>,
}
