//! `map test`: each attribute of one person with value, rule and source, without any target.

use serde_json::json;

use super::roster::Site;
use super::stdout;

const FACTS: [&str; 16] = [
    r#"{"kind":"class","id":"mobile","valid_from":"2020-01-01","vocabulary":"contact_type","name":"Mobile"}"#,
    r#"{"kind":"class","id":"mail","valid_from":"2020-01-01","vocabulary":"contact_type","name":"E-mail"}"#,
    r#"{"kind":"class","id":"guard","valid_from":"2020-01-01","vocabulary":"job_function","name":"Guard","scope":"secret"}"#,
    r#"{"kind":"contact","id":"c1","valid_from":"2020-01-01","person":"p1","type":"mobile","value":"+45 11","visibility":"secret"}"#,
    r#"{"kind":"contact","id":"c2","valid_from":"2020-01-01","person":"p2","type":"mail","value":"boss@ex.dk","visibility":"public"}"#,
    r#"{"kind":"unit","id":"u1","valid_from":"2020-01-01","name":"Ærø Kommune"}"#,
    r#"{"kind":"unit","id":"u2","valid_from":"2020-01-01","name":"Skole","parent":"u1"}"#,
    r#"{"kind":"person","id":"p1","valid_from":"2020-01-01","given_name":"Åse","surname":"Sørensen"}"#,
    r#"{"kind":"person","id":"p2","valid_from":"2020-01-01","given_name":"Bo","surname":"Berg"}"#,
    r#"{"kind":"person","id":"p3","valid_from":"2020-01-01","given_name":"Ida","surname":"Sørensen"}"#,
    r#"{"kind":"person","id":"p4","valid_from":"2020-01-01","given_name":"Carl","surname":"Nielsen"}"#,
    r#"{"kind":"engagement","id":"e1","valid_from":"2020-01-01","person":"p1","unit":"u2","title":"Lærer","number":"4711"}"#,
    r#"{"kind":"engagement","id":"e2","valid_from":"2020-01-01","person":"p2","unit":"u2","job_function":"guard","title":"Vagt"}"#,
    r#"{"kind":"engagement","id":"e3","valid_from":"2020-01-01","valid_to":"2026-05-01","person":"p3","unit":"u2"}"#,
    r#"{"kind":"engagement","id":"e4","valid_from":"2027-01-01","person":"p4","unit":"u2"}"#,
    r#"{"kind":"manager","id":"m1","valid_from":"2020-01-01","unit":"u2","person":"p2"}"#,
];

const CONFIG: &str = r#"
[roster]
file = "roster.db"
zone = "Europe/Copenhagen"
national_id_key = { file = "secrets/national-id.key" }

[ldap.ad]
release = "internal"

[ldap.ad.connection]
url = "ldaps://nowhere.invalid"
bind_dn = "CN=rosterd,DC=example,DC=test"
password = { file = "no-such-file" }
base = "OU=Org,DC=example,DC=test"

[ldap.ad.user]
name = "person.name ~ ' (' ~ login ~ ')'"

[ldap.ad.user.attributes]
sAMAccountName = "login"
title = "engagement.job_title"
mobile = { value = "person.contact.mobile", empty = "keep" }
department = "unit.path[1:]|join(' / ')"
info = "truncate('Chief: ' ~ manager.name ~ ' ' ~ manager.mail, 1024)"
employeeID = { value = "engagement.number", authority = "if-empty" }
co = "'Danmark'"

[ldap.ad.unit]
name = "unit.name"

[scim.cloud]

[scim.cloud.connection]
url = "https://nowhere.invalid/scim"
token = { file = "no-such-file" }

[scim.cloud.user]
when = "unit.name == 'Other'"

[scim.cloud.user.attributes]
userName = "login"
"#;

pub fn site() -> Site {
    let site = Site::new();
    std::fs::write(site.path("config.toml"), CONFIG).unwrap();
    std::fs::write(site.path("r.jsonl"), format!("{{\"roster\":1}}\n{}\n", FACTS.join("\n"))).unwrap();
    assert_eq!(site.run(&["import", "roster", "r.jsonl"]).status.code(), Some(0));
    site
}

/// The ids of accounts come from the roster's own id, which is another in each test.
pub fn plain(text: &str) -> String {
    let is_id = |word: &str| word.len() == 36 && word.matches('-').count() == 4;
    text.split_inclusive(|c: char| !c.is_ascii_alphanumeric() && c != '-')
        .map(|word| match word.get(..36) {
            Some(id) if is_id(id) => format!("ACCOUNT{}", &word[36..]),
            _ => word.to_owned(),
        })
        .collect()
}

#[test]
fn every_attribute_comes_with_value_rule_and_source() {
    let site = site();
    let output = site.run(&["map", "test", "åse"]);
    assert_eq!(output.status.code(), Some(0), "{output:?}");
    insta::assert_snapshot!("map_test", plain(stdout(&output)));
    let (_, json) = site.json(&["map", "test", "p1", "--target", "ad"]);
    insta::assert_snapshot!("map_test_json", plain(&serde_json::to_string_pretty(&json).unwrap()));
}

#[test]
fn who_has_no_account_is_told_why() {
    let site = site();
    let state = |arguments: &[&str]| {
        let (code, json) = site.json(&[&["map", "test"], arguments].concat());
        assert_eq!(code, Some(0), "{json}");
        let target = &json["targets"][0];
        (target["state"].clone(), target["reason"].as_str().unwrap_or_default().to_owned())
    };
    assert_eq!(state(&["p1", "--target", "ad"]), (json!("present"), String::new()));
    assert_eq!(state(&["p1", "--target", "cloud"]).1, "leaves scope because `unit.name == 'Other'` does not hold");
    assert_eq!(
        state(&["ida", "--target", "ad"]),
        (json!("disabled"), "the last engagement ended, last day 2026-04-30".into())
    );
    assert_eq!(state(&["p3", "--target", "ad", "--at", "2026-04-30"]).0, "present");
    assert_eq!(state(&["carl", "--target", "ad"]).1, "has no engagement before 2027-01-01");
    assert_eq!(state(&["carl", "--target", "ad", "--at", "2027-01-01"]).0, "present");
}

#[test]
fn whom_it_is_about_must_be_plain() {
    let site = site();
    let said = |arguments: &[&str]| {
        let output = site.run(&[&["map", "test"], arguments].concat());
        (output.status.code(), String::from_utf8(output.stderr).unwrap())
    };
    let (code, told) = said(&["sørensen"]);
    assert!(code == Some(1) && told.contains("2 people") && told.contains("Ida Sørensen (p3)"), "{told}");
    assert!(said(&["nobody"]).1.contains("nobody is called \"nobody\" on 2026-11-23"));
    assert_eq!(said(&["p1", "--target", "da"]).0, Some(2));
}
