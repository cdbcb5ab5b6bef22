//! `compile`, `eval`, `exec`, `globals`, `locals`, `__import__`.

use crate::object::{Args, Code, Dict, Known, Name, Ptr, Raised, Value, Vm};
use crate::vm::CompileMode;

pub(super) fn globals(vm: &mut Vm, _args: Args<'_>) -> Result<Value, Raised> {
    Ok(vm.current_globals().into_value())
}

pub(super) fn locals(vm: &mut Vm, _args: Args<'_>) -> Result<Value, Raised> {
    vm.current_locals()
}

/// The source text of an argument of `compile`, `eval` or `exec`.
fn source_text(vm: &mut Vm, value: &Value, function: &str) -> Result<String, Raised> {
    let text = match vm.unwrap(value) {
        Value::Str(text) => text.as_str().to_owned(),
        Value::Bytes(bytes) => return decoded(vm, bytes.data.to_vec()),
        Value::ByteArray(bytes) => {
            let data = bytes.data.get(&vm.gil).clone();
            return decoded(vm, data);
        }
        _ => {
            let message = match function {
                "compile" => "compile() arg 1 must be a string, bytes or AST object".to_owned(),
                _ => format!("{function}() arg 1 must be a string, bytes or code object"),
            };
            return Err(vm.type_error(message));
        }
    };
    if text.contains('\0') {
        return Err(vm.raise(Known::SyntaxError, "source code string cannot contain null bytes"));
    }
    Ok(text)
}

fn decoded(vm: &mut Vm, bytes: Vec<u8>) -> Result<String, Raised> {
    String::from_utf8(bytes).map_err(|_| vm.raise(Known::SyntaxError, "(unicode error) source is not UTF-8"))
}

/// `compile(source, filename, mode, flags=0, dont_inherit=False, optimize=-1)`.
pub(super) fn compile(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let filename = match vm.unwrap(&args[1]) {
        Value::Str(name) => name.as_str().to_owned(),
        Value::Bytes(name) => String::from_utf8_lossy(&name.data).into_owned(),
        _ => {
            let found = vm.class_name(&args[1]);
            return Err(vm.type_error(format!("expected str, bytes or os.PathLike object, not {found}")));
        }
    };
    let mode = vm.expect_str(&args[2], "compile() argument 'mode'")?;
    let mode = match mode.as_str() {
        "exec" => CompileMode::Exec,
        "eval" => CompileMode::Eval,
        "single" => CompileMode::Single,
        _ => return Err(vm.value_error("compile() mode must be 'exec', 'eval' or 'single'")),
    };
    let source = source_text(vm, &args[0], "compile")?;
    vm.compile_source(&source, &filename, mode).map(Ptr::into_value)
}

/// The namespaces that `eval` and `exec` were given, or those of the running frame.
fn namespaces(vm: &mut Vm, args: Args<'_>, function: &str) -> Result<(Ptr<Dict>, Option<Value>), Raised> {
    let given = |index: usize| args.get(index).filter(|value| !value.is_none());
    let locals = given(2).cloned();
    let globals = match given(1) {
        None => {
            let globals = vm.current_globals();
            let locals = match locals {
                Some(locals) => locals,
                None => vm.current_locals()?,
            };
            return Ok((globals, Some(locals)));
        }
        Some(globals) => match vm.unwrap(globals) {
            Value::Dict(globals) => globals.to_ptr(),
            _ => {
                let found = vm.class_name(globals);
                let class = vm.class_of(globals);
                let message = match function {
                    "eval" if vm.lookup_name(&class, Name::__getitem__).is_some() => {
                        "globals must be a real dict; try eval(expr, {}, mapping)".to_owned()
                    }
                    "eval" => "globals must be a dict".to_owned(),
                    _ => format!("exec() globals must be a dict, not {found}"),
                };
                return Err(vm.type_error(message));
            }
        },
    };
    if let Some(locals) = &locals {
        let class = vm.class_of(locals);
        if vm.lookup_name(&class, Name::__getitem__).is_none() {
            let found = vm.class_name(locals);
            let message = match function {
                "eval" => "locals must be a mapping".to_owned(),
                _ => format!("locals must be a mapping or None, not {found}"),
            };
            return Err(vm.type_error(message));
        }
    }
    let name = vm.name(Name::__builtins__);
    if globals.data.get(&vm.gil).get_str(&name).is_none() {
        if let Some(builtins) = builtins_module(vm) {
            globals.data.get_mut(&mut vm.gil).insert_str(&name, builtins);
        }
    }
    Ok((globals, locals))
}

/// What `__builtins__` of a new namespace is.
fn builtins_module(vm: &mut Vm) -> Option<Value> {
    vm.interp.builtins.get(&vm.gil).as_ref().map(Ptr::to_value)
}

fn run(vm: &mut Vm, args: Args<'_>, function: &str, mode: CompileMode) -> Result<Value, Raised> {
    let (globals, locals) = namespaces(vm, args, function)?;
    let code: Ptr<Code> = match &args[0] {
        Value::Code(code) => {
            if !code.proto.free_regs.is_empty() {
                let message = format!("code object passed to {function}() may not contain free variables");
                return Err(vm.type_error(message));
            }
            code.to_ptr()
        }
        source => {
            let text = source_text(vm, source, function)?;
            // Leading blanks are no indentation to `eval`.
            let text = if mode == CompileMode::Eval { text.trim_start_matches([' ', '\t']) } else { &text };
            vm.compile_source(text, "<string>", mode)?
        }
    };
    vm.exec_code(&code, &globals, locals)
}

pub(super) fn eval(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    run(vm, args, "eval", CompileMode::Eval)
}

pub(super) fn exec(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    run(vm, args, "exec", CompileMode::Exec)?;
    Ok(Value::None)
}

/// `__import__(name, globals=None, locals=None, fromlist=(), level=0)`.
pub(super) fn import(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let name = match vm.unwrap(&args[0]) {
        Value::Str(name) => name.to_ptr(),
        _ => return Err(vm.type_error("module name must be a string")),
    };
    let globals = match args.get(1) {
        Some(Value::Dict(globals)) => globals.to_ptr(),
        Some(Value::None) | None => Dict::new(),
        Some(_) => return Err(vm.type_error("globals must be a dict")),
    };
    let names = args.get(3).cloned().unwrap_or(Value::None);
    let level = match args.get(4) {
        Some(level) => vm.expect_i64(level)?,
        None => 0,
    };
    vm.import_module(name.as_str(), &globals, &names, level)
}
