//! What holds when steps fail, answers are lost and links are forgotten: a rerun mends it, and nothing is there twice.

use proptest::collection::vec;
use proptest::prelude::*;
use rosterd::object::{Links, Op};

use super::cases;
use super::organisation::organisation;
use super::world::{Mishap, World};

fn mishaps() -> impl Strategy<Value = Vec<Option<Mishap>>> {
    let one = prop_oneof![3 => Just(None), 1 => Just(Some(Mishap::Refused)), 1 => Just(Some(Mishap::Unanswered))];
    vec(one, 1..24)
}

proptest! {
    #![proptest_config(cases())]

    #[test]
    fn a_rerun_mends_what_failed(tree: bool, first in organisation(), second in organisation(), bad in mishaps()) {
        let mut world = World::new(tree);
        for organisation in [&first, &second] {
            let plan = world.plan(organisation);
            world.apply_with(&plan, |at| bad[at % bad.len()]);
            world.assert_no_duplicate();
            world.settle(organisation);
            world.assert_no_duplicate();
        }
    }

    /// One step that fails for good (a bad name, a password policy) keeps nothing else from being done.
    #[test]
    fn what_always_fails_stops_nothing_else(tree: bool, organisation in organisation(), which: prop::sample::Index) {
        let mut world = World::new(tree);
        let plan = world.plan(&organisation);
        let creates: Vec<_> = plan.steps.iter().filter(|step| step.op == Op::Create).collect();
        if creates.is_empty() {
            return Ok(());
        }
        let bad = which.get(&creates).id.clone();
        for _ in 0..2 {
            let plan = world.plan(&organisation);
            world.apply_with(&plan, |at| (plan.steps[at].id == bad).then_some(Mishap::Refused));
        }
        let left = world.plan(&organisation);
        let mut waiting = std::collections::BTreeSet::from([bad]);
        for step in &left.steps {
            let waits = step.needs.iter().any(|need| waiting.contains(need));
            assert!(waits || waiting.contains(&step.id), "undone though nothing is in its way: {step:#?}");
            waiting.insert(step.id.clone());
        }
    }

    /// Without links and account facts (a roster from before them) leavers are still found, and disabled.
    #[test]
    fn forgotten_accounts_are_found_by_the_stamp(tree: bool, first in organisation(), second in organisation()) {
        let mut world = World::new(tree);
        world.settle(&first);
        world.links = Links::default();
        world.accounts.clear();
        world.settle(&second);
        world.assert_no_duplicate();
        for (at, person) in second.people.iter().enumerate() {
            let Some(person) = person.as_ref().filter(|person| person.has_ended()) else { continue };
            let stamp = world.account(at);
            let object = world.memory.objects().into_iter().find(|object| object.stamp.as_ref() == Some(&stamp));
            let enabled = object.and_then(|object| object.enabled);
            assert_ne!(enabled, Some(true), "{at} left and is still enabled: {person:?}");
        }
    }

    /// An erasure takes the person, the account and the link. The object that is left is not ours any more: no step is
    /// about it, and its login is given to nobody.
    #[test]
    fn the_object_of_an_erased_person_is_left_alone(tree: bool, first in organisation(), which: prop::sample::Index) {
        let mut world = World::new(tree);
        world.settle(&first);
        let linked = |at: &usize| world.of(&world.account(*at)).is_some();
        let people: Vec<usize> = (0..first.people.len()).filter(linked).collect();
        if people.is_empty() {
            return Ok(());
        }
        let erased = *which.get(&people);
        let account = world.account(erased);
        let left = world.of(&account).unwrap();
        let others = world.links.iter().filter(|(key, _)| **key != account);
        world.links = others.map(|(key, object)| (key.clone(), object.clone())).collect::<Links>();
        world.accounts.remove(&account);
        let mut second = first.clone();
        second.people[erased] = None;
        let plan = world.plan(&second);
        for step in &plan.steps {
            assert!(step.object.as_ref() != Some(&left.id) && step.key != account, "{step:#?}");
        }
        assert!(plan.unmanaged.iter().any(|one| one.object == left.id), "{:#?}", plan.unmanaged);
        world.settle(&second);
        let after = world.object(&left.id).unwrap();
        assert_eq!((after.enabled, after.name, after.stamp), (left.enabled, left.name, left.stamp));
    }

    #[test]
    fn forgotten_links_are_found_by_the_stamp(tree: bool, organisation in organisation(), keep in vec(any::<bool>(), 1..8)) {
        let mut world = World::new(tree);
        world.settle(&organisation);
        let mut pairs: Vec<_> = world.links.iter().map(|(key, object)| (key.clone(), object.clone())).collect();
        pairs.sort();
        let kept = pairs.iter().zip(keep.iter().cycle()).filter(|(_, keep)| **keep).map(|(pair, _)| pair.clone());
        world.links = kept.collect::<Links>();
        let lost = pairs.len() - world.links.len();
        let plan = world.plan(&organisation);
        assert!(plan.steps.iter().all(|step| step.op == Op::Link), "{:#?}", plan.steps);
        assert_eq!(plan.steps.len(), lost);
        world.apply(&plan);
        assert!(world.plan(&organisation).is_empty());
        assert_eq!(world.links.len(), pairs.len());
        world.assert_no_duplicate();
    }
}
