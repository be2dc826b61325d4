//! Who has access, as the last read of each target showed it: the usable accounts and groups of each manager's people,
//! and the members of each group, those within groups too.

use std::collections::{BTreeMap, BTreeSet};

use super::super::document::{Finding, PartKind, Report, columns};
use super::super::phrases::Phrase;
use super::super::said::Said;
use super::seen::{SeenTarget, called};
use super::{Frame, OF_READS, ReportKind};
use crate::object::ObjectId;
use crate::org::Snapshot;

pub(super) static BY_MANAGER: ReportKind = ReportKind::new(
    "access-by-manager",
    "who can use which account and is in which groups, for each manager to look through",
    &[&ACCOUNTS],
)
.of_targets()
.of_now(OF_READS);

pub(super) static BY_GROUP: ReportKind =
    ReportKind::new("access-by-group", "the members of each group, those by way of other groups too", &[&MEMBERS])
        .of_targets()
        .of_now(OF_READS);

static ACCOUNTS: PartKind = PartKind::new(
    "accounts",
    Phrase::AccessPart,
    columns![Manager Group, Name Name, Account Labelled, Groups Labelled, Unit Labelled, Person Data, Object Data],
)
.or(Phrase::NoAccess);
static MEMBERS: PartKind = PartKind::new(
    "members",
    Phrase::MembersPart,
    columns![Group Group, Name Name, Through Labelled, Usable Labelled, Account Data, Person Data, Object Data],
)
.or(Phrase::NoMembers);

pub fn by_manager(targets: &[SeenTarget], snapshot: &Snapshot, frame: &Frame) -> Report {
    let mut report = frame.titled(&BY_MANAGER, Phrase::AccessByManagerTitle);
    for target in targets {
        let mut part = target.part(&ACCOUNTS);
        let above = groups_of(target);
        for (object, account) in target.usable() {
            let Some(person) = &account.person else { continue };
            let chief = snapshot.effective_manager(person);
            let manager = chief.map_or(Phrase::NoManager.into(), |chief| Said::text(called(snapshot, chief.person)));
            let unit = snapshot.primary_here_or_coming(person).map(|job| &job.engagement.unit);
            let unit = unit.and_then(|unit| snapshot.unit(unit)).map(|unit| Said::text(&unit.name));
            let groups: BTreeSet<&str> =
                within(object, &above).into_keys().filter_map(|group| name_of(target, group)).collect();
            let cells = [
                manager,
                Said::text(called(snapshot, person)),
                Said::text(&account.name),
                Said::list(groups.into_iter().map(Said::from)),
                unit.into(),
                person.into(),
                Said::text(object.as_str()),
            ];
            part.find(Finding::new(object.as_str(), cells));
        }
        part.findings.sort_by_cached_key(|finding| finding.cells.clone());
        report.parts.push(part);
    }
    report
}

pub fn by_group(targets: &[SeenTarget], snapshot: &Snapshot, frame: &Frame) -> Report {
    let mut report = frame.titled(&BY_GROUP, Phrase::AccessByGroupTitle);
    for target in targets {
        let mut part = target.part(&MEMBERS);
        let above = groups_of(target);
        for (object, account) in &target.accounts {
            let name = account.person.as_ref().map_or_else(|| account.name.clone(), |person| called(snapshot, person));
            for (group, through) in within(object, &above) {
                let Some(seen) = target.groups.get(group) else { continue };
                let cells = [
                    Said::text(&seen.name),
                    Said::text(&name),
                    through.and_then(|through| name_of(target, through)).into(),
                    if account.enabled { Phrase::Yes } else { Phrase::No }.into(),
                    Said::text(&account.name),
                    account.person.as_ref().map(Said::from).into(),
                    Said::text(object.as_str()),
                ];
                part.find(Finding::new(format!("{}:{}", group.as_str(), object.as_str()), cells));
            }
        }
        part.findings.sort_by_cached_key(|finding| finding.cells.clone());
        report.parts.push(part);
    }
    report
}

/// The groups that each object is a member of.
fn groups_of(target: &SeenTarget) -> BTreeMap<&ObjectId, Vec<&ObjectId>> {
    let mut above: BTreeMap<&ObjectId, Vec<&ObjectId>> = BTreeMap::new();
    for (group, seen) in &target.groups {
        seen.members.iter().for_each(|member| above.entry(member).or_default().push(group));
    }
    above
}

/// The groups that an object is in, and through which other one, if it is no member itself.
fn within<'a>(
    object: &'a ObjectId,
    above: &BTreeMap<&'a ObjectId, Vec<&'a ObjectId>>,
) -> BTreeMap<&'a ObjectId, Option<&'a ObjectId>> {
    let mut found = BTreeMap::new();
    let mut next = vec![(object, None)];
    while let Some((subject, through)) = next.pop() {
        for group in above.get(subject).into_iter().flatten() {
            if !found.contains_key(group) {
                found.insert(*group, through);
                next.push((*group, Some(*group)));
            }
        }
    }
    found
}

fn name_of<'a>(target: &'a SeenTarget, group: &ObjectId) -> Option<&'a str> {
    target.groups.get(group).map(|group| group.name.as_str())
}
