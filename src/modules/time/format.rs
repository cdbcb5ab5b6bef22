//! `strftime` in the C locale.

use crate::runtime::clocks::{Calendar, local_seconds};

pub(super) const WEEKDAYS: [&str; 7] = ["Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"];

pub(super) const MONTHS: [&str; 12] = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
];

/// What a flag between `%` and the letter asks for.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Pad {
    Default,
    None,
    Space,
    Zero,
}

/// Formats a moment as C's `strftime` does; unknown directives stay as they are.
pub(super) fn format_time(format: &str, calendar: &Calendar) -> String {
    let mut text = String::new();
    let mut rest = format;
    while let Some(at) = rest.find('%') {
        text.push_str(&rest[..at]);
        rest = &rest[at..];
        let mut characters = rest[1..].char_indices();
        let (mut pad, mut upper) = (Pad::Default, false);
        let directive = loop {
            match characters.next() {
                Some((_, '-')) => pad = Pad::None,
                Some((_, '_')) => pad = Pad::Space,
                Some((_, '0')) => pad = Pad::Zero,
                Some((_, '^')) => upper = true,
                Some((at, letter)) => break Some((at, letter)),
                None => break None,
            }
        };
        let Some((at, letter)) = directive else {
            text.push_str(rest);
            return text;
        };
        let end = 1 + at + letter.len_utf8();
        match expand(letter, pad, calendar) {
            Some(part) if upper => text.push_str(&part.to_uppercase()),
            Some(part) => text.push_str(&part),
            None => text.push_str(&rest[..end]),
        }
        rest = &rest[end..];
    }
    text.push_str(rest);
    text
}

fn number(value: i64, width: usize, default: Pad, pad: Pad) -> String {
    match if pad == Pad::Default { default } else { pad } {
        Pad::None => value.to_string(),
        Pad::Space => format!("{value:width$}"),
        Pad::Zero | Pad::Default => format!("{value:0width$}"),
    }
}

/// Year and week of the ISO 8601 calendar.
fn iso_week(calendar: &Calendar) -> (i64, i64) {
    let weekday = i64::from(calendar.weekday + 6) % 7;
    let week = (i64::from(calendar.yearday) - weekday + 10) / 7;
    if week < 1 {
        return (calendar.year - 1, weeks_in(calendar.year - 1));
    }
    if week > weeks_in(calendar.year) { (calendar.year + 1, 1) } else { (calendar.year, week) }
}

fn weeks_in(year: i64) -> i64 {
    let last_day = |year: i64| (year + year.div_euclid(4) - year.div_euclid(100) + year.div_euclid(400)).rem_euclid(7);
    if last_day(year) == 4 || last_day(year - 1) == 3 { 53 } else { 52 }
}

fn expand(letter: char, pad: Pad, calendar: &Calendar) -> Option<String> {
    let two = |value: i32| number(value.into(), 2, Pad::Zero, pad);
    let blank = |value: i32| number(value.into(), 2, Pad::Space, pad);
    let hour12 = if calendar.hour % 12 == 0 { 12 } else { calendar.hour % 12 };
    let weekday = WEEKDAYS[calendar.weekday as usize % 7];
    let month = MONTHS[calendar.month as usize % 12];
    let nested = |format: &str| format_time(format, calendar);
    Some(match letter {
        'a' => weekday[..3].to_owned(),
        'A' => weekday.to_owned(),
        'b' | 'h' => month[..3].to_owned(),
        'B' => month.to_owned(),
        'c' => nested("%a %b %e %H:%M:%S %Y"),
        'C' => number(calendar.year.div_euclid(100), 2, Pad::Zero, pad),
        'd' => two(calendar.day),
        'D' | 'x' => nested("%m/%d/%y"),
        'e' => blank(calendar.day),
        'F' => nested("%Y-%m-%d"),
        'g' => number(iso_week(calendar).0.rem_euclid(100), 2, Pad::Zero, pad),
        'G' => iso_week(calendar).0.to_string(),
        'H' => two(calendar.hour),
        'I' => two(hour12),
        'j' => number(i64::from(calendar.yearday) + 1, 3, Pad::Zero, pad),
        'k' => blank(calendar.hour),
        'l' => blank(hour12),
        'm' => two(calendar.month + 1),
        'M' => two(calendar.minute),
        'n' => "\n".to_owned(),
        'p' => (if calendar.hour < 12 { "AM" } else { "PM" }).to_owned(),
        'P' => (if calendar.hour < 12 { "am" } else { "pm" }).to_owned(),
        'r' => nested("%I:%M:%S %p"),
        'R' => nested("%H:%M"),
        's' => local_seconds(calendar)?.to_string(),
        'S' => two(calendar.second),
        't' => "\t".to_owned(),
        'T' | 'X' => nested("%H:%M:%S"),
        'u' => (if calendar.weekday == 0 { 7 } else { calendar.weekday }).to_string(),
        'U' => two((calendar.yearday + 7 - calendar.weekday) / 7),
        'V' => number(iso_week(calendar).1, 2, Pad::Zero, pad),
        'w' => calendar.weekday.to_string(),
        'W' => two((calendar.yearday + 7 - (calendar.weekday + 6) % 7) / 7),
        'y' => number(calendar.year.rem_euclid(100), 2, Pad::Zero, pad),
        'Y' => number(calendar.year, 0, Pad::None, pad),
        'z' => {
            let (sign, minutes) =
                if calendar.offset < 0 { ('-', -calendar.offset / 60) } else { ('+', calendar.offset / 60) };
            format!("{sign}{:02}{:02}", minutes / 60, minutes % 60)
        }
        'Z' => calendar.zone.clone(),
        '%' => "%".to_owned(),
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn new_year(year: i64, weekday: i32) -> Calendar {
        Calendar {
            year,
            month: 0,
            day: 1,
            hour: 15,
            minute: 4,
            second: 5,
            weekday,
            yearday: 0,
            daylight: 0,
            offset: -12_600,
            zone: "XYZ".to_owned(),
        }
    }

    #[test]
    fn formats_directives_and_flags() {
        let calendar = new_year(2021, 5);
        assert_eq!(format_time("%a %-d|%e|%I %p %j %z%%%q", &calendar), "Fri 1| 1|03 PM 001 -0330%%q");
        assert_eq!(format_time("%G-W%V-%u %U %W", &calendar), "2020-W53-5 00 00");
    }

    #[test]
    fn keeps_a_lone_percent_sign() {
        assert_eq!(format_time("50%", &new_year(2020, 3)), "50%");
    }
}
