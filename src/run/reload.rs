//! The configuration that a daemon serves by: when it was read, and why another one was refused since. Kept by the
//! process that serves and nowhere else, since a daemon does not start with a configuration that is wrong.

use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};

use crate::alarm::{ConfigurationHealth, Refusal};
use crate::config::{Config, Loaded, brief, render};
use crate::org::Instant;
use crate::report::{ConfigurationStatus, RefusedReload};
use crate::run::command::Exit;
use crate::run::engine::{Engine, known};
use crate::run::failure::Failure;

/// What a daemon knows of its configuration; nothing in a process that does not serve.
#[derive(Debug, Clone, Default)]
pub(super) struct Served(Arc<Mutex<Option<ConfigurationHealth>>>);

impl Served {
    pub fn health(&self) -> Option<ConfigurationHealth> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// The one in force was read just now.
    fn taken(&self, now: Instant) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Some(ConfigurationHealth { read: now, refused: None });
    }

    /// Another one was refused. Since when counts from the first time.
    fn refused(&self, why: String, needs_restart: Option<String>, now: Instant) {
        if let Some(served) = self.0.lock().unwrap_or_else(PoisonError::into_inner).as_mut() {
            let since = served.refused.as_ref().map_or(now, |before| before.since);
            served.refused = Some(Refusal { since, why, needs_restart });
        }
    }
}

impl Engine {
    /// From now on this process serves, by the configuration that it just read.
    pub fn begin_serving(&self) {
        self.served.taken(self.clock.now());
    }

    /// Reads the file anew: the engine by it, or why it stays as it was.
    pub fn reload(&self, path: &Path) -> Result<Self, Failure> {
        let now = self.clock.now();
        let engine = match Config::load(path, &known) {
            Ok(loaded) => {
                let generation = loaded.generation.clone();
                self.reloaded(loaded).inspect_err(|failure| {
                    self.served.refused(failure.message.clone(), Some(generation), now);
                })
            }
            Err(problems) => {
                self.served.refused(brief(&problems), None, now);
                Err(Failure::new(Exit::Usage, render(&problems, false)))
            }
        }?;
        self.served.taken(now);
        Ok(engine)
    }

    /// The same roster under another configuration. What is under way keeps the old one.
    fn reloaded(&self, config: Loaded) -> Result<Self, Failure> {
        for (what, old, new) in [
            ("roster.file", self.config.roster_file(), config.roster_file()),
            ("roster.socket", self.config.socket(), config.socket()),
        ] {
            if old != new {
                let message = format!("{what} changed from {} to {}", old.display(), new.display());
                return Err(Failure::new(Exit::Usage, message).hint("that needs a restart"));
            }
        }
        if self.config.config.http != config.config.http {
            return Err(Failure::new(Exit::Usage, "http.listen changed").hint("that needs a restart"));
        }
        Ok(Self { targets: Self::entries(&config), config: Arc::new(config), ..self.clone() })
    }

    /// What `status` says of it; nothing where nobody serves.
    pub(super) fn configuration_status(&self) -> Option<ConfigurationStatus> {
        let ConfigurationHealth { read, refused } = self.served.health()?;
        let refused = refused.map(|Refusal { since, why, needs_restart }| RefusedReload { since, why, needs_restart });
        Some(ConfigurationStatus { read, generation: self.config.generation.clone(), refused, file: None })
    }
}

/// What is wrong with a configuration, in one line; nothing when it is right.
pub fn problem(path: &Path) -> Option<String> {
    Config::load(path, &known).err().map(|problems| brief(&problems))
}
