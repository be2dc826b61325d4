//! One object against one wish: what differs, as steps. References are compared later, when every object was seen.

use std::collections::BTreeMap;

use crate::object::{
    Accepted, AttributeName, Authority, Bound, Change, Clause, Desired, Disabling, Edit, Ground, Kind, ObjectId,
    Observed, Op, Presence, Rung, Schema, Step, StepId, Value, Wish, aspect, shown,
};
use crate::org::sentence::{Sentence, also};

/// The ways of a target in which a wish cannot come true.
#[derive(Debug, Clone, Copy)]
pub(super) struct Ways<'a> {
    pub bounds: &'a BTreeMap<(Kind, AttributeName), Bound>,
    pub accepted: &'a Accepted,
    pub disabling: Disabling,
}

impl Ways<'_> {
    /// Why a change is not worth a step, if it is not.
    pub fn refuse(&self, kind: Kind, object: &ObjectId, change: &Change) -> Option<String> {
        let Change { attribute, before, after } = change;
        match self.bounds.get(&(kind, attribute.clone())) {
            Some(Bound::NotWritten) => Some(Clause::TakesNoSuchValue.with([attribute])),
            Some(Bound::NotCleared) if after.is_empty() => Some(Clause::KeepsValue.with([attribute, &shown(before)])),
            _ if self.accepted.holds(object, attribute, after, before) => {
                Some(Clause::ShowsAnother.with([attribute, &shown(after), &shown(before)]))
            }
            _ => None,
        }
    }
}

/// A step about a desired thing.
pub(super) fn step(desired: &Desired, op: Op, object: Option<&ObjectId>, reason: String, changes: Vec<Change>) -> Step {
    Step {
        id: StepId::new(op, &desired.key),
        op,
        kind: desired.kind,
        key: desired.key.clone(),
        person: desired.person.clone(),
        name: desired.label.clone(),
        object: object.cloned(),
        ground: None,
        reason,
        rung: None,
        irreversible: false,
        needs: Vec::new(),
        changes,
    }
}

pub(super) fn change(attribute: &str, before: Vec<Value>, after: Vec<Value>) -> Change {
    Change { attribute: attribute.into(), before, after }
}

/// The steps for everything about an object that needs no other object: name, enabled, attributes; and what cannot be.
pub(super) fn plain(
    desired: &Desired,
    observed: &Observed,
    schema: &Schema,
    ways: Ways<'_>,
) -> (Vec<Step>, Vec<String>) {
    let mut refused = Vec::new();
    let steps = match &desired.presence {
        Presence::Held { .. } | Presence::Kept | Presence::OutOfScope { .. } => Vec::new(),
        // an order to keep somebody out deletes nobody
        Presence::Disabled { ground: Ground::Suspended, .. } if ways.disabling == Disabling::Deletes => Vec::new(),
        Presence::Disabled { ground, reason } => {
            let taken = update(desired, observed, schema).map(|step| taking(desired, reason, step));
            disable(desired, observed, ground, reason, ways.disabling).into_iter().chain(taken).collect()
        }
        Presence::Deleted { ground, reason } => vec![delete(desired, &observed.id, ground, reason)],
        Presence::Inactive { ground, reason } => {
            let ground = ground.as_ref().filter(|_| ways.disabling != Disabling::Deletes);
            let disable = ground.and_then(|ground| disable(desired, observed, ground, reason, ways.disabling));
            [disable, rename(desired, observed), update(desired, observed, schema)].into_iter().flatten().collect()
        }
        Presence::Present => [rename(desired, observed), update(desired, observed, schema), enable(desired, observed)]
            .into_iter()
            .flatten()
            .collect(),
    };
    let mut possible = |mut step: Step| {
        if matches!(step.op, Op::Disable | Op::Delete) {
            return Some(step);
        }
        step.changes.retain(|change| {
            let why = ways.refuse(desired.kind, &observed.id, change);
            let possible = why.is_none();
            refused.extend(why);
            possible
        });
        if step.op == Op::Update && step.rung.is_none() && !step.changes.is_empty() {
            step.reason = differs(&step.changes);
        }
        (!step.changes.is_empty()).then_some(step)
    };
    let steps = steps.into_iter().filter_map(&mut possible).collect();
    (steps, refused)
}

/// Why an account that cannot be used now stays enabled, if it does.
pub(super) fn stays_enabled(desired: &Desired, observed: &Observed, disabling: Disabling) -> Option<String> {
    let (ground, reason) = match &desired.presence {
        Presence::Inactive { ground, reason } => (ground.as_ref(), reason),
        Presence::Disabled { ground: ground @ Ground::Suspended, reason } => (Some(ground), reason),
        _ => return None,
    };
    match (observed.enabled, ground) {
        (Some(true), None) => Some(Clause::UnprovenUntilThen.with([reason])),
        (Some(true), Some(_)) if disabling == Disabling::Deletes => Some(also(reason, &Clause::DeletesSoStays.said())),
        _ => None,
    }
}

/// The step that deletes the object of somebody who left.
pub(super) fn delete(desired: &Desired, object: &ObjectId, ground: &Ground, reason: &str) -> Step {
    let delete = step(desired, Op::Delete, Some(object), reason.to_owned(), Vec::new());
    Step { ground: Some(ground.clone()), rung: Some(Rung::Deleted), irreversible: true, ..delete }
}

/// An update that takes something from somebody who left.
fn taking(desired: &Desired, reason: &str, step: Step) -> Step {
    let rung = match desired.rung {
        Some(Rung::Stripped) => Rung::Stripped,
        _ => Rung::Hidden,
    };
    Step { reason: reason.to_owned(), rung: Some(rung), ..step }
}

fn disable(
    desired: &Desired,
    observed: &Observed,
    ground: &Ground,
    reason: &str,
    disabling: Disabling,
) -> Option<Step> {
    (observed.enabled == Some(true)).then(|| {
        let changes = vec![change(aspect::ENABLED, vec![Value::Bool(true)], vec![Value::Bool(false)])];
        let deletes = disabling == Disabling::Deletes;
        let reason = if deletes { also(reason, &Clause::DeletesWhomItDisables.said()) } else { reason.to_owned() };
        let mut step = step(desired, Op::Disable, Some(&observed.id), reason, changes);
        step.ground = Some(ground.clone());
        step.rung = desired.rung.filter(|rung| matches!(rung, Rung::OnLeave | Rung::OutOfScope));
        step.irreversible = deletes;
        step
    })
}

fn enable(desired: &Desired, observed: &Observed) -> Option<Step> {
    (observed.enabled == Some(false)).then(|| {
        let changes = vec![change(aspect::ENABLED, vec![Value::Bool(false)], vec![Value::Bool(true)])];
        step(desired, Op::Enable, Some(&observed.id), Clause::IsDisabled.said(), changes)
    })
}

fn rename(desired: &Desired, observed: &Observed) -> Option<Step> {
    let name = desired.name.as_ref().filter(|name| **name != observed.name)?;
    let changes = vec![change(aspect::NAME, vec![Value::text(&*observed.name)], vec![Value::text(name.as_str())])];
    let reason = Clause::IsNamed.with([&format_args!("{:?}", observed.name)]);
    Some(step(desired, Op::Rename, Some(&observed.id), reason, changes))
}

fn update(desired: &Desired, observed: &Observed, schema: &Schema) -> Option<Step> {
    let changes: Vec<Change> = desired
        .attributes
        .iter()
        .filter_map(|(attribute, wish)| attribute_change(attribute, wish, observed.values(attribute), schema))
        .collect();
    if changes.is_empty() {
        return None;
    }
    Some(step(desired, Op::Update, Some(&observed.id), differs(&changes), changes))
}

pub(super) fn differs(changes: &[Change]) -> String {
    let names: Vec<&str> = changes.iter().map(|change| change.attribute.as_str()).collect();
    let clause = if names.len() == 1 { Clause::Differs } else { Clause::Differ };
    clause.with([&names.join(", ")])
}

/// What there is to change of one attribute, by who decides about it.
pub fn attribute_change(attribute: &AttributeName, wish: &Wish, current: &[Value], schema: &Schema) -> Option<Change> {
    let applies = match wish.authority {
        Authority::Own => true,
        Authority::IfEmpty => current.is_empty(),
        Authority::CreateOnly | Authority::Never => false,
    };
    if !applies {
        return None;
    }
    let after: &[Value] = match &wish.edit {
        Edit::Keep => return None,
        Edit::Clear => &[],
        Edit::Set(values) => values,
    };
    (!schema.equal(attribute, current, after)).then(|| {
        // a directory gives several values in no particular order, and the digest must not depend on it
        let mut before = current.to_vec();
        before.sort();
        Change { attribute: attribute.clone(), before, after: after.to_vec() }
    })
}

/// The attributes of a new object.
pub(super) fn initial(desired: &Desired) -> Vec<Change> {
    desired
        .attributes
        .iter()
        .filter(|(_, wish)| wish.authority != Authority::Never)
        .filter_map(|(attribute, wish)| match &wish.edit {
            Edit::Set(values) if !values.is_empty() => {
                Some(Change { attribute: attribute.clone(), before: Vec::new(), after: values.clone() })
            }
            _ => None,
        })
        .collect()
}
