//! The children of a node, for walks that treat most nodes alike.

use super::{
    Arguments, Comprehension, Expr, ExprKind, Keyword, MatchCase, Pattern, PatternKind, Stmt, StmtKind, TypeParam,
    TypeParamKind,
};

/// A node that has children.
#[derive(Clone, Copy, Debug)]
pub enum Node<'a> {
    /// An expression.
    Expr(&'a Expr),
    /// A statement.
    Stmt(&'a Stmt),
    /// A pattern.
    Pattern(&'a Pattern),
}

impl Node<'_> {
    pub(crate) fn depth(self) -> u32 {
        match self {
            Node::Expr(node) => node.depth,
            Node::Stmt(node) => node.depth,
            Node::Pattern(node) => node.depth,
        }
    }
}

type Each<'f, 'a> = &'f mut dyn FnMut(Node<'a>);

fn exprs<'a>(list: impl IntoIterator<Item = &'a Expr>, each: Each<'_, 'a>) {
    list.into_iter().for_each(|expr| each(Node::Expr(expr)));
}

fn stmts<'a>(list: &'a [Stmt], each: Each<'_, 'a>) {
    list.iter().for_each(|stmt| each(Node::Stmt(stmt)));
}

fn patterns<'a>(list: &'a [Pattern], each: Each<'_, 'a>) {
    list.iter().for_each(|pattern| each(Node::Pattern(pattern)));
}

fn generators<'a>(list: &'a [Comprehension], each: Each<'_, 'a>) {
    for part in list {
        exprs([&part.target, &part.iter], each);
        exprs(&part.ifs, each);
    }
}

fn keywords<'a>(list: &'a [Keyword], each: Each<'_, 'a>) {
    exprs(list.iter().map(|keyword| &keyword.value), each);
}

fn type_params<'a>(list: &'a [TypeParam], each: Each<'_, 'a>) {
    for param in list {
        if let TypeParamKind::TypeVar { bound: Some(bound) } = &param.kind {
            each(Node::Expr(bound));
        }
        exprs(param.default_value.as_deref(), each);
    }
}

impl Arguments {
    /// Every parameter, in the order of the source.
    pub fn all(&self) -> impl Iterator<Item = &super::Arg> {
        let plain = self.posonlyargs.iter().chain(&self.args).chain(self.vararg.as_deref());
        plain.chain(&self.kwonlyargs).chain(self.kwarg.as_deref())
    }

    /// Calls `each` for the default of every parameter that has one.
    pub fn each_default<'a>(&'a self, each: &mut dyn FnMut(Node<'a>)) {
        exprs(&self.defaults, each);
        exprs(self.kw_defaults.iter().flatten(), each);
    }

    /// Calls `each` for the annotation of every parameter that has one.
    pub fn each_annotation<'a>(&'a self, each: &mut dyn FnMut(Node<'a>)) {
        exprs(self.all().filter_map(|arg| arg.annotation.as_deref()), each);
    }
}

impl MatchCase {
    fn children<'a>(&'a self, each: Each<'_, 'a>) {
        each(Node::Pattern(&self.pattern));
        exprs(self.guard.as_deref(), each);
        stmts(&self.body, each);
    }
}

impl ExprKind {
    /// Calls `each` for every child, in the order of CPython's fields.
    pub fn children<'a>(&'a self, each: &mut dyn FnMut(Node<'a>)) {
        match self {
            Self::BoolOp { values, .. } | Self::JoinedStr { values } => exprs(values, each),
            Self::NamedExpr { target: a, value: b }
            | Self::BinOp { left: a, right: b, .. }
            | Self::Subscript { value: a, slice: b, .. } => exprs([&**a, &**b], each),
            Self::UnaryOp { operand: value, .. }
            | Self::Await { value }
            | Self::YieldFrom { value }
            | Self::Attribute { value, .. }
            | Self::Starred { value, .. } => each(Node::Expr(value)),
            Self::Lambda { args, body } => {
                args.each_default(each);
                each(Node::Expr(body));
            }
            Self::IfExp { test, body, orelse } => exprs([&**test, &**body, &**orelse], each),
            Self::Dict { keys, values } => {
                for (key, value) in keys.iter().zip(values) {
                    exprs(key, each);
                    each(Node::Expr(value));
                }
            }
            Self::Set { elts } | Self::List { elts, .. } | Self::Tuple { elts, .. } => {
                exprs(elts, each);
            }
            Self::ListComp { elt, generators: list }
            | Self::SetComp { elt, generators: list }
            | Self::GeneratorExp { elt, generators: list } => {
                each(Node::Expr(elt));
                generators(list, each);
            }
            Self::DictComp { key, value, generators: list } => {
                exprs([&**key, &**value], each);
                generators(list, each);
            }
            Self::Yield { value } => exprs(value.as_deref(), each),
            Self::Compare { left, comparators, .. } => {
                each(Node::Expr(left));
                exprs(comparators, each);
            }
            Self::Call { func, args, keywords: list } => {
                each(Node::Expr(func));
                exprs(args, each);
                keywords(list, each);
            }
            Self::FormattedValue { value, format_spec, .. } => {
                each(Node::Expr(value));
                exprs(format_spec.as_deref(), each);
            }
            Self::Slice { lower, upper, step } => {
                exprs([lower, upper, step].into_iter().filter_map(|part| part.as_deref()), each);
            }
            Self::Constant(_) | Self::Name { .. } => {}
        }
    }
}

impl PatternKind {
    /// Calls `each` for every child, in the order of CPython's fields.
    pub fn children<'a>(&'a self, each: &mut dyn FnMut(Node<'a>)) {
        match self {
            Self::MatchValue { value } => each(Node::Expr(value)),
            Self::MatchSequence { patterns: list } | Self::MatchOr { patterns: list } => {
                patterns(list, each);
            }
            Self::MatchMapping { keys, patterns: list, .. } => {
                exprs(keys, each);
                patterns(list, each);
            }
            Self::MatchClass { cls, patterns: list, kwd_patterns, .. } => {
                each(Node::Expr(cls));
                patterns(list, each);
                patterns(kwd_patterns, each);
            }
            Self::MatchAs { pattern, .. } => {
                pattern.iter().for_each(|pattern| each(Node::Pattern(pattern)));
            }
            Self::MatchSingleton { .. } | Self::MatchStar { .. } => {}
        }
    }
}

impl StmtKind {
    /// Calls `each` for every child, in the order of CPython's fields.
    pub fn children<'a>(&'a self, each: &mut dyn FnMut(Node<'a>)) {
        match self {
            Self::FunctionDef(def) | Self::AsyncFunctionDef(def) => {
                def.args.each_default(each);
                def.args.each_annotation(each);
                stmts(&def.body, each);
                exprs(&def.decorator_list, each);
                exprs(def.returns.as_deref(), each);
                type_params(&def.type_params, each);
            }
            Self::ClassDef(def) => {
                exprs(&def.bases, each);
                keywords(&def.keywords, each);
                stmts(&def.body, each);
                exprs(&def.decorator_list, each);
                type_params(&def.type_params, each);
            }
            Self::Return { value } => exprs(value.as_deref(), each),
            Self::Delete { targets } => exprs(targets, each),
            Self::Assign { targets, value } => {
                exprs(targets, each);
                each(Node::Expr(value));
            }
            Self::TypeAlias { name, type_params: list, value } => {
                each(Node::Expr(name));
                type_params(list, each);
                each(Node::Expr(value));
            }
            Self::AugAssign { target, value, .. } => exprs([&**target, &**value], each),
            Self::AnnAssign { target, annotation, value, .. } => {
                exprs([&**target, &**annotation], each);
                exprs(value.as_deref(), each);
            }
            Self::For(node) | Self::AsyncFor(node) => {
                exprs([&node.target, &node.iter], each);
                stmts(&node.body, each);
                stmts(&node.orelse, each);
            }
            Self::While { test, body, orelse } | Self::If { test, body, orelse } => {
                each(Node::Expr(test));
                stmts(body, each);
                stmts(orelse, each);
            }
            Self::With(node) | Self::AsyncWith(node) => {
                for item in &node.items {
                    each(Node::Expr(&item.context_expr));
                    exprs(item.optional_vars.as_deref(), each);
                }
                stmts(&node.body, each);
            }
            Self::Match { subject, cases } => {
                each(Node::Expr(subject));
                cases.iter().for_each(|case| case.children(each));
            }
            Self::Raise { exc: a, cause: b } => {
                exprs([a, b].into_iter().filter_map(|part| part.as_deref()), each);
            }
            Self::Try(node) | Self::TryStar(node) => {
                stmts(&node.body, each);
                for handler in &node.handlers {
                    exprs(handler.typ.as_deref(), each);
                    stmts(&handler.body, each);
                }
                stmts(&node.orelse, each);
                stmts(&node.finalbody, each);
            }
            Self::Assert { test, msg } => {
                each(Node::Expr(test));
                exprs(msg.as_deref(), each);
            }
            Self::Expr { value } => each(Node::Expr(value)),
            Self::Import { .. }
            | Self::ImportFrom { .. }
            | Self::Global { .. }
            | Self::Nonlocal { .. }
            | Self::Pass
            | Self::Break
            | Self::Continue => {}
        }
    }
}

macro_rules! height {
    ($($node:ident: $kind:ident),*) => {$(
        impl $node {
            /// A node of this kind at this place.
            pub fn new(span: super::Span, kind: $kind) -> Self {
                let mut depth = 0;
                kind.children(&mut |child| depth = depth.max(child.depth()));
                Self { span, kind, depth: depth + 1 }
            }
        }
    )*};
}

height!(Expr: ExprKind, Stmt: StmtKind, Pattern: PatternKind);
