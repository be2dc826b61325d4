//! The reports: one file and one row each. A report is made by a pure function from what the engine found out.

mod access;
mod accounts;
mod changes;
mod drift;
mod leavers;
mod people;
mod plans;
mod quality;
mod quarantine;
mod reconciliation;
mod runs;
mod seen;
mod units;
mod upcoming;

use serde::ser::{Serialize, SerializeStruct, Serializer};

use super::document::{PartKind, Report};
use super::phrases::Phrase;
use super::said::Said;
use crate::org::{Day, Instant};

pub use access::{by_group as access_by_group, by_manager as access_by_manager};
pub use accounts::report as accounts;
pub use drift::{DriftLine, DriftOfTarget, report as drift};
pub use leavers::report as leavers;
pub use people::report as people;
pub use plans::{Waiting, report as plans};
pub use quality::report as quality;
pub use quarantine::report as quarantine;
pub use reconciliation::{Reconciled, report as reconciliation};
pub use runs::{RunLine, RunsOfTarget, report as runs};
pub use seen::{SeenAccount, SeenGroup, SeenTarget};
pub use units::report as units;
pub use upcoming::report as upcoming;

/// One report: the list, the help, the documentation and the tests follow the table of these.
#[derive(Debug, PartialEq)]
pub struct ReportKind {
    pub name: &'static str,
    /// For the list of reports.
    pub description: &'static str,
    pub parts: &'static [&'static PartKind],
    pub takes: Takes,
    /// Why it can be of today only; empty of one that can be of another day.
    pub of_now: &'static str,
}

/// Why reports are of today: what they are made of is known of no other day.
const OF_PLANS: &str = "it tells what is to be done now: `rosterd plan --at DAY` shows what will be on a day to come";
const OF_READS: &str = "it tells what the last read of the targets showed, and no earlier one is kept: `rosterd access \
                        person|group ID --at DAY` looks back";
const OF_RUNS: &str = "it lists what the journal has of the last runs, each with its own time: `rosterd runs` has more";
const OF_DRIFT: &str = "it tells what lasts now, each line with the time since which it does";

/// What a report can be asked for beside its name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Takes {
    /// Some of the targets, instead of all.
    pub targets: bool,
    /// Another day than today.
    pub at: bool,
    /// How many days it looks ahead, or back.
    pub days: bool,
}

/// What stands around every report.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Frame {
    pub at: Instant,
    pub as_of: Day,
    pub organisation: String,
}

/// Every report.
pub static REPORTS: [&ReportKind; 13] = [
    &reconciliation::KIND,
    &plans::KIND,
    &runs::KIND,
    &drift::KIND,
    &upcoming::KIND,
    &leavers::KIND,
    &accounts::KIND,
    &people::KIND,
    &units::KIND,
    &access::BY_MANAGER,
    &access::BY_GROUP,
    &quality::KIND,
    &quarantine::KIND,
];

/// The report of that name.
pub fn report_kind(name: &str) -> Option<&'static ReportKind> {
    REPORTS.into_iter().find(|report| report.name == name)
}

impl ReportKind {
    const fn new(name: &'static str, description: &'static str, parts: &'static [&'static PartKind]) -> Self {
        Self { name, description, parts, takes: Takes { targets: false, at: false, days: false }, of_now: "" }
    }

    const fn of_targets(mut self) -> Self {
        self.takes.targets = true;
        self
    }

    const fn of_now(mut self, why: &'static str) -> Self {
        self.of_now = why;
        self
    }

    const fn of_a_day(mut self) -> Self {
        self.takes.at = true;
        self
    }

    const fn of_days(mut self) -> Self {
        self.takes.days = true;
        self
    }
}

impl Frame {
    fn report(&self, kind: &'static ReportKind, title: Said) -> Report {
        Report::new(kind, title, self.at, self.as_of, self.organisation.clone())
    }

    /// With a title of the organisation and the day.
    fn titled(&self, kind: &'static ReportKind, title: Phrase) -> Report {
        self.report(kind, title.with([Said::text(&self.organisation), self.as_of.into()]))
    }
}

impl Serialize for ReportKind {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut row = serializer.serialize_struct("ReportKind", 3)?;
        row.serialize_field("name", self.name)?;
        row.serialize_field("description", self.description)?;
        row.serialize_field("formats", &super::Format::ALL)?;
        row.end()
    }
}
