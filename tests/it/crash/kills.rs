//! `kill -9` of `rosterd apply` at chosen writes of the first run, each time from empty targets. A plain rerun makes
//! everything right.

use serde_json::Value;

use crate::support::gate::Fault;
use crate::support::organisation::{CURRENT, Organisation};
use crate::support::site::Site;

/// How many writes of the first run are hit in the directory, and how many in the SCIM service.
const IN_DIRECTORY: u64 = 4;
const IN_CLOUD: u64 = 3;

/// A site whose targets are empty, with the people in the roster; and the steps that the first run will take.
async fn site(target: &str) -> (Site, Vec<Value>) {
    let site = Site::new().await;
    site.import(&Organisation::small(), 0).await;
    let plans = site.plans(3).await;
    (site, plans[target]["steps"].as_array().unwrap().clone())
}

/// Kills the first run by a fault at the write that lies this far in it, and has a plain run make it right.
async fn kill(target: &str, part: u64, of: u64, fault: fn(u64) -> Fault) {
    let (site, steps) = site(target).await;
    let writes = steps.len() as u64; // each step is one write
    let at = 1 + (writes - 1) * part / (of - 1).max(1);
    let (ended, gate) = site.run_through(target, fault(at), &["apply", target, "--yes"]).await;
    assert!(gate.was_reached(), "there was no write {at} of {writes}: {}", ended.said());
    assert_eq!(ended.code, None, "it was not killed: {}", ended.said());
    site.apply().await;
    site.in_step().await;
    site.everybody_once(CURRENT.len()).await;
}

#[tokio::test]
async fn after_acknowledged_writes_in_the_directory() {
    for part in [1, 3] {
        kill("ad", part, IN_DIRECTORY, Fault::Acknowledged).await;
    }
}

#[tokio::test]
async fn before_the_journal_knows_of_a_write_in_the_directory() {
    for part in [0, 2] {
        kill("ad", part, IN_DIRECTORY, Fault::Withheld).await;
    }
}

#[tokio::test]
async fn after_acknowledged_writes_in_the_cloud() {
    for part in [0, 2] {
        kill("cloud", part, IN_CLOUD, Fault::Acknowledged).await;
    }
}

#[tokio::test]
async fn before_the_journal_knows_of_a_write_in_the_cloud() {
    kill("cloud", 1, IN_CLOUD, Fault::Withheld).await;
}

/// The login is reserved and the intent is written, but no account was made.
#[tokio::test]
async fn between_the_reservation_and_the_create() {
    for target in ["ad", "cloud"] {
        let (site, steps) = site(target).await;
        let creates_user = |step: &Value| step["op"] == "create" && step["kind"] == "user";
        let third = steps.iter().zip(1..).filter(|(step, _)| creates_user(step)).nth(2).unwrap().1;
        let (ended, _) = site.run_through(target, Fault::Before(third), &["apply", target, "--yes"]).await;
        assert_eq!(ended.code, None, "it was not killed: {}", ended.said());
        let (reserved, mut outside) = (site.accounts(target).await, site.outside().await);
        let made = match target {
            "ad" => outside.logins_and_stamps().await,
            _ => outside.cloud_logins_and_stamps().await,
        };
        assert_eq!((made.len(), reserved.len()), (2, 3), "one login is reserved for an account that is not there");
        site.apply().await;
        site.in_step().await;
        site.everybody_once(CURRENT.len()).await;
        assert!(reserved.is_subset(&site.accounts(target).await), "the reserved logins are used");
    }
}
