//! Kerberos instead of a password: the domain's own KDC, the domain controller, and an OpenLDAP server that looks at the
//! channel binding. Each command is a process of its own, with the environment that a service would have.

use std::path::Path;
use std::process::Command;
use std::sync::Arc;

use crate::support::gate::{Fault, Gate};
use crate::support::ldap_proxy;
use crate::support::organisation::Organisation;
use crate::support::process::{Ended, Victim};
use crate::support::realm::{BOTH, BY_SURNAME, Realm, Vendor};

#[tokio::test]
async fn a_keytab_is_enough_for_every_connection() {
    for vendor in BOTH {
        let mut realm = Realm::new(vendor).await;
        realm.use_kerberos();
        realm.configure("login", realm.url());
        let plan = realm.settle(&Organisation::small()).await;
        assert!(!plan["steps"].as_array().unwrap().is_empty());
        let check = realm.run(&["check", "--online"]).await.expect(0);
        assert!(check.out.contains("signed in as svc-rosterd@EXAMPLE.TEST"), "{}", check.said());
        realm.sign_in.push_str("\nstarttls = true");
        let url = realm.lab.value(if vendor == Vendor::Samba { "LDAP_URL" } else { "OPENLDAP_URL" }).to_owned();
        realm.configure("login", &url);
        realm.in_step().await;
    }
}

#[tokio::test]
async fn the_next_server_is_signed_in_to_in_the_same_way() {
    let mut realm = Realm::new(Vendor::Samba).await;
    realm.use_kerberos();
    // several servers have each a principal of their own; here it is made of an address
    let url = realm.url().to_owned();
    let named = format!("ldap/{}", url.trim_start_matches("ldaps://"));
    let controller = format!("CN=DC1,OU=Domain Controllers,{}", realm.lab.value("BASE_DN"));
    if !realm.admin.values(&controller, "servicePrincipalName").await.contains(&named) {
        realm.admin.add_values(&controller, "servicePrincipalName", [named]).await;
    }
    realm.sign_in = realm.sign_in.lines().take(2).collect::<Vec<_>>().join("\n");
    realm.configure("login", &url);
    let text = std::fs::read_to_string(realm.path("config.toml")).unwrap();
    let text = text.replace(&format!("url = \"{url}\""), &format!("url = [\"ldaps://127.0.0.1:1\", \"{url}\"]"));
    std::fs::write(realm.path("config.toml"), text).unwrap();
    realm.settle(&Organisation::small()).await;
}

/// The connection of a realm, looked at once more with something wrong.
async fn told(realm: &Realm) -> String {
    let ended: Ended = realm.run(&["check", "--online"]).await.expect(1);
    ended.said()
}

#[tokio::test]
async fn what_is_wrong_with_kerberos_is_told_with_what_to_do() {
    let mut realm = Realm::new(Vendor::Samba).await;
    realm.use_kerberos();
    let good = (realm.sign_in.clone(), realm.environment.clone());

    realm.environment.insert("KRB5_CLIENT_KTNAME", "/no/such/keytab".into());
    let said = told(&realm).await;
    assert!(said.contains("no ticket") && said.contains("KRB5_CLIENT_KTNAME"), "{said}");

    (realm.sign_in, realm.environment) = good.clone();
    realm.sign_in = realm.sign_in.replace("svc-rosterd@", "nobody@");
    realm.configure(BY_SURNAME, realm.url());
    let said = told(&realm).await;
    assert!(said.contains("nobody@EXAMPLE.TEST") && said.contains("keytab of this principal"), "{said}");

    realm.sign_in = good.0.replace("ldap/dc1", "ldap/dc9");
    realm.configure(BY_SURNAME, realm.url());
    let said = told(&realm).await;
    assert!(said.contains("ldap/dc9.example.test@EXAMPLE.TEST") && said.contains("knows no such service"), "{said}");

    realm.sign_in.clone_from(&good.0);
    realm.configure(BY_SURNAME, realm.url());
    let keytab = realm.path("spoilt.keytab");
    std::fs::write(&keytab, spoilt(&std::fs::read(realm.lab.path("SYNC_KEYTAB")).unwrap())).unwrap();
    realm.environment.insert("KRB5_CLIENT_KTNAME", keytab.display().to_string());
    let said = told(&realm).await;
    assert!(said.contains("the key is wrong"), "{said}");

    let config = realm.path("krb5.conf");
    let text = std::fs::read_to_string(realm.lab.path("KRB5_CONFIG")).unwrap();
    let dead = text.lines().map(|line| if line.contains("kdc =") { "kdc = 127.0.0.1:1" } else { line });
    std::fs::write(&config, dead.collect::<Vec<_>>().join("\n") + "\n").unwrap();
    realm.environment.clone_from(&good.1);
    realm.environment.insert("KRB5_CONFIG", config.display().to_string());
    let said = told(&realm).await;
    assert!(said.contains("no KDC answers"), "{said}");
}

#[tokio::test]
async fn a_ticket_of_a_cache_is_as_good_until_it_expires() {
    let mut realm = Realm::new(Vendor::Samba).await;
    realm.use_kerberos();
    let cache = realm.path("cache");
    let mut kinit = Command::new("kinit");
    kinit.args(["-k", "-t", realm.lab.value("SYNC_KEYTAB"), "-c"]).arg(&cache).arg(realm.lab.value("SYNC_PRINCIPAL"));
    kinit.env_clear().env("PATH", "/usr/bin").env("KRB5_CONFIG", realm.lab.path("KRB5_CONFIG"));
    Victim::default().start(&mut kinit).ended().await.expect(0);
    realm.environment.remove("KRB5_CLIENT_KTNAME");
    realm.environment.insert("KRB5CCNAME", format!("FILE:{}", cache.display()));
    realm.run(&["check", "--online"]).await.expect(0);

    expire(&cache);
    let said = told(&realm).await;
    assert!(said.contains("expired") && said.contains("KRB5_CLIENT_KTNAME"), "{said}");
    // a keytab renews it
    realm.environment.insert("KRB5_CLIENT_KTNAME", realm.lab.value("SYNC_KEYTAB").to_owned());
    realm.run(&["check", "--online"]).await.expect(0);
}

#[tokio::test]
async fn who_ends_tls_between_cannot_use_the_sign_in() {
    let mut realm = Realm::new(Vendor::OpenLdap).await;
    realm.use_kerberos();
    let gate = Arc::new(Gate::new(Fault::Nothing, Victim::default()));
    let url = ldap_proxy::start_before(&realm.lab, realm.url(), gate).await;
    // its certificate is good, and it is not the server's
    realm.configure(BY_SURNAME, &url);
    let said = told(&realm).await;
    assert!(said.contains("its certificate is good") && said.contains("end TLS"), "{said}");
}

/// A keytab with other keys: in each entry the last byte of the key, which the version number
/// and flags follow
/// (MIT Kerberos, keytab file format).
fn spoilt(keytab: &[u8]) -> Vec<u8> {
    let mut bytes = keytab.to_vec();
    let mut at = 2;
    while at + 4 <= bytes.len() {
        let length = usize::try_from(i32::from_be_bytes(bytes[at..at + 4].try_into().unwrap())).unwrap();
        at += 4 + length;
        bytes[at - 9] ^= 1;
    }
    bytes
}

/// Lets all tickets of a cache have ended long ago: authtime, starttime, endtime and renew_till lie behind each other
/// (MIT Kerberos, credential cache file format).
fn expire(cache: &Path) {
    let mut bytes = std::fs::read(cache).unwrap();
    let number = |bytes: &[u8], at: usize| u32::from_be_bytes(bytes[at..at + 4].try_into().unwrap());
    let mut found = 0;
    for at in 0..bytes.len() - 16 {
        let [first, start, end] = [0, 4, 8].map(|further| number(&bytes, at + further));
        // a ticket for a service was given later than the one that it stands on, and ends with it
        let plausible = first > 1_700_000_000 && start.checked_sub(first).is_some_and(|later| later < 600);
        if plausible && end.checked_sub(first).is_some_and(|life| (35_000..37_000).contains(&life)) {
            for (place, time) in [(0, 1_000_000_000_u32), (4, 1_000_000_000), (8, 1_000_036_000)] {
                bytes[at + place..at + place + 4].copy_from_slice(&time.to_be_bytes());
            }
            found += 1;
        }
    }
    assert!(found > 0, "no ticket was found in the cache");
    std::fs::write(cache, bytes).unwrap();
}
