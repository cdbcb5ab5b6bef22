//! The operators of durations, dates and moments.
//!
//! They answer for objects of the very classes, in one zone; the methods that the classes have been written with remain
//! in them under another name, for all other operands.

use std::cmp::Ordering;

use super::{DAY_US, LAST_ORDINAL, delta_of, from_ordinal, made, moment_at, slots, to_ordinal};
use crate::builtins::native;
use crate::object::{Args, Arity, ClassFlags, NativeDef, NativeKind, Raised, Value, Vm};

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

#[derive(Clone, Copy)]
enum Kind {
    Delta,
    Day,
    Moment,
}

/// The microseconds that can be added and negated without a look at overflow.
const LIMIT: std::ops::Range<i64> = -(1 << 62)..1 << 62;

/// The slot of a moment's zone, behind its seven numbers.
const ZONE: usize = 7;

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

/// Which of the classes each of two objects is of.
fn kinds(vm: &mut Vm, values: [&Value; 2]) -> Option<[Kind; 2]> {
    let addresses = values.map(|value| match value {
        Value::Object(object) => object.class.get(&vm.gil).address(),
        _ => 0,
    });
    let classes = vm.interp.extension::<Classes>(&mut vm.gil);
    let known = [(&classes.delta, Kind::Delta), (&classes.day, Kind::Day), (&classes.moment, Kind::Moment)];
    let kind = |address| {
        let is = |class: &Value| matches!(class, Value::Class(class) if class.address() == address);
        known.iter().find(|(class, _)| is(class)).map(|(_, kind)| *kind)
    };
    Some([kind(addresses[0])?, kind(addresses[1])?])
}

fn operand(vm: &Vm, kind: Kind, value: &Value) -> Option<Operand> {
    match kind {
        Kind::Delta => {
            let [days, seconds, us] = slots(vm, value)?;
            (days * 86_400 + seconds)
                .checked_mul(1_000_000)?
                .checked_add(us)
                .filter(|us| LIMIT.contains(us))
                .map(Operand::Delta)
        }
        Kind::Day => slots(vm, value).map(to_ordinal).map(Operand::Day),
        Kind::Moment => {
            let Value::Object(object) = value else { return None };
            let zone = object.slots(&vm.gil).get(ZONE)?.clone();
            slots(vm, value).map(|numbers| Operand::Moment(moment_at(numbers), zone))
        }
    }
}

fn operands(vm: &mut Vm, args: Args<'_>) -> Option<(Operand, Operand)> {
    let [left, right] = kinds(vm, [&args[0], &args[1]])?;
    Some((operand(vm, left, &args[0])?, operand(vm, right, &args[1])?))
}

/// The order of two objects of the same class, which is static, and in the same zone: that of their first fields that
/// differ.
fn order(vm: &Vm, a: &Value, b: &Value) -> Option<Ordering> {
    let (Value::Object(a), Value::Object(b)) = (a, b) else { return None };
    let class = a.class.get(&vm.gil);
    if !class.is(b.class.get(&vm.gil)) || !class.flags(&vm.gil).has(ClassFlags::STATIC) {
        return None;
    }
    let (a, b) = (a.slots(&vm.gil), b.slots(&vm.gil));
    if a.len() > ZONE && !a[ZONE].is(b.get(ZONE)?) {
        return None;
    }
    for pair in a.iter().zip(b).take(ZONE) {
        let (Value::Int(x), Value::Int(y)) = pair else { return None };
        if x != y {
            return Some(x.cmp(y));
        }
    }
    Some(Ordering::Equal)
}

fn long_way(vm: &mut Vm, args: Args<'_>, name: &str) -> Result<Value, Raised> {
    vm.call_method_str(&args[0], &format!("{LONG}{name}"), &args.values()[1..])
}

fn ordered(vm: &mut Vm, args: Args<'_>, name: &str, holds: fn(Ordering) -> bool) -> Result<Value, Raised> {
    match order(vm, &args[0], &args[1]) {
        Some(order) => Ok(Value::bool(holds(order))),
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

/// The value later by so many microseconds; None if there is none.
fn later(vm: &mut Vm, value: &Value, start: Operand, us: i64) -> Result<Option<Value>, Raised> {
    match start {
        Operand::Delta(start) => match start.checked_add(us) {
            Some(sum) => same_class(vm, value, |vm, class| delta_of(vm, class, sum)),
            None => Ok(None),
        },
        Operand::Moment(start, zone) => match start.checked_add(us) {
            Some(sum) => same_class(vm, value, |vm, class| super::moment_from(vm, class, sum, &zone)),
            None => Ok(None),
        },
        Operand::Day(ordinal) => {
            let sum = ordinal + us.div_euclid(DAY_US);
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
    if let Some((start, Operand::Delta(us))) = operands(vm, args) {
        if let Some(sum) = later(vm, &args[0], start, us)? {
            return Ok(sum);
        }
    }
    long_way(vm, args, name)
}

fn sub(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let difference = match operands(vm, args) {
        Some((Operand::Day(a), Operand::Day(b))) => (a - b).checked_mul(DAY_US),
        Some((Operand::Moment(a, zone), Operand::Moment(b, other))) if zone.is(&other) => Some(a - b),
        Some((start @ (Operand::Delta(_) | Operand::Moment(..)), Operand::Delta(us))) => {
            if let Some(earlier) = later(vm, &args[0], start, -us)? {
                return Ok(earlier);
            }
            None
        }
        // A date looks at whole days alone.
        Some((start @ Operand::Day(_), Operand::Delta(us))) => {
            if let Some(earlier) = later(vm, &args[0], start, -us.div_euclid(DAY_US) * DAY_US)? {
                return Ok(earlier);
            }
            None
        }
        _ => None,
    };
    if let Some(us) = difference {
        let class = vm.interp.extension::<Classes>(&mut vm.gil).delta.clone();
        let difference = delta_of(vm, &class, us)?;
        if !difference.is_none() {
            return Ok(difference);
        }
    }
    long_way(vm, args, "__sub__")
}
