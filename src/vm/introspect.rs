//! The running program seen from scripts: `globals()`, `locals()`, `eval`, `exec`, `compile`.

use std::sync::Arc;

use mini_grammar::{SyntaxError, SyntaxWarning};

use crate::bytecode::{CodeProto, Reg};
use crate::compile::{compile_expression, compile_interactive, compile_module};
use crate::object::{Code, Dict, Known, Ptr, Raised, Value, Vm};

/// How source is compiled.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CompileMode {
    /// A module: statements.
    Exec,
    /// The module that is run, which CPython reads from its file while it parses.
    Script,
    /// One expression.
    Eval,
    /// A statement at the interactive prompt, whose expression values are printed.
    Single,
}

impl Vm {
    /// The namespace of the globals of the frame that is running.
    pub(crate) fn current_globals(&self) -> Ptr<Dict> {
        self.frame_globals()
    }

    /// `locals()`: the mapping of module and class bodies, a new dict of a function's variables.
    pub(crate) fn current_locals(&mut self) -> Result<Value, Raised> {
        // SAFETY: a frame runs.
        let code = unsafe { Ptr::<Code>::from_ref(&*(*self.fp).code) };
        if !code.proto.flags.has(crate::bytecode::CodeFlags::OPTIMIZED) && !self.has_hidden_variables(&code) {
            let mapping = self.frame_locals();
            return Ok(mapping.bound().unwrap_or_else(|| self.frame_globals().into_value()));
        }
        // SAFETY: a frame runs.
        let object = unsafe { (*self.fp).extra.as_ref().map_or(Value::Undef, |extra| extra.object.clone()) };
        if !object.is_undef() {
            return Ok(self.frame_variables(&object));
        }
        let dict = Dict::new();
        // SAFETY: a frame runs, and its registers below `first_temp` have the names that its code gives.
        unsafe { self.copy_locals(&code, (*self.fp).base, &dict) };
        Ok(dict.into_value())
    }

    /// Whether the running frame of a module or class body is inside a comprehension, whose variables are in registers.
    fn has_hidden_variables(&self, code: &Code) -> bool {
        (0..code.first_temp).any(|index| {
            // SAFETY: the register belongs to the running frame.
            let bound = match unsafe { &*(*self.fp).base.add(index.into()) } {
                Value::Cell(cell) => !cell.content.get(&self.gil).is_undef(),
                other => !other.is_undef(),
            };
            let name = &*code.proto.local_names[usize::from(index)];
            bound && !name.is_empty() && !name.starts_with(['.', '_']) && !code.proto.free_regs.contains(&Reg(index))
        })
    }

    /// What `super()` without arguments means in the running function: the class in the cell `__class__`,
    /// and the first argument.
    ///
    /// # Errors
    ///
    /// RuntimeError if the frame is none of a method.
    pub(crate) fn super_arguments(&mut self) -> Result<(Value, Value), Raised> {
        if self.frame_depth() == 0 {
            return Err(self.raise(crate::object::Known::RuntimeError, "super(): no current frame"));
        }
        // SAFETY: a frame runs.
        let code = unsafe { Ptr::<Code>::from_ref(&*(*self.fp).code) };
        if code.proto.arg_count == 0 {
            return Err(self.raise(crate::object::Known::RuntimeError, "super(): no arguments"));
        }
        let class_at = code.proto.local_names.iter().position(|name| &**name == "__class__");
        let read = |vm: &Vm, index: usize| {
            // SAFETY: the register is below `first_temp` of the running frame.
            match unsafe { &*(*vm.fp).base.add(index) } {
                Value::Cell(cell) => cell.content.get(&vm.gil).clone(),
                other => other.clone(),
            }
        };
        let first = read(self, 0);
        let wrong = match class_at.map(|index| read(self, index)) {
            _ if first.is_undef() => "super(): arg[0] deleted",
            None => "super(): __class__ cell not found",
            Some(Value::Undef) => "super(): empty __class__ cell",
            Some(class) => return Ok((class, first)),
        };
        Err(self.raise(crate::object::Known::RuntimeError, wrong))
    }

    /// Copies the variables of a frame, cells opened, into a dict.
    ///
    /// # Safety
    ///
    /// `base` is the base of a frame of `code`.
    pub(super) unsafe fn copy_locals(&mut self, code: &Code, base: *mut Value, dict: &Dict) {
        for (index, name) in code.proto.local_names.iter().enumerate() {
            if name.is_empty() || name.starts_with('.') {
                continue;
            }
            // SAFETY: the caller vouches for the frame.
            let value = match unsafe { &*base.add(index) } {
                Value::Cell(cell) => cell.content.get(&self.gil).clone(),
                other => other.clone(),
            };
            if !value.is_undef() {
                let name = self.intern(name);
                dict.data.get_mut(&mut self.gil).insert_str(&name, value);
            }
        }
    }

    /// Compiles source text to a code object.
    ///
    /// # Errors
    ///
    /// SyntaxError and its kin; SyntaxWarnings as the warning filters say.
    pub fn compile_source(&mut self, source: &str, filename: &str, mode: CompileMode) -> Result<Ptr<Code>, Raised> {
        match compile_text(source, filename, mode, self.parse_depth()) {
            Ok((proto, warnings)) => {
                for warning in warnings {
                    self.warn_syntax(&warning, filename)?;
                }
                self.link_verified(proto)
            }
            Err(error) => Err(self.syntax_error(&error, filename, source, mode)),
        }
    }

    /// How high a tree may grow, given the stack that walking it takes.
    fn parse_depth(&self) -> u32 {
        let here = 0u8;
        let room = (&raw const here as usize).saturating_sub(self.native_limit) / STACK_PER_LEVEL;
        room.clamp(mini_grammar::ast::MAX_DEPTH as usize, MAX_PARSE_DEPTH) as u32
    }

    fn link_verified(&mut self, proto: CodeProto) -> Result<Ptr<Code>, Raised> {
        if let Err(error) = crate::bytecode::verify(&proto) {
            return Err(self.raise(Known::SystemError, format!("the compiler made bad code: {error}")));
        }
        Ok(self.link(&Arc::new(proto)))
    }

    /// Runs a code object as `exec` and `eval` do: names are local to `locals`, if that is another mapping.
    ///
    /// # Errors
    ///
    /// Whatever the code raises.
    pub fn exec_code(&mut self, code: &Ptr<Code>, globals: &Ptr<Dict>, locals: Option<Value>) -> Result<Value, Raised> {
        let own = locals.filter(|locals| !matches!(locals, Value::Dict(dict) if dict.is(globals)));
        self.run_code(code, globals, own.unwrap_or_default())
    }
}

/// Bytes of the Rust stack that checking, compiling and dropping take for a level of the tree, with room to spare.
const STACK_PER_LEVEL: usize = 16 << 10;
/// About where CPython gives up.
const MAX_PARSE_DEPTH: usize = 10_000;

/// Parses and compiles; the interpreter is not involved.
fn compile_text(
    source: &str,
    filename: &str,
    mode: CompileMode,
    depth: u32,
) -> Result<(CodeProto, Vec<SyntaxWarning>), SyntaxError> {
    match mode {
        CompileMode::Exec | CompileMode::Script => {
            let parsed = mini_grammar::parse_module_within(source, depth)?;
            Ok((compile_module(&parsed.tree, &parsed.lines, filename).map_err(without_text)?, parsed.warnings))
        }
        CompileMode::Eval => {
            let parsed = mini_grammar::parse_expression_within(source, depth)?;
            Ok((compile_expression(&parsed.tree, &parsed.lines, filename).map_err(without_text)?, parsed.warnings))
        }
        CompileMode::Single => {
            let parsed = mini_grammar::parse_interactive(source)?;
            Ok((compile_interactive(&parsed.tree, &parsed.lines, filename).map_err(without_text)?, parsed.warnings))
        }
    }
}

/// CPython's compiler has no source text: it looks the line up in the file, if there is one.
fn without_text(mut error: SyntaxError) -> SyntaxError {
    error.text = None;
    error
}
