//! The run ledger as a table, newest first.

use serde_json::Value;

use super::super::RunsDocument;
use super::super::words::clean;
use super::layout::table;
use crate::org::{Instant, Zone};

/// The answer of `runs`.
pub fn runs(document: &RunsDocument, zone: &Zone) -> String {
    if document.runs.is_empty() {
        return "no run yet\n".into();
    }
    let rows = document.runs.iter().map(|run| {
        let outcome = match cell(run, "outcome") {
            none if none == "-" => "not ended".to_owned(),
            outcome => outcome,
        };
        let subject = if run.get("source").is_some() { cell(run, "source") } else { cell(run, "target") };
        let when = ["started", "ended"].map(|field| instant(run, field, zone));
        let rest = ["actor", "digest"].map(|field| cell(run, field));
        [vec![cell(run, "run"), subject, cell(run, "verb"), outcome], when.to_vec(), rest.to_vec()].concat()
    });
    table(&["run", "target or source", "verb", "outcome", "started", "ended", "by", "digest"], rows.collect())
}

/// A field of a record; `-` when it has none.
fn cell(record: &Value, field: &str) -> String {
    match record.get(field) {
        None | Some(Value::Null) => "-".into(),
        Some(Value::String(text)) if text.is_empty() => "-".into(),
        Some(Value::String(text)) => clean(text),
        Some(other) => clean(&other.to_string()),
    }
}

fn instant(record: &Value, field: &str, zone: &Zone) -> String {
    let written = record.get(field).and_then(Value::as_str);
    let at = written.and_then(|text| text.parse::<Instant>().ok());
    at.map_or_else(|| cell(record, field), |at| at.local(zone))
}
