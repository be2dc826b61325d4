//! What a batch means for the roster: the rows to close and to add. Pure: it decides, the store writes.
//!
//! - A thing belongs to one source, or is shared by those that the [`Owners`] name for its kind: see
//!   [`claims`](super::claims). A line that equals what is stored states nothing new, whoever owns the thing; a
//!   differing line of somebody else's thing is held.
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
use super::claims::Sourced;
use super::edit::SEALED;
use super::fact::{Fact, Version};
use super::history::{Span, Timeline};
use super::id::Id;
use super::identity::MatchRules;
use super::intake_plan::{Growing, Held, IntakePlan, Stored, StoredRow, timeline};
use super::kind::FactKind;
use super::known::{Census, Known, Place};
use super::owners::{KindOwners, Owners};
use super::past_intake;
use super::problem::{FirstProblems, Problem};
use super::reference::Reference;
use super::resolve::{Dereference, Resolved};
use super::sharing::{Settled, Shared};
use super::stated::claim_body;
use super::things::{ThingAt, Things};
use super::time::{Day, Interval};
use super::who;

/// What an import depends on beside the file and the roster.
#[derive(Debug, Clone, Copy)]
pub struct Setting<'a> {
    /// The day to count losses on.
    pub today: Day,
    /// The roster's time zone.
    pub zone: &'a jiff::tz::TimeZone,
    pub owners: &'a Owners,
    /// How the ids of the batch's source are understood.
    pub matches: &'a MatchRules,
}

/// Plans the import of `batch` on top of what is stored.
pub fn plan(mut batch: Batch, stored: &Stored, setting: &Setting<'_>) -> Result<IntakePlan, Vec<Problem>> {
    let Setting { today, zone, .. } = *setting;
    if !batch.past.is_empty() {
        return past_intake::plan(batch, stored);
    }
    let taken = batch.header.taken.map_or(today, |taken| taken.day(zone));
    let understood = who::understand(&batch.lines, stored, &batch.source, setting.matches)?;
    if let Some(lines) = understood.lines {
        batch.lines = lines;
    }
    let intake = Intake {
        source: batch.source.clone(),
        complete: batch.is_complete(),
        states: batch.header.states,
        kinds: batch.header.kinds.iter().copied().collect(),
        redacts: batch.header.redacts_national_ids(),
        taken,
        owners: setting.owners,
        unclear: understood.unclear,
    };
    let (known, stated) = intake.known(&batch, stored)?;

    let guarded_day = if intake.states == States::Current { today.max(taken) } else { today };
    let mut plan = Growing::new(stored.basis, batch.source, Some(guarded_day));
    understood.aliases.into_iter().for_each(|alias| plan.row(alias));
    plan.hold(understood.held);
    let mut references = Dereference::default();
    let mut problems = FirstProblems::default();
    let mut between = Between::new(stated, &batch.custom);
    let mut things = Things::new(stored, &batch.lines)?;
    while let Some(mut thing) = things.next_thing()? {
        let lines = std::mem::take(&mut thing.lines);
        plan.count(thing.kind, &thing.rows);
        if lines.is_empty() && !intake.is_missing(&thing) {
            between.holds(thing.kind, &thing.id, || bodies(&timeline(&thing.rows)));
            continue;
        }
        let mut resolved = Vec::with_capacity(lines.len());
        for line in lines {
            let typed = line.typed().map_err(|error| vec![Problem::of_line(line.number, error.to_string())])?;
            let body = (!line.may_name_by_key()).then_some(line.body);
            resolved.extend(references.resolve(line.at, typed, body, &known));
        }
        match intake.settled(&thing, &resolved) {
            Ok(settled) => {
                between.holds(thing.kind, &thing.id, || bodies(&settled.facts));
                let whole = |line: &&Resolved| {
                    !settled.held.iter().any(|held| held.line == line.number && held.field.is_none())
                };
                resolved.iter().filter(whole).for_each(|line| between.states(line));
                let ThingAt { kind, id, rows, claims, .. } = thing;
                let thing = (kind, id);
                plan.take(&thing, &rows, &settled.facts);
                settled.claims.iter().for_each(|claim| plan.claim(&thing, &claims, claim));
                plan.hold(settled.held);
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
struct Intake<'a> {
    source: String,
    complete: bool,
    states: States,
    kinds: HashSet<FactKind>,
    redacts: bool,
    taken: Day,
    owners: &'a Owners,
    /// Things that the batch speaks of, though nobody can tell what it means.
    unclear: BTreeSet<Id>,
}

impl Intake<'_> {
    /// What the lines can name, and the kinds of which there are lines.
    fn known(&self, batch: &Batch, stored: &Stored) -> Result<(Known, BTreeSet<FactKind>), Vec<Problem>> {
        let mut census = Census::default();
        let mut stated = BTreeSet::new();
        let mut things = Things::new(stored, &batch.lines)?;
        while let Some(thing) = things.next_thing()? {
            let is_missing = thing.lines.is_empty() && self.is_missing(&thing);
            let gone = is_missing && self.states == States::Timeline && self.is_alone(&thing);
            let ThingAt { kind, id, rows, lines, .. } = thing;
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
    fn is_missing(&self, thing: &ThingAt) -> bool {
        let ThingAt { kind, id, rows, claims, .. } = thing;
        let said = if claims.is_empty() { self.owns(rows) } else { self.claims(claims) };
        self.complete && self.kinds.contains(kind) && said && !self.unclear.contains(id)
    }

    /// Whether no other source states the thing.
    fn is_alone(&self, thing: &ThingAt) -> bool {
        thing.claims.iter().all(|claim| *claim.source == *self.source)
    }

    fn claims(&self, claims: &[StoredRow]) -> bool {
        claims.iter().any(|claim| *claim.source == *self.source)
    }

    fn owns(&self, rows: &[StoredRow]) -> bool {
        rows.first().is_none_or(|row| *row.source == *self.source)
    }

    /// What should be recorded of a thing of the batch, or of one that it lacks: everything that is known of it, and all
    /// lines about it, are here.
    fn settled(&self, thing: &ThingAt, lines: &[Resolved]) -> Result<Settled, Problem> {
        let ThingAt { kind, id, rows, claims, .. } = thing;
        let shares = self.owners.sharing(*kind, &self.source).is_some();
        if (shares && !lines.is_empty()) || (self.claims(claims) && lines.is_empty()) {
            let line = lines.first().map_or(0, |line| line.number);
            let shared = Shared::new(*kind, id, &self.source, rows, claims)
                .map_err(|error| Problem::of_line(line, error.to_string()))?;
            let wanted = self.wanted(&shared.own, lines)?;
            let nobody = KindOwners::default();
            return shared.settle(wanted, lines, self.owners.0.get(kind).unwrap_or(&nobody));
        }
        let stored = timeline(rows);
        if !lines.is_empty() && (!claims.is_empty() || !self.owns(rows)) {
            let held = lines.iter().map(|line| self.foreign(line, &stored)).collect::<Result<Vec<_>, _>>()?;
            return Ok(Settled { facts: stored, claims: Vec::new(), held: held.into_iter().flatten().collect() });
        }
        let source: Arc<str> = self.source.as_str().into();
        let wanted = self.wanted(&bodies(&stored), lines)?;
        let facts = wanted.map(|body| Sourced { source: source.clone(), body: body.clone() });
        Ok(Settled { facts, claims: Vec::new(), held: Vec::new() })
    }

    /// A line about a thing of somebody else: held where it differs.
    fn foreign(&self, line: &Resolved, stored: &Timeline<Sourced>) -> Result<Option<Held>, Problem> {
        let there = bodies(stored);
        let stated = Timeline::new(self.spans(line, &there)?).unwrap_or_default();
        if there.within(&line.version.interval) == stated {
            return Ok(None);
        }
        let Version { id, fact, .. } = &line.version;
        let owner = stored.spans().first().map(|span| span.body.source.to_string());
        let reason = format!("it belongs to the source {:?} and differs here", owner.as_deref().unwrap_or_default());
        Ok(Some(Held { line: line.number, kind: fact.kind(), id: id.clone(), field: None, owner, reason }))
    }

    /// What the source says of a thing from now on.
    fn wanted(&self, stored: &Timeline<Arc<str>>, lines: &[Resolved]) -> Result<Timeline<Arc<str>>, Problem> {
        if lines.is_empty() {
            let ends = self.states == States::Current;
            return Ok(if ends { stored.end_on(self.taken) } else { Timeline::default() });
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
            for span in self.spans(line, stored)? {
                let from_now_on = Interval { from: Some(self.taken), to: None };
                let days = if keeps_past { span.interval.intersect(&from_now_on) } else { Some(span.interval) };
                if let Some(days) = days {
                    wanted = wanted.overlay(days, span.body);
                }
            }
        }
        Ok(wanted)
    }

    /// What one line states. A redacted national id is taken from what the source said before, day by day.
    fn spans(&self, line: &Resolved, stored: &Timeline<Arc<str>>) -> Result<Vec<Span<Arc<str>>>, Problem> {
        let unreadable = |error: serde_json::Error| Problem::of_line(line.number, error.to_string());
        let Version { interval, fact, .. } = &line.version;
        let shared = self.owners.sharing(fact.kind(), &self.source).is_some();
        let body = if shared { claim_body(&line.body).map_err(unreadable)? } else { line.body.clone() };
        if !self.redacts || fact.kind() != FactKind::Person {
            return Ok(vec![Span { interval: *interval, body }]);
        }
        let mut stated = Timeline::default().overlay(*interval, body.clone());
        for span in stored.within(interval).spans() {
            let kept = with_national_id(&body, &span.body).map_err(unreadable)?;
            let kept = match kept {
                Some(body) if shared => claim_body(&body).map_err(unreadable)?,
                Some(body) => {
                    Fact::from_body(FactKind::Person, &body).and_then(|fact| fact.body()).map_err(unreadable)?.into()
                }
                None => continue,
            };
            stated = stated.overlay(span.interval, kept);
        }
        Ok(stated.spans().to_vec())
    }
}

/// A body with the national id of another one, if that has any.
fn with_national_id(body: &str, other: &str) -> Result<Option<String>, serde_json::Error> {
    let mut there: serde_json::Map<String, serde_json::Value> = serde_json::from_str(other)?;
    let Some(sealed) = there.remove(SEALED) else { return Ok(None) };
    let mut fields: serde_json::Map<String, serde_json::Value> = serde_json::from_str(body)?;
    fields.insert(SEALED.to_owned(), sealed);
    serde_json::to_string(&fields).map(Some)
}

fn bodies(said: &Timeline<Sourced>) -> Timeline<Arc<str>> {
    said.map(|said| said.body.clone())
}
