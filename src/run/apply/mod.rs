//! Apply: lease, recover, propose, guard, execute, verify.

mod canary;
mod consent;
mod execute;
mod experience;
mod orders;
mod recover;
pub mod refused;
mod settled;
pub mod tried;
pub mod urgent;
mod window;

use std::collections::{BTreeMap, HashSet};

use self::execute::Executed;
use self::refused::Refused;
use crate::object::{Hold, Op, Step};
use crate::org::Id;
use crate::org::sentence::BETWEEN;
use crate::reconcile::{Cleared, Digest, Measure, Plan, Verdict, basis, guard};
use crate::report::{ConsentView, Document, Ended, Outcome, RunCounts, RunDocument, RunView, Trouble};
use crate::run::command::{Answer, Exit, Progress};
use crate::run::engine::Engine;
use crate::run::failure::Failure;
use crate::run::lease::{Lease, LeaseError};
use crate::run::propose::{Proposal, trouble};
use crate::store::RunId;
use crate::target::{Target, TargetError};

/// Targets whose lease we hold.
pub(super) type Held = BTreeMap<String, (Box<dyn Target>, Lease)>;

impl Engine {
    /// Proposes and applies to each target; one whose plan breaches a limit is held.
    pub async fn apply_targets(
        &self,
        names: &[String],
        verb: &str,
        progress: &dyn Progress,
    ) -> Result<Answer, Failure> {
        let mut document = RunDocument::default();
        let names = self.unpaused(self.chosen(names)?, &mut document).await?;
        let mut held = self.take(&names, verb, &mut document).await?;
        self.recover_all(&mut held, &mut document).await?;
        let mut leases = BTreeMap::new();
        let mut ports = BTreeMap::new();
        for (name, (port, lease)) in held {
            ports.insert(name.clone(), port);
            leases.insert(name, lease);
        }
        for (name, proposal) in self.propose(&ports, self.today(), progress).await? {
            let (Some(port), Some(lease)) = (ports.get(&name), leases.get(&name)) else { continue };
            if self.stop_requested() {
                document.runs.push(stopped(&name));
                continue;
            }
            match proposal {
                Err(trouble) => {
                    let failed = RunView { message: Some(trouble.message.clone()), ..view(&name, Outcome::Failed) };
                    self.noted(failed, verb).await?;
                    document.errors.push(trouble);
                }
                Ok(proposal) => {
                    let view = self.guarded((port.as_ref(), lease), proposal, verb, progress).await?;
                    document.runs.push(view);
                }
            }
        }
        Ok(answer(document))
    }

    /// Applies exactly a stored plan, or refuses.
    pub async fn apply_plan(&self, digest: &str, verb: &str, progress: &dyn Progress) -> Result<Answer, Failure> {
        let digest: Digest = digest.parse().map_err(|error| Failure::because(Exit::Usage, "apply", &error))?;
        let refused = |why: Refused| why.failure(&digest, self.zone());
        let plan = self.store.plan(&digest).await?.ok_or_else(|| refused(Refused::NotStored))?;
        let mut document = RunDocument::default();
        let names = self.unpaused(vec![plan.target.clone()], &mut document).await?;
        let mut held = self.take(&names, verb, &mut document).await?;
        self.recover_all(&mut held, &mut document).await?;
        let Some((port, lease)) = held.remove(&plan.target) else { return Ok(answer(document)) };
        let settled: HashSet<String> = self.settled(&digest).await?;
        if !plan.is_empty() && plan.steps.iter().all(|step| settled.contains(step.id.as_str())) {
            return Err(refused(Refused::AppliedAlready));
        }
        if plan.as_of != self.today() {
            return Err(refused(Refused::OtherDay(plan.as_of)));
        }
        let hours = self.config.config.safety.plan_hours.get();
        if let Some(proposed) = self.store.proposed_at(&digest).await?
            && proposed.hours_later(i64::from(hours)) <= self.clock.now()
        {
            return Err(refused(Refused::TooOld { proposed, hours }));
        }
        if !self.basis_holds(port.as_ref(), &plan).await? {
            return Err(refused(Refused::BasisChanged));
        }
        let managed = self.store.links(&plan.target).await?.len() as u64;
        let view = self.guarded((port.as_ref(), &lease), Proposal { plan, digest, managed }, verb, progress).await?;
        document.runs.push(view);
        Ok(answer(document))
    }

    /// Takes the leases; a target whose lease somebody else holds is reported busy and left out.
    pub(super) async fn take(&self, names: &[String], verb: &str, document: &mut RunDocument) -> Result<Held, Failure> {
        let holder = self.holder(verb);
        let mut held = Held::new();
        for name in names {
            match Lease::take(&self.roster_file(), name, &holder) {
                Ok(lease) => {
                    let lease = lease.numbered(self.store.next_fence(name).await?);
                    held.insert(name.clone(), (self.connect(name)?, lease));
                }
                Err(busy @ LeaseError::Busy(_)) => {
                    document.runs.push(RunView { message: Some(busy.told(self.zone())), ..view(name, Outcome::Busy) });
                }
                Err(error) => return Err(Failure::because(Exit::Failed, "taking the lease", &error)),
            }
        }
        Ok(held)
    }

    pub(super) async fn recover_all(&self, held: &mut Held, document: &mut RunDocument) -> Result<(), Failure> {
        let mut unreachable = Vec::new();
        for (name, (port, _)) in held.iter() {
            self.take_up(port.as_ref()).await?;
            if let Err(refusal) = self.recover(port.as_ref()).await? {
                let attempted = "looking for what became of an interrupted run".to_owned();
                let error = TargetError { attempted, message: refusal.message, hint: None };
                document.errors.push(trouble(name, error));
                unreachable.push(name.clone());
            }
        }
        held.retain(|name, _| !unreachable.contains(name));
        Ok(())
    }

    /// The steps of a plan that were done since it was proposed: by a run of it that was cut short.
    async fn settled(&self, digest: &Digest) -> Result<HashSet<String>, Failure> {
        let Some(proposed) = self.store.proposed_at(digest).await? else { return Ok(HashSet::new()) };
        Ok(self.store.done_steps(digest, proposed).await?.into_iter().collect())
    }

    async fn basis_holds(&self, port: &dyn Target, plan: &Plan) -> Result<bool, Failure> {
        let entry = self.entry(&plan.target)?;
        if self.learn_schema(port, entry).await?.is_err() {
            return Ok(false);
        }
        let scene = self.scene(plan.as_of).await?;
        let mapper = self.mapper(port, entry, &scene).await?;
        Ok(basis(&self.config.generation, &plan.keys(), &|key: &Id| mapper.wanted(key)) == plan.basis)
    }

    /// Guards a proposal, and executes and verifies it when it is cleared.
    pub(super) async fn guarded(
        &self,
        (port, lease): (&dyn Target, &Lease),
        proposal: Proposal,
        verb: &str,
        progress: &dyn Progress,
    ) -> Result<RunView, Failure> {
        let brakes = self.brakes(&proposal.plan.target).await?;
        let jump = self.clock_jump(&proposal.plan.target).await?;
        let Proposal { plan, digest, .. } = self.ordered_first(port, proposal, &brakes, jump.is_some()).await?;
        let measures = guard::measure(&plan, &brakes);
        let consent = self.consent_to_plan(&plan.target, &digest).await?;
        let copied = self.store.held_as_copy(&plan.target).await?.filter(|_| !plan.is_empty());
        if let Some(copied) = copied {
            if !plan.coverage.complete || !consent.clone().since(copied.taken).is_whole() {
                return Ok(held_as_copy(plan, digest, measures));
            }
            self.store.release_copy(&plan.target, &digest, self.clock.now()).await?;
        }
        if let Some(jump) = jump.filter(|_| !plan.is_empty() && !consent.is_whole()) {
            let held = held_for_clock(plan, digest, measures, &jump.text(self.zone()));
            return self.noted(held, verb).await;
        }
        if jump.is_none() || !plan.is_empty() {
            self.believe_clock(&plan.target).await?;
        }
        match guard::guard(plan, &brakes, &consent) {
            Verdict::Breached { plan, breaches } => {
                let held = RunView {
                    unseen: plan.coverage.unseen(),
                    digest: Some(digest),
                    counts: RunCounts { held: plan.steps.len() as u64, ..Default::default() },
                    held: plan.held,
                    limits: measures,
                    breaches,
                    message: Some("a limit is breached: nothing was written".into()),
                    ends: Ended::of_steps(&plan.steps),
                    consent: ConsentView::of(&consent),
                    ..view(&plan.target, Outcome::Held)
                };
                self.noted(held, verb).await
            }
            Verdict::Cleared(cleared) if cleared.plan().is_empty() => {
                let plan = cleared.plan();
                self.consent_to_rules(plan).await?;
                self.forget_settled(plan).await?;
                let run = self.begun(&plan.target, verb, Some(&digest)).await?;
                let failures = self.accept_drift(port, plan, run).await?;
                let is_done = plan.coverage.is_whole() && failures.is_empty();
                let outcome = if is_done { Outcome::Done } else { Outcome::Partly };
                let in_step = RunView {
                    unseen: plan.coverage.unseen(),
                    digest: Some(digest),
                    held: plan.held.clone(),
                    failures,
                    limits: measures,
                    left: Some(0),
                    ..view(&plan.target, outcome)
                };
                self.ended(run, in_step).await
            }
            Verdict::Cleared(cleared) => {
                self.consent_to_rules(cleared.plan()).await?;
                let view = self.run_cleared((port, lease), &cleared, &brakes, verb, progress).await?;
                Ok(RunView { limits: measures, ..view })
            }
        }
    }

    /// Writes a run that wrote nothing to its target into the ledger: it failed, it was held, or all was in step.
    async fn noted(&self, view: RunView, verb: &str) -> Result<RunView, Failure> {
        let run = self.begun(&view.target, verb, view.digest.as_ref()).await?;
        self.ended(run, view).await
    }

    /// Opens the record of a run that writes nothing to its target.
    async fn begun(&self, target: &str, verb: &str, digest: Option<&Digest>) -> Result<RunId, Failure> {
        Ok(self.store.begin_run(target, verb, &self.actor.name, digest, self.clock.now()).await?)
    }

    /// Closes it.
    async fn ended(&self, run: RunId, view: RunView) -> Result<RunView, Failure> {
        let summary = serde_json::json!({
            "counts": view.counts, "done": view.done, "failures": view.failures, "held": view.held.len(),
            "left": view.left, "message": view.message, "unseen": view.unseen,
        });
        self.store.end_run(run, view.outcome.as_str(), &summary, self.clock.now()).await?;
        Ok(RunView { run: Some(run), ..view })
    }

    async fn run_cleared(
        &self,
        (port, lease): (&dyn Target, &Lease),
        cleared: &Cleared,
        brakes: &guard::Brakes,
        verb: &str,
        progress: &dyn Progress,
    ) -> Result<RunView, Failure> {
        let plan = cleared.plan();
        let digest = cleared.digest();
        let settled = self.settled(digest).await?;
        let _under_way = self.under_way();
        if self.stop_requested() {
            return Ok(stopped(&plan.target));
        }
        let parties = (plan.target.as_str(), verb, self.actor.name.as_str());
        let run = self.store.begin_run_under(lease.fence, parties, Some(digest), self.clock.now()).await?;
        let not_taken_over = self.accept_drift(port, plan, run).await?;
        let executed = self.execute(port, cleared, run, &settled, progress).await;
        self.keep_experience(port).await?;
        let mut executed = executed?;
        let left = match executed.stopped {
            Some(_) => None,
            // what else differs is for the plan that follows
            None if plan.is_adoption() => self.left_to_adopt(port, plan, progress).await?,
            None if let Some(undone) = plan.reverts => self.left_to_revert(port, undone, progress).await?,
            None if plan.steps.iter().all(|step| step.op == Op::Unlink) => Some((Vec::new(), Vec::new())),
            None => self.verify(port, progress).await?,
        };
        let mut outcome = outcome(&executed, left.as_ref(), plan.coverage.is_whole());
        let completed = executed.is_clean();
        if outcome == Outcome::Done && !not_taken_over.is_empty() {
            outcome = Outcome::Partly;
        }
        executed.failures.extend(not_taken_over);
        let Executed { counts, done, failures, stopped } = executed;
        let (left, held) = left.map_or((None, plan.held.clone()), |(steps, held)| (Some(steps.len() as u64), held));
        let view = RunView {
            digest: Some(digest.clone()),
            counts,
            done,
            failures,
            held,
            left,
            message: stopped,
            unseen: plan.coverage.unseen(),
            ..view(&plan.target, outcome)
        };
        let view = self.ended(run, in_part(view, cleared, brakes)).await?;
        let given_back = self.learn(plan, run).await?;
        // whatever came up meanwhile: what was approved is done, and is not to be done again without being asked
        if completed && cleared.is_approved() {
            self.store.use_approvals(digest, run).await?;
        }
        let said: Vec<String> = view.message.into_iter().chain(given_back).collect();
        Ok(RunView { message: (!said.is_empty()).then(|| said.join(BETWEEN)), ..view })
    }

    /// Reads the target again: what is left to do after a run, beside what is held. None when it could not be read.
    async fn verify(
        &self,
        port: &dyn Target,
        progress: &dyn Progress,
    ) -> Result<Option<(Vec<Step>, Vec<Hold>)>, Failure> {
        let again = match port.again() {
            Some(again) => again,
            None => self.connect(port.name())?,
        };
        let ports = BTreeMap::from([(port.name().to_owned(), again)]);
        let proposals = self.propose(&ports, self.today(), progress).await?;
        Ok(proposals.into_iter().find_map(|(_, proposal)| proposal.ok()).map(|one| (one.plan.steps, one.plan.held)))
    }
}

fn outcome(executed: &Executed, left: Option<&(Vec<Step>, Vec<Hold>)>, whole: bool) -> Outcome {
    let counts = executed.counts;
    if executed.stopped.is_some() && counts.done == 0 {
        return Outcome::Failed;
    }
    if executed.is_clean() && whole && left.is_some_and(|(steps, _)| steps.is_empty()) {
        Outcome::Done
    } else {
        Outcome::Partly
    }
}

/// A run of a plan that was approved in part: it says what stays held, and by which limit.
fn in_part(view: RunView, cleared: &Cleared, brakes: &guard::Brakes) -> RunView {
    if !cleared.is_part() {
        return view;
    }
    let rest = cleared.rest();
    let breaches = guard::measure(&rest, brakes).into_iter().filter(Measure::is_breached).collect();
    let of = cleared.plan().steps.len();
    let part = format!("a part was approved, {} of {of} steps; the rest stays held", of - rest.steps.len());
    let message = view.message.as_ref().map_or(part.clone(), |message| format!("{part}; {message}"));
    let counts = RunCounts { held: view.counts.held + rest.steps.len() as u64, ..view.counts };
    let outcome = if view.outcome == Outcome::Failed { Outcome::Failed } else { Outcome::Partly };
    RunView { outcome, counts, breaches, message: Some(message), ..view }
}

/// The roster is a copy in the place of its original: nobody has yet looked at what it would do to this target.
fn held_as_copy(plan: Plan, digest: Digest, limits: Vec<Measure>) -> RunView {
    let way_out = if plan.coverage.complete {
        format!("import what came since, read the plan, then `rosterd approve {digest}` and apply it")
    } else {
        "the target was read in part: it takes a complete read, and then an approval of its plan".to_owned()
    };
    RunView {
        digest: Some(digest),
        counts: RunCounts { held: plan.steps.len() as u64, ..Default::default() },
        held: plan.held,
        limits,
        message: Some(format!("the roster was restored from a copy: nothing was written; {way_out}")),
        ..view(&plan.target, Outcome::Held)
    }
}

/// The clock jumped: what is due by it may be due in days only.
fn held_for_clock(plan: Plan, digest: Digest, limits: Vec<Measure>, jump: &str) -> RunView {
    let way_out = format!("set the clock right, or, if it is right, `rosterd approve {digest}` and apply it");
    RunView {
        digest: Some(digest),
        counts: RunCounts { held: plan.steps.len() as u64, ..Default::default() },
        ends: Ended::of_steps(&plan.steps),
        held: plan.held,
        limits,
        message: Some(format!("{jump}: nothing was written; {way_out}")),
        ..view(&plan.target, Outcome::Held)
    }
}

/// Nothing was begun, since a stop was asked for.
fn stopped(target: &str) -> RunView {
    RunView {
        message: Some("a stop was asked for before anything was written".into()),
        ..view(target, Outcome::Failed)
    }
}

pub(super) fn view(target: &str, outcome: Outcome) -> RunView {
    RunView {
        run: None,
        target: target.to_owned(),
        outcome,
        digest: None,
        counts: RunCounts::default(),
        done: crate::reconcile::Counts::new(),
        failures: Vec::new(),
        held: Vec::new(),
        limits: Vec::new(),
        breaches: Vec::new(),
        ends: Vec::new(),
        consent: None,
        left: None,
        message: None,
        unseen: None,
    }
}

pub(super) fn answer(document: RunDocument) -> Answer {
    let imports = document.imports.iter().map(|import| exit(import.outcome));
    let runs = document.runs.iter().map(|run| exit(run.outcome));
    let errors = document.errors.iter().map(|_: &Trouble| Exit::Failed);
    let exit = imports.chain(runs).chain(errors).fold(Exit::Done, Exit::or_worse);
    Answer { exit, document: Document::Run(document) }
}

pub(super) fn exit(outcome: Outcome) -> Exit {
    match outcome {
        Outcome::Done => Exit::Done,
        Outcome::Partly => Exit::Partly,
        Outcome::Failed => Exit::Failed,
        Outcome::Held => Exit::Held,
        Outcome::Busy => Exit::Busy,
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a test that fails should stop at once")]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::org::{Actor, Instant};
    use crate::reconcile::{Approval, Consent, Limits, Quorum, guard};

    /// One of four steps that breach a limit, approved by itself.
    fn cleared() -> Cleared {
        let step = |key: &str| {
            json!({
                "id": format!("disable:{key}"), "op": "disable", "kind": "user", "key": key, "name": key, "object": "o",
                "ground": "ended", "reason": "left", "irreversible": false, "needs": [], "changes": [],
            })
        };
        let steps = ["a", "b", "c", "d"].map(step);
        let plan: Plan = serde_json::from_value(json!({
            "target": "ad", "as_of": "2026-03-02", "coverage": { "complete": true },
            "steps": steps, "held": [], "reservations": [],
            "population": { "users": 9, "objects": 9, "members": 0 }, "unmanaged": [], "labels": {}, "basis": "",
        }))
        .unwrap();
        let (at, expires) = (Instant::from_micros(0), Instant::from_micros(0).hours_later(9));
        let only = vec!["disable:a".parse().unwrap()];
        let approval = Approval { digest: plan.digest(), by: Actor::of_uid(1), at, expires, only };
        let consent = Consent::new(plan.digest(), Quorum { needed: 1, proposer: None }, vec![approval], at);
        match guard(plan, &Limits::default().into(), &consent) {
            Verdict::Cleared(cleared) => cleared,
            Verdict::Breached { .. } => unreachable!("a part was approved"),
        }
    }

    #[test]
    fn a_part_says_what_stays_held_and_a_run_of_it_that_failed_has_failed() {
        for (outcome, told) in [(Outcome::Done, Outcome::Partly), (Outcome::Failed, Outcome::Failed)] {
            let part = in_part(view("ad", outcome), &cleared(), &Limits::default().into());
            assert_eq!((part.outcome, part.counts.held), (told, 3));
            assert_eq!(part.message.as_deref(), Some("a part was approved, 1 of 4 steps; the rest stays held"));
        }
    }
}
