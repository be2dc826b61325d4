//! The order of a plan: leavers before joiners, containers before what lies in them, references last; and each step
//! after all that it needs.

use std::collections::{HashMap, HashSet};

use super::aside::{self, Wait};
use crate::object::{Clause, Hold, HoldCode};
use crate::object::{Kind, Op, Step, StepId, aspect};
use crate::org::Id;
use crate::org::sentence::Sentence;

/// Sorts the steps. A circle of names is opened by lending one; other circles, and what needs a step that is not there,
/// become holds; one that only refers to what is not created does what else it has to do.
pub(super) fn arrange(steps: Vec<Step>, taken: &[Wait]) -> (Vec<Step>, Vec<Hold>) {
    let mut held = Vec::new();
    let mut steps = possible(steps, &mut held);
    loop {
        for step in &mut steps {
            step.needs.sort();
            step.needs.dedup();
        }
        steps.sort_by(|a, b| (rank(a), a.kind, &a.name, &a.id).cmp(&(rank(b), b.kind, &b.name, &b.id)));
        let (mut sorted, stuck) = topological(steps);
        if stuck.is_empty() {
            return (sorted, held);
        }
        let (mut circular, behind) = circles(stuck);
        if aside::open(&mut circular, taken) {
            sorted.extend(circular);
            sorted.extend(behind);
            steps = sorted;
            continue;
        }
        held.extend(circular.iter().map(|step| waits(step, step.needs.first().unwrap_or(&step.id))));
        sorted.extend(behind);
        steps = possible(sorted, &mut held);
    }
}

/// The steps whose needs are all there; the others become holds.
fn possible(mut steps: Vec<Step>, held: &mut Vec<Hold>) -> Vec<Step> {
    loop {
        let ids: HashSet<StepId> = steps.iter().map(|step| step.id.clone()).collect();
        let before = steps.len();
        let placed: HashSet<Id> = steps
            .iter()
            .filter(|step| matches!(step.op, Op::Rename | Op::Move | Op::Delete) && !step.is_aside())
            .map(|step| step.key.clone())
            .collect();
        // nobody is left with a lent name
        steps.retain(|step| !step.is_aside() || placed.contains(&step.key));
        steps = steps
            .into_iter()
            .filter_map(|step| {
                let possible = step.without(&|need| !ids.contains(need));
                // where nothing gets another name, references need not follow
                if possible.is_none() && !step.is_following() {
                    let missing = step.needs.iter().find(|need| !ids.contains(*need));
                    held.push(waits(&step, missing.unwrap_or(&step.id)));
                }
                possible
            })
            .collect();
        if steps.len() == before {
            return steps;
        }
    }
}

/// Of steps that cannot be ordered: those that need each other in circles, and those that only wait for these.
fn circles(mut stuck: Vec<Step>) -> (Vec<Step>, Vec<Step>) {
    let mut behind = Vec::new();
    loop {
        let needed: HashSet<StepId> = stuck.iter().flat_map(|step| step.needs.iter().cloned()).collect();
        let (circular, free): (Vec<Step>, Vec<Step>) = stuck.into_iter().partition(|step| needed.contains(&step.id));
        if free.is_empty() {
            return (circular, behind);
        }
        behind.extend(free);
        stuck = circular;
    }
}

/// A hold for a step that waits for another one that is not in the plan.
fn waits(step: &Step, missing: &StepId) -> Hold {
    Hold {
        key: step.key.clone(),
        kind: step.kind,
        name: step.name.clone(),
        code: HoldCode::Waits,
        reason: Clause::WaitsHeld.with([&step.op, &missing.as_str()]),
    }
}

fn rank(step: &Step) -> u8 {
    match (step.op, step.kind) {
        (Op::Link, _) => 0,
        (Op::Disable, _) => 1,
        (Op::RemoveMembers, _) => 2,
        (Op::Unlink, _) => 3,
        (_, Kind::Unit) if step.op != Op::Delete => 4,
        (Op::Rename | Op::Move | Op::Restore | Op::Enable | Op::SetPassword, Kind::User) => 5,
        (Op::Update, _) if step.needs.is_empty() && step.change(aspect::MANAGER).is_none() => 5,
        (Op::Create, Kind::User) => 6,
        (Op::AddMembers, _) => 8,
        (Op::Update, _) => 9,
        (Op::Delete, _) => 10,
        (_, _) => 7,
    }
}

/// Emits the steps in their order, each after its needs; what is in a circle stays behind.
fn topological(steps: Vec<Step>) -> (Vec<Step>, Vec<Step>) {
    let place: HashMap<StepId, usize> = steps.iter().enumerate().map(|(at, step)| (step.id.clone(), at)).collect();
    let mut slots: Vec<Option<Step>> = steps.into_iter().map(Some).collect();
    let mut sorted = Vec::with_capacity(slots.len());
    for start in 0..slots.len() {
        // an explicit stack: the needs of a deep tree must not use the thread's own
        let mut stack = vec![(start, false)];
        let mut entered = HashSet::new();
        while let Some((at, needs_done)) = stack.pop() {
            let Some(step) = &slots[at] else { continue };
            if needs_done {
                let ready = step.needs.iter().all(|need| place.get(need).is_some_and(|other| slots[*other].is_none()));
                if ready {
                    sorted.extend(slots[at].take());
                }
            } else if entered.insert(at) {
                stack.push((at, true));
                stack.extend(step.needs.iter().filter_map(|need| place.get(need)).map(|other| (*other, false)));
            }
        }
    }
    (sorted, slots.into_iter().flatten().collect())
}
