//! Tests of the mapping, as an administrator writes them.

use std::path::PathBuf;

use rosterd::config::{Config, Protocol, render};
use rosterd::object::{Kind, Schema};

use super::{BASE, known};

const SMALL: &str = r#"
[test.a-teacher]
target = "ad"
person = { given_name = "Åse", surname = "Sørensen" }
engagement = { title = "Lærer" }
unit = ["Kommunen", "Nordskolen"]
manager = { surname = "Holm", login = "bho" }
gives = { name = "Åse Sørensen", sAMAccountName = "aas", title = "Lærer", department = "Nordskolen", manager = "bho", givenName = "Åse" }

[test.an-external]
target = "cloud"
login = "berg"
person = { surname = "Berg", category = "external" }
in_scope = false

[test.the-switchboard]
target = "cloud"
login = "bo"
person.surname = "Berg"
person.contact = { mobile = { value = "+45 11", visibility = "secret" }, phone = "+45 22" }
gives = { userName = "bo", 'phoneNumbers[type eq "mobile"].value' = "", 'phoneNumbers[type eq "work"].value' = "+45 22" }

[test.a-school]
target = "ad"
unit = { path = ["Kommunen", "Nordskolen"], contact = { email = "nord@example.test" } }
gives = { name = "Nordskolen", description = ["Kommunen / Nordskolen", "nord@example.test"] }

[test.two-jobs]
target = "ad"
login = "x"
person.surname = "Berg"
engagement = { title = "Cook", start = "2026-01-01", end = "2026-12-31", primary = true }
second_engagement = { title = "Guard", unit = "Havnen" }
day = "2026-06-01"
gives = { title = "Cook", otherTelephone = ["31-12-2026", "Cook, Guard", "Havnen"] }
"#;

fn site(tests: &str) -> (tempfile::TempDir, PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let base = BASE
        .replace("givenName =", "department = \"unit.name\"\notherTelephone = \"[engagement.end|day('%d-%m-%Y'), engagements.title|join(', '), engagements[1].unit.name]\"\ngivenName =")
        .replace("[scim.cloud.user.attributes]", "[ldap.ad.unit]\nname = \"unit.name\"\nattributes.description = \"[unit.path|join(' / '), unit.contact.email]\"\n\n[scim.cloud.user]\nwhen = \"person.category != 'external'\"\n[scim.cloud.user.attributes]")
        .replace("userName = \"login\"", "userName = \"login\"\n'phoneNumbers[type eq \"mobile\"].value' = \"person.contact.mobile\"\n'phoneNumbers[type eq \"work\"].value' = \"person.contact.phone\"");
    let file = folder.path().join("config.toml");
    std::fs::write(&file, base + tests).unwrap();
    (folder, file)
}

fn known_too(protocol: Protocol, kind: Kind) -> Schema {
    match (protocol, kind) {
        (Protocol::Scim, Kind::User) => rosterd::target::scim::schema(kind).clone(),
        _ => known(protocol, kind),
    }
}

fn told(tests: &str) -> String {
    let (folder, file) = site(tests);
    match Config::check(&file, &known_too) {
        Ok(_) => "good".to_owned(),
        Err(problems) => render(&problems, false).replace(&folder.path().display().to_string(), "…"),
    }
}

#[test]
fn they_need_no_roster_and_are_short() {
    assert_eq!(told(SMALL), "good");
}

#[test]
fn one_that_fails_says_where_and_what_came_instead() {
    let wrong = SMALL
        .replace("title = \"Lærer\", department", "title = \"Laerer\", department")
        .replace("manager = \"bho\"", "manager = \"aho\"")
        .replace("\"Åse Sørensen\", sAMAccountName", "\"Åse S\", sAMAccountName")
        .replace("category = \"external\"", "category = \"employee\"")
        .replace(
            "'phoneNumbers[type eq \"mobile\"].value' = \"\"",
            "'phoneNumbers[type eq \"mobile\"].value' = \"+45 11\"",
        )
        .replace("\"31-12-2026\", ", "")
        .replace("\"nord@example.test\"]", "\"south@example.test\"]");
    insta::assert_snapshot!("failing_tests", told(&wrong));
    let out = SMALL
        .replace("in_scope = false", "gives = { userName = \"x\" }")
        .replace("day = \"2026-06-01\"", "day = \"2027-06-01\"");
    let out = out.replace("second_engagement = { title = \"Guard\", unit = \"Havnen\" }\n", "");
    insta::assert_snapshot!("tests_out_of_scope", told(&out));
}

#[test]
fn they_keep_nothing_from_running_and_change_nothing_in_force() {
    let generation = |tests: &str| {
        let (_folder, file) = site(tests);
        Config::load(&file, &known_too).unwrap()
    }.generation;
    assert_eq!(
        generation(""),
        generation("[test.a]\ntarget = \"ad\"\nperson.surname = \"B\"\ngives = { title = \"wrong\" }\n")
    );
}

#[test]
fn those_of_the_example_pass() {
    let shipped = |protocol: Protocol, kind: Kind| match protocol {
        Protocol::Ldap(profile) => rosterd::target::ldap::schema(profile, kind).clone(),
        Protocol::Scim => rosterd::target::scim::schema(kind).clone(),
    };
    let example = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("config.example.toml");
    let loaded = Config::check(&example, &shipped).unwrap_or_else(|problems| panic!("{}", render(&problems, false)));
    assert!(!loaded.tests.is_empty());
    let count = |target: &str| loaded.targets[target].rules.kinds[&Kind::User].attributes.len();
    assert!(count("ad") >= 15 && count("cloud") >= 10);
}

const FURTHER: &str = r#"
[accounts.job]
each = "engagement"
when = "not engagement.primary"
login.patterns = ["ordinary.login ~ '-2'"]

[test.the-second-job]
target = "ad"
account = "job"
login = "x"
person.surname = "Berg"
engagement = { title = "Cook", primary = true }
second_engagement = { title = "Guard", unit = "Havnen" }
gives = { sAMAccountName = "x-2", title = "Guard", department = "Havnen" }

[test.no-second-job]
target = "ad"
account = "job"
person.surname = "Berg"
in_scope = false
"#;

#[test]
fn a_test_may_be_of_a_further_account() {
    let (_folder, file) = site(FURTHER);
    let problems = Config::check(&file, &known_too).err().unwrap_or_default();
    assert!(problems.is_empty(), "{}", render(&problems, false));
}
