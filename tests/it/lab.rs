//! The lab's directory: `ROSTERD_LAB` names the folder of a lab that `scripts/lab up` started.

use std::collections::{BTreeMap, HashSet};
use std::path::{Path, PathBuf};

use ldap3::{Ldap, LdapConnAsync, LdapConnSettings, Mod, Scope, SearchEntry, SearchResult};
use rosterd::net::client_config;

/// A running lab.
pub struct Lab {
    values: BTreeMap<String, String>,
}

impl Lab {
    /// Reads `lab.env`; a test that needs a lab cannot do without.
    #[expect(clippy::disallowed_methods, reason = "the runner of the tests says where the lab is")]
    pub fn open() -> Self {
        let folder = std::env::var("ROSTERD_LAB")
            .expect("ROSTERD_LAB names no lab: run scripts/test, or `scripts/lab up DIR` and set it to DIR");
        let text = std::fs::read_to_string(Path::new(&folder).join("lab.env")).expect("the lab's lab.env");
        let pair = |line: &str| line.split_once('=').map(|(key, value)| (key.to_owned(), value.to_owned()));
        Self { values: text.lines().filter_map(pair).collect() }
    }

    pub fn value(&self, key: &str) -> &str {
        self.values.get(key).unwrap_or_else(|| panic!("lab.env has no {key}"))
    }

    pub fn path(&self, key: &str) -> PathBuf {
        self.value(key).into()
    }

    /// A word that no other test has: logins are unique in the whole domain.
    pub fn word() -> String {
        uuid::Uuid::new_v4().simple().to_string()[..10].to_owned()
    }

    /// The directory as its administrator, to look at and to change things behind rosterd's back.
    pub async fn administrator(&self) -> Directory {
        let tls = client_config(Some(&self.path("CA_FILE"))).unwrap();
        let settings = LdapConnSettings::new().set_config(tls);
        let (driver, mut ldap) = LdapConnAsync::with_settings(settings, self.value("LDAPS_URL")).await.unwrap();
        tokio::spawn(driver.drive());
        ldap.simple_bind(self.value("BIND_DN"), self.value("BIND_PASSWORD")).await.unwrap().success().unwrap();
        Directory { ldap }
    }

    /// A new organisational unit of a test's own below the organisation, made as the administrator.
    pub async fn fresh_unit(&self, directory: &mut Directory) -> String {
        let dn = format!("OU=test {},{}", Self::word(), self.value("ORG_BASE"));
        directory.add(&dn, &[("objectClass", "organizationalUnit")]).await;
        dn
    }
}

/// A connection that takes no refusal.
pub struct Directory {
    ldap: Ldap,
}

impl Directory {
    pub async fn add(&mut self, dn: &str, attributes: &[(&str, &str)]) {
        let mut all: BTreeMap<&str, HashSet<&str>> = BTreeMap::new();
        for (name, value) in attributes {
            all.entry(name).or_default().insert(value);
        }
        self.ldap.add(dn, all.into_iter().collect()).await.unwrap().success().unwrap();
    }

    pub async fn set(&mut self, dn: &str, attribute: &str, value: &str) {
        let change = Mod::Replace(attribute, HashSet::from([value]));
        self.ldap.modify(dn, vec![change]).await.unwrap().success().unwrap();
    }

    pub async fn rename(&mut self, dn: &str, rdn: &str) {
        self.ldap.modifydn(dn, rdn, true, None).await.unwrap().success().unwrap();
    }

    /// The attributes of an entry; `None` when there is none.
    pub async fn look(&mut self, dn: &str) -> Option<SearchEntry> {
        let SearchResult(mut found, result) =
            self.ldap.search(dn, Scope::Base, "(objectClass=*)", vec!["*"]).await.unwrap();
        match result.rc {
            0 => found.pop().map(SearchEntry::construct),
            32 => None,
            _ => panic!("{result}"),
        }
    }

    /// The values of an attribute, sorted.
    pub async fn values(&mut self, dn: &str, attribute: &str) -> Vec<String> {
        let entry = self.look(dn).await.unwrap_or_else(|| panic!("{dn} is not there"));
        let mut values = entry.attrs.get(attribute).cloned().unwrap_or_default();
        values.sort();
        values
    }
}
