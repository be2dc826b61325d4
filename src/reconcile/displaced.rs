//! References that would be left behind: in a directory without referential integrity a manager or a member goes on
//! bearing the name that an object had before it, or a unit above it, was renamed or moved. Those of ours are written
//! anew after that.

use std::collections::{HashMap, HashSet};

use super::compare::{change, step};
use super::diff::{Diff, Present};
use super::finish::Created;
use crate::object::{Clause, Desired, Op, Referent, Step, StepId, Value, aspect};
use crate::org::Id;
use crate::org::sentence::Sentence;

/// The steps that give objects another name or place; none where references follow by themselves.
pub(super) struct Displaced(HashMap<Id, Vec<StepId>>);

impl Diff<'_> {
    /// What this plan displaces, when all renames and moves are known.
    pub(super) fn displaced(&self) -> Displaced {
        let mut displaced: HashMap<Id, Vec<StepId>> = HashMap::new();
        if self.around.tree && !self.around.references_follow {
            for step in self.steps.iter().filter(|step| matches!(step.op, Op::Rename | Op::Move)) {
                displaced.entry(step.key.clone()).or_default().push(step.id.clone());
            }
        }
        Displaced(displaced)
    }

    /// The steps after which an object has the name that it keeps; none when it has that already.
    pub(super) fn renaming(&self, key: &Id, displaced: &Displaced, created: &Created) -> Vec<StepId> {
        let mut needs = Vec::new();
        if displaced.0.is_empty() {
            return needs;
        }
        let (mut place, mut passed) = (Some(key.clone()), HashSet::new());
        while let Some(key) = place.take().filter(|key| passed.insert(key.clone())) {
            let own = displaced.0.get(&key).map_or(&[][..], Vec::as_slice);
            needs.extend_from_slice(own);
            place = match own.contains(&StepId::new(Op::Move, &key)) {
                true => self.wished_container(&key),
                false => self.container(&key, created),
            };
        }
        needs
    }

    /// The unit that an object is moved to.
    fn wished_container(&self, key: &Id) -> Option<Id> {
        match self.present.get(key)?.desired.as_ref()?.parent.as_ref()? {
            Referent::Key(unit) => Some(unit.clone()),
            _ => None,
        }
    }

    /// The step that writes the manager anew, where that is the right one and gets another name.
    pub(super) fn manager_follows(
        &self,
        (desired, present): (&Desired, &Present),
        manager: &Id,
        displaced: &Displaced,
        created: &Created,
    ) -> Option<Step> {
        let needs = self.renaming(manager, displaced, created);
        if needs.is_empty() {
            return None;
        }
        // by its name, since that is what the object goes on bearing
        let before = present.manager.clone().map(|handle| Value::Reference(Referent::Handle(handle)));
        let after = vec![Value::Reference(Referent::Key(manager.clone()))];
        let changes = vec![change(aspect::MANAGER, before.into_iter().collect(), after)];
        let reason = Clause::ManagerRenamed.said();
        let update = step(desired, Op::Update, Some(&present.object), reason, changes);
        Some(Step { id: StepId::following(&desired.key), needs, ..update })
    }

    /// The step that adds members anew that get another name.
    pub(super) fn members_follow(
        &self,
        (desired, present): (&Desired, &Present),
        members: &[&Id],
        displaced: &Displaced,
        created: &Created,
    ) -> Option<Step> {
        let (mut needs, mut after) = (Vec::new(), Vec::new());
        for member in members {
            let renaming = self.renaming(member, displaced, created);
            if !renaming.is_empty() {
                needs.extend(renaming);
                after.push(Value::Reference(Referent::Key((*member).clone())));
            }
        }
        let reason = match after.len() {
            0 => return None,
            1 => Clause::MemberRenamed.said(),
            n => Clause::MembersRenamed.with([&n]),
        };
        let changes = vec![change(aspect::MEMBERS, vec![], after)];
        let addition = step(desired, Op::AddMembers, Some(&present.object), reason, changes);
        Some(Step { id: StepId::following(&desired.key), needs, ..addition })
    }
}
