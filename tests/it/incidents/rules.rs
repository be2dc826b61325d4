//! A rule, a scope or a brake that did not mean what somebody thought.

use serde_json::json;

use super::taken;
use crate::support::organisation::{CURRENT, Organisation, id};
use crate::support::site::{PLAIN, Site, TODAY};

#[tokio::test]
async fn authentik_19295_scope_typo() {
    let (site, _) = Site::at_work().await;
    let before = site.outside().await.dump().await;
    let text = std::fs::read_to_string(site.path(PLAIN)).unwrap();
    let scoped = |when: &str| {
        let user = |section: &str| format!("{section}\nwhen = \"{when}\"");
        text.replace("[ldap.ad.user]", &user("[ldap.ad.user]"))
    };
    // a field that does not exist is told with its place, before anything is asked
    std::fs::write(site.path("typo.toml"), scoped("person.categori == 'staff'")).unwrap();
    let said = site.start("typo.toml", &["apply", "ad", "--yes"]).ended().await.expect(2).said();
    assert!(said.contains("typo.toml:") && said.contains("categori"), "{said}");
    // a value that nobody has would let everybody go: that waits for somebody
    std::fs::write(site.path("typo.toml"), scoped("person.surname == 'staf'")).unwrap();
    let ended = site.start("typo.toml", &["--format", "json", "apply", "ad", "--yes"]).ended().await.expect(4);
    let run = &ended.json()["runs"][0];
    let breaches = run["breaches"].as_array().unwrap();
    let breach = breaches.iter().find(|breach| breach["limit"] == "leave-scope").unwrap_or_else(|| panic!("{run}"));
    assert_eq!(breach["found"], json!(CURRENT.len()));
    assert_eq!(site.outside().await.dump().await, before);
    site.in_step().await;
}

/// Four of ten are few, and too many.
#[tokio::test]
async fn aad_connect_2015_44_of_small() {
    let (site, mut organisation) = Site::at_work().await;
    for name in ["dorte", "emil", "finn", "hans"] {
        organisation.set(&format!("{name} job"), "valid_to", TODAY);
    }
    let import = ["--format", "json", "import", "roster", &site.deliver(&organisation)];
    let imported = site.run(&import).await;
    if imported.code == Some(4) {
        site.run(&["approve", imported.json()["digest"].as_str().unwrap()]).await.expect(0);
        site.run(&import).await.expect(0);
    }
    let before = site.outside().await.dump().await;
    let document = site.run(&["--format", "json", "apply", "ad", "cloud", "--yes"]).await.expect(4).json();
    for run in document["runs"].as_array().unwrap() {
        let breaches = run["breaches"].as_array().unwrap();
        let breach = breaches.iter().find(|breach| breach["limit"].as_str().unwrap().starts_with("disable"));
        assert_eq!(breach.unwrap_or_else(|| panic!("{run}"))["found"], 4);
    }
    assert_eq!(site.outside().await.dump().await, before);
}

/// A unit that no rule means any more is left as it is, the root above all.
#[tokio::test]
async fn dipex_48b0ae1_root_unit() {
    let (site, _) = Site::at_work().await;
    let text = std::fs::read_to_string(site.path(PLAIN)).unwrap();
    // below the root, and not the root itself
    let scoped = text.replace("[ldap.ad.unit]\n", "[ldap.ad.unit]\nwhen = \"unit.name != 'Ærø Kommune'\"\n");
    std::fs::write(site.path("scoped.toml"), scoped).unwrap();
    let ended = site.start("scoped.toml", &["--format", "json", "plan", "ad"]).ended().await;
    let plan = ended.json()["plans"][0].clone();
    assert!(taken(&plan).is_empty(), "{plan}");
    let root = id("kommune");
    assert!(plan["steps"].as_array().unwrap().iter().all(|step| step["key"] != root.as_str()), "{plan}");
    let held = plan["held"].as_array().unwrap().iter().find(|hold| hold["key"] == root.as_str());
    assert_eq!(held.unwrap_or_else(|| panic!("{plan}"))["code"], "out-of-scope");
    // nor can it be lost by a delivery that forgot it
    let mut organisation = Organisation::small();
    organisation.forget("kommune");
    let file = site.deliver(&organisation);
    let said = site.run(&["import", "roster", &file]).await.expect(1).said();
    assert!(said.contains("unit"), "{said}");
    site.in_step().await;
}

#[tokio::test]
async fn ldap_76b6323_case() {
    let (site, mut organisation) = Site::at_work().await;
    let before = site.outside().await.dump_of("ad").await;
    let text = std::fs::read_to_string(site.path(PLAIN)).unwrap();
    let text = text.replace("\ntitle = \"trunc", "\nTITLE = \"trunc").replace("\ngivenName =", "\nGIVENNAME =");
    let text = text.replace(&site.base, &site.base.replace("OU=", "ou=").replace("DC=", "dc="));
    std::fs::write(site.path("cased.toml"), text).unwrap();
    let ended = site.start("cased.toml", &["--format", "json", "plan", "ad"]).ended().await.expect(0);
    assert_eq!(ended.json()["plans"][0]["steps"], json!([]), "{}", ended.said());
    // and what does differ is written once
    organisation.set("emil job", "title", "Planlægger");
    site.import(&organisation, 0).await;
    site.start("cased.toml", &["apply", "ad", "--yes"]).ended().await.expect(0);
    let ended = site.start("cased.toml", &["--format", "json", "plan", "ad"]).ended().await.expect(0);
    assert_eq!(ended.json()["plans"][0]["steps"], json!([]), "{}", ended.said());
    assert_ne!(site.outside().await.dump_of("ad").await, before);
}

/// Nobody leads a unit any more: that is taken over once, and is right.
#[tokio::test]
async fn term_eb7133b_own_vacancy_loop() {
    let (site, mut organisation) = Site::at_work().await;
    organisation.forget("team lead");
    organisation.add("manager", "team lead", json!({"unit": id("team")}));
    site.import(&organisation, 0).await;
    let run = site.run(&["--format", "json", "apply", "ad", "--yes"]).await.expect(0).json();
    assert!(run["runs"][0]["counts"]["done"].as_u64().unwrap() > 0, "{run}");
    site.apply().await;
    let after = site.outside().await.dump().await;
    for _ in 0..3 {
        site.apply().await;
        site.in_step().await;
    }
    assert_eq!(site.outside().await.dump().await, after, "it was written again");
}
