//! Whom an order keeps out: no account can be used, none is made, all else is left; and what was there comes back.

use std::collections::BTreeSet;

use proptest::prelude::*;
use rosterd::object::{Ground, ObjectId, Op, Referent, Step, Value};
use rosterd::org::{Instant, Order};

use super::cases;
use super::organisation::{organisation, person_id};
use super::world::World;

fn order() -> Order {
    Order { by: "anna".into(), since: Instant::from_micros(0), note: "case 17".into() }
}

/// The objects that a step takes out of a group.
fn leaving(step: &Step) -> Vec<ObjectId> {
    let before = step.change("members").into_iter().flat_map(|change| &change.before);
    before
        .filter_map(|value| match value {
            Value::Reference(Referent::Object(object)) => Some(object.clone()),
            _ => None,
        })
        .collect()
}

proptest! {
    #![proptest_config(cases())]

    #[test]
    fn nobody_who_is_kept_out_gets_in_and_nothing_else_of_them_changes(
        tree: bool,
        before in organisation(),
        after in organisation(),
        choice in prop::collection::vec(prop::bool::weighted(0.4), 6),
    ) {
        let mut world = World::new(tree);
        world.settle(&before);
        let people = (0..choice.len()).filter(|at| choice[*at]).map(person_id);
        world.orders.suspended = people.map(|person| (person, order())).collect();
        let kept_out: BTreeSet<_> = (0..choice.len()).filter(|at| choice[*at]).map(|at| world.account(at)).collect();
        let objects: BTreeSet<ObjectId> =
            kept_out.iter().filter_map(|account| world.links.object(account).cloned()).collect();
        let plan = world.plan(&after);
        for step in &plan.steps {
            if kept_out.contains(&step.key) {
                prop_assert_eq!((step.op, &step.ground), (Op::Disable, &Some(Ground::Suspended)), "{:#?}", step);
                prop_assert!(step.reason.contains("suspended by anna"), "{}", step.reason);
            }
            prop_assert!(leaving(step).iter().all(|object| !objects.contains(object)), "{step:#?}");
        }
        world.apply(&plan);
        prop_assert!(world.plan(&after).is_empty(), "{:#?}", world.plan(&after).steps);
        for object in world.memory.objects().iter().filter(|object| objects.contains(&object.id)) {
            prop_assert_eq!(object.enabled, Some(false));
        }
        // whoever may come in again is as the roster says
        world.orders.suspended.clear();
        world.settle(&after);
    }

    #[test]
    fn who_is_let_in_again_is_as_before(tree: bool, before in organisation(), who in 0..6_usize) {
        let mut world = World::new(tree);
        world.settle(&before);
        let was = world.memory.objects();
        world.orders.suspended.insert(person_id(who), order());
        world.settle(&before);
        world.orders.suspended.clear();
        world.settle(&before);
        prop_assert_eq!(world.memory.objects(), was);
    }
}
