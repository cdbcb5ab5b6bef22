//! `_warnings`: the functions of `warnings` whose arguments are checked as those of C are.

use super::NativeModule;
use crate::builtins::native;
use crate::object::{Args, Arity, Dict, NativeDef, Params, Ptr, Raised, Value, Vm};

pub const MODULE: NativeModule = NativeModule { name: "_warnings", init };

const WARN: Params = Params {
    names: &["message", "category", "stacklevel", "source", "skip_file_prefixes"],
    required: 1,
    posonly: 0,
    kwonly: 1,
};

const FUNCTIONS: &[NativeDef] =
    &[native("warn", Arity::Named(&WARN), warn, "Tell of something doubtful, as the filters say.")];

fn init(vm: &mut Vm, dict: &Ptr<Dict>) -> Result<(), Raised> {
    vm.module_functions(dict, "_warnings", FUNCTIONS);
    Ok(())
}

/// Native code has no frame of its own, so levels count as if the script had called the rest directly.
fn warn(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let level = match args.get(2) {
        Some(level) => vm.expect_isize(level)? as i64,
        None => 1,
    };
    let warnings = vm.import_dotted("warnings")?;
    let given = |index| args.get(index).cloned().unwrap_or(Value::None);
    let prefixes = args.get(4).cloned().unwrap_or_else(|| Value::tuple(vec![]));
    let args = [given(0), given(1), Value::Int(level), given(3), prefixes];
    vm.call_method_str(&warnings, "_warn", &args)
}
