//! The engine: the store, the configuration and the clock, and how targets are reached.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use tokio::sync::Notify;

use crate::clock::Clock;
use crate::config::{Config, Loaded, Protocol};
use crate::mapping::Rules;
use crate::object::{Kind, Membership, Schema};
use crate::org::{Actor, Day, Zone};
use crate::reconcile::Limits;
use crate::report::Language;
use crate::run::command::Exit;
use crate::run::failure::Failure;
use crate::run::reload::Served;
use crate::store::Store;
use crate::target::Target;
use crate::target::ldap::LdapTarget;
use crate::target::scim::ScimTarget;

/// Everything that a command needs. A clone shares all of it.
#[derive(Clone)]
pub struct Engine {
    pub(super) store: Arc<Store>,
    pub(super) config: Arc<Loaded>,
    pub(super) clock: Arc<dyn Clock>,
    /// Who asks, for the records.
    pub(super) actor: Actor,
    pub(super) targets: Arc<BTreeMap<String, TargetEntry>>,
    pub(super) stop: Arc<AtomicBool>,
    /// Runs under way, of all clones.
    pub(super) under_way: Arc<AtomicUsize>,
    /// Somebody posted a letter.
    pub(super) posted: Arc<Notify>,
    pub(super) served: Served,
}

/// A configured target.
#[derive(Debug)]
pub(super) struct TargetEntry {
    pub name: String,
    pub rules: Rules,
    pub limits: Limits,
    /// Groups whose last enabled member nothing takes without an approval.
    pub never_empty: Vec<String>,
    /// For how many hours after a read of everything only changes are read; always everything without it.
    pub full_read_hours: Option<u32>,
}

impl std::fmt::Debug for Engine {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Engine").field("generation", &self.config.generation).finish_non_exhaustive()
    }
}

impl Engine {
    /// Loads and checks the configuration, and opens the roster.
    pub async fn open(config: &Path, clock: Arc<dyn Clock>, actor: Actor) -> Result<Self, Failure> {
        Self::with(load(config)?, clock, actor).await
    }

    /// The same for a configuration that is loaded already.
    pub async fn with(config: Loaded, clock: Arc<dyn Clock>, actor: Actor) -> Result<Self, Failure> {
        let opened = crate::run::log::open(&config, clock.now()).await;
        let store = opened.map_err(|failure| crate::run::room::explained(failure, &config.roster_file()))?;
        Ok(Self::over(store, config, clock, actor))
    }

    /// The same over a roster that is opened to read only.
    pub async fn reading(config: Loaded, clock: Arc<dyn Clock>, actor: Actor) -> Result<Self, Failure> {
        let store = crate::run::log::open_to_read(&config, clock.now()).await?;
        Ok(Self::over(store, config, clock, actor))
    }

    fn over(store: Store, config: Loaded, clock: Arc<dyn Clock>, actor: Actor) -> Self {
        let targets = Self::entries(&config);
        let config = Arc::new(config);
        Self {
            store: Arc::new(store),
            clock,
            actor,
            targets,
            stop: Arc::default(),
            under_way: Arc::default(),
            posted: Arc::default(),
            served: Served::default(),
            config,
        }
    }

    pub(super) fn entries(config: &Loaded) -> Arc<BTreeMap<String, TargetEntry>> {
        let targets = config
            .targets
            .iter()
            .map(|(name, target)| {
                let full_read_hours = config.config.ldap.get(name).and_then(|ldap| ldap.full_read_hours);
                let (rules, limits) = (target.rules.clone(), target.limits.clone());
                let never_empty = target.never_empty.clone();
                let entry = TargetEntry { name: name.clone(), rules, limits, never_empty, full_read_hours };
                (name.clone(), entry)
            })
            .collect();
        Arc::new(targets)
    }

    pub fn target_names(&self) -> Vec<String> {
        self.targets.keys().cloned().collect()
    }

    /// Today, in the roster's zone.
    pub fn today(&self) -> Day {
        self.clock.now().day(&self.config.zone)
    }

    /// The zone of the roster: in it days begin, and instants are told to people.
    pub fn zone(&self) -> &Zone {
        &self.config.zone
    }

    /// The language of reports, mails and alarms.
    pub fn language(&self) -> Language {
        self.config.config.roster.language
    }

    /// Raising it stops a run between two steps.
    pub fn stop_signal(&self) -> Arc<AtomicBool> {
        Arc::clone(&self.stop)
    }

    pub fn stop_requested(&self) -> bool {
        self.stop.load(Ordering::Relaxed)
    }

    pub(super) fn entry(&self, target: &str) -> Result<&TargetEntry, Failure> {
        self.targets.get(target).ok_or_else(|| {
            let known = self.target_names().join(", ");
            Failure::new(Exit::Usage, format!("no target is named {target:?}"))
                .hint(format!("the targets are: {known}"))
        })
    }

    /// How far the membership of a target's groups is ours.
    pub(super) fn membership(&self, target: &str) -> Membership {
        let groups = self.targets.get(target).and_then(|entry| entry.rules.kinds.get(&Kind::Group));
        groups.map(|rules| rules.membership).unwrap_or_default()
    }

    /// A fresh way to a target: its secret is read and its connection made when it is first used.
    pub(super) fn connect(&self, target: &str) -> Result<Box<dyn Target>, Failure> {
        self.entry(target)?;
        Self::port(&self.config, target)
            .ok_or_else(|| Failure::new(Exit::Usage, format!("no target is named {target:?}")))
    }

    pub(super) fn port(loaded: &Loaded, target: &str) -> Option<Box<dyn Target>> {
        let Loaded { folder, config, .. } = loaded;
        if let Some(ldap) = config.ldap.get(target) {
            let port = LdapTarget::new(target.to_owned(), ldap.connection.clone(), folder);
            return Some(Box::new(port.with_passwords(ldap.password.clone())));
        }
        let scim = config.scim.get(target)?;
        let profile = loaded.profiles.get(target).cloned().unwrap_or_default();
        let port = ScimTarget::new(target.to_owned(), scim.connection.clone(), folder);
        Some(Box::new(port.with_profile(profile).with_canary(scim.canary_user.clone())))
    }

    /// The targets that a command names, or all of them.
    pub(super) fn chosen(&self, names: &[String]) -> Result<Vec<String>, Failure> {
        for name in names {
            self.entry(name)?;
        }
        Ok(if names.is_empty() { self.target_names() } else { names.to_vec() })
    }

    pub(super) fn roster_file(&self) -> PathBuf {
        self.config.roster_file()
    }
}

/// Reads and checks the configuration.
pub fn load(path: &Path) -> Result<Loaded, Failure> {
    Config::load(path, &known).map_err(|problems| Failure::new(Exit::Usage, crate::config::render(&problems, false)))
}

/// What the shipped schemas say.
pub(super) fn known(protocol: Protocol, kind: Kind) -> Schema {
    match protocol {
        Protocol::Ldap(profile) => crate::target::ldap::schema(profile, kind).clone(),
        Protocol::Scim => crate::target::scim::schema(kind).clone(),
    }
}
