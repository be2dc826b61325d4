//! How a file writes its days, when it does not write them YYYY-MM-DD.

use std::fmt;

use super::time::Day;

/// A pattern such as `%d-%m-%Y`.
#[derive(Clone, PartialEq, Eq)]
pub struct DayFormat(String);

/// A pattern that no day can be read with, or a text that is not a day of the pattern. Does not repeat the text.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum DayFormatError {
    #[error("{0:?} does not write a whole day")]
    Pattern(String),
    #[error("this is not a day of the form {0}")]
    Text(String),
}

impl DayFormat {
    /// Takes a pattern if it can write two far days and read them back.
    pub fn new(pattern: &str) -> Result<Self, DayFormatError> {
        let format = Self(pattern.to_owned());
        let reads_back = ["1999-11-28", "2026-03-04"].iter().all(|day| {
            let day: Option<Day> = day.parse().ok();
            day.is_some_and(|day| format.write(day).is_some_and(|text| format.read(&text) == Ok(day)))
        });
        if reads_back { Ok(format) } else { Err(DayFormatError::Pattern(pattern.to_owned())) }
    }

    pub fn read(&self, text: &str) -> Result<Day, DayFormatError> {
        let read = jiff::civil::Date::strptime(&self.0, text);
        read.map(Day::from_date).map_err(|_| DayFormatError::Text(self.0.clone()))
    }

    fn write(&self, day: Day) -> Option<String> {
        day.written(&self.0)
    }
}

impl Day {
    /// Some day of the past, to try patterns on.
    pub const SOME: Self = Self::from_date(jiff::civil::date(1999, 11, 28));

    /// The day by a pattern such as `%d-%m-%Y` (strftime's, of what a day has); `None` when it is no pattern.
    pub fn written(self, pattern: &str) -> Option<String> {
        jiff::fmt::strtime::format(pattern, self.date()).ok()
    }
}

impl fmt::Debug for DayFormat {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?}", self.0)
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;

    #[test]
    fn a_pattern_reads_the_days_that_exist() {
        let format = DayFormat::new("%d-%m-%Y").unwrap();
        assert_eq!(format.read("28-02-2026").unwrap().to_string(), "2026-02-28");
        for wrong in ["31-02-2026", "2026-02-28", "28-02-2026 ", "28-02", ""] {
            assert!(format.read(wrong).is_err(), "{wrong}");
        }
        assert!(DayFormat::new("%Y%m%d").is_ok() && DayFormat::new("%d.%m.%y").is_ok());
        for wrong in ["%m-%Y", "dd-mm-yyyy", "%Q", ""] {
            assert!(DayFormat::new(wrong).is_err(), "{wrong}");
        }
    }
}
