//! A run is undone: both targets hold again what they held before, but for what the plan named as final.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};

use crate::support::organisation::{CURRENT, Organisation, id};
use crate::support::outside::Outside;
use crate::support::process::Ended;
use crate::support::site::{Site, TODAY};

/// What the servers keep by themselves.
const KEPT_BY_THE_DIRECTORY: [&str; 6] =
    ["uSNChanged", "uSNCreated", "whenChanged", "whenCreated", "pwdLastSet", "dSCorePropagationData"];

/// Everything that both services hold, without what they keep by themselves.
async fn held_by(outside: &mut Outside) -> BTreeMap<String, String> {
    let mut all = BTreeMap::new();
    for entry in outside.below("(objectClass=*)").await {
        let text = entry.attrs.into_iter().filter(|(name, _)| !KEPT_BY_THE_DIRECTORY.contains(&name.as_str()));
        let text: BTreeMap<_, _> = text
            .map(|(name, mut values)| {
                // Samba goes on showing whom a deleted manager or group referred to, from the other side
                values.retain(|value| !value.contains("\\0ADEL:"));
                values.sort();
                (name, values)
            })
            .filter(|(_, values)| !values.is_empty())
            .collect();
        let bytes: BTreeMap<_, _> = entry.bin_attrs.into_iter().collect();
        all.insert(format!("ad {}", entry.dn), format!("{text:?} {bytes:?}"));
    }
    for kind in ["Users", "Groups"] {
        for mut resource in outside.cloud(kind).await {
            resource.as_object_mut().unwrap().remove("meta");
            if let Some(members) = resource["members"].as_array_mut() {
                members.sort_by_key(Value::to_string);
            }
            all.insert(format!("cloud {}", resource["id"]), resource.to_string());
        }
    }
    all
}

fn assert_same(before: &BTreeMap<String, String>, now: &BTreeMap<String, String>) {
    let names = |all: &BTreeMap<String, String>| all.keys().cloned().collect::<Vec<_>>();
    assert_eq!(names(before), names(now));
    for (name, was) in before {
        assert_eq!(&now[name], was, "{name}");
    }
}

/// A delivery of which the steps have every operation that people come by.
fn everything(organisation: &mut Organisation) {
    organisation.add_person("nina", "Nina", "Ny");
    organisation.add("unit", "park", json!({"name": "Park & Vej", "parent": id("teknik")}));
    organisation.employ("nina", "park", "Gartner");
    organisation.add("group", "green", json!({"name": "Grønne", "description": "Alt det grønne"}));
    organisation.join("green", "nina");
    organisation.join("green", "emil");
    organisation.set("emil job", "unit", id("teknik"));
    organisation.set("emil job", "title", "Planlægger");
    organisation.set("finn", "surname", "Sø");
    organisation.set("teknik lead", "person", id("gerda"));
    organisation.set("hans job", "valid_to", TODAY);
    organisation.set("skole", "name", "Skole og Dagtilbud");
    organisation.set("team", "parent", id("teknik"));
    organisation.join("web", "finn");
    organisation.forget("web gerda");
}

/// The numbers of the runs of an answer.
fn runs(ended: &Ended) -> Vec<String> {
    ended.json()["runs"].as_array().unwrap().iter().map(|run| run["run"].to_string()).collect()
}

/// The plan that undoes a run.
async fn inverse(site: &Site, run: &str, code: i32) -> Value {
    let document = site.run(&["--format", "json", "revert", run]).await.expect(code).json();
    document["plans"][0].clone()
}

#[tokio::test]
async fn a_run_with_everything_is_undone_in_both_targets() {
    let (site, mut organisation) = Site::at_work().await;
    let mut outside = site.outside().await;
    let before = held_by(&mut outside).await;
    everything(&mut organisation);
    site.import(&organisation, 0).await;
    let applied = site.run(&["--format", "json", "apply", "ad", "cloud", "--yes"]).await.expect(0);
    let after = held_by(&mut outside).await;
    assert_ne!(before, after);
    for run in runs(&applied) {
        // what was created is deleted, which waits for somebody
        let plan = inverse(&site, &run, 4).await;
        assert_eq!(plan["held"], json!([]), "{plan}");
        assert_eq!(plan["reverts"].to_string(), run);
        let breaches: Vec<&str> =
            plan["breaches"].as_array().unwrap().iter().map(|one| one["limit"].as_str().unwrap()).collect();
        assert!(breaches.contains(&"delete"), "{breaches:?}");
        for step in plan["steps"].as_array().unwrap() {
            assert_eq!(step["irreversible"].as_bool().unwrap(), step["op"] == "delete", "{step}");
        }
        let digest = plan["digest"].as_str().unwrap();
        site.run(&["apply", digest]).await.expect(4);
        assert_eq!(inverse(&site, &run, 4).await["digest"], digest, "an equal plan has the same digest");
        site.run(&["approve", digest]).await.expect(0);
        site.run(&["apply", digest]).await.expect(0);
        assert_eq!(inverse(&site, &run, 0).await["steps"], json!([]), "nothing is left to undo");
    }
    assert_same(&before, &held_by(&mut outside).await);
    // what rosterd itself took back is nobody else's doing
    site.plans(3).await;
    for target in ["ad", "cloud"] {
        let drift = site.run(&["--format", "json", "report", "drift", target]).await.expect(0).json();
        assert_eq!(drift["parts"][0]["findings"], json!([]), "{drift}");
    }
    // the roster still says so: the next run does it again, and everybody is there once
    site.apply().await;
    site.in_step().await;
    site.everybody_once(CURRENT.len() + 1).await;
}

#[tokio::test]
async fn what_somebody_changed_since_is_left_and_told() {
    let (site, mut organisation) = Site::at_work().await;
    let mut outside = site.outside().await;
    organisation.set("emil job", "title", "Planlægger");
    organisation.set("dorte job", "title", "Vejleder");
    organisation.add_person("nina", "Nina", "Ny");
    organisation.employ("nina", "teknik", "Gartner");
    site.import(&organisation, 0).await;
    let applied = site.run(&["--format", "json", "apply", "ad", "--yes"]).await.expect(0);
    let run = runs(&applied).remove(0);
    let login = |stem: &str| format!("{stem}{}", site.word);
    for stem in ["dorhol", "ninny"] {
        let dn = outside.user(&login(stem)).await.dn;
        outside.directory.set(&dn, "title", "By hand").await;
    }
    let plan = inverse(&site, &run, 3).await;
    let held = plan["held"].as_array().unwrap().iter();
    let held: BTreeMap<&str, &str> =
        held.map(|one| (one["name"].as_str().unwrap(), one["reason"].as_str().unwrap())).collect();
    let left = "changed since the run, and left as it is: title";
    let kept = "the run made it, and title changed since: it is not deleted";
    assert_eq!(held, BTreeMap::from([("Dorte Holm", left), ("Nina Ny", kept)]), "{plan}");
    site.run(&["apply", plan["digest"].as_str().unwrap()]).await.expect(0);
    let title = async |outside: &mut Outside, stem: &str| outside.user(&login(stem)).await.attrs["title"][0].clone();
    assert_eq!(title(&mut outside, "emihol").await, "Lærer");
    assert_eq!(title(&mut outside, "dorhol").await, "By hand");
    assert_eq!(title(&mut outside, "ninny").await, "By hand");
    // what the run took back is told of nobody; what somebody changed is
    site.plans(3).await;
    let drift = site.run(&["--format", "json", "report", "drift", "ad"]).await.expect(0).json();
    let names: BTreeSet<&str> =
        drift["parts"][0]["findings"].as_array().unwrap().iter().map(|one| one["name"].as_str().unwrap()).collect();
    assert_eq!(names, BTreeSet::from(["Dorte Holm", "Nina Ny"]), "{drift}");
}

#[tokio::test]
async fn only_a_run_that_changed_a_target_can_be_undone() {
    let (site, _) = Site::at_work().await;
    let refused = site.run(&["revert", "4711"]).await.expect(2);
    assert!(refused.said().contains("there is no run 4711"), "{}", refused.said());
    let runs = site.run(&["--format", "json", "runs"]).await.expect(0).json();
    let import = runs["runs"].as_array().unwrap().iter().find(|run| run["verb"] == "import").unwrap();
    let refused = site.run(&["revert", &import["run"].to_string()]).await.expect(4);
    assert!(refused.said().contains("is none against a target"), "{}", refused.said());
    let idle = site.run(&["--format", "json", "apply", "ad", "--yes"]).await.expect(0);
    let idle = idle.json()["runs"][0]["run"].to_string();
    let refused = site.run(&["revert", &idle]).await.expect(4);
    assert!(refused.said().contains("changed nothing"), "{}", refused.said());
}
