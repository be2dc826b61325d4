//! A unit that is reorganised on a day to come: the plan of that day, today, is the plan that comes on the day.

use serde_json::{Map, Value, json};

use crate::support::organisation::{Organisation, id};
use crate::support::process::{Ended, Victim};
use crate::support::site::{PLAIN, Site};

const DAY: &str = "2026-04-01";

/// The delivery in which a thing is otherwise from the day on.
fn from_the_day(delivery: &str, changes: &[(&str, Value)]) -> String {
    let mut lines: Vec<Map<String, Value>> = delivery.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    for (name, fields) in changes {
        let at = lines.iter().position(|fact| fact.get("id") == Some(&json!(id(name)))).unwrap();
        let mut later = lines[at].clone();
        lines[at].insert("valid_to".into(), DAY.into());
        later.insert("valid_from".into(), DAY.into());
        later.extend(fields.as_object().unwrap().clone());
        lines.insert(at + 1, later);
    }
    let count = lines.len() - 1;
    lines[0].insert("count".into(), count.into());
    lines.into_iter().map(|line| Value::Object(line).to_string() + "\n").collect()
}

/// rosterd in the morning of the day.
async fn on_the_day(site: &Site, arguments: &[&str]) -> Ended {
    let mut command = site.command(PLAIN, arguments);
    command.env("ROSTERD_NOW", format!("{DAY}T06:00:00Z"));
    Victim::default().start(&mut command).ended().await
}

#[tokio::test]
async fn the_plan_for_a_day_to_come_is_the_plan_that_comes() {
    let site = Site::new().await;
    let organisation = Organisation::small();
    site.import(&organisation, 0).await;
    site.apply().await;
    // the team goes to another unit under another name and another leader, a teacher changes, and so does a group
    let changes = [
        ("team", json!({"parent": id("teknik"), "name": "Team Pære"})),
        ("dorte job", json!({"unit": id("skole"), "title": "Skolekonsulent"})),
        ("team lead", json!({"person": id("emil")})),
        ("web emil", json!({"member_person": id("hans")})),
    ];
    let delivery = from_the_day(&organisation.text(), &changes);
    let file = site.path("later.jsonl");
    std::fs::write(&file, delivery).unwrap();
    site.run(&["import", "roster", &file.display().to_string()]).await.expect(0);
    site.in_step().await;

    let planned = site.run(&["--format", "json", "plan", "--at", DAY]).await.expect(3).json();
    for plan in planned["plans"].as_array().unwrap() {
        assert_eq!((&plan["as_of"], &plan["to_look_at"]), (&json!(DAY), &json!(true)));
        site.run(&["apply", plan["digest"].as_str().unwrap()]).await.expect(4);
    }
    let ad = &planned["plans"][0];
    let ops = |op: &str| ad["counts"][op].as_u64().unwrap_or(0);
    assert!(ops("move") >= 2 && ops("create") == 1, "{}", ad["counts"]);

    let came = on_the_day(&site, &["--format", "json", "plan"]).await.expect(3).json();
    for (planned, came) in planned["plans"].as_array().unwrap().iter().zip(came["plans"].as_array().unwrap()) {
        assert_eq!(planned["steps"], came["steps"], "{}", planned["target"]);
        assert_eq!(planned["digest"], came["digest"]);
    }
    on_the_day(&site, &["apply", "ad", "cloud", "--yes"]).await.expect(0);
    let left = on_the_day(&site, &["--format", "json", "plan"]).await.expect(0).json();
    assert!(left["plans"].as_array().unwrap().iter().all(|plan| plan["steps"] == json!([])));
}
