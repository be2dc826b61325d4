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
use jiff::tz::TimeZone;

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

const WEEKDAYS: [&str; 8] = ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"];

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
                return Err(error(message, "write minute hour day month weekday, such as \"30 6 * * Mon-Fri\""));
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
            .map_err(|problem| error(format!("not a schedule: {problem}"), "see crontab(5)"))?;
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
        // Two days back covers every shift: a time in a gap is put off, one in an overlap comes again.
        let local = after.timestamp().to_zoned(zone.clone()).datetime();
        let mut civil = local.checked_sub(jiff::Span::new().hours(3)).ok()?;
        let mut best: Option<Instant> = None;
        loop {
            let Some(next) = self.civil_after(civil) else { return best };
            for instant in self.instants(next, zone) {
                if instant > after && best.is_none_or(|best| instant < best) {
                    best = Some(instant);
                }
            }
            // Later civil times can only give an earlier instant within the width of one change of clocks.
            if let Some(found) = best {
                let found = found.timestamp().to_zoned(zone.clone()).datetime();
                if next >= found.checked_add(jiff::Span::new().hours(3)).unwrap_or(found) {
                    return best;
                }
            }
            civil = next;
        }
    }

    /// The last time after `since` and not after `until`: one missed run stands for all.
    pub fn last_due(&self, since: Instant, until: Instant, zone: &TimeZone) -> Option<Instant> {
        let mut last = None;
        let mut at = since;
        while let Some(next) = self.next_after(at, zone).filter(|next| *next <= until) {
            last = Some(next);
            at = next;
        }
        last
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
        let first = zone.to_ambiguous_timestamp(at).compatible();
        let again = zone.to_ambiguous_timestamp(at);
        let second = if self.every_hour && again.is_ambiguous() { again.later() } else { Err(jiff::Error::from_args(format_args!(""))) };
        let mut instants: Vec<Instant> =
            [first, second].into_iter().flatten().map(|stamp| Instant::from_micros(stamp.as_microsecond())).collect();
        instants.dedup();
        instants
    }
}

impl fmt::Display for Schedule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

fn to_chrono(at: civil::DateTime) -> Option<DateTime<Utc>> {
    let date = NaiveDate::from_ymd_opt(at.year().into(), at.month().try_into().ok()?, at.day().try_into().ok()?)?;
    let time = date.and_hms_opt(at.hour().try_into().ok()?, at.minute().try_into().ok()?, at.second().try_into().ok()?)?;
    Some(time.and_utc())
}
