//! What a blocking rule finds is held, and nobody else is; mending the record lets it go.

use std::collections::BTreeSet;

use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;
use rosterd::object::{HoldCode, Kind, Op};
use rosterd::org::Id;
use rosterd::org::quality::{Severities, Severity};
use rosterd::reconcile::Plan;

use super::cases;
use super::organisation::{Days, Group, Job, Organisation, Person, Unit, organisation};
use super::world::World;

fn national_ids() -> impl Strategy<Value = Vec<Option<u8>>> {
    vec(option::of(0..3_u8), 6)
}

fn held_for_quality(plan: &Plan) -> BTreeSet<Id> {
    plan.held.iter().filter(|hold| hold.code == HoldCode::Quality).map(|hold| hold.key.clone()).collect()
}

/// The groups, by object, that hold the account of a person.
fn groups_of(world: &World, person: usize) -> Vec<String> {
    let Some(user) = world.of(&world.account(person)) else { return Vec::new() };
    let holds = |members: &Option<Vec<_>>| members.as_ref().is_some_and(|members| members.contains(&user.handle));
    let objects = world.memory.objects();
    objects.iter().filter(|object| holds(&object.members)).map(|object| object.id.to_string()).collect()
}

proptest! {
    #![proptest_config(cases())]

    #[test]
    fn duplicates_stay_as_they_are_and_leavers_are_disabled(
        tree: bool, first in organisation(), second in organisation(), ids in national_ids(),
    ) {
        let mut world = World::new(tree);
        world.settle(&first);
        let second = second.with_national_ids(&ids);
        let state = |world: &World, at: usize| {
            let user = world.of(&world.account(at));
            user.map(|user| (user.name, user.enabled, user.attributes, user.parent.is_some()))
        };
        // who is out of the target's scope is not held there
        let is_meant = |person: &Person| person.is_current() && !person.external;
        let is_current = |at: &usize| second.people[*at].as_ref().is_some_and(is_meant);
        let blocked: Vec<usize> = second.duplicates().into_iter().filter(is_current).collect();
        let before: Vec<_> = blocked.iter().map(|at| (state(&world, *at), groups_of(&world, *at))).collect();
        let plan = world.settle(&second);
        let after: Vec<_> = blocked.iter().map(|at| (state(&world, *at), groups_of(&world, *at))).collect();
        assert_eq!(before, after);
        for at in &blocked {
            let account = world.account(*at);
            assert!(plan.steps.iter().all(|step| step.key != account || step.op == Op::Link), "{:#?}", plan.steps);
        }
        for at in second.duplicates() {
            if second.people[at].as_ref().is_some_and(Person::has_ended) {
                let enabled = world.of(&world.account(at)).and_then(|user| user.enabled);
                assert_ne!(enabled, Some(true), "{at} left and is still enabled");
            }
        }
        assert_eq!(held_for_quality(&world.plan(&second)), held_for_quality(&plan), "a second plan says the same");
    }

    #[test]
    fn duplicates_stop_nobody_else(tree: bool, first in organisation(), second in organisation(), ids in national_ids()) {
        let mut world = World::new(tree);
        world.settle(&first);
        let blocked = second.clone().with_national_ids(&ids);
        let keys: BTreeSet<Id> = blocked.duplicates().into_iter().map(|at| world.account(at)).collect();
        let of_others = |plan: &Plan| -> BTreeSet<String> {
            let about = |op: Op| matches!(op, Op::Create | Op::Enable | Op::Disable | Op::Move | Op::Rename);
            let steps = plan.steps.iter().filter(|step| step.kind == Kind::User && about(step.op));
            steps.filter(|step| !keys.contains(&step.key)).map(|step| step.id.as_str().to_owned()).collect()
        };
        assert_eq!(of_others(&world.plan(&blocked)), of_others(&world.plan(&second)));
    }

    #[test]
    fn mending_the_record_lets_go(tree: bool, first in organisation(), second in organisation(), ids in national_ids()) {
        let mut world = World::new(tree);
        world.settle(&first);
        world.settle(&second.clone().with_national_ids(&ids));
        let mended = world.settle(&second);
        assert_eq!(held_for_quality(&mended), BTreeSet::new());
        for (at, person) in second.people.iter().enumerate() {
            if person.as_ref().is_some_and(|person| person.is_current() && !person.external) {
                let held = world.plan(&second).held.iter().any(|hold| hold.key == world.account(at));
                let enabled = world.of(&world.account(at)).and_then(|user| user.enabled);
                assert!(held || enabled == Some(true), "{at} has no account");
            }
        }
    }
}

fn person(given_name: &'static str, unit: usize, days: Days) -> Option<Person> {
    let jobs = vec![Job { unit, days, primary: false, title: None }];
    Some(Person { given_name, surname: "Berg", external: false, national_id: None, jobs })
}

/// Two units, one below the other, two people and a group.
fn small() -> Organisation {
    let unit = |name, rank, parent| Some(Unit { name, rank, parent, manager: None });
    let group = Group { name: "Alle", people: vec![0, 1], units: vec![], groups: vec![], rule: None };
    Organisation {
        units: vec![unit("IT", 0, None), unit("Skole", 1, Some(0)), None, None, None],
        people: vec![person("Bo", 0, Days::Current), person("Åse", 1, Days::Current)],
        groups: vec![Some(group)],
    }
}

fn blocking(world: &mut World, rule: &str) {
    world.severities = Severities([(rule.to_owned(), Severity::Block)].into());
}

fn reason<'a>(plan: &'a Plan, key: &str) -> &'a str {
    plan.held.iter().find(|hold| hold.key.as_str() == key).map_or("", |hold| hold.reason.as_str())
}

#[test]
fn a_hold_names_the_rule_and_who_else_it_is_about() {
    let world = World::new(false);
    let plan = world.plan(&small().with_national_ids(&[Some(1), Some(1)]));
    let account = world.account(0);
    let said = "quality: duplicate-national-id: has the same national id as Åse Berg (p1)";
    assert_eq!(reason(&plan, account.as_str()), said);
    assert!(plan.steps.iter().all(|step| step.kind != Kind::User), "{:#?}", plan.steps);
}

#[test]
fn a_held_unit_that_is_there_stays_and_people_come_into_it_as_before() {
    let mut world = World::new(true);
    world.settle(&small());
    blocking(&mut world, "unit-without-manager");
    let mut later = small();
    later.units[1].as_mut().unwrap().name = "Bibliotek";
    later.people[0] = person("Bo", 1, Days::Current);
    let plan = world.plan(&later);
    assert_eq!(reason(&plan, "u1"), "quality: unit-without-manager: no manager is recorded");
    assert!(plan.steps.iter().all(|step| step.kind != Kind::Unit), "{:#?}", plan.steps);
    let moved = |step: &&rosterd::object::Step| step.op == Op::Move && step.key == world.account(0);
    assert_eq!(plan.steps.iter().filter(moved).count(), 1);
    world.settle(&later);
}

#[test]
fn nobody_moves_into_a_held_unit_that_is_not_there() {
    let mut world = World::new(true);
    world.settle(&small());
    blocking(&mut world, "unit-without-manager");
    let mut later = small();
    later.units[2] = Some(Unit { name: "it", rank: 2, parent: Some(0), manager: None });
    later.people[0] = person("Bo", 2, Days::Current);
    let place = |world: &World| world.of(&world.account(0)).unwrap().parent;
    let before = place(&world);
    let plan = world.settle(&later);
    let account = world.account(0);
    assert_eq!(
        reason(&plan, account.as_str()),
        "its organisational unit is not in the target, so it stays where it lies"
    );
    assert_eq!(place(&world), before);
}

#[test]
fn the_steps_of_a_held_group_are_held() {
    let mut world = World::new(true);
    world.settle(&small());
    blocking(&mut world, "membership-of-nobody");
    let mut later = small();
    later.groups[0].as_mut().unwrap().people = vec![0, 5];
    let plan = world.settle(&later);
    assert_eq!(
        reason(&plan, "g0"),
        "quality: membership-of-nobody: of the membership g0-1: the member p5 does not hold on the day"
    );
    assert!(plan.is_empty(), "{:#?}", plan.steps);
}

#[test]
fn a_made_up_number_that_all_bear_names_a_few_of_them() {
    let world = World::new(false);
    let mut organisation = small();
    organisation.people = (0..8).map(|_| person("Bo", 0, Days::Current)).collect();
    let plan = world.plan(&organisation.with_national_ids(&[Some(1); 8]));
    let said = reason(&plan, world.account(0).as_str()).to_owned();
    assert!(said.ends_with("Bo Berg (p5) and 2 more"), "{said}");
}

#[test]
fn namesakes_are_told_apart_in_a_plan() {
    let world = World::new(true);
    let mut organisation = small();
    organisation.people[1] = person("Bo", 1, Days::Current);
    organisation.units[2] = Some(Unit { name: "IT", rank: 2, parent: Some(1), manager: None });
    let plan = world.plan(&organisation);
    let names = |kind| -> BTreeSet<&str> {
        let steps = plan.steps.iter().filter(|step| step.kind == kind && step.op == Op::Create);
        steps.map(|step| step.name.as_str()).collect()
    };
    assert_eq!(names(Kind::User), BTreeSet::from(["Bo Berg (bober02)", "Bo Berg (bober03)"]));
    assert_eq!(names(Kind::Unit), BTreeSet::from(["IT", "IT (Skole)", "Skole"]));
}
