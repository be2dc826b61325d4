//! The verbs that need a roster and no target, from outside, with a clock that stands still.

use std::path::Path;
use std::process::Output;

use serde_json::{Value, json};
use tempfile::TempDir;

use super::{command, stdout};
use crate::roster::upgrade;

/// A folder made by `init`, and a delivery of `people` people in it.
pub struct Site(TempDir);

impl Site {
    pub fn new() -> Self {
        let site = Self(tempfile::tempdir().unwrap());
        assert_eq!(site.run(&["init", &site.path("")]).status.code(), Some(0));
        site
    }

    pub fn path(&self, name: &str) -> String {
        self.0.path().join(name).to_str().unwrap().to_owned()
    }

    /// Puts sections before those that `init` wrote, instead of the last that were put there.
    pub fn configure(&self, sections: &str) {
        const END: &str = "# ----\n";
        let text = std::fs::read_to_string(self.path("config.toml")).unwrap();
        let starter = text.split_once(END).map_or(text.as_str(), |(_, starter)| starter);
        std::fs::write(self.path("config.toml"), format!("{sections}{END}{starter}")).unwrap();
    }

    pub fn run(&self, arguments: &[&str]) -> Output {
        command(arguments)
            .env("ROSTERD_CONFIG", self.0.path().join("config.toml"))
            .env("ROSTERD_NOW", "2026-11-23T06:00:00Z")
            .current_dir(self.0.path())
            .output()
            .unwrap()
    }

    pub fn json(&self, arguments: &[&str]) -> (Option<i32>, Value) {
        let output = self.run(&[&["--format", "json"], arguments].concat());
        let code = output.status.code();
        (code, serde_json::from_slice(&output.stdout).unwrap_or_else(|_| panic!("{arguments:?}: {output:?}")))
    }

    pub fn deliver(&self, people: usize) {
        deliver(&self.0.path().join("hr.jsonl"), people);
    }
}

fn deliver(file: &Path, people: usize) {
    let header = json!({"roster": 1, "complete": true, "kinds": ["person"], "states": "timeline", "count": people,
        "taken": "2026-11-23T05:00:00Z"});
    let mut text = format!("{header}\n");
    for at in 0..people {
        let fact = json!({"kind": "person", "id": format!("p-{at:02}"), "valid_from": "2026-01-01", "valid_to": null,
            "given_name": "Åse", "surname": format!("Ørsted {at}")});
        text += &format!("{fact}\n");
    }
    std::fs::write(file, text).unwrap();
}

#[test]
fn what_was_imported_is_shown_and_exported() {
    let site = Site::new();
    site.deliver(30);
    let (code, rehearsal) = site.json(&["import", "roster", "hr.jsonl", "--dry-run"]);
    assert_eq!((code, &rehearsal["counts"]["person"]["added"]), (Some(0), &json!(30)));
    assert_eq!(site.run(&["show", "person", "p-03"]).status.code(), Some(1));
    assert_eq!(site.run(&["import", "roster", "hr.jsonl"]).status.code(), Some(0));
    let (_, shown) = site.json(&["show", "person", "p-03"]);
    assert_eq!(shown["surname"], "Ørsted 3");
    assert_eq!(site.run(&["show", "person", "p-03", "--at", "2025-12-31"]).status.code(), Some(1));
    let export = site.run(&["export"]);
    assert_eq!(stdout(&export).lines().count(), 31);
    assert_eq!(site.run(&["export"]).stdout, export.stdout);
}

#[test]
fn a_history_goes_into_another_roster_only_while_it_is_empty() {
    let (site, other) = (Site::new(), Site::new());
    for people in [30, 29, 31] {
        site.deliver(people);
        assert_eq!(site.run(&["import", "roster", "hr.jsonl"]).status.code(), Some(0));
    }
    let history = site.run(&["export", "--history"]).stdout;
    std::fs::write(other.path("history.jsonl"), &history).unwrap();
    let (code, taken) = other.json(&["import", "roster", "history.jsonl"]);
    assert_eq!((code, &taken["counts"]["person"]["added"]), (Some(0), &json!(31)));
    assert_eq!(other.run(&["export", "--history"]).stdout, history);
    assert_eq!(other.run(&["export"]).stdout, site.run(&["export"]).stdout);
    let again = other.run(&["import", "roster", "history.jsonl"]);
    assert_eq!(again.status.code(), Some(1));
    assert!(stdout(&again).contains("empty roster only"), "{again:?}");
}

#[test]
fn custom_attributes_are_checked_by_the_configuration() {
    let site = Site::new();
    let config = std::fs::read_to_string(site.path("config.toml")).unwrap();
    let custom = "\n[custom.person]\ncost_centre = { type = \"number\" }\n";
    std::fs::write(site.path("config.toml"), format!("{config}{custom}")).unwrap();
    let person = |custom: &str| {
        let line = format!(r#"{{"kind":"person","id":"p","given_name":"A","surname":"B","custom":{custom}}}"#);
        std::fs::write(site.path("hr.jsonl"), format!("{{\"roster\":1}}\n{line}\n")).unwrap();
        site.run(&["import", "roster", "hr.jsonl"])
    };
    let refused = person(r#"{"cost_centre":"high"}"#);
    assert_eq!(refused.status.code(), Some(1));
    assert!(stdout(&refused).contains("hr.jsonl:2:68"), "{refused:?}");
    assert_eq!(person(r#"{"cost_centre":7.0}"#).status.code(), Some(0));
    let export = stdout(&site.run(&["export"])).to_owned();
    assert!(export.contains(r#""custom":{"person":{"cost_centre":{"type":"number"}}}"#), "{export}");
    assert!(export.contains(r#""custom":{"cost_centre":7}"#), "{export}");
}

#[test]
fn a_delivery_that_lost_most_is_held_until_it_is_approved() {
    let site = Site::new();
    site.deliver(30);
    assert_eq!(site.run(&["import", "roster", "hr.jsonl"]).status.code(), Some(0));
    site.deliver(12);
    let (code, held) = site.json(&["import", "roster", "hr.jsonl"]);
    assert_eq!((code, &held["outcome"]), (Some(4), &json!("held")));
    assert_eq!(held["breaches"][0]["found"], 18);
    let digest = held["digest"].as_str().unwrap();
    assert!(stdout(&site.run(&["import", "roster", "hr.jsonl"])).contains(&format!("rosterd approve {digest}")));
    assert_eq!(site.run(&["approve", digest]).status.code(), Some(0));
    assert_eq!(site.run(&["import", "roster", "hr.jsonl"]).status.code(), Some(0));
    assert_eq!(site.run(&["show", "person", "p-20"]).status.code(), Some(1));
}

/// The same bytes delivered again are not the same decision: what is lost by then is another loss.
#[test]
fn an_approval_lets_one_import_through() {
    let site = Site::new();
    let import = || site.json(&["import", "roster", "hr.jsonl"]);
    site.deliver(30);
    import();
    site.deliver(12);
    let (_, held) = import();
    assert_eq!(site.run(&["approve", held["digest"].as_str().unwrap()]).status.code(), Some(0));
    assert_eq!(import().0, Some(0));
    site.deliver(30);
    assert_eq!(import().0, Some(0));
    site.deliver(12);
    for _ in 0..2 {
        let (code, again) = import();
        assert_eq!((code, &again["outcome"]), (Some(4), &json!("held")));
    }
}

#[test]
fn a_wrong_file_and_a_wrong_configuration_say_where() {
    let site = Site::new();
    let line = r#"{"kind":"person","id":"p-1","valid_from":null,"valid_to":null,"given_name":"Bo","surnme":"Å"}"#;
    std::fs::write(site.path("hr.jsonl"), format!("{{\"roster\":1}}\n{line}\n")).unwrap();
    let output = site.run(&["import", "roster", "hr.jsonl"]);
    assert_eq!(output.status.code(), Some(1));
    assert!(stdout(&output).contains("hr.jsonl:2:"), "{output:?}");
    std::fs::write(site.path("config.toml"), "[roster]\nfill = \"x\"\n").unwrap();
    for verb in [&["check"][..], &["status"], &["plan"], &["apply", "ad"]] {
        let output = site.run(verb);
        assert_eq!(output.status.code(), Some(2), "{output:?}");
        let said = [output.stdout, output.stderr].concat();
        assert!(String::from_utf8_lossy(&said).contains("config.toml:2:1"), "{verb:?}");
    }
}

#[test]
fn a_target_that_does_not_exist_is_a_mistake_of_usage() {
    let site = Site::new();
    for verb in [&["plan", "mars"][..], &["apply", "mars"], &["run", "mars"], &["report", "reconciliation", "mars"]] {
        let output = site.run(verb);
        assert_eq!(output.status.code(), Some(2), "{verb:?}");
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(said.contains("\"mars\"") && said.contains("hint: the targets are: ad, cloud"), "{said}");
    }
}

#[test]
fn the_log_is_proved_and_a_break_is_named() {
    let site = Site::new();
    site.deliver(30);
    assert_eq!(site.run(&["import", "roster", "hr.jsonl"]).status.code(), Some(0));
    let (code, whole) = site.json(&["verify-log"]);
    assert_eq!(
        (code, &whole["whole"], &whole["entries"]),
        (Some(0), &json!(true), &json!(3)),
        "the commit, and the run that made it"
    );
    assert!(stdout(&site.run(&["verify-log"])).starts_with("the log is whole: 3 entries"));
    std::fs::write(site.path("kept.head"), format!("4 {}\n", "0".repeat(64))).unwrap();
    let (code, broken) = site.json(&["verify-log", "--head", "kept.head"]);
    assert_eq!((code, &broken["whole"], &broken["broken"]["entry"]), (Some(1), &json!(false), &json!(4)));
    assert!(stdout(&site.run(&["verify-log", "--head", "kept.head"])).contains("BROKEN at entry 4"));
}

#[test]
fn without_the_key_of_the_log_nothing_is_written_until_init_makes_one() {
    let site = Site::new();
    site.deliver(30);
    std::fs::remove_file(site.path("secrets/log.key")).unwrap();
    let refused = site.run(&["import", "roster", "hr.jsonl"]);
    assert_eq!(refused.status.code(), Some(1));
    assert!(String::from_utf8_lossy(&refused.stderr).contains("roster.log_key"), "{refused:?}");
    assert_eq!(site.run(&["export"]).status.code(), Some(0));
    assert_eq!(site.run(&["init", &site.path("")]).status.code(), Some(0));
    assert_eq!(site.run(&["import", "roster", "hr.jsonl"]).status.code(), Some(0));
    assert_eq!(site.run(&["verify-log"]).status.code(), Some(0));
}

#[test]
fn a_copy_is_made_once_and_can_take_the_place_of_its_original() {
    let site = Site::new();
    site.deliver(30);
    assert_eq!(site.run(&["import", "roster", "hr.jsonl"]).status.code(), Some(0));
    let before = site.run(&["export"]).stdout;
    let (code, made) = site.json(&["backup", "kept.db"]);
    assert_eq!((code, &made["taken"]), (Some(0), &json!("2026-11-23T06:00:00Z")));
    let again = site.run(&["backup", "kept.db"]);
    assert_eq!(again.status.code(), Some(1));
    assert!(String::from_utf8_lossy(&again.stderr).contains("is there already"), "{again:?}");
    site.deliver(29);
    assert_eq!(site.run(&["import", "roster", "hr.jsonl"]).status.code(), Some(0));
    std::fs::rename(site.path("kept.db"), site.path("roster.db")).unwrap();
    for beside in ["roster.db-wal", "roster.db-shm"] {
        let _gone_already = std::fs::remove_file(site.path(beside));
    }
    assert_eq!(site.run(&["export"]).stdout, before);
    assert_eq!(site.run(&["verify-log"]).status.code(), Some(1), "it lacks what came since");
}

#[test]
fn a_report_that_cannot_look_back_says_why_and_which_can() {
    let site = Site::new();
    for report in rosterd::report::REPORTS.iter().filter(|report| !report.takes.at) {
        assert!(!report.of_now.is_empty(), "{}", report.name);
        let output = site.run(&["report", report.name, "--at", "2026-01-01"]);
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        assert_eq!(output.status.code(), Some(2), "{said}");
        for word in
            ["is of today only", report.of_now, "of another day there are upcoming, units-without-manager, quality"]
        {
            assert!(said.contains(word), "{word} is not in {said}");
        }
    }
}

/// What an older rosterd wrote is brought up to date by who writes, and by nobody who only reads.
#[tokio::test]
async fn reading_leaves_the_tables_of_an_older_rosterd_as_they_are() {
    let site = Site::new();
    let folder = site.0.path();
    for entry in std::fs::read_dir(folder).unwrap().map(Result::unwrap) {
        if entry.file_name().to_string_lossy().starts_with("roster.db") {
            std::fs::remove_file(entry.path()).unwrap();
        }
    }
    upgrade::old(folder).await;
    for reading in [&["export"][..], &["show", "person", "p-01"], &["find", "åse"]] {
        let output = site.run(reading);
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(output.status.code() == Some(1) && said.contains("was written by an older rosterd"), "{said}");
    }
    assert_eq!(upgrade::copies(folder), Vec::<String>::new());
    site.deliver(3);
    assert_eq!(site.run(&["import", "roster", "hr.jsonl"]).status.code(), Some(0));
    assert_eq!(upgrade::copies(folder).len(), 1);
    assert_eq!(stdout(&site.run(&["export"])).lines().count(), 4);
}
