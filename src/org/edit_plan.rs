//! Planning an edit by hand: what [`edit`](super::edit) makes of the timeline, checked like a line of a file.
//!
//! The fields are read as the exchange format reads them; references are resolved, and what they name must hold on
//! every day that the edit states; units must not stand above themselves. Pure: it decides, the store writes.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::ancestry;
use super::batch::Line;
use super::contacts;
use super::custom_classes;
use super::custom_type::CustomTypes;
use super::edit::{Act, Difference, Fields, SEALED, differences};
use super::erased;
use super::fact::{Fact, Version};
use super::history::{Span, Timeline};
use super::id::Id;
use super::intake_plan::{IntakePlan, Rows, Stored, StoredRow, Thing, new_row, spans_of, timeline};
use super::intended::Intended;
use super::kind::FactKind;
use super::problem::{MOST_PROBLEMS, Problem};
use super::reference::Reference;
use super::resolve::{self, Resolved};
use super::time::Interval;

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
pub fn source_of<'a>(stored: &'a Stored, edit: &Edit) -> Option<&'a str> {
    stored.rows.iter().find(|row| row.kind == edit.kind && row.id == edit.id).map(|row| &*row.source)
}

/// Plans an edit on top of what is stored. A thing that is new gets the source `new`. Problems have no place: their
/// line numbers say nothing.
pub fn plan(edit: &Edit, stored: &Stored, custom: &CustomTypes, new: &str) -> Result<EditPlan, Vec<Problem>> {
    let one = |message: String| vec![Problem::of_line(0, message)];
    let (kind, id) = (edit.kind, &edit.id);
    if let Some(day) = stored.erased.get(id) {
        return Err(vec![erased::problem(0, id, *day)]);
    }
    let mut rows: Rows<'_> = BTreeMap::new();
    for row in &stored.rows {
        rows.entry((row.kind, row.id.clone())).or_default().push(row);
    }
    let thing: Thing = (kind, id.clone());
    let there: &[&StoredRow] = rows.get(&thing).map_or(&[], Vec::as_slice);
    if there.is_empty() && !matches!(edit.act, Act::Add { .. }) {
        return Err(one(format!("there is no {kind} {id:?}")));
    }
    if edit.fields.contains_key(SEALED) {
        let hint = "command lines are seen by every user of the machine: bring it with `rosterd import`";
        return Err(vec![Problem::of_line(0, "a national id is not edited by hand").with_hint(hint)]);
    }
    let before = timeline(there);
    let edited = edit.act.on(&before, &edit.fields).map_err(|error| vec![explained(edit, &error)])?;
    let is_new = |span: &&Span<Arc<str>>| !before.spans().contains(span);
    let lines = read(edit, edited.spans().iter().filter(is_new), custom)?;
    let (resolved, _) = resolve::resolve(lines, &rows, &[])?;
    let mut spans: Vec<Span<Arc<str>>> = edited.spans().iter().filter(|span| !is_new(span)).cloned().collect();
    for Resolved { version, .. } in &resolved {
        let body = version.fact.body().map_err(|error| one(error.to_string()))?;
        spans.push(Span { interval: version.interval, body: Arc::from(body) });
    }
    let wanted = Timeline::new(spans).map_err(|error| one(error.to_string()))?;
    let changes = differences(&before, &wanted);
    let unheld = unheld(edit, &resolved, &rows, &changes);
    if !unheld.is_empty() {
        return Err(unheld);
    }
    let all = BTreeMap::from([(thing.clone(), wanted.clone())]);
    let intended = Intended { lines: &resolved, rows: &rows, wanted: &all };
    ancestry::refuse_cycles(&intended)?;
    contacts::refuse_values(&intended)?;
    custom_classes::refuse_missing(&intended, custom)?;
    let mut plan = IntakePlan {
        basis: stored.basis,
        source: there.first().map_or(new, |row| &*row.source).to_owned(),
        ..IntakePlan::default()
    };
    let wants = super::history::difference(&spans_of(there), &wanted);
    plan.close = wants.0;
    plan.add = wants.1.into_iter().map(|span| new_row(&thing, span)).collect();
    let remarks = left_behind(edit, &stored.rows, &changes);
    Ok(EditPlan { rows: plan, differences: changes, remarks })
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
                lines.push(Line { number, version });
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
    let names_it = said.starts_with("missing field") || said.starts_with("unknown field");
    match edit.fields.iter().find(bad).filter(|_| !names_it) {
        Some((field, _)) => {
            Problem::of_line(0, format!("{field}: {said}")).with_hint("write FIELD:=JSON for what is no text")
        }
        _ => Problem::of_line(0, said.to_owned()),
    }
}

/// References that the edit states, to things that do not hold on all the days it states.
fn unheld(edit: &Edit, lines: &[Resolved], rows: &Rows<'_>, changes: &[Difference<Arc<str>>]) -> Vec<Problem> {
    let states = |field: &str| matches!(edit.act, Act::Add { .. }) || edit.fields.contains_key(field);
    let mut problems = Vec::new();
    for Resolved { version, .. } in lines {
        let days = changes.iter().filter_map(|change| change.interval.intersect(&version.interval));
        let days: Vec<Interval> = days.collect();
        for (field, named) in version.fact.references().into_iter().filter(|(field, _)| states(field.name)) {
            let holds: Vec<Interval> = FactKind::ALL
                .into_iter()
                .filter_map(|kind| rows.get(&(kind, named.clone())))
                .flatten()
                .map(|row| row.interval)
                .collect();
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
    problems.truncate(MOST_PROBLEMS);
    problems
}

/// Things that name this one on days on which it would no longer hold.
fn left_behind(edit: &Edit, rows: &[StoredRow], changes: &[Difference<Arc<str>>]) -> Vec<String> {
    let gone: Vec<Interval> =
        changes.iter().filter(|change| change.after.is_none()).map(|change| change.interval).collect();
    if gone.is_empty() {
        return Vec::new();
    }
    let mut remarks = Vec::new();
    for row in rows.iter().filter(|row| row.id != edit.id && row.body.contains(edit.id.as_str())) {
        let Some(days) = gone.iter().find_map(|days| days.intersect(&row.interval)) else { continue };
        let Ok(fact) = Fact::from_body(row.kind, &row.body) else { continue };
        for (field, _) in fact.references().into_iter().filter(|(_, named)| *named == edit.id) {
            remarks.push(format!("the {} {:?} still names it ({}), {days}", row.kind, row.id, field.name));
        }
    }
    remarks.sort();
    let more = remarks.len().saturating_sub(MOST_PROBLEMS);
    remarks.truncate(MOST_PROBLEMS);
    if more > 0 {
        remarks.push(format!("{more} more things still name it"));
    }
    remarks
}
