//! What cannot be is told and not tried again each night; and what disabling means where it means more.

use std::path::Path;

use rosterd::object::HoldCode;
use rosterd::report::{Document, RunView};
use rosterd::run::{Command, Exit, Silent, perform};
use serde_json::json;

use super::service::{Service, Ways};
use super::storm::{apply, engine, import, organisation, site};
use crate::support::organisation::Organisation;

/// A run, and what it says.
async fn run(folder: &Path, exit: Exit) -> RunView {
    let answer = apply(folder).await;
    assert_eq!(answer.exit, exit, "{answer:?}");
    let Document::Run(document) = answer.document else { panic!("no run") };
    document.runs.into_iter().next().unwrap()
}

fn leaver(organisation: &Organisation, name: &str) -> Organisation {
    let mut without = organisation.clone();
    without.set(&format!("{name} job"), "valid_to", "2026-03-01");
    without
}

#[tokio::test]
async fn what_is_ignored_is_told_and_written_once() {
    let service = Service::start(Ways { ignores: vec!["displayName"], ..Ways::default() }).await;
    let mut people = organisation(4, 0);
    let folder = site(&service, &people, "").await;
    let first = run(folder.path(), Exit::Done).await;
    assert_eq!((first.counts.done, first.left), (4, Some(0)));
    assert!(first.held.iter().all(|hold| hold.code == HoldCode::CannotConverge) && first.held.len() == 4);
    let told = "displayName: \"Given0 Sur0\" was written, and the target shows nothing";
    assert!(first.held.iter().any(|hold| hold.reason == told), "{:?}", first.held);
    service.forget_seen();
    let second = run(folder.path(), Exit::Done).await;
    assert_eq!(
        (second.counts.done, second.held.len(), service.writes().len()),
        (0, 4, 0),
        "it is told again, not done"
    );

    people.set("p1", "given_name", "Other");
    import(folder.path(), &people).await;
    let third = run(folder.path(), Exit::Done).await;
    assert_eq!((third.counts.done, service.writes().len()), (1, 1), "another value is tried once");
    service.forget_seen();
    let id = service.state().users.keys().next().unwrap().clone();
    let mut changed = service.resource("Users", &id);
    changed["displayName"] = json!("Somebody");
    service.put("Users", &id, changed);
    run(folder.path(), Exit::Done).await;
    assert_eq!(service.writes().len(), 1, "what somebody changed is tried once");
    service.state().ways.ignores.clear();
    service.forget_seen();
    run(folder.path(), Exit::Done).await;
    assert_eq!(service.writes().len(), 0);
}

#[tokio::test]
async fn what_a_profile_rules_out_is_held_and_never_sent() {
    let service = Service::start(Ways::default()).await;
    let people = organisation(2, 0);
    let folder = site(&service, &people, "[user]\nforbidden = [\"displayName\"]\n").await;
    run(folder.path(), Exit::Done).await;
    let held = run(folder.path(), Exit::Done).await.held;
    assert!(held.len() == 2 && held.iter().all(|hold| hold.code == HoldCode::CannotConverge), "{held:?}");
    assert!(service.writes().iter().all(|seen| seen.body.get("displayName").is_none()));
}

#[tokio::test]
async fn disabling_that_deletes_is_guarded_as_a_deletion() {
    let service = Service::start(Ways { deletes_inactive: true, ..Ways::default() }).await;
    let people = organisation(4, 0);
    let folder = site(&service, &people, "[removal]\ninactive = \"deletes\"\n").await;
    run(folder.path(), Exit::Done).await;
    import(folder.path(), &leaver(&people, "p1")).await;
    let held = run(folder.path(), Exit::Held).await;
    assert_eq!(held.breaches.iter().map(|one| one.limit.as_str()).collect::<Vec<_>>(), ["delete", "irreversible"]);
    assert_eq!(service.state().users.len(), 4);
    let digest = held.digest.unwrap().to_string();
    perform(&engine(folder.path()).await, Command::Approve { digest, only: Vec::new() }, &Silent).await.unwrap();
    let done = run(folder.path(), Exit::Done).await;
    assert_eq!((done.counts.done, done.held.len(), service.state().users.len()), (1, 0, 3));
    // who comes back is created again
    import(folder.path(), &people).await;
    assert_eq!(run(folder.path(), Exit::Done).await.counts.done, 1);
    assert_eq!(service.state().users.len(), 4);
}

#[tokio::test]
async fn who_is_hidden_while_inactive_is_not_missed_and_comes_back() {
    let service = Service::start(Ways { hides_inactive: true, ..Ways::default() }).await;
    let people = organisation(4, 0);
    let folder = site(&service, &people, "[removal]\ngone_when_inactive = true\n").await;
    run(folder.path(), Exit::Done).await;
    import(folder.path(), &leaver(&people, "p1")).await;
    let done = run(folder.path(), Exit::Done).await;
    assert_eq!((done.counts.done, done.held.len()), (1, 0), "{done:?}");
    let again = run(folder.path(), Exit::Done).await;
    assert_eq!((again.counts.done, again.held.len()), (0, 0), "{again:?}");
    import(folder.path(), &people).await;
    let back = run(folder.path(), Exit::Done).await;
    assert_eq!((back.counts.done, service.state().users.len()), (1, 4), "{back:?}");
    assert!(service.state().users.values().all(|user| user["active"] == true));
}
