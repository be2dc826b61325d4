//! Runs and their journal. A run record is written before the run starts, an intent before its effect.

use sqlx::SqliteConnection;

use super::{Store, StoreError, links};
use crate::object::{Kind, ObjectId, StepId};
use crate::org::{Id, Instant};
use crate::reconcile::Digest;
use crate::reconcile::journal::Event;

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
}

type RunRow = (i64, String, String, String, String, i64, Option<i64>, Option<String>, Option<String>);

/// One entry of the journal.
#[derive(Debug, Clone)]
pub struct Entry<'a> {
    pub run: RunId,
    pub step: &'a StepId,
    pub event: Event,
    pub object: Option<&'a ObjectId>,
    pub class: Option<&'a str>,
    pub message: Option<&'a str>,
}

impl Store {
    /// Opens a run record.
    pub async fn begin_run(
        &self,
        target: &str,
        verb: &str,
        actor: &str,
        digest: &Digest,
        now: Instant,
    ) -> Result<RunId, StoreError> {
        let mut transaction = self.begin().await?;
        let id = sqlx::query("INSERT INTO run (target, verb, actor, digest, started) VALUES (?, ?, ?, ?, ?)")
            .bind(target)
            .bind(verb)
            .bind(actor)
            .bind(digest.as_str())
            .bind(now.micros())
            .execute(&mut *transaction)
            .await?
            .last_insert_rowid();
        transaction.commit().await?;
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
        let mut transaction = self.begin().await?;
        sqlx::query("UPDATE run SET ended = ?, outcome = ?, summary = ? WHERE id = ?")
            .bind(now.micros())
            .bind(outcome)
            .bind(summary.to_string())
            .bind(run)
            .execute(&mut *transaction)
            .await?;
        transaction.commit().await?;
        Ok(())
    }

    /// Writes one entry of the journal, durably, and with it the link that a confirmed create or link step makes.
    pub async fn record(
        &self,
        entry: &Entry<'_>,
        link: Option<(&str, &Id, Kind)>,
        now: Instant,
    ) -> Result<(), StoreError> {
        let mut transaction = self.begin().await?;
        append(&mut transaction, entry, now).await?;
        if let (Some((target, key, kind)), Some(object)) = (link, entry.object) {
            links::add(&mut transaction, target, (key, kind), object, now).await?;
        }
        transaction.commit().await?;
        Ok(())
    }

    /// The last runs, newest first.
    pub async fn runs(&self, limit: i64) -> Result<Vec<RunRecord>, StoreError> {
        let rows: Vec<RunRow> = sqlx::query_as(
            "SELECT id, target, verb, actor, digest, started, ended, outcome, summary FROM run ORDER BY id DESC LIMIT ?",
        )
        .bind(limit)
        .fetch_all(self.reader())
        .await?;
        rows.into_iter().map(RunRecord::from_row).collect()
    }

    /// The runs of a target that never ended, or that left a step without an outcome.
    pub async fn unsettled_runs(&self, target: &str) -> Result<Vec<RunRecord>, StoreError> {
        let rows: Vec<RunRow> = sqlx::query_as(
            "SELECT id, target, verb, actor, digest, started, ended, outcome, summary FROM run
             WHERE target = ? AND (ended IS NULL OR EXISTS (
                 SELECT 1 FROM step_event AS event
                 WHERE event.run = run.id AND event.event IN ('intended', 'unknown') AND NOT EXISTS (
                     SELECT 1 FROM step_event AS later
                     WHERE later.run = event.run AND later.step = event.step AND later.seq > event.seq)))
             ORDER BY id",
        )
        .bind(target)
        .fetch_all(self.reader())
        .await?;
        rows.into_iter().map(RunRecord::from_row).collect()
    }

    /// When a run of a target last ended with the outcome `done`.
    pub async fn last_success(&self, target: &str) -> Result<Option<Instant>, StoreError> {
        let at: Option<i64> = sqlx::query_scalar("SELECT max(ended) FROM run WHERE target = ? AND outcome = 'done'")
            .bind(target)
            .fetch_one(self.reader())
            .await?;
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

/// Appends to the journal within a transaction.
pub(super) async fn append(
    connection: &mut SqliteConnection,
    entry: &Entry<'_>,
    now: Instant,
) -> Result<(), StoreError> {
    sqlx::query("INSERT INTO step_event (run, step, event, at, object, class, message) VALUES (?, ?, ?, ?, ?, ?, ?)")
        .bind(entry.run)
        .bind(entry.step.as_str())
        .bind(entry.event.as_str())
        .bind(now.micros())
        .bind(entry.object.map(ObjectId::as_str))
        .bind(entry.class)
        .bind(entry.message)
        .execute(connection)
        .await?;
    Ok(())
}

impl RunRecord {
    fn from_row(row: RunRow) -> Result<Self, StoreError> {
        let (run, target, verb, actor, digest, started, ended, outcome, summary) = row;
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
        })
    }
}
