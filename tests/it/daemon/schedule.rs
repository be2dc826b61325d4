//! What is remembered over restarts, and what a reload changes. Which instants are due is tested by table in
//! `schedule::timetable`.

#[cfg(feature = "lab")]
use super::NOWHERE;
use super::{HR, House, count, delivery};

const DAILY: &str = "\n[jsonl.hr]\nfile = \"hr.jsonl\"\nschedule = \"0 5 * * *\"\n";

#[test]
fn what_was_missed_is_caught_up_once() {
    let house = House::new(DAILY);
    house.deliver(&delivery(3));
    let first = house.serve_at(Some("2026-11-09T12:00:00Z"));
    let log = first.stop();
    assert_eq!(count(&log, "imported") + count(&log, "catching up"), 0, "the first run is at its next time");
    let mut after_a_fortnight = house.serve_at(Some("2026-11-23T12:00:00Z"));
    after_a_fortnight.line(&["catching up", "source hr", "2026-11-23T04:00:00Z"]);
    after_a_fortnight.line(&["imported"]);
    let log = after_a_fortnight.stop();
    assert_eq!((count(&log, "imported"), count(&log, "catching up")), (1, 1));
    let log = house.serve_at(Some("2026-11-23T12:00:01Z")).stop();
    assert_eq!(count(&log, "imported") + count(&log, "catching up"), 0);
}

#[test]
fn what_was_missed_is_left_out_where_it_is_not_caught_up() {
    let table = "\n[jsonl.hr]\nfile = \"hr.jsonl\"\nschedule = { cron = \"0 5 * * *\", catch_up = false }\n";
    let house = House::new(table);
    house.deliver(&delivery(3));
    house.serve_at(Some("2026-11-09T12:00:00Z")).stop();
    let due = |now: &str| house.verb(&["--now", now, "status"]).1["sources"][0]["due"].clone();
    assert_eq!(due("2026-11-23T11:00:00Z"), serde_json::Value::Null, "nobody is going to do it");
    let mut after_a_fortnight = house.serve_at(Some("2026-11-23T12:00:00Z"));
    after_a_fortnight.line(&["what was missed is left out", "source hr", "2026-11-23T04:00:00Z"]);
    let log = after_a_fortnight.stop();
    assert_eq!(count(&log, "imported") + count(&log, "catching up"), 0, "{}", log.join("\n"));
    let mut on_time = house.serve_at(Some("2026-11-24T03:59:59Z"));
    on_time.notice("STATUS=next: hr 05:00:00");
    on_time.stop();
}

#[cfg(feature = "lab")]
#[test]
fn a_run_that_a_stop_interrupts_is_not_left_out() {
    // a service that never answers
    let silent = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", silent.local_addr().unwrap());
    let schedule = "\n[scim.cloud]\nschedule = { cron = \"0 5 * * *\", catch_up = false }\n";
    let house = House::new(&format!("{schedule}{}", NOWHERE.replace("http://127.0.0.1:1", &url)));
    house.serve_at(Some("2026-11-22T12:00:00Z")).stop();
    let clock = house.path("clock");
    let set = |at: &str| {
        let at: rosterd::org::Instant = at.parse().unwrap();
        let machine = rosterd::clock::Clock::now(&rosterd::clock::SystemClock);
        std::fs::write(&clock, ((at.micros() - machine.micros()) / 1_000_000).to_string()).unwrap();
    };
    let env = [("ROSTERD_LAB_CLOCK", clock.to_str().unwrap())];
    set("2026-11-23T03:59:59Z");
    let mut daemon = house.start(&["serve"], "notices", &env);
    daemon.notice("STATUS=at work");
    daemon.stop();
    set("2026-11-23T11:00:00Z");
    let mut again = house.start(&["serve"], "notices", &env);
    again.line(&["catching up", "target cloud", "2026-11-23T04:00:00Z"]);
    let log = again.stop();
    assert_eq!(count(&log, "is left out"), 0, "{}", log.join("\n"));
}

#[test]
fn another_schedule_counts_from_the_day_it_is_seen() {
    let house = House::new(DAILY);
    house.deliver(&delivery(3));
    house.serve_at(Some("2026-11-23T12:00:00Z")).stop();
    house.configure(&DAILY.replace("0 5", "0 12")); // 11:00 by UTC: an hour ago
    let log = house.serve_at(Some("2026-11-23T12:00:01Z")).stop();
    assert_eq!(count(&log, "imported"), 0, "{}", log.join("\n"));
}

#[test]
fn a_reload_takes_a_good_configuration_and_refuses_a_bad_one() {
    let house = House::new(DAILY);
    house.deliver(&delivery(3));
    let mut daemon = house.serve();
    house.configure("\n[jsonl.hr]\nfile = \"hr.jsonl\"\nschedule = \"never\"\n");
    daemon.signal("HUP");
    let told = daemon.notice("RELOADING=1");
    assert!(told.contains("MONOTONIC_USEC="), "in one message: {told}");
    daemon.notice("READY=1");
    daemon.line(&["ERROR", "the configuration stays as it was"]);
    house.configure(DAILY);
    assert_eq!(house.verb(&["import", "hr", "--dry-run"]).0, 0, "the old one is still served");
    house.configure(HR);
    daemon.signal("HUP");
    daemon.line(&["the configuration was read anew"]);
    daemon.line(&["imported", "hr"]);
    house.configure(&HR.replace("hr.jsonl", "other.jsonl"));
    daemon.signal("HUP");
    daemon.line(&["the configuration was read anew"]);
    daemon.stop();
}

#[test]
fn another_roster_needs_a_restart() {
    let house = House::new("");
    let mut daemon = house.serve();
    let config = std::fs::read_to_string(house.path("config.toml")).unwrap();
    std::fs::write(house.path("config.toml"), config.replace("roster.db", "other.db")).unwrap();
    daemon.signal("HUP");
    daemon.line(&["ERROR", "the configuration stays as it was", "roster.file changed"]);
    daemon.stop();
}
