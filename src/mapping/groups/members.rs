//! Who is in a group: the accounts of the people it holds, and, where the target nests groups, groups within it.
//!
//! Members are the listed ones and those for whom the group's rule is true. A unit stands for everybody employed in it.
//! Where groups are not nested, a group within a group stands for its own members.

use std::collections::BTreeSet;

use super::made::{GroupRule, Made, group_id};
use crate::expr::{EvalError, Expression, roots};
use crate::mapping::mapper::Mapper;
use crate::object::Kind;
use crate::org::Id;

impl Mapper<'_> {
    /// The members of any group; found once.
    pub(super) fn members(&self, group: &Id) -> Result<BTreeSet<Id>, String> {
        let find = || match self.made.get(group) {
            Some(made) => self.members_of_made(made),
            None => {
                let mut members = BTreeSet::new();
                self.collect(group, &mut members, &mut BTreeSet::new()).map(|()| members)
            }
        };
        match self.members.get(group) {
            Some(known) => known.get_or_init(find).clone(),
            None => find(),
        }
    }

    fn nests(&self) -> bool {
        self.rules(Kind::Group).is_some_and(|rules| rules.nested)
    }

    /// Adds the members of a group of the roster; `within` are the groups that lead here, so that a circle ends.
    fn collect(&self, group: &Id, members: &mut BTreeSet<Id>, within: &mut BTreeSet<Id>) -> Result<(), String> {
        if !within.insert(group.clone()) {
            return Ok(());
        }
        for (_, membership) in self.inputs.snapshot.memberships_of(group) {
            if let Some(person) = &membership.member_person {
                self.admit(person, members);
            }
            if let Some(unit) = &membership.member_unit {
                self.admit_all(unit, members);
            }
            if let Some(account) = &membership.member_account
                && self.may_be_member(account)
            {
                members.insert(account.clone());
            }
            if let Some(inner) = &membership.member_group {
                // who is in a circle of groups is in all of them
                if self.nests() && self.group_is_in_scope(inner) && !self.leads_to(inner, group) {
                    members.insert(inner.clone());
                } else {
                    self.collect(inner, members, within)?;
                }
            }
        }
        let rule = self.inputs.snapshot.group(group).and_then(|group| group.rule.as_deref());
        if let Some(rule) = rule {
            let failed = |error: &dyn std::fmt::Display| format!("the group's rule: {error}");
            let rule = Expression::compile(rule, roots::USER).map_err(|error| failed(&error))?;
            for account in self.accounts_here(Some(&rule)) {
                if self.is_one(&rule, account).map_err(|error| failed(&error))? {
                    members.insert(account.clone());
                }
            }
        }
        Ok(())
    }

    /// Whether `to` is in the group `from`, directly or through other groups.
    fn leads_to(&self, from: &Id, to: &Id) -> bool {
        let (mut open, mut seen) = (vec![from], BTreeSet::new());
        while let Some(group) = open.pop() {
            if group == to {
                return true;
            }
            if seen.insert(group) {
                let inner = self.inputs.snapshot.memberships_of(group);
                open.extend(inner.filter_map(|(_, membership)| membership.member_group.as_ref()));
            }
        }
        false
    }

    fn members_of_made(&self, made: &Made) -> Result<BTreeSet<Id>, String> {
        let Some(rule) = self.inputs.rules.groups.get(made.rule) else { return Ok(BTreeSet::new()) };
        let mut members = BTreeSet::new();
        match &made.unit {
            Some(unit) => {
                self.of_unit(rule, unit, &mut members);
                self.admit_further(rule.who.as_ref(), &mut members);
            }
            None if rule.managers => {
                self.inputs.snapshot.units().for_each(|(unit, _)| self.admit_managers(unit, &mut members));
                self.admit_further(rule.who.as_ref(), &mut members);
            }
            None => members
                .extend(self.accounts_here(rule.who.as_ref()).filter(|account| self.may_be_member(account)).cloned()),
        }
        if let Some(who) = &rule.who {
            let mut some = BTreeSet::new();
            for member in members {
                let is_group = !self.accounts.contains_key(&member);
                let is_one = || self.is_one(who, &member).map_err(|error| format!("groups.{}.who: {error}", rule.rule));
                if is_group || is_one()? {
                    some.insert(member);
                }
            }
            members = some;
        }
        Ok(members)
    }

    /// Those of a unit, and of what is below it where the rule says so: by the groups of the units below where groups
    /// are nested.
    fn of_unit(&self, rule: &GroupRule, unit: &Id, members: &mut BTreeSet<Id>) {
        let (mut open, mut seen) = (vec![unit], BTreeSet::new());
        while let Some(unit) = open.pop() {
            if !seen.insert(unit) {
                continue;
            }
            if rule.managers {
                self.admit_managers(unit, members);
            } else {
                self.admit_all(unit, members);
            }
            if !rule.below {
                break;
            }
            for child in self.inputs.snapshot.tree().children(unit) {
                let group = group_id(self.inputs.roster, &rule.rule, Some(child));
                if self.nests() && self.made.contains_key(&group) && self.group_is_in_scope(&group) {
                    members.insert(group);
                } else {
                    open.push(child);
                }
            }
        }
    }

    fn admit_all(&self, unit: &Id, members: &mut BTreeSet<Id>) {
        for (_, engagement) in self.inputs.snapshot.engagements_in(unit) {
            self.admit(&engagement.person, members);
        }
    }

    fn admit_managers(&self, unit: &Id, members: &mut BTreeSet<Id>) {
        let snapshot = &self.inputs.snapshot;
        for (_, manager) in snapshot.managers_of(unit) {
            let through = || Some(&snapshot.engagement(manager.engagement.as_ref()?)?.person);
            if let Some(person) = manager.person.as_ref().or_else(through) {
                self.admit(person, members);
            }
        }
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

    /// The further accounts of those whose ordinary ones are there, where the rule tells them apart.
    fn admit_further(&self, who: Option<&Expression>, members: &mut BTreeSet<Id>) {
        if !who.is_some_and(tells_accounts_apart) {
            return;
        }
        let further = self.accounts.iter().filter(|(_, holder)| !holder.is_ordinary() && holder.is_kept_in_step());
        let theirs = further.filter(|(_, holder)| members.contains(&self.account_of(&holder.person)));
        let theirs: Vec<Id> = theirs.map(|(account, _)| account.clone()).collect();
        members.extend(theirs);
    }

    /// Those in question for a rule: ordinary accounts, and all where the rule tells them apart.
    fn accounts_here(&self, rule: Option<&Expression>) -> impl Iterator<Item = &Id> {
        let all = rule.is_some_and(tells_accounts_apart);
        let here = self.accounts.iter().filter(|(_, holder)| holder.rung.is_here());
        here.filter(move |(_, holder)| holder.is_ordinary() || all && holder.is_kept_in_step())
            .map(|(account, _)| account)
    }

    fn is_one(&self, rule: &Expression, account: &Id) -> Result<bool, EvalError> {
        match self.accounts.get(account) {
            Some(holder) => rule.holds(&self.scene.user(&holder.person, account, &holder.kind)),
            None => Ok(false),
        }
    }
}

/// Whether a rule looks at which account of a person it is.
fn tells_accounts_apart(rule: &Expression) -> bool {
    rule.mentions("account") && rule.reads().iter().any(|read| read.path.starts_with("account.kind"))
}
