//! Moments of the clock: timestamps in and out of local time.

use super::{DAY_US, fields, from_ordinal, made, moment_at, moment_from, slots};
use crate::object::{Args, Raised, Value, Vm};
use crate::runtime::clocks::local_offset;

/// Microseconds from the beginning of the year 1 to that of 1970.
const EPOCH_US: i64 = 719_162 * DAY_US;

/// Beyond these many seconds nothing is a date.
const FAR: f64 = 1e12;

/// What local clocks show at a POSIX time, as seconds since 1970.
fn shown(seconds: i64) -> Option<i64> {
    Some(seconds + local_offset(seconds)?)
}

/// A timestamp in microseconds: the fraction of a float is scaled as a float, a half goes to the even neighbour.
fn microseconds(timestamp: &Value) -> Option<i64> {
    match timestamp {
        Value::Int(seconds) if seconds.unsigned_abs() < FAR as u64 => Some(seconds * 1_000_000),
        Value::Float(seconds) if seconds.get().abs() < FAR => {
            let whole = seconds.get().trunc();
            let fraction = ((seconds.get() - whole) * 1e6).round_ties_even();
            Some(whole as i64 * 1_000_000 + fraction as i64)
        }
        _ => None,
    }
}

/// `moment_at(class, timestamp, utc)`: the moment of a timestamp in local time or, in the zone `utc`, in UTC. None for
/// timestamps of other types or out of range. Without a timestamp it is now.
pub(super) fn moment_of_timestamp(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let us = match &args[1] {
        Value::None => i64::try_from(vm.interp.lock.scheduler().wall_clock().as_micros()).ok(),
        timestamp => microseconds(timestamp),
    };
    let Some(us) = us else { return Ok(Value::None) };
    if !args[2].is_none() {
        return moment_from(vm, &args[0], us + EPOCH_US, &args[2]);
    }
    let (seconds, rest) = (us.div_euclid(1_000_000), us.rem_euclid(1_000_000));
    match local(seconds) {
        Some((date, [hour, minute, second], fold)) => {
            made(vm, &args[0], fields(date, [hour, minute, second, rest], &Value::None, fold))
        }
        None => Ok(Value::None),
    }
}

/// Date, time and fold of a POSIX time in local time.
fn local(seconds: i64) -> Option<([i64; 3], [i64; 3], i64)> {
    let now = shown(seconds)?;
    let days = now.div_euclid(86_400) + EPOCH_US / DAY_US;
    if !(0..super::LAST_ORDINAL).contains(&days) {
        return None;
    }
    let rest = now.rem_euclid(86_400);
    let mut fold = 0;
    if seconds > 86_400 {
        // In the hour that is repeated, the second pass has fold=1.
        let shift = now - shown(seconds - 86_400)? - 86_400;
        fold = i64::from(shift < 0 && shown(seconds + shift)? == now);
    }
    Some((from_ordinal(days + 1), [rest / 3600, rest / 60 % 60, rest % 60], fold))
}

/// `naive_seconds(moment, fold)`: the POSIX time of a moment in local time, of which there may be two. None if the C
/// library cannot tell.
pub(super) fn naive_seconds(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let (Some(numbers), Value::Int(fold)) = (slots(vm, &args[0]), &args[1]) else { return Ok(Value::None) };
    let wanted = (moment_at(numbers) - EPOCH_US).div_euclid(1_000_000);
    Ok(posix_time(wanted, *fold != 0).map_or(Value::None, Value::Int))
}

fn posix_time(wanted: i64, fold: bool) -> Option<i64> {
    let offset = local_offset(wanted)?;
    let first = wanted - offset;
    let other_offset = if shown(first)? == wanted {
        // Another answer may lie a day's change of offset away.
        let other = local_offset(if fold { first + 86_400 } else { first - 86_400 })?;
        if other == offset {
            return Some(first);
        }
        other
    } else {
        local_offset(first)?
    };
    let second = wanted - other_offset;
    if shown(second)? == wanted {
        return Some(second);
    }
    if shown(first)? == wanted {
        return Some(first);
    }
    Some(if fold { first.min(second) } else { first.max(second) })
}

/// `moment_text(moment, separator)`: the moment in ISO 8601 if it has no zone, else None.
pub(super) fn moment_text(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let (Some(numbers), Value::Str(separator)) = (slots::<7>(vm, &args[0]), &args[1]) else {
        return Ok(Value::None);
    };
    let mut text = String::with_capacity(26);
    date_digits(&mut text, [numbers[0], numbers[1], numbers[2]]);
    text.push_str(separator.as_str());
    for (index, number) in numbers[3..6].iter().enumerate() {
        if index > 0 {
            text.push(':');
        }
        digits(&mut text, *number, 2);
    }
    if numbers[6] != 0 {
        text.push('.');
        digits(&mut text, numbers[6], 6);
    }
    Ok(Value::from(text))
}

/// `day_text(date)`: the date in ISO 8601.
pub(super) fn day_text(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let Some(date) = slots(vm, &args[0]) else { return Ok(Value::None) };
    let mut text = String::with_capacity(10);
    date_digits(&mut text, date);
    Ok(Value::from(text))
}

/// `delta_text(duration)`: as `str` shows it.
pub(super) fn delta_text(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let Some([days, seconds, us]) = slots::<3>(vm, &args[0]) else { return Ok(Value::None) };
    let mut text = String::new();
    if days != 0 {
        let plural = if days.abs() == 1 { "" } else { "s" };
        text = format!("{days} day{plural}, ");
    }
    text.push_str(&(seconds / 3600).to_string());
    for number in [seconds / 60 % 60, seconds % 60] {
        text.push(':');
        digits(&mut text, number, 2);
    }
    if us != 0 {
        text.push('.');
        digits(&mut text, us, 6);
    }
    Ok(Value::from(text))
}

fn date_digits(text: &mut String, [year, month, day]: [i64; 3]) {
    digits(text, year, 4);
    text.push('-');
    digits(text, month, 2);
    text.push('-');
    digits(text, day, 2);
}

/// Adds a number that is not negative in `width` digits.
fn digits(text: &mut String, number: i64, width: u32) {
    for place in (0..width).rev() {
        text.push(char::from(b'0' + (number / 10_i64.pow(place) % 10) as u8));
    }
}

/// `moment_hash(moment)`: the hash of a moment without a zone.
pub(super) fn moment_hash(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    match slots(vm, &args[0]) {
        Some(numbers) => vm.hash(&Value::Int(moment_at(numbers))).map(Value::Int),
        None => Ok(Value::None),
    }
}
