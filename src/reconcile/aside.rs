//! Circles of names: two objects that swap theirs, or a unit that goes into a new one of its own name. One of the
//! circle is lent another name in a step of its own, so that the others can pass.
//!
//! After a crash in between it bears the lent name, which is just a name that differs from the roster: the next plan
//! gives it its own.

use std::collections::{BTreeMap, BTreeSet, HashSet};

use super::compare::change;
use crate::object::{Clause, Kind, Op, Step, StepId, Value, aspect};
use crate::org::Id;
use crate::org::sentence::Sentence;

/// A step that takes a name which another object still has.
#[derive(Debug, Clone)]
pub(super) struct Wait {
    pub waiter: StepId,
    /// The step with which the other object leaves the name.
    pub leaving: StepId,
    /// The name that the other object has.
    pub has: String,
    /// A name that it could have meanwhile; `None` where even that is taken.
    pub lent: Option<String>,
}

/// A name for the time being: from plan to plan the same, within the 64 characters of any name, and nobody else's.
pub(super) fn lent(name: &str, key: &Id) -> String {
    const KEPT: usize = 40;
    let mut tag = blake3::hash(key.as_str().as_bytes()).to_hex().to_string();
    tag.truncate(8);
    let kept: String = name.chars().take(KEPT).collect();
    format!("{} (rosterd {tag})", kept.trim())
}

/// Opens the circles among `circular` by lending names, and answers whether any was opened. The steps with the lent
/// names are among `circular` then.
pub(super) fn open(circular: &mut Vec<Step>, waits: &[Wait]) -> bool {
    let mut needs: BTreeMap<StepId, Vec<StepId>> =
        circular.iter().map(|step| (step.id.clone(), step.needs.clone())).collect();
    let units: BTreeSet<StepId> =
        circular.iter().filter(|step| step.kind == Kind::Unit).map(|step| step.id.clone()).collect();
    let mut waits: Vec<(&Wait, &String)> = waits.iter().filter_map(|wait| Some((wait, wait.lent.as_ref()?))).collect();
    waits.retain(|(wait, _)| needs.contains_key(&wait.waiter) && needs.contains_key(&wait.leaving));
    // a unit takes its content along, so a person rather than a unit is put aside
    waits.sort_by_key(|(wait, _)| (units.contains(&wait.leaving), &wait.leaving, &wait.waiter));
    let mut opened = false;
    for (wait, lent) in waits {
        if !leads(&needs, &wait.leaving, &wait.waiter) {
            continue;
        }
        let Some(aside) = put_aside(circular, wait, lent) else { continue };
        for step in circular.iter_mut().filter(|step| step.id == wait.waiter) {
            step.needs.retain(|need| *need != wait.leaving);
            step.needs.push(aside.clone());
            needs.insert(step.id.clone(), step.needs.clone());
        }
        opened = true;
    }
    opened
}

/// Whether `from` needs `to`, over any number of steps.
fn leads(needs: &BTreeMap<StepId, Vec<StepId>>, from: &StepId, to: &StepId) -> bool {
    let mut next = vec![from];
    let mut passed = HashSet::new();
    while let Some(step) = next.pop() {
        if step == to {
            return true;
        }
        if passed.insert(step) {
            next.extend(needs.get(step).into_iter().flatten());
        }
    }
    false
}

/// Adds the step that lends the name, unless it is there already, and lets the step with which the object leaves start
/// from it.
fn put_aside(steps: &mut Vec<Step>, wait: &Wait, lent: &str) -> Option<StepId> {
    let leaving = steps.iter_mut().find(|step| step.id == wait.leaving)?;
    let id = StepId::aside(&leaving.key);
    if leaving.needs.contains(&id) {
        return Some(id);
    }
    let link = StepId::new(Op::Link, &leaving.key);
    let linked: Vec<StepId> = leaving.needs.iter().filter(|need| **need == link).cloned().collect();
    let from = vec![Value::text(lent)];
    let goes = leaving.op == Op::Delete;
    match leaving.changes.iter_mut().find(|change| change.attribute.is(aspect::NAME)) {
        _ if goes => {}
        Some(name) => name.before.clone_from(&from),
        None => leaving.changes.push(change(aspect::NAME, from.clone(), vec![Value::text(&*wait.has)])),
    }
    leaving.needs.push(id.clone());
    let aside = Step {
        id: id.clone(),
        op: Op::Rename,
        ground: None,
        irreversible: false,
        reason: Clause::MakesRoom.with([&format_args!("{:?}", wait.has)]),
        needs: linked,
        changes: vec![change(aspect::NAME, vec![Value::text(&*wait.has)], from)],
        ..leaving.clone()
    };
    steps.push(aside);
    Some(id)
}
