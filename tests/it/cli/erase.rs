//! `edit erase`: a person on request, from outside.

use serde_json::json;

use super::roster::Site;
use super::stdout;

const FACTS: [&str; 5] = [
    r#"{"kind":"unit","id":"u1","valid_from":"2020-01-01","name":"Town hall"}"#,
    r#"{"kind":"person","id":"p-1","valid_from":"2020-01-01","given_name":"Xanthippe","surname":"Quistgaard","national_id":"000000-0001"}"#,
    r#"{"kind":"engagement","id":"e-1","valid_from":"2020-01-01","valid_to":"2026-12-01","person":"p-1","unit":"u1"}"#,
    r#"{"kind":"manager","id":"m-1","valid_from":"2020-01-01","unit":"u1","person":"p-1"}"#,
    r#"{"kind":"person","id":"p-2","valid_from":"2020-01-01","given_name":"Bo","surname":"Dahl"}"#,
];
const ERASE: [&str; 6] = ["edit", "erase", "person", "p-1", "--note", "case 17"];

fn site() -> Site {
    let site = Site::new();
    std::fs::write(site.path("r.jsonl"), format!("{{\"roster\":1}}\n{}\n", FACTS.join("\n"))).unwrap();
    assert_eq!(site.run(&["import", "roster", "r.jsonl"]).status.code(), Some(0));
    site
}

/// The command ends so, and says so.
fn says(site: &Site, code: i32, said: &str, arguments: &[&str]) {
    let output = site.run(arguments);
    let text = String::from_utf8_lossy(&[&output.stdout[..], &output.stderr[..]].concat()).into_owned();
    assert_eq!(output.status.code(), Some(code), "{arguments:?}: {text}");
    assert!(text.contains(said), "{arguments:?}: {text}");
}

#[test]
fn somebody_who_works_here_is_not_erased_and_neither_is_anything_else() {
    let site = site();
    let before = site.run(&["export", "--history"]).stdout;
    says(&site, 1, "still has the engagement \"e-1\", 2020-01-01 to 2026-12-01", &ERASE);
    says(&site, 1, "hint: end it first: `rosterd edit end engagement e-1", &ERASE);
    says(&site, 1, "there is no person \"p-9\"", &["edit", "erase", "person", "p-9", "--note", "x"]);
    says(&site, 2, "only a person is erased", &["edit", "erase", "unit", "u1", "--note", "x"]);
    says(&site, 2, "--note", &["edit", "erase", "person", "p-1"]);
    assert_eq!(site.run(&["export", "--history"]).stdout, before);
}

#[test]
fn a_person_is_shown_then_erased_and_does_not_come_back() {
    let site = site();
    let end = ["edit", "end", "engagement", "e-1", "--on", "2026-11-23"];
    assert_eq!(site.run(&end).status.code(), Some(0));
    says(&site, 2, "the note names the person", &["edit", "erase", "person", "p-1", "--note", "Quistgaard, Xanthippe"]);
    let before = site.run(&["export", "--history"]).stdout;
    let (code, shown) = site.json(&[&ERASE[..], &["--dry-run"]].concat());
    let expected = json!({ "engagement": 2, "person": 1 });
    assert_eq!((code, &shown["deleted"], &shown["rewritten"]), (Some(0), &expected, &json!({ "manager": 1 })));
    assert_eq!(site.run(&["export", "--history"]).stdout, before, "a rehearsal erases nothing");
    let said = "person p-1: erased\n  note    case 17\n  gone    engagement: 2 versions\n          person: 1 version\n  \
        kept    manager: 1 version, without the person\n";
    says(&site, 0, said, &ERASE);
    for arguments in [&["show", "person", "p-1"][..], &["show", "person", "p-1", "--history"]] {
        says(&site, 1, "the person p-1 was erased on 2026-11-23", arguments);
    }
    says(&site, 1, "the engagement e-1 was erased", &["show", "engagement", "e-1"]);
    says(&site, 1, "\"p-1\" was erased", &["edit", "add", "person", "id=p-1", "given_name=X", "surname=Y"]);
    says(&site, 0, "the log is whole", &["verify-log"]);
    assert_eq!(site.json(&["show", "manager", "m-1"]).1.get("person"), None, "the post is vacant");
    let (code, taken) = site.json(&["import", "roster", "r.jsonl"]);
    assert_eq!((code, taken["held"].as_array().unwrap().len()), (Some(0), 3), "{taken}");
    says(&site, 0, "3 statements held; the rest of the file was taken", &["import", "roster", "r.jsonl"]);
    assert!(!stdout(&site.run(&["export", "--history"])).contains("p-1"));
    assert!(shown["copies"].is_null(), "{shown}");
    std::fs::write(site.path("roster.db.before-0005"), "an older one").unwrap();
    let (_, again) = site.json(&[&ERASE[..], &["--config", "config.toml"]].concat());
    assert_eq!(again["copies"], json!(["./roster.db.before-0005"]), "by a name without a folder");
    // what was cut off between the erasure and the cleaning of the file is finished by the same command
    says(&site, 0, "was erased on 2026-11-23; the file is cleaned again", &ERASE);
}
