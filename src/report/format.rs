//! The forms a report comes in, and the table of all reports: the list, the help and the tests follow it.

use serde::Serialize;

/// How a document is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Format {
    Text,
    Html,
    Csv,
    Json,
}

impl Format {
    pub const ALL: [Self; 4] = [Self::Text, Self::Html, Self::Csv, Self::Json];

    pub fn as_str(self) -> &'static str {
        match self {
            Self::Text => "text",
            Self::Html => "html",
            Self::Csv => "csv",
            Self::Json => "json",
        }
    }
}

/// One report.
#[derive(Debug, Clone, Copy, Serialize)]
pub struct ReportKind {
    pub name: &'static str,
    pub description: &'static str,
    pub formats: &'static [Format],
}

/// Every report.
pub const REPORTS: &[ReportKind] = &[
    ReportKind {
        name: "reconciliation",
        description: "each target compared with the roster: missing, differing, unmanaged, held, and the last run",
        formats: &Format::ALL,
    },
    ReportKind {
        name: QUALITY,
        description: "the roster of a day by rules: what contradicts itself, is likely a mistake, or is worth a look",
        formats: &Format::ALL,
    },
    ReportKind {
        name: UPCOMING,
        description: "who comes and who leaves, and each next rung of the lifecycle with its day, in every target",
        formats: &Format::ALL,
    },
    ReportKind {
        name: DRIFT,
        description: "what somebody else changed in the targets: new, known and resolved, and what becomes of it",
        formats: &Format::ALL,
    },
];

/// The report on what somebody else changed; it asks no target.
pub const DRIFT: &str = "drift";

/// The report on the record itself; it needs no target.
pub const QUALITY: &str = "quality";

/// The report on the days to come; it needs no target either.
pub const UPCOMING: &str = "upcoming";

/// The report of that name.
pub fn report_kind(name: &str) -> Option<&'static ReportKind> {
    REPORTS.iter().find(|report| report.name == name)
}
