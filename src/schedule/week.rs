//! Parts of the week by the clock on the wall: quiet hours, and the hours that alone are allowed.
//!
//! A span belongs to the day on which it begins: `Fri 22:00-06:00` ends on Saturday. On the days on which clocks change
//! the clock on the wall counts: an hour that is skipped is neither open nor closed, one that comes twice is so twice.

use std::ops::Range;

use jiff::civil;
use jiff::tz::TimeZone;

use super::cron_line::ScheduleError;
use crate::org::Instant;

/// Days with the hours of each: `22:00-06:00`, `Sat,Sun`, `Mon-Fri 06:00-20:00`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WeekSpan {
    /// From Monday.
    days: [bool; 7],
    /// Minutes of the day; an end that is not after the start is on the next day.
    from: u16,
    to: u16,
}

/// The parts of the week in which something may run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Windows {
    /// Minutes of the week from Monday 00:00, in order, apart from each other.
    open: Vec<Range<u16>>,
}

const DAY: u16 = 24 * 60;
const WEEK: u16 = 7 * DAY;
const DAYS: [&str; 7] = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"];
const HINT: &str = "write \"22:00-06:00\", \"Sat,Sun\" or \"Mon-Fri 06:00-20:00\"";

fn error(message: String) -> ScheduleError {
    ScheduleError { message, hint: Some(HINT.to_owned()) }
}

impl WeekSpan {
    pub fn parse(text: &str) -> Result<Self, ScheduleError> {
        let (days, hours) = match text.split_whitespace().collect::<Vec<_>>().as_slice() {
            [hours] if hours.contains(':') => ([true; 7], Some(*hours)),
            [names] => (days(names)?, None),
            [names, hours] => (days(names)?, Some(*hours)),
            _ => return Err(error(format!("{text:?} is no part of a week"))),
        };
        let Some(hours) = hours else { return Ok(Self { days, from: 0, to: DAY }) };
        let bounds = hours.split_once('-').and_then(|(from, to)| Some((minute(from)?, minute(to)?)));
        match bounds {
            Some((from, to)) if from == to => Err(error(format!("{hours:?} is nothing, or the whole day"))),
            Some((from, to)) if from < DAY => Ok(Self { days, from, to }),
            _ => Err(error(format!("{hours:?} are no hours of a day"))),
        }
    }

    fn covers(&self, minute: u16) -> bool {
        let end = if self.to > self.from { self.to } else { self.to + DAY };
        (0..7u16).zip(self.days).any(|(day, on)| {
            let into = (minute + WEEK - (day * DAY + self.from) % WEEK) % WEEK;
            on && into < end - self.from
        })
    }
}

fn days(names: &str) -> Result<[bool; 7], ScheduleError> {
    let day = |name: &str| DAYS.iter().position(|day| day.eq_ignore_ascii_case(name));
    let mut days = [false; 7];
    for item in names.split(',') {
        let (from, to) = item.split_once('-').unwrap_or((item, item));
        let (Some(from), Some(to)) = (day(from), day(to)) else {
            return Err(error(format!("{item:?} is no day of the week")));
        };
        let length = (to + 7 - from) % 7;
        (from..=from + length).for_each(|day| days[day % 7] = true);
    }
    Ok(days)
}

/// A minute of the day, up to 24:00.
fn minute(text: &str) -> Option<u16> {
    let (hours, minutes) = text.split_once(':')?;
    let number = |text: &str| (text.len() == 2).then(|| text.parse::<u16>().ok()).flatten();
    let (hours, minutes) = (number(hours)?, number(minutes)?);
    let minute = hours * 60 + minutes;
    (minutes < 60 && minute <= DAY).then_some(minute)
}

impl Default for Windows {
    /// Always open.
    fn default() -> Self {
        Self { open: std::iter::once(0..WEEK).collect() }
    }
}

impl Windows {
    /// What is in one of `only` (or in any, when there is none) and in none of `quiet`. None when that is nothing.
    pub fn new(quiet: &[WeekSpan], only: &[WeekSpan]) -> Option<Self> {
        let is_open = |minute: u16| {
            let allowed = only.is_empty() || only.iter().any(|span| span.covers(minute));
            allowed && !quiet.iter().any(|span| span.covers(minute))
        };
        let mut open: Vec<Range<u16>> = Vec::new();
        for minute in (0..WEEK).filter(|minute| is_open(*minute)) {
            match open.last_mut() {
                Some(last) if last.end == minute => last.end = minute + 1,
                _ => open.push(minute..minute + 1),
            }
        }
        (!open.is_empty()).then_some(Self { open })
    }

    pub fn is_always_open(&self) -> bool {
        *self == Self::default()
    }

    pub fn is_open(&self, at: Instant, zone: &TimeZone) -> bool {
        let local = at.timestamp().to_zoned(zone.clone());
        let day = u16::from(local.weekday().to_monday_zero_offset().unsigned_abs());
        let minute = u16::from(local.hour().unsigned_abs()) * 60 + u16::from(local.minute().unsigned_abs());
        self.open.iter().any(|range| range.contains(&(day * DAY + minute)))
    }

    /// The first instant after `at` that is open: where a part of the week begins, or where clocks change.
    pub fn opens_after(&self, at: Instant, zone: &TimeZone) -> Option<Instant> {
        let today = at.timestamp().to_zoned(zone.clone()).date();
        let dates = today.yesterday().ok()?.series(jiff::Span::new().days(1)).take(10);
        let begins = dates.flat_map(|date| self.begins(date)).flat_map(|civil| {
            let at = zone.to_ambiguous_timestamp(civil);
            [at.earlier(), at.later()].into_iter().flatten().collect::<Vec<_>>()
        });
        let soon = at.timestamp().saturating_add(jiff::SignedDuration::from_hours(10 * 24)).ok()?;
        let changes = zone.following(at.timestamp()).map(|change| change.timestamp()).take_while(|at| *at < soon);
        let all = begins.chain(changes).map(|stamp| Instant::from_micros(stamp.as_microsecond()));
        all.filter(|open| *open > at && self.is_open(*open, zone)).min()
    }

    /// The times of a day at which a part of the week begins. Sunday may run over into Monday; then midnight is no
    /// begin, but it is open all the same.
    fn begins(&self, date: civil::Date) -> Vec<civil::DateTime> {
        let day = u16::from(date.weekday().to_monday_zero_offset().unsigned_abs());
        let starts = self.open.iter().map(|range| range.start).filter(|start| start / DAY == day);
        let time = |start: u16| {
            let minute = start % DAY;
            civil::Time::new(i8::try_from(minute / 60).ok()?, i8::try_from(minute % 60).ok()?, 0, 0).ok()
        };
        starts.filter_map(time).map(|time| date.to_datetime(time)).collect()
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test that fails should stop at once")]
mod tests {
    use super::*;

    fn spans(texts: &[&str]) -> Vec<WeekSpan> {
        texts.iter().map(|text| WeekSpan::parse(text).unwrap()).collect()
    }

    fn at(text: &str) -> Instant {
        text.parse().unwrap()
    }

    /// Quiet, only, the instant, whether it is open, when it opens next. 2026-11-23 is a Monday; clocks change on
    /// 2026-03-29 and 2026-10-25.
    #[expect(clippy::type_complexity, reason = "a table")]
    const OPEN: &[(&[&str], &[&str], &str, bool, &str)] = &[
        // over midnight
        (&["22:00-06:00"], &[], "2026-11-23T21:59:59+01:00", true, "2026-11-24T06:00:00+01:00"),
        (&["22:00-06:00"], &[], "2026-11-23T22:00:00+01:00", false, "2026-11-24T06:00:00+01:00"),
        (&["22:00-06:00"], &[], "2026-11-24T05:59:59+01:00", false, "2026-11-24T06:00:00+01:00"),
        // the day on which it begins
        (&["Fri 22:00-06:00"], &[], "2026-11-28T05:00:00+01:00", false, "2026-11-28T06:00:00+01:00"),
        (&["Fri 22:00-06:00"], &[], "2026-11-27T05:00:00+01:00", true, "2026-11-28T06:00:00+01:00"),
        // whole days, and from Sunday into the next week
        (&["Sat,Sun"], &[], "2026-11-28T00:00:00+01:00", false, "2026-11-30T00:00:00+01:00"),
        (&["Sat-Sun"], &[], "2026-11-29T23:59:59+01:00", false, "2026-11-30T00:00:00+01:00"),
        (&["Sun 22:00-06:00"], &[], "2026-11-30T05:00:00+01:00", false, "2026-11-30T06:00:00+01:00"),
        // only, and quiet within it
        (&[], &["Mon-Fri 06:00-20:00"], "2026-11-27T20:00:00+01:00", false, "2026-11-30T06:00:00+01:00"),
        (&["12:00-13:00"], &["Mon-Fri 06:00-20:00"], "2026-11-27T12:30:00+01:00", false, "2026-11-27T13:00:00+01:00"),
        (&[], &["20:00-24:00"], "2026-11-27T23:59:00+01:00", true, "2026-11-28T20:00:00+01:00"),
        // an end that is skipped: open from the change on
        (&["22:00-02:30"], &[], "2026-03-29T01:59:59+01:00", false, "2026-03-29T03:00:00+02:00"),
        // an end that comes twice: quiet again in the second pass
        (&["22:00-02:30"], &[], "2026-10-25T02:29:00+02:00", false, "2026-10-25T02:30:00+02:00"),
        (&["22:00-02:30"], &[], "2026-10-25T02:40:00+02:00", true, "2026-10-25T02:30:00+01:00"),
        (&["22:00-02:30"], &[], "2026-10-25T02:10:00+01:00", false, "2026-10-25T02:30:00+01:00"),
    ];

    #[test]
    fn what_is_open_and_when_next() {
        let zone = TimeZone::get("Europe/Copenhagen").unwrap();
        for (quiet, only, now, open, next) in OPEN {
            let windows = Windows::new(&spans(quiet), &spans(only)).unwrap();
            assert_eq!(windows.is_open(at(now), &zone), *open, "{quiet:?} {only:?} at {now}");
            assert_eq!(windows.opens_after(at(now), &zone), Some(at(next)), "{quiet:?} {only:?} after {now}");
        }
    }

    #[test]
    fn what_leaves_nothing_is_none() {
        assert_eq!(Windows::new(&spans(&["00:00-24:00"]), &[]), None);
        assert_eq!(Windows::new(&spans(&["Sat,Sun"]), &spans(&["Sat 10:00-12:00"])), None);
        assert_eq!(Windows::new(&[], &[]), Some(Windows::default()));
        assert!(Windows::new(&[], &spans(&["Mon-Sun"])).unwrap().is_always_open());
    }

    #[test]
    fn what_is_no_part_of_a_week_is_refused() {
        for text in ["", "22-06", "22:00", "25:00-26:00", "24:00-06:00", "06:00-06:00", "Mo", "Mon Tue", "6:00-7:00"] {
            assert!(WeekSpan::parse(text).is_err(), "{text}");
        }
    }
}
