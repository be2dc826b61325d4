//! The engine: the store, the configuration and the clock, and how targets are reached.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use super::command::Exit;
use super::failure::Failure;
use crate::clock::Clock;
use crate::config::{Config, Loaded, Protocol};
use crate::mapping::Rules;
use crate::object::{Absence, Coverage, Kind, Membership, Schema};
use crate::org::{Actor, Day, Zone};
use crate::reconcile::Limits;
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
}

/// A configured target.
#[derive(Debug)]
pub(super) struct TargetEntry {
    pub name: String,
    pub rules: Rules,
    pub limits: Limits,
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
        let opened = super::log::open(&config, clock.now()).await;
        let store = Arc::new(opened.map_err(|failure| super::room::explained(failure, &config.roster_file()))?);
        let targets = Self::entries(&config);
        let config = Arc::new(config);
        Ok(Self { store, clock, actor, targets, stop: Arc::default(), under_way: Arc::default(), config })
    }

    pub(super) fn entries(config: &Loaded) -> Arc<BTreeMap<String, TargetEntry>> {
        let targets = config
            .targets
            .iter()
            .map(|(name, target)| {
                let full_read_hours = config.config.ldap.get(name).and_then(|ldap| ldap.full_read_hours);
                let (rules, limits) = (target.rules.clone(), target.limits);
                let entry = TargetEntry { name: name.clone(), rules, limits, full_read_hours };
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

    /// The proof that what the roster no longer holds is gone from its sources: every source that ever said anything
    /// was read whole, and what it said last was taken. Somebody whom one source dropped may stand in another.
    pub(super) async fn intake_absence(&self) -> Result<Option<Absence>, Failure> {
        let proofs = self.store.imports().await?.into_values().map(Coverage::judge);
        let mut absence = None;
        for proof in proofs {
            match proof {
                Coverage::Complete(complete) => absence = Some(complete.absence()),
                Coverage::Linked(_) | Coverage::Partial(_) => return Ok(None),
            }
        }
        Ok(absence)
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

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test that fails should stop at once")]
mod tests {
    use super::*;
    use crate::clock::FixedClock;
    use crate::org::Instant;
    use crate::run::command::Silent;

    const WHOLE: &str = r#"{"roster":1,"complete":true,"kinds":["person","engagement"],"states":"timeline","count":1}"#;
    const PART: &str = r#"{"roster":1,"kinds":["person"],"count":1}"#;

    /// An engine with two sources, and the folder that their files are in.
    async fn engine() -> (Engine, tempfile::TempDir) {
        let folder = tempfile::tempdir().unwrap();
        let clock = FixedClock(Instant::from_micros(0));
        let config = folder.path().join("config.toml");
        let second = "\n[jsonl.consultants]\nfile = \"consultants.jsonl\"\n";
        std::fs::write(&config, crate::config::starter().to_owned() + second).unwrap();
        super::super::init::init(folder.path(), &clock).await.unwrap();
        (Engine::open(&config, Arc::new(clock), Actor::of_uid(0)).await.unwrap(), folder)
    }

    #[tokio::test]
    async fn absence_is_proved_by_all_sources_together() {
        let (engine, folder) = engine().await;
        let import = async |source: &str, header: &str, body: &str| {
            let file = folder.path().join("file.jsonl");
            let person = format!(r#"{{"kind":"person","id":"{source}","given_name":"Bo","surname":"Berg"{body}}}"#);
            std::fs::write(&file, format!("{header}\n{person}\n")).unwrap();
            engine.import(source, Some(&file), false, &Silent).await.unwrap();
            engine.intake_absence().await.unwrap().is_some()
        };
        let dates = r#","valid_from":"2026-01-01","valid_to":null"#;
        assert!(import("hr", WHOLE, dates).await, "the other source never said anything");
        assert!(!import("consultants", PART, dates).await, "the other source was read in part");
        assert!(import("consultants", WHOLE, dates).await);
        assert!(import("hr", PART, dates).await, "more was said, and nothing taken back");
        assert!(!import("consultants", WHOLE, r#","valid_from":"soon""#).await, "what it says now could not be taken");
        assert!(import("consultants", WHOLE, dates).await);
    }
}
