//! What of a plan is there because somebody else changed the target, and what becomes of it. Pure.
//!
//! A change is drift when the last observation showed what the roster wants: then the target has moved since, and not the
//! roster. One that was drift before and was left as it is stays drift for as long as both sides stay as they are. What
//! rosterd itself wrote after the last observation counts as if that had shown it: a revert and an order are no drift.

use std::collections::{BTreeMap, HashMap};

use super::order;
use super::plan::Plan;
use crate::object::{
    AttributeName, Change, Clause, Drift, DriftPolicy, Handle, Hold, HoldCode, Kind, Links, ObjectId, Observed, Op,
    Referent, Schema, Step, Value, aspect, shown,
};
use crate::org::sentence::{Sentence, also};

/// The policies of one target.
pub type Policies = BTreeMap<(Kind, AttributeName), DriftPolicy>;

/// What rosterd itself wrote to an object after the last observation.
#[derive(Debug, Clone, Copy)]
pub struct Wrote<'a> {
    pub object: &'a ObjectId,
    pub changes: &'a [Change],
    /// The run that wrote it has ended: what is read now was not asked for by that run itself.
    pub ended: bool,
}

/// What is known from before.
#[derive(Debug)]
pub struct Known<'a> {
    /// How objects looked in the last observation: those of the plan, and those that it refers to.
    pub was: &'a HashMap<ObjectId, Observed>,
    /// What rosterd wrote since, in that order.
    pub wrote: &'a [Wrote<'a>],
    /// Drift that was found before and is not resolved.
    pub open: &'a [Drift],
    pub policies: &'a Policies,
    pub schemas: &'a BTreeMap<Kind, &'a Schema>,
    /// The containers that stand for the top.
    pub roots: &'a BTreeMap<Kind, Handle>,
    pub links: &'a Links,
}

/// The objects of which the last observation has to be known.
pub fn objects(plan: &Plan, links: &Links) -> Vec<ObjectId> {
    let values = |step: &Step| {
        let both = |change: &Change| change.before.iter().chain(&change.after).cloned().collect::<Vec<_>>();
        step.changes.iter().flat_map(both).collect::<Vec<Value>>()
    };
    let referred = |value: Value| match value {
        Value::Reference(Referent::Key(key)) => links.object(&key).cloned(),
        Value::Reference(Referent::Object(id)) => Some(id),
        _ => None,
    };
    let of = |step: &Step| step.object.iter().cloned().chain(values(step).into_iter().filter_map(referred)).collect();
    let mut all: Vec<ObjectId> =
        plan.steps.iter().filter(|step| concerns(step)).flat_map(|step| -> Vec<_> { of(step) }).collect();
    all.sort();
    all.dedup();
    all
}

/// Whether a step could be there because of somebody else.
fn concerns(step: &Step) -> bool {
    step.object.is_some()
        && step.rung.is_none()
        && !step.is_aside()
        && !step.is_following()
        && matches!(
            step.op,
            Op::Update | Op::Rename | Op::Move | Op::Enable | Op::Disable | Op::AddMembers | Op::RemoveMembers
        )
}

/// The plan without what is left as it is, and all drift that it shows.
pub fn settle(mut plan: Plan, known: &Known<'_>) -> Plan {
    let mut found = Vec::new();
    let mut holds = Vec::new();
    for step in &mut plan.steps {
        if !concerns(step) {
            continue;
        }
        let drifts = known.drifts(step);
        for drift in drifts {
            if drift.policy != DriftPolicy::Revert {
                leave(step, &drift);
                holds.push(hold(&drift));
            }
            found.push(drift);
        }
    }
    if !holds.is_empty() {
        plan.steps.retain(|step| !(step.changes.is_empty() && concerns(step)));
        let (steps, waiting) = order::arrange(plan.steps, &[]);
        plan.steps = steps;
        plan.held.extend(holds.into_iter().chain(waiting));
        plan.held.sort();
    }
    plan.drift = found;
    plan
}

impl Known<'_> {
    /// What of a step is drift.
    fn drifts(&self, step: &Step) -> Vec<Drift> {
        let Some(object) = &step.object else { return Vec::new() };
        let mut found = Vec::new();
        for change in &step.changes {
            let attribute = &change.attribute;
            let pairs: Vec<(Vec<Value>, Vec<Value>)> = if attribute.is(aspect::MEMBERS) {
                let came = change.after.iter().map(|value| (vec![value.clone()], Vec::new()));
                let left = change.before.iter().map(|value| (Vec::new(), vec![value.clone()]));
                came.chain(left).collect()
            } else {
                vec![(change.after.clone(), change.before.clone())]
            };
            for (wanted, shown) in pairs {
                let same = |one: &&Drift| {
                    one.object == *object && one.attribute == *attribute && one.wanted == wanted && one.shown == shown
                };
                let before = self.open.iter().find(same);
                if before.is_none() && !self.was_right(object, attribute, &wanted, &shown) {
                    continue;
                }
                found.push(Drift {
                    key: step.key.clone(),
                    kind: step.kind,
                    name: step.name.clone(),
                    object: object.clone(),
                    attribute: attribute.clone(),
                    wanted,
                    shown,
                    policy: self.policy(step, attribute),
                    since: before.and_then(|before| before.since),
                });
            }
        }
        found
    }

    /// A leaver is disabled whatever is left to others.
    fn policy(&self, step: &Step, attribute: &AttributeName) -> DriftPolicy {
        let policy = self.policies.get(&(step.kind, attribute.clone())).copied().unwrap_or_default();
        if step.op == Op::Disable { DriftPolicy::Revert } else { policy }
    }

    /// Whether the target showed what is wanted now: in the last observation, or after what was written since.
    fn was_right(&self, object: &ObjectId, attribute: &AttributeName, wanted: &[Value], shown: &[Value]) -> bool {
        let Some(was) = self.was.get(object) else { return false };
        match self.wrote_it(was.kind, (object, attribute), wanted, shown) {
            Some(false) => return false,
            Some(true) if self.let_in_again(object, attribute, wanted) => return true,
            _ => {}
        }
        if attribute.is(aspect::MEMBERS) {
            let Some(members) = &was.members else { return false };
            let there = |value: &Value| self.handle(value).map(|handle| members.contains(handle));
            return wanted.iter().all(|value| there(value) == Some(true))
                && shown.iter().all(|value| there(value) == Some(false));
        }
        let Some(schema) = self.schemas.get(&was.kind) else { return false };
        let top = || self.roots.get(&was.kind);
        was.shows(attribute, wanted, schema, |value| match value {
            Value::Reference(Referent::Root) => top(),
            other => self.handle(other),
        })
    }

    /// Whether the last that rosterd wrote after the last observation is what is wanted now; nothing where it wrote nothing.
    fn wrote_it(
        &self,
        kind: Kind,
        (object, attribute): (&ObjectId, &AttributeName),
        wanted: &[Value],
        shown: &[Value],
    ) -> Option<bool> {
        let changes = self.wrote.iter().filter(|wrote| wrote.object == object).flat_map(|wrote| wrote.changes);
        let mut changes = changes.filter(|change| change.attribute == *attribute).rev();
        let same = |a: &Value, b: &Value| match (self.object(a), self.object(b)) {
            (Some(a), Some(b)) => a == b,
            _ => a == b,
        };
        if attribute.is(aspect::MEMBERS) {
            let holds = |values: &[Value], member: &Value| values.iter().any(|value| same(value, member));
            let (member, is_wanted) = match (wanted.first(), shown.first()) {
                (Some(member), _) => (member, true),
                (None, Some(member)) => (member, false),
                (None, None) => return None,
            };
            // the last that was done about this member: it left, or it came
            let left = changes.find_map(|change| match holds(&change.before, member) {
                true => Some(true),
                false => holds(&change.after, member).then_some(false),
            });
            return left.map(|left| left != is_wanted);
        }
        let Change { after, .. } = changes.next()?;
        Some(match self.schemas.get(&kind).filter(|_| !wanted.iter().chain(after).any(is_reference)) {
            Some(schema) => schema.equal(attribute, after, wanted),
            None => after.len() == wanted.len() && after.iter().zip(wanted).all(|(a, b)| same(a, b)),
        })
    }

    /// Whether an account can be used that rosterd itself disabled last. Of other values nobody knows whether the target
    /// ever showed them, and of what the run itself reads, whether it shows them yet.
    fn let_in_again(&self, object: &ObjectId, attribute: &AttributeName, wanted: &[Value]) -> bool {
        let is_it = |wrote: &&Wrote<'_>| {
            wrote.object == object && wrote.changes.iter().any(|change| change.attribute.is(aspect::ENABLED))
        };
        let last = self.wrote.iter().rfind(is_it);
        attribute.is(aspect::ENABLED) && *wanted == [Value::Bool(false)] && last.is_some_and(|wrote| wrote.ended)
    }

    /// The object that a value leads to.
    fn object<'a>(&'a self, value: &'a Value) -> Option<&'a ObjectId> {
        match value {
            Value::Reference(Referent::Key(key)) => self.links.object(key),
            Value::Reference(Referent::Object(id)) => Some(id),
            _ => None,
        }
    }

    /// How other objects referred to what a value leads to.
    fn handle<'a>(&'a self, value: &'a Value) -> Option<&'a Handle> {
        let id = match value {
            Value::Reference(Referent::Handle(handle)) => return Some(handle),
            Value::Reference(Referent::Key(key)) => self.links.object(key)?,
            Value::Reference(Referent::Object(id)) => id,
            _ => return None,
        };
        self.was.get(id).map(|object| &object.handle)
    }
}

fn is_reference(value: &Value) -> bool {
    matches!(value, Value::Reference(_))
}

/// Takes what is left as it is out of a step.
fn leave(step: &mut Step, drift: &Drift) {
    if drift.attribute.is(aspect::MEMBERS) {
        for change in step.changes.iter_mut().filter(|change| change.attribute == drift.attribute) {
            change.after.retain(|value| !drift.wanted.contains(value));
            change.before.retain(|value| !drift.shown.contains(value));
        }
        step.changes.retain(|change| change.before != change.after);
    } else {
        step.changes.retain(|change| change.attribute != drift.attribute);
    }
}

fn hold(drift: &Drift) -> Hold {
    let becomes = match drift.policy {
        DriftPolicy::Accept => Clause::TakenOver,
        DriftPolicy::Report | DriftPolicy::Revert => Clause::LeftAsItIs,
    };
    let changed = Clause::SomebodyChanged.with([&drift.attribute, &shown(&drift.shown), &shown(&drift.wanted)]);
    Hold {
        key: drift.key.clone(),
        kind: drift.kind,
        name: drift.name.clone(),
        code: HoldCode::Drift,
        reason: also(&changed, &becomes.said()),
    }
}

#[cfg(test)]
#[path = "drift_tests.rs"]
mod tests;
