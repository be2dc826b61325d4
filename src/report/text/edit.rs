//! An edit: before and after, interval by interval.

use serde_json::{Map, Value};

use super::super::words::{clean, several};
use super::super::{EditChange, EditDocument, Outcome};
use super::layout::Page;
use super::run::outcome;

/// The answer of `edit`.
pub fn edit(document: &EditDocument) -> String {
    let mut page = Page::default();
    let thing = format!("{} {} {}", document.act, clean(&document.kind), clean(&document.id));
    let ended = match (document.outcome, document.dry_run, document.changes.is_empty()) {
        (Outcome::Done, _, true) => "nothing to change",
        (Outcome::Done, true, false) => "would be done (rehearsal: nothing was committed)",
        (other, ..) => outcome(other),
    };
    page.line(0, &format!("{thing}: {ended}"));
    page.labelled("source", &[clean(&document.source)]);
    if let Some(note) = &document.note {
        page.labelled("note", &[clean(note)]);
    }
    document.changes.iter().for_each(|one| change(&mut page, one));
    if !document.remarks.is_empty() {
        page.gap();
        document.remarks.iter().for_each(|remark| page.line(2, &format!("note that {}", clean(remark))));
    }
    if !document.problems.is_empty() {
        page.gap();
        page.line(2, &format!("{}; nothing was committed", several(document.problems.len(), "problem")));
    }
    for problem in &document.problems {
        page.line(4, &clean(&problem.message));
        if let Some(hint) = &problem.hint {
            page.line(8, &format!("hint: {}", clean(hint)));
        }
    }
    page.finish()
}

fn change(page: &mut Page, change: &EditChange) {
    page.gap();
    let none = Map::new();
    let what = match (&change.before, &change.after) {
        (None, _) => ": new",
        (_, None) => ": holds no longer",
        _ => "",
    };
    page.line(2, &format!("{}{what}", change.interval));
    let (before, after) = (change.before.as_ref().unwrap_or(&none), change.after.as_ref().unwrap_or(&none));
    let mut names: Vec<&String> = before.keys().chain(after.keys()).collect();
    names.sort_by_key(|name| after.keys().position(|other| other == *name).unwrap_or(usize::MAX));
    names.dedup();
    for name in names {
        let (old, new) = (before.get(name), after.get(name));
        match (&change.before, &change.after) {
            (None, _) => page.line(4, &format!("{}: {}", clean(name), shown(new))),
            (_, None) => page.line(4, &format!("{}: {}", clean(name), shown(old))),
            _ if old != new => page.line(4, &format!("{}: {} → {}", clean(name), shown(old), shown(new))),
            _ => {}
        }
    }
}

fn shown(value: Option<&Value>) -> String {
    match value {
        None | Some(Value::Null) => "(none)".into(),
        Some(Value::String(text)) => clean(text),
        Some(other) => clean(&other.to_string()),
    }
}
