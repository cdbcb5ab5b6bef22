//! `sys`: the interpreter seen from scripts.

pub mod config;
mod hooks;
mod info;
mod limits;
mod size;

use super::NativeModule;
use super::io::standard::Standard;
use crate::builtins::native;
use crate::object::{Args, Arity, Dict, Known, NativeDef, Params, Ptr, Raised, Value, Vm};
use config::SysConfig;

pub const MODULE: NativeModule = NativeModule { name: "sys", init };

type Outcome = Result<Value, Raised>;

const GETSIZEOF: Params = Params { names: &["object", "default"], required: 1, posonly: 0, kwonly: 0 };
const MAX_DIGITS: Params = Params { names: &["maxdigits"], required: 1, posonly: 0, kwonly: 0 };

const FUNCTIONS: &[NativeDef] = &[
    native("_getframe", Arity::Range(0, 1), frame, "The frame that runs, or one further out."),
    native("_getframemodulename", Arity::Range(0, 1), frame_module, "The name of the module that called."),
    native(
        "_is_gil_enabled",
        Arity::Exact(0),
        gil_enabled,
        "Return True if the GIL is currently enabled and False if it's disabled.",
    ),
    native(
        "displayhook",
        Arity::Exact(1),
        hooks::displayhook,
        "Write the representation of a value, and keep it as builtins._",
    ),
    native(
        "exc_info",
        Arity::Exact(0),
        hooks::exc_info,
        "Class, object and traceback of the exception that is handled.",
    ),
    native("excepthook", Arity::Exact(3), hooks::excepthook, "Write an exception and its traceback to sys.stderr."),
    native("exception", Arity::Exact(0), hooks::exception, "The exception that is handled, or None."),
    native("exit", Arity::Range(0, 1), hooks::exit, "End the program with a status, by SystemExit."),
    native(
        "get_int_max_str_digits",
        Arity::Exact(0),
        limits::get_max_digits,
        "How many digits an int may have in decimal text.",
    ),
    native("getdefaultencoding", Arity::Exact(0), encoding, "Always utf-8."),
    native(
        "getfilesystemencodeerrors",
        Arity::Exact(0),
        encode_errors,
        "Return the error mode used for filesystem encoding.",
    ),
    native(
        "getfilesystemencoding",
        Arity::Exact(0),
        encoding,
        "Return the encoding used to convert between strings and bytes filenames.",
    ),
    native("getrecursionlimit", Arity::Exact(0), limits::get_recursion, "How many calls may be nested."),
    native(
        "getrefcount",
        Arity::Exact(1),
        size::getrefcount,
        "How many references the object has, the argument's among them.",
    ),
    native("getsizeof", Arity::Named(&GETSIZEOF), size::getsizeof, "How many bytes the object takes."),
    native(
        "getswitchinterval",
        Arity::Exact(0),
        limits::get_switch_interval,
        "How long a thread may keep the lock while others wait.",
    ),
    native("intern", Arity::Exact(1), intern, "Return an interned version of the given string."),
    native("is_finalizing", Arity::Exact(0), is_finalizing, "Return True if the interpreter is exiting."),
    native(
        "set_int_max_str_digits",
        Arity::Named(&MAX_DIGITS),
        limits::set_max_digits,
        "Say how many digits an int may have in decimal text.",
    ),
    native(
        "setrecursionlimit",
        Arity::Exact(1),
        limits::set_recursion,
        "Set the maximum depth of the interpreter's call stack.",
    ),
    native(
        "setswitchinterval",
        Arity::Exact(1),
        limits::set_switch_interval,
        "Say how long a thread may keep the lock while others wait.",
    ),
    native(
        "unraisablehook",
        Arity::Exact(1),
        hooks::unraisablehook,
        "Write an exception that cannot be raised where it happened.",
    ),
];

fn init(vm: &mut Vm, dict: &Ptr<Dict>) -> Result<(), Raised> {
    let config = vm.interp.extension::<SysConfig>(&mut vm.gil).clone();
    vm.module_functions(dict, "sys", FUNCTIONS);
    for hook in ["displayhook", "excepthook", "unraisablehook"] {
        let key = vm.intern(hook);
        let original = dict.data.get(&vm.gil).get_str(&key).cloned().unwrap_or(Value::None);
        vm.dict_set_str(dict, &format!("__{hook}__"), original);
    }
    let modules = vm.modules().into_value();
    vm.dict_set_str(dict, "modules", modules);
    let texts = |items: &[String]| Value::list(items.iter().map(|item| Value::str(item)).collect());
    vm.dict_set_str(dict, "argv", texts(&config.argv));
    vm.dict_set_str(dict, "orig_argv", texts(&config.orig_argv));
    vm.dict_set_str(dict, "path", texts(&config.search_path()));
    vm.dict_set_str(dict, "warnoptions", texts(&config.warn_options));
    vm.dict_set_str(dict, "executable", Value::str(&config.executable));
    for (name, which) in [("stdin", Standard::Input), ("stdout", Standard::Output), ("stderr", Standard::Error)] {
        let stream = vm.standard_stream(which, config.unbuffered)?;
        vm.dict_set_str(dict, &format!("__{name}__"), stream.clone());
        vm.dict_set_str(dict, name, stream);
    }
    let natives: Vec<Value> = super::NATIVE.iter().map(|module| Value::str(module.name)).collect();
    vm.dict_set_str(dict, "builtin_module_names", Value::tuple(natives));
    let names = vm.known(Known::FrozenSet);
    let all: Vec<Value> = super::names().filter(|name| !name.contains('.')).map(Value::str).collect();
    let all = vm.call(&names.into_value(), &[Value::list(all)])?;
    vm.dict_set_str(dict, "stdlib_module_names", all);
    super::io::install_builtins(vm);
    info::install(vm, dict, &config)
}

fn frame(vm: &mut Vm, args: Args<'_>) -> Outcome {
    let depth = match args.get(0) {
        Some(depth) => vm.expect_i64(depth)?,
        None => 0,
    };
    match vm.frame_object(depth.max(0) as usize)? {
        Some(frame) => Ok(frame),
        None => Err(vm.value_error("call stack is not deep enough")),
    }
}

fn frame_module(vm: &mut Vm, args: Args<'_>) -> Outcome {
    let depth = match args.get(0) {
        Some(depth) => vm.expect_i64(depth)?,
        None => 0,
    };
    let Some(globals) = vm.frame_globals_at(depth.max(0) as usize) else { return Ok(Value::None) };
    let name = vm.intern("__name__");
    Ok(globals.data.get(&vm.gil).get_str(&name).cloned().unwrap_or(Value::None))
}

fn gil_enabled(_vm: &mut Vm, _args: Args<'_>) -> Outcome {
    Ok(Value::bool(true))
}

fn encoding(_vm: &mut Vm, _args: Args<'_>) -> Outcome {
    Ok(Value::str("utf-8"))
}

fn encode_errors(_vm: &mut Vm, _args: Args<'_>) -> Outcome {
    Ok(Value::str("surrogateescape"))
}

fn intern(vm: &mut Vm, args: Args<'_>) -> Outcome {
    let Value::Str(text) = &args[0] else {
        let found = vm.class_name(&args[0]);
        return Err(vm.type_error(format!("intern() argument must be str, not {found}")));
    };
    if text.is_interned() {
        return Ok(args[0].clone());
    }
    Ok(vm.intern(text.as_str()).into_value())
}

fn is_finalizing(vm: &mut Vm, _args: Args<'_>) -> Outcome {
    Ok(Value::bool(vm.interp.finalizing.load(std::sync::atomic::Ordering::Relaxed)))
}
