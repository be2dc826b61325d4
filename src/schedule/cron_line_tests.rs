//! Tables of schedules around the days on which clocks change in Copenhagen: 2026-03-29 (02:00 to 03:00 is skipped)
//! and 2026-10-25 (02:00 to 03:00 comes twice).

use super::*;

fn schedule(text: &str) -> Schedule {
    Schedule::parse(text).unwrap_or_else(|error| panic!("{text}: {error}"))
}

fn zone() -> TimeZone {
    TimeZone::get("Europe/Copenhagen").unwrap_or_else(|error| panic!("{error}"))
}

fn instant(text: &str) -> Instant {
    text.parse().unwrap_or_else(|error| panic!("{text}: {error}"))
}

/// The next `count` times after `after` (UTC), as local times with their offset.
fn runs(text: &str, after: &str, count: usize) -> Vec<String> {
    let schedule = schedule(text);
    let first = schedule.next_after(instant(after), &zone());
    std::iter::successors(first, |at| schedule.next_after(*at, &zone()))
        .take(count)
        .map(|at| at.timestamp().to_zoned(zone()).strftime("%m-%d %H:%M:%S%:::z").to_string())
        .collect()
}

#[test]
fn five_fields_are_minutes_six_have_seconds() {
    assert_eq!(runs("30 2 * * *", "2026-06-01T00:00:00Z", 2), ["06-01 02:30:00+02", "06-02 02:30:00+02"]);
    assert_eq!(runs("15 30 2 * * *", "2026-06-01T00:00:00Z", 1), ["06-01 02:30:15+02"]);
    for wrong in ["", "* * * *", "* * * * * * *", "@daily"] {
        assert!(Schedule::parse(wrong).is_err(), "{wrong}");
    }
}

#[test]
fn weekdays_count_as_in_crontab() {
    // 2026-06-01 is a Monday.
    let day = |field: &str| {
        let schedule = schedule(&format!("0 12 * * {field}"));
        let first = schedule.next_after(instant("2026-05-31T22:00:00Z"), &zone());
        let days: Vec<String> = std::iter::successors(first, |at| schedule.next_after(*at, &zone()))
            .take_while(|at| *at < instant("2026-06-07T22:00:00Z"))
            .map(|at| at.timestamp().to_zoned(zone()).strftime("%a").to_string())
            .collect();
        days.join(" ")
    };
    assert_eq!(day("1"), "Mon");
    assert_eq!(day("0"), "Sun");
    assert_eq!(day("7"), "Sun");
    assert_eq!(day("1-5"), "Mon Tue Wed Thu Fri");
    assert_eq!(day("6-7"), "Sat Sun");
    assert_eq!(day("Sat-Sun"), "Sat Sun");
    assert_eq!(day("0-6/2"), "Tue Thu Sat Sun");
    assert_eq!(day("*/2"), "Tue Thu Sat Sun");
    assert_eq!(day("mon,WED"), "Mon Wed");
    assert_eq!(day("0-7"), "Mon Tue Wed Thu Fri Sat Sun");
    for wrong in ["8", "Fri-Mon", "x", "1-", "1/0", "1,,2", "-1", "L"] {
        assert!(Schedule::parse(&format!("0 12 * * {wrong}")).is_err(), "{wrong}");
    }
}

#[test]
fn a_day_and_a_weekday_are_not_both_restricted() {
    let error = Schedule::parse("0 6 1 * Mon").map(|_| ()).expect_err("ambiguous");
    assert!(error.message.contains("both"));
    assert!(Schedule::parse("0 6 1 * *").is_ok());
    assert!(Schedule::parse("0 6 ? * Mon").is_ok());
}

#[test]
fn a_schedule_that_never_fires_is_refused() {
    assert!(Schedule::parse("0 0 31 2 *").is_err_and(|error| error.message.contains("never")));
    assert!(Schedule::parse("0 0 30 2 *").is_err());
    assert_eq!(runs("0 0 29 2 *", "2026-06-01T00:00:00Z", 1), ["02-29 00:00:00+01"]);
}

#[test]
fn what_the_clock_skips_runs_later() {
    let days = ["03-28 02:30:00+01", "03-29 03:30:00+02", "03-30 02:30:00+02"];
    assert_eq!(runs("30 2 * * *", "2026-03-27T12:00:00Z", 3), days);
    let half_hours = ["03-29 01:30:00+01", "03-29 03:00:00+02", "03-29 03:30:00+02", "03-29 04:00:00+02"];
    assert_eq!(runs("*/30 * * * *", "2026-03-29T00:00:00Z", 4), half_hours);
    assert_eq!(
        runs("0 * * * *", "2026-03-28T23:30:00Z", 3),
        ["03-29 01:00:00+01", "03-29 03:00:00+02", "03-29 04:00:00+02"]
    );
    assert_eq!(
        runs("*/30 2-3 * * *", "2026-03-28T23:30:00Z", 3),
        ["03-29 03:00:00+02", "03-29 03:30:00+02", "03-30 02:00:00+02"]
    );
}

#[test]
fn what_comes_twice_runs_once_unless_it_is_hourly() {
    let days = ["10-24 02:30:00+02", "10-25 02:30:00+02", "10-26 02:30:00+01"];
    assert_eq!(runs("30 2 * * *", "2026-10-23T12:00:00Z", 3), days);
    let half_hours =
        ["10-25 02:00:00+02", "10-25 02:30:00+02", "10-25 02:00:00+01", "10-25 02:30:00+01", "10-25 03:00:00+01"];
    assert_eq!(runs("*/30 * * * *", "2026-10-24T23:30:00Z", 5), half_hours);
    assert_eq!(
        runs("0 * * * *", "2026-10-24T23:30:00Z", 3),
        ["10-25 02:00:00+02", "10-25 02:00:00+01", "10-25 03:00:00+01"]
    );
    assert_eq!(runs("*/30 1-3 * * *", "2026-10-25T00:45:00Z", 2), ["10-25 03:00:00+01", "10-25 03:30:00+01"]);
}

#[test]
fn from_every_instant_the_next_run_is_the_same_run() {
    // Walking by small steps finds exactly what walking from run to run finds: nothing is skipped or repeated.
    for text in ["*/30 * * * *", "30 2 * * *", "10 1-4 * * *", "*/20 2 * * *", "0 */2 * * *"] {
        for (from, to) in
            [("2026-03-28T20:00:00Z", "2026-03-29T08:00:00Z"), ("2026-10-24T20:00:00Z", "2026-10-25T08:00:00Z")]
        {
            let (schedule, zone, end) = (schedule(text), zone(), instant(to));
            let first = schedule.next_after(instant(from), &zone);
            let hops: Vec<Instant> =
                std::iter::successors(first, |at| schedule.next_after(*at, &zone)).take_while(|at| *at < end).collect();
            let mut steps = Vec::new();
            let mut at = instant(from);
            while at < end {
                let next = schedule.next_after(at, &zone).filter(|next| *next < end);
                steps.extend(next);
                at = Instant::from_micros(at.micros() + 7 * 60_000_000);
            }
            steps.dedup();
            let seen: Vec<Instant> = hops.iter().copied().filter(|hop| steps.contains(hop)).collect();
            assert_eq!(seen, steps, "{text}");
            assert!(hops.windows(2).all(|pair| pair[0] < pair[1]), "{text}");
        }
    }
}

#[test]
fn of_missed_runs_the_last_is_due() {
    let hourly = schedule("0 * * * *");
    let due =
        |since: &str, until: &str| hourly.last_due(instant(since), instant(until), &zone()).map(|at| at.to_string());
    assert_eq!(due("2026-06-01T00:00:00Z", "2026-06-15T10:20:00Z"), Some("2026-06-15T10:00:00Z".into()));
    assert_eq!(due("2026-06-15T10:00:00Z", "2026-06-15T10:20:00Z"), None);
    assert_eq!(due("2026-06-15T09:59:59Z", "2026-06-15T10:00:00Z"), Some("2026-06-15T10:00:00Z".into()));
    let yearly = schedule("0 0 1 1 *");
    let due = yearly.last_due(instant("2020-06-01T00:00:00Z"), instant("2026-06-01T00:00:00Z"), &zone());
    assert_eq!(due, Some(instant("2025-12-31T23:00:00Z")));
}

#[test]
fn hostile_text_is_refused_without_a_panic() {
    for text in [
        "99999999999 * * * *",
        "* * 1-0 * *",
        "*/0 * * * *",
        "60 * * * *",
        "a b c d e",
        "* * * 13 *",
        "1-2-3 * * * *",
        "é * * * *",
    ] {
        assert!(Schedule::parse(text).is_err(), "{text}");
    }
}
