//! Applying a cleared plan: window by window, each intent durable before its effect. Nothing is decided here.
//!
//! A window is some steps that do not depend on each other. While one is answered the next one is sent: each page of the
//! journal holds the outcomes so far and the intents of the window that follows, which is sent when the page is durable.

use std::collections::{BTreeMap, HashSet};
use std::future::Future;
use std::pin::pin;

use futures_util::StreamExt;
use futures_util::future::BoxFuture;
use futures_util::stream::FuturesUnordered;

use super::orders::Watch;
use super::settled::{Settled, ends_link, intended};
use super::window::{Pace, Sent, UnderWay};
use crate::object::{Links, Membership, ObjectId, Op, Referent, Reservation, Step, StepId, Value};
use crate::org::{Id, Instant};
use crate::reconcile::journal::Event;
use crate::reconcile::{Cleared, Counts};
use crate::report::{RunCounts, RunFailure};
use crate::run::engine::Engine;
use crate::run::failure::Failure;
use crate::run::hand::pause::paused;
use crate::store::{CommitMeta, OWN_SOURCE, Page, RunId};
use crate::target::{Class, Receipt, Refusal, Target};

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
    /// With what came of later steps.
    pub(super) fn and(&mut self, later: Self) {
        let Self { counts, done, failures, stopped } = later;
        self.counts.done += counts.done;
        self.counts.failed += counts.failed;
        self.counts.held += counts.held;
        self.counts.unknown += counts.unknown;
        self.counts.waiting += counts.waiting;
        for (op, count) in done {
            *self.done.entry(op).or_default() += count;
        }
        self.failures.extend(failures);
        self.stopped = stopped;
    }

    /// Every step was done.
    pub(super) fn is_clean(&self) -> bool {
        let RunCounts { failed, unknown, held, .. } = self.counts;
        self.stopped.is_none() && failed == 0 && unknown == 0 && held == 0
    }
}

/// Where an execution stands, for one that goes on with it.
#[derive(Debug)]
pub(super) struct Progressed {
    /// Steps that were not done.
    pub failed: HashSet<StepId>,
    /// Steps that were done, and of which the target said at once that it shows another value.
    pub lasting: HashSet<StepId>,
    /// What is ordered meanwhile: nothing that comes in between is missed.
    watch: Watch,
}

/// What the target wants the next process to know is kept so often, in microseconds.
const KEPT_EVERY: i64 = 30_000_000;

/// So many transient refusals in a row mean that the other side is not well.
const PATIENCE: usize = 5;

/// So many refusals in a row, whatever they say, are no matter of single objects.
const PERSISTENCE: usize = 25;

/// A plan under way.
struct Execution<'a> {
    engine: &'a Engine,
    port: &'a dyn Target,
    run: RunId,
    links: Links,
    reserved: BTreeMap<&'a Id, &'a Reservation>,
    failed: HashSet<StepId>,
    /// Steps of which the target said at once that it shows another value.
    lasting: HashSet<StepId>,
    /// Steps that were not looked at yet.
    left: std::vec::IntoIter<&'a Step>,
    under_way: UnderWay<'a>,
    /// Only members whom rosterd put in are ours: it is to be known who that is.
    notes_members: bool,
    pace: Pace,
    /// What came of steps, and is not in the journal yet.
    settled: Vec<Settled<'a>>,
    transient: usize,
    /// Refusals in a row, of whatever class.
    refusals: usize,
    /// What is ordered meanwhile.
    watch: Watch,
    /// When it was kept last what the target wants the next process to know.
    kept: Instant,
    outcome: Executed,
}

/// One answer of the target, if the step was begun at all.
type Answer = Option<Result<Receipt, Refusal>>;

/// A window on its way, and how it lands.
type Flight<'a> = BoxFuture<'a, Landed<'a>>;

struct Landed<'a> {
    answers: Vec<(&'a Step, Answer)>,
    sent: Sent,
}

impl Engine {
    /// Applies some steps of a cleared plan, in their order, after earlier ones.
    pub(super) async fn execute_steps<'a>(
        &'a self,
        port: &'a dyn Target,
        cleared: &'a Cleared,
        run: RunId,
        (steps, before): (Vec<&'a Step>, Option<Progressed>),
        left: &(dyn Fn(&[&Step]) + Sync),
    ) -> Result<(Executed, Progressed), Failure> {
        let plan = cleared.plan();
        let (failed, watch) = match before {
            Some(before) => (before.failed, before.watch),
            None => (HashSet::new(), Watch::begin(&self.store).await?),
        };
        let execution = Execution {
            engine: self,
            port,
            run,
            links: self.store.links(&plan.target).await?,
            reserved: plan.reservations.iter().map(|one| (&one.account, one)).collect(),
            failed,
            lasting: HashSet::new(),
            left: steps.into_iter(),
            under_way: UnderWay::default(),
            notes_members: self.membership(&plan.target) == Membership::Added,
            pace: Pace::new(port.capabilities().at_once),
            settled: Vec::new(),
            transient: 0,
            refusals: 0,
            watch,
            kept: self.clock.now(),
            outcome: Executed::default(),
        };
        execution.run(left).await
    }
}

impl<'a> Execution<'a> {
    async fn run(mut self, left: &(dyn Fn(&[&Step]) + Sync)) -> Result<(Executed, Progressed), Failure> {
        let mut flights: FuturesUnordered<Flight<'a>> = FuturesUnordered::new();
        loop {
            left(self.left.as_slice());
            self.watch.look(&self.engine.store).await?;
            if flights.is_empty() {
                self.keep_out().await?;
            }
            let has_room = self.watch.is_quiet() && flights.len() < self.pace.windows();
            let window = if has_room { self.window() } else { Vec::new() };
            self.keep_experience().await?;
            if !window.is_empty() {
                let (written, landed) = alongside(self.write(&window), &mut flights).await;
                let refused = written?;
                self.settled.clear();
                landed.into_iter().for_each(|landed| self.land(landed));
                if self.outcome.stopped.is_some() {
                    window.iter().for_each(|(step, _)| self.not_begun(step));
                } else {
                    self.send(&window, refused, &mut flights);
                }
            } else if let Some(landed) = flights.next().await {
                self.land(landed);
            } else {
                break;
            }
        }
        self.flush().await?;
        // who was ordered out before the last links were stored
        self.watch.look(&self.engine.store).await?;
        self.keep_out().await?;
        self.outcome.counts.waiting += self.left.len() as u64;
        Ok((self.outcome, Progressed { failed: self.failed, lasting: self.lasting, watch: self.watch }))
    }

    /// Writes what came of steps.
    async fn flush(&mut self) -> Result<(), Failure> {
        self.write(&[]).await?;
        self.settled.clear();
        Ok(())
    }

    /// Serves the urgent lane, when nothing is under way: a window that was sent before the order may have made or enabled
    /// an account of who is to be kept out.
    async fn keep_out(&mut self) -> Result<(), Failure> {
        let due = self.watch.take_due();
        if due.is_empty() {
            return Ok(());
        }
        self.flush().await?;
        for (person, order) in due {
            let kept = self.engine.keep_out(self.port, &person, &order).await?;
            for account in kept.accounts.iter().filter(|account| !account.how.is_out()) {
                tracing::warn!(target = kept.target, %person, object = %account.object, "an account is not kept out yet");
            }
        }
        Ok(())
    }

    /// A crash is not to make the next process forget what the limits of the target still count.
    async fn keep_experience(&mut self) -> Result<(), Failure> {
        let now = self.engine.clock.now();
        if now.micros() - self.kept.micros() >= KEPT_EVERY {
            self.engine.keep_experience(self.port).await?;
            self.kept = now;
        }
        Ok(())
    }

    /// The steps to take next, as far as they are possible; none where what is under way is to be awaited, or where it
    /// ends.
    fn window(&mut self) -> Vec<(&'a Step, Step)> {
        if self.outcome.stopped.is_none() && self.left.len() > 0 && self.engine.stop_requested() {
            self.outcome.stopped = Some("a stop was asked for; the rest waits for the next run".into());
        }
        if let Some(order) = self.watch.pause(self.port.name()).filter(|_| self.left.len() > 0) {
            self.outcome.stopped.get_or_insert(format!("{}; the rest waits", paused(order, self.engine.zone())));
        }
        let mut window = Vec::new();
        while self.outcome.stopped.is_none() && window.is_empty() {
            let count = self.under_way.next(self.left.as_slice(), self.pace.size());
            if count == 0 {
                break;
            }
            let steps: Vec<&'a Step> = self.left.by_ref().take(count).collect();
            for step in steps {
                if let Some(order) = self.watch.refuses(step) {
                    self.hold(step, Class::Policy, order);
                    continue;
                }
                match step.without(&|need| self.failed.contains(need)) {
                    Some(possible) => window.push((step, possible)),
                    None => self.hold_for_need(step),
                }
            }
        }
        window
    }

    /// Takes no step whose need was not met.
    fn hold_for_need(&mut self, step: &'a Step) {
        let need = step.needs.iter().find(|need| self.failed.contains(need)).unwrap_or(&step.id);
        self.hold(step, Class::Stale, format!("it needs {}, which was not done", need.as_str()));
    }

    fn hold(&mut self, step: &'a Step, class: Class, message: String) {
        self.failed.insert(step.id.clone());
        self.outcome.counts.held += 1;
        self.settle(step, Event::Refused, None, Some((class, message)));
    }

    /// Writes what came of steps, and the intents of a window; says which of them cannot be, since a name is not to be
    /// had any more. The names and the account fact stand before the account does.
    async fn write(&self, window: &[(&'a Step, Step)]) -> Result<Vec<Option<String>>, Failure> {
        if self.settled.is_empty() && window.is_empty() {
            return Ok(Vec::new());
        }
        // whoever is to lose something needs no name
        let needs_names = |op: Op| !matches!(op, Op::Disable | Op::Delete | Op::Unlink);
        let intent = |(step, _): &(&'a Step, Step)| {
            let reservation = self.reserved.get(&step.key).filter(|_| needs_names(step.op));
            (intended(self.run, step), reservation.copied())
        };
        let now = self.engine.clock.now();
        let joined = |settled| self.notes_members.then(|| Settled::joined(settled, &self.links)).flatten();
        let page = Page {
            outcomes: self.settled.iter().map(|settled| (settled.entry(self.run), settled.linking())).collect(),
            intents: window.iter().map(intent).collect(),
            written: self.settled.iter().filter_map(|settled| settled.written(now)).collect(),
            joined: self.settled.iter().filter_map(joined).collect(),
            tries: self.settled.iter().filter_map(Settled::tried).collect(),
        };
        let meta = CommitMeta {
            actor: self.engine.actor.to_string(),
            source: OWN_SOURCE.to_owned(),
            batch: None,
            note: Some(format!("run {}", self.run)),
            taken: None,
            now,
        };
        Ok(self.engine.store.write_page(&page, self.port.name(), self.engine.today(), &meta).await?)
    }

    /// Sends a window whose intents are durable.
    fn send(
        &mut self,
        window: &[(&'a Step, Step)],
        refused: Vec<Option<String>>,
        flights: &mut FuturesUnordered<Flight<'a>>,
    ) {
        let (mut sources, mut steps) = (Vec::new(), Vec::new());
        for ((source, possible), refused) in window.iter().zip(refused) {
            let resolved = match refused {
                Some(message) => Err(Refusal { class: Class::Stale, message, fatal: false }),
                None => self.resolved(possible.clone()),
            };
            match resolved {
                Ok(step) if matches!(step.op, Op::Link | Op::Unlink) && step.changes.is_empty() => {
                    self.done(source, step.object);
                }
                Ok(step) => {
                    self.under_way.begin(source);
                    sources.push(*source);
                    steps.push(step);
                }
                Err(refusal) => self.refused(source, refusal),
            }
        }
        if steps.is_empty() {
            return;
        }
        let (port, links) = (self.port, self.mentioned(&steps));
        let sent = self.pace.sent(self.engine.clock.now());
        flights.push(Box::pin(async move {
            let answers = port.apply_all(&steps, &links).await;
            Landed { answers: sources.into_iter().zip(answers).collect(), sent }
        }));
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

    /// The links of all keys that steps mention.
    fn mentioned(&self, steps: &[Step]) -> Links {
        let key = |value: &'_ Value| match value {
            Value::Reference(Referent::Key(key)) => Some(key.clone()),
            _ => None,
        };
        let values =
            steps.iter().flat_map(|step| &step.changes).flat_map(|change| change.before.iter().chain(&change.after));
        let keys = steps.iter().map(|step| step.key.clone()).chain(values.filter_map(key));
        keys.filter_map(|key| self.links.object(&key).cloned().map(|object| (key, object))).collect()
    }

    /// Takes note of what came of a window.
    fn land(&mut self, landed: Landed<'a>) {
        self.pace.answered(landed.answers.len(), landed.sent, self.engine.clock.now());
        for (step, answer) in landed.answers {
            self.under_way.end(step);
            match answer {
                Some(Ok(receipt)) => {
                    (self.transient, self.refusals) = (0, 0);
                    let Receipt { object, unshown, note } = receipt;
                    self.done(step, Some(object));
                    if !unshown.is_empty() {
                        self.lasting.insert(step.id.clone());
                    }
                    if let Some(settled) = self.settled.last_mut() {
                        settled.unshown = unshown;
                        settled.note = note;
                    }
                }
                Some(Err(refusal)) => {
                    self.transient = if refusal.class == Class::Transient { self.transient + 1 } else { 0 };
                    self.refusals += 1;
                    if refusal.fatal || self.transient >= PATIENCE {
                        self.outcome.stopped.get_or_insert(format!("stopped early: {refusal}"));
                    } else if self.refusals >= PERSISTENCE {
                        let why = format!(
                            "stopped early: {PERSISTENCE} steps in a row were refused, the last one: {refusal}"
                        );
                        self.outcome.stopped.get_or_insert(why);
                    }
                    self.refused(step, refusal);
                }
                None => self.not_begun(step),
            }
        }
    }

    /// It waits for the next run, as those do that are not looked at any more.
    fn not_begun(&mut self, step: &'a Step) {
        let message = "it was not begun: the run stopped before".to_owned();
        self.outcome.counts.waiting += 1;
        self.failed.insert(step.id.clone());
        self.settle(step, Event::Refused, None, Some((Class::Transient, message)));
    }

    fn done(&mut self, step: &'a Step, object: Option<ObjectId>) {
        if let (Some(object), Op::Create | Op::Link | Op::Restore) = (&object, step.op) {
            self.links.add(step.key.clone(), object.clone());
            self.watch.linked(step);
        } else if ends_link(step) {
            self.links.remove(&step.key);
        }
        self.outcome.counts.done += 1;
        *self.outcome.done.entry(step.op).or_default() += 1;
        self.settle(step, Event::Done, object, None);
    }

    fn refused(&mut self, step: &'a Step, refusal: Refusal) {
        self.failed.insert(step.id.clone());
        let event = if refusal.class == Class::Unknown { Event::Unknown } else { Event::Refused };
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
        self.settle(step, event, None, Some((refusal.class, refusal.message)));
        if let Some(settled) = self.settled.last_mut() {
            settled.counts = !refusal.fatal;
        }
    }

    fn settle(&mut self, step: &'a Step, event: Event, object: Option<ObjectId>, refusal: Option<(Class, String)>) {
        self.settled.push(Settled { step, event, object, refusal, counts: false, unshown: Vec::new(), note: None });
    }
}

/// Does some work while windows are on their way; what landed meanwhile is handed back with it.
async fn alongside<'a, T>(
    work: impl Future<Output = T>,
    flights: &mut FuturesUnordered<Flight<'a>>,
) -> (T, Vec<Landed<'a>>) {
    let (mut work, mut landed) = (pin!(work), Vec::new());
    loop {
        tokio::select! {
            done = &mut work => return (done, landed),
            Some(one) = flights.next(), if !flights.is_empty() => landed.push(one),
        }
    }
}

#[cfg(test)]
#[path = "execute_tests.rs"]
mod tests;

#[cfg(test)]
#[path = "orders_tests.rs"]
mod orders_tests;
