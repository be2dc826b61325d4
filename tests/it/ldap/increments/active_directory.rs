//! DirSync on a domain of Samba.

use super::changes::{CHANGES, Dialect, World, each};
use super::*;

pub fn request() -> ObserveRequest {
    let attributes = [
        (Kind::Unit, vec!["description"]),
        (Kind::User, vec!["sAMAccountName", "title", "otherTelephone", "countryCode", "accountExpires", "l"]),
        (Kind::Contact, vec!["title"]),
        (Kind::Group, vec!["sAMAccountName", "description", "managedBy"]),
    ];
    let named = |(kind, names): (Kind, Vec<&str>)| (kind, names.into_iter().map(Into::into).collect());
    let attributes = attributes.into_iter().map(named).collect();
    ObserveRequest { attributes, ..ObserveRequest::default() }
}

pub async fn world() -> World {
    let lab = Lab::open();
    let mut admin = lab.administrator().await;
    let base = lab.fresh_unit(&mut admin).await;
    let outside = lab.fresh_unit(&mut admin).await;
    let (account, password) = (lab.value("BIND_DN"), lab.value("BIND_PASSWORD"));
    let hand = Hand::new(lab.value("LDAPS_URL"), &lab.path("CA_FILE"), account, password).await;
    let (settings, word) = (settings(&lab, &base), Lab::word());
    let logins = word.clone();
    let user = move |name: &str| {
        let enabled = ("userAccountControl", "544".to_owned());
        vec![("objectClass", "user".to_owned()), ("sAMAccountName", format!("{name}{logins}")), enabled]
    };
    let dialect = Dialect {
        several: "otherTelephone",
        number: "countryCode",
        stamp: "adminDescription",
        login: "sAMAccountName",
        disabled: ("userAccountControl", "546"),
        group: format!(" {word}"),
        user: Box::new(user),
        class: ("group", false),
    };
    let mut world = World { hand, base, outside, settings, dialect };
    world.fill().await;
    let owner = format!("cn=cy,ou=school,{}", world.base);
    world.hand.set(&world.group("band"), "managedBy", &[&owner]).await;
    // A member of a group by its number alone, outside.
    let rex = format!("cn=rex,{}", world.outside);
    world.user(&rex).await;
    world.make_group("league", std::slice::from_ref(&rex)).await;
    let league = world.group("league");
    let number = world.hand.number(&league).await;
    world.hand.set(&rex, "primaryGroupID", &[&number]).await;
    world
}

#[tokio::test]
async fn each_change_behind_our_back_is_seen() {
    let mut world = world().await;
    let mut follower = Follower::new(target(world.settings.clone()), request()).await;
    assert_eq!(follower.follow().await, Ok(Vec::new()), "nothing changed");
    each(&mut world, &mut follower, |row| row.1).await;
}

#[tokio::test]
async fn all_changes_at_once_are_seen() {
    let mut world = world().await;
    let mut follower = Follower::new(target(world.settings.clone()), request()).await;
    for (change, ..) in CHANGES.iter().filter(|row| row.1.is_some()) {
        world.change(change).await;
    }
    follower.agrees("all").await;
}
