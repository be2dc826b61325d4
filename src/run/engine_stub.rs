//! Stands in for the engine until `engine.rs` brings it: the same names, and nothing behind them.

use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::{Answer, Command, Exit, Progress};
use crate::clock::Clock;
use crate::org::{Day, Instant};
use crate::report::{CheckDocument, ReconciliationDocument, RunsDocument, StatusDocument};

/// Why a use case did not end in a document.
#[derive(Debug, Clone, thiserror::Error)]
#[error("{message}")]
pub struct Failure {
    pub exit: Exit,
    pub message: String,
    pub hint: Option<String>,
}

/// Store, configuration and clock.
#[derive(Debug)]
pub struct Engine(());

/// What of the roster is exported.
#[derive(Debug, Clone, Copy, Default)]
pub struct ExportOptions {
    pub at: Option<Day>,
    pub known_at: Option<Instant>,
    pub history: bool,
    pub with_national_ids: bool,
}

fn missing() -> Failure {
    Failure { exit: Exit::Failed, message: "this build has no engine".into(), hint: None }
}

impl Engine {
    pub async fn open(_config: &Path, _clock: Arc<dyn Clock>, _actor: String) -> Result<Self, Failure> {
        Err(missing())
    }

    pub fn target_names(&self) -> Vec<String> {
        Vec::new()
    }

    pub async fn runs(&self, _limit: i64) -> Result<RunsDocument, Failure> {
        Err(missing())
    }

    pub async fn status(&self) -> Result<StatusDocument, Failure> {
        Err(missing())
    }

    pub async fn reconciliation(
        &self,
        _targets: &[String],
        _progress: &dyn Progress,
    ) -> Result<ReconciliationDocument, Failure> {
        Err(missing())
    }

    pub async fn show(
        &self,
        _kind: &str,
        _id: &str,
        _at: Option<Day>,
        _known_at: Option<Instant>,
        _history: bool,
    ) -> Result<serde_json::Value, Failure> {
        Err(missing())
    }

    pub async fn export(&self, _options: ExportOptions, _out: &mut (dyn Write + Send)) -> Result<(), Failure> {
        Err(missing())
    }
}

/// Does what a verb asks for.
pub async fn perform(_engine: &Engine, _command: Command, _progress: &dyn Progress) -> Result<Answer, Failure> {
    Err(missing())
}

/// Writes a starter configuration, an empty roster and its keys.
pub async fn init(_dir: &Path, _clock: &dyn Clock) -> Result<Vec<PathBuf>, Failure> {
    Err(missing())
}

/// The configuration's problems, and with `online` a preflight of each target.
pub async fn check(_config: &Path, _online: bool) -> Result<CheckDocument, Failure> {
    Err(missing())
}
