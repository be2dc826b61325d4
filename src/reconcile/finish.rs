//! The end of a comparison, when everything was seen: what bears our stamp is linked, and the plan is put together.

use std::collections::{BTreeMap, BTreeSet};

use super::compare::step;
use super::diff::Diff;
use super::order;
use super::plan::{Plan, Reach, basis};
use crate::object::{Clause, Coverage, Desired, Handle, Kind, ObjectId, Op, Referent, Step, Value};
use crate::object::{HoldCode, Reservation, Wanted};
use crate::org::sentence::{Sentence, also};
use crate::org::{Day, Id};

/// What the plan is for, beside the comparison itself.
#[derive(Debug)]
pub struct Occasion<'a> {
    pub as_of: Day,
    /// The accounts that have no account fact yet, with their logins.
    pub reservations: Vec<Reservation>,
    /// The hash of the configuration.
    pub generation: &'a str,
}

/// What this plan creates, without the attributes.
pub(super) type Created = BTreeMap<Id, Desired>;

impl Diff<'_> {
    /// Closes the comparison. `keys` are all keys that the roster wants in this target.
    pub fn finish(
        mut self,
        keys: &[Id],
        wanted: &(dyn Fn(&Id) -> Wanted + Sync),
        coverage: &Coverage,
        occasion: Occasion<'_>,
    ) -> Plan {
        self.settle_stamped(wanted, coverage);
        let missing = self.missing(keys, wanted, coverage);
        let hidden = self.hidden(wanted);
        let created = self.create(missing);
        self.settle_places(&created);
        let displaced = self.displaced();
        self.settle_managers(&created, &displaced);
        self.settle_members((&created, &displaced), coverage);
        self.let_go_first();
        let (steps, waiting) = order::arrange(std::mem::take(&mut self.steps), &std::mem::take(&mut self.waits));
        let labels = self.labels(&steps, &created);
        self.held.extend(waiting);
        self.held.sort();
        self.unmanaged.sort();
        self.protected.sort();
        self.protected.dedup();
        let planned: Vec<Id> = steps.iter().map(|step| step.key.clone()).collect::<BTreeSet<_>>().into_iter().collect();
        let reserved = |one: &Reservation| planned.binary_search(&one.account).is_ok();
        let root = self.around.roots.get(&Kind::User).filter(|_| self.around.tree);
        let place = |step: &Step| self.present.get(&step.key)?.parent.as_ref();
        let population = std::mem::take(&mut self.census).finish(&steps, root, place, &self.handles);
        Plan {
            target: self.around.target.to_owned(),
            as_of: occasion.as_of,
            coverage: Reach::from(coverage).and(hidden),
            reservations: occasion.reservations.into_iter().filter(reserved).collect(),
            basis: basis(occasion.generation, &planned, wanted),
            steps,
            held: self.held,
            population,
            protected: self.protected,
            outside: self.outside,
            unmanaged: self.unmanaged,
            reverts: None,
            drift: Vec::new(),
            labels,
        }
    }

    /// Objects that bear a stamp of ours without being linked: one of a kind is ours (a create whose outcome was
    /// lost), several are ambiguous, and one beside a linked object is a copy.
    fn settle_stamped(&mut self, wanted: &(dyn Fn(&Id) -> Wanted + Sync), coverage: &Coverage) {
        for (key, mut objects) in std::mem::take(&mut self.stamped) {
            let linked = self.around.links.object(&key).is_some();
            let desired = match wanted(&key) {
                Some(Ok(desired)) if !linked => desired,
                _ => {
                    objects.into_iter().for_each(|object| self.leave(object));
                    continue;
                }
            };
            objects.sort_by(|a, b| a.id.cmp(&b.id));
            let held = if objects.len() > 1 {
                let ids: Vec<&str> = objects.iter().map(|object| object.id.as_str()).collect();
                Some((HoldCode::Ambiguous, Clause::ManyBearStamp.with([&ids.len(), &ids.join(", ")])))
            } else if objects.iter().any(|object| object.kind != desired.kind) {
                Some((HoldCode::Ambiguous, Clause::OtherKindBearsStamp.said()))
            } else if let Some(why) = objects.first().and_then(|object| object.protected.as_ref()) {
                Some((HoldCode::Protected, Clause::StampNotOurs.with([why])))
            } else if coverage.complete().is_none() {
                Some((HoldCode::Unread, also(&Clause::BearsItsStamp.said(), &Clause::MayBeAnother.said())))
            } else {
                None
            };
            if let Some((code, reason)) = held {
                self.hold(&desired, code, reason);
                objects.into_iter().for_each(|object| self.leave(object));
                continue;
            }
            if let Some(object) = objects.pop() {
                let reason = Clause::BearsOurStamp.said();
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

    /// The names of what the steps refer to.
    fn labels(&self, steps: &[Step], created: &Created) -> BTreeMap<String, String> {
        let values =
            steps.iter().flat_map(|step| &step.changes).flat_map(|change| change.before.iter().chain(&change.after));
        let mut labels = BTreeMap::new();
        for value in values {
            let (text, key) = match value {
                Value::Reference(Referent::Key(key)) => (key.to_string(), Some(key)),
                Value::Reference(Referent::Object(object)) => (object.to_string(), self.key_at(object)),
                _ => continue,
            };
            let present = key.and_then(|key| self.present.get(key)).map(|present| present.label.as_str());
            let label = present.or_else(|| key.and_then(|key| created.get(key)).map(|desired| desired.label.as_str()));
            if let Some(label) = label {
                labels.insert(text, label.to_owned());
            }
        }
        labels
    }

    pub(super) fn object_at(&self, handle: Option<&Handle>) -> Option<&ObjectId> {
        self.handles.get(handle?)
    }

    /// A reference as it was read: by the id of the object, where that was seen.
    pub(super) fn reference(&self, handle: Option<&Handle>) -> Vec<Value> {
        let Some(handle) = handle else { return Vec::new() };
        let referent = match self.handles.get(handle) {
            Some(id) => Referent::Object(id.clone()),
            None => Referent::Handle(handle.clone()),
        };
        vec![Value::Reference(referent)]
    }
}

/// The RDN's value, where the target has a tree.
pub(super) fn relative_name(desired: &Desired) -> &str {
    desired.name.as_deref().unwrap_or(&desired.label)
}
