//! The order: leavers before joiners, every step after what it needs, a container emptied before it goes, and nobody left
//! with a lent name.

use std::collections::{HashMap, HashSet};

use super::Found;
use crate::object::{Kind, ObjectId, Op, Referent, Step, Value, aspect};
use crate::reconcile::plan::Plan;

pub(super) fn flaws(plan: &Plan) -> Vec<Found<'_>> {
    let mut flaws: Vec<Found<'_>> = Vec::new();
    let mut earlier: HashSet<&str> = HashSet::new();
    let mut joiner: Option<&Step> = None;
    let mut gone: HashMap<&ObjectId, &Step> = HashMap::new();
    for step in &plan.steps {
        for need in step.needs.iter().filter(|need| !earlier.contains(need.as_str())) {
            flaws.push((step, format!("it needs {}, which does not come before it", need.as_str())));
        }
        if let Some(joiner) = joiner.filter(|_| step.op == Op::Disable) {
            flaws.push((step, format!("somebody is disabled only after {}", joiner.id.as_str())));
        }
        if let Some(first) = left(step).and_then(|container| gone.get(container)) {
            flaws.push((step, format!("it leaves a container that {} deletes before", first.id.as_str())));
        }
        if joins(step) {
            joiner = joiner.or(Some(step));
        }
        if let Some(object) = step.object.as_ref().filter(|_| step.op == Op::Delete) {
            gone.entry(object).or_insert(step);
        }
        earlier.insert(step.id.as_str());
    }
    let lent = plan.steps.iter().enumerate().filter(|(at, step)| step.is_aside() && !gets_its_name(*at, step, plan));
    flaws
        .extend(lent.map(|(_, step)| (step, "it lends a name, and no later step gives the object its own".to_owned())));
    flaws
}

/// Whether it gives somebody an account that can be used.
fn joins(step: &Step) -> bool {
    step.kind == Kind::User && matches!(step.op, Op::Create | Op::Restore | Op::Enable)
}

/// The container that a move takes something out of.
fn left(step: &Step) -> Option<&ObjectId> {
    match step.change(aspect::PARENT).filter(|_| step.op == Op::Move)?.before.as_slice() {
        [Value::Reference(Referent::Object(container))] => Some(container),
        _ => None,
    }
}

/// Whether a later step leads on from the name that a step lends, or takes the object away.
fn gets_its_name(at: usize, aside: &Step, plan: &Plan) -> bool {
    let lent = aside.after(aspect::NAME);
    let later = plan.steps.iter().skip(at + 1);
    let mut own = later.filter(|step| step.key == aside.key && step.needs.contains(&aside.id));
    own.any(|step| {
        step.op == Op::Delete
            || step.change(aspect::NAME).map(|change| change.before.as_slice()) == lent && lent.is_some()
    })
}

#[cfg(test)]
mod tests {
    use super::super::sample_tests::{assert_flaw, change, plan, step};
    use super::*;
    use crate::object::{Change, StepId};

    #[test]
    fn a_step_comes_after_what_it_needs() {
        let first = step(Op::Create, "a");
        let second = Step { needs: vec![first.id.clone()], ..step(Op::Create, "b") };
        let sound = plan(vec![first.clone(), second.clone()]);
        assert_flaw("does not come before it", plan(vec![second.clone(), first.clone()]), sound.clone());
        let circle = Step { needs: vec![second.id.clone()], ..first };
        assert_flaw("does not come before it", plan(vec![circle, second]), sound);
    }

    #[test]
    fn leavers_go_before_joiners_come() {
        let (leaver, joiner) = (step(Op::Disable, "a"), step(Op::Create, "b"));
        let sound = plan(vec![leaver.clone(), joiner.clone()]);
        assert_flaw("disabled only after create:b", plan(vec![joiner, leaver]), sound);
    }

    #[test]
    fn a_container_goes_after_what_lies_in_it() {
        let unit = Step { kind: Kind::Unit, ..step(Op::Delete, "u") };
        let before = vec![Value::Reference(Referent::Object(ObjectId::new("o-u")))];
        let out = Change { attribute: aspect::PARENT.into(), before, after: vec![Value::Reference(Referent::Root)] };
        let moved = Step { changes: vec![out], ..step(Op::Move, "a") };
        let sound = plan(vec![moved.clone(), unit.clone()]);
        assert_flaw("delete:u deletes before", plan(vec![unit, moved]), sound);
    }

    #[test]
    fn a_lent_name_is_given_back() {
        let named = |before: &str, after: &str| vec![change(aspect::NAME, &[before], &[after])];
        let aside = Step { id: StepId::aside(&"a".into()), changes: named("x", "lent"), ..step(Op::Rename, "a") };
        let own = Step { changes: named("lent", "y"), needs: vec![aside.id.clone()], ..step(Op::Rename, "a") };
        let other = Step { changes: named("x", "y"), ..own.clone() };
        let sound = plan(vec![aside.clone(), own]);
        assert_flaw("lends a name", plan(vec![aside.clone()]), sound.clone());
        assert_flaw("lends a name", plan(vec![aside, other]), sound);
    }
}
