//! Revert: the inverse of a run, proposed as a plan like any other.

use std::collections::BTreeMap;
use std::time::Duration;

use super::comparison::Comparison;
use super::{Proposal, trouble};
use crate::object::{Hold, Kind, ObjectId, Step};
use crate::reconcile::journal::Status;
use crate::reconcile::revert::{Done, Inverse, Now};
use crate::reconcile::{Digest, Occasion, basis, guard, inspect};
use crate::report::{Document, PlanDocument, PlanView, Trouble};
use crate::run::command::{Answer, Exit, Progress};
use crate::run::engine::Engine;
use crate::run::failure::Failure;
use crate::run::perform::exit_of;
use crate::store::{RunId, RunRecord};
use crate::target::{Class, Refusal, Target};

impl Engine {
    /// Proposes what undoes a run. Nothing is written to the target.
    pub(in crate::run) async fn revert(&self, run: RunId, progress: &dyn Progress) -> Result<Answer, Failure> {
        let record = self.store.run_record(Some(run)).await?;
        let record = record.ok_or_else(|| {
            Failure::new(Exit::Usage, format!("there is no run {run}")).hint("`rosterd runs` lists them")
        })?;
        let done = self.done_by(&record).await?;
        let port = self.connect(&record.target)?;
        let mut document = PlanDocument::default();
        let exit = match self.inverse(port.as_ref(), run, &done, progress).await? {
            Err(trouble) => {
                document.errors.push(trouble);
                Exit::Failed
            }
            Ok(Proposal { plan, digest, .. }) => {
                let limits = guard::measure(&plan, &self.brakes(&record.target).await?);
                let approved = self.consent(&digest).await?.is_whole();
                let view = PlanView::new(plan, digest, limits, approved);
                let least: Duration = port.least_time(&mut view.steps.iter());
                let exit = exit_of(&view);
                document.plans.push(PlanView { at_least_seconds: least.as_secs(), ..view });
                exit
            }
        };
        Ok(Answer { exit, document: Document::Plan(document) })
    }

    /// What is left to undo of a run, beside what is held. None when the target could not be read.
    pub(in crate::run) async fn left_to_revert(
        &self,
        port: &dyn Target,
        run: RunId,
        progress: &dyn Progress,
    ) -> Result<Option<(Vec<Step>, Vec<Hold>)>, Failure> {
        let Some(record) = self.store.run_record(Some(run)).await? else { return Ok(None) };
        let done = self.done_by(&record).await?;
        let proposal = self.inverse(port, run, &done, progress).await?;
        Ok(proposal.ok().map(|proposal| (proposal.plan.steps, proposal.plan.held)))
    }

    /// The steps of a run that were done, or may have been: what became of these shows when they are looked at.
    async fn done_by(&self, record: &RunRecord) -> Result<Vec<Done>, Failure> {
        let run = record.run;
        let refused = |why: String, hint: &str| Failure::new(Exit::Held, format!("run {run} {why}")).hint(hint);
        if !self.targets.contains_key(&record.target) {
            let hint = match record.verb.as_str() {
                "import" => "what an import brought is corrected by the source, or by `rosterd edit`",
                _ => "only runs against a configured target can be undone",
            };
            return Err(refused(format!("is none against a target, but `{}` of {}", record.verb, record.target), hint));
        }
        if record.ended.is_none() {
            let hint = "wait until it has ended; one that was cut off is settled by the next run of its target";
            return Err(refused("has not ended".into(), hint));
        }
        let mut states: BTreeMap<String, (Status, Option<ObjectId>)> = BTreeMap::new();
        for receipt in self.store.receipts(run).await? {
            let (status, object) = states.entry(receipt.step).or_insert((Status::Pending, None));
            *status = status.after(receipt.event).unwrap_or(Status::Unknown);
            *object = receipt.object.or(object.take());
        }
        let plan = match record.digest.parse::<Digest>() {
            Ok(digest) => self.store.plan(&digest).await?,
            Err(_) => None,
        };
        let plan = match plan {
            Some(plan) if !states.is_empty() => plan,
            None if !states.is_empty() => {
                return Err(refused(
                    "can be undone no more: its plan is not kept any longer".into(),
                    "[retention] says how long",
                ));
            }
            _ => return Err(refused("changed nothing".into(), "`rosterd runs` shows what each run did")),
        };
        let mut done = Vec::new();
        for step in plan.steps {
            let Some((Status::Done | Status::Unknown | Status::Left, object)) = states.remove(step.id.as_str()) else {
                continue;
            };
            if let Some(object) = object.or_else(|| step.object.clone()) {
                done.push(Done { step, object });
            }
        }
        Ok(done)
    }

    /// Looks at the target and makes the plan that undoes these steps.
    async fn inverse(
        &self,
        port: &dyn Target,
        run: RunId,
        done: &[Done],
        progress: &dyn Progress,
    ) -> Result<Result<Proposal, Trouble>, Failure> {
        let entry = self.entry(port.name())?;
        self.take_up(port).await?;
        if let Err(trouble) = self.learn_schema(port, entry).await? {
            return Ok(Err(trouble));
        }
        let sight = match self.look(port, entry, std::collections::BTreeSet::new(), progress).await? {
            Ok(sight) => sight,
            Err(trouble) => return Ok(Err(trouble)),
        };
        self.keep_names(port.name(), &sight).await?;
        let scene = self.scene(self.today()).await?;
        let comparison = Comparison::new(self, port, &scene).await?;
        let mut now = Now::of(done.iter().map(|done| done.object.clone()).collect());
        self.each(port.name(), &sight, &mut |object| now.see(&object)).await?;
        let mut apart = Vec::new();
        let mut fates = Vec::new();
        for Done { step, object } in done {
            if now.knows(object) || fates.iter().any(|(key, _)| *key == step.key) {
                continue;
            }
            match looked_up(port, step.kind, object).await {
                Ok(Some(found)) => {
                    now.see(&found);
                    apart.push(found);
                }
                Ok(None) => match port.fate(step.kind, object).await {
                    Ok(fate) => fates.push((step.key.clone(), fate)),
                    Err(refusal) => return Ok(Err(refused(port, object, &refusal))),
                },
                Err(refusal) => return Ok(Err(refused(port, object, &refusal))),
            }
        }
        let inverse = Inverse::of(run, done, &now, &comparison.surroundings());
        let mut diff = comparison.begin();
        let wanted = |key: &_| inverse.wanted(key);
        self.each(port.name(), &sight, &mut |object| diff.see(object, &wanted)).await?;
        apart.into_iter().for_each(|object| diff.see(object, &wanted));
        fates.into_iter().for_each(|(key, fate)| diff.not_found(key, fate));
        let generation = &self.config.generation;
        let occasion = Occasion { as_of: self.today(), reservations: Vec::new(), generation };
        let plan = diff.finish(&inverse.keys(), &wanted, &sight.coverage, occasion);
        let mut plan = inverse.completed(plan);
        // whether it still holds is seen by what the roster wants, as for any plan
        plan.basis = basis(generation, &plan.keys(), &comparison.wanted());
        if let Some(flaw) = inspect::inspect(&plan).into_iter().next() {
            return Ok(Err(Trouble { subject: port.name().to_owned(), message: flaw.to_string(), hint: None }));
        }
        let managed = self.store.links(port.name()).await?.len() as u64;
        let digest = self.store.keep_plan(&plan, &self.actor, self.clock.now()).await?;
        Ok(Ok(Proposal { plan, digest, managed }))
    }
}

/// An object by its id; one that cannot be read by itself is taken for one that is not shown.
async fn looked_up(
    port: &dyn Target,
    kind: Kind,
    object: &ObjectId,
) -> Result<Option<crate::object::Observed>, Refusal> {
    match port.read(kind, object).await {
        Err(refusal) if !refusal.fatal && refusal.class != Class::Transient => Ok(None),
        found => found,
    }
}

fn refused(port: &dyn Target, object: &ObjectId, refusal: &Refusal) -> Trouble {
    let attempted = format!("looking at the object {object}");
    let error = crate::target::TargetError { attempted, message: refusal.message.clone(), hint: None };
    trouble(port.name(), error)
}
