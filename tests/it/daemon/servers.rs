//! The daemon with real servers: Active Directory in a unit of the test's own, and a SCIM server of its own.

use std::sync::Arc;
use std::sync::Mutex;
use std::sync::mpsc::{Sender, channel};

use rosterd::clock::SystemClock;
use rosterd::control::{Ask, Request, call};
use rosterd::run::{self, Engine, Phase, Progress};
use serde_json::{Value, json};

use super::{DEADLINE, HR, House, delivery};
use crate::lab::Lab;
use crate::scim::lab::{Server, Vendor};

/// An empty SCIM service that nobody else uses.
pub(super) struct Cloud {
    lab: Lab,
    server: Server,
}

impl Cloud {
    pub(super) fn start() -> Self {
        Self { lab: Lab::open(), server: Vendor::Strict.server() }
    }

    pub(super) fn section(&self, word: &str, schedule: &str) -> String {
        format!(
            r#"
[naming.login]
patterns = ["'{word}' ~ slug(person.given_name)"]

[scim.cloud]
{schedule}
[scim.cloud.connection]
url = "{}"
token = {{ file = "{}" }}

[scim.cloud.user.attributes]
userName = "login"
displayName = "person.name"
"name.givenName" = "person.given_name"
"name.familyName" = "person.surname"
"#,
            self.server.url,
            self.lab.value("SCIM_TOKEN_FILE"),
        )
    }

    /// What a GET answers.
    #[cfg(feature = "lab")]
    pub(super) async fn raw(&self, path: &str) -> Value {
        self.server.raw("GET", path, None).await
    }

    pub(super) async fn users(&self) -> Vec<String> {
        let listing = self.server.raw("GET", "Users?count=500", None).await;
        let users = listing["Resources"].as_array().unwrap_or_else(|| panic!("{listing}"));
        let mut names: Vec<String> = users.iter().map(|user| user["userName"].as_str().unwrap().to_owned()).collect();
        names.sort();
        names
    }
}

fn directory(lab: &Lab, base: &str) -> String {
    format!(
        r#"
[ldap.ad]
schedule = "* * * * * *"

[ldap.ad.connection]
url = "{}"
ca_file = "{}"
bind_dn = "{}"
password = {{ file = "{}" }}
base = "{base}"

[ldap.ad.user]
name = "login"

[ldap.ad.user.attributes]
sAMAccountName = "login"
title = "engagement.title"

[ldap.ad.unit]
name = "unit.name"
"#,
        lab.value("LDAPS_URL"),
        lab.value("CA_FILE"),
        lab.value("SYNC_DN"),
        lab.value("SYNC_PASSWORD_FILE"),
    )
}

#[tokio::test(flavor = "multi_thread")]
async fn a_dropped_file_is_imported_and_both_targets_follow() {
    let real = Lab::open();
    let mut admin = real.administrator().await;
    let base = real.fresh_unit(&mut admin).await;
    let (cloud, word) = (Cloud::start(), Lab::word());
    let schedule = "schedule = \"* * * * * *\"\n";
    let house = House::new(&format!("{HR}{}{}", cloud.section(&word, schedule), directory(&real, &base)));
    let mut daemon = house.serve();
    house.deliver(&delivery(3));
    daemon.line(&["imported", "person: 3 added"]);
    daemon.line(&["applied", "target=\"ad\"", "done=4"]);
    daemon.line(&["applied", "target=\"cloud\"", "done=3"]);
    let logins: Vec<String> = (0..3).map(|number| format!("{word}anna{number}")).collect();
    assert_eq!(cloud.users().await, logins);
    for login in &logins {
        let dn = format!("CN={login},OU=Town hall,{base}");
        assert_eq!(admin.values(&dn, "title").await, ["Clerk"]);
    }

    house.deliver(&delivery(3).replace("Clerk", "Manager"));
    daemon.line(&["imported", "engagement: 3 changed"]);
    daemon.line(&["applied", "target=\"ad\"", "done=3"]);
    assert_eq!(admin.values(&format!("CN={},OU=Town hall,{base}", logins[0]), "title").await, ["Manager"]);

    let (code, plan) = house.verb(&["plan"]);
    assert_eq!(code, 0, "nothing is left: {plan}");
    let (_, runs) = house.verb(&["runs"]);
    let runs = runs["runs"].as_array().unwrap();
    let verb = |run: &Value| if run["source"] == json!("hr") { json!("import") } else { json!("schedule") };
    assert!(runs.iter().all(|run| run["verb"] == verb(run)), "{runs:?}");
    assert_eq!(runs.iter().filter(|run| run["verb"] == json!("import")).count(), 2, "each delivery once");
    daemon.stop();
}

/// Tells of the first steps that are applied.
struct Started(Mutex<Sender<()>>);

impl Progress for Started {
    fn at(&self, phase: Phase) {
        if phase.doing == "applying" && phase.done >= 3 {
            let _told_already = self.0.lock().unwrap().send(());
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stop_ends_a_run_between_two_steps() {
    const PEOPLE: usize = 150;
    rosterd::net::install_provider();
    let (cloud, word) = (Cloud::start(), Lab::word());
    let house = House::new(&format!("{HR}{}", cloud.section(&word, "")));
    std::fs::write(house.path("by-hand.jsonl"), delivery(u32::try_from(PEOPLE).unwrap())).unwrap();
    assert_eq!(house.verb(&["import", "hr", house.path("by-hand.jsonl").to_str().unwrap()]).0, 0);
    let daemon = house.serve();
    let engine =
        Engine::open(&house.path("config.toml"), Arc::new(SystemClock), rosterd::org::Actor::of_uid(0)).await.unwrap();
    let command = run::Command::ApplyTargets { targets: vec!["cloud".into()] };
    let request = Request::new(engine.generation(), "anna".into(), Ask::Do(command));
    let (teller, started) = channel();
    let socket = engine.socket();
    let answer = tokio::spawn(async move { call(&socket, &request, &Started(Mutex::new(teller))).await });
    tokio::task::spawn_blocking(move || started.recv_timeout(DEADLINE).unwrap()).await.unwrap();
    let log = daemon.stop();
    let answer = answer.await.unwrap().expect("a daemon answers").expect("the answer comes before the end");
    let document = answer.document.to_json().unwrap();
    let view = &document["runs"][0];
    assert_eq!(view["outcome"], json!("partly"), "{document} {log:?}");
    assert!(view["message"].as_str().unwrap().contains("a stop was asked for"), "{view}");
    let done = usize::try_from(view["counts"]["done"].as_u64().unwrap()).unwrap();
    assert!((3..PEOPLE).contains(&done), "{done}");
    assert_eq!(cloud.users().await.len(), done, "what was begun is done, and nothing else");
    let (_, runs) = house.verb(&["runs"]);
    let ended = |run: &Value| !run["ended"].is_null() && run["actor"] == json!("anna");
    let of_targets = runs["runs"].as_array().unwrap().iter().filter(|run| run["verb"] != json!("import"));
    assert!(of_targets.clone().count() > 0 && of_targets.clone().all(ended), "{runs}");

    assert_eq!(house.verb(&["apply", "cloud", "--yes"]).0, 0, "the rest, in process");
    assert_eq!(cloud.users().await.len(), PEOPLE);
    assert_eq!(house.verb(&["plan"]).0, 0);
}
