//! A daemon whose directory answers nonsense in the middle of a read: its runs fail or do less, nothing is taken from
//! anybody, and once the directory is well again the same process does what was left.

use std::sync::{Arc, Mutex};

use serde_json::json;

use super::{Daemon, HR, House};
use crate::lab::{Directory, Lab};
use crate::ldap::rewriting::{Answer, DONE, ENTRY, done, holds, nested, operation, start};
use crate::support::organisation::{Organisation, id};

type Harm = fn(&[u8]) -> Answer;

/// Three pages of users.
const PEOPLE: usize = 45;

/// What is done to the end of the second page of users, and to every page after it.
const HARMS: [(&str, Harm); 9] = [
    ("an error", |message| Answer::Instead(done(message, 1))),
    ("sizeLimitExceeded", |message| Answer::Instead(done(message, 4))),
    ("an empty success", |message| Answer::Instead(done(message, 0))),
    ("a close", |_| Answer::Last(Vec::new())),
    ("a reply cut in the middle", |message| Answer::Last(message[..message.len() / 2].to_vec())),
    ("elements in elements", |_| Answer::Last(nested(60_000))),
    ("a length of a gigabyte", |_| Answer::Last(b"\x30\x84\x40\x00\x00\x00".to_vec())),
    ("no LDAP at all", |_| Answer::Last(b"HTTP/1.1 400 Bad Request\r\n\r\n".to_vec())),
    ("silence", |_| Answer::Silence),
];

/// The harm that is done now, and how many pages of users went by since it is.
#[derive(Default)]
struct State {
    harm: Option<Harm>,
    users: bool,
    pages: usize,
}

fn directory(lab: &Lab, base: &str, url: &str, word: &str) -> String {
    format!(
        r#"
[naming.login]
patterns = ["'{word}' ~ slug(person.given_name)"]

[ldap.ad]
schedule = "* * * * * *"

[ldap.ad.connection]
url = "{url}"
ca_file = "{}"
bind_dn = "{}"
password = {{ file = "{}" }}
base = "{base}"
names_base = "{base}"
page_size = 20
timeout_seconds = 3

[ldap.ad.user]
name = "login"

[ldap.ad.user.attributes]
sAMAccountName = "login"
title = "engagement.title"

[ldap.ad.unit]
name = "unit.name"

[ldap.ad.group]
name = "group.name"

[ldap.ad.group.attributes]
sAMAccountName = "truncate(group.id, 36) ~ ' {word}'"
"#,
        lab.value("CA_FILE"),
        lab.value("SYNC_DN"),
        lab.value("SYNC_PASSWORD_FILE"),
    )
}

/// People in a unit, five of them in a group.
fn organisation() -> Organisation {
    let mut organisation = Organisation::default();
    organisation.add("unit", "unit", json!({"name": "Kommune"}));
    organisation.add("group", "group", json!({"name": "Alle"}));
    for at in 0..PEOPLE {
        organisation.add_person(&format!("person {at}"), &format!("P{at}"), "Berg");
        organisation.employ(&format!("person {at}"), "unit", "Clerk");
    }
    for at in 0..5 {
        organisation.join("group", &format!("person {at}"));
    }
    organisation
}

/// Waits for a run against the directory that is not simply done.
fn harmed(daemon: &mut Daemon, what: &str) -> String {
    let is_harmed =
        |line: &str| line.contains("target=\"ad\"") && (line.contains("ERROR") || line.contains("applied in part"));
    daemon.line_that(&format!("{what}: a run that failed"), is_harmed)
}

/// Waits until runs have made so many members of a group, and so many objects: on a slow machine one run may not do all.
async fn in_step(
    daemon: &mut Daemon,
    admin: &mut Directory,
    (group, members): (&str, usize),
    (base, objects): (&str, usize),
) {
    loop {
        daemon.line(&["target=\"ad\""]);
        if admin.search(base, "(objectClass=*)").await.len() == objects
            && admin.values(group, "member").await.len() == members
        {
            return;
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn nonsense_takes_nothing_from_anybody_and_the_daemon_lives_on() {
    let lab = Lab::open();
    let mut admin = lab.administrator().await;
    let base = lab.fresh_unit(&mut admin).await;
    let word = Lab::word();
    let state = Arc::new(Mutex::new(State::default()));
    let proxied = Arc::clone(&state);
    let url = start(
        &lab,
        Box::new(move |message| {
            let mut state = proxied.lock().unwrap();
            let Some(harm) = state.harm else { return Answer::Pass };
            match operation(message) {
                ENTRY if holds(message, b",OU=Kommune,") => state.users = true,
                DONE if state.users => {
                    state.pages += 1;
                    if state.pages > 1 {
                        return harm(message);
                    }
                }
                _ => {}
            }
            Answer::Pass
        }),
    )
    .await;
    let house = House::new(&format!("{HR}{}", directory(&lab, &base, &url, &word)));
    let mut daemon = house.serve();
    let mut organisation = organisation();
    house.deliver(&organisation.text());
    let group = format!("CN=Alle,{base}");
    in_step(&mut daemon, &mut admin, (&group, 5), (&base, PEOPLE + 3)).await;
    let members = admin.values(&group, "member").await;
    assert_eq!(members.len(), 5);

    for (round, (what, harm)) in HARMS.into_iter().enumerate() {
        *state.lock().unwrap() = State { harm: Some(harm), ..State::default() };
        // somebody leaves the group, of which only the roster's whole list tells, and somebody is new
        organisation.forget(&format!("group person {}", round % 5));
        organisation.add_person(&format!("new {round}"), &format!("New{round}"), "Berg");
        organisation.employ(&format!("new {round}"), "unit", "Clerk");
        let before = admin.search(&base, "(objectClass=*)").await.len();
        house.deliver(&organisation.text());
        daemon.line(&["imported", "membership"]);
        harmed(&mut daemon, what);
        let second = harmed(&mut daemon, what);
        let disabled = "(userAccountControl:1.2.840.113556.1.4.803:=2)";
        assert_eq!(admin.search(&base, disabled).await.len(), 0, "{what}: {second}");
        assert_eq!(admin.values(&group, "member").await.len(), 5, "{what}: {second}");
        assert_eq!(admin.search(&base, "(objectClass=*)").await.len(), before, "{what}: nobody is made twice");

        *state.lock().unwrap() = State::default();
        in_step(&mut daemon, &mut admin, (&group, 4), (&base, before + 1)).await;
        organisation.join("group", &format!("person {}", round % 5));
        house.deliver(&organisation.text());
        in_step(&mut daemon, &mut admin, (&group, 5), (&base, before + 1)).await;
    }
    assert_eq!(admin.values(&group, "member").await, members);
    let all = admin.search(&base, &format!("(sAMAccountName={word}*)")).await;
    assert_eq!(all.len(), PEOPLE + HARMS.len());
    let units = admin.search(&base, &format!("(adminDescription={})", id("unit"))).await;
    assert_eq!(units.len(), 1);
    daemon.stop();
}
