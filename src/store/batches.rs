//! The imports that were tried: what each would have done, and what became of it.

use serde_json::Value;
use sqlx::SqliteConnection;

use super::Store;
use super::approvals::propose;
use super::error::StoreError;
use crate::org::{Actor, Instant};

/// What became of an import.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BatchOutcome {
    /// It breached a limit and waits for an approval of its digest.
    Held,
    Committed,
    /// The roster said all of it already.
    Unchanged,
}

/// One import.
#[derive(Debug, Clone, PartialEq)]
pub struct BatchRecord {
    /// What an approval names.
    pub digest: String,
    pub source: String,
    /// blake3 of the bytes: the same bytes must come again after an approval.
    pub file: String,
    pub taken: Option<Instant>,
    pub outcome: BatchOutcome,
    pub counts: Value,
    pub limits: Value,
    pub recorded: Instant,
    /// The commit that it became.
    pub seq: Option<i64>,
}

impl BatchOutcome {
    pub fn name(self) -> &'static str {
        match self {
            Self::Held => "held",
            Self::Committed => "committed",
            Self::Unchanged => "unchanged",
        }
    }

    fn from_name(name: &str) -> Result<Self, StoreError> {
        [Self::Held, Self::Committed, Self::Unchanged]
            .into_iter()
            .find(|outcome| outcome.name() == name)
            .ok_or_else(|| StoreError::Damaged(format!("{name:?} is no outcome of an import")))
    }
}

type Columns = (String, String, String, Option<i64>, String, String, String, i64, Option<i64>);

const COLUMNS_BY_DIGEST: &str =
    "SELECT digest, source, file, taken, outcome, counts, limits, recorded, seq FROM batch WHERE digest = $1";
const COLUMNS_BY_FILE: &str = "SELECT digest, source, file, taken, outcome, counts, limits, recorded, seq FROM batch
     WHERE source = $1 AND file = $2 ORDER BY recorded DESC LIMIT 1";

const LAST_TAKEN: &str = "SELECT file FROM batch
     WHERE source = $1 AND outcome IN ('committed', 'unchanged') ORDER BY recorded DESC, rowid DESC LIMIT 1";

impl Store {
    /// The hash of the bytes that a source took last.
    pub async fn last_taken(&self, source: &str) -> Result<Option<String>, StoreError> {
        Ok(sqlx::query_scalar(LAST_TAKEN).bind(source).fetch_optional(self.reader()).await?)
    }

    /// The import with this digest.
    pub async fn batch(&self, digest: &str) -> Result<Option<BatchRecord>, StoreError> {
        let found: Option<Columns> =
            sqlx::query_as(COLUMNS_BY_DIGEST).bind(digest).fetch_optional(self.reader()).await?;
        found.map(record).transpose()
    }

    /// The last import of these bytes by this source.
    pub async fn batch_of_file(&self, source: &str, file: &str) -> Result<Option<BatchRecord>, StoreError> {
        let found: Option<Columns> =
            sqlx::query_as(COLUMNS_BY_FILE).bind(source).bind(file).fetch_optional(self.reader()).await?;
        found.map(record).transpose()
    }

    /// When a file of a source was last committed, by the hash of its bytes.
    pub async fn committed_at(&self, source: &str, file: &str) -> Result<Option<Instant>, StoreError> {
        let known: Option<i64> =
            sqlx::query_scalar("SELECT max(known) FROM commit_log WHERE source = $1 AND batch = $2")
                .bind(source)
                .bind(file)
                .fetch_one(self.reader())
                .await?;
        Ok(known.map(Instant::from_micros))
    }

    /// Records an import by itself, as when it is held, and who proposed it.
    pub async fn save_batch(&self, batch: &BatchRecord, by: &Actor) -> Result<(), StoreError> {
        let mut transaction = self.begin().await?;
        save_batch(&mut transaction, batch).await?;
        propose(&mut transaction, &batch.digest, by, batch.recorded).await?;
        Ok(transaction.commit().await?)
    }
}

/// Records an import, in place of what was recorded under its digest, in the caller's transaction.
pub(super) async fn save_batch(connection: &mut SqliteConnection, batch: &BatchRecord) -> Result<(), StoreError> {
    sqlx::query(
        "INSERT INTO batch (digest, source, file, taken, outcome, counts, limits, recorded, seq)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)
         ON CONFLICT (digest) DO UPDATE SET source = excluded.source, file = excluded.file, taken = excluded.taken,
           outcome = excluded.outcome, counts = excluded.counts, limits = excluded.limits,
           recorded = excluded.recorded, seq = excluded.seq",
    )
    .bind(&batch.digest)
    .bind(&batch.source)
    .bind(&batch.file)
    .bind(batch.taken.map(Instant::micros))
    .bind(batch.outcome.name())
    .bind(batch.counts.to_string())
    .bind(batch.limits.to_string())
    .bind(batch.recorded.micros())
    .bind(batch.seq)
    .execute(connection)
    .await?;
    Ok(())
}

fn record(columns: Columns) -> Result<BatchRecord, StoreError> {
    let (digest, source, file, taken, outcome, counts, limits, recorded, seq) = columns;
    Ok(BatchRecord {
        digest,
        source,
        file,
        taken: taken.map(Instant::from_micros),
        outcome: BatchOutcome::from_name(&outcome)?,
        counts: serde_json::from_str(&counts)?,
        limits: serde_json::from_str(&limits)?,
        recorded: Instant::from_micros(recorded),
        seq,
    })
}
