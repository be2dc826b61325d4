//! Reads that are not whole, though the server acts as if they were: never taken for complete, and the process lives.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use super::rewriting::{Answer, DONE, ENTRY, Rewrite, done, in_parts, operation, start, with_attributes};
use super::*;
use rosterd::target::ldap::Urls;

/// Entries of one user per page, behind a proxy that does harm in the middle.
async fn harmed(rewrite: Rewrite) -> (Case, LdapTarget) {
    let mut case = Case::new().await;
    for i in 0..3 {
        case.user(&format!("p{i}"), &format!("User {i}")).await;
    }
    let url = start(&case.lab, rewrite).await.into();
    let names_base = Some(case.base.clone());
    let settings = Settings { url, page_size: 1, timeout_seconds: 2, names_base, ..case.settings() };
    let harmed = target(settings);
    (case, harmed)
}

/// Does something to every end of a page from the second on that gives users.
fn at_later_pages(what: impl Fn(&[u8]) -> Answer + Send + 'static) -> Rewrite {
    let mut users = 0;
    Box::new(move |message| {
        match operation(message) {
            ENTRY if message.windows(9).any(|window| window == b"CN=User 1") => users += 1,
            DONE if users > 0 => return what(message),
            _ => {}
        }
        Answer::Pass
    })
}

#[tokio::test]
async fn a_page_that_says_nothing_of_what_follows_ends_nothing() {
    // success, without a cookie
    let (_case, target) = harmed(at_later_pages(|message| Answer::Instead(done(message, 0)))).await;
    let reading = observe(&target, &everything()).await.unwrap();
    assert!(!reading.complete() && !reading.objects.is_empty());
}

#[tokio::test]
async fn a_page_that_ends_with_an_error_ends_nothing() {
    // operationsError, timeLimitExceeded, sizeLimitExceeded, noSuchObject, busy
    for code in [1, 3, 4, 32, 51] {
        let (_case, target) = harmed(at_later_pages(move |message| Answer::Instead(done(message, code)))).await;
        match observe(&target, &everything()).await {
            Ok(reading) => assert!(!reading.complete(), "result {code}"),
            Err(error) => panic!("result {code}: {error}"),
        }
    }
}

#[tokio::test]
async fn a_read_whose_connection_always_breaks_is_an_error() {
    let ends: [fn(&[u8]) -> Answer; 4] = [
        |_| Answer::Last(Vec::new()),
        |message| Answer::Last(message[..message.len() - 3].to_vec()),
        |_| Answer::Last(b"\x30\x84\x40\x00\x00\x00".to_vec()),
        |_| Answer::Silence,
    ];
    for end in ends {
        let (_case, target) = harmed(at_later_pages(end)).await;
        assert!(observe(&target, &everything()).await.is_err());
    }
}

#[tokio::test]
async fn a_read_whose_connection_breaks_once_begins_anew() {
    for silent in [false, true] {
        let broken = Arc::new(AtomicU32::new(0));
        let count = Arc::clone(&broken);
        let once = at_later_pages(move |_| match (count.fetch_add(1, Ordering::SeqCst), silent) {
            (0, true) => Answer::Silence,
            (0, false) => Answer::Last(Vec::new()),
            _ => Answer::Pass,
        });
        let (case, target) = harmed(once).await;
        let reading = observe(&target, &everything()).await.unwrap();
        assert!(reading.complete(), "{:?}", reading.coverage);
        assert_eq!(reading.names_of(Kind::User), ["User 0", "User 1", "User 2"], "each once");
        assert!(broken.load(Ordering::SeqCst) > 1);
        let logins: Vec<String> = (0..3).map(|i| case.login(&format!("p{i}"))).collect();
        assert!(logins.iter().all(|login| reading.names.contains_key(login)));
    }
}

#[tokio::test]
async fn a_read_that_does_not_show_a_canary_is_not_complete() {
    let mut case = Case::new().await;
    case.user("p1", "Canary").await;
    case.user("p2", "Other").await;
    let canary = |name: &str| vec![format!("cn={name},{}", case.base)];
    let with = |canaries, url| target(Settings { canaries, url, ..case.settings() });
    let url: Urls = case.lab.value("LDAPS_URL").into();
    assert!(observe(&with(canary("canary"), url.clone()), &everything()).await.unwrap().complete());
    let absent = observe(&with(canary("nobody"), url), &everything()).await.unwrap();
    assert!(!absent.complete() && absent.names_of(Kind::User) == ["Canary", "Other"]);

    // a server that leaves it out of a search, and still shows it to who asks for it by name
    let mut looks = 0;
    let hides = Box::new(move |message: &[u8]| {
        let is_it = operation(message) == ENTRY && message.windows(9).any(|window| window == b"CN=Canary");
        looks += u32::from(is_it);
        if is_it && looks > 1 { Answer::Instead(Vec::new()) } else { Answer::Pass }
    });
    let url = start(&case.lab, hides).await.into();
    let hidden = observe(&with(canary("canary"), url), &everything()).await.unwrap();
    assert_eq!((hidden.names_of(Kind::User), hidden.complete()), (vec!["Other"], false));
}

#[tokio::test]
async fn a_group_that_comes_in_parts_is_read_whole() {
    let mut case = Case::new().await;
    let mut members = Vec::new();
    for i in 0..7 {
        case.user(&format!("p{i}"), &format!("User {i}")).await;
        members.push(key(&format!("p{i}")));
    }
    let group = case.group("g1").await;
    case.done(&step(Op::AddMembers, Kind::Group, "g1", vec![set("members", members)])).await;
    for most in [1, 2, 3, 6, 7] {
        let url = start(&case.lab, in_parts(most)).await.into();
        let target = target(Settings { url, ..case.settings() });
        let reading = observe(&target, &everything()).await.unwrap();
        assert!(reading.complete());
        assert_eq!(reading.stamped("g1").members.as_ref().map(Vec::len), Some(7), "parts of {most}");
        let read = target.read(Kind::Group, &group).await.unwrap().unwrap();
        assert_eq!(read.members.map(|members| members.len()), Some(7), "parts of {most}");
    }
}

#[tokio::test]
async fn a_group_whose_later_part_does_not_come_has_unknown_members() {
    let mut case = Case::new().await;
    for i in 0..3 {
        case.user(&format!("p{i}"), &format!("User {i}")).await;
    }
    case.group("g1").await;
    let members = (0..3).map(|i| key(&format!("p{i}"))).collect();
    case.done(&step(Op::AddMembers, Kind::Group, "g1", vec![set("members", members)])).await;
    let mut first = in_parts(2);
    let url = start(
        &case.lab,
        Box::new(move |message| {
            // The second part is an entry without the attribute.
            if operation(message) == ENTRY && message.windows(15).any(|window| window == b"member;range=2-") {
                return Answer::Instead(with_attributes(message, |_, _| Vec::new()));
            }
            first(message)
        }),
    )
    .await;
    let target = target(Settings { url: url.into(), ..case.settings() });
    let reading = observe(&target, &everything()).await.unwrap();
    assert_eq!(reading.stamped("g1").members, None, "not none, and not two: unknown");
}

#[tokio::test]
async fn only_a_tombstone_proves_that_an_object_is_gone() {
    let mut case = Case::new().await;
    case.unit("u1", "Secret").await;
    let inside = case.create(Kind::User, "p1", "Hidden", vec![set("parent", vec![key("u1")])]);
    let hidden = case.done(&inside).await;
    let deleted = case.user("p2", "Deleted").await;
    case.done(&step(Op::Delete, Kind::User, "p2", Vec::new())).await;
    case.admin.hide(&format!("OU=Secret,{}", case.base), case.lab.value("SYNC_DN")).await;
    for id in [&hidden, &deleted] {
        assert_eq!(case.target.read(Kind::User, id).await.unwrap(), None);
    }
    let fate = case.target.fate(Kind::User, &deleted).await.unwrap();
    let place = case.base.clone();
    assert!(matches!(&fate, Fate::Deleted(why) if why.ends_with(&place)), "{fate:?}");
    let fate = case.target.fate(Kind::User, &hidden).await.unwrap();
    assert!(matches!(&fate, Fate::Unproven(_)), "{fate:?}");
    // One that is there, but is something else than we think.
    let group = case.group("g1").await;
    let fate = case.target.fate(Kind::User, &group).await.unwrap();
    assert!(matches!(&fate, Fate::Unproven(why) if why.contains("it is there as")), "{fate:?}");
}
