//! Standard streams that call the embedder.

use std::sync::Arc;

use crate::builtins::native;
use crate::object::{Args, Arity, Class, Foreign, ForeignData, Known, NativeDef, Ptr, Raised, Value, Vm};

/// What is called with each text that is written.
pub(super) type Sink = Arc<dyn Fn(&str) + Send + Sync>;

/// The data of a stream object.
struct Writer(Sink);

impl ForeignData for Writer {}

#[derive(Default)]
struct WriterClass(Option<Ptr<Class>>);

const METHODS: &[NativeDef] = &[
    native("write", Arity::Exact(2), write, "Write text; returns its length."),
    native("flush", Arity::Exact(1), flush, "Does nothing."),
    native("isatty", Arity::Exact(1), isatty, "False."),
];

/// A stream that hands each text to `sink`.
pub(super) fn writer(vm: &mut Vm, sink: Sink) -> Value {
    let class = match &vm.interp.extension::<WriterClass>(&mut vm.gil).0 {
        Some(class) => class.clone(),
        None => {
            let class = vm.native_class("builtins.native_writer", Known::Object, METHODS);
            vm.interp.extension::<WriterClass>(&mut vm.gil).0 = Some(class.clone());
            class
        }
    };
    Foreign::new(class, Writer(sink)).into_value()
}

fn write(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let text = vm.expect_str(&args[1], "write() argument")?;
    let Value::Foreign(object) = &args[0] else { return Ok(Value::None) };
    let Some(sink) = object.get::<Writer>(&vm.gil).map(|writer| writer.0.clone()) else { return Ok(Value::None) };
    vm.guarded(|_| {
        sink(text.as_str());
        Ok(Value::from(text.char_count()))
    })
}

fn flush(_: &mut Vm, _: Args<'_>) -> Result<Value, Raised> {
    Ok(Value::None)
}

fn isatty(_: &mut Vm, _: Args<'_>) -> Result<Value, Raised> {
    Ok(Value::bool(false))
}
