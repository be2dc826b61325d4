//! Alarms of the real daemon: each is told once, into a folder, until it changes or is over.

#![cfg(feature = "lab")]

use std::net::SocketAddr;

use serde_json::{Value, json};
use sqlx::Connection as _;

use super::http::{ask, free, section};
use super::met::{Met, rows};
use super::{Daemon, HR, House, NOWHERE, delivery};
use crate::support::waiting::until;

pub(super) const HOUR: i64 = 3600;
pub(super) const DAY: i64 = 24 * HOUR;

/// A house whose clock is moved by hand, and whose alarms go into a folder; what ends is over at once.
pub(super) struct Watched {
    pub house: House,
    pub address: SocketAddr,
}

impl Watched {
    pub fn new(alarms: &str, sections: &str) -> Self {
        let address = free();
        let told = "\n[folder.box]\npath = \"box\"\n\n[alarms]\nto = { folders = [\"box\"] }\nsettle_minutes = 0\n";
        let house = House::new(&format!("{told}{alarms}\n{sections}{}", section(address)));
        std::fs::create_dir(house.path("box")).unwrap();
        let watched = Self { house, address };
        watched.set(0);
        watched
    }

    /// Moves the clock so far from the machine's.
    pub fn set(&self, seconds: i64) {
        std::fs::write(self.house.path("clock.part"), seconds.to_string()).unwrap();
        std::fs::rename(self.house.path("clock.part"), self.house.path("clock")).unwrap();
    }

    pub fn serve(&self) -> Daemon {
        let clock = self.house.path("clock").display().to_string();
        self.house.start(&["serve"], "notices", &[("ROSTERD_LAB_CLOCK", &clock)])
    }

    /// The messages that came.
    pub fn messages(&self) -> Vec<String> {
        let mut files: Vec<_> = std::fs::read_dir(self.house.path("box"))
            .unwrap()
            .map(|file| file.unwrap().path())
            .filter(|path| path.extension().is_some_and(|ending| ending == "txt"))
            .collect();
        files.sort();
        files.iter().map(|file| std::fs::read_to_string(file).unwrap()).collect()
    }

    /// Waits for a message with all of these words; answers how many messages there are then.
    pub fn message(&self, words: &[&str]) -> usize {
        let look = || {
            let messages = self.messages();
            let came = messages.iter().any(|text| words.iter().all(|word| text.contains(word)));
            came.then_some(messages.len())
        };
        until(look, || format!("{words:?} was not told:\n{}", self.messages().join("\n---\n")))
    }

    /// When the daemon last looked how things stand.
    fn looked(&self) -> Option<String> {
        let (_, text) = ask(self.address, "/metrics")?;
        text.lines().find(|line| line.starts_with("rosterd_last_look_timestamp_seconds")).map(ToOwned::to_owned)
    }

    /// The daemon looks twice more, and tells nothing.
    #[track_caller]
    pub fn nothing_more(&self, count: usize) {
        for _ in 0..2 {
            let before = self.looked();
            until(|| (self.looked() != before).then_some(()), || "it does not look any more".to_owned());
        }
        assert_eq!(self.messages().len(), count, "{}", self.messages().join("\n---\n"));
    }

    pub fn verb(&self, words: &[&str]) -> (i32, Value) {
        let mut command = self.house.command(&[&["--format", "json"], words].concat());
        let output = command.env("ROSTERD_LAB_CLOCK", self.house.path("clock")).output().unwrap();
        (output.status.code().unwrap(), serde_json::from_slice(&output.stdout).unwrap_or(Value::Null))
    }

    pub fn alarms(&self) -> Vec<Value> {
        self.verb(&["status"]).1["alarms"].as_array().unwrap().clone()
    }

    /// Changes the roster beside rosterd.
    async fn alter(&self, query: &'static str) {
        let url = format!("sqlite://{}", self.house.path("roster.db").display());
        let mut connection = sqlx::SqliteConnection::connect(&url).await.unwrap();
        sqlx::query(query).execute(&mut connection).await.unwrap();
        connection.close().await.unwrap();
    }
}

#[test]
fn an_import_that_a_limit_holds_is_told_once_and_once_when_it_is_over() {
    let watched = Watched::new("language = \"da\"", HR);
    let mut daemon = watched.serve();
    watched.house.deliver(&delivery(40));
    daemon.line(&["imported", "person: 40 added"]);
    watched.house.deliver(&delivery(1));
    let count = watched.message(&["KRITISK · limit-breached · source hr", "rosterd approve", "overskrider en grænse"]);
    assert_eq!(count, 1);
    watched.nothing_more(1);
    let [alarm] = &watched.alarms()[..] else { panic!("{:?}", watched.alarms()) };
    assert_eq!((&alarm["alarm"], &alarm["severity"]), (&json!("limit-breached"), &json!("critical")));
    let digest = alarm["command"].as_str().unwrap().strip_prefix("rosterd approve ").unwrap().to_owned();
    daemon.line(&["limit-breached"]);
    // over restarts, too
    daemon.kill();
    let mut daemon = watched.serve();
    watched.nothing_more(1);
    assert_eq!(watched.verb(&["approve", &digest]).0, 0);
    daemon.line(&["imported", "ended"]);
    assert_eq!(watched.message(&["Overstået", "limit-breached · source hr"]), 2);
    watched.nothing_more(2);
    assert_eq!(watched.alarms(), [Value::Null; 0]);
    daemon.stop();
}

#[test]
pub(super) fn a_target_that_cannot_be_reached_is_told_of_when_it_is_late() -> Met<{ rows(&["target-late"]) }> {
    let mut met = Met::none();
    let scheduled = NOWHERE
        .replace("[scim.cloud.connection]", "[scim.cloud]\nschedule = \"* * * * * *\"\n\n[scim.cloud.connection]");
    let watched = Watched::new("target_late_hours = 6", &scheduled);
    let mut daemon = watched.serve();
    daemon.line(&["127.0.0.1:1"]);
    watched.nothing_more(0);
    watched.set(5 * HOUR);
    watched.nothing_more(0);
    watched.set(7 * HOUR);
    let words = ["No run of cloud got through for 6 hours", "check --online"];
    met.told(&watched, "target-late", "target cloud", &words);
    watched.nothing_more(1);
    daemon.stop();
    met
}

#[test]
pub(super) fn a_token_that_ends_is_told_and_told_again_as_the_day_comes() -> Met<{ rows(&["expires"]) }> {
    let mut met = Met::none();
    let now = rosterd::clock::Clock::now(&rosterd::clock::SystemClock);
    let last = now.day(&rosterd::org::Zone::UTC).plus(20);
    let ends = NOWHERE.replace("\n[scim.cloud.user.", &format!("token_expires = \"{last}\"\n\n[scim.cloud.user."));
    // its file comes and goes unseen: what makes the daemon look
    let watched = Watched::new("source_late_hours = false", &format!("{HR}{ends}"));
    let daemon = watched.serve();
    met.told(&watched, "expires", "target cloud: the token", &["set token_expires"]);
    watched.nothing_more(1);
    watched.set(15 * DAY);
    assert_eq!(watched.message(&["Changed", "CRITICAL · expires · target cloud: the token"]), 2);
    watched.set(22 * DAY);
    assert_eq!(watched.message(&["Changed", "the token has ended"]), 3);
    daemon.stop();
    met
}

#[tokio::test]
pub(super) async fn a_log_that_was_altered_and_what_fails_for_days_are_one_message()
-> Met<{ rows(&["log-broken", "quarantine-old"]) }> {
    let mut met = Met::none();
    let watched = Watched::new("", &format!("{HR}{NOWHERE}"));
    let file = watched.house.path("hr.jsonl").display().to_string();
    watched.house.deliver(&delivery(2));
    assert_eq!(watched.verb(&["import", "hr", &file]).0, 0);
    watched.alter("UPDATE log SET subject = 'commit 99' WHERE seq = (SELECT max(seq) FROM log)").await;
    let row = "INSERT INTO failing (target, step, key, kind, name, op, class, message, mark, failures, since, next)
               VALUES ('cloud', 's1', 'k1', 'user', 'anna', 'update', 'permanent', 'no', 'm', 3, 1, 1)";
    watched.alter(row).await;
    let daemon = watched.serve();
    met.told(&watched, "quarantine-old", "target cloud", &["1 object fails", "rosterd quarantine list cloud"]);
    met.told(&watched, "log-broken", "roster", &["its hash does not fit", "rosterd verify-log"]);
    let count = watched.messages().len();
    watched.nothing_more(count);
    watched.alter("DELETE FROM failing").await;
    assert_eq!(watched.message(&["Over", "quarantine-old · target cloud"]), count + 1);
    for text in watched.messages() {
        assert!(!text.contains("anna"), "{text}");
    }
    daemon.stop();
    met
}

#[test]
pub(super) fn a_webhook_that_takes_nothing_is_told_by_the_other_way() -> Met<{ rows(&["delivery-failing"]) }> {
    let mut met = Met::none();
    let hook = "\n[webhook.ops]\nurl = \"http://127.0.0.1:1/hook\"\nsecret = { file = \"secrets/national-id.key\" }\n";
    let watched = Watched::new("source_late_hours = false", &format!("{HR}{hook}"));
    let text = std::fs::read_to_string(watched.house.path("config.toml")).unwrap();
    let both = text.replace("to = { folders = [\"box\"] }", "to = { folders = [\"box\"], webhooks = [\"ops\"] }");
    std::fs::write(watched.house.path("config.toml"), both).unwrap();
    let mut daemon = watched.serve();
    watched.house.deliver(&delivery(40));
    daemon.line(&["imported"]);
    watched.house.deliver(&delivery(1));
    watched.message(&["limit-breached"]);
    watched.nothing_more(1);
    watched.set(3 * HOUR);
    met.told(&watched, "delivery-failing", "webhook ops", &["2 hours"]);
    watched.nothing_more(watched.messages().len());
    daemon.stop();
    met
}
