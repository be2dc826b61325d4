//! The targets, when their time has come: proposed, guarded, applied and verified, one after the other.

use super::jobs::{JobState, Waits};
use crate::org::Instant;
use crate::report::{Document, Outcome, RunView};
use crate::run::{Engine, Silent};

/// Nothing may follow from what is not known: a source that is due and waits holds the targets.
pub(super) fn hold(due: Vec<&mut JobState>, source: &str, now: Instant) {
    for state in due {
        let Some(due) = state.due(now) else { continue };
        state.wait(Waits { due, why: format!("for the source {source}"), delivery: None, held: None });
    }
}

/// Runs the targets that are due. One whose lease somebody else holds stays due; one that cannot be reached is tried
/// again when its next time comes.
pub(super) async fn run(due: Vec<&mut JobState>, engine: &Engine, now: Instant) {
    let due = unpaused(due, engine, now).await;
    let names: Vec<String> = due.iter().map(|state| state.job.name.clone()).collect();
    if names.is_empty() {
        return;
    }
    let document = match engine.apply_targets(&names, "schedule", &Silent).await {
        Ok(answer) => match answer.document {
            Document::Run(document) => document,
            _ => return,
        },
        Err(failure) => {
            let failure = engine.explained(failure);
            tracing::error!(targets = names.join(", "), "{failure}");
            if !engine.stop_requested() {
                serve_all(due, engine, now).await;
            }
            return;
        }
    };
    for trouble in &document.errors {
        tracing::error!(target = trouble.subject, hint = trouble.hint, "{}", trouble.message);
    }
    for view in &document.runs {
        tell(view);
    }
    if engine.stop_requested() {
        return; // what was stopped is caught up after the next start
    }
    for state in due {
        let Some(instant) = state.due(now) else { continue };
        let view = document.runs.iter().find(|view| view.target == state.job.name);
        match view.filter(|view| view.outcome == Outcome::Busy) {
            Some(busy) => {
                let why = busy.message.clone().unwrap_or_else(|| "another run is under way".to_owned());
                state.wait(Waits { due: instant, why, delivery: None, held: None });
            }
            None => state.serve(engine, instant).await,
        }
    }
}

/// Those that may be written to; the others wait until somebody takes the pause back.
async fn unpaused<'a>(due: Vec<&'a mut JobState>, engine: &Engine, now: Instant) -> Vec<&'a mut JobState> {
    let mut free = Vec::new();
    for state in due {
        let Some(instant) = state.due(now) else { continue };
        let why = match engine.paused(&state.job.name).await {
            Ok(None) => {
                free.push(state);
                continue;
            }
            Ok(Some(why)) => why,
            Err(failure) => format!("whether it is paused cannot be told: {}", failure.message),
        };
        state.wait(Waits { due: instant, why, delivery: None, held: None });
    }
    free
}

async fn serve_all(due: Vec<&mut JobState>, engine: &Engine, now: Instant) {
    for state in due {
        if let Some(instant) = state.due(now) {
            state.serve(engine, instant).await;
        }
    }
}

/// One line for a run.
fn tell(view: &RunView) {
    let RunView { run, target, outcome, counts, left, message, .. } = view;
    let message = message.as_deref().unwrap_or_default();
    let (done, failed, held) = (counts.done, counts.failed, view.held.len());
    match outcome {
        Outcome::Busy => {} // told when it waits
        Outcome::Done if run.is_none() => tracing::info!(target, held, "in step"),
        Outcome::Done => tracing::info!(target, run, done, held, "applied"),
        Outcome::Partly => tracing::warn!(target, run, done, failed, held, left, "applied in part: {message}"),
        Outcome::Failed => tracing::error!(target, run, done, failed, "failed: {message}"),
        Outcome::Held => {
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
