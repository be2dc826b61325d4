//! What fails is tried later and stops nobody else; what comes back run after run is frozen; of a large run a few go ahead.

use std::path::Path;
use std::sync::Arc;

use rosterd::clock::FixedClock;
use rosterd::object::HoldCode;
use rosterd::org::{Actor, Id};
use rosterd::report::{Document, Outcome, QuarantineDocument, RunView};
use rosterd::run::{Command, Engine, Exit, Silent, perform};
use serde_json::json;

use super::service::{Service, Ways};
use super::storm::{import, organisation, site};

/// An engine at a time of the day.
async fn engine(folder: &Path, time: &str) -> Engine {
    let clock = FixedClock(format!("2026-03-02T{time}:00Z").parse().unwrap());
    Engine::open(&folder.join("config.toml"), Arc::new(clock), Actor::of_uid(0)).await.unwrap()
}

async fn run(folder: &Path, time: &str) -> RunView {
    let command = Command::ApplyTargets { targets: vec!["cloud".into()] };
    let answer = perform(&engine(folder, time).await, command, &Silent).await.unwrap();
    let Document::Run(document) = answer.document else { panic!("no run") };
    document.runs.into_iter().next().unwrap()
}

async fn ask(folder: &Path, time: &str, command: Command) -> (Exit, QuarantineDocument) {
    let answer = perform(&engine(folder, time).await, command, &Silent).await.unwrap();
    let Document::Quarantine(document) = answer.document else { panic!("no list") };
    (answer.exit, document)
}

async fn listed(folder: &Path, time: &str) -> QuarantineDocument {
    ask(folder, time, Command::Quarantine { target: None }).await.1
}

fn title(service: &Service, id: &str, value: &str) {
    let mut user = service.resource("Users", id);
    user["displayName"] = json!(value);
    service.put("Users", id, user);
}

#[tokio::test]
async fn what_fails_again_and_again_is_put_off_and_stops_nobody_else() {
    let service = Service::start(Ways { refuses: Some("sur1"), ..Ways::default() }).await;
    let mut people = organisation(4, 0);
    let folder = site(&service, &people, "").await;
    let folder = folder.path();
    let first = run(folder, "08:00").await;
    assert_eq!((first.counts.done, first.counts.failed), (3, 1), "{first:?}");
    assert!(listed(folder, "08:00").await.objects.is_empty(), "once is no pattern");
    assert_eq!(run(folder, "08:01").await.counts.failed, 1);
    service.forget_seen();
    let third = run(folder, "08:02").await;
    let hold = third.held.iter().find(|hold| hold.code == HoldCode::Failing).unwrap();
    assert!(
        hold.reason.contains("create failed 2 times since 2026-03-02T08:00:00Z, next try at 2026-03-09"),
        "{hold:?}"
    );
    assert_eq!((third.counts.failed, service.writes().len()), (0, 0), "{third:?}");
    let quarantine = listed(folder, "08:02").await;
    assert_eq!((quarantine.objects.len(), quarantine.objects[0].times), (1, 2), "{quarantine:?}");
    let status = engine(folder, "08:02").await.status().await.unwrap();
    assert_eq!(status.targets[0].quarantined, 1);
    // another wish is another try
    people.set("p1", "given_name", "Other");
    import(folder, &people).await;
    assert_eq!(run(folder, "08:03").await.counts.failed, 1);
    assert_eq!(run(folder, "08:04").await.counts.failed, 1);
    assert_eq!(run(folder, "08:05").await.counts.failed, 0);
    // what was in the way is gone, and somebody says so
    service.state().ways.refuses = None;
    let key = Id::new(listed(folder, "08:06").await.objects[0].key.clone());
    let release = Command::Release { target: "cloud".into(), key: Some(key.clone()) };
    assert_eq!(ask(folder, "08:06", release.clone()).await.1.released, Some(1));
    let done = run(folder, "08:07").await;
    assert_eq!((done.counts.done, done.outcome), (1, Outcome::Done), "{done:?}");
    assert!(listed(folder, "08:07").await.objects.is_empty());
    let nothing = perform(&engine(folder, "08:08").await, release, &Silent).await.unwrap_err();
    assert!(nothing.message.contains("nothing of"), "{nothing:?}");
}

#[tokio::test]
async fn what_comes_back_run_after_run_is_frozen_until_another_value_is_wanted_or_somebody_releases_it() {
    let service = Service::start(Ways::default()).await;
    let mut people = organisation(3, 0);
    let folder = site(&service, &people, "").await;
    let folder = folder.path();
    run(folder, "08:00").await;
    let id = service.state().users.iter().find(|(_, user)| user["userName"] == "sur1").unwrap().0.clone();
    for minute in 1..=3 {
        title(&service, &id, &format!("Other {minute}"));
        let again = run(folder, &format!("08:0{minute}")).await;
        assert_eq!(again.counts.done, 1, "{again:?}");
    }
    title(&service, &id, "Other 4");
    service.forget_seen();
    let frozen = run(folder, "08:04").await;
    assert_eq!((frozen.counts.done, service.writes().len()), (0, 0), "{frozen:?}");
    let hold = frozen.held.iter().find(|hold| hold.code == HoldCode::Frozen).unwrap();
    for word in ["displayName was written in 3 runs", "\"Given1 Sur1\" is wanted", "the target shows \"Other 4\""] {
        assert!(hold.reason.contains(word), "{}", hold.reason);
    }
    assert_eq!(listed(folder, "08:04").await.objects[0].attribute.as_deref(), Some("displayName"));
    // another value is another matter
    people.set("p1", "given_name", "New");
    import(folder, &people).await;
    assert_eq!(run(folder, "08:05").await.counts.done, 1);
    assert_eq!(service.resource("Users", &id)["displayName"], "New Sur1");
    // the first value again, and somebody releases it
    people.set("p1", "given_name", "Given1");
    import(folder, &people).await;
    for minute in 6..=8 {
        run(folder, &format!("08:0{minute}")).await;
        title(&service, &id, "Other");
    }
    let held = run(folder, "08:09").await;
    assert!(held.held.iter().any(|hold| hold.code == HoldCode::Frozen), "{held:?}");
    let release = Command::Release { target: "cloud".into(), key: None };
    assert_eq!(ask(folder, "08:10", release).await.0, Exit::Done);
    for minute in 11..=12 {
        let done = run(folder, &format!("08:{minute}")).await;
        assert_eq!(done.counts.done, 1, "it counts anew: {done:?}");
        title(&service, &id, "Other");
    }
}

#[tokio::test]
async fn when_the_first_objects_are_not_as_they_should_be_the_rest_waits() {
    let service = Service::start(Ways::default()).await;
    let people = organisation(60, 0);
    let folder = site(&service, &people, "").await;
    let folder = folder.path();
    // it takes what it is told, and shows something else when asked
    service.state().ways.shows_inactive = true;
    let stopped = run(folder, "08:00").await;
    let message = stopped.message.clone().unwrap();
    assert!(message.contains("enabled was written as") && message.contains("the rest waits"), "{message}");
    assert_eq!((stopped.outcome, service.state().users.len()), (Outcome::Partly, 5), "{message}");
    service.state().ways.shows_inactive = false;
    let rest = run(folder, "08:01").await;
    assert_eq!((rest.outcome, service.state().users.len()), (Outcome::Done, 60), "{rest:?}");
    assert!(service.state().users.values().all(|user| user["active"] == true));
}

#[tokio::test]
async fn when_nothing_can_be_written_it_is_not_tried_on_everybody() {
    let service = Service::start(Ways { refuses: Some("sur"), ..Ways::default() }).await;
    let folder = site(&service, &organisation(60, 0), "").await;
    let folder = folder.path();
    let stopped = run(folder, "08:00").await;
    let message = stopped.message.clone().unwrap();
    assert!(message.contains("none of the first 5 steps could be done") && message.contains("not wanted"), "{message}");
    assert_eq!((stopped.counts.failed, stopped.counts.done), (5, 0), "{stopped:?}");
    // without a canary, a row of refusals says the same
    let config = folder.join("config.toml");
    let text = std::fs::read_to_string(&config).unwrap();
    std::fs::write(&config, format!("{text}\n[safety]\ncanary = 0\n")).unwrap();
    let stopped = run(folder, "08:01").await;
    let message = stopped.message.clone().unwrap();
    assert!(message.contains("25 steps in a row were refused"), "{message}");
    assert!((25..60).contains(&stopped.counts.failed), "{stopped:?}");
}
