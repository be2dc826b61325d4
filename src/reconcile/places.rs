//! Where objects lie: moves, and relative names that are wanted twice or still taken by somebody else.

use std::collections::{HashMap, HashSet};

use super::aside::{Wait, lent};
use super::compare::{change, step};
use super::diff::{Diff, Name, Place};
use super::finish::{Created, relative_name};
use crate::object::{
    Clause, Desired, Handle, HoldCode, Kind, Op, Presence, Referent, Rung, Step, StepId, Value, aspect,
};
use crate::org::Id;
use crate::org::sentence::{Sentence, also};

/// A relative name in a place: the container (by its handle, or by the key of a unit that this plan creates), and the
/// name.
type Claim = (Result<Handle, Option<Referent>>, Name);

impl Diff<'_> {
    /// Plans the moves, and holds every step that would put an object where its name is taken.
    pub(super) fn settle_places(&mut self, created: &Created) {
        if !self.around.tree {
            return;
        }
        let staying: Vec<Desired> = self.present.values().filter_map(|present| present.desired.clone()).collect();
        for desired in &staying {
            self.settle_move(desired, created);
        }
        self.order_unit_moves(&staying, created);
        self.empty_what_goes();
        let placed: HashSet<Id> =
            self.steps.iter().filter(|step| places(step.op)).map(|step| step.key.clone()).collect();
        let mut claims: HashMap<Claim, &Desired> = HashMap::new();
        // those who stay where they are claim first, so that only a newcomer is ever held; so does who only spells the
        // name otherwise
        let (mut movers, settled): (Vec<&Desired>, Vec<&Desired>) = staying
            .iter()
            .chain(created.values())
            .partition(|desired| placed.contains(&desired.key) && !self.is_there(desired));
        // a unit that is held holds what is to lie in it
        movers.sort_by_key(|desired| (desired.kind, &desired.key));
        for desired in settled {
            claims.insert(self.claim(desired), desired);
        }
        for desired in movers {
            let claim = self.claim(desired);
            if let Some(other) = claims.get(&claim) {
                self.withdraw(desired, wanted_twice(desired, other));
            } else {
                self.await_occupants(desired);
                claims.insert(claim, desired);
            }
        }
    }

    /// Whether an object has its name already, as far as the target tells names apart.
    fn is_there(&self, desired: &Desired) -> bool {
        let Some(present) = self.present.get(&desired.key) else { return false };
        self.place_of(desired).is_some_and(|place| self.occupants(&place).contains(&present.object))
    }

    fn settle_move(&mut self, desired: &Desired, created: &Created) {
        let (Some(present), Some(parent)) = (self.present.get(&desired.key), &desired.parent) else { return };
        let mut needs = Vec::new();
        let lies_right = match parent {
            Referent::Key(unit) => match (self.present.get(unit), created.contains_key(unit)) {
                (Some(unit), _) => self.object_at(present.parent.as_ref()) == Some(&unit.object),
                (None, true) => {
                    needs.push(self.making(unit));
                    false
                }
                (None, false) => {
                    return self.hold(desired, HoldCode::Waits, Clause::StaysUntilUnit.said());
                }
            },
            Referent::Handle(place) => present.parent.as_ref() == Some(place),
            _ => self.around.roots.get(&desired.kind) == present.parent.as_ref(),
        };
        if lies_right {
            return;
        }
        let (before, after) = (self.reference(present.parent.as_ref()), vec![Value::Reference(parent.clone())]);
        let mut changes = vec![change(aspect::PARENT, before, after)];
        let (object, protected) = (present.object.clone(), present.protected.clone());
        // a new place and a new name are one step: between two, the name could be taken by a third
        let renaming = self.steps.iter().position(|step| step.op == Op::Rename && step.key == desired.key);
        if let Some(renaming) = renaming.map(|at| self.steps.remove(at)) {
            changes.extend(renaming.changes);
            needs.extend(renaming.needs);
        }
        let mut moving = step(desired, Op::Move, Some(&object), Clause::LiesElsewhere.said(), changes);
        if let Presence::Disabled { reason, .. } = &desired.presence {
            moving.reason.clone_from(reason);
            moving.rung = Some(Rung::Moved);
        }
        moving.needs = needs;
        self.accept(desired, protected.as_ref(), vec![moving]);
    }

    /// Moves a unit only after the next unit above its new place that moves too: one may lie in the other until then.
    fn order_unit_moves(&mut self, staying: &[Desired], created: &Created) {
        let moving: HashSet<StepId> =
            self.steps.iter().filter(|step| step.op == Op::Move).map(|step| step.id.clone()).collect();
        for desired in staying.iter().filter(|desired| desired.kind == Kind::Unit) {
            let own = StepId::new(Op::Move, &desired.key);
            let Some(Referent::Key(parent)) = desired.parent.as_ref().filter(|_| moving.contains(&own)) else {
                continue;
            };
            let mut place = Some(parent.clone());
            let mut passed = HashSet::new();
            while let Some(unit) = place.take().filter(|unit| passed.insert(unit.clone())) {
                let above = StepId::new(Op::Move, &unit);
                if unit == desired.key {
                    self.steps.retain(|step| step.id != own);
                    self.hold(desired, HoldCode::Waits, Clause::LiesInItself.said());
                } else if moving.contains(&above) {
                    self.steps.iter_mut().filter(|step| step.id == own).for_each(|step| step.needs.push(above.clone()));
                } else {
                    place = self.container(&unit, created);
                }
            }
        }
    }

    /// A unit goes only after what lies in it.
    fn empty_what_goes(&mut self) {
        let goes = |step: &&Step| step.op == Op::Delete && step.kind == Kind::Unit;
        let units = self.steps.iter().filter(goes).filter_map(|step| self.present.get(&step.key));
        let units: HashSet<&Handle> = units.map(|unit| &unit.handle).collect();
        if units.is_empty() {
            return;
        }
        let mut inside: HashMap<Handle, HashSet<Id>> = HashMap::new();
        for (key, present) in &self.present {
            if let Some(unit) = present.parent.as_ref().filter(|parent| units.contains(parent)) {
                inside.entry(unit.clone()).or_default().insert(key.clone());
            }
        }
        let leaving = self.steps.iter().filter(|step| matches!(step.op, Op::Move | Op::Delete));
        let leaving: Vec<(Id, StepId)> = leaving.map(|step| (step.key.clone(), step.id.clone())).collect();
        for step in self.steps.iter_mut().filter(|step| step.op == Op::Delete && step.kind == Kind::Unit) {
            let Some(inside) = self.present.get(&step.key).and_then(|unit| inside.get(&unit.handle)) else { continue };
            step.needs.extend(leaving.iter().filter(|(key, _)| inside.contains(key)).map(|(_, id)| id.clone()));
        }
    }

    /// The unit that an object which does not move lies in, or is created in.
    pub(super) fn container(&self, unit: &Id, created: &Created) -> Option<Id> {
        if let Some(Referent::Key(parent)) = created.get(unit).and_then(|unit| unit.parent.as_ref()) {
            return Some(parent.clone());
        }
        self.key_at(self.object_at(self.present.get(unit)?.parent.as_ref())?).cloned()
    }

    /// A name in a place that other objects still have: wait for them to leave, or hold.
    fn await_occupants(&mut self, desired: &Desired) {
        let Some(place) = self.place_of(desired) else { return };
        for occupant in self.occupants(&place) {
            if self.revived.get(&desired.key) == Some(&occupant) {
                continue; // it is there already, and is brought back no further than it is
            }
            let key = self.key_at(&occupant).cloned();
            let leaving = self.steps.iter().find(|step| {
                let leaves = matches!(step.op, Op::Rename | Op::Move | Op::Delete);
                leaves && step.object.as_ref() == Some(&occupant)
            });
            let (Some(leaving), Some(key)) = (leaving, key) else {
                let whose = self.key_at(&occupant).and_then(|key| self.present.get(key));
                let whose = whose.map_or_else(String::new, |present| format!(", {}", present.label));
                let (name, whose) = (format!("{:?}", relative_name(desired)), format!("{occupant}{whose}"));
                let reason = Clause::TakenThere.with([&name, &whose]);
                return self.withdraw(desired, reason);
            };
            let before = leaving.change(aspect::NAME).and_then(|change| change.before.first());
            let there = self.present.get(&key);
            let theirs = there.and_then(|present| present.desired.as_ref()).map(relative_name);
            let goes = there.and_then(|present| present.leaves.as_deref());
            let has = before.and_then(Value::as_text).or(goes).or(theirs).unwrap_or_default();
            let (leaving, kind, has) = (leaving.id.clone(), leaving.kind, has.to_owned());
            let lent = lent(&has, &key);
            let name = Name::new(self.around.siblings, kind, &lent);
            let free = self.occupants(&Place { parent: place.parent.clone(), name }).is_empty();
            for step in self.steps.iter_mut().filter(|step| step.key == desired.key && places(step.op)) {
                step.needs.push(leaving.clone());
                let lent = free.then(|| lent.clone());
                self.waits.push(Wait { waiter: step.id.clone(), leaving: leaving.clone(), has: has.clone(), lent });
            }
        }
    }

    fn place_of(&self, desired: &Desired) -> Option<Place> {
        let name = Name::new(self.around.siblings, desired.kind, relative_name(desired));
        Some(Place { parent: self.final_parent(desired)?, name })
    }

    fn final_parent(&self, desired: &Desired) -> Option<Handle> {
        match &desired.parent {
            Some(Referent::Key(unit)) => Some(self.present.get(unit)?.handle.clone()),
            Some(Referent::Handle(place)) => Some(place.clone()),
            _ => self.around.roots.get(&desired.kind).cloned(),
        }
    }

    fn claim(&self, desired: &Desired) -> Claim {
        let container = self.final_parent(desired).ok_or_else(|| desired.parent.clone());
        (container, Name::new(self.around.siblings, desired.kind, relative_name(desired)))
    }

    fn withdraw(&mut self, desired: &Desired, reason: String) {
        // what would have been forgotten for a new object stays linked
        let withdrawn = |op| places(op) || op == Op::Unlink;
        self.steps.retain(|step| !(step.key == desired.key && withdrawn(step.op)));
        self.hold(desired, HoldCode::NameTaken, reason);
    }
}

/// Why of two only the other gets the name.
fn wanted_twice(desired: &Desired, other: &Desired) -> String {
    let (own, its) = (relative_name(desired), relative_name(other));
    let Desired { kind, label, key, .. } = other;
    let (name, whose) = (format!("{own:?}"), format!("{label} ({key})"));
    let taken = Clause::TakenThereBy.with([&name, kind, &whose, &format_args!("{its:?}")]);
    if own == its { taken } else { also(&taken, &Clause::TakesTwoForOne.said()) }
}

fn places(op: Op) -> bool {
    matches!(op, Op::Create | Op::Restore | Op::Rename | Op::Move)
}
