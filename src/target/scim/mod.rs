//! A SCIM 2.0 service (RFC 7643, RFC 7644) as a target. Knows the protocol and its real-world variants; nothing of
//! the roster, the mapping or the plan's reasons.
//!
//! Reading is lenient, writing is strict. `externalId` is the stamp, `id` the link and the handle. There is no tree, and
//! no passwords but the one that some services ask for at a create. `http` is the way to the service, `profile` what it
//! does in its own way, `probe` finds that out, `read` and `write` keep to it.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use async_trait::async_trait;
use serde::{Deserialize, Serialize};

use self::behaviour::Behaviour;
use self::http::answer::Failure;
use self::http::client::Client;
use self::http::limits::{Limits, Spent};
use self::lookup::Filters;
use self::profile::{Inactive, Paging, Removal};
use self::read::listing::endpoint;
use self::schema::Schemas;
use self::service::{Locks, Service};
use self::write::learned::{Found, Learned};
use super::{Capabilities, Finding, ObserveRequest, Receipt, Refusal, Seen, Target, TargetError, ToldSchema};
use crate::net::Expiry;
use crate::object::{
    AttributeName, Bound, Coverage, Disabling, Kind, Links, ObjectId, Observed, Schema, Siblings, Step,
};
use crate::org::{Id, Instant};

mod apart;
mod behaviour;
mod check;
mod discovery;
mod http;
mod lookup;
mod path;
mod probe;
pub mod profile;
mod read;
mod schema;
mod service;
mod settings;
mod wire;
mod write;

pub use profile::Profile;
pub use read::{changes, tells_change};
pub use schema::schema;
pub use settings::{ClientAuthentication, ClientCertificate, OAuth, Proxy, Settings};

/// What is wrong with the name of an attribute that a mapping is to write, as far as it shows without a connection.
/// Names that the schema does not know may belong to an extension of the service and are accepted.
pub fn attribute_problem(name: &AttributeName) -> Option<String> {
    path::Path::writable(name.as_str()).err().map(|error| error.to_string())
}

/// Steps that are under way at once, where nothing is said: two windows of the executor.
const AT_ONCE: usize = 32;

/// One configured SCIM service.
pub struct ScimTarget {
    name: String,
    settings: Settings,
    profile: Arc<Profile>,
    folder: PathBuf,
    schemas: Arc<Schemas>,
    locks: Arc<Locks>,
    learned: Arc<Learned>,
    limits: Arc<Limits>,
    client: Mutex<Option<Arc<Client>>>,
    /// The userName of the user that the probe may write with.
    canary: Option<String>,
    ways: Arc<Mutex<Ways>>,
    filters: Arc<Filters>,
    /// The attributes of the last observation, as the mapping spells them.
    asked: Mutex<BTreeMap<Kind, Vec<AttributeName>>>,
}

/// What is known of the service beyond its profile.
#[derive(Debug, Default)]
struct Ways {
    /// What was found out before, and is kept.
    pinned: Arc<Behaviour>,
    /// What it does otherwise now.
    changed: Arc<Vec<String>>,
    /// What the last diagnosis found.
    found: Option<Behaviour>,
}

impl ScimTarget {
    /// `folder` is where relative paths of the settings start. Nothing is read and nothing connected to yet. The service
    /// is one that keeps to the RFCs, unless [`ScimTarget::with_profile`] says otherwise.
    pub fn new(name: String, settings: Settings, folder: &Path) -> Self {
        let limits = Arc::new(Limits::new(&Profile::default().pace, settings.concurrency));
        Self {
            name,
            settings,
            profile: Arc::default(),
            limits,
            folder: folder.to_owned(),
            schemas: Arc::new(Schemas::standard()),
            locks: Arc::default(),
            learned: Arc::default(),
            client: Mutex::new(None),
            canary: None,
            ways: Arc::default(),
            filters: Arc::default(),
            asked: Mutex::default(),
        }
    }

    /// The same for a service with ways of its own.
    #[must_use]
    pub fn with_profile(self, profile: Profile) -> Self {
        let limits = Arc::new(Limits::new(&profile.pace, self.settings.concurrency));
        Self { profile: Arc::new(profile), limits, ..self }
    }

    /// How many steps may be under way; the pace of the connection lets fewer requests through where it must.
    fn at_once(&self) -> usize {
        match self.profile.pace.concurrency.into_iter().chain(self.settings.concurrency).min() {
            None => AT_ONCE,
            Some(0 | 1) => 1,
            // two windows are under way, and each has the next requests ready when the first of them are answered
            Some(most) => (most as usize * 4).min(AT_ONCE),
        }
    }

    /// The same, where the probe may make a user of that name, change it, and take it away again.
    #[must_use]
    pub fn with_canary(self, canary: Option<String>) -> Self {
        Self { canary, ..self }
    }

    fn ways(&self) -> MutexGuard<'_, Ways> {
        self.ways.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Takes up the connection. A run begins with `check` or `observe`; those read token and CA anew, so that a
    /// rotated secret needs no restart.
    fn service(&self, anew: bool) -> Result<Service, Failure> {
        let mut place = self.client.lock().unwrap_or_else(PoisonError::into_inner);
        let known = place.take().filter(|_| !anew);
        let (behaviour, changed) = {
            let ways = self.ways();
            (ways.pinned.clone(), ways.changed.clone())
        };
        let client = match known {
            Some(client) => client,
            None => {
                let places = behaviour.announced.endpoints.iter();
                let places = places.filter_map(|(kind, at)| Some((endpoint(*kind)?.to_owned(), at.clone())));
                let client = Client::new(&self.settings, &self.profile, &self.folder, self.limits.clone())?;
                Arc::new(client.with_endpoints(places.collect()))
            }
        };
        *place = Some(client.clone());
        let profile = Arc::new(behaviour.over(&self.profile));
        Ok(Service {
            client,
            schemas: self.schemas.clone(),
            locks: self.locks.clone(),
            learned: self.learned.clone(),
            page_size: profile.listing.size(self.settings.page_size),
            profile,
            behaviour,
            changed,
            filters: self.filters.clone(),
        })
    }

    /// Takes up what was found out before.
    fn pin(&self, behaviour: Behaviour, changed: Vec<String>) {
        let mut ways = self.ways();
        ways.pinned = Arc::new(behaviour);
        ways.changed = Arc::new(changed);
    }
}

/// What a process leaves to the next one.
#[derive(Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
struct Experience {
    /// What still counts of the service's limits.
    spent: Option<Spent>,
    /// What writing found out.
    found: Option<Found>,
}

impl std::fmt::Debug for ScimTarget {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("ScimTarget").field("name", &self.name).field("url", &self.settings.url).finish_non_exhaustive()
    }
}

#[async_trait]
impl Target for ScimTarget {
    fn name(&self) -> &str {
        &self.name
    }

    fn capabilities(&self) -> Capabilities {
        Capabilities {
            kinds: &[Kind::User, Kind::Group],
            tree: false,
            first_password: false,
            restores: false,
            references_follow: true,
            login: "userName",
            siblings: Siblings::Standard,
            lists: self.profile.listing.paging != Some(Paging::None),
            disabling: match &self.profile.removal {
                Removal { inactive: Inactive::Deletes, .. } => Disabling::Deletes,
                Removal { gone_when_inactive: true, .. } => Disabling::Hides,
                _ => Disabling::Keeps,
            },
            at_once: self.at_once(),
        }
    }

    fn schema(&self, kind: Kind) -> &Schema {
        self.schemas.of(kind)
    }

    fn bound(&self, kind: Kind, attribute: &AttributeName) -> Option<Bound> {
        write::bounds::bound(&self.profile, kind, attribute)
    }

    /// The same limits hold for it.
    fn again(&self) -> Option<Box<dyn Target>> {
        let again = Self::new(self.name.clone(), self.settings.clone(), &self.folder);
        Some(Box::new(Self {
            profile: self.profile.clone(),
            limits: self.limits.clone(),
            learned: self.learned.clone(),
            canary: self.canary.clone(),
            ways: self.ways.clone(),
            filters: self.filters.clone(),
            ..again
        }))
    }

    async fn expiries(&self) -> Vec<Expiry> {
        http::credentials::expiries(&self.settings, &self.folder)
    }

    fn experience(&self, now: Instant) -> Option<String> {
        let experience = Experience { spent: self.limits.spent(now), found: self.learned.found() };
        (experience != Experience::default()).then(|| serde_json::to_string(&experience).ok()).flatten()
    }

    fn take_up(&self, experience: &str, now: Instant) {
        let Ok(Experience { spent, found }) = serde_json::from_str(experience) else { return };
        if let Some(spent) = spent {
            self.limits.take_up(&spent, now);
        }
        if let Some(found) = found {
            self.learned.take_up(found);
        }
    }

    fn least_time(&self, steps: &mut dyn Iterator<Item = &Step>) -> Duration {
        self.limits.of_steps(steps, &self.profile)
    }

    /// The ways of the service are found out once and kept. What was kept long ago is held against what it does now;
    /// what is otherwise is told with every read until somebody takes it for its way.
    async fn learn_schema(&self, known: Option<&ToldSchema>) -> Result<Option<ToldSchema>, TargetError> {
        if known.is_none() && self.ways().found.is_some() {
            return Ok(None);
        }
        let pinned = known.and_then(Behaviour::from_told);
        if let (Some(pinned), Some(known)) = (&pinned, known) {
            self.pin(pinned.clone(), Vec::new());
            if !known.old {
                return Ok(None);
            }
        }
        let probed = match self.service(true) {
            Ok(service) => service.probe().await,
            Err(failure) => Err(failure),
        };
        // what is the matter shows in the read that follows
        let Ok(probed) = probed else { return Ok(None) };
        match pinned {
            Some(pinned) => {
                let changed = probed.behaviour.changes_since(&pinned);
                let unchanged = changed.is_empty();
                let both = if unchanged { probed.behaviour.or(&pinned) } else { pinned };
                self.pin(both.clone(), changed);
                Ok(unchanged.then(|| both.to_told()))
            }
            None => {
                self.pin(probed.behaviour.clone(), Vec::new());
                Ok(Some(probed.behaviour.to_told()))
            }
        }
    }

    fn recall(&self, known: &ToldSchema) {
        if let Some(pinned) = Behaviour::from_told(known) {
            self.pin(pinned, Vec::new());
        }
    }

    fn found(&self) -> Option<ToldSchema> {
        let ways = self.ways();
        ways.found.clone().map(|found| found.or(&ways.pinned).to_told())
    }

    async fn diagnose(&self, _mapped: &BTreeMap<Kind, Vec<AttributeName>>) -> Vec<Finding> {
        let service = match self.service(true) {
            Ok(service) => service,
            Err(failure) => return vec![check::failed(failure)],
        };
        let mut findings = service.check().await;
        if findings.iter().any(|finding| !finding.ok) {
            return findings;
        }
        match service.probe_all(self.canary.as_deref()).await {
            Ok(probed) => {
                findings.extend(probed.findings);
                for change in probed.behaviour.changes_since(&service.behaviour) {
                    findings.push(Finding {
                        hint: Some(
                            "if it is meant to be so, `rosterd check --online --pin` takes it for its way".into(),
                        ),
                        ..Finding::bad(format!("the service does otherwise than before: {change}"))
                    });
                }
                findings
                    .extend(self.profile.notes.iter().map(|note| Finding::good(format!("its profile says: {note}"))));
                self.ways().found = Some(probed.behaviour);
            }
            Err(failure) => findings.push(check::failed(failure)),
        }
        findings
    }

    async fn check(&self) -> Vec<Finding> {
        match self.service(true) {
            Ok(service) => service.check().await,
            Err(failure) => vec![check::failed(failure)],
        }
    }

    async fn observe(
        &self,
        request: &ObserveRequest,
        see: &mut (dyn FnMut(Seen) + Send),
    ) -> Result<Coverage, TargetError> {
        self.asked.lock().unwrap_or_else(PoisonError::into_inner).clone_from(&request.attributes);
        let attempted = |failure: Failure| failure.into_target_error(format!("reading {}", self.settings.url));
        self.service(true).map_err(attempted)?.observe(request, see).await.map_err(attempted)
    }

    async fn find_stamped(&self, kind: Kind, key: &Id, likely: &Step) -> Result<Option<Observed>, Refusal> {
        let service = self.service(false)?;
        let found = service.find_stamped(kind, key, likely).await?;
        let names: Vec<AttributeName> = likely.changes.iter().map(|change| change.attribute.clone()).collect();
        Ok(found.map(|resource| service.understood(kind, &resource, &names)).transpose()?)
    }

    async fn read(&self, kind: Kind, id: &ObjectId) -> Result<Option<Observed>, Refusal> {
        let service = self.service(false)?;
        let found = service.resource(kind, id).await?;
        let names = self.asked.lock().unwrap_or_else(PoisonError::into_inner).get(&kind).cloned().unwrap_or_default();
        Ok(found.map(|resource| service.understood(kind, &resource, &names)).transpose()?)
    }

    async fn find_made(
        &self,
        kind: Kind,
        key: &Id,
        likely: &Step,
        begun: Instant,
    ) -> Result<Option<Observed>, Refusal> {
        let service = self.service(false)?;
        if !service.drops_stamps(kind) {
            return self.find_stamped(kind, key, likely).await;
        }
        let found = service.find_made(likely, begun).await?;
        match found {
            Some(resource) => Ok(Some(service.understood(kind, &resource, &[])?)),
            None => Ok(None),
        }
    }

    async fn apply(&self, step: &Step, links: &Links) -> Result<Receipt, Refusal> {
        Ok(self.service(false)?.apply(step, links).await?)
    }

    async fn apply_all(&self, steps: &[Step], links: &Links) -> Vec<Option<Result<Receipt, Refusal>>> {
        match self.service(false) {
            Ok(service) => service.apply_all(steps, links, self.at_once()).await,
            Err(failure) => {
                let mut outcomes: Vec<_> = steps.iter().map(|_| None).collect();
                if let Some(first) = outcomes.first_mut() {
                    *first = Some(Err(failure.into()));
                }
                outcomes
            }
        }
    }
}
