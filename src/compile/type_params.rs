//! Type parameters and `type` statements (PEP 695, PEP 696).
//!
//! A generic definition runs in a unit of its own, called at once, whose variables are the
//! type parameters. Bounds, defaults and alias values are functions that are called lazily.

use mini_grammar::ast::{ClassDef, Expr, ExprKind, FunctionDef, Name, Span, Stmt, TypeParam, TypeParamKind};

use super::Compiler;
use super::error::Res;
use super::scope::Role;
use super::unit::Counts;
use crate::bytecode::{Const, Instr, Intrinsic1, Intrinsic2, Reg, make_function};

impl<'a> Compiler<'a> {
    pub(super) fn generic_function(&mut self, span: Span, def: &'a FunctionDef, is_async: bool, dst: Reg) -> Res {
        // Defaults are evaluated outside and handed in as arguments.
        let flags = self.defaults(span, &def.args)?;
        let names = [(make_function::DEFAULTS, ".defaults"), (make_function::KW_DEFAULTS, ".kwdefaults")];
        let params: Vec<Name> =
            names.iter().filter(|(bit, _)| flags & bit != 0).map(|&(_, name)| name.into()).collect();
        let nargs = params.len() as u16;
        let scope = self.tree.of(def, Role::TypeParams);
        let counts = Counts { args: nargs, ..Counts::default() };
        let name = format!("<generic parameters of {}>", def.name.name);
        let start = Self::first_span(span, &def.decorator_list);
        self.enter_unit(scope, &name, &params, counts, start);
        let params_tuple = self.type_params(span, &def.type_params)?;
        let function = self.u.alloc();
        for at in 0..nargs {
            let copy = self.u.alloc();
            self.emit(span, Instr::Copy { dst: copy, src: Reg(at) });
        }
        self.function_with(span, def, is_async, function, flags)?;
        let op = Intrinsic2::SetFunctionTypeParams;
        let (lhs, rhs) = (function, params_tuple);
        self.emit(span, Instr::Intrinsic2 { op, dst: function, lhs, rhs });
        self.emit(span, Instr::Return { src: function });
        let proto = self.leave_unit()?;
        self.u.top = dst.0 + 1 + nargs;
        self.call_unit(span, proto, dst, nargs)
    }

    /// Makes a function of the unit at `dst` and calls it with the values above.
    fn call_unit(&mut self, span: Span, proto: crate::bytecode::CodeProto, dst: Reg, nargs: u16) -> Res {
        // The closure of the function needs the registers that hold the arguments.
        let function = self.u.alloc();
        self.function_object(span, function, proto, 0)?;
        self.emit(span, Instr::Move { dst, src: function });
        self.emit(span, Instr::Call { base: dst, nargs });
        self.u.top = dst.0 + 1;
        Ok(())
    }

    pub(super) fn generic_class(&mut self, span: Span, def: &'a ClassDef, dst: Reg) -> Res {
        let scope = self.tree.of(def, Role::TypeParams);
        let name = format!("<generic parameters of {}>", def.name.name);
        let start = Self::first_span(span, &def.decorator_list);
        self.enter_unit(scope, &name, &[], Counts::default(), start);
        let params = self.type_params(span, &def.type_params)?;
        let copy = self.u.alloc();
        self.emit(span, Instr::Copy { dst: copy, src: params });
        self.store(&".type_params".into(), span, copy)?;
        let op = Intrinsic1::SubscriptGeneric;
        self.emit(span, Instr::Intrinsic1 { op, dst: params, src: params });
        let body = self.class_body(span, def)?;
        self.u.top = params.0 + 1;
        let class = self.u.alloc();
        self.class_call(span, def, body, class, Some(params))?;
        self.emit(span, Instr::Return { src: class });
        let proto = self.leave_unit()?;
        self.call_unit(span, proto, dst, 0)
    }

    /// Makes the type parameters and binds them; gives the register of their tuple.
    fn type_params(&mut self, span: Span, params: &'a [TypeParam]) -> Res<Reg> {
        let dst = self.u.alloc();
        let first = Reg(self.u.top);
        let mut defaulted = false;
        for param in params {
            let reg = self.u.alloc();
            self.constant(param.span, Const::Str(param.name.name.clone()), reg);
            self.type_param(param, reg)?;
            match &param.default_value {
                Some(default) => {
                    defaulted = true;
                    let rhs = self.u.alloc();
                    self.thunk(default.span, param, Role::Default, &param.name.name, default, rhs)?;
                    let op = Intrinsic2::SetTypeParamDefault;
                    let instr = Instr::Intrinsic2 { op, dst: reg, lhs: reg, rhs };
                    self.emit(param.span, instr);
                    self.u.top = rhs.0;
                }
                None if defaulted => {
                    let message =
                        format!("non-default type parameter '{}' follows default type parameter", param.name.name);
                    return self.error(param.span, message);
                }
                None => {}
            }
            let copy = self.u.alloc();
            self.emit(param.span, Instr::Copy { dst: copy, src: reg });
            self.store(&param.name.name, param.span, copy)?;
            self.u.top = copy.0;
        }
        let count = params.len() as u16;
        self.emit(span, Instr::BuildTuple { dst, first, count });
        self.u.top = first.0;
        Ok(dst)
    }

    /// r[reg], a name := the type parameter.
    fn type_param(&mut self, param: &'a TypeParam, reg: Reg) -> Res {
        let op = match &param.kind {
            TypeParamKind::TypeVar { bound: None } => Intrinsic1::TypeVar,
            TypeParamKind::ParamSpec => Intrinsic1::ParamSpec,
            TypeParamKind::TypeVarTuple => Intrinsic1::TypeVarTuple,
            TypeParamKind::TypeVar { bound: Some(bound) } => {
                let rhs = self.u.alloc();
                self.thunk(bound.span, param, Role::Bound, &param.name.name, bound, rhs)?;
                let op = match bound.kind {
                    ExprKind::Tuple { .. } => Intrinsic2::TypeVarWithConstraints,
                    _ => Intrinsic2::TypeVarWithBound,
                };
                let instr = Instr::Intrinsic2 { op, dst: reg, lhs: reg, rhs };
                self.emit(param.span, instr);
                self.u.top = rhs.0;
                return Ok(());
            }
        };
        self.emit(param.span, Instr::Intrinsic1 { op, dst: reg, src: reg });
        Ok(())
    }

    /// r[dst], the highest temporary := a function that evaluates the expression.
    #[allow(clippy::too_many_arguments, reason = "the parts of one definition")]
    fn thunk<T>(&mut self, span: Span, node: &T, role: Role, name: &Name, value: &'a Expr, dst: Reg) -> Res {
        let scope = self.tree.of(node, role);
        self.enter_unit(scope, name, &[], Counts::default(), value.span);
        self.return_value(value)?;
        let proto = self.leave_unit()?;
        self.function_object(span, dst, proto, 0)
    }

    pub(super) fn type_alias(
        &mut self,
        stmt: &'a Stmt,
        name: &'a Expr,
        type_params: &'a [TypeParam],
        value: &'a Expr,
    ) -> Res {
        let ExprKind::Name { id, .. } = &name.kind else {
            return self.error(name.span, "type alias name must be a name");
        };
        let span = stmt.span;
        let dst = self.u.alloc();
        if type_params.is_empty() {
            self.alias(stmt, id, value, None, dst)?;
        } else {
            let scope = self.tree.of(stmt, Role::TypeParams);
            let unit = format!("<generic parameters of {id}>");
            self.enter_unit(scope, &unit, &[], Counts::default(), span);
            let params = self.type_params(span, type_params)?;
            let result = self.u.alloc();
            self.alias(stmt, id, value, Some(params), result)?;
            self.emit(span, Instr::Return { src: result });
            let proto = self.leave_unit()?;
            self.call_unit(span, proto, dst, 0)?;
        }
        self.store(id, span, dst)
    }

    fn alias(&mut self, stmt: &'a Stmt, id: &'a Name, value: &'a Expr, params: Option<Reg>, dst: Reg) -> Res {
        let first = self.u.alloc_many(3);
        self.constant(stmt.span, Const::Str(id.clone()), first);
        let instr = match params {
            Some(src) => Instr::Move { dst: first.offset(1), src },
            None => Instr::LoadNone { dst: first.offset(1) },
        };
        self.emit(stmt.span, instr);
        self.thunk(stmt.span, stmt, Role::Body, id, value, first.offset(2))?;
        self.emit(stmt.span, Instr::BuildTuple { dst, first, count: 3 });
        let op = Intrinsic1::TypeAlias;
        self.emit(stmt.span, Instr::Intrinsic1 { op, dst, src: dst });
        self.u.top = first.0;
        Ok(())
    }
}
