//! The table of alarms: one row for each condition.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::both::Both;
use super::health::Health;
use super::rows;
use crate::org::Instant;

/// How soon somebody has to look.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// Somebody should look within days.
    Warning,
    /// Accounts are not kept in step, or soon will not be.
    Critical,
}

impl Severity {
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Warning => "warning",
            Self::Critical => "critical",
        }
    }
}

/// What may be set of a condition.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Threshold {
    /// It is looked for, or it is not.
    Switch,
    /// A number, of this unit, with the usual one; 0: it is off unless a number is written.
    Number { unit: &'static str, usual: u32 },
}

/// One condition.
#[derive(Debug)]
pub struct Row {
    /// Its name everywhere: in messages, metrics and the run of `status`.
    pub name: &'static str,
    /// The key below `[alarms]`.
    pub key: &'static str,
    pub severity: Severity,
    pub threshold: Threshold,
    /// When it is raised, for the documentation.
    pub when: &'static str,
    /// It is told once; that it is over is no news.
    pub event: bool,
    /// Finds it; the number is the threshold, 1 of a switch that is on.
    pub(super) find: fn(&Health, u32) -> Vec<Found>,
}

/// What a condition found: once for each target, source or channel that it is true of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Found {
    /// `target ad`, `source hr`, `mail`, `roster`.
    pub subject: String,
    /// Since when it is so, where that is known.
    pub since: Option<Instant>,
    /// It becomes worse with each.
    pub stage: u8,
    /// Another one means that something else has to be done about it.
    pub mark: String,
    pub what: Both,
    pub todo: Both,
    /// The command that mends it, or that shows what is wrong.
    pub command: Option<String>,
}

/// One alarm.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Alarm {
    pub name: String,
    pub severity: Severity,
    pub subject: String,
    /// Since when it is so, or since when it is known.
    pub since: Instant,
    pub stage: u8,
    pub mark: String,
    pub what: Both,
    pub todo: Both,
    pub command: Option<String>,
}

/// In the order in which alarms are told.
pub const TABLE: &[Row] = rows::ROWS;

/// The row of a name.
pub fn row(name: &str) -> Option<&'static Row> {
    TABLE.iter().find(|row| row.name == name)
}

/// What is set, by key; what is not is as usual. `None` is off.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Thresholds(pub BTreeMap<String, Option<u32>>);

impl Thresholds {
    /// The threshold of a condition; none where it is switched off.
    pub fn of(&self, row: &Row) -> Option<u32> {
        match (self.0.get(row.key), row.threshold) {
            (Some(set), _) => *set,
            (None, Threshold::Number { usual: 0, .. }) => None,
            (None, Threshold::Number { usual, .. }) => Some(usual),
            (None, Threshold::Switch) => Some(1),
        }
    }
}

/// Everything that is wrong, in the order of the table, then of the subjects.
pub fn evaluate(health: &Health, thresholds: &Thresholds) -> Vec<Alarm> {
    let mut alarms = Vec::new();
    for row in TABLE {
        let Some(threshold) = thresholds.of(row) else { continue };
        let mut found = (row.find)(health, threshold);
        found.sort_by(|a, b| a.subject.cmp(&b.subject));
        alarms.extend(found.into_iter().map(|found| row.alarm(found, health.now)));
    }
    alarms
}

impl Row {
    fn alarm(&self, found: Found, now: Instant) -> Alarm {
        let Found { subject, since, stage, mark, what, todo, command } = found;
        let severity = if stage > 0 { Severity::Critical } else { self.severity };
        let since = since.unwrap_or(now);
        Alarm { name: self.name.to_owned(), severity, subject, since, stage, mark, what, todo, command }
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test that fails should stop at once")]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::org::Zone;

    #[test]
    fn every_row_has_a_name_and_a_key_of_its_own() {
        for of in [|row: &Row| row.name, |row: &Row| row.key] {
            let all: BTreeSet<&str> = TABLE.iter().map(of).collect();
            assert_eq!(all.len(), TABLE.len());
        }
    }

    #[test]
    fn nothing_is_wrong_where_nothing_is_known() {
        let health = Health::at(Instant::from_micros(0), Zone::UTC);
        assert_eq!(evaluate(&health, &Thresholds::default()), []);
    }

    #[test]
    fn what_is_switched_off_is_not_looked_for() {
        let mut health = Health::at(Instant::from_micros(0), Zone::UTC);
        health.disk = Some(super::super::Disk { free: 0, size: 1 });
        assert_eq!(evaluate(&health, &Thresholds::default()).len(), 1);
        let off = Thresholds(BTreeMap::from([("free_disk_mib".to_owned(), None)]));
        assert_eq!(evaluate(&health, &off), []);
    }
}
