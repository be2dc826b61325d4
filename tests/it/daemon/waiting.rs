//! What waits, and why: for a source, for the end of a maintenance; and that everybody can see it.

use serde_json::{Value, json};

use super::{Daemon, HR, House, NOWHERE, count, delivery};

/// A target that is nowhere, tried every second once its source came.
fn dependent() -> String {
    let schedule = "\n[scim.cloud.schedule]\ncron = \"* * * * * *\"\nafter = [\"hr\"]\n";
    format!("{HR}{schedule}{NOWHERE}")
}

fn status(house: &House) -> Value {
    let (code, status) = house.verb(&["status"]);
    assert_eq!(code, 0, "{status}");
    status
}

/// The status, once what waits there is written down.
fn once_waiting(house: &House, daemon: &mut Daemon, job: &str, words: &str) -> Value {
    daemon.line(&[&format!("job=\"{job}\""), words]);
    loop {
        // the line is told just before it is written down
        let status = status(house);
        let all = [&status["sources"], &status["targets"]].into_iter().filter_map(Value::as_array).flatten();
        if all.filter(|one| job.ends_with(one["name"].as_str().unwrap())).any(|one| !one["waits"].is_null()) {
            return status;
        }
        daemon.notice("WATCHDOG=1"); // and another round of the daemon goes by
    }
}

#[test]
fn a_target_waits_for_its_source_and_everybody_can_see_it() {
    let house = House::new(&dependent());
    let mut daemon = house.serve();
    let running = once_waiting(&house, &mut daemon, "target cloud", "waits: for hr, which never came");
    daemon.stop();
    let stopped = status(&house);
    for (status, serves) in [(&running, true), (&stopped, false)] {
        assert_eq!(status["daemon"], json!(serves));
        let cloud = &status["targets"][0];
        assert_eq!(cloud["waits"]["reason"], "after", "{cloud}");
        assert_eq!(cloud["waits"]["text"], "for hr, which never came");
        assert!(cloud["next"].is_string() && cloud["due"].is_string(), "{cloud}");
        assert!(status["sources"][0]["next"].is_string(), "{status}");
    }
    let mut daemon = house.serve();
    daemon.line(&["target cloud", "waits: for hr"]);
    house.deliver(&delivery(2));
    daemon.line(&["imported"]);
    daemon.line(&["ERROR", "rosterd::daemon::targets", "cloud"]);
    daemon.stop();
}

#[test]
fn a_source_that_came_by_hand_counts() {
    let house = House::new(&dependent().replace("schedule = \"* * * * * *\"", ""));
    let mut daemon = house.serve();
    daemon.line(&["target cloud", "waits: for hr"]);
    house.deliver(&delivery(2));
    assert_eq!(house.verb(&["import", "hr"]).0, 0);
    daemon.line(&["ERROR", "rosterd::daemon::targets", "cloud"]);
    daemon.stop();
}

#[test]
fn maintenance_queues_and_catches_up_once() {
    let house = House::new(HR);
    let mut daemon = house.serve();
    let (code, begun) = house.verb(&["maintenance", "begin", "--note", "new storage"]);
    assert_eq!((code, &begun["begun"], &begun["again"]), (0, &json!(true), &json!(false)), "{begun}");
    house.deliver(&delivery(2));
    let waiting = once_waiting(&house, &mut daemon, "source hr", "waits: for the end of the maintenance");
    assert_eq!(waiting["maintenance"]["note"], "new storage");
    assert_eq!(waiting["sources"][0]["waits"]["reason"], "maintenance");
    assert_eq!(waiting["sources"][0]["queued"], json!(true), "its next time lies within, too");
    let text = house.command(&["status"]).output().unwrap().stdout;
    assert!(String::from_utf8(text).unwrap().contains(", queued by the maintenance"));
    daemon.stop();

    let mut daemon = house.serve(); // it holds over restarts
    daemon.line(&["source hr", "waits: for the end of the maintenance"]);
    assert_eq!(house.verb(&["maintenance", "begin"]).1["again"], json!(true), "nothing new");
    let (code, ended) = house.verb(&["maintenance", "end"]);
    assert_eq!((code, &ended["queued"]), (0, &json!(["source hr"])), "{ended}");
    daemon.line(&["imported"]);
    assert_eq!(status(&house)["maintenance"], Value::Null);
    let log = daemon.stop();
    assert_eq!(count(&log, "imported"), 1, "once");
    let (code, none) = house.verb(&["maintenance", "end"]);
    assert_eq!((code, &none["again"], &none["queued"]), (0, &json!(true), &json!([])), "there is none: {none}");
    let text = house.command(&["maintenance", "end"]).output().unwrap().stdout;
    assert_eq!(String::from_utf8(text).unwrap(), "there is no maintenance: nothing had to be ended\n");
}

#[test]
fn maintenance_ends_by_itself() {
    let house = House::new("\n[jsonl.hr]\nfile = \"hr.jsonl\"\nschedule = \"0 * * * *\"\n");
    let now = |now: &str, words: &[&str]| house.verb(&[&["--now", now], words].concat());
    house.serve_at(Some("2026-11-23T11:30:00Z")).stop();
    let past = now("2026-11-23T11:30:00Z", &["maintenance", "begin", "--until", "2026-11-23T11:00:00Z"]);
    assert_eq!(past.0, 2, "{}", past.1);
    let begun = now("2026-11-23T11:30:00Z", &["maintenance", "begin", "--until", "2026-11-23T14:00:00+01:00"]);
    assert_eq!(begun.1["maintenance"]["until"], "2026-11-23T13:00:00Z", "{}", begun.1);
    house.deliver(&delivery(2));
    let mut during = house.serve_at(Some("2026-11-23T12:30:00Z"));
    during.line(&["source hr", "waits: for the end of the maintenance until 2026-11-23 14:00:00 +01:00"]);
    during.stop();
    let mut after = house.serve_at(Some("2026-11-23T13:00:00Z"));
    after.line(&["imported"]);
    after.stop();
    assert_eq!(now("2026-11-23T13:00:00Z", &["status"]).1["maintenance"], Value::Null);
}

#[test]
fn a_loop_that_hangs_tells_the_service_manager_nothing() {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let house = House::new(HR);
    let mut daemon = house.start(&["serve"], "notices", &[("WATCHDOG_USEC", "400000")]);
    daemon.notice("WATCHDOG=1");
    let lock = runtime.block_on(async {
        let options = sqlx::sqlite::SqliteConnectOptions::new().filename(house.path("roster.db"));
        let pool = sqlx::SqlitePool::connect_with(options).await.unwrap();
        pool.begin_with("BEGIN IMMEDIATE").await.unwrap()
    });
    // what is due waits for the roster, and with it the loop, within a second
    let silent = |daemon: &Daemon| {
        let heard = daemon.notices.recv_timeout(std::time::Duration::from_millis(1500));
        heard.is_err()
    };
    assert!((0..20).any(|_| silent(&daemon)), "it says that it is alive, and does nothing");
    runtime.block_on(lock.rollback()).unwrap();
    daemon.notice("WATCHDOG=1");
    daemon.stop();
}

#[test]
fn the_end_is_told() {
    let house = House::new("");
    let mut daemon = house.serve();
    daemon.signal("TERM");
    daemon.notice("STOPPING=1");
    assert_eq!(daemon.end().0, 0);
}
