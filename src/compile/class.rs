//! Class definitions.

use mini_grammar::ast::{ClassDef, Expr, ExprKind, Keyword, Span};

use super::Compiler;
use super::assembler::{Access, NOWHERE};
use super::error::Res;
use super::scope::Role;
use super::unit::{Counts, Var};
use crate::bytecode::{CodeProto, Const, Instr, Reg};

impl<'a> Compiler<'a> {
    pub(super) fn class_def(&mut self, span: Span, def: &'a ClassDef) -> Res {
        let decorators = self.values(&def.decorator_list)?.0;
        let dst = self.u.alloc();
        if def.type_params.is_empty() {
            let body = self.class_body(span, def)?;
            self.class_call(span, def, body, dst, None)?;
        } else {
            self.generic_class(span, def, dst)?;
        }
        self.decorate(&def.decorator_list, decorators);
        self.store(&def.name.name, span, decorators)
    }

    /// Makes the class: calls `__build_class__` at `base`, the highest temporary.
    pub(super) fn class_call(
        &mut self,
        span: Span,
        def: &'a ClassDef,
        body: CodeProto,
        base: Reg,
        generic_base: Option<Reg>,
    ) -> Res {
        self.check_keywords(&def.keywords)?;
        self.emit(span, Instr::LoadBuildClass { dst: base });
        let starred = |e: &Expr| matches!(e.kind, ExprKind::Starred { .. });
        let unpacks = def.bases.iter().any(starred)
            || def.keywords.iter().any(|k: &Keyword| k.arg.is_none())
            || def.bases.len() + def.keywords.len() > 60;
        let list = self.u.alloc();
        let function = if unpacks { self.u.alloc() } else { list };
        self.function_object(span, function, body, 0)?;
        let name = self.u.alloc();
        self.constant(span, Const::Str(def.name.name.clone()), name);
        if !unpacks {
            self.values(&def.bases)?;
            let mut count = def.bases.len() + 2;
            if let Some(generic) = generic_base {
                let dst = self.u.alloc();
                self.emit(span, Instr::Copy { dst, src: generic });
                count += 1;
            }
            let nargs = (count + def.keywords.len()) as u16;
            if def.keywords.is_empty() {
                self.emit(span, Instr::Call { base, nargs });
            } else {
                let names = self.class_keywords(&def.keywords)?;
                self.emit(span, Instr::CallKw { base, nargs, names });
            }
            self.u.top = base.0 + 1;
            return Ok(());
        }
        let build = Instr::BuildList { dst: list, first: function, count: 2 };
        self.emit(span, build);
        self.u.top = function.0;
        for value in &def.bases {
            let top = self.u.top;
            match &value.kind {
                ExprKind::Starred { value, .. } => {
                    let src = self.temp(value)?;
                    self.emit(span, Instr::ListExtend { list, src });
                }
                _ => {
                    let val = self.temp(value)?;
                    self.emit(span, Instr::ListAppend { list, val });
                }
            }
            self.u.top = top;
        }
        if let Some(generic) = generic_base {
            self.emit(span, Instr::ListAppend { list, val: generic });
        }
        self.finish_call_ex(span, base, &def.keywords)?;
        self.u.top = base.0 + 1;
        Ok(())
    }

    fn class_keywords(&mut self, keywords: &'a [Keyword]) -> Res<u16> {
        let mut names = Vec::new();
        for keyword in keywords {
            self.temp(&keyword.value)?;
            names.extend(keyword.arg.clone().map(Const::Str));
        }
        Ok(self.u.pool.constant(Const::Tuple(names.into())))
    }

    /// The code of a class body.
    pub(super) fn class_body(&mut self, span: Span, def: &'a ClassDef) -> Res<CodeProto> {
        let scope = self.tree.of(def, Role::Body);
        let start = Self::first_span(span, &def.decorator_list);
        self.enter_unit(scope, &def.name.name, &[], Counts::default(), start);
        let line = self.lines.line_start(self.u.first_line);
        let at = Span::new(line, line);
        let reg = self.u.alloc();
        self.load_var(&"__name__".into(), Var::Name, at, reg);
        self.store_name("__module__", at, reg)?;
        let qualname = self.u.qualname.clone();
        self.constant(at, Const::Str(qualname), reg);
        self.store_name("__qualname__", at, reg)?;
        self.constant(at, Const::Int(i64::from(self.u.first_line)), reg);
        self.store_name("__firstlineno__", at, reg)?;
        if !def.type_params.is_empty() {
            if let Some(cell) = self.u.free_register(".type_params") {
                self.emit(at, Instr::LoadCell { dst: reg, cell });
                self.store_name("__type_params__", at, reg)?;
            }
        }
        let own = |c: &Self, name: &str| c.u.register(scope, &name.into());
        if self.tree.scopes[scope].needs_classdict {
            if let Some(cell) = own(self, "__classdict__") {
                self.emit(at, Instr::LoadLocals { dst: reg });
                self.emit(at, Instr::StoreCell { cell, src: reg });
            }
        }
        self.u.top = reg.0;
        if self.tree.scopes[scope].has_annotations {
            self.emit(at, Instr::SetupAnnotations);
        }
        let body = self.docstring(&def.body, true)?;
        self.body(body)?;
        let names = std::mem::take(&mut self.u.static_attributes);
        let names: Vec<Const> = names.into_iter().map(Const::Str).collect();
        let reg = self.u.alloc();
        self.constant(NOWHERE, Const::Tuple(names.into()), reg);
        self.store_name("__static_attributes__", NOWHERE, reg)?;
        if self.tree.scopes[scope].needs_classdict {
            if let Some(src) = own(self, "__classdict__") {
                self.emit(NOWHERE, Instr::Copy { dst: reg, src });
                self.store_name("__classdictcell__", NOWHERE, reg)?;
            }
        }
        if self.tree.scopes[scope].needs_class_cell {
            if let Some(src) = own(self, "__class__") {
                self.emit(NOWHERE, Instr::Copy { dst: reg, src });
                self.store_name("__classcell__", NOWHERE, reg)?;
                self.emit(NOWHERE, Instr::Return { src });
            }
        }
        self.emit(NOWHERE, Instr::ReturnNone);
        self.leave_unit()
    }

    /// Binds a name of the class body that the language itself sets.
    fn store_name(&mut self, name: &str, span: Span, src: Reg) -> Res {
        let cache = self.u.pool.name_cache(&name.into(), Access::StoreName);
        self.emit(span, Instr::StoreName { src, cache });
        Ok(())
    }
}
