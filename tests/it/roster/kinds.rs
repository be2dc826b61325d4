//! Positions, associations, leaves, contacts and relations: what a snapshot says of them, and the form of contacts.

use super::fixture::{Roster, SMALL, complete, id, partial};

const LATER: &str = "2026-11-02T06:00:00Z";

async fn roster_with(more: &[&str]) -> Roster {
    let roster = Roster::with(&complete(&SMALL)).await;
    roster.import(&partial(more), LATER).await.unwrap();
    roster
}

fn ids<'a, T: 'a>(found: impl Iterator<Item = (&'a rosterd::org::Id, &'a T)>) -> Vec<&'a str> {
    found.map(|(id, _)| id.as_str()).collect()
}

#[tokio::test]
async fn vacancies_are_the_places_that_nobody_holds_on_the_day() {
    let roster = roster_with(&[
        r#"{"kind":"position","id":"o1","valid_from":"2026-01-01","unit":"u1","title":"Clerk","headcount":2}"#,
        r#"{"kind":"engagement","id":"x1","valid_from":"2026-02-01","person":"anna","unit":"u1","position":"o1"}"#,
        r#"{"kind":"engagement","id":"x2","valid_from":"2026-03-01","person":"bo","unit":"u1","position":"o1"}"#,
        r#"{"kind":"engagement","id":"x3","valid_from":"2026-04-01","valid_to":"2026-05-01","person":"bo","unit":"u1","position":"o1"}"#,
    ])
    .await;
    let table = [
        ("2025-12-31", None),
        ("2026-01-31", Some(2)),
        ("2026-02-01", Some(1)),
        ("2026-03-01", Some(0)),
        ("2026-04-01", Some(-1)),
        ("2026-05-01", Some(0)),
    ];
    for (day, vacancies) in table {
        assert_eq!(roster.on(day).await.vacancies(&id("o1")), vacancies, "{day}");
    }
    let snapshot = roster.on("2026-03-01").await;
    assert_eq!(ids(snapshot.positions_in(&id("u1"))), ["o1"]);
    assert_eq!(ids(snapshot.holders_of(&id("o1"))), ["x1", "x2"]);
}

#[tokio::test]
async fn a_snapshot_knows_what_belongs_to_a_person_or_a_unit() {
    let roster = roster_with(&[
        r#"{"kind":"class","id":"c1","vocabulary":"any","name":"Any"}"#,
        r#"{"kind":"association","id":"x1","unit":"u1","person":"anna","substitute":"bo"}"#,
        r#"{"kind":"association","id":"x2","unit":"u1"}"#,
        r#"{"kind":"leave","id":"l1","valid_from":"2026-02-01","valid_to":"2026-03-01","person":"anna","engagement":"e1"}"#,
        r#"{"kind":"contact","id":"t1","person":"anna","type":"c1","value":"Room 7","visibility":"public"}"#,
        r#"{"kind":"contact","id":"t2","unit":"u2","type":"c1","value":"Room 8","visibility":"secret"}"#,
        r#"{"kind":"relation","id":"r1","from":"u1","to":"u2","type":"c1"}"#,
    ])
    .await;
    let snapshot = roster.on("2026-02-28").await;
    assert_eq!(ids(snapshot.associations_of(&id("anna"))), ["x1"]);
    assert_eq!(ids(snapshot.associations_in(&id("u1"))), ["x1", "x2"]);
    assert_eq!(ids(snapshot.leaves_of(&id("anna"))), ["l1"]);
    assert_eq!(ids(snapshot.contacts_of(&id("anna"))), ["t1"]);
    assert_eq!(ids(snapshot.contacts_of(&id("u2"))), ["t2"]);
    assert_eq!(ids(snapshot.relations_of(&id("u1"))), ["r1"]);
    assert_eq!(ids(snapshot.relations_of(&id("u2"))), ["r1"]);
    assert_eq!(roster.on("2026-03-01").await.leaves_of(&id("anna")).count(), 0);
}

#[tokio::test]
async fn the_value_of_a_contact_has_the_form_of_its_class_on_each_of_its_days() {
    let classes = [
        r#"{"kind":"class","id":"c1","vocabulary":"contact","name":"Work","scope":"email"}"#,
        r#"{"kind":"class","id":"c2","valid_to":"2026-06-01","vocabulary":"contact","name":"Desk","scope":"text"}"#,
        r#"{"kind":"class","id":"c2","valid_from":"2026-06-01","vocabulary":"contact","name":"Desk","scope":"telephone"}"#,
    ];
    let roster = roster_with(&classes).await;
    let contact = |id: &str, class: &str, days: &str, value: &str| {
        format!(
            r#"{{"kind":"contact","id":"{id}",{days}"person":"anna","type":"{class}","value":"{value}","visibility":"internal"}}"#
        )
    };
    let table = [
        (contact("t1", "c1", "", "anna@example.dk"), None),
        (contact("t2", "c1", "", "anna"), Some("is not an e-mail address")),
        (contact("t3", "c2", r#""valid_to":"2026-06-01","#, "by the window"), None),
        (contact("t3", "c2", "", "by the window"), Some("is not a telephone number")),
        (contact("t4", "c2", r#""valid_from":"2026-06-01","#, "+45 12 34 56 78"), None),
    ];
    for (line, problem) in table {
        let said = roster.import(&partial(&[&line]), LATER).await;
        match problem {
            None => assert!(said.is_ok(), "{line}: {said:?}"),
            Some(words) => {
                let said = said.unwrap_err();
                assert!(said.contains("line 2") && said.contains(words), "{said}");
                assert!(!said.contains("window"), "a value may be secret: {said}");
            }
        }
    }
}
