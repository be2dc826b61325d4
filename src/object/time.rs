//! Generalized time (RFC 4517 section 3.3.13) and FILETIME, as numbers. Pure; knows no clock and no time zone beyond
//! the offset that a value itself states.

use std::fmt;

/// Units of 100 ns since 1601-01-01 UTC: the proleptic Gregorian calendar, as in FILETIME.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Ticks(i128);

const SECOND: i128 = 10_000_000;
/// Days from 0000-03-01 to 1601-01-01.
const EPOCH: i64 = 584_694;

impl Ticks {
    /// As a FILETIME, which begins in 1601.
    pub fn file_time(self) -> Option<i64> {
        i64::try_from(self.0).ok().filter(|ticks| *ticks >= 0)
    }
}

impl fmt::Display for Ticks {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "@{}", self.0)
    }
}

/// `YYYYMMDDHH[MM[SS]][(.|,)fraction](Z|±HH[MM])`; a fraction is one of the last unit that is written.
pub(super) fn generalized(text: &str) -> Option<Ticks> {
    let text = text.trim();
    let (clock, offset) = zone(text)?;
    let (digits, fraction) = match clock.split_once(['.', ',']) {
        Some((digits, fraction)) => (digits, Some(fraction)),
        None => (clock, None),
    };
    if !matches!(digits.len(), 10 | 12 | 14) || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let part = |from: usize, to: usize| digits.get(from..to).map_or(Some(0), |part| part.parse::<i64>().ok());
    let (year, month, day) = (part(0, 4)?, part(4, 6)?, part(6, 8)?);
    let (hour, minute, second) = (part(8, 10)?, part(10, 12)?, part(12, 14)?);
    let good = (1..=12).contains(&month) && (1..=days_of(year, month)).contains(&day);
    // a leap second is written as 60
    if !good || hour > 23 || minute > 59 || second > 60 {
        return None;
    }
    let unit = match digits.len() {
        10 => 3600,
        12 => 60,
        _ => 1,
    };
    let fraction = fraction.map_or(Some(0), |fraction| of_unit(fraction, unit * SECOND))?;
    let seconds = days(year, month, day) * 86_400 + hour * 3600 + minute * 60 + second - offset;
    Some(Ticks(i128::from(seconds) * SECOND + fraction))
}

/// What stands before the zone, and the zone's offset in seconds.
fn zone(text: &str) -> Option<(&str, i64)> {
    if let Some(clock) = text.strip_suffix(['Z', 'z']) {
        return Some((clock, 0));
    }
    let at = text.rfind(['+', '-'])?;
    let (clock, zone) = (text.get(..at)?, text.get(at + 1..)?);
    if !matches!(zone.len(), 2 | 4) || !zone.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let (hours, minutes) = (zone.get(..2)?.parse::<i64>().ok()?, zone.get(2..).filter(|text| !text.is_empty()));
    let minutes = minutes.map_or(Some(0), |text| text.parse::<i64>().ok())?;
    let offset = hours * 3600 + minutes * 60;
    let negative = text.as_bytes().get(at) == Some(&b'-');
    (hours <= 23 && minutes <= 59).then_some((clock, if negative { -offset } else { offset }))
}

fn of_unit(fraction: &str, unit: i128) -> Option<i128> {
    if fraction.is_empty() || fraction.len() > 18 || !fraction.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let digits = u32::try_from(fraction.len()).ok()?;
    Some(fraction.parse::<i128>().ok()? * unit / 10_i128.pow(digits))
}

fn days_of(year: i64, month: i64) -> i64 {
    match month {
        2 if year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

/// Days since 1601-01-01; the year begins in March, so that the leap day is its last.
fn days(year: i64, month: i64, day: i64) -> i64 {
    let year = if month <= 2 { year - 1 } else { year };
    let month = (month + 9) % 12;
    365 * year + year.div_euclid(4) - year.div_euclid(100) + year.div_euclid(400) + (month * 306 + 5) / 10 + day
        - 1
        - EPOCH
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_epoch_and_known_times() {
        assert_eq!(generalized("16010101000000.0Z").and_then(Ticks::file_time), Some(0));
        // 1970-01-01 as a FILETIME
        assert_eq!(generalized("19700101000000Z").and_then(Ticks::file_time), Some(116_444_736_000_000_000));
        assert_eq!(generalized("20240229120000Z"), generalized("202402291300+0100"));
        assert_eq!(generalized("2024022912.5Z"), generalized("20240229123000,000Z"));
        assert_eq!(generalized("16001231235959Z").and_then(Ticks::file_time), None);
    }

    #[test]
    fn what_is_no_time() {
        for bad in
            ["", "Z", "20260230000000Z", "20261301000000Z", "20260101", "20260101250000Z", "2026010100.Z", "never"]
        {
            assert_eq!(generalized(bad), None, "{bad}");
        }
    }
}
