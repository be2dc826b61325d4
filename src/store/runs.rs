//! Runs, and what their journals say. A run record is written before the run starts. While a run is under way its receipts are chained in the log, and the head file is left as it was at the begin: it follows at the end.

use serde_json::json;
use sqlx::SqliteConnection;

use super::fence::{Fence, newest};
use super::log::{LogKey, Record, append as append_to_log};
use super::tally::count_steps;
use super::{Store, StoreError};
use crate::org::Instant;
use crate::reconcile::Digest;
use crate::reconcile::journal::Event;
use crate::stops::{self, Moment};

/// The number of a run, counted from 1.
pub type RunId = i64;

/// One row of the run ledger.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct RunRecord {
    pub run: RunId,
    pub target: String,
    pub verb: String,
    pub actor: String,
    pub digest: String,
    pub started: Instant,
    pub ended: Option<Instant>,
    /// `done`, `partly`, `failed`; none while it is under way or when it was cut off.
    pub outcome: Option<String>,
    /// Counts and failures, as JSON.
    pub summary: Option<serde_json::Value>,
    /// The newest entry of the log when it began, and then when it ended: its number and hash.
    #[serde(default)]
    pub head: Option<String>,
}

type RunRow = (i64, String, String, String, String, i64, Option<i64>, Option<String>, Option<String>, Option<String>);

/// The runs that never ended, or left a step without an outcome. A run ends when what came of each of its steps is
/// written, so that in one that ended only what came out as unknown can be open. Both are found by indexes of their own:
/// the ledger only grows.
macro_rules! unsettled {
    () => {
        "(SELECT id FROM run WHERE ended IS NULL
          UNION SELECT event.run FROM step_event AS event
          WHERE event.event = 'unknown' AND NOT EXISTS (
              SELECT 1 FROM step_event AS later
              WHERE later.run = event.run AND later.step = event.step AND later.seq > event.seq))"
    };
}
pub(super) use unsettled;

const UNSETTLED_RUNS: &str = concat!(
    "SELECT id, target, verb, actor, digest, started, ended, outcome, summary, head FROM run WHERE target = ? AND id IN ",
    unsettled!(),
    " ORDER BY id"
);

impl Store {
    /// Opens a run record.
    pub async fn begin_run(
        &self,
        target: &str,
        verb: &str,
        actor: &str,
        digest: Option<&Digest>,
        now: Instant,
    ) -> Result<RunId, StoreError> {
        self.begin_run_under(None, (target, verb, actor), digest, now).await
    }

    /// The same for a run that writes to its target under a lease: refused when that was lost.
    pub async fn begin_run_under(
        &self,
        fence: Option<Fence>,
        (target, verb, actor): (&str, &str, &str),
        digest: Option<&Digest>,
        now: Instant,
    ) -> Result<RunId, StoreError> {
        let key = self.log.key()?;
        // a run that found no plan to apply has the empty text
        let digest = digest.map_or("", Digest::as_str);
        stops::at(Moment::Before, "the begin of the run");
        let mut transaction = self.begin().await?;
        if let Some(fence) = fence {
            newest(&mut transaction, target, fence).await?;
        }
        let id = sqlx::query("INSERT INTO run (target, verb, actor, digest, started, fence) VALUES (?, ?, ?, ?, ?, ?)")
            .bind(target)
            .bind(verb)
            .bind(actor)
            .bind(digest)
            .bind(now.micros())
            .bind(fence.map(|fence| fence.0))
            .execute(&mut *transaction)
            .await?
            .last_insert_rowid();
        let row = json!({
            "run": id, "target": target, "verb": verb, "actor": actor, "digest": digest,
            "started": now.micros(),
        });
        log_of_run(&mut transaction, key, "run-begun", (id, row), now).await?;
        transaction.commit().await?;
        stops::at(Moment::After, "the begin of the run");
        self.write_head().await?;
        Ok(id)
    }

    /// Closes a run record.
    pub async fn end_run(
        &self,
        run: RunId,
        outcome: &str,
        summary: &serde_json::Value,
        now: Instant,
    ) -> Result<(), StoreError> {
        let key = self.log.key()?;
        let (whole, summary) = (summary, summary.to_string());
        stops::at(Moment::Before, "the end of the run");
        let mut transaction = self.begin().await?;
        count_steps(&mut transaction, run, whole).await?;
        sqlx::query("UPDATE run SET ended = ?, outcome = ?, summary = ? WHERE id = ?")
            .bind(now.micros())
            .bind(outcome)
            .bind(&summary)
            .bind(run)
            .execute(&mut *transaction)
            .await?;
        let row = json!({ "run": run, "ended": now.micros(), "outcome": outcome, "summary": summary });
        log_of_run(&mut transaction, key, "run-ended", (run, row), now).await?;
        transaction.commit().await?;
        stops::at(Moment::After, "the end of the run");
        self.write_head().await
    }

    /// The last runs, newest first.
    pub async fn runs(&self, limit: i64) -> Result<Vec<RunRecord>, StoreError> {
        let rows: Vec<RunRow> = sqlx::query_as(
            "SELECT id, target, verb, actor, digest, started, ended, outcome, summary, head FROM run
             ORDER BY id DESC LIMIT ?",
        )
        .bind(limit)
        .fetch_all(self.reader())
        .await?;
        rows.into_iter().map(RunRecord::from_row).collect()
    }

    /// The last runs against one target, newest first.
    pub async fn runs_of(&self, target: &str, limit: i64) -> Result<Vec<RunRecord>, StoreError> {
        let rows: Vec<RunRow> = sqlx::query_as(
            "SELECT id, target, verb, actor, digest, started, ended, outcome, summary, head FROM run
             WHERE target = ? AND verb <> 'import' ORDER BY id DESC LIMIT ?",
        )
        .bind(target)
        .bind(limit)
        .fetch_all(self.reader())
        .await?;
        rows.into_iter().map(RunRecord::from_row).collect()
    }

    /// One run by its number.
    pub async fn run_record(&self, run: Option<RunId>) -> Result<Option<RunRecord>, StoreError> {
        let row: Option<RunRow> = sqlx::query_as(
            "SELECT id, target, verb, actor, digest, started, ended, outcome, summary, head FROM run WHERE id = ?",
        )
        .bind(run)
        .fetch_optional(self.reader())
        .await?;
        row.map(RunRecord::from_row).transpose()
    }

    /// The runs of a target that never ended, or that left a step without an outcome.
    pub async fn unsettled_runs(&self, target: &str) -> Result<Vec<RunRecord>, StoreError> {
        let rows: Vec<RunRow> = sqlx::query_as(UNSETTLED_RUNS).bind(target).fetch_all(self.reader()).await?;
        rows.into_iter().map(RunRecord::from_row).collect()
    }

    /// When a run of a target last ended with the outcome `done`.
    pub async fn last_success(&self, target: &str) -> Result<Option<Instant>, StoreError> {
        // one that was ordered out is out; nothing else was looked at
        let newest = "SELECT ended FROM run
             WHERE target = ? AND outcome = 'done' AND verb <> 'suspend' ORDER BY id DESC LIMIT 1";
        let at: Option<i64> = sqlx::query_scalar(newest).bind(target).fetch_optional(self.reader()).await?;
        Ok(at.map(Instant::from_micros))
    }

    /// The events of a run in their order, with the steps they are about.
    pub async fn events(&self, run: RunId) -> Result<Vec<(String, Event)>, StoreError> {
        let rows: Vec<(String, String)> =
            sqlx::query_as("SELECT step, event FROM step_event WHERE run = ? ORDER BY seq")
                .bind(run)
                .fetch_all(self.reader())
                .await?;
        rows.into_iter()
            .map(|(step, event)| Ok((step, serde_json::from_value(serde_json::Value::String(event))?)))
            .collect()
    }

    /// The steps of a plan that some run confirmed.
    pub async fn done_steps(&self, digest: &Digest, since: Instant) -> Result<Vec<String>, StoreError> {
        Ok(sqlx::query_scalar(
            "SELECT step_event.step FROM step_event JOIN run ON run.id = step_event.run
             WHERE run.digest = ? AND run.started >= ? AND step_event.event IN ('done', 'founddone')",
        )
        .bind(digest.as_str())
        .bind(since.micros())
        .fetch_all(self.reader())
        .await?)
    }
}

/// Logs the begin or end of a run, and notes the head in its record.
async fn log_of_run(
    connection: &mut SqliteConnection,
    key: &LogKey,
    kind: &'static str,
    (run, row): (RunId, serde_json::Value),
    now: Instant,
) -> Result<(), StoreError> {
    let head = append_to_log(connection, key, &Record::new(kind, format!("run {run}"), row), now).await?;
    sqlx::query("UPDATE run SET head = ? WHERE id = ?").bind(head.to_string()).bind(run).execute(connection).await?;
    Ok(())
}

impl RunRecord {
    /// Whether it was of all that its target should hold: not of what is done by hand to some objects, and no import.
    pub fn is_of_target(&self) -> bool {
        ["apply", "run", "schedule"].contains(&self.verb.as_str())
    }

    fn from_row(row: RunRow) -> Result<Self, StoreError> {
        let (run, target, verb, actor, digest, started, ended, outcome, summary, head) = row;
        Ok(Self {
            run,
            target,
            verb,
            actor,
            digest,
            started: Instant::from_micros(started),
            ended: ended.map(Instant::from_micros),
            outcome,
            summary: summary.map(|text| serde_json::from_str(&text)).transpose()?,
            head,
        })
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test that fails should stop at once")]
mod tests {
    use super::*;

    #[tokio::test]
    async fn what_is_unsettled_is_found_without_reading_the_ledger() {
        let folder = tempfile::tempdir().unwrap();
        let now = Instant::from_micros(1_795_000_000_000_000);
        let store = Store::create(&folder.path().join("roster.db"), "Europe/Copenhagen", now).await.unwrap();
        let mut transaction = store.begin().await.unwrap();
        sqlx::raw_sql(
            "INSERT INTO run (id, target, verb, actor, digest, started, ended, outcome) VALUES
               (1, 'ad', 'apply', 'anna', '', 1, 2, 'done'), (2, 'ad', 'apply', 'anna', '', 1, NULL, NULL),
               (3, 'cloud', 'apply', 'anna', '', 1, NULL, NULL), (4, 'ad', 'apply', 'anna', '', 1, 2, 'partly'),
               (5, 'ad', 'apply', 'anna', '', 1, 2, 'done');
             INSERT INTO step_event (run, step, event, at) VALUES
               (4, 's', 'intended', 1), (4, 's', 'unknown', 1),
               (5, 's', 'intended', 1), (5, 's', 'unknown', 1), (5, 's', 'done', 1);",
        )
        .execute(&mut *transaction)
        .await
        .unwrap();
        transaction.commit().await.unwrap();
        let found: Vec<RunId> = store.unsettled_runs("ad").await.unwrap().iter().map(|run| run.run).collect();
        assert_eq!(found, [2, 4]);
        let explained = sqlx::AssertSqlSafe(format!("EXPLAIN QUERY PLAN {UNSETTLED_RUNS}"));
        let explained: Vec<(i64, i64, i64, String)> =
            sqlx::query_as(explained).bind("ad").fetch_all(store.reader()).await.unwrap();
        let lines: Vec<String> = explained.into_iter().map(|(.., line)| line).collect();
        let reads_all = |line: &&String| line.starts_with("SCAN") && !line.contains("INDEX run_open");
        assert_eq!(
            lines.iter().filter(reads_all).filter(|line| !line.contains("step_event_unknown")).count(),
            0,
            "{lines:?}"
        );
    }
}
