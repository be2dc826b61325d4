//! What the daemon's schedule did last, so that a restart misses nothing and does nothing twice.

use std::collections::BTreeMap;

use sqlx::types::Json;

use super::marks::Mark;
use super::{Store, StoreError};
use crate::org::Instant;
use crate::schedule::Standing;

/// The record of one source, target or report.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ScheduleRun {
    /// `source hr`, `target ad`.
    pub job: String,
    /// The schedule that was in force, with its zone.
    pub schedule: String,
    /// Everything due until then was done.
    pub served: Instant,
    /// Of a source: blake3 of the bytes that it took last.
    pub file: Option<String>,
    pub standing: Standing,
}

type Row = (String, String, i64, Option<String>, Json<Standing>);

impl Store {
    /// The records of all jobs that were ever scheduled, by job.
    pub async fn schedule_runs(&self) -> Result<BTreeMap<String, ScheduleRun>, StoreError> {
        let rows: Vec<Row> = sqlx::query_as("SELECT job, schedule, served, file, standing FROM schedule_run")
            .fetch_all(self.reader())
            .await?;
        let run = |(job, schedule, served, file, Json(standing)): Row| {
            (job.clone(), ScheduleRun { job, schedule, served: Instant::from_micros(served), file, standing })
        };
        Ok(rows.into_iter().map(run).collect())
    }

    /// Until when a daemon served, as far as that was kept: at the begin of each pass, while one is under way, and at the
    /// stop. In between nothing is due.
    pub async fn served_until(&self) -> Result<Option<Instant>, StoreError> {
        self.mark(Mark::Served).await
    }

    pub async fn keep_served_until(&self, now: Instant) -> Result<(), StoreError> {
        Mark::Served.keep(self.writer()?, now).await
    }

    /// Keeps a record, in place of the one before.
    pub async fn keep_schedule_run(&self, run: &ScheduleRun) -> Result<(), StoreError> {
        let mut transaction = self.begin().await?;
        sqlx::query(
            "INSERT INTO schedule_run (job, schedule, served, file, standing) VALUES (?, ?, ?, ?, ?)
             ON CONFLICT (job) DO UPDATE SET schedule = excluded.schedule, served = excluded.served,
               file = excluded.file, standing = excluded.standing",
        )
        .bind(&run.job)
        .bind(&run.schedule)
        .bind(run.served.micros())
        .bind(&run.file)
        .bind(Json(&run.standing))
        .execute(&mut *transaction)
        .await?;
        Ok(transaction.commit().await?)
    }
}
