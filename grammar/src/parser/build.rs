//! The actions of the grammar that do more than make a node.

use super::cx::Cx;
use crate::ast::*;

/// `items` with one more.
pub(super) fn push<T>(mut items: Vec<T>, item: T) -> Vec<T> {
    items.push(item);
    items
}

pub(super) fn tuple(elts: Vec<Expr>) -> ExprKind {
    ExprKind::Tuple { elts, ctx: ExprContext::Load }
}

pub(super) fn starred(value: Expr) -> ExprKind {
    ExprKind::Starred { value: Box::new(value), ctx: ExprContext::Load }
}

pub(super) fn attribute(cx: &Cx, l: u32, r: u32, value: Expr, attr: Ident) -> Expr {
    let value = Box::new(value);
    cx.expr(l, r, ExprKind::Attribute { value, attr, ctx: ExprContext::Load })
}

pub(super) fn unary(cx: &Cx, l: u32, r: u32, op: UnaryOp, operand: Expr) -> Expr {
    cx.expr(l, r, ExprKind::UnaryOp { op, operand: Box::new(operand) })
}

pub(super) fn compare(cx: &Cx, l: u32, r: u32, left: Expr, rest: Vec<(CmpOp, Expr)>) -> Expr {
    let (ops, comparators) = rest.into_iter().unzip();
    cx.expr(l, r, ExprKind::Compare { left: Box::new(left), ops, comparators })
}

pub(super) fn tuple_or_one(cx: &Cx, l: u32, r: u32, items: (Vec<Expr>, bool)) -> Expr {
    let (mut elts, comma) = items;
    match elts.pop() {
        Some(only) if elts.is_empty() && !comma => only,
        last => {
            elts.extend(last);
            cx.expr(l, r, tuple(elts))
        }
    }
}

pub(super) fn parenthesised(cx: &Cx, l: u32, r: u32, items: (Vec<Expr>, bool)) -> Expr {
    if let ([only], false) = (items.0.as_slice(), items.1) {
        if matches!(only.kind, ExprKind::Starred { .. }) {
            cx.fault(only.span, "cannot use starred expression here");
        }
    }
    tuple_or_one(cx, l, r, items)
}

pub(super) fn slices(cx: &Cx, l: u32, r: u32, mut items: (Vec<Expr>, bool)) -> Expr {
    let starred = |elt: &Expr| matches!(elt.kind, ExprKind::Starred { .. });
    items.1 |= items.0.first().is_some_and(starred);
    tuple_or_one(cx, l, r, items)
}

/// Which kind of comprehension.
pub(super) enum Comp {
    Generator,
    List,
    Set,
}

pub(super) fn comprehension(cx: &Cx, l: u32, r: u32, which: Comp, elt: Expr, generators: Vec<Comprehension>) -> Expr {
    if matches!(elt.kind, ExprKind::Starred { .. }) {
        cx.fault(elt.span, "iterable unpacking cannot be used in comprehension");
    }
    let elt = Box::new(elt);
    cx.expr(
        l,
        r,
        match which {
            Comp::Generator => ExprKind::GeneratorExp { elt, generators },
            Comp::List => ExprKind::ListComp { elt, generators },
            Comp::Set => ExprKind::SetComp { elt, generators },
        },
    )
}

pub(super) fn unpacking_in_comprehension(cx: &Cx, l: u32, r: u32, value: Expr) -> Expr {
    cx.fault(Span::new(l, r), "iterable unpacking cannot be used in comprehension");
    cx.expr(l, r, starred(value))
}

type DictItem = (u32, Option<Expr>, Expr);

pub(super) fn dict(cx: &Cx, l: u32, r: u32, items: Vec<DictItem>) -> Expr {
    let (keys, values) = items.into_iter().map(|(_, key, value)| (key, value)).unzip();
    cx.expr(l, r, ExprKind::Dict { keys, values })
}

pub(super) fn dict_comp(cx: &Cx, l: u32, r: u32, item: DictItem, generators: Vec<Comprehension>) -> Expr {
    let (start, key, value) = item;
    let Some(key) = key else {
        let message = "dict unpacking cannot be used in dict comprehension";
        cx.fault(Span::new(start, start + 2), message);
        return value;
    };
    cx.expr(l, r, ExprKind::DictComp { key: Box::new(key), value: Box::new(value), generators })
}

// Calls.

/// One argument of a call.
pub(super) enum CallArg {
    Positional(Expr),
    /// A generator without parentheses of its own.
    Generator(Expr),
    Keyword(Keyword),
}

impl CallArg {
    fn span(&self) -> Span {
        match self {
            Self::Positional(value) | Self::Generator(value) => value.span,
            Self::Keyword(keyword) => keyword.span,
        }
    }
}

pub(super) fn keyword_arg(cx: &Cx, place: (u32, u32), name: Expr, equal: u32, value: Expr) -> CallArg {
    let head = Span::new(place.0, equal);
    let arg = match name.kind {
        ExprKind::Name { id, .. } if name.span.start == place.0 => Some(id),
        ExprKind::Constant(Constant::None | Constant::Bool(_)) => {
            let word = super::targets::describe(&name.kind);
            cx.fault(head, format!("cannot assign to {word}"));
            None
        }
        _ => {
            let message = "expression cannot contain assignment, perhaps you meant \"==\"?";
            cx.fault(head, message);
            None
        }
    };
    CallArg::Keyword(Keyword { span: Span::new(place.0, place.1), arg, value })
}

pub(super) fn call_args(cx: &Cx, args: (Vec<CallArg>, bool), end: u32) -> Vec<CallArg> {
    let end = cx.next_token(end);
    let (args, comma) = args;
    let (mut keyword, mut unpacking) = (false, false);
    let mut before = None;
    for arg in &args {
        match arg {
            CallArg::Generator(value) if args.len() > 1 || comma => {
                cx.fault(value.span, "Generator expression must be parenthesized");
            }
            CallArg::Positional(value) if matches!(value.kind, ExprKind::Starred { .. }) => {
                let place = Span::new(before.unwrap_or(value.span.start), end);
                let message = "iterable argument unpacking follows keyword argument unpacking";
                unpacking.then(|| cx.fault(place, message));
            }
            CallArg::Positional(_) | CallArg::Generator(_) if unpacking => {
                let message = "positional argument follows keyword argument unpacking";
                cx.fault(Span::new(end, end + 1), message);
            }
            CallArg::Positional(_) | CallArg::Generator(_) if keyword => {
                let message = "positional argument follows keyword argument";
                cx.fault(Span::new(end, end + 1), message);
            }
            CallArg::Keyword(Keyword { arg: None, .. }) => unpacking = true,
            CallArg::Keyword(_) => keyword = true,
            _ => {}
        }
        before = Some(arg.span().end);
    }
    args
}

fn split(args: Vec<CallArg>, parens: Option<Span>) -> (Vec<Expr>, Vec<Keyword>) {
    let (mut positional, mut keywords) = (vec![], vec![]);
    for arg in args {
        match arg {
            CallArg::Positional(value) => positional.push(value),
            CallArg::Generator(mut value) => {
                value.span = parens.unwrap_or(value.span);
                positional.push(value);
            }
            CallArg::Keyword(keyword) => keywords.push(keyword),
        }
    }
    (positional, keywords)
}

pub(super) fn call(cx: &Cx, l: u32, r: u32, func: Expr, open: u32, args: Vec<CallArg>) -> Expr {
    let (args, keywords) = split(args, Some(Span::new(open, r)));
    cx.expr(l, r, ExprKind::Call { func: Box::new(func), args, keywords })
}

// Statements.

pub(super) fn type_alias(cx: &Cx, id: Ident, params: Option<Vec<TypeParam>>, value: Expr) -> StmtKind {
    StmtKind::TypeAlias {
        name: Box::new(super::targets::to_store(cx, cx.name(id))),
        type_params: params.unwrap_or_default(),
        value: Box::new(value),
    }
}

pub(super) fn dotted(_: &Cx, a: Ident, b: Ident) -> Ident {
    Ident { name: format!("{}.{}", a.name, b.name).into(), span: a.span.to(b.span) }
}

pub(super) fn star_alias(_: &Cx, l: u32, r: u32) -> Vec<Alias> {
    let span = Span::new(l, r);
    vec![Alias { span, name: Ident { name: "*".into(), span }, asname: None }]
}

pub(super) fn no_trailing_comma(cx: &Cx, names: (Vec<Alias>, bool), end: u32) -> Vec<Alias> {
    if names.1 {
        let message = "trailing comma not allowed without surrounding parentheses";
        cx.fault(Span::new(end, end + 1), message);
    }
    names.0
}

/// A handler before it is known whether its `try` is of the starred kind.
pub(super) struct Handler {
    starred: bool,
    node: ExceptHandler,
}

pub(super) fn caught(
    cx: &Cx,
    place: (u32, u32),
    types: (Vec<Expr>, bool),
    name: Option<Ident>,
    end: u32,
) -> (Expr, Option<Ident>) {
    if types.0.len() > 1 || types.1 {
        let message = "multiple exception types must be parenthesized";
        cx.fault(Span::new(place.0, end), message);
    }
    (tuple_or_one(cx, place.0, place.1, types), name)
}

pub(super) fn handler(
    cx: &Cx,
    l: u32,
    colon: u32,
    starred: bool,
    caught: Option<(Expr, Option<Ident>)>,
    body: Vec<Stmt>,
) -> Handler {
    if starred && caught.is_none() {
        cx.fault(Span::new(colon, colon + 1), "expected one or more exception types");
    }
    let end = cx.block_end(body.last().map_or(l, |stmt| stmt.span.end));
    let (typ, name) = match caught {
        Some((typ, name)) => (Some(Box::new(typ)), name),
        None => (None, None),
    };
    Handler { starred, node: ExceptHandler { span: Span::new(l, end), typ, name, body } }
}

pub(super) fn try_stmt(
    cx: &Cx,
    l: u32,
    body: Vec<Stmt>,
    handlers: Vec<Handler>,
    orelse: Vec<Stmt>,
    finalbody: Vec<Stmt>,
) -> Stmt {
    let starred = handlers.first().is_some_and(|handler| handler.starred);
    if let Some(odd) = handlers.iter().find(|handler| handler.starred != starred) {
        let start = odd.node.span.start;
        let message = "cannot have both 'except' and 'except*' on the same 'try'";
        cx.fault(Span::new(start, start + "except".len() as u32), message);
    }
    let handlers = handlers.into_iter().map(|handler| handler.node).collect();
    let node = Box::new(Try { body, handlers, orelse, finalbody });
    cx.compound(l, if starred { StmtKind::TryStar(node) } else { StmtKind::Try(node) })
}

pub(super) fn decorate(mut def: StmtKind, decorators: Vec<Expr>) -> StmtKind {
    match &mut def {
        StmtKind::FunctionDef(node) | StmtKind::AsyncFunctionDef(node) => {
            node.decorator_list = decorators;
        }
        StmtKind::ClassDef(node) => node.decorator_list = decorators,
        _ => {}
    }
    def
}

pub(super) fn class_def(
    cx: &Cx,
    name: Ident,
    params: Option<Vec<TypeParam>>,
    args: Option<Vec<CallArg>>,
    body: Vec<Stmt>,
) -> StmtKind {
    for arg in args.iter().flatten() {
        if let CallArg::Generator(Expr { kind: ExprKind::GeneratorExp { elt, .. }, .. }) = arg {
            let rest = &cx.src[elt.span.end as usize..];
            let at = elt.span.end + (rest.len() - rest.trim_start().len()) as u32;
            let width = rest.trim_start().chars().take_while(|c| c.is_ascii_lowercase()).count();
            cx.fault(Span::new(at, at + width.max(1) as u32), "invalid syntax");
        }
    }
    let (bases, keywords) = split(args.unwrap_or_default(), None);
    StmtKind::ClassDef(Box::new(ClassDef {
        name,
        bases,
        keywords,
        body,
        decorator_list: vec![],
        type_params: params.unwrap_or_default(),
    }))
}

pub(super) fn type_param(
    cx: &Cx,
    l: u32,
    r: u32,
    name: Ident,
    stars: u32,
    bound: Option<(u32, Expr)>,
    default: Option<Expr>,
) -> TypeParam {
    if let (Some((colon, bound)), 1..) = (&bound, stars) {
        let what = match bound.kind {
            ExprKind::Tuple { .. } => "constraints",
            _ => "bound",
        };
        let kind = if stars == 1 { "TypeVarTuple" } else { "ParamSpec" };
        let place = Span::new(*colon, bound.span.end);
        cx.fault(place, format!("cannot use {what} with {kind}"));
    }
    let kind = match stars {
        0 => TypeParamKind::TypeVar { bound: bound.map(|(_, bound)| Box::new(bound)) },
        1 => TypeParamKind::TypeVarTuple,
        _ => TypeParamKind::ParamSpec,
    };
    TypeParam { span: Span::new(l, r), name, kind, default_value: default.map(Box::new) }
}

pub(super) fn check_type_params(cx: &Cx, params: Vec<TypeParam>) -> Vec<TypeParam> {
    let mut seen_default = false;
    for param in &params {
        if seen_default && param.default_value.is_none() {
            let message = format!("non-default type parameter '{}' follows default type parameter", param.name.name);
            cx.fault(param.span, message);
        }
        seen_default |= param.default_value.is_some();
    }
    params
}

// Parameters.

type Default = Option<(u32, Expr)>;

/// One item of a list of parameters.
pub(super) enum Param {
    Plain(Arg, Default),
    Star(u32, Arg, Default),
    DoubleStar(u32, Arg, Default),
    Slash(Span),
    BareStar(Span),
}

impl Param {
    fn token(&self) -> Span {
        match self {
            Self::Plain(arg, _) => Span::new(arg.span.start, arg.span.start + arg.arg.len() as u32),
            Self::Star(at, ..) => Span::new(*at, at + 1),
            Self::DoubleStar(at, ..) => Span::new(*at, at + 2),
            Self::Slash(span) | Self::BareStar(span) => *span,
        }
    }
}

pub(super) fn arguments(cx: &Cx, items: Vec<Param>) -> Arguments {
    ordered(cx, items, None)
}

/// The parameters of a `lambda`, whose colon stands at `colon`.
pub(super) fn lambda_arguments(cx: &Cx, items: Vec<Param>, colon: u32) -> Arguments {
    ordered(cx, items, Some(colon))
}

fn ordered(cx: &Cx, items: Vec<Param>, colon: Option<u32>) -> Arguments {
    let mut out = Arguments::default();
    let mut slash = false;
    // The bare star that still waits for a name.
    let mut bare: Option<Span> = None;
    let mut star = false;
    for item in items {
        let token = item.token();
        if out.kwarg.is_some() {
            cx.fault(token, "arguments cannot follow var-keyword argument");
        }
        if let (Some(place), false) = (bare, matches!(item, Param::Plain(..))) {
            cx.fault(if colon.is_some() { token } else { place }, "named arguments must follow bare *");
        }
        bare = None;
        match item {
            Param::Slash(_) => {
                if slash {
                    cx.fault(token, "/ may appear only once");
                } else if star {
                    cx.fault(token, "/ must be ahead of *");
                } else if out.args.is_empty() {
                    cx.fault(token, "at least one argument must precede /");
                }
                slash = true;
                out.posonlyargs = std::mem::take(&mut out.args);
            }
            Param::Plain(arg, default) if star => {
                out.kwonlyargs.push(arg);
                out.kw_defaults.push(default.map(|(_, value)| value));
            }
            Param::Plain(arg, default) => {
                if default.is_none() && !out.defaults.is_empty() {
                    let message = "parameter without a default follows parameter with a default";
                    cx.fault(token, message);
                }
                out.args.push(arg);
                out.defaults.extend(default.map(|(_, value)| value));
            }
            Param::BareStar(_) | Param::Star(..) => {
                if star {
                    cx.fault(token, "* argument may appear only once");
                }
                star = true;
                match item {
                    Param::Star(_, arg, default) => {
                        no_default(cx, default, "var-positional");
                        out.vararg = Some(Box::new(arg));
                    }
                    _ => bare = Some(token),
                }
            }
            Param::DoubleStar(_, arg, default) => {
                no_default(cx, default, "var-keyword");
                out.kwarg = Some(Box::new(arg));
            }
        }
    }
    if let Some(place) = bare {
        let place = colon.map_or(place, |at| Span::new(at, at + 1));
        cx.fault(place, "named arguments must follow bare *");
    }
    out
}

fn no_default(cx: &Cx, default: Default, kind: &str) {
    if let Some((end, _)) = default {
        let message = format!("{kind} argument cannot have default value");
        cx.fault(Span::new(end - 1, end), message);
    }
}
