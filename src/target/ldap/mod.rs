//! Directories over LDAP with TLS. Knows LDAP and how Active Directory, Samba and OpenLDAP use it; nothing of the
//! roster, the mapping or the plan's reasons.
//!
//! Objects are found by objectGUID or entryUUID, references are distinguished names, and a create bears the roster's
//! key as its stamp. One connection serves a run; it is opened when first needed and again after it was lost.

mod ber;
mod bulk;
mod check;
mod clock;
mod connection;
mod doctor;
mod doubts;
mod encoding;
mod entry;
mod fate;
mod find;
mod guard;
mod guid;
mod handover;
mod incoming;
mod increment;
mod indexes;
#[cfg(feature = "gssapi")]
mod kerberos;
mod names;
mod object;
mod observe;
mod pages;
mod password;
mod primary;
mod profile;
mod protected;
mod ranges;
mod refusal;
mod schema;
mod schema_read;
mod server;
mod session;
mod settings;
mod sign_in;
mod stamped;
mod taking;
mod transport;
mod write;

/// Names are pure, and live with the values that hold them.
mod dn {
    pub use crate::object::Dn;
}

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::{Arc, OnceLock};

use async_trait::async_trait;
use tokio::sync::Mutex;

use self::bulk::Bulk;
use self::doctor::Doctor;
use self::handover::FirstPassword;
use self::increment::Incremental;
use self::names::Names;
use self::observe::Read;
use self::refusal::refuse;
use self::schema_read::Told;
use self::server::Server;
use self::session::Session;
use self::settings::Places;
use self::stamped::Single;
use self::transport::OpenError;
use self::write::{Work, wants_password, window};
use super::{
    Capabilities, Class, Fate, Finding, Increment, Mark, ObserveRequest, Receipt, Refusal, Seen, Target, TargetError,
    ToldSchema,
};
use crate::net::Expiry;
use crate::object::{
    AttributeName, Coverage, Disabling, Doubt, Evidence, Handle, Kind, Links, ObjectId, Observed, Schema, Step,
};
use crate::org::{Id, Instant};

pub use self::handover::{PasswordSettings, Policy};
pub use self::profile::{Disabled, Profile};
pub use self::protected::ProtectRule;
pub use self::schema::schema;
pub use self::server::Urls;
pub use self::settings::Settings;
pub use self::sign_in::SignIn;
pub use crate::object::{Dn, DnError};

/// Steps under way at once. OpenLDAP closes a connection with more than 1,000 requests that wait.
const AT_ONCE: usize = 500;

/// One directory.
#[derive(Debug)]
pub struct LdapTarget {
    name: String,
    settings: Settings,
    passwords: PasswordSettings,
    folder: PathBuf,
    /// The places of the settings, or what is wrong with them.
    places: Result<Places, String>,
    session: Mutex<Option<Arc<Session>>>,
    /// The first server that answered. Others may not have its changes yet, so it stays for the life of this value,
    /// which is one run.
    pinned: OnceLock<Server>,
    names: Names,
    /// What the server said of its attributes, and the schemas of all kinds by it.
    told: OnceLock<(Told, BTreeMap<Kind, Schema>)>,
}

impl LdapTarget {
    /// `folder` is the one of the configuration, where relative paths start. Nothing is read or opened yet.
    pub fn new(name: String, settings: Settings, folder: &Path) -> Self {
        let places = match settings.problems().as_slice() {
            [] => Places::of(&settings),
            problems => Err(problems.to_vec()),
        };
        let listed = |problems: Vec<(&str, String)>| {
            problems.iter().map(|(field, problem)| format!("{field}: {problem}")).collect::<Vec<_>>().join("; ")
        };
        Self {
            name,
            settings,
            passwords: PasswordSettings::default(),
            folder: folder.to_owned(),
            places: places.map_err(listed),
            session: Mutex::new(None),
            pinned: OnceLock::new(),
            names: Names::default(),
            told: OnceLock::new(),
        }
    }

    /// The same with a policy for first passwords.
    #[must_use]
    pub fn with_passwords(self, passwords: PasswordSettings) -> Self {
        Self { passwords, ..self }
    }

    /// The connection, opened when there is none that works.
    async fn session(&self) -> Result<Arc<Session>, OpenError> {
        let mut session = self.session.lock().await;
        if let Some(open) = session.as_ref().filter(|session| !session.is_over()) {
            return Ok(Arc::clone(open));
        }
        *session = None;
        self.names.forget();
        let open = Arc::new(connection::open(&self.settings, &self.folder, self.pinned.get()).await?);
        self.pinned.get_or_init(|| open.place().clone());
        *session = Some(Arc::clone(&open));
        Ok(open)
    }

    /// What every single operation on an object of a kind needs.
    async fn ready(&self, kind: Kind) -> Result<(Arc<Session>, &Places), Refusal> {
        self.holds(kind)?;
        self.open().await
    }

    /// Refuses kinds that no directory of this profile has.
    fn holds(&self, kind: Kind) -> Result<(), Refusal> {
        if self.settings.profile.kinds().contains(&kind) {
            return Ok(());
        }
        let url = &self.settings.url;
        Err(refuse(Class::Permanent, format!("{url}: a directory of this profile has no {kind}s")))
    }

    async fn open(&self) -> Result<(Arc<Session>, &Places), Refusal> {
        let url = &self.settings.url;
        let places = self.places.as_ref().map_err(|problem| refuse(Class::Permanent, format!("{url}: {problem}")))?;
        let session = self.session().await.map_err(|error| Refusal {
            class: if error.credentials { Class::Forbidden } else { Class::Transient },
            message: format!("{url}: {error}"),
            fatal: true,
        })?;
        Ok((session, places))
    }

    /// A connection for reads of many objects, to the server of this run.
    async fn bulk(&self) -> Result<(Bulk, &Server, &Places), TargetError> {
        let places = self.places.as_ref().map_err(|problem| self.failed(problem, None))?;
        let opened = connection::open_bulk(&self.settings, &self.folder, self.pinned.get()).await;
        let (bulk, server) = opened.map_err(|error| self.failed(error.to_string(), error.hint))?;
        Ok((bulk, self.pinned.get_or_init(|| server), places))
    }

    /// The password that the step sets, if it sets one.
    fn first_password(&self, step: &Step) -> Result<Option<FirstPassword>, Refusal> {
        let made = wants_password(step).then(|| self.passwords.make(&self.folder, &step.key)).transpose();
        made.map_err(|why| refuse(Class::Permanent, format!("{}: {why}", step.id.as_str())))
    }

    fn single<'a>(&'a self, session: &'a Session, places: &'a Places, kind: Kind) -> Single<'a> {
        Single { session, settings: &self.settings, places, kind, schema: self.schema(kind) }
    }

    fn failed(&self, message: impl Into<String>, hint: Option<String>) -> TargetError {
        TargetError {
            attempted: format!("reading {} at {}", self.name, self.settings.url),
            message: message.into(),
            hint,
        }
    }
    /// What its server told of its schema; once.
    fn take_up_schema(&self, told: Told) {
        let told_of = |kind| schema::schema(self.settings.profile, kind).told(&told.rules);
        let schemas = Kind::ALL.into_iter().map(|kind| (kind, told_of(kind))).collect();
        let _taken_up_before = self.told.set((told, schemas));
    }
}

#[async_trait]
impl Target for LdapTarget {
    fn name(&self) -> &str {
        &self.name
    }

    fn capabilities(&self) -> Capabilities {
        let profile = self.settings.profile;
        Capabilities {
            kinds: profile.kinds(),
            tree: true,
            first_password: profile.is_ad(),
            restores: profile.is_ad(),
            references_follow: profile.is_ad(),
            login: profile.login(),
            siblings: profile.siblings(),
            disabling: Disabling::Keeps,
            lists: true,
            at_once: AT_ONCE,
        }
    }

    fn schema(&self, kind: Kind) -> &Schema {
        self.told
            .get()
            .and_then(|(_, schemas)| schemas.get(&kind))
            .unwrap_or_else(|| schema::schema(self.settings.profile, kind))
    }

    async fn learn_schema(&self, known: Option<&ToldSchema>) -> Result<Option<ToldSchema>, TargetError> {
        let attempted = |why: String| self.failed(format!("its schema: {why}"), None);
        let session = self.session().await.map_err(|error| self.failed(error.to_string(), error.hint.clone()))?;
        let source = schema_read::source(&session).await.map_err(|failure| attempted(failure.to_string()))?;
        let Some(source) = source else { return Ok(None) };
        let kept = known.filter(|known| known.version == source.version);
        let kept: Option<Told> = kept.and_then(|known| serde_json::from_str(&known.body).ok());
        let is_kept = kept.is_some();
        let told = match kept {
            Some(told) => told,
            None => schema_read::read(&session, &source, self.settings.page_size)
                .await
                .map_err(|failure| attempted(failure.to_string()))?,
        };
        // a server that shows none of what every entry has shows us nothing
        if !told.knows(&"objectClass".into()) {
            return Ok(None);
        }
        let body = serde_json::to_string(&told).map_err(|error| attempted(error.to_string()))?;
        self.take_up_schema(told);
        Ok((!is_kept).then_some(ToldSchema::new(source.version, body)))
    }

    fn recall(&self, known: &ToldSchema) {
        if let Ok(told) = serde_json::from_str(&known.body) {
            self.take_up_schema(told);
        }
    }

    fn has(&self, attribute: &AttributeName) -> Option<bool> {
        self.told.get().map(|(told, _)| told.knows(attribute))
    }

    fn root(&self, kind: Kind) -> Option<Handle> {
        self.places.as_ref().ok().map(|places| places.root(kind).handle().clone())
    }

    fn leavers(&self) -> Option<Handle> {
        Some(self.places.as_ref().ok()?.leavers.as_ref()?.handle().clone())
    }

    fn again(&self) -> Option<Box<dyn Target>> {
        let again = Self::new(self.name.clone(), self.settings.clone(), &self.folder);
        if let Some(server) = self.pinned.get() {
            again.pinned.get_or_init(|| server.clone());
        }
        if let Some(told) = self.told.get() {
            again.told.get_or_init(|| told.clone());
        }
        Some(Box::new(again))
    }

    async fn check(&self) -> Vec<Finding> {
        match &self.places {
            Ok(places) => check::check(&self.settings, &self.folder, places).await,
            Err(problem) => vec![Finding { ok: false, text: problem.clone(), hint: None, ..Finding::default() }],
        }
    }

    async fn diagnose(&self, mapped: &BTreeMap<Kind, Vec<AttributeName>>) -> Vec<Finding> {
        let mut findings = self.check().await;
        // only Active Directory says who may do what; without a connection the preflight has said why
        if !self.settings.profile.is_ad() {
            return findings;
        }
        if let (Ok(places), Ok(session)) = (&self.places, self.session().await) {
            let (settings, passwords) = (&self.settings, &self.passwords);
            findings.extend(Doctor { session: &session, settings, passwords, places, mapped }.look().await);
        }
        findings
    }

    async fn expiries(&self) -> Vec<Expiry> {
        connection::expiries(&self.settings, &self.folder).await
    }

    async fn time(&self) -> Result<Option<Instant>, TargetError> {
        let session = self.session().await.map_err(|error| self.failed(error.to_string(), error.hint.clone()))?;
        clock::time(&session).await.map_err(|failure| self.failed(failure.to_string(), None))
    }

    async fn observe(
        &self,
        request: &ObserveRequest,
        see: &mut (dyn FnMut(Seen) + Send),
    ) -> Result<Coverage, TargetError> {
        // A run begins with its read: new connections take up a rotated secret, and nothing is known from before.
        *self.session.lock().await = None;
        let (bulk, server, places) = self.bulk().await?;
        let schemas = |kind| self.schema(kind);
        let read = Read::new((&self.settings, places, &self.folder), (request, &schemas), bulk, server);
        let evidence = read.run(see).await.map_err(|failure| self.failed(failure.to_string(), None))?;
        Ok(Coverage::judge(Evidence { server: Some(server.to_string()), ..evidence }))
    }

    async fn mark(&self) -> Result<Option<Mark>, TargetError> {
        let (mut bulk, server, places) = self.bulk().await?;
        let schemas = |kind| self.schema(kind);
        let mut read = Incremental { settings: &self.settings, places, schemas: &schemas, bulk: &mut bulk, server };
        let mark = read.mark().await.map_err(|failure| self.failed(failure.to_string(), None));
        bulk.close().await;
        mark
    }

    async fn changes(
        &self,
        request: &ObserveRequest,
        since: &Mark,
        see: &mut (dyn FnMut(Seen) + Send),
    ) -> Result<Increment, TargetError> {
        *self.session.lock().await = None;
        let (mut bulk, server, places) = self.bulk().await?;
        let failed = |failure: session::Failure| self.failed(failure.to_string(), None);
        let mut increment = {
            let schemas = |kind| self.schema(kind);
            let mut read = Incremental { settings: &self.settings, places, schemas: &schemas, bulk: &mut bulk, server };
            read.changes(request, since, see).await.map_err(failed)?
        };
        match &mut increment {
            Increment::Whole { evidence, .. }
                if request.attributes.contains_key(&Kind::User) && !request.spaces.is_empty() =>
            {
                let schemas = |kind| self.schema(kind);
                let names = Read::new((&self.settings, places, &self.folder), (request, &schemas), bulk, server);
                evidence.scopes.push(names.taken_names(see).await.map_err(failed)?);
            }
            _ => bulk.close().await,
        }
        Ok(increment)
    }

    async fn reread(
        &self,
        request: &ObserveRequest,
        ids: &[ObjectId],
        see: &mut (dyn FnMut(Seen) + Send),
    ) -> Result<Vec<ObjectId>, TargetError> {
        let (mut bulk, server, places) = self.bulk().await?;
        let schemas = |kind| self.schema(kind);
        let mut read = Incremental { settings: &self.settings, places, schemas: &schemas, bulk: &mut bulk, server };
        let missing = read.reread(request, ids, see).await.map_err(|failure| self.failed(failure.to_string(), None));
        bulk.close().await;
        missing
    }

    async fn find_stamped(&self, kind: Kind, key: &Id, likely: &Step) -> Result<Option<Observed>, Refusal> {
        let (session, places) = self.ready(kind).await?;
        self.single(&session, places, kind).by_stamp(key, likely).await
    }

    async fn read(&self, kind: Kind, id: &ObjectId) -> Result<Option<Observed>, Refusal> {
        let (session, places) = self.ready(kind).await?;
        self.single(&session, places, kind).by_id(id).await
    }

    async fn fate(&self, kind: Kind, id: &ObjectId) -> Result<Fate, Refusal> {
        let (session, _) = self.ready(kind).await?;
        fate::fate(&session, self.settings.profile, id).await
    }

    async fn unreadable(&self, doubts: &[Doubt]) -> Result<Vec<Doubt>, Refusal> {
        let Some(first) = doubts.first() else { return Ok(Vec::new()) };
        let (session, places) = self.ready(first.kind).await?;
        let (settings, passwords, mapped) = (&self.settings, &self.passwords, &BTreeMap::new());
        doubts::unreadable(&Doctor { session: &session, settings, passwords, places, mapped }, doubts).await
    }

    async fn apply(&self, step: &Step, links: &Links) -> Result<Receipt, Refusal> {
        let mut outcomes = self.apply_all(std::slice::from_ref(step), links).await;
        let lost = || Err(refuse(Class::Unknown, format!("{}: nothing is known of it", step.id.as_str())));
        outcomes.pop().flatten().unwrap_or_else(lost)
    }

    async fn apply_all(&self, steps: &[Step], links: &Links) -> Vec<Option<Result<Receipt, Refusal>>> {
        let mut outcomes: Vec<Option<Result<Receipt, Refusal>>> = steps.iter().map(|_| None).collect();
        let (session, places) = match self.open().await {
            Ok(ready) => ready,
            Err(refusal) => {
                if let Some(first) = outcomes.first_mut() {
                    *first = Some(Err(refusal));
                }
                return outcomes;
            }
        };
        let firsts: Vec<Result<Option<FirstPassword>, Refusal>> =
            steps.iter().map(|step| self.holds(step.kind).and_then(|()| self.first_password(step))).collect();
        let (settings, names) = (&self.settings, &self.names);
        let (mut places_of, mut works) = (Vec::new(), Vec::new());
        for (at, (step, first)) in steps.iter().zip(&firsts).enumerate() {
            match first {
                Ok(first) => {
                    let password = first.as_ref().map(|first| (&first.password, self.passwords.must_change()));
                    let schema = self.schema(step.kind);
                    places_of.push(at);
                    works.push(Work {
                        session: &session,
                        settings,
                        places,
                        names,
                        links,
                        step,
                        schema,
                        password,
                        read: None,
                    });
                }
                Err(refusal) => outcomes[at] = Some(Err(refusal.clone())),
            }
        }
        for (at, outcome) in places_of.into_iter().zip(window::run(works).await) {
            outcomes[at] = outcome;
        }
        for (first, outcome) in firsts.into_iter().zip(&outcomes) {
            let was_set = matches!(outcome, Some(Ok(_) | Err(Refusal { class: Class::Unknown, .. })));
            if let (Ok(Some(first)), false) = (first, was_set) {
                first.take_back();
            }
        }
        outcomes
    }
}
