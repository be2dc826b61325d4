//! A group: its attributes, and its members as the accounts of the people it holds.
//!
//! Members are the listed ones and those for whom the group's rule is true. A unit stands for everybody employed in
//! it, a group within a group for its own members, so that targets without nesting hold the same people.

use std::collections::BTreeSet;

use super::mapper::{Mapper, hold, present};
use crate::expr::{Expression, roots};
use crate::object::{Desired, Kind, Presence, Referent};
use crate::object::{HoldCode, Wanted};
use crate::org::{Group, Id};

impl Mapper<'_> {
    pub(super) fn group(&self, key: &Id, group: &Group) -> Wanted {
        let rules = self.rules(Kind::Group)?;
        let context = self.scene.group_context(key);
        let desired = || -> Result<Desired, String> {
            if !rules.scope.means(&|| context.clone())? {
                let presence = Presence::OutOfScope { reason: rules.scope.left() };
                return Ok(Desired { presence, ..present(key, Kind::Group, &group.name) });
            }
            let mut members = BTreeSet::new();
            self.collect(key, &mut members, &mut BTreeSet::new())?;
            Ok(Desired {
                outside: rules.scope.outside(&context)?,
                name: self.relative_name(rules, &context, "cn", Some(&group.name))?,
                parent: Some(Referent::Root),
                attributes: self.attributes(Kind::Group, rules, &context)?,
                members: Some(members),
                ..present(key, Kind::Group, &group.name)
            })
        };
        match desired() {
            Ok(desired) => match self.inputs.blocked.reason(key) {
                Some(reason) => hold(key, Kind::Group, &group.name, HoldCode::Quality, reason.to_owned()),
                None => Some(Ok(desired)),
            },
            Err(reason) => hold(key, Kind::Group, &group.name, HoldCode::Value, reason),
        }
    }

    /// Adds the accounts of a group's members; `within` are the groups that lead here, so that a circle ends.
    fn collect(&self, group: &Id, members: &mut BTreeSet<Id>, within: &mut BTreeSet<Id>) -> Result<(), String> {
        if !within.insert(group.clone()) {
            return Ok(());
        }
        for (_, membership) in self.inputs.snapshot.memberships_of(group) {
            if let Some(person) = &membership.member_person {
                self.admit(person, members);
            }
            if let Some(unit) = &membership.member_unit {
                for (_, engagement) in self.inputs.snapshot.engagements_in(unit) {
                    self.admit(&engagement.person, members);
                }
            }
            if let Some(account) = &membership.member_account
                && self.may_be_member(account)
            {
                members.insert(account.clone());
            }
            if let Some(inner) = &membership.member_group {
                self.collect(inner, members, within)?;
            }
        }
        let rule = self.inputs.snapshot.group(group).and_then(|group| group.rule.as_deref());
        if let Some(rule) = rule {
            self.by_rule(rule, members)?;
        }
        Ok(())
    }

    /// A listed person is a member as long as the account exists and is not stripped, also while it is disabled.
    fn admit(&self, person: &Id, members: &mut BTreeSet<Id>) {
        let account = self.account_of(person);
        if self.may_be_member(&account) {
            members.insert(account);
        }
    }

    fn may_be_member(&self, account: &Id) -> bool {
        self.accounts.get(account).is_some_and(|holder| !holder.stripped)
    }

    fn by_rule(&self, rule: &str, members: &mut BTreeSet<Id>) -> Result<(), String> {
        let rule = Expression::compile(rule, roots::USER).map_err(|error| format!("the group's rule: {error}"))?;
        for (account, holder) in &self.accounts {
            if !holder.rung.is_here() {
                continue;
            }
            let holds = rule.holds(&self.scene.user(&holder.person, account));
            if holds.map_err(|error| format!("the group's rule: {error}"))? {
                members.insert(account.clone());
            }
        }
        Ok(())
    }
}
