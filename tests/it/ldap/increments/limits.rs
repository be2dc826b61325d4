//! Marks that are no good, servers that stop in the middle, and what a directory does not tell.

use std::sync::{Arc, Mutex};

use base64::Engine;
use base64::prelude::BASE64_STANDARD;

use super::super::rewriting::{Answer, DONE, Rewrite, Tree, done, operation, start};
use super::active_directory::{request, world};
use super::*;

/// What a read of changes shows.
async fn changes(target: &LdapTarget, mark: &Mark) -> Result<(Vec<Observed>, Increment), TargetError> {
    let mut shown = Vec::new();
    let increment = target.changes(&request(), mark, &mut |seen| keep(&mut shown, seen)).await?;
    Ok((shown, increment))
}

async fn impossible(target: &LdapTarget, mark: &Mark) -> String {
    match changes(target, mark).await.unwrap() {
        (shown, Increment::Impossible(why)) if shown.is_empty() => why,
        (shown, other) => panic!("{shown:?} {other:?}"),
    }
}

/// The mark with another value in its body.
fn with(mark: &Mark, pointer: &str, value: &str) -> Mark {
    let mut body: serde_json::Value = serde_json::from_str(&mark.body).unwrap();
    *body.pointer_mut(pointer).unwrap() = value.into();
    Mark { body: body.to_string(), ..mark.clone() }
}

#[tokio::test]
async fn a_mark_that_is_no_good_says_why() {
    let world = world().await;
    let ad = target(world.settings.clone());
    let mark = ad.mark().await.unwrap().unwrap();
    let other = Mark { server: "dc2.example.test".into(), ..mark.clone() };
    assert!(impossible(&ad, &other).await.contains("the last read was of dc2.example.test, this is dc1.example.test"));
    let garbage = Mark { body: "x".into(), ..mark.clone() };
    assert!(impossible(&ad, &garbage).await.contains("cannot be understood"));
    let cookie = with(&mark, "/position/dirsync", "AAAA");
    assert!(impossible(&ad, &cookie).await.contains("refuses"));
    let cookie = with(&mark, "/position/dirsync", "?");
    assert!(impossible(&ad, &cookie).await.contains("cookie"));
    let old = with(&mark, "/time", "2020-01-01T00:00:00Z");
    assert!(impossible(&ad, &old).await.contains("14 days"));
    let container = with(&mark, "/containers/0", "00000000-0000-0000-0000-000000000000");
    assert!(impossible(&ad, &container).await.contains("is not the one of the last read"));
    let elsewhere = target(Settings { stamp_attribute: Some("employeeID".into()), ..world.settings.clone() });
    assert!(impossible(&elsewhere, &mark).await.contains("settings"));
    let mut world = world;
    world.hand.ldap.delete(&format!("OU=empty,{}", world.base)).await.unwrap();
    let below = Settings { base: format!("OU=empty,{}", world.base), ..world.settings.clone() };
    assert_eq!(target(below.clone()).mark().await.unwrap(), None);
    assert!(impossible(&target(below), &mark).await.contains("cannot be read"));
}

#[tokio::test]
async fn openldap_takes_no_cookie_from_the_future_and_makes_up_for_an_old_one() {
    let mut world = super::openldap::world().await;
    let request = super::openldap::request();
    let mut follower = Follower::new(target(world.settings.clone()), request.clone()).await;
    let mark = follower.mark.clone();
    let csn = |csn: &str| with(&mark, "/position/syncrepl", &format!("rid=000,csn={csn}#000000#000#000000"));
    let openldap = target(world.settings.clone());
    assert!(impossible(&openldap, &csn("20990101000000.000000Z")).await.contains("refuses"));
    let garbage = with(&mark, "/position/syncrepl", "hello");
    assert!(impossible(&openldap, &garbage).await.contains("no cookie"));
    // Older than what the server remembers of deletions: it tells what is there.
    follower.mark = csn("20200101000000.000000Z");
    world.change("a manager and member is deleted").await;
    world.change("a unit moves out, with people in it").await;
    follower.agrees("two that went").await;
}

#[tokio::test]
async fn openldap_stops_at_its_limit() {
    let mut world = super::openldap::world().await;
    let mut follower = Follower::new(target(world.settings.clone()), super::openldap::request()).await;
    for i in 0..501 {
        let dn = format!("cn=u{i},{}", world.base);
        world.user(&dn).await;
    }
    assert!(follower.follow().await.unwrap_err().contains("sizeLimitExceeded"));
}

#[tokio::test]
async fn what_was_deleted_comes_back() {
    let mut world = world().await;
    let mut follower = Follower::new(target(world.settings.clone()), request()).await;
    let dn = format!("CN=anna,OU=school,{}", world.base);
    world.hand.delete(&dn).await;
    follower.agrees("a user is deleted").await;
    let code = world.hand.undelete(&dn, Lab::open().value("BASE_DN")).await;
    // Samba restores nothing while the recycle bin is on.
    if code == 16 {
        return;
    }
    assert_eq!(code, 0);
    assert_eq!(follower.agrees("a user is restored").await, ["anna"]);
}

#[tokio::test]
async fn taken_names_are_told_when_they_are_asked_for() {
    let mut world = world().await;
    let ad = target(world.settings.clone());
    let mark = ad.mark().await.unwrap().unwrap();
    world.change("a login").await;
    let mut names = Vec::new();
    let mut see = |seen| {
        if let Seen::Name(name) = seen {
            names.push(name.name);
        }
    };
    let request = ObserveRequest { spaces: [rosterd::object::Space::Login].into(), ..request() };
    ad.changes(&request, &mark, &mut see).await.unwrap();
    let word = world.dialect.group.trim();
    assert!(names.contains(&format!("other{word}")) && names.contains(&format!("ole{word}")), "{names:?}");
}

const DIRSYNC: &str = "1.2.840.113556.1.4.841";

/// The answer that ends a search with DirSync, with another flag and another cookie in its control; `None` for any
/// other message.
fn going_on(message: &[u8], cookie: Option<&[u8]>) -> Option<Vec<u8>> {
    if operation(message) != DONE {
        return None;
    }
    let Tree::Node(tag, mut parts) = Tree::parse(message) else { return None };
    let Tree::Node(_, controls) = parts.get_mut(2)? else { return None };
    let Tree::Node(_, control) = controls.iter_mut().find(|control| control.parts()[0].text() == DIRSYNC)? else {
        return None;
    };
    let Some(Tree::Leaf(_, value)) = control.last_mut() else { return None };
    let Tree::Node(sequence, mut told) = Tree::parse(value) else { return None };
    told[0] = Tree::Leaf(2, vec![1]);
    if let Some(cookie) = cookie {
        told[2] = Tree::Leaf(4, cookie.to_vec());
    }
    *value = Tree::Node(sequence, told).bytes();
    Some(Tree::Node(tag, parts).bytes())
}

fn is_told(message: &[u8]) -> bool {
    message.windows(12).any(|window| window == b"instanceType")
}

#[tokio::test]
async fn changes_are_asked_for_as_long_as_more_wait() {
    let mut world = world().await;
    let lab = Lab::open();
    let direct = target(world.settings.clone());
    let mark = direct.mark().await.unwrap().unwrap();
    let body: serde_json::Value = serde_json::from_str(&mark.body).unwrap();
    let older = BASE64_STANDARD.decode(body.pointer("/position/dirsync").unwrap().as_str().unwrap()).unwrap();
    world.change("a text").await;
    // The first answer loses its entries and says that more wait, behind an older cookie.
    let armed = Arc::new(Mutex::new(0));
    let state = Arc::clone(&armed);
    let rewrite: Rewrite = Box::new(move |message| {
        let mut state = state.lock().unwrap();
        match (*state, going_on(message, Some(&older))) {
            (1, None) if is_told(message) => Answer::Instead(Vec::new()),
            (1, Some(more)) => {
                *state = 2;
                Answer::Instead(more)
            }
            _ => Answer::Pass,
        }
    });
    let url = start(&lab, rewrite).await;
    let mut follower = Follower::new(target(Settings { url: url.into(), ..world.settings.clone() }), request()).await;
    world.change("several values").await;
    *armed.lock().unwrap() = 1;
    assert_eq!(follower.agrees("a change in the second answer").await, ["anna"]);
    assert_eq!(*armed.lock().unwrap(), 2);
}

#[tokio::test]
async fn a_server_that_tells_changes_in_no_usable_way_is_read_whole() {
    let world = world().await;
    let lab = Lab::open();
    let mark = target(world.settings.clone()).mark().await.unwrap().unwrap();
    let through = async |rewrite: Rewrite| {
        let url = start(&lab, rewrite).await;
        target(Settings { url: url.into(), ..world.settings.clone() })
    };
    let instead = |answer: fn(&[u8], Vec<u8>) -> Answer| -> Rewrite {
        Box::new(move |message| going_on(message, None).map_or(Answer::Pass, |more| answer(message, more)))
    };
    // the first cookie comes back again and again
    let cookie = mark.clone();
    let round: Rewrite = Box::new(move |message| {
        let body: serde_json::Value = serde_json::from_str(&cookie.body).unwrap();
        let same = BASE64_STANDARD.decode(body.pointer("/position/dirsync").unwrap().as_str().unwrap()).unwrap();
        going_on(message, Some(&same)).map_or(Answer::Pass, Answer::Instead)
    });
    assert!(impossible(&through(round).await, &mark).await.contains("does not go on"));
    let silent = instead(|message, _| Answer::Instead(done(message, 0)));
    assert!(impossible(&through(silent).await, &mark).await.contains("does not say whether more follows"));
    let unwilling = instead(|message, _| Answer::Instead(done(message, 53)));
    assert!(impossible(&through(unwilling).await, &mark).await.contains("unwillingToPerform"));
    // what passes is no reason to read everything
    let busy = instead(|message, _| Answer::Instead(done(message, 51)));
    assert!(changes(&through(busy).await, &mark).await.is_err());
    let lost = instead(|_, _| Answer::Last(Vec::new()));
    assert!(changes(&through(lost).await, &mark).await.is_err());
}

/// A limit of DirSync for whoever may not replicate: such a move may or may not be told, as the server comes to hide the
/// object; the next complete read sees it.
#[tokio::test]
async fn a_move_to_where_we_may_not_look_shows_in_the_next_complete_read() {
    let mut world = world().await;
    let mut lab_hand = Lab::open().administrator().await;
    let hidden = format!("OU=hidden,{}", world.outside);
    lab_hand.add(&hidden, &[("objectClass", "organizationalUnit")]).await;
    lab_hand.hide(&hidden, Lab::open().value("SYNC_DN")).await;
    let mut follower = Follower::new(target(world.settings.clone()), request()).await;
    let before = follower.known.len();
    world.hand.carry(&format!("CN=gus,OU=school,{}", world.base), &hidden).await;
    follower.follow().await.unwrap();
    let now = complete(&follower.target, &request()).await;
    assert_eq!(now.len() + 1, before);
    let left: Vec<&str> = follower
        .known
        .iter()
        .filter(|(id, _)| !now.contains_key(*id))
        .map(|(_, object)| object.name.as_str())
        .collect();
    assert!(left.is_empty() || left == ["gus"], "{left:?}");
}
