//! The log: its key, and its proof; and copies of the roster.

use std::path::Path;

use secrecy::ExposeSecret;

use crate::config::Loaded;
use crate::org::Instant;
use crate::report::{BackupDocument, BreakDocument, LogDocument};
use crate::run::command::Exit;
use crate::run::engine::Engine;
use crate::run::failure::Failure;
use crate::store::{LogKey, Store};

/// Opens the roster with the key of its log. While the key cannot be read, the roster can be looked at only.
pub(super) async fn open(config: &Loaded, now: Instant) -> Result<Store, Failure> {
    let key = key(config)?;
    keyed(Store::open(&config.roster_file()).await?, key, now).await
}

/// The same to read only. With the key it is seen whether a plan was altered; a key that is broken keeps nobody from
/// looking.
pub(super) async fn open_to_read(config: &Loaded, now: Instant) -> Result<Store, Failure> {
    let key = key(config).unwrap_or_else(|failure| {
        tracing::warn!("whether plans were altered is not seen: {failure}");
        None
    });
    keyed(Store::open_read_only(&config.roster_file()).await?, key, now).await
}

async fn keyed(store: Store, key: Option<LogKey>, now: Instant) -> Result<Store, Failure> {
    Ok(match key {
        Some(key) => store.with_log(key, now).await?,
        None => store,
    })
}

fn key(config: &Loaded) -> Result<Option<LogKey>, Failure> {
    let Ok(secret) = config.config.roster.log_key.read(&config.folder) else { return Ok(None) };
    let broken = |error: &dyn std::error::Error| {
        Failure::because(Exit::Failed, "the key of the log", error)
            .hint("roster.log_key names it; it is base64, as `rosterd init` makes it")
    };
    let bytes = crate::run::init::decode_key(&secret).map_err(|error| broken(&error))?;
    LogKey::new(bytes.expose_secret()).map(Some).map_err(|error| broken(&error))
}

impl Engine {
    /// Writes a copy of the roster to a file that is not there yet.
    pub async fn backup(&self, to: &Path) -> Result<BackupDocument, Failure> {
        let taken = self.clock.now();
        let made = self.store.backup(to, taken).await;
        made.map_err(|error| crate::run::room::explained(error.into(), to))?;
        Ok(BackupDocument { file: to.display().to_string(), roster: self.store.meta().roster.to_string(), taken })
    }

    /// Proves the log, against the roster's own head file or a copy of it.
    pub async fn verify_log(&self, head_file: Option<&Path>) -> Result<LogDocument, Failure> {
        let proof = self.store.verify_log(head_file).await?;
        Ok(LogDocument {
            whole: proof.broken.is_none(),
            entries: proof.entries,
            erased: proof.erased,
            head: proof.head.map(|head| head.to_string()),
            broken: proof.broken.map(|found| BreakDocument { entry: found.entry, what: found.what }),
        })
    }
}
