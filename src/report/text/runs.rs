//! The run ledger as a table, newest first.

use serde_json::Value;

use super::super::RunsDocument;
use super::super::words::clean;
use super::layout::table;

/// The answer of `runs`.
pub fn runs(document: &RunsDocument) -> String {
    if document.runs.is_empty() {
        return "no run yet\n".into();
    }
    let rows = document.runs.iter().map(|run| {
        let outcome = match cell(run, "outcome") {
            none if none == "-" => "not ended".to_owned(),
            outcome => outcome,
        };
        let rest = ["started", "ended", "actor", "digest"].map(|field| cell(run, field));
        [vec![cell(run, "run"), cell(run, "target"), cell(run, "verb"), outcome], rest.to_vec()].concat()
    });
    table(&["run", "target", "verb", "outcome", "started", "ended", "by", "plan"], rows.collect())
}

/// A field of a record; `-` when it has none.
pub(super) fn cell(record: &Value, field: &str) -> String {
    match record.get(field) {
        None | Some(Value::Null) => "-".into(),
        Some(Value::String(text)) => clean(text),
        Some(other) => clean(&other.to_string()),
    }
}

/// The last run in one line.
pub(in super::super) fn last_run(run: &Value) -> String {
    let ended = match cell(run, "ended") {
        none if none == "-" => "not ended".to_owned(),
        ended => format!("{}, ended {ended}", cell(run, "outcome")),
    };
    format!("run {} by {}, started {}: {ended}", cell(run, "run"), cell(run, "actor"), cell(run, "started"))
}
