//! Walks the tree and records every block and every name in it.

use std::collections::{BTreeSet, HashMap, HashSet};

use mini_grammar::LineIndex;
use mini_grammar::ast::{
    Arguments, ClassDef, Comprehension, Constant, Expr, ExprContext, ExprKind, FunctionDef, Ident, Name, Pattern,
    PatternKind, Span, Stmt, StmtKind, TypeParam, TypeParamKind,
};

use super::resolve::Problem;
use super::{Resolution, Role, Scope, ScopeId, ScopeKind, ScopeTree, Symbol, address, flag};
use crate::compile::error::{Res, syntax_error};

/// The block a tree is.
pub(in crate::compile) enum Root<'a> {
    Body(&'a [Stmt]),
    Expression(&'a Expr),
}

/// Finds all scopes of a source.
///
/// # Errors
/// The errors of Python's symbol table pass, such as a `global` after a use.
pub(in crate::compile) fn collect(root: &Root<'_>, lines: &LineIndex) -> Res<ScopeTree> {
    let mut collector = Collector {
        tree: ScopeTree { scopes: Vec::new(), by_node: HashMap::new() },
        cur: 0,
        iterables: 0,
        binding_iter_var: false,
        private: None,
    };
    collector.new_scope(ScopeKind::Module, None);
    let run = |collector: &mut Collector| {
        match root {
            Root::Body(body) => collector.body(body)?,
            Root::Expression(expr) => collector.expr(expr)?,
        }
        collector.tree.resolve()
    };
    run(&mut collector).map_err(|(message, span)| syntax_error(lines, span, message))?;
    Ok(collector.tree)
}

type Walk = Result<(), Problem>;

struct Collector {
    tree: ScopeTree,
    cur: ScopeId,
    /// Depth of comprehension iterables that we are inside.
    iterables: u32,
    /// The target of a comprehension is being bound.
    binding_iter_var: bool,
    private: Option<Name>,
}

impl Collector {
    fn scope(&mut self) -> &mut Scope {
        &mut self.tree.scopes[self.cur]
    }

    fn new_scope(&mut self, kind: ScopeKind, parent: Option<ScopeId>) -> ScopeId {
        let id = self.tree.scopes.len();
        let outer = parent.map(|p| &self.tree.scopes[p]);
        let nested = outer.is_some_and(|o| o.nested || o.is_function_like());
        let sees_class = matches!(kind, ScopeKind::TypeParams | ScopeKind::Thunk)
            && outer.is_some_and(|o| o.kind == ScopeKind::Class || o.sees_class);
        self.tree.scopes.push(Scope {
            kind,
            parent,
            children: Vec::new(),
            symbols: HashMap::new(),
            order: Vec::new(),
            free: BTreeSet::new(),
            sees_class,
            thunk: "a type alias",
            needs_class_cell: false,
            needs_classdict: false,
            is_generator: kind == ScopeKind::GeneratorExp,
            is_coroutine: false,
            returns_value: None,
            has_annotations: false,
            nested,
            private: self.private.clone(),
            mangled_only: None,
        });
        if let Some(parent) = parent {
            self.tree.scopes[parent].children.push(id);
        }
        id
    }

    fn enter<T>(&mut self, kind: ScopeKind, node: &T, role: Role) -> ScopeId {
        let outer = self.cur;
        let id = self.new_scope(kind, Some(outer));
        self.tree.by_node.insert((address(node), role), id);
        self.cur = id;
        if self.scope().sees_class {
            self.add_plain("__classdict__", flag::USE);
        }
        outer
    }

    fn add_plain(&mut self, name: &str, flags: u16) {
        let name: Name = name.into();
        self.record(self.cur, name, flags, Span::default());
    }

    fn record(&mut self, id: ScopeId, name: Name, flags: u16, declared: Span) {
        let scope = &mut self.tree.scopes[id];
        if let Some(symbol) = scope.symbols.get_mut(&name) {
            symbol.flags |= flags;
            if flags & (flag::GLOBAL | flag::NONLOCAL) != 0 {
                symbol.declared = declared;
            }
            return;
        }
        scope.order.push(name.clone());
        scope.symbols.insert(name, Symbol { flags, resolution: Resolution::GlobalImplicit, declared });
    }

    fn mangled(&mut self, name: &Name) -> Name {
        let scope = &self.tree.scopes[self.cur];
        if scope.mangled_only.as_ref().is_some_and(|only| !only.contains(name)) {
            return name.clone();
        }
        super::mangle(scope.private.as_ref(), name)
    }

    fn add(&mut self, name: &Name, flags: u16, span: Span) -> Walk {
        let name = self.mangled(name);
        let old = self.scope().symbol(&name).map_or(0, |s| s.flags);
        if flags & flag::PARAM != 0 && old & flag::PARAM != 0 {
            return Err((format!("duplicate argument '{name}' in function definition"), span));
        }
        if flags & flag::TYPE_PARAM != 0 && old & flag::TYPE_PARAM != 0 {
            return Err((format!("duplicate type parameter '{name}'"), span));
        }
        let mut flags = flags;
        if self.binding_iter_var {
            if old & (flag::GLOBAL | flag::NONLOCAL | flag::WALRUS) != 0 && old & flag::ITER_VAR == 0 {
                return Err((
                    format!("comprehension inner loop cannot rebind assignment expression target '{name}'"),
                    span,
                ));
            }
            flags |= flag::ITER_VAR;
        }
        self.record(self.cur, name, flags, span);
        Ok(())
    }

    fn bind(&mut self, ident: &Ident) -> Walk {
        self.add(&ident.name, flag::LOCAL, ident.span)
    }

    fn body(&mut self, body: &[Stmt]) -> Walk {
        body.iter().try_for_each(|stmt| self.stmt(stmt))
    }

    fn exprs<'a>(&mut self, exprs: impl IntoIterator<Item = &'a Expr>) -> Walk {
        exprs.into_iter().try_for_each(|expr| self.expr(expr))
    }

    fn opt(&mut self, expr: Option<&Expr>) -> Walk {
        expr.map_or(Ok(()), |expr| self.expr(expr))
    }

    fn stmt(&mut self, stmt: &Stmt) -> Walk {
        match &stmt.kind {
            StmtKind::FunctionDef(def) => self.function(def, false),
            StmtKind::AsyncFunctionDef(def) => self.function(def, true),
            StmtKind::ClassDef(def) => self.class(def),
            StmtKind::Return { value } => {
                if value.is_some() {
                    self.scope().returns_value.get_or_insert(stmt.span);
                }
                self.opt(value.as_deref())
            }
            StmtKind::Delete { targets } => self.exprs(targets),
            StmtKind::Assign { targets, value } => {
                self.expr(value)?;
                self.exprs(targets)
            }
            StmtKind::TypeAlias { name, type_params, value } => {
                self.expr(name)?;
                let outer = self.cur;
                if !type_params.is_empty() {
                    self.enter(ScopeKind::TypeParams, stmt, Role::TypeParams);
                    self.type_params(type_params)?;
                }
                let inner = self.enter(ScopeKind::Thunk, stmt, Role::Body);
                self.expr(value)?;
                self.cur = inner;
                self.cur = outer;
                Ok(())
            }
            StmtKind::AugAssign { target, value, .. } => {
                self.expr(target)?;
                self.expr(value)
            }
            StmtKind::AnnAssign { target, annotation, value, simple } => {
                self.ann_assign(stmt, target, annotation, value.as_deref(), *simple)
            }
            StmtKind::For(node) | StmtKind::AsyncFor(node) => {
                self.expr(&node.target)?;
                self.expr(&node.iter)?;
                self.body(&node.body)?;
                self.body(&node.orelse)
            }
            StmtKind::While { test, body, orelse } | StmtKind::If { test, body, orelse } => {
                self.expr(test)?;
                self.body(body)?;
                self.body(orelse)
            }
            StmtKind::With(node) | StmtKind::AsyncWith(node) => {
                for item in &node.items {
                    self.expr(&item.context_expr)?;
                    self.opt(item.optional_vars.as_deref())?;
                }
                self.body(&node.body)
            }
            StmtKind::Match { subject, cases } => {
                self.expr(subject)?;
                for case in cases {
                    self.pattern(&case.pattern)?;
                    self.opt(case.guard.as_deref())?;
                    self.body(&case.body)?;
                }
                Ok(())
            }
            StmtKind::Raise { exc, cause } => {
                self.opt(exc.as_deref())?;
                self.opt(cause.as_deref())
            }
            StmtKind::Try(node) | StmtKind::TryStar(node) => {
                self.body(&node.body)?;
                for handler in &node.handlers {
                    self.opt(handler.typ.as_deref())?;
                    if let Some(name) = &handler.name {
                        self.add(&name.name, flag::LOCAL | flag::DELETED, handler.span)?;
                    }
                    self.body(&handler.body)?;
                }
                self.body(&node.orelse)?;
                self.body(&node.finalbody)
            }
            StmtKind::Assert { test, msg } => {
                self.expr(test)?;
                self.opt(msg.as_deref())
            }
            StmtKind::Import { names } => {
                for alias in names {
                    let bound = match &alias.asname {
                        Some(name) => name.name.clone(),
                        None => alias.name.name.split('.').next().unwrap_or_default().into(),
                    };
                    self.add(&bound, flag::LOCAL, alias.span)?;
                }
                Ok(())
            }
            StmtKind::ImportFrom { names, .. } => {
                for alias in names {
                    if &*alias.name.name == "*" {
                        if self.scope().kind != ScopeKind::Module {
                            return Err(("import * only allowed at module level".into(), alias.span));
                        }
                        continue;
                    }
                    let bound = alias.asname.as_ref().unwrap_or(&alias.name);
                    self.add(&bound.name, flag::LOCAL, alias.span)?;
                }
                Ok(())
            }
            StmtKind::Global { names } => self.declare(names, flag::GLOBAL, stmt.span),
            StmtKind::Nonlocal { names } => self.declare(names, flag::NONLOCAL, stmt.span),
            StmtKind::Expr { value } => self.expr(value),
            StmtKind::Pass | StmtKind::Break | StmtKind::Continue => Ok(()),
        }
    }

    fn declare(&mut self, names: &[Ident], kind: u16, span: Span) -> Walk {
        let word = if kind == flag::GLOBAL { "global" } else { "nonlocal" };
        for ident in names {
            let name = self.mangled(&ident.name);
            let symbol = self.scope().symbol(&name);
            let old = symbol.map_or(0, |s| s.flags);
            let declared = symbol.map_or(span, |s| s.declared);
            let mut span = span;
            let message = if old & flag::PARAM != 0 {
                format!("name '{name}' is parameter and {word}")
            } else if old & flag::USE != 0 {
                format!("name '{name}' is used prior to {word} declaration")
            } else if old & flag::ANNOTATED != 0 {
                format!("annotated name '{name}' can't be {word}")
            } else if old & flag::LOCAL != 0 {
                format!("name '{name}' is assigned to before {word} declaration")
            } else if (old | kind) & flag::GLOBAL != 0 && (old | kind) & flag::NONLOCAL != 0 {
                span = declared;
                format!("name '{name}' is nonlocal and global")
            } else if kind == flag::NONLOCAL && self.scope().kind == ScopeKind::Module {
                "nonlocal declaration not allowed at module level".into()
            } else {
                self.record(self.cur, name, kind, span);
                continue;
            };
            return Err((message, span));
        }
        Ok(())
    }

    fn ann_assign(
        &mut self,
        stmt: &Stmt,
        target: &Expr,
        annotation: &Expr,
        value: Option<&Expr>,
        simple: bool,
    ) -> Walk {
        if let ExprKind::Name { id, .. } = &target.kind {
            let name = self.mangled(id);
            let old = self.scope().symbol(&name).map_or(0, |s| s.flags);
            let declared = old & (flag::GLOBAL | flag::NONLOCAL);
            if simple && declared != 0 && self.scope().kind != ScopeKind::Module {
                let word = if old & flag::GLOBAL != 0 { "global" } else { "nonlocal" };
                return Err((format!("annotated name '{name}' can't be {word}"), stmt.span));
            }
            if simple {
                self.scope().has_annotations = true;
                self.add(id, flag::ANNOTATED | flag::LOCAL, target.span)?;
            } else if value.is_some() {
                self.add(id, flag::LOCAL, target.span)?;
            }
        } else {
            self.expr(target)?;
        }
        self.expr(annotation)?;
        self.opt(value)
    }

    fn defaults(&mut self, args: &Arguments) -> Walk {
        self.exprs(&args.defaults)?;
        self.exprs(args.kw_defaults.iter().flatten())
    }

    fn annotations(&mut self, args: &Arguments, returns: Option<&Expr>) -> Walk {
        let all = args.posonlyargs.iter().chain(&args.args);
        let all = all.chain(args.vararg.as_deref()).chain(&args.kwonlyargs);
        for arg in all.chain(args.kwarg.as_deref()) {
            self.opt(arg.annotation.as_deref())?;
        }
        self.opt(returns)
    }

    fn parameters(&mut self, args: &Arguments) -> Walk {
        let all = args.posonlyargs.iter().chain(&args.args).chain(&args.kwonlyargs);
        let all = all.chain(args.vararg.as_deref());
        for arg in all.chain(args.kwarg.as_deref()) {
            if &*arg.arg == "__debug__" {
                return Err(("cannot assign to __debug__".into(), arg.span));
            }
            self.add(&arg.arg, flag::PARAM, arg.span)?;
        }
        Ok(())
    }

    fn function(&mut self, def: &FunctionDef, is_async: bool) -> Walk {
        self.bind(&def.name)?;
        self.exprs(&def.decorator_list)?;
        self.defaults(&def.args)?;
        let outer = self.cur;
        if !def.type_params.is_empty() {
            self.enter(ScopeKind::TypeParams, def, Role::TypeParams);
            if !def.args.defaults.is_empty() {
                self.add_plain(".defaults", flag::PARAM);
            }
            if def.args.kw_defaults.iter().any(Option::is_some) {
                self.add_plain(".kwdefaults", flag::PARAM);
            }
            self.type_params(&def.type_params)?;
        }
        self.annotations(&def.args, def.returns.as_deref())?;
        self.enter(ScopeKind::Function, def, Role::Body);
        self.scope().is_coroutine = is_async;
        self.parameters(&def.args)?;
        self.body(&def.body)?;
        self.cur = outer;
        Ok(())
    }

    fn class(&mut self, def: &ClassDef) -> Walk {
        self.bind(&def.name)?;
        self.exprs(&def.decorator_list)?;
        let outer = self.cur;
        let private = self.private.replace(def.name.name.clone());
        if !def.type_params.is_empty() {
            self.enter(ScopeKind::TypeParams, def, Role::TypeParams);
            let names = def.type_params.iter().map(|p| p.name.name.clone());
            self.scope().mangled_only = Some(names.collect::<HashSet<_>>());
            self.add_plain(".type_params", flag::LOCAL);
            self.type_params(&def.type_params)?;
        } else {
            self.private.clone_from(&private);
        }
        self.exprs(&def.bases)?;
        self.exprs(def.keywords.iter().map(|k| &k.value))?;
        self.private = Some(def.name.name.clone());
        self.enter(ScopeKind::Class, def, Role::Body);
        if !def.type_params.is_empty() {
            self.add_plain(".type_params", flag::USE);
        }
        self.body(&def.body)?;
        self.private = private;
        self.cur = outer;
        Ok(())
    }

    fn type_params(&mut self, params: &[TypeParam]) -> Walk {
        for param in params {
            self.add(&param.name.name, flag::TYPE_PARAM, param.span)?;
            let default = match &param.kind {
                TypeParamKind::TypeVar { .. } => "a TypeVar default",
                TypeParamKind::ParamSpec => "a ParamSpec default",
                TypeParamKind::TypeVarTuple => "a TypeVarTuple default",
            };
            if let TypeParamKind::TypeVar { bound: Some(bound) } = &param.kind {
                let what = match bound.kind {
                    ExprKind::Tuple { .. } => "a TypeVar constraint",
                    _ => "a TypeVar bound",
                };
                self.thunk(param, Role::Bound, what, bound)?;
            }
            let what = default;
            if let Some(default) = &param.default_value {
                self.thunk(param, Role::Default, what, default)?;
            }
        }
        Ok(())
    }

    fn thunk(&mut self, param: &TypeParam, role: Role, what: &'static str, value: &Expr) -> Walk {
        let outer = self.enter(ScopeKind::Thunk, param, role);
        self.scope().thunk = what;
        self.expr(value)?;
        self.cur = outer;
        Ok(())
    }

    fn pattern(&mut self, pattern: &Pattern) -> Walk {
        match &pattern.kind {
            PatternKind::MatchValue { value } => self.expr(value),
            PatternKind::MatchSingleton { .. } => Ok(()),
            PatternKind::MatchSequence { patterns } | PatternKind::MatchOr { patterns } => {
                patterns.iter().try_for_each(|p| self.pattern(p))
            }
            PatternKind::MatchMapping { keys, patterns, rest } => {
                self.exprs(keys)?;
                patterns.iter().try_for_each(|p| self.pattern(p))?;
                rest.as_ref().map_or(Ok(()), |name| self.bind(name))
            }
            PatternKind::MatchClass { cls, patterns, kwd_patterns, .. } => {
                self.expr(cls)?;
                patterns.iter().try_for_each(|p| self.pattern(p))?;
                kwd_patterns.iter().try_for_each(|p| self.pattern(p))
            }
            PatternKind::MatchStar { name } => name.as_ref().map_or(Ok(()), |name| self.bind(name)),
            PatternKind::MatchAs { pattern, name } => {
                if let Some(pattern) = pattern {
                    self.pattern(pattern)?;
                }
                name.as_ref().map_or(Ok(()), |name| self.bind(name))
            }
        }
    }

    fn expr(&mut self, expr: &Expr) -> Walk {
        match &expr.kind {
            ExprKind::BoolOp { values, .. } | ExprKind::JoinedStr { values } => self.exprs(values),
            ExprKind::NamedExpr { target, value } => self.named_expr(target, value, expr.span),
            ExprKind::BinOp { left, right, .. } => {
                self.expr(left)?;
                self.expr(right)
            }
            ExprKind::UnaryOp { operand, .. } => self.expr(operand),
            ExprKind::Lambda { args, body } => {
                self.defaults(args)?;
                let outer = self.enter(ScopeKind::Lambda, expr, Role::Body);
                self.parameters(args)?;
                self.expr(body)?;
                self.cur = outer;
                Ok(())
            }
            ExprKind::IfExp { test, body, orelse } => self.exprs([&**test, body, orelse]),
            ExprKind::Dict { keys, values } => {
                self.exprs(keys.iter().flatten())?;
                self.exprs(values)
            }
            ExprKind::Set { elts } | ExprKind::List { elts, .. } | ExprKind::Tuple { elts, .. } => self.exprs(elts),
            ExprKind::ListComp { elt, generators } | ExprKind::SetComp { elt, generators } => {
                self.comprehension(expr, ScopeKind::Comprehension, generators, &[elt])
            }
            ExprKind::DictComp { key, value, generators } => {
                self.comprehension(expr, ScopeKind::Comprehension, generators, &[key, value])
            }
            ExprKind::GeneratorExp { elt, generators } => {
                self.comprehension(expr, ScopeKind::GeneratorExp, generators, &[elt])
            }
            ExprKind::Await { value } => {
                self.forbid(expr, "await expression")?;
                self.expr(value)?;
                self.scope().is_coroutine = true;
                Ok(())
            }
            ExprKind::Yield { value } => {
                self.forbid(expr, "yield expression")?;
                self.opt(value.as_deref())?;
                self.suspend(expr)
            }
            ExprKind::YieldFrom { value } => {
                self.forbid(expr, "yield expression")?;
                self.expr(value)?;
                self.suspend(expr)
            }
            ExprKind::Compare { left, comparators, .. } => {
                self.expr(left)?;
                self.exprs(comparators)
            }
            ExprKind::Call { func, args, keywords } => {
                self.expr(func)?;
                self.exprs(args)?;
                self.exprs(keywords.iter().map(|k| &k.value))
            }
            ExprKind::FormattedValue { value, format_spec, .. } => {
                self.expr(value)?;
                self.opt(format_spec.as_deref())
            }
            ExprKind::Constant(Constant::Surrogates(_)) => {
                Err(("surrogate code points in text are not supported by Mini".to_owned(), expr.span))
            }
            ExprKind::Constant(_) => Ok(()),
            ExprKind::Attribute { value, .. } | ExprKind::Starred { value, .. } => self.expr(value),
            ExprKind::Subscript { value, slice, .. } => self.exprs([&**value, slice]),
            ExprKind::Name { id, ctx } => {
                let flags = match ctx {
                    ExprContext::Load => flag::USE,
                    ExprContext::Store => flag::LOCAL,
                    ExprContext::Del => flag::LOCAL | flag::DELETED,
                };
                self.add(id, flags, expr.span)?;
                if &**id == "super" && flags == flag::USE && self.scope().is_function_like() {
                    self.add_plain("__class__", flag::USE);
                }
                Ok(())
            }
            ExprKind::Slice { lower, upper, step } => {
                self.opt(lower.as_deref())?;
                self.opt(upper.as_deref())?;
                self.opt(step.as_deref())
            }
        }
    }

    /// Marks the unit as a generator, unless the block may not be one.
    fn suspend(&mut self, expr: &Expr) -> Walk {
        let kind = match self.scope().kind {
            ScopeKind::Comprehension => "list comprehension",
            ScopeKind::GeneratorExp => "generator expression",
            _ => {
                self.scope().is_generator = true;
                return Ok(());
            }
        };
        Err((format!("'yield' inside {kind}"), expr.span))
    }

    fn forbid(&mut self, expr: &Expr, what: &str) -> Walk {
        self.forbid_at(expr.span, what)
    }

    fn forbid_at(&mut self, span: Span, what: &str) -> Walk {
        let place = match self.scope().kind {
            ScopeKind::TypeParams => "the definition of a generic",
            ScopeKind::Thunk => self.scope().thunk,
            _ => return Ok(()),
        };
        Err((format!("{what} cannot be used within {place}"), span))
    }

    fn named_expr(&mut self, target: &Expr, value: &Expr, span: Span) -> Walk {
        self.forbid_at(span, "named expression")?;
        if self.iterables > 0 {
            return Err(("assignment expression cannot be used in a comprehension iterable expression".into(), span));
        }
        let ExprKind::Name { id, .. } = &target.kind else {
            self.expr(value)?;
            return self.expr(target);
        };
        self.extend_walrus(id, target.span)?;
        self.expr(value)
    }

    /// Binds the target of an assignment expression in the nearest block that is not a
    /// comprehension (PEP 572).
    fn extend_walrus(&mut self, id: &Name, span: Span) -> Walk {
        let in_comprehension = |kind| matches!(kind, ScopeKind::Comprehension | ScopeKind::GeneratorExp);
        let mut at = self.cur;
        if !in_comprehension(self.tree.scopes[at].kind) {
            return self.add(id, flag::LOCAL | flag::WALRUS, span);
        }
        let name = self.mangled(id);
        let mut between = Vec::new();
        while in_comprehension(self.tree.scopes[at].kind) {
            if self.tree.scopes[at].has(&name, flag::ITER_VAR) {
                return Err((
                    format!("assignment expression cannot rebind comprehension iteration variable '{name}'"),
                    span,
                ));
            }
            between.push(at);
            at = self.tree.scopes[at].parent.expect("comprehensions are nested");
        }
        let global = match self.tree.scopes[at].kind {
            ScopeKind::Class => {
                return Err((
                    "assignment expression within a comprehension cannot be used in a class body".into(),
                    span,
                ));
            }
            ScopeKind::TypeParams => {
                return Err((
                    "assignment expression within a comprehension cannot be used within the definition of a generic"
                        .into(),
                    span,
                ));
            }
            ScopeKind::Thunk => {
                let what = self.tree.scopes[at].thunk;
                return Err((format!("assignment expression within a comprehension cannot be used in {what}"), span));
            }
            ScopeKind::Module => true,
            _ => self.tree.scopes[at].has(&name, flag::GLOBAL),
        };
        let inner = if global { flag::GLOBAL } else { flag::NONLOCAL };
        for id in between {
            self.record(id, name.clone(), inner | flag::WALRUS, span);
        }
        let outer = if global { flag::GLOBAL } else { flag::LOCAL };
        self.record(at, name, outer | flag::WALRUS, span);
        Ok(())
    }

    fn comprehension(
        &mut self,
        node: &Expr,
        kind: ScopeKind,
        generators: &[Comprehension],
        elements: &[&Expr],
    ) -> Walk {
        let Some((first, rest)) = generators.split_first() else {
            return Ok(());
        };
        self.iterable(&first.iter)?;
        let iterables = std::mem::take(&mut self.iterables);
        let outer = self.enter(kind, node, Role::Body);
        if kind == ScopeKind::GeneratorExp {
            self.add_plain(".0", flag::PARAM);
        }
        self.generator(first)?;
        for generator in rest {
            self.iterable(&generator.iter)?;
            self.generator(generator)?;
        }
        self.exprs(elements.iter().copied())?;
        let awaits = self.scope().is_coroutine;
        self.cur = outer;
        self.iterables = iterables;
        if awaits && kind != ScopeKind::GeneratorExp {
            self.scope().is_coroutine = true;
        }
        Ok(())
    }

    fn iterable(&mut self, iter: &Expr) -> Walk {
        self.iterables += 1;
        self.expr(iter)?;
        self.iterables -= 1;
        Ok(())
    }

    fn generator(&mut self, generator: &Comprehension) -> Walk {
        self.binding_iter_var = true;
        let bound = self.expr(&generator.target);
        self.binding_iter_var = false;
        bound?;
        if generator.is_async {
            self.scope().is_coroutine = true;
        }
        self.exprs(&generator.ifs)
    }
}
