//! Writes a tree in the form that `structure/dump.py` writes CPython's.

use mini_grammar::LineIndex;
use mini_grammar::ast::*;

/// A node being written: its fields so far.
struct Fields<'a, 's> {
    dump: &'a Dump<'s>,
    text: String,
}

pub struct Dump<'a> {
    pub lines: &'a LineIndex,
}

impl<'s> Fields<'_, 's> {
    fn raw(mut self, field: &str, value: impl std::fmt::Display) -> Self {
        let comma = if self.text.is_empty() { "" } else { "," };
        self.text += &format!("{comma}{field}={value}");
        self
    }

    fn expr(self, field: &str, value: &Expr) -> Self {
        let text = self.dump.expr(value);
        self.raw(field, text)
    }

    fn maybe(self, field: &str, value: &Option<Box<Expr>>) -> Self {
        match value {
            Some(value) => self.expr(field, value),
            None => self,
        }
    }

    fn list<T>(self, field: &str, items: &[T], write: impl Fn(&Dump<'s>, &T) -> String) -> Self {
        if items.is_empty() {
            return self;
        }
        let texts: Vec<String> = items.iter().map(|item| write(self.dump, item)).collect();
        let text = format!("[{}]", texts.join(","));
        self.raw(field, text)
    }

    fn exprs(self, field: &str, items: &[Expr]) -> Self {
        self.list(field, items, |dump, item| dump.expr(item))
    }

    fn stmts(self, field: &str, items: &[Stmt]) -> Self {
        self.list(field, items, |dump, item| dump.stmt(item))
    }

    fn name(self, field: &str, ident: &Option<Ident>) -> Self {
        match ident {
            Some(ident) => self.raw(field, &ident.name),
            None => self,
        }
    }

    fn context(self, ctx: ExprContext) -> Self {
        match ctx {
            ExprContext::Load => self,
            ctx => self.raw("ctx", format!("{ctx:?}")),
        }
    }

    fn end(self, name: &str, span: Option<Span>) -> String {
        let place = span.map_or(String::new(), |span| self.dump.place(span));
        format!("{name}{place}({})", self.text)
    }
}

fn scalar(value: &Constant) -> String {
    let points = |codes: Vec<u32>| -> String {
        let parts: Vec<String> = codes.iter().map(|code| format!("{code:x}")).collect();
        format!("s{}", parts.join("."))
    };
    match value {
        Constant::None => "None".to_owned(),
        Constant::Bool(true) => "True".to_owned(),
        Constant::Bool(false) => "False".to_owned(),
        Constant::Ellipsis => "Ellipsis".to_owned(),
        Constant::Int(value) => value.to_string(),
        Constant::BigInt(value) => value.to_string(),
        Constant::Float(value) => format!("f{:016x}", value.to_bits()),
        Constant::Str(text) => points(text.chars().map(u32::from).collect()),
        Constant::Surrogates(codes) => points(codes.clone()),
        Constant::Bytes(bytes) => {
            format!("b{}", bytes.iter().map(|byte| format!("{byte:02x}")).collect::<String>())
        }
    }
}

impl<'s> Dump<'s> {
    fn fields(&self) -> Fields<'_, 's> {
        Fields { dump: self, text: String::new() }
    }

    fn place(&self, span: Span) -> String {
        let at = |offset| format!("{}:{}", self.lines.line(offset), self.lines.byte_column(offset));
        format!("@{}-{}", at(span.start), at(span.end))
    }

    pub fn module(&self, module: &Module) -> String {
        self.fields().stmts("body", &module.body).end("Module", None)
    }

    fn expr(&self, expr: &Expr) -> String {
        let f = self.fields();
        let (name, f) = match &expr.kind {
            ExprKind::BoolOp { op, values } => ("BoolOp", f.raw("op", format!("{op:?}")).exprs("values", values)),
            ExprKind::NamedExpr { target, value } => ("NamedExpr", f.expr("target", target).expr("value", value)),
            ExprKind::BinOp { left, op, right } => {
                ("BinOp", f.expr("left", left).raw("op", format!("{op:?}")).expr("right", right))
            }
            ExprKind::UnaryOp { op, operand } => ("UnaryOp", f.raw("op", format!("{op:?}")).expr("operand", operand)),
            ExprKind::Lambda { args, body } => ("Lambda", f.raw("args", self.arguments(args)).expr("body", body)),
            ExprKind::IfExp { test, body, orelse } => {
                ("IfExp", f.expr("test", test).expr("body", body).expr("orelse", orelse))
            }
            ExprKind::Dict { keys, values } => (
                "Dict",
                f.list("keys", keys, |dump, key| match key {
                    Some(key) => dump.expr(key),
                    None => "None".to_owned(),
                })
                .exprs("values", values),
            ),
            ExprKind::Set { elts } => ("Set", f.exprs("elts", elts)),
            ExprKind::ListComp { elt, generators } => {
                ("ListComp", f.expr("elt", elt).list("generators", generators, Self::generator))
            }
            ExprKind::SetComp { elt, generators } => {
                ("SetComp", f.expr("elt", elt).list("generators", generators, Self::generator))
            }
            ExprKind::GeneratorExp { elt, generators } => {
                ("GeneratorExp", f.expr("elt", elt).list("generators", generators, Self::generator))
            }
            ExprKind::DictComp { key, value, generators } => {
                ("DictComp", f.expr("key", key).expr("value", value).list("generators", generators, Self::generator))
            }
            ExprKind::Await { value } => ("Await", f.expr("value", value)),
            ExprKind::Yield { value } => ("Yield", f.maybe("value", value)),
            ExprKind::YieldFrom { value } => ("YieldFrom", f.expr("value", value)),
            ExprKind::Compare { left, ops, comparators } => (
                "Compare",
                f.expr("left", left).list("ops", ops, |_, op| format!("{op:?}")).exprs("comparators", comparators),
            ),
            ExprKind::Call { func, args, keywords } => {
                ("Call", f.expr("func", func).exprs("args", args).list("keywords", keywords, Self::keyword))
            }
            ExprKind::FormattedValue { value, conversion, format_spec } => {
                let conversion = conversion.map_or("None".to_owned(), String::from);
                let spec = format_spec.as_ref().map_or(String::new(), |spec| format!(",{}", self.expr(spec)));
                let place = self.place(expr.span);
                return format!("FormattedValue{place}({},{conversion}{spec})", self.expr(value));
            }
            ExprKind::JoinedStr { values } => ("JoinedStr", f.exprs("values", values)),
            ExprKind::Constant(value) => {
                return format!("Constant{}({})", self.place(expr.span), scalar(value));
            }
            ExprKind::Attribute { value, attr, ctx } => {
                ("Attribute", f.expr("value", value).raw("attr", &attr.name).context(*ctx))
            }
            ExprKind::Subscript { value, slice, ctx } => {
                ("Subscript", f.expr("value", value).expr("slice", slice).context(*ctx))
            }
            ExprKind::Starred { value, ctx } => ("Starred", f.expr("value", value).context(*ctx)),
            ExprKind::Name { id, ctx } => ("Name", f.raw("id", id).context(*ctx)),
            ExprKind::List { elts, ctx } => ("List", f.exprs("elts", elts).context(*ctx)),
            ExprKind::Tuple { elts, ctx } => ("Tuple", f.exprs("elts", elts).context(*ctx)),
            ExprKind::Slice { lower, upper, step } => {
                ("Slice", f.maybe("lower", lower).maybe("upper", upper).maybe("step", step))
            }
        };
        f.end(name, Some(expr.span))
    }

    fn generator(&self, part: &Comprehension) -> String {
        let f = self.fields().expr("target", &part.target).expr("iter", &part.iter);
        f.exprs("ifs", &part.ifs).raw("is_async", u8::from(part.is_async)).end("comprehension", None)
    }

    fn keyword(&self, keyword: &Keyword) -> String {
        let f = self.fields();
        let f = match &keyword.arg {
            Some(name) => f.raw("arg", name),
            None => f,
        };
        f.expr("value", &keyword.value).end("keyword", Some(keyword.span))
    }

    fn arg(&self, arg: &Arg) -> String {
        let f = self.fields().raw("arg", &arg.arg).maybe("annotation", &arg.annotation);
        f.end("arg", Some(arg.span))
    }

    fn arguments(&self, args: &Arguments) -> String {
        let mut f = self.fields().list("posonlyargs", &args.posonlyargs, Self::arg).list("args", &args.args, Self::arg);
        if let Some(arg) = &args.vararg {
            f = f.raw("vararg", self.arg(arg));
        }
        f = f.list("kwonlyargs", &args.kwonlyargs, Self::arg).list("kw_defaults", &args.kw_defaults, |dump, value| {
            value.as_ref().map_or("None".to_owned(), |value| dump.expr(value))
        });
        if let Some(arg) = &args.kwarg {
            f = f.raw("kwarg", self.arg(arg));
        }
        f.exprs("defaults", &args.defaults).end("arguments", None)
    }

    fn stmt(&self, stmt: &Stmt) -> String {
        let f = self.fields();
        let (name, f) = match &stmt.kind {
            StmtKind::FunctionDef(def) => ("FunctionDef", self.function(def)),
            StmtKind::AsyncFunctionDef(def) => ("AsyncFunctionDef", self.function(def)),
            StmtKind::ClassDef(def) => (
                "ClassDef",
                f.raw("name", &def.name.name)
                    .exprs("bases", &def.bases)
                    .list("keywords", &def.keywords, Self::keyword)
                    .stmts("body", &def.body)
                    .exprs("decorator_list", &def.decorator_list)
                    .list("type_params", &def.type_params, Self::type_param),
            ),
            StmtKind::Return { value } => ("Return", f.maybe("value", value)),
            StmtKind::Delete { targets } => ("Delete", f.exprs("targets", targets)),
            StmtKind::Assign { targets, value } => ("Assign", f.exprs("targets", targets).expr("value", value)),
            StmtKind::TypeAlias { name, type_params, value } => (
                "TypeAlias",
                f.expr("name", name).list("type_params", type_params, Self::type_param).expr("value", value),
            ),
            StmtKind::AugAssign { target, op, value } => {
                ("AugAssign", f.expr("target", target).raw("op", format!("{op:?}")).expr("value", value))
            }
            StmtKind::AnnAssign { target, annotation, value, simple } => (
                "AnnAssign",
                f.expr("target", target)
                    .expr("annotation", annotation)
                    .maybe("value", value)
                    .raw("simple", u8::from(*simple)),
            ),
            StmtKind::For(node) => ("For", self.for_loop(node)),
            StmtKind::AsyncFor(node) => ("AsyncFor", self.for_loop(node)),
            StmtKind::While { test, body, orelse } => {
                ("While", f.expr("test", test).stmts("body", body).stmts("orelse", orelse))
            }
            StmtKind::If { test, body, orelse } => {
                ("If", f.expr("test", test).stmts("body", body).stmts("orelse", orelse))
            }
            StmtKind::With(node) => ("With", self.with(node)),
            StmtKind::AsyncWith(node) => ("AsyncWith", self.with(node)),
            StmtKind::Match { subject, cases } => {
                ("Match", f.expr("subject", subject).list("cases", cases, Self::case))
            }
            StmtKind::Raise { exc, cause } => ("Raise", f.maybe("exc", exc).maybe("cause", cause)),
            StmtKind::Try(node) => ("Try", self.try_stmt(node)),
            StmtKind::TryStar(node) => ("TryStar", self.try_stmt(node)),
            StmtKind::Assert { test, msg } => ("Assert", f.expr("test", test).maybe("msg", msg)),
            StmtKind::Import { names } => ("Import", f.list("names", names, Self::alias)),
            StmtKind::ImportFrom { module, names, level } => {
                ("ImportFrom", f.name("module", module).list("names", names, Self::alias).raw("level", level))
            }
            StmtKind::Global { names } => ("Global", f.list("names", names, |_, name| name.name.to_string())),
            StmtKind::Nonlocal { names } => ("Nonlocal", f.list("names", names, |_, name| name.name.to_string())),
            StmtKind::Expr { value } => ("Expr", f.expr("value", value)),
            StmtKind::Pass => ("Pass", f),
            StmtKind::Break => ("Break", f),
            StmtKind::Continue => ("Continue", f),
        };
        f.end(name, Some(stmt.span))
    }

    fn function(&self, def: &FunctionDef) -> Fields<'_, 's> {
        self.fields()
            .raw("name", &def.name.name)
            .raw("args", self.arguments(&def.args))
            .stmts("body", &def.body)
            .exprs("decorator_list", &def.decorator_list)
            .maybe("returns", &def.returns)
            .list("type_params", &def.type_params, Self::type_param)
    }

    fn for_loop(&self, node: &For) -> Fields<'_, 's> {
        let f = self.fields().expr("target", &node.target).expr("iter", &node.iter);
        f.stmts("body", &node.body).stmts("orelse", &node.orelse)
    }

    fn with(&self, node: &With) -> Fields<'_, 's> {
        let item = |dump: &Dump<'s>, item: &WithItem| {
            let f = dump.fields().expr("context_expr", &item.context_expr);
            f.maybe("optional_vars", &item.optional_vars).end("withitem", None)
        };
        self.fields().list("items", &node.items, item).stmts("body", &node.body)
    }

    fn try_stmt(&self, node: &Try) -> Fields<'_, 's> {
        let handler = |dump: &Dump<'s>, handler: &ExceptHandler| {
            let f = dump.fields().maybe("type", &handler.typ).name("name", &handler.name);
            f.stmts("body", &handler.body).end("ExceptHandler", Some(handler.span))
        };
        self.fields()
            .stmts("body", &node.body)
            .list("handlers", &node.handlers, handler)
            .stmts("orelse", &node.orelse)
            .stmts("finalbody", &node.finalbody)
    }

    fn alias(&self, alias: &Alias) -> String {
        let f = self.fields().raw("name", &alias.name.name).name("asname", &alias.asname);
        f.end("alias", Some(alias.span))
    }

    fn type_param(&self, param: &TypeParam) -> String {
        let f = self.fields().raw("name", &param.name.name);
        let (name, f) = match &param.kind {
            TypeParamKind::TypeVar { bound } => ("TypeVar", f.maybe("bound", bound)),
            TypeParamKind::ParamSpec => ("ParamSpec", f),
            TypeParamKind::TypeVarTuple => ("TypeVarTuple", f),
        };
        f.maybe("default_value", &param.default_value).end(name, Some(param.span))
    }

    fn case(&self, case: &MatchCase) -> String {
        let f = self.fields().raw("pattern", self.pattern(&case.pattern));
        f.maybe("guard", &case.guard).stmts("body", &case.body).end("match_case", None)
    }

    fn pattern(&self, pattern: &Pattern) -> String {
        let f = self.fields();
        let (name, f) = match &pattern.kind {
            PatternKind::MatchValue { value } => ("MatchValue", f.expr("value", value)),
            PatternKind::MatchSingleton { value } => {
                return format!("MatchSingleton{}({})", self.place(pattern.span), scalar(value));
            }
            PatternKind::MatchSequence { patterns } => ("MatchSequence", f.list("patterns", patterns, Self::pattern)),
            PatternKind::MatchMapping { keys, patterns, rest } => {
                ("MatchMapping", f.exprs("keys", keys).list("patterns", patterns, Self::pattern).name("rest", rest))
            }
            PatternKind::MatchClass { cls, patterns, kwd_attrs, kwd_patterns } => (
                "MatchClass",
                f.expr("cls", cls)
                    .list("patterns", patterns, Self::pattern)
                    .list("kwd_attrs", kwd_attrs, |_, attr| attr.name.to_string())
                    .list("kwd_patterns", kwd_patterns, Self::pattern),
            ),
            PatternKind::MatchStar { name } => ("MatchStar", f.name("name", name)),
            PatternKind::MatchAs { pattern, name } => {
                let f = match pattern {
                    Some(inner) => f.raw("pattern", self.pattern(inner)),
                    None => f,
                };
                ("MatchAs", f.name("name", name))
            }
            PatternKind::MatchOr { patterns } => ("MatchOr", f.list("patterns", patterns, Self::pattern)),
        };
        f.end(name, Some(pattern.span))
    }
}
