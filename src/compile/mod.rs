//! The compiler: syntax trees to code prototypes.
//!
//! A source is compiled in two walks. The first finds the scopes (`scope`); the second
//! emits the code of each unit in one pass. Registers below `first_temp` belong to variables,
//! those above are a stack of temporaries. What is bound where (`flow`) is found on the way,
//! since Python's control flow is structured: labels gather what holds on the ways to them.
//!
//! The compiler knows nothing of objects and of the lock.

mod assembler;
mod assign;
mod blocks;
mod call;
mod class;
mod compare;
mod comprehension;
mod display;
mod error;
mod expr;
mod flow;
mod fold;
mod function;
mod import;
mod loops;
mod names;
mod pattern;
mod scope;
mod stmt;
mod suspend;
mod try_stmt;
mod type_params;
mod unit;
mod unparse;
mod with_stmt;

use std::sync::Arc;

use mini_grammar::ast::{Expr, Expression, Interactive, Module, Name, Span, Stmt};
use mini_grammar::{LineIndex, SyntaxError};

use crate::bytecode::{CodeFlags, CodeProto, Const, Instr, Reg};
use assembler::NOWHERE;
use error::{Res, syntax_error};
use scope::{Root, ScopeId, ScopeTree};
use unit::{Counts, Unit};

/// Compiles a module (`exec` mode).
///
/// # Errors
/// The SyntaxErrors that CPython finds after parsing.
pub fn compile_module(tree: &Module, lines: &LineIndex, filename: &str) -> Result<CodeProto, SyntaxError> {
    compile(Root::Body(&tree.body), lines, filename, false)
}

/// Compiles one input of an interactive session (`single` mode): the values of expression
/// statements are shown.
///
/// # Errors
/// As [`compile_module`].
pub fn compile_interactive(tree: &Interactive, lines: &LineIndex, filename: &str) -> Result<CodeProto, SyntaxError> {
    compile(Root::Body(&tree.body), lines, filename, true)
}

/// Compiles an expression (`eval` mode); its code returns the value.
///
/// # Errors
/// As [`compile_module`].
pub fn compile_expression(tree: &Expression, lines: &LineIndex, filename: &str) -> Result<CodeProto, SyntaxError> {
    compile(Root::Expression(&tree.body), lines, filename, false)
}

fn compile<'a>(
    root: Root<'a>,
    lines: &'a LineIndex,
    filename: &str,
    interactive: bool,
) -> Result<CodeProto, SyntaxError> {
    let compile = || {
        let tree = scope::collect(&root, lines)?;
        let mut unit = Unit::new(&tree, ScopeTree::ROOT, &[], Counts::default());
        unit.name = "<module>".into();
        unit.qualname = "<module>".into();
        let mut compiler = Compiler {
            lines,
            filename: filename.into(),
            tree: Arc::new(tree),
            u: unit,
            outer: Vec::new(),
            interactive,
            work: 0,
            future_annotations: false,
        };
        match root {
            Root::Body(body) => compiler.module(body)?,
            Root::Expression(expr) => compiler.return_value(expr)?,
        }
        compiler.finish_unit()
    };
    compile().map_err(|error| *error)
}

/// The state of a compilation.
struct Compiler<'a> {
    lines: &'a LineIndex,
    filename: Arc<str>,
    tree: Arc<ScopeTree>,
    /// The unit being emitted.
    u: Unit<'a>,
    /// The units around it, outermost first.
    outer: Vec<Unit<'a>>,
    interactive: bool,
    /// Statements emitted so far.
    work: u64,
    /// Annotations are kept as text (PEP 563).
    future_annotations: bool,
}

impl<'a> Compiler<'a> {
    fn error<T>(&self, span: Span, message: impl Into<String>) -> Res<T> {
        Err(syntax_error(self.lines, span, message))
    }

    fn emit(&mut self, span: Span, instr: Instr) {
        self.u.emit(span, instr);
    }

    fn module(&mut self, body: &'a [Stmt]) -> Res {
        let id = self.u.scope;
        if self.tree.scopes[id].has_annotations {
            let span = body.first().map_or(NOWHERE, |stmt| stmt.span);
            self.emit(span, Instr::SetupAnnotations);
        }
        let body = self.docstring(body, !self.interactive)?;
        self.body(body)?;
        self.return_none(body);
        Ok(())
    }

    /// The end of a body; it belongs to what ran last.
    fn return_none(&mut self, body: &[Stmt]) {
        let span = match body.last() {
            // It has no instruction of its own.
            Some(stmt) if matches!(stmt.kind, mini_grammar::ast::StmtKind::Pass) => Some(stmt.span),
            last => self.u.asm.last_span().or(last.map(|stmt| stmt.span)),
        };
        let span = span.unwrap_or(Span::new(0, 0));
        self.emit(span, Instr::ReturnNone);
    }

    fn return_value(&mut self, value: &'a Expr) -> Res {
        let src = self.operand(value, None, &[])?;
        self.emit(value.span, Instr::Return { src });
        Ok(())
    }

    fn body(&mut self, body: &'a [Stmt]) -> Res {
        body.iter().try_for_each(|stmt| self.stmt(stmt))
    }

    /// The name as the class around it mangles it.
    fn mangled(&self, name: &Name) -> Name {
        let scope = &self.tree.scopes[self.u.inner];
        let only = scope.mangled_only.as_ref();
        if only.is_some_and(|only| !only.contains(name)) {
            return name.clone();
        }
        mini_grammar::mangle(scope.private.as_ref(), name)
    }

    /// Starts a unit inside the present one; its qualified name follows from where it is.
    fn enter_unit(&mut self, scope: ScopeId, name: &str, params: &[Name], counts: Counts, span: Span) {
        let mut unit = Unit::new(&self.tree, scope, params, counts);
        unit.name = name.into();
        unit.first_line = self.lines.line(span.start);
        unit.qualname = self.qualified(name);
        let mut flags = 0;
        if self.tree.scopes[scope].is_function_like() {
            flags |= CodeFlags::OPTIMIZED | CodeFlags::NEWLOCALS;
            if self.tree.scopes[scope].nested {
                flags |= CodeFlags::NESTED;
            }
        }
        unit.flags = flags;
        let outer = std::mem::replace(&mut self.u, unit);
        self.outer.push(outer);
    }

    /// Qualified name (PEP 3155) of a definition in the present unit.
    fn qualified(&self, name: &str) -> Arc<str> {
        let mut at = &self.u;
        if self.tree.scopes[at.scope].kind == scope::ScopeKind::TypeParams {
            match self.outer.last() {
                Some(outer) => at = outer,
                None => return name.into(),
            }
        }
        let kind = self.tree.scopes[at.scope].kind;
        if kind == scope::ScopeKind::Module {
            return name.into();
        }
        let mangled = self.mangled(&name.into());
        if self.tree.scopes[at.scope].has(&mangled, scope::flag::GLOBAL) {
            return name.into();
        }
        if matches!(kind, scope::ScopeKind::Class | scope::ScopeKind::GeneratorExp) {
            return format!("{}.{name}", at.qualname).into();
        }
        format!("{}.<locals>.{name}", at.qualname).into()
    }

    /// Ends the present unit; the one around it is the present one again.
    fn leave_unit(&mut self) -> Res<CodeProto> {
        let proto = self.finish_unit();
        self.u = self.outer.pop().expect("a unit was entered");
        proto
    }

    fn finish_unit(&mut self) -> Res<CodeProto> {
        let u = &mut self.u;
        u.emit(NOWHERE, Instr::ReturnNone);
        if u.asm.here() == 0 {
            u.dead = false;
            u.emit(NOWHERE, Instr::ReturnNone);
        }
        let prologue = prologue(u);
        let assembled = std::mem::take(&mut u.asm).finish(prologue);
        let mut pool = std::mem::take(&mut u.pool);
        for (cache, span) in std::mem::take(&mut u.lookups) {
            pool.caches[usize::from(cache)].lookup = assembler::position(span, self.lines);
        }
        let too_many = match pool.overflow {
            _ if u.too_many_regs => Some("registers"),
            what => what,
        };
        if let Some(what) = too_many {
            let line = Span::new(self.lines.line_start(self.u.first_line), 0);
            let span = Span::new(line.start, line.start);
            let name = self.u.name.clone();
            return self.error(span, format!("too many {what} needed by '{name}'"));
        }
        Ok(CodeProto {
            name: u.name.clone(),
            qualname: u.qualname.clone(),
            filename: self.filename.clone(),
            first_line: u.first_line,
            flags: CodeFlags(u.flags),
            arg_count: u.counts.args,
            posonly_count: u.counts.posonly,
            kwonly_count: u.counts.kwonly,
            nregs: u.nregs,
            first_temp: Reg(u.first_temp),
            positions: assembler::positions(&assembled.spans, self.lines),
            instrs: assembled.instrs,
            consts: pool.consts,
            names: pool.names,
            caches: pool.caches,
            exceptions: assembled.exceptions,
            local_names: std::mem::take(&mut u.local_names),
            cell_regs: std::mem::take(&mut u.cell_regs),
            free_regs: std::mem::take(&mut u.free_regs),
            var_count: u.var_count,
            doc: u.doc.take(),
        })
    }

    fn constant(&mut self, span: Span, value: Const, dst: Reg) {
        let instr = match value {
            Const::None => Instr::LoadNone { dst },
            Const::Bool(value) => Instr::LoadBool { dst, value },
            Const::Int(value) if i32::try_from(value).is_ok() => Instr::LoadInt { dst, imm: value as i32 },
            _ if self.u.dead => return,
            value => Instr::LoadK { dst, k: self.u.pool.constant(value) },
        };
        self.emit(span, instr);
    }
}

/// What a frame does before the code of its unit.
fn prologue(u: &Unit<'_>) -> Vec<(Instr, Span)> {
    let mut out = Vec::new();
    if let Some(&first) = u.free_regs.first() {
        out.push(Instr::CopyFree { first });
    }
    let first = Reg(u.param_count);
    let end = u.first_temp - u.free_regs.len() as u16;
    match end - u.param_count {
        0 => {}
        1 => out.push(Instr::Clear { reg: first }),
        count => out.push(Instr::ClearRange { first, count }),
    }
    out.extend(u.entry_cells.iter().map(|&reg| Instr::MakeCell { reg }));
    if CodeFlags(u.flags).is_suspendable() {
        out.push(Instr::MakeGenerator);
    }
    out.into_iter().map(|instr| (instr, NOWHERE)).collect()
}
