//! Tests of what is ordered while a plan is applied, and of a run whose lease somebody else took.
#![allow(clippy::unwrap_used, reason = "a test that fails should stop at once")]

use super::tests::{Case, change, step, steps};
use super::*;
use crate::mapping::{ORDINARY, account_id};
use crate::object::aspect;
use crate::object::{Change, Kind};
use crate::run::Exit;
use crate::store::Word;

/// So many accounts of as many people, each of which can be used.
fn accounts(case: &Case, count: usize) -> Vec<Step> {
    let create = |number: usize| {
        let key = account(case, &format!("p{number:03}"));
        let usable = Change { attribute: aspect::ENABLED.into(), before: vec![], after: vec![Value::Bool(true)] };
        let create = step(Op::Create, key.as_str(), Vec::new(), change("userName", &[], &[key.as_str()]));
        let changes = create.changes.iter().cloned().chain([usable]).collect();
        Step { person: Some(Id::new(format!("p{number:03}"))), changes, ..create }
    };
    (0..count).map(create).collect()
}

/// The ordinary account of a person.
fn account(case: &Case, person: &str) -> Id {
    account_id(case.target.engine.store.meta().roster, &person.into(), "memory", ORDINARY)
}

/// Orders while the first window is on its way.
fn ordered(case: &Case, words: Vec<Word<'static>>) {
    let engine = case.target.engine.clone();
    case.meanwhile(async move {
        for word in words {
            engine.store.order(word, Some("case 17"), "anna", Instant::from_micros(1)).await.unwrap();
        }
    });
}

fn leaked(person: &str) -> &'static Id {
    Box::leak(Box::new(Id::from(person)))
}

#[tokio::test]
async fn who_is_suspended_meanwhile_is_out_whether_the_account_was_on_its_way_or_not() {
    let mut case = Case::new(&[]).await;
    case.cleared = Case::cleared(&accounts(&case, 100));
    // the first account is in the window that is under way, the last one in none yet
    ordered(&case, vec![Word::Suspend(leaked("p000")), Word::Suspend(leaked("p099"))]);
    let executed = case.executed().await;
    assert_eq!((executed.counts.done, executed.counts.held, executed.counts.failed), (99, 1, 0));
    assert!(!executed.is_clean(), "what was approved is not used up");
    let objects = case.target.memory.objects();
    let usable = objects.iter().filter(|object| object.enabled == Some(true)).count();
    assert_eq!((objects.len(), usable), (99, 98));
    let links = case.target.engine.store.links("memory").await.unwrap();
    let first = links.object(&account(&case, "p000")).unwrap();
    assert_eq!(objects.iter().find(|object| object.id == *first).unwrap().enabled, Some(false));
    let runs = case.target.engine.store.runs(10).await.unwrap();
    let lane: Vec<_> = runs.iter().filter(|run| run.verb == "suspend").collect();
    assert_eq!(lane.len(), 1, "nothing was there of the other");
    assert_eq!((lane[0].outcome.as_deref(), lane[0].ended.is_some()), (Some("done"), true));
    let events = case.target.engine.store.events(lane[0].run).await.unwrap();
    let disable = format!("disable:{}", account(&case, "p000"));
    assert_eq!(events, [(disable.clone(), Event::Intended), (disable, Event::Done)]);
}

#[tokio::test]
async fn who_was_suspended_before_gets_no_account_and_no_password() {
    let mut case = Case::new(&[]).await;
    let mut all = accounts(&case, 3);
    let first = account(&case, "p000");
    let password = Change { attribute: aspect::PASSWORD.into(), before: vec![], after: vec![] };
    let person = Some(Id::from("p000"));
    all.push(Step { person, ..step(Op::SetPassword, first.as_str(), vec![StepId::new(Op::Create, &first)], password) });
    case.cleared = Case::cleared(&all);
    let store = &case.target.engine.store;
    store.order(Word::Suspend(leaked("p000")), Some("case 17"), "anna", Instant::from_micros(1)).await.unwrap();
    let executed = case.executed().await;
    assert_eq!((executed.counts.done, executed.counts.held), (2, 2));
    assert_eq!(case.with(&[Event::Refused]).await, 2, "it is not even intended");
}

#[tokio::test]
async fn a_pause_takes_effect_after_what_is_under_way() {
    for word in [Word::Pause(None), Word::Pause(Some("memory"))] {
        let case = Case::new(&steps(100)).await;
        ordered(&case, vec![word]);
        let executed = case.executed().await;
        let said = executed.stopped.unwrap();
        assert!(said.starts_with("paused by anna since 1970-") && said.contains("case 17"), "{said}");
        let done = case.with(&[Event::Intended, Event::Done]).await;
        assert!((1..=64).contains(&done), "{done}");
        assert_eq!(done + case.with(&[]).await, 200, "no step is left between");
    }
    let case = Case::new(&steps(10)).await;
    ordered(&case, vec![Word::Pause(Some("another"))]);
    assert!(case.executed().await.is_clean());
}

#[tokio::test]
async fn a_run_whose_lease_was_taken_writes_nothing_more() {
    let mut case = Case::new(&steps(100)).await;
    let store = std::sync::Arc::clone(&case.target.engine.store);
    let first = store.next_fence("memory").await.unwrap();
    let at = Instant::from_micros(0);
    let parties = ("memory", "apply", "test");
    let run = store.begin_run_under(Some(first), parties, Some(case.cleared.digest()), at).await.unwrap();
    case.target.run = run;
    let taker = std::sync::Arc::clone(&store);
    case.meanwhile(async move { _ = taker.next_fence("memory").await.unwrap() });
    let failure = case.run(run).await.unwrap_err();
    assert_eq!(failure.exit, Exit::Busy);
    assert!(failure.message.contains("under number 1") && failure.message.contains("under 2"), "{}", failure.message);
    let made = case.target.memory.objects().len();
    assert!((1..=32).contains(&made), "only the windows that were under way: {made}");
    assert!(store.begin_run_under(Some(first), parties, None, at).await.is_err(), "nor does another run begin");
    assert!(store.begin_run_under(Some(store.next_fence("memory").await.unwrap()), parties, None, at).await.is_ok());
}

#[tokio::test]
async fn an_account_that_is_adopted_meanwhile_is_out_too() {
    let mut case = Case::new(&[]).await;
    let object = case.target.memory.plant(Kind::User, "x", Default::default()).unwrap();
    let link = Step {
        person: Some("p000".into()),
        object: Some(object.clone()),
        changes: Vec::new(),
        ..step(Op::Link, account(&case, "p000").as_str(), Vec::new(), change("userName", &[], &[]))
    };
    case.cleared = Case::cleared(&[link]);
    let store = &case.target.engine.store;
    store.order(Word::Suspend(leaked("p000")), Some("case 17"), "anna", Instant::from_micros(1)).await.unwrap();
    assert!(case.executed().await.is_clean());
    assert_eq!(case.target.memory.objects()[0].enabled, Some(false));
}
