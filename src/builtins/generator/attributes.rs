//! `gi_*`, `cr_*`, `ag_*` and the names of generators.

use crate::object::{Gen, GenNames, GenState, GetSetDef, Known, Raised, Value, Vm};

pub(super) fn install(vm: &mut Vm) {
    for (known, table) in
        [(Known::Generator, GENERATOR), (Known::Coroutine, COROUTINE), (Known::AsyncGenerator, ASYNC_GENERATOR)]
    {
        let class = vm.known(known);
        vm.add_getsets(&class, NAMES);
        vm.add_getsets(&class, table);
    }
}

const fn read_only(name: &'static str, get: crate::object::Getter) -> GetSetDef {
    GetSetDef { name, get, set: None, doc: "" }
}

const NAMES: &[GetSetDef] = &[
    GetSetDef { name: "__name__", get: get_name, set: Some(set_name), doc: "name of the generator" },
    GetSetDef {
        name: "__qualname__",
        get: get_qualname,
        set: Some(set_qualname),
        doc: "The name of the generator with the names of what its function is in",
    },
];

const GENERATOR: &[GetSetDef] = &[
    read_only("gi_running", running),
    read_only("gi_suspended", suspended),
    read_only("gi_yieldfrom", delegate),
    read_only("gi_code", code),
    read_only("gi_frame", frame),
];

const COROUTINE: &[GetSetDef] = &[
    read_only("cr_running", running),
    read_only("cr_suspended", suspended),
    read_only("cr_await", delegate),
    read_only("cr_code", code),
    read_only("cr_frame", frame),
    read_only("cr_origin", origin),
];

const ASYNC_GENERATOR: &[GetSetDef] = &[
    read_only("ag_running", async_running),
    read_only("ag_suspended", suspended),
    read_only("ag_await", delegate),
    read_only("ag_code", code),
    read_only("ag_frame", frame),
];

fn generator(value: &Value) -> Option<&Gen> {
    match value {
        Value::Gen(generator) => Some(generator),
        _ => None,
    }
}

fn get_name(vm: &mut Vm, this: &Value) -> Result<Value, Raised> {
    Ok(generator(this).map_or(Value::None, |generator| generator.names(&vm.gil).name))
}

fn get_qualname(vm: &mut Vm, this: &Value) -> Result<Value, Raised> {
    Ok(generator(this).map_or(Value::None, |generator| generator.names(&vm.gil).qualname))
}

fn text(vm: &mut Vm, value: Option<Value>, what: &str) -> Result<Value, Raised> {
    match value {
        Some(value @ Value::Str(_)) => Ok(value),
        _ => Err(vm.type_error(format!("{what} must be set to a string object"))),
    }
}

fn set_names(vm: &mut Vm, generator: &Gen, names: GenNames) {
    let old = generator.data.get_mut(&mut vm.gil).names.replace(Box::new(names));
    drop(old);
}

fn set_name(vm: &mut Vm, this: &Value, value: Option<Value>) -> Result<(), Raised> {
    let value = text(vm, value, "__name__")?;
    if let Some(generator) = generator(this) {
        let qualname = generator.names(&vm.gil).qualname;
        set_names(vm, generator, GenNames { name: value, qualname });
    }
    Ok(())
}

fn set_qualname(vm: &mut Vm, this: &Value, value: Option<Value>) -> Result<(), Raised> {
    let value = text(vm, value, "__qualname__")?;
    if let Some(generator) = generator(this) {
        let name = generator.names(&vm.gil).name;
        set_names(vm, generator, GenNames { name, qualname: value });
    }
    Ok(())
}

fn running(_: &mut Vm, this: &Value) -> Result<Value, Raised> {
    Ok(Value::bool(generator(this).is_some_and(|generator| generator.state.get() == GenState::Running)))
}

fn async_running(vm: &mut Vm, this: &Value) -> Result<Value, Raised> {
    Ok(Value::bool(generator(this).is_some_and(|generator| generator.data.get(&vm.gil).running_async)))
}

fn suspended(_: &mut Vm, this: &Value) -> Result<Value, Raised> {
    Ok(Value::bool(generator(this).is_some_and(|generator| generator.state.get() == GenState::Suspended)))
}

fn delegate(vm: &mut Vm, this: &Value) -> Result<Value, Raised> {
    Ok(generator(this).and_then(|generator| vm.gen_delegate(generator)).unwrap_or(Value::None))
}

fn code(_: &mut Vm, this: &Value) -> Result<Value, Raised> {
    Ok(generator(this).map_or(Value::None, |generator| generator.code.to_value()))
}

/// None for a finished generator, as scripts test it; a frame object otherwise.
fn frame(vm: &mut Vm, this: &Value) -> Result<Value, Raised> {
    match generator(this) {
        Some(generator) if generator.state.get() != GenState::Finished => vm.generator_frame(this),
        _ => Ok(Value::None),
    }
}

fn origin(_: &mut Vm, _: &Value) -> Result<Value, Raised> {
    Ok(Value::None)
}
