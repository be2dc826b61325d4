//! `edit`: by hand, one thing at a time, shown before and after.

use serde_json::{Value, json};

use super::roster::Site;
use super::stdout;

const FACTS: [&str; 6] = [
    r#"{"kind":"unit","id":"u1","valid_from":"2020-01-01","name":"Town hall"}"#,
    r#"{"kind":"unit","id":"u2","valid_from":"2020-01-01","valid_to":"2028-01-01","name":"IT","parent":"u1"}"#,
    r#"{"kind":"person","id":"p1","valid_from":"2020-01-01","given_name":"Åse","surname":"Ørsted","national_id":"000000-0001"}"#,
    r#"{"kind":"engagement","id":"e1","valid_from":"2020-01-01","valid_to":"2027-01-01","person":"p1","unit":"u2","title":"Clerk"}"#,
    r#"{"kind":"engagement","id":"e1","valid_from":"2027-01-01","person":"p1","unit":"u1","title":"Head"}"#,
    r#"{"kind":"key","id":"k1","valid_from":"2020-01-01","of":"u1","source":"hr","value":"HR-1"}"#,
];

fn site() -> Site {
    let site = Site::new();
    std::fs::write(site.path("r.jsonl"), format!("{{\"roster\":1}}\n{}\n", FACTS.join("\n"))).unwrap();
    assert_eq!(site.run(&["import", "roster", "r.jsonl"]).status.code(), Some(0));
    site
}

fn on(site: &Site, kind: &str, id: &str, day: &str) -> Value {
    site.json(&["show", kind, id, "--at", day]).1
}

/// The command ends so, and says so.
fn refused(site: &Site, code: i32, said: &str, arguments: &[&str]) {
    let before = stdout(&site.run(&["export", "--history"])).to_owned();
    let output = site.run(&[&["edit"], arguments].concat());
    let text = String::from_utf8_lossy(&[&output.stdout[..], &output.stderr[..]].concat()).into_owned();
    assert_eq!(output.status.code(), Some(code), "{arguments:?}: {text}");
    assert!(text.contains(said), "{arguments:?}: {text}");
    assert_eq!(stdout(&site.run(&["export", "--history"])), before, "{arguments:?}");
}

#[test]
fn a_misspelt_kind_or_field_is_told_with_the_nearest_and_all_there_are() {
    let site = site();
    for (arguments, said) in [
        (
            &["add", "persn", "surname=X"][..],
            "\"persn\" is no kind of fact: did you mean \"person\"? There are class, unit,",
        ),
        (&["add", "starship", "name=X"], "\"starship\" is no kind of fact: there are class, unit, position,"),
    ] {
        refused(&site, 2, said, arguments);
    }
    for (arguments, said) in [
        (
            &["add", "person", "given_name=A", "surnam=X"][..],
            "did you mean \"surname\"? There are given_name, surname,",
        ),
        (&["change", "unit", "u1", "colour=red", "--from", "2026-12-01"], "has no field \"colour\""),
        (
            &["change", "unit", "u1", "colour=red", "--from", "2026-12-01"],
            "there are name, parent, type, level, tags, custom",
        ),
    ] {
        refused(&site, 1, said, arguments);
    }
}

#[test]
fn a_change_holds_until_the_next_one_and_says_why() {
    let site = site();
    let arguments =
        ["edit", "change", "engagement", "e1", "title=Senior clerk", "--from", "2026-12-01", "--note", "letter 7"];
    let rehearsal = site.run(&[&arguments[..], &["--dry-run"]].concat());
    let said = "change engagement e1: would be done (rehearsal: nothing was committed)\n  source  roster\n  note    letter 7\n\n  \
        2026-12-01 to 2027-01-01\n    title: Clerk → Senior clerk\n";
    assert_eq!((rehearsal.status.code(), stdout(&rehearsal)), (Some(0), said));
    assert_eq!(on(&site, "engagement", "e1", "2026-12-01")["title"], "Clerk");
    let (code, document) = site.json(&arguments);
    assert_eq!((code, &document["outcome"]), (Some(0), &json!("done")));
    assert_eq!(document["changes"][0]["after"]["title"], "Senior clerk");
    for (day, title) in [("2026-11-30", "Clerk"), ("2026-12-01", "Senior clerk"), ("2027-01-01", "Head")] {
        assert_eq!(on(&site, "engagement", "e1", day)["title"], title, "{day}");
    }
    let shown = on(&site, "engagement", "e1", "2026-12-01");
    assert_eq!(
        (&shown["note"], &shown["source"], &shown["unit"]),
        (&json!("letter 7"), &json!("roster"), &json!("u2"))
    );
    let (_, again) = site.json(&arguments);
    assert_eq!((&again["outcome"], &again["changes"]), (&json!("done"), &json!([])));
}

#[test]
fn a_correction_keeps_what_it_does_not_name_and_the_national_id_stays_sealed() {
    let site = site();
    let output = site.run(&["edit", "correct", "person", "p1", "surname=Ørsted-Berg", "nickname=Øs"]);
    assert_eq!(output.status.code(), Some(0));
    assert!(
        stdout(&output).contains("surname: Ørsted → Ørsted-Berg") && !stdout(&output).contains("national"),
        "{output:?}"
    );
    let export = site.run(&["export", "--with-national-ids"]);
    assert!(stdout(&export).contains(r#""surname":"Ørsted-Berg","nickname":"Øs","national_id":"000000-0001""#));
    assert_eq!(site.run(&["edit", "correct", "person", "p1", "nickname:=null"]).status.code(), Some(0));
    assert_eq!(on(&site, "person", "p1", "2026-01-01")["nickname"], Value::Null);
}

#[test]
fn things_are_added_and_ended() {
    let site = site();
    let (code, added) = site.json(&["edit", "add", "person", "given_name=Bo", "surname=Dahl"]);
    assert_eq!((code, &added["source"]), (Some(0), &json!("edit")));
    let bo = added["id"].as_str().unwrap().to_owned();
    assert_eq!(on(&site, "person", &bo, "2026-11-23")["surname"], "Dahl");
    assert_eq!(site.run(&["show", "person", &bo, "--at", "2026-11-22"]).status.code(), Some(1));
    let person = format!("person={bo}");
    let unit = r#"unit:={"source":"hr","key":"HR-1"}"#;
    let job =
        ["edit", "add", "engagement", "id=e2", &person, unit, "fraction:=0.5", "custom.shirt=XL", "--to", "2027-06-01"];
    assert_eq!(site.run(&job).status.code(), Some(0));
    let shown = on(&site, "engagement", "e2", "2026-11-23");
    assert_eq!(
        (&shown["unit"], &shown["custom"]["shirt"], &shown["valid_to"]),
        (&json!("u1"), &json!("XL"), &json!("2027-06-01"))
    );
    let (code, ended) = site.json(&["edit", "end", "person", &bo, "--on", "2027-01-01"]);
    assert_eq!(code, Some(0));
    let remark = "the engagement \"e2\" still names it (person), 2027-01-01 to 2027-06-01";
    assert_eq!(ended["remarks"], json!([remark]));
    assert_eq!(site.run(&["show", "person", &bo, "--at", "2027-01-01"]).status.code(), Some(1));
    // what was exported comes in again, whoever it belongs to
    let export = site.run(&["export", "--with-national-ids"]).stdout;
    std::fs::write(site.path("again.jsonl"), export).unwrap();
    assert_eq!(site.run(&["import", "roster", "again.jsonl"]).status.code(), Some(0));
}

#[test]
fn what_is_wrong_is_named_and_nothing_is_recorded() {
    let site = site();
    let refused = |code, said: &str, arguments: &[&str]| refused(&site, code, said, arguments);
    refused(1, "a fact of the kind engagement has no field \"titel\"", &["correct", "engagement", "e1", "titel=x"]);
    refused(
        1,
        "primary: invalid type: string \"yes\", expected a boolean",
        &["correct", "engagement", "e1", "primary=yes"],
    );
    refused(1, "missing field `surname`", &["add", "person", "given_name=Bo"]);
    refused(1, "the surname is empty", &["correct", "person", "p1", "surname="]);
    refused(1, "missing field `unit`", &["correct", "engagement", "e1", "unit:=null"]);
    refused(1, "there is no unit \"mars\"", &["correct", "engagement", "e1", "unit=mars"]);
    refused(1, "\"p1\" is a person, not a unit", &["correct", "engagement", "e1", "unit=p1"]);
    refused(1, "the id \"p1\" of this unit is that of a person", &["add", "unit", "id=p1", "name=x"]);
    // the unit ends before the engagement does
    refused(1, "unit: \"u2\" does not hold 2028-01-01 onwards", &["correct", "engagement", "e1", "unit=u2"]);
    refused(
        1,
        "the unit \"u1\" stands above itself",
        &["correct", "unit", "u1", "parent=u2", "--to", "2028-01-01", "--from", "2026-01-01"],
    );
    refused(1, "it does not hold on 2019-12-31", &["change", "unit", "u1", "name=x", "--from", "2019-12-31"]);
    refused(1, "it does not hold from 2028-01-01 on", &["end", "unit", "u2", "--on", "2028-01-01"]);
    refused(1, "it holds already", &["add", "unit", "id=u2", "name=x"]);
    refused(1, "there is no person \"nobody\"", &["end", "person", "nobody", "--on", "2027-01-01"]);
    refused(1, "a national id is not edited by hand", &["correct", "person", "p1", "national_id=000000-0002"]);
    refused(2, "\"title\" is no FIELD=VALUE", &["correct", "engagement", "e1", "title"]);
    refused(2, "is no JSON", &["correct", "engagement", "e1", "primary:=yes"]);
    refused(2, "--from", &["change", "engagement", "e1", "title=x"]);
}

/// `hr` is a source of the starter configuration.
#[test]
fn what_a_configured_source_owns_is_changed_there() {
    let site = site();
    let line = r#"{"kind":"person","id":"p9","valid_from":"2020-01-01","given_name":"Hr","surname":"Hansen"}"#;
    std::fs::write(site.path("hr.jsonl"), format!("{{\"roster\":1}}\n{line}\n")).unwrap();
    assert_eq!(site.run(&["import", "hr", "hr.jsonl"]).status.code(), Some(0));
    refused(&site, 1, "belongs to the source \"hr\"", &["correct", "person", "p9", "nickname=x"]);
    refused(&site, 1, "hint: change it in \"hr\"", &["end", "person", "p9", "--on", "2027-01-01"]);
    // it can be named all the same
    let job = ["edit", "add", "engagement", "person=p9", "unit=u1"];
    assert_eq!(site.run(&job).status.code(), Some(0));
}
