//! What was erased does not come back: why an id cannot be stated any more.

use super::id::Id;
use super::problem::Problem;
use super::time::Day;

/// Why a line that states or names an erased thing is put aside.
pub(super) fn reason(id: &Id, day: Day) -> String {
    format!(
        "{:?} was erased on {day}, and does not come back under the same id: take it out of the source",
        id.as_str()
    )
}

/// The same for an edit.
pub(super) fn problem(id: &Id, day: Day) -> Problem {
    Problem::of_line(0, reason(id, day))
}
