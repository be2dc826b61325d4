//! Deleting what has been kept long enough. What goes is decided in [`reconcile::retention`](crate::reconcile), on what
//! the tables hold within the same transaction.
//!
//! Entries of the log stay, without what they said of the journal: one more entry says whose rows are gone, so that the
//! chain and the rows still fit each other.

use std::collections::HashSet;

use futures_util::TryStreamExt;
use serde_json::{Value, json};
use sqlx::{Row, SqliteConnection};

use super::log::{RETENTION, Record, Taken, append, erase_payload};
use super::marks::Mark;
use super::runs::unsettled;
use super::{Store, StoreError};
use crate::org::Instant;
use crate::reconcile::{Expired, KeptBatch, KeptPlan, KeptRun, Retention};

impl Store {
    /// Deletes what was kept longer than its days, and answers what that was.
    pub async fn retain(&self, retention: &Retention, now: Instant) -> Result<Expired, StoreError> {
        let key = self.log.key()?;
        let mut transaction = self.begin().await?;
        let plans = plans(&mut transaction).await?;
        let runs = runs(&mut transaction).await?;
        let expired = retention.expired(now, &plans, &runs, &batches(&mut transaction).await?);
        Mark::Retained.keep(&mut *transaction, now).await?;
        if !expired.is_empty() {
            let taken = delete(&mut transaction, &expired).await?;
            let row = json!({
                "plans": expired.plans.len(), "runs": expired.runs.len(), "batches": expired.batches.len(),
            });
            let record = Record { taken: Some(taken), ..Record::new(RETENTION, "retention".to_owned(), row) };
            append(&mut transaction, key, &record, now).await?;
        }
        transaction.commit().await?;
        self.write_head().await?;
        Ok(expired)
    }

    /// When that was last done.
    pub async fn last_retained(&self) -> Result<Option<Instant>, StoreError> {
        self.mark(Mark::Retained).await
    }
}

async fn delete(connection: &mut SqliteConnection, expired: &Expired) -> Result<Taken, StoreError> {
    for digest in &expired.plans {
        sqlx::query("DELETE FROM plan WHERE digest = ?").bind(digest).execute(&mut *connection).await?;
    }
    for digest in &expired.batches {
        sqlx::query("DELETE FROM batch WHERE digest = ?").bind(digest).execute(&mut *connection).await?;
    }
    for run in &expired.runs {
        sqlx::query("DELETE FROM step_event WHERE run = ?").bind(run).execute(&mut *connection).await?;
        sqlx::query("UPDATE run SET summary = NULL WHERE id = ?").bind(run).execute(&mut *connection).await?;
    }
    let mut taken = Taken::default();
    for (entry, run) in entries(connection, expired).await? {
        erase_payload(connection, entry).await?;
        match run {
            None => taken.remove(entry),
            Some(run) => _ = taken.restated.insert(entry, json!({ "row": ended(connection, run).await? })),
        }
    }
    Ok(taken)
}

/// The entries that speak of the runs: of a receipt, whose row is gone, or of the end of a run, which is still there.
async fn entries(connection: &mut SqliteConnection, expired: &Expired) -> Result<Vec<(i64, Option<i64>)>, StoreError> {
    let runs: HashSet<i64> = expired.runs.iter().copied().collect();
    let mut entries = Vec::new();
    if runs.is_empty() {
        return Ok(entries);
    }
    let mut rows =
        sqlx::query("SELECT seq, kind, subject FROM log WHERE kind IN ('receipt', 'run-ended') ORDER BY seq")
            .fetch(connection);
    while let Some(row) = rows.try_next().await? {
        let (kind, subject): (&str, &str) = (row.try_get("kind")?, row.try_get("subject")?);
        let run = subject.strip_prefix("run ").and_then(|run| run.parse().ok()).filter(|run| runs.contains(run));
        if let Some(run) = run {
            entries.push((row.try_get("seq")?, (kind == "run-ended").then_some(run)));
        }
    }
    Ok(entries)
}

/// What the end of a run says without its summary.
async fn ended(connection: &mut SqliteConnection, run: i64) -> Result<Value, StoreError> {
    let (ended, outcome): (Option<i64>, Option<String>) =
        sqlx::query_as("SELECT ended, outcome FROM run WHERE id = ?").bind(run).fetch_one(connection).await?;
    Ok(json!({ "run": run, "ended": ended, "outcome": outcome, "summary": null }))
}

async fn plans(connection: &mut SqliteConnection) -> Result<Vec<KeptPlan>, StoreError> {
    let rows: Vec<(String, String, i64, Option<i64>, bool)> = sqlx::query_as(
        "SELECT digest, target, proposed_at, CASE WHEN beside THEN NULL ELSE nth END,
           EXISTS (SELECT 1 FROM approval WHERE approval.digest = plan.digest AND used_by IS NULL) FROM plan",
    )
    .fetch_all(connection)
    .await?;
    let plan = |(digest, target, proposed, nth, approved)| KeptPlan {
        digest,
        target,
        proposed: Instant::from_micros(proposed),
        nth,
        approved,
    };
    Ok(rows.into_iter().map(plan).collect())
}

/// Every run; those that have nothing left to delete are only there as the newest of their target.
async fn runs(connection: &mut SqliteConnection) -> Result<Vec<KeptRun>, StoreError> {
    let rows: Vec<(i64, String, String, Option<i64>, bool)> = sqlx::query_as(concat!(
        "SELECT id, target, digest, ended, id IN ",
        unsettled!(),
        " FROM run WHERE summary IS NOT NULL OR EXISTS (SELECT 1 FROM step_event WHERE step_event.run = run.id)
           OR ended IS NULL"
    ))
    .fetch_all(connection)
    .await?;
    let run = |(run, target, digest, ended, unsettled): (i64, String, String, Option<i64>, bool)| KeptRun {
        run,
        target,
        digest,
        ended: ended.map(Instant::from_micros),
        unsettled,
    };
    Ok(rows.into_iter().map(run).collect())
}

async fn batches(connection: &mut SqliteConnection) -> Result<Vec<KeptBatch>, StoreError> {
    let rows: Vec<(String, String, i64, bool)> =
        sqlx::query_as("SELECT digest, source, recorded, outcome = 'held' FROM batch").fetch_all(connection).await?;
    let batch =
        |(digest, source, recorded, held)| KeptBatch { digest, source, recorded: Instant::from_micros(recorded), held };
    Ok(rows.into_iter().map(batch).collect())
}
