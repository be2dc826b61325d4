//! Names of several kinds, for a directory and a service together: taken by whatever attribute, kept over a marriage,
//! and never given twice.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use crate::support::organisation::{Organisation, id};
use crate::support::outside::one;
use crate::support::site::{PLAIN, Site};

/// A site that gives addresses and principal names, too.
async fn site(login: &str) -> Site {
    let site = Site::new().await;
    let text = std::fs::read_to_string(site.path(PLAIN)).unwrap();
    let naming =
        format!("{login}\n\n[naming.mail]\ndomain = \"{}.test\"\n\n[naming.upn]\n\n[ldap.ad.connection]", site.word);
    let text = text.replacen("[ldap.ad.connection]", &naming, 1);
    let text = text.replace("userPrincipalName = \"login ~ '@example.test'\"", "userPrincipalName = \"upn\"");
    let text =
        text.replace("mail = \"login ~ '@example.test'\"", "mail = \"mail\"\nproxyAddresses = \"proxy_addresses\"");
    let text = text.replace(".value' = \"login ~ '@example.test'\"", ".value' = \"mail\"");
    std::fs::write(site.path(PLAIN), text).unwrap();
    site
}

fn address(site: &Site, local: &str) -> String {
    format!("{local}@{}.test", site.word)
}

async fn preview(site: &Site) -> Value {
    site.run(&["--format", "json", "names", "preview"]).await.expect(0).json()
}

/// What the preview says of one name.
fn said<'a>(preview: &'a Value, person: &str, kind: &str) -> &'a Value {
    let names = preview["names"].as_array().unwrap();
    let found = names.iter().find(|line| line["person"] == id(person) && line["kind"] == kind);
    found.unwrap_or_else(|| panic!("{person} has no {kind}"))
}

/// The address of whoever is called so in the service.
async fn cloud_address(site: &Site, login: &str) -> Value {
    let users = site.outside().await.cloud("Users").await;
    let user = users.iter().find(|user| user["userName"] == login).unwrap_or_else(|| panic!("{login} is not there"));
    user["emails"][0]["value"].clone()
}

#[tokio::test]
async fn a_name_is_taken_by_whatever_attribute_of_whatever_target() {
    let site = site("").await;
    let mut outside = site.outside().await;
    let stranger = |name: &str| format!("CN={name},{}", site.base);
    let (anna, bent) = (address(&site, "Anna.AErtebjerg"), address(&site, "bent.obrien"));
    let proxy = [("objectClass", "contact"), ("proxyAddresses", &*format!("smtp:{anna}"))];
    outside.directory.add(&stranger("Mailbox"), &proxy).await;
    let principal =
        [("objectClass", "user"), ("sAMAccountName", &*format!("x{}", site.word)), ("userPrincipalName", &bent)];
    outside.directory.add(&stranger("Stranger"), &principal).await;
    let cecilie = address(&site, "cecilie.aakjaer");
    outside.post("Users", &json!({"userName": "stranger", "emails": [{"value": cecilie, "type": "home"}]})).await;
    site.import(&Organisation::small(), 0).await;
    site.apply().await;
    site.in_step().await;
    for (login, local) in [
        ("annaer", "anna.aertebjerg02"),
        ("benobr", "bent.obrien02"),
        ("cecaak", "cecilie.aakjaer02"),
        ("dorhol", "dorte.holm"),
    ] {
        let login = format!("{login}{}", site.word);
        let user = outside.user(&login).await;
        let mail = address(&site, local);
        assert_eq!(one(&user, "mail"), Some(&*mail));
        assert_eq!(one(&user, "userPrincipalName"), Some(&*address(&site, &login)));
        assert_eq!(user.attrs["proxyAddresses"], [format!("SMTP:{mail}")]);
        assert_eq!(cloud_address(&site, &login).await, mail);
    }
    // everybody has all names, nothing would be given, and by the rules alone the same would come of it
    let preview = preview(&site).await;
    for kind in preview["kinds"].as_array().unwrap() {
        let counts = ["kept", "new", "changed", "none", "otherwise"].map(|count| kind[count].clone());
        assert_eq!(counts, [json!(10), json!(0), json!(0), json!(0), json!(0)], "{kind}");
    }
}

#[tokio::test]
async fn the_preview_tells_who_gets_what_and_what_was_taken_before_and_changes_nothing() {
    let site = site("").await;
    let mut organisation = Organisation::small();
    site.import(&organisation, 0).await;
    site.apply().await;
    organisation.add_person("twin", "Dorte", "Holm");
    organisation.employ("twin", "team", "Lærer");
    site.import(&organisation, 0).await;
    let before = site.roster().await;
    let found = preview(&site).await;
    let twin = said(&found, "twin", "mail");
    assert_eq!((&twin["state"], &twin["name"]), (&json!("new"), &json!(address(&site, "dorte.holm02"))));
    let passed = json!([{"name": address(&site, "dorte.holm"), "why": format!("was given to {}", id("dorte"))}]);
    assert_eq!(twin["passed"], passed);
    assert_eq!(twin["pattern"], "slug(person.given_name) ~ '.' ~ slug(person.surname)");
    // another pattern: who has a name keeps it, and is told what it would be
    let text = std::fs::read_to_string(site.path(PLAIN)).unwrap();
    let other = text.replacen("[naming.mail]\n", "[naming.mail]\npatterns = [\"slug(person.surname)\"]\n", 1);
    std::fs::write(site.path(PLAIN), &other).unwrap();
    let found = preview(&site).await;
    let (emil, hans) = (said(&found, "emil", "mail"), said(&found, "hans", "mail"));
    assert_eq!((&emil["state"], &emil["name"]), (&json!("kept"), &json!(address(&site, "emil.holm"))));
    let names: BTreeSet<&str> =
        ["emil", "dorte"].map(|who| said(&found, who, "mail")["otherwise"]["name"].as_str().unwrap()).into();
    let holms = ["holm", "holm02", "holm03"].map(|local| address(&site, local));
    assert!(names.len() == 2 && names.iter().all(|name| holms.iter().any(|holm| holm == name)), "{names:?}");
    assert!(hans["otherwise"]["name"].as_str().unwrap().starts_with("krog"));
    let kinds = found["kinds"].as_array().unwrap();
    assert_eq!(kinds.iter().find(|kind| kind["kind"] == "mail").unwrap()["otherwise"], 10);
    assert!(site.roster().await == before, "it writes nothing");
    let text = site.run(&["names", "preview"]).await.expect(0).out;
    assert!(text.contains("by these rules") && text.contains("Emil Holm"), "{text}");
}

#[tokio::test]
async fn who_marries_gets_another_address_keeps_the_old_one_and_the_login() {
    let site = site("").await;
    let mut organisation = Organisation::small();
    site.import(&organisation, 0).await;
    site.apply().await;
    organisation.set("dorte", "surname", "Lund");
    site.import(&organisation, 0).await;
    let found = preview(&site).await;
    let changed = said(&found, "dorte", "mail");
    let (old, new) = (address(&site, "dorte.holm"), address(&site, "dorte.lund"));
    assert_eq!(changed["state"], "changed");
    assert_eq!((&changed["name"], &changed["instead_of"]), (&json!(new), &json!(old)));
    assert_eq!(said(&found, "dorte", "login")["state"], "kept");
    site.apply().await;
    site.in_step().await;
    let login = format!("dorhol{}", site.word);
    let user = site.outside().await.user(&login).await;
    assert_eq!(one(&user, "mail"), Some(&*new));
    let proxies: BTreeSet<&String> = user.attrs["proxyAddresses"].iter().collect();
    assert_eq!(proxies, [&format!("SMTP:{new}"), &format!("smtp:{old}")].into());
    assert_eq!(one(&user, "displayName"), Some("Dorte Lund"));
    assert_eq!(one(&user, "userPrincipalName"), Some(&*address(&site, &login)));
    assert_eq!(cloud_address(&site, &login).await, new);
    // nobody else gets what is an alias now
    organisation.add_person("other", "Dorte", "Holm");
    organisation.employ("other", "team", "Lærer");
    site.import(&organisation, 0).await;
    site.apply().await;
    site.in_step().await;
    assert_eq!(cloud_address(&site, &format!("{login}02")).await, address(&site, "dorte.holm02"));
}

#[tokio::test]
async fn what_a_leaver_had_is_given_to_nobody_even_when_all_else_of_her_is_gone() {
    let site = site("").await;
    let mut organisation = Organisation::small();
    site.import(&organisation, 0).await;
    site.apply().await;
    organisation.set("dorte job", "valid_to", "2026-02-01");
    organisation.add_person("second", "Dorte", "Holm");
    organisation.employ("second", "team", "Lærer");
    site.import(&organisation, 0).await;
    site.apply().await;
    let login = format!("dorhol{}", site.word);
    let mut outside = site.outside().await;
    let second = outside.user(&format!("{login}02")).await;
    assert_eq!(one(&second, "mail"), Some(&*address(&site, "dorte.holm02")));
    // her accounts are deleted by hand, and she is erased from the roster
    let first = outside.user(&login).await.dn;
    outside.directory.delete(&first).await;
    site.run(&["edit", "erase", "person", &id("dorte"), "--note", "case 7", "--yes"]).await.expect(0);
    organisation.add_person("third", "Dorte", "Holm");
    organisation.employ("third", "team", "Lærer");
    organisation.forget("dorte");
    organisation.forget("dorte job");
    organisation.forget("web dorte");
    site.import(&organisation, 0).await;
    let found = preview(&site).await;
    let third = said(&found, "third", "login");
    assert_eq!(third["name"], format!("{login}03"));
    assert_eq!(said(&found, "third", "mail")["name"], address(&site, "dorte.holm03"));
}

#[tokio::test]
async fn another_login_waits_until_somebody_approves_it() {
    let site = site("on_rename = \"propose\"").await;
    let mut organisation = Organisation::small();
    site.import(&organisation, 0).await;
    site.apply().await;
    organisation.set("dorte", "surname", "Lund");
    site.import(&organisation, 0).await;
    let plans = site.plans(4).await;
    let breach = json!({"limit": "name-changes", "found": 1, "of": 10, "allowed": 0});
    assert_eq!(plans["ad"]["breaches"], json!([breach]));
    site.run(&["apply", "ad", "--yes"]).await.expect(4);
    let digest = plans["ad"]["digest"].as_str().unwrap();
    site.run(&["approve", digest]).await.expect(0);
    site.run(&["apply", digest, "--yes"]).await.expect(0);
    site.run(&["apply", "cloud", "--yes"]).await.expect(0);
    site.in_step().await;
    let login = format!("dorlun{}", site.word);
    assert_eq!(one(&site.outside().await.user(&login).await, "mail"), Some(&*address(&site, "dorte.lund")));
    assert_eq!(cloud_address(&site, &login).await, address(&site, "dorte.lund"));
    for system in ["ad", "cloud"] {
        let logins: BTreeSet<String> = site.accounts(system).await.into_iter().map(|(login, _)| login).collect();
        assert!(logins.contains(&login), "{system} {logins:?}");
    }
}
