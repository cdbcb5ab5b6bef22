//! The operators of durations, dates and moments.
//!
//! They answer for objects of the very classes, in one zone; the methods that the classes have been written with remain
//! in them under another name, for all other operands.

use std::cmp::Ordering;

use super::{DAY_US, LAST_ORDINAL, delta_of, from_ordinal, made, moment_at, slots, to_ordinal};
use crate::builtins::native;
use crate::object::{Args, Arity, NativeDef, NativeKind, Raised, Value, Vm};

/// What the methods as they are written are called once natives are in their places.
const LONG: &str = "_long";

const ORDER: &[NativeDef] = &[
    native("__eq__", Arity::Exact(2), eq, "Return self==value."),
    native("__lt__", Arity::Exact(2), lt, "Return self<value."),
    native("__le__", Arity::Exact(2), le, "Return self<=value."),
    native("__gt__", Arity::Exact(2), gt, "Return self>value."),
    native("__ge__", Arity::Exact(2), ge, "Return self>=value."),
];

const SUMS: &[NativeDef] = &[
    native("__add__", Arity::Exact(2), add, "Return self+value."),
    native("__radd__", Arity::Exact(2), radd, "Return value+self."),
    native("__sub__", Arity::Exact(2), sub, "Return self-value."),
];

/// The classes, once they exist.
#[derive(Default)]
struct Classes {
    delta: Value,
    day: Value,
    moment: Value,
}

/// An operand in microseconds or, for dates, days.
enum Operand {
    Delta(i64),
    Day(i64),
    Moment(i64, Value),
}

/// `quicken(class)`: puts the operators into a class.
pub(super) fn quicken(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let class = vm.expect_class(&args[0])?;
    let name = class.name(&vm.gil).to_owned();
    let classes = vm.interp.extension::<Classes>(&mut vm.gil);
    match name.as_str() {
        "timedelta" => classes.delta = args[0].clone(),
        "date" => classes.day = args[0].clone(),
        _ => classes.moment = args[0].clone(),
    }
    let dict = class.data.get(&vm.gil).dict.clone();
    for def in ORDER.iter().chain(SUMS) {
        let key = vm.intern(def.name);
        let written = dict.data.get(&vm.gil).get_str(&key).cloned();
        if let Some(written) = written {
            vm.dict_set_str(&dict, &format!("{LONG}{}", def.name), written);
        }
    }
    for methods in [ORDER, SUMS] {
        vm.add_methods(&class, NativeKind::SlotWrapper, methods);
    }
    Ok(Value::None)
}

fn operand(vm: &mut Vm, value: &Value) -> Option<Operand> {
    let Value::Object(object) = value else { return None };
    let class = object.class.get(&vm.gil).to_value();
    let classes = vm.interp.extension::<Classes>(&mut vm.gil);
    if class.is(&classes.delta) {
        let [days, seconds, us] = slots(vm, value)?;
        (days * 86_400 + seconds).checked_mul(1_000_000)?.checked_add(us).map(Operand::Delta)
    } else if class.is(&classes.day) {
        slots(vm, value).map(to_ordinal).map(Operand::Day)
    } else if class.is(&classes.moment) {
        let zone = object.slots.get(&vm.gil).get(7)?.clone();
        slots(vm, value).map(|numbers| Operand::Moment(moment_at(numbers), zone))
    } else {
        None
    }
}

/// Two operands in the same unit and zone as numbers.
fn alike(vm: &mut Vm, a: &Value, b: &Value) -> Option<(i64, i64, bool)> {
    match (operand(vm, a)?, operand(vm, b)?) {
        (Operand::Delta(a), Operand::Delta(b)) => Some((a, b, false)),
        (Operand::Day(a), Operand::Day(b)) => Some((a, b, true)),
        (Operand::Moment(a, zone), Operand::Moment(b, other)) if zone.is(&other) => Some((a, b, false)),
        _ => None,
    }
}

fn long_way(vm: &mut Vm, args: Args<'_>, name: &str) -> Result<Value, Raised> {
    vm.call_method_str(&args[0], &format!("{LONG}{name}"), &args.values()[1..])
}

fn ordered(vm: &mut Vm, args: Args<'_>, name: &str, holds: fn(Ordering) -> bool) -> Result<Value, Raised> {
    match alike(vm, &args[0], &args[1]) {
        Some((a, b, _)) => Ok(Value::bool(holds(a.cmp(&b)))),
        None => long_way(vm, args, name),
    }
}

macro_rules! comparisons {
    ($($function:ident $name:literal $holds:path;)*) => {
        $(fn $function(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
            ordered(vm, args, $name, $holds)
        })*
    };
}

comparisons! {
    eq "__eq__" Ordering::is_eq;
    lt "__lt__" Ordering::is_lt;
    le "__le__" Ordering::is_le;
    gt "__gt__" Ordering::is_gt;
    ge "__ge__" Ordering::is_ge;
}

/// A duration, date or moment later by a duration; None if there is none or it is another case.
fn later(vm: &mut Vm, value: &Value, by: &Value, sign: i64) -> Result<Option<Value>, Raised> {
    let (Some(start), Some(Operand::Delta(us))) = (operand(vm, value), operand(vm, by)) else { return Ok(None) };
    match start {
        Operand::Delta(start) => match start.checked_add(sign * us) {
            Some(sum) => same_class(vm, value, |vm, class| delta_of(vm, class, sum)),
            None => Ok(None),
        },
        Operand::Moment(start, zone) => match start.checked_add(sign * us) {
            Some(sum) => same_class(vm, value, |vm, class| super::moment_from(vm, class, sum, &zone)),
            None => Ok(None),
        },
        Operand::Day(ordinal) => {
            let sum = ordinal + sign * us.div_euclid(DAY_US);
            if !(1..=LAST_ORDINAL).contains(&sum) {
                return Ok(None);
            }
            same_class(vm, value, |vm, class| made(vm, class, from_ordinal(sum).map(Value::Int)))
        }
    }
}

fn same_class(
    vm: &mut Vm,
    value: &Value,
    make: impl FnOnce(&mut Vm, &Value) -> Result<Value, Raised>,
) -> Result<Option<Value>, Raised> {
    let class = vm.class_of(value).into_value();
    make(vm, &class).map(|value| Some(value).filter(|value| !value.is_none()))
}

fn add(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    sum(vm, args, "__add__")
}

fn radd(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    sum(vm, args, "__radd__")
}

fn sum(vm: &mut Vm, args: Args<'_>, name: &str) -> Result<Value, Raised> {
    match later(vm, &args[0], &args[1], 1)? {
        Some(sum) => Ok(sum),
        None => long_way(vm, args, name),
    }
}

fn sub(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    if let Some((a, b, days)) = alike(vm, &args[0], &args[1]) {
        let class = vm.interp.extension::<Classes>(&mut vm.gil).delta.clone();
        let unit = if days { DAY_US } else { 1 };
        if let Some(us) = a.checked_sub(b).and_then(|difference| difference.checked_mul(unit)) {
            let difference = delta_of(vm, &class, us)?;
            if !difference.is_none() {
                return Ok(difference);
            }
        }
    } else if let Some(earlier) = later(vm, &args[0], &args[1], -1)? {
        return Ok(earlier);
    }
    long_way(vm, args, "__sub__")
}
