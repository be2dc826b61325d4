//! Reports on the real servers show the right people.

use std::collections::BTreeSet;

use serde_json::Value;

use crate::support::process::{Ended, Victim};
use crate::support::site::{PLAIN, Site};

/// Runs rosterd on another day.
async fn on(site: &Site, day: &str, arguments: &[&str]) -> Ended {
    let mut command = site.command(PLAIN, arguments);
    command.env("ROSTERD_NOW", format!("{day}T09:00:00Z"));
    Victim::default().start(&mut command).ended().await
}

async fn report(site: &Site, day: &str, words: &[&str]) -> Value {
    on(site, day, &[&["--format", "json", "report"], words].concat()).await.expect(0).json()
}

/// What a part of a target tells: the cells of these columns.
fn told<const N: usize>(report: &Value, part: &str, target: &str, columns: [&str; N]) -> BTreeSet<[String; N]> {
    let parts = report["parts"].as_array().unwrap();
    let part = parts.iter().find(|one| one["name"] == part && one["target"] == target).unwrap();
    let findings = part["findings"].as_array().unwrap().iter();
    findings.map(|one| columns.map(|column| one[column].as_str().unwrap_or_default().to_owned())).collect()
}

fn set<const N: usize, const M: usize>(rows: [[&str; N]; M]) -> BTreeSet<[String; N]> {
    rows.into_iter().map(|row| row.map(str::to_owned)).collect()
}

#[tokio::test]
async fn leavers_strangers_and_people_without_an_account_are_found() {
    let (site, mut organisation) = Site::at_work().await; // on the second of March
    let day = "2026-03-10";
    for target in ["ad", "cloud"] {
        let none = report(&site, "2026-03-02", &["leavers", target]).await;
        assert_eq!(told(&none, "leavers", target, ["name"]), set([]));
        let none = report(&site, "2026-03-02", &["accounts-without-person", target]).await;
        assert_eq!(told(&none, "accounts", target, ["name"]), set([]));
        let none = report(&site, "2026-03-02", &["people-without-account", target]).await;
        assert_eq!(told(&none, "people", target, ["name"]), set([]));
    }

    // Hans leaves and Mette comes by the roster, and nothing is applied yet; somebody makes an account by hand
    organisation.set("hans job", "valid_to", day);
    organisation.add_person("mette", "Mette", "Østergård");
    organisation.employ("mette", "teknik", "Ingeniør");
    let file = site.deliver(&organisation);
    on(&site, day, &["import", "roster", &file]).await.expect(0);
    let mut outside = site.outside().await;
    let beside = outside.user(&format!("gerlun{}", site.word)).await.dn;
    let (_, place) = beside.split_once(',').unwrap();
    let stranger = format!("Stranger {}", site.word);
    let login = format!("stranger{}", site.word);
    let attributes = [("objectClass", "user"), ("sAMAccountName", login.as_str())];
    outside.directory.add(&format!("CN={stranger},{place}"), &attributes).await;

    let reconciled = on(&site, day, &["--format", "json", "report", "reconciliation", "ad"]).await.expect(0).json();
    assert_eq!(told(&reconciled, "missing", "ad", ["name", "op"]), set([["Mette Østergård", "create"]]));
    assert_eq!(told(&reconciled, "extra", "ad", ["name", "op"]), set([["Hans Krog", "disable"]]));
    assert_eq!(told(&reconciled, "unmanaged", "ad", ["name"]), set([[stranger.as_str()]]));

    for target in ["ad", "cloud"] {
        let leavers = report(&site, day, &["leavers", target]).await;
        let hans = [["Hans Krog", "disabled", "2026-03-09"]];
        assert_eq!(told(&leavers, "leavers", target, ["name", "rung", "last_day"]), set(hans));
        let people = report(&site, day, &["people-without-account", target]).await;
        assert_eq!(told(&people, "people", target, ["name"]), set([["Mette Østergård"]]));
    }
    let strangers = report(&site, day, &["accounts-without-person", "ad"]).await;
    assert_eq!(told(&strangers, "accounts", "ad", ["name", "usable"]), set([[stranger.as_str(), "no"]]));

    let page = ["report", "reconciliation", "--language", "da", "--format", "html"];
    let page = on(&site, day, &page).await.expect(0).out;
    assert!(page.contains("Mette Østergård") && page.contains("brugeren er ikke i målsystemet"), "{page}");
    let english: Vec<&str> = page.split("<span lang=\"en\">").skip(1).collect();
    assert!(english.is_empty(), "in an ordinary case something is English: {english:#?}");

    let plans = report(&site, day, &["plans", "ad"]).await;
    let digest = told(&plans, "pending", "ad", ["digest"]).into_iter().next().unwrap();
    let apply = told(&plans, "pending", "ad", ["apply", "ends"]).into_iter().next().unwrap();
    assert_eq!(apply[0], format!("rosterd apply {}", digest[0]));

    on(&site, day, &["apply", "ad", "cloud", "--yes"]).await.expect(0);
    for target in ["ad", "cloud"] {
        let leavers = report(&site, day, &["leavers", target]).await;
        assert_eq!(told(&leavers, "leavers", target, ["name"]), set([]));
        let people = report(&site, day, &["people-without-account", target]).await;
        assert_eq!(told(&people, "people", target, ["name"]), set([]));
        let runs = report(&site, day, &["runs", target]).await;
        assert!(told(&runs, "runs", target, ["verb", "outcome"]).contains(&["apply", "done"].map(str::to_owned)));
    }
    on(&site, "2026-03-11", &["plan"]).await.expect(0);
    let none = report(&site, "2026-03-11", &["plans"]).await;
    assert_eq!(none["lead"][0], "No plan waits.");
}

#[tokio::test]
async fn who_has_access_is_shown_by_manager_and_by_group() {
    let (site, _) = Site::at_work().await;
    let day = "2026-03-02";
    for target in ["ad", "cloud"] {
        let by_group = report(&site, day, &["access-by-group", target]).await;
        let members = told(&by_group, "members", target, ["group", "name", "usable"]);
        for (group, names) in [
            ("Webredaktører", &["Dorte Holm", "Emil Holm", "Gerda Lund"][..]),
            ("Krisestab", &["Anna Ærtebjerg", "Hans Krog"][..]),
        ] {
            let of_group: Vec<&str> = members.iter().filter(|row| row[0] == group).map(|row| row[1].as_str()).collect();
            assert_eq!(of_group, names, "{target}");
        }
        let by_manager = report(&site, day, &["access-by-manager", target]).await;
        let people = told(&by_manager, "accounts", target, ["manager", "name"]);
        for (manager, name) in
            [("Cécilie Åkjær", "Dorte Holm"), ("Bent O'Brien", "Cécilie Åkjær"), ("Anna Ærtebjerg", "Gerda Lund")]
        {
            assert!(people.contains(&[manager.to_owned(), name.to_owned()]), "{target}: {manager}, {name}: {people:?}");
        }
    }
    let units = report(&site, day, &["units-without-manager"]).await;
    let found = &units["parts"][0]["findings"];
    assert_eq!((&found[0]["name"], &found[0]["above"]), (&"Teknik".into(), &"Anna Ærtebjerg".into()), "{units}");
    assert_eq!(found.as_array().unwrap().len(), 1);
}
