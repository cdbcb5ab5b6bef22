//! What the second reading keeps of an expression: enough to name it.

use std::rc::Rc;

use crate::ast::Span;

#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Kind {
    Name,
    Attribute,
    Subscript,
    Starred,
    List,
    Tuple,
    Lambda,
    /// A call, or what stands between its parentheses.
    Call,
    Operation,
    Generator,
    Yield,
    Await,
    ListComp,
    SetComp,
    DictComp,
    Dict,
    Set,
    FString,
    Literal,
    True,
    False,
    None,
    Ellipsis,
    /// A comparison; the first operator of this one is `in`.
    Membership,
    Compare,
    Conditional,
    Named,
    /// What is no expression: a slice, a pattern, a parameter, a keyword argument.
    Part,
    /// `**` before an argument.
    Unpacking,
}

impl Kind {
    /// CPython's name of the kind, for messages.
    pub fn describe(self) -> &'static str {
        match self {
            Self::Name => "name",
            Self::Attribute => "attribute",
            Self::Subscript => "subscript",
            Self::Starred => "starred",
            Self::List => "list",
            Self::Tuple => "tuple",
            Self::Lambda => "lambda",
            Self::Call => "function call",
            Self::Operation => "expression",
            Self::Generator => "generator expression",
            Self::Yield => "yield expression",
            Self::Await => "await expression",
            Self::ListComp => "list comprehension",
            Self::SetComp => "set comprehension",
            Self::DictComp => "dict comprehension",
            Self::Dict => "dict literal",
            Self::Set => "set display",
            Self::FString => "f-string expression",
            Self::Literal => "literal",
            Self::True => "True",
            Self::False => "False",
            Self::None => "None",
            Self::Ellipsis => "ellipsis",
            Self::Membership | Self::Compare => "comparison",
            Self::Conditional => "conditional expression",
            Self::Named => "named expression",
            Self::Part | Self::Unpacking => "slice",
        }
    }
}

/// An expression or another piece of the source.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Node {
    pub kind: Kind,
    pub span: Span,
    /// The elements of a list or tuple, what is starred, the left side of a comparison, the arguments of a call.
    pub items: Rc<[Node]>,
}

impl Node {
    pub fn new(kind: Kind, span: Span) -> Self {
        Self { kind, span, items: Rc::new([]) }
    }

    pub fn with(kind: Kind, span: Span, items: Vec<Node>) -> Self {
        Self { kind, span, items: items.into() }
    }
}

/// Where the assignment to a wrong target stands: each place allows something else.
#[derive(Clone, Copy, PartialEq)]
pub(super) enum Targets {
    Star,
    Delete,
    For,
}

/// The first part of `node` that cannot be a target.
pub(super) fn invalid_target(node: &Node, targets: Targets) -> Option<&Node> {
    match node.kind {
        Kind::List | Kind::Tuple => node.items.iter().find_map(|one| invalid_target(one, targets)),
        Kind::Starred if targets != Targets::Delete => invalid_target(&node.items[0], targets),
        // `x in y` after `for` is read as a comparison.
        Kind::Membership if targets == Targets::For => invalid_target(&node.items[0], targets),
        Kind::Compare if targets == Targets::For => None,
        Kind::Name | Kind::Subscript | Kind::Attribute => None,
        _ => Some(node),
    }
}
