//! The two time axes: whole days for what is valid, microseconds for what is known.

use std::fmt;
use std::str::FromStr;

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

/// The time zone that a roster's days are meant in.
pub type Zone = jiff::tz::TimeZone;

/// A whole day in the roster's configured time zone.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(try_from = "String", into = "String")]
#[schemars(with = "String", extend("format" = "date"))]
pub struct Day(Date);

/// A text that is not a day.
#[derive(Debug, thiserror::Error)]
#[error("{0:?} is not a day: write YYYY-MM-DD")]
pub struct DayError(String);

impl Day {
    pub const fn from_date(date: Date) -> Self {
        Self(date)
    }

    pub fn date(self) -> Date {
        self.0
    }

    /// The day `days` later (earlier when negative), at most the calendar's last or first day.
    pub fn plus(self, days: i64) -> Self {
        Self(self.0.saturating_add(jiff::Span::new().days(days)))
    }

    /// The instant at which it begins in a zone.
    pub fn begins(self, zone: &Zone) -> Instant {
        let midnight = self.0.to_zoned(zone.clone());
        Instant(midnight.map_or(i64::MIN, |midnight| midnight.timestamp().as_microsecond()))
    }
}

impl FromStr for Day {
    type Err = DayError;

    fn from_str(text: &str) -> Result<Self, DayError> {
        let well_formed = text.len() == 10 && text.as_bytes()[4] == b'-' && text.as_bytes()[7] == b'-';
        let date = if well_formed { text.parse().ok() } else { None };
        date.map(Self).ok_or_else(|| DayError(text.to_owned()))
    }
}

impl TryFrom<String> for Day {
    type Error = DayError;

    fn try_from(text: String) -> Result<Self, DayError> {
        text.parse()
    }
}

impl From<Day> for String {
    fn from(day: Day) -> Self {
        day.to_string()
    }
}

impl fmt::Display for Day {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.0)
    }
}

/// A UTC instant in microseconds since 1970: when something became known.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Instant(i64);

/// A text that is not an instant.
#[derive(Debug, thiserror::Error)]
#[error("{0:?} is not an instant: write one such as 2026-11-23T14:05:09+01:00, or 2026-11-23T13:05:09Z in UTC")]
pub struct InstantError(String);

impl Instant {
    pub fn from_micros(micros: i64) -> Self {
        Self(micros)
    }

    pub fn micros(self) -> i64 {
        self.0
    }

    /// An instant as HTTP writes it (RFC 9110 section 5.6.7): `Sun, 06 Nov 1994 08:49:37 GMT`.
    pub fn from_http(text: &str) -> Option<Self> {
        let at = jiff::fmt::rfc2822::parse(text.trim()).ok()?;
        Some(Self(at.timestamp().as_microsecond()))
    }

    /// The instant so many days of 24 hours earlier.
    #[must_use]
    pub fn days_earlier(self, days: i64) -> Self {
        Self(self.0.saturating_sub(days.saturating_mul(86_400_000_000)))
    }

    /// The instant so many hours later.
    #[must_use]
    pub fn hours_later(self, hours: i64) -> Self {
        Self(self.0.saturating_add(hours.saturating_mul(3_600_000_000)))
    }

    /// The day that this instant falls on in `zone`.
    pub fn day(self, zone: &jiff::tz::TimeZone) -> Day {
        Day(self.timestamp().to_zoned(zone.clone()).date())
    }

    /// As people of a zone read it: to the second, with the offset, such as `2026-11-23 14:05:09 +01:00`.
    pub fn local(self, zone: &Zone) -> String {
        self.timestamp().to_zoned(zone.clone()).strftime("%Y-%m-%d %H:%M:%S %:z").to_string()
    }

    /// The time of day in a zone, to the minute: `14:05`.
    pub fn time_of_day(self, zone: &Zone) -> String {
        self.timestamp().to_zoned(zone.clone()).strftime("%H:%M").to_string()
    }

    pub fn timestamp(self) -> jiff::Timestamp {
        jiff::Timestamp::from_microsecond(self.0).unwrap_or(jiff::Timestamp::MAX)
    }
}

impl FromStr for Instant {
    type Err = InstantError;

    fn from_str(text: &str) -> Result<Self, InstantError> {
        let at: jiff::Timestamp = text.parse().map_err(|_| InstantError(text.to_owned()))?;
        Ok(Self(at.as_microsecond()))
    }
}

impl TryFrom<String> for Instant {
    type Error = InstantError;

    fn try_from(text: String) -> Result<Self, InstantError> {
        text.parse()
    }
}

impl From<Instant> for String {
    fn from(instant: Instant) -> Self {
        instant.to_string()
    }
}

impl fmt::Display for Instant {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.timestamp())
    }
}

impl fmt::Debug for Instant {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// A half-open run of days: `from` is the first day, `to` the first day after. `None` is open.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Interval {
    #[serde(rename = "valid_from")]
    pub from: Option<Day>,
    #[serde(rename = "valid_to")]
    pub to: Option<Day>,
}

impl Interval {
    pub const ALWAYS: Self = Self { from: None, to: None };

    pub fn contains(&self, day: Day) -> bool {
        self.from.is_none_or(|from| from <= day) && self.to.is_none_or(|to| day < to)
    }

    /// An interval whose end is not after its start holds on no day.
    pub fn is_empty(&self) -> bool {
        matches!((self.from, self.to), (Some(from), Some(to)) if to <= from)
    }

    /// The days that both hold, or `None` when there are none.
    pub fn intersect(&self, other: &Self) -> Option<Self> {
        let from = self.from.max(other.from); // None sorts first: open at the start
        let to = match (self.to, other.to) {
            (Some(a), Some(b)) => Some(a.min(b)),
            (a, b) => a.or(b),
        };
        let both = Self { from, to };
        (!both.is_empty()).then_some(both)
    }

    pub fn overlaps(&self, other: &Self) -> bool {
        self.intersect(other).is_some()
    }
}

impl fmt::Display for Interval {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.from {
            Some(day) => write!(f, "{day}")?,
            None => f.write_str("…")?,
        }
        match self.to {
            Some(day) => write!(f, " to {day}"),
            None => f.write_str(" onwards"),
        }
    }
}
