//! Content Synchronization with OpenLDAP.

use super::changes::{CHANGES, Dialect, World, each};
use super::*;

pub fn request() -> ObserveRequest {
    let attributes = [
        (Kind::Unit, vec!["description"]),
        (Kind::User, vec!["uid", "title", "telephoneNumber", "employeeNumber", "seeAlso"]),
        (Kind::Group, vec!["description", "owner"]),
    ];
    let named = |(kind, names): (Kind, Vec<&str>)| (kind, names.into_iter().map(Into::into).collect());
    let attributes = attributes.into_iter().map(named).collect();
    ObserveRequest { attributes, ..ObserveRequest::default() }
}

pub async fn world() -> World {
    let lab = Lab::open();
    let (account, password) = (lab.value("OPENLDAP_ADMIN"), lab.value("OPENLDAP_ADMIN_PASSWORD"));
    let hand = Hand::new(lab.value("OPENLDAPS_URL"), &lab.path("OPENLDAP_CA_FILE"), account, password).await;
    let place = || format!("ou=test {},{}", Lab::word(), lab.value("OPENLDAP_ORG"));
    let (base, outside) = (place(), place());
    let secret = lab.path("OPENLDAP_SYNC_PASSWORD_FILE");
    let settings = Settings {
        url: lab.value("OPENLDAPS_URL").into(),
        ca_file: Some(lab.path("OPENLDAP_CA_FILE")),
        bind_dn: lab.value("OPENLDAP_SYNC").to_owned(),
        password: Some(SecretRef { file: Some(secret), credential: None, env: None }),
        profile: Profile::OpenLdap,
        names_base: Some(base.clone()),
        ..super::settings(&lab, &base)
    };
    let user = |_: &str| vec![("objectClass", "inetOrgPerson".to_owned()), ("sn", "x".to_owned())];
    let dialect = Dialect {
        several: "telephoneNumber",
        number: "employeeNumber",
        stamp: "businessCategory",
        login: "uid",
        disabled: ("pwdAccountLockedTime", "000001010000Z"),
        group: String::new(),
        user: Box::new(user),
        class: ("groupOfNames", true),
    };
    let mut world = World { hand, base, outside, settings, dialect };
    for dn in [world.base.clone(), world.outside.clone()] {
        world.unit(&dn).await;
    }
    world.fill().await;
    let owner = format!("cn=cy,ou=school,{}", world.base);
    world.hand.set(&world.group("band"), "owner", &[&owner]).await;
    world
}

#[tokio::test]
async fn each_change_behind_our_back_is_seen() {
    let mut world = world().await;
    let mut follower = Follower::new(target(world.settings.clone()), request()).await;
    assert_eq!(follower.follow().await, Ok(Vec::new()), "nothing changed");
    each(&mut world, &mut follower, |row| row.2).await;
}

#[tokio::test]
async fn all_changes_at_once_are_seen() {
    let mut world = world().await;
    let mut follower = Follower::new(target(world.settings.clone()), request()).await;
    for (change, ..) in CHANGES.iter().filter(|row| row.2.is_some()) {
        world.change(change).await;
    }
    follower.agrees("all").await;
}
