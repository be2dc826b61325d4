//! Conditions of the table of alarms as the real daemon meets them: each comes from what happens outside of it. Those that
//! have a course of their own are in [`alarms`](super::alarms), [`reloads`](super::reloads) and [`http`](super::http).

use std::process::Output;

use super::alarms::{DAY, HOUR, Watched};
use super::approvers::{ANNA, BO};
use super::met::{Met, rows};
use super::{HR, NOWHERE, delivery};
use crate::scim::odd::{Filtering, Odd, Ways};
use crate::support::waiting::until;

#[test]
pub(super) fn what_is_old_or_stands_still_and_a_disk_that_is_full()
-> Met<{ rows(&["disk-full", "paused-long", "source-old", "source-unchanged"]) }> {
    let mut met = Met::none();
    let alarms = "free_disk_mib = 4000000000\nsource_age_hours = 48\nsource_late_hours = false";
    let watched = Watched::new(alarms, &format!("{HR}{NOWHERE}"));
    let mut daemon = watched.serve();
    met.told(&watched, "disk-full", "roster", &["MiB are free", "du -x"]);
    watched.house.deliver(&delivery(2));
    daemon.line(&["imported"]);
    assert_eq!(watched.verb(&["pause", "cloud", "--note", "new servers"]).0, 0);
    watched.set(23 * HOUR);
    watched.nothing_more(1);
    watched.set(25 * HOUR);
    met.told(&watched, "paused-long", "target cloud", &["new servers", "rosterd unpause cloud"]);
    watched.set(49 * HOUR);
    met.told(&watched, "source-old", "source hr", &["more than 48 hours ago"]);
    watched.set(15 * DAY);
    met.told(&watched, "source-unchanged", "source hr", &["for 14 days"]);
    daemon.stop();
    met
}

#[test]
pub(super) fn a_file_that_is_not_taken_and_the_report_that_waits_for_it()
-> Met<{ rows(&["source-late", "report-late"]) }> {
    let mut met = Met::none();
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
    met.told(&watched, "source-late", "source hr", &["none was ever taken", "rosterd import hr --dry-run"]);
    let words = ["none was ever made: it waits for hr, which never came"];
    met.told(&watched, "report-late", "report nightly", &words);
    watched.house.deliver(&delivery(2));
    watched.message(&["Over", "report-late · report nightly"]);
    daemon.stop();
    met
}

#[test]
pub(super) fn an_approval_of_two_is_awaited() -> Met<{ rows(&["limit-breached", "approval-awaited"]) }> {
    let mut met = Met::none();
    let safety = format!("\n[safety]\napprovers = [{ANNA}, {BO}]\napprovals = 2\n");
    let watched = Watched::new("", &format!("{HR}{safety}"));
    watched.house.open();
    let mut daemon = watched.serve();
    watched.house.deliver(&delivery(40));
    daemon.line(&["imported", "person: 40 added"]);
    watched.house.deliver(&delivery(1));
    met.told(&watched, "limit-breached", "source hr", &[]);
    let alarms = watched.alarms();
    let command = alarms.iter().find_map(|alarm| alarm["command"].as_str()?.strip_prefix("rosterd approve ")).unwrap();
    let approve = |uid: u32| -> Output { watched.house.verb_as(uid, &["approve", command]) };
    let given = approve(ANNA);
    assert!(given.status.success(), "{given:?}");
    met.told(&watched, "approval-awaited", "source hr", &["1 of 2"]);
    assert!(approve(BO).status.success());
    daemon.line(&["imported", "ended"]);
    watched.message(&["Over", "approval-awaited"]);
    daemon.stop();
    met
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
pub(super) async fn a_target_that_nothing_is_meant_for_that_stands_still_and_whose_clock_jumps()
-> Met<{ rows(&["scope-empty", "target-unchanged", "clock"]) }> {
    let mut met = Met::none();
    let odd = Odd::start(Ways::default()).await;
    let watched = watched(&odd, "\n[scim.cloud.group.attributes]\ndisplayName = \"group.name\"\n");
    let mut daemon = watched.serve();
    watched.house.deliver(&delivery(3));
    daemon.line(&["applied", "target=\"cloud\"", "done=3"]);
    met.told(&watched, "scope-empty", "target cloud", &["group"]);
    watched.set(31 * DAY);
    met.told(&watched, "target-unchanged", "target cloud", &["30 days"]);
    // nothing is written while the clock is moved, so that the next plan has to say whether it may be
    assert_eq!(watched.verb(&["pause", "cloud", "--note", "clock"]).0, 0);
    watched.set(60 * DAY);
    watched.house.deliver(&delivery(4));
    daemon.line(&["imported", "person: 1 added"]);
    assert_eq!(watched.verb(&["unpause", "cloud"]).0, 0);
    met.told(&watched, "clock", "target cloud", &["the clock moved", "ahead"]);
    assert_eq!(odd.state().users.len(), 3);
    daemon.stop();
    met
}

#[tokio::test(flavor = "multi_thread")]
pub(super) async fn a_service_that_shows_less_and_does_otherwise_than_before()
-> Met<{ rows(&["partial-reads", "service-changed"]) }> {
    let mut met = Met::none();
    let odd = Odd::start(Ways::default()).await;
    let watched = watched(&odd, "");
    let mut daemon = watched.serve();
    watched.house.deliver(&delivery(3));
    daemon.line(&["applied", "target=\"cloud\"", "done=3"]);
    odd.change(|ways| ways.lost = vec![0]);
    met.told(&watched, "partial-reads", "target cloud", &["The last 3 reads of cloud did not see everything"]);
    // it runs every second
    let rests = || Some(watched.verb(&["status"]).1["targets"][0].clone()).filter(|one| one["state"] != "running");
    let target = until(rests, || "it runs on and on".to_owned());
    assert_eq!(target["state"], "failing", "{target}");
    let failure = &target["failure"];
    assert!(failure["why"].as_str().unwrap().contains("it was read in part"), "{failure}");
    assert!(failure["since"].is_string() && failure["run"].is_number(), "{failure}");
    odd.change(|ways| ways.lost = Vec::new());
    let count = watched.message(&["Over", "partial-reads"]);
    // a day later it looks again at what the service can do, and once more after that
    watched.set(25 * HOUR);
    watched.nothing_more(count);
    odd.change(|ways| ways.filtering = Filtering::Nothing);
    watched.set(50 * HOUR);
    met.told(&watched, "service-changed", "target cloud", &["the filter by", "check --online --pin"]);
    daemon.stop();
    met
}
