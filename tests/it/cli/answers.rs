//! What an administrator reads who has little time: who ends, what failed, what to do next.

use std::fmt::Write as _;

use serde_json::{Value, json};

use super::roster::Site;
use super::stdout;

fn said(site: &Site, arguments: &[&str]) -> (Option<i32>, String) {
    let output = site.run(arguments);
    (output.status.code(), format!("{}{}", stdout(&output), String::from_utf8_lossy(&output.stderr)))
}

/// The line of `status` about a source.
fn source(site: &Site, name: &str) -> Value {
    let (_, status) = site.json(&["status"]);
    let sources = status["sources"].as_array().unwrap();
    sources.iter().find(|source| source["name"] == name).unwrap_or_else(|| panic!("{status}")).clone()
}

#[test]
fn a_held_import_names_who_ends_and_the_status_tells_of_it() {
    let site = Site::new();
    assert_eq!(source(&site, "hr")["state"], "never imported");
    std::fs::create_dir_all(site.path("intake")).unwrap();
    let deliver = |people| {
        site.deliver(people);
        std::fs::copy(site.path("hr.jsonl"), site.path("intake/hr.jsonl")).unwrap();
    };
    deliver(30);
    let (code, done) = site.json(&["import", "hr"]);
    assert_eq!((code, &done["ends"]), (Some(0), &json!([])));
    let taken = source(&site, "hr");
    assert_eq!((&taken["state"], &taken["last_failure"]), (&json!("taken"), &Value::Null));
    assert_eq!(taken["last_complete"], "2026-11-23T06:00:00Z");

    deliver(5);
    let (code, held) = site.json(&["import", "hr"]);
    assert_eq!((code, held["ends"].as_array().unwrap().len()), (Some(4), 25));
    assert_eq!(held["ends"][0], json!({"kind": "person", "id": "p-10", "name": "Åse Ørsted 10"}));
    let (code, text) = said(&site, &["import", "hr"]);
    assert!(code == Some(4) && text.contains("person, ended: Åse Ørsted 10, Åse Ørsted 11,"), "{text}");
    assert!(text.contains(" and 5 more\n"), "{text}");
    let waiting = source(&site, "hr");
    assert_eq!((&waiting["state"], &waiting["held"]), (&json!("held"), &held["digest"]));
    assert!(waiting["last_failure"]["why"].as_str().unwrap().contains("intake.ends.person: 25 of 30"), "{waiting}");
    let digest = held["digest"].as_str().unwrap();
    let (_, text) = said(&site, &["status"]);
    assert!(
        text.contains(&format!("rosterd approve {digest}")) && text.contains("2026-11-23 07:00:00 +01:00"),
        "{text}"
    );

    std::fs::write(site.path("intake/hr.jsonl"), "").unwrap();
    let (code, text) = said(&site, &["import", "hr"]);
    assert!(code == Some(4) && text.contains("hint: deliver it again"), "{text}");
    std::fs::write(site.path("intake/hr.jsonl"), "{\"roster\":1}\nnonsense\n").unwrap();
    assert_eq!(site.run(&["import", "hr"]).status.code(), Some(1));
    let failing = source(&site, "hr");
    assert_eq!((&failing["state"], &failing["last_complete"]), (&json!("failing"), &taken["last_complete"]));
    assert!(failing["last_failure"]["why"].as_str().unwrap().contains("hr.jsonl, line 2:"), "{failing}");

    let (_, runs) = site.json(&["runs"]);
    let told: Vec<_> =
        runs["runs"].as_array().unwrap().iter().map(|run| (&run["verb"], &run["source"], &run["outcome"])).collect();
    let import = json!("import");
    let hr = json!("hr");
    let outcomes = [json!("failed"), json!("held"), json!("held"), json!("held"), json!("done")];
    assert_eq!(told, outcomes.iter().map(|outcome| (&import, &hr, outcome)).collect::<Vec<_>>());
    let (_, text) = said(&site, &["runs"]);
    assert!(text.lines().nth(1).unwrap().contains("hr") && text.contains("import"), "{text}");
}

#[test]
fn a_rehearsal_is_in_no_ledger() {
    let site = Site::new();
    site.deliver(3);
    assert_eq!(site.run(&["import", "roster", "hr.jsonl", "--dry-run"]).status.code(), Some(0));
    assert_eq!(site.json(&["runs"]).1["runs"], json!([]));
}

#[test]
fn who_belongs_to_another_source_is_told_how_the_file_may_go_on() {
    let site = Site::new();
    site.deliver(3);
    assert_eq!(site.run(&["import", "roster", "hr.jsonl"]).status.code(), Some(0));
    let text = std::fs::read_to_string(site.path("hr.jsonl")).unwrap().replace("Ørsted 1", "Holm");
    std::fs::write(site.path("changed.jsonl"), text).unwrap();
    let (code, text) = said(&site, &["import", "hr", &site.path("changed.jsonl")]);
    assert!(code == Some(0) && text.contains("source = \"roster\" in [jsonl.hr]"), "{text}");
}

#[test]
fn init_says_what_comes_next() {
    let folder = tempfile::tempdir().unwrap();
    let config = folder.path().join("config.toml");
    let output = super::command(&["init", folder.path().to_str().unwrap()]).output().unwrap();
    let text = stdout(&output);
    for verb in ["check", "check --online", "import SOURCE", "plan", "apply TARGET"] {
        assert!(text.contains(&format!("rosterd --config {} {verb}", config.display())), "{text}");
    }
}

#[test]
fn a_digest_in_the_wrong_place_and_a_bad_instant_are_explained() {
    let site = Site::new();
    let whole = "0123456789abcdef0123456789abcdef";
    let cases: [(&[&str], &str); 5] = [
        (&["apply", "0123456789abcdef"], "is no whole digest: it has 16 of 32 digits"),
        (&["apply", whole, whole], "takes nothing beside its whole digest"),
        (&["plan", whole], "stands where targets are named"),
        (&["approve", "0123456789abcdef"], "32 hexadecimal digits"),
        (&["find", "x", "--known-at", "yesterday"], "2026-11-23T13:05:09Z"),
    ];
    for (arguments, words) in cases {
        let (code, text) = said(&site, arguments);
        assert!(code == Some(2) && text.contains(words), "{arguments:?}: {text}");
    }
}

#[test]
fn namesakes_are_told_apart_by_their_logins() {
    let site = Site::new();
    let mut text = String::from("{\"roster\":1}\n");
    for (id, login) in [("p1", "bober"), ("p2", "bober02")] {
        let _infallible = writeln!(
            text,
            r#"{{"kind":"person","id":"{id}","given_name":"Bo","surname":"Berg"}}
{{"kind":"account","id":"a-{id}","person":"{id}","system":"ad","login":"{login}"}}"#
        );
    }
    std::fs::write(site.path("r.jsonl"), text).unwrap();
    assert_eq!(site.run(&["import", "roster", "r.jsonl"]).status.code(), Some(0));
    let (_, found) = site.json(&["find", "Bo Berg"]);
    let details: Vec<&str> =
        found["matches"].as_array().unwrap().iter().map(|one| one["detail"].as_str().unwrap()).collect();
    assert_eq!(details, ["no engagement on the day; login bober", "no engagement on the day; login bober02"]);
}
