//! Incremental reads: what is changed behind our back, brought into an earlier complete read by a mark and its changes,
//! gives what a new complete read shows. Each kind of change by itself, and all at once.

mod active_directory;
mod changes;
mod limits;
mod openldap;
mod stamped;

use std::collections::HashSet;

use ldap3::controls::RawControl;
use ldap3::{Ldap, LdapConnAsync, LdapConnSettings, Mod, Scope, SearchEntry};
use rosterd::net::client_config;
use rosterd::target::{Gone, Increment, Mark, Update};

use super::*;

/// Somebody else at work in the directory.
struct Hand {
    ldap: Ldap,
}

impl Hand {
    async fn new(url: &str, ca: &Path, account: &str, password: &str) -> Self {
        let settings = LdapConnSettings::new().set_config(client_config(Some(ca)).unwrap());
        let (driver, mut ldap) = LdapConnAsync::with_settings(settings, url).await.unwrap();
        tokio::spawn(driver.drive());
        ldap.simple_bind(account, password).await.unwrap().success().unwrap();
        Self { ldap }
    }

    async fn add(&mut self, dn: &str, attributes: &[(&str, &str)]) {
        let mut all: BTreeMap<&str, HashSet<&str>> = BTreeMap::new();
        for (name, value) in attributes {
            all.entry(name).or_default().insert(value);
        }
        self.ldap.add(dn, all.into_iter().collect()).await.unwrap().success().unwrap();
    }

    async fn modify(&mut self, dn: &str, change: Mod<&str>) {
        self.ldap.modify(dn, vec![change]).await.unwrap().success().unwrap();
    }

    /// Replaces all values; without any the attribute is cleared.
    async fn set(&mut self, dn: &str, attribute: &str, values: &[&str]) {
        self.modify(dn, Mod::Replace(attribute, values.iter().copied().collect())).await;
    }

    async fn include(&mut self, dn: &str, member: &str) {
        self.modify(dn, Mod::Add("member", HashSet::from([member]))).await;
    }

    async fn exclude(&mut self, dn: &str, member: &str) {
        self.modify(dn, Mod::Delete("member", HashSet::from([member]))).await;
    }

    async fn rename(&mut self, dn: &str, name: &str) {
        self.ldap.modifydn(dn, name, true, None).await.unwrap().success().unwrap();
    }

    async fn carry(&mut self, dn: &str, parent: &str) {
        let (name, _) = dn.split_once(',').unwrap();
        self.ldap.modifydn(dn, name, true, Some(parent)).await.unwrap().success().unwrap();
    }

    async fn delete(&mut self, dn: &str) {
        self.ldap.delete(dn).await.unwrap().success().unwrap();
    }

    /// The last part of an objectSid.
    async fn number(&mut self, dn: &str) -> String {
        let found = self.ldap.search(dn, Scope::Base, "(objectClass=*)", vec!["objectSid"]).await.unwrap();
        let entry = SearchEntry::construct(found.success().unwrap().0.remove(0));
        let sid = &entry.bin_attrs["objectSid"][0];
        u32::from_le_bytes(*sid.last_chunk().unwrap()).to_string()
    }

    /// Brings the deleted object that was called so back to where it was; answers the result's code.
    async fn undelete(&mut self, dn: &str, domain: &str) -> u32 {
        let shown = || RawControl { ctype: "1.2.840.113556.1.4.417".into(), crit: true, val: None };
        let (name, _) = dn.split_once(',').unwrap();
        let filter = format!("(&(isDeleted=TRUE)(lastKnownParent=*)({name}\\0aDEL:*))");
        let ldap = self.ldap.with_controls(vec![shown()]);
        let found = ldap.search(domain, Scope::Subtree, &filter, vec!["lastKnownParent"]).await.unwrap();
        let parent = dn.split_once(',').unwrap().1;
        let mut deleted = found.success().unwrap().0.into_iter().map(SearchEntry::construct);
        let deleted = deleted.find(|entry| entry.attrs["lastKnownParent"][0].ends_with(parent)).unwrap().dn;
        let back =
            vec![Mod::Delete("isDeleted", HashSet::new()), Mod::Replace("distinguishedName", HashSet::from([dn]))];
        self.ldap.with_controls(vec![shown()]).modify(&deleted, back).await.unwrap().rc
    }
}

/// What is known of a directory from a complete read and the increments after it.
struct Follower {
    target: LdapTarget,
    request: ObserveRequest,
    known: BTreeMap<ObjectId, Observed>,
    mark: Mark,
}

impl Follower {
    async fn new(target: LdapTarget, request: ObserveRequest) -> Self {
        target.learn_schema(None).await.unwrap();
        let mark = target.mark().await.unwrap().expect("a mark");
        let known = complete(&target, &request).await;
        Self { target, request, known, mark }
    }

    /// Takes up what changed; answers the names of the objects that were read for it, or why that is impossible.
    async fn follow(&mut self) -> Result<Vec<String>, String> {
        let (request, mut shown, mut read) = (&self.request, Vec::new(), Vec::new());
        let increment = self.target.changes(request, &self.mark, &mut |seen| keep(&mut shown, seen)).await.unwrap();
        let (mut gone, next) = match increment {
            Increment::Whole { gone, next, evidence } => {
                assert!(evidence.server.is_some() && Coverage::judge(evidence).complete().is_some());
                (gone, next)
            }
            Increment::Impossible(why) => return Err(why),
        };
        loop {
            let mut update = Update::new(&gone, shown.iter().map(|object| (object.id.clone(), object.handle.clone())));
            self.known.values().for_each(|object| update.place(&object.id, &object.handle));
            for object in self.known.values().chain(&shown) {
                let now = shown.iter().find(|shown| shown.id == object.id).unwrap_or(object);
                update.name(&now.id, &now.handle);
            }
            for object in self.known.values() {
                update.is_stale(object, self.target.schema(object.kind));
            }
            self.known.retain(|id, _| !update.is_gone(id));
            let left = update.left();
            read.extend(shown.iter().map(|object| object.name.clone()));
            self.known.extend(shown.drain(..).map(|object| (object.id.clone(), object)));
            if left.is_empty() {
                break;
            }
            let missing = self.target.reread(request, &left, &mut |seen| keep(&mut shown, seen)).await.unwrap();
            gone = Gone::These(missing.into_iter().collect());
        }
        self.mark = next;
        read.sort();
        Ok(read)
    }

    /// What was changed shows in a complete read, and in what is known exactly alike.
    async fn agrees(&mut self, change: &str) -> Vec<String> {
        let now = complete(&self.target, &self.request).await;
        assert!(now != self.known, "{change}: nothing changed");
        let read = self.follow().await.unwrap_or_else(|why| panic!("{change}: {why}"));
        assert_same(&self.known, &now, change);
        let nothing = self.follow().await.unwrap_or_else(|why| panic!("{change}, and then nothing: {why}"));
        assert_same(&self.known, &now, change);
        assert!(nothing.is_empty() || self.settles_later(), "{change}, and then nothing: {nothing:?}");
        read
    }

    /// Times overlap, so what changed of late is read again.
    fn settles_later(&self) -> bool {
        self.mark.body.contains("since")
    }
}

fn keep(shown: &mut Vec<Observed>, seen: Seen) {
    if let Seen::Object(object, _) = seen {
        shown.push(sorted(*object));
    }
}

/// Values have no order.
fn sorted(mut object: Observed) -> Observed {
    if let Some(members) = &mut object.members {
        members.sort();
    }
    object.attributes.values_mut().for_each(|values| values.sort_by_key(ToString::to_string));
    object
}

async fn complete(target: &LdapTarget, request: &ObserveRequest) -> BTreeMap<ObjectId, Observed> {
    let reading = observe(target, request).await.unwrap();
    assert!(reading.complete(), "{:?}", reading.coverage);
    reading.objects.into_iter().map(|object| (object.id.clone(), sorted(object))).collect()
}

fn assert_same(known: &BTreeMap<ObjectId, Observed>, now: &BTreeMap<ObjectId, Observed>, change: &str) {
    let ids: std::collections::BTreeSet<&ObjectId> = known.keys().chain(now.keys()).collect();
    for id in ids {
        let (known, now) = (known.get(id), now.get(id));
        assert!(known == now, "{change}:\nknown {known:#?}\nis {now:#?}");
    }
}
