//! The ladder on real servers, with a clock that is moved on: what becomes of each person in the directory and in the
//! service on each day, as a table. Every run leaves nothing to do.

use std::collections::BTreeMap;
use std::fmt::Write;

use serde_json::{Value, json};

use crate::support::organisation::{Organisation, id};
use crate::support::outside::{Outside, enabled, guid, one, parent};
use crate::support::process::Victim;
use crate::support::site::{PLAIN, Site};

/// Whom the table tells of, by given name.
const PEOPLE: [&str; 9] = ["Hans", "Karen", "Finn", "Emil", "Dorte", "Gerda", "Ida", "Jens", "Bent"];

const LADDER: &str = r#"
[limits]
disable = { count = 100, share = 100, floor = 100 }
remove_members = { count = 100, share = 100, floor = 100 }
strip = { count = 100, share = 100, floor = 100 }
hide = { count = 100, share = 100, floor = 100 }
move_leavers = { count = 100, share = 100, floor = 100 }

[lifecycle]
create_days = 14
leave = "disable"
hide_days = 0
strip_days = 30
move_days = 60

[lifecycle.category.external]
needs = ["sponsor", "end"]

[ldap.ad.lifecycle]
delete_days = 180
hide = { info = "hidden" }
strip = { employeeType = "" }

[scim.cloud.lifecycle]
delete_days = 180
hide = { nickName = "hidden" }
"#;

struct Course {
    site: Site,
    organisation: Organisation,
    /// The object ids of the accounts that were seen first, by given name.
    first: BTreeMap<String, Vec<u8>>,
    text: String,
}

impl Course {
    async fn new() -> Self {
        let site = Site::new().await;
        let leavers = format!("OU=Leavers,{}", site.base);
        site.lab.administrator().await.add(&leavers, &[("objectClass", "organizationalUnit")]).await;
        let text = std::fs::read_to_string(site.path(PLAIN)).unwrap() + LADDER;
        let text = text.replace("page_size =", &format!("leavers_base = \"{leavers}\"\npage_size ="));
        let licence = "employeeNumber = \"engagement.number\"";
        let text = text.replace(licence, &format!("{licence}\nemployeeType = \"'E3'\""));
        std::fs::write(site.path(PLAIN), text).unwrap();
        Self { site, organisation: Organisation::small(), first: BTreeMap::new(), text: String::new() }
    }

    async fn run(&self, now: &str, arguments: &[&str]) -> crate::support::process::Ended {
        let mut command = self.site.command(PLAIN, arguments);
        command.env("ROSTERD_NOW", now);
        Victim::default().start(&mut command).ended().await
    }

    /// Imports what the record says, applies it on a day, and tells of it; what is held is approved.
    async fn on(&mut self, day: &str) {
        self.at(day, &format!("{day}T08:00:00Z")).await;
    }

    async fn at(&mut self, day: &str, now: &str) {
        let file = self.site.deliver(&self.organisation);
        self.run(now, &["import", "roster", &file]).await.expect(0);
        let planned = self.run(now, &["--format", "json", "plan"]).await.json();
        for plan in planned["plans"].as_array().unwrap() {
            let breaches = plan["breaches"].as_array().unwrap();
            if !breaches.is_empty() {
                let limits: Vec<&str> = breaches.iter().map(|breach| breach["limit"].as_str().unwrap()).collect();
                writeln!(self.text, "{day} {} is held: {}", plan["target"].as_str().unwrap(), limits.join(", "))
                    .unwrap();
                self.run(now, &["approve", plan["digest"].as_str().unwrap()]).await.expect(0);
            }
        }
        self.run(now, &["apply", "ad", "cloud", "--yes"]).await.expect(0);
        let left = self.run(now, &["--format", "json", "plan"]).await.expect(0).json();
        for plan in left["plans"].as_array().unwrap() {
            assert_eq!(plan["steps"], json!([]), "{day}");
        }
        writeln!(self.text, "{day}").unwrap();
        let mut outside = self.site.outside().await;
        for name in PEOPLE {
            let directory = self.of_directory(&mut outside, name).await;
            let service = of_service(&outside, name).await;
            writeln!(self.text, "  {name:<6} {directory:<62} | {service}").unwrap();
        }
    }

    async fn of_directory(&mut self, outside: &mut Outside, name: &str) -> String {
        let found = outside.users().await.into_iter().find(|user| one(user, "givenName") == Some(name));
        let Some(user) = found else { return "-".into() };
        let first = self.first.entry(name.to_owned()).or_insert_with(|| guid(&user));
        let anew = if guid(&user) == *first { "" } else { " anew" };
        let place = parent(&user.dn).split(',').next().unwrap_or_default().trim_start_matches("OU=").replace('\\', "");
        let usable = if enabled(&user) { "enabled" } else { "disabled" };
        let groups = outside.below("(objectClass=group)").await;
        let holds =
            |group: &&ldap3::SearchEntry| group.attrs.get("member").is_some_and(|members| members.contains(&user.dn));
        let groups: Vec<&str> = groups.iter().filter(holds).filter_map(|group| one(group, "displayName")).collect();
        let mut parts = vec![format!("{usable}{anew}"), place, groups.join("+")];
        parts.extend(["employeeType", "info"].iter().filter_map(|name| one(&user, name)).map(ToOwned::to_owned));
        parts.retain(|part| !part.is_empty());
        parts.join(", ")
    }
}

async fn of_service(outside: &Outside, name: &str) -> String {
    let users = outside.cloud("Users").await;
    let Some(user) = users.iter().find(|user| user["name"]["givenName"] == name) else { return "-".into() };
    let groups = outside.cloud("Groups").await;
    let holds = |group: &&Value| {
        group["members"].as_array().is_some_and(|members| members.iter().any(|member| member["value"] == user["id"]))
    };
    let groups: Vec<&str> = groups.iter().filter(holds).filter_map(|group| group["displayName"].as_str()).collect();
    let mut parts = vec![if user["active"] == true { "active" } else { "inactive" }.to_owned(), groups.join("+")];
    parts.extend(user["nickName"].as_str().map(ToOwned::to_owned));
    parts.retain(|part| !part.is_empty());
    parts.join(", ")
}

#[tokio::test]
async fn every_rung_in_the_directory_and_in_the_service() {
    let mut course = Course::new().await;
    let organisation = &mut course.organisation;
    organisation.set("hans job", "valid_to", "2026-03-29");
    organisation.set("emil job", "valid_to", "2026-03-10");
    organisation.set("dorte job", "valid_to", "2026-12-01");
    organisation.set("bent job", "valid_to", "2026-03-10");
    let leave = json!({"person": id("finn"), "valid_from": "2026-03-10", "valid_to": "2026-04-10"});
    organisation.add("leave", "finn leave", leave);
    let second = json!({"person": id("gerda"), "unit": id("team"), "valid_from": "2026-03-10", "valid_to": "2026-09-01",
        "fraction": 0.2, "title": "Vikar"});
    organisation.add("engagement", "gerda second", second);
    organisation.set("gerda job", "valid_to", "2026-05-01");
    organisation.set("gerda job", "fraction", 0.8);
    // Ida is external: without a sponsor and a last day nothing is done
    course.on("2026-03-02").await;
    course.organisation.set("ida", "sponsor", id("gerda"));
    course.organisation.set("ida job", "valid_to", "2026-06-01");
    course.on("2026-03-10").await;
    course.on("2026-03-18").await;
    // summer time begins at the end of Hans' last day: 23:30 in UTC is half past midnight
    course.at("2026-03-28", "2026-03-28T22:30:00Z").await;
    course.at("2026-03-29", "2026-03-28T23:30:00Z").await;
    course.on("2026-04-10").await;
    // Emil's end is moved later while stripped; Bent was never there; Dorte's end is moved earlier
    course.organisation.set("emil job", "valid_to", "2026-10-25");
    course.organisation.forget_person("bent");
    course.organisation.set("dorte job", "valid_to", "2026-02-20");
    course.on("2026-05-01").await;
    // Jens is told of another first day of the job that he has
    course.organisation.set("jens job", "valid_from", "2026-08-01");
    course.organisation.forget("jens second job");
    course.on("2026-06-01").await;
    // Hans comes back among the leavers, and leaves again; Dorte is back from there for good
    let again = json!({"person": id("hans"), "unit": id("skole"), "title": "Pedel", "valid_from": "2026-06-10",
        "valid_to": "2026-06-20"});
    course.organisation.add("engagement", "hans again", again);
    course.on("2026-06-10").await;
    course.organisation.set("dorte job", "valid_to", Value::Null);
    course.on("2026-06-20").await;
    course.on("2026-12-20").await;
    insta::assert_snapshot!(course.text);
    back_from_deleted(course).await;
}

/// The directory brings the account back, or, where it refuses to, the next run makes a new one; the service has only
/// new ones. The groups come back in both.
async fn back_from_deleted(mut course: Course) {
    let third = json!({"person": id("hans"), "unit": id("teknik"), "title": "Ingeniør", "valid_from": "2027-01-10"});
    course.organisation.add("engagement", "hans third", third);
    let file = course.site.deliver(&course.organisation);
    let (early, first) = ("2027-01-01T08:00:00Z", "2027-01-10T08:00:00Z");
    course.run(early, &["import", "roster", &file]).await.expect(0);
    let plans = course.run(early, &["--format", "json", "plan"]).await.expect(3).json();
    let restore = plans["plans"][0]["steps"].as_array().unwrap().iter().find(|step| step["op"] == "restore").unwrap();
    assert_eq!((&restore["name"], &restore["rung"]), (&json!("Hans Krog"), &json!("prepared")));
    assert_eq!(plans["plans"][0]["breaches"], json!([]), "that takes no approval");
    let tried = course.run(early, &["apply", "ad", "cloud", "--yes"]).await;
    let refused = tried.code != Some(0);
    if refused {
        tried.expect(5);
        course.run(early, &["apply", "ad", "cloud", "--yes"]).await.expect(0);
    }
    course.run(early, &["--format", "json", "plan"]).await.expect(0);
    let mut outside = course.site.outside().await;
    let prepared = course.of_directory(&mut outside, "Hans").await;
    let anew = if refused { " anew" } else { "" };
    assert_eq!(prepared, format!("disabled{anew}, Teknik, Krisestab, E3"));
    assert_eq!(of_service(&outside, "Hans").await, "inactive, Krisestab");
    course.run(first, &["apply", "ad", "cloud", "--yes"]).await.expect(0);
    assert_eq!(course.of_directory(&mut outside, "Hans").await, format!("enabled{anew}, Teknik, Krisestab, E3"));
    assert_eq!(of_service(&outside, "Hans").await, "active, Krisestab");
}
