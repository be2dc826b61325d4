//! How a column names another thing: by what the source that states the thing calls it.

use std::collections::BTreeMap;

use super::csv::{Cell, Csv, Stated};
use crate::org::FactKind;
use crate::source::csv::Named;

/// How the column of a reference names a thing of `kind`; or what is wrong, and what to write.
///
/// A source that states the kind itself names its things as it does there: by id or by key. So does another CSV source
/// that is named. Any other source is one whose keys the roster keeps. A kind that the source does not state is named
/// by id.
pub(super) fn named(
    own: &str,
    all: &BTreeMap<String, Csv>,
    kind: Option<FactKind>,
    cell: &Cell,
) -> Result<Named, (String, String)> {
    let Some(kind) = kind else {
        let hint = "write { column = \"…\", kind = \"person\" }".to_owned();
        return Err(("this may be a thing of any kind: say which".to_owned(), hint));
    };
    let source = cell.source.as_deref().unwrap_or(own);
    let stated = |csv: &Csv| csv.stated().find(|(stated, _)| *stated == kind).map(|(_, stated)| made(stated));
    let by_key = |source: &str| Named::Made { source: source.to_owned(), kind };
    match (all.get(source).map(stated), &cell.source) {
        (Some(Some(true)), _) => Ok(by_key(source)),
        (Some(Some(false)), _) => one_column(cell, Named::Id),
        (Some(None), None) | (None, None) => one_column(cell, Named::Id),
        (Some(None), Some(_)) => {
            Err((format!("[csv.{source}] states no {kind}"), "name the source that states it".to_owned()))
        }
        (None, Some(_)) => one_column(cell, Named::Kept { source: source.to_owned() }),
    }
}

/// Whether the ids of its things are made from keys.
fn made(stated: &Stated) -> bool {
    stated.fields.contains_key("key")
}

fn one_column(cell: &Cell, named: Named) -> Result<Named, (String, String)> {
    if cell.columns.len() > 1 {
        let hint = "only a key that a CSV source makes ids from has several parts".to_owned();
        return Err(("a thing is named by one column here".to_owned(), hint));
    }
    Ok(named)
}
