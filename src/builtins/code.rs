//! Code objects.

use std::sync::Arc;

use crate::builtins::native;
use crate::bytecode::{CodeFlags, CodeProto, Position};
use crate::object::{Args, Arity, Code, GetSetDef, Getter, Known, NativeDef, NativeKind, Ptr, Raised, Value, Vm};

const SLOTS: &[NativeDef] = &[
    native("__repr__", Arity::Exact(1), repr, "Return repr(self)."),
    native("__hash__", Arity::Exact(1), hash, "Return hash(self)."),
];

const METHODS: &[NativeDef] = &[
    native("co_lines", Arity::Exact(1), lines, ""),
    native("replace", Arity::Any, replace, "The same code with some of its fields changed."),
    native("__replace__", Arity::Any, replace, "The same as replace()."),
    native("co_positions", Arity::Exact(1), positions, ""),
];

const fn attribute(name: &'static str, get: Getter) -> GetSetDef {
    GetSetDef { name, get, set: None, doc: "" }
}

const GETSETS: &[GetSetDef] = &[
    attribute("co_name", |vm, c| Ok(of(vm, c)?.name.to_value())),
    attribute("co_qualname", |vm, c| Ok(of(vm, c)?.qualname.to_value())),
    attribute("co_filename", |vm, c| Ok(Value::str(&of(vm, c)?.proto.filename))),
    attribute("co_firstlineno", |vm, c| Ok(Value::Int(of(vm, c)?.proto.first_line.into()))),
    attribute("co_flags", |vm, c| Ok(Value::Int(of(vm, c)?.proto.flags.0.into()))),
    attribute("co_argcount", |vm, c| Ok(Value::Int(of(vm, c)?.proto.arg_count.into()))),
    attribute("co_posonlyargcount", |vm, c| Ok(Value::Int(of(vm, c)?.proto.posonly_count.into()))),
    attribute("co_kwonlyargcount", |vm, c| Ok(Value::Int(of(vm, c)?.proto.kwonly_count.into()))),
    attribute("co_nlocals", |vm, c| Ok(Value::Int(of(vm, c)?.proto.var_count.into()))),
    attribute("co_stacksize", |vm, c| Ok(Value::Int(of(vm, c)?.proto.nregs.into()))),
    attribute("co_varnames", |vm, c| {
        let code = of(vm, c)?;
        Ok(names(vm, code.proto.local_names.iter().take(code.proto.var_count.into())))
    }),
    attribute("co_names", |vm, c| {
        let code = of(vm, c)?;
        Ok(names(vm, code.proto.names.iter()))
    }),
    attribute("co_cellvars", |vm, c| {
        let code = of(vm, c)?;
        Ok(names(vm, code.proto.cell_regs.iter().filter_map(|reg| code.proto.local_names.get(reg.0 as usize))))
    }),
    attribute("co_freevars", |vm, c| {
        let code = of(vm, c)?;
        Ok(names(vm, code.proto.free_regs.iter().filter_map(|reg| code.proto.local_names.get(reg.0 as usize))))
    }),
    attribute("co_consts", |vm, c| Ok(Value::tuple(of(vm, c)?.consts.to_vec()))),
];

/// Gives code objects their attributes.
pub(super) fn install(vm: &mut Vm) {
    let class = vm.known(Known::Code);
    vm.add_methods(&class, NativeKind::SlotWrapper, SLOTS);
    vm.add_methods(&class, NativeKind::Method, METHODS);
    vm.add_getsets(&class, GETSETS);
}

fn of(vm: &mut Vm, value: &Value) -> Result<Ptr<Code>, Raised> {
    match value {
        Value::Code(code) => Ok(code.to_ptr()),
        _ => Err(super::receiver::wrong_receiver(vm, value, Known::Code)),
    }
}

fn names<'a>(vm: &mut Vm, names: impl Iterator<Item = &'a std::sync::Arc<str>>) -> Value {
    Value::tuple(names.map(|name| vm.intern(name).into_value()).collect())
}

fn repr(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let code = of(vm, &args[0])?;
    let (name, file, line) = (code.name.as_str(), &code.proto.filename, code.proto.first_line);
    Ok(Value::str(&format!("<code object {name} at {:#x}, file \"{file}\", line {line}>", code.address())))
}

fn hash(_vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    Ok(Value::Int(crate::object::hash::hash_identity(args[0].identity())))
}

fn lines(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let code = of(vm, &args[0])?;
    let mut rows: Vec<(usize, usize, u32)> = Vec::new();
    for (index, position) in code.proto.positions.iter().enumerate() {
        match rows.last_mut() {
            Some((_, end, line)) if *line == position.line => *end = index + 1,
            _ => rows.push((index, index + 1, position.line)),
        }
    }
    let row = |(start, end, line): (usize, usize, u32)| {
        let line = if line == 0 { Value::None } else { Value::Int(line.into()) };
        Value::tuple(vec![Value::from(start), Value::from(end), line])
    };
    let rows = Value::list(rows.into_iter().map(row).collect());
    vm.iter(&rows)
}

fn positions(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let code = of(vm, &args[0])?;
    let rows = Value::list(code.proto.positions.iter().copied().map(position_tuple).collect());
    vm.iter(&rows)
}

/// Line, end line, column and end column; None for each if they are unknown.
pub(crate) fn position_tuple(p: Position) -> Value {
    let part = |n: u32| if p.line != 0 { Value::Int(n.into()) } else { Value::None };
    Value::tuple(vec![part(p.line), part(p.end_line), part(p.col), part(p.end_col)])
}

/// The number that a field is replaced by.
fn field_number(vm: &mut Vm, value: &Value) -> Result<u32, Raised> {
    match vm.index(value)? {
        Value::Int(number) if u32::try_from(number).is_ok() => Ok(number as u32),
        _ => Err(vm.raise(Known::OverflowError, "Python int too large to convert to C int")),
    }
}

fn field_text(vm: &mut Vm, field: &str, value: &Value) -> Result<Arc<str>, Raised> {
    match vm.unwrap(value) {
        Value::Str(text) => Ok(Arc::from(text.as_str())),
        _ => {
            let found = vm.class_name(value);
            Err(vm.type_error(format!("replace() argument '{field}' must be str, not {found}")))
        }
    }
}

/// `code.replace`: the fields that say what code is called and where it stands, and its flags.
fn replace(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let code = of(vm, &args[0])?;
    let given = args.positional().len() - 1;
    if given > 0 {
        return Err(vm.type_error(format!("replace() takes exactly 0 positional arguments ({given} given)")));
    }
    let mut proto = CodeProto::clone(&code.proto);
    for (name, value) in args.keywords() {
        let name = vm.expect_str(name, "keywords")?;
        match name.as_str() {
            "co_name" => proto.name = field_text(vm, "co_name", value)?,
            "co_qualname" => proto.qualname = field_text(vm, "co_qualname", value)?,
            "co_filename" => proto.filename = field_text(vm, "co_filename", value)?,
            "co_firstlineno" => proto.first_line = field_number(vm, value)?,
            "co_flags" => {
                let flags = field_number(vm, value)?;
                // The instructions are made for the other flags.
                if (flags ^ proto.flags.0) & !CodeFlags::ITERABLE_COROUTINE != 0 {
                    return Err(vm.raise(
                        Known::NotImplementedError,
                        "replacing co_flags of a code object is not supported by Mini",
                    ));
                }
                proto.flags = CodeFlags(flags);
            }
            field if field.starts_with("co_") && GETSETS.iter().any(|known| known.name == field) => {
                return Err(vm.raise(
                    Known::NotImplementedError,
                    format!("replacing {field} of a code object is not supported by Mini"),
                ));
            }
            field => {
                return Err(vm.type_error(format!("replace() got an unexpected keyword argument '{field}'")));
            }
        }
    }
    Ok(vm.link(&Arc::new(proto)).into_value())
}
