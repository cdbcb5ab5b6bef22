//! The built-in functions `print` and `input`.

use crate::builtins::native;
use crate::object::{Args, Arity, Known, Name, NativeDef, Raised, Value, Vm};

pub(super) const FUNCTIONS: &[NativeDef] = &[
    native("input", Arity::Range(0, 1), input, "A line that the user types, without its end, after a prompt."),
    native("print", Arity::Any, print, "Write values as text, with separators and an end."),
];

/// A stream of the module `sys`, None if it is not there.
fn stream(vm: &mut Vm, name: Name) -> Option<Value> {
    let sys = vm.intern("sys");
    let modules = vm.interp.modules.get(&vm.gil).clone()?;
    let dict = match modules.data.get(&vm.gil).get_str(&sys)? {
        Value::Module(module) => module.dict.clone(),
        _ => return None,
    };
    let name = vm.name(name);
    dict.data.get(&vm.gil).get_str(&name).cloned()
}

fn required(vm: &mut Vm, name: Name) -> Result<Value, Raised> {
    match stream(vm, name) {
        Some(stream) if !stream.is_none() => Ok(stream),
        _ => Err(vm.raise(Known::RuntimeError, format!("lost sys.{}", name.text()))),
    }
}

/// `sep` or `end`: None if it was left out.
fn separator(vm: &mut Vm, value: &Value, name: &str) -> Result<Option<Value>, Raised> {
    if value.is_none() {
        return Ok(None);
    }
    if matches!(vm.unwrap(value), Value::Str(_)) {
        return Ok(Some(value.clone()));
    }
    let found = vm.class_name(value);
    Err(vm.type_error(format!("{name} must be None or a string, not {found}")))
}

/// `print(*values, sep=' ', end='\n', file=None, flush=False)`.
fn print(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let (mut sep, mut end, mut file, mut flush) = (None, None, None, false);
    for (name, value) in args.keywords() {
        match name {
            Value::Str(name) if name.as_str() == "sep" => sep = separator(vm, value, "sep")?,
            Value::Str(name) if name.as_str() == "end" => end = separator(vm, value, "end")?,
            Value::Str(name) if name.as_str() == "file" => file = Some(value.clone()).filter(|file| !file.is_none()),
            Value::Str(name) if name.as_str() == "flush" => flush = vm.truth(value)?,
            other => {
                let other = vm.str(other)?;
                let message = format!("print() got an unexpected keyword argument '{}'", other.as_str());
                return Err(vm.type_error(message));
            }
        }
    }
    let file = match file {
        Some(file) => file,
        None => match stream(vm, Name::Stdout) {
            Some(file) if file.is_none() => return Ok(Value::None),
            Some(file) => file,
            None => return Err(vm.raise(Known::RuntimeError, "lost sys.stdout")),
        },
    };
    let native = super::text_stream(vm, &file).is_some();
    for (index, value) in args.positional().iter().enumerate() {
        if index > 0 {
            write(vm, &file, native, sep.as_ref(), " ")?;
        }
        let text = vm.str(value)?.into_value();
        write(vm, &file, native, Some(&text), "")?;
    }
    write(vm, &file, native, end.as_ref(), "\n")?;
    if flush {
        vm.call_method(&file, Name::Flush, &[])?;
    }
    Ok(Value::None)
}

/// Writes a text, or `default` if there is none, to a stream; `native` streams take it directly.
fn write(vm: &mut Vm, file: &Value, native: bool, text: Option<&Value>, default: &str) -> Result<(), Raised> {
    if native {
        return match text.map(|text| vm.unwrap(text).as_text()) {
            Some(Some(text)) => vm.text_write(file, text.as_str()),
            _ => vm.text_write(file, default),
        };
    }
    let text = text.cloned().unwrap_or_else(|| Value::str(default));
    vm.call_method(file, Name::Write, &[text])?;
    Ok(())
}

/// `input(prompt='', /)`: a line of `sys.stdin` without its end.
fn input(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let stdin = required(vm, Name::Stdin)?;
    let stdout = required(vm, Name::Stdout)?;
    if let Some(prompt) = args.get(0) {
        let prompt = vm.str(prompt)?.into_value();
        vm.call_method(&stdout, Name::Write, &[prompt])?;
    }
    vm.call_method(&stdout, Name::Flush, &[])?;
    let line = vm.call_method(&stdin, Name::Readline, &[])?;
    match vm.unwrap(&line) {
        Value::Str(text) if text.is_empty() => Err(vm.raise(Known::EOFError, "EOF when reading a line")),
        Value::Str(text) => Ok(Value::str(text.strip_suffix('\n').unwrap_or(text))),
        _ => Err(vm.type_error("object.readline() returned non-string")),
    }
}
