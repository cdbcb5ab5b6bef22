//! Standard streams that call the embedder.

use std::sync::Arc;

use crate::builtins::native;
use crate::gil::WaitReason;
use crate::object::{
    Args, Arity, Class, Foreign, ForeignData, GetSetDef, Known, NativeDef, NativeKind, Ptr, Raised, Value, Vm,
};

/// What is called with each text that is written.
pub(super) type Sink = Arc<dyn Fn(&str) + Send + Sync>;

/// What gives each line that is read; nothing at the end.
pub(super) type Lines = Arc<dyn Fn() -> Option<String> + Send + Sync>;

/// The data of a stream that is written to.
struct Writer {
    name: &'static str,
    sink: Sink,
}

impl ForeignData for Writer {}

/// The data of a stream that is read.
struct Reader(Lines);

impl ForeignData for Reader {}

#[derive(Default)]
struct StreamClasses {
    writer: Option<Ptr<Class>>,
    reader: Option<Ptr<Class>>,
}

const WRITER: &[NativeDef] = &[
    native("write", Arity::Exact(2), write, "Write text; returns its length."),
    native("writelines", Arity::Exact(2), writelines, "Write each text of an iterable."),
    native("flush", Arity::Exact(1), nothing, "Does nothing."),
    native("isatty", Arity::Exact(1), no, "False."),
    native("writable", Arity::Exact(1), yes, "True."),
    native("readable", Arity::Exact(1), no, "False."),
];
const READER: &[NativeDef] = &[
    native("readline", Arity::Exact(1), readline, "The next line; empty at the end."),
    native("read", Arity::Exact(1), read, "All lines that are left."),
    native("isatty", Arity::Exact(1), no, "False."),
    native("writable", Arity::Exact(1), no, "False."),
    native("readable", Arity::Exact(1), yes, "True."),
];
const READER_SLOTS: &[NativeDef] =
    &[native("__iter__", Arity::Exact(1), itself, ""), native("__next__", Arity::Exact(1), next, "")];
const ATTRIBUTES: &[GetSetDef] = &[
    GetSetDef { name: "name", get: name, set: None, doc: "" },
    GetSetDef { name: "encoding", get: encoding, set: None, doc: "" },
    GetSetDef { name: "errors", get: errors, set: None, doc: "" },
    GetSetDef { name: "closed", get: closed, set: None, doc: "" },
];

/// A stream that hands each text to `sink`.
pub(super) fn writer(vm: &mut Vm, name: &'static str, sink: Sink) -> Value {
    let class = match &vm.interp.extension::<StreamClasses>(&mut vm.gil).writer {
        Some(class) => class.clone(),
        None => {
            let class = vm.native_class("builtins.native_writer", Known::Object, WRITER);
            vm.add_getsets(&class, ATTRIBUTES);
            vm.interp.extension::<StreamClasses>(&mut vm.gil).writer = Some(class.clone());
            class
        }
    };
    Foreign::new(class, Writer { name, sink }).into_value()
}

/// A stream whose lines `lines` gives.
pub(super) fn reader(vm: &mut Vm, lines: Lines) -> Value {
    let class = match &vm.interp.extension::<StreamClasses>(&mut vm.gil).reader {
        Some(class) => class.clone(),
        None => {
            let class = vm.native_class("builtins.native_reader", Known::Object, READER);
            vm.add_methods(&class, NativeKind::SlotWrapper, READER_SLOTS);
            vm.add_getsets(&class, ATTRIBUTES);
            vm.interp.extension::<StreamClasses>(&mut vm.gil).reader = Some(class.clone());
            class
        }
    };
    Foreign::new(class, Reader(lines)).into_value()
}

fn sink(vm: &Vm, this: &Value) -> Option<Sink> {
    let Value::Foreign(object) = this else { return None };
    object.get::<Writer>(&vm.gil).map(|writer| writer.sink.clone())
}

fn write(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let text = vm.expect_str(&args[1], "write() argument")?;
    let Some(sink) = sink(vm, &args[0]) else { return Ok(Value::None) };
    vm.guarded(|_| {
        sink(text.as_str());
        Ok(Value::from(text.char_count()))
    })
}

fn writelines(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    for line in vm.collect(&args[1])? {
        write(vm, Args::new(&[args[0].clone(), line]))?;
    }
    Ok(Value::None)
}

/// The next line, waited for without the lock.
fn next_line(vm: &mut Vm, this: &Value) -> Result<Option<String>, Raised> {
    let Value::Foreign(object) = this else { return Ok(None) };
    let Some(lines) = object.get::<Reader>(&vm.gil).map(|reader| reader.0.clone()) else { return Ok(None) };
    let line = vm.guarded(|vm| Ok(vm.blocking(WaitReason::File, || lines())))?;
    Ok(line.map(|line| if line.ends_with('\n') { line } else { line + "\n" }))
}

fn readline(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    Ok(Value::str(&next_line(vm, &args[0])?.unwrap_or_default()))
}

fn read(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let mut text = String::new();
    while let Some(line) = next_line(vm, &args[0])? {
        text.push_str(&line);
    }
    Ok(Value::str(&text))
}

fn next(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    match next_line(vm, &args[0])? {
        Some(line) => Ok(Value::str(&line)),
        None => Err(vm.raise(Known::StopIteration, "")),
    }
}

fn itself(_: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    Ok(args[0].clone())
}

fn nothing(_: &mut Vm, _: Args<'_>) -> Result<Value, Raised> {
    Ok(Value::None)
}

fn yes(_: &mut Vm, _: Args<'_>) -> Result<Value, Raised> {
    Ok(Value::bool(true))
}

fn no(_: &mut Vm, _: Args<'_>) -> Result<Value, Raised> {
    Ok(Value::bool(false))
}

fn name(vm: &mut Vm, this: &Value) -> Result<Value, Raised> {
    let Value::Foreign(object) = this else { return Ok(Value::None) };
    Ok(Value::str(object.get::<Writer>(&vm.gil).map_or("<stdin>", |writer| writer.name)))
}

fn encoding(_: &mut Vm, _: &Value) -> Result<Value, Raised> {
    Ok(Value::str("utf-8"))
}

fn errors(_: &mut Vm, _: &Value) -> Result<Value, Raised> {
    Ok(Value::str("strict"))
}

fn closed(_: &mut Vm, _: &Value) -> Result<Value, Raised> {
    Ok(Value::bool(false))
}
