//! A directory that tells no changes, by times: OpenLDAP, of which no more is used than any directory has.

use rosterd::target::ldap::Disabled;

use super::changes::{CHANGES, World};
use super::openldap::{request, world};
use super::*;

fn ordinary(world: &World) -> LdapTarget {
    let disabled = Some(Disabled { attribute: "employeeType".into(), value: "disabled".into() });
    target(Settings { profile: Profile::Rfc, disabled, ..world.settings.clone() })
}

/// Locks mean nothing there.
fn shown(change: &str) -> bool {
    change != "a user is disabled"
}

#[tokio::test]
async fn each_change_behind_our_back_is_seen() {
    let mut world = world().await;
    let mut follower = Follower::new(ordinary(&world), request()).await;
    for (change, ..) in CHANGES.iter().filter(|row| row.2.is_some()) {
        world.change(change).await;
        if shown(change) {
            follower.agrees(change).await;
        }
    }
}

#[tokio::test]
async fn all_changes_at_once_are_seen() {
    let mut world = world().await;
    let mut follower = Follower::new(ordinary(&world), request()).await;
    for (change, ..) in CHANGES.iter().filter(|row| row.2.is_some()) {
        world.change(change).await;
    }
    follower.agrees("all").await;
}
