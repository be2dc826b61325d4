//! Plans are known by what they would do, and the guard never loosens when there is more to do.

use proptest::prelude::*;
use rosterd::object::{Change, ObjectId, Step, StepId, Value};
use rosterd::org::{Actor, Id, Instant};
use rosterd::reconcile::guard::guard;
use rosterd::reconcile::{Approval, Consent, Limit, Limits, Plan, Quorum, Verdict};

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

fn limit() -> impl Strategy<Value = Limit> {
    (0..6_u64, 0..100_u32, 0..4_u64).prop_map(|(count, share, floor)| Limit::new(count, share.into(), floor))
}

fn is_cleared(plan: &Plan, limits: &Limits, approval: Option<Approval>) -> bool {
    let consent = Consent::new(plan.digest(), Quorum::ONE, approval.into_iter().collect(), Instant::from_micros(0));
    matches!(guard(plan.clone(), &(*limits).into(), &consent), Verdict::Cleared(_))
}

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

    #[test]
    fn the_guard_is_monotonous(
        first in organisation(), second in organisation(), limits in (limit(), limit(), limit()), cut in 0..20_usize,
    ) {
        let mut world = World::new(true);
        world.settle(&first);
        let plan = world.plan(&second);
        let (disable, remove_members, delete) = limits;
        let limits = Limits { disable, remove_members, delete, ..Limits::default() };
        let mut part = plan.clone();
        part.steps.truncate(cut);
        // whoever may do all may do a part
        assert!(!is_cleared(&plan, &limits, None) || is_cleared(&part, &limits, None));
        let wider = |limit: Limit| Limit::new(limit.count + 1, limit.share + 1.0, limit.floor + 1);
        let loose = Limits { disable: wider(disable), remove_members: wider(remove_members), delete: wider(delete), ..Limits::default() };
        assert!(!is_cleared(&plan, &limits, None) || is_cleared(&plan, &loose, None));
        // an approval counts for its own plan only
        let approval = Approval::new(part.digest(), Actor::of_uid(0), Instant::from_micros(0), 7);
        assert!(is_cleared(&part, &limits, Some(approval.clone())));
        if part.digest() != plan.digest() {
            assert_eq!(is_cleared(&plan, &limits, None), is_cleared(&plan, &limits, Some(approval)));
        }
    }
}
