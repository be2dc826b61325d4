//! What rosterd itself did in a target since that was last read: the journal knows it, the last observation does not.
//! Asks no target.

use std::collections::BTreeMap;

use crate::object::{Links, ObjectId, Op, Referent, Step, Value, aspect};
use crate::org::Instant;
use crate::reconcile::drift::Wrote;
use crate::run::engine::Engine;
use crate::run::failure::Failure;
use crate::store::{DoneStep, RunId, StoreError};

/// A step that was done since.
#[derive(Debug, Clone)]
pub(in crate::run) struct Since {
    pub step: Step,
    pub object: ObjectId,
    pub run: RunId,
    /// The run is over.
    pub ended: bool,
    pub at: Instant,
}

impl Since {
    /// What it says of whether an account can be used.
    pub fn enabled(&self) -> Option<bool> {
        match self.step.op {
            Op::Delete => Some(false),
            Op::Restore => None,
            _ => match self.step.change(aspect::ENABLED)?.after.first()? {
                Value::Bool(enabled) => Some(*enabled),
                _ => None,
            },
        }
    }

    /// Who came into the group, and who left it.
    pub fn members(&self, links: &Links) -> Vec<(ObjectId, bool)> {
        let Some(change) = self.step.change(aspect::MEMBERS) else { return Vec::new() };
        let object = |value: &Value| match value {
            Value::Reference(Referent::Key(key)) => links.object(key).cloned(),
            Value::Reference(Referent::Object(id)) => Some(id.clone()),
            _ => None,
        };
        let left = change.before.iter().filter_map(object).map(|member| (member, false));
        left.chain(change.after.iter().filter_map(object).map(|member| (member, true))).collect()
    }

    /// What it wrote, as the search for drift asks for it.
    pub fn wrote(&self) -> Wrote<'_> {
        Wrote { object: &self.object, changes: &self.step.changes, ended: self.ended }
    }
}

impl Engine {
    /// What was done in a target since the last observation, in that order. Of a run whose plan is not kept any more
    /// nothing can be told.
    pub(in crate::run) async fn done_since(&self, target: &str) -> Result<Vec<Since>, Failure> {
        let Some(observation) = self.store.observation(target).await? else { return Ok(Vec::new()) };
        let done = self.store.done_after(target, observation.events).await?;
        let mut plans = BTreeMap::new();
        let mut found = Vec::new();
        for DoneStep { digest, step, object, run, ended, at } in done {
            if !plans.contains_key(&digest) {
                let plan = match self.store.plan(&digest).await {
                    Ok(plan) => plan,
                    Err(StoreError::Altered(_)) => None,
                    Err(error) => return Err(error.into()),
                };
                let steps = plan.into_iter().flat_map(|plan| plan.steps);
                let steps = steps.map(|step| (step.id.as_str().to_owned(), step)).collect::<BTreeMap<_, _>>();
                plans.insert(digest.clone(), steps);
            }
            let step = plans.get(&digest).and_then(|steps| steps.get(&step));
            let step = step.map(|step| (step, object.or_else(|| step.object.clone())));
            if let Some((step, Some(object))) = step {
                found.push(Since { step: step.clone(), object, run, ended, at });
            }
        }
        Ok(found)
    }
}
