//! The whole program against services that lie: what a listing does not show is taken from nobody.

use serde_json::{Value as Json, json};
use tempfile::TempDir;

use super::odd::{Filtering, Odd, Total, Ways};
use crate::support::process::{Ended, Victim};

const PEOPLE: usize = 12;

const NO_LISTINGS: &str = r#"
[listing]
paging = "none"

[filters]
operators = ["eq"]
user = ["userName", "externalId"]
group = ["displayName", "externalId"]
"#;

/// An installation with one service.
struct House {
    odd: Odd,
    folder: TempDir,
}

impl House {
    async fn new(more: &str) -> Self {
        let house = Self { odd: Odd::start(Ways::default()).await, folder: TempDir::new().unwrap() };
        let home = house.folder.path().display().to_string();
        house.run("08:00", &["init", &home]).await.expect(0);
        std::fs::write(house.folder.path().join("token"), house.odd.server.token()).unwrap();
        std::fs::write(house.folder.path().join("no-listings.toml"), NO_LISTINGS).unwrap();
        house.configure(more);
        house.import(PEOPLE).await;
        house
    }

    /// The same, with everybody and the group in the service.
    async fn settled(more: &str) -> Self {
        let house = Self::new(more).await;
        house.run("08:01", &["apply", "cloud", "--yes"]).await.expect(0);
        assert_eq!(house.odd.state().users.len(), PEOPLE);
        assert_eq!(house.odd.state().groups[0]["members"].as_array().unwrap().len(), PEOPLE);
        let plan = house.plan("08:02").await;
        assert_eq!((&plan["steps"], &plan["held"]), (&json!([]), &json!([])), "a second run plans nothing");
        house
    }

    fn configure(&self, more: &str) {
        let text = format!(
            r#"
[roster]
file = "roster.db"
zone = "Europe/Copenhagen"
national_id_key = {{ file = "secrets/national-id.key" }}

[naming.login]
patterns = ["slug(person.given_name)"]

[scim.cloud]
{more}

[scim.cloud.connection]
url = "{}"
token = {{ file = "token" }}
page_size = 5

[scim.cloud.user.attributes]
userName = "login"
displayName = "person.name"

[scim.cloud.group.attributes]
displayName = "group.name"
"#,
            self.odd.server.url()
        );
        std::fs::write(self.folder.path().join("config.toml"), text).unwrap();
    }

    async fn import(&self, people: usize) {
        let mut lines = vec![json!({"kind": "unit", "id": "u1", "valid_from": "2020-01-01", "name": "Hall"})];
        for number in 1..=people {
            lines.push(json!({"kind": "person", "id": format!("p{number}"), "valid_from": "2020-01-01",
                "given_name": format!("Anna{number}"), "surname": "Berg"}));
            lines.push(json!({"kind": "engagement", "id": format!("e{number}"), "valid_from": "2020-01-01",
                "person": format!("p{number}"), "unit": "u1", "title": "Clerk"}));
        }
        lines.push(json!({"kind": "group", "id": "g1", "valid_from": "2020-01-01", "name": "Everybody"}));
        for number in 1..=people {
            lines.push(json!({"kind": "membership", "id": format!("m{number}"), "valid_from": "2020-01-01",
                "group": "g1", "member_person": format!("p{number}")}));
        }
        let kinds = ["unit", "person", "engagement", "group", "membership"];
        let header = json!({"roster": 1, "complete": true, "kinds": kinds, "states": "timeline", "count": lines.len()});
        let text: Vec<String> = std::iter::once(&header).chain(&lines).map(ToString::to_string).collect();
        let file = self.folder.path().join("delivery.jsonl");
        std::fs::write(&file, text.join("\n") + "\n").unwrap();
        self.run("08:00", &["import", "roster", file.to_str().unwrap()]).await.expect(0);
    }

    async fn run(&self, time: &str, arguments: &[&str]) -> Ended {
        self.run_on("2026-03-02", time, arguments).await
    }

    async fn run_on(&self, day: &str, time: &str, arguments: &[&str]) -> Ended {
        let mut command = std::process::Command::new(env!("CARGO_BIN_EXE_rosterd"));
        command
            .env_clear()
            .env("ROSTERD_NOW", format!("{day}T{time}:00Z"))
            .env("ROSTERD_CONFIG", self.folder.path().join("config.toml"))
            .args(["--format", "json"])
            .args(arguments);
        Victim::default().start(&mut command).ended().await
    }

    async fn plan(&self, time: &str) -> Json {
        self.run(time, &["plan", "cloud"]).await.json()["plans"][0].clone()
    }
}

/// What a listing does, and how it comes to do so.
type Lie = (&'static str, fn(&mut Ways));

fn negative(plan: &Json) -> Vec<&str> {
    let ops = plan["steps"].as_array().unwrap().iter().map(|step| step["op"].as_str().unwrap());
    ops.filter(|op| ["disable", "delete", "unlink", "remove-members"].contains(op)).collect()
}

#[tokio::test]
async fn a_listing_that_does_not_show_somebody_takes_nothing_from_anybody() {
    let house = House::settled("").await;
    let lies: [Lie; 10] = [
        ("a row is lost", |ways| ways.lost = vec![3]),
        ("a page is lost", |ways| ways.lost = (5..10).collect()),
        ("everything is lost", |ways| ways.lost = (0..PEOPLE).collect()),
        ("everything is lost, and it says 0", |ways| {
            ways.lost = (0..PEOPLE).collect();
            ways.total = Total::Zero;
        }),
        ("totalResults 0", |ways| ways.total = Total::Zero),
        ("a page comes again", |ways| ways.repeats = true),
        ("startIndex is ignored", |ways| ways.index = false),
        ("the second page fails", |ways| ways.breaks = Some(500)),
        ("the second page is refused", |ways| ways.breaks = Some(400)),
        ("a row is lost and not counted", |ways| {
            ways.lost = vec![3];
            ways.total = Total::None;
        }),
    ];
    let before = house.odd.holds();
    for (what, lie) in lies {
        house.odd.change(|ways| {
            *ways = Ways::default();
            lie(ways);
        });
        let ended = house.run("09:00", &["plan", "cloud"]).await;
        for plan in ended.json()["plans"].as_array().into_iter().flatten() {
            assert_eq!(negative(plan), Vec::<&str>::new(), "{what}: {plan}");
            let creates = plan["steps"].as_array().unwrap().iter().filter(|step| step["op"] == "create").count();
            assert_eq!(creates, 0, "{what}: somebody who is linked is not made twice: {plan}");
        }
        house.run("09:01", &["apply", "cloud", "--yes"]).await;
        let after = house.odd.holds();
        assert_eq!(after, before, "{what}");
    }
    house.odd.change(|ways| *ways = Ways::default());
    let plan = house.plan("10:00").await;
    assert_eq!((&plan["steps"], &plan["held"]), (&json!([]), &json!([])));
}

#[tokio::test]
async fn one_user_who_makes_no_sense_is_named_and_stops_nobody_else() {
    let house = House::settled("").await;
    house.odd.state().users[2]["active"] = json!({"value": 1});
    house.odd.state().users[2]["displayName"] = json!("Changed by hand");
    house.odd.state().users[4]["displayName"] = json!("Changed by hand");
    let ended = house.run("09:00", &["plan", "cloud"]).await;
    let plan = &ended.json()["plans"][0];
    let steps: Vec<&str> = plan["steps"].as_array().unwrap().iter().map(|step| step["op"].as_str().unwrap()).collect();
    assert_eq!(steps, ["update"], "{plan}");
    let name = house.odd.state().users[2]["userName"].as_str().unwrap().to_owned();
    assert!(plan["coverage"]["complete"].as_bool().unwrap());
    assert!(plan["coverage"]["missing"][0]["why"].as_str().unwrap().contains(&name), "{plan}");
    let held = plan["held"][0]["reason"].as_str().unwrap();
    assert!(held.contains("could not be understood") && held.contains("left undone: update"), "{held}");
    house.run("09:01", &["apply", "cloud", "--yes"]).await.expect(5);
    assert_eq!(house.odd.state().users[2]["displayName"], "Changed by hand");
    assert_ne!(house.odd.state().users[4]["displayName"], "Changed by hand");
}

#[tokio::test]
async fn a_service_without_listings_is_kept_in_step_by_what_is_linked() {
    let house = House::new("profile_file = \"no-listings.toml\"").await;
    house.odd.change(|ways| ways.listings = false);
    house.run("08:01", &["apply", "cloud", "--yes"]).await.expect(0);
    assert_eq!(house.odd.state().users.len(), PEOPLE);
    let posts = house.odd.server.asked().iter().filter(|asked| asked.method == "POST").count();
    assert_eq!(posts, PEOPLE + 1);
    let plan = house.plan("08:02").await;
    assert_eq!((&plan["steps"], &plan["held"]), (&json!([]), &json!([])), "a second run plans nothing");
    assert_eq!(plan["coverage"], json!({"complete": false, "linked_only": true}));

    // somebody ends: that is a dated fact, and needs nobody's absence
    house.odd.state().users.remove(0);
    let plan = house.plan("09:00").await;
    assert_eq!(plan["steps"], json!([]), "{plan}");
    assert_eq!(plan["held"].as_array().unwrap().len(), 1, "who is not shown is held, and not made again: {plan}");
}

#[tokio::test]
async fn a_service_that_does_otherwise_than_before_is_told_of() {
    let house = House::settled("").await;
    // the first run found an empty service, of which little shows; a day later it looks again
    house.run_on("2026-03-03", "08:00", &["apply", "cloud", "--yes"]).await.expect(0);
    house.odd.change(|ways| ways.filtering = Filtering::Nothing);
    house.run_on("2026-03-03", "12:00", &["apply", "cloud", "--yes"]).await.expect(0);
    let ended = house.run_on("2026-03-04", "08:00", &["run", "cloud"]).await;
    let told = |ended: &Ended| ended.out.contains("it does otherwise than before: the filter by");
    let plan = house.run_on("2026-03-04", "08:01", &["plan", "cloud"]).await;
    assert!(told(&plan), "{}", plan.out);
    assert_eq!(ended.code, Some(5), "{}", ended.out);
    let check = house.run_on("2026-03-04", "08:02", &["check", "--online"]).await.expect(1);
    assert!(check.out.contains("the service does otherwise than before"), "{}", check.out);
    house.run_on("2026-03-04", "08:03", &["check", "--online", "--pin"]).await.expect(1);
    house.run_on("2026-03-04", "08:04", &["check", "--online"]).await.expect(0);
    let plan = house.run_on("2026-03-04", "08:05", &["plan", "cloud"]).await.expect(0);
    assert!(!told(&plan), "{}", plan.out);
}

#[tokio::test]
async fn a_check_without_a_canary_writes_nothing() {
    let house = House::settled("canary_user = false").await;
    let asked = house.odd.server.asked().len();
    house.run("09:00", &["check", "--online"]).await.expect(0);
    let asked = &house.odd.server.asked()[asked..];
    assert!(!asked.is_empty() && asked.iter().all(|asked| asked.method == "GET"));
    house.configure("canary_user = true");
    let users = house.odd.state().users.clone();
    house.run("09:01", &["check", "--online"]).await.expect(0);
    assert_eq!(house.odd.state().users, users, "the canary is gone again");
    let posts = house.odd.server.asked().iter().filter(|asked| asked.body["userName"] == "Rosterd-Canary").count();
    assert!(posts > 0);
}
