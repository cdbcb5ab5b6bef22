//! Walks the tree and records every block and every name in it.

use std::collections::{BTreeSet, HashMap, HashSet};

use mini_grammar::LineIndex;
use mini_grammar::ast::{
    Arguments, ClassDef, Comprehension, Constant, Expr, ExprContext, ExprKind, FunctionDef, Ident, Name, Node, Pattern,
    PatternKind, Span, Stmt, StmtKind, TypeParam, TypeParamKind,
};

use super::{Resolution, Role, Scope, ScopeId, ScopeKind, ScopeTree, Symbol, address, flag};
use crate::compile::error::{Res, syntax_error};

/// The block a tree is.
pub(in crate::compile) enum Root<'a> {
    Body(&'a [Stmt]),
    Expression(&'a Expr),
}

/// Finds all scopes of a source, whose names the parser has found to be in order.
///
/// # Errors
/// Text with surrogate code points, which Mini does not have.
pub(in crate::compile) fn collect(root: &Root<'_>, lines: &LineIndex) -> Res<ScopeTree> {
    let mut collector = Collector {
        tree: ScopeTree { scopes: Vec::new(), by_node: HashMap::new() },
        cur: 0,
        private: None,
        surrogates: None,
    };
    collector.new_scope(ScopeKind::Module, None);
    match root {
        Root::Body(body) => collector.body(body),
        Root::Expression(expr) => collector.expr(expr),
    }
    if let Some(span) = collector.surrogates {
        return Err(syntax_error(lines, span, "surrogate code points in text are not supported by Mini"));
    }
    collector.tree.resolve();
    Ok(collector.tree)
}

struct Collector {
    tree: ScopeTree,
    cur: ScopeId,
    private: Option<Name>,
    /// The first text with surrogate code points.
    surrogates: Option<Span>,
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
        self.record(self.cur, name, flags);
    }

    fn record(&mut self, id: ScopeId, name: Name, flags: u16) {
        let scope = &mut self.tree.scopes[id];
        if let Some(symbol) = scope.symbols.get_mut(&name) {
            symbol.flags |= flags;
            return;
        }
        scope.order.push(name.clone());
        scope.symbols.insert(name, Symbol { flags, resolution: Resolution::GlobalImplicit });
    }

    fn mangled(&mut self, name: &Name) -> Name {
        let scope = &self.tree.scopes[self.cur];
        if scope.mangled_only.as_ref().is_some_and(|only| !only.contains(name)) {
            return name.clone();
        }
        mini_grammar::mangle(scope.private.as_ref(), name)
    }

    fn add(&mut self, name: &Name, flags: u16) {
        let name = self.mangled(name);
        self.record(self.cur, name, flags);
    }

    fn bind(&mut self, ident: &Ident) {
        self.add(&ident.name, flag::LOCAL);
    }

    fn within<T>(&mut self, kind: ScopeKind, node: &T, role: Role, visit: impl FnOnce(&mut Self)) {
        let outer = self.enter(kind, node, role);
        visit(self);
        self.cur = outer;
    }

    fn node(&mut self, node: Node<'_>) {
        match node {
            Node::Expr(expr) => self.expr(expr),
            Node::Stmt(stmt) => self.stmt(stmt),
            Node::Pattern(pattern) => self.pattern(pattern),
        }
    }

    fn body(&mut self, body: &[Stmt]) {
        body.iter().for_each(|stmt| self.stmt(stmt));
    }

    fn exprs<'a>(&mut self, exprs: impl IntoIterator<Item = &'a Expr>) {
        exprs.into_iter().for_each(|expr| self.expr(expr));
    }

    fn stmt(&mut self, stmt: &Stmt) {
        match &stmt.kind {
            StmtKind::FunctionDef(def) => self.function(def, false),
            StmtKind::AsyncFunctionDef(def) => self.function(def, true),
            StmtKind::ClassDef(def) => self.class(def),
            StmtKind::Return { value } => {
                if value.is_some() {
                    self.scope().returns_value.get_or_insert(stmt.span);
                }
                self.exprs(value.as_deref());
            }
            StmtKind::Assign { targets, value } => {
                self.expr(value);
                self.exprs(targets);
            }
            StmtKind::TypeAlias { name, type_params, value } => {
                self.expr(name);
                let outer = self.cur;
                if !type_params.is_empty() {
                    self.enter(ScopeKind::TypeParams, stmt, Role::TypeParams);
                    self.type_params(type_params);
                }
                self.within(ScopeKind::Thunk, stmt, Role::Body, |this| this.expr(value));
                self.cur = outer;
            }
            StmtKind::AnnAssign { target, annotation, value, simple } => {
                self.ann_assign(target, value.is_some(), *simple);
                self.expr(annotation);
                self.exprs(value.as_deref());
            }
            StmtKind::Try(node) | StmtKind::TryStar(node) => {
                self.body(&node.body);
                for handler in &node.handlers {
                    self.exprs(handler.typ.as_deref());
                    if let Some(name) = &handler.name {
                        self.add(&name.name, flag::LOCAL | flag::DELETED);
                    }
                    self.body(&handler.body);
                }
                self.body(&node.orelse);
                self.body(&node.finalbody);
            }
            StmtKind::Import { names } => {
                for alias in names {
                    match &alias.asname {
                        Some(name) => self.bind(name),
                        None => {
                            let first = alias.name.name.split('.').next().unwrap_or_default();
                            self.add(&first.into(), flag::LOCAL);
                        }
                    }
                }
            }
            StmtKind::ImportFrom { names, .. } => {
                for alias in names.iter().filter(|alias| &*alias.name.name != "*") {
                    self.bind(alias.asname.as_ref().unwrap_or(&alias.name));
                }
            }
            StmtKind::Global { names } => names.iter().for_each(|ident| self.add(&ident.name, flag::GLOBAL)),
            StmtKind::Nonlocal { names } => names.iter().for_each(|ident| self.add(&ident.name, flag::NONLOCAL)),
            kind => kind.children(&mut |child| self.node(child)),
        }
    }

    fn ann_assign(&mut self, target: &Expr, bound: bool, simple: bool) {
        let ExprKind::Name { id, .. } = &target.kind else {
            return self.expr(target);
        };
        if simple {
            self.scope().has_annotations = true;
        }
        if simple || bound {
            self.add(id, flag::LOCAL);
        }
    }

    fn defaults(&mut self, args: &Arguments) {
        args.each_default(&mut |node| self.node(node));
    }

    fn parameters(&mut self, args: &Arguments) {
        // Positional ones first, then those by keyword only, `*args` and `**kwargs`.
        let plain = args.posonlyargs.iter().chain(&args.args).chain(&args.kwonlyargs);
        for arg in plain.chain(args.vararg.as_deref()).chain(args.kwarg.as_deref()) {
            self.add(&arg.arg, flag::PARAM);
        }
    }

    fn function(&mut self, def: &FunctionDef, is_async: bool) {
        self.bind(&def.name);
        self.exprs(&def.decorator_list);
        self.defaults(&def.args);
        let outer = self.cur;
        if !def.type_params.is_empty() {
            self.enter(ScopeKind::TypeParams, def, Role::TypeParams);
            if !def.args.defaults.is_empty() {
                self.add_plain(".defaults", flag::PARAM);
            }
            if def.args.kw_defaults.iter().any(Option::is_some) {
                self.add_plain(".kwdefaults", flag::PARAM);
            }
            self.type_params(&def.type_params);
        }
        def.args.each_annotation(&mut |node| self.node(node));
        self.exprs(def.returns.as_deref());
        self.within(ScopeKind::Function, def, Role::Body, |this| {
            this.scope().is_coroutine = is_async;
            this.parameters(&def.args);
            this.body(&def.body);
        });
        self.cur = outer;
    }

    fn class(&mut self, def: &ClassDef) {
        self.bind(&def.name);
        self.exprs(&def.decorator_list);
        let outer = self.cur;
        let private = self.private.replace(def.name.name.clone());
        if !def.type_params.is_empty() {
            self.enter(ScopeKind::TypeParams, def, Role::TypeParams);
            let names = def.type_params.iter().map(|p| p.name.name.clone());
            self.scope().mangled_only = Some(names.collect::<HashSet<_>>());
            self.add_plain(".type_params", flag::LOCAL);
            self.type_params(&def.type_params);
        } else {
            self.private.clone_from(&private);
        }
        self.exprs(&def.bases);
        self.exprs(def.keywords.iter().map(|k| &k.value));
        self.private = Some(def.name.name.clone());
        self.within(ScopeKind::Class, def, Role::Body, |this| {
            if !def.type_params.is_empty() {
                this.add_plain(".type_params", flag::USE);
            }
            this.body(&def.body);
        });
        self.private = private;
        self.cur = outer;
    }

    fn type_params(&mut self, params: &[TypeParam]) {
        for param in params {
            self.add(&param.name.name, flag::TYPE_PARAM);
            if let TypeParamKind::TypeVar { bound: Some(bound) } = &param.kind {
                self.within(ScopeKind::Thunk, param, Role::Bound, |this| this.expr(bound));
            }
            if let Some(default) = &param.default_value {
                self.within(ScopeKind::Thunk, param, Role::Default, |this| this.expr(default));
            }
        }
    }

    fn pattern(&mut self, pattern: &Pattern) {
        pattern.kind.children(&mut |child| self.node(child));
        let bound = match &pattern.kind {
            PatternKind::MatchAs { name, .. } | PatternKind::MatchStar { name } => name,
            PatternKind::MatchMapping { rest, .. } => rest,
            _ => &None,
        };
        bound.iter().for_each(|name| self.bind(name));
    }

    fn expr(&mut self, expr: &Expr) {
        match &expr.kind {
            ExprKind::NamedExpr { target, value } => self.named_expr(target, value),
            ExprKind::Lambda { args, body } => {
                self.defaults(args);
                self.within(ScopeKind::Lambda, expr, Role::Body, |this| {
                    this.parameters(args);
                    this.expr(body);
                });
            }
            ExprKind::ListComp { elt, generators } | ExprKind::SetComp { elt, generators } => {
                self.comprehension(expr, ScopeKind::Comprehension, generators, &[elt]);
            }
            ExprKind::DictComp { key, value, generators } => {
                self.comprehension(expr, ScopeKind::Comprehension, generators, &[key, value]);
            }
            ExprKind::GeneratorExp { elt, generators } => {
                self.comprehension(expr, ScopeKind::GeneratorExp, generators, &[elt]);
            }
            ExprKind::Await { value } => {
                self.expr(value);
                self.scope().is_coroutine = true;
            }
            ExprKind::Yield { .. } | ExprKind::YieldFrom { .. } => {
                expr.kind.children(&mut |child| self.node(child));
                self.scope().is_generator = true;
            }
            ExprKind::Constant(Constant::Surrogates(_)) => {
                self.surrogates.get_or_insert(expr.span);
            }
            ExprKind::Name { id, ctx } => {
                let flags = match ctx {
                    ExprContext::Load => flag::USE,
                    ExprContext::Store => flag::LOCAL,
                    ExprContext::Del => flag::LOCAL | flag::DELETED,
                };
                self.add(id, flags);
                if &**id == "super" && flags == flag::USE && self.scope().is_function_like() {
                    self.add_plain("__class__", flag::USE);
                }
            }
            kind => kind.children(&mut |child| self.node(child)),
        }
    }

    /// Binds the target of an assignment expression in the nearest block that is not a
    /// comprehension (PEP 572).
    fn named_expr(&mut self, target: &Expr, value: &Expr) {
        match &target.kind {
            ExprKind::Name { id, .. } => self.extend_walrus(id),
            _ => self.expr(target),
        }
        self.expr(value);
    }

    fn extend_walrus(&mut self, id: &Name) {
        let in_comprehension = |kind| matches!(kind, ScopeKind::Comprehension | ScopeKind::GeneratorExp);
        let name = self.mangled(id);
        let mut between = Vec::new();
        let mut at = self.cur;
        while in_comprehension(self.tree.scopes[at].kind) {
            between.push(at);
            at = self.tree.scopes[at].parent.expect("comprehensions are nested");
        }
        let block = &self.tree.scopes[at];
        let global = !between.is_empty() && (block.kind == ScopeKind::Module || block.has(&name, flag::GLOBAL));
        let (inner, outer) = if global { (flag::GLOBAL, flag::GLOBAL) } else { (flag::NONLOCAL, flag::LOCAL) };
        for id in between {
            self.record(id, name.clone(), inner | flag::WALRUS);
        }
        self.record(at, name, outer | flag::WALRUS);
    }

    fn comprehension(&mut self, node: &Expr, kind: ScopeKind, generators: &[Comprehension], elements: &[&Expr]) {
        let Some((first, rest)) = generators.split_first() else {
            return;
        };
        self.expr(&first.iter);
        let outer = self.enter(kind, node, Role::Body);
        if kind == ScopeKind::GeneratorExp {
            self.add_plain(".0", flag::PARAM);
        }
        self.generator(first);
        for generator in rest {
            self.expr(&generator.iter);
            self.generator(generator);
        }
        self.exprs(elements.iter().copied());
        let awaits = self.scope().is_coroutine;
        self.cur = outer;
        if awaits && kind != ScopeKind::GeneratorExp {
            self.scope().is_coroutine = true;
        }
    }

    fn generator(&mut self, generator: &Comprehension) {
        self.expr(&generator.target);
        if generator.is_async {
            self.scope().is_coroutine = true;
        }
        self.exprs(&generator.ifs);
    }
}
