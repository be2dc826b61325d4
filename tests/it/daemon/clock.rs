//! A clock that somebody sets, and what is done by it. Only builds with the feature `lab` can be shown another clock.

use serde_json::Value;
#[cfg(feature = "lab")]
use serde_json::json;

use super::House;
#[cfg(feature = "lab")]
use super::{delivery, servers::Cloud};
#[cfg(feature = "lab")]
use crate::lab::Lab;

const DAY: i64 = 24 * 60 * 60;

struct Clock {
    house: House,
}

impl Clock {
    fn set(&self, seconds: i64) {
        std::fs::write(self.house.path("clock"), seconds.to_string()).unwrap();
    }

    fn verb(&self, words: &[&str]) -> (i32, Value) {
        let mut command = self.house.command(&[&["--format", "json"], words].concat());
        let output = command.env("ROSTERD_LAB_CLOCK", self.house.path("clock")).output().unwrap();
        (output.status.code().unwrap(), serde_json::from_slice(&output.stdout).unwrap_or(Value::Null))
    }

    /// The day by which it works.
    fn day(&self) -> String {
        self.verb(&["find", "anna"]).1["at"].as_str().unwrap().to_owned()
    }
}

#[test]
fn only_a_build_for_tests_can_be_shown_another_clock() {
    let clock = Clock { house: House::new("") };
    clock.set(0);
    let today = clock.day();
    clock.set(400 * DAY);
    assert_eq!(clock.day() == today, !cfg!(feature = "lab"));
}

#[cfg(feature = "lab")]
#[tokio::test]
async fn a_clock_that_jumped_ends_nobody_until_somebody_says_that_it_is_right() {
    use rosterd::clock::Clock as _;
    let (cloud, word) = (Cloud::start(), Lab::word());
    let clock = Clock { house: House::new(&cloud.section(&word, "")) };
    let zone = rosterd::org::Zone::get("Europe/Copenhagen").unwrap();
    let last = rosterd::clock::SystemClock.now().day(&zone).plus(20).to_string();
    let leaves = format!(r#""id":"e1","valid_from":"2020-01-01","valid_to":"{last}""#);
    let text = delivery(3).replace(r#""id":"e1","valid_from":"2020-01-01""#, &leaves);
    std::fs::write(clock.house.path("people.jsonl"), text).unwrap();
    let file = clock.house.path("people.jsonl").display().to_string();
    clock.set(0);
    assert_eq!(clock.verb(&["import", "roster", &file]).0, 0);
    assert_eq!(clock.verb(&["apply", "cloud", "--yes"]).0, 0);
    let active = async || {
        let listing = cloud.raw("Users?count=500").await;
        listing["Resources"].as_array().unwrap().iter().filter(|user| user["active"] == json!(true)).count()
    };
    assert_eq!(active().await, 3);

    // less than two days is no jump
    clock.set(DAY);
    assert_eq!(clock.verb(&["apply", "cloud", "--yes"]).0, 0);
    clock.set(41 * DAY);
    let (code, held) = clock.verb(&["apply", "cloud", "--yes"]);
    let run = &held["runs"][0];
    assert_eq!((code, &run["outcome"]), (4, &json!("held")), "{held}");
    let said = run["message"].as_str().unwrap();
    assert!(said.contains("the clock moved 40 days ahead since the last run"), "{said}");
    assert_eq!(active().await, 3);
    clock.set(DAY);
    assert_eq!(clock.verb(&["apply", "cloud", "--yes"]).0, 0, "it was set right");

    clock.set(41 * DAY);
    let (code, held) = clock.verb(&["run"]);
    assert_eq!(code, 4);
    let digest = held["runs"][0]["digest"].as_str().unwrap();
    let (code, approval) = clock.verb(&["approve", digest]);
    assert_eq!((code, &approval["not_needed"]), (0, &Value::Null), "{approval}");
    assert_eq!(clock.verb(&["apply", digest]).0, 0);
    assert_eq!(active().await, 2);
    assert_eq!(clock.verb(&["apply", "cloud", "--yes"]).0, 0, "the clock is right from then on");
    clock.set(0);
    let (code, held) = clock.verb(&["apply", "cloud", "--yes"]);
    assert_eq!(code, 4, "somebody who left would be let in: {held}");
    assert!(held["runs"][0]["message"].as_str().unwrap().contains("41 days back"), "{held}");
    assert_eq!(active().await, 2);
}
