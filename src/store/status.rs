//! The imports in the run ledger, for the status: reads only.

use super::{RunRecord, Store, StoreError};
use crate::org::Instant;

impl Store {
    /// The last import of a source, whatever became of it.
    pub async fn last_import(&self, source: &str) -> Result<Option<RunRecord>, StoreError> {
        let id: Option<i64> = sqlx::query_scalar("SELECT max(id) FROM run WHERE target = ? AND verb = 'import'")
            .bind(source)
            .fetch_one(self.reader())
            .await?;
        self.run_record(id).await
    }

    /// The last import of a source that was not taken.
    pub async fn last_failed_import(&self, source: &str) -> Result<Option<RunRecord>, StoreError> {
        let id: Option<i64> = sqlx::query_scalar(
            "SELECT max(id) FROM run WHERE target = ? AND verb = 'import' AND outcome IS NOT 'done'",
        )
        .bind(source)
        .fetch_one(self.reader())
        .await?;
        self.run_record(id).await
    }

    /// When a source was last taken, or a target last applied as a whole, by schedule or by hand.
    pub async fn last_done(&self, name: &str) -> Result<Option<Instant>, StoreError> {
        // from the newest back: asked in every pass, over a ledger that only grows
        let at: Option<i64> = sqlx::query_scalar(
            "SELECT ended FROM run
             WHERE target = ? AND outcome = 'done' AND verb IN ('import', 'apply', 'run', 'schedule')
             ORDER BY id DESC LIMIT 1",
        )
        .bind(name)
        .fetch_optional(self.reader())
        .await?;
        Ok(at.map(Instant::from_micros))
    }

    /// When a file of a source was last taken that proved itself whole.
    pub async fn last_complete_import(&self, source: &str) -> Result<Option<Instant>, StoreError> {
        let at: Option<i64> = sqlx::query_scalar(
            "SELECT max(ended) FROM run
             WHERE target = ? AND verb = 'import' AND outcome = 'done' AND json_extract(summary, '$.complete')",
        )
        .bind(source)
        .fetch_one(self.reader())
        .await?;
        Ok(at.map(Instant::from_micros))
    }
}
