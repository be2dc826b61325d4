//! What somebody else changed in the targets, in the four forms of a report: new since the read before, known from
//! before, and resolved.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::{Format, csv, html, text};
use crate::object::{Drift, DriftPolicy};
use crate::org::{Instant, Zone};

#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct DriftDocument {
    pub at: Instant,
    pub targets: Vec<DriftOfTarget>,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct DriftOfTarget {
    pub target: String,
    /// When it was last seen whole.
    pub read: Option<Instant>,
    /// The new ones first, then the known, then the resolved.
    pub drifts: Vec<DriftLine>,
    /// Names for the keys and objects that values refer to.
    #[serde(default)]
    pub labels: BTreeMap<String, String>,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct DriftLine {
    pub state: DriftState,
    #[serde(flatten)]
    pub drift: Drift,
    /// When it was last seen.
    pub seen: Instant,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub resolved: Option<Instant>,
}

/// Where a drift stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum DriftState {
    /// Seen by one read so far.
    New,
    Known,
    Resolved,
}

impl DriftState {
    pub const ALL: [Self; 3] = [Self::New, Self::Known, Self::Resolved];

    pub fn of(since: Instant, seen: Instant, resolved: Option<Instant>) -> Self {
        match resolved {
            Some(_) => Self::Resolved,
            None if since == seen => Self::New,
            None => Self::Known,
        }
    }

    pub fn as_str(self) -> &'static str {
        match self {
            Self::New => "new",
            Self::Known => "known",
            Self::Resolved => "resolved",
        }
    }
}

impl DriftOfTarget {
    pub fn new(
        target: String,
        read: Option<Instant>,
        mut drifts: Vec<DriftLine>,
        labels: BTreeMap<String, String>,
    ) -> Self {
        drifts.sort_by(|a, b| {
            (a.state, &a.drift.name, &a.drift.attribute).cmp(&(b.state, &b.drift.name, &b.drift.attribute))
        });
        Self { target, read, drifts, labels }
    }

    pub(super) fn of_state(&self, state: DriftState) -> Vec<&DriftLine> {
        self.drifts.iter().filter(|line| line.state == state).collect()
    }
}

/// What becomes of it, for people.
pub(super) fn fate(line: &DriftLine, zone: &Zone) -> String {
    let since = line.drift.since.map_or_else(String::new, |since| format!("since {}, ", since.local(zone)));
    let fate = match (line.resolved, line.drift.policy) {
        (Some(at), _) => return format!("{since}resolved {}", at.local(zone)),
        (None, DriftPolicy::Revert) => "written back by the next run",
        (None, DriftPolicy::Accept) => "taken over into the roster by the next run",
        (None, DriftPolicy::Report) => "left as it is",
    };
    format!("{since}{fate}")
}

/// The report in one form.
pub fn render(document: &DriftDocument, format: Format, zone: &Zone) -> serde_json::Result<String> {
    Ok(match format {
        Format::Text => text::drift(document, zone),
        Format::Html => html::drift(document, zone),
        Format::Csv => csv::drift(document),
        Format::Json => serde_json::to_string_pretty(document)? + "\n",
    })
}
