//! Where the members of groups are to be seen: in the listing, in the group itself, on the side of the users, by a
//! filter, or nowhere. What is not seen is not known, which is not the same as none.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value as Json;

use super::observed::members;
use crate::object::{Handle, Kind, Observed};
use crate::target::scim::http::answer::Failure;
use crate::target::scim::profile::Shown;
use crate::target::scim::service::Service;
use crate::target::scim::wire;

/// An id that no service gives.
const NOBODY: &str = "rosterd-nobody-0f3c6e0a";

/// What the users of a read tell of their groups.
#[derive(Debug, Default)]
pub struct Memberships {
    users: Vec<Handle>,
    /// Who is in a group, by the group's id, as the users' `groups` say.
    by_group: BTreeMap<String, BTreeSet<Handle>>,
    /// Users were read. Of those who were not seen nothing is said, here or there.
    users_read: bool,
    /// By the filter; asked once, when the first group wants it.
    filtered: Option<Option<BTreeMap<String, BTreeSet<Handle>>>>,
}

impl Memberships {
    pub fn note(&mut self, object: &Observed, resource: &Json) {
        if object.kind != Kind::User {
            return;
        }
        self.users.push(object.handle.clone());
        for group in wire::member(resource, "groups").map(wire::list).unwrap_or_default() {
            if let Some(id) = wire::referenced(group) {
                self.by_group.entry(id).or_default().insert(object.handle.clone());
            }
        }
    }

    pub fn were_read(&mut self, kind: Kind) {
        self.users_read |= kind == Kind::User;
    }
}

impl Service {
    /// The members of a group that came in a listing without any. `None` when they are not known.
    pub async fn members_not_listed(
        &self,
        listed: &Json,
        memberships: &mut Memberships,
    ) -> Result<Option<Vec<Handle>>, Failure> {
        if members(listed).is_none() && wire::member(listed, "members").is_some() {
            return Ok(None); // there are some, and they make no sense
        }
        let Some(id) = wire::id(listed) else { return Ok(None) };
        match self.profile.listing.members {
            // what is empty may be left out (RFC 7643 section 2.5)
            Some(Shown::Listing) => Ok(Some(Vec::new())),
            Some(Shown::Never) => Ok(None),
            Some(Shown::Users) if !memberships.users_read => Ok(None),
            Some(Shown::Users) => {
                let of = memberships.by_group.get(&id);
                Ok(Some(of.map(|of| of.iter().cloned().collect()).unwrap_or_default()))
            }
            Some(Shown::Filter) => self.members_by_filter(&id, memberships).await,
            Some(Shown::Single) | None => self.members_read_singly(&id).await,
        }
    }

    /// A group that is asked by itself says whether it has members: without a word of them it has none, unless its
    /// service shows members in other places.
    async fn members_read_singly(&self, id: &str) -> Result<Option<Vec<Handle>>, Failure> {
        match self.client.get(&["Groups", id], &[]).await {
            Ok(group) if wire::member(&group, "members").is_none() => Ok(Some(Vec::new())),
            Ok(group) => Ok(members(&group)),
            Err(failure) if failure.fatal => Err(failure),
            Err(failure) => {
                tracing::warn!(id, failure.message, "the members of a group could not be read");
                Ok(None)
            }
        }
    }

    /// Whether a group leaves open who is in it: it names nobody, which many say in a listing whoever is in a group.
    pub fn leaves_open(&self, group: &Observed) -> bool {
        let believed = self.profile.listing.members == Some(Shown::Listing);
        group.members.as_ref().is_none_or(|members| members.is_empty() && !believed)
    }

    /// The members of a group that was read by itself and named none.
    pub fn members_of_one(&self, group: &Json) -> Option<Vec<Handle>> {
        if members(group).is_none() && wire::member(group, "members").is_some() {
            return None;
        }
        match self.profile.listing.members {
            None | Some(Shown::Listing | Shown::Single) => Some(Vec::new()),
            Some(Shown::Users | Shown::Filter | Shown::Never) => None,
        }
    }

    async fn members_by_filter(&self, id: &str, memberships: &mut Memberships) -> Result<Option<Vec<Handle>>, Failure> {
        if memberships.filtered.is_none() {
            let found = if memberships.users_read { self.groups_of_all(&memberships.users).await? } else { None };
            memberships.filtered = Some(found);
        }
        let by_group = memberships.filtered.as_ref().and_then(Option::as_ref);
        Ok(by_group.map(|groups| groups.get(id).map(|of| of.iter().cloned().collect()).unwrap_or_default()))
    }

    /// The groups of each user, asked for by a filter. `None` when the filter finds groups for somebody who is not there,
    /// or fails: then it says nothing about anybody.
    async fn groups_of_all(&self, users: &[Handle]) -> Result<Option<BTreeMap<String, BTreeSet<Handle>>>, Failure> {
        match self.groups_of(NOBODY).await {
            Ok(groups) if groups.is_empty() => {}
            Ok(_) => return Ok(None),
            // some services say that there is no such user
            Err(failure) if failure.is_status(404) => {}
            Err(failure) if failure.fatal => return Err(failure),
            Err(_) => return Ok(None),
        }
        let mut by_group: BTreeMap<String, BTreeSet<Handle>> = BTreeMap::new();
        for user in users {
            match self.groups_of(user.as_str()).await {
                Ok(groups) => {
                    for group in groups {
                        by_group.entry(group).or_default().insert(user.clone());
                    }
                }
                Err(failure) if failure.fatal || failure.class == crate::target::Class::Transient => {
                    return Err(failure);
                }
                Err(failure) => {
                    tracing::warn!(%user, failure.message, "the groups of a user could not be read");
                    return Ok(None);
                }
            }
        }
        Ok(Some(by_group))
    }

    async fn groups_of(&self, user: &str) -> Result<Vec<String>, Failure> {
        let filter = self.equality("members.value", user);
        let mut cursor = None::<String>;
        let mut groups = Vec::new();
        loop {
            let mut query = vec![("filter", filter.as_str())];
            if self.profile.listing.paging == Some(crate::target::scim::profile::Paging::Cursor) {
                query.push(("cursor", cursor.as_deref().unwrap_or_default()));
            }
            let page = self.client.page(&["Groups"], &query).await?;
            let found = page.items.iter().filter(|item| item.id.is_some()).count();
            groups.extend(page.items.into_iter().filter_map(|item| item.id));
            match page.next.filter(|next| Some(next) != cursor.as_ref()) {
                Some(next) if found > 0 => cursor = Some(next),
                _ if page.total.is_some_and(|total| total > groups.len() as u64) => {
                    return Err(Failure::permanent("a filter of groups found more than it shows on a page"));
                }
                _ => return Ok(groups),
            }
        }
    }
}
