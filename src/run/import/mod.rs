//! Import: read a source, prove it whole, see what it would change, guard that, and commit it in one transaction.

mod absence;
pub mod delivery;
mod reading;
pub mod sources;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use secrecy::ExposeSecret;

use self::delivery::import_digest;
use self::reading::below_floor;
use crate::config::IntakeLimits;
use crate::object::{Coverage, Evidence, ScopeRead};
use crate::org::{Batch, Ending, FactKind, Held, Instant, IntakePlan, Sealer, endings, intake};
use crate::reconcile::{Digest, Measure};
use crate::report::{Document, Ended, HeldLine, ImportDocument, Outcome, Problem};
use crate::run::apply::exit;
use crate::run::command::{Answer, Exit, Phase, Progress};
use crate::run::engine::Engine;
use crate::run::failure::Failure;
use crate::source::ReadError;
use crate::store::{BatchOutcome, BatchRecord, CommitMeta, StoreError};

/// A file that was read and understood.
struct Reading {
    digest: Digest,
    file: PathBuf,
    /// The hash of its bytes.
    hash: String,
    taken: Option<Instant>,
    evidence: Evidence,
    /// It claims to be complete, and holds nothing.
    empty: bool,
    /// Engagements are among the kinds that it gives.
    speaks_of_jobs: bool,
    lines: u64,
}

impl Engine {
    /// Imports a file of a source; without a file, the one that the configuration names.
    pub async fn import(
        &self,
        source: &str,
        file: Option<&Path>,
        dry_run: bool,
        progress: &dyn Progress,
    ) -> Result<ImportDocument, Failure> {
        let started = self.clock.now();
        let document = self.attempt(source, file, dry_run, progress).await?;
        if !dry_run {
            self.note_import(source, &document, started).await?;
        }
        Ok(document)
    }

    async fn attempt(
        &self,
        source: &str,
        file: Option<&Path>,
        dry_run: bool,
        progress: &dyn Progress,
    ) -> Result<ImportDocument, Failure> {
        let (name, file) = (source, self.source_file(source, file)?);
        let source = self.owner(name);
        progress.at(Phase { subject: source.to_owned(), doing: "importing".into(), done: 0, of: None });
        let batch = match self.read_file(name, &file).await? {
            Ok(batch) => batch,
            Err(error) => {
                if !dry_run {
                    self.store.doubt_import(source, true, self.clock.now()).await?;
                }
                return Ok(unreadable(source, &file, error));
            }
        };
        let reading = Reading {
            digest: import_digest(source, &batch.digest),
            file: file.clone(),
            evidence: evidence(&batch, &file),
            hash: batch.digest.clone(),
            taken: batch.header.taken,
            speaks_of_jobs: batch.header.kinds.contains(&FactKind::Engagement),
            empty: batch.is_complete() && batch.is_empty(),
            lines: batch.completeness.seen,
        };
        let stored = self.store.stored().await?;
        let limits = below_floor(&batch, &stored, self.today()).map_err(StoreError::from)?;
        let mut document = ImportDocument {
            source: source.to_owned(),
            digest: Some(reading.digest.clone()),
            outcome: Outcome::Done,
            counts: serde_json::Value::Null,
            complete: Coverage::judge(reading.evidence.clone()).complete().is_some(),
            ends: Vec::new(),
            limits,
            breaches: Vec::new(),
            problems: Vec::new(),
            held: Vec::new(),
            dry_run,
        };
        let planned = intake::plan(batch, &stored, &self.setting(source));
        if let Ok(plan) = &planned {
            let ended = endings(&stored, plan, self.today()).map_err(StoreError::from)?;
            document.ends = ended.into_iter().map(named).collect();
        }
        drop(stored); // a large roster: the commit needs the room
        match planned {
            Ok(plan) => self.settle(&plan, &reading, &mut document).await?,
            Err(problems) => {
                document.outcome = Outcome::Failed;
                let problems = self.told(name, &file, problems).await;
                document.problems = problems.into_iter().map(|problem| placed(&file, problem)).collect();
            }
        }
        if !dry_run && document.outcome != Outcome::Done {
            self.store.doubt_import(source, true, self.clock.now()).await?;
        }
        progress.at(Phase {
            subject: source.to_owned(),
            doing: "importing".into(),
            done: reading.lines,
            of: Some(reading.lines),
        });
        Ok(document)
    }

    /// Guards a planned import, and commits it when it may be.
    async fn settle(&self, plan: &IntakePlan, reading: &Reading, document: &mut ImportDocument) -> Result<(), Failure> {
        document.counts = counts(plan);
        document.limits.extend(measures(&plan.lost, &self.config.config.intake.limits));
        if reading.empty {
            let of = plan.lost.values().map(|lost| lost.of).sum();
            document.limits.push(Measure { limit: "intake.empty".into(), found: 1, of, allowed: 0 });
        }
        document.breaches = document.limits.iter().filter(|measure| measure.is_breached()).cloned().collect();
        document.held = plan.held.iter().map(held_line).collect();
        document.problems = plan.dangling.iter().map(|problem| placed(&reading.file, problem.clone())).collect();
        let consent = self.consent(&reading.digest).await?;
        // an approval is used up by the import that it let through
        let committed = self.store.committed_at(&plan.source, &reading.hash).await?;
        let consent = committed.map_or(consent.clone(), |committed| consent.since(committed));
        let held = !document.breaches.is_empty() && !consent.is_whole();
        document.outcome = match (held, document.problems.is_empty()) {
            (true, _) => Outcome::Held,
            (false, true) => Outcome::Done,
            (false, false) => Outcome::Failed, // lines that refer to what the file itself lost
        };
        if document.dry_run || document.outcome == Outcome::Failed {
            return Ok(());
        }
        let now = self.clock.now();
        let record = BatchRecord {
            digest: reading.digest.to_string(),
            source: plan.source.clone(),
            file: reading.hash.clone(),
            taken: reading.taken,
            outcome: BatchOutcome::Held,
            counts: document.counts.clone(),
            limits: serde_json::to_value(&document.limits).unwrap_or_default(),
            recorded: now,
            seq: None,
        };
        if held {
            return Ok(self.store.save_batch(&record, &self.actor).await?);
        }
        let meta = CommitMeta {
            actor: self.actor.to_string(),
            source: plan.source.clone(),
            batch: Some(reading.hash.clone()),
            note: consent.last().map(|approval| format!("approved by {}", approval.by)),
            taken: reading.taken,
            now,
        };
        match self.store.commit_intake(plan, &meta, Some(record)).await {
            Ok(_) => {}
            Err(StoreError::Stale) => {
                return Err(
                    Failure::new(Exit::Busy, "something else was committed at the same time").hint("import again")
                );
            }
            Err(error) => return Err(error.into()),
        }
        match Coverage::judge(reading.evidence.clone()).complete() {
            // who is gone is said of jobs: a file that does not speak of them proves nothing about anybody
            Some(complete) if reading.speaks_of_jobs => {
                self.store.keep_import(&plan.source, complete.evidence(), now).await?;
            }
            Some(_) => {}
            None => self.store.doubt_import(&plan.source, false, now).await?,
        }
        Ok(())
    }

    /// The import as the answer of a command.
    pub(super) async fn import_answer(
        &self,
        source: &str,
        file: Option<&Path>,
        dry_run: bool,
        progress: &dyn Progress,
    ) -> Result<Answer, Failure> {
        let document = self.import(source, file, dry_run, progress).await?;
        Ok(Answer { exit: exit(document.outcome), document: Document::Import(document) })
    }

    /// What seals and opens national ids; none while the key cannot be read, and then files that hold national ids
    /// are refused.
    pub(super) fn sealer(&self) -> Result<Option<Sealer>, Failure> {
        let Ok(secret) = self.config.config.roster.national_id_key.read(&self.config.folder) else { return Ok(None) };
        let broken = |error: &dyn std::error::Error| {
            Failure::because(Exit::Failed, "the key of the national ids", error)
                .hint("it is 64 bytes in base64, as `rosterd init` makes it")
        };
        let key = crate::run::init::decode_key(&secret).map_err(|error| broken(&error))?;
        Sealer::new(key.expose_secret()).map(Some).map_err(|error| broken(&error))
    }
}

/// A file that could not be taken: the problems with their places, and nothing committed.
fn unreadable(source: &str, file: &Path, error: ReadError) -> ImportDocument {
    let whole =
        |message: String| Problem { file: file.display().to_string(), line: None, column: None, message, hint: None };
    let (outcome, problems) = match error {
        ReadError::Problems(problems) => {
            (Outcome::Failed, problems.into_iter().map(|problem| placed(file, problem)).collect())
        }
        // an empty file is not a smaller organisation
        error @ ReadError::Empty => {
            let hint = "deliver it again: nothing was committed, and no approval lets an empty file in. When really \
                        nobody is left, deliver its header with \"complete\":true and no line";
            (Outcome::Held, vec![Problem { hint: Some(hint.into()), ..whole(error.to_string()) }])
        }
        ReadError::Io(error) => (Outcome::Failed, vec![whole(format!("cannot be read: {error}"))]),
    };
    ImportDocument {
        source: source.to_owned(),
        digest: None,
        outcome,
        counts: serde_json::Value::Null,
        complete: false,
        ends: Vec::new(),
        limits: Vec::new(),
        breaches: Vec::new(),
        problems,
        held: Vec::new(),
        dry_run: false,
    }
}

fn held_line(held: &Held) -> HeldLine {
    let Held { line, kind, id, field, owner, reason } = held.clone();
    HeldLine { line, kind: kind.to_string(), id: id.to_string(), field, owner, reason }
}

fn named(one: Ending) -> Ended {
    Ended { kind: one.kind.to_string(), id: one.id.to_string(), name: one.name }
}

fn placed(file: &Path, problem: crate::org::Problem) -> Problem {
    Problem {
        file: file.display().to_string(),
        line: Some(problem.line),
        column: Some(problem.column),
        message: problem.message,
        hint: problem.hint,
    }
}

fn evidence(batch: &Batch, file: &Path) -> Evidence {
    let proof = batch.completeness;
    Evidence {
        scopes: vec![ScopeRead {
            scope: format!("source {}: {}", batch.source, file.display()),
            kind: None,
            base_readable: true,
            ended: proof.ended && proof.claimed,
            seen: proof.seen,
            announced: proof.announced,
            floor: None,
            unreadable: 0,
        }],
        ..Evidence::default()
    }
}

fn measures(lost: &BTreeMap<FactKind, crate::org::Lost>, limits: &IntakeLimits) -> Vec<Measure> {
    let of_kind = |(kind, lost): (&FactKind, &crate::org::Lost)| {
        limits.of(*kind).measure(format!("intake.ends.{kind}"), lost.found, lost.of)
    };
    lost.iter().map(of_kind).collect()
}

fn counts(plan: &IntakePlan) -> serde_json::Value {
    let of_kind = |(kind, counts): (&FactKind, &crate::org::Counts)| {
        let counts = serde_json::json!({
            "added": counts.added, "changed": counts.changed, "ended": counts.ended, "unchanged": counts.unchanged,
        });
        (kind.to_string(), counts)
    };
    serde_json::Value::Object(plan.counts.iter().map(of_kind).collect())
}
