//! What holds after every turn, when nothing fails.

use proptest::prelude::*;
use rosterd::object::{Ground, Kind, Op};
use rosterd::target::memory::Faults;

use super::cases;
use super::organisation::{Organisation, organisation};
use super::world::World;

/// Nobody who left keeps an enabled account, whatever else is held; everybody current whom nothing holds has one.
fn assert_accounts(world: &World, organisation: &Organisation) {
    let plan = world.plan(organisation);
    for (at, person) in organisation.people.iter().enumerate() {
        let account = world.account(at);
        let object = world.of(&account);
        let held = plan.held.iter().any(|hold| hold.key == account);
        match person {
            Some(person) if person.is_current() => {
                let enabled = object.and_then(|object| object.enabled) == Some(true);
                assert!(enabled || held || person.external, "{at} is current and has no account");
            }
            _ => {
                let enabled = object.and_then(|object| object.enabled);
                assert_ne!(enabled, Some(true), "{at} left and is still enabled");
            }
        }
    }
}

proptest! {
    #![proptest_config(cases())]

    #[test]
    fn an_applied_plan_leaves_nothing_to_do(tree: bool, organisation in organisation()) {
        let mut world = World::new(tree);
        world.settle(&organisation);
        assert_accounts(&world, &organisation);
        world.assert_no_duplicate();
    }

    #[test]
    fn so_does_every_later_state(tree: bool, states in prop::collection::vec(organisation(), 2..4)) {
        let mut world = World::new(tree);
        for organisation in &states {
            let before = (world.links.clone(), world.memory.objects());
            let plan = world.settle(organisation);
            for (key, object) in before.0.iter() {
                assert_eq!(world.links.object(key), Some(object), "{key} got another object");
            }
            for object in &before.1 {
                assert!(world.object(&object.id).is_some(), "{} was deleted", object.id);
            }
            assert!(plan.steps.iter().all(|step| step.op != Op::Delete && step.op != Op::Unlink));
            assert_accounts(&world, organisation);
            world.assert_no_duplicate();
        }
    }

    #[test]
    fn what_is_not_ours_is_not_touched(tree: bool, first in organisation(), second in organisation()) {
        let mut world = World::new(tree);
        let strangers = [
            world.foreign(Kind::User, "aasber"),
            world.foreign(Kind::User, "Åse Berg (aasber02)"),
            world.foreign(Kind::Group, "Alle"),
        ];
        let unit = tree.then(|| world.foreign(Kind::Unit, "IT"));
        let all = || strangers.iter().chain(&unit).map(|id| world.object(id)).collect::<Vec<_>>();
        let before = all();
        world.settle(&first);
        let groups: Vec<_> = world.memory.objects().into_iter().filter(|object| object.kind == Kind::Group).collect();
        for group in groups.iter().filter(|group| world.links.key(&group.id).is_some()) {
            world.join(&group.id, &strangers[0]);
        }
        let handle = world.object(&strangers[0]).unwrap().handle;
        world.settle(&second);
        for group in groups.iter().filter(|group| world.links.key(&group.id).is_some()) {
            let members = world.object(&group.id).unwrap().members.unwrap();
            assert!(members.contains(&handle), "a foreign member was removed");
        }
        assert_eq!(strangers.iter().chain(&unit).map(|id| world.object(id)).collect::<Vec<_>>(), before);
    }

    #[test]
    fn members_changed_by_hand_are_put_right(tree: bool, organisation in organisation(), whom in 0..6_usize) {
        let mut world = World::new(tree);
        world.settle(&organisation);
        let Some(user) = world.of(&world.account(whom)) else { return Ok(()) };
        for object in world.memory.objects().iter().filter(|object| object.kind == Kind::Group) {
            world.join(&object.id, &user.id);
        }
        world.settle(&organisation);
    }

    #[test]
    fn a_read_in_part_proves_no_absence(tree: bool, first in organisation(), second in organisation(), hide: u8) {
        let mut world = World::new(tree);
        world.settle(&first);
        world.absence = None;
        let objects = world.memory.objects();
        let hidden = objects.iter().enumerate().filter(|(at, _)| hide & (1 << (at % 8)) != 0);
        let hidden = hidden.map(|(_, object)| object.id.clone()).collect();
        world.memory.set_faults(Faults { partial: true, hidden, ..Faults::default() });
        let plan = world.plan(&second);
        for step in &plan.steps {
            assert_ne!(step.op, Op::Create, "created without knowing whether it is there");
            assert!(!matches!(step.ground, Some(Ground::Absent(_))), "an absence without proof: {step:?}");
        }
    }

    #[test]
    fn leavers_come_before_joiners(tree: bool, first in organisation(), second in organisation()) {
        let mut world = World::new(tree);
        world.settle(&first);
        let plan = world.plan(&second);
        let last_disable = plan.steps.iter().rposition(|step| step.op == Op::Disable);
        let first_create = plan.steps.iter().position(|step| step.op == Op::Create);
        if let (Some(disable), Some(create)) = (last_disable, first_create) {
            assert!(disable < create, "{:#?}", plan.steps);
        }
    }
}
