//! Accounts that can still be used though their people have left, by what the last read of each target showed.

use std::collections::BTreeMap;

use super::super::clauses::reason;
use super::super::document::{Finding, PartKind, Report, columns};
use super::super::named::Named;
use super::super::phrases::Phrase;
use super::super::said::Said;
use super::seen::{SeenAccount, SeenTarget, called};
use super::{Frame, OF_READS, ReportKind};
use crate::mapping::lifecycle::{Ladder, life_of, standing};
use crate::org::{Id, Snapshot};

pub(super) static KIND: ReportKind = ReportKind::new(
    "leavers",
    "accounts that can still be used though their people have left, as they were last seen",
    &[&PART],
)
.of_targets()
.of_now(OF_READS);

static PART: PartKind = PartKind::new(
    "leavers",
    Phrase::LeaversPart,
    columns![Name Name, Rung Tag, Because Line, LastDay Labelled, Account Labelled, Handle Labelled, Person Data, Key Data],
)
.or(Phrase::NoLeavers);

pub fn report(targets: &[SeenTarget], snapshot: &Snapshot, ladders: &BTreeMap<&str, &Ladder>, frame: &Frame) -> Report {
    let mut report = frame.titled(&KIND, Phrase::LeaversTitle);
    for target in targets {
        let mut part = target.part(&PART);
        let Some(ladder) = ladders.get(target.target.as_str()) else { continue };
        for (object, account) in target.usable() {
            let Some(person) = &account.person else { continue };
            if let Some(cells) = left(snapshot, ladder, person, account) {
                part.find(Finding::new(object.as_str(), cells));
            }
        }
        part.findings.sort_by_cached_key(|finding| finding.cells.first().cloned());
        report.parts.push(part);
    }
    report
}

/// What there is to tell of somebody who is neither here nor soon to come.
fn left(snapshot: &Snapshot, ladder: &Ladder, person: &Id, account: &SeenAccount) -> Option<[Said; 8]> {
    let policy = ladder.policy(snapshot, person);
    let standing = standing(&life_of(snapshot, policy, person), policy, snapshot.day());
    if standing.rung.is_here() {
        return None;
    }
    let is_called = snapshot.full_name(person).is_some();
    let name = if is_called { called(snapshot, person) } else { account.name.clone() };
    Some([
        Said::text(name),
        standing.rung.said(),
        reason(&standing.because.to_string()),
        standing.ended().map(|end| end.plus(-1)).into(),
        Said::text(&account.name),
        Said::text(&account.handle),
        person.into(),
        account.key.as_ref().map(Said::from).into(),
    ])
}
