//! What is hidden: attributes of single objects, by their access control entries, and containers that show their name and
//! nothing else.

use std::collections::{BTreeMap, BTreeSet};

use super::descriptor::{Access, CONTROL, Descriptor, READ};
use super::rights::{AttributeRight, only_the_access_list};
use super::{Doctor, Server};
use crate::object::{AttributeName, Doubt, Kind, ObjectId};
use crate::target::Finding;
use crate::target::ldap::ber::{Filter, Scope};
use crate::target::ldap::doubts::stored;
use crate::target::ldap::find::filter_of;
use crate::target::ldap::object::id_of;
use crate::target::ldap::pages::all;
use crate::target::ldap::session::{Failure, Query};

/// Objects that are looked up in one search.
const AT_ONCE: usize = 50;
/// Entries whose names are looked at.
const NAMES: usize = 20_000;
/// Findings of one kind that are shown.
const SHOWN: usize = 5;

impl Doctor<'_> {
    /// Of these attributes and objects those that the objects' entries keep from us.
    pub async fn hidden(
        &self,
        groups: &BTreeMap<(Kind, &AttributeName), Vec<&ObjectId>>,
    ) -> Result<Vec<Doubt>, Failure> {
        let names: BTreeSet<&str> = groups.keys().map(|(_, name)| stored(name, self.settings)).collect();
        let names: Vec<&str> = names.into_iter().collect();
        if names.is_empty() {
            return Ok(Vec::new());
        }
        let Some(server) = self.server().await? else { return Ok(Vec::new()) };
        let ids = self.attribute_ids(&names, &server).await?;
        let objects: BTreeSet<&ObjectId> = groups.values().flatten().copied().collect();
        let descriptors = self.descriptors(&objects.into_iter().collect::<Vec<_>>()).await?;
        let mut hidden = Vec::new();
        for ((kind, attribute), objects) in groups {
            let Some(right) = ids.get(&stored(attribute, self.settings).to_ascii_lowercase()) else { continue };
            // who may not read the entries themselves is told by the doctor, and knows no more than before
            let is_hidden = |object: &&&ObjectId| {
                descriptors.get(**object).is_some_and(|descriptor| !readable(right, descriptor, &server))
            };
            let doubt =
                |object: &&ObjectId| Doubt { kind: *kind, attribute: (*attribute).clone(), object: (*object).clone() };
            hidden.extend(objects.iter().filter(is_hidden).map(doubt));
        }
        Ok(hidden)
    }

    async fn descriptors(&self, objects: &[&ObjectId]) -> Result<BTreeMap<ObjectId, Descriptor>, Failure> {
        let mut descriptors = BTreeMap::new();
        for some in objects.chunks(AT_ONCE) {
            let profile = self.settings.profile;
            let filter = Filter::Any(some.iter().filter_map(|id| filter_of(profile, id)).collect());
            let query = Query::subtree(&self.places.base, filter, &["objectGUID", "nTSecurityDescriptor"]);
            let page = self.session.page_with(&query, self.settings.page_size, vec![only_the_access_list()]).await?;
            page.end?;
            descriptors.extend(page.entries.iter().filter_map(|entry| {
                let descriptor = entry.values("nTSecurityDescriptor").next().and_then(Descriptor::decode)?;
                Some((id_of(entry)?, descriptor))
            }));
        }
        Ok(descriptors)
    }

    /// Containers and objects that show their name and no class: nothing of them can be read, nor below them.
    pub(super) async fn nameless(&self, server: &Server) -> Result<Vec<Finding>, Failure> {
        let (base, filter) = (self.places.base.to_string(), Filter::everything());
        let query = Query { base, scope: Scope::Subtree, filter, attributes: vec!["objectClass".into()] };
        let entries = all(self.session, &query, self.settings.page_size, NAMES).await?;
        let mut hidden: Vec<String> = entries
            .iter()
            .filter(|entry| entry.values("objectClass").next().is_none())
            .map(|entry| entry.dn.to_string())
            .collect();
        if hidden.is_empty() {
            return Ok(vec![Finding::good(format!("all that can be seen below {} can be read", self.places.base))]);
        }
        hidden.sort_by_key(|dn| (dn.len(), dn.clone()));
        let count = hidden.len();
        Ok(hidden.into_iter().take(SHOWN).map(|dn| unreadable(&dn, count, server)).collect())
    }
}

fn unreadable(dn: &str, count: usize, server: &Server) -> Finding {
    let text = format!("{dn} can be seen and not read, nor what lies below it; of its like there are {count}");
    let breaks = "what is ours there counts as not found and is held: it is neither changed nor disabled";
    let hint = format!("where an entry denies it, take that away first: `{}`", server.grantee.show(dn));
    let finding = Finding::bad(text).breaks(breaks).command(server.grantee.read(dn));
    Finding { hint: Some(hint), ..finding }
}

fn readable(right: &AttributeRight, descriptor: &Descriptor, server: &Server) -> bool {
    let has = |mask| descriptor.access(mask, &right.ids, &server.identities) == Access::Granted;
    has(READ) && (!right.confidential || has(CONTROL))
}
