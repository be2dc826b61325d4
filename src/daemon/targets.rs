//! The targets, when their time has come: proposed, guarded, applied and verified, one after the other.

use std::collections::BTreeMap;

use crate::report::{self, Document, RunView};
use crate::run::{Engine, Silent};
use crate::schedule::{Outcome, Wait};

/// Runs the targets that are due and says what came of each; nothing when it was stopped, which is caught up after the
/// next start. One whose lease somebody else holds stays due; one that cannot be reached is tried again when its next
/// time comes.
pub(super) async fn run(names: &[String], engine: &Engine) -> Option<BTreeMap<String, Outcome>> {
    if names.is_empty() {
        return None;
    }
    let all = |outcome: Outcome| names.iter().map(|name| (name.clone(), outcome.clone())).collect();
    let document = match engine.apply_targets(names, "schedule", &Silent).await {
        Ok(answer) => match answer.document {
            Document::Run(document) => document,
            _ => return Some(all(Outcome::Served)),
        },
        Err(failure) => {
            let failure = engine.explained(failure);
            tracing::error!(targets = names.join(", "), "{failure}");
            return (!engine.stop_requested()).then(|| all(Outcome::Served));
        }
    };
    for trouble in &document.errors {
        tracing::error!(target = trouble.subject, hint = trouble.hint, "{}", trouble.message);
    }
    for view in &document.runs {
        tell(view);
    }
    if engine.stop_requested() {
        return None;
    }
    let mut outcomes: BTreeMap<String, Outcome> = all(Outcome::Served);
    outcomes.extend(document.runs.iter().map(|view| (view.target.clone(), outcome(view))));
    Some(outcomes)
}

fn outcome(view: &RunView) -> Outcome {
    match view.outcome {
        report::Outcome::Done => Outcome::Done,
        report::Outcome::Busy => {
            let why = view.message.clone().unwrap_or_else(|| "another run is under way".to_owned());
            Outcome::Waits(Wait::Tried { why })
        }
        _ => Outcome::Served,
    }
}

/// One line for a run.
fn tell(view: &RunView) {
    let RunView { run, target, outcome, counts, left, message, .. } = view;
    let message = message.as_deref().unwrap_or_default();
    let (done, failed, held) = (counts.done, counts.failed, view.held.len());
    match outcome {
        report::Outcome::Busy => {} // told when it waits
        report::Outcome::Done if run.is_none() => tracing::info!(target, held, "in step"),
        report::Outcome::Done => tracing::info!(target, run, done, held, "applied"),
        report::Outcome::Partly => tracing::warn!(target, run, done, failed, held, left, "applied in part: {message}"),
        report::Outcome::Failed => tracing::error!(target, run, done, failed, "failed: {message}"),
        report::Outcome::Held => {
            let digest = view.digest.as_ref().map(ToString::to_string).unwrap_or_default();
            let breaches: Vec<String> = view
                .breaches
                .iter()
                .map(|one| format!("{} {} of {}, allowed {}", one.limit, one.found, one.of, one.allowed))
                .collect();
            tracing::warn!(target, digest, "held: {}; `rosterd approve {digest}`", breaches.join("; "));
        }
    }
}
