//! Custom attributes: declared in the configuration or by the file, checked by line and column, in one form.

use std::collections::{BTreeMap, BTreeSet};

use rosterd::org::{Batch, CustomTypes, Fact, intake};
use rosterd::source::roster_jsonl::{self, ReadError};
use rosterd::store::ExportOptions;

use super::fixture::{KINDS, Roster, alone, day, file};

/// What the configuration declares.
fn declared() -> CustomTypes {
    let text = r#"{"person":{"cost_centre":"text","skills":{"type":"text","many":true,"values":["latin","rust"]},
        "grade":{"type":"number","min":1,"max":9},"wage":{"type":"text","pattern":"^[0-9]{2}[A-Z]?$","max_length":3,"required":true},
        "left":{"type":"day","min":"2000-01-01"},"sworn":"day","driver":"bool","union":"class"},"unit":{}}"#;
    CustomTypes::from_header(&serde_json::from_str::<BTreeMap<_, _>>(text).unwrap()).unwrap()
}

const UNION: &str = r#"{"kind":"class","id":"c1","vocabulary":"union","name":"HK"}"#;

fn person(custom: &str) -> String {
    format!(r#"{{"kind":"person","id":"p","given_name":"A","surname":"B","custom":{{{custom}}}}}"#)
}

fn read(header: &str, lines: &[&str]) -> Result<Batch, String> {
    let text = file(&format!(r#""kinds":{KINDS}{header}"#), lines);
    roster_jsonl::read_declared(text.as_bytes(), "roster", None, &declared(), &BTreeSet::new())
        .map_err(|error| error.to_string())
}

async fn import(roster: &Roster, batch: Batch) -> Result<(), String> {
    let stored = roster.store.stored().await.unwrap();
    let plan = intake::plan(batch, &stored, &alone(day("2026-11-23"), &jiff::tz::TimeZone::UTC))
        .map_err(|problems| ReadError::Problems(problems).to_string())?;
    let meta = rosterd::store::CommitMeta {
        actor: "test".into(),
        source: "roster".into(),
        batch: None,
        note: None,
        taken: None,
        now: super::fixture::instant("2026-11-23T06:00:00Z"),
    };
    roster.store.commit_intake(&plan, &meta, None).await.map_err(|error| error.to_string())?;
    Ok(())
}

#[tokio::test]
async fn values_have_one_form_and_survive_the_way_through_an_empty_roster() {
    let stated = r#""union":"c1","wage":"12A","left":"2026-01-01","skills":"rust","grade":2.0,"cost_centre":null,"sworn":"2026-02-28","driver":true"#;
    let roster = Roster::new().await;
    import(&roster, read("", &[UNION, &person(stated)]).unwrap()).await.unwrap();
    let snapshot = roster.on("2026-11-23").await;
    let fact = Fact::Person(snapshot.person(&"p".into()).unwrap().clone());
    let expected = r#""custom":{"driver":true,"grade":2,"left":"2026-01-01","skills":["rust"],"sworn":"2026-02-28","union":"c1","wage":"12A"}"#;
    assert!(fact.body().unwrap().contains(expected), "{}", fact.body().unwrap());

    let types = declared();
    let options = ExportOptions { custom: Some(&types), ..ExportOptions::default() };
    let exported = roster.export(options).await;
    assert!(exported.contains(r#""custom":{"person":{"cost_centre":{"type":"text"}"#), "{exported}");
    for declared in [
        r#""grade":{"type":"number","min":1,"max":9}"#,
        r#""left":{"type":"day","min":"2000-01-01"}"#,
        r#""wage":{"type":"text","pattern":"^[0-9]{2}[A-Z]?$","max_length":3,"required":true}"#,
    ] {
        assert!(exported.contains(declared), "{exported}");
    }
    let batch = roster_jsonl::read_declared(exported.as_bytes(), "roster", None, &types, &BTreeSet::new()).unwrap();
    let second = Roster::new().await;
    import(&second, batch).await.unwrap();
    assert_eq!(second.export(options).await, exported);
}

#[tokio::test]
async fn wrong_values_are_named_by_line_and_column() {
    let cases = [
        (r#""cost_center":"1""#, 68, "no custom attribute \"cost_center\" of a person; declared are cost_centre"),
        (r#""cost_centre":1"#, 68, "cost_centre: a text is expected"),
        (r#""cost_centre":"1","grade":"high""#, 86, "grade: a number is expected"),
        (r#""skills":["latin","cobol"]"#, 68, "skills: the value is none of latin, rust"),
        (r#""sworn":"31-02-2026""#, 68, "is not a day"),
        (r#""wage":"1A""#, 68, "wage: \"1A\" does not match ^[0-9]{2}[A-Z]?$"),
        (r#""wage":"12AB""#, 68, "wage: \"12AB\" has 4 characters, at most 3 are allowed"),
        (r#""grade":10"#, 68, "grade: 10 is more than 9"),
        (r#""left":"1999-12-31""#, 68, "left: 1999-12-31 is before 2000-01-01"),
        (r#""driver":"yes""#, 68, "true or false is expected"),
    ];
    for (custom, column, words) in cases {
        let refusal = read("", &[UNION, &person(custom)]).unwrap_err();
        assert!(refusal.contains(&format!("line 3, column {column}:")) && refusal.contains(words), "{refusal}");
    }
    let roster = Roster::new().await;
    let refusal = import(&roster, read("", &[&person(r#""union":"c1""#)]).unwrap()).await.unwrap_err();
    assert!(refusal.contains("line 2") && refusal.contains("there is no class \"c1\""), "{refusal}");
}

#[test]
fn the_header_and_the_configuration_agree() {
    let with = |custom: &str| read(&format!(r#","custom":{custom}"#), &[]);
    assert!(with(r#"{"person":{"grade":"number"}}"#).is_ok());
    assert!(with(r#"{"group":{"colour":"text"}}"#).is_ok());
    let cases = [
        (r#"{"person":{"grade":"text"}}"#, "custom.person.grade is declared otherwise"),
        (r#"{"person":{"shoe":"number"}}"#, "custom.person.shoe is not declared"),
        (r#"{"person":{"grade":"integer"}}"#, "custom.person.grade: unknown variant `integer`"),
        (r#"{"group":{"a":{"type":"text","pattern":"["}}}"#, "custom.group.a: \"[\" is not a pattern"),
        (r#"{"group":{"a":{"type":"bool","min":1}}}"#, "custom.group.a: min: only a number or a day has one"),
        (r#"{"group":{"a":{"type":"text","source":"hr"}}}"#, "custom.group.a: source is said in the configuration"),
        (r#"{"leave":{"a":"text"}}"#, "\"leave\" is no kind with custom attributes"),
    ];
    for (custom, words) in cases {
        let refusal = with(custom).unwrap_err();
        assert!(refusal.contains("line 1") && refusal.contains(words), "{refusal}");
    }
    // a kind that the configuration does not declare is as the file says
    let group = r#"{"kind":"group","id":"g","name":"G","custom":{"colour":1}}"#;
    assert!(read(r#","custom":{"group":{"colour":"text"}}"#, &[group]).unwrap_err().contains("a text is expected"));
    assert!(read("", &[group]).is_ok());
    let unit = r#"{"kind":"unit","id":"u","name":"U","custom":{"a":1}}"#;
    assert!(read("", &[unit]).unwrap_err().contains("none is declared"));
}
