//! The quality of what is recorded: rules over the roster of one day. Pure; each rule looks at the snapshot only.
//!
//! A rule is one row of [`RULES`] and one function. Findings come in the order of their severity, then of the rules,
//! then of ids. What a rule that blocks finds is held by every target until the record is mended: [`Blocked`].

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

mod engagements;
mod groups;
mod people;
mod records;
mod remark;
mod units;

use super::custom_type::CustomTypes;
use super::id::Id;
use super::kind::FactKind;
use super::sentence::{BETWEEN, Sentence};
use super::snapshot::Snapshot;

pub use remark::Remark;

/// How bad a finding is, the worst first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// Nothing may follow from the record of this thing before it is mended.
    Block,
    /// The record contradicts itself: what follows from it is wrong for somebody.
    Error,
    /// Likely a mistake.
    Warning,
    /// Worth a look.
    Info,
    /// Not looked for.
    Off,
}

impl Severity {
    /// Those that a finding can have.
    pub const FOUND: [Self; 4] = [Self::Block, Self::Error, Self::Warning, Self::Info];

    pub fn as_str(self) -> &'static str {
        match self {
            Self::Block => "block",
            Self::Error => "error",
            Self::Warning => "warning",
            Self::Info => "info",
            Self::Off => "off",
        }
    }
}

/// What is looked at.
#[derive(Debug, Clone, Copy)]
pub struct Rule {
    pub id: &'static str,
    /// Unless the configuration says otherwise.
    pub severity: Severity,
    /// What it finds, for people.
    pub text: &'static str,
    find: fn(Look<'_>) -> Vec<Flaw>,
}

/// What the rules look at.
#[derive(Debug, Clone, Copy)]
pub struct Look<'a> {
    pub snapshot: &'a Snapshot,
    /// The custom attributes that are declared.
    pub custom: &'a CustomTypes,
}

/// The severities that differ from those of [`RULES`], by rule.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Severities(pub BTreeMap<String, Severity>);

/// Something that a rule found: the thing, and what about it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    pub rule: &'static Rule,
    pub severity: Severity,
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
    /// The person, unit or group that is held when the rule blocks.
    pub holds: Option<Id>,
}

/// The people, units and groups that blocking rules found something about, and what. Nothing is done about them but
/// what a dated fact demands.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Blocked(BTreeMap<Id, String>);

/// Every rule, the worst first.
pub const RULES: &[Rule] = &[
    // Two people who may be one must not get two accounts.
    rule(
        "duplicate-national-id",
        Severity::Block,
        "people who have the same national id",
        people::duplicate_national_id,
    ),
    rule(
        "engagement-without-person",
        Severity::Error,
        "jobs of people who are not there",
        engagements::engagement_without_person,
    ),
    rule(
        "engagement-without-unit",
        Severity::Error,
        "jobs in units that do not exist",
        engagements::engagement_without_unit,
    ),
    rule("unit-below-ended", Severity::Error, "units below a unit that has ended", units::unit_below_ended),
    rule(
        "engagement-outside-person",
        Severity::Warning,
        "jobs to come on days on which the person is not there",
        engagements::engagement_outside_person,
    ),
    rule(
        "manager-outside-unit",
        Severity::Warning,
        "managers to come on days on which the unit is not there",
        units::manager_outside_unit,
    ),
    rule(
        "membership-of-nobody",
        Severity::Warning,
        "members of groups that are not there",
        groups::membership_of_nobody,
    ),
    rule(
        "overlapping-primary",
        Severity::Warning,
        "people with several jobs flagged primary",
        people::overlapping_primary,
    ),
    rule("manager-without-unit", Severity::Warning, "managers of units that do not exist", units::manager_without_unit),
    rule("manager-not-employed", Severity::Warning, "managers who do not work here", units::manager_not_employed),
    rule(
        "unit-without-manager",
        Severity::Warning,
        "units that nobody manages, nor any above",
        units::unit_without_manager,
    ),
    rule(
        "person-without-engagement",
        Severity::Warning,
        "people who never had a job",
        people::person_without_engagement,
    ),
    rule(
        "external-expired",
        Severity::Warning,
        "externals whose last job or sponsor is gone",
        people::external_expired,
    ),
    rule("custom-required", Severity::Warning, "what lacks a required custom attribute", records::custom_required),
    rule("missing-mail", Severity::Info, "people with a job and without an e-mail address", people::missing_mail),
    rule("account-of-nobody", Severity::Info, "accounts of people who are not there", records::account_of_nobody),
    rule(
        "group-without-members",
        Severity::Info,
        "groups with neither members nor rule",
        groups::group_without_members,
    ),
    rule("same-name-in-unit", Severity::Info, "people of one unit with the same name", people::same_name_in_unit),
];

const fn rule(id: &'static str, severity: Severity, text: &'static str, find: fn(Look<'_>) -> Vec<Flaw>) -> Rule {
    Rule { id, severity, text, find }
}

impl Severities {
    pub fn of(&self, rule: &Rule) -> Severity {
        self.0.get(rule.id).copied().unwrap_or(rule.severity)
    }

    /// The rules with their severities, the worst first.
    pub fn rules(&self) -> Vec<(&'static Rule, Severity)> {
        let mut rules: Vec<(&'static Rule, Severity)> = RULES.iter().map(|rule| (rule, self.of(rule))).collect();
        rules.sort_by_key(|(_, severity)| *severity);
        rules
    }
}

/// What all rules find that are not off.
pub fn findings(look: Look<'_>, severities: &Severities) -> Vec<Finding> {
    let looked_for = severities.rules().into_iter().filter(|(_, severity)| *severity != Severity::Off);
    looked_for
        .flat_map(|(rule, severity)| (rule.find)(look).into_iter().map(move |flaw| Finding { rule, severity, flaw }))
        .collect()
}

impl Blocked {
    /// What the rules that block find; no other rule is tried.
    pub fn find(look: Look<'_>, severities: &Severities) -> Self {
        let mut blocked: BTreeMap<Id, Vec<String>> = BTreeMap::new();
        for (rule, _) in severities.rules().into_iter().filter(|(_, severity)| *severity == Severity::Block) {
            for flaw in (rule.find)(look) {
                let said = Remark::Hold.with([&rule.id, &flaw.said()]);
                if let Some(held) = flaw.holds {
                    blocked.entry(held).or_default().push(said);
                }
            }
        }
        Self(blocked.into_iter().map(|(id, said)| (id, said.join(BETWEEN))).collect())
    }

    /// Why nothing is done about a person, unit or group.
    pub fn reason(&self, id: &Id) -> Option<&str> {
        self.0.get(id).map(String::as_str)
    }
}

impl Flaw {
    fn holding(self, thing: &Id) -> Self {
        Self { holds: Some(thing.clone()), ..self }
    }

    /// What about it, as it is said of the thing that is held.
    fn said(&self) -> String {
        match &self.holds {
            Some(held) if *held != self.id => Remark::OfThing.with([&self.kind, &self.id, &self.detail]),
            _ => self.detail.clone(),
        }
    }
}

fn flaw(kind: FactKind, id: &Id, name: String, detail: impl Into<String>) -> Flaw {
    Flaw { kind, id: id.clone(), name, detail: detail.into(), holds: None }
}

fn of_person(snapshot: &Snapshot, id: &Id, detail: impl Into<String>) -> Flaw {
    flaw(FactKind::Person, id, person_name(snapshot, id), detail).holding(id)
}

fn person_name(snapshot: &Snapshot, id: &Id) -> String {
    snapshot.person(id).map_or_else(|| id.to_string(), super::person::Person::full_name)
}

fn unit_name(snapshot: &Snapshot, id: &Id) -> String {
    snapshot.unit(id).map_or_else(|| id.to_string(), |unit| unit.name.clone())
}
