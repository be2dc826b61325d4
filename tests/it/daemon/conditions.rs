//! Conditions of the table of alarms as the real daemon meets them: each comes from what happens outside of it. Those that
//! have a course of their own are in [`alarms`](super::alarms), [`reloads`](super::reloads) and [`http`](super::http).

#![allow(clippy::disallowed_methods, reason = "it waits for another process, with a bound")]

use std::process::Output;

use super::alarms::{DAY, HOUR, Watched};
use super::approvers::{ANNA, BO};
use super::{HR, NOWHERE, delivery};
use crate::scim::odd::{Filtering, Odd, Ways};
use rosterd::alarm::TABLE;

#[test]
fn every_condition_is_met_by_a_daemon() {
    let files =
        [include_str!("alarms.rs"), include_str!("conditions.rs"), include_str!("http.rs"), include_str!("reloads.rs")]
            .concat();
    for row in TABLE {
        let met = [
            format!("{} · ", row.name),
            format!("alarm=\\\"{}\\\",severity=\\\"{}\\\"}} 1", row.name, row.severity.as_str()),
        ];
        assert!(met.iter().any(|words| files.contains(words)), "no daemon meets {}", row.name);
    }
}

#[test]
fn what_is_old_or_stands_still_and_a_disk_that_is_full() {
    let alarms = "free_disk_mib = 4000000000\nsource_age_hours = 48\nsource_late_hours = false";
    let watched = Watched::new(alarms, &format!("{HR}{NOWHERE}"));
    let mut daemon = watched.serve();
    watched.message(&["CRITICAL · disk-full · roster", "MiB are free", "du -x"]);
    watched.house.deliver(&delivery(2));
    daemon.line(&["imported"]);
    assert_eq!(watched.verb(&["pause", "cloud", "--note", "new servers"]).0, 0);
    watched.set(23 * HOUR);
    watched.nothing_more(1);
    watched.set(25 * HOUR);
    watched.message(&["warning · paused-long · target cloud", "new servers", "rosterd unpause cloud"]);
    watched.set(49 * HOUR);
    watched.message(&["CRITICAL · source-old · source hr", "more than 48 hours ago"]);
    watched.set(15 * DAY);
    watched.message(&["warning · source-unchanged · source hr", "for 14 days"]);
    daemon.stop();
}

#[test]
fn a_file_that_is_not_taken_and_the_report_that_waits_for_it() {
    let report = "\n[folder.out]\npath = \"out\"\n\n[report.nightly]\nwhat = \"quality\"\nto = { folders = [\"out\"] }\n\
                  schedule = { cron = \"* * * * * *\", after = [\"hr\"] }\n";
    let watched = Watched::new("", &format!("{HR}{report}"));
    std::fs::create_dir(watched.house.path("out")).unwrap();
    let mut daemon = watched.serve();
    watched.house.deliver("no roster\n");
    daemon.line(&["source hr", "waits"]);
    watched.set(5 * HOUR);
    watched.nothing_more(0);
    watched.set(7 * HOUR);
    watched.message(&["CRITICAL · source-late · source hr", "none was ever taken", "rosterd import hr --dry-run"]);
    watched
        .message(&["warning · report-late · report nightly", "none was ever made: it waits for hr, which never came"]);
    watched.house.deliver(&delivery(2));
    watched.message(&["Over", "report-late · report nightly"]);
    daemon.stop();
}

#[test]
fn an_approval_of_two_is_awaited() {
    let safety = format!("\n[safety]\napprovers = [{ANNA}, {BO}]\napprovals = 2\n");
    let watched = Watched::new("", &format!("{HR}{safety}"));
    watched.house.open();
    let mut daemon = watched.serve();
    watched.house.deliver(&delivery(40));
    daemon.line(&["imported", "person: 40 added"]);
    watched.house.deliver(&delivery(1));
    watched.message(&["limit-breached · source hr"]);
    let alarms = watched.alarms();
    let command = alarms.iter().find_map(|alarm| alarm["command"].as_str()?.strip_prefix("rosterd approve ")).unwrap();
    let approve = |uid: u32| -> Output { watched.house.verb_as(uid, &["approve", command]) };
    let given = approve(ANNA);
    assert!(given.status.success(), "{given:?}");
    watched.message(&["CRITICAL · approval-awaited · source hr", "1 of 2"]);
    assert!(approve(BO).status.success());
    daemon.line(&["imported", "ended"]);
    watched.message(&["Over", "approval-awaited"]);
    daemon.stop();
}

/// A service of the test's own that is kept in step every second.
fn section(odd: &Odd, more: &str) -> String {
    format!(
        r#"
[naming.login]
patterns = ["slug(person.given_name)"]

[scim.cloud]
schedule = "* * * * * *"

[scim.cloud.connection]
url = "{}"
token = {{ file = "token" }}

[scim.cloud.user.attributes]
userName = "login"
{more}"#,
        odd.server.url()
    )
}

fn watched(odd: &Odd, more: &str) -> Watched {
    let alarms = "source_late_hours = false\nsource_unchanged_days = false\ntarget_late_hours = false";
    let watched = Watched::new(alarms, &format!("{HR}{}", section(odd, more)));
    std::fs::write(watched.house.path("token"), odd.server.token()).unwrap();
    watched
}

#[tokio::test(flavor = "multi_thread")]
async fn a_target_that_nothing_is_meant_for_that_stands_still_and_whose_clock_jumps() {
    let odd = Odd::start(Ways::default()).await;
    let watched = watched(&odd, "\n[scim.cloud.group.attributes]\ndisplayName = \"group.name\"\n");
    let mut daemon = watched.serve();
    watched.house.deliver(&delivery(3));
    daemon.line(&["applied", "target=\"cloud\"", "done=3"]);
    watched.message(&["warning · scope-empty · target cloud", "group"]);
    watched.set(31 * DAY);
    watched.message(&["warning · target-unchanged · target cloud", "30 days"]);
    // nothing is written while the clock is moved, so that the next plan has to say whether it may be
    assert_eq!(watched.verb(&["pause", "cloud", "--note", "clock"]).0, 0);
    watched.set(60 * DAY);
    watched.house.deliver(&delivery(4));
    daemon.line(&["imported", "person: 1 added"]);
    assert_eq!(watched.verb(&["unpause", "cloud"]).0, 0);
    watched.message(&["CRITICAL · clock · target cloud", "the clock moved", "ahead"]);
    assert_eq!(odd.state().users.len(), 3);
    daemon.stop();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_service_that_shows_less_and_does_otherwise_than_before() {
    let odd = Odd::start(Ways::default()).await;
    let watched = watched(&odd, "");
    let mut daemon = watched.serve();
    watched.house.deliver(&delivery(3));
    daemon.line(&["applied", "target=\"cloud\"", "done=3"]);
    odd.change(|ways| ways.lost = vec![0]);
    watched.message(&["warning · partial-reads · target cloud", "The last 3 reads of cloud did not see everything"]);
    let failure = loop {
        let (_, status) = watched.verb(&["status"]);
        match status["targets"][0]["state"].as_str() {
            Some("running") => {} // it is, every second
            state => {
                assert_eq!(state, Some("failing"), "{status}");
                break status["targets"][0]["failure"].clone();
            }
        }
    };
    assert!(failure["why"].as_str().unwrap().contains("it was read in part"), "{failure}");
    assert!(failure["since"].is_string() && failure["run"].is_number(), "{failure}");
    odd.change(|ways| ways.lost = Vec::new());
    let count = watched.message(&["Over", "partial-reads"]);
    // a day later it looks again at what the service can do, and once more after that
    watched.set(25 * HOUR);
    watched.nothing_more(count);
    odd.change(|ways| ways.filtering = Filtering::Nothing);
    watched.set(50 * HOUR);
    watched.message(&["warning · service-changed · target cloud", "the filter by", "check --online --pin"]);
    daemon.stop();
}
