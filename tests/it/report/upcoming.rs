//! The report of the days to come, in its four forms.

use insta::assert_snapshot;
use rosterd::mapping::lifecycle::{Ladder, OnLeave, Policy};
use rosterd::org::{Fact, FactKind, Instant, Interval, Snapshot, SnapshotBuilder, Version};
use rosterd::report::{self, Format, UpcomingDocument};
use serde_json::{Value as Json, json};

use super::documents;

fn snapshot() -> Snapshot {
    let mut builder = SnapshotBuilder::new("2026-03-02".parse().unwrap(), Instant::from_micros(0));
    let mut add = |kind: FactKind, id: &str, (from, to): (&str, &str), body: Json| {
        let interval = Interval { from: from.parse().ok(), to: to.parse().ok() };
        builder.add(Version { id: id.into(), interval, fact: Fact::from_body(kind, &body.to_string()).unwrap() });
    };
    add(FactKind::Unit, "u", ("", ""), json!({"name": "Ærø Kommune"}));
    for (id, given, surname, from, to) in [
        ("a", "Anna", "Berg", "2020-01-01", ""),
        ("b", "Bo", "=Dahl", "2020-01-01", "2026-03-10"),
        ("c", "Cecilie", "Eng", "2026-03-20", ""),
        ("d", "Dan", "Fog", "2020-01-01", "2026-02-10"),
        ("e", "Eva", "Gram", "2020-01-01", "2027-01-01"),
    ] {
        add(FactKind::Person, id, ("", ""), json!({"given_name": given, "surname": surname}));
        add(FactKind::Engagement, &format!("job {id}"), (from, to), json!({"person": id, "unit": "u", "number": id}));
    }
    add(FactKind::Leave, "l", ("2026-03-15", "2026-03-25"), json!({"person": "a"}));
    builder.finish()
}

fn document() -> UpcomingDocument {
    let directory = Policy {
        create_days: 14,
        leave: OnLeave::Disable,
        strip_days: Some(30),
        delete_days: Some(180),
        ..Policy::default()
    };
    let service = Policy { create_days: 0, ..directory.clone() };
    let ladder = |everybody| Ladder { everybody, categories: [].into(), ..Ladder::default() };
    let ladders = [("ad", ladder(directory)), ("cloud", ladder(service))];
    let ladders = ladders.iter().map(|(name, ladder)| (*name, ladder));
    UpcomingDocument::new(&snapshot(), ladders, 30, "Ærø Kommune".into(), Instant::from_micros(0))
}

fn rendered(format: Format) -> String {
    report::upcoming(&document(), format, &documents::zone()).unwrap()
}

#[test]
fn who_comes_and_who_leaves_as_text() {
    assert_snapshot!(rendered(Format::Text));
}

#[test]
fn who_comes_and_who_leaves_as_csv() {
    assert_snapshot!(rendered(Format::Csv).replace("\r\n", "\n"));
}

#[test]
fn who_comes_and_who_leaves_as_html() {
    let page = rendered(Format::Html);
    let (_, body) = page.split_once("</style>").unwrap();
    assert_snapshot!(body.replace("><", ">\n<"));
}

#[test]
fn who_comes_and_who_leaves_as_json() {
    let json: Json = serde_json::from_str(&rendered(Format::Json)).unwrap();
    let first = &json["turns"][0];
    assert_eq!((&first["rung"], &first["name"]), (&json!("prepared"), &json!("Cecilie Eng")), "{json}");
    assert_eq!(json["turns"].as_array().unwrap().len(), document().turns.len());
}
