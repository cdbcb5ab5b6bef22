//! `_string`: what `string.Formatter` needs of the syntax of format strings.

use super::NativeModule;
use crate::builtins::native;
use crate::builtins::str::field::{self, Step};
use crate::object::{Args, Arity, Dict, NativeDef, Ptr, Raised, Value, Vm};

pub const MODULE: NativeModule = NativeModule { name: "_string", init };

const FUNCTIONS: &[NativeDef] = &[
    native("formatter_parser", Arity::Exact(1), formatter_parser, "parse the argument as a format string"),
    native(
        "formatter_field_name_split",
        Arity::Exact(1),
        formatter_field_name_split,
        "split the argument as a field name",
    ),
];

fn init(vm: &mut Vm, dict: &Ptr<Dict>) -> Result<(), Raised> {
    vm.module_functions(dict, "_string", FUNCTIONS);
    Ok(())
}

fn formatter_parser(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let text = vm.expect_str(&args[0], "formatter_parser() argument")?;
    let mut rest = text.as_str();
    let mut pieces = Vec::new();
    loop {
        match field::next_piece(&mut rest) {
            Ok(Some(piece)) => {
                let [name, spec, conversion] = match &piece.field {
                    None => [Value::None, Value::None, Value::None],
                    Some(field) => {
                        let conversion = field.conversion.map_or(Value::None, |c| Value::from(c.to_string()));
                        [field.name.into(), field.spec.into(), conversion]
                    }
                };
                pieces.push(Value::tuple(vec![piece.literal.into(), name, spec, conversion]));
            }
            Ok(None) => break,
            Err(message) => return Err(vm.value_error(message)),
        }
    }
    let pieces = Value::list(pieces);
    vm.iter(&pieces)
}

fn part(index: Result<Option<i64>, &'static str>, text: &str, vm: &mut Vm) -> Result<Value, Raised> {
    match index {
        Ok(Some(index)) => Ok(Value::Int(index)),
        Ok(None) => Ok(text.into()),
        Err(message) => Err(vm.value_error(message)),
    }
}

fn formatter_field_name_split(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let name = vm.expect_str(&args[0], "formatter_field_name_split() argument")?;
    let (first, mut rest) = field::split_name(&name);
    let first = part(field::as_index(first), first, vm)?;
    let mut steps = Vec::new();
    loop {
        let (is_attribute, value) = match field::next_step(&mut rest) {
            Ok(None) => break,
            Ok(Some(Step::Attribute(name))) => (true, name.into()),
            Ok(Some(Step::Index(index))) => (false, Value::Int(index)),
            Ok(Some(Step::Key(key))) => (false, key.into()),
            Err(message) => return Err(vm.value_error(message)),
        };
        steps.push(Value::tuple(vec![is_attribute.into(), value]));
    }
    let steps = Value::list(steps);
    let steps = vm.iter(&steps)?;
    Ok(Value::tuple(vec![first, steps]))
}
