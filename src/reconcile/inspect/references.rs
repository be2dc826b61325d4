//! What steps refer to: things that have an object, or get one in an earlier step; and who comes into a group does not
//! leave it in the same plan.

use std::collections::{BTreeMap, HashMap, HashSet};

use super::{Found, makes};
use crate::object::{ObjectId, Op, Referent, Step, StepId, Value, aspect};
use crate::org::Id;
use crate::reconcile::plan::Plan;

pub(super) fn flaws(plan: &Plan) -> Vec<Found<'_>> {
    let made: HashMap<&Id, &StepId> =
        plan.steps.iter().filter(|step| makes(step)).map(|step| (&step.key, &step.id)).collect();
    let linked: HashSet<&Id> = plan.steps.iter().filter(|step| step.op == Op::Link).map(|step| &step.key).collect();
    let mut flaws: Vec<Found<'_>> = Vec::new();
    for step in &plan.steps {
        for key in keys(step).filter(|key| **key != step.key) {
            match made.get(key) {
                Some(made) if !step.needs.contains(made) => {
                    flaws.push((step, format!("it refers to {key}, which the plan creates, without needing that")));
                }
                // what the comparison knew an object of has a name in the plan
                None if !linked.contains(key) && !plan.labels.contains_key(key.as_str()) => {
                    flaws.push((step, format!("it refers to {key}, which has no object and gets none")));
                }
                _ => {}
            }
        }
        for change in step.changes.iter().filter(|change| !change.attribute.is(aspect::PARENT)) {
            if change.after.contains(&Value::Reference(Referent::Root)) {
                flaws.push((step, format!("{} refers to the container of everything", change.attribute)));
            }
        }
    }
    flaws.extend(back_and_forth(plan));
    flaws
}

/// The keys that a step refers to.
fn keys(step: &Step) -> impl Iterator<Item = &Id> {
    step.changes.iter().flat_map(|change| &change.after).filter_map(|value| match value {
        Value::Reference(Referent::Key(key)) => Some(key),
        _ => None,
    })
}

/// Members whom one step takes out of a group and another puts in.
fn back_and_forth(plan: &Plan) -> Vec<Found<'_>> {
    let objects: HashMap<&Id, &ObjectId> =
        plan.steps.iter().filter_map(|step| Some((&step.key, step.object.as_ref()?))).collect();
    let object = |value: &'_ Value| -> Option<ObjectId> {
        match value {
            Value::Reference(Referent::Object(object)) => Some(object.clone()),
            Value::Reference(Referent::Key(key)) => objects.get(key).map(|object| (*object).clone()),
            _ => None,
        }
    };
    let mut leaving: BTreeMap<&Id, HashSet<ObjectId>> = BTreeMap::new();
    for step in plan.steps.iter().filter(|step| step.op == Op::RemoveMembers) {
        let members = step.change(aspect::MEMBERS).into_iter().flat_map(|change| &change.before).filter_map(object);
        leaving.entry(&step.key).or_default().extend(members);
    }
    let mut flaws: Vec<Found<'_>> = Vec::new();
    for step in plan.steps.iter().filter(|step| step.op == Op::AddMembers) {
        let Some(gone) = leaving.get(&step.key) else { continue };
        let coming = step.after(aspect::MEMBERS).unwrap_or_default().iter().filter_map(object);
        for member in coming.filter(|member| gone.contains(member)) {
            flaws.push((step, format!("{member} comes into the group, and another step takes it out")));
        }
    }
    flaws
}

#[cfg(test)]
mod tests {
    use super::super::sample_tests::{assert_flaw, plan, step};
    use super::*;
    use crate::object::{Change, Kind};

    fn referring(attribute: &str, to: Referent) -> Step {
        let after = vec![Value::Reference(to)];
        Step {
            changes: vec![Change { attribute: attribute.into(), before: Vec::new(), after }],
            ..step(Op::Update, "k")
        }
    }

    fn needing(mut step: Step, id: StepId) -> Step {
        step.needs.push(id);
        step
    }

    #[test]
    fn what_the_plan_makes_is_needed_by_what_refers_to_it() {
        let boss = step(Op::Create, "boss");
        let update = referring(aspect::MANAGER, Referent::Key("boss".into()));
        let sound = plan(vec![boss.clone(), needing(update.clone(), boss.id.clone())]);
        assert_flaw("without needing that", plan(vec![boss, update]), sound);
    }

    #[test]
    fn what_has_no_object_and_gets_none_is_referred_to_by_nobody() {
        let update = referring(aspect::MANAGER, Referent::Key("boss".into()));
        let mut known = plan(vec![update.clone()]);
        known.labels.insert("boss".into(), "Boss".into());
        assert_flaw("has no object and gets none", plan(vec![update]), known);
    }

    #[test]
    fn the_container_of_everything_is_a_place_and_nobodys_manager() {
        let flawed = referring(aspect::MANAGER, Referent::Root);
        let moved = Step { op: Op::Move, ..referring(aspect::PARENT, Referent::Root) };
        assert_flaw("the container of everything", plan(vec![flawed]), plan(vec![moved]));
    }

    #[test]
    fn nobody_comes_into_a_group_and_leaves_it() {
        let members = |op, leaving: &[&str], coming: &[&str]| {
            let all = |ids: &[&str]| {
                ids.iter().map(|id| Value::Reference(Referent::Object(ObjectId::new(*id)))).collect::<Vec<_>>()
            };
            let change = Change { attribute: aspect::MEMBERS.into(), before: all(leaving), after: all(coming) };
            Step { kind: Kind::Group, changes: vec![change], ..step(op, "g") }
        };
        let out = members(Op::RemoveMembers, &["a", "b"], &[]);
        let flawed = plan(vec![out.clone(), members(Op::AddMembers, &[], &["c", "a"])]);
        assert_flaw("a comes into the group", flawed, plan(vec![out, members(Op::AddMembers, &[], &["c"])]));
    }

    #[test]
    fn a_member_who_is_named_by_the_key_is_the_same_one() {
        let out = {
            let before = vec![Value::Reference(Referent::Object(ObjectId::new("o-k")))];
            let change = Change { attribute: aspect::MEMBERS.into(), before, after: Vec::new() };
            Step { kind: Kind::Group, changes: vec![change], ..step(Op::RemoveMembers, "g") }
        };
        let into = |key: &str| {
            let after = vec![Value::Reference(Referent::Key(key.into()))];
            let change = Change { attribute: aspect::MEMBERS.into(), before: Vec::new(), after };
            Step { kind: Kind::Group, changes: vec![change], ..step(Op::AddMembers, "g") }
        };
        let with = |member: &str| {
            let mut plan = plan(vec![out.clone(), step(Op::Enable, "k"), into(member)]);
            plan.labels = [("k".to_owned(), "K".to_owned()), ("l".to_owned(), "L".to_owned())].into();
            plan
        };
        assert_flaw("o-k comes into the group", with("k"), with("l"));
    }
}
