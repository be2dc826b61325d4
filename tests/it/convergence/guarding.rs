//! The guard never loosens when there is more to do, whatever the limits are.

use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::Index;
use rosterd::object::{Change, Ground, Kind, ObjectId, Op, Referent, Step, StepId, Value, aspect};
use rosterd::org::{Actor, Id, Instant};
use rosterd::reconcile::guard::{EVERY, TABLE, guard, measure};
use rosterd::reconcile::{Approval, Brakes, Consent, Limit, Limits, Plan, Quorum, Verdict, WrittenLimit};

use super::cases;
use super::organisation::{Days, Group, Job, Organisation, Person, Unit, organisation};
use super::world::World;

const OPS: [Op; 11] = [
    Op::Create,
    Op::Update,
    Op::Rename,
    Op::Move,
    Op::Enable,
    Op::Disable,
    Op::Delete,
    Op::Restore,
    Op::RemoveMembers,
    Op::Link,
    Op::Unlink,
];

fn limit() -> impl Strategy<Value = Limit> {
    (0..6_u64, 0..100_u32, 0..4_u64).prop_map(|(count, share, floor)| Limit::new(count, share.into(), floor))
}

/// Any limits of a target, in all, by kind and by subtree.
pub fn limits() -> impl Strategy<Value = Limits> {
    let each = |some: f64| vec(prop::option::weighted(some, limit()), TABLE.len());
    (each(0.7), each(0.3), each(0.3)).prop_map(|(all, units, subtrees)| {
        let written = |limits: Vec<Option<Limit>>| {
            (TABLE.iter().zip(limits)).filter_map(|(row, limit)| Some((row.brake, WrittenLimit::from(limit?))))
        };
        Limits {
            all: written(all).collect(),
            kinds: written(units).map(|(brake, part)| ((Kind::Unit, brake), part)).collect(),
            subtrees: written(subtrees).map(|(brake, part)| ((EVERY.to_owned(), brake), part)).collect(),
        }
    })
}

/// The same limits, each a little wider than it is in force.
fn wider(limits: &Limits) -> Limits {
    let one = |limit: Limit| Limit::new(limit.count.saturating_add(1), limit.share + 1.0, limit.floor + 1).into();
    let each = || TABLE.iter().map(|row| row.brake);
    let kinds = each().flat_map(|brake| Kind::ALL.map(|kind| ((kind, brake), one(limits.of_kind(brake, kind)))));
    let subtrees = each().filter_map(|brake| Some(((EVERY.to_owned(), brake), one(limits.of_subtree(brake, EVERY)?))));
    Limits {
        all: each().map(|brake| (brake, one(limits.of(brake)))).collect(),
        kinds: kinds.collect(),
        subtrees: subtrees.collect(),
    }
}

/// A further step, of any kind, about something that the plan is about already or about something else.
fn another(plan: &Plan, op: Op, about: &prop::sample::Index) -> Step {
    let known = plan.steps.get(about.index(plan.steps.len() + 1)).cloned();
    let key = known.as_ref().map_or_else(|| Id::new("new"), |step| step.key.clone());
    let kind = known.as_ref().map_or(Kind::User, |step| step.kind);
    let object = known.as_ref().map_or_else(|| Some(ObjectId::new("new")), |step| step.object.clone());
    let attribute = if op == Op::RemoveMembers { aspect::MEMBERS } else { aspect::STAMP };
    let before = vec![Value::Reference(Referent::Object(ObjectId::new("somebody")))];
    Step {
        id: StepId::new(op, &key),
        op,
        kind,
        key,
        person: None,
        name: "another".into(),
        object,
        ground: op.is_negative().then_some(Ground::Ended),
        reason: "another".into(),
        rung: None,
        irreversible: op == Op::Delete,
        needs: Vec::new(),
        changes: vec![Change { attribute: attribute.into(), before, after: Vec::new() }],
    }
}

/// Steps to add to any plan.
pub fn further() -> impl Strategy<Value = Vec<(Index, Index)>> {
    vec(any::<(Index, Index)>(), 1..8)
}

fn is_cleared(plan: &Plan, brakes: &Brakes, approval: Option<Approval>) -> bool {
    let consent = Consent::new(plan.digest(), Quorum::ONE, approval.into_iter().collect(), Instant::from_micros(0));
    matches!(guard(plan.clone(), brakes, &consent), Verdict::Cleared(_))
}

/// What holds of a plan, its first `cut` steps, and the same with further ones.
pub fn assert_monotonous(plan: &Plan, brakes: &Brakes, cut: usize, further: &[(Index, Index)]) {
    let mut part = plan.clone();
    part.steps.truncate(cut);
    // whoever may do all may do a part
    assert!(!is_cleared(plan, brakes, None) || is_cleared(&part, brakes, None));
    let loose = Brakes { limits: wider(&brakes.limits), ..brakes.clone() };
    assert!(!is_cleared(plan, brakes, None) || is_cleared(plan, &loose, None));
    // a further step of whatever kind never turns a breach into none
    let mut longer = plan.clone();
    for (op, object) in further {
        longer.steps.push(another(plan, *op.get(&OPS), object));
    }
    let after = measure(&longer, brakes);
    for before in measure(plan, brakes).iter().filter(|one| one.is_breached()) {
        // two groups may have one name
        let mut same = after.iter().filter(|now| now.limit == before.limit);
        assert!(same.any(|now| now.is_breached() && now.found >= before.found), "{before:?} {after:?}");
    }
    // an approval counts for its own plan only
    let approval = Approval::new(part.digest(), Actor::of_uid(0), Instant::from_micros(0), 7);
    assert!(is_cleared(&part, brakes, Some(approval.clone())));
    if part.digest() != plan.digest() {
        assert_eq!(is_cleared(plan, brakes, None), is_cleared(plan, brakes, Some(approval)));
    }
}

proptest! {
    #![proptest_config(cases())]

    #[test]
    fn the_guard_is_monotonous(
        tree: bool, first in organisation(), second in organisation(), limits in limits(), new_rules: bool,
        cut in 0..20_usize, further in further(),
    ) {
        let mut world = World::new(tree);
        world.settle(&first);
        assert_monotonous(&world.plan(&second), &Brakes { limits, new_rules }, cut, &further);
    }
}

/// A school of `school` people and an administration of 60, with a group of two.
fn two_units(school: usize) -> Organisation {
    let unit = |name| Some(Unit { name, rank: 0, parent: None, manager: None });
    let person = |unit| {
        let job = Job { unit, days: Days::Current, primary: true, title: None };
        let (given_name, surname) = ("Bo", "Berg");
        Some(Person { given_name, surname, external: false, national_id: None, jobs: vec![job] })
    };
    let people = (0..school).map(|_| person(0)).chain((0..60).map(|_| person(1))).collect();
    let group = Group { name: "Alle", people: vec![0, school], units: Vec::new(), groups: Vec::new(), rule: None };
    Organisation { units: vec![unit("Skole"), unit("IT")], people, groups: vec![Some(group)] }
}

fn dismiss(organisation: &mut Organisation, people: impl IntoIterator<Item = usize>) {
    for at in people {
        let jobs = organisation.people[at].iter_mut().flat_map(|person| &mut person.jobs);
        jobs.for_each(|job| job.days = Days::Past);
    }
}

/// What is breached, with a limit of the target that lets all through.
fn breaches(plan: &Plan) -> Vec<String> {
    let brakes = Limits::default().with(rosterd::reconcile::Brake::Disable, Limit::new(100, 100.0, 100)).into();
    let breached = measure(plan, &brakes).into_iter().filter(rosterd::reconcile::Measure::is_breached);
    breached.map(|one| format!("{}: {} of {}, allowed {}", one.limit, one.found, one.of, one.allowed)).collect()
}

#[test]
fn most_of_one_unit_is_a_breach_though_it_is_little_of_all() {
    for (gone, told) in [(5, vec![]), (6, vec!["disable in ou=skole: 6 of 10, allowed 5".to_owned()])] {
        let (mut world, mut organisation) = (World::new(true), two_units(10));
        world.settle(&organisation);
        dismiss(&mut organisation, 1..=gone);
        assert_eq!(breaches(&world.plan(&organisation)), told);
    }
    // without a tree nobody knows where people belong
    let (mut world, mut organisation) = (World::new(false), two_units(10));
    world.settle(&organisation);
    dismiss(&mut organisation, 1..=10);
    assert_eq!(breaches(&world.plan(&organisation)), Vec::<String>::new());
}

#[test]
fn the_last_enabled_member_of_a_guarded_group_is_nobodys_to_take() {
    let last = vec!["last-member of Alle: 2 of 2, allowed 1".to_owned()];
    for tree in [true, false] {
        let (mut world, mut organisation) = (World::new(tree), two_units(10));
        world.settle(&organisation);
        let mut both = organisation.clone();
        dismiss(&mut organisation, [0]);
        dismiss(&mut both, [0, 10]);
        assert_eq!(breaches(&world.plan(&both)), Vec::<String>::new(), "a group like any other");
        world.never_empty = vec!["ALLE".to_owned()];
        assert_eq!(breaches(&world.plan(&organisation)), Vec::<String>::new(), "one stays");
        assert_eq!(breaches(&world.plan(&both)), last);
        // who is disabled already can do nothing in the group: then one is enough
        world.settle(&organisation);
        assert_eq!(breaches(&world.plan(&both)), ["last-member of Alle: 1 of 1, allowed 0"]);
        // a protected group needs no word of the configuration
        world.never_empty.clear();
        let group = world.links.object(&Id::new("g0")).unwrap().clone();
        world.protect([group]);
        assert_eq!(breaches(&world.plan(&both)), ["last-member of Alle: 1 of 1, allowed 0"]);
    }
}
