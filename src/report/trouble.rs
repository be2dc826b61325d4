//! Targets of which nothing can be said, as a part of a report.

use super::Trouble;
use super::document::{Finding, Part, PartKind, columns};
use super::phrases::Phrase;
use super::said::Said;

pub(super) static PART: PartKind =
    PartKind::new("troubles", Phrase::TroubleTitle, columns![Name Name, Message Line, Hint Labelled]);

pub(super) fn part(troubles: &[Trouble]) -> Part {
    let mut part = Part::new(&PART, None);
    for Trouble { subject, message, hint } in troubles {
        let hint = hint.as_ref().map_or(Said::Nothing, Said::english);
        part.find(Finding::new(subject, [Said::text(subject), Said::english(message), hint]));
    }
    part
}
