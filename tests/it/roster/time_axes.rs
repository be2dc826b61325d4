//! The two axes: what holds on a day, what was known at an instant, and the difference of a change and a correction.

use rosterd::org::{Engagement, Fact, FactKind, Tenure};

use super::fixture::{ANNAS_JOB, Roster, SMALL, complete, day, id, instant, partial};

fn title(engagement: Option<&Engagement>) -> Option<&str> {
    engagement.and_then(|engagement| engagement.title.as_deref())
}

fn job(from: &str, to: &str, title: &str) -> String {
    format!(
        r#"{{"kind":"engagement","id":"e1","valid_from":"{from}","valid_to":{to},"person":"anna","unit":"u2","title":"{title}"}}"#
    )
}

#[tokio::test]
async fn a_change_from_a_date_leaves_the_past_and_a_correction_rewrites_it() {
    let roster = Roster::with(&complete(&SMALL)).await;
    let change = job("2026-11-10", "null", "Head clerk");
    roster.import(&partial(&[&change]), "2026-11-05T06:00:00Z").await.unwrap();
    let correction = job("2026-01-01", "\"2026-11-10\"", "Senior clerk");
    roster.import(&partial(&[&correction]), "2026-11-20T06:00:00Z").await.unwrap();

    // day, known at, title
    let table = [
        ("2019-12-31", None, None),
        ("2020-01-01", None, Some("Clerk")),
        ("2025-12-31", None, Some("Clerk")),
        ("2026-01-01", None, Some("Senior clerk")),
        ("2026-11-09", None, Some("Senior clerk")),
        ("2026-11-10", None, Some("Head clerk")),
        ("2030-01-01", None, Some("Head clerk")),
        ("2026-11-09", Some("2026-11-20T05:59:59.999999Z"), Some("Clerk")),
        ("2026-11-09", Some("2026-11-20T06:00:00Z"), Some("Senior clerk")),
        ("2026-11-10", Some("2026-11-05T05:59:59Z"), Some("Clerk")),
        ("2026-11-10", Some("2026-11-05T06:00:00Z"), Some("Head clerk")),
        ("2026-11-10", Some("2026-10-31T00:00:00Z"), None),
    ];
    for (date, known, expected) in table {
        let known = known.map(instant);
        let snapshot = roster.store.snapshot(day(date), known).await.unwrap();
        assert_eq!(title(snapshot.engagement(&id("e1"))), expected, "snapshot {date} {known:?}");
        let shown = roster.store.show(FactKind::Engagement, &id("e1"), day(date), known).await.unwrap();
        let found = shown.as_ref().and_then(|shown| match &shown.version.fact {
            Fact::Engagement(engagement) => title(Some(engagement)),
            _ => None,
        });
        assert_eq!(found, expected, "show {date} {known:?}");
    }
    let history = roster.store.history(FactKind::Engagement, &id("e1")).await.unwrap();
    assert_eq!(history.len(), 5);
    assert_eq!(history.iter().filter(|shown| shown.known_to.is_none()).count(), 3);
}

#[tokio::test]
async fn tenure_knows_the_joiner_the_leaver_and_the_one_between() {
    let gap = [job("2020-01-01", "\"2026-11-01\"", "Clerk"), job("2026-12-01", "null", "Clerk")];
    let lines: Vec<&str> =
        SMALL.into_iter().filter(|line| *line != ANNAS_JOB).chain(gap.iter().map(String::as_str)).collect();
    let roster = Roster::with(&complete(&lines)).await;
    let table = [
        ("2019-12-31", Tenure { current: false, last_end: None, next_start: Some(day("2020-01-01")) }),
        ("2020-01-01", Tenure { current: true, last_end: None, next_start: Some(day("2026-12-01")) }),
        ("2026-10-31", Tenure { current: true, last_end: None, next_start: Some(day("2026-12-01")) }),
        (
            "2026-11-01",
            Tenure { current: false, last_end: Some(day("2026-11-01")), next_start: Some(day("2026-12-01")) },
        ),
        ("2026-12-01", Tenure { current: true, last_end: Some(day("2026-11-01")), next_start: None }),
    ];
    for (date, expected) in table {
        assert_eq!(roster.on(date).await.tenure(&id("anna")), expected, "{date}");
    }
    assert_eq!(roster.on("2026-11-01").await.tenure(&id("nobody")), Tenure::default());
}

#[tokio::test]
async fn a_change_of_title_is_no_new_start() {
    let roster = Roster::with(&complete(&SMALL)).await;
    let change = job("2026-11-10", "null", "Head clerk");
    roster.import(&partial(&[&change]), "2026-11-05T06:00:00Z").await.unwrap();
    let snapshot = roster.on("2026-11-20").await;
    assert_eq!(snapshot.engagement_run(&id("e1")).and_then(|run| run.from), Some(day("2020-01-01")));
    assert_eq!(snapshot.tenure(&id("anna")), Tenure { current: true, last_end: None, next_start: None });
}

#[tokio::test]
async fn the_known_instant_grows_though_the_clock_stands_still_or_goes_back() {
    let roster = Roster::with(&complete(&SMALL)).await;
    roster.import(&partial(&[&job("2026-11-10", "null", "B")]), "2026-11-01T06:00:00Z").await.unwrap();
    roster.import(&partial(&[&job("2026-11-10", "null", "C")]), "2026-10-01T06:00:00Z").await.unwrap();
    let history = roster.store.history(FactKind::Engagement, &id("e1")).await.unwrap();
    let last = history.iter().map(|shown| shown.known_from).max().unwrap();
    assert_eq!(last, instant("2026-11-01T06:00:00.000002Z"));
    assert_eq!(title(roster.on("2026-11-10").await.engagement(&id("e1"))), Some("C"));
}
