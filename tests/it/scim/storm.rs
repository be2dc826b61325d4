//! A service on its worst day: it answers that it is asked too much, that it is busy, with a page of HTML, or not at
//! all, and has often done the work in spite of that. In the end everybody is there once.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use rosterd::clock::FixedClock;
use rosterd::report::Document;
use rosterd::run::{Answer, Command, Engine, Exit, Silent, init, perform};
use serde_json::Value as Json;
use tempfile::TempDir;

use super::service::{Faults, Service, Ways};
use crate::support::organisation::{Organisation, id};

/// Writes in a second that the service states as its limit.
const WRITES_PER_SECOND: usize = 150;

const LIMIT: &str = "[[pace.bucket]]\nof = [\"write\"]\nrequests = 150\nper_seconds = 1\nburst = 150\n";

/// As bad as it gets: one answer in three is a fault.
fn storm(seed: u64) -> Faults {
    Faults { seed, limited: 200, busy: 50, reset: 20, broken: 10 }
}

/// People of one unit, and groups that each has some of them in.
pub(super) fn organisation(people: usize, groups: usize) -> Organisation {
    let mut organisation = Organisation::default();
    organisation.add("unit", "all", serde_json::json!({"name": "All"}));
    for number in 0..people {
        let name = format!("p{number}");
        organisation.add_person(&name, &format!("Given{number}"), &format!("Sur{number}"));
        organisation.employ(&name, "all", "Clerk");
    }
    for number in 0..groups {
        let name = format!("g{number}");
        organisation.add("group", &name, serde_json::json!({"name": format!("Group {number}")}));
        for member in (0..people).filter(|member| member % groups.max(3) == number % 3) {
            organisation.join(&name, &format!("p{member}"));
        }
    }
    organisation
}

fn config(url: &str) -> String {
    format!(
        r#"
[roster]
file = "roster.db"
zone = "Europe/Copenhagen"
national_id_key = {{ file = "secrets/national-id.key" }}

[jsonl.hr]
file = "hr.jsonl"
source = "roster"

[naming.login]
patterns = ["slug(person.surname)"]

[scim.cloud]
profile_file = "profile.toml"

[scim.cloud.connection]
url = "{url}"
token = {{ file = "secrets/national-id.key" }}

[scim.cloud.user.attributes]
userName = "login"
displayName = "person.name"
'emails[type eq "work"].value' = "login ~ '@example.test'"

[scim.cloud.group.attributes]
displayName = "group.name"
"#
    )
}

pub(super) async fn engine(folder: &Path) -> Engine {
    let clock = FixedClock("2026-03-02T08:00:00Z".parse().unwrap());
    Engine::open(&folder.join("config.toml"), Arc::new(clock), rosterd::org::Actor::of_uid(0)).await.unwrap()
}

pub(super) async fn site(service: &Service, organisation: &Organisation, profile: &str) -> TempDir {
    let folder = TempDir::new().unwrap();
    let clock = FixedClock("2026-03-02T08:00:00Z".parse().unwrap());
    init(folder.path(), &clock).await.unwrap();
    std::fs::write(folder.path().join("config.toml"), config(&service.server.url)).unwrap();
    std::fs::write(folder.path().join("profile.toml"), profile).unwrap();
    import(folder.path(), organisation).await;
    folder
}

pub(super) async fn import(folder: &Path, organisation: &Organisation) {
    let file = folder.join("delivery.jsonl");
    std::fs::write(&file, organisation.text()).unwrap();
    let file = Some(file.display().to_string());
    let import = Command::Import { source: "roster".into(), file, dry_run: false };
    let answer = perform(&engine(folder).await, import, &Silent).await.unwrap();
    assert_eq!(answer.exit, Exit::Done, "{answer:?}");
}

pub(super) async fn apply(folder: &Path) -> Answer {
    let command = Command::ApplyTargets { targets: vec!["cloud".into()] };
    perform(&engine(folder).await, command, &Silent).await.unwrap()
}

/// How often the service was asked until all was in step, and by how many runs.
async fn converged(service: &Service, organisation: &Organisation) -> (usize, usize) {
    let folder = site(service, organisation, LIMIT).await;
    for runs in 1..=8 {
        let answer = apply(folder.path()).await;
        if answer.exit == Exit::Done {
            let asked = service.state().seen.len();
            service.state().ways.faults = Faults::default();
            let Document::Run(again) = apply(folder.path()).await.document else { panic!("no run") };
            assert_eq!(again.runs[0].counts.done, 0, "nothing is left to do");
            return (asked, runs);
        }
    }
    panic!("it did not converge: {:?}", apply(folder.path()).await);
}

pub(super) fn everybody_once(service: &Service, people: usize, groups: usize) {
    let state = service.state();
    assert_eq!((state.users.len(), state.groups.len()), (people, groups));
    for (all, name) in [(&state.users, "userName"), (&state.groups, "displayName")] {
        for field in [name, "externalId"] {
            let mut values: Vec<&str> = all.values().map(|one| one[field].as_str().unwrap()).collect();
            values.sort_unstable();
            values.dedup();
            assert_eq!(values.len(), all.len(), "each {field} is there once");
        }
    }
    for number in 0..groups {
        let stamp = id(&format!("g{number}"));
        let group = state.groups.values().find(|group| group["externalId"] == stamp.as_str()).unwrap();
        let mut members: Vec<&Json> =
            group["members"].as_array().into_iter().flatten().map(|one| &one["value"]).collect();
        members.sort_by_key(ToString::to_string);
        let there = members.len();
        members.dedup();
        let wanted = (0..people).filter(|member| member % groups.max(3) == number % 3).count();
        assert_eq!((members.len(), there), (wanted, wanted), "group {number}");
    }
}

/// The most writes that came within a second, wherever it begins.
fn most_writes_in_a_second(service: &Service) -> usize {
    let state = service.state();
    let times: Vec<_> = state.seen.iter().filter(|seen| seen.method != "GET").map(|seen| seen.at).collect();
    let within =
        |first: usize| times[first..].iter().take_while(|at| **at - times[first] < Duration::from_secs(1)).count();
    (0..times.len()).map(within).max().unwrap_or(0)
}

/// What a storm came to: requests, those of a calm day, faults after the work, runs.
pub struct Weathered {
    pub asked: usize,
    pub calm: usize,
    pub in_spite: usize,
    pub runs: usize,
}

async fn weather(seed: u64, people: usize, groups: usize) -> Weathered {
    let organisation = organisation(people, groups);
    let calm = Service::start(Ways::default()).await;
    let (least, _) = converged(&calm, &organisation).await;
    everybody_once(&calm, people, groups);
    let service = Service::start(Ways { faults: storm(seed), ..Ways::default() }).await;
    let (asked, runs) = converged(&service, &organisation).await;
    everybody_once(&service, people, groups);
    let most = most_writes_in_a_second(&service);
    assert!(most <= WRITES_PER_SECOND, "{most} writes in a second");
    let in_spite = service.state().seen.iter().filter(|seen| seen.in_spite).count();
    Weathered { asked, calm: least, in_spite, runs }
}

#[tokio::test(flavor = "multi_thread")]
async fn everybody_is_there_once_after_a_storm() {
    let Weathered { asked, calm, in_spite, .. } = weather(11, 150, 8).await;
    assert!(in_spite >= 5, "{in_spite} faults after the work");
    assert!(asked * 10 <= calm * 16, "{asked} requests, {calm} on a calm day");
}

#[expect(clippy::print_stdout, reason = "scripts/campaign shows how far it is")]
pub(super) fn say(line: &str) {
    println!("{line}");
}

#[expect(clippy::disallowed_methods, reason = "scripts/campaign says how much and from where")]
pub(super) fn number(name: &str, otherwise: u64) -> u64 {
    std::env::var(name).map_or(otherwise, |text| text.parse().expect(name))
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "scripts/campaign storm"]
async fn storms_over_2500_people_and_100_groups() {
    let (count, first) = (number("CAMPAIGN_N", 1), number("CAMPAIGN_SEED", 1));
    let mut failed = 0;
    for seed in first..first + count {
        let whole = async move {
            let Weathered { asked, calm, in_spite, runs } = weather(seed, 2500, 100).await;
            say(&format!(
                "seed {seed}: {asked} requests ({calm} on a calm day), {in_spite} faults after the work, {runs} runs"
            ));
            assert!(in_spite >= 180, "{in_spite} faults after the work");
            assert!(asked * 10 <= calm * 16, "{asked} requests, {calm} on a calm day");
        };
        if tokio::spawn(whole).await.is_err() {
            say(&format!("FAILED: seed {seed}"));
            failed += 1;
        }
    }
    say(&format!("{} passed, {failed} failed", count - failed));
    assert_eq!(failed, 0);
}
