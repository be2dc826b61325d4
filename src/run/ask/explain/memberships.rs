//! The groups of an account, and the members of a group: wanted, by what, and seen.

use std::collections::BTreeMap;

use super::compared::Comparing;
use crate::mapping::By;
use crate::object::{Desired, Kind, ObjectId};
use crate::org::{Id, Membership};
use crate::report::ExplainMembership;

impl Comparing<'_> {
    pub(super) fn memberships(&self, desired: Option<&Desired>) -> Vec<ExplainMembership> {
        let mut all = match self.kind {
            Kind::User => self.groups(),
            Kind::Group => desired.map(|desired| self.members(desired)).unwrap_or_default(),
            _ => Vec::new(),
        };
        all.sort_by(|one, other| (&one.name, &one.key).cmp(&(&other.name, &other.key)));
        all
    }

    /// The groups that the account is to be in, and those that hold it.
    fn groups(&self) -> Vec<ExplainMembership> {
        let facts = self.facts();
        let mut seen: BTreeMap<&ObjectId, &String> = self.known.groups.iter().collect();
        let mut all = Vec::new();
        for (group, name) in self.mapper.groups() {
            let is_member = match self.mapper.wanted(group) {
                Some(Ok(desired)) => {
                    desired.presence.is_present() && desired.members.is_some_and(|members| members.contains(self.key))
                }
                _ => false,
            };
            if !is_member {
                continue;
            }
            let by = self.mapper.members_by(group).ok().and_then(|members| members.get(self.key).copied());
            let is_seen = self.known.links.object(group).is_some_and(|id| seen.remove(id).is_some());
            all.push(ExplainMembership {
                key: Some(group.clone()),
                name,
                wanted: true,
                because: by.map(|by| self.because(by, group, &facts)),
                fact: by.and_then(fact),
                seen: self.known.object.as_ref().map(|_| is_seen),
                pending: self.known.joining(group, self.key),
                said: None,
            });
        }
        all.extend(seen.into_iter().map(|(id, name)| self.unwanted(id, name)));
        all
    }

    /// Those whom the group is to hold, and those whom it holds.
    fn members(&self, desired: &Desired) -> Vec<ExplainMembership> {
        let facts = self.facts();
        let object = self.known.object.as_ref().and_then(|object| object.members.as_ref());
        let found = object.into_iter().flatten().filter_map(|handle| self.known.related.get(handle));
        let mut seen: BTreeMap<&ObjectId, &String> = found.map(|found| (&found.id, &found.name)).collect();
        let by = self.mapper.members_by(self.key).unwrap_or_default();
        let mut all = Vec::new();
        for member in desired.members.iter().flatten() {
            let by = by.get(member).copied();
            let is_seen = self.known.links.object(member).is_some_and(|id| seen.remove(id).is_some());
            all.push(ExplainMembership {
                key: Some(member.clone()),
                name: self.mapper.label(member),
                wanted: true,
                because: by.map(|by| self.because(by, self.key, &facts)),
                fact: by.and_then(fact),
                seen: object.map(|_| is_seen),
                pending: self.known.joining(self.key, member),
                said: None,
            });
        }
        all.extend(seen.into_iter().map(|(id, name)| self.unwanted(id, name)));
        all
    }

    fn unwanted(&self, id: &ObjectId, name: &str) -> ExplainMembership {
        let key = self.known.links.key(id).cloned();
        let name = key.as_ref().map_or_else(|| name.to_owned(), |key| self.mapper.label(key));
        let (group, member) =
            if self.kind == Kind::Group { (Some(self.key), key.as_ref()) } else { (key.as_ref(), Some(self.key)) };
        let pending = group.zip(member).and_then(|(group, member)| self.known.joining(group, member));
        ExplainMembership { key, name, wanted: false, because: None, fact: None, seen: Some(true), pending, said: None }
    }

    fn facts(&self) -> BTreeMap<&Id, &Membership> {
        self.snapshot.memberships().collect()
    }

    fn because(&self, by: By<'_>, group: &Id, facts: &BTreeMap<&Id, &Membership>) -> String {
        let unit = |unit: &Id| self.snapshot.unit(unit).map_or_else(|| unit.to_string(), |unit| unit.name.clone());
        let made = |by: String| match self.mapper.made_by(group) {
            Some((rule, _)) => match &rule.who {
                Some(who) => format!("the rule {}: {by}, and {}", rule.rule, who.source()),
                None => format!("the rule {}: {by}", rule.rule),
            },
            None => by,
        };
        match by {
            By::Membership(fact) => {
                let Some(membership) = facts.get(fact) else { return format!("the membership {fact}") };
                let through = match membership.group == *group {
                    true => String::new(),
                    false => format!(" of the group {}", self.mapper.group_label(&membership.group)),
                };
                match &membership.member_unit {
                    Some(works_in) => format!("works in {}, by the membership {fact}{through}", unit(works_in)),
                    None => format!("the membership {fact}{through}"),
                }
            }
            By::Rule(rule) => format!("the group's rule: {rule}"),
            By::Job(works_in) => made(format!("works in {}", unit(works_in))),
            By::Lead(leads) => made(format!("leads {}", unit(leads))),
            By::Below(below) => made(format!("the group of {}, which is below", unit(below))),
            By::Account => made("has an account here".to_owned()),
        }
    }
}

fn fact(by: By<'_>) -> Option<Id> {
    match by {
        By::Membership(fact) => Some(fact.clone()),
        _ => None,
    }
}
