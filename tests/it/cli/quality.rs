//! `report quality`: every rule finds its flaw, and only that.

use std::collections::BTreeSet;

use rosterd::org::quality::RULES;
use serde_json::{Value, json};

use super::roster::Site;
use super::stdout;

/// A sound organisation: a unit with a manager, a job, a group, a leaver and a joiner.
const SOUND: [&str; 12] = [
    r#"{"kind":"unit","id":"u1","valid_from":"2020-01-01","name":"Town hall"}"#,
    r#"{"kind":"unit","id":"u2","valid_from":"2020-01-01","name":"IT","parent":"u1"}"#,
    r#"{"kind":"person","id":"p1","valid_from":"2020-01-01","given_name":"Anna","surname":"Berg","national_id":"000000-0001"}"#,
    r#"{"kind":"person","id":"p2","valid_from":"2020-01-01","given_name":"Bo","surname":"Dahl","national_id":"000000-0002"}"#,
    r#"{"kind":"person","id":"left","valid_from":"2020-01-01","given_name":"Lars","surname":"Dam"}"#,
    r#"{"kind":"person","id":"soon","valid_from":"2020-01-01","given_name":"Karen","surname":"Dam"}"#,
    r#"{"kind":"engagement","id":"e1","valid_from":"2020-01-01","person":"p1","unit":"u1","primary":true}"#,
    r#"{"kind":"engagement","id":"e2","valid_from":"2020-01-01","person":"p2","unit":"u2"}"#,
    r#"{"kind":"engagement","id":"e3","valid_from":"2020-01-01","valid_to":"2025-01-01","person":"left","unit":"u2"}"#,
    r#"{"kind":"engagement","id":"e4","valid_from":"2027-01-01","person":"soon","unit":"u2"}"#,
    r#"{"kind":"manager","id":"m1","valid_from":"2020-01-01","unit":"u1","engagement":"e1"}"#,
    r#"{"kind":"group","id":"g1","valid_from":"2020-01-01","name":"All","rule":"true"}"#,
];

/// What each rule finds, once these are there too.
const FLAWS: [(&str, &[&str], &[&str]); 18] = [
    (
        "duplicate-national-id",
        &[
            r#"{"kind":"person","id":"p3","valid_from":"2020-01-01","given_name":"C","surname":"C","national_id":"0000000002"}"#,
            r#"{"kind":"engagement","id":"e9","valid_from":"2020-01-01","person":"p3","unit":"u1"}"#,
        ],
        &["p2", "p3"],
    ),
    (
        "engagement-without-person",
        &[
            r#"{"kind":"person","id":"p3","valid_from":"2020-01-01","valid_to":"2026-01-01","given_name":"C","surname":"C"}"#,
            r#"{"kind":"engagement","id":"e9","valid_from":"2020-01-01","person":"p3","unit":"u1"}"#,
        ],
        &["e9"],
    ),
    (
        "engagement-without-unit",
        &[
            r#"{"kind":"unit","id":"u9","valid_from":"2020-01-01","valid_to":"2026-01-01","name":"Old"}"#,
            r#"{"kind":"engagement","id":"e9","valid_from":"2020-01-01","person":"p1","unit":"u9"}"#,
        ],
        &["e9"],
    ),
    (
        "unit-below-ended",
        &[
            r#"{"kind":"unit","id":"u9","valid_from":"2020-01-01","valid_to":"2026-01-01","name":"Old"}"#,
            r#"{"kind":"unit","id":"u10","valid_from":"2020-01-01","name":"Below","parent":"u9"}"#,
            r#"{"kind":"manager","id":"m9","valid_from":"2020-01-01","unit":"u10","person":"p1"}"#,
        ],
        &["u10"],
    ),
    (
        "engagement-outside-person",
        &[
            r#"{"kind":"person","id":"p3","valid_from":"2020-01-01","valid_to":"2027-01-01","given_name":"C","surname":"C"}"#,
            r#"{"kind":"engagement","id":"e9","valid_from":"2020-01-01","person":"p3","unit":"u1"}"#,
        ],
        &["e9"],
    ),
    (
        "manager-outside-unit",
        &[
            r#"{"kind":"unit","id":"u9","valid_from":"2020-01-01","valid_to":"2027-01-01","name":"Old"}"#,
            r#"{"kind":"manager","id":"m9","valid_from":"2020-01-01","unit":"u9","person":"p1"}"#,
        ],
        &["m9"],
    ),
    (
        "custom-required",
        &[
            // the leaver needs no cost centre any more
            r#"{"kind":"person","id":"p3","valid_from":"2020-01-01","given_name":"C","surname":"C","custom":{"centre":"1"}}"#,
            r#"{"kind":"engagement","id":"e9","valid_from":"2020-01-01","person":"p3","unit":"u1"}"#,
        ],
        &["p1", "p2", "soon"],
    ),
    (
        "missing-mail",
        &[
            r#"{"kind":"class","id":"c1","vocabulary":"contact","name":"Work","scope":"email"}"#,
            r#"{"kind":"contact","id":"k1","person":"p1","type":"c1","value":"a@b","visibility":"public"}"#,
        ],
        &["p2"],
    ),
    (
        "account-of-nobody",
        &[
            r#"{"kind":"person","id":"p3","valid_from":"2020-01-01","valid_to":"2026-01-01","given_name":"C","surname":"C"}"#,
            r#"{"kind":"engagement","id":"e9","valid_from":"2020-01-01","valid_to":"2026-01-01","person":"p3","unit":"u1"}"#,
            r#"{"kind":"account","id":"a9","person":"p3","system":"ad","login":"cc"}"#,
        ],
        &["a9"],
    ),
    (
        "membership-of-nobody",
        &[
            r#"{"kind":"group","id":"g9","valid_from":"2020-01-01","name":"Web"}"#,
            r#"{"kind":"person","id":"p3","valid_from":"2020-01-01","valid_to":"2026-01-01","given_name":"C","surname":"C"}"#,
            r#"{"kind":"membership","id":"x9","valid_from":"2020-01-01","group":"g9","member_person":"p3"}"#,
        ],
        &["x9"],
    ),
    (
        "overlapping-primary",
        &[r#"{"kind":"engagement","id":"e9","valid_from":"2020-01-01","person":"p1","unit":"u2","primary":true}"#],
        &["p1"],
    ),
    (
        "manager-without-unit",
        &[
            r#"{"kind":"unit","id":"u9","valid_from":"2020-01-01","valid_to":"2026-01-01","name":"Old"}"#,
            r#"{"kind":"manager","id":"m9","valid_from":"2020-01-01","unit":"u9","person":"p1"}"#,
        ],
        &["m9"],
    ),
    (
        "manager-not-employed",
        &[r#"{"kind":"manager","id":"m9","valid_from":"2020-01-01","unit":"u2","person":"left"}"#],
        &["m9"],
    ),
    (
        "unit-without-manager",
        &[
            r#"{"kind":"unit","id":"u9","valid_from":"2020-01-01","name":"Second root"}"#,
            r#"{"kind":"manager","id":"m9","valid_from":"2020-01-01","unit":"u9"}"#,
        ],
        &["u9"],
    ),
    (
        "person-without-engagement",
        &[r#"{"kind":"person","id":"p3","valid_from":"2020-01-01","given_name":"C","surname":"C"}"#],
        &["p3"],
    ),
    (
        "external-expired",
        &[
            r#"{"kind":"person","id":"p3","valid_from":"2020-01-01","given_name":"C","surname":"C","sponsor":"p1"}"#,
            r#"{"kind":"engagement","id":"e9","valid_from":"2020-01-01","valid_to":"2026-01-01","person":"p3","unit":"u1"}"#,
            r#"{"kind":"person","id":"p4","valid_from":"2020-01-01","given_name":"D","surname":"D","sponsor":"left"}"#,
            r#"{"kind":"engagement","id":"e10","valid_from":"2020-01-01","person":"p4","unit":"u1"}"#,
        ],
        &["p3", "p4"],
    ),
    ("group-without-members", &[r#"{"kind":"group","id":"g9","valid_from":"2020-01-01","name":"Web"}"#], &["g9"]),
    (
        "same-name-in-unit",
        &[
            r#"{"kind":"person","id":"p3","valid_from":"2020-01-01","given_name":"Bo","surname":"Dahl"}"#,
            r#"{"kind":"engagement","id":"e9","valid_from":"2020-01-01","person":"p3","unit":"u2"}"#,
        ],
        &["p2", "p3"],
    ),
];

fn site(more: &[&str]) -> Site {
    let site = Site::new();
    let lines = [&SOUND[..], more].concat();
    std::fs::write(site.path("r.jsonl"), format!("{{\"roster\":1}}\n{}\n", lines.join("\n"))).unwrap();
    let output = site.run(&["import", "roster", "r.jsonl"]);
    assert_eq!(output.status.code(), Some(0), "{output:?}");
    site
}

fn found(report: &Value) -> Vec<(&str, &str)> {
    let findings = report["parts"][0]["findings"].as_array().unwrap().iter();
    findings.map(|one| (one["rule_id"].as_str().unwrap(), one["thing"].as_str().unwrap())).collect()
}

#[test]
fn each_rule_finds_its_flaw_and_nothing_else() {
    let (code, report) = site(&[]).json(&["report", "quality"]);
    assert_eq!((code, found(&report)), (Some(0), Vec::new()));
    for (rule, lines, ids) in FLAWS {
        let site = site(lines);
        if rule == "custom-required" {
            site.configure("[custom.person]\ncentre = { type = \"text\", required = true }\n");
        }
        let (code, report) = site.json(&["report", "quality"]);
        let expected: Vec<(&str, &str)> = ids.iter().map(|id| (rule, *id)).collect();
        assert_eq!((code, found(&report)), (Some(0), expected), "{rule}");
        let danish = site.run(&["report", "quality", "--language", "da", "--format", "html"]);
        assert!(!stdout(&danish).contains("lang=\"en\""), "{rule} is not all Danish: {}", stdout(&danish));
    }
    let tried: BTreeSet<&str> = FLAWS.iter().map(|(rule, ..)| *rule).collect();
    assert_eq!(tried, RULES.iter().map(|rule| rule.id).collect());
}

#[test]
fn the_report_comes_in_many_forms_and_for_other_days() {
    let site = site(&[r#"{"kind":"group","id":"g9","valid_from":"2026-12-01","name":"=Web; \"1\""}"#]);
    let report = |more: &[&str]| {
        let output = site.run(&[&["report", "quality", "--at", "2026-12-01"], more].concat());
        assert_eq!(output.status.code(), Some(0), "{output:?}");
        stdout(&output).to_owned()
    };
    assert_eq!(found(&site.json(&["report", "quality"]).1), Vec::new());
    assert!(report(&[]).contains("-- groups with neither members nor rule\n    =Web; \"1\" (info, group)\n"));
    assert!(report(&["--language", "da"]).contains("grupper uden medlemmer og uden regel"));
    let csv = report(&["--format", "csv"]);
    let (head, rest) = csv.split_once("\r\n").unwrap();
    assert_eq!(head, "part,target,state,since,rule,name,severity,detail,kind,rule id,id in the roster");
    assert_eq!(
        rest,
        "Findings,,,,groups with neither members nor rule,\"'=Web; \"\"1\"\"\",info,nobody is listed,group,\
         group-without-members,g9\r\n"
    );
    let page = report(&["--format", "html"]);
    assert!(page.starts_with("<!DOCTYPE html>") && page.contains("=Web; &quot;1&quot;") && !page.contains("<script"));
    let json: Value = serde_json::from_str(&report(&["--format", "json"])).unwrap();
    assert_eq!((&json["as_of"], &json["parts"][0]["findings"][0]["severity"]), (&json!("2026-12-01"), &json!("info")));
}

#[test]
fn severities_are_the_administrators_choice() {
    let (_, lines, _) = FLAWS[0];
    let site = site(lines);
    site.configure("[quality]\nduplicate-national-id = \"info\"\nunit-without-manager = \"off\"\n");
    let (_, report) = site.json(&["report", "quality"]);
    assert_eq!(report["parts"][0]["findings"][0]["severity"], "info");
    let text = site.run(&["report", "quality"]);
    let off = "Not looked for: units that nobody manages, nor any above.\n";
    assert!(stdout(&text).contains(off), "{}", stdout(&text));

    site.configure("[quality]\nduplicate-nationalid = \"block\"\nmissing-mail = \"of\"\n");
    let output = site.run(&["check"]);
    let said = format!("{}{}", stdout(&output), String::from_utf8_lossy(&output.stderr));
    assert_eq!(output.status.code(), Some(2));
    for words in ["did you mean \"duplicate-national-id\"?", "\"of\" is no choice here", "did you mean \"off\"?"] {
        assert!(said.contains(words), "{said}");
    }
}

#[test]
fn national_ids_are_compared_and_never_shown() {
    let (_, lines, _) = FLAWS[0];
    let site = site(lines);
    for format in ["text", "json", "csv", "html"] {
        let output = site.run(&["report", "quality", "--format", format]);
        assert!(stdout(&output).contains("Bo Dahl") && !stdout(&output).contains("00000"), "{format}");
    }
}

#[test]
fn each_report_takes_its_own_arguments() {
    let site = site(&[]);
    assert_eq!(site.run(&["report", "quality", "ad"]).status.code(), Some(2));
    assert_eq!(site.run(&["report", "reconciliation", "--at", "2026-12-01"]).status.code(), Some(2));
}
