//! From plans and runs: what waits, what was done, what is put off.

use crate::reconcile::{Counts, guard};
use crate::report::{QuarantineLine, RunFailure, RunLine, RunsOfTarget, Waiting};
use crate::run::apply::tried;
use crate::run::engine::Engine;
use crate::run::failure::Failure;
use crate::store::{RunRecord, StoreError};

/// So many runs of each target are told.
const RUNS: i64 = 20;

impl Engine {
    /// The plans that were proposed last and have steps to do.
    pub(super) async fn waiting(&self, targets: &[String]) -> Result<Vec<Waiting>, Failure> {
        let mut waiting = Vec::new();
        for target in targets {
            let (plan, proposed) = match self.store.last_plan(target).await {
                Ok(Some(plan)) => plan,
                Ok(None) | Err(StoreError::Altered(_)) => continue,
                Err(error) => return Err(error.into()),
            };
            let digest = plan.digest();
            let limits = guard::measure(&plan, &self.brakes(target).await?);
            let consent = self.consent_to_plan(target, &digest).await?;
            let is_held = limits.iter().any(crate::reconcile::Measure::is_breached) && !consent.is_whole();
            let approvals = (consent.given(), consent.quorum().needed);
            waiting.push(Waiting { plan, digest, proposed, limits, approvals, is_held });
        }
        Ok(waiting)
    }

    /// The last runs of each target, newest first.
    pub(super) async fn last_runs(&self, targets: &[String]) -> Result<Vec<RunsOfTarget>, Failure> {
        let mut found = Vec::new();
        for target in targets {
            let runs = self.store.runs_of(target, RUNS).await?.into_iter().map(line).collect();
            found.push(RunsOfTarget { target: target.clone(), runs });
        }
        Ok(found)
    }

    /// What fails or is frozen in these targets.
    pub(super) async fn put_off(&self, targets: &[String]) -> Result<Vec<QuarantineLine>, Failure> {
        let rows = self.store.quarantined(None, self.clock.now()).await?.into_iter().map(tried::line);
        Ok(rows.filter(|line| targets.contains(&line.target)).collect())
    }
}

/// A run as it is told. A summary of another version tells less.
fn line(run: RunRecord) -> RunLine {
    let summary = run.summary.unwrap_or_default();
    let counts = serde_json::from_value(summary["counts"].clone()).unwrap_or_default();
    let done: Counts = serde_json::from_value(summary["done"].clone()).unwrap_or_default();
    let failures: Vec<RunFailure> = serde_json::from_value(summary["failures"].clone()).unwrap_or_default();
    RunLine {
        run: run.run,
        verb: run.verb,
        by: run.actor,
        digest: run.digest,
        started: run.started,
        ended: run.ended,
        outcome: run.outcome,
        counts,
        done,
        failures,
        message: summary["message"].as_str().map(ToOwned::to_owned),
    }
}
