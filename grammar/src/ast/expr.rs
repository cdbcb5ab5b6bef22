use num_bigint::BigUint;

use super::{Ident, Name, Span};

/// An expression.
#[derive(Clone, Debug)]
pub struct Expr {
    /// Where it is written, without surrounding parentheses (a tuple keeps its own).
    pub span: Span,
    /// What it is.
    pub kind: ExprKind,
    pub(crate) depth: u32,
}

impl PartialEq for Expr {
    fn eq(&self, other: &Self) -> bool {
        self.span == other.span && self.kind == other.kind
    }
}

/// The kinds of expression.
#[derive(Clone, Debug, PartialEq)]
pub enum ExprKind {
    /// `a and b and c`.
    BoolOp { op: BoolOp, values: Vec<Expr> },
    /// `target := value`.
    NamedExpr { target: Box<Expr>, value: Box<Expr> },
    /// `left + right`.
    BinOp { left: Box<Expr>, op: Operator, right: Box<Expr> },
    /// `-operand`.
    UnaryOp { op: UnaryOp, operand: Box<Expr> },
    /// `lambda args: body`.
    Lambda { args: Box<Arguments>, body: Box<Expr> },
    /// `body if test else orelse`.
    IfExp { test: Box<Expr>, body: Box<Expr>, orelse: Box<Expr> },
    /// `{key: value, **mapping}`; a `None` key marks a `**` entry.
    Dict { keys: Vec<Option<Expr>>, values: Vec<Expr> },
    /// `{a, b}`.
    Set { elts: Vec<Expr> },
    /// `[elt for ...]`.
    ListComp { elt: Box<Expr>, generators: Vec<Comprehension> },
    /// `{elt for ...}`.
    SetComp { elt: Box<Expr>, generators: Vec<Comprehension> },
    /// `{key: value for ...}`.
    DictComp { key: Box<Expr>, value: Box<Expr>, generators: Vec<Comprehension> },
    /// `(elt for ...)`.
    GeneratorExp { elt: Box<Expr>, generators: Vec<Comprehension> },
    /// `await value`.
    Await { value: Box<Expr> },
    /// `yield value`.
    Yield { value: Option<Box<Expr>> },
    /// `yield from value`.
    YieldFrom { value: Box<Expr> },
    /// `left < b <= c`; `ops` and `comparators` have one length, at least one.
    Compare { left: Box<Expr>, ops: Vec<CmpOp>, comparators: Vec<Expr> },
    /// `func(args, name=value)`.
    Call { func: Box<Expr>, args: Vec<Expr>, keywords: Vec<Keyword> },
    /// A replacement field of an f-string.
    FormattedValue { value: Box<Expr>, conversion: Option<char>, format_spec: Option<Box<Expr>> },
    /// An f-string: string constants and `FormattedValue`s.
    JoinedStr { values: Vec<Expr> },
    /// A literal.
    Constant(Constant),
    /// `value.attr`.
    Attribute { value: Box<Expr>, attr: Ident, ctx: ExprContext },
    /// `value[slice]`.
    Subscript { value: Box<Expr>, slice: Box<Expr>, ctx: ExprContext },
    /// `*value`.
    Starred { value: Box<Expr>, ctx: ExprContext },
    /// A name.
    Name { id: Name, ctx: ExprContext },
    /// `[a, b]`.
    List { elts: Vec<Expr>, ctx: ExprContext },
    /// `(a, b)`, with or without parentheses.
    Tuple { elts: Vec<Expr>, ctx: ExprContext },
    /// `lower:upper:step`, inside a subscript only.
    Slice { lower: Option<Box<Expr>>, upper: Option<Box<Expr>>, step: Option<Box<Expr>> },
}

/// The value of a literal.
#[derive(Clone, Debug, PartialEq)]
pub enum Constant {
    /// `None`.
    None,
    /// `True` or `False`.
    Bool(bool),
    /// An integer that fits.
    Int(i64),
    /// An integer above `i64::MAX`.
    BigInt(BigUint),
    /// A floating-point number.
    Float(f64),
    /// Text without lone surrogates.
    Str(String),
    /// Text with at least one lone surrogate (`'\ud800'`), one code point an element.
    Surrogates(Vec<u32>),
    /// Bytes.
    Bytes(Vec<u8>),
    /// `...`.
    Ellipsis,
}

/// What is done with a target: it is read, bound or deleted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ExprContext {
    /// Read.
    Load,
    /// Bound.
    Store,
    /// Deleted.
    Del,
}

/// `and`, `or`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum BoolOp {
    /// `and`.
    And,
    /// `or`.
    Or,
}

/// The binary operators.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Operator {
    /// `+`.
    Add,
    /// `-`.
    Sub,
    /// `*`.
    Mult,
    /// `@`.
    MatMult,
    /// `/`.
    Div,
    /// `%`.
    Mod,
    /// `**`.
    Pow,
    /// `<<`.
    LShift,
    /// `>>`.
    RShift,
    /// `|`.
    BitOr,
    /// `^`.
    BitXor,
    /// `&`.
    BitAnd,
    /// `//`.
    FloorDiv,
}

/// The unary operators.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum UnaryOp {
    /// `~`.
    Invert,
    /// `not`.
    Not,
    /// `+`.
    UAdd,
    /// `-`.
    USub,
}

/// The comparison operators.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum CmpOp {
    /// `==`.
    Eq,
    /// `!=`.
    NotEq,
    /// `<`.
    Lt,
    /// `<=`.
    LtE,
    /// `>`.
    Gt,
    /// `>=`.
    GtE,
    /// `is`.
    Is,
    /// `is not`.
    IsNot,
    /// `in`.
    In,
    /// `not in`.
    NotIn,
}

/// One `for target in iter if ...` of a comprehension.
#[derive(Clone, Debug, PartialEq)]
pub struct Comprehension {
    /// What each element is bound to.
    pub target: Expr,
    /// What is iterated.
    pub iter: Expr,
    /// The conditions.
    pub ifs: Vec<Expr>,
    /// Whether it is `async for`.
    pub is_async: bool,
}

/// The parameters of a function or lambda.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Arguments {
    /// Those before `/`.
    pub posonlyargs: Vec<Arg>,
    /// The ordinary ones.
    pub args: Vec<Arg>,
    /// `*args`.
    pub vararg: Option<Box<Arg>>,
    /// Those after `*`.
    pub kwonlyargs: Vec<Arg>,
    /// A default, or none, for each of `kwonlyargs`.
    pub kw_defaults: Vec<Option<Expr>>,
    /// `**kwargs`.
    pub kwarg: Option<Box<Arg>>,
    /// The defaults of the last ones of `posonlyargs` and `args` together.
    pub defaults: Vec<Expr>,
}

/// One parameter.
#[derive(Clone, Debug, PartialEq)]
pub struct Arg {
    /// The name with its annotation.
    pub span: Span,
    /// The name.
    pub arg: Name,
    /// The annotation.
    pub annotation: Option<Box<Expr>>,
}

/// A keyword argument of a call or class statement; `**value` has no name.
#[derive(Clone, Debug, PartialEq)]
pub struct Keyword {
    /// The whole argument.
    pub span: Span,
    /// The name, if it is not `**value`.
    pub arg: Option<Name>,
    /// The value.
    pub value: Expr,
}
