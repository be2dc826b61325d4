//! The complete read, and its proof: every page to the one that the server calls the last, and what was seen counted.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::path::Path;

use super::ber::{EntryView, Filter, Scope};
use super::bulk::Bulk;
use super::connection::open_bulk;
use super::dn::Dn;
use super::entry::Entry;
use super::object::{Wanted, id_of, kind_of, members, observed};
use super::pages::Turning;
use super::primary;
use super::profile::Profile;
use super::ranges::{Lookup, complete};
use super::server::Server;
use super::session::{Failure, NAMING_CONTEXTS, Query, naming_context};
use super::settings::{Places, Settings};
use super::taking::{See, Shown, Taking};
use crate::object::{
    Covered, Evidence, Handle, Kind, ObjectId, ObjectKey, Observed, Schema, ScopeRead, Space, TakenName,
};
use crate::org::sentence::Sentence;
use crate::target::{ObserveRequest, Seen};

/// How often a read begins a part anew after its connection was lost. Cookies are bound to their connection.
const ANEW: u32 = 2;

/// One read of everything, over one connection at a time.
pub struct Read<'a> {
    pub settings: &'a Settings,
    pub places: &'a Places,
    pub folder: &'a Path,
    pub request: &'a ObserveRequest,
    pub schemas: Schemas<'a>,
    pub bulk: Bulk,
    /// The server of the whole run.
    pub server: &'a Server,
    /// How often the connection was lost.
    pub losses: u32,
    /// Parts of the answers that lie on other servers.
    pub references: u64,
    /// The first object of each part that was not understood.
    pub misread: BTreeMap<String, String>,
    /// Who is in which group by its number alone.
    implied: HashMap<u32, Vec<Handle>>,
}

/// What the server's attributes of each kind hold.
pub type Schemas<'a> = &'a (dyn Fn(Kind) -> &'a Schema + Send + Sync);

impl<'a> Read<'a> {
    /// A read over `bulk`, which leads to `server`.
    pub fn new(
        (settings, places, folder): (&'a Settings, &'a Places, &'a Path),
        (request, schemas): (&'a ObserveRequest, Schemas<'a>),
        bulk: Bulk,
        server: &'a Server,
    ) -> Self {
        let misread = BTreeMap::new();
        Self {
            settings,
            places,
            folder,
            request,
            schemas,
            bulk,
            server,
            losses: 0,
            references: 0,
            misread,
            implied: HashMap::new(),
        }
    }

    /// Reads each kind that is asked for, and with users the taken names. An error means a lost connection.
    pub async fn run(mut self, see: See<'_>) -> Result<Evidence, Failure> {
        let mut evidence = Evidence::default();
        let request = self.request;
        let canaries = self.canaries().await?;
        evidence.scopes.extend(canaries.iter().filter(|canary| canary.key.is_none()).map(|canary| canary.proof(false)));
        for kind in Kind::ALL.into_iter().filter(|kind| request.attributes.contains_key(kind)) {
            // What was seen before a connection was lost is not shown again.
            let mut shown = Shown::nothing(&request.known);
            evidence.scopes.push(self.kind(kind, &mut shown, see).await?);
            let of_kind = canaries.iter().filter(|canary| canary.kind == Some(kind));
            let seen = |canary: &Canary| canary.key.is_some_and(|key| shown.contains(key));
            evidence.scopes.extend(of_kind.map(|canary| canary.proof(seen(canary))));
        }
        if self.request.attributes.contains_key(&Kind::User) && !self.request.spaces.is_empty() {
            evidence.scopes.push(self.names(see).await?);
        }
        if self.references > 0 {
            let (server, count) = (self.bulk.server(), self.references);
            tracing::info!(server, count, "references to other servers were not followed");
        }
        self.bulk.close().await;
        evidence.misread = self.misread;
        Ok(evidence)
    }

    /// Reads the taken names alone.
    pub async fn taken_names(mut self, see: See<'_>) -> Result<ScopeRead, Failure> {
        let read = self.names(see).await;
        self.bulk.close().await;
        read
    }

    async fn kind(&mut self, kind: Kind, shown: &mut Shown<'_>, see: See<'_>) -> Result<ScopeRead, Failure> {
        loop {
            match self.kind_once(kind, shown, see).await {
                Err(Failure::Lost(why)) => self.begin_anew(why).await?,
                other => return other,
            }
        }
    }

    async fn kind_once(&mut self, kind: Kind, shown: &mut Shown<'_>, see: See<'_>) -> Result<ScopeRead, Failure> {
        let (settings, places) = (self.settings, self.places);
        let asked = self.request.attributes.get(&kind).map(Vec::as_slice);
        let wanted = Wanted::of(settings, (self.schemas)(kind), asked);
        let base = &places.base;
        let mut proof = scope(Covered::below(kind).with([base]), self.request.floor.get(&kind).copied());
        proof.kind = Some(kind);
        if !self.settings.profile.kinds().contains(&kind) {
            proof.scope = Covered::NotOfProfile.with([&Covered::all(kind).said()]);
            proof.base_readable = false;
            return Ok(proof);
        }
        proof.base_readable = self.readable(base).await? && self.readable(places.root(kind)).await?;
        if !proof.base_readable {
            return Ok(proof);
        }
        if kind == Kind::Group && settings.profile.is_ad() && !self.read_implied(base).await? {
            proof.scope = Covered::PrimaryGroupsBelow.with([base]);
            return Ok(proof);
        }
        let query = query(base, settings.profile.filter(kind), wanted.request(kind));
        let implied = std::mem::take(&mut self.implied);
        let mut turning = Turning::new();
        let mut taking = Taking {
            kind,
            settings,
            places,
            wanted: &wanted,
            implied: &implied,
            shown,
            parts: Vec::new(),
            unreadable: 0,
            misread: None,
        };
        while let Some(cookie) = turning.cookie() {
            let server = self.bulk.server().to_owned();
            let mut count = 0;
            let mut visit = |view: EntryView<'_>| {
                count += 1;
                taking.visit(view, &server, see);
            };
            let ended = self.bulk.page(&query, settings.page_size, &cookie, &mut visit).await?;
            self.references += ended.references;
            for mut entry in std::mem::take(&mut taking.parts) {
                match finished(&mut self.bulk, kind, &mut entry).await? {
                    Ok(members) => taking.take(&entry, members, None, &server, see),
                    Err(why) => {
                        tracing::warn!(server, object = %entry.dn, why, "an object was not read whole");
                        taking.misread(&entry, &why);
                    }
                }
            }
            turning.turn(&server, &query.base, count, ended.end);
        }
        if let Some(misread) = taking.misread.take() {
            self.misread.insert(proof.scope.clone(), misread);
        }
        proof.unreadable = taking.unreadable;
        proof.seen = taking.shown.count();
        proof.ended = turning.ended();
        Ok(proof)
    }

    /// Reads who has a group of ours as its primary group; false when that cannot be read to its end.
    async fn read_implied(&mut self, base: &Dn) -> Result<bool, Failure> {
        let attributes = vec![primary::ATTRIBUTE.to_owned()];
        let query = query(base, primary::filter_of_all(), attributes);
        let mut implied: HashMap<u32, Vec<Handle>> = HashMap::new();
        let mut turning = Turning::new();
        while let Some(cookie) = turning.cookie() {
            let mut count = 0;
            let mut visit = |view: EntryView<'_>| {
                count += 1;
                if let Some(entry) = Entry::of(&view)
                    && let Some(number) = primary::of(&entry)
                {
                    implied.entry(number).or_default().push(entry.dn.handle().clone());
                }
            };
            let ended = self.bulk.page(&query, self.settings.page_size, &cookie, &mut visit).await?;
            self.references += ended.references;
            turning.turn(self.bulk.server(), &query.base, count, ended.end);
        }
        self.implied = implied;
        Ok(turning.ended())
    }

    async fn names(&mut self, see: See<'_>) -> Result<ScopeRead, Failure> {
        loop {
            match self.names_once(see).await {
                Err(Failure::Lost(why)) => self.begin_anew(why).await?,
                other => return other,
            }
        }
    }

    async fn names_once(&mut self, see: See<'_>) -> Result<ScopeRead, Failure> {
        let base = match &self.places.names {
            Some(base) => Some(base.clone()),
            None => domain(&mut self.bulk, &self.places.base).await?,
        };
        let Some(base) = base else {
            let mut proof = scope(Covered::NamesBaseNeeded.said(), None);
            proof.base_readable = false;
            return Ok(proof);
        };
        let mut proof = scope(Covered::NamesBelow.with([&base]), None);
        proof.base_readable = self.readable(&base).await?;
        if !proof.base_readable {
            return Ok(proof);
        }
        let profile = self.settings.profile;
        let spaces = &self.request.spaces;
        let names: Vec<&str> = spaces.iter().flat_map(|space| profile.attributes_of(*space)).copied().collect();
        let attributes = names.iter().copied().chain([profile.id_attribute()]).map(str::to_owned).collect();
        let filter = Filter::Any(names.iter().map(|name| Filter::present(*name)).collect());
        let query = query(&base, filter, attributes);
        let mut turning = Turning::new();
        while let Some(cookie) = turning.cookie() {
            let mut count = 0;
            let mut visit = |view: EntryView<'_>| {
                count += 1;
                let Some((entry, object)) = Entry::of(&view).and_then(|entry| id_of(&entry).map(|id| (entry, id)))
                else {
                    proof.unreadable += 1;
                    return;
                };
                proof.seen += 1;
                for name in taken(&entry, profile, &object) {
                    if spaces.contains(&name.space) {
                        see(Seen::Name(name));
                    }
                }
            };
            let ended = self.bulk.page(&query, self.settings.page_size, &cookie, &mut visit).await?;
            self.references += ended.references;
            turning.turn(self.bulk.server(), &query.base, count, ended.end);
        }
        proof.ended = turning.ended();
        Ok(proof)
    }

    /// The canaries, as they are found by their names.
    async fn canaries(&mut self) -> Result<Vec<Canary>, Failure> {
        let attributes = ["objectClass", self.settings.profile.id_attribute()].map(str::to_owned);
        let mut canaries = Vec::new();
        for dn in &self.places.canaries {
            let entry = match self.bulk.entry(&dn.to_string(), &Filter::everything(), &attributes).await {
                Ok(entry) => entry,
                Err(Failure::Refused { .. } | Failure::Unusable(_)) => None,
                Err(failure) => return Err(failure),
            };
            let key = entry.as_ref().and_then(id_of).map(|id| ObjectKey::of(&id));
            canaries.push(Canary { dn: dn.clone(), kind: entry.as_ref().and_then(kind_of), key });
        }
        Ok(canaries)
    }

    /// Connects to the same server again, unless that was tried often enough.
    async fn begin_anew(&mut self, why: String) -> Result<(), Failure> {
        self.losses += 1;
        if self.losses > ANEW {
            return Err(Failure::Lost(format!("{why}, for the {}. time", self.losses)));
        }
        tracing::warn!(server = self.bulk.server(), why, "the connection was lost, this part of the read begins anew");
        match open_bulk(self.settings, self.folder, Some(self.server)).await {
            Ok((bulk, _)) => self.bulk = bulk,
            Err(error) => return Err(Failure::Lost(format!("{why}, and then: {error}"))),
        }
        Ok(())
    }

    /// A container that we may not read can show its name all the same; one that we may read shows its class.
    async fn readable(&mut self, base: &Dn) -> Result<bool, Failure> {
        match self.bulk.entry(&base.to_string(), &Filter::everything(), &["objectClass".to_owned()]).await {
            Ok(entry) => Ok(entry.is_some_and(|entry| entry.values("objectClass").next().is_some())),
            Err(Failure::Refused { .. } | Failure::Unusable(_)) => Ok(false),
            Err(failure) => Err(failure),
        }
    }
}

/// An object that a read has to show: a server that hides it may hide others.
struct Canary {
    dn: Dn,
    kind: Option<Kind>,
    /// `None` when it cannot be read by its name either.
    key: Option<ObjectKey>,
}

impl Canary {
    fn proof(&self, was_seen: bool) -> ScopeRead {
        let found = self.key.is_some();
        let proof = scope(Covered::OneCanary.with([&self.dn]), None);
        ScopeRead { base_readable: found, ended: true, seen: was_seen.into(), announced: Some(1), ..proof }
    }
}

fn query(base: &Dn, filter: Filter, attributes: Vec<String>) -> Query {
    Query { base: base.to_string(), scope: Scope::Subtree, filter, attributes }
}

/// The domain's root, from the rootDSE; `None` where the server tells none.
async fn domain(bulk: &mut Bulk, base: &Dn) -> Result<Option<Dn>, Failure> {
    let root = bulk.entry("", &Filter::everything(), &NAMING_CONTEXTS.map(str::to_owned)).await?;
    Ok(root.and_then(|root| naming_context(&root, base)))
}

/// The object in an entry, its large attributes fetched; the inner error says why it cannot be understood.
pub async fn object(
    session: &mut dyn Lookup,
    kind: Kind,
    entry: &mut Entry,
    wanted: &Wanted<'_>,
) -> Result<Result<Observed, String>, Failure> {
    Ok(finished(session, kind, entry).await?.and_then(|members| observed(kind, entry, wanted, members)))
}

type Members = Option<Vec<Handle>>;

/// Fetches what is missing of an entry, and gives the members of a group. The inner error says what stays missing.
async fn finished(session: &mut dyn Lookup, kind: Kind, entry: &mut Entry) -> Result<Result<Members, String>, Failure> {
    match complete(session, entry).await {
        Ok(()) => Ok(Ok(whole_members(kind, entry))),
        Err(failure @ (Failure::Refused { .. } | Failure::Unusable(_))) => {
            let text = failure.to_string();
            // The members of a group may stay unknown; any other attribute that is not whole makes the object unreadable.
            let unfinished = entry.unfinished();
            if unfinished.iter().any(|(name, _)| !name.eq_ignore_ascii_case("member")) {
                return Ok(Err(text));
            }
            tracing::warn!(server = session.server(), object = %entry.dn, why = text, "the members could not be read whole");
            Ok(Ok(None))
        }
        Err(failure) => Err(failure),
    }
}

fn whole_members(kind: Kind, entry: &Entry) -> Members {
    if kind == Kind::Group { members(entry).ok() } else { None }
}

/// The names that an entry takes, in all spaces.
fn taken(entry: &Entry, profile: Profile, object: &ObjectId) -> Vec<TakenName> {
    let mut names: Vec<TakenName> = Vec::new();
    // Elsewhere than in Active Directory an entry may have several logins.
    let logins = entry.texts(profile.login()).into_iter().chain(entry.text("userPrincipalName"));
    names.extend(logins.flat_map(|name| TakenName::of_login(name, object)));
    let addresses = entry.texts("mail").into_iter().chain(entry.texts("proxyAddresses"));
    names.extend(addresses.filter_map(|address| TakenName::of_address(address, object)));
    let relative = entry.text("cn").map(str::to_owned);
    names.extend(relative.map(|name| TakenName { space: Space::Cn, name, object: object.clone() }));
    let mut known = BTreeSet::new();
    names.retain(|taken| known.insert((taken.space, taken.name.to_ascii_lowercase())));
    names
}

fn scope(scope: String, floor: Option<u64>) -> ScopeRead {
    ScopeRead { scope, kind: None, base_readable: true, ended: false, seen: 0, announced: None, floor, unreadable: 0 }
}
