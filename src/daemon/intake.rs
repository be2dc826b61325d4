//! The file of a source, when its time has come: taken when it is whole and new, and once.

use std::time::Duration;

use super::jobs::{JobState, Waits};
use crate::org::Instant;
use crate::report::{ImportDocument, Outcome};
use crate::run::{Delivery, Engine, Failure, Known, Silent};

/// A file that changes within this time is still being written.
const MOMENT: Duration = Duration::from_millis(300);

/// Looks at the file of a source that is due: takes it, sees that there is nothing to do, or waits.
pub(super) async fn look(state: &mut JobState, engine: &Engine, due: Instant) {
    match take(state, engine, due).await {
        Ok(None) => state.serve(engine, due).await,
        Ok(Some(waits)) => state.wait(waits),
        Err(failure) => {
            let why = engine.explained(failure).message;
            state.wait(Waits { due, why, delivery: None, held: None });
        }
    }
}

/// Answers why the source waits, if it does.
async fn take(state: &mut JobState, engine: &Engine, due: Instant) -> Result<Option<Waits>, Failure> {
    let source = state.job.name.clone();
    let Some(delivery) = engine.delivery(&source)? else {
        tracing::debug!(source, "no file is there");
        return Ok(None);
    };
    if state.taken.as_ref() == Some(&delivery) {
        return Ok(None);
    }
    if let Some(waits) = unchanged(state, engine, &delivery, due).await? {
        return Ok(Some(waits));
    }
    tokio::time::sleep(MOMENT).await;
    if engine.delivery(&source)?.as_ref() != Some(&delivery) {
        let why = "its file is being written".to_owned();
        return Ok(Some(Waits { due, why, delivery: None, held: None }));
    }
    let hash = engine.hash(&delivery).await?;
    if state.file.as_ref() == Some(&hash) {
        tracing::debug!(source, "its bytes were taken already");
        state.taken = Some(delivery);
        return Ok(None);
    }
    match engine.known(&source, &hash).await? {
        Known::Taken => {
            tracing::debug!(source, "its bytes were taken already");
            remember(state, delivery, hash);
            return Ok(None);
        }
        Known::Held(digest) => {
            let why = format!("its file is held: `rosterd approve {digest}`, or deliver another one");
            return Ok(Some(Waits { due, why, delivery: Some(delivery), held: Some(hash) }));
        }
        Known::New => {}
    }
    let document = engine.import(&source, None, false, &Silent).await?;
    let read = document.digest == Some(engine.import_digest(&source, &hash));
    match document.outcome {
        Outcome::Done => {
            tracing::info!(source, changes = changes(&document), "imported");
            if let Some(first) = document.held.first() {
                let held = document.held.len();
                tracing::warn!(source, held, line = first.line, "not all was taken; the first: {}", first.reason);
            }
            if read {
                remember(state, delivery, hash);
            }
            Ok(None)
        }
        _ => {
            let held = (read && document.outcome == Outcome::Held).then_some(hash);
            Ok(Some(Waits { due, why: why(&document), delivery: Some(delivery), held }))
        }
    }
}

/// A file that waits and did not change: one that is held waits for an approval, another is read anew when the source
/// is due again.
async fn unchanged(
    state: &JobState,
    engine: &Engine,
    delivery: &Delivery,
    due: Instant,
) -> Result<Option<Waits>, Failure> {
    let same = |waits: &&Waits| waits.delivery.as_ref() == Some(delivery);
    let Some(waits) = state.waits.as_ref().filter(same) else { return Ok(None) };
    let still = match &waits.held {
        Some(hash) => matches!(engine.known(&state.job.name, hash).await?, Known::Held(_)),
        None => waits.due == due,
    };
    Ok(still.then(|| Waits { due, ..waits.clone() }))
}

fn remember(state: &mut JobState, delivery: Delivery, hash: String) {
    state.taken = Some(delivery);
    state.file = Some(hash);
}

/// `person: 3 added, 1 ended; unit: 1 changed`.
fn changes(document: &ImportDocument) -> String {
    let of_kind = |(kind, counts): (&String, &serde_json::Value)| {
        let words = ["added", "changed", "ended"].map(|word| (word, counts[word].as_u64().unwrap_or(0)));
        let words: Vec<String> =
            words.iter().filter(|(_, count)| *count > 0).map(|(word, count)| format!("{count} {word}")).collect();
        (!words.is_empty()).then(|| format!("{kind}: {}", words.join(", ")))
    };
    let kinds = document.counts.as_object().into_iter().flatten().filter_map(of_kind);
    let text = kinds.collect::<Vec<_>>().join("; ");
    if text.is_empty() { "none".to_owned() } else { text }
}

/// Why an import was not committed, in one line.
fn why(document: &ImportDocument) -> String {
    if let Some(problem) = document.problems.first() {
        let line = problem.line.map_or_else(String::new, |line| format!(", line {line}"));
        let more = match document.problems.len() {
            1 => String::new(),
            count => format!(" (and {} more)", count - 1),
        };
        return format!("its file is not taken: {}{line}: {}{more}", problem.file, problem.message);
    }
    let breaches = document
        .breaches
        .iter()
        .map(|one| format!("{} found {} of {}, allowed {}", one.limit, one.found, one.of, one.allowed));
    let breaches = breaches.collect::<Vec<_>>().join("; ");
    match &document.digest {
        Some(digest) => format!("its file is held: {breaches}: `rosterd approve {digest}`, or deliver another one"),
        None => format!("its file is not taken: {breaches}"),
    }
}
