//! The one document that every report is: parts with findings, each with an id that stays the same from day to day.

use serde::{Deserialize, Serialize};

use super::kinds::ReportKind;
use super::language::Language;
use super::phrases::Phrase;
use super::said::{Said, Tongue};
use crate::org::{Day, Instant, Zone};

/// A report.
#[derive(Debug, Clone, PartialEq)]
pub struct Report {
    pub kind: &'static ReportKind,
    pub title: Said,
    pub at: Instant,
    pub as_of: Day,
    /// The last day that it looks at, of one that looks ahead.
    pub until: Option<Day>,
    pub organisation: String,
    /// When it was told before; the states of the findings are beside that.
    pub told: Option<Instant>,
    /// What there is to say before all parts.
    pub lead: Vec<Said>,
    pub parts: Vec<Part>,
    pub extent: Extent,
}

/// How much of what it is about a report could say.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Extent {
    Whole,
    /// Something could not be read.
    Partly,
    /// Of a target nothing can be said.
    Failed,
}

/// What every part of one name has in common.
#[derive(Debug, PartialEq)]
pub struct PartKind {
    /// As it stands in JSON and where findings are kept.
    pub name: &'static str,
    pub title: Phrase,
    pub columns: &'static [Column],
    /// What is said when there is no finding; nothing, where an empty part is left out.
    pub empty: Option<Phrase>,
    /// Its findings are events: one that is shown no more is not resolved.
    pub passing: bool,
    /// Its findings come with their own state and times, and none is kept of what was told.
    pub dated: bool,
}

/// A column of the table, and a line of a finding.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Column {
    /// The heading; its key is the name in JSON.
    pub head: Phrase,
    pub role: Role,
}

/// Where a cell stands when a finding is shown to people.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Role {
    /// Findings with the same cell stand together below it.
    Group,
    /// What the finding is called.
    Name,
    /// A word beside the name.
    Tag,
    /// A line of its own, below its heading.
    Labelled,
    /// A line of its own.
    Line,
    /// In tables only.
    Data,
}

/// Some findings of one kind, of one target or of none.
#[derive(Debug, Clone, PartialEq)]
pub struct Part {
    pub kind: &'static PartKind,
    pub target: Option<String>,
    /// What there is to say before the findings.
    pub lines: Vec<Said>,
    /// Numbers that are drawn as a chart.
    pub numbers: Vec<(Phrase, u64)>,
    pub findings: Vec<Finding>,
    /// Everything was seen that could be found: what is not here is not there.
    pub whole: bool,
}

/// One thing that a report found.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Finding {
    /// The same from day to day, as long as it is the same thing; unique in its part.
    pub id: String,
    /// In the order of the columns.
    pub cells: Vec<Said>,
    pub state: FindingState,
    /// When it was first told or, where that is known, first seen.
    pub since: Option<Instant>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub resolved: Option<Instant>,
    /// It passes on this day by itself.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub until: Option<Day>,
}

/// Where a finding stands, in the order in which findings are told.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum FindingState {
    New,
    Known,
    Resolved,
}

impl Report {
    pub fn new(kind: &'static ReportKind, title: Said, at: Instant, as_of: Day, organisation: String) -> Self {
        Self {
            kind,
            title,
            at,
            as_of,
            until: None,
            organisation,
            told: None,
            lead: Vec::new(),
            parts: Vec::new(),
            extent: Extent::Whole,
        }
    }

    /// Whether there is something in it that was not told before.
    pub fn is_news(&self) -> bool {
        self.told.is_none() || self.findings().any(|finding| self.is_news_of(finding))
    }

    /// One line, as the subject of a mail.
    pub fn subject(&self, language: Language, zone: &Zone) -> String {
        let tongue = Tongue { language, zone };
        let numbers = match self.told {
            None => Phrase::SubjectFirst.with([Said::count(self.count(FindingState::New))]),
            Some(_) => Phrase::SubjectNews.with(FindingState::ALL.map(|state| Said::count(self.count(state)))),
        };
        format!("{}: {}", tongue.line(&self.title), tongue.line(&numbers))
    }

    pub fn findings(&self) -> impl Iterator<Item = &Finding> {
        self.parts.iter().flat_map(|part| &part.findings)
    }

    pub fn count(&self, state: FindingState) -> usize {
        self.findings().filter(|finding| finding.state == state).count()
    }

    /// What is resolved is news once: what has its own times is told as resolved for longer.
    fn is_news_of(&self, finding: &Finding) -> bool {
        match finding.state {
            FindingState::New => true,
            FindingState::Known => false,
            FindingState::Resolved => finding.resolved > self.told,
        }
    }
}

impl Part {
    pub fn new(kind: &'static PartKind, target: Option<&str>) -> Self {
        let target = target.map(ToOwned::to_owned);
        Self { kind, target, lines: Vec::new(), numbers: Vec::new(), findings: Vec::new(), whole: true }
    }

    /// Adds what was found.
    pub fn find(&mut self, finding: Finding) {
        debug_assert_eq!(finding.cells.len(), self.kind.columns.len(), "{}", self.kind.name);
        self.findings.push(finding);
    }

    /// Whether there is nothing to show of it.
    pub fn is_empty(&self) -> bool {
        self.findings.is_empty() && self.lines.is_empty() && self.numbers.is_empty() && self.kind.empty.is_none()
    }
}

impl Finding {
    pub fn new(id: impl Into<String>, cells: impl Into<Vec<Said>>) -> Self {
        let (id, cells) = (id.into(), cells.into());
        Self { id, cells, state: FindingState::New, since: None, resolved: None, until: None }
    }

    /// It passes by itself on a day.
    #[must_use]
    pub fn until(self, day: Day) -> Self {
        Self { until: Some(day), ..self }
    }

    /// What it stands below.
    pub(super) fn group(&self, kind: &'static PartKind) -> Option<&Said> {
        self.of_role(kind, Role::Group).next().map(|(_, said)| said)
    }

    /// The cells of one role, with their headings.
    pub(super) fn of_role<'a>(
        &'a self,
        kind: &'static PartKind,
        role: Role,
    ) -> impl Iterator<Item = (Phrase, &'a Said)> {
        let cells = kind.columns.iter().zip(&self.cells);
        cells
            .filter(move |(column, said)| column.role == role && !said.is_nothing())
            .map(|(column, said)| (column.head, said))
    }
}

impl FindingState {
    pub const ALL: [Self; 3] = [Self::New, Self::Known, Self::Resolved];

    pub fn as_str(self) -> &'static str {
        match self {
            Self::New => "new",
            Self::Known => "known",
            Self::Resolved => "resolved",
        }
    }
}

impl PartKind {
    /// A part that is left out when there is nothing in it.
    pub const fn new(name: &'static str, title: Phrase, columns: &'static [Column]) -> Self {
        Self { name, title, columns, empty: None, passing: false, dated: false }
    }

    pub const fn or(self, empty: Phrase) -> Self {
        Self { empty: Some(empty), ..self }
    }

    pub const fn passing(self) -> Self {
        Self { passing: true, ..self }
    }

    pub const fn dated(self) -> Self {
        Self { dated: true, ..self }
    }
}

macro_rules! columns {
    ($($head:ident $role:ident),* $(,)?) => {
        &[$($crate::report::document::Column {
            head: $crate::report::phrases::Phrase::$head,
            role: $crate::report::document::Role::$role,
        }),*]
    };
}
pub(super) use columns;
