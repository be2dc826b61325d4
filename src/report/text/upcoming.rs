//! The report of the days to come as text.

use super::super::UpcomingDocument;
use super::super::upcoming::meaning;
use super::super::words::clean;
use super::layout::Page;
use crate::org::Zone;

/// Who comes and who leaves, day by day.
pub fn upcoming(document: &UpcomingDocument, zone: &Zone) -> String {
    let mut page = Page::default();
    let organisation = clean(&document.organisation);
    page.line(0, &format!("The next {} days of {organisation}, from {}", document.days, document.as_of));
    page.line(0, &format!("made at {}", document.at.local(zone)));
    page.gap();
    for (rung, count) in document.counts() {
        page.line(2, &format!("{:<24}{count:>7}", rung.as_str()));
    }
    if document.turns.is_empty() {
        page.line(2, "Nobody comes, and nobody leaves.");
    }
    for (day, turns) in document.by_day() {
        page.gap();
        page.line(2, &format!("== {day}"));
        for turn in turns {
            let (name, id) = (clean(&turn.name), clean(turn.person.as_str()));
            page.line(4, &format!("{name} ({id}): {}, in {}", meaning(turn.rung), turn.targets.join(", ")));
            page.line(6, &clean(&turn.because));
        }
    }
    page.finish()
}
