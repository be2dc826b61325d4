//! The outcome of planning an import: rows to close and to add, and the counts that a guard and a person look at.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde::Serialize;

use super::history::{Span, Timeline, difference};
use super::id::Id;
use super::kind::FactKind;
use super::past::Past;
use super::problem::Problem;
use super::time::{Day, Interval};

/// One thing of the roster.
pub(super) type Thing = (FactKind, Id);

/// The rows in force of each thing.
pub(super) type Rows<'a> = BTreeMap<Thing, Vec<&'a StoredRow>>;

/// A row of the roster that is in force (not closed by a later commit).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredRow {
    pub row: i64,
    pub kind: FactKind,
    pub id: Id,
    pub interval: Interval,
    pub source: Arc<str>,
    pub body: Arc<str>,
}

/// Every row in force at one commit.
#[derive(Debug, Clone, Default)]
pub struct Stored {
    /// The commit that this was read at; 0 for an empty roster.
    pub basis: i64,
    pub rows: Vec<StoredRow>,
    /// Ids that were erased, with the day: nobody is stated under one of them again.
    pub erased: BTreeMap<Id, Day>,
}

/// A row to add.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewRow {
    pub kind: FactKind,
    pub id: Id,
    pub interval: Interval,
    pub body: Arc<str>,
}

/// What an import does to the things of one kind.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize)]
pub struct Counts {
    /// New to the roster.
    pub added: u64,
    /// Different, but not over any sooner.
    pub changed: u64,
    /// Over sooner than before, or corrected away altogether.
    pub ended: u64,
    /// The same on every day.
    pub unchanged: u64,
}

/// What the guard asks: the things of a kind and source that were in force on the day, and those that no longer are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize)]
pub struct Lost {
    pub found: u64,
    pub of: u64,
}

/// Everything that committing a batch would do.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct IntakePlan {
    /// The commit it was planned on: it can be committed on no other.
    pub basis: i64,
    pub source: String,
    pub close: Vec<i64>,
    pub add: Vec<NewRow>,
    pub counts: BTreeMap<FactKind, Counts>,
    pub lost: BTreeMap<FactKind, Lost>,
    /// Lines that name what the file corrects away. A plan with any cannot be committed; it is a plan all the same,
    /// so that the guard can speak first about a file that lost much.
    pub dangling: Vec<Problem>,
    /// Lines that were left out, since they speak of what was erased.
    pub held: Vec<Problem>,
    /// Everything that another roster ever believed, for an empty one; then nothing is closed or added.
    pub past: Option<Past>,
}

impl IntakePlan {
    /// Whether the roster already says all this.
    pub fn is_empty(&self) -> bool {
        self.close.is_empty() && self.add.is_empty() && self.past.is_none()
    }
}

/// The timeline of a thing's rows. Stored rows never overlap: the store writes normal timelines only.
pub(super) fn timeline(rows: &[&StoredRow]) -> Timeline<Arc<str>> {
    Timeline::new(spans_of(rows).into_iter().map(|(_, span)| span).collect()).unwrap_or_default()
}

pub(super) fn spans_of(rows: &[&StoredRow]) -> Vec<(i64, Span<Arc<str>>)> {
    rows.iter().map(|row| (row.row, Span { interval: row.interval, body: row.body.clone() })).collect()
}

pub(super) fn new_row((kind, id): &Thing, span: Span<Arc<str>>) -> NewRow {
    NewRow { kind: *kind, id: id.clone(), interval: span.interval, body: span.body }
}

impl IntakePlan {
    /// Takes up what has to be done to one thing, and counts it.
    pub(super) fn take(&mut self, thing: &Thing, rows: &[&StoredRow], wanted: &Timeline<Arc<str>>, day: Day) {
        let (kind, _) = thing;
        let stored = timeline(rows);
        let (close, add) = difference(&spans_of(rows), wanted);
        let counts = self.counts.entry(*kind).or_default();
        if close.is_empty() && add.is_empty() {
            counts.unchanged += 1;
            return;
        }
        match (stored.end(), wanted.end()) {
            (None, _) => counts.added += 1,
            (Some(_), None) => counts.ended += 1,
            (Some(before), Some(after)) if is_sooner(after, before) => counts.ended += 1,
            _ => counts.changed += 1,
        }
        if stored.on(day).is_some() && wanted.on(day).is_none() {
            self.lost.entry(*kind).or_default().found += 1;
        }
        self.close.extend(close);
        self.add.extend(add.into_iter().map(|span| new_row(thing, span)));
    }

    /// Counts what there was on the day, of the batch's own source.
    pub(super) fn count_all(&mut self, rows: &Rows<'_>, day: Day) {
        for ((kind, _), rows) in rows {
            if rows.iter().any(|row| *row.source == *self.source && row.interval.contains(day)) {
                self.lost.entry(*kind).or_default().of += 1;
            }
        }
    }
}

/// Whether an end comes before another; open is last.
fn is_sooner(end: Option<Day>, than: Option<Day>) -> bool {
    match (end, than) {
        (Some(end), Some(than)) => end < than,
        (Some(_), None) => true,
        (None, _) => false,
    }
}
