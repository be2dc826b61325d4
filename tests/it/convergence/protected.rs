//! What is protected is never touched, whatever else a plan does, and what is left undone is named.

use std::collections::BTreeSet;

use proptest::prelude::*;
use rosterd::object::{Hold, HoldCode, ObjectId, Op, Referent, Step, Value};
use rosterd::target::Class;

use super::cases;
use super::organisation::{Days, Job, Organisation, Person, Unit, organisation};
use super::world::World;

/// What a step writes into or takes from.
fn touched(step: &Step) -> BTreeSet<ObjectId> {
    let leaving = step.change("members").into_iter().flat_map(|change| &change.before);
    let leaving = leaving.filter_map(|value| match value {
        Value::Reference(Referent::Object(object)) => Some(object.clone()),
        _ => None,
    });
    step.object.iter().cloned().chain(leaving).collect()
}

pub fn one_person(days: Days) -> Organisation {
    let job = Job { unit: 0, days, primary: true, title: None };
    let (given_name, surname) = ("Bo", "Berg");
    let person = Person { given_name, surname, external: false, national_id: None, jobs: vec![job] };
    let unit = Unit { name: "IT", rank: 0, parent: None, manager: None };
    Organisation { units: vec![Some(unit)], people: vec![Some(person)], groups: Vec::new() }
}

proptest! {
    #![proptest_config(cases())]

    #[test]
    fn no_step_touches_a_protected_object(
        tree: bool,
        before in organisation(),
        after in organisation(),
        choice in prop::collection::vec(prop::bool::weighted(0.3), 60),
    ) {
        let mut world = World::new(tree);
        world.settle(&before);
        let free = world.plan(&after);
        let ids = world.memory.objects().into_iter().map(|object| object.id);
        let protected: BTreeSet<ObjectId> = ids.zip(&choice).filter(|(_, chosen)| **chosen).map(|(id, _)| id).collect();
        world.protect(protected.clone());
        let plan = world.plan(&after);
        for step in &plan.steps {
            prop_assert!(touched(step).iter().all(|id| !protected.contains(id)), "{step:#?}");
        }
        // what would have been done to them is named
        for step in &free.steps {
            let touched = touched(step);
            let keys: Vec<_> = touched.iter().filter_map(|id| world.links.key(id)).collect();
            // of a protected group that protected members are to leave, either may be named
            let held = |hold: &Hold| keys.contains(&&hold.key);
            let named = touched.is_disjoint(&protected) || plan.held.iter().any(held);
            prop_assert!(named, "{} is silent", step.id.as_str());
        }
        let objects: Vec<_> = world.memory.objects().into_iter().filter(|one| protected.contains(&one.id)).collect();
        world.apply_with(&plan, |_| None);
        for object in objects {
            let now = world.object(&object.id).unwrap();
            prop_assert_eq!((now.enabled, &now.name, &now.attributes), (object.enabled, &object.name, &object.attributes));
        }
    }

    #[test]
    fn what_became_protected_after_the_plan_is_refused(tree: bool, before in organisation(), after in organisation()) {
        let mut world = World::new(tree);
        world.settle(&before);
        let plan = world.plan(&after);
        let ids: BTreeSet<ObjectId> = plan.steps.iter().flat_map(touched).collect();
        world.protect(ids.clone());
        for step in plan.steps.iter().filter(|step| step.op != Op::Link) {
            if touched(step).iter().any(|id| ids.contains(id)) {
                prop_assert_eq!(world.refusal(step).map(|refusal| refusal.class), Some(Class::Protected));
            }
        }
    }
}

#[test]
fn a_leaver_with_administrative_rights_is_held_by_name() {
    let mut world = World::new(true);
    world.settle(&one_person(Days::Current));
    let account = world.account(0);
    let object = world.of(&account).unwrap();
    assert_eq!(object.enabled, Some(true));
    world.protect([object.id]);
    let plan = world.plan(&one_person(Days::Past));
    assert!(plan.steps.iter().all(|step| step.key != account), "{:#?}", plan.steps);
    let hold = plan.held.iter().find(|hold| hold.key == account && hold.code == HoldCode::Protected).unwrap();
    assert!(!hold.name.is_empty());
    assert!(
        hold.reason.starts_with("it has, or had, administrative rights; left undone: disable ("),
        "{}",
        hold.reason
    );
}
