//! A group: of the roster, or made by a rule. Its attributes, and its members as the keys of accounts and groups.

use super::mapper::{Mapper, hold, present};
use super::rules::KindRules;
use crate::expr::Context;
use crate::object::{Desired, HoldCode, Kind, Presence, Referent, Wanted};
use crate::org::Id;

mod made;
mod members;

pub use made::{GroupRule, Made, group_id, made};
pub use members::By;

impl Mapper<'_> {
    /// The group with this key, if there is one.
    pub(super) fn group(&self, key: &Id) -> Wanted {
        let (label, context) = self.group_seen(key)?;
        let rules = self.rules(Kind::Group)?;
        match self.group_desired(key, &label, &context, rules) {
            Ok(desired) => match self.inputs.blocked.reason(key) {
                Some(reason) => hold(key, Kind::Group, &label, HoldCode::Quality, reason.to_owned()),
                None => Some(Ok(desired)),
            },
            Err(reason) => hold(key, Kind::Group, &label, HoldCode::Value, reason),
        }
    }

    fn group_desired(&self, key: &Id, label: &str, context: &Context, rules: &KindRules) -> Result<Desired, String> {
        if let Some(Err(reason)) = self.made.get(key).map(|made| &made.name) {
            return Err(reason.clone());
        }
        if !rules.scope.means(&|| context.clone())? {
            let presence = Presence::OutOfScope { reason: rules.scope.left() };
            return Ok(Desired { presence, ..present(key, Kind::Group, label) });
        }
        Ok(Desired {
            outside: rules.scope.outside(context)?,
            name: self.relative_name(rules, context, "cn", Some(label))?,
            parent: Some(Referent::Root),
            attributes: self.attributes(Kind::Group, rules, context)?,
            members: Some(self.members(key)?),
            ..present(key, Kind::Group, label)
        })
    }

    /// Every group of this target, and what it is called.
    pub fn groups(&self) -> impl Iterator<Item = (&Id, String)> {
        let groups = self.rules(Kind::Group).map(|_| self.members.keys());
        groups.into_iter().flatten().map(|key| (key, self.group_label(key)))
    }

    /// The rule that makes a group, and the unit whose group it is.
    pub fn made_by(&self, key: &Id) -> Option<(&GroupRule, Option<&Id>)> {
        let made = self.made.get(key)?;
        Some((self.inputs.rules.groups.get(made.rule)?, made.unit.as_ref()))
    }

    /// What a group is called where people read it.
    pub fn group_label(&self, key: &Id) -> String {
        match self.made.get(key) {
            Some(made) => made.label(&self.inputs.rules.groups),
            None => self.inputs.snapshot.group(key).map_or_else(|| key.to_string(), |group| group.name.clone()),
        }
    }

    /// What a group is called, and what its rules see of it.
    pub(super) fn group_seen(&self, key: &Id) -> Option<(String, Context)> {
        if let Some(made) = self.made.get(key) {
            let rules = &self.inputs.rules.groups;
            let rule = rules.get(made.rule).map_or("", |rule| rule.rule.as_str());
            return Some((made.label(rules), self.scene.made_group_context(key, made, rule)));
        }
        let group = self.inputs.snapshot.group(key)?;
        Some((group.name.clone(), self.scene.group_context(key)))
    }

    /// Whether a group has an object in this target. A rule that fails counts as yes, so that nobody leaves for it.
    fn group_is_in_scope(&self, key: &Id) -> bool {
        let Some(rules) = self.rules(Kind::Group) else { return false };
        self.group_seen(key).is_some_and(|(_, context)| rules.scope.means(&|| context.clone()).unwrap_or(true))
    }
}
