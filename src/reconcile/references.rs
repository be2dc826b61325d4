//! Who refers to whom: managers and members, compared when every object was seen and every create is known.

use std::collections::{BTreeMap, HashMap, HashSet};

use super::compare::{change, differs, step};
use super::diff::{Diff, Present};
use super::displaced::Displaced;
use super::finish::Created;
use crate::object::{
    Change, Clause, Coverage, Desired, Edit, Ground, Handle, Membership, ObjectId, Op, Protection, Referent, Rung,
    Step, StepId, Value, aspect,
};
use crate::object::{Hold, HoldCode};
use crate::org::Id;
use crate::org::sentence::{Sentence, also};

impl Diff<'_> {
    pub(super) fn settle_managers(&mut self, created: &Created, displaced: &Displaced) {
        let mut updates: HashMap<Id, usize> = (0..)
            .zip(&self.steps)
            .filter(|(_, step)| step.op == Op::Update)
            .map(|(at, step)| (step.key.clone(), at))
            .collect();
        let (mut additions, mut following, mut refused) = (Vec::new(), Vec::new(), Vec::new());
        for (key, present) in &self.present {
            let Some(desired) = present.desired.as_ref().filter(|desired| desired.kind.is_person()) else { continue };
            let Some((change, needs)) = self.manager_change(desired, present, created) else {
                if let Edit::Set(manager) = &desired.manager
                    && present.manager.is_some()
                    && let Some(step) = self.manager_follows((desired, present), manager, displaced, created)
                {
                    following.push((desired.clone(), present.protected.clone(), step));
                }
                continue;
            };
            if let Some(why) = self.around.ways().refuse(desired.kind, &present.object, &change) {
                refused.push((desired.clone(), why));
                continue;
            }
            match updates.remove(key).and_then(|at| self.steps.get_mut(at)) {
                Some(update) => {
                    update.changes.push(change);
                    update.reason = differs(&update.changes);
                    update.needs.extend(needs);
                }
                None => {
                    let object = Some(present.object.clone());
                    additions.push((desired.clone(), object, present.protected.clone(), change, needs));
                }
            }
        }
        for (key, desired) in created {
            // a manager who has an object already stands in the create itself
            if let Edit::Set(manager) = &desired.manager
                && created.contains_key(manager)
                && !self.around.bounds.contains_key(&(desired.kind, aspect::MANAGER.into()))
            {
                let needs = vec![self.making(key), self.making(manager)];
                let change = change(aspect::MANAGER, vec![], vec![to(manager)]);
                additions.push((desired.clone(), None, None, change, needs));
            }
        }
        for (desired, why) in refused {
            self.cannot_be(&desired, &[why]);
        }
        for (desired, object, protected, change, needs) in additions {
            let changes = vec![change];
            let mut update = step(&desired, Op::Update, object.as_ref(), differs(&changes), changes);
            update.needs = needs;
            self.accept(&desired, protected.as_ref(), vec![update]);
        }
        for (desired, protected, step) in following {
            self.accept(&desired, protected.as_ref(), vec![step]);
        }
    }

    fn manager_change(&self, desired: &Desired, present: &Present, created: &Created) -> Option<(Change, Vec<StepId>)> {
        let before = self.reference(present.manager.as_ref());
        let (after, needs) = match &desired.manager {
            Edit::Keep => return None,
            Edit::Clear if before.is_empty() => return None,
            Edit::Clear => (Vec::new(), Vec::new()),
            Edit::Set(manager) => match self.present.get(manager) {
                Some(there) if self.object_at(present.manager.as_ref()) == Some(&there.object) => return None,
                Some(_) => (vec![to(manager)], Vec::new()),
                None if created.contains_key(manager) => (vec![to(manager)], vec![self.making(manager)]),
                None => return None, // the manager's own account is held: say nothing until it is there
            },
        };
        Some((change(aspect::MANAGER, before, after), needs))
    }

    pub(super) fn settle_members(&mut self, (created, displaced): (&Created, &Displaced), coverage: &Coverage) {
        let staying: Vec<Id> = self
            .present
            .iter()
            .filter(|(_, present)| present.desired.as_ref().is_some_and(|desired| desired.members.is_some()))
            .map(|(key, _)| key.clone())
            .collect();
        // who is held for the quality of the record, or kept as he is, stays in the groups that he is in, and comes into no other
        let is_blocked = |hold: &&Hold| hold.code == HoldCode::Quality;
        let blocked: HashSet<Id> =
            self.held.iter().filter(is_blocked).map(|hold| &hold.key).chain(&self.kept).cloned().collect();
        for key in staying {
            self.settle_members_of(&key, (created, displaced), coverage, &blocked);
        }
        for desired in created.values() {
            let joining: Vec<&Id> = desired
                .members
                .iter()
                .flatten()
                .filter(|member| self.will_be_there(member, created))
                .filter(|member| !blocked.contains(*member) && !self.away.contains(*member))
                .collect();
            if !joining.is_empty() {
                let addition = self.joining_step(desired, None, &joining, created);
                self.accept(desired, None, vec![addition]);
            }
        }
    }

    fn settle_members_of(
        &mut self,
        key: &Id,
        (created, displaced): (&Created, &Displaced),
        coverage: &Coverage,
        blocked: &HashSet<Id>,
    ) {
        let Some(present) = self.present.get(key) else { return };
        let Some(desired) = present.desired.clone() else { return };
        let Some(members) = &desired.members else { return };
        let (object, protected) = (present.object.clone(), present.protected.clone());
        let Some(observed) = &present.members else {
            return self.hold(&desired, HoldCode::Unread, Clause::MembersNotWhole.said());
        };
        let there: BTreeMap<&ObjectId, Option<&Id>> =
            observed.iter().filter_map(|handle| self.handles.get(handle)).map(|id| (id, self.key_at(id))).collect();
        let joining: Vec<&Id> = members
            .iter()
            .filter(|member| !blocked.contains(*member) && !self.away.contains(*member))
            .filter(|member| match self.present.get(*member) {
                Some(present) => !there.contains_key(&present.object),
                None => created.contains_key(*member),
            })
            .collect();
        let (foreign, unknown) = self.foreign_members(present, &there);
        let is_ours = |id: &ObjectId| match self.around.membership {
            Membership::Whole | Membership::Ours => true,
            Membership::Added => self.around.added.contains(&(object.clone(), id.clone())),
        };
        let (mut leaving, mut stripped, mut kept, mut staying) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
        for (id, key) in there.iter().filter_map(|(id, key)| Some((*id, (*key)?))) {
            if members.contains(key) || blocked.contains(key) {
                staying.push(key);
                continue;
            }
            let keeps = |member: &&Present| member.protected.as_ref().is_some_and(Protection::keeps_memberships);
            let is_fixed = |member: &&Present| present.fixed_members.contains(&member.handle);
            match (self.present.get(key).filter(keeps), self.present.get(key).filter(is_fixed)) {
                (Some(member), _) => {
                    staying.push(key);
                    kept.push(stays(key, member, &desired));
                }
                (None, Some(member)) => {
                    staying.push(key);
                    kept.push(is_fixed_in(key, member, &desired));
                }
                (None, None) if self.stripped.contains(key) => {
                    stripped.push(Value::Reference(Referent::Object(id.clone())));
                }
                (None, None) if is_ours(id) => leaving.push(Value::Reference(Referent::Object(id.clone()))),
                (None, None) => staying.push(key),
            }
        }
        let ours = (there.values().flatten().count() + foreign.len()) as u64;
        let all = observed.len();
        leaving.extend(foreign);
        let mut steps = Vec::new();
        if !joining.is_empty() {
            steps.push(self.joining_step(&desired, Some(&object), &joining, created));
        }
        // with partial coverage those who may have to leave stay until the next complete read
        if let (false, Some(complete)) = (leaving.is_empty(), coverage.complete()) {
            let reason = Clause::NoSuchMembership.said();
            let changes = vec![change(aspect::MEMBERS, leaving, vec![])];
            let mut removal = step(&desired, Op::RemoveMembers, Some(&object), reason, changes);
            removal.ground = Some(Ground::Absent(complete.absence()));
            steps.push(removal);
        }
        if !stripped.is_empty() && coverage.complete().is_some() {
            steps.push(strip(&desired, &object, stripped));
        }
        steps.extend(self.members_follow((&desired, present), &staying, displaced, created));
        self.census.members(&object, ours, all);
        if coverage.complete().is_some() {
            self.held.extend(kept);
        }
        if !unknown.is_empty() {
            let names = unknown.iter().map(ToString::to_string).collect::<Vec<_>>().join(" and ");
            let why = Clause::MemberOutside.with([&names]);
            self.hold(&desired, HoldCode::Unread, why);
        }
        self.accept(&desired, protected.as_ref(), steps);
    }

    /// The members that are none of ours, where the whole membership is; and those that lie outside of what is read, of
    /// which nothing is known.
    fn foreign_members(
        &self,
        present: &Present,
        there: &BTreeMap<&ObjectId, Option<&Id>>,
    ) -> (Vec<Value>, Vec<Handle>) {
        let (mut foreign, mut unknown) = (Vec::new(), Vec::new());
        if self.around.membership != Membership::Whole {
            return (foreign, unknown);
        }
        let is_kept = |id: &ObjectId| {
            let known = self.protected.iter().find(|one| one.object == *id);
            known.is_some_and(|one| one.why.keeps_memberships())
        };
        for handle in present.members.iter().flatten().filter(|handle| !present.fixed_members.contains(handle)) {
            match self.handles.get(handle) {
                None => unknown.push(handle.clone()),
                Some(id) if there.get(id).is_some_and(Option::is_some) || is_kept(id) => {}
                Some(id) => foreign.push(Value::Reference(Referent::Object(id.clone()))),
            }
        }
        (foreign, unknown)
    }

    fn will_be_there(&self, key: &Id, created: &Created) -> bool {
        self.present.contains_key(key) || created.contains_key(key)
    }

    fn joining_step(&self, desired: &Desired, object: Option<&ObjectId>, joining: &[&Id], created: &Created) -> Step {
        let reason = match joining.len() {
            1 => Clause::OneJoins.said(),
            n => Clause::ManyJoin.with([&n]),
        };
        let after = joining.iter().map(|key| to(key)).collect();
        let mut addition = step(desired, Op::AddMembers, object, reason, vec![change(aspect::MEMBERS, vec![], after)]);
        if object.is_none() {
            addition.needs.push(self.making(&desired.key));
        }
        addition.needs.extend(joining.iter().filter(|key| created.contains_key(**key)).map(|key| self.making(key)));
        addition
    }

    /// The key of an object of ours: by its link, or by the stamp that is being linked.
    pub(super) fn key_at(&self, object: &ObjectId) -> Option<&Id> {
        self.around.links.key(object).or_else(|| self.linking.get(object))
    }
}

/// The step that takes those who left out of a group.
fn strip(group: &Desired, object: &ObjectId, leavers: Vec<Value>) -> Step {
    let reason = match leavers.len() {
        1 => Clause::OneLeft.said(),
        n => Clause::ManyLeft.with([&n]),
    };
    let changes = vec![change(aspect::MEMBERS, leavers, vec![])];
    let removal = step(group, Op::RemoveMembers, Some(object), reason, changes);
    Step { id: StepId::stripping(&group.key), ground: Some(Ground::Ended), rung: Some(Rung::Stripped), ..removal }
}

/// A protected member that the roster no longer wants in the group.
fn stays(key: &Id, member: &Present, group: &Desired) -> Hold {
    let why = member.protected.as_ref().map(ToString::to_string).unwrap_or_default();
    Hold {
        key: key.clone(),
        kind: member.kind,
        name: member.label.clone(),
        code: HoldCode::Protected,
        reason: also(&why, &not_taken_out(group)),
    }
}

/// A member that the roster no longer wants in the group, and whom no change of the group can take out.
fn is_fixed_in(key: &Id, member: &Present, group: &Desired) -> Hold {
    let why = also(&Clause::IsPrimaryGroup.with([&group.label]), &not_taken_out(group));
    let reason = also(&why, &Clause::GiveAnotherPrimary.said());
    Hold { key: key.clone(), kind: member.kind, name: member.label.clone(), code: HoldCode::FixedMember, reason }
}

fn not_taken_out(group: &Desired) -> String {
    Clause::LeftUndone.with([&format_args!("{} of {}", Op::RemoveMembers, group.label)])
}

fn to(key: &Id) -> Value {
    Value::Reference(Referent::Key(key.clone()))
}
