//! The quality of what is recorded: rules over the roster of one day. Pure; each rule looks at the snapshot only.
//!
//! A rule is one row of [`RULES`] and one function. Findings come in the order of the rules, then of ids.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::id::Id;
use super::kind::FactKind;
use super::manager::Manager;
use super::snapshot::Snapshot;

/// How bad a finding is, the worst first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// The record contradicts itself: what follows from it is wrong for somebody.
    Error,
    /// Likely a mistake.
    Warning,
    /// Worth a look.
    Info,
}

impl Severity {
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Error => "error",
            Self::Warning => "warning",
            Self::Info => "info",
        }
    }
}

/// What is looked at.
#[derive(Debug, Clone, Copy)]
pub struct Rule {
    pub id: &'static str,
    pub severity: Severity,
    /// What it finds, for people.
    pub text: &'static str,
    find: fn(&Snapshot) -> Vec<Flaw>,
}

/// Something that a rule found: the thing, and what about it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    pub rule: &'static Rule,
    pub flaw: Flaw,
}

impl PartialEq for Rule {
    fn eq(&self, other: &Self) -> bool {
        self.id == other.id
    }
}

impl Eq for Rule {}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Flaw {
    pub kind: FactKind,
    pub id: Id,
    /// What people call it.
    pub name: String,
    pub detail: String,
}

/// Every rule, the worst first.
pub const RULES: &[Rule] = &[
    rule("duplicate-national-id", Severity::Error, "people who have the same national id", duplicate_national_id),
    rule("engagement-without-person", Severity::Error, "jobs of people who are not there", engagement_without_person),
    rule("engagement-without-unit", Severity::Error, "jobs in units that do not exist", engagement_without_unit),
    rule("unit-below-ended", Severity::Error, "units below a unit that has ended", unit_below_ended),
    rule("membership-of-nobody", Severity::Warning, "members of groups that are not there", membership_of_nobody),
    rule("overlapping-primary", Severity::Warning, "people with several jobs flagged primary", overlapping_primary),
    rule("manager-without-unit", Severity::Warning, "managers of units that do not exist", manager_without_unit),
    rule("manager-not-employed", Severity::Warning, "managers who do not work here", manager_not_employed),
    rule("unit-without-manager", Severity::Warning, "units that nobody manages, nor any above", unit_without_manager),
    rule("person-without-engagement", Severity::Warning, "people who never had a job", person_without_engagement),
    rule("external-expired", Severity::Warning, "externals whose last job or sponsor is gone", external_expired),
    rule("group-without-members", Severity::Info, "groups with neither members nor rule", group_without_members),
    rule("same-name-in-unit", Severity::Info, "people of one unit with the same name", same_name_in_unit),
];

const fn rule(id: &'static str, severity: Severity, text: &'static str, find: fn(&Snapshot) -> Vec<Flaw>) -> Rule {
    Rule { id, severity, text, find }
}

/// What all rules find.
pub fn findings(snapshot: &Snapshot) -> Vec<Finding> {
    let of_rule = |rule: &'static Rule| (rule.find)(snapshot).into_iter().map(move |flaw| Finding { rule, flaw });
    RULES.iter().flat_map(of_rule).collect()
}

fn flaw(kind: FactKind, id: &Id, name: String, detail: impl Into<String>) -> Flaw {
    Flaw { kind, id: id.clone(), name, detail: detail.into() }
}

fn of_person(snapshot: &Snapshot, id: &Id, detail: impl Into<String>) -> Flaw {
    flaw(FactKind::Person, id, person_name(snapshot, id), detail)
}

fn person_name(snapshot: &Snapshot, id: &Id) -> String {
    snapshot.person(id).map_or_else(|| id.to_string(), super::person::Person::full_name)
}

fn unit_name(snapshot: &Snapshot, id: &Id) -> String {
    snapshot.unit(id).map_or_else(|| id.to_string(), |unit| unit.name.clone())
}

fn duplicate_national_id(snapshot: &Snapshot) -> Vec<Flaw> {
    let mut bearers: BTreeMap<&str, Vec<&Id>> = BTreeMap::new();
    for (id, person) in snapshot.people() {
        if let Some(sealed) = &person.national_id {
            bearers.entry(sealed.index()).or_default().push(id);
        }
    }
    let mut flaws: Vec<Flaw> = bearers.values().flat_map(|ids| with_others(snapshot, ids)).collect();
    flaws.sort_by(|a, b| a.id.cmp(&b.id));
    flaws
}

/// Each of several people who should be one or differ, with who the others are.
fn with_others(snapshot: &Snapshot, ids: &[&Id]) -> Vec<Flaw> {
    let others = |id: &Id| -> Vec<String> {
        ids.iter().filter(|other| **other != id).map(|id| format!("{} ({id})", person_name(snapshot, id))).collect()
    };
    let several = ids.iter().filter(|_| ids.len() > 1);
    several.map(|id| of_person(snapshot, id, format!("as {}", others(id).join(", ")))).collect()
}

fn engagement_without_person(snapshot: &Snapshot) -> Vec<Flaw> {
    let lost = snapshot.engagements().filter(|(_, job)| snapshot.person(&job.person).is_none());
    lost.map(|(id, job)| {
        let name = job.title.clone().unwrap_or_default();
        flaw(FactKind::Engagement, id, name, format!("the person {} does not hold on the day", job.person))
    })
    .collect()
}

fn engagement_without_unit(snapshot: &Snapshot) -> Vec<Flaw> {
    let lost = snapshot.engagements().filter(|(_, job)| snapshot.unit(&job.unit).is_none());
    lost.map(|(id, job)| {
        let name = person_name(snapshot, &job.person);
        flaw(FactKind::Engagement, id, name, format!("the unit {} does not hold on the day", job.unit))
    })
    .collect()
}

fn unit_below_ended(snapshot: &Snapshot) -> Vec<Flaw> {
    let below = |(id, unit): (&Id, &super::unit::Unit)| {
        let parent = unit.parent.as_ref().filter(|parent| snapshot.unit(parent).is_none())?;
        Some(flaw(FactKind::Unit, id, unit.name.clone(), format!("the unit above, {parent}, does not hold on the day")))
    };
    snapshot.units().filter_map(below).collect()
}

fn membership_of_nobody(snapshot: &Snapshot) -> Vec<Flaw> {
    let gone = |(id, membership): (&Id, &super::membership::Membership)| {
        let missing = |named: &Option<Id>, is_there: &dyn Fn(&Id) -> bool| named.clone().filter(|id| !is_there(id));
        let named = missing(&membership.member_person, &|id| snapshot.person(id).is_some())
            .or_else(|| missing(&membership.member_unit, &|id| snapshot.unit(id).is_some()))
            .or_else(|| missing(&membership.member_group, &|id| snapshot.group(id).is_some()))
            .or_else(|| missing(&membership.member_account, &|id| snapshot.account(id).is_some()))?;
        let group = snapshot.group(&membership.group).map_or_else(|| membership.group.to_string(), |g| g.name.clone());
        Some(flaw(FactKind::Membership, id, group, format!("the member {named} does not hold on the day")))
    };
    snapshot.memberships().filter_map(gone).collect()
}

fn overlapping_primary(snapshot: &Snapshot) -> Vec<Flaw> {
    let several = |id: &Id| {
        let flagged = snapshot.engagements_of(id).filter(|(_, job)| job.primary == Some(true));
        let flagged: Vec<String> = flagged.map(|(id, _)| id.to_string()).collect();
        (flagged.len() > 1).then(|| of_person(snapshot, id, format!("the jobs {}", flagged.join(", "))))
    };
    snapshot.people().filter_map(|(id, _)| several(id)).collect()
}

/// Who holds a post: the person it names, or whose engagement it names.
fn holder<'a>(snapshot: &'a Snapshot, manager: &'a Manager) -> Option<&'a Id> {
    let through = || snapshot.engagement(manager.engagement.as_ref()?).map(|job| &job.person);
    manager.person.as_ref().or_else(through)
}

fn manager_without_unit(snapshot: &Snapshot) -> Vec<Flaw> {
    let lost = snapshot.managers().filter(|(_, manager)| snapshot.unit(&manager.unit).is_none());
    lost.map(|(id, manager)| {
        let name = holder(snapshot, manager).map_or_else(String::new, |person| person_name(snapshot, person));
        flaw(FactKind::Manager, id, name, format!("the unit {} does not hold on the day", manager.unit))
    })
    .collect()
}

fn manager_not_employed(snapshot: &Snapshot) -> Vec<Flaw> {
    let gone = |(id, manager): (&Id, &Manager)| {
        let person = holder(snapshot, manager).filter(|person| !snapshot.tenure(person).current)?;
        let detail = format!("manages {}", unit_name(snapshot, &manager.unit));
        Some(flaw(FactKind::Manager, id, person_name(snapshot, person), detail))
    };
    snapshot.managers().filter_map(gone).collect()
}

fn unit_without_manager(snapshot: &Snapshot) -> Vec<Flaw> {
    let leads = |unit: &Id| {
        let mut posts = snapshot.managers_of(unit);
        posts.any(|(_, post)| holder(snapshot, post).is_some_and(|person| snapshot.tenure(person).current))
    };
    let alone = |id: &Id| !leads(id) && !snapshot.ancestors(id).into_iter().any(leads);
    let detail = |id: &Id| match snapshot.managers_of(id).count() {
        0 => "no manager is recorded",
        _ => "the post is vacant, or held by somebody who does not work here",
    };
    let units = snapshot.units().filter(|(id, _)| alone(id));
    units.map(|(id, unit)| flaw(FactKind::Unit, id, unit.name.clone(), detail(id))).collect()
}

/// Who left, or will come, is no finding.
fn person_without_engagement(snapshot: &Snapshot) -> Vec<Flaw> {
    let never = |id: &Id| snapshot.tenure(id) == super::tenure::Tenure::default();
    let people = snapshot.people().filter(|(id, _)| never(id));
    people.map(|(id, _)| of_person(snapshot, id, "no job, neither past nor to come")).collect()
}

/// Externals are those who have a sponsor.
fn external_expired(snapshot: &Snapshot) -> Vec<Flaw> {
    let expired = |(id, person): (&Id, &super::person::Person)| {
        let sponsor = person.sponsor.as_ref()?;
        let tenure = snapshot.tenure(id);
        if let (false, Some(end), None) = (tenure.current, tenure.last_end, tenure.next_start) {
            return Some(of_person(snapshot, id, format!("the last job ended on {end}")));
        }
        let left = tenure.current && !snapshot.tenure(sponsor).current;
        let name = person_name(snapshot, sponsor);
        left.then(|| of_person(snapshot, id, format!("the sponsor {name} does not work here")))
    };
    snapshot.people().filter_map(expired).collect()
}

fn group_without_members(snapshot: &Snapshot) -> Vec<Flaw> {
    let empty =
        snapshot.groups().filter(|(id, group)| group.rule.is_none() && snapshot.memberships_of(id).next().is_none());
    empty.map(|(id, group)| flaw(FactKind::Group, id, group.name.clone(), "nobody is listed")).collect()
}

fn same_name_in_unit(snapshot: &Snapshot) -> Vec<Flaw> {
    let mut flaws = Vec::new();
    for (unit, _) in snapshot.units() {
        let mut names: BTreeMap<String, Vec<&Id>> = BTreeMap::new();
        for (_, job) in snapshot.engagements_in(unit) {
            if let Some((id, person)) = snapshot.person(&job.person).map(|person| (&job.person, person)) {
                let namesakes = names.entry(person.full_name()).or_default();
                if !namesakes.contains(&id) {
                    namesakes.push(id);
                }
            }
        }
        for flaw in names.values().flat_map(|ids| with_others(snapshot, ids)) {
            let detail = format!("{}, in {}", flaw.detail, unit_name(snapshot, unit));
            flaws.push(Flaw { detail, ..flaw });
        }
    }
    flaws
}
