//! Whether an attribute without values is empty or hidden.

use rosterd::object::{AttributeName, Doubt};
use uuid::{Uuid, uuid};

use super::openldap::Server;
use super::rewriting::{Answer, ENTRY, before, operation};
use super::*;

const TITLE: Uuid = uuid!("bf967a55-0de6-11d0-a285-00aa003049e2");
const MEMBER: Uuid = uuid!("bf9679c0-0de6-11d0-a285-00aa003049e2");

fn doubt(kind: Kind, attribute: &str, object: &ObjectId) -> Doubt {
    Doubt { kind, attribute: AttributeName::from(attribute), object: object.clone() }
}

#[tokio::test]
async fn active_directory_tells_by_the_entries_of_each_object() {
    let mut case = Case::new().await;
    let (ann, bob) = (case.user("p1", "Ann").await, case.user("p2", "Bob").await);
    let group = case.group("g1").await;
    let account = case.lab.value("SYNC_DN").to_owned();
    case.admin.deny(&format!("CN=Ann,{}", case.base), &account, 0, 0x10, Some(TITLE)).await;
    case.admin.deny(&format!("CN=g1 {},{}", case.word, case.base), &account, 0, 0x10, Some(MEMBER)).await;
    let hidden = [doubt(Kind::User, "TITLE", &ann), doubt(Kind::Group, "members", &group)];
    let shown = [
        doubt(Kind::User, "title", &bob),
        doubt(Kind::User, "department", &ann),
        doubt(Kind::User, "manager", &bob),
        doubt(Kind::Group, "description", &group),
    ];
    let mut answer = case.target.unreadable(&[hidden.as_slice(), &shown].concat()).await.unwrap();
    answer.sort();
    assert_eq!(answer, hidden);
    // a confidential attribute needs more than the right to read
    let confidential = [doubt(Kind::User, "unixUserPassword", &bob)];
    assert_eq!(case.target.unreadable(&confidential).await.unwrap(), confidential);
}

/// CompareResponse (RFC 4511 section 4.10).
const COMPARED: u8 = 0x6f;

/// A proxy that keeps an attribute from whoever reads through it.
async fn hiding(server: &Server, attribute: &'static str) -> LdapTarget {
    let other = attribute.replace('t', "x").into_bytes();
    let rewrite = move |message: &[u8]| {
        let at = message.windows(attribute.len()).position(|window| window == attribute.as_bytes());
        let Some(at) = at.filter(|_| operation(message) == ENTRY) else { return Answer::Pass };
        let mut message = message.to_vec();
        message[at..at + other.len()].copy_from_slice(&other);
        Answer::Instead(message)
    };
    let url = before(&server.lab, "OPENLDAPS_URL", Box::new(rewrite)).await.into();
    target(Settings { url, ..server.settings() })
}

#[tokio::test]
async fn elsewhere_a_comparison_tells() {
    let server = Server::new().await;
    let direct = target(server.settings());
    let create = async |key: &str, more: Vec<Change>| {
        let name = vec![set("name", vec![text(key)]), set("parent", vec![Value::Reference(Referent::Root)])];
        let step = step(Op::Create, Kind::User, key, [name, more].concat());
        direct.apply(&step, &Links::default()).await.unwrap().object
    };
    let ann = create("ann", vec![set("title", vec![text("Chef")])]).await;
    let bob = create("bob", Vec::new()).await;
    let doubts = [doubt(Kind::User, "title", &ann), doubt(Kind::User, "title", &bob)];
    let hidden = hiding(&server, "title").await;
    assert_eq!(hidden.unreadable(&doubts).await.unwrap(), doubts[..1], "Bob has none");
    assert!(direct.unreadable(&doubts).await.unwrap().is_empty(), "what is read is not hidden");
}

#[tokio::test]
async fn who_is_locked_already_and_looks_enabled_is_not_disabled_again() {
    let server = Server::new().await;
    let direct = target(server.settings());
    let create = |key: &str| {
        let mut changes = vec![set("name", vec![text(key)]), set("parent", vec![Value::Reference(Referent::Root)])];
        changes.push(set("enabled", vec![Value::Bool(true)]));
        step(Op::Create, Kind::User, key, changes)
    };
    let ann = direct.apply(&create("ann"), &Links::default()).await.unwrap().object;
    let bob = direct.apply(&create("bob"), &Links::default()).await.unwrap().object;
    let mut disable = step(
        Op::Disable,
        Kind::User,
        "ann",
        vec![change("enabled", vec![Value::Bool(true)], vec![Value::Bool(false)])],
    );
    disable.object = Some(ann.clone());
    direct.apply(&disable, &Links::default()).await.unwrap();
    let hidden = hiding(&server, "pwdAccountLockedTime").await;
    assert_eq!(hidden.read(Kind::User, &ann).await.unwrap().unwrap().enabled, Some(true), "she looks enabled");
    let doubts = [doubt(Kind::User, "enabled", &ann), doubt(Kind::User, "enabled", &bob)];
    assert_eq!(hidden.unreadable(&doubts).await.unwrap(), doubts[..1], "Bob has to be locked");
}

#[tokio::test]
async fn the_preflight_notices_that_the_mark_of_disabled_users_is_closed() {
    let server = Server::new().await;
    let direct = target(server.settings());
    let name = vec![set("name", vec![text("ann")]), set("parent", vec![Value::Reference(Referent::Root)])];
    let enabled = set("enabled", vec![Value::Bool(true)]);
    let ann = step(Op::Create, Kind::User, "ann", [name, vec![enabled]].concat());
    direct.apply(&ann, &Links::default()).await.unwrap();
    let findings = direct.check().await;
    assert!(findings.iter().any(|finding| finding.text == "pwdAccountLockedTime of users may be looked at"));
    // every Compare is answered with insufficientAccessRights
    let refuse = |message: &[u8]| {
        let at = message.windows(3).position(|window| window == [0x0a, 1, 16]);
        let Some(at) = at.filter(|_| operation(message) == COMPARED) else { return Answer::Pass };
        let mut message = message.to_vec();
        message[at + 2] = 50;
        Answer::Instead(message)
    };
    let url = before(&server.lab, "OPENLDAPS_URL", Box::new(refuse)).await.into();
    let findings = target(Settings { url, ..server.settings() }).check().await;
    let closed = findings.iter().find(|finding| !finding.ok && finding.text.contains("may not be read")).unwrap();
    assert!(closed.command.as_ref().unwrap().contains("to attrs=pwdAccountLockedTime"), "{closed:?}");
}
