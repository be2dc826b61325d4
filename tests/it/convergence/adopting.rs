//! Accounts that were there before: adopted by their logins or names, and kept in step from then on.

use proptest::prelude::*;
use rosterd::object::{Attributes, Kind, Observed, Value};

use super::cases;
use super::organisation::{Organisation, organisation};
use super::world::World;

/// A target with the accounts that another program made for this organisation: at the top, without stamps, some
/// protected, and each with an attribute that nobody maps.
fn with_accounts(tree: bool, organisation: &Organisation, protected: &[bool]) -> World {
    let mut made = World::new(tree);
    made.settle(organisation);
    let world = World::new(tree);
    let users = made.memory.objects().into_iter().filter(|object| object.kind == Kind::User);
    for (at, user) in users.enumerate() {
        let mut attributes: Attributes = user.attributes;
        attributes.insert("room".into(), vec![Value::text(format!("room {at}"))]);
        attributes.remove(&"title".into());
        let id = world.memory.plant(Kind::User, &format!("{} {at}", user.name), attributes).unwrap();
        if protected.get(at).copied().unwrap_or_default() {
            world.memory.protect(&id);
        }
    }
    world
}

fn without_stamp(objects: Vec<Observed>) -> Vec<Observed> {
    objects.into_iter().map(|object| Observed { stamp: None, ..object }).collect()
}

proptest! {
    #![proptest_config(cases())]

    #[test]
    fn adoption_writes_the_stamp_alone_and_what_follows_converges(
        tree: bool,
        organisation in organisation(),
        protected in prop::collection::vec(prop::bool::weighted(0.1), 0..8),
        by_name: bool,
    ) {
        let mut world = with_accounts(tree, &organisation, &protected);
        let login = if tree { "sAMAccountName" } else { "userName" };
        let rules: &[(&str, &str)] =
            if by_name { &[("displayName", "person.name")] } else { &[(login, "upper(login)"), (login, "login")] };
        let before = world.memory.objects();
        let writes = world.memory.writes();
        let (plan, held) = world.adoption(&organisation, rules);
        prop_assert_eq!(world.memory.writes(), writes, "a proposal writes nothing");
        world.apply(&plan);
        prop_assert_eq!(world.memory.writes(), writes + plan.steps.len() as u64);
        prop_assert_eq!(without_stamp(world.memory.objects()), before, "nothing but the stamp was written");
        prop_assert_eq!(world.links.len(), plan.steps.len());
        for (key, object) in world.links.iter() {
            let object = world.object(object).unwrap();
            prop_assert_eq!(object.stamp.as_ref(), Some(key));
            prop_assert!(object.protected.is_none(), "no rule adopts what is protected");
        }
        let (again, held_again) = world.adoption(&organisation, rules);
        prop_assert!(again.is_empty(), "a second adoption proposes {:?}", again.steps);
        prop_assert_eq!(held_again, held);
        // what was not adopted keeps its login, which others then cannot have; the adopted ones keep theirs
        let adopted: Vec<_> = world.links.iter().map(|(key, object)| (key.clone(), object.clone())).collect();
        let logins = |world: &World, at: &rosterd::object::ObjectId| {
            world.object(at).unwrap().attributes.get(&login.into()).cloned()
        };
        let had: Vec<_> = adopted.iter().map(|(_, object)| logins(&world, object)).collect();
        world.settle(&organisation);
        for ((key, object), had) in adopted.iter().zip(had) {
            prop_assert_eq!(world.links.object(key), Some(object), "an adopted object stays the one");
            prop_assert_eq!(logins(&world, object), had);
            let room = world.object(object).unwrap().attributes.contains_key(&"room".into());
            prop_assert!(room, "what nobody maps is left");
        }
        world.assert_no_other_duplicate();
    }
}
