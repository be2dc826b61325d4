//! Recovery: what became of the steps whose outcome was lost. By looking at the objects, never by doing them again.

use super::urgent;
use crate::object::{Fate, ObjectId, Op, Rung, Step};
use crate::org::Instant;
use crate::reconcile::Digest;
use crate::reconcile::journal::{Event, Status};
use crate::run::engine::Engine;
use crate::run::failure::Failure;
use crate::run::lease::Lease;
use crate::run::serve::refused;
use crate::store::{Entry, Linking, RunRecord};
use crate::target::{Class, Refusal, Target};

impl Engine {
    /// Settles every step of earlier runs against this target that was intended and has no outcome. The lease of the
    /// target is held by the caller, so that none of these runs can still be alive, but for one in the urgent lane.
    pub(in crate::run) async fn recover(&self, port: &dyn Target) -> Result<Result<u64, Refusal>, Failure> {
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
        Lease::nobody_beside(&self.roster_file(), target).map_err(|error| refused(&error, self.zone()))
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
            let linking = linking(step).filter(|_| event == Event::FoundDone);
            self.store.record(&entry, linking.map(|linking| (port.name(), linking)), self.clock.now()).await?;
            settled += 1;
        }
        Ok(Ok(settled))
    }
}

/// What a step that is found done means for the links.
fn linking(step: &Step) -> Option<Linking<'_>> {
    match step.op {
        Op::Create => Some(Linking::Made(&step.key, step.kind)),
        Op::Delete if step.rung == Some(Rung::Deleted) => Some(Linking::Deleted(&step.key, step.kind)),
        Op::Delete => Some(Linking::Forgotten(&step.key)),
        _ => None,
    }
}

/// What became of a step, by looking. A create can leave something that nobody knows of, and what a delete took can be
/// proved gone; what became of a change is seen by the comparison that follows, which plans what is left.
async fn look(port: &dyn Target, step: &Step, begun: Instant) -> Result<(Event, Option<ObjectId>), Refusal> {
    match (step.op, &step.object) {
        (Op::Create, _) => match port.find_made(step.kind, &step.key, step, begun).await {
            Ok(Some(found)) => Ok((Event::FoundDone, Some(found.id))),
            Ok(None) => Ok((Event::FoundNotDone, None)),
            // the comparison holds this one object; it must not keep the whole target from being served
            Err(refusal) if refusal.class == Class::Conflict => Ok((Event::Left, None)),
            Err(refusal) => Err(refusal),
        },
        (Op::Delete, Some(object)) if is_gone(port, step, object).await? => {
            Ok((Event::FoundDone, Some(object.clone())))
        }
        _ => Ok((Event::Left, None)),
    }
}

/// Whether the target proves that it deleted the object.
async fn is_gone(port: &dyn Target, step: &Step, object: &ObjectId) -> Result<bool, Refusal> {
    let shown = match port.read(step.kind, object).await {
        Ok(shown) => shown.is_some(),
        Err(refusal) if refusal.fatal || refusal.class == Class::Transient => return Err(refusal),
        Err(_) => true, // it is there, in a way that the comparison tells of
    };
    if shown {
        return Ok(false);
    }
    match port.fate(step.kind, object).await {
        Ok(fate) => Ok(matches!(fate, Fate::Deleted(_))),
        Err(refusal) if refusal.fatal || refusal.class == Class::Transient => Err(refusal),
        Err(_) => Ok(false),
    }
}
