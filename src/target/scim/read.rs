//! Observing: the listings of users and groups, turned into objects and the proof of how much was seen.

use serde_json::Value as Json;

use super::answer::Failure;
use super::listing::{endpoint, read_all};
use super::observed::{members, observed};
use super::paths::every_path;
use super::service::Service;
use super::wire;
use crate::object::{AttributeName, Coverage, Evidence, Kind, ObjectId, Observed, ScopeRead, TakenName};
use crate::target::{ObserveRequest, Seen};

impl Service {
    /// Reads the listings of the kinds that are asked for.
    pub async fn observe(
        &self,
        request: &ObserveRequest,
        see: &mut (dyn FnMut(Seen) + Send),
    ) -> Result<Coverage, Failure> {
        let mut evidence = Evidence::default();
        for (kind, names) in &request.attributes {
            let Some(endpoint) = endpoint(*kind) else { continue };
            let mut scope = self.read_kind(*kind, endpoint, names, see).await?;
            scope.floor = request.floor.get(kind).copied();
            evidence.scopes.push(scope);
        }
        Ok(Coverage::judge(evidence))
    }

    async fn read_kind(
        &self,
        kind: Kind,
        endpoint: &str,
        names: &[AttributeName],
        see: &mut (dyn FnMut(Seen) + Send),
    ) -> Result<ScopeRead, Failure> {
        let schema = self.schemas.of(kind);
        let (mut seen, mut unreadable) = (0, 0);
        let mut members_shown = false;
        let mut without_members = Vec::new();
        let mut sort = |item: Json| {
            seen += 1;
            members_shown |= members(&item).is_some();
            match observed(kind, &item, names, schema) {
                Ok(object) if kind == Kind::Group && object.members.is_none() => without_members.push((object, item)),
                Ok(object) => show(object, &item, see),
                Err(why) => {
                    unreadable += 1;
                    tracing::warn!(endpoint, id = wire::id(&item), %why, "a resource could not be understood");
                }
            }
        };
        let ended = read_all(&self.client, endpoint, self.page_size, &mut sort).await?;
        for (mut group, item) in without_members {
            group.members = self.members_not_listed(&group.id, &item, members_shown).await;
            show(group, &item, see);
        }
        Ok(ScopeRead {
            scope: format!("{}/{endpoint}", self.client.base()),
            kind: Some(kind),
            base_readable: true,
            ended: ended.by_itself,
            seen,
            announced: ended.announced,
            floor: None,
            unreadable,
        })
    }

    /// The members of a group that the listing showed none of. A service that showed the members of any group lists
    /// them, so here there are none (RFC 7643 section 2.5: what is empty may be left out). Otherwise it may be one
    /// that never lists members, and the group itself is asked; only if that fails is it not known.
    async fn members_not_listed(
        &self,
        id: &ObjectId,
        listed: &Json,
        members_shown: bool,
    ) -> Option<Vec<crate::object::Handle>> {
        let unreadable = wire::member(listed, "members").is_some();
        if unreadable {
            return None;
        }
        if members_shown {
            return Some(Vec::new());
        }
        match self.client.get(&["Groups", id.as_str()], &[]).await {
            Ok(group) if wire::member(&group, "members").is_none() => Some(Vec::new()),
            Ok(group) => members(&group),
            Err(failure) => {
                tracing::warn!(%id, failure.message, "the members of a group could not be read");
                None
            }
        }
    }

    /// Reads one resource, as it is on the wire.
    pub async fn resource(&self, kind: Kind, id: &ObjectId) -> Result<Option<Json>, Failure> {
        let Some(endpoint) = endpoint(kind) else { return Ok(None) };
        match self.client.get(&[endpoint, id.as_str()], &[]).await {
            Ok(resource) if wire::id(&resource).as_deref() == Some(id.as_str()) => Ok(Some(resource)),
            Ok(_) => Err(Failure::permanent(format!(
                "GET {}/{endpoint}/{id} was answered with another resource",
                self.client.base()
            ))),
            Err(failure) if failure.is_status(404) || failure.is_status(410) => Ok(None),
            Err(failure) => Err(failure),
        }
    }

    /// Understands one resource that was read singly: with every attribute that it has, since nobody said which are
    /// wanted, and `also` those that the mapping spells in its own way. Absent members mean none here.
    pub fn understood(&self, kind: Kind, resource: &Json, also: &[AttributeName]) -> Result<Observed, Failure> {
        let schema = self.schemas.of(kind);
        let names: Vec<AttributeName> = every_path(resource).into_iter().chain(also.iter().cloned()).collect();
        let mut object = observed(kind, resource, &names, schema)
            .map_err(|why| Failure::permanent(format!("a {kind} could not be understood: {why}")))?;
        if kind == Kind::Group && wire::member(resource, "members").is_none() {
            object.members = Some(Vec::new());
        }
        Ok(object)
    }
}

fn show(object: Observed, resource: &Json, see: &mut (dyn FnMut(Seen) + Send)) {
    if object.kind == Kind::User
        && let Some(name) = wire::member(resource, "userName").and_then(wire::text)
    {
        see(Seen::Name(TakenName { name, object: object.id.clone() }));
    }
    see(Seen::Object(Box::new(object), None));
}
