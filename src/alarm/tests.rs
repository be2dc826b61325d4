//! Every condition: the facts that it is true of, what is told of it in both languages, and the facts next to them that
//! nothing is told of.

use std::collections::BTreeSet;

use super::*;
use crate::org::{Instant, Zone};
use crate::report::Language;

const HOUR: i64 = 3_600_000_000;
const DAY: i64 = 24 * HOUR;

/// 2026-03-02 08:00 in Copenhagen.
fn now() -> Instant {
    Instant::from_micros(1_772_434_800_000_000)
}

fn before(micros: i64) -> Instant {
    Instant::from_micros(now().micros() - micros)
}

fn healthy() -> Health {
    let mut health = Health::at(now(), Zone::fixed(jiff::tz::offset(1)));
    health.targets.push(TargetHealth {
        name: "ad".into(),
        last_success: Some(before(HOUR)),
        whole: Some(true),
        ..TargetHealth::default()
    });
    health.sources.push(SourceHealth {
        name: "hr".into(),
        last_success: Some(before(HOUR)),
        ..SourceHealth::default()
    });
    health.reports.push(ReportHealth {
        name: "weekly".into(),
        last_success: Some(before(9 * DAY)),
        late: None,
        next: None,
    });
    health.channels.push(ChannelHealth { name: "mail".into(), ..ChannelHealth::default() });
    health.disk = Some(Disk { free: 40 << 30, size: 80 << 30 });
    health.log = Some(LogHealth { at: before(HOUR), broken: None });
    health
}

fn with(change: impl FnOnce(&mut Health)) -> Health {
    let mut health = healthy();
    change(&mut health);
    health
}

fn held(why: Why, given: u32, needed: u32) -> Option<HeldPlan> {
    let breaches = vec!["disable: 40 of 200, allowed 10".to_owned()];
    Some(HeldPlan { digest: "0123456789abcdef0123456789abcdef".into(), why, breaches, given, needed })
}

fn batch(given: u32) -> Option<HeldBatch> {
    let why = "people: 40 of 200, allowed 10".to_owned();
    Some(HeldBatch { digest: "fedcba9876543210fedcba9876543210".into(), why, given, needed: 2 })
}

fn late(hours: i64) -> Option<Late> {
    Some(Late { due: before(hours * HOUR), why: Some("connecting to ldaps://dc1: refused".into()) })
}

fn order(hours: i64) -> Order {
    Order { since: before(hours * HOUR), note: "new servers".into() }
}

fn refused(why: &str, needs_restart: bool) -> Option<ConfigurationHealth> {
    let refused = Refusal { since: before(HOUR), why: why.into(), needs_restart: needs_restart.then(|| "89ab".into()) };
    Some(ConfigurationHealth { read: before(30 * DAY), refused: Some(refused) })
}

fn end(days: i64) -> End {
    End {
        of: "target cloud".into(),
        what: "the token".into(),
        until: before(-days * DAY),
        renewal: "make a new token at the service".into(),
    }
}

/// What is off unless it is set is looked for, too.
fn thresholds() -> Thresholds {
    Thresholds(std::collections::BTreeMap::from([("source_age_hours".to_owned(), Some(48))]))
}

/// The alarm that each is true of; none of the second.
#[rustfmt::skip]
fn cases() -> Vec<(&'static str, Health, Health)> {
    vec![
        ("log-broken", with(|all| all.log = Some(LogHealth { at: now(), broken: Some("entry 7: its hash does not fit".into()) })), healthy()),
        ("limit-breached", with(|all| all.targets[0].held_plan = held(Why::Limit, 0, 1)), healthy()),
        ("limit-breached", with(|all| all.sources[0].held = batch(0)), healthy()),
        ("approval-awaited", with(|all| all.targets[0].held_plan = held(Why::Limit, 1, 2)), with(|all| all.targets[0].held_plan = held(Why::Limit, 2, 2))),
        ("approval-awaited", with(|all| all.sources[0].held = batch(1)), with(|all| all.sources[0].held = batch(2))),
        ("approval-awaited", with(|all| all.targets[0].held_plan = held(Why::Restored, 0, 1)), healthy()),
        ("configuration-refused", with(|all| all.configuration = refused("config.toml:12:1: there is no key \"usr\" (and 2 more)", false)), with(|all| all.configuration = Some(ConfigurationHealth { read: before(HOUR), refused: None }))),
        ("configuration-refused", with(|all| all.configuration = refused("http.listen changed", true)), healthy()),
        ("target-late", with(|all| all.targets[0].late = late(6)), with(|all| all.targets[0].late = late(5))),
        ("source-late", with(|all| all.sources[0].late = late(7)), with(|all| all.sources[0].late = late(5))),
        ("report-late", with(|all| all.reports[0].late = Some(Late { due: before(6 * HOUR), why: Some("it waits for hr, which never came".into()) })), with(|all| all.reports[0].late = Some(Late { due: before(5 * HOUR), why: None }))),
        ("partial-reads", with(|all| all.targets[0].partial = Some(Partial { runs: 3, since: before(HOUR), first: "OU=Skoler: no rights".into() })),
                          with(|all| all.targets[0].partial = Some(Partial { runs: 2, since: before(HOUR), first: "OU=Skoler: no rights".into() }))),
        ("scope-empty", with(|all| all.targets[0].empty = vec!["group".into()]), healthy()),
        ("target-unchanged", with(|all| all.targets[0].unchanged = Some(before(30 * DAY))), with(|all| all.targets[0].unchanged = Some(before(29 * DAY)))),
        ("source-old", with(|all| all.sources[0].last_success = Some(before(48 * HOUR))), with(|all| all.sources[0].last_success = Some(before(47 * HOUR)))),
        ("source-unchanged", with(|all| all.sources[0].unchanged = Some(before(14 * DAY))), with(|all| all.sources[0].unchanged = Some(before(13 * DAY)))),
        ("quarantine-old", with(|all| all.targets[0].quarantine = Quarantine { count: 2, oldest: Some(before(3 * DAY)) }),
                           with(|all| all.targets[0].quarantine = Quarantine { count: 2, oldest: Some(before(2 * DAY)) })),
        ("expires", with(|all| all.ends.push(end(20))), with(|all| all.ends.push(end(31)))),
        ("expires", with(|all| all.ends.push(end(-1))), healthy()),
        ("clock", with(|all| all.targets[0].clock_apart = Some(-400)), healthy()),
        ("clock", with(|all| all.targets[0].clock_jumped = Some("the clock moved 40 days ahead since the last run".into())), healthy()),
        ("disk-full", with(|all| all.disk = Some(Disk { free: 1023 << 20, size: 80 << 30 })), with(|all| all.disk = Some(Disk { free: 1024 << 20, size: 80 << 30 }))),
        ("delivery-failing", with(|all| { all.channels[0].waiting = 1; all.channels[0].oldest = Some(before(2 * HOUR)); all.channels[0].why = Some("smtp.example.org: refused".into()) }),
                             with(|all| { all.channels[0].waiting = 1; all.channels[0].oldest = Some(before(HOUR)) })),
        ("delivery-failing", with(|all| all.channels[0].failed = 3), healthy()),
        ("service-changed", with(|all| all.targets[0].behaviour = vec!["PATCH is not allowed any more".into()]), healthy()),
        ("paused-long", with(|all| all.targets[0].paused = Some(order(24))), with(|all| all.targets[0].paused = Some(order(23)))),
        ("paused-long", with(|all| all.maintenance = Some(order(25))), with(|all| all.maintenance = Some(order(2)))),
        ("standby-took-over", with(|all| all.took_over = Some(before(HOUR))), with(|all| all.took_over = Some(before(24 * HOUR)))),
    ]
}

#[test]
fn each_condition_is_found_where_it_is_true_and_nowhere_else() {
    assert_eq!(evaluate(&healthy(), &thresholds()), []);
    let mut seen = BTreeSet::new();
    for (name, wrong, right) in cases() {
        let found: Vec<String> = evaluate(&wrong, &thresholds()).into_iter().map(|one| one.name).collect();
        assert_eq!(found, [name]);
        assert_eq!(evaluate(&right, &thresholds()), [], "beside {name}");
        seen.insert(name);
    }
    let all: BTreeSet<&str> = TABLE.iter().map(|row| row.name).collect();
    assert_eq!(seen, all, "each row of the table has a case");
}

#[test]
fn what_an_order_or_a_limit_explains_is_not_late_as_well() {
    let late = |change: fn(&mut Health)| {
        with(|all| {
            all.targets[0].late = late(9);
            change(all);
        })
    };
    let of = |health: &Health| evaluate(health, &thresholds()).into_iter().map(|one| one.name).collect::<Vec<_>>();
    assert_eq!(of(&late(|_| {})), ["target-late"]);
    assert_eq!(of(&late(|all| all.targets[0].paused = Some(order(1)))), [""; 0]);
    assert_eq!(of(&late(|all| all.maintenance = Some(order(1)))), [""; 0]);
    assert_eq!(of(&late(|all| all.targets[0].held_plan = held(Why::Limit, 0, 1))), ["limit-breached"]);
}

#[test]
fn what_ends_becomes_worse_as_the_day_comes() {
    let stages =
        [29, 8, 7, 1, 0, -1].map(|days| evaluate(&with(|all| all.ends.push(end(days))), &thresholds())[0].stage);
    assert_eq!(stages, [0, 0, 1, 1, 2, 2]);
}

/// All alarms there are as messages, in both languages.
#[test]
fn the_messages_say_what_is_wrong_and_what_to_do() {
    for language in [Language::En, Language::Da] {
        let mut text = String::new();
        for (_, wrong, _) in cases() {
            let found = evaluate(&wrong, &thresholds());
            let news = tell(&[], &found, 60, now()).news;
            let notice = notice(&news, language, &wrong.zone, now()).unwrap_or_else(|| panic!("{news:?}"));
            text += &format!("Subject: {}\n\n{}\n", notice.subject, notice.text);
        }
        insta::assert_snapshot!(format!("messages_{language:?}").to_lowercase(), text);
    }
}

/// Several at once are one message; and that something is over says since when.
#[test]
fn what_is_news_at_once_is_told_at_once() {
    let first = with(|all| {
        all.targets[0].held_plan = held(Why::Limit, 0, 1);
        all.targets[0].paused = Some(order(30));
    });
    let known = tell(&[], &evaluate(&first, &thresholds()), 60, before(5 * HOUR)).known;
    let second = with(|all| {
        all.targets[0].held_plan = held(Why::Limit, 0, 1).map(|plan| HeldPlan { digest: "f".repeat(32), ..plan });
        all.disk = Some(Disk { free: 1 << 20, size: 80 << 30 });
    });
    let found = evaluate(&second, &thresholds());
    let still = [known[0].alarm.clone()];
    let away = tell(&known, &still, 600, before(4 * HOUR)).known;
    let news = tell(&away, &found, 60, now()).news;
    for language in [Language::En, Language::Da] {
        let notice = notice(&news, language, &second.zone, now()).unwrap_or_else(|| panic!("{news:?}"));
        let text = format!("Subject: {}\n\n{}\n{}", notice.subject, notice.text, notice.json);
        insta::assert_snapshot!(format!("several_{language:?}").to_lowercase(), text);
    }
    assert_eq!(notice(&[], Language::En, &second.zone, now()), None);
}
