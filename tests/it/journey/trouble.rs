//! Servers that cannot be used, files that are wrong, and two at once: said what and where, and nothing half done.

use serde_json::json;

use crate::support::gate::Fault;
use crate::support::organisation::Organisation;
use crate::support::outside::enabled;
use crate::support::process::Ended;
use crate::support::site::{Site, TODAY, Wiring};

/// Everybody has an account, and one change waits for both targets.
async fn with_a_change() -> Site {
    let site = Site::new().await;
    let mut organisation = Organisation::small();
    site.import(&organisation, 0).await;
    site.apply().await;
    organisation.set("emil job", "title", "Planlægger");
    site.import(&organisation, 0).await;
    site
}

/// Runs with a wrong configuration of `broken`: that target is named with the reason, the other one is done.
async fn fails(site: &Site, broken: &str, other: &str, wiring: &Wiring, words: &[&str]) {
    site.configure("broken.toml", wiring);
    let mut outside = site.outside().await;
    let before = outside.dump_of(broken).await;
    let run = site.start("broken.toml", &["--format", "json", "apply", "ad", "cloud", "--yes"]).ended().await.expect(1);
    let document = run.json();
    let errors = document["errors"].as_array().unwrap();
    assert_eq!(errors.len(), 1, "{document}");
    assert_eq!(errors[0]["subject"], broken);
    for word in words {
        assert!(errors[0].to_string().contains(word), "{word} is not in {}", errors[0]);
    }
    assert_eq!(outside.dump_of(broken).await, before, "nothing was written");
    site.run(&["plan", other]).await.expect(0);
    site.run(&["plan", broken]).await.expect(3);
    let text = site.start("broken.toml", &["apply", broken, "--yes"]).ended().await.expect(1).said();
    for word in words {
        assert!(text.contains(word), "{word} is not in {text}");
    }
}

#[tokio::test]
async fn nobody_listens() {
    let site = with_a_change().await;
    let wiring = Wiring { ldap_url: "ldaps://127.0.0.1:1".into(), ..site.wiring() };
    fails(&site, "ad", "cloud", &wiring, &["ldaps://127.0.0.1:1"]).await;
    let site = with_a_change().await;
    let wiring = Wiring { scim_url: "http://127.0.0.1:1/v2".into(), ..site.wiring() };
    fails(&site, "cloud", "ad", &wiring, &["127.0.0.1:1"]).await;
}

#[tokio::test]
async fn another_ca() {
    let site = with_a_change().await;
    let wiring = Wiring { ca_file: site.lab.path("PROXY_CERT_FILE"), ..site.wiring() };
    fails(&site, "ad", "cloud", &wiring, &[site.lab.value("LDAPS_URL"), "certificate"]).await;
}

#[tokio::test]
async fn a_wrong_password_and_a_secret_that_is_not_there() {
    let site = with_a_change().await;
    let password_file = site.path("wrong-password");
    std::fs::write(&password_file, "N0t-the-passw0rd\n").unwrap();
    let wiring = Wiring { password_file, ..site.wiring() };
    fails(&site, "ad", "cloud", &wiring, &[site.lab.value("LDAPS_URL"), "password"]).await;
    let wiring = Wiring { password_file: site.path("no-such-file"), ..site.wiring() };
    let before = site.outside().await.dump().await;
    site.configure("broken.toml", &wiring);
    let said = site.start("broken.toml", &["apply", "ad", "--yes"]).ended().await.expect(1).said();
    assert!(said.contains("no-such-file"), "{said}");
    assert_eq!(site.outside().await.dump().await, before);
}

#[tokio::test]
async fn a_wrong_configuration_touches_nothing() {
    let site = with_a_change().await;
    let before = site.outside().await.dump().await;
    let wiring = Wiring { more: "\n[scim.cloud.usr]\nwhen = \"true\"\n".into(), ..site.wiring() };
    site.configure("broken.toml", &wiring);
    let line =
        1 + std::fs::read_to_string(site.path("broken.toml")).unwrap().lines().position(|l| l.contains("usr")).unwrap();
    for verb in [vec!["apply", "ad", "cloud", "--yes"], vec!["run"], vec!["plan"], vec!["check"]] {
        let said = site.start("broken.toml", &verb).ended().await.expect(2).said();
        assert!(said.contains("usr") && said.contains(&format!("broken.toml:{line}")), "{said}");
    }
    site.run(&["apply", "nowhere", "--yes"]).await.expect(2);
    assert_eq!(site.outside().await.dump().await, before);
}

/// The first run waits for the directory's word on its third write while the second one starts.
#[tokio::test]
async fn two_at_once_are_one_too_many() {
    let site = Site::new().await;
    site.import(&Organisation::small(), 0).await;
    let (first, gate) = site.start_through("ad", Fault::Held(3), &["apply", "ad", "--yes"]).await;
    gate.reached().await;
    let second = site.run(&["--format", "json", "apply", "ad", "cloud", "--yes"]).await.expect(6).json();
    let of = |target: &str| second["runs"].as_array().unwrap().iter().find(|run| run["target"] == target).unwrap();
    assert_eq!(of("ad")["outcome"], "busy");
    let message = of("ad")["message"].as_str().unwrap();
    assert!(message.contains("`apply`") && message.contains("process "), "{message}");
    assert_eq!(of("cloud")["outcome"], "done", "the other target is free");
    let said = site.run(&["apply", "ad", "--yes"]).await.expect(6).said();
    assert!(said.contains("holds the lease"), "{said}");
    site.run(&["plan", "ad"]).await.expect(3);
    gate.release();
    first.ended().await.expect(0);
    site.apply().await;
    site.in_step().await;
    site.everybody_once(10).await;
}

/// A joiner, and somebody who was corrected away, while the directory does not give its second page.
async fn in_part(fault: Fault) -> (Site, Ended) {
    let site = Site::new().await;
    let mut organisation = Organisation::small();
    site.import(&organisation, 0).await;
    site.apply().await;
    organisation.forget_person("hans");
    organisation.add_person("nina", "Nina", "Ny");
    organisation.employ("nina", "teknik", "Ingeniør");
    site.import(&organisation, 0).await;
    let wiring = Wiring { page_size: 3, ..site.wiring() };
    let apply = ["--format", "json", "apply", "ad", "--yes"];
    let (running, gate) = site.start_wired("ad", fault, wiring, &apply).await;
    let ended = running.ended().await;
    assert!(gate.was_reached());
    (site, ended)
}

/// With the whole picture everything is done.
async fn later_in_full(site: &Site) {
    site.apply().await;
    site.in_step().await;
    let users = site.outside().await.users().await;
    assert_eq!((users.len(), users.iter().filter(|user| enabled(user)).count()), (11, 10));
}

#[tokio::test]
async fn a_read_that_breaks_off_changes_nothing() {
    let (site, ended) = in_part(Fault::SecondPageCut).await;
    let document = ended.expect(1).json();
    assert_eq!((&document["errors"][0]["subject"], &document["runs"]), (&json!("ad"), &json!([])));
    let users = site.outside().await.users().await;
    assert_eq!((users.len(), users.iter().filter(|user| enabled(user)).count()), (10, 10));
    later_in_full(&site).await;
}

/// Whom a complete delivery no longer knows is disabled, since that one object was looked at; whoever was just not
/// on the first page loses nothing, and nobody is made who may be there already.
#[tokio::test]
async fn a_read_in_part_takes_nothing_from_whom_it_did_not_see() {
    let (site, ended) = in_part(Fault::SecondPageBusy).await;
    let run = &ended.expect(5).json()["runs"][0];
    assert_eq!(run["done"], json!({"disable": 1}), "{run}");
    let mut outside = site.outside().await;
    let users = outside.users().await;
    assert_eq!((users.len(), users.iter().filter(|user| enabled(user)).count()), (10, 9));
    assert!(!enabled(&outside.user(&format!("hankro{}", site.word)).await));
    let held = run["held"].as_array().unwrap();
    assert!(held.iter().any(|hold| hold["name"] == "Nina Ny" && hold["code"] == "unread"), "{run}");
    let groups = outside.below("(objectClass=group)").await;
    let members: usize = groups.iter().map(|group| group.attrs["member"].len()).sum();
    assert_eq!(members, 5, "nobody left a group");
    later_in_full(&site).await;
}

/// What has a date needs no proof that the read was complete.
#[tokio::test]
async fn a_dated_leaver_is_disabled_with_the_other_target_down() {
    let site = Site::new().await;
    let mut organisation = Organisation::small();
    site.import(&organisation, 0).await;
    site.apply().await;
    organisation.set("hans job", "valid_to", TODAY);
    site.import(&organisation, 0).await;
    let wiring = Wiring { scim_url: "http://127.0.0.1:1/v2".into(), ..site.wiring() };
    site.configure("broken.toml", &wiring);
    site.start("broken.toml", &["apply", "ad", "cloud", "--yes"]).ended().await.expect(1);
    assert_eq!(site.outside().await.users().await.iter().filter(|user| !enabled(user)).count(), 1);
}

/// Not found is one thing, and deleted is another: the directory itself says which. What was deleted comes back, with
/// somebody's consent.
#[tokio::test]
async fn an_account_that_somebody_deleted_is_to_be_restored_with_consent() {
    let site = Site::new().await;
    site.import(&Organisation::small(), 0).await;
    site.apply().await;
    let mut outside = site.outside().await;
    let dn = outside.user(&format!("hankro{}", site.word)).await.dn;
    outside.directory.delete(&dn).await;
    let document = site.run(&["--format", "json", "plan", "ad"]).await.expect(4).json();
    let plan = &document["plans"][0];
    assert_eq!((&plan["counts"]["restore"], &plan["counts"]["enable"]), (&json!(1), &json!(1)), "{plan}");
    let steps = plan["steps"].as_array().unwrap();
    let restore = steps.iter().find(|step| step["op"] == "restore").unwrap();
    assert!(restore["reason"].as_str().unwrap().contains("its tombstone is there"), "{restore}");
    let enable = steps.iter().find(|step| step["op"] == "enable").unwrap();
    assert_eq!(enable["needs"], json!([restore["id"]]));
    let breach = plan["breaches"].as_array().into_iter().flatten().find(|breach| breach["limit"] == "recreate");
    assert!(breach.is_some(), "{plan}");
    site.run(&["apply", "ad", "--yes"]).await.expect(4);
    assert_eq!(outside.users().await.len(), 9, "nothing is done without consent");
}
