//! The intake folder: a file is taken when it is whole, and once.

use super::{HR, House, NOWHERE, count, delivery};
use serde_json::json;

#[test]
fn a_dropped_file_is_taken_once() {
    let house = House::new(HR);
    let mut daemon = house.serve();
    house.deliver(&delivery(3));
    let line = daemon.line(&["imported", "hr"]);
    assert!(line.contains("person: 3 added"), "{line}");
    assert_eq!(house.verb(&["show", "person", "p2"]).0, 0);
    house.deliver(&delivery(3));
    daemon.line(&["hr", "taken already"]);
    house.deliver(&delivery(4));
    daemon.line(&["imported", "person: 1 added"]);
    assert_eq!(count(&daemon.stop(), "imported"), 2);
    let mut daemon = house.serve();
    daemon.line(&["hr", "taken already"]);
    assert_eq!(count(&daemon.stop(), "imported"), 0, "remembered over a restart");
}

#[test]
fn what_came_by_hand_is_not_taken_again() {
    let house = House::new(HR);
    std::fs::write(house.path("by-hand.jsonl"), delivery(3)).unwrap();
    assert_eq!(house.verb(&["import", "hr", house.path("by-hand.jsonl").to_str().unwrap()]).0, 0);
    house.deliver(&delivery(3));
    let mut daemon = house.serve();
    daemon.line(&["hr", "taken already"]);
    assert_eq!(count(&daemon.stop(), "imported"), 0);
}

#[test]
fn a_half_written_file_is_not_taken_and_told_once() {
    let house = House::new(HR);
    let whole = delivery(5);
    let mut daemon = house.serve();
    house.deliver(&whole[..whole.len() / 2]);
    daemon.line(&["source hr", "waits", "not taken"]);
    assert_eq!(house.verb(&["show", "person", "p0"]).0, 1);
    house.deliver(&whole);
    daemon.line(&["imported", "person: 5 added"]);
    assert_eq!(count(&daemon.stop(), "WARN"), 1);
}

#[test]
fn a_held_file_waits_for_its_approval_and_holds_the_targets() {
    let house = House::new(&format!("{HR}\n[scim.cloud]\nschedule = \"* * * * * *\"\n{NOWHERE}"));
    let mut daemon = house.serve();
    house.deliver(&delivery(40));
    daemon.line(&["imported", "person: 40 added"]);
    daemon.line(&["ERROR", "cloud"]); // the target follows, as far as it can
    house.deliver(&delivery(10));
    let line = daemon.line(&["source hr", "waits", "held", "intake.ends.person found 30 of 40"]);
    let digest = line.split("rosterd approve ").nth(1).unwrap().split('`').next().unwrap();
    daemon.line(&["target cloud", "waits: for the source hr"]);
    assert_eq!(house.verb(&["show", "person", "p39"]).0, 0);
    assert_eq!(house.verb(&["approve", digest]).0, 0);
    daemon.line(&["imported", "hr"]);
    daemon.line(&["ERROR", "cloud"]);
    assert_eq!(house.verb(&["show", "person", "p39"]).0, 1);
    let log = daemon.stop();
    assert_eq!(count(&log, "source hr\" waits") + count(&log, "held: intake"), 1, "{}", log.join("\n"));
}

#[test]
fn a_held_file_that_is_withdrawn_holds_nothing_any_more() {
    let house = House::new(&format!("{HR}\n[scim.cloud]\nschedule = \"* * * * * *\"\n{NOWHERE}"));
    house.deliver(&delivery(40));
    let mut daemon = house.serve();
    daemon.line(&["imported"]);
    house.deliver(&delivery(10));
    daemon.line(&["target cloud", "waits: for the source hr"]);
    std::fs::remove_file(house.path("hr.jsonl")).unwrap();
    daemon.line(&["ERROR", "cloud"]);
    assert_eq!(house.verb(&["status"]).1["daemon"], json!(true));
    daemon.stop();
}

#[test]
fn how_a_source_stands_follows_its_file_forth_and_back() {
    let house = House::new(HR);
    let state = || house.verb(&["status"]).1["sources"][0]["state"].clone();
    let mut daemon = house.serve();
    house.deliver(&delivery(40));
    daemon.line(&["imported", "person: 40 added"]);
    for _ in 0..2 {
        house.deliver(&delivery(10));
        daemon.line(&["source hr", "waits", "held"]);
        assert_eq!(state(), "held");
        house.deliver(&delivery(40));
        daemon.line(&["imported", "none"]);
        assert_eq!(state(), "taken");
    }
    daemon.stop();
}
