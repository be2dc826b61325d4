//! A report as rows and columns: the columns of all its parts, each once.

use super::super::document::{Finding, Part, Report};
use super::super::named::Named;
use super::super::phrases::Phrase;
use super::super::said::Said;

/// The columns of some parts, in the order in which they first come.
pub(super) fn columns<'a>(parts: impl IntoIterator<Item = &'a Part>) -> Vec<Phrase> {
    let mut columns = Vec::new();
    for column in parts.into_iter().flat_map(|part| part.kind.columns) {
        if !columns.contains(&column.head) {
            columns.push(column.head);
        }
    }
    columns
}

/// The cells of a finding below these columns.
pub(super) fn row<'a>(part: &'a Part, finding: &'a Finding, columns: &[Phrase]) -> Vec<Said> {
    let at = |head: &Phrase| part.kind.columns.iter().position(|column| column.head == *head);
    columns.iter().map(|head| at(head).and_then(|at| finding.cells.get(at)).cloned().unwrap_or_default()).collect()
}

/// What stands before the columns of the parts: part, target, state, since.
pub(super) fn before(report: &Report, part: &Part, finding: &Finding) -> [Said; 4] {
    let state = super::state(report, finding).map_or(Said::Nothing, |_| finding.state.said());
    let since = finding.since.filter(|_| !state.is_nothing());
    [part.kind.title.into(), part.target.as_deref().map(Said::from).into(), state, since.into()]
}
