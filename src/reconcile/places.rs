//! Where objects lie: moves, and relative names that are wanted twice or still taken by somebody else.

use std::collections::{HashMap, HashSet};

use super::compare::{change, step};
use super::diff::{Diff, Place};
use super::finish::{Created, relative_name};
use crate::object::HoldCode;
use crate::object::{Desired, Handle, Kind, Op, Referent, StepId, Value, aspect};
use crate::org::Id;

/// A relative name in a place: the container (by its handle, or by the key of a unit that this plan creates), whether
/// it is a unit's name, the folded name.
type Claim = (Result<Handle, Option<Referent>>, bool, String);

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
        let placed: HashSet<Id> =
            self.steps.iter().filter(|step| places(step.op)).map(|step| step.key.clone()).collect();
        let mut claims: HashMap<Claim, Id> = HashMap::new();
        // those who stay where they are claim first, so that only a newcomer is ever held
        let (movers, settled): (Vec<&Desired>, Vec<&Desired>) =
            staying.iter().chain(created.values()).partition(|desired| placed.contains(&desired.key));
        for desired in settled {
            claims.insert(self.claim(desired), desired.key.clone());
        }
        for desired in movers {
            if let Some(other) = claims.get(&self.claim(desired)) {
                let reason = format!("{other} has, or is to have, the same name in the same place");
                self.withdraw(desired, reason);
            } else {
                self.await_occupant(desired);
                claims.insert(self.claim(desired), desired.key.clone());
            }
        }
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
                    let reason = "its organisational unit is not in the target, so it stays where it lies";
                    return self.hold(desired, HoldCode::Waits, reason.into());
                }
            },
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
        let mut moving = step(desired, Op::Move, Some(&object), "lies elsewhere in the target".into(), changes);
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
                    self.hold(desired, HoldCode::Waits, "the unit that it is to lie in lies in it".into());
                } else if moving.contains(&above) {
                    self.steps.iter_mut().filter(|step| step.id == own).for_each(|step| step.needs.push(above.clone()));
                } else {
                    place = self.container(&unit, created);
                }
            }
        }
    }

    /// The unit that a unit which does not move lies in, or is created in.
    fn container(&self, unit: &Id, created: &Created) -> Option<Id> {
        if let Some(Referent::Key(parent)) = created.get(unit).and_then(|unit| unit.parent.as_ref()) {
            return Some(parent.clone());
        }
        self.key_at(self.object_at(self.present.get(unit)?.parent.as_ref())?).cloned()
    }

    /// A name in a place that another object still has: wait for it to leave, or hold.
    fn await_occupant(&mut self, desired: &Desired) {
        let Some(parent) = self.final_parent(desired) else { return };
        let name = relative_name(desired);
        let Some(occupant) = self.occupied.get(&Place::new(&parent, desired.kind, name)).cloned() else { return };
        if self.present.get(&desired.key).is_some_and(|present| present.object == occupant) {
            return;
        }
        let leaving: Vec<StepId> = self
            .steps
            .iter()
            .filter(|step| matches!(step.op, Op::Rename | Op::Move) && step.object.as_ref() == Some(&occupant))
            .map(|step| step.id.clone())
            .collect();
        if leaving.is_empty() {
            return self.withdraw(desired, format!("{name:?} is taken there by the object {occupant}"));
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

    fn claim(&self, desired: &Desired) -> Claim {
        let place = self.final_parent(desired).ok_or_else(|| desired.parent.clone());
        (place, desired.kind == Kind::Unit, relative_name(desired).to_lowercase())
    }

    fn withdraw(&mut self, desired: &Desired, reason: String) {
        // what would have been forgotten for a new object stays linked
        let withdrawn = |op| places(op) || op == Op::Unlink;
        self.steps.retain(|step| !(step.key == desired.key && withdrawn(step.op)));
        self.hold(desired, HoldCode::NameTaken, reason);
    }
}

fn places(op: Op) -> bool {
    matches!(op, Op::Create | Op::Restore | Op::Rename | Op::Move)
}
