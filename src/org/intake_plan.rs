//! The outcome of planning an import: rows to close and to add, and the counts that a guard and a person look at.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde::Serialize;

use super::claims::{Claim, Sourced};
use super::history::{Span, Timeline, difference};
use super::id::Id;
use super::kind::FactKind;
use super::past::Past;
use super::problem::Problem;
use super::runs::{Runs, Sorter};
use super::time::{Day, Interval};

/// One thing of the roster.
pub(super) type Thing = (FactKind, Id);

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
    pub rows: Runs<StoredRow>,
    /// What each source says of the things that several state: the rows of these are what that gives together.
    pub claims: Runs<StoredRow>,
    /// Ids that were erased, with the day: nobody is stated under one of them again.
    pub erased: BTreeMap<Id, Day>,
}

/// A row to add.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewRow {
    pub kind: FactKind,
    pub id: Id,
    pub interval: Interval,
    pub source: Arc<str>,
    pub body: Arc<str>,
}

/// Something that an import did not take, and why; the rest of the file goes in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Held {
    pub line: u64,
    pub kind: FactKind,
    pub id: Id,
    /// One field; none is the whole line.
    pub field: Option<String>,
    /// The source that the whole thing belongs to, where that is why.
    pub owner: Option<String>,
    pub reason: String,
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
#[derive(Debug, Clone, Default)]
pub struct IntakePlan {
    /// The commit it was planned on: it can be committed on no other.
    pub basis: i64,
    pub source: String,
    pub close: Vec<i64>,
    pub add: Runs<NewRow>,
    pub close_claims: Vec<i64>,
    pub add_claims: Runs<NewRow>,
    /// Things that go on under another id, with what targets hold of them: old and new.
    pub moved: Vec<(Id, Id)>,
    /// What was not taken, in the order of the lines.
    pub held: Vec<Held>,
    pub counts: BTreeMap<FactKind, Counts>,
    pub lost: BTreeMap<FactKind, Lost>,
    /// Lines that name what the file corrects away. A plan with any cannot be committed; it is a plan all the same,
    /// so that the guard can speak first about a file that lost much.
    pub dangling: Vec<Problem>,
    /// Everything that another roster ever believed, for an empty one; then nothing is closed or added.
    pub past: Option<Past>,
}

impl IntakePlan {
    /// Whether the roster already says all this.
    pub fn is_empty(&self) -> bool {
        self.changes() == 0 && self.past.is_none()
    }

    /// How many rows are closed and added.
    pub fn changes(&self) -> usize {
        self.close.len() + self.add.len() + self.close_claims.len() + self.add_claims.len()
    }
}

/// The timeline of a thing's rows. Stored rows never overlap: the store writes normal timelines only.
pub(super) fn timeline(rows: &[StoredRow]) -> Timeline<Sourced> {
    Timeline::new(spans_of(rows).into_iter().map(|(_, span)| span).collect()).unwrap_or_default()
}

pub(super) fn spans_of(rows: &[StoredRow]) -> Vec<(i64, Span<Sourced>)> {
    let said = |row: &StoredRow| Sourced { source: row.source.clone(), body: row.body.clone() };
    rows.iter().map(|row| (row.row, Span { interval: row.interval, body: said(row) })).collect()
}

pub(super) fn new_row((kind, id): &Thing, span: Span<Sourced>) -> NewRow {
    let Sourced { source, body } = span.body;
    NewRow { kind: *kind, id: id.clone(), interval: span.interval, source, body }
}

/// A plan that grows thing by thing.
#[derive(Debug)]
pub(super) struct Growing {
    plan: IntakePlan,
    add: Sorter<NewRow>,
    add_claims: Sorter<NewRow>,
    /// The day to count losses on.
    day: Option<Day>,
}

impl Growing {
    pub(super) fn new(basis: i64, source: String, day: Option<Day>) -> Self {
        let plan = IntakePlan { basis, source, ..IntakePlan::default() };
        Self { plan, add: Sorter::default(), add_claims: Sorter::default(), day }
    }

    /// A row that belongs to no thing of the batch.
    pub(super) fn row(&mut self, row: NewRow) {
        self.add.push(row);
    }

    pub(super) fn hold(&mut self, held: impl IntoIterator<Item = Held>) {
        self.plan.held.extend(held);
    }

    /// Takes up what has to be done to one thing. Answers whether that is anything.
    pub(super) fn put(&mut self, thing: &Thing, rows: &[StoredRow], wanted: &Timeline<Sourced>) -> bool {
        let (close, add) = difference(&spans_of(rows), wanted);
        let changes = !close.is_empty() || !add.is_empty();
        self.plan.close.extend(close);
        add.into_iter().for_each(|span| self.add.push(new_row(thing, span)));
        changes
    }

    /// Takes up what a source says of a thing that it shares; `claims` are those of all sources.
    pub(super) fn claim(&mut self, thing: &Thing, claims: &[StoredRow], claim: &Claim) {
        let own: Vec<StoredRow> = claims.iter().filter(|row| row.source == claim.source).cloned().collect();
        let said = |body: &Arc<str>| Sourced { source: claim.source.clone(), body: body.clone() };
        let (close, add) = difference(&spans_of(&own), &claim.timeline.map(said));
        self.plan.close_claims.extend(close);
        add.into_iter().for_each(|span| self.add_claims.push(new_row(thing, span)));
    }

    /// The same, counted.
    pub(super) fn take(&mut self, thing: &Thing, rows: &[StoredRow], wanted: &Timeline<Sourced>) {
        let (kind, _) = thing;
        let stored = timeline(rows);
        let changes = self.put(thing, rows, wanted);
        let counts = self.plan.counts.entry(*kind).or_default();
        if !changes {
            counts.unchanged += 1;
            return;
        }
        match (stored.end(), wanted.end()) {
            (None, _) => counts.added += 1,
            (Some(_), None) => counts.ended += 1,
            (Some(before), Some(after)) if is_sooner(after, before) => counts.ended += 1,
            _ => counts.changed += 1,
        }
        if self.day.is_some_and(|day| stored.on(day).is_some() && wanted.on(day).is_none()) {
            self.plan.lost.entry(*kind).or_default().found += 1;
        }
    }

    /// Counts a thing of the batch's own source that there was on the day, whether the batch speaks of it or not.
    pub(super) fn count(&mut self, kind: FactKind, rows: &[StoredRow]) {
        let holds = |row: &StoredRow| self.day.is_some_and(|day| row.interval.contains(day));
        if rows.iter().any(|row| *row.source == *self.plan.source && holds(row)) {
            self.plan.lost.entry(kind).or_default().of += 1;
        }
    }

    pub(super) fn finish(mut self, dangling: Vec<Problem>) -> IntakePlan {
        self.plan.held.sort_by(|a, b| (a.line, a.kind, &a.id, &a.field).cmp(&(b.line, b.kind, &b.id, &b.field)));
        let (add, add_claims) = (self.add.finish(), self.add_claims.finish());
        IntakePlan { add, add_claims, dangling, ..self.plan }
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
