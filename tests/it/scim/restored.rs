//! A roster that was restored from a copy writes to no target before somebody approved what it would write.

use std::path::Path;
use std::sync::{Arc, Mutex};

use rosterd::clock::FixedClock;
use rosterd::org::Instant;
use rosterd::run::{Answer, Command, Engine, Exit, Silent, init, perform};
use serde_json::{Value as Json, json};

use super::scripted::{Asked, Reply, Scripted, listing};

/// A service that keeps the users it is told of.
async fn service() -> Scripted {
    let users: Mutex<Vec<Json>> = Mutex::default();
    Scripted::start(move |asked: &Asked, _| {
        let mut users = users.lock().unwrap();
        if asked.is("POST", "Users") {
            let mut user = asked.body.clone();
            user["id"] = json!(format!("id-{}", users.len()));
            users.push(user.clone());
            return Reply::Json(201, user);
        }
        if asked.is("GET", "Users") {
            let wanted = |user: &&Json| match asked.parameter("filter") {
                None => true,
                Some(filter) => ["externalId", "userName"]
                    .iter()
                    .any(|field| user[*field].as_str().is_some_and(|value| filter.contains(value))),
            };
            let found: Vec<Json> = users.iter().filter(wanted).cloned().collect();
            let start: usize = asked.parameter("startIndex").map_or(1, |start| start.parse().unwrap());
            return listing(found.get(start - 1..).unwrap_or_default(), &json!(found.len()));
        }
        let of_id = users.iter().find(|user| asked.target.ends_with(user["id"].as_str().unwrap()));
        match (asked.method.as_str(), of_id) {
            ("GET", Some(user)) => Reply::Json(200, user.clone()),
            ("GET", None) if asked.is("GET", "Groups") => listing(&[], &json!(0)),
            _ => Reply::Json(404, json!({"status": "404"})),
        }
    })
    .await
}

fn config(url: &str) -> String {
    format!(
        r#"
[roster]
file = "roster.db"
zone = "Europe/Copenhagen"
national_id_key = {{ file = "secrets/national-id.key" }}

[scim.cloud.connection]
url = "{url}"
token = {{ file = "secrets/national-id.key" }}

[scim.cloud.user.attributes]
userName = "login"
"#
    )
}

async fn engine(folder: &Path, hour: u32) -> Engine {
    let now: Instant = format!("2026-11-23T{hour:02}:00:00Z").parse().unwrap();
    Engine::open(&folder.join("config.toml"), Arc::new(FixedClock(now)), rosterd::org::Actor::of_uid(0)).await.unwrap()
}

async fn ask(engine: &Engine, command: Command) -> (Exit, Json) {
    let Answer { exit, document } = perform(engine, command, &Silent).await.unwrap();
    (exit, document.to_json().unwrap())
}

async fn import(engine: &Engine, folder: &Path, person: &str) {
    let file = folder.join("people.jsonl");
    let dates = r#""valid_from":"2026-01-01","valid_to":null"#;
    let fact = format!(r#"{{"kind":"person","id":"{person}",{dates},"given_name":"{person}","surname":"Berg"}}"#);
    let job = format!(r#"{{"kind":"engagement","id":"job-{person}",{dates},"person":"{person}","unit":"u1"}}"#);
    let unit = format!(r#"{{"kind":"unit","id":"u1",{dates},"name":"Town hall"}}"#);
    std::fs::write(&file, format!("{{\"roster\":1,\"count\":3}}\n{unit}\n{fact}\n{job}\n")).unwrap();
    let file = Some(file.to_str().unwrap().to_owned());
    let (exit, answer) = ask(engine, Command::Import { source: "roster".into(), file, dry_run: false }).await;
    assert_eq!(exit, Exit::Done, "{answer}");
}

fn apply() -> Command {
    Command::ApplyTargets { targets: Vec::new() }
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_is_applied_before_its_plan_is_approved() {
    let service = service().await;
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("config.toml"), config(&service.url())).unwrap();
    init(folder.path(), &FixedClock("2026-11-23T01:00:00Z".parse().unwrap())).await.unwrap();
    let first = engine(folder.path(), 2).await;
    import(&first, folder.path(), "anna").await;
    let (_, answer) = ask(&first, apply()).await;
    assert_eq!(answer["runs"][0]["counts"]["done"], 1, "{answer}");
    first.backup(&folder.path().join("kept.db")).await.unwrap();
    first.store().close().await;
    for name in ["roster.db", "roster.db-wal", "roster.db-shm"] {
        let _may_be_gone = std::fs::remove_file(folder.path().join(name));
    }
    std::fs::rename(folder.path().join("kept.db"), folder.path().join("roster.db")).unwrap();

    let restored = engine(folder.path(), 3).await;
    let (exit, answer) = ask(&restored, apply()).await;
    assert_eq!(exit, Exit::Done, "there is nothing to do: {answer}");
    import(&restored, folder.path(), "bo").await;
    let posts = || service.asked().iter().filter(|asked| asked.method == "POST").count();
    let before = posts();
    let (exit, answer) = ask(&restored, apply()).await;
    assert_eq!((exit, posts()), (Exit::Held, before), "{answer}");
    let run = &answer["runs"][0];
    let digest = run["digest"].as_str().unwrap().to_owned();
    let message = run["message"].as_str().unwrap();
    assert!(message.contains("restored") && message.contains(&format!("rosterd approve {digest}")), "{message}");
    assert_eq!(restored.status().await.unwrap().targets[0].state, "restored");
    let (exit, _) =
        ask(&engine(folder.path(), 4).await, Command::Approve { digest: digest.clone(), only: Vec::new() }).await;
    assert_eq!(exit, Exit::Done);
    let (_, answer) = ask(&engine(folder.path(), 5).await, Command::ApplyTargets { targets: Vec::new() }).await;
    assert_eq!((answer["runs"][0]["counts"]["done"].clone(), posts()), (json!(1), before + 1), "{answer}");
    // from then on it is served as before
    let last = engine(folder.path(), 6).await;
    import(&last, folder.path(), "cy").await;
    let (_, answer) = ask(&last, apply()).await;
    assert_eq!(answer["runs"][0]["counts"]["done"], 1, "{answer}");
    let proof = last.verify_log(None).await.unwrap();
    assert!(proof.whole && proof.entries > 10, "{proof:?}");
    let runs = last.runs(1).await.unwrap();
    assert!(runs.runs[0]["head"].as_str().is_some_and(|head| Some(head) == proof.head.as_deref()), "{:?}", runs.runs);
}
