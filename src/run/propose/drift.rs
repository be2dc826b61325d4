//! What somebody else changed in a target: found in a plan, kept, and taken over into the roster where that is wanted.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use super::comparison::Comparison;
use crate::mapping::{Mapper, accepted_field};
use crate::object::{Drift, DriftPolicy, ObjectKey};
use crate::org::edit::{Act, Fields};
use crate::org::{Edit, FactKind, Id};
use crate::reconcile::drift::{Known, Policies, Wrote, objects, settle};
use crate::reconcile::{Plan, basis};
use crate::report::{DriftLine, DriftOfTarget, Outcome, RunFailure};
use crate::run::engine::{Engine, TargetEntry};
use crate::run::failure::Failure;
use crate::stops::{self, Moment};
use crate::store::{DriftRow, RunId};
use crate::target::Target;

impl Engine {
    /// Finds what of a plan is drift, and leaves out of it what is not to be written back. To be asked while the last
    /// observation is still that of the read before.
    pub(super) async fn with_drift(&self, comparison: &Comparison<'_>, plan: Plan) -> Result<Plan, Failure> {
        let around = comparison.surroundings();
        let target = around.target;
        let keys: BTreeSet<ObjectKey> = objects(&plan, around.links).iter().map(ObjectKey::of).collect();
        let mut was = HashMap::new();
        if !keys.is_empty() {
            let mut take = |object: crate::object::Observed| _ = was.insert(object.id.clone(), object);
            self.store.each_observed(target, &|key| keys.contains(&key), &mut take).await?;
        }
        let rows = self.store.drift(target).await?;
        let open: Vec<Drift> = rows.into_iter().filter(|row| row.resolved.is_none()).map(|row| row.drift).collect();
        let since = self.done_since(target).await?;
        let wrote: Vec<Wrote<'_>> = since.iter().map(super::since::Since::wrote).collect();
        let policies = policies(self.entry(target)?);
        let known = Known {
            was: &was,
            wrote: &wrote,
            open: &open,
            policies: &policies,
            schemas: &around.schemas,
            roots: &around.roots,
            links: around.links,
        };
        let mut plan = settle(plan, &known);
        plan.basis = basis(&self.config.generation, &plan.keys(), &comparison.wanted());
        Ok(plan)
    }

    /// What is known of drift, without asking any target.
    pub(in crate::run) async fn drift(&self, targets: &[String]) -> Result<Vec<DriftOfTarget>, Failure> {
        let mut found = Vec::new();
        for target in targets {
            let line = |DriftRow { drift, since, seen, resolved }| DriftLine { drift, since, seen, resolved };
            let drifts = self.store.drift(target).await?.into_iter().map(line).collect();
            let labels = self.store.last_plan(target).await?.map(|(plan, _)| plan.labels).unwrap_or_default();
            let read = self.store.last_read_at(target).await?;
            found.push(DriftOfTarget { target: target.clone(), read, drifts, labels });
        }
        Ok(found)
    }

    pub(super) async fn keep_drift(&self, plan: &Plan) -> Result<(), Failure> {
        let now = self.clock.now();
        Ok(self.store.keep_drift(&plan.target, &plan.drift, plan.coverage.complete, now).await?)
    }

    /// Takes over into the roster what is to be, by edits from today on; answers what could not be. The record of the run
    /// stands before: an edit that a crash leaves behind names a run that there is, and what it leaves undone is drift
    /// still, for the next plan.
    pub(in crate::run) async fn accept_drift(
        &self,
        port: &dyn Target,
        plan: &Plan,
        run: RunId,
    ) -> Result<Vec<RunFailure>, Failure> {
        let wanted: Vec<&Drift> = plan.drift.iter().filter(|drift| drift.policy == DriftPolicy::Accept).collect();
        let mut failures = Vec::new();
        if wanted.is_empty() {
            return Ok(failures);
        }
        let entry = self.entry(&plan.target)?;
        let scene = self.scene(self.today()).await?;
        let mapper = self.mapper(port, entry, &scene).await?;
        for drift in wanted {
            let Some((kind, id, field)) = field_of(entry, &mapper, drift) else { continue };
            let value = drift.shown.first().map_or(serde_json::Value::Null, |value| value.to_string().into());
            let fields = Fields::from_iter([(field, value)]);
            let edit = Edit { kind, id, act: Act::Change { from: self.today() }, fields };
            let note = format!("taken over from {} by run {run}", plan.target);
            stops::at(Moment::Before, "what is taken over");
            let done = self.edit(&edit, Some(note), false, None).await;
            stops::at(Moment::After, "what is taken over");
            let message = match done.map(|answer| answer.document) {
                Ok(crate::report::Document::Edit(document)) if document.outcome != Outcome::Done => {
                    let problems = document.problems.into_iter().map(|problem| problem.message);
                    problems.collect::<Vec<_>>().join("; ")
                }
                Ok(_) => continue,
                Err(failure) => failure.message,
            };
            failures.push(RunFailure {
                key: drift.key.to_string(),
                name: drift.name.clone(),
                op: "accept".to_owned(),
                class: "conflict".to_owned(),
                message: format!("{} is not taken over into the roster: {message}", drift.attribute),
            });
        }
        Ok(failures)
    }
}

fn policies(entry: &TargetEntry) -> Policies {
    let kinds = entry.rules.kinds.iter();
    let of_kind =
        kinds.flat_map(|(kind, rules)| rules.drift.iter().map(|(name, policy)| ((*kind, name.clone()), *policy)));
    of_kind.collect::<BTreeMap<_, _>>()
}

/// The fact and its field that the rule of an attribute shows.
fn field_of(entry: &TargetEntry, mapper: &Mapper<'_>, drift: &Drift) -> Option<(FactKind, Id, String)> {
    let rule = entry.rules.kinds.get(&drift.kind)?.attributes.get(&drift.attribute)?;
    let field = accepted_field(&rule.value)?.to_owned();
    let traced = mapper.trace(&drift.key)?.attributes.into_iter().find(|one| one.attribute == drift.attribute)?;
    let (kind, id) = traced.traced.sources.into_iter().next()?.facts.into_iter().next()?;
    Some((kind, id, field))
}
