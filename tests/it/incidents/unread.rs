//! What could not be read was taken for what is not there.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use serde_json::json;

use super::{plan_with, taken, trouble};
use crate::ldap::rewriting::{
    Answer, DONE, ENTRY, MODIFY, Onward, Rewrite, in_parts, operation, start, start_before, with_attributes,
};
use crate::support::gate::Fault;
use crate::support::organisation::{CURRENT, Organisation};
use crate::support::outside::enabled;
use crate::support::site::{PROXIED, Site, Wiring};

/// Everybody has an account; then the record says nothing any more of one of them.
async fn without_hans() -> (Site, Organisation) {
    let (site, mut organisation) = Site::at_work().await;
    organisation.forget_person("hans");
    site.import(&organisation, 0).await;
    (site, organisation)
}

/// The configuration through a proxy before the directory.
async fn through(site: &Site, rewrite: Rewrite) {
    let ldap_url = start(&site.lab, rewrite).await;
    site.configure(PROXIED, &Wiring { ldap_url, page_size: 2, ..site.wiring() });
}

/// Applied through the proxy, which ends with this code and writes nothing to the directory; and then without it.
async fn nothing_is_taken(site: &Site, code: i32) -> crate::support::process::Ended {
    let mut outside = site.outside().await;
    let before = outside.dump_of("ad").await;
    let ended = site.start(PROXIED, &["--format", "json", "apply", "ad", "--yes"]).ended().await.expect(code);
    assert_eq!(outside.dump_of("ad").await, before, "{}", ended.said());
    site.apply().await;
    site.in_step().await;
    ended
}

#[tokio::test]
async fn os2mo_ldap_fifth_page_lost() {
    let (site, _) = without_hans().await;
    let ends = AtomicUsize::new(0);
    let rewrite: Rewrite = Box::new(move |message| match operation(message) {
        // the connection ends where the page would
        DONE if ends.fetch_add(1, Ordering::Relaxed) >= 8 => Answer::Last(Vec::new()),
        _ => Answer::Pass,
    });
    through(&site, rewrite).await;
    let ended = nothing_is_taken(&site, 1).await;
    assert!(!trouble(&ended, "ad").is_empty());
    let users = site.outside().await.users().await;
    assert_eq!(users.iter().filter(|user| !enabled(user)).count(), 1, "with the whole picture it is done");
}

#[tokio::test]
async fn keycloak_24669_empty_answer() {
    let (site, _) = Site::at_work().await;
    // every search succeeds, and shows nobody
    let rewrite: Rewrite = Box::new(|message| {
        let shows_somebody = message.windows(16).any(|window| window == b"adminDescription");
        match operation(message) {
            ENTRY if shows_somebody => Answer::Instead(Vec::new()),
            _ => Answer::Pass,
        }
    });
    through(&site, rewrite).await;
    let before = site.outside().await.dump_of("ad").await;
    let ended = site.start(PROXIED, &["--format", "json", "apply", "ad", "--yes"]).ended().await;
    assert!(matches!(ended.code, Some(1 | 4 | 5)), "{}", ended.said());
    assert_eq!(site.outside().await.dump_of("ad").await, before, "{}", ended.said());
    site.in_step().await;
    site.everybody_once(CURRENT.len()).await;
}

#[tokio::test]
async fn glpi_984_network_warning() {
    let (site, _) = Site::at_work().await;
    let wiring = Wiring { page_size: 3, ..site.wiring() };
    let before = site.outside().await.dump_of("ad").await;
    let apply = ["--format", "json", "apply", "ad", "--yes"];
    let (running, gate) = site.start_wired("ad", Fault::SecondPageBusy, wiring, &apply).await;
    let ended = running.ended().await.expect(5);
    assert!(gate.was_reached());
    assert_eq!(ended.json()["runs"][0]["outcome"], "partly", "{}", ended.said());
    assert_eq!(site.outside().await.dump_of("ad").await, before);
    site.in_step().await;
}

/// In the directory of the incident 1,500 members came in one answer; here it is two.
#[tokio::test]
async fn pg_ldap_sync_32_1501_members() {
    let (site, mut organisation) = Site::at_work().await;
    for person in ["bent", "cecilie", "finn", "ida"] {
        organisation.join("web", person);
    }
    site.import(&organisation, 0).await;
    site.apply().await;
    let ldap_url = start(&site.lab, in_parts(2)).await;
    site.configure(PROXIED, &Wiring { ldap_url, ..site.wiring() });
    let plan = plan_with(&site, PROXIED, "ad", 0).await;
    assert_eq!((&plan["steps"], &plan["held"]), (&json!([]), &json!([])));
    // and one who leaves is the only one who does
    organisation.forget("web emil");
    site.import(&organisation, 0).await;
    site.start(PROXIED, &["apply", "ad", "--yes"]).ended().await.expect(0);
    let group = site.outside().await.below("(displayName=Webredaktører)").await.remove(0);
    assert_eq!(group.attrs["member"].len(), 6);
}

#[tokio::test]
async fn ssosync_236_partial_memberships() {
    let (site, mut organisation) = Site::at_work().await;
    organisation.forget("web emil");
    site.import(&organisation, 0).await;
    let mut parts = in_parts(2);
    let rewrite: Rewrite = Box::new(move |message| {
        // the later part of a group is an entry that says nothing of it
        if operation(message) == ENTRY && message.windows(15).any(|window| window == b"member;range=2-") {
            return Answer::Instead(with_attributes(message, |_, _| Vec::new()));
        }
        parts(message)
    });
    let ldap_url = start(&site.lab, rewrite).await;
    site.configure(PROXIED, &Wiring { ldap_url, ..site.wiring() });
    let before = site.outside().await.dump_of("ad").await;
    let ended = site.start(PROXIED, &["--format", "json", "apply", "ad", "--yes"]).ended().await.expect(0);
    assert!(ended.json()["runs"][0]["held"].to_string().contains("could not be read whole"), "{}", ended.said());
    assert_eq!(site.outside().await.dump_of("ad").await, before, "{}", ended.said());
    site.apply().await;
    let group = site.outside().await.below("(displayName=Webredaktører)").await.remove(0);
    assert_eq!(group.attrs["member"].len(), 2);
}

#[tokio::test]
async fn ldap_19_dead_guid() {
    let (site, mut organisation) = Site::at_work().await;
    let mut outside = site.outside().await;
    let account = site.lab.value("SYNC_DN").to_owned();
    let teknik = outside.below("(ou=Teknik)").await.remove(0).dn;
    outside.directory.hide(&teknik, &account).await;
    organisation.forget_person("hans");
    site.import(&organisation, 0).await;
    let before = outside.dump_of("ad").await;
    let links = async || {
        let list = site.run(&["--format", "json", "links", "ad", "list"]).await.json();
        list["links"].as_array().unwrap().len()
    };
    let linked = links().await;
    let said = site.run(&["apply", "ad", "--yes"]).await.expect(5).said();
    assert!(said.contains("Teknik"), "{said}");
    assert_eq!(outside.dump_of("ad").await, before, "nothing was disabled, or made anew");
    assert_eq!(links().await, linked, "nothing was forgotten");
}

#[tokio::test]
async fn learn_moved_ou_scope_matches_nothing() {
    let (site, mut organisation) = Site::at_work().await;
    organisation.set("emil job", "title", "Planlægger");
    site.import(&organisation, 0).await;
    let mut outside = site.outside().await;
    let base = site.base.clone();
    let name = base.split(',').next().unwrap().to_owned();
    outside.directory.rename(&base, &format!("{name} elsewhere")).await;
    let moved = base.replacen(&name, &format!("{name} elsewhere"), 1);
    let ended = site.run(&["--format", "json", "apply", "ad", "--yes"]).await.expect(5);
    let run = &ended.json()["runs"][0];
    assert_eq!((&run["outcome"], &run["done"]), (&json!("partly"), &json!({})), "{run}");
    assert!(run["held"].to_string().contains("it was moved out of the base"), "{run}");
    let status = site.run(&["status"]).await.said();
    assert!(status.contains("ad"), "{status}");
    outside.directory.rename(&moved, &name).await;
    site.apply().await;
    site.in_step().await;
    site.everybody_once(CURRENT.len()).await;
}

/// The session dies when some of the writes are done.
#[tokio::test]
async fn user_sync_782_session_died() {
    let site = Site::new().await;
    site.import(&Organisation::small(), 0).await;
    let dead = Arc::new(AtomicBool::new(false));
    let (writes, dies) = (AtomicUsize::new(0), Arc::clone(&dead));
    let look = Box::new(move |message: &[u8]| {
        // addRequest or modifyRequest
        if [0x68, MODIFY].contains(&operation(message)) && writes.fetch_add(1, Ordering::Relaxed) == 9 {
            dies.store(true, Ordering::Relaxed);
        }
        Onward::Pass
    });
    let killed = Arc::clone(&dead);
    let rewrite: Rewrite = Box::new(move |_| match killed.load(Ordering::Relaxed) {
        true => Answer::Last(Vec::new()),
        false => Answer::Pass,
    });
    let ldap_url = start_before(&site.lab, site.lab.value("LDAPS_URL"), look, rewrite).await;
    site.configure(PROXIED, &Wiring { ldap_url, ..site.wiring() });
    let ended = site.start(PROXIED, &["--format", "json", "apply", "ad", "--yes"]).ended().await;
    assert!(matches!(ended.code, Some(1 | 5)), "{}", ended.said());
    assert!(dead.load(Ordering::Relaxed));
    let run = &ended.json()["runs"][0];
    assert!(run["message"].as_str().is_some_and(|why| why.contains("stopped early")), "{run}");
    site.apply().await;
    site.in_step().await;
    site.everybody_once(CURRENT.len()).await;
    assert!(taken(&site.plans(0).await["ad"]).is_empty());
}
