//! Applying a cleared plan: step by step, each intent durable before its effect. Nothing is decided here.

use std::collections::{BTreeMap, HashSet};

use super::command::{Phase, Progress};
use super::engine::Engine;
use super::failure::Failure;
use crate::object::{Links, ObjectId, Op, Step, StepId};
use crate::reconcile::journal::Event;
use crate::reconcile::{Cleared, Counts};
use crate::report::{RunCounts, RunFailure};
use crate::store::{Entry, RunId};
use crate::target::{Class, Refusal, Target};

/// What became of a plan's steps.
#[derive(Debug, Default)]
pub(super) struct Executed {
    pub counts: RunCounts,
    pub done: Counts,
    pub failures: Vec<RunFailure>,
    /// Why it stopped before the end, if it did.
    pub stopped: Option<String>,
}

impl Executed {
    /// Every step was done.
    pub(super) fn is_clean(&self) -> bool {
        let RunCounts { failed, unknown, held, .. } = self.counts;
        self.stopped.is_none() && failed == 0 && unknown == 0 && held == 0
    }
}

/// So many transient refusals in a row mean that the other side is not well.
const PATIENCE: usize = 5;

/// A plan under way.
struct Execution<'a> {
    engine: &'a Engine,
    port: &'a dyn Target,
    run: RunId,
    links: Links,
    reserved: BTreeMap<&'a crate::org::Id, &'a crate::object::Reservation>,
    failed: HashSet<&'a StepId>,
    outcome: Executed,
}

impl Engine {
    /// Applies the steps of a cleared plan that are not in `settled`.
    pub(super) async fn execute(
        &self,
        port: &dyn Target,
        cleared: &Cleared,
        run: RunId,
        settled: &HashSet<String>,
        progress: &dyn Progress,
    ) -> Result<Executed, Failure> {
        let plan = cleared.plan();
        let mut execution = Execution {
            engine: self,
            port,
            run,
            links: self.store.links(&plan.target).await?,
            reserved: plan.reservations.iter().map(|one| (&one.account, one)).collect(),
            failed: HashSet::new(),
            outcome: Executed::default(),
        };
        let mut transient = 0;
        let of = plan.steps.len() as u64;
        for (step, position) in plan.steps.iter().zip(0..) {
            progress.at(Phase { subject: plan.target.clone(), doing: "applying".into(), done: position, of: Some(of) });
            if settled.contains(step.id.as_str()) {
                continue;
            }
            if self.stop_requested() {
                execution.outcome.stopped = Some("a stop was asked for; the rest waits for the next run".into());
                break;
            }
            match execution.step(step).await? {
                None => transient = 0,
                Some(refusal) => {
                    transient = if refusal.class == Class::Transient { transient + 1 } else { 0 };
                    if refusal.fatal || transient >= PATIENCE {
                        execution.outcome.stopped = Some(format!("stopped early: {refusal}"));
                        break;
                    }
                }
            }
        }
        progress.at(Phase { subject: plan.target.clone(), doing: "applying".into(), done: of, of: Some(of) });
        Ok(execution.outcome)
    }
}

impl<'a> Execution<'a> {
    /// Takes one step; answers why it was refused, if it was.
    async fn step(&mut self, step: &'a Step) -> Result<Option<Refusal>, Failure> {
        let Some(possible) = step.without(&|need| self.failed.contains(need)) else {
            let need = step.needs.iter().find(|need| self.failed.contains(need)).unwrap_or(&step.id);
            let message = format!("it needs {}, which was not done", need.as_str());
            self.failed.insert(&step.id);
            self.outcome.counts.held += 1;
            self.record(step, Event::Refused, None, Some((Class::Stale, &message))).await?;
            return Ok(None);
        };
        if let Some(reservation) = self.reserved.get(&step.key).filter(|_| matches!(step.op, Op::Create | Op::Link)) {
            // the login and the account fact stand before the account does
            if let Err(taken) = self.engine.reserve(self.run, step, reservation, self.port.name()).await? {
                let refusal = Refusal { class: Class::Stale, message: taken, fatal: false };
                return self.refused(step, refusal).await.map(Some);
            }
        } else {
            self.record(step, Event::Intended, None, None).await?;
        }
        let applied = match self.resolved(possible) {
            Ok(step) if matches!(step.op, Op::Link | Op::Unlink) && step.changes.is_empty() => Ok(step.object),
            Ok(step) => self.port.apply(&step, &self.links).await.map(|receipt| Some(receipt.object)),
            Err(refusal) => Err(refusal),
        };
        match applied {
            Ok(object) => {
                self.record(step, Event::Done, object.as_ref(), None).await?;
                if let (Some(object), Op::Create | Op::Link) = (object, step.op) {
                    self.links.add(step.key.clone(), object);
                } else if step.op == Op::Unlink {
                    self.links.remove(&step.key);
                }
                self.outcome.counts.done += 1;
                *self.outcome.done.entry(step.op).or_default() += 1;
                Ok(None)
            }
            Err(refusal) => self.refused(step, refusal).await.map(Some),
        }
    }

    /// The step with the object that an earlier step created.
    fn resolved(&self, mut step: Step) -> Result<Step, Refusal> {
        if step.object.is_none() && step.op != Op::Create {
            let found = self.links.object(&step.key).cloned();
            let missing =
                || Refusal { class: Class::Conflict, message: "its object is not linked".into(), fatal: false };
            step.object = Some(found.ok_or_else(missing)?);
        }
        Ok(step)
    }

    async fn refused(&mut self, step: &'a Step, refusal: Refusal) -> Result<Refusal, Failure> {
        let event = if refusal.class == Class::Unknown { Event::Unknown } else { Event::Refused };
        self.record(step, event, None, Some((refusal.class, &refusal.message))).await?;
        self.failed.insert(&step.id);
        match event {
            Event::Unknown => self.outcome.counts.unknown += 1,
            _ => self.outcome.counts.failed += 1,
        }
        self.outcome.failures.push(RunFailure {
            key: step.key.to_string(),
            name: step.name.clone(),
            op: step.op.to_string(),
            class: refusal.class.as_str().to_owned(),
            message: refusal.message.clone(),
        });
        Ok(refusal)
    }

    async fn record(
        &self,
        step: &Step,
        event: Event,
        object: Option<&ObjectId>,
        refusal: Option<(Class, &str)>,
    ) -> Result<(), Failure> {
        let entry = Entry {
            run: self.run,
            step: &step.id,
            event,
            object,
            class: refusal.map(|(class, _)| class.as_str()),
            message: refusal.map(|(_, message)| message),
        };
        if step.op == Op::Unlink && event == Event::Done {
            let now = self.engine.clock.now();
            return Ok(self.engine.store.record_unlink(&entry, self.port.name(), &step.key, now).await?);
        }
        let makes_link = matches!(step.op, Op::Create | Op::Link) && event == Event::Done;
        let link = makes_link.then_some((self.port.name(), &step.key, step.kind));
        Ok(self.engine.store.record(&entry, link, self.engine.clock.now()).await?)
    }
}
