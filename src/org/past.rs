//! What a roster believed over time, as `export --history` writes it: each version with who said it and when it was
//! believed. A *past* is imported whole, into an empty roster only, which then has the same commits.

use std::sync::Arc;

use serde::Serialize;

use super::batch::Line;
use super::fact::Fact;
use super::id::Id;
use super::intake_plan::NewRow;
use super::kind::FactKind;
use super::reference::Reference;
use super::stated::Gaps;
use super::time::{Instant, Interval};

/// Who said a version, and from when to when it was believed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Said {
    pub known_from: Instant,
    /// `None` while it is believed.
    pub known_to: Option<Instant>,
    pub source: String,
    pub actor: String,
    pub note: Option<String>,
}

/// The name of the field for the source: a `key` has a field `source` of its own.
pub fn source_field(kind: FactKind) -> &'static str {
    if kind == FactKind::Key { "known_source" } else { "source" }
}

/// One line of a past.
#[derive(Debug, Clone)]
pub struct PastLine {
    pub number: u64,
    pub kind: FactKind,
    pub id: Id,
    pub interval: Interval,
    /// None: from `known_from` on, nothing is believed of these days any more.
    pub fact: Option<Fact<Reference>>,
    pub said: Said,
}

impl PastLine {
    /// The line without who said it; `None` where it says nothing but an end.
    pub(super) fn into_line(self) -> Option<(Line, Said)> {
        let version = super::fact::Version { id: self.id, interval: self.interval, fact: self.fact? };
        Some((Line { number: self.number, version, gaps: Gaps::default() }, self.said))
    }
}

/// One commit of a past.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PastCommit {
    pub known: Instant,
    pub source: String,
    pub actor: String,
    pub note: Option<String>,
}

/// One row of a past. The numbers are places in [`Past::commits`]; the row's source is that of its first commit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PastRow {
    pub row: NewRow,
    pub known_from: usize,
    pub known_to: Option<usize>,
}

/// Every commit in the order of its instant, and every row.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Past {
    pub commits: Vec<PastCommit>,
    pub rows: Vec<PastRow>,
}

/// What a commit did to a thing. Found from the versions, not stored: so an import finds the same again.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Act {
    /// Nothing was known of it before.
    Add,
    /// Only days from the day of the commit on became different.
    Change,
    /// Days that had passed became different.
    Correction,
    /// From a day on it no longer holds; the days before are as they were.
    End,
    /// What was known of these days was taken away, and nothing said in its place.
    Erase,
}

/// A version of one thing, with the numbers of the commits between which it was believed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Believed {
    pub interval: Interval,
    pub body: Arc<str>,
    pub from: i64,
    pub to: Option<i64>,
}
