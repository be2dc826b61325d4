//! `show` of one person on every side of every border of both axes, as a table in golden text.

use rosterd::org::{Fact, FactKind};

use super::fixture::{Roster, complete, day, id, instant, partial};

/// When what was said, and what: a past change, its correction, a future change, an end.
const SAID: [(&str, &str); 5] = [
    ("2024-01-10T08:00:00Z", "Anna Berg, from 2020 on"),
    ("2025-05-20T08:00:00Z", "a change: Holm from 2025-06-01 on"),
    ("2026-04-10T08:00:00Z", "its correction: from 2025-07-01 on"),
    ("2026-05-10T08:00:00Z", "a future change: Dahl from 2027-01-01 on"),
    ("2026-06-10T08:00:00Z", "the end: 2027-07-01"),
];

const DAYS: [&str; 10] = [
    "2019-12-31",
    "2020-01-01",
    "2025-05-31",
    "2025-06-01",
    "2025-06-30",
    "2025-07-01",
    "2026-12-31",
    "2027-01-01",
    "2027-06-30",
    "2027-07-01",
];

fn anna(surname: &str, from: &str, to: Option<&str>) -> String {
    let to = to.map_or_else(|| "null".to_owned(), |to| format!("\"{to}\""));
    let days = format!(r#""valid_from":"{from}","valid_to":{to}"#);
    format!(r#"{{"kind":"person","id":"anna",{days},"given_name":"Anna","surname":"{surname}"}}"#)
}

async fn roster() -> Roster {
    let roster = Roster::new().await;
    let files = [
        partial(&[&anna("Berg", "2020-01-01", None)]),
        partial(&[&anna("Holm", "2025-06-01", None)]),
        partial(&[&anna("Berg", "2025-06-01", Some("2025-07-01"))]),
        partial(&[&anna("Dahl", "2027-01-01", None)]),
        complete(&[
            &anna("Berg", "2020-01-01", Some("2025-07-01")),
            &anna("Holm", "2025-07-01", Some("2027-01-01")),
            &anna("Dahl", "2027-01-01", Some("2027-07-01")),
        ]),
    ];
    for ((now, _), text) in SAID.iter().zip(files) {
        roster.import(&text, now).await.unwrap();
    }
    roster
}

async fn surname(roster: &Roster, date: &str, known: Option<&str>) -> String {
    let shown = roster.store.show(FactKind::Person, &id("anna"), day(date), known.map(instant)).await.unwrap();
    match shown.map(|shown| shown.version.fact) {
        Some(Fact::Person(person)) => person.surname,
        _ => "-".to_owned(),
    }
}

#[tokio::test]
async fn every_side_of_every_border() {
    let roster = roster().await;
    let mut table = format!("{:<29}", "known at \\ valid on");
    for date in DAYS {
        table.push_str(&format!(" {date}"));
    }
    let mut cases = 0;
    for (at, what) in SAID {
        table.push_str(&format!("\n{what}"));
        let just_before = instant(at).micros() - 1;
        let just_before = rosterd::org::Instant::from_micros(just_before).to_string();
        for known in [just_before.as_str(), at] {
            table.push_str(&format!("\n{known:<29}"));
            for date in DAYS {
                table.push_str(&format!(" {:<10}", surname(&roster, date, Some(known)).await));
                cases += 1;
            }
        }
    }
    table.push_str("\nnow                          ");
    for date in DAYS {
        table.push_str(&format!(" {:<10}", surname(&roster, date, None).await));
        cases += 1;
    }
    let table: Vec<&str> = table.lines().map(str::trim_end).collect();
    assert!(cases >= 30);
    insta::assert_snapshot!(table.join("\n"));
}
