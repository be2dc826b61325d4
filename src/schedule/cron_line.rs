//! When something runs: five or six cron fields, read in civil time.
//!
//! The `cron` crate is the parser; its traps stay in here (fields and weekdays as in crontab(5), one rule for the
//! days on which clocks change). chrono is that crate's calendar and is used for nothing else: civil times go
//! through it as if they were UTC, and become instants by the time zone's own rules.
//!
//! A civil time that a change of clocks skips runs as much later as the clocks moved. One that comes twice runs the
//! first time, unless the hour is `*` or `*/n`: what runs every hour also runs in the hour that comes twice.

use std::fmt;
use std::str::FromStr;

use chrono::{DateTime, Datelike, NaiveDate, Timelike, Utc};
use jiff::civil;
use jiff::tz::{AmbiguousOffset, TimeZone};

use crate::org::Instant;

/// A checked schedule.
#[derive(Debug, Clone)]
pub struct Schedule {
    text: String,
    cron: cron::Schedule,
    /// Also runs in the second pass of an hour that comes twice.
    every_hour: bool,
}

/// Why a text is no schedule.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct ScheduleError {
    pub message: String,
    pub hint: Option<String>,
}

const WEEKDAYS: [&str; 7] = ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"];

const HINT: &str = "write minute hour day month weekday, such as \"30 6 * * Mon-Fri\"";

/// The parser's own words come below a picture of the text; its upper bounds are inclusive.
fn reason(problem: &cron::error::Error) -> String {
    let text = problem.to_string();
    let last = text.lines().map(str::trim).rfind(|line| !line.is_empty() && *line != "^").unwrap_or_default();
    last.replace("less than", "at most")
}

fn error(message: impl Into<String>, hint: &str) -> ScheduleError {
    ScheduleError { message: message.into(), hint: Some(hint.to_owned()) }
}

impl Schedule {
    /// Reads `minute hour day month weekday`, or the same with seconds before it.
    pub fn parse(text: &str) -> Result<Self, ScheduleError> {
        let mut fields: Vec<String> = text.split_whitespace().map(ToOwned::to_owned).collect();
        match fields.len() {
            5 => fields.insert(0, "0".into()),
            6 => {}
            count => {
                let message = format!("a schedule has five or six fields, not {count}");
                return Err(error(message, HINT));
            }
        }
        let restricted = |field: &str| !field.starts_with('*') && field != "?";
        if restricted(&fields[3]) && restricted(&fields[5]) {
            let hint = "restrict one of the two: programs differ on whether both or either must match";
            return Err(error("the schedule restricts both the day of the month and the weekday", hint));
        }
        let every_hour = fields[2].starts_with('*');
        fields[5] = weekdays(&fields[5])?;
        let cron = cron::Schedule::from_str(&fields.join(" "))
            .map_err(|problem| error(format!("not a schedule: {}", reason(&problem)), HINT))?;
        let schedule = Self { text: text.to_owned(), cron, every_hour };
        if schedule.civil_after(civil::date(2000, 1, 1).at(0, 0, 0, 0)).is_none() {
            return Err(error("the schedule never fires", "no year has such a day"));
        }
        Ok(schedule)
    }

    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// The first time after `after`.
    pub fn next_after(&self, after: Instant, zone: &TimeZone) -> Option<Instant> {
        let local = after.timestamp().to_zoned(zone.clone()).datetime();
        if !clocks_change_near(after, zone) {
            let next = self.civil_after(local)?;
            if !zone.to_ambiguous_timestamp(next).is_ambiguous() {
                return self.instants(next, zone).into_iter().next();
            }
        }
        self.next_among_changes(after, local, zone)
    }

    /// Where clocks change, a later civil time can be the earlier instant, so all of some hours are compared.
    fn next_among_changes(&self, after: Instant, local: civil::DateTime, zone: &TimeZone) -> Option<Instant> {
        let hours = |hours: i64| jiff::Span::new().hours(hours);
        let mut civil = local.saturating_sub(hours(REACH));
        let mut best: Option<(Instant, civil::DateTime)> = None;
        while let Some(next) = self.civil_after(civil) {
            if best.is_some_and(|(_, found)| next > found.saturating_add(hours(REACH))) {
                break;
            }
            for instant in self.instants(next, zone) {
                if instant > after && best.is_none_or(|(best, _)| instant < best) {
                    best = Some((instant, next));
                }
            }
            civil = next;
        }
        best.map(|(instant, _)| instant)
    }

    /// The last time after `since` and not after `until`: one missed run stands for all.
    pub fn last_due(&self, since: Instant, until: Instant, zone: &TimeZone) -> Option<Instant> {
        const HOUR: i64 = 3_600_000_000;
        for back in [HOUR, 24 * HOUR, 8 * 24 * HOUR, 400 * 24 * HOUR, i64::MAX] {
            let start = since.max(Instant::from_micros(until.micros().saturating_sub(back)));
            let mut due = std::iter::successors(self.next_after(start, zone), |at| self.next_after(*at, zone));
            let last = due.by_ref().take_while(|at| *at <= until).last();
            if last.is_some() || start == since {
                return last;
            }
        }
        None
    }

    fn civil_after(&self, after: civil::DateTime) -> Option<civil::DateTime> {
        let next = self.cron.after(&to_chrono(after)?).next()?;
        let (year, month, day) = (next.year(), next.month(), next.day());
        let date = civil::Date::new(year.try_into().ok()?, month.try_into().ok()?, day.try_into().ok()?).ok()?;
        let (hour, minute, second) = (next.hour(), next.minute(), next.second());
        let time = civil::Time::new(hour.try_into().ok()?, minute.try_into().ok()?, second.try_into().ok()?, 0).ok()?;
        Some(date.to_datetime(time))
    }

    fn instants(&self, at: civil::DateTime, zone: &TimeZone) -> Vec<Instant> {
        let ambiguous = zone.to_ambiguous_timestamp(at);
        let twice = self.every_hour && matches!(ambiguous.offset(), AmbiguousOffset::Fold { .. });
        let second = twice.then(|| ambiguous.later().ok()).flatten();
        let first = ambiguous.compatible().ok();
        let instant = |stamp: jiff::Timestamp| Instant::from_micros(stamp.as_microsecond());
        [first, second].into_iter().flatten().map(instant).collect()
    }
}

/// Hours around a change of clocks in which the order of civil times is not that of instants.
const REACH: i64 = 4;

fn clocks_change_near(at: Instant, zone: &TimeZone) -> bool {
    let reach = jiff::SignedDuration::from_hours(REACH);
    let offset = |stamp: Result<jiff::Timestamp, jiff::Error>| stamp.ok().map(|stamp| zone.to_offset(stamp));
    let stamp = at.timestamp();
    offset(stamp.checked_sub(reach)) != offset(stamp.checked_add(reach))
}

/// The weekday field with names: `cron` counts 1 = Sunday, crontab(5) counts 0 and 7 = Sunday.
fn weekdays(field: &str) -> Result<String, ScheduleError> {
    let mut days = [false; 7];
    for item in field.split(',') {
        let (range, step) = match item.split_once('/') {
            Some((range, step)) => (range, step.parse().ok().filter(|step| *step > 0)),
            None => (item, Some(1)),
        };
        let bounds = match range.split_once('-') {
            _ if range == "*" || range == "?" => Some((0, 6)),
            Some((from, to)) => weekday(from).zip(weekday(to)).map(|(from, to)| (from, if to == 0 { 7 } else { to })),
            None => weekday(range).map(|day| (day, if item.contains('/') { 6 } else { day })),
        };
        let (Some((from, to)), Some(step)) = (bounds, step) else {
            return Err(error(
                format!("{item:?} is no weekday"),
                "write Mon to Sun, or 0 to 7 where 0 and 7 are Sunday",
            ));
        };
        if from > to {
            return Err(error(format!("{item:?} runs backwards"), "write two ranges, such as Fri-Sun,Mon"));
        }
        for day in (from..=to).step_by(step) {
            days[day % 7] = true;
        }
    }
    if days == [true; 7] {
        return Ok("*".into());
    }
    let names: Vec<&str> = days.iter().zip(WEEKDAYS).filter(|(on, _)| **on).map(|(_, name)| name).collect();
    Ok(names.join(","))
}

fn weekday(text: &str) -> Option<usize> {
    match text.parse::<usize>() {
        Ok(number) => (number <= 7).then_some(number),
        Err(_) => WEEKDAYS.iter().position(|name| name.eq_ignore_ascii_case(text)),
    }
}

impl fmt::Display for Schedule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

fn to_chrono(at: civil::DateTime) -> Option<DateTime<Utc>> {
    let date = NaiveDate::from_ymd_opt(at.year().into(), at.month().try_into().ok()?, at.day().try_into().ok()?)?;
    let time =
        date.and_hms_opt(at.hour().try_into().ok()?, at.minute().try_into().ok()?, at.second().try_into().ok()?)?;
    Some(time.and_utc())
}

#[cfg(test)]
#[path = "cron_line_tests.rs"]
#[allow(clippy::expect_used, clippy::panic, reason = "a test that fails should stop at once")]
mod tests;
