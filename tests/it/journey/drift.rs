//! Somebody else changes the targets: told as drift, and written back, left or taken over as the configuration says.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use crate::support::organisation::{Organisation, id};
use crate::support::outside::{Outside, enabled, one};
use crate::support::site::{PLAIN, Site};

/// Surnames belong to whoever edits, then to the deliveries; everything else to these.
const POLICIES: &str = "
[owners.person]
default = [\"roster\"]
surname = [\"edit\", \"roster\"]

[ldap.ad.user.drift]
mail = \"report\"
enabled = \"report\"
manager = \"report\"

[ldap.ad.group.drift]
members = \"report\"

[scim.cloud.user.drift]
\"name.familyName\" = \"accept\"
title = \"report\"
";

async fn site() -> (Site, Organisation) {
    let site = Site::new().await;
    let mut wiring = site.wiring();
    wiring.more = POLICIES.to_owned();
    site.configure(PLAIN, &wiring);
    let organisation = Organisation::small();
    site.import(&organisation, 0).await;
    site.apply().await;
    (site, organisation)
}

/// What the report says of a target: state, name, attribute and policy.
async fn drift(site: &Site, target: &str) -> BTreeSet<[String; 4]> {
    let report = site.run(&["--format", "json", "report", "drift", target]).await.expect(0).json();
    let lines = report["parts"][0]["findings"].as_array().unwrap().clone();
    lines
        .iter()
        .map(|line| ["state", "name", "attribute", "policy"].map(|field| line[field].as_str().unwrap().to_owned()))
        .collect()
}

fn lines<const N: usize>(lines: [[&str; 4]; N]) -> BTreeSet<[String; 4]> {
    lines.into_iter().map(|line| line.map(str::to_owned)).collect()
}

async fn login(outside: &mut Outside, site: &Site, stem: &str) -> ldap3::SearchEntry {
    outside.user(&format!("{stem}{}", site.word)).await
}

#[tokio::test]
async fn what_somebody_changed_in_the_directory_is_written_back_or_left() {
    let (site, mut organisation) = site().await;
    let mut outside = site.outside().await;
    assert_eq!(drift(&site, "ad").await, lines([]), "a first run is no drift");
    let emil = login(&mut outside, &site, "emihol").await.dn;
    let hans = login(&mut outside, &site, "hankro").await.dn;
    let gerda = login(&mut outside, &site, "gerlun").await.dn;
    let dorte = login(&mut outside, &site, "dorhol").await.dn;
    let web = outside.below("(&(objectClass=group)(displayName=Webredaktører))").await.remove(0).dn;
    outside.directory.set(&emil, "title", "By hand").await;
    outside.directory.set(&emil, "mail", "emil@by-hand.test").await;
    outside.directory.set(&hans, "userAccountControl", "514").await;
    outside.directory.set(&gerda, "manager", &dorte).await;
    outside.directory.take_value(&web, "member", &dorte).await;
    outside.directory.add_values(&web, "member", [hans.clone()]).await;
    // what the roster changes meanwhile is no drift
    organisation.set("finn job", "title", "Specialist");
    site.import(&organisation, 0).await;

    let plan = site.plans(3).await.remove("ad").unwrap();
    let steps: Vec<&str> =
        plan["steps"].as_array().unwrap().iter().map(|step| step["name"].as_str().unwrap()).collect();
    assert_eq!(steps, ["Emil Holm", "Finn Sand"], "{plan}");
    assert_eq!(plan["steps"][0]["changes"].as_array().unwrap().len(), 1, "the title alone: {plan}");
    let new = |state| {
        lines([
            [state, "Emil Holm", "title", "revert"],
            [state, "Emil Holm", "mail", "report"],
            [state, "Hans Krog", "enabled", "report"],
            [state, "Gerda Lund", "manager", "report"],
            [state, "Webredaktører", "members", "report"],
        ])
    };
    assert_eq!(drift(&site, "ad").await, new("new"));
    site.plans(3).await;
    assert_eq!(drift(&site, "ad").await, new("known"), "seen by two reads");
    site.run(&["apply", "ad", "--yes"]).await.expect(0);
    let left = lines([
        ["resolved", "Emil Holm", "title", "revert"],
        ["known", "Emil Holm", "mail", "report"],
        ["known", "Hans Krog", "enabled", "report"],
        ["known", "Gerda Lund", "manager", "report"],
        ["known", "Webredaktører", "members", "report"],
    ]);
    assert_eq!(drift(&site, "ad").await, left);
    let emil = login(&mut outside, &site, "emihol").await;
    assert_eq!((one(&emil, "title"), one(&emil, "mail")), (Some("Lærer"), Some("emil@by-hand.test")));
    assert!(!enabled(&login(&mut outside, &site, "hankro").await), "somebody had a reason to lock him out");
    assert_eq!(one(&login(&mut outside, &site, "gerlun").await, "manager"), Some(dorte.as_str()));

    // the roster moves: it is no drift any more, and written
    organisation.set("teknik lead", "person", id("gerda"));
    organisation.set("hans job", "valid_to", crate::support::site::TODAY);
    organisation.forget("web gerda");
    site.import(&organisation, 0).await;
    outside.directory.set(&hans, "userAccountControl", "512").await;
    site.run(&["apply", "ad", "--yes"]).await.expect(0);
    assert!(!enabled(&login(&mut outside, &site, "hankro").await), "a leaver is disabled whatever is left to others");
}

#[tokio::test]
async fn who_lets_somebody_in_again_whom_an_order_keeps_out_is_told() {
    let (site, _) = site().await;
    let mut outside = site.outside().await;
    let hans = login(&mut outside, &site, "hankro").await.dn;
    let who = format!("hankro{}", site.word);
    site.run(&["suspend", &who, "--note", "laptop stolen"]).await.expect(0);
    assert!(!enabled(&login(&mut outside, &site, "hankro").await));
    // nothing was read since: that he was out is known from our own write alone
    outside.directory.set(&hans, "userAccountControl", "512").await;
    let plan = site.plans(3).await.remove("ad").unwrap();
    assert_eq!((&plan["steps"][0]["op"], plan["steps"].as_array().unwrap().len()), (&"disable".into(), 1), "{plan}");
    assert_eq!(drift(&site, "ad").await, lines([["new", "Hans Krog", "enabled", "revert"]]));
    site.run(&["apply", "ad", "--yes"]).await.expect(0);
    assert!(!enabled(&login(&mut outside, &site, "hankro").await));
}

#[tokio::test]
async fn a_service_is_right_about_what_the_roster_takes_over() {
    let (site, organisation) = site().await;
    let outside = site.outside().await;
    let users = outside.cloud("Users").await;
    let emil =
        users.iter().find(|user| user["name"]["familyName"] == "Holm" && user["name"]["givenName"] == "Emil").unwrap();
    outside
        .patch(
            &format!("Users/{}", emil["id"].as_str().unwrap()),
            &json!([
                {"op": "replace", "path": "name.familyName", "value": "Holm-Bak"},
                {"op": "replace", "path": "title", "value": "By hand"},
            ]),
        )
        .await;
    let plan = site.plans(0).await.remove("cloud").unwrap();
    assert_eq!(plan["held"].as_array().unwrap().len(), 2, "{plan}");
    let limit = plan["limits"].as_array().unwrap().iter().find(|one| one["limit"] == "take-over").unwrap();
    assert_eq!((&limit["found"], &limit["allowed"]), (&json!(1), &json!(3)));
    site.run(&["apply", "cloud", "--yes"]).await.expect(0);
    let person = site.run(&["--format", "json", "show", "person", &id("emil")]).await.expect(0).json();
    assert!(person.to_string().contains("Holm-Bak"), "{person}");
    let known =
        lines([["resolved", "Emil Holm", "name.familyName", "accept"], ["known", "Emil Holm", "title", "report"]]);
    site.plans(3).await;
    assert_eq!(names_aside(drift(&site, "cloud").await), names_aside(known));
    // it holds against the next delivery, and the directory gets it, too
    site.import(&organisation, 0).await;
    site.run(&["apply", "ad", "--yes"]).await.expect(0);
    let mut outside = site.outside().await;
    assert_eq!(one(&login(&mut outside, &site, "emihol").await, "sn"), Some("Holm-Bak"));
}

/// The same without names, which may be of before or after.
fn names_aside(lines: BTreeSet<[String; 4]>) -> BTreeSet<[String; 3]> {
    lines.into_iter().map(|[state, _, attribute, policy]| [state, attribute, policy]).collect()
}

/// A kill before or after the edit that takes a value over: it is made once, and names a run that there is.
#[cfg(feature = "lab")]
#[tokio::test]
async fn what_is_taken_over_is_so_once_wherever_the_run_is_killed() {
    let (site, _) = site().await;
    let outside = site.outside().await;
    let users = outside.cloud("Users").await;
    let of = |name: &str| {
        let user = users.iter().find(|user| user["name"]["givenName"] == name).unwrap();
        format!("Users/{}", user["id"].as_str().unwrap())
    };
    for (at, moment, name) in [("emil", "before", "Emil"), ("gerda", "after", "Gerda")] {
        let surname = format!("Bak-{name}");
        let change = json!([{"op": "replace", "path": "name.familyName", "value": surname}]);
        outside.patch(&of(name), &change).await;
        let mut command = site.command(PLAIN, &["apply", "cloud", "--yes"]);
        command.env("ROSTERD_STOPS", format!("stop:{moment} what is taken over"));
        let killed = crate::support::process::Victim::default().start(&mut command).ended().await;
        assert_eq!(killed.code, None, "{}", killed.said());
        site.run(&["apply", "cloud", "--yes"]).await.expect(0);
        let shown = site.run(&["--format", "json", "show", "person", &id(at), "--history"]).await.expect(0).json();
        let all = shown["versions"].as_array().unwrap();
        let taken: Vec<&Value> = all.iter().filter(|version| version["surname"] == surname.as_str()).collect();
        assert_eq!(taken.len(), 1, "{shown}");
        let note = taken[0]["note"].as_str().unwrap();
        let run: i64 = note.strip_prefix("taken over from cloud by run ").unwrap().parse().unwrap();
        let runs = site.run(&["--format", "json", "runs"]).await.expect(0).json();
        let run = runs["runs"].as_array().unwrap().iter().find(|one| one["run"] == run).unwrap();
        let outcome = if moment == "after" { "cut off" } else { "done" };
        assert_eq!((&run["target"], &run["outcome"]), (&json!("cloud"), &json!(outcome)), "{runs}");
        assert!(site.run(&["verify-log"]).await.expect(0).code == Some(0));
    }
    site.run(&["apply", "ad", "--yes"]).await.expect(0);
    site.in_step().await;
}

#[tokio::test]
async fn what_the_roster_may_not_take_over_is_told() {
    let site = Site::new().await;
    let mut wiring = site.wiring();
    wiring.more = "\n[scim.cloud.user.drift]\n\"name.familyName\" = \"accept\"\n".to_owned();
    site.configure(PLAIN, &wiring);
    site.import(&Organisation::small(), 0).await;
    site.apply().await;
    let outside = site.outside().await;
    let users = outside.cloud("Users").await;
    let path = format!("Users/{}", users[0]["id"].as_str().unwrap());
    outside.patch(&path, &json!([{"op": "replace", "path": "name.familyName", "value": "Other"}])).await;
    let answer = site.run(&["--format", "json", "apply", "cloud", "--yes"]).await.expect(5).json();
    let failure: &Value = &answer["runs"][0]["failures"][0];
    assert_eq!(failure["op"], "accept");
    assert!(failure["message"].as_str().unwrap().contains("its next delivery would undo the edit"), "{failure}");
}
