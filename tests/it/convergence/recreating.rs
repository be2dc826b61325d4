//! What somebody deleted: brought back where the target can, else created anew, and only with consent.

use proptest::prelude::*;
use rosterd::object::{Kind, Observed, Op};
use rosterd::reconcile::{Consent, Limits, Verdict, guard};

use super::cases;
use super::organisation::{Days, organisation};
use super::protected::one_person;
use super::world::World;

/// The roster's part of an object: what it is, and nothing of which object it is.
fn shown(object: &Observed) -> (Kind, &str, Option<bool>, &rosterd::object::Attributes) {
    (object.kind, &object.name, object.enabled, &object.attributes)
}

proptest! {
    #![proptest_config(cases())]

    #[test]
    fn what_was_deleted_comes_back_and_nothing_is_left_to_do(
        tree: bool,
        organisation in organisation(),
        lost in prop::collection::vec(prop::bool::weighted(0.3), 0..24),
    ) {
        let mut world = World::new(tree);
        world.settle(&organisation);
        let before = world.memory.objects();
        let links: Vec<_> = world.links.iter().map(|(key, object)| (key.clone(), object.clone())).collect();
        let chosen = before.iter().zip(lost).filter(|(_, lost)| *lost).map(|(object, _)| object);
        // what lies in a unit goes before it
        let gone: Vec<&Observed> = chosen.rev().filter(|object| world.delete(object)).collect();
        let plan = world.plan(&organisation);
        let again = plan.steps.iter().filter(|step| step.is_recreation()).count();
        prop_assert_eq!(again, gone.len(), "{:#?}\nheld {:#?}", plan.steps, plan.held);
        let restored = plan.steps.iter().filter(|step| step.op == Op::Restore).count();
        prop_assert_eq!(restored, if tree { again } else { 0 });
        let breached = matches!(guard(plan.clone(), &Limits::default().into(), &Consent::none(plan.digest())), Verdict::Breached { .. });
        prop_assert!(breached || again == 0, "somebody has to consent");
        world.settle(&organisation);
        for (key, object) in links {
            prop_assert!(!tree || world.links.object(&key) == Some(&object), "what is restored is the same object");
        }
        let after = world.memory.objects();
        prop_assert_eq!(after.len(), before.len());
        for object in &before {
            prop_assert!(after.iter().any(|other| shown(other) == shown(object)), "{:?} is not there again", object);
        }
        world.assert_no_duplicate();
    }
}

#[test]
fn a_deleted_leaver_is_left_deleted() {
    let mut world = World::new(true);
    world.settle(&one_person(Days::Current));
    let object = world.of(&world.account(0)).unwrap();
    assert!(world.delete(&object));
    let plan = world.plan(&one_person(Days::Past));
    assert!(plan.steps.iter().all(|step| step.key != world.account(0)), "{:#?}", plan.steps);
}
