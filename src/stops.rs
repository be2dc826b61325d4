//! Points at which a build for the tests can be killed, to show that a crash there loses nothing.
//!
//! A point says where a run is: around each page of the journal, each other write of the store that belongs to a run,
//! and each message to a target, by the step that it is for. Without the feature `lab`, which no release has, nothing
//! here does anything. Knows steps and their ids; nothing of targets, of the store or of how a point is reached.

#[cfg(feature = "lab")]
mod lab;

use std::future::Future;

use crate::object::{Step, StepId};

/// On which side of what a point names the run is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Moment {
    /// It was not begun: the transaction can still be lost, the request was not sent.
    Before,
    /// It is done: the transaction is durable, the answer is here and nobody has looked at it.
    After,
}

/// Takes note of the steps that are about to be taken, by which the points that follow are named.
#[cfg_attr(not(feature = "lab"), expect(unused_variables, reason = "only the tests' builds name points"))]
pub fn plan(steps: &[&Step]) {
    #[cfg(feature = "lab")]
    lab::plan(steps);
}

/// Around a page of the journal: what came of some steps, and what is meant with others.
#[cfg_attr(
    not(feature = "lab"),
    expect(unused_variables, clippy::needless_pass_by_value, reason = "only the tests' builds name points")
)]
pub fn page<'a>(moment: Moment, outcomes: impl Iterator<Item = &'a StepId>, intents: impl Iterator<Item = &'a StepId>) {
    #[cfg(feature = "lab")]
    lab::page(moment, outcomes, intents);
}

/// Around something else that is kept.
#[cfg_attr(not(feature = "lab"), expect(unused_variables, reason = "only the tests' builds name points"))]
pub fn at(moment: Moment, what: &str) {
    #[cfg(feature = "lab")]
    lab::at(moment, what);
}

/// Around one message to a target and the answer to it.
#[cfg_attr(not(feature = "lab"), expect(unused_variables, reason = "only the tests' builds name points"))]
pub fn message(moment: Moment) {
    #[cfg(feature = "lab")]
    lab::message(moment);
}

/// Does the work of a step: the messages within are named by it.
#[cfg(not(feature = "lab"))]
pub fn of<F: Future>(_step: &StepId, work: F) -> F {
    work
}

/// Does the work of a step: the messages within are named by it.
#[cfg(feature = "lab")]
pub fn of<F: Future>(step: &StepId, work: F) -> impl Future<Output = F::Output> + use<F> {
    lab::of(step, work)
}
