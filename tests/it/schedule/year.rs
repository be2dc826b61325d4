//! A year in Copenhagen: what ran when, and why not. Ordinary days are written once, with how often they came; every
//! other day is written in full.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use insta::assert_snapshot;
use jiff::civil::{Date, date};
use jiff::{ToSpan as _, Zoned};
use rosterd::org::Instant;
use rosterd::schedule::{Fresh, Job, JobKind, Wait};

use super::site::{Delivery, Event, Site, World, after, at, job, windows, zone};

fn jobs() -> Vec<Job> {
    vec![
        job(JobKind::Source, "hr", "0 * * * *", |_| {}),
        job(JobKind::Source, "payroll", "30 2 * * *", |_| {}),
        job(JobKind::Target, "ad", "*/30 * * * *", |when| {
            when.windows = windows(&[], &["Mon-Fri 06:00-20:00"]);
            after(when, &["hr"], Fresh::Today);
        }),
        job(JobKind::Target, "cloud", "0 7,12,17 * * *", |when| {
            when.jitter_minutes = 20;
            after(when, &["payroll"], Fresh::Hours(30));
        }),
        job(JobKind::Target, "archive", "0 23 * * *", |when| when.windows = windows(&["22:00-05:30"], &[])),
        job(JobKind::Report, "weekly", "0 7 * * Mon", |when| after(when, &["ad"], Fresh::Today)),
    ]
}

const RULES: &str = "\
hr       looked at every hour; its file comes at 04:40
payroll  02:30 every day; its file comes at 01:00
ad       every half hour, only Mon-Fri 06:00-20:00, after hr of the same day
cloud    07:00, 12:00 and 17:00, up to 20 minutes later, after payroll within 30 hours
archive  23:00 every day, quiet 22:00-05:30
weekly   Monday 07:00, after ad of the same day
";

/// What is not as on other days.
const TROUBLE: &str = "\
Wed 2026-02-11  the file of hr comes at 10:20
Wed 2026-03-18  the file of hr is cut off until 08:10
Sun 2026-03-29  summer time begins: 02:00 is 03:00
Wed 2026-05-06  the file of hr does not come
Mon 2026-06-15  the file of hr comes at 09:10
Mon 2026-07-06  switched off at 18:00, until Mon 2026-07-20 09:15
Wed 2026-08-19  cloud cannot be reached from 11:00 to 14:00
Mon 2026-09-14  the file of hr does not come
Sun 2026-10-25  summer time ends: 03:00 is 02:00
Tue 2026-11-10  maintenance from 08:00 to 13:30
Sat 2026-11-28  the file of payroll does not come, nor on the two days after it
";

fn days() -> Vec<Date> {
    date(2026, 1, 1).series(1.day()).take_while(|day| *day < date(2027, 1, 1)).collect()
}

fn world() -> World {
    let file = |day: Date, time: &str| Delivery { at: at(&format!("{day} {time}")), broken: false };
    let (mut hr, mut payroll) = (Vec::new(), Vec::new());
    for day in days() {
        match day.to_string().as_str() {
            "2026-02-11" => hr.push(file(day, "10:20")),
            "2026-03-18" => hr.extend([Delivery { broken: true, ..file(day, "04:40") }, file(day, "08:10")]),
            "2026-05-06" | "2026-09-14" => {}
            "2026-06-15" => hr.push(file(day, "09:10")),
            _ => hr.push(file(day, "04:40")),
        }
        if !(date(2026, 11, 28)..=date(2026, 11, 30)).contains(&day) {
            payroll.push(file(day, "01:00"));
        }
    }
    World {
        deliveries: BTreeMap::from([("hr", hr), ("payroll", payroll)]),
        down: vec![("cloud", at("2026-08-19 11:00"), at("2026-08-19 14:00"))],
        off: vec![(at("2026-07-06 18:00"), at("2026-07-20 09:15"))],
        maintenance: vec![(at("2026-11-10 08:00"), at("2026-11-10 13:30"))],
        long: Vec::new(),
    }
}

fn local(at: Instant) -> Zoned {
    at.timestamp().to_zoned(zone())
}

/// The time of day; with its offset where the clock shows it twice.
fn clock(at: Instant) -> String {
    let at = local(at);
    let format = if at.second() == 0 { "%H:%M" } else { "%H:%M:%S" };
    let twice = zone().to_ambiguous_timestamp(at.datetime()).is_ambiguous();
    at.strftime(if twice { "%H:%M%:::z" } else { format }).to_string()
}

/// The same with the weekday where it is another day.
fn relative(moment: Instant, now: Instant) -> String {
    let same = local(moment).date() == local(now).date();
    if same { clock(moment) } else { format!("{} {}", local(moment).strftime("%a"), clock(moment)) }
}

fn why(wait: &Wait, now: Instant) -> String {
    let when = |at: &Option<Instant>| at.map_or_else(|| "?".to_owned(), |at| relative(at, now));
    match wait {
        Wait::Maintenance { until } => format!("waits for the end of the maintenance at {}", when(until)),
        Wait::Closed { until } => format!("waits for its hours from {}", when(until)),
        Wait::After { name, last } => format!("waits for {name}, last {}", when(last)),
        Wait::Source { name } => format!("waits for the source {name}"),
        other => format!("waits: {}", other.told(&zone())),
    }
}

/// What one job did on one day, in one line: runs on time are counted, the others are told one by one.
fn line(job: &Job, events: &[(Instant, Event)]) -> String {
    let mut parts: Vec<String> = Vec::new();
    let mut on_time: Vec<Instant> = Vec::new();
    let flush = |on_time: &mut Vec<Instant>, parts: &mut Vec<String>| {
        match on_time.as_slice() {
            [] => {}
            [one] => parts.push(clock(*one)),
            [first, .., last] => parts.push(format!("{}…{} ({})", clock(*first), clock(*last), on_time.len())),
        }
        on_time.clear();
    };
    for (now, event) in events {
        match event {
            Event::Ran { due, how } => {
                let late = now.micros() - due.micros();
                let spread = i64::from(job.when.jitter_minutes) * 60_000_000;
                let as_planned = late <= spread;
                if as_planned && how.is_empty() && spread == 0 {
                    on_time.push(*now);
                    continue;
                }
                flush(&mut on_time, &mut parts);
                let time = match (as_planned, spread > 0) {
                    (true, true) => format!("{}+", clock(*due)), // how much later is written below
                    (true, false) => clock(*now),
                    (false, _) => format!("{} for {}", clock(*now), relative(*due, *now)),
                };
                parts.push(if how.is_empty() { time } else { format!("{time} {how}") });
            }
            Event::Waits(wait) => {
                flush(&mut on_time, &mut parts);
                parts.push(format!("{} {}", clock(*now), why(wait, *now)));
            }
            Event::NeverCame(lack) => {
                flush(&mut on_time, &mut parts);
                parts.push(format!("{} NOT DONE: {lack}", clock(*now)));
            }
        }
    }
    flush(&mut on_time, &mut parts);
    if parts.is_empty() { "-".into() } else { parts.join(", ") }
}

#[test]
fn a_year_of_schedules() {
    let (from, to) = (at("2025-12-31 23:59:59"), at("2027-01-01 00:00"));
    let midnights: Vec<Instant> = days().into_iter().map(|day| at(&format!("{day} 00:00"))).collect();
    let mut site = Site::new(jobs(), world(), from);
    site.play(from, to, &midnights);

    let mut text = format!("{RULES}\n{TROUBLE}");
    let mut patterns: BTreeMap<String, Vec<Date>> = BTreeMap::new();
    for day in days() {
        let mut lines = String::new();
        for entry in &site.entries {
            let of_day = site.events.iter().filter(|(at, name, _)| *name == entry.job.name && local(*at).date() == day);
            let of_day: Vec<(Instant, Event)> = of_day.map(|(at, _, event)| (*at, event.clone())).collect();
            let _infallible = writeln!(lines, "  {:<8} {}", entry.job.name, line(&entry.job, &of_day));
        }
        patterns.entry(lines).or_default().push(day);
    }
    let mut patterns: Vec<(String, Vec<Date>)> = patterns.into_iter().collect();
    patterns.sort_by_key(|(_, days)| days[0]);
    text += "\n== ordinary days ==\n";
    for (lines, days) in patterns.iter().filter(|(_, days)| days.len() > 3) {
        let names: std::collections::BTreeSet<String> =
            days.iter().map(|day| format!("{}", day.strftime("%u %a"))).collect();
        let names: Vec<&str> = names.iter().map(|name| &name[2..]).collect();
        let _infallible = writeln!(
            text,
            "\n{} ({} days from {} to {})\n{lines}",
            names.join(", "),
            days.len(),
            days[0],
            days[days.len() - 1]
        );
    }
    text += "== every other day ==\n";
    for (lines, days) in patterns.iter().filter(|(_, days)| days.len() <= 3) {
        let names: Vec<String> = days.iter().map(|day| day.strftime("%a %Y-%m-%d").to_string()).collect();
        let _infallible = writeln!(text, "\n{}\n{lines}", names.join(", "));
    }
    text += "== runs of each month ==\n\n";
    let _infallible = writeln!(text, "{:<8}{}", "", months(|month| format!("{month:>6}")));
    for entry in &site.entries {
        let counts = months(|month| {
            let ran = site.events.iter().filter(|(at, name, event)| {
                let is_run = matches!(event, Event::Ran { .. });
                is_run && *name == entry.job.name && local(*at).month() == month && local(*at).year() == 2026
            });
            format!("{:>6}", ran.count())
        });
        let _infallible = writeln!(text, "{:<8}{counts}", entry.job.name);
    }
    text += "\n== how much later cloud ran, the first week, in minutes ==\n\n";
    let first_week = site.events.iter().filter(|(at, name, _)| name == "cloud" && *at < midnights[7]);
    for (ran, _, event) in first_week {
        if let Event::Ran { due, .. } = event {
            let late = (ran.micros() - due.micros()) / 60_000_000;
            let _infallible = writeln!(text, "{} {}: {late}", local(*due).strftime("%a"), clock(*due));
        }
    }
    assert_snapshot!(text);
}

fn months(of: impl Fn(i8) -> String) -> String {
    (1..=12).map(of).collect()
}

/// Of three that came due while the machine was off, one is done late, one is left out, and one waited before and waits
/// on.
#[test]
fn what_is_not_caught_up_is_left_out_but_not_what_waits() {
    let (from, to) = (at("2026-07-06 00:00"), at("2026-07-08 00:00"));
    let reports = |catch_up: bool, first: &'static str| {
        move |when: &mut rosterd::schedule::When| {
            when.catch_up = catch_up;
            after(when, &[first], Fresh::Today);
        }
    };
    let jobs = vec![
        job(JobKind::Source, "hr", "0 1 * * *", |_| {}),
        job(JobKind::Source, "payroll", "0 9 * * *", |_| {}),
        job(JobKind::Report, "late", "0 7 * * *", reports(true, "hr")),
        job(JobKind::Report, "left-out", "0 7 * * *", reports(false, "hr")),
        job(JobKind::Report, "waiting", "0 3 * * *", reports(false, "payroll")),
    ];
    let file = |text: &str| Delivery { at: at(text), broken: false };
    let world = World {
        deliveries: BTreeMap::from([
            ("hr", vec![file("2026-07-06 00:30"), file("2026-07-07 00:30")]),
            ("payroll", vec![file("2026-07-06 08:30")]),
        ]),
        off: vec![(at("2026-07-06 06:00"), at("2026-07-06 08:00"))],
        ..World::default()
    };
    let mut site = Site::new(jobs, world, from);
    site.play(from, to, &[at("2026-07-07 00:00")]);
    assert_eq!(runs(&site, "late"), ["06. 08:00", "07. 07:00"]);
    assert_eq!(runs(&site, "left-out"), ["07. 07:00"]);
    assert_eq!(runs(&site, "waiting"), ["06. 09:00"], "on the next day payroll does not come");
}

/// What a stop interrupted, and what had come due behind it, is done after the start; what came due in between is not.
#[test]
fn what_was_under_way_at_a_stop_is_not_left_out() {
    let (from, to) = (at("2026-07-06 00:00"), at("2026-07-08 00:00"));
    let once = |when: &mut rosterd::schedule::When| when.catch_up = false;
    let jobs = vec![
        job(JobKind::Target, "archive", "0 5 * * *", once),
        job(JobKind::Report, "behind", "30 5 * * *", once),
        job(JobKind::Report, "missed", "0 7 * * *", once),
    ];
    let world = World {
        long: vec![("archive", at("2026-07-06 05:00"), at("2026-07-06 06:30"))],
        off: vec![(at("2026-07-06 06:00"), at("2026-07-06 08:00"))],
        ..World::default()
    };
    let mut site = Site::new(jobs, world, from);
    site.play(from, to, &[at("2026-07-07 00:00")]);
    assert_eq!(runs(&site, "archive"), ["06. 08:00", "07. 05:00"]);
    assert_eq!(runs(&site, "behind"), ["06. 08:00", "07. 05:30"]);
    assert_eq!(runs(&site, "missed"), ["07. 07:00"]);
}

/// When a job ran.
fn runs(site: &Site, name: &str) -> Vec<String> {
    let of = site.events.iter().filter(|(_, of, event)| of == name && matches!(event, Event::Ran { .. }));
    of.map(|(now, ..)| local(*now).strftime("%d. %H:%M").to_string()).collect()
}
