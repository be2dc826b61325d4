//! Services that answered otherwise, and runs of which nothing was left.

use serde_json::json;

use super::trouble;
use crate::support::gate::Fault;
use crate::support::organisation::{CURRENT, Organisation};
use crate::support::site::{PROXIED, Site, Wiring};

#[tokio::test]
async fn os2sync_b8bd470_not_found_deleted_units() {
    let (site, mut organisation) = Site::at_work().await;
    organisation.set("emil job", "title", "Planlægger");
    site.import(&organisation, 0).await;
    // where users and groups were there is nothing: every answer is 404
    let wiring = Wiring { scim_url: format!("{}/gone", site.scim_url), ..site.wiring() };
    site.configure("gone.toml", &wiring);
    let before = site.outside().await.dump_of("cloud").await;
    let ended = site.start("gone.toml", &["--format", "json", "apply", "ad", "cloud", "--yes"]).ended().await.expect(1);
    let why = trouble(&ended, "cloud");
    assert!(why.contains("404"), "{why}");
    assert_eq!(site.outside().await.dump_of("cloud").await, before);
    assert_eq!(ended.json()["runs"][0]["target"], "ad", "the other target is served");
    let list = site.run(&["--format", "json", "links", "cloud", "list"]).await.json();
    assert_eq!(list["links"].as_array().unwrap().len(), CURRENT.len() + 2, "users and groups stay linked");
    site.apply().await;
    site.in_step().await;
    site.everybody_once(CURRENT.len()).await;
}

#[tokio::test]
async fn teleport_62286_expired_token() {
    let (site, mut organisation) = Site::at_work().await;
    organisation.set("emil job", "title", "Planlægger");
    site.import(&organisation, 0).await;
    let token = site.path("expired-token");
    std::fs::write(&token, "expired\n").unwrap();
    let (victim, gate) = site.proxied("cloud", Fault::Nothing, site.wiring()).await;
    let text = std::fs::read_to_string(site.path(PROXIED)).unwrap();
    let text = text.replace(&site.token_file().display().to_string(), &token.display().to_string());
    std::fs::write(site.path(PROXIED), text).unwrap();
    let before = site.outside().await.dump_of("cloud").await;
    gate.taken();
    let mut command = site.command(PROXIED, &["--format", "json", "apply", "cloud", "--yes"]);
    let ended = victim.start(&mut command).ended().await.expect(1);
    let why = trouble(&ended, "cloud");
    assert!(why.contains("401") && why.contains("expired"), "{why}");
    assert!(gate.taken().len() <= 3, "it is not tried again and again");
    assert_eq!(site.outside().await.dump_of("cloud").await, before);
    let runs = site.run(&["--format", "json", "runs"]).await.expect(0).json();
    assert_eq!(runs["runs"][0]["outcome"], "failed", "{}", runs["runs"][0]);
    site.apply().await;
    site.in_step().await;
}

#[tokio::test]
async fn o365_moodle_2930_no_record() {
    let site = Site::new().await;
    site.import(&Organisation::small(), 0).await;
    let (ended, gate) = site.run_through("cloud", Fault::Withheld(4), &["apply", "cloud", "--yes"]).await;
    assert!(gate.was_reached() && ended.code.is_none(), "{}", ended.said());
    let runs = site.run(&["--format", "json", "runs"]).await.expect(0).json();
    let run = &runs["runs"][0];
    assert_eq!(
        (&run["target"], &run["ended"], &run["outcome"]),
        (&json!("cloud"), &json!(null), &json!(null)),
        "{run}"
    );
    site.apply().await;
    let runs = site.run(&["--format", "json", "runs"]).await.expect(0).json();
    let cut = runs["runs"].as_array().unwrap().iter().find(|one| one["run"] == run["run"]).unwrap();
    assert_eq!(cut["outcome"], "cut off", "{cut}");
    site.in_step().await;
    site.everybody_once(CURRENT.len()).await;
    site.run(&["verify-log"]).await.expect(0);
}
