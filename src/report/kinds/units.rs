//! Units without a manager of their own, and who manages them from above, by the rule of the effective manager.

use super::super::document::{Finding, Part, PartKind, Report, columns};
use super::super::phrases::Phrase;
use super::super::said::Said;
use super::seen::{called, path};
use super::{Frame, ReportKind};
use crate::org::{Id, Snapshot};

pub(super) static KIND: ReportKind = ReportKind::new(
    "units-without-manager",
    "units without a manager of their own, why, and who manages them from above",
    &[&PART],
)
.of_a_day();

static PART: PartKind = PartKind::new(
    "units",
    Phrase::UnitsPart,
    columns![Name Name, Because Line, Above Labelled, Path Labelled, People Labelled, Unit Data],
)
.or(Phrase::NoUnits);

pub fn report(snapshot: &Snapshot, frame: &Frame) -> Report {
    let mut report = frame.titled(&KIND, Phrase::UnitsTitle);
    let mut part = Part::new(&PART, None);
    // nobody is asked about: whoever manages the unit counts
    let nobody = Id::from("");
    let (mut own, mut inherited, mut none) = (0, 0, 0);
    for (id, unit) in snapshot.units() {
        let found = snapshot.manager_over(id, &nobody);
        match &found {
            Some(found) if !found.inherited => {
                own += 1;
                continue;
            }
            Some(_) => inherited += 1,
            None => none += 1,
        }
        let above = found.map(|found| Said::text(called(snapshot, found.person)));
        let people = Said::count(snapshot.engagements_in(id).count());
        let lies_in = snapshot.tree().parent(id).map(|parent| Said::text(path(snapshot, parent)));
        let above = above.unwrap_or(Phrase::NoManager.into());
        let cells = [Said::text(&unit.name), why(snapshot, id).into(), above, lies_in.into(), people, id.into()];
        part.find(Finding::new(id.as_str(), cells));
    }
    part.numbers = vec![(Phrase::WithManager, own), (Phrase::Inherited, inherited), (Phrase::WithoutManager, none)];
    report.parts.push(part);
    report
}

fn why(snapshot: &Snapshot, unit: &Id) -> Phrase {
    let mut posts = snapshot.managers_of(unit).peekable();
    if posts.peek().is_none() {
        return Phrase::PostNone;
    }
    if posts.all(|(_, post)| post.person.is_none() && post.engagement.is_none()) {
        Phrase::PostVacant
    } else {
        Phrase::PostLeft
    }
}
