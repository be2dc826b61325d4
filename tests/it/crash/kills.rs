//! `kill -9` of `rosterd apply` at chosen writes of the first run, each time from empty targets. A plain rerun makes
//! everything right.

use serde_json::Value;

use crate::support::gate::Fault;
use crate::support::organisation::{CURRENT, Organisation};
use crate::support::site::{PROXIED, Site};

/// Into how many parts the first run is divided: the unit's, the people's, the groups' creation and the references
/// are all hit, by one kind of harm or the other.
const PARTS: usize = 5;

/// A site whose targets are empty, with the people in the roster; and the steps that the first run will take.
async fn site(target: &str) -> (Site, Vec<Value>) {
    let site = Site::new().await;
    site.import(&Organisation::small(), 0).await;
    let plans = site.plans(3).await;
    (site, plans[target]["steps"].as_array().unwrap().clone())
}

/// Kills the first run by a fault at the write that lies this far in it, and has a plain run make it right.
async fn kill(target: &str, part: usize, fault: fn(u64) -> Fault) {
    let (site, steps) = site(target).await;
    let at = 1 + (steps.len() - 1) * part / (PARTS - 1); // each step is one write
    killed(&site, target, fault(at as u64)).await;
    made_right(&site, CURRENT.len()).await;
}

/// A first run that is killed.
pub(super) async fn killed(site: &Site, target: &str, fault: Fault) {
    let (ended, gate) = site.run_through(target, fault, &["apply", target, "--yes"]).await;
    assert!(gate.was_reached(), "it never came to {fault:?}: {}", ended.said());
    assert_eq!(ended.code, None, "it was not killed: {}", ended.said());
}

/// A plain run later everybody is there once, and nothing is left to do.
pub(super) async fn made_right(site: &Site, people: usize) {
    site.apply().await;
    site.in_step().await;
    site.everybody_once(people).await;
}

/// The rest of a plan is still that plan: its digest finishes what the killed run began.
#[tokio::test]
async fn a_killed_plan_is_finished_by_its_digest() {
    for (target, fault) in [("ad", Fault::Withheld(9)), ("cloud", Fault::Acknowledged(7))] {
        let (site, steps) = site(target).await;
        let (victim, gate) = site.proxied(target, fault, site.wiring()).await;
        let run = async |arguments: &[&str]| victim.start(&mut site.command(PROXIED, arguments)).ended().await;
        let plan = run(&["--format", "json", "plan", target]).await.expect(3).json();
        let digest = plan["plans"][0]["digest"].as_str().unwrap();
        let ended = run(&["apply", digest]).await;
        assert!(ended.code.is_none() && gate.was_reached(), "it was not killed: {}", ended.said());
        let mut outside = site.outside().await;
        let made = match target {
            "ad" => outside.below("(adminDescription=*)").await.len(),
            _ => outside.cloud("Users").await.len() + outside.cloud("Groups").await.len(),
        };
        let rest = run(&["--format", "json", "apply", digest]).await.expect(0).json();
        let done = usize::try_from(rest["runs"][0]["counts"]["done"].as_u64().unwrap()).unwrap();
        assert!(made >= 7 && done <= steps.len() - made, "{made} were made, and {done} of {} done", steps.len());
        made_right(&site, CURRENT.len()).await;
    }
}

#[tokio::test]
async fn after_acknowledged_writes_in_the_directory() {
    for part in [2, 4] {
        kill("ad", part, Fault::Acknowledged).await;
    }
}

#[tokio::test]
async fn before_the_journal_knows_of_a_write_in_the_directory() {
    for part in [0, 1] {
        kill("ad", part, Fault::Withheld).await;
    }
}

#[tokio::test]
async fn after_acknowledged_writes_in_the_cloud() {
    for part in [0, 3] {
        kill("cloud", part, Fault::Acknowledged).await;
    }
}

#[tokio::test]
async fn before_the_journal_knows_of_a_write_in_the_cloud() {
    for part in [1, 2] {
        kill("cloud", part, Fault::Withheld).await;
    }
}

/// The login is reserved and the intent is written, but no account was made.
#[tokio::test]
async fn between_the_reservation_and_the_create() {
    for target in ["ad", "cloud"] {
        let (site, steps) = site(target).await;
        let creates_user = |step: &Value| step["op"] == "create" && step["kind"] == "user";
        let third = steps.iter().zip(1..).filter(|(step, _)| creates_user(step)).nth(2).unwrap().1;
        killed(&site, target, Fault::Before(third)).await;
        let (reserved, mut outside) = (site.accounts(target).await, site.outside().await);
        let made = match target {
            "ad" => outside.logins_and_stamps().await,
            _ => outside.cloud_logins_and_stamps().await,
        };
        // a window of them is meant: the third was not sent, and in the service others of it may be under way beside it
        let most = if target == "ad" { 2 } else { reserved.len() - 1 };
        assert!(made.len() <= most && reserved.len() > 2, "{target}: {} made, {} reserved", made.len(), reserved.len());
        assert!(made.iter().all(|account| reserved.contains(account)));
        made_right(&site, CURRENT.len()).await;
        assert!(reserved.is_subset(&site.accounts(target).await), "the reserved logins are used");
    }
}
