//! Tests of applying a plan in windows, with a target that looks into the journal before it does anything.
#![allow(clippy::unwrap_used, reason = "a test that fails should stop at once")]

use std::sync::atomic::Ordering;
use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use serde_json::json;

use super::*;
use crate::clock::FixedClock;
use crate::object::{AttributeName, Change, Coverage, Ground, Kind, Observed, Schema};
use crate::org::Actor;
use crate::reconcile::guard::{Limits, guard};
use crate::reconcile::{Consent, Plan, Verdict};
use crate::run::command::Silent;
use crate::target::memory::{Faults, Memory};
use crate::target::{Capabilities, Finding, ObserveRequest, Seen, TargetError};

/// A target in memory that takes several steps at once. Before each window it sees to it that all of it is intended.
pub(super) struct Watching {
    pub memory: Memory,
    pub engine: Engine,
    pub run: RunId,
    /// What happens when the first window comes.
    pub meanwhile: Mutex<Option<BoxFuture<'static, ()>>>,
}

#[async_trait]
impl Target for Watching {
    fn name(&self) -> &str {
        self.memory.name()
    }

    fn capabilities(&self) -> Capabilities {
        Capabilities { at_once: 64, ..self.memory.capabilities() }
    }

    fn schema(&self, kind: Kind) -> &Schema {
        self.memory.schema(kind)
    }

    async fn check(&self) -> Vec<Finding> {
        self.memory.check().await
    }

    async fn observe(
        &self,
        request: &ObserveRequest,
        see: &mut (dyn FnMut(Seen) + Send),
    ) -> Result<Coverage, TargetError> {
        self.memory.observe(request, see).await
    }

    async fn find_stamped(&self, kind: Kind, key: &Id, likely: &Step) -> Result<Option<Observed>, Refusal> {
        self.memory.find_stamped(kind, key, likely).await
    }

    async fn read(&self, kind: Kind, id: &ObjectId) -> Result<Option<Observed>, Refusal> {
        self.memory.read(kind, id).await
    }

    async fn apply(&self, step: &Step, links: &Links) -> Result<Receipt, Refusal> {
        let meanwhile = self.meanwhile.lock().unwrap().take();
        if let Some(meanwhile) = meanwhile {
            meanwhile.await;
        }
        // what an order asks for is a run of its own
        let run = match step.ground {
            Some(Ground::Suspended) => self.engine.store.runs(1).await.unwrap()[0].run,
            _ => self.run,
        };
        let known = events(&self.engine, run, step.id.as_str()).await;
        assert_eq!(known, [Event::Intended], "{}", step.id.as_str());
        self.memory.apply(step, links).await
    }
}

async fn events(engine: &Engine, run: RunId, step: &str) -> Vec<Event> {
    let all = engine.store.events(run).await.unwrap();
    all.into_iter().filter(|(id, _)| id == step).map(|(_, event)| event).collect()
}

pub(super) fn change(attribute: &str, before: &[&str], after: &[&str]) -> Change {
    let values = |texts: &[&str]| texts.iter().map(|text| Value::text(*text)).collect();
    Change { attribute: AttributeName::new(attribute), before: values(before), after: values(after) }
}

pub(super) fn step(op: Op, key: &str, needs: Vec<StepId>, change: Change) -> Step {
    let key = Id::new(key);
    Step {
        id: StepId::new(op, &key),
        op,
        kind: Kind::User,
        name: key.to_string(),
        key,
        person: None,
        object: None,
        ground: None,
        reason: "test".into(),
        rung: None,
        irreversible: false,
        needs,
        changes: vec![change],
    }
}

/// So many creates, and an update of each one that needs it.
pub(super) fn steps(count: usize) -> Vec<Step> {
    let key = |number| format!("u{number:03}");
    let create = |number| step(Op::Create, &key(number), Vec::new(), change("userName", &[], &[&key(number)]));
    let update = |number| {
        let needs = vec![StepId::new(Op::Create, &Id::new(key(number)))];
        step(Op::Update, &key(number), needs, change("title", &[], &["new"]))
    };
    (0..count).map(create).chain((0..count).map(update)).collect()
}

pub(super) struct Case {
    pub target: Watching,
    pub cleared: Cleared,
    _folder: tempfile::TempDir,
}

impl Case {
    pub async fn new(steps: &[Step]) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let clock = FixedClock(Instant::from_micros(0));
        let config = folder.path().join("config.toml");
        std::fs::write(&config, crate::config::starter()).unwrap();
        crate::run::init::init(folder.path(), &clock).await.unwrap();
        let engine = Engine::open(&config, Arc::new(clock), Actor::of_uid(0)).await.unwrap();
        let cleared = Self::cleared(steps);
        let at = Instant::from_micros(0);
        let run = engine.store.begin_run("memory", "apply", "test", Some(cleared.digest()), at).await.unwrap();
        let target = Watching { memory: Memory::new("memory", false), engine, run, meanwhile: Mutex::default() };
        Self { target, cleared, _folder: folder }
    }

    /// A plan that nothing limits.
    pub fn cleared(steps: &[Step]) -> Cleared {
        let plan: Plan = serde_json::from_value(json!({
            "target": "memory", "as_of": "2026-03-02", "coverage": { "complete": true }, "steps": steps, "held": [],
            "reservations": [], "population": { "users": 0, "objects": 0, "members": 0 }, "unmanaged": [],
            "labels": {}, "basis": "",
        }))
        .unwrap();
        let consent = Consent::none(plan.digest());
        let Verdict::Cleared(cleared) = guard(plan, &Limits::default().into(), &consent) else {
            unreachable!("nothing limits this")
        };
        cleared
    }

    pub async fn executed(&self) -> Executed {
        self.run(self.target.run).await.unwrap()
    }

    /// Executes as a run of another record.
    pub async fn run(&self, run: RunId) -> Result<Executed, Failure> {
        self.target.engine.execute(&self.target, &self.cleared, run, &HashSet::new(), &Silent).await
    }

    /// Lets something happen when the first window comes.
    pub fn meanwhile(&self, what: impl Future<Output = ()> + Send + 'static) {
        *self.target.meanwhile.lock().unwrap() = Some(Box::pin(what));
    }

    /// The steps with these events, and no others.
    pub async fn with(&self, expected: &[Event]) -> usize {
        let mut count = 0;
        for step in &self.cleared.plan().steps {
            let found = events(&self.target.engine, self.target.run, step.id.as_str()).await;
            count += usize::from(found == expected);
        }
        count
    }
}

#[tokio::test]
async fn every_step_is_intended_then_sent_and_then_settled() {
    let case = Case::new(&steps(100)).await;
    let executed = case.executed().await;
    assert!(executed.is_clean());
    assert_eq!((executed.counts.done, case.with(&[Event::Intended, Event::Done]).await), (200, 200));
    assert_eq!(case.target.engine.store.links("memory").await.unwrap().len(), 100);
    assert_eq!(case.target.memory.objects().len(), 100);
}

#[tokio::test]
async fn a_stop_takes_effect_after_what_is_under_way() {
    let case = Case::new(&steps(100)).await;
    let stop = case.target.engine.stop_signal();
    case.meanwhile(async move { stop.store(true, Ordering::SeqCst) });
    let executed = case.executed().await;
    assert!(executed.stopped.unwrap().contains("a stop was asked for"));
    let done = case.with(&[Event::Intended, Event::Done]).await;
    assert!((1..=64).contains(&done), "{done}");
    assert_eq!(done + case.with(&[]).await, 200, "no step is left between");
    assert_eq!(case.target.memory.objects().len(), done);
}

#[tokio::test]
async fn after_a_fatal_refusal_nothing_more_is_begun_and_nothing_is_left_open() {
    let case = Case::new(&steps(100)).await;
    case.target.memory.set_faults(Faults { fail_write: Some((2, Class::Unknown)), ..Faults::default() });
    let executed = case.executed().await;
    assert!(executed.stopped.is_some());
    let RunCounts { done, failed, unknown, held, .. } = executed.counts;
    assert_eq!((failed, unknown, held), (0, 1, 0), "what was not begun did not fail");
    assert_eq!(executed.failures.len(), 1);
    assert_eq!(case.with(&[Event::Intended, Event::Unknown]).await, 1);
    let settled = case.with(&[Event::Intended, Event::Done]).await;
    assert_eq!(settled as u64, done);
    let not_begun = case.with(&[Event::Intended, Event::Refused]).await;
    assert!(not_begun > 0);
    assert_eq!(1 + settled + not_begun + case.with(&[]).await, 200);
}

#[tokio::test]
async fn a_refused_step_holds_back_only_what_needs_it() {
    let case = Case::new(&steps(100)).await;
    case.target.memory.set_faults(Faults { fail_write: Some((3, Class::Permanent)), ..Faults::default() });
    let executed = case.executed().await;
    let RunCounts { done, failed, unknown, held, .. } = executed.counts;
    assert_eq!((done, failed, unknown, held), (198, 1, 0, 1));
    assert_eq!(case.with(&[Event::Refused]).await, 1, "what needs it is not even intended");
}
