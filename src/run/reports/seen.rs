//! What the last read of each target showed of accounts and groups, with whose they are.

use std::collections::{BTreeMap, HashMap};

use crate::mapping::{ORDINARY, account_id};
use crate::object::{Kind, Observed};
use crate::org::{Id, Snapshot};
use crate::report::{SeenAccount, SeenGroup, SeenTarget};
use crate::run::engine::Engine;
use crate::run::failure::Failure;

impl Engine {
    pub(super) async fn seen(&self, targets: &[String], snapshot: &Snapshot) -> Result<Vec<SeenTarget>, Failure> {
        let mut found = Vec::new();
        for target in targets {
            found.push(self.seen_of(target, snapshot).await?);
        }
        Ok(found)
    }

    async fn seen_of(&self, target: &str, snapshot: &Snapshot) -> Result<SeenTarget, Failure> {
        let links = self.store.links(target).await?;
        let owners = self.owners(target, snapshot);
        let mut seen = SeenTarget {
            target: target.to_owned(),
            read: self.store.last_read_at(target).await?,
            ..SeenTarget::default()
        };
        let (mut ids, mut members) = (HashMap::new(), BTreeMap::new());
        let mut see = |object: Observed| {
            ids.insert(object.handle.clone(), object.id.clone());
            match object.kind {
                Kind::User => {
                    let key = links.key(&object.id).cloned();
                    let (person, account_kind) = key
                        .as_ref()
                        .and_then(|key| owners.get(key))
                        .cloned()
                        .map_or_else(Default::default, |(person, kind)| (Some(person), kind));
                    let account = SeenAccount {
                        name: object.name,
                        handle: object.handle.as_str().to_owned(),
                        enabled: object.enabled == Some(true),
                        protected: object.protected.is_some(),
                        key,
                        person,
                        account_kind,
                    };
                    seen.accounts.insert(object.id, account);
                }
                Kind::Group => {
                    members.insert(object.id.clone(), object.members.unwrap_or_default());
                    seen.groups.insert(object.id, SeenGroup { name: object.name, members: Vec::new() });
                }
                Kind::Unit | Kind::Contact => {}
            }
        };
        self.store.each_observed(target, &|_| true, &mut see).await?;
        for (group, handles) in members {
            let found = handles.iter().filter_map(|handle| ids.get(handle).cloned()).collect();
            seen.groups.entry(group).and_modify(|group| group.members = found);
        }
        Ok(seen)
    }

    /// Whose each account of a target is: by the record, and by the ids that rosterd gives to ordinary accounts.
    pub(in crate::run) fn owners(&self, target: &str, snapshot: &Snapshot) -> BTreeMap<Id, (Id, String)> {
        let roster = self.store.meta().roster;
        let ordinary = snapshot
            .lives()
            .map(|(person, _)| (account_id(roster, person, target, ORDINARY), (person.clone(), String::new())));
        let stated = snapshot.accounts().filter(|(_, account)| account.system == target).filter_map(|(id, account)| {
            let kind = account.account_kind.clone().unwrap_or_default();
            Some((id.clone(), (account.person.clone()?, kind)))
        });
        ordinary.chain(stated).collect()
    }
}
