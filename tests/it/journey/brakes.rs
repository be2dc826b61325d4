//! What is too much is held until somebody consents, and until then nothing changes anywhere.

use serde_json::{Value, json};

use crate::support::organisation::{CURRENT, Organisation, id};
use crate::support::outside::enabled;
use crate::support::process::Ended;
use crate::support::site::{PLAIN, Site, TODAY};

const MOST: [&str; 7] = ["bent", "cecilie", "dorte", "emil", "finn", "gerda", "hans"];

/// The organisation without 60 % of its people.
fn decimated(organisation: &Organisation) -> Organisation {
    let mut rest = organisation.clone();
    MOST.iter().for_each(|name| rest.forget_person(name));
    rest
}

fn breach<'a>(document: &'a Value, limit: &str) -> &'a Value {
    let breaches = document["breaches"].as_array().unwrap();
    breaches.iter().find(|breach| breach["limit"] == limit).unwrap_or_else(|| panic!("{document}"))
}

async fn approve(site: &Site, digest: &Value) -> Ended {
    site.run(&["approve", digest.as_str().unwrap()]).await
}

#[tokio::test]
async fn an_import_without_most_of_the_people_is_held_and_changes_nothing() {
    let (site, organisation) = Site::at_work().await;
    let mut outside = site.outside().await;
    let (before, roster) = (outside.dump().await, site.run(&["export"]).await.out);
    let rest = decimated(&organisation);
    let held = site.import(&rest, 4).await.json();
    let people = breach(&held, "intake.ends.person");
    assert_eq!((&people["found"], &people["of"], &people["allowed"]), (&json!(7), &json!(12), &json!(3)));
    let said = site.run(&["import", "roster", &site.deliver(&rest)]).await.expect(4).said();
    for word in ["intake.ends.person", "7", "12", "3"] {
        assert!(said.contains(word), "{word} is not in: {said}");
    }
    // the same through the schedule's way, with the source's file in place
    std::fs::create_dir_all(site.path("intake")).unwrap();
    std::fs::write(site.path("intake/hr.jsonl"), rest.text()).unwrap();
    let run = site.run(&["--format", "json", "run"]).await.expect(4).json();
    assert_eq!(run["imports"][0]["outcome"], "held");
    assert_eq!(run["runs"], json!([]));
    site.run(&["apply", "ad", "cloud", "--yes"]).await.expect(0);
    assert_eq!(outside.dump().await, before);
    assert_eq!(site.run(&["export"]).await.out, roster);
}

#[tokio::test]
async fn an_empty_delivery_is_held() {
    let (site, _) = Site::at_work().await;
    let mut outside = site.outside().await;
    let (before, roster) = (outside.dump().await, site.run(&["export"]).await.out);
    let file = site.deliver(&Organisation::default());
    site.run(&["import", "roster", &file]).await.expect(4);
    std::fs::write(&file, "").unwrap();
    let said = site.run(&["import", "roster", &file]).await.expect(4).said();
    assert!(said.contains("empty"), "{said}");
    std::fs::create_dir_all(site.path("intake")).unwrap();
    std::fs::write(site.path("intake/hr.jsonl"), "").unwrap();
    site.run(&["run"]).await.expect(4);
    assert_eq!(outside.dump().await, before);
    assert_eq!(site.run(&["export"]).await.out, roster);
}

#[tokio::test]
async fn consent_lets_exactly_the_held_import_and_then_the_held_plan_through() {
    let (site, organisation) = Site::at_work().await;
    let mut outside = site.outside().await;
    let before = outside.dump().await;
    let rest = decimated(&organisation);
    let held = site.import(&rest, 4).await.json();
    approve(&site, &held["digest"]).await.expect(0);
    let mut other = rest.clone();
    other.forget_person("jens");
    site.import(&other, 4).await; // consent is to those bytes
    assert_eq!(site.import(&rest, 0).await.json()["outcome"], "done");

    let stopped = site.run(&["--format", "json", "apply", "ad", "cloud", "--yes"]).await.expect(4).json();
    for run in stopped["runs"].as_array().unwrap() {
        assert_eq!(run["outcome"], "held");
        let disable = breach(run, "disable");
        assert_eq!((&disable["found"], &disable["of"], &disable["allowed"]), (&json!(7), &json!(10), &json!(3)));
    }
    assert_eq!(outside.dump().await, before);
    let digest = |target: &str| {
        let runs = stopped["runs"].as_array().unwrap();
        runs.iter().find(|run| run["target"] == target).unwrap()["digest"].clone()
    };
    site.run(&["apply", digest("ad").as_str().unwrap()]).await.expect(4);
    assert_eq!(outside.dump().await, before);
    for target in ["ad", "cloud"] {
        approve(&site, &digest(target)).await.expect(0);
    }
    site.run(&["apply", digest("ad").as_str().unwrap()]).await.expect(0);
    site.run(&["apply", "cloud", "--yes"]).await.expect(0);
    site.in_step().await;
    assert_eq!(outside.users().await.iter().filter(|user| enabled(user)).count(), CURRENT.len() - MOST.len());
    let active = outside.cloud("Users").await.iter().filter(|user| user["active"] == json!(true)).count();
    assert_eq!(active, CURRENT.len() - MOST.len());
}

/// Four leavers at once are one more than a plan may disable; each is dated, so the import itself is no loss.
#[tokio::test]
async fn a_plan_that_disables_too_many_is_held_on_each_target() {
    let (site, mut organisation) = Site::at_work().await;
    let mut outside = site.outside().await;
    for name in ["dorte", "emil", "finn", "hans"] {
        organisation.set(&format!("{name} job"), "valid_to", TODAY);
    }
    let import = site.run(&["--format", "json", "import", "roster", &site.deliver(&organisation)]).await;
    if import.code == Some(4) {
        approve(&site, &import.json()["digest"]).await.expect(0);
        site.import(&organisation, 0).await;
    }
    let before = outside.dump().await;
    let said = site.run(&["apply", "ad", "cloud", "--yes"]).await.expect(4).said();
    assert!(said.contains("disable"), "{said}");
    assert_eq!(outside.dump().await, before);
    // who is ordered out goes by another way, and is no decision about the plan
    site.run(&["suspend", &id("bent"), "--note", "a laptop was stolen"]).await.expect(0);
    let status = site.run(&["--format", "json", "status"]).await.expect(0).json();
    let alarms = status["alarms"].as_array().unwrap().iter().filter(|alarm| alarm["alarm"] == "limit-breached");
    let alarms: Vec<&Value> = alarms.map(|alarm| &alarm["subject"]).collect();
    assert_eq!(alarms, [&json!("target ad"), &json!("target cloud")], "{status}");
}

#[tokio::test]
async fn a_digest_is_applied_exactly_once_and_only_as_it_was_proposed() {
    let site = Site::new().await;
    let mut organisation = Organisation::small();
    site.import(&organisation, 0).await;
    let plans = site.plans(3).await;
    let digest = |target: &str| plans[target]["digest"].as_str().unwrap().to_owned();
    let run = site.run(&["--format", "json", "apply", &digest("ad")]).await.expect(0).json();
    let steps = plans["ad"]["steps"].as_array().unwrap().len();
    assert_eq!(run["runs"][0]["counts"]["done"], json!(steps));
    let mut outside = site.outside().await;
    assert_eq!(outside.users().await.len(), CURRENT.len());
    assert_eq!(outside.cloud("Users").await.len(), 0, "the other target's plan was not applied");
    let before = outside.dump().await;
    let said = site.run(&["apply", &digest("ad")]).await.expect(4).said();
    assert!(said.contains("applied already"), "{said}");
    organisation.set("emil job", "title", "Planlægger");
    site.import(&organisation, 0).await;
    let said = site.run(&["apply", &digest("cloud")]).await.expect(4).said();
    assert!(said.contains("changed since"), "{said}");
    site.run(&["apply", "0123456789abcdef0123456789abcdef"]).await.expect(4);
    assert_eq!(outside.dump().await, before);
}

/// Three of ten are within the limit of the directory, and all of one unit.
#[tokio::test]
async fn a_unit_that_loses_everybody_is_a_breach_where_there_is_a_tree() {
    let (site, mut organisation) = Site::at_work().await;
    let mut outside = site.outside().await;
    let limits = "\n[limits.subtree.\"*\"]\ndisable = { floor = 0 }\n";
    let config = std::fs::read_to_string(site.path(PLAIN)).unwrap() + limits;
    std::fs::write(site.path(PLAIN), config).unwrap();
    for name in ["gerda", "hans", "ida"] {
        organisation.set(&format!("{name} job"), "valid_to", TODAY);
    }
    site.import(&organisation, 0).await;
    let before = outside.dump_of("ad").await;
    let held = site.run(&["--format", "json", "apply", "ad", "--yes"]).await.expect(4).json();
    let breach = json!([{ "limit": "disable in ou=teknik", "found": 3, "of": 3, "allowed": 1 }]);
    assert_eq!(held["runs"][0]["breaches"], breach);
    assert_eq!(outside.dump_of("ad").await, before);
    let plan = site.run(&["--format", "json", "plan", "ad"]).await.expect(4).json()["plans"][0].clone();
    let whole = plan["limits"].as_array().unwrap().iter().find(|one| one["limit"] == "disable");
    assert_eq!(whole, Some(&json!({ "limit": "disable", "found": 3, "of": 10, "allowed": 3 })));
    // a service has no tree, so there the three are three of ten
    site.run(&["apply", "cloud", "--yes"]).await.expect(0);
    approve(&site, &plan["digest"]).await.expect(0);
    site.run(&["apply", "ad", "--yes"]).await.expect(0);
    site.in_step().await;
}
