//! A person's time: joins, changes, leaves, comes back, turns out never to have been there.

use serde_json::{Value, json};

use crate::support::organisation::{CURRENT, id};
use crate::support::outside::{Outside, enabled, guid, one, parent};
use crate::support::site::{Site, TODAY};

/// The login that somebody of this stem got first.
fn login(site: &Site, stem: &str) -> String {
    format!("{stem}{}", site.word)
}

async fn manager_of(outside: &mut Outside, login: &str) -> Option<String> {
    one(&outside.user(login).await, "manager").map(str::to_owned)
}

async fn cloud_user(outside: &Outside, login: &str) -> Value {
    let users = outside.cloud("Users").await;
    users.into_iter().find(|user| user["userName"] == login).unwrap_or_else(|| panic!("{login} is not in the cloud"))
}

/// The logins of a group's members in the directory.
async fn members(outside: &mut Outside, group: &str) -> Vec<String> {
    let groups = outside.below(&format!("(&(objectClass=group)(displayName={group}))")).await;
    assert_eq!(groups.len(), 1);
    let mut members = Vec::new();
    for dn in groups[0].attrs.get("member").into_iter().flatten() {
        members.push(outside.directory.values(dn, "sAMAccountName").await.remove(0));
    }
    members.sort();
    members
}

async fn cloud_members(outside: &Outside, group: &str) -> Vec<String> {
    let groups = outside.cloud("Groups").await;
    let group = groups.iter().find(|one| one["displayName"] == group).unwrap();
    let ids = group["members"].as_array().cloned().unwrap_or_default();
    let users = outside.cloud("Users").await;
    let login = |id: &Value| users.iter().find(|user| user["id"] == *id).unwrap()["userName"].as_str().unwrap().into();
    let mut members: Vec<String> = ids.iter().map(|member| login(&member["value"])).collect();
    members.sort();
    members
}

#[tokio::test]
async fn the_first_run_makes_everybody_once_where_they_work() {
    let (site, _) = Site::at_work().await;
    site.in_step().await;
    site.everybody_once(CURRENT.len()).await;
    let mut outside = site.outside().await;
    let skole = format!("OU=Skole\\, Børn & Unge,OU=Ærø Kommune,{}", site.base);
    let dorte = outside.user(&login(&site, "dorhol")).await;
    assert!(enabled(&dorte));
    assert_eq!(parent(&dorte.dn), format!("OU=Team Æble,{skole}"));
    let jens = outside.user(&login(&site, "jenkro")).await;
    assert_eq!(parent(&jens.dn), format!("OU=Ærø Kommune,{}", site.base), "the primary job decides");
    assert_eq!(one(&jens, "title"), Some("Jurist"));
    let anna = outside.user(&login(&site, "annaer")).await.dn;
    let bent = outside.user(&login(&site, "benobr")).await.dn;
    let cecilie = outside.user(&login(&site, "cecaak")).await.dn;
    for (who, chief) in [
        ("dorhol", Some(&cecilie)),
        ("cecaak", Some(&bent)), // does not lead herself
        ("gerlun", Some(&anna)), // the post is vacant
        ("idabac", Some(&anna)),
        ("annaer", None),
    ] {
        assert_eq!(manager_of(&mut outside, &login(&site, who)).await.as_ref(), chief, "{who}");
    }
    let web = ["dorhol", "emihol", "gerlun"].map(|stem| login(&site, stem));
    assert_eq!(members(&mut outside, "Webredaktører").await, web);
    assert_eq!(cloud_members(&outside, "Webredaktører").await, web);
    let ida = cloud_user(&outside, &login(&site, "idabac")).await;
    assert_eq!((&ida["active"], &ida["title"]), (&json!(true), &json!("Konsulent")), "an external person");
}

#[tokio::test]
async fn a_second_delivery_changes_what_it_says_and_nothing_else() {
    let (site, mut organisation) = Site::at_work().await;
    let mut outside = site.outside().await;
    let before_finn = outside.user(&login(&site, "finsan")).await;
    let before_emil = outside.user(&login(&site, "emihol")).await;
    let before_hans = outside.user(&login(&site, "hankro")).await;
    let before_bent = outside.user(&login(&site, "benobr")).await;
    let chief_of_hans = one(&before_hans, "manager").unwrap().to_owned();

    organisation.add_person("nina", "Nina", "Ny");
    organisation.employ("nina", "teknik", "Ingeniør");
    organisation.set("emil job", "unit", id("teknik"));
    organisation.set("emil job", "title", "Planlægger");
    organisation.set("finn", "surname", "Sø");
    organisation.set("teknik lead", "person", id("gerda"));
    organisation.set("hans job", "valid_to", TODAY);
    organisation.set("skole", "name", "Skole og Dagtilbud");
    organisation.set("team", "parent", id("teknik"));
    organisation.join("web", "finn");
    organisation.forget("web gerda");
    site.import(&organisation, 0).await;
    site.plans(3).await;
    site.apply().await;
    site.in_step().await;
    site.everybody_once(CURRENT.len() + 1).await;

    let finn = outside.user(&login(&site, "finsan")).await;
    assert_eq!(guid(&finn), guid(&before_finn), "renamed, not made anew");
    assert_eq!(one(&finn, "sn"), Some("Sø"));
    assert!(finn.dn.starts_with("CN=Finn Sø ("), "{}", finn.dn);
    assert_eq!(parent(&finn.dn), format!("OU=Skole og Dagtilbud,OU=Ærø Kommune,{}", site.base));
    let teknik = format!("OU=Teknik,OU=Ærø Kommune,{}", site.base);
    let emil = outside.user(&login(&site, "emihol")).await;
    assert_eq!((guid(&emil), parent(&emil.dn)), (guid(&before_emil), teknik.as_str()));
    assert_eq!((one(&emil, "title"), one(&emil, "department")), (Some("Planlægger"), Some("Teknik")));
    let dorte = outside.user(&login(&site, "dorhol")).await;
    assert_eq!(parent(&dorte.dn), format!("OU=Team Æble,{teknik}"), "the unit was moved with who is in it");
    let hans = outside.user(&login(&site, "hankro")).await;
    assert!(!enabled(&hans), "who left is disabled");
    assert_eq!((&hans.dn, guid(&hans)), (&before_hans.dn, guid(&before_hans)), "in place, with the name");
    assert_eq!(one(&hans, "manager"), Some(chief_of_hans.as_str()), "with the manager");
    assert_eq!(one(&hans, "title"), Some("Ingeniør"));
    let gerda = outside.user(&login(&site, "gerlun")).await;
    assert_eq!(manager_of(&mut outside, &login(&site, "emihol")).await.as_deref(), Some(gerda.dn.as_str()));
    let nina = outside.user(&login(&site, "ninny")).await;
    assert!(enabled(&nina) && parent(&nina.dn) == teknik);
    let web = ["dorhol", "emihol", "finsan"].map(|stem| login(&site, stem));
    assert_eq!(members(&mut outside, "Webredaktører").await, web);
    assert_eq!(cloud_members(&outside, "Webredaktører").await, web);
    assert_eq!(cloud_user(&outside, &login(&site, "hankro")).await["active"], json!(false));
    assert_eq!(cloud_user(&outside, &login(&site, "finsan")).await["name"]["familyName"], json!("Sø"));
    let bent = outside.user(&login(&site, "benobr")).await;
    assert_eq!(one(&bent, "title"), one(&before_bent, "title"));
    assert_eq!(manager_of(&mut outside, &login(&site, "cecaak")).await, Some(gerda.dn), "the chain follows the unit");
}

#[tokio::test]
async fn who_comes_back_gets_the_same_account() {
    let (site, mut organisation) = Site::at_work().await;
    let mut outside = site.outside().await;
    let before = outside.user(&login(&site, "hankro")).await;
    organisation.set("hans job", "valid_to", TODAY);
    site.import(&organisation, 0).await;
    site.apply().await;
    assert!(!enabled(&outside.user(&login(&site, "hankro")).await));
    let again = json!({"person": id("hans"), "unit": id("skole"), "title": "Pedel", "valid_from": TODAY});
    organisation.add("engagement", "hans again", again);
    site.import(&organisation, 0).await;
    site.apply().await;
    site.in_step().await;
    let after = outside.user(&login(&site, "hankro")).await;
    assert!(enabled(&after));
    assert_eq!((guid(&after), one(&after, "title")), (guid(&before), Some("Pedel")));
    assert!(parent(&after.dn).starts_with("OU=Skole"), "{}", after.dn);
    let user = cloud_user(&outside, &login(&site, "hankro")).await;
    assert_eq!((&user["active"], &user["title"]), (&json!(true), &json!("Pedel")));
    site.everybody_once(CURRENT.len()).await;
}

#[tokio::test]
async fn who_is_corrected_away_is_disabled_as_absent() {
    let (site, mut organisation) = Site::at_work().await;
    let mut outside = site.outside().await;
    let before = outside.user(&login(&site, "hankro")).await;
    organisation.forget_person("hans");
    site.import(&organisation, 0).await;
    for (target, plan) in site.plans(3).await {
        let disables = plan["steps"].as_array().unwrap().iter().filter(|step| step["op"] == "disable");
        let grounds: Vec<&Value> = disables.map(|step| &step["ground"]).collect();
        assert_eq!(grounds, [&json!("absent")], "{target}");
    }
    site.apply().await;
    site.in_step().await;
    let after = outside.user(&login(&site, "hankro")).await;
    assert!(!enabled(&after));
    assert_eq!((after.dn.as_str(), guid(&after)), (before.dn.as_str(), guid(&before)));
    assert_eq!(cloud_user(&outside, &login(&site, "hankro")).await["active"], json!(false));
}

/// A day later somebody's first day has come.
#[tokio::test]
async fn before_the_first_day_there_is_no_account() {
    let (site, _) = Site::at_work().await;
    let mut outside = site.outside().await;
    let there = |users: Vec<ldap3::SearchEntry>| users.iter().any(|user| one(user, "givenName") == Some("Karen"));
    assert!(!there(outside.users().await));
    let ahead = site.run(&["--format", "json", "plan", "--at", "2026-04-01"]).await.expect(3).json();
    assert!(ahead["plans"][0]["steps"].as_array().unwrap().iter().any(|step| step["name"] == "Karen Dam"));
    let mut command = site.command("config.toml", &["apply", "ad", "cloud", "--yes"]);
    command.env("ROSTERD_NOW", "2026-04-01T08:00:00Z");
    crate::support::process::Victim::default().start(&mut command).ended().await.expect(0);
    assert!(there(outside.users().await));
}
