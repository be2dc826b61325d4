//! Whether a file is whole: its rows are counted and compared with what it announces.

use super::layout::Proof;
use super::row::Reader;
use super::scan::Row;
use super::text::problem;
use crate::org::{Completeness, Problem};

/// The count of one reading.
pub(super) struct Count<'t> {
    text: &'t str,
    /// Rows without header and trailer.
    pub(super) seen: u64,
    announced: Option<u64>,
    /// The byte at which the trailer stands.
    trailer: Option<usize>,
}

impl<'t> Count<'t> {
    pub(super) fn new(text: &'t str) -> Self {
        Self { text, seen: 0, announced: None, trailer: None }
    }

    /// Counts a row; true for the trailer, which states nothing else.
    pub(super) fn take(&mut self, row: &Row<'_>, reader: &Reader<'_>) -> Result<bool, Problem> {
        let first = row.fields[0].at;
        if self.trailer.is_some() {
            return Err(problem(self.text, first, "a row follows the trailer"));
        }
        match &reader.layout.proof {
            Proof::Trailer(word) if row.fields[0].value == *word => {
                let (at, count) = row.fields.get(1).map_or((first, ""), |field| (field.at, &*field.value));
                self.trailer = Some(first);
                self.announced = Some(self.number(at, count)?);
                return Ok(true);
            }
            Proof::Column(column) if reader.places[*column] < row.fields.len() => {
                let field = reader.field(row, *column);
                let count = self.number(field.at, &field.value)?;
                if let Some(other) = self.announced.filter(|other| *other != count) {
                    let message = format!("this row announces {count} rows, the ones before {other}");
                    return Err(problem(self.text, field.at, message));
                }
                self.announced = Some(count);
            }
            _ => {}
        }
        self.seen += 1;
        Ok(false)
    }

    fn number(&self, at: usize, text: &str) -> Result<u64, Problem> {
        text.parse().map_err(|_| problem(self.text, at, "the number of rows must stand here"))
    }

    /// What speaks against the file being whole.
    pub(super) fn problem(&self, proof: &Proof) -> Option<Problem> {
        let end = self.text.trim_end().len();
        let seen = self.seen;
        match (proof, self.announced) {
            (Proof::None | Proof::Declared(_), _) => None,
            (_, Some(announced)) if announced == seen => None,
            (_, Some(announced)) => {
                let hint =
                    if seen < announced { "the file is cut off, or the count is wrong" } else { "the count is wrong" };
                let message = format!("the file announces {announced} rows, {seen} are there");
                Some(problem(self.text, self.trailer.unwrap_or(end), message).with_hint(hint))
            }
            (Proof::Trailer(word), None) => {
                let message = format!("the last row is no trailer, which begins with {word:?}");
                Some(problem(self.text, end, message).with_hint("the file is cut off"))
            }
            (Proof::Column(_), None) => Some(problem(self.text, end, "no row announces how many there are")),
        }
    }

    pub(super) fn completeness(&self, proof: &Proof) -> Completeness {
        let declared = if let Proof::Declared(floor) = proof { Some(*floor) } else { None };
        Completeness {
            claimed: *proof != Proof::None,
            announced: self.announced,
            seen: self.seen,
            ended: true,
            declared,
        }
    }
}
