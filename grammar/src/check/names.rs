//! The faults of names: what CPython's symbol table refuses as it walks the tree.

use super::fault;
use super::mangle::mangle;
use super::scope::*;
use crate::ast::*;

#[derive(Default)]
struct Builder {
    stack: Vec<Scope>,
    /// The class whose private names are mangled.
    private: Option<Name>,
    /// In the type parameters of a class only these names are.
    mangled_only: Option<Vec<Name>>,
}

pub(super) fn module(body: &[Stmt]) -> Check {
    let mut builder = Builder { stack: vec![Scope::new(Kind::Module)], ..Builder::default() };
    builder.stmts(body)?;
    analyze(&builder.stack.remove(0), &mut Vec::new())
}

pub(super) fn expression(body: &Expr) -> Check {
    let mut builder = Builder { stack: vec![Scope::new(Kind::Module)], ..Builder::default() };
    builder.expr(body)?;
    analyze(&builder.stack.remove(0), &mut Vec::new())
}

impl Builder {
    fn top(&mut self) -> &mut Scope {
        let last = self.stack.len() - 1;
        &mut self.stack[last]
    }

    fn within(&mut self, kind: Kind, visit: impl FnOnce(&mut Self) -> Check) -> Check {
        self.stack.push(Scope::new(kind));
        let done = visit(self);
        if let Some(scope) = self.stack.pop() {
            self.top().children.push(scope);
        }
        done
    }

    /// The name as the scopes know it; messages have it as it is written.
    fn mangled(&self, name: &Name) -> Name {
        match &self.mangled_only {
            Some(only) if !only.contains(name) => name.clone(),
            _ => mangle(self.private.as_ref(), name),
        }
    }

    fn bind(&mut self, name: &Name, span: Span, flag: u8) -> Check {
        if &**name == "__debug__" {
            return Err(fault(span, "cannot assign to __debug__"));
        }
        self.define(name, span, flag)
    }

    fn import(&mut self, stmt: &Stmt, alias: &Alias, name: &Name) -> Check {
        let span = if &**name == "__debug__" { stmt.span } else { alias.span };
        self.bind(name, span, LOCAL)
    }

    fn define(&mut self, name: &Name, span: Span, flag: u8) -> Check {
        let mangled = self.mangled(name);
        let scope = self.top();
        let old = scope.flags(&mangled);
        if flag & PARAM != 0 && old & PARAM != 0 {
            let message = format!("duplicate argument '{name}' in function definition");
            return Err(fault(span, message));
        }
        if flag & TYPE_PARAM != 0 && old & TYPE_PARAM != 0 {
            return Err(fault(span, format!("duplicate type parameter '{name}'")));
        }
        let mut flag = flag;
        if scope.in_target {
            if old & (GLOBAL | NONLOCAL) != 0 {
                let message = format!("comprehension inner loop cannot rebind assignment expression target '{name}'");
                return Err(fault(span, message));
            }
            flag |= ITERATED;
        }
        scope.add(&mangled, flag);
        Ok(())
    }

    fn stmts(&mut self, body: &[Stmt]) -> Check {
        body.iter().try_for_each(|stmt| self.stmt(stmt))
    }

    fn exprs<'a>(&mut self, list: impl IntoIterator<Item = &'a Expr>) -> Check {
        list.into_iter().try_for_each(|expr| self.expr(expr))
    }

    fn node(&mut self, node: Node<'_>) -> Check {
        match node {
            Node::Expr(expr) => self.expr(expr),
            Node::Stmt(stmt) => self.stmt(stmt),
            Node::Pattern(pattern) => self.pattern(pattern),
        }
    }

    fn stmt(&mut self, stmt: &Stmt) -> Check {
        match &stmt.kind {
            StmtKind::FunctionDef(def) | StmtKind::AsyncFunctionDef(def) => self.function(def),
            StmtKind::ClassDef(def) => self.class(def),
            StmtKind::TypeAlias { name, type_params, value } => {
                self.expr(name)?;
                self.generic(type_params, |this| this.within(Kind::Annotation("a type alias"), |this| this.expr(value)))
            }
            StmtKind::Global { names } => self.directive(stmt.span, names, GLOBAL, "global"),
            StmtKind::Nonlocal { names } => self.directive(stmt.span, names, NONLOCAL, "nonlocal"),
            StmtKind::AnnAssign { target, annotation, value, simple } => {
                self.annotated(stmt.span, target, value.is_some(), *simple)?;
                self.expr(annotation)?;
                self.exprs(value.as_deref())
            }
            StmtKind::Import { names } => names.iter().try_for_each(|alias| {
                let bound = alias.asname.as_ref().unwrap_or(&alias.name);
                let first: Name = bound.name.split('.').next().unwrap_or_default().into();
                self.import(stmt, alias, &first)
            }),
            StmtKind::ImportFrom { names, .. } => names.iter().try_for_each(|alias| {
                if &*alias.name.name == "*" {
                    if self.top().kind != Kind::Module {
                        let message = "import * only allowed at module level";
                        return Err(fault(alias.span, message));
                    }
                    return Ok(());
                }
                let bound = alias.asname.as_ref().unwrap_or(&alias.name);
                self.import(stmt, alias, &bound.name)
            }),
            StmtKind::Try(node) | StmtKind::TryStar(node) => {
                self.stmts(&node.body)?;
                for handler in &node.handlers {
                    self.exprs(handler.typ.as_deref())?;
                    if let Some(name) = &handler.name {
                        self.bind(&name.name, handler.span, LOCAL)?;
                    }
                    self.stmts(&handler.body)?;
                }
                self.stmts(&node.orelse)?;
                self.stmts(&node.finalbody)
            }
            StmtKind::Assign { targets, value } => {
                self.exprs(targets)?;
                self.expr(value)
            }
            kind => {
                let mut done = Ok(());
                kind.children(&mut |child| {
                    if done.is_ok() {
                        done = self.node(child);
                    }
                });
                done
            }
        }
    }

    fn annotated(&mut self, span: Span, target: &Expr, bound: bool, simple: bool) -> Check {
        let ExprKind::Name { id, .. } = &target.kind else {
            return self.expr(target);
        };
        let top_level = self.stack.len() == 1;
        let mangled = self.mangled(id);
        let flags = self.top().flags(&mangled);
        if flags & (GLOBAL | NONLOCAL) != 0 && !top_level {
            let word = if flags & GLOBAL != 0 { "global" } else { "nonlocal" };
            return Err(fault(span, format!("annotated name '{id}' can't be {word}")));
        }
        match (simple, bound) {
            (true, _) => self.bind(id, target.span, ANNOTATED | LOCAL),
            (false, true) => self.bind(id, target.span, LOCAL),
            (false, false) => Ok(()),
        }
    }

    fn directive(&mut self, span: Span, names: &[Ident], flag: u8, word: &str) -> Check {
        for ident in names {
            let name = &ident.name;
            let mangled = self.mangled(name);
            let scope = self.top();
            let old = scope.flags(&mangled);
            if old & (PARAM | LOCAL | USE | ANNOTATED) != 0 {
                let message = if old & PARAM != 0 {
                    format!("name '{name}' is parameter and {word}")
                } else if old & USE != 0 {
                    format!("name '{name}' is used prior to {word} declaration")
                } else if old & ANNOTATED != 0 {
                    format!("annotated name '{name}' can't be {word}")
                } else {
                    format!("name '{name}' is assigned to before {word} declaration")
                };
                return Err(fault(span, message));
            }
            scope.add(&mangled, flag);
            scope.directives.entry(mangled).or_insert(span);
        }
        Ok(())
    }

    fn generic(&mut self, params: &[TypeParam], visit: impl FnOnce(&mut Self) -> Check) -> Check {
        if params.is_empty() {
            return visit(self);
        }
        self.within(Kind::Annotation("the definition of a generic"), |this| {
            for param in params {
                this.bind(&param.name.name, param.span, TYPE_PARAM | LOCAL)?;
                if let TypeParamKind::TypeVar { bound: Some(bound) } = &param.kind {
                    let what = match bound.kind {
                        ExprKind::Tuple { .. } => "a TypeVar constraint",
                        _ => "a TypeVar bound",
                    };
                    this.within(Kind::Annotation(what), |this| this.expr(bound))?;
                }
                if let Some(default) = &param.default_value {
                    let what = match param.kind {
                        TypeParamKind::TypeVar { .. } => "a TypeVar default",
                        TypeParamKind::ParamSpec => "a ParamSpec default",
                        TypeParamKind::TypeVarTuple => "a TypeVarTuple default",
                    };
                    this.within(Kind::Annotation(what), |this| this.expr(default))?;
                }
            }
            visit(this)
        })
    }

    fn each(&mut self, visit: impl FnOnce(&mut dyn FnMut(Node<'_>))) -> Check {
        let mut done = Ok(());
        visit(&mut |child| {
            if done.is_ok() {
                done = self.node(child);
            }
        });
        done
    }

    fn parameters(&mut self, args: &Arguments) -> Check {
        // The order of CPython: the starred ones come after all plain ones.
        let plain = args.posonlyargs.iter().chain(&args.args).chain(&args.kwonlyargs);
        let starred = args.vararg.iter().chain(&args.kwarg).map(|arg| &**arg);
        plain.chain(starred).try_for_each(|arg| {
            let place = Span::new(arg.span.start, arg.span.end);
            self.bind(&arg.arg, place, PARAM | LOCAL)
        })
    }

    fn function(&mut self, def: &FunctionDef) -> Check {
        self.bind(&def.name.name, def.name.span, LOCAL)?;
        self.each(|each| def.args.each_default(&mut |node| each(node)))?;
        self.exprs(&def.decorator_list)?;
        self.generic(&def.type_params, |this| {
            this.each(|each| def.args.each_annotation(&mut |node| each(node)))?;
            this.exprs(def.returns.as_deref())?;
            this.within(Kind::Function, |this| {
                this.parameters(&def.args)?;
                this.stmts(&def.body)
            })
        })
    }

    fn class(&mut self, def: &ClassDef) -> Check {
        self.bind(&def.name.name, def.name.span, LOCAL)?;
        self.exprs(&def.decorator_list)?;
        let private = self.private.clone();
        let mangled_only = self.mangled_only.clone();
        if !def.type_params.is_empty() {
            self.private = Some(def.name.name.clone());
            self.mangled_only = Some(def.type_params.iter().map(|param| param.name.name.clone()).collect());
        }
        self.generic(&def.type_params, |this| {
            this.exprs(&def.bases)?;
            this.exprs(def.keywords.iter().map(|keyword| &keyword.value))?;
            this.private = Some(def.name.name.clone());
            this.mangled_only = None;
            this.within(Kind::Class, |this| this.stmts(&def.body))
        })?;
        self.private = private;
        self.mangled_only = mangled_only;
        Ok(())
    }

    fn expr(&mut self, expr: &Expr) -> Check {
        match &expr.kind {
            ExprKind::Name { id, ctx } => match ctx {
                ExprContext::Load => self.define(id, expr.span, USE),
                ExprContext::Store => self.bind(id, expr.span, LOCAL),
                ExprContext::Del if &**id == "__debug__" => Err(fault(expr.span, "cannot delete __debug__")),
                ExprContext::Del => self.bind(id, expr.span, LOCAL),
            },
            ExprKind::Attribute { value, attr, ctx: ExprContext::Store | ExprContext::Del }
                if &*attr.name == "__debug__" =>
            {
                self.expr(value)?;
                Err(fault(expr.span, "cannot assign to __debug__"))
            }
            ExprKind::Lambda { args, body } => {
                self.each(|each| args.each_default(&mut |node| each(node)))?;
                self.within(Kind::Function, |this| {
                    this.parameters(args)?;
                    this.expr(body)
                })
            }
            ExprKind::NamedExpr { target, value } => self.named(expr, target, value),
            ExprKind::Yield { .. } | ExprKind::YieldFrom { .. } => {
                self.forbidden_in_annotation(expr, "yield expression")?;
                self.children(expr)?;
                match self.top().kind {
                    Kind::Comprehension(name) => Err(fault(expr.span, format!("'yield' inside {name}"))),
                    _ => Ok(()),
                }
            }
            ExprKind::Await { .. } => {
                self.forbidden_in_annotation(expr, "await expression")?;
                self.children(expr)
            }
            ExprKind::ListComp { elt, generators } => self.comprehension("list comprehension", &[elt], generators),
            ExprKind::SetComp { elt, generators } => self.comprehension("set comprehension", &[elt], generators),
            ExprKind::GeneratorExp { elt, generators } => {
                self.comprehension("generator expression", &[elt], generators)
            }
            ExprKind::DictComp { key, value, generators } => {
                self.comprehension("dict comprehension", &[key, value], generators)
            }
            _ => self.children(expr),
        }
    }

    fn children(&mut self, expr: &Expr) -> Check {
        self.each(|each| expr.kind.children(each))
    }

    fn forbidden_in_annotation(&mut self, expr: &Expr, what: &str) -> Check {
        match self.top().kind {
            Kind::Annotation(place) => Err(fault(expr.span, format!("{what} cannot be used within {place}"))),
            _ => Ok(()),
        }
    }

    fn comprehension(&mut self, name: &'static str, elements: &[&Expr], generators: &[Comprehension]) -> Check {
        let Some((first, rest)) = generators.split_first() else {
            return Ok(());
        };
        self.iterable(&first.iter)?;
        let outer = self.top().in_iterable;
        self.within(Kind::Comprehension(name), |this| {
            this.top().in_iterable = outer;
            this.target(&first.target)?;
            this.exprs(&first.ifs)?;
            for part in rest {
                this.target(&part.target)?;
                this.iterable(&part.iter)?;
                this.exprs(&part.ifs)?;
            }
            this.exprs(elements.iter().copied())
        })
    }

    fn target(&mut self, target: &Expr) -> Check {
        self.top().in_target = true;
        self.expr(target)?;
        self.top().in_target = false;
        Ok(())
    }

    fn iterable(&mut self, iter: &Expr) -> Check {
        self.top().in_iterable += 1;
        self.expr(iter)?;
        self.top().in_iterable -= 1;
        Ok(())
    }

    fn named(&mut self, expr: &Expr, target: &Expr, value: &Expr) -> Check {
        self.forbidden_in_annotation(expr, "named expression")?;
        if self.stack.iter().any(|scope| scope.in_iterable > 0) {
            let message = "assignment expression cannot be used in a comprehension iterable expression";
            return Err(fault(expr.span, message));
        }
        if let (Kind::Comprehension(_), ExprKind::Name { id, .. }) = (self.top().kind, &target.kind) {
            self.bind_outside(id, target.span)?;
            return self.expr(value);
        }
        self.expr(value)?;
        self.expr(target)
    }

    /// Binds the target of a `:=` in the scope around the comprehensions.
    fn bind_outside(&mut self, name: &Name, span: Span) -> Check {
        let mangled = self.mangled(name);
        for at in (0..self.stack.len()).rev() {
            match self.stack[at].kind {
                Kind::Comprehension(_) => {
                    let flags = self.stack[at].flags(&mangled);
                    if flags & ITERATED != 0 && flags & LOCAL != 0 {
                        let message = format!(
                            "assignment expression cannot rebind comprehension iteration variable \
                             '{name}'"
                        );
                        return Err(fault(span, message));
                    }
                }
                Kind::Class => {
                    let message = "assignment expression within a comprehension cannot be used in \
                                   a class body";
                    return Err(fault(span, message));
                }
                Kind::Function | Kind::Module => {
                    if &**name == "__debug__" {
                        return Err(fault(span, "cannot assign to __debug__"));
                    }
                    self.stack[at].add(&mangled, LOCAL);
                    let global = self.stack[at].kind == Kind::Module;
                    self.top().add(&mangled, if global { GLOBAL } else { NONLOCAL });
                    return Ok(());
                }
                Kind::Annotation(place) => {
                    let message = format!("assignment expression within a comprehension cannot be used within {place}");
                    return Err(fault(span, message));
                }
            }
        }
        Ok(())
    }

    fn pattern(&mut self, pattern: &Pattern) -> Check {
        let bound = match &pattern.kind {
            PatternKind::MatchAs { name, .. } | PatternKind::MatchStar { name } => name,
            PatternKind::MatchMapping { rest, .. } => rest,
            _ => &None,
        };
        if let Some(name) = bound {
            self.bind(&name.name, pattern.span, LOCAL)?;
        }
        self.each(|each| pattern.kind.children(each))
    }
}
