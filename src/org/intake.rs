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
//! The second import of the same batch changes nothing. A *past* (see [`past`](super::Past)) is another matter: it
//! makes an empty roster into the one that it was exported from.

use std::collections::{BTreeMap, HashSet};
use std::sync::Arc;

use super::ancestry;
use super::batch::{Batch, Line, States};
use super::contacts;
use super::custom_classes;
use super::erased;
use super::fact::Fact;
use super::history::{Span, Timeline};
use super::id::Id;
use super::intake_plan::{IntakePlan, Rows, Stored, StoredRow, Thing, timeline};
use super::intended::Intended;
use super::kind::FactKind;
use super::past_intake;
use super::problem::{MOST_PROBLEMS, Problem};
use super::resolve::{self, Resolved};
use super::time::{Day, Interval};

/// Plans the import of `batch` on top of what is stored. `today` is the day to count losses on, `zone` the roster's
/// time zone.
pub fn plan(
    mut batch: Batch,
    stored: &Stored,
    today: Day,
    zone: &jiff::tz::TimeZone,
) -> Result<IntakePlan, Vec<Problem>> {
    if !batch.past.is_empty() {
        return past_intake::plan(batch, stored);
    }
    let taken = batch.header.taken.map_or(today, |taken| taken.day(zone));
    let mut rows: Rows<'_> = BTreeMap::new();
    for row in &stored.rows {
        rows.entry((row.kind, row.id.clone())).or_default().push(row);
    }
    let held = erased::hold(&mut batch.lines, stored);
    let intake = Intake {
        source: batch.source.clone(),
        complete: batch.is_complete(),
        states: batch.header.states,
        kinds: batch.header.kinds.iter().copied().collect(),
        redacts: batch.header.redacts_national_ids(),
        taken,
    };
    let mut gone = intake.absent(&batch.lines, &rows);
    gone.retain(|thing| !held.things.contains(*thing));
    let corrected_away: &[&Thing] = if intake.states == States::Timeline { &gone } else { &[] };
    let (lines, dangling) = resolve::resolve(batch.lines, &rows, corrected_away)?;
    let wanted = intake.wanted(&lines, &rows, &gone)?;
    let intended = Intended { lines: &lines, rows: &rows, wanted: &wanted };
    ancestry::refuse_cycles(&intended)?;
    contacts::refuse_values(&intended)?;
    custom_classes::refuse_missing(&intended, &batch.custom)?;

    let guarded_day = if intake.states == States::Current { today.max(taken) } else { today };
    let mut plan =
        IntakePlan { basis: stored.basis, source: batch.source, dangling, held: held.lines, ..IntakePlan::default() };
    for (thing, wanted) in &wanted {
        plan.take(thing, rows.get(thing).map_or(&[], Vec::as_slice), wanted, guarded_day);
    }
    plan.count_all(&rows, guarded_day);
    Ok(plan)
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
