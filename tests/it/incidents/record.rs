//! Names, rehearsals, and data that was not what it was taken for.

use std::collections::BTreeMap;

use serde_json::json;

use crate::support::organisation::{CURRENT, Organisation};
use crate::support::outside::{guid, one, parent};
use crate::support::site::Site;

#[tokio::test]
async fn bitwarden_dc_397_rename_is_no_delete() {
    let (site, mut organisation) = Site::at_work().await;
    let mut outside = site.outside().await;
    let of_directory = outside.user(&format!("emihol{}", site.word)).await;
    let ids = |users: &[serde_json::Value]| -> BTreeMap<String, String> {
        let text = |value: &serde_json::Value| value.as_str().unwrap().to_owned();
        users.iter().map(|user| (text(&user["externalId"]), text(&user["id"]))).collect()
    };
    let (users, groups) = (ids(&outside.cloud("Users").await), ids(&outside.cloud("Groups").await));
    organisation.set("emil", "surname", "Ågård");
    organisation.set("emil", "given_name", "Emilius");
    organisation.set("web", "name", "Skribenter");
    organisation.set("team", "name", "Team Pære");
    site.import(&organisation, 0).await;
    for (target, plan) in site.plans(3).await {
        let ops: Vec<&str> =
            plan["steps"].as_array().unwrap().iter().map(|step| step["op"].as_str().unwrap()).collect();
        let kept = |op: &&str| ["update", "rename", "move"].contains(op);
        assert!(!ops.is_empty() && ops.iter().all(kept), "{target}: {ops:?}");
    }
    site.apply().await;
    site.in_step().await;
    let now = outside.user(&format!("emihol{}", site.word)).await;
    assert_eq!(guid(&now), guid(&of_directory));
    assert_eq!(one(&now, "sn"), Some("Ågård"));
    assert_eq!((ids(&outside.cloud("Users").await), ids(&outside.cloud("Groups").await)), (users, groups));
    site.everybody_once(CURRENT.len()).await;
}

#[tokio::test]
async fn ldap_e9ed7d1_cn_collision() {
    let (site, mut organisation) = Site::at_work().await;
    let mut outside = site.outside().await;
    let emil = outside.user(&format!("emihol{}", site.word)).await;
    // a stranger has the name that Emil is to get, where he lies
    let dn = format!("CN=Emil Ny (emihol{}),{}", site.word, parent(&emil.dn));
    let login = format!("x{}", site.word);
    outside.directory.add(&dn, &[("objectClass", "user"), ("sAMAccountName", &login)]).await;
    let stranger = outside.directory.values(&dn, "uSNChanged").await;
    organisation.set("emil", "surname", "Ny");
    organisation.set("dorte", "surname", "Dam");
    site.import(&organisation, 0).await;
    let run = site.run(&["--format", "json", "apply", "ad", "--yes"]).await.json();
    let told = run["runs"][0].to_string();
    assert!(told.contains("Emil"), "it is said who waits, and why: {told}");
    let dorte = outside.user(&format!("dorhol{}", site.word)).await;
    assert_eq!(one(&dorte, "sn"), Some("Dam"), "nobody else waits");
    assert_eq!(outside.directory.values(&dn, "uSNChanged").await, stranger, "the stranger is not touched");
    outside.directory.rename(&dn, "CN=Somebody else").await;
    site.apply().await;
    site.in_step().await;
    let now = outside.user(&format!("emihol{}", site.word)).await;
    assert_eq!((guid(&now), now.dn), (guid(&emil), dn));
}

#[tokio::test]
async fn ldap_671b25a_dry_run_reserved() {
    let site = Site::new().await;
    let organisation = Organisation::small();
    let file = site.deliver(&organisation);
    site.run(&["import", "roster", &file, "--dry-run"]).await.expect(0);
    site.import(&organisation, 0).await;
    let first = site.plans(3).await;
    for _ in 0..2 {
        let again = site.plans(3).await;
        assert_eq!(again["ad"]["digest"], first["ad"]["digest"]);
    }
    site.run(&["names", "preview"]).await.expect(0);
    assert!(site.accounts("ad").await.is_empty() && site.accounts("cloud").await.is_empty(), "a name was given");
    let mut outside = site.outside().await;
    assert!(outside.users().await.is_empty());
    // somebody else with the same letters comes instead, and gets the first name of all
    let mut other = Organisation::small();
    other.forget_person("emil");
    other.add_person("emilie", "Emilie", "Holst");
    other.employ("emilie", "team", "Lærer");
    let import = ["--format", "json", "import", "roster", &site.deliver(&other)];
    let imported = site.run(&import).await;
    if imported.code == Some(4) {
        site.run(&["approve", imported.json()["digest"].as_str().unwrap()]).await.expect(0);
        site.run(&import).await.expect(0);
    }
    site.apply().await;
    let emilie = outside.user(&format!("emihol{}", site.word)).await;
    assert_eq!(one(&emilie, "sn"), Some("Holst"));
    site.in_step().await;
}

#[tokio::test]
async fn dipex_aace89e_yesterdays_data() {
    let site = Site::new().await;
    let mut organisation = Organisation::small();
    site.import(&organisation, 0).await;
    let plans = site.plans(3).await;
    // after the plan the record goes on
    organisation.forget_person("hans");
    organisation.set("emil job", "title", "Planlægger");
    let import = ["--format", "json", "import", "roster", &site.deliver(&organisation)];
    let imported = site.run(&import).await;
    if imported.code == Some(4) {
        site.run(&["approve", imported.json()["digest"].as_str().unwrap()]).await.expect(0);
        site.run(&import).await.expect(0);
    }
    for target in ["ad", "cloud"] {
        let digest = plans[target]["digest"].as_str().unwrap();
        let said = site.run(&["apply", digest]).await.expect(4).said();
        assert!(said.contains("changed since"), "{said}");
    }
    let mut outside = site.outside().await;
    assert_eq!((outside.users().await.len(), outside.cloud("Users").await.len()), (0, 0), "nothing was written");
    site.apply().await;
    site.in_step().await;
    let users = outside.cloud("Users").await;
    assert!(users.iter().all(|user| user["name"]["givenName"] != "Hans"), "{users:?}");
    assert_eq!(json!(users.len()), json!(CURRENT.len() - 1));
}
