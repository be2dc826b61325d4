//! The lab's directory: `ROSTERD_LAB` names the folder of a lab that `scripts/lab up` started.

use std::collections::{BTreeMap, HashSet};
use std::path::{Path, PathBuf};

use ldap3::adapters::{Adapter, EntriesOnly, PagedResults};
use ldap3::controls::RawControl;
use ldap3::{Ldap, LdapConnAsync, LdapConnSettings, Mod, Scope, SearchEntry, SearchResult};
use rosterd::net::client_config;
use rosterd::target::ldap::Dn;
use tokio::task::JoinSet;

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
        Self::at(Path::new(&folder))
    }

    /// The lab in a folder.
    pub fn at(folder: &Path) -> Self {
        let text = std::fs::read_to_string(folder.join("lab.env")).expect("the lab's lab.env");
        let pair = |line: &str| line.split_once('=').map(|(key, value)| (key.to_owned(), value.to_owned()));
        Self { values: text.lines().filter_map(pair).collect() }
    }

    pub fn value(&self, key: &str) -> &str {
        self.values.get(key).unwrap_or_else(|| panic!("lab.env has no {key}"))
    }

    /// Whether what was deleted can be brought back: Samba does that only where the recycle bin is off.
    pub fn undeletes(&self) -> bool {
        self.values.get("RECYCLE_BIN").is_some_and(|on| on == "0")
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
        self.signed_in("CA_FILE", "LDAPS_URL", "BIND_DN", "BIND_PASSWORD").await
    }

    /// OpenLDAP as its administrator.
    pub async fn openldap_administrator(&self) -> Directory {
        self.signed_in("OPENLDAP_CA_FILE", "OPENLDAPS_URL", "OPENLDAP_ADMIN", "OPENLDAP_ADMIN_PASSWORD").await
    }

    async fn signed_in(&self, ca: &str, url: &str, dn: &str, password: &str) -> Directory {
        let tls = client_config(Some(&self.path(ca))).unwrap();
        let settings = LdapConnSettings::new().set_config(tls);
        let (driver, mut ldap) = LdapConnAsync::with_settings(settings, self.value(url)).await.unwrap();
        tokio::spawn(driver.drive());
        ldap.simple_bind(self.value(dn), self.value(password)).await.unwrap().success().unwrap();
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

    /// Many entries at once, as fast as the server takes them.
    pub async fn add_all(&mut self, entries: impl IntoIterator<Item = (String, Vec<(&'static str, String)>)>) {
        let mut under_way = JoinSet::new();
        for (dn, attributes) in entries {
            let mut ldap = self.ldap.clone();
            let attributes = attributes.into_iter().map(|(name, value)| (name.to_owned(), HashSet::from([value])));
            let attributes: Vec<(String, HashSet<String>)> = attributes.collect();
            under_way.spawn(async move { ldap.add(&dn, attributes).await.unwrap().success().map(drop).unwrap() });
            if under_way.len() == 32 {
                under_way.join_next().await.unwrap().unwrap();
            }
        }
        while let Some(done) = under_way.join_next().await {
            done.unwrap();
        }
    }

    /// Puts values into an attribute, beside those that are there.
    pub async fn add_values(&mut self, dn: &str, attribute: &str, values: impl IntoIterator<Item = String>) {
        let change = Mod::Add(attribute.to_owned(), values.into_iter().collect());
        self.ldap.modify(dn, vec![change]).await.unwrap().success().unwrap();
    }

    pub async fn set(&mut self, dn: &str, attribute: &str, value: &str) {
        let change = Mod::Replace(attribute, HashSet::from([value]));
        self.ldap.modify(dn, vec![change]).await.unwrap().success().unwrap();
    }

    pub async fn delete(&mut self, dn: &str) {
        self.ldap.delete(dn).await.unwrap().success().unwrap();
    }

    pub async fn rename(&mut self, dn: &str, rdn: &str) {
        self.ldap.modifydn(dn, rdn, true, None).await.unwrap().success().unwrap();
    }

    /// Moves an entry, with all below it.
    pub async fn carry(&mut self, dn: &str, parent: &str) {
        let rdn = Dn::parse(dn).unwrap().rdn().unwrap();
        self.ldap.modifydn(dn, &rdn, true, Some(parent)).await.unwrap().success().unwrap();
    }

    /// Takes one value out of an attribute.
    pub async fn take_value(&mut self, dn: &str, attribute: &str, value: &str) {
        let change = Mod::Delete(attribute, HashSet::from([value]));
        self.ldap.modify(dn, vec![change]).await.unwrap().success().unwrap();
    }

    /// Takes every right to read `dn` and all below it from `account`.
    pub async fn hide(&mut self, dn: &str, account: &str) {
        // inherited by containers; read properties, list children, list object
        self.deny(dn, account, 2, 0x94, None).await;
    }

    /// Puts an entry that denies a right before all others ([MS-DTYP] section 2.4.4); `object` is the attribute or
    /// control right that it is about.
    pub async fn deny(&mut self, dn: &str, account: &str, flags: u8, mask: u32, object: Option<uuid::Uuid>) {
        const SECURITY: &str = "nTSecurityDescriptor";
        let sid = self.binary(account, "objectSid").await;
        let mut descriptor = self.binary(dn, SECURITY).await;
        let list = usize::try_from(u32::from_le_bytes(descriptor[16..20].try_into().unwrap())).unwrap();
        let mut body = mask.to_le_bytes().to_vec();
        if let Some(object) = object {
            body.extend(1_u32.to_le_bytes());
            body.extend(object.to_bytes_le());
        }
        body.extend(sid);
        let mut entry = vec![if object.is_some() { 6 } else { 1 }, flags];
        entry.extend(u16::try_from(4 + body.len()).unwrap().to_le_bytes());
        entry.extend(body);
        for (at, more) in [(list + 2, u16::try_from(entry.len()).unwrap()), (list + 4, 1)] {
            let old = u16::from_le_bytes([descriptor[at], descriptor[at + 1]]);
            descriptor[at..at + 2].copy_from_slice(&(old + more).to_le_bytes());
        }
        descriptor.splice(list + 8..list + 8, entry);
        let change = Mod::Replace(SECURITY.as_bytes().to_vec(), HashSet::from([descriptor]));
        self.ldap.with_controls(only_the_access_list()).modify(dn, vec![change]).await.unwrap().success().unwrap();
    }

    async fn binary(&mut self, dn: &str, attribute: &str) -> Vec<u8> {
        let ldap = self.ldap.with_controls(only_the_access_list());
        let found = ldap.search(dn, Scope::Base, "(objectClass=*)", vec![attribute]).await.unwrap();
        let mut entry = found.success().unwrap().0.pop().map(SearchEntry::construct).unwrap();
        entry.bin_attrs.remove(attribute).unwrap().remove(0)
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

    /// Every entry below `base`, itself included, that matches, with all attributes.
    pub async fn search(&mut self, base: &str, filter: &str) -> Vec<SearchEntry> {
        let adapters: Vec<Box<dyn Adapter<'_, _, _>>> =
            vec![Box::new(EntriesOnly::new()), Box::new(PagedResults::new(500))];
        let mut search = self
            .ldap
            .streaming_search_with(adapters, base, Scope::Subtree, filter, vec!["*", "entryUUID"])
            .await
            .unwrap();
        let mut entries = Vec::new();
        while let Some(entry) = search.next().await.unwrap() {
            entries.push(SearchEntry::construct(entry));
        }
        search.finish().await.success().unwrap();
        entries
    }

    /// The values of an attribute, sorted.
    pub async fn values(&mut self, dn: &str, attribute: &str) -> Vec<String> {
        let entry = self.look(dn).await.unwrap_or_else(|| panic!("{dn} is not there"));
        let mut values = entry.attrs.get(attribute).cloned().unwrap_or_default();
        values.sort();
        values
    }
}

/// LDAP_SERVER_SD_FLAGS_OID ([MS-ADTS] section 3.1.1.3.4.1.11) with DACL_SECURITY_INFORMATION.
fn only_the_access_list() -> Vec<RawControl> {
    let value = vec![0x30, 3, 2, 1, 4];
    vec![RawControl { ctype: "1.2.840.113556.1.4.801".into(), crit: true, val: Some(value) }]
}
