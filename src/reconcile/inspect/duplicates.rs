//! What must be there once: a step, a thing's object, a name in its place, a name that is given, a value of an attribute.

use std::collections::{HashMap, HashSet};

use super::{Found, makes};
use crate::object::{Change, Kind, ObjectId, Op, Step, aspect};
use crate::org::Id;
use crate::reconcile::plan::Plan;

pub(super) fn flaws(plan: &Plan) -> Vec<Found<'_>> {
    let mut flaws: Vec<Found<'_>> = Vec::new();
    let mut ids: HashSet<&str> = HashSet::new();
    let mut made: HashSet<&Id> = HashSet::new();
    let mut things: HashMap<&ObjectId, &Id> = HashMap::new();
    let mut places: HashMap<(String, bool), &Step> = HashMap::new();
    let mut values: HashMap<(&Id, String), &Change> = HashMap::new();
    for step in &plan.steps {
        if !ids.insert(step.id.as_str()) {
            flaws.push((step, "two steps have this id".into()));
        }
        if makes(step) && !made.insert(&step.key) {
            flaws.push((step, format!("{} is made twice", step.key)));
        }
        // a link that is forgotten makes room for that of another thing
        if let Some(object) = step.object.as_ref().filter(|_| step.op != Op::Unlink) {
            let first = *things.entry(object).or_insert(&step.key);
            if *first != step.key {
                flaws.push((step, format!("the object {object} is that of {first}, too")));
            }
        }
        if let Some(place) = place(step) {
            let first = *places.entry((place, step.kind == Kind::Unit)).or_insert(step);
            if first.key != step.key {
                flaws.push((step, format!("{} gets the same name in the same place", first.id.as_str())));
            }
        }
        for change in step.changes.iter().filter(|change| is_set(step, change)) {
            let first = *values.entry((&step.key, change.attribute.as_str().to_lowercase())).or_insert(change);
            if first.after != change.after {
                flaws.push((step, format!("{} is set to another value in the same plan", change.attribute)));
            }
        }
    }
    flaws.extend(names(plan));
    flaws
}

/// Where a step puts an object, and under which name; nothing where it says only one of the two.
fn place(step: &Step) -> Option<String> {
    let name = step.after(aspect::NAME)?.first()?.as_text()?.to_lowercase();
    let parent = step.after(aspect::PARENT)?.first()?;
    Some(format!("{name}\u{0}{parent}"))
}

/// Members come and go one by one, and a lent name is for the time being; what is written before an object is forgotten
/// says nothing of the one that comes after it.
fn is_set(step: &Step, change: &Change) -> bool {
    !change.attribute.is(aspect::MEMBERS) && !change.attribute.is(aspect::STAMP) && !step.is_aside()
}

/// Names that are given to two, and names that are given to somebody whom the plan does not speak of.
fn names(plan: &Plan) -> Vec<Found<'_>> {
    let Some(any) = plan.steps.first() else { return Vec::new() };
    let steps: HashMap<&Id, &Step> = plan.steps.iter().map(|step| (&step.key, step)).collect();
    let created: HashSet<&Id> = plan.steps.iter().filter(|step| step.op == Op::Create).map(|step| &step.key).collect();
    let mut flaws: Vec<Found<'_>> = Vec::new();
    let mut logins: HashMap<String, &Id> = HashMap::new();
    for one in &plan.reservations {
        let Some(step) = steps.get(&one.account) else {
            flaws.push((any, format!("a name is given to {}, of which no step speaks", one.account)));
            continue;
        };
        if !created.contains(&one.account) {
            continue; // an object that is there has the login that it has
        }
        let first = *logins.entry(one.login.to_lowercase()).or_insert(&one.account);
        if *first != one.account {
            flaws.push((*step, format!("the login {:?} is given to {first}, too", one.login)));
        }
    }
    flaws
}

#[cfg(test)]
mod tests {
    use super::super::sample_tests::{assert_flaw, change, plan, step};
    use super::*;
    use crate::object::{Referent, Reservation, StepId, Value};

    fn placed(op: Op, key: &str, name: &str, kind: Kind) -> Step {
        let root =
            Change { attribute: aspect::PARENT.into(), before: vec![], after: vec![Value::Reference(Referent::Root)] };
        Step { kind, changes: vec![root, change(aspect::NAME, &[], &[name])], ..step(op, key) }
    }

    #[test]
    fn a_step_is_there_once_and_a_thing_is_made_once() {
        let enable = step(Op::Enable, "a");
        let sound = plan(vec![enable.clone(), step(Op::Enable, "b")]);
        assert_flaw("two steps have this id", plan(vec![enable.clone(), enable]), sound);
        let (create, restore) = (step(Op::Create, "a"), step(Op::Restore, "a"));
        let other = step(Op::Restore, "b");
        assert_flaw("a is made twice", plan(vec![create.clone(), restore]), plan(vec![create, other]));
    }

    #[test]
    fn two_things_have_two_objects() {
        let (first, second) = (step(Op::Disable, "a"), step(Op::Disable, "b"));
        let same = Step { object: first.object.clone(), ..second.clone() };
        assert_flaw("is that of a, too", plan(vec![first.clone(), same]), plan(vec![first, second]));
    }

    #[test]
    fn a_name_is_there_once_in_a_place() {
        let first = placed(Op::Create, "a", "Bo Berg", Kind::User);
        for op in [Op::Create, Op::Move] {
            let flawed = plan(vec![first.clone(), placed(op, "b", "BO BERG", Kind::Group)]);
            let sound = plan(vec![first.clone(), placed(op, "b", "Bo Borg", Kind::Group)]);
            assert_flaw("the same name in the same place", flawed, sound);
        }
        // a unit is named by another attribute, which some directories tell apart
        let unit = placed(Op::Create, "u", "Bo Berg", Kind::Unit);
        assert_eq!(super::super::inspect(&plan(vec![unit, first])), vec![]);
    }

    #[test]
    fn an_attribute_gets_one_value() {
        let set = |id: StepId, after: &str| Step {
            id,
            changes: vec![change("title", &["old"], &[after])],
            ..step(Op::Update, "a")
        };
        let first = || set(StepId::new(Op::Update, &"a".into()), "Lærer");
        let second = |after: &str| set(StepId::following(&"a".into()), after);
        let sound = plan(vec![first(), second("Lærer")]);
        assert_flaw("title is set to another value", plan(vec![first(), second("Chef")]), sound);
    }

    #[test]
    fn a_login_is_given_once_and_to_whom_the_plan_speaks_of() {
        let given = |login: &str, account: &str| {
            let reservations = [("a", "bober"), (account, login)].map(|(account, login)| {
                Reservation::of_login(account.into(), Id::new(format!("p{account}")), login.to_owned())
            });
            Plan { reservations: reservations.into(), ..plan(vec![step(Op::Create, "a"), step(Op::Create, "b")]) }
        };
        assert_flaw("\"Bober\" is given to a, too", given("Bober", "b"), given("bober02", "b"));
        assert_flaw("c, of which no step speaks", given("bober02", "c"), given("bober02", "b"));
    }
}
