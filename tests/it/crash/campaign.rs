//! The long hunt, with the sample organisation: `scripts/campaign kill` runs it.

use super::kills::{killed, made_right};
use crate::support::gate::Fault;
use crate::support::sample::sample;
use crate::support::site::{Site, TODAY};

const PEOPLE: usize = 120;

/// One kill. Everything follows from the seed: the people, the target, the write and the kind of harm. Seeds in a row
/// take turns with targets and harms, and spread their writes evenly over the run.
async fn kill(seed: u64) {
    let site = Site::new().await;
    let file = site.path("sample.jsonl");
    let (people, of) = (PEOPLE.to_string(), seed.to_string());
    std::fs::write(&file, sample(&["--day", TODAY, "--people", &people, "--seed", &of]).0).unwrap();
    site.run(&["import", "roster", &file.display().to_string()]).await.expect(0);
    let target = if seed.is_multiple_of(2) { "ad" } else { "cloud" };
    let writes = site.plans(3).await[target]["steps"].as_array().unwrap().len() as u64;
    let spread = (seed / 2).wrapping_mul(0x9E37_79B9_7F4A_7C15) >> 32; // the golden ratio: no two come close
    let at = 1 + ((writes * spread) >> 32);
    let fault = match seed / 2 % 3 {
        0 => Fault::Withheld(at),
        1 => Fault::Acknowledged(at),
        _ => Fault::Before(at),
    };
    say(&format!("seed {seed}: {target}, {fault:?} of {writes}"));
    killed(&site, target, fault).await;
    made_right(&site, PEOPLE).await;
}

#[expect(clippy::print_stdout, reason = "scripts/campaign shows how far it is")]
fn say(line: &str) {
    println!("{line}");
}

#[expect(clippy::disallowed_methods, reason = "scripts/campaign says how much and from where")]
fn number(name: &str, otherwise: u64) -> u64 {
    std::env::var(name).map_or(otherwise, |text| text.parse().expect(name))
}

#[tokio::test]
#[ignore = "scripts/campaign kill"]
async fn kills_all_over_the_first_run_of_the_sample_organisation() {
    let (count, first) = (number("CAMPAIGN_N", 20), number("CAMPAIGN_SEED", 1));
    let mut failed = Vec::new();
    for seed in first..first + count {
        if tokio::spawn(kill(seed)).await.is_err() {
            say(&format!("FAILED: seed {seed}"));
            failed.push(seed.to_string());
        }
    }
    say(&format!("{} passed, {} failed", count - failed.len() as u64, failed.len()));
    assert!(failed.is_empty(), "seeds: {}", failed.join(" "));
}
