//! Accounts that are nobody's: linked to nothing, or to somebody whom the roster no longer knows.

use super::super::document::{Finding, PartKind, Report, columns};
use super::super::phrases::Phrase;
use super::super::said::Said;
use super::seen::SeenTarget;
use super::{Frame, OF_READS, ReportKind};
use crate::org::Snapshot;

pub(super) static KIND: ReportKind =
    ReportKind::new("accounts-without-person", "accounts that are nobody's, as they were last seen", &[&PART])
        .of_targets()
        .of_now(OF_READS);

static PART: PartKind = PartKind::new(
    "accounts",
    Phrase::AccountsPart,
    columns![Name Name, Usable Labelled, Because Line, Handle Labelled, Object Data, Key Data],
)
.or(Phrase::NoAccounts);

pub fn report(targets: &[SeenTarget], snapshot: &Snapshot, frame: &Frame) -> Report {
    let mut report = frame.titled(&KIND, Phrase::AccountsTitle);
    for target in targets {
        let mut part = target.part(&PART);
        // what is protected is the target's own, and no account that anybody could have
        for (object, account) in target.accounts.iter().filter(|(_, account)| !account.protected) {
            let why = match (&account.person, &account.key) {
                (Some(person), _) if snapshot.person_here_or_coming(person).is_some() => continue,
                (Some(person), _) if snapshot.life(person).is_some() => continue,
                (None, None) => Phrase::NotLinked,
                _ => Phrase::PersonGone,
            };
            let cells = [
                Said::text(&account.name),
                if account.enabled { Phrase::Yes } else { Phrase::No }.into(),
                why.into(),
                Said::text(&account.handle),
                Said::text(object.as_str()),
                account.key.as_ref().map(Said::from).into(),
            ];
            part.find(Finding::new(object.as_str(), cells));
        }
        part.findings.sort_by_cached_key(|finding| finding.cells.first().cloned());
        report.parts.push(part);
    }
    report
}
