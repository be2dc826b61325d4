//! A report for programs: the same names and words whatever the language.

use serde_json::{Map, Value, json};

use super::super::document::{Finding, Part, Report};

pub(super) fn json(report: &Report) -> serde_json::Result<String> {
    let parts: Vec<Value> = report.parts.iter().map(part).collect();
    let document = json!({
        "report": report.kind.name,
        "title": report.title.to_json(),
        "at": report.at,
        "as_of": report.as_of,
        "organisation": report.organisation,
        "extent": report.extent,
        "told": report.told,
        "news": report.is_news(),
        "lead": report.lead.iter().map(super::Said::to_json).collect::<Vec<_>>(),
        "parts": parts,
    });
    Ok(serde_json::to_string_pretty(&document)? + "\n")
}

fn part(part: &Part) -> Value {
    let mut fields = Map::from_iter([("name".to_owned(), json!(part.kind.name))]);
    if let Some(target) = &part.target {
        fields.insert("target".to_owned(), json!(target));
    }
    fields.insert("whole".to_owned(), json!(part.whole));
    if !part.lines.is_empty() {
        fields.insert("lines".to_owned(), part.lines.iter().map(super::Said::to_json).collect());
    }
    if !part.numbers.is_empty() {
        let numbers = part.numbers.iter().map(|(name, number)| (name.key().to_owned(), json!(number)));
        fields.insert("numbers".to_owned(), Value::Object(numbers.collect()));
    }
    fields.insert("findings".to_owned(), part.findings.iter().map(|one| finding(part, one)).collect());
    Value::Object(fields)
}

fn finding(part: &Part, finding: &Finding) -> Value {
    let mut fields = Map::from_iter([
        ("id".to_owned(), json!(finding.id)),
        ("state".to_owned(), json!(finding.state)),
        ("since".to_owned(), json!(finding.since)),
    ]);
    if let Some(resolved) = finding.resolved {
        fields.insert("resolved".to_owned(), json!(resolved));
    }
    let cells = part.kind.columns.iter().zip(&finding.cells);
    fields.extend(cells.map(|(column, cell)| (column.head.key().to_owned(), cell.to_json())));
    Value::Object(fields)
}
