//! Clocks and the local calendar of the operating system.

use std::mem::MaybeUninit;
use std::time::Duration;

/// A moment as a calendar shows it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Calendar {
    pub year: i64,
    /// From 0.
    pub month: i32,
    pub day: i32,
    pub hour: i32,
    pub minute: i32,
    pub second: i32,
    /// From Sunday, 0.
    pub weekday: i32,
    /// From 0.
    pub yearday: i32,
    /// Positive if daylight saving time is in effect, negative if that is not known.
    pub daylight: i32,
    /// Seconds east of Greenwich.
    pub offset: i64,
    pub zone: String,
}

impl Calendar {
    fn from_c(tm: &libc::tm) -> Calendar {
        let zone = if tm.tm_zone.is_null() {
            String::new()
        } else {
            // SAFETY: the C library's zone names are static strings that end in a zero.
            unsafe { std::ffi::CStr::from_ptr(tm.tm_zone) }.to_string_lossy().into_owned()
        };
        Calendar {
            year: i64::from(tm.tm_year) + 1900,
            month: tm.tm_mon,
            day: tm.tm_mday,
            hour: tm.tm_hour,
            minute: tm.tm_min,
            second: tm.tm_sec,
            weekday: tm.tm_wday,
            yearday: tm.tm_yday,
            daylight: tm.tm_isdst,
            offset: tm.tm_gmtoff,
            zone,
        }
    }

    fn to_c(&self) -> Option<libc::tm> {
        // SAFETY: `tm` is plain data; all zeros and a null zone are valid.
        let mut tm: libc::tm = unsafe { MaybeUninit::zeroed().assume_init() };
        tm.tm_year = i32::try_from(self.year.checked_sub(1900)?).ok()?;
        tm.tm_mon = self.month;
        tm.tm_mday = self.day;
        tm.tm_hour = self.hour;
        tm.tm_min = self.minute;
        tm.tm_sec = self.second;
        tm.tm_wday = self.weekday;
        tm.tm_yday = self.yearday;
        tm.tm_isdst = self.daylight;
        Some(tm)
    }
}

/// The local calendar at so many seconds since 1970; None if the year does not fit.
pub fn local_calendar(seconds: i64) -> Option<Calendar> {
    let mut tm = MaybeUninit::<libc::tm>::zeroed();
    // SAFETY: both pointers are valid for the call, and `tm` is written if it succeeds.
    unsafe {
        let found = libc::localtime_r(&seconds, tm.as_mut_ptr());
        (!found.is_null()).then(|| Calendar::from_c(&tm.assume_init()))
    }
}

/// How many seconds local clocks are ahead of Greenwich's at so many seconds since 1970; None if the year does not fit.
pub fn local_offset(seconds: i64) -> Option<i64> {
    let mut tm = MaybeUninit::<libc::tm>::zeroed();
    // SAFETY: as above.
    unsafe {
        let found = libc::localtime_r(&seconds, tm.as_mut_ptr());
        (!found.is_null()).then(|| tm.assume_init().tm_gmtoff)
    }
}

/// The calendar of Greenwich at so many seconds since 1970; None if the year does not fit.
pub fn utc_calendar(seconds: i64) -> Option<Calendar> {
    let mut tm = MaybeUninit::<libc::tm>::zeroed();
    // SAFETY: as above.
    unsafe {
        let found = libc::gmtime_r(&seconds, tm.as_mut_ptr());
        (!found.is_null()).then(|| Calendar::from_c(&tm.assume_init()))
    }
}

unsafe extern "C" {
    fn tzset();
}

/// Takes the local zone anew from the environment variable `TZ`.
pub fn reload_zone() {
    // SAFETY: the function takes the C library's own lock for the zone; scripts change the environment through a lock
    // of the standard library, as its documentation asks of a program that has threads.
    unsafe { tzset() };
}

/// Seconds since 1970 of a moment on the local calendar, which is normalised on the way.
pub fn local_seconds(calendar: &Calendar) -> Option<i64> {
    let mut tm = calendar.to_c()?;
    // An error is told apart from the second before 1970 by the weekday, which is always set on success.
    tm.tm_wday = -1;
    // SAFETY: the pointer is valid for the call.
    let seconds = unsafe { libc::mktime(&mut tm) };
    (seconds != -1 || tm.tm_wday != -1).then_some(seconds)
}

/// CPU time that the process has used.
pub fn process_time() -> Duration {
    cpu_clock(libc::CLOCK_PROCESS_CPUTIME_ID)
}

/// CPU time that the thread has used.
pub fn thread_time() -> Duration {
    cpu_clock(libc::CLOCK_THREAD_CPUTIME_ID)
}

fn cpu_clock(clock: libc::clockid_t) -> Duration {
    let mut time = libc::timespec { tv_sec: 0, tv_nsec: 0 };
    // SAFETY: the pointer is valid for the call.
    unsafe { libc::clock_gettime(clock, &mut time) };
    Duration::new(time.tv_sec as u64, time.tv_nsec as u32)
}
