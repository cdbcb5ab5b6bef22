use crate::{LineIndex, SyntaxWarning};

/// What a successful parse gives.
#[derive(Clone, Debug)]
pub struct Parsed<T> {
    /// The tree: a `Module`, `Interactive` or `Expression`.
    pub tree: T,
    /// The source that the spans of the tree refer to.
    pub lines: LineIndex,
    /// Warnings, in order of their place.
    pub warnings: Vec<SyntaxWarning>,
}
