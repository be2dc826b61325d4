//! What goes in comes out: the same bytes again, and every field.

use rosterd::store::ExportOptions;

use super::fixture::{KINDS, Roster, SMALL, complete, day, file, id, instant, sealer};

/// Something of every kind, with every field, national ids and letters beyond ASCII.
fn everything() -> String {
    let header = format!(
        r#""complete":true,"kinds":{KINDS},"states":"timeline","taken":"2026-10-31T05:00:00Z","custom":{{}},"redacted":[]"#
    );
    file(
        &header,
        &[
            r#"{"kind":"class","id":"c1","valid_from":null,"valid_to":null,"vocabulary":"job_function","name":"Skolelærer"}"#,
            r#"{"kind":"class","id":"c2","valid_from":null,"valid_to":null,"vocabulary":"level","name":"N2","parent":"c1","scope":"text"}"#,
            r#"{"kind":"unit","id":"u1","valid_from":"2020-01-01","valid_to":"2026-01-01","name":"Rådhuset"}"#,
            r#"{"kind":"unit","id":"u1","valid_from":"2026-01-01","valid_to":null,"name":"Rådhus","type":"c1","level":"c2","tags":["a","b"],"custom":{"cost":4711,"open":true,"rooms":["1","2"]}}"#,
            r#"{"kind":"position","id":"o1","valid_from":"2026-01-01","valid_to":null,"unit":"u1","title":"Lærer","job_function":"c1","headcount":2}"#,
            r#"{"kind":"person","id":"p1","valid_from":null,"valid_to":null,"given_name":"Zoë","surname":"O'Brien","nickname":"Z","category":"c1","sponsor":"p2","national_id":"000000-0001","birth_date":"1980-02-29","custom":{"x":1.5}}"#,
            r#"{"kind":"person","id":"p2","valid_from":null,"valid_to":null,"given_name":"","surname":"Ærø"}"#,
            r#"{"kind":"engagement","id":"e1","valid_from":"2026-01-01","valid_to":null,"person":"p1","unit":"u1","position":"o1","number":"0042","job_function":"c1","title":"Lærer","type":"c2","fraction":0.81081,"primary":true}"#,
            r#"{"kind":"manager","id":"m1","valid_from":"2026-01-01","valid_to":null,"unit":"u1","person":"p1","engagement":"e1","type":"c1","level":"c2","responsibilities":["c1","c2"]}"#,
            r#"{"kind":"association","id":"x1","valid_from":null,"valid_to":null,"unit":"u1","person":"p1","type":"c1","job_function":"c2","primary":true,"substitute":"p2","account":"a1"}"#,
            r#"{"kind":"leave","id":"l1","valid_from":"2026-02-01","valid_to":"2026-03-01","person":"p1","engagement":"e1","type":"c1"}"#,
            r#"{"kind":"account","id":"a1","valid_from":null,"valid_to":null,"person":"p1","system":"ad","login":"zoeob","external_id":"x","account_kind":"admin","primary":true,"engagements":["e1"]}"#,
            r#"{"kind":"contact","id":"t1","valid_from":null,"valid_to":null,"person":"p1","engagement":"e1","account":"a1","type":"c1","value":"zoë@example.dk","visibility":"internal","primary":true}"#,
            r#"{"kind":"contact","id":"t2","valid_from":null,"valid_to":null,"unit":"u1","type":"c1","value":"Torvet 1","visibility":"secret"}"#,
            r#"{"kind":"group","id":"g1","valid_from":null,"valid_to":null,"name":"Alle","type":"c1","description":"d","rule":"true","owner":"p1"}"#,
            r#"{"kind":"membership","id":"s1","valid_from":null,"valid_to":null,"group":"g1","member_person":"p1"}"#,
            r#"{"kind":"relation","id":"r1","valid_from":null,"valid_to":null,"from":"u1","to":"p2","type":"c2"}"#,
            r#"{"kind":"key","id":"k1","valid_from":null,"valid_to":null,"of":"p1","source":"hr","value":"4711"}"#,
        ],
    )
}

/// The count stands before `taken` in a canonical header.
fn lines(text: &str) -> Vec<&str> {
    text.lines().skip(1).collect()
}

#[tokio::test]
async fn an_export_holds_every_field_and_survives_the_way_through_an_empty_roster() {
    let sealer = sealer();
    let open = ExportOptions { national_ids: Some(&sealer), ..ExportOptions::default() };
    let input = everything();
    let first = Roster::with(&input).await;
    let exported = first.export(open).await;
    assert_eq!(lines(&exported), lines(&input));
    let second = Roster::new().await;
    second.import(&exported, "2026-12-24T06:00:00Z").await.unwrap();
    assert_eq!(second.export(open).await, exported);
}

#[tokio::test]
async fn without_the_flag_national_ids_are_left_out_and_an_import_leaves_them_alone() {
    let sealer = sealer();
    let roster = Roster::with(&everything()).await;
    let redacted = roster.export(ExportOptions::default()).await;
    assert!(!redacted.contains("000000"));
    assert!(!redacted.contains("\"national_id\""));
    assert!(redacted.contains(r#""redacted":["person.national_id"]"#));
    let plan = roster.import(&redacted, "2026-11-02T06:00:00Z").await.unwrap();
    assert!(plan.is_empty());

    let edited = redacted.replace("O'Brien", "Brandt");
    roster.import(&edited, "2026-11-03T06:00:00Z").await.unwrap();
    let open = ExportOptions { national_ids: Some(&sealer), ..ExportOptions::default() };
    let after = roster.export(open).await;
    assert!(after.contains("Brandt") && after.contains(r#""national_id":"000000-0001""#));

    let empty = Roster::new().await;
    empty.import(&redacted, "2026-12-24T06:00:00Z").await.unwrap();
    assert_eq!(empty.export(ExportOptions::default()).await, redacted);
}

#[tokio::test]
async fn importing_twice_changes_nothing() {
    let roster = Roster::with(&everything()).await;
    let before = roster.store.last_commit().await.unwrap();
    let plan = roster.import(&everything(), "2026-11-02T06:00:00Z").await.unwrap();
    assert!(plan.is_empty());
    assert_eq!(plan.counts.values().map(|counts| counts.unchanged).sum::<u64>(), 17);
    assert_eq!(roster.store.last_commit().await.unwrap(), before);
}

#[tokio::test]
async fn line_ends_marks_blank_lines_and_order_do_not_matter() {
    let roster = Roster::with(&complete(&SMALL)).await;
    let mut backwards = SMALL;
    backwards.reverse();
    let odd = format!("\u{feff}{}\r\n", complete(&backwards).replace('\n', "\r\n\r\n"));
    assert!(roster.import(&odd, "2026-11-02T06:00:00Z").await.unwrap().is_empty());
}

#[tokio::test]
async fn an_export_of_a_day_an_instant_or_all_history() {
    let roster = Roster::with(&everything()).await;
    let options = ExportOptions { at: Some(day("2025-12-31")), ..ExportOptions::default() };
    let old = roster.export(options).await;
    assert!(old.contains("Rådhuset") && !old.contains("\"e1\",\"valid_from\""));
    assert!(old.contains(r#""complete":false"#) && old.contains(r#""states":"current""#));

    roster.import(&everything().replace("\"Alle\"", "\"Enhver\""), "2026-11-02T06:00:00Z").await.unwrap();
    let options = ExportOptions { known_at: Some(instant("2026-11-01T12:00:00Z")), ..ExportOptions::default() };
    assert!(roster.export(options).await.contains("\"Alle\""));
    assert!(!roster.export(ExportOptions::default()).await.contains("\"Alle\""));

    let history = roster.history().await;
    let groups: Vec<&str> = history.lines().filter(|line| line.contains(r#""kind":"group""#)).collect();
    assert_eq!(groups.len(), 2);
    assert!(groups[0].ends_with(
        r#""known_from":"2026-11-01T06:00:00Z","known_to":"2026-11-02T06:00:00Z","source":"roster","actor":"test","note":null,"act":"add"}"#
    ), "{}", groups[0]);
    assert!(groups[1].ends_with(r#","act":"correction"}"#), "{}", groups[1]);
}

/// A person and a unit with null in every field that may be none.
const NONE: [&str; 2] = [
    r#"{"kind":"unit","id":"u1","valid_from":"2020-01-01","valid_to":null,"name":"Town hall","parent":null,"type":null,"level":null,"tags":null,"custom":null}"#,
    r#"{"kind":"person","id":"bo","valid_from":"2020-01-01","valid_to":null,"given_name":"Bo","surname":"D'Arcy","nickname":null,"category":null,"sponsor":null,"birth_date":null,"custom":{"desk":null,"floor":2}}"#,
];

#[tokio::test]
async fn null_is_none_and_is_exported_as_null() {
    let roster = Roster::with(&complete(&SMALL)).await;
    let others = SMALL.into_iter().filter(|line| !line.contains("\"bo\",\"valid") && !line.contains("\"id\":\"u1\""));
    let lines: Vec<&str> = others.chain(NONE).collect();
    assert_eq!(lines.len(), SMALL.len());
    let plan = roster.import(&complete(&lines), "2026-11-02T06:00:00Z").await.unwrap();
    assert_eq!((plan.close.len(), plan.add.len()), (2, 2), "to say that there is none is to say more");
    let exported = roster.export(ExportOptions::default()).await;
    for line in NONE {
        assert!(exported.lines().any(|there| there == line), "{line}\n{exported}");
    }
    assert!(roster.import(&complete(&lines), "2026-11-03T06:00:00Z").await.unwrap().is_empty());
    let snapshot = roster.on("2026-11-23").await;
    assert_eq!(snapshot.person(&id("bo")).unwrap().nickname, None);
    let zone = jiff::tz::TimeZone::UTC;
    let past = ExportOptions { history: Some(&zone), ..ExportOptions::default() };
    let history = roster.export(past).await;
    assert!(history.contains(r#""sponsor":null,"birth_date":null"#));
    let second = Roster::new().await;
    second.import(&history, "2026-12-24T06:00:00Z").await.unwrap();
    assert_eq!(second.export(past).await, history);
}
