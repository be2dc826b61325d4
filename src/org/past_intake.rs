//! What a past means for an empty roster: its commits and rows, after everything was checked.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::sync::Arc;

use super::batch::Batch;
use super::between::Between;
use super::custom_type::CustomTypes;
use super::fact::Fact;
use super::history::{Span, Timeline};
use super::id::Id;
use super::intake_plan::{Counts, IntakePlan, NewRow, Stored, Thing};
use super::key::Key;
use super::kind::FactKind;
use super::known::{Census, Known, Place};
use super::past::{Past, PastCommit, PastLine, PastRow, Said};
use super::problem::{MOST_PROBLEMS, Problem};
use super::reference::Reference;
use super::resolve::{Dereference, Resolved};
use super::time::Instant;

/// Plans the import of a past.
pub(super) fn plan(batch: Batch, stored: &Stored) -> Result<IntakePlan, Vec<Problem>> {
    if stored.basis != 0 || !stored.rows.is_empty() {
        let message = "this is a history (known_from): it goes into an empty roster only, and this one holds facts";
        let hint = "make a new roster with `rosterd init`, or import an export without --history";
        return Err(vec![Problem::of_line(1, message).with_hint(hint)]);
    }
    let commits = commits(&batch.past)?;
    refuse_overlaps(&batch.past)?;
    let known = known(&batch.past);
    let mut references = Dereference::default();
    let (mut lines, mut said) = (Vec::with_capacity(batch.past.len()), Vec::with_capacity(batch.past.len()));
    for ((line, who), at) in batch.past.into_iter().filter_map(PastLine::into_line).zip(0..) {
        lines.extend(references.resolve(at, line, None, &known));
        said.push(who);
    }
    references.finish()?;
    refuse_what_is_in_force(&lines, &said)?;

    let places: HashMap<Instant, usize> = commits.iter().enumerate().map(|(at, commit)| (commit.known, at)).collect();
    let mut past = Past { commits, rows: Vec::with_capacity(lines.len()) };
    let mut things: BTreeMap<FactKind, HashSet<Id>> = BTreeMap::new();
    for (line, said) in lines.iter().zip(&said) {
        let (kind, id) = (line.version.kind(), line.version.id.clone());
        things.entry(kind).or_default().insert(id.clone());
        let source = said.source.as_str().into();
        let row = NewRow { kind, id, interval: line.version.interval, source, body: line.body.clone() };
        let known_from = places.get(&said.known_from).copied().unwrap_or_default();
        past.rows.push(PastRow { row, known_from, known_to: said.known_to.and_then(|to| places.get(&to).copied()) });
    }
    let counts = |added: &HashSet<Id>| Counts { added: added.len() as u64, ..Counts::default() };
    Ok(IntakePlan {
        source: batch.source,
        counts: things.iter().map(|(kind, added)| (*kind, counts(added))).collect(),
        past: Some(past),
        ..IntakePlan::default()
    })
}

/// What the lines can name: what any of them says, at whatever instant it was believed.
fn known(lines: &[PastLine]) -> Known {
    let mut census = Census::default();
    for PastLine { id, fact, .. } in lines {
        let Some(fact) = fact else { continue };
        census.add(fact.kind(), id, Place { stated: true, ..Place::default() });
        if let Fact::Key(Key { of: Reference::Id(of), source, value }) = fact {
            census.add_key(Key { of: of.clone(), source: source.clone(), value: value.clone() });
        }
    }
    census.finish()
}

/// The commits that the lines speak of, by instant. One commit has one source, actor and note, and whatever closed a
/// version is a commit too.
fn commits(lines: &[PastLine]) -> Result<Vec<PastCommit>, Vec<Problem>> {
    let mut commits: BTreeMap<Instant, (&Said, u64)> = BTreeMap::new();
    let mut problems = Vec::new();
    for PastLine { number, said, .. } in lines {
        let (first, line) = *commits.entry(said.known_from).or_insert((said, *number));
        if (&first.source, &first.actor, &first.note) != (&said.source, &said.actor, &said.note) {
            let message = format!("source, actor or note of {} differ from those on line {line}", said.known_from);
            problems.push(Problem::of_line(*number, message).with_hint("at one instant there was one commit"));
        }
    }
    let closed: HashSet<(&Id, Instant)> =
        lines.iter().filter_map(|line| Some((&line.id, line.said.known_to?))).collect();
    for PastLine { number, id, fact, said, .. } in lines {
        match said.known_to {
            Some(to) if to <= said.known_from => {
                problems.push(Problem::of_line(*number, "known_to is not after known_from"));
            }
            Some(to) if !commits.contains_key(&to) => {
                let message = format!("known_to is {to}, but no line says who said what then");
                let hint = "whatever closes a version is the known_from of another line";
                problems.push(Problem::of_line(*number, message).with_hint(hint));
            }
            None if fact.is_none() && !closed.contains(&(id, said.known_from)) => {
                problems.push(Problem::of_line(*number, format!("nothing of {id:?} was known until then to erase")));
            }
            _ => {}
        }
    }
    refuse(problems)?;
    let commit = |(known, (said, _)): (Instant, (&Said, u64))| {
        let Said { source, actor, note, .. } = said.clone();
        PastCommit { known, source, actor, note }
    };
    Ok(commits.into_iter().map(commit).collect())
}

/// At no instant may two versions of one thing hold on the same day.
fn refuse_overlaps(lines: &[PastLine]) -> Result<(), Vec<Problem>> {
    let mut things: BTreeMap<(&Id, FactKind), Vec<&PastLine>> = BTreeMap::new();
    for line in lines.iter().filter(|line| line.fact.is_some()) {
        things.entry((&line.id, line.kind)).or_default().push(line);
    }
    let mut problems = Vec::new();
    for ((id, kind), mut lines) in things {
        lines.sort_by_key(|line| (line.said.known_from, line.number));
        let mut open: Vec<&PastLine> = Vec::new();
        for line in lines {
            open.retain(|earlier| earlier.said.known_to.is_none_or(|to| to > line.said.known_from));
            if let Some(other) = open.iter().find(|other| other.interval.overlaps(&line.interval)) {
                let message = format!("the {kind} {id:?} has another version of these days on line {}", other.number);
                problems.push(Problem::of_line(line.number, message).with_hint("both are believed at one instant"));
            }
            open.push(line);
        }
    }
    refuse(problems)
}

/// The checks between things, for what is in force now; what is no longer believed is taken as it was.
fn refuse_what_is_in_force(lines: &[Resolved], said: &[Said]) -> Result<(), Vec<Problem>> {
    let in_force = || lines.iter().zip(said).filter(|(_, said)| said.known_to.is_none()).map(|(line, _)| line);
    let mut spans: BTreeMap<Thing, Vec<Span<Arc<str>>>> = BTreeMap::new();
    for line in in_force() {
        let span = Span { interval: line.version.interval, body: line.body.clone() };
        spans.entry((line.version.kind(), line.version.id.clone())).or_default().push(span);
    }
    let custom = CustomTypes::default();
    let mut between = Between::new(spans.keys().map(|(kind, _)| *kind).collect(), &custom);
    for ((kind, id), spans) in spans {
        between.holds(kind, &id, || Timeline::new(spans).unwrap_or_default());
    }
    in_force().for_each(|line| between.states(line));
    between.finish()
}

fn refuse(mut problems: Vec<Problem>) -> Result<(), Vec<Problem>> {
    problems.sort_by_key(|problem| problem.line);
    problems.truncate(MOST_PROBLEMS);
    if problems.is_empty() { Ok(()) } else { Err(problems) }
}
