//! Who is in a group: the accounts of the people it holds, and, where the target nests groups, groups within it.
//!
//! Members are the listed ones and those for whom the group's rule is true. A unit stands for everybody employed in it.
//! Where groups are not nested, a group within a group stands for its own members.

use std::collections::{BTreeMap, BTreeSet};

use super::made::{GroupRule, Made, group_id};
use crate::expr::{EvalError, Expression, roots};
use crate::mapping::mapper::Mapper;
use crate::object::Kind;
use crate::org::Id;

/// By what somebody is in a group.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum By<'a> {
    /// A membership of the roster, in this group or in one within it.
    Membership(&'a Id),
    /// The rule of a group of the roster.
    Rule(&'a str),
    /// A job in this unit.
    Job(&'a Id),
    /// This unit is led.
    Lead(&'a Id),
    /// It is the group of this unit, which is below.
    Below(&'a Id),
    /// An account here.
    Account,
}

/// The members of a group, each with the first thing that makes it one.
pub type Found<'a> = BTreeMap<Id, By<'a>>;

impl Mapper<'_> {
    /// The members of a group, and by what each is one.
    pub fn members_by<'s>(&'s self, group: &'s Id) -> Result<Found<'s>, String> {
        match self.made.get(group) {
            Some(made) => self.members_of_made(made),
            None => {
                let mut members = Found::new();
                self.collect(group, &mut members, &mut BTreeSet::new()).map(|()| members)
            }
        }
    }

    /// The members of any group; found once.
    pub(super) fn members(&self, group: &Id) -> Result<BTreeSet<Id>, String> {
        let find = || Ok(self.members_by(group)?.into_keys().collect());
        match self.members.get(group) {
            Some(known) => known.get_or_init(find).clone(),
            None => find(),
        }
    }

    fn nests(&self) -> bool {
        self.rules(Kind::Group).is_some_and(|rules| rules.nested)
    }

    /// Adds the members of a group of the roster; `within` are the groups that lead here, so that a circle ends.
    fn collect<'s>(&'s self, group: &Id, members: &mut Found<'s>, within: &mut BTreeSet<Id>) -> Result<(), String> {
        if !within.insert(group.clone()) {
            return Ok(());
        }
        for (fact, membership) in self.inputs.snapshot.memberships_of(group) {
            let by = By::Membership(fact);
            if let Some(person) = &membership.member_person {
                self.admit(person, by, members);
            }
            if let Some(unit) = &membership.member_unit {
                self.admit_all(unit, by, members);
            }
            if let Some(account) = &membership.member_account
                && self.may_be_member(account)
            {
                members.entry(account.clone()).or_insert(by);
            }
            if let Some(inner) = &membership.member_group {
                // who is in a circle of groups is in all of them
                if self.nests() && self.group_is_in_scope(inner) && !self.leads_to(inner, group) {
                    members.entry(inner.clone()).or_insert(by);
                } else {
                    self.collect(inner, members, within)?;
                }
            }
        }
        let rule = self.inputs.snapshot.group(group).and_then(|group| group.rule.as_deref());
        if let Some(written) = rule {
            let failed = |error: &dyn std::fmt::Display| format!("the group's rule: {error}");
            let rule = Expression::compile(written, roots::USER).map_err(|error| failed(&error))?;
            for account in self.accounts_here(Some(&rule)) {
                if self.is_one(&rule, account).map_err(|error| failed(&error))? {
                    members.entry(account.clone()).or_insert(By::Rule(written));
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

    fn members_of_made<'s>(&'s self, made: &'s Made) -> Result<Found<'s>, String> {
        let Some(rule) = self.inputs.rules.groups.get(made.rule) else { return Ok(Found::new()) };
        let mut members = Found::new();
        match &made.unit {
            Some(unit) => {
                self.of_unit(rule, unit, &mut members);
                self.admit_further(rule.who.as_ref(), &mut members);
            }
            None if rule.managers => {
                self.inputs.snapshot.units().for_each(|(unit, _)| self.admit_managers(unit, &mut members));
                self.admit_further(rule.who.as_ref(), &mut members);
            }
            None => {
                let accounts = self.accounts_here(rule.who.as_ref()).filter(|account| self.may_be_member(account));
                members.extend(accounts.map(|account| (account.clone(), By::Account)));
            }
        }
        if let Some(who) = &rule.who {
            let mut some = Found::new();
            for (member, by) in members {
                let is_group = !self.accounts.contains_key(&member);
                let is_one = || self.is_one(who, &member).map_err(|error| format!("groups.{}.who: {error}", rule.rule));
                if is_group || is_one()? {
                    some.insert(member, by);
                }
            }
            members = some;
        }
        Ok(members)
    }

    /// Those of a unit, and of what is below it where the rule says so: by the groups of the units below where groups
    /// are nested.
    fn of_unit<'s>(&'s self, rule: &GroupRule, unit: &'s Id, members: &mut Found<'s>) {
        let (mut open, mut seen) = (vec![unit], BTreeSet::new());
        while let Some(unit) = open.pop() {
            if !seen.insert(unit) {
                continue;
            }
            if rule.managers {
                self.admit_managers(unit, members);
            } else {
                self.admit_all(unit, By::Job(unit), members);
            }
            if !rule.below {
                break;
            }
            for child in self.inputs.snapshot.tree().children(unit) {
                let group = group_id(self.inputs.roster, &rule.rule, Some(child));
                if self.nests() && self.made.contains_key(&group) && self.group_is_in_scope(&group) {
                    members.entry(group).or_insert(By::Below(child));
                } else {
                    open.push(child);
                }
            }
        }
    }

    fn admit_all<'s>(&'s self, unit: &Id, by: By<'s>, members: &mut Found<'s>) {
        for (_, engagement) in self.inputs.snapshot.engagements_in(unit) {
            self.admit(&engagement.person, by, members);
        }
    }

    fn admit_managers<'s>(&'s self, unit: &'s Id, members: &mut Found<'s>) {
        let snapshot = &self.inputs.snapshot;
        for (_, manager) in snapshot.managers_of(unit) {
            let through = || Some(&snapshot.engagement(manager.engagement.as_ref()?)?.person);
            if let Some(person) = manager.person.as_ref().or_else(through) {
                self.admit(person, By::Lead(unit), members);
            }
        }
    }

    /// A listed person is a member as long as the account exists and is not stripped, also while it is disabled.
    fn admit<'s>(&'s self, person: &Id, by: By<'s>, members: &mut Found<'s>) {
        let account = self.account_of(person);
        if self.may_be_member(&account) {
            members.entry(account).or_insert(by);
        }
    }

    fn may_be_member(&self, account: &Id) -> bool {
        self.accounts.get(account).is_some_and(|holder| !holder.stripped)
    }

    /// The further accounts of those whose ordinary ones are there, where the rule tells them apart.
    fn admit_further(&self, who: Option<&Expression>, members: &mut Found<'_>) {
        if !who.is_some_and(tells_accounts_apart) {
            return;
        }
        let further = self.accounts.iter().filter(|(_, holder)| !holder.is_ordinary() && holder.is_kept_in_step());
        let theirs = further.filter(|(_, holder)| members.contains_key(&self.account_of(&holder.person)));
        let theirs: Vec<Id> = theirs.map(|(account, _)| account.clone()).collect();
        members.extend(theirs.into_iter().map(|account| (account, By::Account)));
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
