//! What a batch means for the roster: the rows to close and to add. Pure: it decides, the store writes.
//!
//! - A thing belongs to one source. A line that equals what is stored states nothing new, whoever owns the thing; a
//!   differing line of somebody else's thing is a problem.
//! - A *complete* batch that states *timelines*: what is missing was never true, and is corrected away.
//! - A *complete* batch that states the *current* day (that of `taken`): the days before it stay as they are, a line
//!   holds from that day on, and what is missing ends on it. Of a thing new to the roster all stated days are taken.
//! - Any other batch: each line states its own days (with `current`, those from `taken` on), an absence says nothing.
//! - Absence counts only for the kinds that the header names and for things of the batch's own source: the accounts
//!   that rosterd made never end by an import.
//!
//! The second import of the same batch changes nothing.

use std::collections::{BTreeMap, HashSet};
use std::sync::Arc;

use super::batch::{Batch, Line, States};
use super::fact::Fact;
use super::history::{Span, Timeline, difference};
use super::id::Id;
use super::kind::FactKind;
use super::problem::{MOST_PROBLEMS, Problem};
use super::resolve::{self, Resolved};
use super::time::{Day, Interval};
use super::units;

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
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
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
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
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
}

impl IntakePlan {
    /// Whether the roster already says all this.
    pub fn is_empty(&self) -> bool {
        self.close.is_empty() && self.add.is_empty()
    }
}

type Thing = (FactKind, Id);
type Rows<'a> = BTreeMap<Thing, Vec<&'a StoredRow>>;

/// Plans the import of `batch` on top of what is stored. `today` is the day to count losses on, `zone` the roster's
/// time zone.
pub fn plan(batch: Batch, stored: &Stored, today: Day, zone: &jiff::tz::TimeZone) -> Result<IntakePlan, Vec<Problem>> {
    let rows = by_thing(stored);
    let intake = Intake::new(&batch, today, zone);
    let gone = intake.absent(&batch.lines, &rows);
    let corrected_away: HashSet<&Thing> = gone.iter().copied().filter(|_| intake.states == States::Timeline).collect();
    let lines = resolve::resolve(batch.lines, &rows, &corrected_away)?;
    let wanted = intake.wanted(&lines, &rows, &gone)?;
    units::refuse_cycles(&lines, &rows, &wanted)?;

    let guarded_day = intake.guarded_day(today);
    let mut plan = IntakePlan { basis: stored.basis, source: batch.source, ..IntakePlan::default() };
    for (thing, wanted) in &wanted {
        plan.take(thing, rows.get(thing).map_or(&[], Vec::as_slice), wanted, guarded_day);
    }
    plan.count_all(&rows, guarded_day);
    Ok(plan)
}

/// What a complete batch no longer mentions, per kind: things that are in force today. It can be said of a batch that
/// cannot be planned, such as one whose lines refer to what it lost.
pub fn losses(batch: &Batch, stored: &Stored, today: Day, zone: &jiff::tz::TimeZone) -> BTreeMap<FactKind, Lost> {
    let rows = by_thing(stored);
    let intake = Intake::new(batch, today, zone);
    let day = intake.guarded_day(today);
    let in_force = |rows: &[&StoredRow]| rows.iter().any(|row| row.interval.contains(day));
    let mut lost: BTreeMap<FactKind, Lost> = BTreeMap::new();
    for ((kind, _), _) in rows.iter().filter(|(_, rows)| intake.owns(rows) && in_force(rows)) {
        lost.entry(*kind).or_default().of += 1;
    }
    for thing in intake.absent(&batch.lines, &rows) {
        if rows.get(thing).is_some_and(|rows| in_force(rows)) {
            lost.entry(thing.0).or_default().found += 1;
        }
    }
    lost
}

fn by_thing(stored: &Stored) -> Rows<'_> {
    let mut rows: Rows<'_> = BTreeMap::new();
    for row in &stored.rows {
        rows.entry((row.kind, row.id.clone())).or_default().push(row);
    }
    rows
}

/// What the header of the batch settles.
struct Intake {
    source: String,
    complete: bool,
    states: States,
    kinds: HashSet<FactKind>,
    redacts: bool,
    taken: Day,
}

impl Intake {
    fn new(batch: &Batch, today: Day, zone: &jiff::tz::TimeZone) -> Self {
        Self {
            source: batch.source.clone(),
            complete: batch.is_complete(),
            states: batch.header.states,
            kinds: batch.header.kinds.iter().copied().collect(),
            redacts: batch.header.redacts_national_ids(),
            taken: batch.header.taken.map_or(today, |taken| taken.day(zone)),
        }
    }

    /// The day on which losses are counted.
    fn guarded_day(&self, today: Day) -> Day {
        if self.states == States::Current { today.max(self.taken) } else { today }
    }

    /// The things of this source that a complete batch no longer mentions.
    fn absent<'a>(&self, lines: &[Line], rows: &'a Rows<'_>) -> Vec<&'a Thing> {
        if !self.complete {
            return Vec::new();
        }
        let stated: HashSet<(FactKind, &Id)> =
            lines.iter().map(|line| (line.version.kind(), &line.version.id)).collect();
        rows.iter()
            .filter(|((kind, id), rows)| self.kinds.contains(kind) && self.owns(rows) && !stated.contains(&(*kind, id)))
            .map(|(thing, _)| thing)
            .collect()
    }

    fn owns(&self, rows: &[&StoredRow]) -> bool {
        rows.first().is_none_or(|row| *row.source == *self.source)
    }

    /// The timeline that each thing of the batch, and each that it lacks, should have.
    fn wanted(
        &self,
        lines: &[Resolved],
        rows: &Rows<'_>,
        gone: &[&Thing],
    ) -> Result<BTreeMap<Thing, Timeline<Arc<str>>>, Vec<Problem>> {
        let mut by_thing: BTreeMap<Thing, Vec<&Resolved>> = BTreeMap::new();
        for line in lines {
            by_thing.entry((line.version.kind(), line.version.id.clone())).or_default().push(line);
        }
        let mut wanted = BTreeMap::new();
        let mut problems = Vec::new();
        for (thing, lines) in by_thing {
            let rows = rows.get(&thing).map_or(&[][..], Vec::as_slice);
            match self.wanted_of(&thing, &lines, rows) {
                Ok(timeline) => _ = wanted.insert(thing, timeline),
                Err(problem) => problems.push(problem),
            }
        }
        for thing in gone {
            let stored = timeline(rows.get(*thing).map_or(&[], Vec::as_slice));
            let timeline = if self.states == States::Current { stored.end_on(self.taken) } else { Timeline::default() };
            wanted.insert((*thing).clone(), timeline);
        }
        problems.sort_by_key(|problem| problem.line);
        problems.truncate(MOST_PROBLEMS);
        if problems.is_empty() { Ok(wanted) } else { Err(problems) }
    }

    fn wanted_of(
        &self,
        thing: &Thing,
        lines: &[&Resolved],
        rows: &[&StoredRow],
    ) -> Result<Timeline<Arc<str>>, Problem> {
        let stored = timeline(rows);
        if let (Some(row), false) = (rows.first(), self.owns(rows)) {
            for line in lines {
                let stated = Timeline::new(self.spans(line, &stored)?).unwrap_or_default();
                if stored.within(&line.version.interval) != stated {
                    let (kind, id) = thing;
                    let message = format!("the {kind} {id:?} belongs to the source {:?} and differs here", row.source);
                    let hint = format!("change it in {:?}, or leave the line out", row.source);
                    return Err(Problem::of_line(line.number, message).with_hint(hint));
                }
            }
            return Ok(stored);
        }
        let current = self.complete && self.states == States::Current;
        let replaced = self.complete && self.states == States::Timeline;
        let keeps_past = self.states == States::Current && !stored.is_empty();
        let mut wanted = if replaced { Timeline::default() } else { stored.clone() };
        if current {
            wanted = wanted.end_on(self.taken);
        }
        for line in lines {
            for span in self.spans(line, &stored)? {
                let from_now_on = Interval { from: Some(self.taken), to: None };
                let days = if keeps_past { span.interval.intersect(&from_now_on) } else { Some(span.interval) };
                if let Some(days) = days {
                    wanted = wanted.overlay(days, span.body);
                }
            }
        }
        Ok(wanted)
    }

    /// What one line states. A redacted national id is taken from what is stored, day by day.
    fn spans(&self, line: &Resolved, stored: &Timeline<Arc<str>>) -> Result<Vec<Span<Arc<str>>>, Problem> {
        let unwritable = |error: serde_json::Error| Problem::of_line(line.number, error.to_string());
        let body = |fact: &Fact| fact.body().map(Arc::from).map_err(unwritable);
        let interval = line.version.interval;
        let (true, Fact::Person(person)) = (self.redacts, &line.version.fact) else {
            return Ok(vec![Span { interval, body: body(&line.version.fact)? }]);
        };
        let mut stated = Timeline::default().overlay(interval, body(&line.version.fact)?);
        for span in stored.within(&interval).spans() {
            if let Ok(Fact::Person(there)) = Fact::from_body(FactKind::Person, &span.body) {
                let mut person = person.clone();
                person.national_id = there.national_id;
                stated = stated.overlay(span.interval, body(&Fact::Person(person))?);
            }
        }
        Ok(stated.spans().to_vec())
    }
}

/// The timeline of a thing's rows. Stored rows never overlap: the store writes normal timelines only.
pub(super) fn timeline(rows: &[&StoredRow]) -> Timeline<Arc<str>> {
    Timeline::new(spans_of(rows).into_iter().map(|(_, span)| span).collect()).unwrap_or_default()
}

fn spans_of(rows: &[&StoredRow]) -> Vec<(i64, Span<Arc<str>>)> {
    rows.iter().map(|row| (row.row, Span { interval: row.interval, body: row.body.clone() })).collect()
}

impl IntakePlan {
    /// Takes up what has to be done to one thing, and counts it.
    fn take(&mut self, thing: &Thing, rows: &[&StoredRow], wanted: &Timeline<Arc<str>>, day: Day) {
        let (kind, id) = thing;
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
        let new_row =
            |span: Span<Arc<str>>| NewRow { kind: *kind, id: id.clone(), interval: span.interval, body: span.body };
        self.add.extend(add.into_iter().map(new_row));
    }

    /// Counts what there was on the day, of the batch's own source.
    fn count_all(&mut self, rows: &Rows<'_>, day: Day) {
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
