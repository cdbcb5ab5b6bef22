//! Comprehensions, inlined (PEP 709), and generator expressions, which are units.

use mini_grammar::ast::{Comprehension, Expr, ExprKind, Span};

use super::Compiler;
use super::error::Res;
use super::scope::{Resolution, Role, ScopeId};
use super::unit::{BlockKind, Counts};
use crate::bytecode::{CodeFlags, Instr, Reg};

/// What happens with each element.
#[derive(Clone, Copy)]
enum Element<'a> {
    Append(&'a Expr),
    Add(&'a Expr),
    Entry(&'a Expr, &'a Expr),
    Yield(&'a Expr),
}

impl<'a> Compiler<'a> {
    /// A comprehension or generator expression; `dst` is a temporary.
    pub(super) fn comprehension(&mut self, expr: &'a Expr, dst: Reg) -> Res {
        let (generators, element) = match &expr.kind {
            ExprKind::ListComp { elt, generators } => (generators, Element::Append(elt)),
            ExprKind::SetComp { elt, generators } => (generators, Element::Add(elt)),
            ExprKind::DictComp { key, value, generators } => (generators, Element::Entry(key, value)),
            ExprKind::GeneratorExp { elt, generators } => {
                return self.generator_exp(expr, elt, generators, dst);
            }
            _ => return Ok(()),
        };
        let scope = self.tree.of(expr, Role::Body);
        if self.tree.scopes[scope].is_coroutine && !self.may_await() {
            let message = "asynchronous comprehension outside of an asynchronous function";
            return self.error(expr.span, message);
        }
        let top = self.u.top;
        let iter = self.first_iterator(&generators[0])?;
        let empty = match element {
            Element::Append(_) => Instr::BuildList { dst, first: dst, count: 0 },
            Element::Add(_) => Instr::BuildSet { dst, first: dst, count: 0 },
            _ => Instr::BuildMap { dst, first: dst, count: 0 },
        };
        self.emit(expr.span, empty);
        self.inlined(scope, expr.span, |c| c.generators(expr.span, generators, iter, element, dst))?;
        self.u.top = top;
        Ok(())
    }

    fn may_await(&self) -> bool {
        let kind = self.tree.scopes[self.u.scope].kind;
        self.u.is_async || kind == super::scope::ScopeKind::GeneratorExp
    }

    fn first_iterator(&mut self, generator: &'a Comprehension) -> Res<Reg> {
        if !generator.is_async {
            return self.iterator(&generator.iter);
        }
        let iter = self.temp(&generator.iter)?;
        self.emit(generator.iter.span, Instr::GetAIter { dst: iter, src: iter });
        Ok(iter)
    }

    /// Runs `body` inside the scope; its variables end with it, exceptions included.
    fn inlined(&mut self, scope: ScopeId, span: Span, body: impl FnOnce(&mut Self) -> Res) -> Res {
        let tree = self.tree.clone();
        let names = &tree.scopes[scope];
        let mut hidden = Vec::new();
        for name in &names.order {
            let resolution = names.symbols[name].resolution;
            if let Some(reg) = self.u.register(scope, name) {
                hidden.push(reg);
                if resolution == Resolution::Cell {
                    self.emit(span, Instr::MakeCell { reg });
                }
            }
        }
        let outer = std::mem::replace(&mut self.u.inner, scope);
        // An exception that leaves the frame ends the variables anyway.
        let guarded = !self.u.blocks.is_empty();
        let handler = self.u.asm.label();
        let exc = Reg(self.u.top);
        if guarded {
            self.u.push_guarded(BlockKind::Guard, handler, exc);
        }
        body(self)?;
        self.u.inner = outer;
        if guarded {
            self.u.pop_block();
        }
        self.end_hidden(span, &hidden);
        if guarded {
            let end = self.u.asm.label();
            self.u.goto(span, end);
            self.u.place(handler);
            self.reserve(exc);
            self.end_hidden(span, &hidden);
            self.emit(span, Instr::Reraise { exc });
            self.u.place(end);
        }
        Ok(())
    }

    fn end_hidden(&mut self, span: Span, hidden: &[Reg]) {
        for &reg in hidden {
            self.emit(span, Instr::Clear { reg });
            self.u.unbind(reg);
        }
    }

    fn generators(
        &mut self,
        span: Span,
        generators: &'a [Comprehension],
        iter: Reg,
        element: Element<'a>,
        dst: Reg,
    ) -> Res {
        let Some((first, rest)) = generators.split_first() else {
            return self.element(span, element, dst);
        };
        let next = self.u.asm.label();
        let body = |c: &mut Self| {
            for condition in &first.ifs {
                c.jump_if(condition, false, next)?;
            }
            let top = c.u.top;
            let inner = match rest.first() {
                Some(generator) => c.first_iterator(generator)?,
                None => Reg::NONE,
            };
            c.generators(span, rest, inner, element, dst)?;
            c.u.top = top;
            Ok(())
        };
        if first.is_async {
            self.async_for_loop(&first.target, iter, next, span, body)
        } else {
            self.for_loop(&first.target, iter, next, first.iter.span, body)
        }
    }

    fn element(&mut self, span: Span, element: Element<'a>, dst: Reg) -> Res {
        let top = self.u.top;
        match element {
            Element::Append(elt) => {
                let val = self.operand(elt, None, &[])?;
                self.emit(elt.span, Instr::ListAppend { list: dst, val });
            }
            Element::Add(elt) => {
                let val = self.operand(elt, None, &[])?;
                self.emit(elt.span, Instr::SetAdd { set: dst, val });
            }
            Element::Entry(key, value) => {
                let key_reg = self.temp(key)?;
                self.temp(value)?;
                let at = Span::new(key.span.start, value.span.end);
                self.emit(at, Instr::MapAdd { map: dst, key: key_reg });
            }
            Element::Yield(elt) => {
                let value = self.temp(elt)?;
                self.emit_yield(elt.span, value, value);
                self.emit(elt.span, Instr::Clear { reg: value });
            }
        }
        let _ = span;
        self.u.top = top;
        Ok(())
    }

    fn generator_exp(&mut self, expr: &'a Expr, elt: &'a Expr, generators: &'a [Comprehension], dst: Reg) -> Res {
        let scope = self.tree.of(expr, Role::Body);
        let top = self.u.top;
        let base = self.call_base(dst);
        let argument = self.u.alloc();

        let counts = Counts { args: 1, ..Counts::default() };
        self.enter_unit(scope, "<genexpr>", &[".0".into()], counts, expr.span);
        self.u.flags |=
            if self.tree.scopes[scope].is_coroutine { CodeFlags::ASYNC_GENERATOR } else { CodeFlags::GENERATOR };
        self.u.is_async = self.tree.scopes[scope].is_coroutine;
        let iter = self.u.alloc();
        self.emit(expr.span, Instr::Move { dst: iter, src: Reg(0) });
        self.generators(expr.span, generators, iter, Element::Yield(elt), iter)?;
        let proto = self.leave_unit()?;

        self.u.top = argument.0;
        self.function_object(expr.span, base, proto, 0)?;
        self.u.top = argument.0;
        let iter = self.first_iterator(&generators[0])?;
        debug_assert_eq!(iter, argument, "the iterator is the only argument");
        self.emit(expr.span, Instr::Call { base, nargs: 1 });
        if base != dst {
            self.emit(expr.span, Instr::Move { dst, src: base });
        }
        self.u.top = top;
        Ok(())
    }
}
