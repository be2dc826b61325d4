//! The target's clock against ours, through a proxy that tells another year.

use crate::support::gate::Fault;
use crate::support::organisation::Organisation;
use crate::support::site::{PLAIN, PROXIED, Site};

/// rosterd with the machine's clock instead of a fixed one.
fn with_a_real_clock(site: &Site, config: &str, arguments: &[&str]) -> std::process::Command {
    let mut command = site.command(config, arguments);
    command.env_remove("ROSTERD_NOW");
    command
}

#[tokio::test]
async fn a_target_whose_clock_is_wrong_is_refused() {
    let site = Site::new().await;
    site.import(&Organisation::small(), 0).await;
    let (victim, gate) = site.proxied("ad", Fault::OtherYear, site.wiring()).await;
    let ended = victim
        .start(&mut with_a_real_clock(&site, PROXIED, &["--format", "json", "apply", "ad", "--yes"]))
        .ended()
        .await;
    assert!(gate.was_reached());
    let document = ended.expect(1).json();
    let error = &document["errors"][0];
    assert!(error["message"].as_str().unwrap().contains("ahead of ours (2031-"), "{document}");
    assert!(error["hint"].as_str().unwrap().contains("time server"), "{document}");
    assert!(site.outside().await.users().await.is_empty(), "nothing was written");

    let check = victim.start(&mut with_a_real_clock(&site, PROXIED, &["check", "--online"])).ended().await;
    let said = check.expect(1).said();
    assert!(said.contains("FAILED  its clock is"), "{said}");
    let check = victim.start(&mut with_a_real_clock(&site, PLAIN, &["check", "--online"])).ended().await;
    let right = ["its clock and ours show the same time", "s behind ours"];
    let said = check.said();
    assert!(right.iter().any(|text| said.contains(text)), "{said}");
}
