//! What a batch means for the roster: the rows to close and to add. Pure: it decides, the store writes.
//!
//! - A thing belongs to one source. A line that equals what is stored states nothing new, whoever owns the thing; a
//!   differing line of somebody else's thing is a problem.
//! - A *complete* batch that states *timelines*: what is missing was never true, and is corrected away.
//! - A *complete* batch that states the *current* day (that of `taken`): the days before it stay as they are, a line
//!   holds from that day on, and what is missing ends on it. Of a thing without days before, all stated ones are taken.
//! - Any other batch: each line states its own days (with `current`, those from `taken` on), an absence says nothing.
//! - Absence counts only for the kinds that the header names and for things of the batch's own source: the accounts
//!   that rosterd made never end by an import.
//!
//! Batch and roster are merged in the order of kind and id, one thing at a time; nothing is held as a parsed fact. The
//! second import of the same batch changes nothing. A *past* (see [`past`](super::Past)) is another matter: it
//! makes an empty roster into the one that it was exported from.

use std::collections::{BTreeSet, HashSet};
use std::sync::Arc;

use super::batch::{Batch, States};
use super::between::Between;
use super::fact::Fact;
use super::history::{Span, Timeline};
use super::intake_plan::{Growing, IntakePlan, Stored, StoredRow, Thing, timeline};
use super::kind::FactKind;
use super::known::{Census, Known, Place};
use super::past_intake;
use super::problem::{FirstProblems, Problem};
use super::reference::Reference;
use super::resolve::{Dereference, Resolved};
use super::things::{ThingAt, Things};
use super::time::{Day, Interval};

/// Plans the import of `batch` on top of what is stored. `today` is the day to count losses on, `zone` the roster's
/// time zone.
pub fn plan(batch: Batch, stored: &Stored, today: Day, zone: &jiff::tz::TimeZone) -> Result<IntakePlan, Vec<Problem>> {
    if !batch.past.is_empty() {
        return past_intake::plan(batch, stored);
    }
    let taken = batch.header.taken.map_or(today, |taken| taken.day(zone));
    let intake = Intake {
        source: batch.source.clone(),
        complete: batch.is_complete(),
        states: batch.header.states,
        kinds: batch.header.kinds.iter().copied().collect(),
        redacts: batch.header.redacts_national_ids(),
        taken,
    };
    let (known, stated) = intake.known(&batch, stored)?;

    let guarded_day = if intake.states == States::Current { today.max(taken) } else { today };
    let mut plan = Growing::new(stored.basis, batch.source, guarded_day);
    let mut references = Dereference::default();
    let mut problems = FirstProblems::default();
    let mut between = Between::new(stated, &batch.custom);
    let mut things = Things::new(&stored.rows, &batch.lines)?;
    while let Some(ThingAt { kind, id, rows, lines }) = things.next_thing()? {
        plan.count(kind, &rows);
        if lines.is_empty() && !intake.is_missing(kind, &rows) {
            between.holds(kind, &id, || timeline(&rows));
            continue;
        }
        let mut resolved = Vec::with_capacity(lines.len());
        for line in lines {
            let typed = line.typed().map_err(|error| vec![Problem::of_line(line.number, error.to_string())])?;
            let body = (!line.may_name_by_key()).then_some(line.body);
            resolved.extend(references.resolve(line.at, typed, body, &known));
        }
        let thing = (kind, id);
        match intake.wanted(&thing, &rows, &resolved) {
            Ok(wanted) => {
                between.holds(kind, &thing.1, || wanted.clone());
                resolved.iter().for_each(|line| between.states(line));
                plan.take(&thing, &rows, &wanted);
            }
            Err(problem) => problems.push(problem.line, problem),
        }
    }
    let dangling = references.finish()?;
    problems.finish()?;
    between.finish()?;
    Ok(plan.finish(dangling))
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
    /// What the lines can name, and the kinds of which there are lines.
    fn known(&self, batch: &Batch, stored: &Stored) -> Result<(Known, BTreeSet<FactKind>), Vec<Problem>> {
        let mut census = Census::default();
        let mut stated = BTreeSet::new();
        let mut things = Things::new(&stored.rows, &batch.lines)?;
        while let Some(ThingAt { kind, id, rows, lines }) = things.next_thing()? {
            let is_missing = lines.is_empty() && self.is_missing(kind, &rows);
            let gone = is_missing && self.states == States::Timeline;
            census.add(kind, &id, Place { stored: !rows.is_empty(), stated: !lines.is_empty(), gone });
            if !lines.is_empty() {
                stated.insert(kind);
            }
            if kind != FactKind::Key {
                continue;
            }
            if lines.is_empty() {
                for row in &rows {
                    if let Ok(Fact::Key(key)) = Fact::from_body(kind, &row.body) {
                        census.add_key(key);
                    }
                }
            }
            for line in &lines {
                if let Ok(Fact::Key(key)) = line.typed().map(|line| line.version.fact)
                    && let Reference::Id(of) = key.of
                {
                    census.add_key(super::key::Key { of, source: key.source, value: key.value });
                }
            }
        }
        Ok((census.finish(), stated))
    }

    /// Whether a thing without lines is one that a complete batch of this source no longer mentions.
    fn is_missing(&self, kind: FactKind, rows: &[StoredRow]) -> bool {
        self.complete && self.kinds.contains(&kind) && self.owns(rows)
    }

    fn owns(&self, rows: &[StoredRow]) -> bool {
        rows.first().is_none_or(|row| *row.source == *self.source)
    }

    /// The timeline that a thing of the batch, or one that it lacks, should have: all its rows in force and all its
    /// lines are here.
    fn wanted(&self, thing: &Thing, rows: &[StoredRow], lines: &[Resolved]) -> Result<Timeline<Arc<str>>, Problem> {
        let stored = timeline(rows);
        if lines.is_empty() {
            let ends = self.states == States::Current;
            return Ok(if ends { stored.end_on(self.taken) } else { Timeline::default() });
        }
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
        let past = Interval { from: None, to: Some(self.taken) };
        let keeps_past = self.states == States::Current && !stored.within(&past).is_empty();
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
        let interval = line.version.interval;
        let (true, Fact::Person(person)) = (self.redacts, &line.version.fact) else {
            return Ok(vec![Span { interval, body: line.body.clone() }]);
        };
        let mut stated = Timeline::default().overlay(interval, line.body.clone());
        for span in stored.within(&interval).spans() {
            if let Ok(Fact::Person(there)) = Fact::from_body(FactKind::Person, &span.body) {
                let mut person = person.clone();
                person.national_id = there.national_id;
                let body = Fact::Person(person).body();
                let body = body.map_err(|error| Problem::of_line(line.number, error.to_string()))?;
                stated = stated.overlay(span.interval, body.into());
            }
        }
        Ok(stated.spans().to_vec())
    }
}
