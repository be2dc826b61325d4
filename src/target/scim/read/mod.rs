//! Observing: the listings of users and groups, turned into objects and the proof of how much was seen. Where there are
//! no listings, what is linked is read one by one, and proves nothing about the rest.

pub mod listing;
pub mod membership;
pub mod observed;
pub mod page;
pub mod paths;

use serde_json::Value as Json;

use self::listing::{Ended, endpoint, read_all};
use self::membership::Memberships;
use self::observed::observed;
use self::page::Item;
use self::paths::every_path;
use crate::object::{
    AttributeName, Coverage, Evidence, Fingerprint, Kind, Missing, ObjectId, Observed, Protection, ScopeRead, TakenName,
};
use crate::target::scim::http::answer::Failure;
use crate::target::scim::profile::{Paging, Shown};
use crate::target::scim::service::Service;
use crate::target::scim::wire;
use crate::target::{ObserveRequest, Seen};

/// Objects that are named of those of which something is not known.
const NAMED: usize = 5;

impl Service {
    /// Reads the kinds that are asked for; users before groups, whose members they may tell.
    pub async fn observe(
        &self,
        request: &ObserveRequest,
        see: &mut (dyn FnMut(Seen) + Send),
    ) -> Result<Coverage, Failure> {
        let mut evidence = Evidence::default();
        let mut memberships = Memberships::default();
        let lists = self.profile.listing.paging != Some(Paging::None);
        for (kind, names) in &request.attributes {
            let Some(endpoint) = endpoint(*kind) else { continue };
            let mut reading =
                Reading { service: self, kind: *kind, names, request, seen: 0, flaws: Flaws::default(), see };
            let ended = if lists {
                reading.listing(endpoint, &mut memberships).await?
            } else {
                let linked = request.linked.get(kind).map(Vec::as_slice).unwrap_or_default();
                reading.linked(linked, &mut memberships).await?
            };
            let Reading { flaws, .. } = reading;
            let scope = format!("{}/{endpoint}", self.client.base());
            evidence.scopes.push(ScopeRead {
                scope: scope.clone(),
                kind: Some(*kind),
                base_readable: true,
                ended: ended.by_itself,
                seen: ended.seen,
                announced: ended.announced,
                floor: request.floor.get(kind).copied().filter(|_| lists),
                unreadable: flaws.nameless,
            });
            if let Some(why) = flaws.example.clone() {
                evidence.misread.insert(scope.clone(), why);
            }
            evidence.gaps.extend(
                flaws.told(*kind).into_iter().chain(ended.odd).map(|why| Missing { scope: scope.clone(), why }),
            );
        }
        let base = self.client.base();
        evidence.gaps.extend(self.changed.iter().map(|why| Missing { scope: base.to_owned(), why: otherwise(why) }));
        Ok(if lists { Coverage::judge(evidence) } else { Coverage::Linked(evidence) })
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
    /// wanted, and `also` those that the mapping spells in its own way.
    pub fn understood(&self, kind: Kind, resource: &Json, also: &[AttributeName]) -> Result<Observed, Failure> {
        let schema = self.schemas.of(kind);
        let names: Vec<AttributeName> = every_path(resource).into_iter().chain(also.iter().cloned()).collect();
        let mut object = observed(kind, resource, &names, schema)
            .map_err(|why| Failure::permanent(format!("a {kind} could not be understood: {why}")))?;
        if kind == Kind::Group && self.leaves_open(&object) {
            object.members = self.members_of_one(resource);
        }
        Ok(object)
    }
}

const OTHERWISE: &str = "it does otherwise than before: ";
const WAY_OUT: &str = "; `rosterd check --online --pin` takes that for its way from now on";

/// What a service does otherwise than it did, for the report of a run.
fn otherwise(change: &str) -> String {
    format!("{OTHERWISE}{change}{WAY_OUT}")
}

/// The changes of a service among what a read says of itself.
pub fn changes(gaps: &[Missing]) -> Vec<String> {
    let change = |gap: &Missing| Some(gap.why.strip_prefix(OTHERWISE)?.trim_end_matches(WAY_OUT).to_owned());
    let mut changes: Vec<String> = gaps.iter().filter_map(change).collect();
    changes.dedup(); // each kind of objects says so
    changes
}

/// Whether a text says that a service does otherwise.
pub fn tells_change(text: &str) -> bool {
    text.contains(OTHERWISE)
}

/// One kind under way.
struct Reading<'a> {
    service: &'a Service,
    kind: Kind,
    names: &'a [AttributeName],
    request: &'a ObserveRequest,
    seen: u64,
    flaws: Flaws,
    see: &'a mut (dyn FnMut(Seen) + Send),
}

impl Reading<'_> {
    /// Whether a resource that looks as it did before need not be read: nothing but itself follows from it.
    fn may_pass(&self) -> bool {
        let tells_others = matches!(self.service.profile.listing.members, Some(Shown::Users | Shown::Filter));
        self.kind == Kind::Group || (self.request.spaces.is_empty() && !tells_others)
    }

    async fn listing(&mut self, endpoint: &str, memberships: &mut Memberships) -> Result<Ended, Failure> {
        let service = self.service;
        let mut without_members = Vec::new();
        let ended = {
            let mut sort = |item: Item| without_members.extend(self.take(&item, memberships));
            let how = (&service.profile.listing, service.page_size);
            read_all(&service.client, endpoint, how, &mut sort).await?
        };
        memberships.were_read(self.kind);
        for (mut group, item) in without_members {
            group.members = service.members_not_listed(&item, memberships).await?;
            self.show(group, &item, None);
        }
        Ok(ended)
    }

    /// Reads what is linked, one by one. What is not shown is not seen, and what that means is not decided here.
    async fn linked(&mut self, linked: &[ObjectId], memberships: &mut Memberships) -> Result<Ended, Failure> {
        memberships.were_read(self.kind);
        for id in linked {
            match self.service.resource(self.kind, id).await {
                Ok(Some(item)) => {
                    if let Some((mut group, item)) = self.understand(item, None, memberships) {
                        group.members = self.service.members_not_listed(&item, memberships).await?;
                        self.show(group, &item, None);
                    }
                }
                Ok(None) => {}
                Err(failure) if failure.fatal || failure.class == crate::target::Class::Transient => {
                    return Err(failure);
                }
                Err(failure) => self.flaws.unread.push(format!("{id} ({})", failure.message)),
            }
        }
        Ok(Ended { by_itself: true, announced: None, seen: self.seen, odd: Vec::new() })
    }

    /// Takes a resource of a listing: one that looks as it did before is shown as the same.
    fn take(&mut self, item: &Item, memberships: &mut Memberships) -> Option<(Observed, Json)> {
        let look = item.look();
        if let Some(same) =
            look.filter(|_| self.may_pass()).and_then(|(key, print)| self.request.known.same(key, print))
        {
            self.seen += 1;
            (self.see)(Seen::Same(same));
            return None;
        }
        self.understand(item.json(), look.map(|(_, print)| print), memberships)
    }

    /// Understands a resource and shows it; a group whose members are not in it is answered instead.
    fn understand(
        &mut self,
        item: Json,
        print: Option<Fingerprint>,
        memberships: &mut Memberships,
    ) -> Option<(Observed, Json)> {
        self.seen += 1;
        match observed(self.kind, &item, self.names, self.service.schemas.of(self.kind)) {
            Ok(object) if self.kind == Kind::Group && self.service.leaves_open(&object) => return Some((object, item)),
            Ok(object) => {
                memberships.note(&object, &item);
                self.show(object, &item, print);
            }
            Err(why) => {
                let name = wire::member(&item, "userName").or_else(|| wire::member(&item, "displayName"));
                let name = name.and_then(wire::text).map(|name| format!("{name:?}: ")).unwrap_or_default();
                self.flaws.nameless += 1;
                self.flaws.example.get_or_insert(format!("{name}{why}"));
            }
        }
        None
    }

    /// Without a fingerprint an object is shown as changed the next time, too; so is one of which something is not known.
    fn show(&mut self, object: Observed, resource: &Json, print: Option<Fingerprint>) {
        let print = print.filter(|_| object.protected.is_none());
        if let Some(Protection::NotUnderstood(why)) = &object.protected {
            self.flaws.not_understood.push(format!("{} (id {}: {why})", object.name, object.id));
        }
        if object.kind == Kind::Group && object.members.is_none() {
            self.flaws.without_members.push(format!("{} (id {})", object.name, object.id));
        }
        if object.kind == Kind::User && !self.request.spaces.is_empty() {
            for name in taken(resource, &object.id).into_iter().filter(|name| self.request.spaces.contains(&name.space))
            {
                (self.see)(Seen::Name(name));
            }
        }
        (self.see)(Seen::Object(Box::new(object), print));
    }
}

/// The names that a user takes (RFC 7643 section 4.1): userName, which often is an address, and all addresses.
fn taken(resource: &Json, object: &ObjectId) -> Vec<TakenName> {
    let login = wire::member(resource, "userName").and_then(wire::text);
    let mut names: Vec<TakenName> = login.iter().flat_map(|name| TakenName::of_login(name, object)).collect();
    let addresses = wire::member(resource, "emails").map(wire::list).unwrap_or_default();
    let addresses = addresses.iter().filter_map(|one| wire::member(one, "value").and_then(wire::text));
    names.extend(addresses.filter_map(|address| TakenName::of_address(&address, object)));
    names
}

/// What of the resources is not known.
#[derive(Debug, Default)]
struct Flaws {
    /// Resources without an id: which they are nobody knows.
    nameless: u64,
    example: Option<String>,
    not_understood: Vec<String>,
    without_members: Vec<String>,
    unread: Vec<String>,
}

impl Flaws {
    fn told(self, kind: Kind) -> Vec<String> {
        let of = |objects: Vec<String>, what: &str, meaning: &str| {
            let named = objects.iter().take(NAMED).cloned().collect::<Vec<_>>().join("; ");
            let more = objects.len().saturating_sub(NAMED);
            let more = if more > 0 { format!("; and {more} more") } else { String::new() };
            (!objects.is_empty()).then(|| format!("{} {kind}s {what}, {meaning}: {named}{more}", objects.len()))
        };
        [
            of(self.not_understood, "could not be understood", "so nothing is done to them"),
            of(self.without_members, "show no members", "so nobody joins or leaves them"),
            of(self.unread, "could not be read", "so nothing is done to them"),
        ]
        .into_iter()
        .flatten()
        .collect()
    }
}
