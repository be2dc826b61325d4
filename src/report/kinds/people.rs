//! People who work here, and for whom the last read of a target showed no account.

use std::collections::BTreeSet;

use super::super::document::{Finding, PartKind, Report, columns};
use super::super::phrases::Phrase;
use super::super::said::Said;
use super::seen::{SeenTarget, called, path};
use super::{Frame, OF_READS, ReportKind};
use crate::org::{Id, Snapshot};

pub(super) static KIND: ReportKind = ReportKind::new(
    "people-without-account",
    "people who work here and have no account, as the targets were last seen",
    &[&PART],
)
.of_targets()
.of_now(OF_READS);

static PART: PartKind =
    PartKind::new("people", Phrase::PeoplePart, columns![Name Name, Unit Line, Person Data]).or(Phrase::NoPeople);

pub fn report(targets: &[SeenTarget], snapshot: &Snapshot, frame: &Frame) -> Report {
    let mut report = frame.titled(&KIND, Phrase::PeopleTitle);
    for target in targets {
        let mut part = target.part(&PART);
        let with: BTreeSet<&Id> = target.accounts.values().filter_map(|account| account.person.as_ref()).collect();
        let here = snapshot.people().map(|(id, _)| id).filter(|id| snapshot.tenure(id).current);
        for person in here.filter(|id| target.read.is_some() && !with.contains(id)) {
            let unit = snapshot.primary_engagement(person).map(|job| path(snapshot, &job.engagement.unit));
            let cells = [Said::text(called(snapshot, person)), unit.map_or(Said::Nothing, Said::text), person.into()];
            part.find(Finding::new(person.as_str(), cells));
        }
        part.findings.sort_by_cached_key(|finding| finding.cells.first().cloned());
        report.parts.push(part);
    }
    report
}
