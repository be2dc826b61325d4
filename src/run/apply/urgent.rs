//! The urgent lane: the accounts of one person in one target, disabled now, beside whatever run is under way there.
//!
//! It takes no lease and has a connection of its own, with a pace of its own, so that it waits for nobody. That is safe for
//! what it does and for nothing else: it reads each linked object by its id and only ever takes `enabled` from it, which
//! can be done twice. A run that is under way lets nobody in from its next window on ([`Watch`](super::orders::Watch)).
//! What a window did that was sent before (it creates the account, enables it, or replaces the whole resource by one that
//! was read before) is seen when that has landed: then the run itself goes through the lane again, over its own connection,
//! and by then it has stored what it linked. So whoever is ordered out is out, whichever of the two comes first.
//!
//! Its run is told from a dead one by a lock that all who are in the lane share.

use std::collections::{BTreeMap, BTreeSet};

use crate::mapping::naming::Holder;
use crate::mapping::{ORDINARY, account_id, suspended};
use crate::object::{
    Change, Deed, Disabling, Ground, Kind, Links, NameKind, ObjectId, ObjectKey, Observed, Op, Step, StepId, Value,
    aspect,
};
use crate::org::{Id, Order};
use crate::reconcile::journal::Event;
use crate::reconcile::{Brakes, Cleared, Measure, Plan, Population, Reach, basis, guard};
use crate::report::{KeptAccount, KeptHow, KeptOut, Outcome};
use crate::run::command::Exit;
use crate::run::engine::{Engine, TargetEntry};
use crate::run::failure::Failure;
use crate::run::lease::Lease;
use crate::run::propose::Proposal;
use crate::run::serve::refused;
use crate::store::{CommitMeta, Entry, OWN_SOURCE, Page, RunId};
use crate::target::{Class, Receipt, Refusal, Target};

/// The verb of its runs, by whomever they are gone through.
pub(in crate::run) const VERB: &str = "suspend";

/// An account of the person that is linked, with its object as it was just read.
struct Account {
    key: Id,
    kind: Kind,
    observed: Observed,
}

impl Engine {
    /// Disables every account of a person in a target, as far as they are not disabled yet, over a connection of its own.
    pub(in crate::run) async fn keep_out_at_once(
        &self,
        target: &str,
        person: &Id,
        order: &Order,
    ) -> Result<KeptOut, Failure> {
        let port = self.connect(target)?;
        if let Some(known) = crate::run::propose::schema::told(&self.store, target, self.clock.now()).await? {
            port.recall(&known);
        }
        self.keep_out(port.as_ref(), person, order).await
    }

    /// The same over a connection that is there: of a run that has nothing else under way.
    pub(super) async fn keep_out(&self, port: &dyn Target, person: &Id, order: &Order) -> Result<KeptOut, Failure> {
        let target = port.name();
        let (run, accounts, outcome) = (None, Vec::new(), Outcome::Done);
        let mut told = KeptOut { target: target.to_owned(), run, outcome, accounts };
        let _lane = Lease::beside(&self.roster_file(), target).map_err(|error| refused(&error, self.zone()))?;
        let mut steps = Vec::new();
        for (key, kind, object) in self.store.links_of_person(target, person, &self.ordinary(person, target)).await? {
            let read = port.read(kind, &object).await;
            let account = |how| KeptAccount { key: key.clone(), object: object.clone(), name: None, how };
            match read {
                Err(refusal) => {
                    let name = self.last_called(target, person, &object).await?;
                    told.accounts.push(KeptAccount { name, ..account(KeptHow::Failed(refusal.message.clone())) });
                    if refusal.fatal {
                        break;
                    }
                }
                Ok(None) => {
                    let name = self.last_called(target, person, &object).await?;
                    told.accounts.push(KeptAccount { name, ..account(not_shown(port)) });
                }
                Ok(Some(observed)) => {
                    let found = Account { key: key.clone(), kind, observed };
                    let name = Some(found.observed.name.clone());
                    match self.judge(port, person, &found).await? {
                        Some(how) => told.accounts.push(KeptAccount { name, ..account(how) }),
                        None => {
                            steps.push(step(&found, person, order));
                            told.accounts.push(KeptAccount { name, ..account(KeptHow::Disabled) });
                        }
                    }
                }
            }
        }
        if !steps.is_empty() {
            let cleared = self.cleared(target, steps, person)?;
            self.take_out(port, &cleared, &mut told).await?;
        }
        if !told.accounts.iter().all(|account| account.how.is_out()) {
            told.outcome = Outcome::Partly;
        }
        Ok(told)
    }

    /// A proposal without what an order asks for, which is done now, where a limit or something else would hold it back: the mass that
    /// breaches it is no reason to let somebody stay in.
    pub(super) async fn ordered_first(
        &self,
        port: &dyn Target,
        proposal: Proposal,
        brakes: &Brakes,
        held_otherwise: bool,
    ) -> Result<Proposal, Failure> {
        let is_ordered = |step: &Step| step.op == Op::Disable && step.ground == Some(Ground::Suspended);
        let persons: BTreeSet<Id> =
            proposal.plan.steps.iter().filter(|step| is_ordered(step)).filter_map(|step| step.person.clone()).collect();
        let held = || held_otherwise || guard::measure(&proposal.plan, brakes).iter().any(Measure::is_breached);
        if persons.is_empty() || !held() || self.consent_to_plan(port.name(), &proposal.digest).await?.is_whole() {
            return Ok(proposal);
        }
        let orders = self.store.orders().await?;
        for (person, order) in persons.iter().filter_map(|person| Some((person, orders.suspended.get(person)?))) {
            self.keep_out(port, person, order).await?;
        }
        let mut plan = proposal.plan;
        plan.steps.retain(|step| !is_ordered(step));
        let scene = self.scene(plan.as_of).await?;
        let mapper = self.mapper(port, self.entry(port.name())?, &scene).await?;
        plan.basis = basis(&self.config.generation, &plan.keys(), &|key: &Id| mapper.wanted(key));
        let digest = self.store.keep_plan(&plan, &self.actor, self.clock.now()).await?;
        Ok(Proposal { plan, digest, managed: proposal.managed })
    }

    /// What an object that is not shown now was called when it was last seen; else the login that was given.
    async fn last_called(&self, target: &str, person: &Id, object: &ObjectId) -> Result<Option<String>, Failure> {
        if let Some(observation) = self.store.observation(target).await?
            && let Some(seen) = self.store.observed((target, &observation), ObjectKey::of(object)).await?
        {
            return Ok(Some(seen.name));
        }
        let ledger = self.store.ledger().await?;
        Ok(ledger.current(&Holder::new(person, ORDINARY), NameKind::Login).map(|given| given.name.to_string()))
    }

    /// Why an account is not to be disabled, if so.
    async fn judge(&self, port: &dyn Target, person: &Id, account: &Account) -> Result<Option<KeptHow>, Failure> {
        if account.observed.enabled != Some(true) {
            return Ok(Some(KeptHow::Already));
        }
        if let Some(why) = &account.observed.protected {
            return Ok(Some(KeptHow::Left(why.to_string())));
        }
        if port.capabilities().disabling == Disabling::Deletes {
            let why = "the target deletes whom it disables, and an order to keep somebody out deletes nobody";
            return Ok(Some(KeptHow::Left(why.to_owned())));
        }
        if self.is_outside(port, person, &account.key).await? {
            let why = "a scope of the configuration says that it is not ours to disable";
            return Ok(Some(KeptHow::Left(why.to_owned())));
        }
        Ok(None)
    }

    /// Whether a scope keeps us from disabling the account. Only where there is such a scope the roster is read for it.
    async fn is_outside(&self, port: &dyn Target, person: &Id, key: &Id) -> Result<bool, Failure> {
        let has_scope = |entry: &&TargetEntry| {
            let rules = entry.rules.kinds.get(&Kind::User);
            rules.is_some_and(|rules| rules.scope.deeds.iter().any(|(deed, _)| *deed == Deed::Disable))
        };
        let Some(entry) = self.targets.get(port.name()).filter(has_scope) else { return Ok(false) };
        let scene = self.scene(self.today()).await?;
        let mapper = self.mapper(port, entry, &scene).await?;
        tracing::debug!(%person, "a scope says who may be disabled");
        Ok(match mapper.wanted(key) {
            Some(Ok(desired)) => desired.outside.contains(&Deed::Disable),
            Some(Err(_)) => true,
            None => false,
        })
    }

    fn ordinary(&self, person: &Id, target: &str) -> Id {
        account_id(self.store.meta().roster, person, target, ORDINARY)
    }

    fn cleared(&self, target: &str, steps: Vec<Step>, person: &Id) -> Result<Cleared, Failure> {
        let plan = Plan {
            target: target.to_owned(),
            as_of: self.today(),
            coverage: Reach { complete: false, linked_only: true, missing: Vec::new(), extent: None },
            population: Population { objects: steps.len() as u64, ..Population::default() },
            steps,
            held: Vec::new(),
            reservations: Vec::new(),
            unmanaged: Vec::new(),
            protected: Vec::new(),
            outside: BTreeMap::new(),
            labels: BTreeMap::new(),
            basis: String::new(),
            reverts: None,
            drift: Vec::new(),
        };
        self.sound(&plan)?;
        guard::urgent(plan, person)
            .ok_or_else(|| Failure::new(Exit::Failed, "what keeps somebody out would do more than that: this is a bug"))
    }

    /// Does it, journalled as a run of its own.
    async fn take_out(&self, port: &dyn Target, cleared: &Cleared, told: &mut KeptOut) -> Result<(), Failure> {
        let (plan, now) = (cleared.plan(), self.clock.now());
        self.store.keep_plan_beside(plan, &self.actor, now).await?;
        let run = self.store.begin_run(&plan.target, VERB, &self.actor.name, Some(cleared.digest()), now).await?;
        told.run = Some(run);
        let intents = plan.steps.iter().map(|step| (entry_of(run, step, Event::Intended), None)).collect();
        self.write_beside(Page { intents, ..Page::default() }, port.name(), run).await?;
        let answers = port.apply_all(&plan.steps, &Links::default()).await;
        let mut outcomes = Vec::new();
        let answers: Vec<Result<(), Refusal>> = answers.into_iter().map(settled).collect();
        for (step, answer) in plan.steps.iter().zip(&answers) {
            let entry = match answer {
                Ok(()) => Entry { object: step.object.as_ref(), ..entry_of(run, step, Event::Done) },
                Err(refusal) => {
                    let event = if refusal.class == Class::Unknown { Event::Unknown } else { Event::Refused };
                    let class = Some(refusal.class.as_str());
                    Entry { class, message: Some(&refusal.message), ..entry_of(run, step, event) }
                }
            };
            outcomes.push((entry, None));
            if let (Err(refusal), Some(account)) = (answer, told.accounts.iter_mut().find(|one| one.key == step.key)) {
                account.how = KeptHow::Failed(refusal.message.clone());
            }
        }
        self.write_beside(Page { outcomes, ..Page::default() }, port.name(), run).await?;
        let failed = answers.iter().filter(|answer| answer.is_err()).count();
        let outcome = if failed == 0 { Outcome::Done } else { Outcome::Partly };
        let done = answers.len() - failed;
        let counts = serde_json::json!({ "done": done, "failed": failed, "held": 0, "unknown": 0 });
        let summary = serde_json::json!({ "counts": counts, "done": { "disable": done } });
        Ok(self.store.end_run(run, outcome.as_str(), &summary, self.clock.now()).await?)
    }

    async fn write_beside(&self, page: Page<'_>, target: &str, run: RunId) -> Result<(), Failure> {
        let meta = CommitMeta {
            actor: self.actor.name.clone(),
            source: OWN_SOURCE.to_owned(),
            batch: None,
            note: Some(format!("run {run}")),
            taken: None,
            now: self.clock.now(),
        };
        self.store.write_page(&page, target, self.today(), &meta).await?;
        Ok(())
    }
}

fn entry_of(run: RunId, step: &Step, event: Event) -> Entry<'_> {
    Entry { run, step: &step.id, event, object: None, class: None, message: None }
}

fn settled(answer: Option<Result<Receipt, Refusal>>) -> Result<(), Refusal> {
    match answer {
        Some(answer) => answer.map(|_| ()),
        None => {
            let message = "it was not begun: the connection was lost before".to_owned();
            Err(Refusal { class: Class::Transient, message, fatal: false })
        }
    }
}

fn step(account: &Account, person: &Id, order: &Order) -> Step {
    let enabled = |enabled| vec![Value::Bool(enabled)];
    Step {
        id: StepId::new(Op::Disable, &account.key),
        op: Op::Disable,
        kind: account.kind,
        key: account.key.clone(),
        person: Some(person.clone()),
        name: account.observed.name.clone(),
        object: Some(account.observed.id.clone()),
        ground: Some(Ground::Suspended),
        reason: suspended(order),
        rung: None,
        irreversible: false,
        needs: Vec::new(),
        changes: vec![Change { attribute: aspect::ENABLED.into(), before: enabled(true), after: enabled(false) }],
    }
}

/// What it means that the target does not show a linked object.
fn not_shown(port: &dyn Target) -> KeptHow {
    match port.capabilities().disabling {
        // such a target shows only who is enabled
        Disabling::Hides => KeptHow::Already,
        _ => KeptHow::Failed("the target does not show its object: it was deleted, or cannot be seen".to_owned()),
    }
}
