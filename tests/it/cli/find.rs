//! `find`: names, logins, keys and numbers, without case and accents.

use serde_json::Value;

use super::roster::Site;
use super::stdout;

const FACTS: [&str; 15] = [
    r#"{"kind":"class","id":"c1","valid_from":"2020-01-01","vocabulary":"contact_type","name":"Mail"}"#,
    r#"{"kind":"contact","id":"m1","valid_from":"2020-01-01","person":"p2","type":"c1","value":"SB@ex.dk","visibility":"internal"}"#,
    r#"{"kind":"contact","id":"m2","valid_from":"2020-01-01","person":"p2","type":"c1","value":"hidden@ex.dk","visibility":"secret"}"#,
    r#"{"kind":"unit","id":"u1","valid_from":"2020-01-01","name":"Ærø Kommune"}"#,
    r#"{"kind":"unit","id":"u2","valid_from":"2020-01-01","name":"Børn & Unge","parent":"u1"}"#,
    r#"{"kind":"person","id":"p1","valid_from":"2020-01-01","given_name":"Åse","surname":"Sørensen"}"#,
    r#"{"kind":"person","id":"p2","valid_from":"2020-01-01","given_name":"Søren","surname":"Berg"}"#,
    r#"{"kind":"person","id":"p3","valid_from":"2027-01-01","given_name":"Hans","surname":"Sørensen"}"#,
    r#"{"kind":"person","id":"p4","valid_from":"2020-01-01","given_name":"Bo","surname":"Asen","nickname":"Bosse Bølle"}"#,
    r#"{"kind":"engagement","id":"e1","valid_from":"2020-01-01","person":"p1","unit":"u2","title":"Lærer","number":"4711"}"#,
    r#"{"kind":"account","id":"a1","valid_from":"2020-01-01","person":"p2","system":"ad","login":"sberg9"}"#,
    r#"{"kind":"account","id":"a2","valid_from":"2020-01-01","unit":"u2","system":"ad","login":"svc-scan"}"#,
    r#"{"kind":"group","id":"g1","valid_from":"2020-01-01","name":"Webredaktører","description":"Må skrive"}"#,
    r#"{"kind":"key","id":"k1","valid_from":"2020-01-01","of":"p4","source":"hr","value":"HR-0004"}"#,
    r#"{"kind":"key","id":"k2","valid_from":"2020-01-01","of":"u1","source":"hr","value":"HR-0001"}"#,
];

fn site() -> Site {
    let site = Site::new();
    std::fs::write(site.path("r.jsonl"), format!("{{\"roster\":1}}\n{}\n", FACTS.join("\n"))).unwrap();
    assert_eq!(site.run(&["import", "roster", "r.jsonl"]).status.code(), Some(0));
    site
}

fn ids(answer: &Value) -> Vec<&str> {
    answer["matches"].as_array().unwrap().iter().map(|one| one["id"].as_str().unwrap()).collect()
}

#[test]
fn words_are_found_in_names_logins_keys_numbers_and_ids() {
    let site = site();
    for (words, found) in [
        (&["SØRENSEN"][..], &["p1"][..]),
        (&["soerensen"], &["p1"]),
        (&["sorensen"], &["p1"]),    // no local letters at all
        (&["soren"], &["p2", "p1"]), // a whole word before the beginning of one
        (&["ase"], &["p4", "p1"]),   // "Asen" begins so, "aase" holds it
        (&["åse", "sør"], &["p1"]),
        (&["sør åse"], &["p1"]),
        (&["åse", "berg"], &[]),
        (&["bosse"], &["p4"]),
        (&["4711"], &["p1"]),
        (&["sberg9"], &["p2"]),
        (&["svc-scan"], &["a2"]),
        (&["hr-0004"], &["p4"]),
        (&["hr-000"], &["p4", "u1"]),
        (&["web"], &["g1"]),
        (&["born"], &["u2"]),
        (&["u2"], &["u2"]),
        (&["sb@ex"], &["p2"]),
        (&["hidden"], &[]), // a secret contact
        (&["nobody"], &[]),
    ] {
        let (code, answer) = site.json(&[&["find"], words].concat());
        assert_eq!((code, ids(&answer)), (Some(0), found.to_vec()), "{words:?}");
    }
}

#[test]
fn a_match_says_what_it_is_and_why_it_is_there() {
    let site = site();
    let (_, answer) = site.json(&["find", "4711"]);
    let one = &answer["matches"][0];
    assert_eq!((&one["kind"], &one["name"]), (&"person".into(), &"Åse Sørensen".into()));
    assert_eq!(one["detail"], "Lærer, Børn & Unge");
    assert_eq!((&one["matched"][0]["field"], &one["matched"][0]["value"]), (&"number".into(), &"4711".into()));
    let text = site.run(&["find", "børn"]);
    assert_eq!(stdout(&text), "kind  id  name         detail\nunit  u2  Børn & Unge  Ærø Kommune\n");
}

#[test]
fn a_list_ends_at_its_limit_and_names_the_rest() {
    let site = site();
    let (_, answer) = site.json(&["find", "hr-", "--limit", "1"]);
    assert_eq!((ids(&answer), &answer["rest"]), (vec!["p4"], &1.into()));
    assert!(stdout(&site.run(&["find", "hr-", "--limit", "1"])).ends_with("… and 1 more (see --limit)\n"));
}

#[test]
fn another_day_knows_other_people() {
    let site = site();
    let (_, answer) = site.json(&["find", "hans"]);
    assert!(ids(&answer).is_empty());
    let (_, answer) = site.json(&["find", "hans", "--at", "2027-01-01"]);
    assert_eq!((ids(&answer), &answer["at"]), (vec!["p3"], &"2027-01-01".into()));
}

#[test]
fn whoever_is_yet_to_come_is_called_what_comes_first() {
    let site = site();
    let facts = [("2028-01-01", "null", "Later"), ("2027-01-01", "\"2028-01-01\"", "First")].map(|(from, to, surname)| {
        format!(r#"{{"kind":"person","id":"p5","valid_from":"{from}","valid_to":{to},"given_name":"Ida","surname":"{surname}"}}"#)
    });
    std::fs::write(site.path("more.jsonl"), format!("{{\"roster\":1}}\n{}\n", facts.join("\n"))).unwrap();
    assert_eq!(site.run(&["import", "roster", "more.jsonl"]).status.code(), Some(0));
    let (code, answer) = site.json(&["suspend", "p5", "--note", "case 7", "--dry-run"]);
    assert_eq!((code, &answer["name"]), (Some(0), &"Ida First".into()), "{answer}");
}
