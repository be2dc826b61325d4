//! Power cuts and full disks while a plan with all operations is applied to a real service.

use std::path::PathBuf;

use super::power::say;
use super::turning::Turning;
use crate::roster::chance::{Chance, setting};
use crate::support::power::{self, Disk, Operation};
use crate::support::process::{Ended, Victim};
use crate::support::site::PLAIN;

impl Turning {
    fn log(&self) -> PathBuf {
        self.site.path("../operations")
    }

    /// Applies a plan, and writes down what that does to files.
    async fn watched(&self, digest: &str, harm: Option<(&str, u64)>) -> (Ended, Vec<Operation>) {
        let mut command = self.site.command(PLAIN, &["apply", digest]);
        power::watched(&mut command, &self.site.path(""), &self.log());
        command.envs(harm.map(|(name, at)| (name, at.to_string())));
        let ended = Victim::default().start(&mut command).ended().await;
        (ended, power::operations(&self.log()))
    }

    /// How many operations on files a turn takes.
    async fn operations(&mut self) -> u64 {
        let digest = self.turn().await;
        let (ended, operations) = self.watched(&digest, None).await;
        ended.expect(0);
        self.is_in_step().await;
        power::counted(&operations)
    }

    /// The power goes at an operation of a turn, and with it what was not durable.
    async fn loses_power(&mut self, at: u64, seed: u64) {
        let digest = self.turn().await;
        let home = self.site.path("");
        let mut disk = Disk::of(&home);
        let (cut, operations) = self.watched(&digest, Some(("POWER_CUT", at))).await;
        assert_eq!(cut.code, None, "{}", cut.said());
        operations.iter().for_each(|operation| disk.take(operation));
        for entry in std::fs::read_dir(&home).unwrap() {
            let path = entry.unwrap().path();
            if path.is_file() {
                std::fs::remove_file(path).unwrap();
            }
        }
        disk.cut(&home, &home, seed);
        self.goes_on(&digest).await;
    }

    /// The disk is full from an operation of a turn on. False where nothing needed room any more.
    async fn is_full(&mut self, from: u64) -> bool {
        let digest = self.turn().await;
        let full = self.watched(&digest, Some(("POWER_FULL", from))).await.0;
        if full.code == Some(0) {
            self.is_in_step().await;
            return false;
        }
        assert_eq!(full.code, Some(1), "{}", full.said());
        assert!(full.said().contains("is full") && full.said().contains("make room"), "{}", full.said());
        self.goes_on(&digest).await;
        true
    }
}

/// Every other one a power cut, and a full disk; answers the seeds that failed.
async fn harms(seeds: std::ops::Range<u64>, cuts: bool) -> Vec<u64> {
    let (mut turning, mut of, mut failed) = (None, 0, Vec::new());
    for seed in seeds {
        let mut one = match turning.take() {
            Some(one) => one,
            None => {
                let mut one = Turning::new("cloud").await;
                of = one.operations().await;
                one
            }
        };
        let at = 1 + Chance(seed).below(of);
        let harm = tokio::spawn(async move {
            match cuts {
                // one that is later than this turn takes is none
                true => one.loses_power(at.min(of * 9 / 10), seed).await,
                false => _ = one.is_full(at).await,
            }
            one
        });
        match harm.await {
            Ok(one) => turning = Some(one),
            Err(_) => {
                say(&format!("FAILED: seed {seed}"));
                failed.push(seed);
            }
        }
    }
    failed
}

#[tokio::test]
async fn an_apply_goes_on_after_a_power_cut_and_a_full_disk() {
    assert_eq!(harms(1..3, true).await, [0; 0]);
    assert_eq!(harms(1..3, false).await, [0; 0]);
}

#[tokio::test]
#[ignore = "scripts/campaign power-cut-apply"]
async fn power_cuts_all_over_an_apply() {
    let (count, first) = (setting("CAMPAIGN_N", 40), setting("CAMPAIGN_SEED", 1));
    let failed = harms(first..first + count, true).await;
    say(&format!("{} passed, {} failed", count - failed.len() as u64, failed.len()));
    assert_eq!(failed, [0; 0]);
}

#[tokio::test]
#[ignore = "scripts/campaign full-disk-apply"]
async fn full_disks_all_over_an_apply() {
    let (count, first) = (setting("CAMPAIGN_N", 20), setting("CAMPAIGN_SEED", 1));
    let failed = harms(first..first + count, false).await;
    say(&format!("{} passed, {} failed", count - failed.len() as u64, failed.len()));
    assert_eq!(failed, [0; 0]);
}
