//! The rule of the primary engagement, as a table.

use rosterd::org::primary::{Candidate, primary};
use rosterd::org::{Day, Engagement, Id};

/// id, flagged, fraction, start.
type Job = (&'static str, Option<bool>, Option<f64>, Option<&'static str>);

fn engagement(job: &Job) -> (Id, Engagement, Option<Day>) {
    let mut json = serde_json::json!({ "person": "p", "unit": "u" });
    if let Some(flag) = job.1 {
        json["primary"] = flag.into();
    }
    if let Some(fraction) = job.2 {
        json["fraction"] = fraction.into();
    }
    (Id::from(job.0), serde_json::from_value(json).unwrap(), job.3.map(|day| day.parse().unwrap()))
}

fn chosen(jobs: &[Job]) -> Option<(String, &'static str)> {
    let jobs: Vec<_> = jobs.iter().map(engagement).collect();
    let candidates = || jobs.iter().map(|(id, engagement, start)| Candidate { id, engagement, start: *start });
    let found = primary(candidates()).map(|primary| (primary.id.to_string(), primary.reason));
    let backwards: Vec<_> = candidates().collect();
    let again = primary(backwards.into_iter().rev()).map(|primary| (primary.id.to_string(), primary.reason));
    assert_eq!(found, again, "the order of the engagements must not matter");
    found
}

#[test]
fn the_rule_as_a_table() {
    let only = "the only engagement of the day";
    let flag = "the one flagged primary";
    let fraction = "the greatest fraction of full time";
    let start = "the earliest start";
    let id = "the lowest id";
    let table: &[(&[Job], &str, &str)] = &[
        (&[("a", None, None, None)], "a", only),
        (&[("a", None, Some(1.0), None), ("b", Some(true), Some(0.1), None)], "b", flag),
        (&[("a", Some(false), Some(0.5), None), ("b", None, Some(0.4), None)], "a", fraction),
        (&[("a", None, Some(0.5), None), ("b", None, Some(0.8), None)], "b", fraction),
        (&[("a", None, Some(0.99), None), ("b", None, None, None)], "b", fraction),
        (&[("a", Some(true), Some(0.5), None), ("b", Some(true), Some(0.8), None)], "b", fraction),
        (&[("a", None, None, Some("2026-02-01")), ("b", None, None, Some("2026-01-31"))], "b", start),
        (&[("a", None, None, Some("2026-02-01")), ("b", None, None, None)], "b", start),
        (&[("b", None, None, Some("2026-02-01")), ("a", None, None, Some("2026-02-01"))], "a", id),
        (&[("b", None, Some(1.0), None), ("a", None, Some(1.0), None), ("c", None, Some(0.2), None)], "a", id),
        (&[("a", None, Some(500_000.0), None), ("b", None, Some(1_000_000.0), None)], "b", fraction),
    ];
    for (jobs, expected, reason) in table {
        assert_eq!(chosen(jobs), Some(((*expected).to_owned(), *reason)), "{jobs:?}");
    }
    assert_eq!(chosen(&[]), None);
}
