//! What was found, one thing per line.

use super::super::words::clean;
use super::super::{FindDocument, Match};
use super::layout::table;

/// The answer of `find`.
pub fn find(document: &FindDocument) -> String {
    if document.matches.is_empty() {
        return format!("nothing is called {:?} on {}\n", clean(&document.text), document.at);
    }
    let rows = document.matches.iter().map(|one| {
        vec![clean(&one.kind), clean(&one.id), format!("{}{}", clean(&one.name), found_in(one)), clean(&one.detail)]
    });
    let mut text = table(&["kind", "id", "name", "detail"], rows.collect());
    if document.rest > 0 {
        let rest = document.rest;
        text += &format!("… and {rest} more (see --limit)\n");
    }
    text
}

/// What was found besides the name: without it, nobody would see why the thing is here.
fn found_in(one: &Match) -> String {
    let others: Vec<String> = one
        .matched
        .iter()
        .filter(|matched| !matches!(matched.field.as_str(), "name" | "id"))
        .map(|matched| format!("{} {}", matched.field, clean(&matched.value)))
        .collect();
    if others.is_empty() { String::new() } else { format!(" ({})", others.join(", ")) }
}
