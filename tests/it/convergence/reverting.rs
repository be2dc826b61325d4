//! The inverse of a plan that was applied gives back what was there before, and takes back nothing that somebody else did.

use std::collections::BTreeMap;

use proptest::prelude::*;
use rosterd::object::{HoldCode, Kind, ObjectId, Observed, Op};

use super::cases;
use super::organisation::organisation;
use super::world::World;

/// What the target shows, by id; members in no order.
pub fn shown(world: &World) -> BTreeMap<ObjectId, Observed> {
    let sorted = |mut object: Observed| {
        object.members.iter_mut().for_each(|members| members.sort());
        (object.id.clone(), object)
    };
    world.memory.objects().into_iter().map(sorted).collect()
}

proptest! {
    #![proptest_config(cases())]

    #[test]
    fn what_was_applied_is_undone(tree: bool, first in organisation(), second in organisation()) {
        let mut world = World::new(tree);
        world.settle(&first);
        let before = shown(&world);
        let plan = world.settle(&second);
        let inverse = world.inverse(&plan);
        prop_assert_eq!(&inverse.held, &vec![], "of {:#?}", plan.steps);
        world.apply(&inverse);
        prop_assert_eq!(shown(&world), before, "{:#?}\nundone by {:#?}", plan.steps, inverse.steps);
        prop_assert!(world.inverse(&plan).is_empty(), "undone twice");
        // the roster still says what it said: the next run does it again
        world.settle(&second);
    }

    #[test]
    fn a_first_run_is_undone_to_nothing(tree: bool, state in organisation()) {
        let mut world = World::new(tree);
        let stranger = world.foreign(Kind::User, "stranger");
        let before = shown(&world);
        let plan = world.settle(&state);
        let inverse = world.inverse(&plan);
        prop_assert!(inverse.steps.iter().all(|step| step.op != Op::Delete || step.irreversible));
        world.apply(&inverse);
        prop_assert_eq!(shown(&world), before);
        prop_assert!(world.object(&stranger).is_some());
    }

    #[test]
    fn what_somebody_changed_since_is_left(tree: bool, first in organisation(), second in organisation()) {
        let mut world = World::new(tree);
        world.settle(&first);
        let plan = world.settle(&second);
        let stranger = world.foreign(Kind::User, "stranger");
        let made = plan.steps.iter().filter(|step| step.op == Op::Create && step.kind == Kind::Group);
        let groups: Vec<_> = made.filter_map(|step| world.links.object(&step.key).cloned()).collect();
        groups.iter().for_each(|group| world.join(group, &stranger));
        let inverse = world.inverse(&plan);
        for group in &groups {
            let key = world.links.key(group).unwrap();
            let held = inverse.held.iter().filter(|hold| hold.key == *key && hold.code == HoldCode::ChangedSince);
            prop_assert_eq!(held.count(), 1);
        }
        world.apply(&inverse);
        prop_assert!(groups.iter().all(|group| world.object(group).is_some()));
    }
}
