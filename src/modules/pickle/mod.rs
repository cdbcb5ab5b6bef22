//! `_pickle`: objects as bytes and back, in the format of protocols 2 to 5.

mod emit;
mod load;
mod save;
mod save_global;
mod save_reduced;

use super::NativeModule;
use super::foreign::define_exception;
use crate::builtins::native;
use crate::object::{Args, Arity, Bytes, Class, Dict, Known, NativeDef, Params, Ptr, Raised, Value, Vm};

pub(super) const MODULE: NativeModule = NativeModule { name: "_pickle", init };

/// The exception classes.
#[derive(Default)]
struct State {
    pickling_error: Option<Ptr<Class>>,
    unpickling_error: Option<Ptr<Class>>,
}

/// The operations of the format, one byte each.
mod op {
    pub const MARK: u8 = b'(';
    pub const STOP: u8 = b'.';
    pub const POP: u8 = b'0';
    pub const POP_MARK: u8 = b'1';
    pub const DUP: u8 = b'2';
    pub const BININT: u8 = b'J';
    pub const BININT1: u8 = b'K';
    pub const BININT2: u8 = b'M';
    pub const NONE: u8 = b'N';
    pub const REDUCE: u8 = b'R';
    pub const BINUNICODE: u8 = b'X';
    pub const APPEND: u8 = b'a';
    pub const BUILD: u8 = b'b';
    pub const GLOBAL: u8 = b'c';
    pub const DICT: u8 = b'd';
    pub const APPENDS: u8 = b'e';
    pub const BINGET: u8 = b'h';
    pub const LONG_BINGET: u8 = b'j';
    pub const LIST: u8 = b'l';
    pub const BINPUT: u8 = b'q';
    pub const LONG_BINPUT: u8 = b'r';
    pub const SETITEM: u8 = b's';
    pub const TUPLE: u8 = b't';
    pub const SETITEMS: u8 = b'u';
    pub const EMPTY_LIST: u8 = b']';
    pub const EMPTY_TUPLE: u8 = b')';
    pub const EMPTY_DICT: u8 = b'}';
    pub const BINFLOAT: u8 = b'G';
    pub const BINBYTES: u8 = b'B';
    pub const SHORT_BINBYTES: u8 = b'C';
    pub const PROTO: u8 = 0x80;
    pub const NEWOBJ: u8 = 0x81;
    pub const TUPLE1: u8 = 0x85;
    pub const TUPLE2: u8 = 0x86;
    pub const TUPLE3: u8 = 0x87;
    pub const NEWTRUE: u8 = 0x88;
    pub const NEWFALSE: u8 = 0x89;
    pub const LONG1: u8 = 0x8a;
    pub const LONG4: u8 = 0x8b;
    pub const SHORT_BINUNICODE: u8 = 0x8c;
    pub const BINUNICODE8: u8 = 0x8d;
    pub const BINBYTES8: u8 = 0x8e;
    pub const EMPTY_SET: u8 = 0x8f;
    pub const ADDITEMS: u8 = 0x90;
    pub const FROZENSET: u8 = 0x91;
    pub const NEWOBJ_EX: u8 = 0x92;
    pub const STACK_GLOBAL: u8 = 0x93;
    pub const MEMOIZE: u8 = 0x94;
    pub const FRAME: u8 = 0x95;
    pub const BYTEARRAY8: u8 = 0x96;
}

const HIGHEST: i64 = 5;
const DEFAULT: i64 = 4;

const DUMPS: Params =
    Params { names: &["obj", "protocol", "fix_imports", "buffer_callback"], required: 1, posonly: 1, kwonly: 2 };
const LOADS: Params =
    Params { names: &["data", "fix_imports", "encoding", "errors", "buffers"], required: 1, posonly: 1, kwonly: 4 };

const FUNCTIONS: &[NativeDef] = &[
    native("dumps", Arity::Named(&DUMPS), dumps, "The object as pickled bytes."),
    native("loads", Arity::Named(&LOADS), loads, "The object that pickled bytes describe."),
    native(
        "_load_prefix",
        Arity::Exact(1),
        load_prefix,
        "The object at the start of the data, and how many bytes it took.",
    ),
];

fn init(vm: &mut Vm, dict: &Ptr<Dict>) -> Result<(), Raised> {
    vm.module_functions(dict, "_pickle", FUNCTIONS);
    let exception = vm.known(Known::Exception).into_value();
    let base = define_exception(vm, dict, "_pickle.PickleError", exception)?;
    let pickling_error = define_exception(vm, dict, "_pickle.PicklingError", base.to_value())?;
    let unpickling_error = define_exception(vm, dict, "_pickle.UnpicklingError", base.into_value())?;
    let state = vm.interp.extension::<State>(&mut vm.gil);
    state.unpickling_error = Some(unpickling_error);
    state.pickling_error = Some(pickling_error);
    Ok(())
}

fn raise(vm: &mut Vm, class: Option<Ptr<Class>>, message: &str) -> Raised {
    let class = class.unwrap_or_else(|| vm.known(Known::Exception));
    let exception = vm.exception_of(class, vec![Value::str(message)]);
    vm.raise_value(exception)
}

fn pickling_error(vm: &mut Vm, message: &str) -> Raised {
    let class = vm.interp.extension::<State>(&mut vm.gil).pickling_error.clone();
    raise(vm, class, message)
}

fn unpickling_error(vm: &mut Vm, message: &str) -> Raised {
    let class = vm.interp.extension::<State>(&mut vm.gil).unpickling_error.clone();
    raise(vm, class, message)
}

fn dumps(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let protocol = match args.get(1) {
        Some(protocol) if !protocol.is_none() => vm.expect_i64(protocol)?,
        _ => DEFAULT,
    };
    if protocol > HIGHEST {
        return Err(vm.value_error(format!("pickle protocol must be <= {HIGHEST}")));
    }
    if (0..2).contains(&protocol) {
        return Err(
            vm.raise(Known::NotImplementedError, format!("Mini has no pickle protocol {protocol}; use 2 or higher"))
        );
    }
    let protocol = if protocol < 0 { HIGHEST } else { protocol };
    let data = save::save(vm, &args[0], protocol as u8)?;
    Ok(Bytes::new(data).into_value())
}

fn loads(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let data = vm.expect_bytes(&args[0])?;
    load::load(vm, &data).map(|(value, _)| value)
}

fn load_prefix(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let data = vm.expect_bytes(&args[0])?;
    let (value, count) = load::load(vm, &data)?;
    Ok(Value::tuple(vec![value, Value::from(count)]))
}
