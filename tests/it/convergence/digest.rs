//! Plans are known by what they would do.

use proptest::prelude::*;
use rosterd::object::{Change, ObjectId, Step, StepId, Value};
use rosterd::org::Id;
use rosterd::reconcile::Plan;

use super::cases;
use super::organisation::organisation;
use super::world::World;

/// Every way to change one thing about a step.
const TWISTS: [fn(&mut Step); 9] = [
    |step| step.name.push('x'),
    |step| step.reason.push('x'),
    |step| step.key = Id::new(format!("{}x", step.key)),
    |step| step.object = Some(ObjectId::new("x")),
    |step| step.irreversible = !step.irreversible,
    |step| step.needs.push(StepId::new(step.op, &"x".into())),
    |step| step.changes.push(Change { attribute: "x".into(), before: vec![], after: vec![Value::text("x")] }),
    |step| step.changes.iter_mut().for_each(|change| change.after.push(Value::text("x"))),
    |step| step.changes.iter_mut().for_each(|change| change.before.push(Value::text("x"))),
];

proptest! {
    #![proptest_config(cases())]

    #[test]
    fn the_order_of_what_was_read_means_nothing(
        tree: bool, first in organisation(), second in organisation(), turn in 0..20_usize,
    ) {
        let mut world = World::new(tree);
        world.settle(&first);
        // lost links are part of it: objects that are found by their stamps
        world.links = world.links.iter().skip(turn % 3).map(|(key, id)| (key.clone(), id.clone())).collect();
        let plan = world.plan(&second);
        let other = world.plan_from(&second, |mut objects| {
            objects.reverse();
            let turn = turn % objects.len().max(1);
            objects.rotate_left(turn);
            objects
        });
        assert_eq!(plan, other);
        assert_eq!(plan.digest(), other.digest());
    }

    #[test]
    fn the_digest_covers_all_of_every_step(
        tree: bool, first in organisation(), second in organisation(), which: prop::sample::Index,
    ) {
        let mut world = World::new(tree);
        world.settle(&first);
        let plan = world.plan(&second);
        if plan.steps.is_empty() {
            return Ok(());
        }
        let stored = serde_json::to_string(&plan).unwrap();
        assert_eq!(serde_json::from_str::<Plan>(&stored).unwrap(), plan, "a stored plan is read back as it was");
        let at = which.index(plan.steps.len());
        for (number, twist) in TWISTS.iter().enumerate() {
            let mut other = plan.clone();
            twist(&mut other.steps[at]);
            let same = other == plan;
            assert_eq!(same, other.digest() == plan.digest(), "twist {number} of {:?}", plan.steps[at]);
        }
        let mut shorter = plan.clone();
        shorter.steps.remove(at);
        assert_ne!(shorter.digest(), plan.digest());
        let mut elsewhere = plan.clone();
        elsewhere.target.push('x');
        assert_ne!(elsewhere.digest(), plan.digest());
    }
}
