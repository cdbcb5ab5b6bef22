//! Function definitions and lambdas.

use std::sync::Arc;

use mini_grammar::ast::{Arg, Arguments, Expr, ExprKind, FunctionDef, Name, Span, Stmt};

use super::Compiler;
use super::error::Res;
use super::fold::tuple;
use super::scope::{Resolution, Role, ScopeKind};
use super::stmt::{clean_doc, docstring};
use super::unit::Counts;
use crate::bytecode::{CodeFlags, CodeProto, Const, Instr, Reg, make_function};

impl<'a> Compiler<'a> {
    pub(super) fn function_def(&mut self, span: Span, def: &'a FunctionDef, is_async: bool) -> Res {
        let decorators = self.values(&def.decorator_list)?.0;
        let dst = self.u.alloc();
        if def.type_params.is_empty() {
            self.plain_function(span, def, is_async, dst)?;
        } else {
            self.generic_function(span, def, is_async, dst)?;
        }
        self.decorate(&def.decorator_list, decorators);
        self.store(&def.name.name, span, decorators)
    }

    /// Calls the decorators, which are in place below the decorated object.
    pub(super) fn decorate(&mut self, decorators: &[Expr], first: Reg) {
        for (at, decorator) in decorators.iter().enumerate().rev() {
            let base = first.offset(at as u16);
            self.emit(decorator.span, Instr::Call { base, nargs: 1 });
        }
        self.u.top = first.0 + 1;
    }

    /// Where a definition starts: its first decorator, if there is one.
    pub(super) fn first_span(span: Span, decorators: &[Expr]) -> Span {
        decorators.first().map_or(span, |d| d.span)
    }

    fn plain_function(&mut self, span: Span, def: &'a FunctionDef, is_async: bool, dst: Reg) -> Res {
        let flags = self.defaults(span, &def.args)?;
        self.function_with(span, def, is_async, dst, flags)
    }

    /// The function proper; defaults as `flags` say are in place above `dst`.
    pub(super) fn function_with(
        &mut self,
        span: Span,
        def: &'a FunctionDef,
        is_async: bool,
        dst: Reg,
        flags: u16,
    ) -> Res {
        let mut flags = flags;
        if self.annotations(span, &def.args, def.returns.as_deref())? {
            flags |= make_function::ANNOTATIONS;
        }
        let scope = self.tree.of(def, Role::Body);
        let (params, counts) = self.parameters(&def.args);
        let in_class = self.defines_methods();
        let start = Self::first_span(span, &def.decorator_list);
        self.enter_unit(scope, &def.name.name, &params, counts, start);
        self.u.is_async = is_async;
        self.u.flags |= signature_flags(&def.args);
        let generator = self.tree.scopes[scope].is_generator;
        self.u.flags |= match (is_async, generator) {
            (true, true) => CodeFlags::ASYNC_GENERATOR,
            (true, false) => CodeFlags::COROUTINE,
            (false, true) => CodeFlags::GENERATOR,
            (false, false) => 0,
        };
        if in_class {
            self.u.flags |= CodeFlags::METHOD;
        }
        let body: &'a [Stmt] = match docstring(&def.body) {
            Some((text, _, rest)) => {
                self.u.doc = Some(clean_doc(text).into());
                self.u.flags |= CodeFlags::HAS_DOCSTRING;
                rest
            }
            None => &def.body,
        };
        self.body(body)?;
        self.return_none(if body.is_empty() { &def.body } else { body });
        let proto = self.leave_unit()?;
        self.function_object(span, dst, proto, flags)
    }

    /// Whether functions defined here are methods.
    fn defines_methods(&self) -> bool {
        let kind = |scope: usize| self.tree.scopes[scope].kind;
        match kind(self.u.scope) {
            ScopeKind::Class => true,
            ScopeKind::TypeParams => self.outer.last().is_some_and(|unit| kind(unit.scope) == ScopeKind::Class),
            _ => false,
        }
    }

    pub(super) fn lambda(&mut self, expr: &'a Expr, args: &'a Arguments, body: &'a Expr, dst: Reg) -> Res {
        let top = self.u.top;
        let base = self.call_base(dst);
        let flags = self.defaults(expr.span, args)?;
        let scope = self.tree.of(expr, Role::Body);
        let (params, counts) = self.parameters(args);
        self.enter_unit(scope, "<lambda>", &params, counts, expr.span);
        self.u.flags |= signature_flags(args);
        if self.tree.scopes[scope].is_generator {
            self.u.flags |= CodeFlags::GENERATOR;
        }
        let src = self.operand(body, None, &[])?;
        self.emit(body.span, Instr::Return { src });
        let proto = self.leave_unit()?;
        self.function_object(expr.span, base, proto, flags)?;
        if base != dst {
            self.emit(expr.span, Instr::Move { dst, src: base });
        }
        self.u.top = top;
        Ok(())
    }

    /// Names of the parameters in the order of their registers.
    fn parameters(&self, args: &Arguments) -> (Vec<Name>, Counts) {
        let all = args.posonlyargs.iter().chain(&args.args).chain(&args.kwonlyargs);
        let all = all.chain(args.vararg.as_deref()).chain(args.kwarg.as_deref());
        // Parameters are mangled as names inside the function are, by the class around it.
        let params = all.map(|arg| self.mangled(&arg.arg)).collect();
        let counts = Counts {
            args: (args.posonlyargs.len() + args.args.len()) as u16,
            posonly: args.posonlyargs.len() as u16,
            kwonly: args.kwonlyargs.len() as u16,
        };
        (params, counts)
    }

    /// Evaluates defaults into the next registers; gives the flags for `MakeFunction`.
    pub(super) fn defaults(&mut self, span: Span, args: &'a Arguments) -> Res<u16> {
        let mut flags = 0;
        if !args.defaults.is_empty() {
            let dst = self.u.alloc();
            match tuple(&args.defaults) {
                Some(value) => self.constant(span, value, dst),
                None => self.tuple(span, &args.defaults, dst)?,
            }
            flags |= make_function::DEFAULTS;
        }
        if args.kw_defaults.iter().any(Option::is_some) {
            let dst = self.u.alloc();
            let first = Reg(self.u.top);
            let mut count = 0;
            for (arg, default) in args.kwonlyargs.iter().zip(&args.kw_defaults) {
                let Some(default) = default else { continue };
                let key = self.u.alloc();
                let name = self.mangled(&arg.arg);
                self.constant(span, Const::Str(name), key);
                self.temp(default)?;
                count += 1;
            }
            self.emit(span, Instr::BuildMap { dst, first, count });
            self.u.top = first.0;
            flags |= make_function::KW_DEFAULTS;
        }
        Ok(flags)
    }

    /// Evaluates annotations to a dict in the next register, if there are any.
    fn annotations(&mut self, span: Span, args: &'a Arguments, returns: Option<&'a Expr>) -> Res<bool> {
        let all = args.args.iter().chain(&args.posonlyargs);
        let all = all.chain(args.vararg.as_deref()).chain(&args.kwonlyargs);
        let all = all.chain(args.kwarg.as_deref());
        let named = all.filter_map(|arg: &Arg| Some((&arg.arg, arg.annotation.as_deref()?)));
        let result: Name = "return".into();
        let all: Vec<(&Name, &'a Expr)> = named.chain(returns.map(|r| (&result, r))).collect();
        if all.is_empty() {
            return Ok(false);
        }
        let dst = self.u.alloc();
        let first = Reg(self.u.top);
        for (name, annotation) in &all {
            let key = self.u.alloc();
            let name = self.mangled(name);
            self.constant(span, Const::Str(name), key);
            self.annotation(annotation)?;
        }
        let count = all.len() as u16;
        self.emit(span, Instr::BuildMap { dst, first, count });
        self.u.top = first.0;
        Ok(true)
    }

    /// Evaluates an annotation into a new temporary.
    pub(super) fn annotation(&mut self, annotation: &'a Expr) -> Res<Reg> {
        if self.future_annotations {
            let Some(text) = super::unparse::unparse(annotation) else {
                let message = "an f-string in an annotation is not supported \
                    with the future feature annotations";
                return self.error(annotation.span, message);
            };
            let dst = self.u.alloc();
            self.constant(annotation.span, Const::Str(text.into()), dst);
            return Ok(dst);
        }
        let ExprKind::Starred { value, .. } = &annotation.kind else {
            return self.temp(annotation);
        };
        let src = self.temp(value)?;
        self.emit(annotation.span, Instr::UnpackSeq { src, first: src, count: 1 });
        Ok(src)
    }

    /// r[dst] := a function of the code; extras that `flags` name are in place above it.
    pub(super) fn function_object(&mut self, span: Span, dst: Reg, proto: CodeProto, flags: u16) -> Res {
        let mut flags = flags;
        let top = self.u.top;
        if !proto.free_regs.is_empty() {
            let cells = self.u.alloc();
            let first = Reg(self.u.top);
            for reg in &proto.free_regs {
                let name = &proto.local_names[usize::from(reg.0)];
                let src = self.cell_register(name);
                let copy = self.u.alloc();
                self.emit(span, Instr::Copy { dst: copy, src });
            }
            let count = proto.free_regs.len() as u16;
            self.emit(span, Instr::BuildTuple { dst: cells, first, count });
            flags |= make_function::CLOSURE;
        }
        if !self.u.dead {
            let k = self.u.pool.constant(Const::Code(Arc::new(proto)));
            self.emit(span, Instr::MakeFunction { dst, k, flags });
        }
        self.u.top = top;
        Ok(())
    }

    /// The register of the cell that a nested unit captures.
    fn cell_register(&self, name: &Name) -> Reg {
        let mut id = self.u.inner;
        loop {
            let scope = &self.tree.scopes[id];
            let special = matches!(&**name, "__class__" | "__classdict__");
            let is_cell = scope.symbol(name).map(|s| s.resolution) == Some(Resolution::Cell);
            if is_cell || (special && scope.kind == ScopeKind::Class) {
                if let Some(reg) = self.u.register(id, name) {
                    return reg;
                }
            }
            if id == self.u.scope {
                break;
            }
            id = scope.parent.expect("the unit is above");
        }
        self.u.free_register(name).unwrap_or_default()
    }
}

fn signature_flags(args: &Arguments) -> u32 {
    let mut flags = 0;
    if args.vararg.is_some() {
        flags |= CodeFlags::VARARGS;
    }
    if args.kwarg.is_some() {
        flags |= CodeFlags::VARKEYWORDS;
    }
    flags
}
