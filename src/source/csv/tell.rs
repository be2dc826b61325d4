//! Problems that show only beside the roster, told by what the file says: its keys, not the ids made from them.

use std::collections::BTreeSet;
use std::io::Read;

use super::header;
use super::layout::{Layout, Named, Naming, Value, made_id};
use super::row::Reader;
use super::scan::{Row, Scanner};
use super::text::{decode, problem};
use crate::org::Problem;

/// The same problems, with keys for made ids and the column of the field. Reads the file once more; what it cannot read
/// stays as it is.
pub fn tell(mut input: impl Read, source: &str, layout: &Layout, mut problems: Vec<Problem>) -> Vec<Problem> {
    let mut bytes = Vec::new();
    let Ok(_) = input.by_ref().take(super::LARGEST).read_to_end(&mut bytes) else { return problems };
    let Ok(text) = decode(bytes, layout.encoding) else { return problems };
    let mut scanner = Scanner::new(&text, layout.delimiter, layout.quote);
    let Ok(Some(first)) = scanner.next_row() else { return problems };
    let Ok(places) = header::places(&text, &first, &layout.columns) else { return problems };
    let reader = Reader { text: &text, source, layout, places, sealer: None };
    let wanted: BTreeSet<u64> = problems.iter().map(|problem| problem.line).collect();
    while let Ok(Some(row)) = scanner.next_row() {
        if wanted.contains(&row.line) && row.fields.len() == first.fields.len() {
            let of_row = problems.iter_mut().filter(|problem| problem.line == row.line && problem.column == 1);
            of_row.for_each(|told| name(&reader, &row, told));
        }
    }
    problems
}

fn name(reader: &Reader<'_>, row: &Row<'_>, told: &mut Problem) {
    for statement in &reader.layout.statements {
        let things = statement.fields.iter().filter_map(|rule| match &rule.value {
            Value::Thing(columns, Named::Made { source, kind }) => Some((columns, source.as_str(), *kind)),
            _ => None,
        });
        let own = match &statement.naming {
            Naming::Made(columns) => Some((columns, reader.source, statement.kind)),
            Naming::Given(_) => None,
        };
        for (columns, source, kind) in things.chain(own) {
            let key: Vec<&str> = columns.iter().map(|column| &*reader.field(row, *column).value).collect();
            let id = made_id(source, kind, &key).to_string();
            if told.message.contains(&id) {
                let message = told.message.replace(&id, &key.join(" "));
                let at = columns.first().map_or(0, |column| reader.field(row, *column).at);
                *told = Problem { hint: told.hint.take(), ..problem(reader.text, at, message) };
                return;
            }
        }
    }
}
