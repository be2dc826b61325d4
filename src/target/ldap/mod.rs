//! Active Directory over LDAPS. Knows LDAP and how Active Directory and Samba use it; nothing of the roster, the
//! mapping or the plan's reasons.
//!
//! Objects are found by objectGUID, references are distinguished names, and a create bears the roster's key as its
//! stamp. One connection serves a run; it is opened when first needed and again after it was lost.

mod check;
mod connection;
mod entry;
mod guid;
mod names;
mod object;
mod observe;
mod pages;
mod password;
mod ranges;
mod refusal;
mod schema;
mod schema_read;
mod session;
mod settings;
mod stamped;
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

use self::connection::OpenError;
use self::names::Names;
use self::observe::Read;
use self::refusal::refuse;
use self::schema_read::Told;
use self::session::Session;
use self::settings::Places;
use self::stamped::Single;
use self::write::Work;
use super::{Capabilities, Class, Finding, ObserveRequest, Receipt, Refusal, Seen, Target, TargetError, ToldSchema};
use crate::object::{AttributeName, Coverage, Handle, Kind, Links, ObjectId, Observed, Schema, Step};
use crate::org::Id;

pub use self::schema::schema;
pub use self::settings::Settings;
pub use crate::object::{Dn, DnError};

/// One Active Directory domain.
#[derive(Debug)]
pub struct LdapTarget {
    name: String,
    settings: Settings,
    folder: PathBuf,
    /// The places of the settings, or what is wrong with them.
    places: Result<Places, String>,
    session: Mutex<Option<Arc<Session>>>,
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
            folder: folder.to_owned(),
            places: places.map_err(listed),
            session: Mutex::new(None),
            names: Names::default(),
            told: OnceLock::new(),
        }
    }

    /// The connection, opened when there is none that works.
    async fn session(&self) -> Result<Arc<Session>, OpenError> {
        let mut session = self.session.lock().await;
        if let Some(open) = session.as_ref().filter(|session| !session.is_over()) {
            return Ok(Arc::clone(open));
        }
        *session = None;
        self.names.forget();
        let open = Arc::new(connection::open(&self.settings, &self.folder).await?);
        *session = Some(Arc::clone(&open));
        Ok(open)
    }

    /// What every single operation needs.
    async fn ready(&self) -> Result<(Arc<Session>, &Places), Refusal> {
        let url = &self.settings.url;
        let places = self.places.as_ref().map_err(|problem| refuse(Class::Permanent, format!("{url}: {problem}")))?;
        let session = self.session().await.map_err(|error| Refusal {
            class: if error.credentials { Class::Forbidden } else { Class::Transient },
            message: format!("{url}: {error}"),
            fatal: true,
        })?;
        Ok((session, places))
    }

    fn failed(&self, message: impl Into<String>, hint: Option<String>) -> TargetError {
        TargetError {
            attempted: format!("reading {} at {}", self.name, self.settings.url),
            message: message.into(),
            hint,
        }
    }
}

#[async_trait]
impl Target for LdapTarget {
    fn name(&self) -> &str {
        &self.name
    }

    fn capabilities(&self) -> Capabilities {
        Capabilities { tree: true, first_password: true, login: "sAMAccountName" }
    }

    fn schema(&self, kind: Kind) -> &Schema {
        self.told.get().and_then(|(_, schemas)| schemas.get(&kind)).unwrap_or_else(|| schema::schema(kind))
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
        let schemas = Kind::ALL.into_iter().map(|kind| (kind, schema::schema(kind).told(&told.rules))).collect();
        let _learned_before = self.told.set((told, schemas));
        Ok((!is_kept).then_some(ToldSchema { version: source.version, body }))
    }

    fn has(&self, attribute: &AttributeName) -> Option<bool> {
        self.told.get().map(|(told, _)| told.knows(attribute))
    }

    fn root(&self, kind: Kind) -> Option<Handle> {
        self.places.as_ref().ok().map(|places| places.root(kind).handle().clone())
    }

    async fn check(&self) -> Vec<Finding> {
        match &self.places {
            Ok(places) => check::check(&self.settings, &self.folder, places).await,
            Err(problem) => vec![Finding { ok: false, text: problem.clone(), hint: None }],
        }
    }

    async fn observe(
        &self,
        request: &ObserveRequest,
        see: &mut (dyn FnMut(Seen) + Send),
    ) -> Result<Coverage, TargetError> {
        let places = self.places.as_ref().map_err(|problem| self.failed(problem, None))?;
        // A run begins with its read: a new connection takes up a rotated secret, and nothing is known from before.
        *self.session.lock().await = None;
        let session = self.session().await.map_err(|error| self.failed(error.to_string(), error.hint.clone()))?;
        let read = Read { session: &session, settings: &self.settings, places, request };
        let evidence = read.run(see).await.map_err(|failure| self.failed(failure.to_string(), None))?;
        Ok(Coverage::judge(evidence))
    }

    async fn find_stamped(&self, kind: Kind, key: &Id, likely: &Step) -> Result<Option<Observed>, Refusal> {
        let (session, places) = self.ready().await?;
        Single { session: &session, settings: &self.settings, places, kind }.by_stamp(key, likely).await
    }

    async fn read(&self, kind: Kind, id: &ObjectId) -> Result<Option<Observed>, Refusal> {
        let (session, places) = self.ready().await?;
        Single { session: &session, settings: &self.settings, places, kind }.by_id(id).await
    }

    async fn apply(&self, step: &Step, links: &Links) -> Result<Receipt, Refusal> {
        let (session, places) = self.ready().await?;
        let work = Work { session: &session, settings: &self.settings, places, names: &self.names, links, step };
        work.run().await
    }
}
