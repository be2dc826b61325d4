//! One command, one answer.

use std::path::Path;
use std::time::Duration;

use crate::org::Day;
use crate::reconcile::{Released, guard};
use crate::report::{ConsentView, Document, PlanDocument, PlanView, RunDocument};
use crate::run::command::{Answer, Command, Exit, Progress};
use crate::run::engine::Engine;
use crate::run::failure::Failure;

/// Does what a verb asks.
pub async fn perform(engine: &Engine, command: Command, progress: &dyn Progress) -> Result<Answer, Failure> {
    let retains = matches!(command, Command::ApplyPlan { .. } | Command::ApplyTargets { .. } | Command::Run { .. });
    let answer = answer(engine, command, progress).await.map_err(|failure| engine.explained(failure));
    if retains {
        engine.retain().await;
    }
    answer
}

async fn answer(engine: &Engine, command: Command, progress: &dyn Progress) -> Result<Answer, Failure> {
    match command {
        Command::Plan { targets, at } => engine.plan(&targets, at, progress).await,
        Command::Stored { digest } => engine.stored(&digest).await,
        Command::ApplyPlan { digest } => engine.apply_plan(&digest, "apply", progress).await,
        Command::ApplyTargets { targets } => engine.apply_targets(&targets, "apply", progress).await,
        Command::Run { targets } => engine.run(&targets, progress).await,
        Command::Import { source, file, dry_run } => {
            engine.import_answer(&source, file.as_deref().map(Path::new), dry_run, progress).await
        }
        Command::Revert { run } => engine.revert(run, progress).await,
        Command::Links { target } => engine.links(&target, progress).await,
        Command::Adopt { target, pair, protected } => engine.adopt(&target, pair, protected, progress).await,
        Command::Unlink { target, key, note, dry_run } => engine.unlink(&target, &key, &note, dry_run, progress).await,
        Command::Ignore { target, object, note, stop } => engine.ignore(&target, object, note, stop).await,
        Command::Status => Ok(Answer { exit: Exit::Done, document: Document::Status(engine.status().await?) }),
        Command::Runs { limit } => Ok(Answer { exit: Exit::Done, document: Document::Runs(engine.runs(limit).await?) }),
        Command::Quarantine { target } => engine.quarantine(target.as_deref()).await,
        Command::Release { target, key } => engine.release(&target, key.as_ref()).await,
        Command::Approve { digest, only } => engine.approve(&digest, &only).await,
        // boxed: what mail and reports need would lie on the stack of every other command, too
        Command::Send { report } => Box::pin(engine.send(&report)).await,
        Command::Suspend { person, note, dry_run } => engine.suspend(&person, &note, dry_run).await,
        Command::Resume { person, note, dry_run } => engine.resume(&person, note.as_deref(), dry_run).await,
        Command::Pause { target, note, dry_run } => engine.pause(target.as_deref(), &note, dry_run).await,
        Command::Unpause { target, note, dry_run } => engine.unpause(target.as_deref(), note.as_deref(), dry_run).await,
        Command::BeginMaintenance { until, note, dry_run } => {
            engine.begin_maintenance(until, note.as_deref(), dry_run).await
        }
        Command::EndMaintenance { note, dry_run } => engine.end_maintenance(note.as_deref(), dry_run).await,
        Command::Identify { what, note, dry_run, digest } => {
            engine.identify(&what, note, dry_run, digest.as_deref()).await
        }
        Command::Edit { edit, note, dry_run, digest } => engine.edit(&edit, note, dry_run, digest.as_deref()).await,
        Command::Erase { person, note, dry_run, digest } => {
            engine.erase(&person, &note, dry_run, digest.as_deref()).await
        }
    }
}

impl Engine {
    /// Observes and proposes; nothing is written to any target, and no lease is taken.
    async fn plan(&self, targets: &[String], at: Option<Day>, progress: &dyn Progress) -> Result<Answer, Failure> {
        let mut ports = std::collections::BTreeMap::new();
        for name in self.chosen(targets)? {
            let port = self.connect(&name)?;
            ports.insert(name, port);
        }
        let mut document = PlanDocument::default();
        let mut exit = Exit::Done;
        for (name, proposal) in self.propose(&ports, at.unwrap_or(self.today()), progress).await? {
            match proposal {
                Err(trouble) => {
                    exit = exit.or_worse(Exit::Failed);
                    document.errors.push(trouble);
                }
                Ok(proposal) => {
                    let limits = guard::measure(&proposal.plan, &self.brakes(&name).await?);
                    let consent = self.consent_to_plan(&name, &proposal.digest).await?;
                    let approved = consent.releases(&proposal.plan) == Released::All;
                    let to_look_at = proposal.plan.as_of > self.today();
                    let view = PlanView::new(proposal.plan, proposal.digest, limits, approved);
                    let least_time =
                        ports.get(&name).map_or(Duration::ZERO, |port| port.least_time(&mut view.steps.iter()));
                    let (at_least_seconds, consent) = (least_time.as_secs(), ConsentView::of(&consent));
                    let view = PlanView { to_look_at, at_least_seconds, consent, ..view };
                    exit = exit.or_worse(exit_of(&view));
                    document.plans.push(view);
                }
            }
        }
        Ok(Answer { exit, document: Document::Plan(document) })
    }

    /// What the schedule does: every configured source, then every target. A held or failed import stops it, since
    /// nothing may follow from what is not known.
    async fn run(&self, targets: &[String], progress: &dyn Progress) -> Result<Answer, Failure> {
        let chosen = self.chosen(targets)?;
        let mut imports = Vec::new();
        for source in self.config.sources.keys() {
            if self.delivery(source)?.is_none() {
                continue; // as for the schedule: no file, nothing to do
            }
            let document = self.import(source, None, false, progress).await?;
            let stops = crate::run::apply::exit(document.outcome) != Exit::Done;
            imports.push(document);
            if stops {
                return Ok(crate::run::apply::answer(RunDocument { imports, ..RunDocument::default() }));
            }
        }
        let answer = self.apply_targets(&chosen, "run", progress).await?;
        Ok(match answer.document {
            Document::Run(document) => crate::run::apply::answer(RunDocument { imports, ..document }),
            other => Answer { document: other, ..answer },
        })
    }
}

pub(super) fn exit_of(view: &PlanView) -> Exit {
    if !view.breaches.is_empty() && !view.approved {
        Exit::Held
    } else if !view.coverage.is_whole() {
        Exit::Partly
    } else if view.steps.is_empty() {
        Exit::Done
    } else {
        Exit::Pending
    }
}
