//! What is wanted and was not seen: created, brought back where somebody deleted it, or held because nothing proves
//! that it is not there.

use std::collections::HashSet;

use super::compare::{change, delete, initial, step};
use super::diff::{Diff, is_present};
use super::finish::{Created, relative_name};
use crate::object::{
    Absence, AttributeName, Authority, Bound, Clause, Coverage, Desired, Disabling, Edit, Fate, Ground, HoldCode, Kind,
    ObjectId, Op, Presence, Referent, Rung, Step, StepId, Value, Wanted, Wish, aspect,
};
use crate::org::Id;
use crate::org::sentence::{Sentence, also};

/// How a linked object that somebody deleted comes to be there again.
#[derive(Debug)]
pub(super) struct Recreation {
    object: ObjectId,
    /// What is known of the deletion.
    known: String,
    /// Whether the target brings it back; else its link is forgotten, and a new object is created.
    restored: bool,
    /// Rosterd itself deleted it, for somebody who is here again.
    ours: bool,
    absence: Absence,
}

impl Diff<'_> {
    /// What is to be made, as far as nothing stands against it.
    pub(super) fn missing(
        &mut self,
        keys: &[Id],
        wanted: &(dyn Fn(&Id) -> Wanted + Sync),
        coverage: &Coverage,
    ) -> Vec<Desired> {
        let held: HashSet<Id> = self.held.iter().map(|hold| hold.key.clone()).collect();
        let mut missing = Vec::new();
        for key in keys {
            if self.present.contains_key(key) || held.contains(key) {
                continue;
            }
            match wanted(key) {
                None => {}
                Some(Err(hold)) => self.held.push(hold),
                Some(Ok(desired)) => match self.is_to_be_made(&desired, coverage) {
                    Ok(true) if self.is_ours_to_do(&desired, Op::Create) => missing.push(desired),
                    Ok(_) => {}
                    Err((code, reason)) => self.hold(&desired, code, reason),
                },
            }
        }
        missing
    }

    fn is_to_be_made(&mut self, desired: &Desired, coverage: &Coverage) -> Result<bool, (HoldCode, String)> {
        if matches!(desired.presence, Presence::OutOfScope { .. }) {
            return Ok(false);
        }
        let linked = self.around.links.object(&desired.key);
        let disabled = desired.presence != Presence::Present;
        let needless = !is_present(desired) || disabled && self.around.disabling != Disabling::Keeps;
        if linked.is_none() && needless {
            return Ok(false); // a leaver who never had an object needs none; nor what the target would not show
        }
        if let (Coverage::Linked(_), None) = (coverage, linked) {
            return self.taken(desired).map(|()| true); // the create looks first
        }
        let hides = self.around.disabling == Disabling::Hides && desired.kind == Kind::User;
        let hidden = linked.filter(|_| hides && !matches!(self.lost.get(&desired.key), Some(Fate::Deleted(_))));
        if let (Some(object), Some(_)) = (hidden.cloned(), coverage.complete()) {
            if let Presence::Deleted { ground, reason } = &desired.presence {
                self.steps.push(delete(desired, &object, ground, reason));
            } else if !disabled {
                let changes = vec![change(aspect::ENABLED, vec![Value::Bool(false)], vec![Value::Bool(true)])];
                let reason = Clause::OnlyEnabledShown.said();
                self.steps.push(step(desired, Op::Enable, Some(&object), reason, changes));
            }
            return Ok(false);
        }
        let Some(complete) = coverage.complete() else {
            let reason = match linked {
                Some(_) if matches!(coverage, Coverage::Linked(_)) => Clause::LinkedNotShown,
                Some(_) => Clause::LinkedNotSeen,
                None => Clause::MayExist,
            };
            return Err((HoldCode::Unread, reason.said()));
        };
        if let (Some(object), Presence::Deleted { ground, reason }, Some(_)) =
            (linked, &desired.presence, self.lost.get(&desired.key))
        {
            let reason = also(reason, &Clause::GoneAlready.said());
            let forget = step(desired, Op::Unlink, Some(object), reason, Vec::new());
            self.steps.push(Step { ground: Some(ground.clone()), rung: Some(Rung::Deleted), ..forget });
            return Ok(false);
        }
        if let Some(object) = linked {
            let lost = |what: Clause, known: &str| Err((HoldCode::Missing, also(&what.said(), known)));
            match self.lost.get(&desired.key) {
                Some(Fate::Deleted(known)) if is_present(desired) => {
                    let (object, known) = (object.clone(), known.clone());
                    let (restored, absence) = (self.around.restores, complete.absence());
                    let again = Recreation { object, known, restored, ours: false, absence };
                    self.taken(desired)?;
                    self.again.insert(desired.key.clone(), again);
                    return Ok(true);
                }
                Some(Fate::Deleted(known)) => return lost(Clause::LinkedDeleted, known),
                Some(Fate::Unproven(known)) => return lost(Clause::LinkedUnproven, known),
                None => return lost(Clause::LinkedNotFound, &Clause::NothingProvesDeleted.said()),
            }
        }
        if let Some(object) = self.revived.get(&desired.key).cloned() {
            let known = Clause::IsThereAgain.said();
            let again = Recreation { object, known, restored: true, ours: true, absence: complete.absence() };
            self.again.insert(desired.key.clone(), again);
            return Ok(true); // its names are its own
        }
        self.taken(desired)?;
        let ours = self.around.deleted.get(&desired.key).filter(|_| self.around.restores);
        if let (Some(object), Some(Fate::Deleted(known))) = (ours, self.lost.get(&desired.key)) {
            let (object, known, absence) = (object.clone(), known.clone(), complete.absence());
            let again = Recreation { object, known, restored: true, ours: true, absence };
            self.again.insert(desired.key.clone(), again);
        }
        Ok(true)
    }

    /// Whether another object has the login: one that was unlinked, or that somebody made by hand.
    fn taken(&self, desired: &Desired) -> Result<(), (HoldCode, String)> {
        let wish = desired.attributes.get(&self.around.login.into()).filter(|_| desired.kind == Kind::User);
        let Some(Edit::Set(values)) = wish.map(|wish| &wish.edit) else { return Ok(()) };
        let Some(login) = values.first().map(ToString::to_string) else { return Ok(()) };
        match self.logins.get(&self.around.siblings.folded(&login)) {
            Some(other) => Err((HoldCode::NameTaken, Clause::LoginTaken.with([&format_args!("{login:?}"), other]))),
            None => Ok(()),
        }
    }

    /// The steps that make what is missing, for all whose place will exist.
    pub(super) fn create(&mut self, mut missing: Vec<Desired>) -> Created {
        missing.sort_by(|a, b| (a.kind, &a.key).cmp(&(b.kind, &b.key)));
        let mut created = Created::new();
        loop {
            let before = missing.len();
            let (ready, waiting): (Vec<Desired>, Vec<Desired>) =
                missing.into_iter().partition(|desired| self.parent_will_be_there(desired, &created));
            for mut desired in ready {
                let steps = self.making_steps(&desired, &created);
                self.steps.extend(steps);
                desired.attributes.clear();
                created.insert(desired.key.clone(), desired);
            }
            missing = waiting;
            if missing.len() == before || missing.is_empty() {
                break;
            }
        }
        for desired in &missing {
            self.hold(desired, HoldCode::Waits, Clause::WaitsForUnit.said());
        }
        created
    }

    /// The step after which an object that is not there will be there.
    pub(super) fn making(&self, key: &Id) -> StepId {
        let restored = self.again.get(key).is_some_and(|again| again.restored);
        StepId::new(if restored { Op::Restore } else { Op::Create }, key)
    }

    fn parent_will_be_there(&self, desired: &Desired, created: &Created) -> bool {
        match desired.parent.as_ref().filter(|_| self.around.tree) {
            Some(Referent::Key(unit)) => self.present.contains_key(unit) || created.contains_key(unit),
            _ => true,
        }
    }

    /// A create; or, of what was deleted, a restore that leaves a user disabled, or a create after the old link
    /// is forgotten.
    fn making_steps(&self, desired: &Desired, created: &Created) -> Vec<Step> {
        let Some(Recreation { object, known, restored, ours, absence }) = self.again.get(&desired.key) else {
            let reason = is_missing(desired.kind).said();
            return vec![self.making_step(desired, created, Op::Create, None, reason)];
        };
        let reason = match ours {
            true => also(&Clause::ComesBack.said(), known),
            false => also(&was_deleted(desired.kind).said(), known),
        };
        if *restored {
            let mut restore = self.making_step(desired, created, Op::Restore, Some(object), reason);
            if *ours {
                restore.rung = desired.rung;
            }
            let is_usable = desired.kind == Kind::User && desired.presence == Presence::Present;
            let enable = is_usable.then(|| {
                let changes = vec![change(aspect::ENABLED, vec![Value::Bool(false)], vec![Value::Bool(true)])];
                let reason = Clause::IsRestoredDisabled.said();
                let enable = step(desired, Op::Enable, Some(object), reason, changes);
                Step { needs: vec![restore.id.clone()], ..enable }
            });
            return std::iter::once(restore).chain(enable).collect();
        }
        let ground = Some(Ground::Absent(absence.clone()));
        let forget = Step { ground, ..step(desired, Op::Unlink, Some(object), reason.clone(), Vec::new()) };
        let mut create = self.making_step(desired, created, Op::Create, None, reason);
        create.needs.push(forget.id.clone());
        vec![forget, create]
    }

    fn making_step(
        &self,
        desired: &Desired,
        created: &Created,
        op: Op,
        object: Option<&ObjectId>,
        reason: String,
    ) -> Step {
        let mut changes = Vec::new();
        let mut needs = Vec::new();
        if self.around.tree {
            let parent = desired.parent.clone().unwrap_or(Referent::Root);
            if let Referent::Key(unit) = &parent
                && created.contains_key(unit)
            {
                needs.push(self.making(unit));
            }
            changes.push(change(aspect::PARENT, vec![], vec![Value::Reference(parent)]));
            changes.push(change(aspect::NAME, vec![], vec![Value::text(relative_name(desired))]));
        }
        if desired.kind == Kind::User {
            if op == Op::Create {
                let usable = desired.presence == Presence::Present;
                changes.push(change(aspect::ENABLED, vec![], vec![Value::Bool(usable)]));
            }
            if self.around.first_password {
                changes.push(change(aspect::PASSWORD, vec![], vec![Value::Generated { generated: true }]));
            }
        }
        let is_written = |attribute: &AttributeName| {
            self.around.bounds.get(&(desired.kind, attribute.clone())) != Some(&Bound::NotWritten)
        };
        changes.extend(initial(desired).into_iter().filter(|change| is_written(&change.attribute)));
        if op == Op::Restore {
            // what was deleted comes back with what it had, which is not known here
            let cleared = |wish: &Wish| wish.edit == Edit::Clear && wish.authority == Authority::Own;
            let cleared = desired.attributes.iter().filter(|(_, wish)| cleared(wish)).map(|(name, _)| name.clone());
            let manager = (desired.manager == Edit::Clear).then(|| AttributeName::from(aspect::MANAGER));
            let cleared = cleared.chain(manager).filter(&is_written);
            changes.extend(cleared.map(|name| change(name.as_str(), vec![], vec![])));
        }
        if let Edit::Set(manager) = &desired.manager
            && self.present.contains_key(manager)
            && is_written(&aspect::MANAGER.into())
        {
            changes.push(change(aspect::MANAGER, vec![], vec![Value::Reference(Referent::Key(manager.clone()))]));
        }
        let mut step = step(desired, op, object, reason, changes);
        step.needs = needs;
        step
    }
}

fn is_missing(kind: Kind) -> Clause {
    match kind {
        Kind::User => Clause::UserMissing,
        Kind::Unit => Clause::UnitMissing,
        Kind::Group => Clause::GroupMissing,
        Kind::Contact => Clause::ContactMissing,
    }
}

fn was_deleted(kind: Kind) -> Clause {
    match kind {
        Kind::User => Clause::UserDeleted,
        Kind::Unit => Clause::UnitDeleted,
        Kind::Group => Clause::GroupDeleted,
        Kind::Contact => Clause::ContactDeleted,
    }
}
