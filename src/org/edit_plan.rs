//! Planning an edit by hand: what [`edit`](super::edit) makes of the timeline, checked like a line of a file.
//!
//! The fields are read as the exchange format reads them; references are resolved, and what they name must hold on
//! every day that the edit states; units must not stand above themselves. Pure: it decides, the store writes.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::batch::Line;
use super::between::Between;
use super::claims::Sourced;
use super::custom_type::CustomTypes;
use super::edit::{Act, Difference, Fields, SEALED, differences};
use super::erased;
use super::fact::{Fact, Version};
use super::fields;
use super::history::{Span, Timeline, pieces};
use super::id::Id;
use super::intake_plan::{Growing, IntakePlan, Stored, StoredRow, Thing, timeline};
use super::key::Key;
use super::kind::FactKind;
use super::known::{Census, Known, Place};
use super::nearest::instead;
use super::owners::{KindOwners, Owners};
use super::packed::Damaged;
use super::problem::Problem;
use super::reference::Reference;
use super::resolve::{Dereference, Resolved};
use super::runs::Runs;
use super::sharing::{Settled, Shared};
use super::stated::{Gaps, deep, flat};
use super::things::Things;
use super::time::Interval;

/// So many things are named that stand in the way of an edit, or are touched by it.
const MOST_NAMED: usize = 20;

/// An edit of one thing.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Edit {
    pub kind: FactKind,
    pub id: Id,
    pub act: Act,
    /// As the exchange format writes them; null takes a field away.
    pub fields: Fields,
}

/// What an edit would do.
#[derive(Debug, Clone, Default)]
pub struct EditPlan {
    /// The rows to close and to add, for the store to commit. Their source is that of the thing.
    pub rows: IntakePlan,
    pub differences: Vec<Difference<Arc<str>>>,
    /// What else there is to know: things that name this one on days on which it would no longer hold.
    pub remarks: Vec<String>,
}

/// The source of a thing; `None` for one that never was.
pub fn source_of(stored: &Stored, edit: &Edit) -> Result<Option<Arc<str>>, Damaged> {
    Ok(rows_of(stored, edit)?.first().map(|row| row.source.clone()))
}

fn rows_of(stored: &Stored, edit: &Edit) -> Result<Vec<StoredRow>, Damaged> {
    of_thing(&stored.rows, edit)
}

fn of_thing(rows: &Runs<StoredRow>, edit: &Edit) -> Result<Vec<StoredRow>, Damaged> {
    let is_it = |row: &StoredRow| row.kind == edit.kind && row.id == edit.id;
    rows.iter()?.filter(|row| row.as_ref().map_or(true, is_it)).collect()
}

impl Edit {
    /// Who owns the fields, where the edit's source `by` may change all of them, whoever else states the thing.
    pub fn shares<'a>(&self, owners: &'a Owners, by: &str) -> Option<&'a KindOwners> {
        let changes = matches!(self.act, Act::Change { .. } | Act::Correct { .. });
        let may = |owners: &&KindOwners| self.fields.keys().all(|field| owners.may(by, field));
        owners.sharing(self.kind, by).filter(|_| changes).filter(may)
    }
}

/// Plans an edit on top of what is stored. A thing that is new gets the source `by`, and so do fields that the owners
/// give it. Problems have no place: their line numbers say nothing.
pub fn plan(
    edit: &Edit,
    stored: &Stored,
    custom: &CustomTypes,
    owners: &Owners,
    by: &str,
) -> Result<EditPlan, Vec<Problem>> {
    let one = |message: String| vec![Problem::of_line(0, message)];
    let (kind, id) = (edit.kind, &edit.id);
    if let Some(day) = stored.erased.get(id) {
        return Err(vec![erased::problem(id, *day)]);
    }
    let thing: Thing = (kind, id.clone());
    let there: &[StoredRow] = &rows_of(stored, edit)?;
    if there.is_empty() && !matches!(edit.act, Act::Add { .. }) {
        return Err(one(format!("there is no {kind} {id:?}")));
    }
    if edit.fields.contains_key(SEALED) {
        let hint = "command lines are seen by every user of the machine: bring it with `rosterd import`";
        return Err(vec![Problem::of_line(0, "a national id is not edited by hand").with_hint(hint)]);
    }
    let rows = timeline(there);
    let before = rows.map(|said| said.body.clone());
    let edited = edit.act.on(&before, &edit.fields).map_err(|error| vec![explained(edit, &error)])?;
    let is_new = |span: &&Span<Arc<str>>| !before.spans().contains(span);
    let lines = read(edit, edited.spans().iter().filter(is_new), custom)?;
    let known = known(stored, &lines)?;
    let mut references = Dereference::default();
    let resolved = lines.into_iter().zip(0..).filter_map(|(line, at)| references.resolve(at, line, None, &known));
    let resolved: Vec<Resolved> = resolved.collect();
    references.finish()?;
    let mut spans: Vec<Span<Arc<str>>> = edited.spans().iter().filter(|span| !is_new(span)).cloned().collect();
    spans.extend(resolved.iter().map(|line| Span { interval: line.version.interval, body: line.body.clone() }));
    let wanted = Timeline::new(spans).map_err(|error| one(error.to_string()))?;
    let changes = differences(&before, &wanted);
    let unheld = unheld(edit, &resolved, stored, &changes)?;
    if !unheld.is_empty() {
        return Err(unheld);
    }
    refuse_between(&thing, &wanted, &resolved, stored, custom)?;
    let source: Arc<str> = there.first().map_or(by, |row| &*row.source).into();
    let mut growing = Growing::new(stored.basis, source.to_string(), None);
    let claims = of_thing(&stored.claims, edit)?;
    match edit.shares(owners, by).filter(|_| *source != *by || !claims.is_empty()) {
        Some(owners) => {
            let settled = claimed(edit, by, there, &claims, &changes, owners).map_err(|problem| vec![problem])?;
            if settled.facts.map(|said| said.body.clone()) != wanted {
                let hint = format!("[owners.{kind}] names the sources in order: put {by:?} first");
                return Err(vec![Problem::of_line(0, "another source is right before the edit").with_hint(hint)]);
            }
            growing.put(&thing, there, &settled.facts);
            settled.claims.iter().for_each(|claim| growing.claim(&thing, &claims, claim));
        }
        None if claims.is_empty() => {
            let said = |body: &Arc<str>| Sourced { source: source.clone(), body: body.clone() };
            growing.put(&thing, there, &wanted.map(said));
        }
        None => {
            let hint = format!("name {by:?} an owner of the fields in [owners.{kind}]");
            return Err(vec![Problem::of_line(0, "several sources state it, and decide").with_hint(hint)]);
        }
    }
    let remarks = left_behind(edit, &stored.rows, &changes)?;
    Ok(EditPlan { rows: growing.finish(Vec::new()), differences: changes, remarks })
}

/// The edit as the word of its own source, on the days that change.
fn claimed(
    edit: &Edit,
    by: &str,
    rows: &[StoredRow],
    claims: &[StoredRow],
    changes: &[Difference<Arc<str>>],
    owners: &KindOwners,
) -> Result<Settled, Problem> {
    let unreadable = |error: serde_json::Error| Problem::of_line(0, error.to_string());
    let shared = Shared::new(edit.kind, &edit.id, by, rows, claims).map_err(unreadable)?;
    let mut own = shared.own.clone();
    for change in changes {
        let after = flat(change.after.as_deref().unwrap_or("{}")).map_err(unreadable)?;
        let days = shared.own.within(&change.interval);
        for piece in pieces(days.spans().iter().map(|span| span.interval).chain([change.interval])) {
            let Some(piece) = piece.intersect(&change.interval) else { continue };
            let mut fields = flat(days.in_all_of(&piece).map_or("{}", |body| &**body)).map_err(unreadable)?;
            for field in edit.fields.keys() {
                fields.insert(field.clone(), after.get(field).cloned().unwrap_or_default());
            }
            own = own.overlay(piece, serde_json::to_string(&deep(edit.kind, fields)).map_err(unreadable)?.into());
        }
    }
    shared.settle(own, &[], owners)
}

/// What the lines of the edit can name.
fn known(stored: &Stored, lines: &[Line]) -> Result<Known, Damaged> {
    let mut census = Census::default();
    let restated = |row: &StoredRow| lines.iter().any(|line| line.version.id == row.id);
    for row in stored.rows.iter()? {
        let row = row?;
        census.add(row.kind, &row.id, Place { stored: true, ..Place::default() });
        if row.kind == FactKind::Key
            && !restated(&row)
            && let Ok(Fact::Key(key)) = Fact::from_body(row.kind, &row.body)
        {
            census.add_key(key);
        }
    }
    for Line { version, .. } in lines {
        census.add(version.kind(), &version.id, Place { stated: true, ..Place::default() });
        if let Fact::Key(Key { of: Reference::Id(of), source, value }) = &version.fact {
            census.add_key(Key { of: of.clone(), source: source.clone(), value: value.clone() });
        }
    }
    Ok(census.finish())
}

/// The checks that an import makes between things.
fn refuse_between(
    thing: &Thing,
    wanted: &Timeline<Arc<str>>,
    lines: &[Resolved],
    stored: &Stored,
    custom: &CustomTypes,
) -> Result<(), Vec<Problem>> {
    let mut between = Between::new(lines.iter().map(|line| line.version.kind()).collect(), custom);
    let no_lines = Runs::default();
    let mut things = Things::new(stored, &no_lines)?;
    while let Some(other) = things.next_thing()? {
        if (other.kind, &other.id) != (thing.0, &thing.1) {
            between.holds(other.kind, &other.id, || timeline(&other.rows).map(|said| said.body.clone()));
        }
    }
    between.holds(thing.0, &thing.1, || wanted.clone());
    lines.iter().for_each(|line| between.states(line));
    between.finish()
}

fn explained(edit: &Edit, error: &super::edit::EditError) -> Problem {
    use super::edit::EditError::{Ended, Holds, HoldsNever, HoldsNot};
    let (kind, id) = (edit.kind, &edit.id);
    let problem = Problem::of_line(0, format!("the {kind} {id:?}: {error}"));
    match error {
        Holds(_) => problem.with_hint("`edit change` and `edit correct` are for what holds already"),
        HoldsNot(_) | HoldsNever | Ended(_) => {
            problem.with_hint(format!("`rosterd show {kind} {id} --history` shows its days; `edit add` fills a gap"))
        }
        _ => problem,
    }
}

/// The spans as lines of a file, each checked by itself.
fn read<'a>(
    edit: &Edit,
    spans: impl Iterator<Item = &'a Span<Arc<str>>>,
    custom: &CustomTypes,
) -> Result<Vec<Line>, Vec<Problem>> {
    let mut lines = Vec::new();
    let mut problems: Vec<Problem> = Vec::new();
    if edit.id.as_str().trim().is_empty() {
        problems.push(Problem::of_line(0, "the id is empty"));
    }
    for (span, number) in spans.zip(0..) {
        let mut json = serde_json::Deserializer::from_str(&span.body);
        match Fact::<Reference>::deserialize(edit.kind, &mut json) {
            Err(error) => problems.push(unreadable(edit, &error)),
            Ok(mut fact) => {
                let wrong = fact.custom_mut().map(|values| custom.canonical(edit.kind, values)).unwrap_or_default();
                problems.extend(wrong.into_iter().map(|wrong| Problem::of_line(0, wrong.message)));
                problems.extend(fact.problems().into_iter().map(|message| Problem::of_line(0, message)));
                let version = Version { id: edit.id.clone(), interval: span.interval, fact };
                let stated = serde_json::from_str(&span.body).map_err(|error| vec![unreadable(edit, &error)])?;
                lines.push(Line { number, version, gaps: Gaps::nulls(edit.kind, &stated) });
            }
        }
    }
    let mut told: Vec<String> = Vec::new();
    problems.retain(|problem| {
        let is_news = !told.contains(&problem.message);
        told.push(problem.message.clone());
        is_news
    });
    if problems.is_empty() { Ok(lines) } else { Err(problems) }
}

/// What the parser says, without a place in a text that nobody wrote, and with the field where that is clear.
fn unreadable(edit: &Edit, error: &serde_json::Error) -> Problem {
    let said = error.to_string();
    let said = said.rsplit_once(" at line ").map_or(said.as_str(), |(said, _)| said);
    let bad = |(field, value): &(&String, &serde_json::Value)| {
        let alone = serde_json::json!({ field.as_str(): value }).to_string();
        let read = Fact::<Reference>::deserialize(edit.kind, &mut serde_json::Deserializer::from_str(&alone));
        !field.contains('.') && read.is_err_and(|error| error.to_string().starts_with(said))
    };
    let unknown = |said: &str| Some(said.strip_prefix("unknown field `")?.split_once('`')?.0.to_owned());
    if let Some(field) = unknown(said) {
        let message = format!("a fact of the kind {} has no field {field:?}", edit.kind);
        return Problem::of_line(0, message).with_hint(instead(&field, fields::order(edit.kind)));
    }
    let names_it = said.starts_with("missing field");
    match edit.fields.iter().find(bad).filter(|_| !names_it) {
        Some((field, _)) => {
            Problem::of_line(0, format!("{field}: {said}")).with_hint("write FIELD:=JSON for what is no text")
        }
        _ => Problem::of_line(0, said.to_owned()),
    }
}

/// References that the edit states, to things that do not hold on all the days it states.
fn unheld(
    edit: &Edit,
    lines: &[Resolved],
    stored: &Stored,
    changes: &[Difference<Arc<str>>],
) -> Result<Vec<Problem>, Damaged> {
    let references = lines.iter().flat_map(|line| line.version.fact.references());
    let mut holds: BTreeMap<Id, Vec<Interval>> = references.map(|(_, named)| (named, Vec::new())).collect();
    for row in stored.rows.iter()? {
        let row = row?;
        holds.get_mut(&row.id).into_iter().for_each(|holds| holds.push(row.interval));
    }
    let states = |field: &str| matches!(edit.act, Act::Add { .. }) || edit.fields.contains_key(field);
    let mut problems = Vec::new();
    for Resolved { version, .. } in lines {
        let days = changes.iter().filter_map(|change| change.interval.intersect(&version.interval));
        let days: Vec<Interval> = days.collect();
        for (field, named) in version.fact.references().into_iter().filter(|(field, _)| states(field.name)) {
            let holds = holds.get(&named).map_or(&[][..], Vec::as_slice);
            for interval in &days {
                let bare =
                    holds.iter().fold(Timeline::default().overlay(*interval, ()), |bare, held| bare.without(*held));
                let message = |span: &Span<()>| format!("{}: {named:?} does not hold {}", field.name, span.interval);
                problems.extend(bare.spans().iter().map(|span| {
                    Problem::of_line(0, message(span)).with_hint("what is named must hold on all days of the edit")
                }));
            }
        }
    }
    problems.truncate(MOST_NAMED);
    Ok(problems)
}

/// Things that name this one on days on which it would no longer hold.
fn left_behind(edit: &Edit, rows: &Runs<StoredRow>, changes: &[Difference<Arc<str>>]) -> Result<Vec<String>, Damaged> {
    let gone: Vec<Interval> =
        changes.iter().filter(|change| change.after.is_none()).map(|change| change.interval).collect();
    if gone.is_empty() {
        return Ok(Vec::new());
    }
    let mut remarks = Vec::new();
    for row in rows.iter()? {
        let row = row?;
        if row.id == edit.id || !row.body.contains(edit.id.as_str()) {
            continue;
        }
        let Some(days) = gone.iter().find_map(|days| days.intersect(&row.interval)) else { continue };
        let Ok(fact) = Fact::from_body(row.kind, &row.body) else { continue };
        for (field, _) in fact.references().into_iter().filter(|(_, named)| *named == edit.id) {
            remarks.push(format!("the {} {:?} still names it ({}), {days}", row.kind, row.id, field.name));
        }
    }
    remarks.sort();
    let more = remarks.len().saturating_sub(MOST_NAMED);
    remarks.truncate(MOST_NAMED);
    if more > 0 {
        remarks.push(format!("{more} more things still name it"));
    }
    Ok(remarks)
}
