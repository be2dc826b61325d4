//! Groups that rules make of the roster, nested or not, and how far their membership is ours.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};

use crate::support::organisation::{Organisation, id};
use crate::support::outside::one;
use crate::support::site::{PLAIN, Site, Wiring};

const RULES: &str = r#"
[groups.teachers]
name = "'Lærere'"
description = "'Alle lærere'"
who = "engagement.title == 'Lærer'"

[groups.leaders]
name = "'Ledere'"
managers = true

[groups.everybody]
each = "unit"
name = "unit.name ~ ' alle'"
below = true

[groups.staff]
each = "unit"
when = "unit.name == 'Teknik'"
name = "unit.name ~ ' selv'"
who = "person.category != 'external'"
"#;

/// The configuration with these rules, and with a line in the section of the directory's groups.
fn configure(site: &Site, rules: &str, line: &str) {
    site.configure(PLAIN, &Wiring { more: rules.into(), ..site.wiring() });
    let text = std::fs::read_to_string(site.path(PLAIN)).unwrap();
    let text = text.replace("[ldap.ad.group]\n", &format!("[ldap.ad.group]\n{line}\n"));
    let text = text.replace("ascii(group.name)", "replace(ascii(group.name), ',', '')");
    std::fs::write(site.path(PLAIN), text).unwrap();
}

/// The members of each group, by the first words of their names: groups and people of the directory.
async fn in_directory(site: &Site) -> BTreeMap<String, BTreeSet<String>> {
    let mut outside = site.outside().await;
    let entries = outside.below("(|(objectClass=group)(objectClass=user))").await;
    let is_group = |entry: &&ldap3::SearchEntry| entry.attrs["objectClass"].iter().any(|class| class == "group");
    let name = |entry: &ldap3::SearchEntry| one(entry, "displayName").or_else(|| one(entry, "cn")).unwrap().to_owned();
    let names: BTreeMap<String, String> = entries.iter().map(|entry| (entry.dn.clone(), name(entry))).collect();
    let groups = entries.iter().filter(is_group);
    let members = |entry: &ldap3::SearchEntry| {
        let members = entry.attrs.get("member").into_iter().flatten();
        members.map(|dn| names.get(dn).unwrap_or(dn).clone()).collect()
    };
    groups.map(|group| (name(group), members(group))).collect()
}

async fn in_cloud(site: &Site) -> BTreeMap<String, BTreeSet<String>> {
    let outside = site.outside().await;
    let text = |value: &Value, field: &str| value[field].as_str().unwrap().to_owned();
    let users = outside.cloud("Users").await;
    let names: BTreeMap<String, String> =
        users.iter().map(|user| (text(user, "id"), text(user, "displayName"))).collect();
    let groups = outside.cloud("Groups").await;
    let members = |group: &Value| {
        let members = group["members"].as_array().cloned().unwrap_or_default();
        members.iter().map(|member| names[member["value"].as_str().unwrap()].clone()).collect()
    };
    groups.iter().map(|group| (text(group, "displayName"), members(group))).collect()
}

fn set(names: &[&str]) -> BTreeSet<String> {
    names.iter().map(|name| (*name).to_owned()).collect()
}

#[tokio::test]
async fn groups_are_made_by_rule_by_unit_and_by_leadership() {
    let site = Site::new().await;
    configure(&site, RULES, "nested = true");
    let mut organisation = Organisation::small();
    site.import(&organisation, 0).await;
    site.apply().await;
    site.in_step().await;

    let (directory, cloud) = (in_directory(&site).await, in_cloud(&site).await);
    for groups in [&directory, &cloud] {
        assert_eq!(groups["Lærere"], set(&["Dorte Holm", "Emil Holm"]));
        assert_eq!(groups["Ledere"], set(&["Anna Ærtebjerg", "Bent O'Brien", "Cécilie Åkjær"]));
        assert_eq!(groups["Teknik selv"], set(&["Gerda Lund", "Hans Krog", "Jens Krog"]));
        assert_eq!(groups["Team Æble alle"], set(&["Cécilie Åkjær", "Dorte Holm", "Emil Holm"]));
        assert_eq!(groups["Webredaktører"].len(), 3, "the groups of the roster are there, too");
    }
    // nested in the directory, and the same people in a service that has no nesting
    assert_eq!(
        directory["Ærø Kommune alle"],
        set(&["Anna Ærtebjerg", "Jens Krog", "Skole, Børn & Unge alle", "Teknik alle"])
    );
    let school = set(&["Bent O'Brien", "Finn Sand", "Team Æble alle"]);
    assert_eq!(directory["Skole, Børn & Unge alle"], school);
    assert_eq!(cloud["Ærø Kommune alle"].len(), 10);
    assert_eq!(cloud["Skole, Børn & Unge alle"].len(), 5);

    // who moves is in other groups, and a unit that is renamed keeps its group
    organisation.set("dorte job", "unit", id("teknik"));
    organisation.set("team", "name", "Team Pære");
    site.import(&organisation, 0).await;
    let ids = |plan: &Value| -> BTreeSet<String> {
        let steps = plan["steps"].as_array().unwrap().iter().filter(|step| step["kind"] == "group");
        steps.map(|step| step["op"].as_str().unwrap().to_owned()).collect()
    };
    let plans = site.plans(3).await;
    assert_eq!(ids(&plans["ad"]), set(&["rename", "update", "add-members", "remove-members"]));
    assert_eq!(ids(&plans["cloud"]), set(&["update", "add-members", "remove-members"]));
    site.apply().await;
    site.in_step().await;
    let directory = in_directory(&site).await;
    assert_eq!(directory["Team Pære alle"], set(&["Cécilie Åkjær", "Emil Holm"]));
    assert!(directory["Teknik selv"].contains("Dorte Holm"));
}

/// Which members a plan takes out of which group.
fn leaving(plan: &Value) -> BTreeMap<String, usize> {
    let steps = plan["steps"].as_array().unwrap().iter().filter(|step| step["op"] == "remove-members");
    let count = |step: &Value| step["changes"][0]["before"].as_array().unwrap().len();
    steps.map(|step| (step["name"].as_str().unwrap().to_owned(), count(step))).collect()
}

#[tokio::test]
async fn a_membership_is_ours_in_whole_in_part_or_where_we_made_it() {
    let site = Site::new().await;
    configure(&site, "", "members = \"added\"");
    let mut organisation = Organisation::small();
    site.import(&organisation, 0).await;
    site.apply().await;
    site.in_step().await;

    // somebody puts in an account that is ours, one that is not, and one from outside
    let mut outside = site.outside().await;
    let group = outside.below("(displayName=Webredaktører)").await.remove(0).dn;
    let colleague = outside.below("(displayName=Hans Krog)").await.remove(0).dn;
    let people = colleague.split_once(',').unwrap().1.to_owned();
    let stranger = format!("CN=Fremmed {},{people}", site.word);
    let class = [("objectClass", "user"), ("sAMAccountName", &*format!("fremmed{}", site.word))];
    outside.directory.add(&stranger, &class).await;
    let guest = format!("CN=Guest,CN=Users,{}", site.lab.value("BASE_DN"));
    outside.directory.add_values(&group, "member", [colleague.clone(), stranger.clone(), guest.clone()]).await;

    organisation.forget("web emil");
    site.import(&organisation, 0).await;
    let plan = |code| {
        let site = &site;
        async move { site.run(&["--format", "json", "plan", "ad"]).await.expect(code).json()["plans"][0].take() }
    };
    assert_eq!(leaving(&plan(3).await), BTreeMap::from([("Webredaktører".to_owned(), 1)]), "the one that we put in");
    site.run(&["apply", "ad", "--yes"]).await.expect(0);
    assert_eq!(leaving(&plan(0).await), BTreeMap::new());
    assert_eq!(outside.directory.values(&group, "member").await.len(), 5);

    configure(&site, "", "members = \"ours\"");
    let ours = plan(4).await;
    assert_eq!(leaving(&ours), BTreeMap::from([("Webredaktører".to_owned(), 1)]), "the colleague");
    assert_eq!(ours["breaches"][0]["limit"], "new-rules");

    configure(&site, "", "members = \"whole\"");
    let whole = plan(4).await;
    assert_eq!(leaving(&whole), BTreeMap::from([("Webredaktører".to_owned(), 2)]));
    let held = whole["held"].as_array().unwrap();
    assert!(held.len() == 1 && held[0]["reason"].as_str().unwrap().contains(&guest.to_lowercase()), "{held:?}");
    site.run(&["approve", whole["digest"].as_str().unwrap()]).await.expect(0);
    site.run(&["apply", "ad", "--yes"]).await.expect(0);
    let left = outside.directory.values(&group, "member").await;
    assert_eq!(left.len(), 3, "{left:?}");
    assert_eq!(plan(0).await["steps"], json!([]));
}

#[tokio::test]
async fn the_tree_is_mirrored_flat_or_by_rule() {
    let site = Site::new().await;
    let organisation = Organisation::small();
    site.import(&organisation, 0).await;
    site.apply().await;
    site.in_step().await;
    let base = site.base.clone();
    let place_of = |entry: &ldap3::SearchEntry| {
        let above = entry.dn.split_once(',').unwrap().1;
        above.strip_suffix(&base).unwrap_or_else(|| panic!("{} {base}", entry.dn)).trim_end_matches(',').to_owned()
    };
    let places = async |filter: &str| -> BTreeMap<String, String> {
        let entries = site.outside().await.below(filter).await;
        let name = |entry: &ldap3::SearchEntry| {
            one(entry, "displayName").or_else(|| one(entry, "ou")).unwrap_or_default().to_owned()
        };
        let inner = entries.iter().filter(|entry| entry.dn != base);
        inner.map(|entry| (name(entry), place_of(entry))).collect()
    };
    let users = "(&(objectCategory=person)(objectClass=user))";
    let mirrored = places(users).await;
    assert!(mirrored["Dorte Holm"].starts_with("OU=Team Æble,OU=Skole\\, Børn & Unge,OU=Ærø Kommune"), "{mirrored:?}");

    // externals and everybody else in folders of their own, and the units side by side
    site.configure(PLAIN, &site.wiring());
    let text = std::fs::read_to_string(site.path(PLAIN)).unwrap();
    let rule =
        "place = \"'Eksterne' if person.category == 'external' else ['Ansatte', upper(truncate(person.surname, 1))]\"";
    let text = text
        .replace("[ldap.ad.user]\n", &format!("[ldap.ad.user]\n{rule}\n"))
        .replace("[ldap.ad.unit]\n", "[ldap.ad.unit]\nplace = \"top\"\n");
    std::fs::write(site.path(PLAIN), text).unwrap();
    let plan = site.run(&["--format", "json", "plan", "ad"]).await.expect(3).json()["plans"][0].take();
    assert!(plan["counts"]["move"].as_u64().unwrap() >= 13, "{}", plan["counts"]);
    site.apply().await;
    site.in_step().await;
    let (people, units) = (places(users).await, places("(objectClass=organizationalUnit)").await);
    assert_eq!((people["Dorte Holm"].as_str(), people["Ida Bach"].as_str()), ("OU=H,OU=Ansatte", "OU=Eksterne"));
    assert_eq!(units["Team Æble"], units["Ærø Kommune"], "side by side");
}
