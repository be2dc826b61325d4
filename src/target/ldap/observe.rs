//! The complete read, and its proof: every page to the one that the server calls the last, and what was seen counted.

use std::collections::HashSet;

use ldap3::Scope;

use super::dn::Dn;
use super::entry::Entry;
use super::object::{Wanted, filter, id_of, members, observed};
use super::pages::Pages;
use super::ranges::complete;
use super::session::{Failure, Query, Session};
use super::settings::{Places, Settings};
use crate::object::{Evidence, Kind, ObjectId, Observed, ScopeRead, TakenName};
use crate::target::{ObserveRequest, Seen};

/// One read of everything.
pub struct Read<'a> {
    pub session: &'a Session,
    pub settings: &'a Settings,
    pub places: &'a Places,
    pub request: &'a ObserveRequest,
}

/// Where objects go as they arrive.
type See<'a> = &'a mut (dyn FnMut(Seen) + Send);

impl Read<'_> {
    /// Reads each kind that is asked for, and with users the taken names. An error means a lost connection.
    pub async fn run(&self, see: See<'_>) -> Result<Evidence, Failure> {
        let mut evidence = Evidence::default();
        for kind in Kind::ALL.into_iter().filter(|kind| self.request.attributes.contains_key(kind)) {
            evidence.scopes.push(self.kind(kind, see).await?);
        }
        if self.request.attributes.contains_key(&Kind::User) {
            evidence.scopes.push(self.names(see).await?);
        }
        Ok(evidence)
    }

    async fn kind(&self, kind: Kind, see: See<'_>) -> Result<ScopeRead, Failure> {
        let wanted = Wanted::of(self.settings, self.request.attributes.get(&kind).map(Vec::as_slice));
        let base = &self.places.base;
        let mut proof = scope(format!("{kind}s below {base}"), self.request.floor.get(&kind).copied());
        proof.kind = Some(kind);
        proof.base_readable = self.readable(base).await? && self.readable(self.places.root(kind)).await?;
        if !proof.base_readable {
            return Ok(proof);
        }
        let mut pages = self.pages(base, filter(kind), wanted.request(kind));
        let mut known: HashSet<ObjectId> = HashSet::new();
        while let Some(page) = pages.next().await? {
            proof.unreadable += page.unreadable;
            for mut entry in page.entries {
                if kind == Kind::Unit && self.places.configured(entry.dn.handle()) {
                    continue;
                }
                match object(self.session, kind, &mut entry, &wanted).await? {
                    Ok(object) => {
                        // An object that moves between two pages may come twice.
                        if known.insert(object.id.clone()) {
                            proof.seen += 1;
                            see(Seen::Object(Box::new(object)));
                        }
                    }
                    Err(why) => {
                        tracing::warn!(server = self.session.server(), object = %entry.dn, why, "an object was not understood");
                        proof.unreadable += 1;
                    }
                }
            }
        }
        proof.ended = pages.ended();
        Ok(proof)
    }

    async fn names(&self, see: See<'_>) -> Result<ScopeRead, Failure> {
        let Some(base) = self.places.names.as_ref().or(self.session.domain()) else {
            let mut proof =
                scope("names: the server tells no defaultNamingContext, so names_base is needed".into(), None);
            proof.base_readable = false;
            return Ok(proof);
        };
        let mut proof = scope(format!("names below {base}"), None);
        proof.base_readable = self.readable(base).await?;
        if !proof.base_readable {
            return Ok(proof);
        }
        let attributes = ["objectGUID", "sAMAccountName", "userPrincipalName"].map(str::to_owned).to_vec();
        let mut pages = self.pages(base, "(|(sAMAccountName=*)(userPrincipalName=*))", attributes);
        while let Some(page) = pages.next().await? {
            proof.unreadable += page.unreadable;
            for entry in page.entries {
                let Some(object) = id_of(&entry) else {
                    proof.unreadable += 1;
                    continue;
                };
                proof.seen += 1;
                for name in taken(&entry) {
                    see(Seen::Name(TakenName { name, object: object.clone() }));
                }
            }
        }
        proof.ended = pages.ended();
        Ok(proof)
    }

    fn pages(&self, base: &Dn, filter: &str, attributes: Vec<String>) -> Pages<'_> {
        let query = Query { base: base.to_string(), scope: Scope::Subtree, filter: filter.to_owned(), attributes };
        Pages::of(self.session, query, self.settings.page_size)
    }

    /// A container that we may not read can show its name all the same; one that we may read shows its class.
    async fn readable(&self, base: &Dn) -> Result<bool, Failure> {
        match self.session.entry(&base.to_string(), "(objectClass=*)", &["objectClass".to_owned()]).await {
            Ok(entry) => Ok(entry.is_some_and(|entry| entry.values("objectClass").next().is_some())),
            Err(Failure::Refused { .. }) => Ok(false),
            Err(failure) => Err(failure),
        }
    }
}

/// The object in an entry, its large attributes fetched; the inner error says why it cannot be understood.
pub async fn object(
    session: &Session,
    kind: Kind,
    entry: &mut Entry,
    wanted: &Wanted<'_>,
) -> Result<Result<Observed, String>, Failure> {
    let mut group = None;
    match complete(session, entry).await {
        Ok(()) => {
            if kind == Kind::Group {
                group = members(entry).ok();
            }
        }
        Err(failure @ (Failure::Refused { .. } | Failure::Unusable(_))) => {
            let text = failure.to_string();
            // The members of a group may stay unknown; any other attribute that is not whole makes the object unreadable.
            let unfinished = entry.unfinished();
            if unfinished.iter().any(|(name, _)| !name.eq_ignore_ascii_case("member")) {
                return Ok(Err(text));
            }
            tracing::warn!(server = session.server(), object = %entry.dn, why = text, "the members could not be read whole");
        }
        Err(failure) => return Err(failure),
    }
    Ok(observed(kind, entry, wanted, group))
}

/// The names that an entry takes: the login, the principal name, and the part of it before the `@`.
fn taken(entry: &Entry) -> Vec<String> {
    let mut names: Vec<String> = Vec::new();
    let principal = entry.text("userPrincipalName");
    let local = principal.and_then(|name| name.rsplit_once('@')).map(|(local, _)| local);
    for name in [entry.text("sAMAccountName"), principal, local].into_iter().flatten() {
        if !names.iter().any(|known| known.eq_ignore_ascii_case(name)) {
            names.push(name.to_owned());
        }
    }
    names
}

fn scope(scope: String, floor: Option<u64>) -> ScopeRead {
    ScopeRead { scope, kind: None, base_readable: true, ended: false, seen: 0, announced: None, floor, unreadable: 0 }
}
