//! A payroll file from outside: imported, cut off, and approved.

use serde_json::{Value, json};

use super::roster::Site;

const SECTION: &str = r#"
[csv.payroll]
file = "payroll.csv"
columns = ["nr", "first", "last", "unit", "unit name", "start"]
COMPLETE

[csv.payroll.unit]
key = "unit"
name = "unit name"

[csv.payroll.person]
key = "nr"
given_name = "first"
surname = "last"

[csv.payroll.engagement]
key = "nr"
person = "nr"
unit = "unit"
valid_from = "start"
"#;

const HEADER: &str = "nr;first;last;unit;unit name;start\n";
const TRAILER: &str = "complete = { trailer = \"END\" }";
const FLOOR: &str = "complete = { rows = 5, share = 80 }";

fn site(complete: &str) -> Site {
    let site = Site::new();
    let config = std::fs::read_to_string(site.path("config.toml")).unwrap();
    std::fs::write(site.path("config.toml"), config + &SECTION.replace("COMPLETE", complete)).unwrap();
    site
}

/// Rows of people: everybody in one of two units.
fn rows(people: std::ops::Range<u32>) -> String {
    let row = |nr| format!("{nr};Åse;Ørsted {nr};{};Unit {};2026-01-01\n", nr % 2, nr % 2);
    people.map(row).collect()
}

fn deliver(site: &Site, text: &str) -> (Option<i32>, Value) {
    std::fs::write(site.path("payroll.csv"), text).unwrap();
    site.json(&["import", "payroll"])
}

fn whole(people: u32) -> String {
    format!("{HEADER}{}END;{people}\n", rows(0..people))
}

/// Kinds and their numbers in the roster of today.
fn kept(site: &Site) -> [usize; 3] {
    let export = site.run(&["export", "--at", "2026-11-24"]);
    let text = String::from_utf8(export.stdout).unwrap();
    ["unit", "person", "engagement"].map(|kind| text.matches(&format!("{{\"kind\":\"{kind}\"")).count())
}

#[test]
fn a_file_is_taken_once_and_changes_nothing_twice() {
    let site = site(TRAILER);
    std::fs::write(site.path("payroll.csv"), whole(30)).unwrap();
    let (code, rehearsal) = site.json(&["import", "payroll", "--dry-run"]);
    assert_eq!((code, &rehearsal["counts"]["person"]["added"]), (Some(0), &json!(30)));
    assert_eq!(kept(&site), [0, 0, 0]);
    assert_eq!(deliver(&site, &whole(30)).0, Some(0));
    assert_eq!(kept(&site), [2, 30, 30]);
    let (code, again) = deliver(&site, &whole(30));
    assert_eq!(code, Some(0));
    for kind in ["unit", "person", "engagement"] {
        let counts = &again["counts"][kind];
        assert_eq!((&counts["added"], &counts["changed"], &counts["ended"]), (&json!(0), &json!(0), &json!(0)));
    }
    assert_eq!(site.run(&["import", "payroll", "payroll.csv"]).status.code(), Some(0));
}

#[test]
fn a_leaver_of_a_whole_file_ends() {
    let site = site(TRAILER);
    deliver(&site, &whole(30));
    let (code, left) = deliver(&site, &whole(29));
    assert_eq!((code, &left["counts"]["person"]["ended"]), (Some(0), &json!(1)));
    assert_eq!(kept(&site), [2, 29, 29]);
}

#[test]
fn a_file_cut_off_at_60_per_cent_is_refused() {
    let site = site(TRAILER);
    deliver(&site, &whole(100));
    let lines = whole(100).lines().take(61).map(|line| format!("{line}\n")).collect::<String>();
    let (code, refused) = deliver(&site, &lines);
    assert_eq!((code, &refused["outcome"]), (Some(1), &json!("failed")));
    assert_eq!((&refused["problems"][0]["line"], &refused["problems"][0]["column"]), (&json!(61), &json!(37)));
    assert_eq!(kept(&site), [2, 100, 100]);
}

#[test]
fn a_file_declared_complete_is_held_below_its_floor() {
    let site = site(FLOOR);
    assert_eq!(deliver(&site, &format!("{HEADER}{}", rows(0..100))).0, Some(0));
    for _ in 0..2 {
        let (code, held) = deliver(&site, &format!("{HEADER}{}", rows(0..60)));
        assert_eq!((code, &held["outcome"]), (Some(4), &json!("held")));
        let share = held["breaches"].as_array().unwrap().iter().find(|breach| breach["limit"] == "intake.share");
        // two units, and a person and a job each
        assert_eq!(share.unwrap()["found"], json!(162 - 122));
        assert_eq!(kept(&site), [2, 100, 100]);
    }
    let (code, held) = deliver(&site, &format!("{HEADER}{}", rows(0..4)));
    assert_eq!((code, &held["breaches"][0]["limit"]), (Some(4), &json!("intake.rows")));
    let (_, held) = deliver(&site, &format!("{HEADER}{}", rows(0..60)));
    assert_eq!(site.run(&["approve", held["digest"].as_str().unwrap()]).status.code(), Some(0));
    assert_eq!(site.run(&["import", "payroll"]).status.code(), Some(0));
    assert_eq!(kept(&site), [2, 60, 60]);
}

#[test]
fn an_incomplete_file_brings_the_new_and_ends_nobody() {
    let site = site("");
    deliver(&site, &format!("{HEADER}{}", rows(0..100)));
    let changed = rows(0..60).replace("Ørsted 7;", "Holm;");
    let (code, done) = deliver(&site, &format!("{HEADER}{changed}{}", rows(200..203)));
    assert_eq!((code, &done["counts"]["person"]["added"]), (Some(0), &json!(3)));
    assert_eq!((&done["counts"]["person"]["changed"], &done["counts"]["person"]["ended"]), (&json!(1), &json!(0)));
    assert_eq!(kept(&site), [2, 103, 103]);
}

/// Complete, and of people alone: what else the roster holds is not theirs to end.
#[test]
fn a_file_of_people_ends_no_unit_and_no_group() {
    let site = site(TRAILER);
    let others = [
        json!({"roster": 1}),
        json!({"kind": "unit", "id": "u", "valid_from": null, "valid_to": null, "name": "Hall"}),
        json!({"kind": "group", "id": "g", "valid_from": null, "valid_to": null, "name": "All"}),
    ];
    std::fs::write(site.path("others.jsonl"), others.map(|line| format!("{line}\n")).concat()).unwrap();
    assert_eq!(site.run(&["import", "roster", "others.jsonl"]).status.code(), Some(0));
    deliver(&site, &whole(30));
    let config = std::fs::read_to_string(site.path("config.toml")).unwrap();
    let people = config.rsplit_once("[csv.payroll.unit]").unwrap().0.to_owned()
        + "[csv.payroll.person]\nkey = \"nr\"\ngiven_name = \"first\"\nsurname = \"last\"\n";
    std::fs::write(site.path("config.toml"), people).unwrap();
    let (code, done) = deliver(&site, &whole(29));
    assert_eq!((code, &done["counts"]["person"]["ended"]), (Some(0), &json!(1)));
    assert_eq!(kept(&site), [3, 29, 30]);
    let export = site.run(&["export", "--at", "2026-11-24"]).stdout;
    assert!(String::from_utf8(export).unwrap().contains("\"kind\":\"group\",\"id\":\"g\""));
}

#[test]
fn a_broken_row_commits_nothing() {
    let site = site(TRAILER);
    let broken = whole(30).replace("Unit 1;2026-01-01", "Unit 1;31-02-2026");
    let (code, refused) = deliver(&site, &broken);
    assert_eq!((code, refused["problems"].as_array().unwrap().len()), (Some(1), 15));
    assert_eq!(kept(&site), [0, 0, 0]);
    let output = site.run(&["import", "payroll"]);
    let said = String::from_utf8(output.stdout).unwrap();
    assert!(said.contains("payroll.csv:3:25: start: \"31-02-2026\": this is not a day of the form %Y-%m-%d"), "{said}");
}

/// What only the roster can know is told by the keys of the file, not by the ids that are made from them.
#[test]
fn a_thing_that_is_nowhere_is_told_by_its_key() {
    let site = site(TRAILER);
    let config = std::fs::read_to_string(site.path("config.toml")).unwrap();
    let chief = "\n[csv.payroll.manager]\nkey = \"nr\"\nunit = \"unit\"\nperson = \"first\"\n";
    std::fs::write(site.path("config.toml"), config + chief).unwrap();
    let (code, refused) = deliver(&site, &format!("{HEADER}\n4711;Åse;Holm;7;Unit 7;2026-01-01\nEND;1\n"));
    let problem = &refused["problems"][0];
    assert_eq!((code, &problem["line"], &problem["column"]), (Some(1), &json!(3), &json!(6)));
    assert_eq!(problem["message"], "person: there is no person \"Åse\"");
}
