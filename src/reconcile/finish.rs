//! The end of a comparison, when everything was seen: who is missing, where things lie, who refers to whom.

use std::collections::{BTreeMap, HashMap, HashSet};

use super::compare::{change, differs, initial, step};
use super::diff::{Diff, Place, Present, Wanted, is_present};
use super::order;
use super::plan::{Hold, HoldCode, Plan, Reach, Reservation};
use crate::object::{
    Change, Coverage, Desired, Edit, Ground, Handle, Kind, ObjectId, Op, Presence, Referent, Step, StepId, Value, aspect,
};
use crate::org::{Day, Id};

/// What the plan is for, beside the comparison itself.
#[derive(Debug)]
pub struct Occasion {
    pub as_of: Day,
    pub reservations: Vec<Reservation>,
    pub basis: String,
}

type Wants<'w> = &'w (dyn Fn(&Id) -> Wanted + Sync);

impl Diff<'_> {
    /// Closes the comparison. `keys` are all keys that the roster wants in this target.
    pub fn finish(mut self, keys: &[Id], wanted: Wants<'_>, coverage: &Coverage, occasion: Occasion) -> Plan {
        self.settle_stamped(wanted);
        let missing: Vec<Desired> = self.missing(keys, wanted, coverage);
        let created: HashSet<Id> = self.create(missing);
        self.settle_places(keys, wanted, &created);
        self.settle_managers(keys, wanted, &created);
        self.settle_members(keys, wanted, &created, coverage);
        let (steps, waiting) = order::arrange(self.steps);
        self.held.extend(waiting);
        self.held.sort();
        self.unmanaged.sort();
        let planned: HashSet<Id> = steps.iter().map(|step| step.key.clone()).collect();
        Plan {
            target: self.around.target.to_owned(),
            as_of: occasion.as_of,
            coverage: Reach::from(coverage),
            reservations: occasion.reservations.into_iter().filter(|one| planned.contains(&one.account)).collect(),
            steps,
            held: self.held,
            population: self.population,
            unmanaged: self.unmanaged,
            basis: occasion.basis,
        }
    }

    /// Objects that bear a stamp of ours without being linked: one of a kind is ours (a create whose outcome was
    /// lost), several are ambiguous, and one beside a linked object is a copy.
    fn settle_stamped(&mut self, wanted: Wants<'_>) {
        for (key, mut objects) in std::mem::take(&mut self.stamped) {
            let linked = self.around.links.object(&key).is_some();
            let desired = match wanted(&key) {
                Some(Ok(desired)) if !linked => desired,
                _ => {
                    objects.into_iter().for_each(|object| self.leave(object));
                    continue;
                }
            };
            if objects.len() > 1 {
                let ids: Vec<&str> = objects.iter().map(|object| object.id.as_str()).collect();
                self.hold(&desired, HoldCode::Ambiguous, format!("{} objects bear its stamp: {}", ids.len(), ids.join(", ")));
                objects.into_iter().for_each(|object| self.leave(object));
                continue;
            }
            if let Some(object) = objects.pop() {
                let reason = "bears the stamp that rosterd wrote when it was created".to_owned();
                let link = step(&desired, Op::Link, Some(&object.id), reason, Vec::new());
                self.linking.insert(object.id.clone(), key.clone());
                let first = self.steps.len();
                self.compare(key, object, wanted);
                for later in self.steps.iter_mut().skip(first) {
                    later.needs.push(link.id.clone());
                }
                self.steps.push(link);
            }
        }
    }

    /// What is wanted and was not seen: to create, or held because nothing proves that it is not there.
    fn missing(&mut self, keys: &[Id], wanted: Wants<'_>, coverage: &Coverage) -> Vec<Desired> {
        let held: HashSet<Id> = self.held.iter().map(|hold| hold.key.clone()).collect();
        let mut missing = Vec::new();
        for key in keys {
            let desired = match wanted(key) {
                None => continue,
                Some(Err(hold)) => {
                    self.held.push(hold);
                    continue;
                }
                Some(Ok(desired)) => desired,
            };
            if let Presence::Held { reason } = &desired.presence {
                self.hold(&desired, HoldCode::Naming, reason.clone());
            } else if self.present.contains_key(key) || held.contains(key) {
                // seen, or held already
            } else if self.around.links.object(key).is_some() {
                let reason = "the linked object was not found; nothing proves that it was deleted".to_owned();
                self.hold(&desired, HoldCode::Missing, reason);
            } else if !is_present(&desired) {
                // a leaver who never had an object needs none
            } else if coverage.complete().is_none() {
                self.hold(&desired, HoldCode::Unread, "the target was read in part: it may exist already".into());
            } else {
                missing.push(desired);
            }
        }
        missing
    }

    /// Create steps, for all whose place will exist and whose relative name is free.
    fn create(&mut self, mut missing: Vec<Desired>) -> HashSet<Id> {
        missing.sort_by(|a, b| (a.kind, &a.key).cmp(&(b.kind, &b.key)));
        let mut created: HashSet<Id> = HashSet::new();
        loop {
            let before = missing.len();
            let (ready, waiting): (Vec<Desired>, Vec<Desired>) =
                missing.into_iter().partition(|desired| self.parent_will_be_there(desired, &created));
            for desired in ready {
                let step = self.create_step(&desired, &created);
                self.steps.push(step);
                created.insert(desired.key);
            }
            missing = waiting;
            if missing.len() == before || missing.is_empty() {
                break;
            }
        }
        for desired in &missing {
            self.hold(desired, HoldCode::Waits, "its organisational unit is not in the target".into());
        }
        created
    }

    fn parent_will_be_there(&self, desired: &Desired, created: &HashSet<Id>) -> bool {
        match desired.parent.as_ref().filter(|_| self.around.tree) {
            Some(Referent::Key(unit)) => self.present.contains_key(unit) || created.contains(unit),
            _ => true,
        }
    }

    fn create_step(&self, desired: &Desired, created: &HashSet<Id>) -> Step {
        let mut changes = Vec::new();
        let mut needs = Vec::new();
        if self.around.tree {
            let parent = desired.parent.clone().unwrap_or(Referent::Root);
            if let Referent::Key(unit) = &parent
                && created.contains(unit)
            {
                needs.push(StepId::new(Op::Create, unit));
            }
            changes.push(change(aspect::PARENT, vec![], vec![Value::Reference(parent)]));
            let name = desired.name.clone().unwrap_or_else(|| desired.label.clone());
            changes.push(change(aspect::NAME, vec![], vec![Value::Text(name)]));
        }
        if desired.kind == Kind::User {
            changes.push(change(aspect::ENABLED, vec![], vec![Value::Bool(true)]));
            if self.around.first_password {
                changes.push(change(aspect::PASSWORD, vec![], vec![Value::Generated { generated: true }]));
            }
        }
        changes.extend(initial(desired));
        if let Edit::Set(manager) = &desired.manager
            && self.present.contains_key(manager)
        {
            changes.push(change(aspect::MANAGER, vec![], vec![Value::Reference(Referent::Key(manager.clone()))]));
        }
        let mut step = step(desired, Op::Create, None, format!("the {} is not in the target", desired.kind), changes);
        step.needs = needs;
        step
    }

    /// Moves, and relative names that are wanted twice or taken by somebody else.
    fn settle_places(&mut self, keys: &[Id], wanted: Wants<'_>, created: &HashSet<Id>) {
        if !self.around.tree {
            return;
        }
        let mut claims: HashMap<(Option<Referent>, bool, String), Id> = HashMap::new();
        let mut placed: HashSet<Id> =
            self.steps.iter().filter(|step| places(step.op)).map(|step| step.key.clone()).collect();
        for key in keys {
            let Some(Ok(desired)) = wanted(key) else { continue };
            if !is_present(&desired) || !(self.present.contains_key(key) || created.contains(key)) {
                continue;
            }
            if self.settle_move(&desired, created) {
                placed.insert(key.clone());
            }
            let name = desired.name.clone().unwrap_or_else(|| desired.label.clone()).to_lowercase();
            let claim = (desired.parent.clone(), desired.kind == Kind::Unit, name);
            if let Some(other) = claims.get(&claim) {
                let reason = format!("{} is to have the same name in the same place", other);
                self.withdraw_placing(&desired, reason);
            } else {
                if placed.contains(key) {
                    self.await_occupant(&desired);
                }
                claims.insert(claim, key.clone());
            }
        }
    }

    /// Plans a move if the object lies elsewhere; true if it does.
    fn settle_move(&mut self, desired: &Desired, created: &HashSet<Id>) -> bool {
        let (Some(present), Some(parent)) = (self.present.get(&desired.key), &desired.parent) else { return false };
        let lies_right = match parent {
            Referent::Key(unit) => match self.present.get(unit) {
                Some(unit) => self.object_at(present.parent.as_ref()) == Some(&unit.object),
                None => false,
            },
            _ => self.around.roots.get(&desired.kind) == present.parent.as_ref(),
        };
        let mut needs = Vec::new();
        if let Referent::Key(unit) = parent {
            match (self.present.contains_key(unit), created.contains(unit)) {
                (_, true) => needs.push(StepId::new(Op::Create, unit)),
                (false, false) => {
                    self.hold(desired, HoldCode::Waits, "its organisational unit is not in the target".into());
                    return false;
                }
                (true, false) => {}
            }
        }
        if lies_right {
            return false;
        }
        let changes =
            vec![change(aspect::PARENT, self.reference(present.parent.as_ref()), vec![Value::Reference(parent.clone())])];
        let mut moving = step(desired, Op::Move, Some(&present.object), "lies elsewhere in the target".into(), changes);
        moving.needs = needs;
        let protected = present.protected;
        self.accept(desired, protected, vec![moving]);
        true
    }

    /// A name in a place that somebody else still has: wait for him to leave it, or hold.
    fn await_occupant(&mut self, desired: &Desired) {
        let own = self.present.get(&desired.key).map(|present| present.object.clone());
        let Some(parent) = self.final_parent(desired) else { return };
        let name = desired.name.clone().unwrap_or_else(|| desired.label.clone());
        let Some(occupant) = self.occupied.get(&Place::new(&parent, desired.kind, &name)).cloned() else { return };
        if own.as_ref() == Some(&occupant) {
            return;
        }
        let leaving: Vec<StepId> = self
            .steps
            .iter()
            .filter(|step| matches!(step.op, Op::Rename | Op::Move) && step.object.as_ref() == Some(&occupant))
            .map(|step| step.id.clone())
            .collect();
        if leaving.is_empty() {
            return self.withdraw_placing(desired, format!("{name:?} is taken there by the object {occupant}"));
        }
        for step in self.steps.iter_mut().filter(|step| step.key == desired.key && places(step.op)) {
            step.needs.extend(leaving.iter().cloned());
        }
    }

    fn final_parent(&self, desired: &Desired) -> Option<Handle> {
        match &desired.parent {
            Some(Referent::Key(unit)) => Some(self.present.get(unit)?.handle.clone()),
            _ => self.around.roots.get(&desired.kind).cloned(),
        }
    }

    fn withdraw_placing(&mut self, desired: &Desired, reason: String) {
        let before = self.steps.len();
        self.steps.retain(|step| !(step.key == desired.key && places(step.op)));
        if self.steps.len() < before {
            self.hold(desired, HoldCode::NameTaken, reason);
        }
    }

    fn settle_managers(&mut self, keys: &[Id], wanted: Wants<'_>, created: &HashSet<Id>) {
        let updates: HashMap<Id, usize> = (0..)
            .zip(&self.steps)
            .filter(|(_, step)| step.op == Op::Update)
            .map(|(at, step)| (step.key.clone(), at))
            .collect();
        for key in keys {
            let Some(Ok(desired)) = wanted(key) else { continue };
            if desired.kind != Kind::User || !is_present(&desired) {
                continue;
            }
            match self.present.get(key) {
                Some(present) => {
                    let (object, protected) = (present.object.clone(), present.protected);
                    if let Some((before, after, needs)) = self.manager_change(&desired, present, created) {
                        let change = change(aspect::MANAGER, before, after);
                        match updates.get(key).and_then(|at| self.steps.get_mut(*at)) {
                            Some(update) => also(update, change, needs),
                            None => self.refer(&desired, Some(&object), protected, change, needs),
                        }
                    }
                }
                None => {
                    if let Edit::Set(manager) = &desired.manager
                        && created.contains(key)
                        && created.contains(manager)
                    {
                        let needs = vec![StepId::new(Op::Create, key), StepId::new(Op::Create, manager)];
                        let after = vec![Value::Reference(Referent::Key(manager.clone()))];
                        self.refer(&desired, None, false, change(aspect::MANAGER, Vec::new(), after), needs);
                    }
                }
            }
        }
    }

    fn manager_change(
        &self,
        desired: &Desired,
        present: &Present,
        created: &HashSet<Id>,
    ) -> Option<(Vec<Value>, Vec<Value>, Vec<StepId>)> {
        let before = self.reference(present.manager.as_ref());
        match &desired.manager {
            Edit::Keep => None,
            Edit::Clear => (!before.is_empty()).then(|| (before, Vec::new(), Vec::new())),
            Edit::Set(manager) => {
                let after = vec![Value::Reference(Referent::Key(manager.clone()))];
                match self.present.get(manager) {
                    Some(there) if self.object_at(present.manager.as_ref()) == Some(&there.object) => None,
                    Some(_) => Some((before, after, Vec::new())),
                    None if created.contains(manager) => {
                        Some((before, after, vec![StepId::new(Op::Create, manager)]))
                    }
                    None => None, // the manager's own account is held: say nothing until it is there
                }
            }
        }
    }

    /// A change of the manager in a step of its own.
    fn refer(
        &mut self,
        desired: &Desired,
        object: Option<&ObjectId>,
        protected: bool,
        change: Change,
        needs: Vec<StepId>,
    ) {
        let changes = vec![change];
        let mut update = step(desired, Op::Update, object, differs(&changes), changes);
        update.needs = needs;
        self.accept(desired, protected, vec![update]);
    }

    fn settle_members(&mut self, keys: &[Id], wanted: Wants<'_>, created: &HashSet<Id>, coverage: &Coverage) {
        for key in keys {
            let Some(Ok(desired)) = wanted(key) else { continue };
            let Some(members) = desired.members.clone().filter(|_| is_present(&desired)) else { continue };
            let (object, protected, observed) = match self.present.get(key) {
                Some(present) => (Some(present.object.clone()), present.protected, present.members.clone()),
                None if created.contains(key) => (None, false, Some(Vec::new())),
                None => continue,
            };
            let Some(observed) = observed else {
                self.hold(&desired, HoldCode::Unread, "its members could not be read whole".into());
                continue;
            };
            let there: BTreeMap<ObjectId, Option<Id>> = observed
                .iter()
                .filter_map(|handle| self.handles.get(handle))
                .map(|id| (id.clone(), self.key_at(id)))
                .collect();
            self.population.members += there.values().flatten().count() as u64;
            let joining: Vec<&Id> = members
                .iter()
                .filter(|member| match self.present.get(*member) {
                    Some(present) => !there.contains_key(&present.object),
                    None => created.contains(*member),
                })
                .collect();
            let leaving: Vec<ObjectId> = there
                .iter()
                .filter(|(_, key)| key.as_ref().is_some_and(|key| !members.contains(key)))
                .map(|(id, _)| id.clone())
                .collect();
            let mut steps = Vec::new();
            if !joining.is_empty() {
                steps.push(joining_step(&desired, object.as_ref(), &joining, created));
            }
            if let (false, Some(complete)) = (leaving.is_empty(), coverage.complete()) {
                let before = leaving.into_iter().map(|id| Value::Reference(Referent::Object(id))).collect();
                let reason = "the roster has no such membership today".to_owned();
                let changes = vec![change(aspect::MEMBERS, before, vec![])];
                let mut removal = step(&desired, Op::RemoveMembers, object.as_ref(), reason, changes);
                removal.ground = Some(Ground::Absent(complete.absence()));
                steps.push(removal);
            } else if coverage.complete().is_none() && steps.is_empty() {
                // partial coverage: members who may have to leave stay until the next complete read
            }
            self.accept(&desired, protected, steps);
        }
    }

    fn object_at(&self, handle: Option<&Handle>) -> Option<&ObjectId> {
        self.handles.get(handle?)
    }

    /// The key of an object of ours: by its link, or by the stamp that is being linked.
    fn key_at(&self, object: &ObjectId) -> Option<Id> {
        self.around.links.key(object).or_else(|| self.linking.get(object)).cloned()
    }

    /// A reference as it was read: by the id of the object, where that was seen.
    fn reference(&self, handle: Option<&Handle>) -> Vec<Value> {
        let Some(handle) = handle else { return Vec::new() };
        let referent = match self.handles.get(handle) {
            Some(id) => Referent::Object(id.clone()),
            None => Referent::Handle(handle.clone()),
        };
        vec![Value::Reference(referent)]
    }
}

fn also(update: &mut Step, change: Change, needs: Vec<StepId>) {
    update.changes.push(change);
    update.reason = differs(&update.changes);
    update.needs.extend(needs);
}

fn joining_step(desired: &Desired, object: Option<&ObjectId>, joining: &[&Id], created: &HashSet<Id>) -> Step {
    let after = joining.iter().map(|key| Value::Reference(Referent::Key((*key).clone()))).collect();
    let reason = match joining.len() {
        1 => "a member is not in the target's group".to_owned(),
        n => format!("{n} members are not in the target's group"),
    };
    let mut addition = step(desired, Op::AddMembers, object, reason, vec![change(aspect::MEMBERS, vec![], after)]);
    if object.is_none() {
        addition.needs.push(StepId::new(Op::Create, &desired.key));
    }
    addition.needs.extend(joining.iter().filter(|key| created.contains(**key)).map(|key| StepId::new(Op::Create, key)));
    addition
}

fn places(op: Op) -> bool {
    matches!(op, Op::Create | Op::Rename | Op::Move)
}

/// A hold for a step that waits for another one that is not in the plan.
pub(super) fn waits(step: &Step, missing: &StepId) -> Hold {
    Hold {
        key: step.key.clone(),
        kind: step.kind,
        name: step.name.clone(),
        code: HoldCode::Waits,
        reason: format!("{} waits for {}, which is held", step.op, missing.as_str()),
    }
}
