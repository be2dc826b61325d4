//! Two daemons of one roster: one serves, the other waits until it ends, however it ends and whatever the clock shows.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::servers::Cloud;
use super::{HR, House, NOWHERE, delivery, exists};
use crate::lab::Lab;

#[tokio::test(flavor = "multi_thread")]
async fn a_standby_takes_over_from_a_daemon_that_is_killed_with_its_clock_an_hour_back() {
    const PEOPLE: u32 = 150;
    let (cloud, word) = (Cloud::start(), Lab::word());
    let house = House::new(&format!("{HR}{}", cloud.section(&word, "schedule = \"* * * * * *\"\n")));
    let mut first = house.serve();
    house.deliver(&delivery(3));
    first.line(&["applied", "target=\"cloud\"", "done=3"]);
    let clock = house.path("clock");
    std::fs::write(&clock, "-3600").unwrap();
    let mut second = house.start(&["serve", "--standby"], "standby", &[("ROSTERD_LAB_CLOCK", clock.to_str().unwrap())]);
    second.line(&["standing by"]);
    second.notice("STATUS=standby");
    second.notice("WATCHDOG=1");
    assert_eq!(house.verb(&["status"]).1["daemon"], json!(true), "the first one answers");
    assert_eq!(house.raw(&["serve"]).status.code(), Some(6), "without --standby nobody waits");

    // killed where it has made the plan of all, or is at it
    house.deliver(&delivery(PEOPLE));
    first.line(&["imported"]);
    first.kill();
    second.line(&["taking over"]);
    second.line(&["serving"]);
    // by its clock nothing is due for an hour; whoever asks is served
    let (code, run) = house.verb(&["run"]);
    assert_eq!((code, run["runs"][0]["left"].clone()), (0, json!(0)), "{run}");
    let users = cloud.users().await;
    let distinct: BTreeSet<&String> = users.iter().collect();
    assert_eq!((users.len(), distinct.len()), (PEOPLE as usize, PEOPLE as usize), "everybody once");
    assert_eq!(house.verb(&["plan"]).0, 0, "by the second one, which has the socket");
    let log = second.stop();
    assert!(["run", "plan"].iter().all(|verb| log.iter().any(|line| line.contains(&format!("command=\"{verb}\"")))));
    assert!(!exists(&house.path("roster.db.sock")));
    let (_, runs) = house.verb(&["runs"]);
    let of_target: Vec<&Value> =
        runs["runs"].as_array().unwrap().iter().filter(|run| run["target"] == "cloud").collect();
    assert!(of_target.iter().all(|run| !run["ended"].is_null()), "none is left open: {runs}");
    assert_eq!(house.verb(&["verify-log"]).0, 0);
}

#[test]
fn a_daemon_whose_lease_was_taken_begins_nothing_more_and_ends_with_6() {
    let house = House::new(&format!("{HR}{NOWHERE}"));
    let mut first = house.serve();
    // as where the file system was copied, or somebody tidied up
    std::fs::remove_file(house.path("roster.db.lease-@schedule")).unwrap();
    let second = house.start(&["serve"], "second", &[]);
    first.line(&["another daemon serves the roster", "under number 1"]);
    let (code, log) = first.end();
    assert_eq!(code, 6, "{}", log.join("\n"));
    assert_eq!(house.verb(&["status"]).1["daemon"], json!(true), "the second one's socket is still there");
    house.deliver(&delivery(2));
    let mut second = second;
    second.line(&["imported", "person: 2 added"]);
    second.stop();
}

#[test]
fn a_standby_that_is_stopped_while_it_waits_ends_cleanly() {
    let house = House::new(NOWHERE);
    let first = house.serve();
    let mut second = house.start(&["serve", "--standby"], "standby", &[]);
    second.line(&["standing by"]);
    second.stop();
    assert_eq!(house.verb(&["status"]).1["daemon"], json!(true));
    first.stop();
    let mut third = house.start(&["serve", "--standby"], "standby", &[]);
    third.line(&["serving"]);
    third.stop();
}
