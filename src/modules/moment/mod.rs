//! `_moment`: the arithmetic of `datetime`, on the slots of its objects.
//!
//! The classes are written in the language. What is done over and over is here: their slots are read and filled in the
//! order in which the classes declare them, for arguments as they usually are; for others the answer is None, and the
//! classes go the long way, with its messages.

mod clock;
mod operators;

use super::NativeModule;
use crate::builtins::native;
use crate::object::{Args, Arity, ClassFlags, Dict, NativeDef, Object, Ptr, Raised, Value, Vm};

pub const MODULE: NativeModule = NativeModule { name: "_moment", init };

const FUNCTIONS: &[NativeDef] = &[
    native("delta", Arity::Exact(2), delta, "The duration of so many microseconds, or None."),
    native(
        "delta_sum",
        Arity::Exact(8),
        delta_sum,
        "The duration that seven ints make as timedelta takes them, or None.",
    ),
    native("quicken", Arity::Exact(1), operators::quicken, "Gives a class native operators."),
    native("delta_us", Arity::Exact(1), delta_us, "The microseconds of a duration."),
    native("day", Arity::Exact(4), day, "The date of a year, month and day, or None."),
    native("day_of", Arity::Exact(2), day_of, "The date of an ordinal, or None."),
    native("ordinal", Arity::Exact(1), ordinal, "The ordinal of a date."),
    native("order", Arity::Exact(2), order, "-1, 0 or 1, as one date is before another, or None for other things."),
    native("moment", Arity::Range(10, 10), moment, "The moment of fields as the constructor takes them, or None."),
    native("moment_of", Arity::Exact(3), moment_of, "The moment of so many microseconds in a zone, or None."),
    native(
        "moment_us",
        Arity::Exact(1),
        moment_us,
        "The microseconds of a moment since the year 1, the zone left out.",
    ),
    native("moment_at", Arity::Exact(3), clock::moment_of_timestamp, "The moment of a timestamp, now without one."),
    native("naive_seconds", Arity::Exact(2), clock::naive_seconds, "The POSIX time of a local moment, or None."),
    native("moment_text", Arity::Exact(2), clock::moment_text, "A moment without a zone in ISO 8601."),
    native("moment_hash", Arity::Exact(1), clock::moment_hash, "The hash of a moment without a zone."),
    native("day_text", Arity::Exact(1), clock::day_text, "A date in ISO 8601."),
    native("delta_text", Arity::Exact(1), clock::delta_text, "A duration as str shows it."),
    native("day_of_text", Arity::Exact(2), day_of_text, "The date of YYYY-MM-DD, or None for other texts."),
    native("moment_of_text", Arity::Exact(2), moment_of_text, "The moment of YYYY-MM-DD HH:MM:SS, or None."),
];

const DAY_US: i64 = 86_400_000_000;
const LAST_ORDINAL: i64 = 3_652_059;
const BEFORE_MONTH: [i64; 13] = [0, 0, 31, 59, 90, 120, 151, 181, 212, 243, 273, 304, 334];
const IN_MONTH: [i64; 13] = [0, 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];

fn init(vm: &mut Vm, dict: &Ptr<Dict>) -> Result<(), Raised> {
    vm.module_functions(dict, "_moment", FUNCTIONS);
    Ok(())
}

fn is_leap(year: i64) -> bool {
    year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)
}

fn before_month(year: i64, month: i64) -> i64 {
    BEFORE_MONTH[month as usize] + i64::from(month > 2 && is_leap(year))
}

fn is_date([year, month, day]: [i64; 3]) -> bool {
    (1..=9999).contains(&year)
        && (1..=12).contains(&month)
        && day >= 1
        && day <= IN_MONTH[month as usize] + i64::from(month == 2 && is_leap(year))
}

fn to_ordinal([year, month, day]: [i64; 3]) -> i64 {
    let y = year - 1;
    y * 365 + y / 4 - y / 100 + y / 400 + before_month(year, month) + day
}

/// Year, month and day of an ordinal that is in range.
fn from_ordinal(ordinal: i64) -> [i64; 3] {
    let n = ordinal - 1;
    let (n400, n) = (n / 146_097, n % 146_097);
    let (n100, n) = (n / 36_524, n % 36_524);
    let (n4, n) = (n / 1461, n % 1461);
    let (n1, n) = (n / 365, n % 365);
    let year = n400 * 400 + n100 * 100 + n4 * 4 + n1 + 1;
    if n1 == 4 || n100 == 4 {
        return [year - 1, 12, 31];
    }
    // A guess that is right or one too large.
    let mut month = (n + 50) >> 5;
    if before_month(year, month) > n {
        month -= 1;
    }
    [year, month, n - before_month(year, month) + 1]
}

/// The first slots of an object, if they are small ints.
#[inline]
fn slots<const N: usize>(vm: &Vm, value: &Value) -> Option<[i64; N]> {
    let Value::Object(object) = value else { return None };
    ints(object.slots(&vm.gil).get(..N)?)
}

#[inline]
fn ints<const N: usize>(values: &[Value]) -> Option<[i64; N]> {
    let mut numbers = [0; N];
    for (number, value) in numbers.iter_mut().zip(values) {
        let Value::Int(n) = value else { return None };
        *number = *n;
    }
    Some(numbers)
}

/// An object of one of the classes with its slots filled.
fn made(vm: &mut Vm, class: &Value, fields: impl IntoIterator<Item = Value>) -> Result<Value, Raised> {
    let class = vm.expect_class(class)?;
    let object = vm.bare_instance(&class);
    if let Value::Object(object) = &object {
        fill(vm, object, fields);
    }
    Ok(object)
}

fn fill(vm: &mut Vm, object: &Object, fields: impl IntoIterator<Item = Value>) {
    for (slot, field) in object.slots_mut(&mut vm.gil).iter_mut().zip(fields) {
        *slot = field;
    }
}

fn unsuited(vm: &mut Vm) -> Raised {
    vm.type_error("an object of datetime was expected")
}

fn delta(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let Value::Int(us) = args[1] else { return Ok(Value::None) };
    delta_of(vm, &args[0], us)
}

fn delta_of(vm: &mut Vm, class: &Value, us: i64) -> Result<Value, Raised> {
    let (days, rest) = (us.div_euclid(DAY_US), us.rem_euclid(DAY_US));
    if days.abs() > 999_999_999 {
        return Ok(Value::None);
    }
    made(vm, class, [days, rest / 1_000_000, rest % 1_000_000].map(Value::Int))
}

fn delta_sum(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let units = [DAY_US, 1_000_000, 1, 1000, 60_000_000, 3_600_000_000, 7 * DAY_US];
    let Some(numbers) = ints::<7>(&args.positional()[1..]) else { return Ok(Value::None) };
    let add = |sum: i64, (number, unit): (i64, i64)| number.checked_mul(unit).and_then(|us| sum.checked_add(us));
    match numbers.into_iter().zip(units).try_fold(0, add) {
        Some(us) => delta_of(vm, &args[0], us),
        None => Ok(Value::None),
    }
}

fn delta_us(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let Some([days, seconds, us]) = slots(vm, &args[0]) else { return Err(unsuited(vm)) };
    let total = i128::from(days * 86_400 + seconds) * 1_000_000 + i128::from(us);
    Ok(match i64::try_from(total) {
        Ok(total) => Value::Int(total),
        Err(_) => Value::big(total.into()),
    })
}

fn day(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    match ints(&args.positional()[1..]) {
        Some(date) if is_date(date) => made(vm, &args[0], date.map(Value::Int)),
        _ => Ok(Value::None),
    }
}

fn day_of(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    match args[1] {
        Value::Int(ordinal) if (1..=LAST_ORDINAL).contains(&ordinal) => {
            made(vm, &args[0], from_ordinal(ordinal).map(Value::Int))
        }
        _ => Ok(Value::None),
    }
}

fn ordinal(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    match slots(vm, &args[0]) {
        Some(date) => Ok(Value::Int(to_ordinal(date))),
        None => Err(unsuited(vm)),
    }
}

fn order(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let (Value::Object(a), Value::Object(b)) = (&args[0], &args[1]) else { return Ok(Value::None) };
    if !a.class.get(&vm.gil).is(b.class.get(&vm.gil)) {
        return Ok(Value::None);
    }
    let (Some(a), Some(b)) = (slots::<3>(vm, &args[0]), slots::<3>(vm, &args[1])) else { return Ok(Value::None) };
    Ok(Value::Int(a.cmp(&b) as i64))
}

/// The slots of a moment: date, time, zone, fold.
fn fields(date: [i64; 3], time: [i64; 4], zone: &Value, fold: i64) -> impl Iterator<Item = Value> {
    let numbers = date.into_iter().chain(time).map(Value::Int);
    numbers.chain([zone.clone(), Value::Int(fold)])
}

fn moment(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let [class, year, month, day, hour, minute, second, us, zone, fold] = args.positional() else {
        return Ok(Value::None);
    };
    let numbers = [year, month, day, hour, minute, second, us, fold].map(|number| match number {
        Value::Int(number) => *number,
        _ => i64::MIN,
    });
    let [year, month, day, hour, minute, second, us, fold] = numbers;
    let (date, time) = ([year, month, day], [hour, minute, second, us]);
    let limits = [24, 60, 60, 1_000_000];
    let fits = time.iter().zip(limits).all(|(part, limit)| (0..limit).contains(part)) && (0..=1).contains(&fold);
    if !(zone.is_none() || is_fixed_zone(vm, zone)) || !fits || !is_date(date) {
        return Ok(Value::None);
    }
    made(vm, class, fields(date, time, zone, fold))
}

/// Whether the value is of the class `timezone` itself.
fn is_fixed_zone(vm: &Vm, zone: &Value) -> bool {
    let Value::Object(zone) = zone else { return false };
    let class = zone.class.get(&vm.gil);
    class.flags(&vm.gil).has(ClassFlags::STATIC) && class.name(&vm.gil) == "timezone"
}

fn moment_of(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let Value::Int(us) = args[1] else { return Ok(Value::None) };
    moment_from(vm, &args[0], us, &args[2])
}

fn moment_from(vm: &mut Vm, class: &Value, us: i64, zone: &Value) -> Result<Value, Raised> {
    let (days, rest) = (us.div_euclid(DAY_US), us.rem_euclid(DAY_US));
    if !(0..LAST_ORDINAL).contains(&days) {
        return Ok(Value::None);
    }
    let seconds = rest / 1_000_000;
    let time = [seconds / 3600, seconds / 60 % 60, seconds % 60, rest % 1_000_000];
    made(vm, class, fields(from_ordinal(days + 1), time, zone, 0))
}

fn moment_us(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    match slots(vm, &args[0]) {
        Some(numbers) => Ok(Value::Int(moment_at(numbers))),
        None => Err(unsuited(vm)),
    }
}

fn moment_at([year, month, day, hour, minute, second, us]: [i64; 7]) -> i64 {
    let days = to_ordinal([year, month, day]) - 1;
    (((days * 24 + hour) * 60 + minute) * 60 + second) * 1_000_000 + us
}

/// The numbers in a text of the form `YYYY-MM-DD`, or with a time of minutes or seconds behind it.
fn iso_numbers(vm: &Vm, text: &Value) -> Option<[i64; 6]> {
    let Value::Str(text) = vm.unwrap(text) else { return None };
    let bytes = text.as_str().as_bytes();
    let shape: &[u8] = match bytes.len() {
        10 => b"dddd-dd-dd",
        16 => b"dddd-dd-ddTdd:dd",
        19 => b"dddd-dd-ddTdd:dd:dd",
        _ => return None,
    };
    let mut numbers = [0_i64; 6];
    let mut at = 0;
    for (byte, wanted) in bytes.iter().zip(shape) {
        match wanted {
            b'd' if byte.is_ascii_digit() => numbers[at] = numbers[at] * 10 + i64::from(byte - b'0'),
            b'T' if matches!(byte, b'T' | b' ') => at += 1,
            b'-' | b':' if byte == wanted => at += 1,
            _ => return None,
        }
    }
    Some(numbers)
}

fn day_of_text(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let date_only = matches!(vm.unwrap(&args[1]), Value::Str(text) if text.as_str().len() == 10);
    match iso_numbers(vm, &args[1]) {
        Some([year, month, day, ..]) if date_only && is_date([year, month, day]) => {
            made(vm, &args[0], [year, month, day].map(Value::Int))
        }
        _ => Ok(Value::None),
    }
}

fn moment_of_text(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    match iso_numbers(vm, &args[1]) {
        Some([year, month, day, hour, minute, second])
            if is_date([year, month, day]) && hour < 24 && minute < 60 && second < 60 =>
        {
            made(vm, &args[0], fields([year, month, day], [hour, minute, second, 0], &Value::None, 0))
        }
        _ => Ok(Value::None),
    }
}
