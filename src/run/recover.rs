//! Recovery: what became of the steps whose outcome was lost. By looking at the objects, never by doing them again.

use super::engine::Engine;
use super::failure::Failure;
use super::lease::Lease;
use super::serve::refused;
use super::urgent;
use crate::object::{ObjectId, Op, Step};
use crate::org::Instant;
use crate::reconcile::Digest;
use crate::reconcile::journal::{Event, Status};
use crate::store::{Entry, RunRecord};
use crate::target::{Class, Refusal, Target};

impl Engine {
    /// Settles every step of earlier runs against this target that was intended and has no outcome. The lease of the
    /// target is held by the caller, so that none of these runs can still be alive, but for one in the urgent lane.
    pub(super) async fn recover(&self, port: &dyn Target) -> Result<Result<u64, Refusal>, Failure> {
        let mut settled = 0;
        for run in self.store.unsettled_runs(port.name()).await? {
            if run.verb == urgent::VERB && !self.lane_is_free(port.name())? {
                continue; // it needs no lease, and may be alive
            }
            match self.recover_run(port, &run).await? {
                Ok(count) => settled += count,
                Err(refusal) => return Ok(Err(refusal)),
            }
            if run.ended.is_none() {
                let summary = serde_json::json!({ "recovered": settled });
                self.store.end_run(run.run, "cut off", &summary, self.clock.now()).await?;
            }
        }
        Ok(Ok(settled))
    }

    fn lane_is_free(&self, target: &str) -> Result<bool, Failure> {
        Lease::nobody_beside(&self.roster_file(), target).map_err(|error| refused(&error))
    }

    async fn recover_run(&self, port: &dyn Target, run: &RunRecord) -> Result<Result<u64, Refusal>, Failure> {
        let mut status = std::collections::BTreeMap::new();
        for (step, event) in self.store.events(run.run).await? {
            let before = status.entry(step).or_insert(Status::Pending);
            // an event that cannot follow leaves the step unsettled: it is looked at below
            *before = before.after(event).unwrap_or(Status::Unknown);
        }
        let digest: Option<Digest> = run.digest.parse().ok();
        let plan = match digest {
            Some(digest) => self.store.plan_to_settle(&digest).await?,
            None => None,
        };
        let mut settled = 0;
        for step in plan.iter().flat_map(|plan| &plan.steps) {
            if !matches!(status.get(step.id.as_str()), Some(Status::InFlight | Status::Unknown)) {
                continue;
            }
            let (event, found) = match look(port, step, run.started).await {
                Ok(seen) => seen,
                Err(refusal) => return Ok(Err(refusal)),
            };
            let entry =
                Entry { run: run.run, step: &step.id, event, object: found.as_ref(), class: None, message: None };
            let link = found.is_some().then_some((port.name(), &step.key, step.kind));
            self.store.record(&entry, link, self.clock.now()).await?;
            settled += 1;
        }
        Ok(Ok(settled))
    }
}

/// What became of a step, by looking. Only a create can leave something that nobody knows of; what became of a change
/// is seen by the comparison that follows, which plans what is left.
async fn look(port: &dyn Target, step: &Step, begun: Instant) -> Result<(Event, Option<ObjectId>), Refusal> {
    if step.op != Op::Create {
        return Ok((Event::Left, None));
    }
    match port.find_made(step.kind, &step.key, step, begun).await {
        Ok(Some(found)) => Ok((Event::FoundDone, Some(found.id))),
        Ok(None) => Ok((Event::FoundNotDone, None)),
        // the comparison holds this one object; it must not keep the whole target from being served
        Err(refusal) if refusal.class == Class::Conflict => Ok((Event::Left, None)),
        Err(refusal) => Err(refusal),
    }
}
