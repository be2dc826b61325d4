//! The file of a source, when its time has come: taken when it is whole and new, and once.

use std::time::Duration;

use super::jobs::Entry;
use crate::org::Instant;
use crate::report::{self, ImportDocument};
use crate::run::{Delivery, Engine, Failure, Known, Silent};
use crate::schedule::{Outcome, Wait};

/// A file that changes within this time is still being written.
const MOMENT: Duration = Duration::from_millis(300);

/// What a source knows of its file.
#[derive(Debug, Default)]
pub(super) struct Taken {
    /// The hash of the bytes that it took last.
    pub file: Option<String>,
    /// The file as it lay there when it was last taken.
    delivery: Option<Delivery>,
    /// The file that was last not taken.
    refused: Option<Refused>,
}

#[derive(Debug)]
struct Refused {
    due: Instant,
    why: String,
    delivery: Delivery,
    /// The hash of its bytes, when it is held for an approval.
    held: Option<String>,
}

impl Taken {
    /// What is left of it after a restart.
    pub fn remembered(file: Option<String>) -> Self {
        Self { file, ..Self::default() }
    }
}

fn waits(why: String) -> Outcome {
    Outcome::Waits(Wait::Tried { why })
}

/// Looks at the file of a source that is due: takes it, sees that there is nothing to do, or waits.
pub(super) async fn look(entry: &mut Entry, engine: &Engine, due: Instant, now: Instant) -> Outcome {
    match take(entry, engine, due, now).await {
        Ok(outcome) => outcome,
        Err(failure) => waits(engine.explained(failure).message),
    }
}

async fn take(entry: &mut Entry, engine: &Engine, due: Instant, now: Instant) -> Result<Outcome, Failure> {
    let source = entry.job.name.clone();
    let Some(delivery) = engine.delivery(&source)? else {
        tracing::debug!(source, "no file is there");
        entry.taken.refused = None;
        return Ok(Outcome::Served);
    };
    if entry.taken.delivery.as_ref() == Some(&delivery) {
        return Ok(Outcome::Served);
    }
    if let Some(why) = still_refused(&mut entry.taken, &source, engine, &delivery, due).await? {
        return Ok(waits(why));
    }
    tokio::time::sleep(MOMENT).await;
    if engine.delivery(&source)?.as_ref() != Some(&delivery) {
        return Ok(waits("its file is being written".to_owned()));
    }
    let hash = engine.hash(&delivery).await?;
    let remembered = entry.taken.file.as_ref() == Some(&hash);
    match engine.known(&source, &hash, remembered).await? {
        Known::Taken => {
            tracing::debug!(source, "its bytes were taken already");
            // the same bytes written anew are a delivery; the same file after a restart is none
            let written = delivery.modified().min(now);
            let last = match entry.state.standing.done {
                Some(done) => Some(done),
                None => engine.store().last_done(&source).await?,
            };
            let is_new = last.is_none_or(|last| written > last);
            entry.taken = Taken { file: Some(hash), delivery: Some(delivery), refused: None };
            return Ok(if is_new { Outcome::Done } else { Outcome::Served });
        }
        Known::Held(digest) => {
            let why = format!("its file is held: `rosterd approve {digest}`, or deliver another one");
            entry.taken.refused = Some(Refused { due, why: why.clone(), delivery, held: Some(hash) });
            return Ok(waits(why));
        }
        Known::New => {}
    }
    let document = engine.import(&source, None, false, &Silent).await?;
    let read = document.digest == Some(engine.import_digest(&source, &hash));
    if document.outcome == report::Outcome::Done {
        tracing::info!(source, changes = changes(&document), "imported");
        if let Some(first) = document.held.first() {
            let held = document.held.len();
            tracing::warn!(source, held, line = first.line, "not all was taken; the first: {}", first.reason);
        }
        if read {
            entry.taken = Taken { file: Some(hash), delivery: Some(delivery), refused: None };
        }
        return Ok(Outcome::Done);
    }
    let (why, held) = (why(&document), (read && document.outcome == report::Outcome::Held).then_some(hash));
    entry.taken.refused = Some(Refused { due, why: why.clone(), delivery, held });
    Ok(waits(why))
}

/// Why a file that was not taken and did not change is still not taken: one that is held waits for an approval, another
/// is read anew when the source is due again.
async fn still_refused(
    taken: &mut Taken,
    source: &str,
    engine: &Engine,
    delivery: &Delivery,
    due: Instant,
) -> Result<Option<String>, Failure> {
    let Some(refused) = taken.refused.as_mut().filter(|refused| refused.delivery == *delivery) else {
        return Ok(None);
    };
    let still = match &refused.held {
        Some(hash) => matches!(engine.known(source, hash, false).await?, Known::Held(_)),
        None => refused.due == due,
    };
    refused.due = due;
    Ok(still.then(|| refused.why.clone()))
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
