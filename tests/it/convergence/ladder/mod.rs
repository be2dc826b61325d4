//! The ladder: on every rung dates are reached, moved, withdrawn; somebody comes back, gets a second job, goes on leave.
//! Each case goes through propose and apply on a target in memory, and after each apply nothing is left to plan.

mod life;
mod managers;

use self::life::{Course, Facts};

/// The rungs with a day on which the person of [`facts`] stands there.
const RUNGS: [(&str, &str); 10] = [
    ("awaited", "2025-12-01"),
    ("prepared", "2025-12-20"),
    ("active", "2026-03-02"),
    ("on leave", "2026-05-10"),
    ("kept", "2026-07-02"),
    ("disabled", "2026-07-05"),
    ("hidden", "2026-07-12"),
    ("stripped", "2026-08-02"),
    ("moved", "2026-09-02"),
    ("deleted", "2026-12-31"),
];

/// A job of half a year, with a month of leave in it.
fn facts() -> Facts {
    Facts { leave: vec![("2026-05-01".into(), "2026-06-01".into())], ..Facts::working("2026-01-01", "2026-07-01") }
}

/// Before the first day the start is what moves, later the end.
fn moved(at: usize, start: &str, end: &str) -> Facts {
    let mut facts = facts();
    match at {
        0 | 1 => facts.jobs[0].0 = start.into(),
        _ => facts.jobs[0].1 = end.into(),
    }
    facts
}

const EVENTS: [&str; 7] =
    ["moved earlier", "moved later", "withdrawn", "never was", "comes back", "second job", "leave"];

fn after(event: &str, at: usize, day: &str) -> Facts {
    match event {
        "moved earlier" => moved(at, "2025-11-20", "2026-03-01"),
        "moved later" => moved(at, "2026-02-01", "2027-07-01"),
        "withdrawn" if at < 2 => Facts { jobs: Vec::new(), ..facts() },
        "withdrawn" => moved(at, "", ""),
        "never was" => Facts { jobs: Vec::new(), ..facts() },
        "comes back" => {
            let mut facts = facts();
            facts.jobs.push((day.into(), String::new()));
            facts
        }
        "second job" => Facts { second: vec![(day.into(), "2027-02-01".into())], ..facts() },
        _ => {
            let mut facts = facts();
            facts.leave.push((day.into(), "2027-06-01".into()));
            facts
        }
    }
}

#[test]
fn every_rung_is_reached() {
    let mut course = Course::new(facts());
    for (_, day) in RUNGS {
        course.on(day);
    }
    insta::assert_snapshot!("every_rung_is_reached", course.text);
}

#[test]
fn dates_change_on_every_rung() {
    let mut text = String::new();
    let mut cases = 0;
    for event in EVENTS {
        for (at, (rung, day)) in RUNGS.iter().enumerate() {
            let mut course = Course::new(facts());
            for (_, day) in &RUNGS[..=at] {
                course.on(day);
            }
            course.text.clear();
            course.change(after(event, at, day));
            course.on(day);
            text += &format!("{event}, {rung}\n{}", course.text);
            cases += 1;
        }
    }
    assert!(cases >= 60);
    insta::assert_snapshot!("dates_change_on_every_rung", text);
}

/// What the record says, and on which days it is looked at.
type Case = (&'static str, Facts, &'static [&'static str]);

fn jobs(spans: &[(&str, &str)]) -> Facts {
    Facts { jobs: spans.iter().map(|(from, to)| ((*from).into(), (*to).into())).collect(), ..Facts::default() }
}

#[test]
fn the_days_that_are_easily_missed() {
    let away = |spans: &[(&str, &str)], leave: (&str, &str)| Facts {
        leave: vec![(leave.0.into(), leave.1.into())],
        ..jobs(spans)
    };
    let of = |category, sponsor, spans: &[(&str, &str)]| Facts { category: Some(category), sponsor, ..jobs(spans) };
    let robot = |from: &str, to: &str| Facts {
        category: Some("robot"),
        record: Some((from.into(), to.into())),
        ..Facts::default()
    };
    let cases: Vec<Case> = vec![
        ("ends today", jobs(&[("2026-01-01", "2026-03-02")]), &["2026-03-01", "2026-03-02", "2026-03-05"]),
        ("starts today", jobs(&[("2026-03-02", "")]), &["2026-03-02"]),
        ("one day only", jobs(&[("2026-03-02", "2026-03-03")]), &["2026-03-02", "2026-03-03", "2026-03-06"]),
        ("touching", jobs(&[("2026-01-01", "2026-03-02"), ("2026-03-02", "")]), &["2026-03-01", "2026-03-02"]),
        (
            "a gap of one day",
            jobs(&[("2026-01-01", "2026-03-02"), ("2026-03-03", "")]),
            &["2026-03-01", "2026-03-02", "2026-03-03"],
        ),
        (
            "a gap of ten days",
            jobs(&[("2026-01-01", "2026-03-02"), ("2026-03-12", "")]),
            &["2026-03-01", "2026-03-02", "2026-03-05", "2026-03-11", "2026-03-12"],
        ),
        (
            "a gap of a year, known before",
            jobs(&[("2025-01-01", "2026-03-02"), ("2027-03-02", "")]),
            &["2026-03-01", "2026-03-05", "2026-05-01", "2026-12-01", "2027-02-20", "2027-03-02"],
        ),
        ("future only", jobs(&[("2026-09-01", "")]), &["2026-03-02", "2026-08-18", "2026-08-30", "2026-08-31"]),
        (
            "summer time begins",
            jobs(&[("2026-01-01", "2026-03-29")]),
            &["2026-03-28", "2026-03-29", "2026-03-30", "2026-04-01"],
        ),
        (
            "summer time ends",
            jobs(&[("2026-10-25", "2026-10-26")]),
            &["2026-10-10", "2026-10-11", "2026-10-24", "2026-10-25", "2026-10-26", "2026-10-29"],
        ),
        (
            "leave over the last day",
            away(&[("2026-01-01", "2026-03-02")], ("2026-02-01", "2026-06-01")),
            &["2026-01-31", "2026-02-01", "2026-03-02", "2026-03-05"],
        ),
        (
            "leave from the first day",
            away(&[("2026-03-02", "")], ("2026-03-02", "2026-04-01")),
            &["2026-02-20", "2026-03-01", "2026-03-02", "2026-04-01"],
        ),
        ("no end", of("external", true, &[("2026-01-01", "")]), &["2026-03-02"]),
        ("no sponsor", of("external", false, &[("2026-01-01", "2026-05-01")]), &["2026-03-02", "2026-05-04"]),
        ("sponsor and end", of("external", true, &[("2026-01-01", "2026-05-01")]), &["2026-03-02", "2026-05-04"]),
        ("a service identity", robot("2026-03-02", "2026-05-01"), &["2026-02-20", "2026-03-02", "2026-05-04"]),
        (
            "the record begins with the job",
            Facts { record: Some(("2026-03-02".into(), String::new())), ..jobs(&[("2026-03-02", "")]) },
            &["2026-02-20", "2026-03-02"],
        ),
    ];
    let mut text = String::new();
    for (name, facts, days) in cases {
        let mut course = Course::new(facts);
        for day in days {
            course.on(day);
        }
        text += &format!("{name}\n{}", course.text);
    }
    insta::assert_snapshot!("the_days_that_are_easily_missed", text);
}

/// Days begin at midnight of the roster's zone, also where that day has 23 hours, or 25.
#[test]
fn a_day_begins_at_local_midnight_whatever_the_clock_does() {
    let zone = jiff::tz::TimeZone::get("Europe/Copenhagen").unwrap();
    let instants = [
        ("2026-03-28T22:59:59Z", "2026-03-28"),
        ("2026-03-28T23:00:00Z", "2026-03-29"),
        ("2026-03-29T21:59:59Z", "2026-03-29"),
        ("2026-03-29T22:00:00Z", "2026-03-30"),
        ("2026-10-24T21:59:59Z", "2026-10-24"),
        ("2026-10-24T22:00:00Z", "2026-10-25"),
        ("2026-10-25T22:59:59Z", "2026-10-25"),
        ("2026-10-25T23:00:00Z", "2026-10-26"),
    ];
    for (instant, day) in instants {
        let instant: rosterd::org::Instant = instant.parse().unwrap();
        assert_eq!(instant.day(&zone).to_string(), day, "{instant}");
    }
}

/// Deleted and back: the same object where the target keeps it.
#[test]
fn who_is_deleted_comes_back_with_everything() {
    let mut course = Course::new(facts());
    for (_, day) in RUNGS {
        course.on(day);
    }
    let mut again = facts();
    again.jobs.push(("2027-03-01".into(), String::new()));
    course.text.clear();
    course.change(again);
    for day in ["2027-02-10", "2027-02-20", "2027-03-01"] {
        course.on(day);
    }
    insta::assert_snapshot!("who_is_deleted_comes_back_with_everything", course.text);
}
