//! What became of the imports of each source: written into the run ledger, and read from it for the status.

use crate::org::Instant;
use crate::report::{ImportDocument, ImportFailure, Outcome, ScheduleStatus, SourceStatus};
use crate::run::engine::Engine;
use crate::run::failure::Failure;
use crate::store::RunRecord;

/// The verb of imports in the run ledger.
pub(in crate::run) const IMPORT: &str = "import";

/// What the reason of a held import begins with.
pub(in crate::run) const HELD: &str = "held by a limit: ";

/// The source that needs no configuration.
const ROSTER: &str = "roster";

impl Engine {
    /// Writes an import into the run ledger, whatever became of it, under the name of its source.
    pub(super) async fn note_import(
        &self,
        source: &str,
        document: &ImportDocument,
        started: Instant,
    ) -> Result<(), Failure> {
        let digest = document.digest.as_ref();
        let run = self.store.begin_run(source, IMPORT, &self.actor.name, digest, started).await?;
        let summary = serde_json::json!({
            "complete": document.complete, "counts": document.counts, "ends": document.ends.len(),
            "message": why(document),
        });
        self.store.end_run(run, document.outcome.as_str(), &summary, self.clock.now()).await?;
        Ok(())
    }

    /// One line per source; of the source `roster` only when it ever delivered anything.
    pub(in crate::run) async fn source_status(&self) -> Result<Vec<SourceStatus>, Failure> {
        let (mut sources, imports) = (Vec::new(), self.store.imports().await?);
        for name in self.config.sources.keys().map(String::as_str).chain([ROSTER]) {
            let Some(last) = self.store.last_import(name).await? else {
                if name != ROSTER {
                    sources.push(never(name));
                }
                continue;
            };
            let failure = self.store.last_failed_import(name).await?;
            let is_held = last.outcome.as_deref() == Some(Outcome::Held.as_str());
            let read = imports.get(self.owner(name)).map(|(_, at)| *at);
            let state = match last.outcome.as_deref() {
                Some("done") if read.is_some_and(|at| self.is_stale(self.owner(name), at)) => "stale",
                Some("done") => "taken",
                Some("held") => "held",
                _ => "failing",
            };
            sources.push(SourceStatus {
                name: name.to_owned(),
                state: state.to_owned(),
                last_complete: self.store.last_complete_import(name).await?,
                last_failure: failure.as_ref().map(failed),
                held: Some(last.digest).filter(|digest| is_held && !digest.is_empty()),
                schedule: ScheduleStatus::default(),
            });
        }
        Ok(sources)
    }
}

/// A record of the run ledger as scripts read it: an import has a source, and no target.
pub(in crate::run) fn told(run: RunRecord) -> serde_json::Value {
    let is_import = run.verb == IMPORT;
    let mut told = serde_json::to_value(run).unwrap_or_default();
    if let Some(fields) = told.as_object_mut().filter(|_| is_import) {
        let source = fields.insert("target".to_owned(), serde_json::Value::Null).unwrap_or_default();
        fields.insert("source".to_owned(), source);
    }
    told
}

fn never(name: &str) -> SourceStatus {
    SourceStatus {
        name: name.to_owned(),
        state: "never imported".to_owned(),
        last_complete: None,
        last_failure: None,
        held: None,
        schedule: ScheduleStatus::default(),
    }
}

fn failed(run: &RunRecord) -> ImportFailure {
    let why = run.summary.as_ref().and_then(|summary| summary["message"].as_str());
    ImportFailure { at: run.ended.unwrap_or(run.started), why: why.unwrap_or("the import was cut off").to_owned() }
}

/// Why a file was not taken, in one line; nothing when it was.
fn why(document: &ImportDocument) -> Option<String> {
    if document.outcome == Outcome::Done {
        return None;
    }
    if let Some(problem) = document.problems.first() {
        let line = problem.line.map_or_else(String::new, |line| format!(", line {line}"));
        let more = match document.problems.len() {
            1 => String::new(),
            count => format!(" (and {} more)", count - 1),
        };
        return Some(format!("{}{line}: {}{more}", problem.file, problem.message));
    }
    let breaches: Vec<String> = document
        .breaches
        .iter()
        .map(|one| format!("{}: {} of {}, allowed {}", one.limit, one.found, one.of, one.allowed))
        .collect();
    Some(format!("{HELD}{}", breaches.join("; ")))
}
