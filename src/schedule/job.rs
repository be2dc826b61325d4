//! What a schedule brings around.

use super::when::When;

/// In the order in which they come when several are due together.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum JobKind {
    /// Its file is looked at, and taken.
    Source,
    /// It is compared and applied.
    Target,
    /// It is made and sent.
    Report,
}

impl JobKind {
    pub const ALL: [Self; 3] = [Self::Source, Self::Target, Self::Report];

    /// The id of a job among all jobs: `source hr`, `target ad`, `report weekly`.
    pub fn job(self, name: &str) -> String {
        format!("{} {name}", self.as_str())
    }

    pub fn as_str(self) -> &'static str {
        match self {
            Self::Source => "source",
            Self::Target => "target",
            Self::Report => "report",
        }
    }
}

/// A source, target or report that has a schedule.
#[derive(Debug, Clone)]
pub struct Job {
    pub kind: JobKind,
    pub name: String,
    pub when: When,
}

impl Job {
    pub fn id(&self) -> String {
        self.kind.job(&self.name)
    }
}
