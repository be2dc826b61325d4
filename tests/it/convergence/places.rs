//! Names and places: circles of them are opened in one plan, and two names that the target takes for one are told in
//! the plan.

use rosterd::object::{HoldCode, Kind, Op, Siblings, StepId};

use super::organisation::{Days, Group, Job, Organisation, Person, Unit};
use super::world::{Mishap, World};

fn unit(name: &'static str, parent: Option<usize>) -> Option<Unit> {
    Some(Unit { name, rank: u8::from(parent.is_some()), parent, manager: None })
}

fn organisation(units: [Option<Unit>; 4]) -> Organisation {
    let [first, second, third, fourth] = units;
    Organisation { units: vec![first, second, third, fourth, None], people: vec![None; 6], groups: vec![None; 3] }
}

fn person(given_name: &'static str, unit: usize) -> Option<Person> {
    let jobs = vec![Job { unit, days: Days::Current, primary: false, title: None }];
    Some(Person { given_name, surname: "Berg", external: false, national_id: None, jobs })
}

fn names(world: &World, kind: Kind) -> Vec<(String, String)> {
    let mut objects = world.memory.objects();
    objects.retain(|object| object.kind == kind);
    let mut names: Vec<_> =
        objects.iter().map(|one| (one.stamp.clone().unwrap().to_string(), one.name.clone())).collect();
    names.sort();
    names
}

#[test]
fn two_units_that_swap_names_do_so_in_one_plan() {
    let mut world = World::new(true);
    world.settle(&organisation([unit("IT", None), unit("Skole", None), None, None]));
    let plan = world.settle(&organisation([unit("Skole", None), unit("IT", None), None, None]));
    let ids: Vec<&str> = plan.steps.iter().filter(|step| step.op == Op::Rename).map(|step| step.id.as_str()).collect();
    assert_eq!(ids, ["aside:u0", "rename:u1", "rename:u0"]);
    assert_eq!(names(&world, Kind::Unit), [("u0".into(), "Skole".into()), ("u1".into(), "IT".into())]);
}

#[test]
fn a_ring_of_names_needs_one_that_steps_aside() {
    let mut world = World::new(true);
    let named = |names: [&'static str; 4]| organisation(names.map(|name| unit(name, None)));
    world.settle(&named(["IT", "Skole", "Teknik", "Bibliotek"]));
    let plan = world.settle(&named(["Skole", "Teknik", "Bibliotek", "IT"]));
    assert_eq!(plan.steps.iter().filter(|step| step.is_aside()).count(), 1, "{:#?}", plan.steps);
    let plan = world.settle(&named(["Teknik", "Skole", "IT", "Bibliotek"]));
    assert!(plan.held.is_empty(), "{:?}", plan.held);
}

#[test]
fn two_that_swap_places_under_one_name_do_so_too() {
    let mut world = World::new(true);
    let inner = |one: usize, two: usize| {
        organisation([unit("IT", None), unit("Skole", None), unit("Drift", Some(one)), unit("Drift", Some(two))])
    };
    world.settle(&inner(0, 1));
    let plan = world.settle(&inner(1, 0));
    assert!(plan.held.is_empty(), "{:?}", plan.held);
}

/// The new unit is to have the name of the one that goes into it.
#[test]
fn a_unit_goes_into_a_new_one_of_its_own_name() {
    let mut world = World::new(true);
    world.settle(&organisation([unit("Skole", None), None, None, None]));
    let mut later = organisation([unit("Skole", Some(1)), unit("Skole", None), None, None]);
    later.people[0] = person("Bo", 0);
    let plan = world.settle(&later);
    assert!(plan.held.is_empty(), "{:?}", plan.held);
    assert_eq!(plan.steps.iter().filter(|step| step.is_aside()).count(), 1);
}

/// After every mishap the next plans finish it, and nobody keeps the lent name.
#[test]
fn a_swap_that_is_cut_off_is_finished_by_the_next_plan() {
    for at in 0..3 {
        for mishap in [Mishap::Refused, Mishap::Unanswered] {
            let mut world = World::new(true);
            world.settle(&organisation([unit("IT", None), unit("Skole", None), None, None]));
            let swapped = organisation([unit("Skole", None), unit("IT", None), None, None]);
            let plan = world.plan(&swapped);
            let renames = plan.steps.iter().position(|step| step.op == Op::Rename).unwrap();
            let refusals = world.apply_with(&plan, |place| (place == renames + at).then_some(mishap));
            assert_eq!(refusals.len(), 1, "{refusals:?}");
            world.settle(&swapped);
            assert_eq!(names(&world, Kind::Unit), [("u0".into(), "Skole".into()), ("u1".into(), "IT".into())]);
        }
    }
}

/// Whose partner may not be touched keeps the name that it has.
#[test]
fn a_swap_with_a_protected_unit_is_held() {
    let mut world = World::new(true);
    world.settle(&organisation([unit("IT", None), unit("Skole", None), None, None]));
    let second = world.of(&"u1".into()).unwrap().id;
    world.protect([second]);
    let plan = world.plan(&organisation([unit("Skole", None), unit("IT", None), None, None]));
    assert!(plan.steps.iter().all(|step| step.op != Op::Rename), "{:#?}", plan.steps);
    let codes: Vec<HoldCode> = plan.held.iter().map(|hold| hold.code).collect();
    assert_eq!(codes, [HoldCode::NameTaken, HoldCode::Protected]);
}

#[test]
fn a_lent_name_that_is_taken_leaves_the_circle_held() {
    let mut world = World::new(true);
    world.settle(&organisation([unit("IT", None), unit("Skole", None), None, None]));
    let swapped = organisation([unit("Skole", None), unit("IT", None), None, None]);
    let lent = |world: &World| -> Vec<String> {
        let plan = world.plan(&swapped);
        let asides = plan.steps.iter().filter(|step| step.is_aside());
        asides.map(|step| step.after("name").unwrap()[0].as_text().unwrap().to_owned()).collect()
    };
    for _ in 0..2 {
        for name in lent(&world) {
            world.foreign(Kind::Unit, &name);
        }
    }
    let plan = world.plan(&swapped);
    assert!(plan.steps.iter().all(|step| step.op != Op::Rename), "{:#?}", plan.steps);
    assert_eq!(plan.held.len(), 2, "{:#?}", plan.held);
}

/// What another object takes for the same name is found before anything is written, and both are named.
#[test]
fn names_that_active_directory_takes_for_one_are_told_apart_in_the_plan() {
    let mut world = World::new(true);
    let two = organisation([unit("Müller", None), unit("MULLER", None), None, None]);
    assert!(world.plan(&two).held.is_empty());
    world.siblings = Siblings::ActiveDirectory;
    let plan = world.settle(&two);
    assert_eq!(plan.held.len(), 1);
    let hold = &plan.held[0];
    assert_eq!((hold.key.as_str(), hold.code), ("u1", HoldCode::NameTaken));
    assert_eq!(
        hold.reason,
        "\"MULLER\" is taken there: the unit Müller (u0) has, or is to have, the name \"Müller\"; the target takes the \
         two names for one"
    );
}

/// Where both are there already, since the target is not as strict, neither is held for being spelled otherwise.
#[test]
fn who_has_the_name_already_may_spell_it_otherwise() {
    let mut world = World::new(true);
    world.settle(&organisation([unit("Müller", None), unit("Muller", None), None, None]));
    world.siblings = Siblings::ActiveDirectory;
    let plan = world.settle(&organisation([unit("MÜLLER", None), unit("Muller", None), None, None]));
    assert_eq!((plan.steps.len(), plan.held.len()), (1 + 1, 0), "{:#?}", plan.held);
    let third = organisation([unit("MÜLLER", None), unit("Muller", None), unit("muller", None), None]);
    assert_eq!(world.plan(&third).held.len(), 1);
}

/// \[MS-ADTS\] section 3.1.1.3.1.2.1: the value alone counts.
#[test]
fn a_unit_and_a_group_of_one_name_are_one_too_many_in_active_directory() {
    let mut world = World::new(true);
    let mut both = organisation([unit("IT", None), None, None, None]);
    both.groups[0] = Some(Group { name: "it", people: vec![], units: vec![], groups: vec![], rule: None });
    assert!(world.plan(&both).held.is_empty());
    world.siblings = Siblings::ActiveDirectory;
    let plan = world.settle(&both);
    assert_eq!(plan.held.iter().map(|hold| hold.code).collect::<Vec<_>>(), [HoldCode::NameTaken], "{:#?}", plan.held);
    assert_eq!(plan.steps.iter().filter(|step| step.id == StepId::new(Op::Create, &"u0".into())).count(), 1);
}
