//! The references of a line: keys become ids, and everything that is named must be there.
//!
//! A reference may name a thing of the same file (before or after it) or of the roster. One that the same file
//! corrects away is still found, but is told apart: such a file contradicts itself, or is cut off.

use std::sync::Arc;

use super::batch::Line;
use super::fact::Version;
use super::kind::FactKind;
use super::known::{Known, Missing};
use super::problem::{FirstProblems, Problem};
use super::reference::{Field, Reference};

/// A line whose references are ids.
#[derive(Debug, Clone)]
pub(super) struct Resolved {
    /// Its place among the lines of the batch.
    pub(super) at: u64,
    pub(super) number: u64,
    pub(super) version: Version,
    /// The canonical JSON of what it states.
    pub(super) body: Arc<str>,
}

/// What was wrong with the references of the lines so far.
#[derive(Debug, Default)]
pub(super) struct Dereference {
    problems: FirstProblems,
    /// Lines that name what the file corrects away.
    dangling: FirstProblems,
}

const COMPLETE: &str = "the header says that the file is complete: what it lacks was never true";

impl Dereference {
    /// Resolves the line at a place. `body` is that of its fact, where nothing is named by a key. `None`: the line
    /// has a problem.
    pub(super) fn resolve(&mut self, at: u64, line: Line, body: Option<Arc<str>>, known: &Known) -> Option<Resolved> {
        let Line { number, version: Version { id, interval, fact }, gaps } = line;
        let kind = fact.kind();
        if let Some((other, _)) = known.get(&id).filter(|(other, _)| *other != kind) {
            let message = format!("the id {id:?} of this {kind} is that of a {other} of the roster");
            self.problems.push(at, Problem::of_line(number, message).with_hint("ids are unique over all kinds"));
            return None;
        }
        let dangling = &mut self.dangling;
        let resolve = |field: Field, reference: Reference| {
            if let Reference::Id(id) = &reference
                && gaps.stand_in(field.name)
            {
                return Ok(id.clone());
            }
            // an account outlives its person: an export holds it when nobody knows the person any more
            if let (FactKind::Account, "person", Reference::Id(id)) = (kind, field.name, &reference)
                && known.get(id).is_none_or(|(_, gone)| gone)
            {
                return Ok(id.clone());
            }
            let (found, gone) = known.find(field, &reference)?;
            if gone {
                let message = format!("{}: {reference} is not in this file, so it would be gone", field.name);
                dangling.push(at, Problem::of_line(number, message).with_hint(COMPLETE));
            }
            Ok(found)
        };
        let fact = match fact.map(resolve) {
            Ok(fact) => fact,
            Err(Missing { field, message }) => {
                let hint = "what a line names must be in the file or in the roster";
                self.problems.push(at, Problem::of_line(number, format!("{field}: {message}")).with_hint(hint));
                return None;
            }
        };
        if body.is_none() {
            // A key and an id may have named the same thing.
            fact.problems().into_iter().for_each(|message| self.problems.push(at, Problem::of_line(number, message)));
        }
        match body.map_or_else(|| gaps.body(&fact).map(Arc::from), Ok) {
            Ok(body) => Some(Resolved { at, number, version: Version { id, interval, fact }, body }),
            Err(error) => {
                self.problems.push(at, Problem::of_line(number, error.to_string()));
                None
            }
        }
    }

    /// The lines that name what the file corrects away, unless a line has a problem.
    pub(super) fn finish(self) -> Result<Vec<Problem>, Vec<Problem>> {
        if self.problems.is_empty() { Ok(self.dangling.first()) } else { Err(self.problems.whole_lines()) }
    }
}
