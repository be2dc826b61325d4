//! `kill -9` of `rosterd apply` while a service creates many: at a write that was done and whose answer never came. A plain
//! rerun makes everything right.

use std::process::Command;

use super::service::{Service, Ways};
use super::storm::{everybody_once, number, organisation, say, site};
use crate::support::process::Victim;

async fn killed(people: usize, groups: usize, at: usize) {
    let service = Service::start(Ways::default()).await;
    let folder = site(&service, &organisation(people, groups), "").await;
    let command = |second: u64| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_rosterd"));
        command
            .env_clear()
            .env("ROSTERD_NOW", format!("2026-03-02T08:10:{second:02}Z"))
            .arg("--config")
            .arg(folder.path().join("config.toml"))
            .args(["--format", "json", "apply", "cloud", "--yes"]);
        command
    };
    let victim = Victim::default();
    service.state().kill = Some((at, victim.clone()));
    let ended = victim.start(&mut command(0)).ended().await;
    assert_eq!(ended.code, None, "it was not killed: {}", ended.said());
    Victim::default().start(&mut command(1)).ended().await.expect(0);
    everybody_once(&service, people, groups);
    let again = Victim::default().start(&mut command(2)).ended().await.expect(0).json();
    assert_eq!(again["runs"][0]["counts"]["done"], 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn who_was_created_when_it_was_killed_is_there_once() {
    for at in [3, 41] {
        killed(60, 3, at).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "scripts/campaign creates"]
async fn kills_all_over_500_creates() {
    let (count, first) = (number("CAMPAIGN_N", 20), number("CAMPAIGN_SEED", 1));
    let mut failed = 0;
    for seed in first..first + count {
        // the golden ratio: no two come close
        let spread = seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) >> 32;
        let at = 1 + usize::try_from((500 * spread) >> 32).unwrap();
        say(&format!("seed {seed}: write {at} of 500"));
        if tokio::spawn(killed(500, 0, at)).await.is_err() {
            say(&format!("FAILED: seed {seed}"));
            failed += 1;
        }
    }
    say(&format!("{} passed, {failed} failed", count - failed));
    assert_eq!(failed, 0);
}
