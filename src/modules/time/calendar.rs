//! `struct_time` and the functions that make and read it.

use super::clocks::wall;
use super::format::{MONTHS, WEEKDAYS, format_time};
use crate::builtins::native;
use crate::modules::struct_sequence;
use crate::object::{Args, Arity, Class, Dict, Known, NativeDef, Ptr, Raised, Value, Vm};
use crate::runtime::clocks::{Calendar, local_calendar, local_seconds, reload_zone, utc_calendar};

const FIELDS: &[&str] =
    &["tm_year", "tm_mon", "tm_mday", "tm_hour", "tm_min", "tm_sec", "tm_wday", "tm_yday", "tm_isdst"];

const NEW: &[NativeDef] = &[native("__new__", Arity::Range(2, 3), new, "Make an instance of the class.")];

#[derive(Default)]
struct StructTime(Value);

/// Adds `struct_time` and the constants of the local zone.
pub(super) fn define(vm: &mut Vm, dict: &Ptr<Dict>) -> Result<(), Raised> {
    let class = struct_sequence::define(vm, "time", "struct_time", FIELDS, &["tm_zone", "tm_gmtoff"], NEW)?;
    vm.dict_set_str(dict, "struct_time", class.to_value());
    vm.interp.extension::<StructTime>(&mut vm.gil).0 = class.into_value();
    set_constants(vm, dict);
    Ok(())
}

/// Sets the constants of the local zone.
fn set_constants(vm: &mut Vm, dict: &Ptr<Dict>) {
    // Half a year apart, one of two days is outside daylight saving time.
    let year = wall(vm).as_secs() as i64 / 31_556_952 * 31_556_952;
    let (winter, summer) = (local_calendar(year), local_calendar(year + 31_556_952 / 2));
    if let (Some(a), Some(b)) = (winter, summer) {
        let (standard, daylight) = if a.daylight > 0 { (b, a) } else { (a, b) };
        vm.dict_set_str(dict, "timezone", Value::Int(-standard.offset));
        vm.dict_set_str(dict, "altzone", Value::Int(-daylight.offset));
        vm.dict_set_str(dict, "daylight", Value::Int((standard.offset != daylight.offset).into()));
        let names = vec![Value::from(standard.zone), Value::from(daylight.zone)];
        vm.dict_set_str(dict, "tzname", Value::tuple(names));
    }
}

/// `tzset()`: the local zone is the one that the environment variable `TZ` names now.
pub(super) fn tzset(vm: &mut Vm, _: Args<'_>) -> Result<Value, Raised> {
    reload_zone();
    if let Value::Module(module) = &vm.import_dotted("time")? {
        set_constants(vm, &module.dict.clone());
    }
    Ok(Value::None)
}

fn class(vm: &mut Vm) -> Result<Ptr<Class>, Raised> {
    let class = vm.interp.extension::<StructTime>(&mut vm.gil).0.clone();
    vm.expect_class(&class)
}

/// `struct_time(sequence)` of 9 items, and up to two more: zone and offset.
fn new(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let class = vm.expect_class(&args[0])?;
    let mut items = vm.collect(&args[1])?;
    let given = items.len();
    if given < FIELDS.len() {
        let message = format!("time.struct_time() takes an at least 9-sequence ({given}-sequence given)");
        return Err(vm.type_error(message));
    }
    if given > FIELDS.len() + 2 {
        let message = format!("time.struct_time() takes an at most 11-sequence ({given}-sequence given)");
        return Err(vm.type_error(message));
    }
    let hidden = items.split_off(FIELDS.len());
    let made = struct_sequence::make(vm, &class, items);
    set_zone(vm, &made, hidden)?;
    Ok(made)
}

fn set_zone(vm: &mut Vm, object: &Value, hidden: Vec<Value>) -> Result<(), Raised> {
    for (name, value) in ["tm_zone", "tm_gmtoff"].into_iter().zip(hidden) {
        let name = vm.intern(name);
        vm.setattr(object, &name, value)?;
    }
    Ok(())
}

fn to_struct(vm: &mut Vm, calendar: &Calendar) -> Result<Value, Raised> {
    let fields = [
        calendar.year,
        i64::from(calendar.month) + 1,
        calendar.day.into(),
        calendar.hour.into(),
        calendar.minute.into(),
        calendar.second.into(),
        i64::from(calendar.weekday + 6) % 7,
        i64::from(calendar.yearday) + 1,
        calendar.daylight.into(),
    ];
    let class = class(vm)?;
    let made = struct_sequence::make(vm, &class, fields.into_iter().map(Value::Int).collect());
    set_zone(vm, &made, vec![Value::from(calendar.zone.as_str()), Value::Int(calendar.offset)])?;
    Ok(made)
}

/// Seconds since 1970 as a function was given them; now if it was not.
fn moment(vm: &mut Vm, given: Option<&Value>) -> Result<i64, Raised> {
    const OUT_OF_RANGE: &str = "timestamp out of range for platform time_t";
    let given = match given {
        None | Some(Value::None) => return Ok(wall(vm).as_secs() as i64),
        Some(given) => given,
    };
    if let Value::Float(seconds) = vm.unwrap(given) {
        let seconds = seconds.get();
        if seconds.is_nan() {
            return Err(vm.value_error("Invalid value NaN (not a number)"));
        }
        let whole = seconds.floor();
        if whole.abs() >= 9.2e18 {
            return Err(vm.raise(Known::OverflowError, OUT_OF_RANGE));
        }
        return Ok(whole as i64);
    }
    match vm.index(given)? {
        Value::Int(seconds) => Ok(seconds),
        _ => Err(vm.raise(Known::OverflowError, OUT_OF_RANGE)),
    }
}

fn year_out_of_range(vm: &mut Vm) -> Raised {
    let exception =
        vm.new_exception(Known::OSError, vec![Value::Int(75), Value::str("Value too large for defined data type")]);
    vm.raise_value(exception)
}

pub(super) fn gmtime(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let seconds = moment(vm, args.get(0))?;
    match utc_calendar(seconds) {
        Some(calendar) => to_struct(vm, &calendar),
        None => Err(year_out_of_range(vm)),
    }
}

pub(super) fn localtime(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let seconds = moment(vm, args.get(0))?;
    match local_calendar(seconds) {
        Some(calendar) => to_struct(vm, &calendar),
        None => Err(year_out_of_range(vm)),
    }
}

/// A time tuple as a calendar.
fn from_tuple(vm: &mut Vm, value: &Value, function: &str) -> Result<Calendar, Raised> {
    let items = match vm.unwrap(value) {
        Value::Tuple(items) => items.to_ptr(),
        _ => return Err(vm.type_error("Tuple or struct_time argument required")),
    };
    if items.len() != FIELDS.len() {
        return Err(vm.type_error(format!("{function}(): illegal time tuple argument")));
    }
    let mut fields = [0_i64; 9];
    for (field, item) in fields.iter_mut().zip(items.iter()) {
        *field = vm.expect_i64(item)?;
    }
    let [year, month, day, hour, minute, second, weekday, yearday, daylight] = fields;
    let small = |n: i64| i32::try_from(n).unwrap_or(i32::MIN);
    let mut calendar = Calendar {
        year,
        month: small(month - 1),
        day: small(day),
        hour: small(hour),
        minute: small(minute),
        second: small(second),
        weekday: small((weekday + 1) % 7),
        yearday: small(yearday - 1),
        daylight: small(daylight.signum()),
        offset: 0,
        zone: String::new(),
    };
    if matches!(value, Value::Object(_)) {
        let (zone, offset) = (vm.get_attr(value, "tm_zone")?, vm.get_attr(value, "tm_gmtoff")?);
        if let (Value::Str(zone), Value::Int(offset)) = (&zone, &offset) {
            calendar.zone = zone.as_str().to_owned();
            calendar.offset = *offset;
            return Ok(calendar);
        }
    }
    if let Some(known) = local_seconds(&calendar).and_then(local_calendar) {
        calendar.zone = known.zone;
        calendar.offset = known.offset;
    }
    Ok(calendar)
}

/// Fields that are zero where counting begins at one are read as one; others must be in range.
fn checked(vm: &mut Vm, mut calendar: Calendar) -> Result<Calendar, Raised> {
    if calendar.month == -1 {
        calendar.month = 0;
    }
    if calendar.day == 0 {
        calendar.day = 1;
    }
    if calendar.yearday == -1 {
        calendar.yearday = 0;
    }
    let checks = [
        ((0..12).contains(&calendar.month), "month out of range"),
        ((1..=31).contains(&calendar.day), "day of month out of range"),
        ((0..24).contains(&calendar.hour), "hour out of range"),
        ((0..60).contains(&calendar.minute), "minute out of range"),
        ((0..=61).contains(&calendar.second), "seconds out of range"),
        (calendar.weekday >= 0, "day of week out of range"),
        ((0..366).contains(&calendar.yearday), "day of year out of range"),
    ];
    match checks.iter().find(|(fits, _)| !fits) {
        Some((_, message)) => Err(vm.value_error(message)),
        None => Ok(calendar),
    }
}

/// The calendar of a time tuple, or the local one now.
fn given_or_now(vm: &mut Vm, given: Option<&Value>, function: &str) -> Result<Calendar, Raised> {
    match given {
        Some(tuple) => {
            let calendar = from_tuple(vm, tuple, function)?;
            checked(vm, calendar)
        }
        None => {
            let seconds = wall(vm).as_secs() as i64;
            local_calendar(seconds).ok_or_else(|| year_out_of_range(vm))
        }
    }
}

pub(super) fn mktime(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let calendar = from_tuple(vm, &args[0], "mktime")?;
    match local_seconds(&calendar) {
        Some(seconds) => Ok(Value::float(seconds as f64)),
        None => Err(vm.raise(Known::OverflowError, "mktime argument out of range")),
    }
}

fn plain_text(calendar: &Calendar) -> Value {
    format!(
        "{} {}{:3} {:02}:{:02}:{:02} {}",
        &WEEKDAYS[calendar.weekday as usize % 7][..3],
        &MONTHS[calendar.month as usize % 12][..3],
        calendar.day,
        calendar.hour,
        calendar.minute,
        calendar.second,
        calendar.year
    )
    .into()
}

pub(super) fn asctime(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    given_or_now(vm, args.get(0), "asctime").map(|calendar| plain_text(&calendar))
}

pub(super) fn ctime(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let seconds = moment(vm, args.get(0))?;
    match local_calendar(seconds) {
        Some(calendar) => Ok(plain_text(&calendar)),
        None => Err(year_out_of_range(vm)),
    }
}

pub(super) fn strftime(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let format = vm.expect_str(&args[0], "strftime() argument 1")?;
    let calendar = given_or_now(vm, args.get(1), "strftime")?;
    Ok(format_time(format.as_str(), &calendar).into())
}

/// `strptime(text[, format])`, by the parser that `datetime` uses too.
pub(super) fn strptime(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let format = args.get(1).cloned().unwrap_or_else(|| Value::str("%a %b %d %H:%M:%S %Y"));
    let parser = vm.import_dotted("_strptime")?;
    let fields = vm.call_method_str(&parser, "struct_fields", &[args[0].clone(), format])?;
    let items = vm.collect(&fields)?;
    let class = class(vm)?;
    Ok(struct_sequence::make(vm, &class, items))
}
