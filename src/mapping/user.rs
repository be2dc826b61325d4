//! A person's account: when there should be one, where it lies, what it holds.
//!
//! All of it follows from the rung that the person stands on (see [`lifecycle`](super::lifecycle)). Who is here, or soon
//! to come, has an account that is kept in step; before the first day, and on leave where the site wants it, it cannot
//! be used. After the last day its place, name, manager and attributes are kept, but for what the rungs of the descent
//! take. Somebody whom the sources no longer know, though an account was made, is disabled as *absent*, and stays so:
//! without a date there is no further rung. Whose record a blocking rule found fault with stays as is, but for the end
//! that a dated fact gives.

use std::collections::BTreeMap;

use super::account::engagement_of;
use super::further::{Holder, Meant};
use super::lifecycle::{Effects, Need, OnLeave, Standing};
use super::mapper::{Mapper, hold, present};
use super::rules::{KindRules, Place};
use super::scope::Leaves;
use crate::expr::Context;
use crate::object::{
    AttributeName, Authority, Clause, Desired, Edit, Ground, HoldCode, Kind, Presence, Referent, Rung, Value, Wanted,
    Wish,
};
use crate::org::Id;
use crate::org::sentence::Sentence;

impl Mapper<'_> {
    pub(super) fn user(&self, account: &Id, holder: &Holder) -> Wanted {
        let rules = self.rules(Kind::User)?;
        let wanted = match self.kept_out(account, holder) {
            Some(desired) => Some(Ok(desired)),
            None => self.standing_account(account, holder, rules),
        };
        if rules.scope.deeds.is_empty() {
            return wanted;
        }
        match (wanted?, rules.scope.outside(&self.scene.user(&holder.person, account, &holder.kind))) {
            (Ok(desired), Ok(outside)) => Some(Ok(Desired { outside, ..desired })),
            (Ok(desired), Err(reason)) => hold(account, Kind::User, &desired.label, HoldCode::Value, reason),
            (Err(held), _) => Some(Err(held)),
        }
    }

    /// The account by the rung that the person stands on, whatever is ours to do to it.
    fn standing_account(&self, account: &Id, holder: &Holder, rules: &KindRules) -> Wanted {
        let person = &holder.person;
        let label = self.account_label(holder);
        let blocked = self.inputs.blocked.reason(person);
        let standing = self.standing_of(holder);
        if !standing.rung.is_here() {
            let former = self.former(account, person, &label, &standing, blocked.is_some());
            return match blocked {
                // an absence is no better than the record that it is missing from
                Some(reason) if !has_ended(&former) => {
                    hold(account, Kind::User, &label, HoldCode::Quality, reason.to_owned())
                }
                _ => Some(Ok(former)),
            };
        }
        match &holder.meant {
            Meant::Yes => {}
            Meant::No(reason) => return Some(Ok(self.let_go(account, person, &label, reason))),
            Meant::Unclear(reason) => return hold(account, Kind::User, &label, HoldCode::Value, reason.clone()),
        }
        match self.is_in_scope(account) {
            Ok(true) => {}
            Ok(false) => return Some(Ok(self.out_of_scope(account, person, &label, rules))),
            Err(reason) => return hold(account, Kind::User, &label, HoldCode::Value, reason),
        }
        if let Some(reason) = blocked {
            return hold(account, Kind::User, &label, HoldCode::Quality, reason.to_owned());
        }
        if let Some(reason) = self.lacks(holder) {
            return hold(account, Kind::User, &label, HoldCode::Lifecycle, reason);
        }
        if let Err(reason) = self.is_named(holder) {
            return hold(account, Kind::User, &label, HoldCode::Naming, reason);
        }
        match self.current(account, holder, &label, rules, &standing) {
            Ok(desired) => Some(Ok(desired)),
            Err(reason) => hold(account, Kind::User, &label, HoldCode::Value, reason),
        }
    }

    /// The further account of somebody who is here, which no rule gives any more.
    fn let_go(&self, account: &Id, person: &Id, label: &str, reason: &str) -> Desired {
        let presence = Presence::Disabled { ground: Ground::Ended, reason: reason.to_owned() };
        let rung = Some(Rung::OutOfScope);
        Desired { person: Some(person.clone()), presence, rung, ..present(account, Kind::User, label) }
    }

    /// The account of somebody who is here and whom no rule means; there may never have been one.
    fn out_of_scope(&self, account: &Id, person: &Id, label: &str, rules: &KindRules) -> Desired {
        let reason = rules.scope.left();
        let presence = match rules.scope.leaves {
            Leaves::Disable => Presence::Disabled { ground: Ground::Ended, reason },
            Leaves::Keep => Presence::OutOfScope { reason },
        };
        let rung = Some(Rung::OutOfScope);
        Desired { person: Some(person.clone()), presence, rung, ..present(account, Kind::User, label) }
    }

    fn current(
        &self,
        account: &Id,
        holder: &Holder,
        label: &str,
        rules: &KindRules,
        standing: &Standing,
    ) -> Result<Desired, String> {
        let context = self.scene.user(&holder.person, account, &holder.kind);
        let mut attributes = self.attributes(Kind::User, rules, &context)?;
        let effects = self.effects();
        effects.lay_over(&mut attributes, standing.rung == Rung::OnLeave);
        Ok(Desired {
            person: Some(holder.person.clone()),
            presence: self.usable(holder, standing),
            rung: Some(standing.rung),
            name: self.relative_name(rules, &context, "cn", None)?,
            parent: Some(self.place(holder, rules, &context)?),
            attributes,
            manager: if rules.manager { self.manager(holder) } else { Edit::Keep },
            ..present(account, Kind::User, label)
        })
    }

    /// Whether the account of who is here, or soon to come, can be used.
    fn usable(&self, holder: &Holder, standing: &Standing) -> Presence {
        let (person, policy) = (&holder.person, self.policy(holder));
        let reason = standing.because.to_string();
        match standing.rung {
            Rung::OnLeave if policy.leave == OnLeave::Disable => {
                Presence::Inactive { ground: Some(Ground::Ended), reason }
            }
            Rung::Prepared => {
                // that a job ended is a dated fact; that the first one was put off is only the absence of another
                let left = self.inputs.snapshot.tenure(person).last_end.is_some();
                let absent = || self.inputs.absence.clone().map(Ground::Absent);
                Presence::Inactive { ground: left.then_some(Ground::Ended).or_else(absent), reason }
            }
            _ => Presence::Present,
        }
    }

    /// What the record of a person must have here and has not.
    fn lacks(&self, holder: &Holder) -> Option<String> {
        let (person, snapshot, policy) = (&holder.person, &self.inputs.snapshot, self.policy(holder));
        let category = || {
            let class = snapshot.category(person).and_then(|id| snapshot.class(id));
            class.map_or_else(
                || Clause::ThisCategory.said(),
                |class| Clause::Category.with([&format_args!("{:?}", class.name)]),
            )
        };
        policy.needs.iter().find_map(|need| match need {
            Need::Sponsor => match snapshot.person_here_or_coming(person)?.sponsor.as_ref() {
                None => Some(Clause::NeedsSponsorNone.with([&category()])),
                Some(sponsor) if !snapshot.tenure(sponsor).current => {
                    Some(Clause::NeedsSponsorLeft.with([&category(), &self.person_label(sponsor)]))
                }
                Some(_) => None,
            },
            Need::End => {
                let life = super::lifecycle::life_of(snapshot, policy, person);
                let from = snapshot.coming(person).map_or(snapshot.day(), |coming| coming.day);
                let open = life.days.run_of(from).is_some_and(|run| run.to.is_none());
                open.then(|| Clause::NeedsEnd.with([&category()]))
            }
        })
    }

    fn former(&self, account: &Id, person: &Id, label: &str, standing: &Standing, blocked: bool) -> Desired {
        let tenure = self.inputs.snapshot.tenure(person);
        let reason = standing.because.to_string();
        let gone = Desired { person: Some(person.clone()), ..present(account, Kind::User, label) };
        if standing.rung == Rung::Kept {
            return Desired { presence: Presence::Kept, rung: Some(Rung::Kept), ..gone };
        }
        let presence = match (standing.ended(), &self.inputs.absence) {
            (Some(_), _) if standing.has_reached(Rung::Deleted) && !blocked => {
                Presence::Deleted { ground: Ground::Ended, reason }
            }
            (Some(_), _) => Presence::Disabled { ground: Ground::Ended, reason },
            (None, Some(absence)) => Presence::Disabled {
                ground: Ground::Absent(absence.clone()),
                reason: match tenure.next_start {
                    Some(start) => Clause::NoEngagementBefore.with([&start]),
                    None => Clause::SourcesKnowNone.said(),
                },
            },
            (None, None) => Presence::Held { reason: Clause::NoCompleteImport.said() },
        };
        let descended = standing.ended().is_some() && !blocked;
        let has = |rung| descended && standing.has_reached(rung);
        let leavers = self.inputs.leavers.as_ref().filter(|_| has(Rung::Moved));
        Desired {
            presence,
            rung: Some(if descended { standing.rung } else { Rung::Disabled }),
            stripped: has(Rung::Stripped) || has(Rung::Deleted),
            parent: leavers.map(|leavers| Referent::Handle(leavers.clone())),
            attributes: self.effects().of_leaver(has(Rung::Hidden), has(Rung::Stripped)),
            ..gone
        }
    }

    /// The effects with their values in the types of the target.
    fn effects(&self) -> Effects {
        let Effects { hide, strip } = &self.inputs.rules.ladder.effects;
        let schema = self.inputs.schemas.get(&Kind::User);
        let typed = |(name, values): (&AttributeName, &Vec<Value>)| {
            let typed = schema.and_then(|schema| schema.coerce(name, values.clone()).ok());
            (name.clone(), typed.unwrap_or_else(|| values.clone()))
        };
        Effects { hide: hide.iter().map(typed).collect(), strip: strip.iter().map(typed).collect() }
    }

    fn place(&self, holder: &Holder, rules: &KindRules, context: &Context) -> Result<Referent, String> {
        match &rules.place {
            Place::Unit => {
                let job = self.scene.job(&holder.person, engagement_of(&holder.kind).as_ref());
                Ok(job.map_or(Referent::Root, |(_, unit)| self.nearest_unit(unit)))
            }
            Place::Top => Ok(Referent::Root),
            rule @ Place::Rule(_) => self.by_rule(rule, context),
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

    /// The ordinary account of who leads the person, in the job that the account is for.
    fn manager(&self, holder: &Holder) -> Edit<Id> {
        let found = self.scene.chief(&holder.person, engagement_of(&holder.kind).as_ref());
        match found.map(|(_, chief)| self.account_of(chief)) {
            Some(account) => match self.is_in_scope(&account) {
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
    matches!(former.presence, Presence::Kept | Presence::Disabled { ground: Ground::Ended | Ground::Suspended, .. })
}

impl Effects {
    /// The attributes of somebody who is here: what hides and strips others is undone, but where a rule of the mapping
    /// says what is to be there.
    fn lay_over(&self, attributes: &mut BTreeMap<AttributeName, Wish>, hidden: bool) {
        for name in self.hide.keys().chain(self.strip.keys()) {
            attributes.entry(name.clone()).or_insert_with(|| own(&[]));
        }
        if hidden {
            attributes.extend(self.hide.iter().map(|(name, values)| (name.clone(), own(values))));
        }
    }

    /// The attributes that change of somebody who left.
    fn of_leaver(&self, hidden: bool, stripped: bool) -> BTreeMap<AttributeName, Wish> {
        let hide = self.hide.iter().filter(|_| hidden);
        let strip = self.strip.iter().filter(|_| stripped);
        strip.chain(hide).map(|(name, values)| (name.clone(), own(values))).collect()
    }
}

/// A value that is written whatever is there; nothing is no value.
fn own(values: &[Value]) -> Wish {
    let edit = if values.is_empty() { Edit::Clear } else { Edit::Set(values.to_vec()) };
    Wish { edit, authority: Authority::Own }
}
