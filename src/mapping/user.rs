//! A person's account: when there should be one, where it lies, what it holds.
//!
//! Current is who has an engagement on the day. Before the first day there is no account; after the last it is
//! disabled, and its place, name, manager and attributes are kept. Somebody whom the sources no longer know, though
//! an account was made, is disabled as *absent*. Whose record a blocking rule found fault with stays as is, but for
//! the end that a dated fact gives.

use super::mapper::{Holder, Mapper, hold, present};
use super::rules::{KindRules, Place};
use crate::object::{Desired, Edit, Ground, Kind, Presence, Referent};
use crate::object::{HoldCode, Wanted};
use crate::org::Id;

impl Mapper<'_> {
    pub(super) fn user(&self, account: &Id, holder: &Holder) -> Wanted {
        let rules = self.rules(Kind::User)?;
        let person = &holder.person;
        let label = self.person_label(person);
        let blocked = self.inputs.blocked.reason(person);
        if !self.inputs.snapshot.tenure(person).current {
            let former = self.former(account, person, &label);
            return match blocked {
                // an absence is no better than the record that it is missing from
                Some(reason) if !has_ended(&former) => {
                    hold(account, Kind::User, &label, HoldCode::Quality, reason.to_owned())
                }
                _ => Some(Ok(former)),
            };
        }
        match self.is_in_scope(person, account) {
            Ok(true) => {}
            Ok(false) => return None,
            Err(reason) => return hold(account, Kind::User, &label, HoldCode::Value, reason),
        }
        if let Some(reason) = blocked {
            return hold(account, Kind::User, &label, HoldCode::Quality, reason.to_owned());
        }
        if let Err(reason) = self.is_named(person) {
            return hold(account, Kind::User, &label, HoldCode::Naming, reason);
        }
        match self.current(account, person, &label, rules) {
            Ok(desired) => Some(Ok(desired)),
            Err(reason) => hold(account, Kind::User, &label, HoldCode::Value, reason),
        }
    }

    fn current(&self, account: &Id, person: &Id, label: &str, rules: &KindRules) -> Result<Desired, String> {
        let context = self.scene.user(person, account);
        Ok(Desired {
            person: Some(person.clone()),
            name: self.relative_name(rules, &context, "cn", None)?,
            parent: Some(self.place(person, rules)),
            attributes: self.attributes(Kind::User, rules, &context)?,
            manager: if rules.manager { self.manager(person) } else { Edit::Keep },
            ..present(account, Kind::User, label)
        })
    }

    fn former(&self, account: &Id, person: &Id, label: &str) -> Desired {
        let tenure = self.inputs.snapshot.tenure(person);
        let presence = match (tenure.last_end, &self.inputs.absence) {
            (Some(end), _) => Presence::Disabled {
                ground: Ground::Ended,
                reason: format!("the last engagement ended, last day {}", end.plus(-1)),
            },
            (None, Some(absence)) => Presence::Disabled {
                ground: Ground::Absent(absence.clone()),
                reason: match tenure.next_start {
                    Some(start) => format!("has no engagement any more before {start}"),
                    None => "the sources no longer know any engagement".into(),
                },
            },
            (None, None) => {
                Presence::Held { reason: "has no engagement, but no complete import proves that it is gone".into() }
            }
        };
        Desired { person: Some(person.clone()), presence, ..present(account, Kind::User, label) }
    }

    fn place(&self, person: &Id, rules: &KindRules) -> Referent {
        let primary = self.inputs.snapshot.primary_engagement(person);
        match (rules.place, primary) {
            (Place::Unit, Some(primary)) => self.nearest_unit(&primary.engagement.unit),
            _ => Referent::Root,
        }
    }

    /// The unit itself or the nearest one above that has an object here.
    pub(super) fn nearest_unit(&self, unit: &Id) -> Referent {
        let above = self.inputs.snapshot.ancestors(unit);
        std::iter::once(unit)
            .chain(above)
            .find(|unit| self.unit_is_in_scope(unit))
            .map_or(Referent::Root, |unit| Referent::Key(unit.clone()))
    }

    fn manager(&self, person: &Id) -> Edit<Id> {
        let found = self.inputs.snapshot.effective_manager(person);
        let account = found.map(|found| (found.person.clone(), self.account_of(found.person)));
        match account {
            Some((chief, account)) => match self.is_in_scope(&chief, &account) {
                Ok(true) => Edit::Set(account),
                Ok(false) => Edit::Clear,
                Err(_) => Edit::Keep, // what cannot be told of the manager takes nobody's manager away
            },
            None => Edit::Clear,
        }
    }
}

/// Whether a dated fact or an order takes the account away: that no rule of the record puts off.
fn has_ended(former: &Desired) -> bool {
    matches!(former.presence, Presence::Disabled { ground: Ground::Ended | Ground::Suspended, .. })
}
