//! What rosterd did to one thing in a target, by the journal of its runs.

use super::{RunId, Store, StoreError};
use crate::org::{Id, Instant};
use crate::reconcile::journal::Event;

/// What came of a step about a thing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WriteRow {
    /// The step, such as `update:<key>`.
    pub step: String,
    pub event: Event,
    pub at: Instant,
    pub run: RunId,
    pub verb: String,
    pub actor: String,
    /// Of one that was not done, the kind of refusal and what the target said.
    pub class: Option<String>,
    pub message: Option<String>,
}

type Row = (String, String, i64, RunId, String, String, Option<String>, Option<String>);

impl Store {
    /// The last outcomes of steps about a thing, newest first. What was only intended is no outcome.
    pub async fn writes(&self, target: &str, key: &Id, limit: i64) -> Result<Vec<WriteRow>, StoreError> {
        let rows: Vec<Row> = sqlx::query_as(
            "SELECT step_event.step, step_event.event, step_event.at, run.id, run.verb, run.actor, step_event.class,
                    step_event.message
             FROM step_event JOIN run ON run.id = step_event.run
             WHERE run.target = ? AND step_event.event <> 'intended'
               AND substr(step_event.step, instr(step_event.step, ':') + 1) = ?
             ORDER BY step_event.seq DESC LIMIT ?",
        )
        .bind(target)
        .bind(key.as_str())
        .bind(limit)
        .fetch_all(self.reader())
        .await?;
        rows.into_iter().map(write).collect()
    }
}

fn write((step, event, at, run, verb, actor, class, message): Row) -> Result<WriteRow, StoreError> {
    let event = serde_json::from_value(serde_json::Value::String(event))?;
    Ok(WriteRow { step, event, at: Instant::from_micros(at), run, verb, actor, class, message })
}
