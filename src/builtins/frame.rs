//! The attributes of frames and tracebacks.

use crate::builtins::native;
use crate::object::{Args, Arity, GetSetDef, Getter, Known, NativeDef, NativeKind, Raised, Traceback, Value, Vm};

const METHODS: &[NativeDef] = &[native("clear", Arity::Exact(1), clear, "Clear most references held by the frame.")];
const SLOTS: &[NativeDef] = &[native("__repr__", Arity::Exact(1), repr, "Return repr(self).")];

const fn attribute(name: &'static str, get: Getter) -> GetSetDef {
    GetSetDef { name, get, set: None, doc: "" }
}

const FRAME: &[GetSetDef] = &[
    attribute("f_back", |vm, frame| Ok(vm.frame_back(frame))),
    attribute("f_builtins", builtins),
    attribute("f_code", |vm, frame| Ok(vm.frame_code(frame))),
    attribute("f_generator", |vm, frame| Ok(vm.frame_generator(frame))),
    attribute("f_globals", |vm, frame| Ok(vm.frame_namespace(frame))),
    attribute("f_lasti", |vm, frame| Ok(Value::Int(2 * i64::from(vm.frame_instruction(frame))))),
    attribute("f_lineno", |vm, frame| Ok(vm.frame_line(frame))),
    attribute("f_locals", locals),
    attribute("f_trace", |_, _| Ok(Value::None)),
    attribute("f_trace_lines", |_, _| Ok(Value::bool(true))),
    attribute("f_trace_opcodes", |_, _| Ok(Value::bool(false))),
];

const TRACEBACK: &[GetSetDef] = &[
    attribute("tb_frame", |vm, level| Ok(vm.traceback_frame(level))),
    attribute("tb_lasti", |_, level| {
        Ok(of(level, |level| Value::Int(2 * i64::from(level.instr & !Traceback::IN_LOOKUP))))
    }),
    attribute("tb_lineno", |_, level| Ok(of(level, |level| Value::Int(level.line().into())))),
    GetSetDef { name: "tb_next", get: next, set: Some(set_next), doc: "" },
];

/// Gives frames and tracebacks their attributes.
pub(super) fn install(vm: &mut Vm) {
    let class = vm.known(Known::Frame);
    vm.add_getsets(&class, FRAME);
    vm.add_methods(&class, NativeKind::Method, METHODS);
    vm.add_methods(&class, NativeKind::SlotWrapper, SLOTS);
    let class = vm.known(Known::Traceback);
    vm.add_getsets(&class, TRACEBACK);
}

fn of(level: &Value, get: impl FnOnce(&Traceback) -> Value) -> Value {
    match level {
        Value::Traceback(level) => get(level),
        _ => Value::None,
    }
}

fn locals(vm: &mut Vm, frame: &Value) -> Result<Value, Raised> {
    Ok(if vm.is_function_frame(frame) { super::frame_locals::make(vm, frame) } else { vm.frame_variables(frame) })
}

fn builtins(vm: &mut Vm, _frame: &Value) -> Result<Value, Raised> {
    Ok(vm.interp.builtins.get(&vm.gil).as_ref().map_or(Value::None, |builtins| builtins.to_value()))
}

fn next(vm: &mut Vm, level: &Value) -> Result<Value, Raised> {
    // The frames below learn who called them from the one above.
    vm.traceback_frame(level);
    let Value::Traceback(level) = level else { return Ok(Value::None) };
    Ok(level.next.get(&vm.gil).as_ref().map_or(Value::None, |next| next.to_value()))
}

fn set_next(vm: &mut Vm, level: &Value, value: Option<Value>) -> Result<(), Raised> {
    let Value::Traceback(this) = level else { return Ok(()) };
    let new = match &value {
        None => return Err(vm.type_error("can't delete tb_next attribute")),
        Some(Value::None) => None,
        Some(Value::Traceback(next)) => Some(next.to_ptr()),
        Some(other) => {
            let found = vm.class_name(other);
            return Err(vm.type_error(format!("expected traceback object or None, got '{found}'")));
        }
    };
    let mut current = new.clone();
    while let Some(next) = current {
        if next.as_raw().is(&this.to_ptr()) {
            return Err(vm.value_error("traceback loop detected"));
        }
        current = next.next.get(&vm.gil).clone();
    }
    let old = std::mem::replace(this.next.get_mut(&mut vm.gil), new);
    drop(old);
    Ok(())
}

fn clear(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    vm.clear_frame(&args[0])?;
    Ok(Value::None)
}

fn repr(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let line = vm.frame_line(&args[0]);
    let line = vm.str(&line)?;
    let Value::Code(code) = &vm.frame_code(&args[0]) else { return Ok("<frame>".into()) };
    let file = vm.repr(&Value::str(&code.proto.filename))?;
    let text = format!(
        "<frame at {:#x}, file {}, line {}, code {}>",
        args[0].identity(),
        file.as_str(),
        line.as_str(),
        code.name.as_str()
    );
    Ok(text.into())
}
