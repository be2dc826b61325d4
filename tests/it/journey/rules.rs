//! Rules that change: looked at before they are in force, and asked about the first time they take something away.

use serde_json::{Value, json};

use crate::scim::lab::Vendor;
use crate::support::organisation::{CURRENT, id};
use crate::support::sample::sample;
use crate::support::service::Service;
use crate::support::site::{PLAIN, Site, TODAY, Wiring};

/// The configuration with another rule, under this name.
fn changed(site: &Site, name: &str, wiring: &Wiring, rule: (&str, &str)) {
    site.configure(name, wiring);
    let text = std::fs::read_to_string(site.path(name)).unwrap();
    assert!(text.contains(rule.0), "{}", rule.0);
    std::fs::write(site.path(name), text.replace(rule.0, rule.1)).unwrap();
}

const TITLE: &str = "title = \"truncate(engagement.title or engagement.job_function.name, 128)\"";
const LOUD: &str = "title = \"upper(engagement.title)\"\ninfo = \"unit.name\"";

#[tokio::test]
async fn other_rules_are_tried_on_what_was_seen_last_and_nobody_is_asked() {
    let (site, _) = Site::at_work().await;
    site.in_step().await;
    let before = site.outside().await.dump().await;
    let nowhere = Wiring { ldap_url: "ldaps://127.0.0.1:1".into(), ..site.wiring() };
    changed(&site, "other.toml", &nowhere, (TITLE, LOUD));
    let other = site.path("other.toml").display().to_string();
    let tried = site.run(&["--format", "json", "plan", "ad", "--try", &other]).await.expect(3).json();
    let plan = &tried["plans"][0];
    assert_eq!(plan["counts"], json!({ "update": CURRENT.len() }));
    assert_eq!((&plan["to_look_at"], &plan["not_read"]), (&json!(true), &json!(["user info"])));
    for step in plan["steps"].as_array().unwrap() {
        let names: Vec<&Value> =
            step["changes"].as_array().unwrap().iter().map(|change| &change["attribute"]).collect();
        assert_eq!(names, ["info", "title"], "{step}");
    }
    let said = site.run(&["plan", "ad", "--try", &other]).await.expect(3).said();
    assert!(said.contains("this plan is only to look at") && said.contains("user info"), "{said}");
    let digest = plan["digest"].as_str().unwrap();
    site.run(&["apply", digest]).await.expect(4);
    site.run(&["approve", digest]).await.expect(4);
    // the rules in force give nothing to do, by the same observation
    let same = site.path(PLAIN).display().to_string();
    site.run(&["plan", "--try", &same]).await.expect(0);
    site.in_step().await;
    assert_eq!(site.outside().await.dump().await, before);
}

#[tokio::test]
async fn a_target_that_was_never_read_cannot_be_tried() {
    let site = Site::new().await;
    let file = site.path(PLAIN).display().to_string();
    let said = site.run(&["plan", "ad", "--try", &file]).await.expect(1).said();
    assert!(said.contains("never read completely"), "{said}");
    std::fs::write(site.path("wrong.toml"), "[roster]\nfile = 1\n").unwrap();
    let wrong = site.path("wrong.toml").display().to_string();
    site.run(&["plan", "--try", &wrong]).await.expect(2);
}

#[tokio::test]
async fn what_new_rules_take_away_waits_for_an_approval_the_first_time() {
    let (site, mut organisation) = Site::at_work().await;
    // by the rules of the last run one leaver is no matter
    organisation.set("gerda job", "valid_to", "2026-03-01");
    site.import(&organisation, 0).await;
    site.apply().await;

    changed(&site, PLAIN, &site.wiring(), (TITLE, "title = \"upper(engagement.title)\""));
    organisation.set("hans job", "valid_to", "2026-03-01");
    site.import(&organisation, 0).await;
    let held = site.run(&["--format", "json", "apply", "ad", "--yes"]).await.expect(4).json();
    let breach =
        json!([{ "limit": "new-rules", "found": 1, "of": held["runs"][0]["breaches"][0]["of"], "allowed": 0 }]);
    assert_eq!(held["runs"][0]["breaches"], breach);
    let said = site.run(&["plan", "ad"]).await.expect(4).said();
    assert!(said.contains("take something away, and the configuration"), "{said}");
    assert!(site.run(&["status"]).await.expect(0).said().contains("held"));
    site.run(&["approve", held["runs"][0]["digest"].as_str().unwrap()]).await.expect(0);
    site.run(&["apply", "ad", "--yes"]).await.expect(0);

    // now they are the rules of the last run
    organisation.set("finn job", "valid_to", "2026-03-01");
    site.import(&organisation, 0).await;
    site.apply().await;

    // limits, schedules and sources decide nothing about what is taken away
    let same = Wiring { more: "\n[limits]\ndisable = { count = 9, share = 50, floor = 9 }\n".into(), ..site.wiring() };
    changed(&site, PLAIN, &same, (TITLE, "title = \"upper(engagement.title)\""));
    organisation.set("emil job", "valid_to", "2026-03-01");
    site.import(&organisation, 0).await;
    site.apply().await;
    site.in_step().await;
}

#[tokio::test]
async fn a_rule_that_means_few_is_held_and_told_as_leaving_scope() {
    let service = Service::new(Vendor::Strict).await;
    service.import(&sample(&["--day", TODAY, "--people", "420"]).0).await;
    service.apply().await;
    let everybody = service.all("Users").await;
    let config = service.path("config.toml");
    let text = std::fs::read_to_string(&config).unwrap();
    let rule = "[scim.cloud.user]\nwhen = \"default(person.given_name, '') < 'E'\"\n";
    std::fs::write(&config, text.replace("[scim.cloud.user]\n", rule)).unwrap();

    let plan = service.run(&["--format", "json", "plan"]).await.expect(4).json()["plans"][0].take();
    let leaving: Vec<&Value> =
        plan["steps"].as_array().unwrap().iter().filter(|step| step["op"] == "disable").collect();
    assert!(leaving.len() >= 300 && everybody.len() > 400, "{} of {}", leaving.len(), everybody.len());
    for step in &leaving {
        assert_eq!((&step["rung"], &step["ground"]), (&json!("out-of-scope"), &json!("ended")));
        assert_eq!(step["reason"], "leaves scope because `default(person.given_name, '') < 'E'` does not hold");
    }
    let breached: Vec<&str> =
        plan["breaches"].as_array().unwrap().iter().map(|breach| breach["limit"].as_str().unwrap()).collect();
    assert!(breached.contains(&"leave-scope") && !breached.contains(&"disable"), "{breached:?}");
    let found = |limit: &str| {
        let limits = plan["limits"].as_array().unwrap();
        limits.iter().find(|one| one["limit"] == limit).unwrap_or_else(|| panic!("{limits:?}"))["found"].clone()
    };
    assert_eq!((found("leave-scope"), found("disable")), (json!(leaving.len()), json!(0)));
    let said = service.run(&["apply", "cloud", "--yes"]).await.expect(4).said();
    assert!(said.contains(&format!("leave-scope: {} of", leaving.len())), "{said}");
    assert!(service.run(&["plan"]).await.expect(4).said().contains("disable, leaving scope ("));
    assert_eq!(service.all("Users").await, everybody, "nobody lost anything");

    // who is to be left alone keeps the account, and is told of
    let keep = format!("{rule}leaves = \"keep\"\n");
    std::fs::write(&config, text.replace("[scim.cloud.user]\n", &keep)).unwrap();
    let plan = service.run(&["--format", "json", "plan"]).await.expect(3).json()["plans"][0].take();
    assert!(plan["counts"].as_object().unwrap().keys().eq(["update"]), "who lost the manager: {}", plan["counts"]);
    assert_eq!(plan["held"].as_array().unwrap().len(), leaving.len());
    assert!(plan["held"].as_array().unwrap().iter().all(|hold| hold["code"] == "out-of-scope"));
    std::fs::write(&config, text).unwrap();
    service.in_step().await;
}

#[tokio::test]
async fn what_may_be_done_is_said_of_each_deed_by_itself() {
    let (site, mut organisation) = Site::at_work().await;
    let scopes = r#"
[ldap.ad.user.scope]
create = "person.category != 'external'"
change = "unit.name != 'Teknik'"
disable = "person.surname != 'Lund'"
"#;
    site.configure(PLAIN, &Wiring { more: scopes.into(), ..site.wiring() });
    organisation.add_person("mona", "Mona", "Ny");
    organisation.employ("mona", "skole", "Konsulent");
    organisation.set("mona", "category", id("external"));
    organisation.set("finn job", "title", "Kontorleder");
    organisation.set("hans job", "title", "Chefingeniør");
    organisation.set("gerda job", "valid_to", "2026-03-01");
    organisation.set("emil job", "valid_to", "2026-03-01");
    site.import(&organisation, 0).await;
    let document = site.run(&["--format", "json", "plan", "ad"]).await.json();
    let plan = &document["plans"][0];
    let mut done: Vec<(&str, &str)> = plan["steps"]
        .as_array()
        .unwrap()
        .iter()
        .map(|step| (step["op"].as_str().unwrap(), step["name"].as_str().unwrap()))
        .collect();
    done.sort_unstable();
    assert_eq!(done, [("disable", "Emil Holm"), ("update", "Finn Sand")]);
    assert_eq!(plan["outside"], json!({ "create": 1, "change": 1, "disable": 1 }));
    let said = site.run(&["plan", "ad"]).await.said();
    assert!(said.contains("left alone, since it is not ours to do: create 1, change 1, disable 1"), "{said}");
    // the cloud has scopes of its own: none
    let cloud = site.run(&["--format", "json", "plan", "cloud"]).await.json();
    assert_eq!(cloud["plans"][0]["outside"], Value::Null);
    assert_eq!(cloud["plans"][0]["counts"], json!({ "create": 1, "update": 2, "disable": 2 }));
}
