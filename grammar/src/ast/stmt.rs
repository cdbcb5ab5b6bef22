use super::{Arguments, Expr, Ident, Keyword, MatchCase, Operator, Span};

/// A statement.
#[derive(Clone, Debug)]
pub struct Stmt {
    /// Where it is written; that of a decorated definition starts at `def` or `class`.
    pub span: Span,
    /// What it is.
    pub kind: StmtKind,
    pub(crate) depth: u32,
}

impl PartialEq for Stmt {
    fn eq(&self, other: &Self) -> bool {
        self.span == other.span && self.kind == other.kind
    }
}

/// The kinds of statement.
#[derive(Clone, Debug, PartialEq)]
pub enum StmtKind {
    /// `def name(args): ...`.
    FunctionDef(Box<FunctionDef>),
    /// `async def name(args): ...`.
    AsyncFunctionDef(Box<FunctionDef>),
    /// `class name(bases): ...`.
    ClassDef(Box<ClassDef>),
    /// `return value`.
    Return { value: Option<Box<Expr>> },
    /// `del a, b`.
    Delete { targets: Vec<Expr> },
    /// `a = b = value`.
    Assign { targets: Vec<Expr>, value: Box<Expr> },
    /// `type name = value`.
    TypeAlias { name: Box<Expr>, type_params: Vec<TypeParam>, value: Box<Expr> },
    /// `target += value`.
    AugAssign { target: Box<Expr>, op: Operator, value: Box<Expr> },
    /// `target: annotation = value`; `simple` for a bare name without parentheses.
    AnnAssign { target: Box<Expr>, annotation: Box<Expr>, value: Option<Box<Expr>>, simple: bool },
    /// `for target in iter: ...`.
    For(Box<For>),
    /// `async for target in iter: ...`.
    AsyncFor(Box<For>),
    /// `while test: ...`.
    While { test: Box<Expr>, body: Vec<Stmt>, orelse: Vec<Stmt> },
    /// `if test: ...`; `elif` is an `If` alone in `orelse`.
    If { test: Box<Expr>, body: Vec<Stmt>, orelse: Vec<Stmt> },
    /// `with items: ...`.
    With(Box<With>),
    /// `async with items: ...`.
    AsyncWith(Box<With>),
    /// `match subject: ...`.
    Match { subject: Box<Expr>, cases: Vec<MatchCase> },
    /// `raise exc from cause`.
    Raise { exc: Option<Box<Expr>>, cause: Option<Box<Expr>> },
    /// `try: ... except ...:`.
    Try(Box<Try>),
    /// `try: ... except* ...:`.
    TryStar(Box<Try>),
    /// `assert test, msg`.
    Assert { test: Box<Expr>, msg: Option<Box<Expr>> },
    /// `import names`.
    Import { names: Vec<Alias> },
    /// `from ..module import names`; `level` counts the dots.
    ImportFrom { module: Option<Ident>, names: Vec<Alias>, level: u32 },
    /// `global names`.
    Global { names: Vec<Ident> },
    /// `nonlocal names`.
    Nonlocal { names: Vec<Ident> },
    /// An expression for its effect.
    Expr { value: Box<Expr> },
    /// `pass`.
    Pass,
    /// `break`.
    Break,
    /// `continue`.
    Continue,
}

/// A function definition.
#[derive(Clone, Debug, PartialEq)]
pub struct FunctionDef {
    /// Its name.
    pub name: Ident,
    /// Its parameters.
    pub args: Arguments,
    /// Its statements.
    pub body: Vec<Stmt>,
    /// Its decorators, outermost first.
    pub decorator_list: Vec<Expr>,
    /// The annotation after `->`.
    pub returns: Option<Box<Expr>>,
    /// Its type parameters (PEP 695).
    pub type_params: Vec<TypeParam>,
}

/// A class definition.
#[derive(Clone, Debug, PartialEq)]
pub struct ClassDef {
    /// Its name.
    pub name: Ident,
    /// Its bases.
    pub bases: Vec<Expr>,
    /// Its keyword arguments, `metaclass` among them.
    pub keywords: Vec<Keyword>,
    /// Its statements.
    pub body: Vec<Stmt>,
    /// Its decorators, outermost first.
    pub decorator_list: Vec<Expr>,
    /// Its type parameters (PEP 695).
    pub type_params: Vec<TypeParam>,
}

/// A `for` loop.
#[derive(Clone, Debug, PartialEq)]
pub struct For {
    /// What each element is bound to.
    pub target: Expr,
    /// What is iterated.
    pub iter: Expr,
    /// Its statements.
    pub body: Vec<Stmt>,
    /// The statements after `else`.
    pub orelse: Vec<Stmt>,
}

/// A `with` statement.
#[derive(Clone, Debug, PartialEq)]
pub struct With {
    /// Its context managers.
    pub items: Vec<WithItem>,
    /// Its statements.
    pub body: Vec<Stmt>,
}

/// One `context_expr as optional_vars`.
#[derive(Clone, Debug, PartialEq)]
pub struct WithItem {
    /// The context manager.
    pub context_expr: Expr,
    /// What its value is bound to.
    pub optional_vars: Option<Box<Expr>>,
}

/// A `try` statement.
#[derive(Clone, Debug, PartialEq)]
pub struct Try {
    /// Its statements.
    pub body: Vec<Stmt>,
    /// Its handlers.
    pub handlers: Vec<ExceptHandler>,
    /// The statements after `else`.
    pub orelse: Vec<Stmt>,
    /// The statements after `finally`.
    pub finalbody: Vec<Stmt>,
}

/// `except typ as name: ...`.
#[derive(Clone, Debug, PartialEq)]
pub struct ExceptHandler {
    /// The whole handler.
    pub span: Span,
    /// What it catches (CPython's `type`).
    pub typ: Option<Box<Expr>>,
    /// What the exception is bound to.
    pub name: Option<Ident>,
    /// Its statements.
    pub body: Vec<Stmt>,
}

/// `name as asname` of an import.
#[derive(Clone, Debug, PartialEq)]
pub struct Alias {
    /// The whole alias.
    pub span: Span,
    /// The name, dotted in `import a.b`; `*` in `from m import *`.
    pub name: Ident,
    /// What it is bound to instead.
    pub asname: Option<Ident>,
}

/// A type parameter (PEP 695, defaults by PEP 696).
#[derive(Clone, Debug, PartialEq)]
pub struct TypeParam {
    /// The whole parameter.
    pub span: Span,
    /// Its name.
    pub name: Ident,
    /// What it is.
    pub kind: TypeParamKind,
    /// The default after `=` (CPython's `default_value`).
    pub default_value: Option<Box<Expr>>,
}

/// The kinds of type parameter.
#[derive(Clone, Debug, PartialEq)]
pub enum TypeParamKind {
    /// `T: bound`.
    TypeVar { bound: Option<Box<Expr>> },
    /// `**P`.
    ParamSpec,
    /// `*Ts`.
    TypeVarTuple,
}
