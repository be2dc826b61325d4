//! A whole history through an empty roster: the same bytes, the same answers; and what is refused.

use rosterd::org::FactKind;

use super::fixture::{ANNA, ANNAS_JOB, BELOW, BO, Roster, SMALL, UNIT, complete, day, id, instant, partial, sealer};

const AFTER: &str = "2027-01-01T00:00:00Z";

/// A roster with changes, a correction, ends, things that came and went, and a key with a source of its own.
async fn eventful() -> Roster {
    let roster = Roster::with(&complete(&SMALL)).await;
    let key = r#"{"kind":"key","id":"k1","of":"anna","source":"hr","value":"7"}"#;
    let born = ANNA.replace("\"surname\"", "\"national_id\":\"000000-0001\",\"surname\"");
    let steps = [
        ("2026-11-02T06:00:00Z", partial(&[key, &born])),
        ("2026-11-03T06:00:00Z", partial(&[&ANNA.replace("2020-01-01", "2026-12-01").replace("Ågård", "Holm")])),
        ("2026-11-04T06:00:00Z", partial(&[&ANNAS_JOB.replace("2020-01-01", "2026-01-01").replace("Clerk", "Head")])),
        ("2026-11-05T06:00:00Z", complete(&[UNIT, BELOW, ANNA, BO, ANNAS_JOB])),
        ("2026-11-06T06:00:00Z", complete(&[UNIT, BELOW, ANNA, ANNAS_JOB])),
        ("2026-11-07T06:00:00Z", complete(&SMALL)),
    ];
    for (now, text) in steps {
        roster.import(&text, now).await.unwrap();
    }
    roster
}

#[tokio::test]
async fn an_empty_roster_takes_a_history_and_gives_the_same_bytes() {
    let first = eventful().await;
    let history = first.history().await;
    let second = Roster::new().await;
    let plan = second.import(&history, AFTER).await.unwrap();
    assert_eq!(plan.counts[&FactKind::Person].added, 2);
    assert_eq!(second.history().await, history);
    assert_eq!(second.export(Default::default()).await, first.export(Default::default()).await);
    assert_eq!(second.store.last_commit().await.unwrap(), 7);
    let index = sealer().index("0000000001").unwrap();
    assert_eq!(second.store.people_with_national_id(&index).await.unwrap(), [id("anna")]);

    for known in ["2026-11-01T05:59:59Z", "2026-11-03T06:00:00Z", "2026-11-05T12:00:00Z", AFTER] {
        for date in ["2019-12-31", "2026-11-30", "2026-12-01"] {
            for (kind, thing) in [(FactKind::Person, "anna"), (FactKind::Person, "bo"), (FactKind::Engagement, "e1")] {
                let probe = |roster: &'static str| (kind, thing, date, known, roster);
                let known = Some(instant(known));
                let mut one = first.store.show(kind, &id(thing), day(date), known).await.unwrap();
                let other = second.store.show(kind, &id(thing), day(date), known).await.unwrap();
                if let Some(shown) = &mut one {
                    shown.batch = None; // which file a commit came from is not in an export
                }
                assert_eq!(one, other, "{:?}", probe("second"));
            }
        }
    }
    // and it is a roster like any other from then on
    second.import(&partial(&[&BO.replace("D'Arcy", "Darcy")]), AFTER).await.unwrap();
    assert_eq!(second.on("2027-01-01").await.person(&id("bo")).unwrap().surname, "Darcy");
}

#[tokio::test]
async fn the_acts_are_told_apart_and_nobody_who_said_something_is_lost() {
    let history = eventful().await.history().await;
    let acts = |thing: &str| -> Vec<(String, String)> {
        let lines = history.lines().filter(|line| line.contains(&format!(r#""id":"{thing}","#)));
        lines
            .map(|line| {
                let line: serde_json::Value = serde_json::from_str(line).unwrap();
                (line["known_from"].as_str().unwrap()[..10].to_owned(), line["act"].as_str().unwrap().to_owned())
            })
            .collect()
    };
    let expected = |rows: &[(&str, &str)]| -> Vec<(String, String)> {
        rows.iter().map(|(known, act)| ((*known).to_owned(), (*act).to_owned())).collect()
    };
    // the rows by valid_from, then by when they were known
    assert_eq!(
        acts("anna"),
        expected(&[
            ("2026-11-01", "add"),
            ("2026-11-02", "correction"),
            ("2026-11-03", "change"),
            ("2026-11-05", "correction"),
            ("2026-11-03", "change"),
        ])
    );
    assert_eq!(acts("bo"), expected(&[("2026-11-01", "add"), ("2026-11-06", "erase"), ("2026-11-07", "add")]));
    assert_eq!(acts("k1"), expected(&[("2026-11-02", "add"), ("2026-11-05", "erase")]));
    let key = history.lines().find(|line| line.contains(r#""id":"k1""#)).unwrap();
    assert!(key.contains(r#""source":"hr","value":"7""#) && key.contains(r#""known_source":"roster""#), "{key}");
}

#[tokio::test]
async fn a_roster_that_holds_something_refuses_a_history() {
    let history = eventful().await.history().await;
    let roster = Roster::with(&complete(&SMALL)).await;
    let before = roster.store.last_commit().await.unwrap();
    let refusal = roster.import(&history, AFTER).await.unwrap_err();
    assert!(refusal.contains("goes into an empty roster only"), "{refusal}");
    assert_eq!(roster.store.last_commit().await.unwrap(), before);
}

fn unit(id: &str, days: &str, said: &str) -> String {
    format!(r#"{{"kind":"unit","id":"{id}",{days}"name":"A",{said},"source":"s","note":null,"act":"add"}}"#)
}

#[tokio::test]
async fn a_history_that_contradicts_itself_is_refused() {
    let at = |from: &str, to: &str, actor: &str| {
        let to = if to.is_empty() { "null".to_owned() } else { format!("\"{to}T00:00:00Z\"") };
        format!(r#""known_from":"{from}T00:00:00Z","known_to":{to},"actor":"{actor}""#)
    };
    let first = unit("a", "", &at("2026-01-01", "", "x"));
    let erase = |id: &str| {
        let said = at("2026-02-01", "", "x");
        format!(r#"{{"kind":"unit","id":"{id}",{said},"source":"s","note":null,"act":"erase"}}"#)
    };
    let cases = [
        (vec![first.clone(), unit("b", "", &at("2026-01-01", "", "y"))], 3, "differ from those on line 2"),
        (vec![unit("a", "", &at("2026-01-01", "2026-02-01", "x"))], 2, "no line says who said what then"),
        (vec![unit("a", "", &at("2026-01-01", "2025-02-01", "x"))], 2, "known_to is not after known_from"),
        (vec![first.clone(), unit("a", r#""valid_from":"2026-01-01","#, &at("2026-02-01", "", "x"))], 3, "on line 2"),
        (vec![first.clone(), UNIT.to_owned()], 3, "this one does not"),
        (vec![first.clone(), erase("a")], 3, "nothing of \"a\" was known until then"),
        (
            vec![first.clone(), erase("a").replace("\"known_from\"", "\"name\":\"A\",\"known_from\"")],
            3,
            "here is `name`",
        ),
        (vec![first.replace(",\"act\":\"add\"", "")], 2, "missing field `act`"),
        (vec![first.replace("\"add\"", "\"invent\"")], 2, "unknown variant `invent`"),
        (vec![first.replace("\"actor\"", "\"by\"")], 2, "unknown field `by`"),
        (vec![first.replace("2026-01-01T00:00:00Z", "yesterday")], 2, "\"yesterday\" is not an instant"),
        (vec![first.replace("\"name\"", "\"parent\":\"zz\",\"name\"")], 2, "there is no unit \"zz\""),
        (vec![first.replace("\"name\"", "\"parent\":\"a\",\"name\"")], 2, "stands above itself"),
    ];
    for (lines, line, words) in cases {
        let lines: Vec<&str> = lines.iter().map(String::as_str).collect();
        let roster = Roster::new().await;
        let refusal = roster.import(&partial(&lines), AFTER).await.unwrap_err();
        assert!(refusal.contains(&format!("line {line}")) && refusal.contains(words), "{words:?} in {refusal}");
        assert_eq!(roster.store.last_commit().await.unwrap(), 0);
    }
    let whole = [unit("a", "", &at("2026-01-01", "2026-02-01", "x")), erase("a")];
    let lines: Vec<&str> = whole.iter().map(String::as_str).collect();
    Roster::new().await.import(&partial(&lines), AFTER).await.unwrap();
}
